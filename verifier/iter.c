// SPDX-License-Identifier: GPL-2.0-only
/*
 * Iterators: one or more slots of stack that a kernel function made one of, and that only the
 * functions for it may read or write. Each stands for a reference, so that every path ends it.
 *
 * Such slots are known by their type marks, and made and unmade together; what the first of them
 * (the one at the lowest address) holds of the iterator is in its spilled register. Whoever
 * writes anything else there ends the iterator without giving the reference back, which is
 * refused at the latest where the program ends.
 *
 * NEXT goes two ways. One has come to the iterator's end, and stays there; on the other something
 * was taken from it. How many were, on the way to a state, is its depth. At run time there is an
 * end to them: so of two states of one instruction on one way, with the same iterator in both
 * and a greater depth in the later one, a loop comes by only so often.
 *
 * That is true of one loop. Where several meet, one of them could make anew what another
 * brings to its end, and that one the former's. So iterators count in the order in which they
 * were made: the oldest that is not as it was must be nearer to its end; those made after it
 * may be others, as those of an inner loop are in each round of the outer one. What they all
 * have left, read like a number with the oldest as the first digit, becomes smaller by each
 * such round, whatever rounds of inner loops are between. See converge.c for the rest.
 */
#include "verifier/call.h"
#include "verifier/iter.h"
#include "verifier/kfunc.h"
#include "verifier/log.h"
#include "verifier/mem.h"
#include "verifier/walk.h"

#define NUM_SIZE	4	/* bytes of what NEXT returns the address of */

static struct stack_slot *slot_of(const struct vf_state *st, const struct iter_arg *iter)
{
	return &st->frame[iter->frameno]->stack[iter->slot];
}

/* The iterator that begins in the slot, or NULL. */
static const struct reg_state *iter_at(const struct vf_state *st, u32 f, u32 i)
{
	const struct func_state *func = st->frame[f];

	if (i >= func->nr_slots || !slot_is_iter(&func->stack[i]) ||
	    func->stack[i].spilled.iter_part)
		return NULL;
	return &func->stack[i].spilled;
}

static void scratch_iter(struct vf_env *env, const struct iter_arg *iter)
{
	u32 i;

	for (i = 0; iter->frameno == env->cur->curframe && i < iter->slots; i++)
		scratch_slot(env, iter->slot - i);
}

/* The slots at R@regno. */
static int find_slot(struct vf_env *env, u32 regno, struct iter_arg *iter)
{
	const struct reg_state *reg = &cur_regs(env)[regno];
	s64 off;
	int err;

	if (reg->type != PTR_TO_STACK) {
		vlog(env, "R%d expected pointer to an iterator on stack\n", regno);
		return -EINVAL;
	}
	if (!ebpf_tnum_is_const(reg->n.var_off)) {
		vlog(env, "iter has to be at a constant offset\n");
		return -EINVAL;
	}
	off = (s64)reg->off + (s64)reg->n.var_off.value;
	if (off % REG_SIZE) {
		vlog(env, "cannot pass in iter at an offset=%d\n", (int)off);
		return -EINVAL;
	}
	err = ebpf_check_stack_bounds(env, regno, reg->off, iter->slots * REG_SIZE, true, false);
	if (err)
		return err;
	/* Each round of a callback would be of another state of it. */
	if (reg->frameno < ebpf_callback_frameno(env)) {
		vlog(env, "callbacks cannot use iterators in stack frames of their callers\n");
		return -EACCES;
	}
	iter->frameno = reg->frameno;
	iter->slot = (u32)(-off - 1) / REG_SIZE;
	return 0;
}

/* For a new one: anything but another. */
static int check_room(struct vf_env *env, u32 regno, const char *name, const struct iter_arg *iter)
{
	const struct func_state *func = env->cur->frame[iter->frameno];
	u32 i;
	int err = 0;

	for (i = 0; i < iter->slots; i++)
		if (iter->slot - i < func->nr_slots && slot_is_iter(&func->stack[iter->slot - i])) {
			vlog(env, "expected uninitialized %s as R%d\n", name, regno);
			return -EINVAL;
		}
	for (i = 0; !err && i < iter->slots; i++)
		err = ebpf_check_mem_access(env, env->insn_idx, regno, i * REG_SIZE, EBPF_DW,
					    ACC_WRITE, PSEUDO_REG_NONE, false, false);
	return err;
}

