// SPDX-License-Identifier: GPL-2.0-only
/*
 * The program's stack: byte by byte what is there, and which 8-byte slots hold
 * a register saved whole.
 *
 * Loaders are privileged: what a program reads before it wrote is just some
 * number, as in Linux with CAP_PERFMON.
 */
#include "verifier/call.h"
#include "verifier/log.h"
#include "verifier/mem.h"
#include "verifier/walk.h"
#include "verifier/watch.h"

static struct stack_slot *slot_at(struct func_state *func, s32 off)
{
	return &func->stack[(-off - 1) / REG_SIZE];
}

static u8 *byte_at(struct func_state *func, s32 off)
{
	return &slot_at(func, off)->type[(-off - 1) % REG_SIZE];
}

/* The register saved here is gone; its bytes are still something. */
static void scrub_spill(struct stack_slot *slot)
{
	int i;

	slot->spilled.type = NOT_INIT;
	for (i = 0; i < REG_SIZE; i++)
		if (slot->type[i] == STACK_SPILL)
			slot->type[i] = STACK_MISC;
}

static void scratch_at(struct vf_env *env, struct func_state *func, s32 off)
{
	/* Only the frame on top is printed slot by slot. */
	if (func == cur_func(env))
		scratch_slot(env, (-off - 1) / REG_SIZE);
}

int ebpf_check_stack_bounds(struct vf_env *env, u32 regno, s32 off, int size, bool write,
			    bool by_helper)
{
	struct reg_state *reg = &cur_regs(env)[regno];
	const char *what = by_helper ? " indirect access to" : write ? " write to" : " read from";
	bool fixed = ebpf_tnum_is_const(reg->n.var_off);
	s64 min, max;

	if (!fixed && (reg->n.smax >= MAX_VAR_OFF || reg->n.smin <= -MAX_VAR_OFF)) {
		vlog(env, "invalid unbounded variable-offset%s stack R%d\n", what, regno);
		return -EACCES;
	}
	min = (fixed ? (s64)reg->n.var_off.value : reg->n.smin) + off;
	max = (fixed ? (s64)reg->n.var_off.value : reg->n.smax) + off + size;
	if (min >= -EBPF_MAX_STACK && min <= -1 && max <= 0 && size >= 0)
		return 0;
	if (fixed)
		vlog(env, "invalid%s stack R%d off=%d size=%d\n", what, regno, (int)min, size);
	else
		vlog(env, "invalid variable-offset%s stack R%d var_off=%s off=%d size=%d\n", what,
		     regno, ebpf_tnum_str(env, reg->n.var_off), off, size);
	return -EACCES;
}

/* Saves the low @size bytes of @reg at the bottom of @slot. */
static void save_reg(struct stack_slot *slot, const struct reg_state *reg, int size)
{
	int i;

	ebpf_reg_copy(&slot->spilled, reg);
	if (size < REG_SIZE && slot->spilled.n.umax >> (size * 8)) {
		/* What is left is another number than its equals hold. */
		ebpf_scalar_truncate(&slot->spilled.n, size);
		reg_unlink(&slot->spilled);
	}
	if (size == REG_SIZE)
		slot->spilled.live |= LIVE_WRITTEN;
	for (i = 0; i < REG_SIZE; i++)
		if (i >= REG_SIZE - size)
			slot->type[i] = STACK_SPILL;
		else if (slot->type[i] == STACK_SPILL)
			slot->type[i] = STACK_MISC;
}

static bool is_store_imm(const struct ebpf_insn *insn)
{
	return EBPF_CLASS(insn->code) == EBPF_ST && EBPF_MODE(insn->code) == EBPF_MEM;
}

/* Plain data over whatever was there. */
static int write_data(struct vf_env *env, struct func_state *func, s32 off, int size,
		      bool zero, int src_regno)
{
	struct stack_slot *slot = slot_at(func, off);
	int i, err;

	if (slot_is_spill(slot))
		scrub_spill(slot);
	slot->spilled.type = NOT_INIT;
	/* A slot written in part keeps depending on the parent's bytes. */
	if (size == REG_SIZE)
		slot->spilled.live |= LIVE_WRITTEN;
	if (zero && src_regno >= 0) {
		/* A zero byte carries no mark of its own. */
		err = ebpf_mark_precise(env, src_regno);
		if (err)
			return err;
	}
	for (i = 0; i < size; i++)
		*byte_at(func, off + i) = zero ? STACK_ZERO : STACK_MISC;
	return 0;
}

