// SPDX-License-Identifier: GPL-2.0-only
/*
 * Conditional jumps: which way they go if that is known, else both ways with
 * what each way says about the operands.
 */
#include "verifier/call.h"
#include "verifier/log.h"
#include "verifier/mem.h"
#include "verifier/walk.h"
#include "verifier/watch.h"

/* The pointer cannot be NULL: it is not, and what was added to it is within limits. */
static bool never_null(const struct reg_state *reg)
{
	if (may_be_null(reg->type) || (reg->type & EBPF_PTR_UNTRUSTED) ||
	    reg->n.smin <= -MAX_VAR_OFF || reg->n.smax >= MAX_VAR_OFF)
		return false;
	switch (base_type(reg->type)) {
	case PTR_TO_MAP_VALUE:
	case PTR_TO_MAP_KEY:
	case PTR_TO_MEM:
	case PTR_TO_SOCK_COMMON:
	case PTR_TO_SOCKET:
	case PTR_TO_TCP_SOCK:
	case CONST_PTR_TO_MAP:
		return true;
	default:
		return false;
	}
}

static bool is_const(const struct reg_state *reg, bool is32)
{
	return is32 ? ebpf_tnum_subreg_is_const(reg->n.var_off) :
		      ebpf_tnum_is_const(reg->n.var_off);
}

/* 1 taken, 0 not, -1 open. */
static int decide(const struct reg_state *dst, const struct reg_state *src, u8 op, bool is32)
{
	if (dst->type == SCALAR_VALUE && src->type == SCALAR_VALUE) {
		/* Of two that vary, all ways are walked. */
		if (!is_const(src, is32) && !is_const(dst, is32))
			return -1;
		return ebpf_scalar_branch(&dst->n, &src->n, op, is32);
	}
	if (!is32 && is_pkt_ptr_any(dst->type) && is_pkt_ptr_any(src->type))
		return ebpf_packet_branch(dst, src, op);
	/* The low half of a pointer may well be zero. */
	if (is32 || !never_null(dst) || !is_null_reg(src))
		return -1;
	if (op == EBPF_JEQ)
		return 0;
	return op == EBPF_JNE ? 1 : -1;
}

/* The jump's direction rests on these numbers. */
static int mark_operands_precise(struct vf_env *env, const struct ebpf_insn *insn)
{
	struct reg_state *regs = cur_regs(env);
	int err = 0;

	if (regs[insn->dst_reg].type == SCALAR_VALUE)
		err = ebpf_mark_precise(env, insn->dst_reg);
	if (!err && EBPF_SRC(insn->code) == EBPF_X && regs[insn->src_reg].type == SCALAR_VALUE)
		err = ebpf_mark_precise(env, insn->src_reg);
	return err;
}

/* @reg is @known and a constant: what is known of that, unless more is known of it already. */
static void add_distance(struct vf_env *env, struct reg_state *reg, const struct reg_state *known)
{
	struct scalar *sum = &env->tmp_reg2.n;

	*sum = known->n;
	ebpf_scalar_set_const(&env->tmp_reg.n, (s64)reg->delta - known->delta);
	ebpf_scalar_alu(sum, &env->tmp_reg.n, EBPF_ADD, true, false);
	reg->precise |= known->precise;
	if (!ebpf_scalar_contains(sum, &reg->n))
		reg->n = *sum;
}

static void copy_to_equals_of(struct vf_env *env, struct reg_state *reg,
			      const struct reg_state *known)
{
	if (reg == known || reg->type != SCALAR_VALUE || reg->id != known->id)
		return;
	if (unlikely(reg->delta != known->delta))
		add_distance(env, reg, known);
	else
		ebpf_reg_copy(reg, known);
}

/* What is known of one number is known of all with its id. */
static void copy_to_equals(struct vf_env *env, struct vf_state *st, const struct reg_state *known)
{
	struct func_state *func;
	u32 f, i;

	if (known->type != SCALAR_VALUE || !known->id)
		return;
	for (f = 0; f <= st->curframe; f++) {
		func = st->frame[f];
		for (i = 0; i < NR_REGS; i++)
			copy_to_equals_of(env, &func->regs[i], known);
		for (i = 0; i < func->nr_slots; i++)
			if (slot_is_spill(&func->stack[i]))
				copy_to_equals_of(env, &func->stack[i].spilled, known);
	}
}

