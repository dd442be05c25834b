// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loops that end by themselves: may_goto leaves them when its rounds are used up, and an
 * iterator's when that is at its end (iter.c).
 *
 * Such a loop need not be walked round by round. At its instruction the way out is walked
 * first. On the way in, numbers that differ from those of the round before and have decided
 * nothing so far are forgotten, and when the path comes back with no more than what the walk of
 * an earlier round is true of, it ends there.
 *
 * What ends so leans on a walk that is not finished. Which registers matter, and which
 * numbers, is not known of it, nor of any state above: those are marked "open", and from then
 * on a path ends in one of them only if it has nothing that the state had not, to the last
 * register, in the same frames, and no fewer rounds behind it, of may_goto as of each iterator.
 * That keeps the proof that loops end simple, too: every way back to the start of one is of the
 * same frame, whose rounds have become fewer, or, with as many left, of the same iterators, which
 * have less left. Nothing ever gives a frame rounds back, so they come before iterators.
 */
#include "verifier/image.h"
#include "verifier/insn.h"
#include "verifier/log.h"
#include "verifier/walk.h"
#include "verifier/watch.h"

/* States on the way between two rounds of a loop, at most: a program whose loops do not
 * converge must not take forever to be refused.
 */
#define LOOK_BACK	256

void ebpf_mark_open(struct vf_state *st)
{
	/* What is above one that is open is open. */
	for (; st && !st->open; st = st->parent)
		st->open = true;
}

/* Did the frame use up some of its rounds since the state @old of the same instruction, through
 * which this path came?
 */
bool ebpf_round_begun(const struct vf_env *env, const struct vf_state *old)
{
	const struct func_state *o, *c = cur_func((struct vf_env *)env);

	if (old->curframe != env->cur->curframe)
		return false;
	o = old->frame[old->curframe];
	return o->instance == c->instance && o->rounds != c->rounds;
}

/* Is @old of the call chain of @st? A function that an iterator's loop calls each time anew counts
 * as the same, since no rounds are counted in it.
 */
static bool same_frames(const struct vf_env *env, const struct vf_state *old,
			const struct vf_state *st)
{
	u32 f;

	if (!env->only_iters)
		return old->frame[st->curframe]->instance == st->frame[st->curframe]->instance;
	for (f = 0; f <= st->curframe; f++)
		if (old->frame[f]->callsite != st->frame[f]->callsite)
			return false;
	return true;
}

/* The last state on the way here that was kept at this instruction, in these frames. That
 * of this round has just been.
 */
static const struct vf_state *round_before(const struct vf_env *env, u32 idx)
{
	const struct vf_state *st = env->cur, *old = st->parent;
	u32 f = st->curframe, seen = 0;

	if (EBPF_BUG_ON(!old || old->insn_idx != idx))
		return NULL;
	for (old = old->parent; old && seen++ < LOOK_BACK; old = old->parent) {
		/* From before this function was called. */
		if (!env->only_iters && (old->curframe < f || !same_frames(env, old, st)))
			return NULL;
		if (old->insn_idx == idx && old->curframe == f && same_frames(env, old, st))
			return old;
	}
	return NULL;
}

static void widen_reg(struct reg_state *reg, const struct reg_state *old)
{
	if (reg->type != SCALAR_VALUE || old->type != SCALAR_VALUE || reg->precise ||
	    old->precise || ebpf_scalar_equal(&reg->n, &old->n))
		return;
	ebpf_reg_set_unknown(reg);
}

static void widen(struct vf_state *st, const struct vf_state *old)
{
	const struct func_state *o;
	struct func_state *c;
	u32 f, i;

	for (f = 0; f <= st->curframe; f++) {
		c = st->frame[f];
		o = old->frame[f];
		for (i = 0; i < REG_FP; i++)
			widen_reg(&c->regs[i], &o->regs[i]);
		for (i = 0; i < c->nr_slots && i < o->nr_slots; i++)
			if (slot_is_spill(&c->stack[i]) && slot_is_spill(&o->stack[i]))
				widen_reg(&c->stack[i].spilled, &o->stack[i].spilled);
	}
}

struct vf_state *ebpf_push_round(struct vf_env *env, u32 idx)
{
	const struct vf_state *before = round_before(env, idx);
	struct vf_state *in = ebpf_push_pending(env, idx + 1, idx);

	if (!in)
		return NULL;
	in->rounds++;
	if (before)
		widen(in, before);
	return in;
}

int ebpf_check_may_goto(struct vf_env *env, const struct ebpf_insn *insn, u32 *insn_idx)
{
	struct vf_state *in;

	if (insn->code != (EBPF_JMP | EBPF_JCOND) || insn->src_reg != EBPF_MAY_GOTO ||
	    insn->dst_reg || insn->imm) {
		vlog(env, "invalid may_goto imm %d\n", insn->imm);
		return -EINVAL;
	}
	env->has_may_goto = true;
	in = ebpf_push_round(env, *insn_idx);
	if (!in)
		return -EFAULT;
	in->frame[in->curframe]->rounds++;
	*insn_idx += insn->off + 1;
	return 0;
}