static int spill_pointer(struct vf_env *env, struct func_state *func, s32 off, int size,
			 const struct reg_state *reg, int insn_idx)
{
	if (size != REG_SIZE && watch_mild_stack())
		return write_data(env, func, off, size, false, -1);
	if (size != REG_SIZE) {
		ebpf_print_linfo(env, insn_idx, "; ");
		vlog(env, "invalid size of register spill\n");
		return -EACCES;
	}
	if (func != cur_func(env) && reg->type == PTR_TO_STACK) {
		vlog(env, "cannot spill pointers to stack into stack frame of the caller\n");
		return -EINVAL;
	}
	save_reg(slot_at(func, off), reg, size);
	return 0;
}

static int write_fixed(struct vf_env *env, struct func_state *func, s32 off, int size,
		       int src_regno, int insn_idx)
{
	const struct ebpf_insn *insn = &env->insns[insn_idx];
	struct reg_state *reg = src_regno >= 0 ? &cur_regs(env)[src_regno] : NULL;
	int err;

	err = ebpf_check_frozen(env, func, off, reg && reg->type != SCALAR_VALUE &&
				reg->type != NOT_INIT);
	if (!err)
		err = ebpf_grow_stack(env, func, -off);
	if (!err)
		err = ebpf_end_dynptr(env, func, off);
	if (err)
		return err;
	scratch_at(env, func, off);
	if (reg && !(off % REG_SIZE) && reg->type == SCALAR_VALUE && !is_null_reg(reg)) {
		/* From now on what is learned of one is true of the other. */
		ebpf_reg_link(env, reg);
		save_reg(slot_at(func, off), reg, size);
		return 0;
	}
	if (!reg && !(off % REG_SIZE) && is_store_imm(insn) && insn->imm) {
		ebpf_reg_set_known(&env->tmp_reg, (s64)insn->imm);
		env->tmp_reg.live = LIVE_NONE;
		save_reg(slot_at(func, off), &env->tmp_reg, size);
		return 0;
	}
	if (reg && reg->type != SCALAR_VALUE && reg->type != NOT_INIT)
		return spill_pointer(env, func, off, size, reg, insn_idx);
	return write_data(env, func, off, size,
			  reg ? is_null_reg(reg) : is_store_imm(insn) && !insn->imm, src_regno);
}

static int write_var(struct vf_env *env, struct func_state *func, struct reg_state *ptr, s32 off,
		     int size, int src_regno, int insn_idx)
{
	const struct ebpf_insn *insn = &env->insns[insn_idx];
	s32 min = ptr->n.smin + off, max = ptr->n.smax + off + size, i;
	bool zero, zero_used = false;
	int err;

	watch_var_store();
	zero = src_regno >= 0 ? is_null_reg(&cur_regs(env)[src_regno]) :
				is_store_imm(insn) && !insn->imm;
	err = ebpf_grow_stack(env, func, -min);
	if (err)
		return err;
	for (i = min; i < max; i++) {
		u8 *type = byte_at(func, i);

		err = ebpf_check_frozen(env, func, i, false);
		if (!err)
			err = ebpf_end_dynptr(env, func, i);
		if (err)
			return err;
		scratch_at(env, func, i);
		scrub_spill(slot_at(func, i));
		if (zero && *type == STACK_ZERO)
			zero_used = true;
		else
			*type = STACK_MISC;
	}
	return zero_used && src_regno >= 0 ? ebpf_mark_precise(env, src_regno) : 0;
}

/* For backtracking: which slot the pointer led to on this path. Of R10 it is plain. */
static int note_slot(struct vf_env *env, const struct func_state *func, u32 ptr_regno, s32 off)
{
	u32 slot = (u32)(-off - 1) / REG_SIZE;

	return ptr_regno == REG_FP ? 0 :
	       ebpf_push_jmp(env, env->cur, LINK_ONE(LINK_SLOT(func->frameno, slot)));
}

int ebpf_check_stack_write(struct vf_env *env, u32 ptr_regno, s32 off, int size, int src_regno,
			   int insn_idx)
{
	struct reg_state *ptr = &cur_regs(env)[ptr_regno];
	struct func_state *func = func_of(env, ptr);
	int err = 0;

	if (!ebpf_tnum_is_const(ptr->n.var_off))
		return write_var(env, func, ptr, off, size, src_regno, insn_idx);
	off += (s32)ptr->n.var_off.value;
	/* Not of what a helper fills: it is any number then. */
	if (EBPF_CLASS(env->insns[insn_idx].code) != EBPF_JMP)
		err = note_slot(env, func, ptr_regno, off);
	return err ? err : write_fixed(env, func, off, size, src_regno, insn_idx);
}