static int mark_read(struct vf_env *env, const struct iter_arg *iter)
{
	struct stack_slot *slot = slot_of(env->cur, iter);
	struct reg_state *reg;
	u32 i;
	int err = 0;

	for (i = 0; !err && i < iter->slots; i++) {
		reg = &slot[-(s32)i].spilled;
		err = ebpf_mark_reg_read(env, reg, reg->parent, LIVE_READ64);
	}
	return err;
}

int ebpf_check_iter_arg(struct vf_env *env, u32 regno, const struct ebpf_kfunc *kfunc,
			struct iter_arg *iter)
{
	const struct ebpf_iter_type *type = &ebpf_iter_types[kfunc->iter_kind];
	const struct reg_state *it;
	int err;

	iter->slots = type->slots;
	err = ebpf_check_reg_arg(env, regno, SRC_OP);
	if (!err)
		err = find_slot(env, regno, iter);
	if (err)
		return err;
	if (kfunc->iter == EBPF_KFUNC_ITER_NEW && type->rcu && !ebpf_in_rcu(env)) {
		vlog(env, "kernel func %s requires RCU critical section protection\n", kfunc->name);
		return -EACCES;
	}
	if (kfunc->iter == EBPF_KFUNC_ITER_NEW)
		return check_room(env, regno, type->name, iter);
	it = iter_at(env->cur, iter->frameno, iter->slot);
	if (!it || it->iter_kind != kfunc->iter_kind) {
		vlog(env, "expected an initialized %s as R%d\n", type->name, regno);
		return -EINVAL;
	}
	if (it->iter_lost) {
		vlog(env, "expected an RCU CS when using %s\n", kfunc->name);
		return -EPROTO;
	}
	return mark_read(env, iter);
}

static int make(struct vf_env *env, enum ebpf_iter_kind kind, const struct iter_arg *iter)
{
	struct stack_slot *slot = slot_of(env->cur, iter);
	s32 ref = ebpf_acquire_ref(env, env->insn_idx);
	u32 i;

	if (ref < 0)
		return ref;
	for (i = 0; i < iter->slots; i++, slot--) {
		ebpf_reg_set_ptr(&slot->spilled, ITER);
		slot->spilled.iter_kind = kind;
		slot->spilled.iter_part = i;
		slot->spilled.ref_obj_id = ref;
		slot->spilled.live |= LIVE_WRITTEN;
		memset(slot->type, STACK_ITER, sizeof(slot->type));
	}
	return 0;
}

/* All slots of the iterator that begins in @slot. */
static void unmark(struct stack_slot *slot)
{
	u32 left = ebpf_iter_types[slot->spilled.iter_kind].slots;

	for (; left; left--, slot--) {
		ebpf_reg_set_not_init(&slot->spilled);
		memset(slot->type, STACK_INVALID, sizeof(slot->type));
	}
}

void ebpf_end_iter(struct vf_env *env, struct func_state *func, u32 slot)
{
	u32 first = slot + func->stack[slot].spilled.iter_part;
	struct iter_arg iter = { func->frameno, first, 0 };

	iter.slots = ebpf_iter_types[func->stack[first].spilled.iter_kind].slots;
	unmark(&func->stack[first]);
	scratch_iter(env, &iter);
}

static int destroy(struct vf_env *env, const struct iter_arg *iter)
{
	struct stack_slot *slot = slot_of(env->cur, iter);
	int err = ebpf_release_ref(env, slot->spilled.ref_obj_id);

	if (err) {
		vlog(env, "iterator cannot be destroyed here\n");
		return err;
	}
	unmark(slot);
	scratch_all(env);
	return 0;
}