/* Adds one register or slot with number @id to the packed list; when the list
 * is full it no longer counts as equal instead.
 */
static void collect_one(u64 *linked, struct reg_state *reg, u32 id, u32 name)
{
	u32 n = LINK_COUNT(*linked);

	if (reg->type != SCALAR_VALUE || reg->id != id)
		return;
	if (n == LINKS_MAX) {
		if (!watch_link_copies())
			reg_unlink(reg);
		return;
	}
	*linked += 1;
	*linked |= (u64)name << (4 + n * LINK_BITS);
}

static void collect_linked(struct vf_state *st, u32 id, u64 *linked)
{
	struct func_state *func;
	u32 f, i;

	for (f = 0; f <= st->curframe; f++) {
		func = st->frame[f];
		for (i = 0; i < NR_REGS; i++)
			collect_one(linked, &func->regs[i], id, LINK_REG(f, i));
		for (i = 0; i < func->nr_slots; i++)
			if (slot_is_spill(&func->stack[i]))
				collect_one(linked, &func->stack[i].spilled, id,
					    LINK_SLOT(f, i));
	}
}

/* For backtracking: which numbers this jump will teach at once. */
static int record_linked(struct vf_env *env, const struct reg_state *dst,
			 const struct reg_state *src)
{
	u64 linked = 0;

	if (dst->type == SCALAR_VALUE && dst->id)
		collect_linked(env->cur, dst->id, &linked);
	if (src->type == SCALAR_VALUE && src->id && src->id != dst->id)
		collect_linked(env->cur, src->id, &linked);
	if (LINK_COUNT(linked) < 2)
		return 0;
	return ebpf_push_jmp(env, env->cur, linked);
}

/* env->way: operands where the jump is taken, and where it is not. */
enum { WAY_DST, WAY_SRC, WAY_ELSE_DST, WAY_ELSE_SRC };

static bool compares_itself(const struct ebpf_insn *insn)
{
	return EBPF_SRC(insn->code) == EBPF_X && insn->src_reg == insn->dst_reg;
}

/* What both ways learn from the comparison, in env->way. One may turn out to
 * contradict what is known: 1 taken, 0 not, -1 open.
 */
static int learn(struct vf_env *env, const struct ebpf_insn *insn, const struct reg_state *dst,
		 const struct reg_state *src)
{
	struct scalar *way = env->way;
	int pred;

	way[WAY_DST] = dst->n;
	way[WAY_SRC] = src->n;
	way[WAY_ELSE_DST] = dst->n;
	way[WAY_ELSE_SRC] = src->n;
	if (compares_itself(insn))
		return -1;
	pred = ebpf_scalar_refine(&way[WAY_DST], &way[WAY_SRC], &way[WAY_ELSE_DST],
				  &way[WAY_ELSE_SRC], EBPF_OP(insn->code),
				  EBPF_CLASS(insn->code) == EBPF_JMP32);
	/* As in decide(): of what has no range, all ways are walked. */
	return ebpf_reg_is_bounded(dst) && ebpf_reg_is_bounded(src) ? pred : -1;
}

/* The only way left teaches what it would if there were two. */
static int follow(struct vf_env *env, const struct ebpf_insn *insn, const struct reg_state *src,
		  bool taken)
{
	struct reg_state *regs = cur_regs(env);
	int err = record_linked(env, &regs[insn->dst_reg], src);

	if (err)
		return err;
	regs[insn->dst_reg].n = env->way[taken ? WAY_DST : WAY_ELSE_DST];
	if (EBPF_SRC(insn->code) == EBPF_X) {
		regs[insn->src_reg].n = env->way[taken ? WAY_SRC : WAY_ELSE_SRC];
		copy_to_equals(env, env->cur, &regs[insn->src_reg]);
	}
	copy_to_equals(env, env->cur, &regs[insn->dst_reg]);
	return 0;
}