static int mark_slot_read(struct vf_env *env, struct stack_slot *slot)
{
	return ebpf_mark_reg_read(env, &slot->spilled, slot->spilled.parent, LIVE_READ64);
}

/* Loads data bytes [min, max): zero if all are. */
static void load_data(struct vf_env *env, struct func_state *func, s32 min, s32 max,
		      int dst_regno)
{
	struct reg_state *dst = &cur_regs(env)[dst_regno];
	s32 i;

	for (i = min; i < max; i++)
		if (*byte_at(func, i) != STACK_ZERO)
			break;
	if (i == max) {
		ebpf_reg_set_known(dst, 0);
		/* Whoever wrote the zero was made precise then. */
		dst->precise = true;
	} else {
		ebpf_reg_set_unknown(dst);
	}
	dst->live |= LIVE_WRITTEN;
}

static int spill_bytes(const struct stack_slot *slot)
{
	int n = 0;

	while (n < REG_SIZE && slot->type[REG_SIZE - 1 - n] == STACK_SPILL)
		n++;
	return n;
}

/* A load from a slot that holds a saved register. */
static int fill_reg(struct vf_env *env, struct func_state *func, s32 off, int size, int dst_regno)
{
	struct stack_slot *slot = slot_at(func, off);
	struct reg_state *dst = dst_regno >= 0 ? &cur_regs(env)[dst_regno] : NULL;
	int spilled = spill_bytes(slot);
	bool number = slot->spilled.type == SCALAR_VALUE;
	bool low = !(off % REG_SIZE) && (number ? size <= spilled : size == REG_SIZE);
	int err;

	if (!low || size != REG_SIZE) {
		if (!number && !watch_mild_stack()) {
			ebpf_print_linfo(env, env->insn_idx, "; ");
			vlog(env, "invalid size of register fill\n");
			return -EACCES;
		}
	}
	err = mark_slot_read(env, slot);
	if (err || !dst)
		return err;
	if (low) {
		/* Of what does not fit in @size, ebpf_check_mem_access() takes the low part. */
		if (number)
			ebpf_reg_link(env, &slot->spilled);
		ebpf_reg_copy(dst, &slot->spilled);
	} else {
		ebpf_reg_set_unknown(dst);
	}
	dst->live |= LIVE_WRITTEN;
	return 0;
}

static int read_fixed(struct vf_env *env, struct func_state *func, s32 off, int size,
		      int dst_regno)
{
	struct stack_slot *slot;
	int err;

	err = ebpf_grow_stack(env, func, -off);
	if (err)
		return err;
	slot = slot_at(func, off);
	if (slot_is_spill(slot))
		return fill_reg(env, func, off, size, dst_regno);
	if (slot_is_iter(slot) || (slot_is_dynptr(slot) && !watch_mild_stack())) {
		vlog(env, "invalid read from stack off %d+%d size %d\n", off, 0, size);
		return -EACCES;
	}
	err = mark_slot_read(env, slot);
	if (!err && dst_regno >= 0)
		load_data(env, func, off, off + size, dst_regno);
	return err;
}

static bool holds_number(struct func_state *func, s32 off)
{
	return (u32)(-off - 1) / REG_SIZE < func->nr_slots &&
	       slot_is_scalar_spill(slot_at(func, off));
}

int ebpf_check_stack_read(struct vf_env *env, u32 ptr_regno, s32 off, int size, int dst_regno)
{
	struct reg_state *ptr = &cur_regs(env)[ptr_regno];
	struct func_state *func = func_of(env, ptr);
	s32 min, max;
	int err = 0;

	if (ebpf_tnum_is_const(ptr->n.var_off)) {
		off += (s32)ptr->n.var_off.value;
		/* What is not in a register saved whole is known by nothing but its bytes. */
		if (dst_regno >= 0 && holds_number(func, off))
			err = note_slot(env, func, ptr_regno, off);
		return err ? err : read_fixed(env, func, off, size, dst_regno);
	}
	if (dst_regno < 0) {
		vlog(env, "variable offset stack pointer cannot be passed into helper function; var_off=%s off=%d size=%d\n",
		     ebpf_tnum_str(env, ptr->n.var_off), off, size);
		return -EACCES;
	}
	min = ptr->n.smin + off;
	max = ptr->n.smax + off + size;
	err = ebpf_check_stack_range(env, ptr_regno, off, size, false, false, NULL);
	if (!err)
		load_data(env, func, min, max, dst_regno);
	return err;
}