/* The way on which there was one more. */
static int push_active(struct vf_env *env, const struct ebpf_kfunc *kfunc, const struct iter_arg *iter)
{
	struct vf_state *in = ebpf_push_round(env, env->insn_idx);
	struct reg_state *r0, *it;

	if (!in)
		return -EFAULT;
	it = &slot_of(in, iter)->spilled;
	it->iter_depth++;
	r0 = &in->frame[in->curframe]->regs[EBPF_REG_0];
	/* An object, which stays as long as the section. */
	if (ebpf_kfunc_struct(kfunc->ret))
		return ebpf_set_kernel_obj(env, r0, kfunc->ret, TRUST_RCU);
	ebpf_reg_set_ptr(r0, PTR_TO_MEM | EBPF_MEM_RDONLY);
	r0->mem_size = NUM_SIZE;
	/* It is in the iterator, and gone with that. */
	r0->ref_obj_id = it->ref_obj_id;
	return 0;
}

static int next(struct vf_env *env, const struct ebpf_kfunc *kfunc, const struct iter_arg *iter)
{
	struct reg_state *it = &slot_of(env->cur, iter)->spilled;
	int err;

	if (!it->iter_drained) {
		err = push_active(env, kfunc, iter);
		if (err)
			return err;
		it->iter_drained = 1;
	}
	ebpf_reg_set_known(&cur_regs(env)[EBPF_REG_0], 0);
	return 0;
}

int ebpf_do_iter(struct vf_env *env, const struct ebpf_kfunc *kfunc, const struct iter_arg *iter)
{
	scratch_iter(env, iter);
	switch (kfunc->iter) {
	case EBPF_KFUNC_ITER_NEW:
		return make(env, kfunc->iter_kind, iter);
	case EBPF_KFUNC_ITER_NEXT:
		return next(env, kfunc, iter);
	case EBPF_KFUNC_ITER_DESTROY:
		return destroy(env, iter);
	default:
		return EBPF_BUG_ON(true) ? -EFAULT : 0;
	}
}

/* The oldest iterator of @st that was made after the one of reference @id, and where it is; NULL. */
static const struct reg_state *next_made(const struct vf_state *st, u32 id, struct iter_arg *at)
{
	const struct reg_state *it, *found = NULL;
	u32 f, i;

	for (f = 0; f <= st->curframe; f++)
		for (i = 0; i < st->frame[f]->nr_slots; i++) {
			it = iter_at(st, f, i);
			if (!it || it->ref_obj_id <= id ||
			    (found && found->ref_obj_id < it->ref_obj_id))
				continue;
			found = it;
			at->frameno = f;
			at->slot = i;
		}
	return found;
}

/**
 * struct iter_pair - an iterator of one state, and what it is in another of the same frames
 * @o: in the one; NULL: before the oldest
 * @c: in the other; NULL: another, or none
 */
struct iter_pair {
	const struct reg_state *o;
	const struct reg_state *c;
};

/* Goes on to the one that was made next. False: there is none. */
static bool next_pair(const struct vf_state *old, const struct vf_state *cur, struct iter_pair *pair)
{
	struct iter_arg at;

	pair->o = next_made(old, pair->o ? pair->o->ref_obj_id : 0, &at);
	if (!pair->o)
		return false;
	pair->c = iter_at(cur, at.frameno, at.slot);
	if (pair->c && pair->c->ref_obj_id != pair->o->ref_obj_id)
		pair->c = NULL;
	return true;
}

bool ebpf_iters_advanced(const struct vf_state *old, const struct vf_state *cur)
{
	struct iter_pair pair = { NULL, NULL };

	if (old->curframe != cur->curframe)
		return false;
	while (next_pair(old, cur, &pair)) {
		if (!pair.c)
			return false;
		if (pair.c->iter_depth != pair.o->iter_depth)
			return pair.c->iter_depth > pair.o->iter_depth;
	}
	return false;
}

bool ebpf_iters_no_farther(const struct vf_state *old, const struct vf_state *cur)
{
	struct iter_pair pair = { NULL, NULL };

	if (old->curframe != cur->curframe)
		return false;
	while (next_pair(old, cur, &pair))
		if (!pair.c || pair.c->iter_depth < pair.o->iter_depth)
			return false;
	return true;
}