/*
 * What it becomes: rounds are counted in the frame, and when so many are over, a function looks
 * at the clock. Below what the function uses itself: the count, what that function keeps, and
 * R0 to R5 for its call.
 */
#define ROUNDS_AT	0
#define SINCE_AT	8
#define SAVED_AT	16

/* Room for that, once per function. */
void ebpf_place_rounds(struct vf_env *env)
{
	struct subprog_info *sub;
	u32 s, i;

	for (s = 0; env->has_may_goto && s < env->subprog_cnt; s++) {
		sub = &env->subprogs[s];
		for (i = sub[0].start; i < sub[1].start; i++) {
			if (!is_may_goto(&env->insns[i]) || !env->aux[i].seen)
				continue;
			env->aux[i].loop_stack = round_up(sub->stack_depth, REG_SIZE);
			sub->extra_stack = EBPF_ROUNDS_STACK;
		}
	}
}

static s16 rounds_base(u32 depth)
{
	return -(s32)round_up(depth, REG_SIZE) - EBPF_ROUNDS_STACK;
}

/* At the start of function @sub: a count, or 0 where it needs nothing. */
int ebpf_expand_entry(const struct subprog_info *sub, struct ebpf_insn *buf)
{
	s16 at = rounds_base(sub->stack_depth);

	if (!sub->extra_stack)
		return 0;
	buf[0] = mk(EBPF_ST | EBPF_MEM | EBPF_DW, EBPF_REG_10, 0, at + ROUNDS_AT, watch_rounds());
	buf[1] = mk(EBPF_ST | EBPF_MEM | EBPF_DW, EBPF_REG_10, 0, at + SINCE_AT, 0);
	return 2;
}

/* The jump out of the loop is the last instruction. */
int ebpf_expand_may_goto(const struct insn_aux *aux, struct ebpf_insn *buf)
{
	const u8 mov = EBPF_ALU64 | EBPF_MOV | EBPF_X, save = EBPF_STX | EBPF_MEM | EBPF_DW;
	const u8 load = EBPF_LDX | EBPF_MEM | EBPF_DW, skip = EBPF_JMP | EBPF_JNE | EBPF_K;
	s16 at = rounds_base(aux->loop_stack), reg = at + SAVED_AT;
	u32 n = 0, i, left, more, done;
	int cnt;

	buf[n++] = mk(save, EBPF_REG_10, EBPF_REG_1, reg + REG_SIZE, 0);
	buf[n++] = mk(load, EBPF_REG_1, EBPF_REG_10, at + ROUNDS_AT, 0);
	left = n++;
	for (i = 0; i <= 5; i++)
		if (i != 1)
			buf[n++] = mk(save, EBPF_REG_10, i, reg + i * REG_SIZE, 0);
	buf[n++] = mk(mov, EBPF_REG_1, EBPF_REG_10, 0, 0);
	buf[n++] = mk(EBPF_ALU64 | EBPF_ADD | EBPF_K, EBPF_REG_1, 0, 0, at + SINCE_AT);
	cnt = ebpf_expand_target((const void *)(unsigned long)ebpf_more_rounds, &buf[n]);
	if (cnt < 0)
		return cnt;
	n += cnt;
	buf[n++] = mk(mov, EBPF_REG_1, EBPF_REG_0, 0, 0);
	for (i = 0; i <= 5; i++)
		if (i != 1)
			buf[n++] = mk(load, i, EBPF_REG_10, reg + i * REG_SIZE, 0);
	more = n++;
	buf[n++] = mk(load, EBPF_REG_1, EBPF_REG_10, reg + REG_SIZE, 0);
	done = n++;
	buf[left] = mk(skip, EBPF_REG_1, 0, n - left - 1, 0);
	buf[more] = mk(skip, EBPF_REG_1, 0, n - more - 1, 0);
	buf[n++] = mk(EBPF_ALU64 | EBPF_ADD | EBPF_K, EBPF_REG_1, 0, 0, -1);
	buf[n++] = mk(save, EBPF_REG_10, EBPF_REG_1, at + ROUNDS_AT, 0);
	buf[n++] = mk(load, EBPF_REG_1, EBPF_REG_10, reg + REG_SIZE, 0);
	buf[n++] = mk(EBPF_JMP | EBPF_JA, 0, 0, 1, 0);
	buf[done] = mk(EBPF_JMP | EBPF_JA, 0, 0, n - done - 1, 0);
	/* Filled in when everything has its place. */
	buf[n++] = mk(EBPF_JMP | EBPF_JA, 0, 0, 0, 0);
	return n;
}
