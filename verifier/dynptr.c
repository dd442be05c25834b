// SPDX-License-Identifier: GPL-2.0-only
/*
 * Dynptrs: 16 bytes of stack that a helper filled with address and size of some
 * memory, and that only helpers may read or write.
 *
 * Such a pair of slots is known by its type marks; what the first of them (the one
 * at the lower address) holds of the dynptr is in its spilled register. Whoever
 * writes anything else there ends the dynptr, and with it the slices that
 * bpf_dynptr_data() gave out; one that stands for a reference cannot be ended
 * that way. Nothing but a helper may put a dynptr together: slots that lost one
 * half are none.
 */
#include "verifier/call.h"
#include "verifier/iter.h"
#include "verifier/log.h"
#include "verifier/mem.h"

#define DYNPTR_SIZE	16	/* bytes, of struct bpf_dynptr */

static const char *dynptr_name(u32 flags)
{
	if (flags & EBPF_DYNPTR_TYPE_LOCAL)
		return "local";
	if (flags & EBPF_DYNPTR_TYPE_RINGBUF)
		return "ringbuf";
	return "<unknown>";
}

static bool is_referenced(u32 flags)
{
	return flags & EBPF_DYNPTR_TYPE_RINGBUF;
}

static s32 stack_off(const struct reg_state *reg)
{
	return reg->off + (s32)reg->n.var_off.value;
}

/* The slot that would be the first one of a dynptr at R@regno, a stack pointer. */
static int first_slot(struct vf_env *env, u32 regno, bool write)
{
	const struct reg_state *reg = &cur_regs(env)[regno];
	int err;

	if (!ebpf_tnum_is_const(reg->n.var_off)) {
		vlog(env, "dynptr has to be at a constant offset\n");
		return -EINVAL;
	}
	if (((s64)reg->off + (s64)reg->n.var_off.value) % REG_SIZE) {
		vlog(env, "cannot pass in dynptr at an offset=%d\n", stack_off(reg));
		return -EINVAL;
	}
	err = ebpf_check_stack_bounds(env, regno, reg->off, DYNPTR_SIZE, write, false);
	return err ? err : (-stack_off(reg) - 1) / REG_SIZE;
}

/* The first slot of the dynptr at R@regno, or NULL when there is none. */
static struct stack_slot *find_dynptr(struct vf_env *env, u32 regno)
{
	struct func_state *func = func_of(env, &cur_regs(env)[regno]);
	int slot = first_slot(env, regno, false);

	/* The two halves are made and unmade together. */
	if (slot < 0 || (u32)slot >= func->nr_slots || !slot_is_dynptr(&func->stack[slot]) ||
	    !func->stack[slot].spilled.dynptr_first)
		return NULL;
	return &func->stack[slot];
}

static void mark_slot(struct stack_slot *slot, u32 flags, u32 id, bool first)
{
	ebpf_reg_set_ptr(&slot->spilled, CONST_PTR_TO_DYNPTR);
	slot->spilled.dynptr_type = flags;
	slot->spilled.dynptr_first = first;
	slot->spilled.id = id;
	slot->spilled.live |= LIVE_WRITTEN;
	memset(slot->type, STACK_DYNPTR, sizeof(slot->type));
}

/* Its bytes are something nobody may rely on. */
static void unmark_slot(struct stack_slot *slot)
{
	ebpf_reg_set_not_init(&slot->spilled);
	memset(slot->type, STACK_INVALID, sizeof(slot->type));
}

static void forget_slice(struct reg_state *reg, u32 id)
{
	if (reg->dynptr_id == id)
		ebpf_reg_set_unknown(reg);
}

/* Memory that was reached through dynptr @id no longer is. */
static void forget_slices(struct vf_env *env, u32 id)
{
	struct func_state *func;
	u32 f, i;

	for (f = 0; f <= env->cur->curframe; f++) {
		func = env->cur->frame[f];
		for (i = 0; i < NR_REGS; i++)
			forget_slice(&func->regs[i], id);
		for (i = 0; i < func->nr_slots; i++)
			if (slot_is_spill(&func->stack[i]))
				forget_slice(&func->stack[i].spilled, id);
	}
}

int ebpf_end_dynptr(struct vf_env *env, struct func_state *func, s32 off)
{
	u32 i = (u32)(-off - 1) / REG_SIZE, id;

	if (i >= func->nr_slots || !slot_is_object(&func->stack[i]))
		return 0;
	if (slot_is_iter(&func->stack[i])) {
		ebpf_end_iter(env, func, i);
		return 0;
	}
	if (!func->stack[i].spilled.dynptr_first)
		i++;
	if (EBPF_BUG_ON(!i || i >= func->nr_slots || !slot_is_dynptr(&func->stack[i])))
		return -EFAULT;
	if (is_referenced(func->stack[i].spilled.dynptr_type)) {
		vlog(env, "cannot overwrite referenced dynptr\n");
		return -EINVAL;
	}
	id = func->stack[i].spilled.id;
	unmark_slot(&func->stack[i]);
	unmark_slot(&func->stack[i - 1]);
	if (func == cur_func(env)) {
		scratch_slot(env, i);
		scratch_slot(env, i - 1);
	}
	forget_slices(env, id);
	return 0;
}