/* One byte a helper (or a load at a variable offset) may look at. */
static int use_byte(struct vf_env *env, struct func_state *func, s32 off, bool clobber)
{
	struct stack_slot *slot = slot_at(func, off);
	u8 *type = byte_at(func, off);
	int err;

	/* The helper may write as well. */
	if (clobber) {
		err = ebpf_check_frozen(env, func, off, false);
		if (err)
			return err;
		scratch_at(env, func, off);
		if (*type == STACK_SPILL)
			scrub_spill(slot);
		*type = STACK_MISC;
	}
	return mark_slot_read(env, slot);
}

/* A dynptr is neither data to read nor room to fill. An iterator ends when it is filled. */
static int check_no_object(struct vf_env *env, struct func_state *func, u32 regno, s32 from,
			   s32 to, bool fill, bool by_helper)
{
	const char *how = by_helper ? " indirect" : "";
	int err;
	s32 i;

	for (i = from; i < to; i++) {
		if (!type_is_object(*byte_at(func, i)))
			continue;
		if (*byte_at(func, i) == STACK_ITER ? fill :
		    watch_mild_stack() || (fill && watch_mild_fill())) {
			err = ebpf_end_dynptr(env, func, i);
			if (err)
				return err;
			continue;
		}
		if (fill)
			vlog(env, "potential write to dynptr at off=%d disallowed\n", i);
		else
			vlog(env, "invalid%s read from stack R%d off %d+%d size %d\n", how, regno,
			     from, i - from, to - from);
		return -EACCES;
	}
	return 0;
}

int ebpf_check_stack_range(struct vf_env *env, u32 regno, s32 off, int size, bool zero_ok,
			   bool by_helper, struct call_meta *meta)
{
	struct reg_state *reg = &cur_regs(env)[regno];
	struct func_state *func = func_of(env, reg);
	bool fixed = ebpf_tnum_is_const(reg->n.var_off);
	s32 min, max, i;
	int err;

	if (!size && !zero_ok) {
		vlog(env, "invalid zero-sized read\n");
		return -EACCES;
	}
	err = ebpf_check_stack_bounds(env, regno, off, size, false, by_helper);
	if (err)
		return err;
	min = (fixed ? (s64)reg->n.var_off.value : reg->n.smin) + off;
	max = (fixed ? (s64)reg->n.var_off.value : reg->n.smax) + off;
	/* An empty range has an address as well. */
	err = ebpf_grow_stack(env, func, -min);
	if (err)
		return err;
	err = check_no_object(env, func, regno, min, max + size, meta && meta->raw_mode && fixed,
			      by_helper);
	if (err)
		return err;
	if (meta && meta->raw_mode && fixed) {
		/* Filled by the helper: marked written when it returns. */
		meta->access_size = size;
		meta->regno = regno;
		return 0;
	}
	for (i = min; !err && i < max + size; i++)
		err = use_byte(env, func, i, by_helper);
	return err;
}

static bool all_zero(struct func_state *func, s32 off, u32 size)
{
	u32 i;

	for (i = 0; i < size; i++)
		if (*byte_at(func, off + i) != STACK_ZERO)
			return false;
	return true;
}

int ebpf_stack_const(struct vf_env *env, u32 regno, u32 size, u64 *val)
{
	const struct reg_state *reg = &cur_regs(env)[regno];
	struct func_state *func;
	struct stack_slot *slot;
	s64 off;
	int err;

	if (reg->type != PTR_TO_STACK || !ebpf_tnum_is_const(reg->n.var_off))
		return 0;
	off = reg->off + (s64)reg->n.var_off.value;
	func = func_of(env, reg);
	if (off >= 0 || off < -(s64)func->nr_slots * REG_SIZE || off + size > 0)
		return 0;
	*val = 0;
	if (all_zero(func, off, size))
		return 1;
	slot = slot_at(func, off);
	if (off % REG_SIZE || !slot_is_scalar_spill(slot) || spill_bytes(slot) != (int)size ||
	    !ebpf_tnum_is_const(slot->spilled.n.var_off))
		return 0;
	*val = slot->spilled.n.var_off.value;
	err = ebpf_mark_slot_precise(env, func->frameno, (u32)(-off - 1) / REG_SIZE);
	return err ? err : 1;
}