static void refine(struct vf_env *env, const struct ebpf_insn *insn, struct vf_state *taken)
{
	struct reg_state *regs = cur_regs(env);
	struct reg_state *tregs = taken->frame[taken->curframe]->regs;

	if (compares_itself(insn))
		return;
	tregs[insn->dst_reg].n = env->way[WAY_DST];
	regs[insn->dst_reg].n = env->way[WAY_ELSE_DST];
	if (EBPF_SRC(insn->code) == EBPF_X) {
		tregs[insn->src_reg].n = env->way[WAY_SRC];
		regs[insn->src_reg].n = env->way[WAY_ELSE_SRC];
		copy_to_equals(env, env->cur, &regs[insn->src_reg]);
		copy_to_equals(env, taken, &tregs[insn->src_reg]);
	}
	copy_to_equals(env, env->cur, &regs[insn->dst_reg]);
	copy_to_equals(env, taken, &tregs[insn->dst_reg]);
}

/* What a look-up in a map of sockets found. */
static void set_socket(struct reg_state *reg, u32 type)
{
	reg->type = type;
	/* The map's part of it. */
	reg->raw[0] = 0;
	reg->raw[1] = 0;
}

static void set_not_null(struct reg_state *reg)
{
	struct ebpf_map *map = reg->map;

	reg->type &= ~EBPF_PTR_MAYBE_NULL;
	if (reg->type == PTR_TO_MAP_VALUE && map->inner_map_meta) {
		/* The value of a map of maps is a map. */
		reg->type = CONST_PTR_TO_MAP;
		reg->map = map->inner_map_meta;
		/* Timers belong to one map, not to all that are alike. */
		if (reg->map->timer_off >= 0)
			reg->map_uid = reg->id;
	} else if (reg->type == PTR_TO_MAP_VALUE && ebpf_map_has_objects(map)) {
		set_socket(reg, map->map_type == EBPF_MAP_TYPE_XSKMAP ? PTR_TO_XDP_SOCK :
								       PTR_TO_SOCKET);
	}
	if (!has_spin_lock(reg))
		reg->id = 0;
}

static void set_null_or_not(struct reg_state *reg, u32 id, bool is_null)
{
	if (!may_be_null(reg->type) || reg->id != id)
		return;
	/* No arithmetic was possible before the check. */
	if (EBPF_BUG_ON(reg->off || !ebpf_tnum_equals_const(reg->n.var_off, 0)))
		return;
	if (is_null)
		ebpf_reg_set_known(reg, 0);
	else
		set_not_null(reg);
}

static void mark_null_or_not(struct vf_state *st, u32 regno, bool is_null)
{
	struct func_state *func = st->frame[st->curframe];
	u32 ref = func->regs[regno].ref_obj_id;
	u32 id = func->regs[regno].id;
	u32 f, i;

	/* What was not given need not be given back. */
	if (ref && ref == id && is_null)
		ebpf_release_ref_state(func, id);
	for (f = 0; f <= st->curframe; f++) {
		func = st->frame[f];
		for (i = 0; i < NR_REGS; i++)
			set_null_or_not(&func->regs[i], id, is_null);
		for (i = 0; i < func->nr_slots; i++)
			if (slot_is_spill(&func->stack[i]))
				set_null_or_not(&func->stack[i].spilled, id, is_null);
	}
}

static int check_operands(struct vf_env *env, const struct ebpf_insn *insn)
{
	bool is_reg = EBPF_SRC(insn->code) == EBPF_X;
	int err = 0;

	if (EBPF_OP(insn->code) == EBPF_JA || EBPF_OP(insn->code) > EBPF_JSLE) {
		vlog(env, "invalid BPF_JMP/JMP32 opcode %x\n", EBPF_OP(insn->code));
		return -EINVAL;
	}
	if (is_reg ? insn->imm : insn->src_reg) {
		vlog(env, "BPF_JMP/JMP32 uses reserved fields\n");
		return -EINVAL;
	}
	if (is_reg)
		err = ebpf_check_reg_arg(env, insn->src_reg, SRC_OP);
	return err ? err : ebpf_check_reg_arg(env, insn->dst_reg, SRC_OP);
}