/* Both halves were looked at. */
static int mark_read(struct vf_env *env, struct stack_slot *first)
{
	struct reg_state *reg = &first->spilled;
	int err;

	err = ebpf_mark_reg_read(env, reg, reg->parent, LIVE_READ64);
	if (err)
		return err;
	reg = &first[-1].spilled;
	return ebpf_mark_reg_read(env, reg, reg->parent, LIVE_READ64);
}

static int check_uninit(struct vf_env *env, u32 regno, u32 arg_type, struct call_meta *meta)
{
	int slot;

	if (cur_regs(env)[regno].type != PTR_TO_STACK) {
		vlog(env, "Dynptr has to be an uninitialized dynptr\n");
		return -EINVAL;
	}
	slot = first_slot(env, regno, true);
	if (slot < 0)
		return slot;
	if (EBPF_BUG_ON(meta->new_dynptr_regno))
		return -EFAULT;
	meta->new_dynptr_regno = regno;
	meta->dynptr_type = arg_type & DYNPTR_TYPE_MASK;
	return 0;
}

static int check_type(struct vf_env *env, u32 regno, u32 arg_type, const struct reg_state *dynptr)
{
	u32 want = arg_type & DYNPTR_TYPE_MASK;

	if (!want || dynptr->dynptr_type == want)
		return 0;
	vlog(env, "Expected a dynptr of type %s as arg #%d\n", dynptr_name(want), regno);
	return -EINVAL;
}

int ebpf_check_dynptr_arg(struct vf_env *env, u32 regno, u32 arg_type, struct call_meta *meta)
{
	const struct reg_state *reg = &cur_regs(env)[regno];
	struct stack_slot *slot;
	int err;

	if (arg_type & EBPF_MEM_UNINIT)
		return check_uninit(env, regno, arg_type, meta);
	if (reg->type == CONST_PTR_TO_DYNPTR) {
		meta->dynptr_id = reg->id;
		return check_type(env, regno, arg_type, reg);
	}
	slot = find_dynptr(env, regno);
	if (!slot) {
		vlog(env, "Expected an initialized dynptr as arg #%d\n", regno);
		return -EINVAL;
	}
	err = check_type(env, regno, arg_type, &slot->spilled);
	if (err)
		return err;
	meta->dynptr_id = slot->spilled.id;
	meta->dynptr_ref = slot->spilled.ref_obj_id;
	return mark_read(env, slot);
}

int ebpf_check_dynptr_release(struct vf_env *env, u32 regno)
{
	struct stack_slot *slot;

	if (cur_regs(env)[regno].type != PTR_TO_STACK) {
		vlog(env, "cannot release unowned const bpf_dynptr\n");
		return -EINVAL;
	}
	slot = find_dynptr(env, regno);
	if (slot && slot->spilled.ref_obj_id)
		return 0;
	vlog(env, "arg %d is an unacquired reference\n", regno);
	return -EINVAL;
}

int ebpf_release_dynptr(struct vf_env *env, u32 regno)
{
	struct stack_slot *slot = find_dynptr(env, regno);
	u32 id, ref;
	int err;

	if (EBPF_BUG_ON(!slot))
		return -EFAULT;
	id = slot->spilled.id;
	ref = slot->spilled.ref_obj_id;
	/* Refuses what repetitions of a callback would give back twice. */
	err = ebpf_release_ref(env, ref);
	if (err)
		return err;
	unmark_slot(&slot[0]);
	unmark_slot(&slot[-1]);
	scratch_all(env);
	forget_slices(env, id);
	return 0;
}

int ebpf_make_dynptr(struct vf_env *env, const struct call_meta *meta, int insn_idx)
{
	u32 regno = meta->new_dynptr_regno, id, i;
	struct func_state *func;
	s32 off, ref = 0;
	int err = 0;

	if (!regno)
		return 0;
	func = func_of(env, &cur_regs(env)[regno]);
	off = stack_off(&cur_regs(env)[regno]);
	for (i = 0; !err && i < DYNPTR_SIZE; i += REG_SIZE)
		err = ebpf_check_frozen(env, func, off + i, true);
	if (!err)
		err = ebpf_grow_stack(env, func, -off);
	for (i = 0; !err && i < DYNPTR_SIZE; i += REG_SIZE)
		err = ebpf_end_dynptr(env, func, off + i);
	if (err)
		return err;
	/* The reference first: Linux 6.1 numbers no dynptrs, and logs tell its number. */
	if (is_referenced(meta->dynptr_type)) {
		ref = ebpf_acquire_ref(env, insn_idx);
		if (ref < 0)
			return ref;
	}
	id = ++env->id_gen;
	i = (u32)(-off - 1) / REG_SIZE;
	mark_slot(&func->stack[i], meta->dynptr_type, id, true);
	mark_slot(&func->stack[i - 1], meta->dynptr_type, id, false);
	func->stack[i].spilled.ref_obj_id = ref;
	func->stack[i - 1].spilled.ref_obj_id = ref;
	if (func == cur_func(env)) {
		scratch_slot(env, i);
		scratch_slot(env, i - 1);
	}
	return 0;
}