/* Of two pointers one may be NULL, and the other is not: where they are equal, neither is. */
static void compare_with_not_null(struct reg_state *dst, struct reg_state *src)
{
	if (may_be_null(dst->type) && dst->type != SCALAR_VALUE && never_null(src) &&
	    base_type(dst->type) != PTR_TO_BTF_ID)
		set_not_null(dst);
	else if (may_be_null(src->type) && src->type != SCALAR_VALUE && never_null(dst) &&
		 base_type(src->type) != PTR_TO_BTF_ID)
		set_not_null(src);
}

static void both_ways(struct vf_env *env, const struct ebpf_insn *insn, struct vf_state *taken,
		      struct reg_state *src)
{
	struct reg_state *dst = &cur_regs(env)[insn->dst_reg];
	u8 op = EBPF_OP(insn->code);
	bool is_eq = op == EBPF_JEQ || op == EBPF_JNE;
	struct reg_state *regs;

	if (dst->type == SCALAR_VALUE && src->type == SCALAR_VALUE) {
		refine(env, insn, taken);
		return;
	}
	if (EBPF_CLASS(insn->code) == EBPF_JMP && is_eq && may_be_null(dst->type) &&
	    is_null_reg(src)) {
		mark_null_or_not(env->cur, insn->dst_reg, op == EBPF_JNE);
		mark_null_or_not(taken, insn->dst_reg, op == EBPF_JEQ);
		return;
	}
	if (EBPF_CLASS(insn->code) == EBPF_JMP && is_eq && EBPF_SRC(insn->code) == EBPF_X) {
		regs = op == EBPF_JEQ ? taken->frame[taken->curframe]->regs : cur_regs(env);
		compare_with_not_null(&regs[insn->dst_reg], &regs[insn->src_reg]);
	}
	ebpf_match_packet_ptrs(env, insn, taken);
}

int ebpf_check_cond_jmp(struct vf_env *env, const struct ebpf_insn *insn, u32 *insn_idx)
{
	bool is32 = EBPF_CLASS(insn->code) == EBPF_JMP32;
	struct reg_state *src = &env->tmp_reg, *dst;
	struct vf_state *taken;
	bool learned = false;
	int err, pred;

	err = check_operands(env, insn);
	if (err)
		return err;
	if (EBPF_SRC(insn->code) == EBPF_X)
		src = &cur_regs(env)[insn->src_reg];
	else
		ebpf_reg_set_known(src, (s64)insn->imm);
	dst = &cur_regs(env)[insn->dst_reg];
	pred = decide(dst, src, EBPF_OP(insn->code), is32);
	if (pred < 0 && dst->type == SCALAR_VALUE && src->type == SCALAR_VALUE) {
		pred = learn(env, insn, dst, src);
		learned = true;
	}
	if (pred >= 0) {
		err = mark_operands_precise(env, insn);
		if (!err && learned)
			err = follow(env, insn, src, pred);
		if (err)
			return err;
		*insn_idx += pred ? insn->off + 1 : 1;
		return 0;
	}
	err = record_linked(env, dst, src);
	/* That it is 0 tells of the other. */
	if (!err && may_be_null(dst->type) && EBPF_SRC(insn->code) == EBPF_X && is_null_reg(src))
		err = ebpf_mark_precise(env, insn->src_reg);
	if (err)
		return err;
	taken = ebpf_push_pending(env, *insn_idx + insn->off + 1, *insn_idx);
	if (!taken)
		return -EFAULT;
	both_ways(env, insn, taken, src);
	if (env->log_level & (EBPF_LOG_LEVEL1 | EBPF_LOG_LEVEL2))
		ebpf_print_insn_state(env, cur_func(env));
	*insn_idx += 1;
	return 0;
}
