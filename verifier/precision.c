// SPDX-License-Identifier: GPL-2.0-only
/*
 * Precision: which numbers a verdict rested on.
 *
 * When states are compared, numbers that decided nothing may differ. When one
 * does decide (an offset, a size, a branch), the path is walked backwards and
 * every register and slot it was computed from is marked precise in the
 * explored states on the way.
 */
#include "verifier/insn.h"
#include "verifier/log.h"
#include "verifier/walk.h"
#include "verifier/watch.h"

#define ARG_REGS	0x3eU	/* R1..R5 */
#define YIELD_MASK	0xffff	/* others run after so many instructions of ways back */

static bool bt_empty(const struct backtrack *bt)
{
	u32 i;

	for (i = 0; i <= bt->frame; i++)
		if (bt->regs[i] || bt->slots[i])
			return false;
	return true;
}

static void bt_reset(struct backtrack *bt)
{
	memset(bt, 0, sizeof(*bt));
}

static bool bt_has_reg(const struct backtrack *bt, u32 regno)
{
	return bt->regs[bt->frame] & (1U << regno);
}

static void bt_set_reg(struct backtrack *bt, u32 regno)
{
	/* The frame pointer is no number. */
	if (regno != REG_FP)
		bt->regs[bt->frame] |= 1U << regno;
}

static void bt_clear_reg(struct backtrack *bt, u32 regno)
{
	bt->regs[bt->frame] &= ~(1U << regno);
}

/**
 * struct place - the stack slot that a load or store went to
 * @frame: of the call chain
 * @bit: of the slot in backtrack.slots[@frame]; 0: other memory, or anywhere in a range of
 *       the stack, where no number is known by its value
 */
struct place {
	u32 frame;
	u64 bit;
};

static bool on_stack(const struct ebpf_insn *insn)
{
	return insn->off < 0 && insn->off >= -EBPF_MAX_STACK;
}

/* @regno: the pointer of the access. What is not R10 itself was remembered when the path
 * came here: @linked.
 */
static int find_place(const struct backtrack *bt, const struct ebpf_insn *insn, u32 regno,
		      u64 linked, struct place *at)
{
	at->frame = bt->frame;
	at->bit = 0;
	if (regno == REG_FP) {
		if (EBPF_BUG_ON(!on_stack(insn)))
			return -EFAULT;
		at->bit = 1ULL << ((u32)(-insn->off - 1) / REG_SIZE);
	} else if (LINK_COUNT(linked)) {
		at->frame = LINK_FRAME(LINK_AT(linked, 0));
		at->bit = 1ULL << LINK_INDEX(LINK_AT(linked, 0));
		/* Nobody has a pointer into a frame below the own. */
		if (EBPF_BUG_ON(at->frame > bt->frame))
			return -EFAULT;
	}
	return 0;
}

static void back_alu(struct backtrack *bt, const struct ebpf_insn *insn)
{
	u8 op = EBPF_OP(insn->code);

	if (!bt_has_reg(bt, insn->dst_reg) || op == EBPF_END || op == EBPF_NEG)
		return;
	if (op == EBPF_MOV)
		bt_clear_reg(bt, insn->dst_reg);
	if (EBPF_SRC(insn->code) == EBPF_X)
		bt_set_reg(bt, insn->src_reg);
}

static int back_load(struct backtrack *bt, const struct ebpf_insn *insn, u64 linked)
{
	struct place at;
	int err;

	if (!bt_has_reg(bt, insn->dst_reg))
		return 0;
	err = find_place(bt, insn, insn->src_reg, linked, &at);
	if (err)
		return err;
	bt_clear_reg(bt, insn->dst_reg);
	/* Numbers keep what is known of them on the stack only. */
	bt->slots[at.frame] |= at.bit;
	return 0;
}

static int back_atomic(struct backtrack *bt, const struct ebpf_insn *insn, u64 linked)
{
	u32 loaded = insn->imm == EBPF_CMPXCHG ? EBPF_REG_0 : insn->src_reg;
	struct place at;
	int err;

	if (bt_has_reg(bt, insn->dst_reg))
		return -ENOTSUPP;
	err = find_place(bt, insn, insn->dst_reg, linked, &at);
	if (err)
		return err;
	/* What it leaves in memory is any number. */
	bt->slots[at.frame] &= ~at.bit;
	if (!(insn->imm & EBPF_FETCH) || !bt_has_reg(bt, loaded))
		return 0;
	bt_clear_reg(bt, loaded);
	bt->slots[at.frame] |= at.bit;
	return 0;
}

static int back_store(struct backtrack *bt, const struct ebpf_insn *insn, u64 linked)
{
	struct place at;
	int err;

	/* A pointer cannot be a number: it came out of a subtraction. */
	if (bt_has_reg(bt, insn->dst_reg))
		return -ENOTSUPP;
	err = find_place(bt, insn, insn->dst_reg, linked, &at);
	if (err || !(bt->slots[at.frame] & at.bit))
		return err;
	bt->slots[at.frame] &= ~at.bit;
	if (EBPF_CLASS(insn->code) == EBPF_STX)
		bt_set_reg(bt, insn->src_reg);
	return 0;
}

/* Backwards over a call into its caller: the first instruction of the callee
 * was the one looked at before.
 */
static int back_leave_callee(struct backtrack *bt)
{
	u32 regs = bt->regs[bt->frame];

	/* Anything but arguments was set in the callee, if at all. */
	if ((regs & ~ARG_REGS) || bt->slots[bt->frame] || !bt->frame)
		return -ENOTSUPP;
	bt->regs[bt->frame] = 0;
	bt->frame--;
	bt->regs[bt->frame] |= regs;
	return 0;
}

static int back_enter_callee(struct backtrack *bt, bool returned)
{
	bool r0 = returned && bt_has_reg(bt, EBPF_REG_0);

	if (bt->regs[bt->frame] & ARG_REGS)
		return -ENOTSUPP;
	bt_clear_reg(bt, EBPF_REG_0);
	if (bt->frame + 1 >= EBPF_MAX_CALL_FRAMES)
		return -EFAULT;
	bt->frame++;
	bt->regs[bt->frame] = r0 ? 1 : 0;
	bt->slots[bt->frame] = 0;
	return 0;
}

static int back_call(struct vf_env *env, struct backtrack *bt, u32 idx, s32 next_idx)
{
	const struct ebpf_insn *insn = &env->insns[idx];

	if (is_pseudo_call(insn) && next_idx == (s32)idx + insn->imm + 1)
		return back_leave_callee(bt);
	/* Into a callback, or out of the function by a tail call. */
	if (next_idx >= 0 && next_idx != (s32)idx + 1)
		return -ENOTSUPP;
	bt_clear_reg(bt, EBPF_REG_0);
	/* Nothing reads arguments after the call that clobbered them. */
	return bt->regs[bt->frame] & ARG_REGS ? -ENOTSUPP : 0;
}

static int back_jmp(struct vf_env *env, struct backtrack *bt, u32 idx, s32 next_idx)
{
	const struct ebpf_insn *insn = &env->insns[idx];
	u8 op = EBPF_OP(insn->code);

	if (op == EBPF_CALL)
		return back_call(env, bt, idx, next_idx);
	if (op == EBPF_EXIT) {
		/* Of a callback otherwise. */
		if (next_idx <= 0 || !is_pseudo_call(&env->insns[next_idx - 1]))
			return -ENOTSUPP;
		return back_enter_callee(bt, true);
	}
	if (op == EBPF_JA || EBPF_SRC(insn->code) != EBPF_X)
		return 0;
	if (bt_has_reg(bt, insn->dst_reg) || bt_has_reg(bt, insn->src_reg)) {
		bt_set_reg(bt, insn->dst_reg);
		bt_set_reg(bt, insn->src_reg);
	}
	return 0;
}

static bool link_wanted(const struct backtrack *bt, u32 link)
{
	u32 f = LINK_FRAME(link);

	if (LINK_IS_REG(link))
		return bt->regs[f] & (1U << LINK_INDEX(link));
	return bt->slots[f] & (1ULL << LINK_INDEX(link));
}

static bool is_operand(const struct backtrack *bt, const struct ebpf_insn *insn, u32 link)
{
	if (!LINK_IS_REG(link) || LINK_FRAME(link) != bt->frame)
		return false;
	return LINK_INDEX(link) == insn->dst_reg ||
	       (EBPF_SRC(insn->code) == EBPF_X && LINK_INDEX(link) == insn->src_reg);
}

/* A register that is wanted learned from a comparison of its equal: then the
 * operands are wanted as well.
 */
static void back_linked(struct backtrack *bt, const struct ebpf_insn *insn, u64 linked)
{
	u32 i, link;

	for (i = 0; i < LINK_COUNT(linked); i++) {
		link = LINK_AT(linked, i);
		if (is_operand(bt, insn, link) || !link_wanted(bt, link))
			continue;
		bt_set_reg(bt, insn->dst_reg);
		if (EBPF_SRC(insn->code) == EBPF_X)
			bt_set_reg(bt, insn->src_reg);
	}
}

static int back_insn(struct vf_env *env, struct backtrack *bt, u32 idx, s32 next_idx, u64 linked)
{
	const struct ebpf_insn *insn = &env->insns[idx];

	/* The second half of a 64-bit load. */
	if (!insn->code)
		return 0;
	/* A packet load that ended its function. */
	if (is_ld_abs(insn) && next_idx >= 0 && next_idx != (s32)idx + 1)
		return -ENOTSUPP;
	switch (EBPF_CLASS(insn->code)) {
	case EBPF_ALU:
	case EBPF_ALU64:
		back_alu(bt, insn);
		return 0;
	case EBPF_LDX:
		return back_load(bt, insn, linked);
	case EBPF_STX:
	case EBPF_ST:
		if (is_ordered(insn))
			return insn->imm == EBPF_LOAD_ACQ ? back_load(bt, insn, linked) :
							    back_store(bt, insn, linked);
		return EBPF_MODE(insn->code) == EBPF_ATOMIC ? back_atomic(bt, insn, linked) :
							      back_store(bt, insn, linked);
	case EBPF_JMP:
	case EBPF_JMP32:
		if (!watch_no_links())
			back_linked(bt, insn, linked);
		return back_jmp(env, bt, idx, next_idx);
	default:
		if (is_ld_imm64(insn)) {
			bt_clear_reg(bt, insn->dst_reg);
			return 0;
		}
		/* A packet load sets R0 and clobbers the arguments. */
		return bt->regs[bt->frame] & (ARG_REGS | 1) ? -ENOTSUPP : 0;
	}
}

/* The instruction executed before @i on the path of @st; -ENOENT at its start. */
static s32 prev_insn(const struct vf_state *st, s32 i, u32 *left)
{
	const struct jmp_entry *last = *left ? &st->jmps[*left - 1] : NULL;

	if (i == st->first_insn_idx && (!last || (*left == 1 && (s32)last->idx == i)))
		return -ENOENT;
	if (last && (s32)last->idx == i) {
		(*left)--;
		return last->prev_idx;
	}
	return i - 1;
}

static u64 linked_at(const struct vf_state *st, s32 i, u32 left)
{
	if (left && (s32)st->jmps[left - 1].idx == i)
		return st->jmps[left - 1].linked;
	return 0;
}

/* When it cannot be found out what a number came from: all of them, in the state
 * where the trace is lost and above. The states below have their marks. Above one that
 * was done before, all are.
 */
static void mark_all_precise(struct vf_state *st)
{
	struct func_state *func;
	u32 f, i;

	for (; st && !st->all_precise; st = st->parent) {
		st->all_precise = true;
		for (f = 0; f <= st->curframe; f++) {
			func = st->frame[f];
			for (i = 0; i < REG_FP; i++)
				if (func->regs[i].type == SCALAR_VALUE)
					func->regs[i].precise = true;
			for (i = 0; i < func->nr_slots; i++)
				if (slot_is_scalar_spill(&func->stack[i]))
					func->stack[i].spilled.precise = true;
		}
	}
}

/* Marks what is wanted in frame @f of @func; what is marked already, or no
 * number, is no longer wanted.
 */
static int mark_frame(struct backtrack *bt, u32 f, struct func_state *func)
{
	u32 i, regs;
	u64 slots;

	for (regs = bt->regs[f]; regs; regs &= regs - 1) {
		i = __builtin_ctz(regs);
		if (func->regs[i].type != SCALAR_VALUE || func->regs[i].precise)
			bt->regs[f] &= ~(1U << i);
		else
			func->regs[i].precise = true;
	}
	for (slots = bt->slots[f]; slots; slots &= slots - 1) {
		i = __builtin_ctzll(slots);
		if (i >= func->nr_slots)
			return -ENOTSUPP;
		if (!slot_is_scalar_spill(&func->stack[i]) || func->stack[i].spilled.precise)
			bt->slots[f] &= ~(1ULL << i);
		else
			func->stack[i].spilled.precise = true;
	}
	return 0;
}

static void print_back(struct vf_env *env, s32 i)
{
	const struct backtrack *bt = &env->bt;

	if (!(env->log_level & EBPF_LOG_LEVEL2))
		return;
	vlog(env, "regs=%x stack=%llx before %d: ", bt->regs[bt->frame],
	     (unsigned long long)bt->slots[bt->frame], i);
	ebpf_print_insn(env, &env->insns[i]);
}

static void print_parent(struct vf_env *env, const struct func_state *func)
{
	const struct backtrack *bt = &env->bt;

	if (!(env->log_level & EBPF_LOG_LEVEL2))
		return;
	vlog(env, "parent %s regs=%x stack=%llx marks:", bt_empty(bt) ? "already had" :
	     "didn't have", bt->regs[bt->frame], (unsigned long long)bt->slots[bt->frame]);
	ebpf_print_state(env, func, true);
}

/* Computes something else than the numbers of @regs. */
static __always_inline bool computes_other(const struct ebpf_insn *insn, u32 regs)
{
	u8 class = EBPF_CLASS(insn->code);

	return (class == EBPF_ALU64 || class == EBPF_ALU) && !(regs & (1U << insn->dst_reg));
}

static bool is_unrelated(const struct vf_env *env, s32 i)
{
	return !(env->log_level & EBPF_LOG_LEVEL2) &&
	       computes_other(&env->insns[i], env->bt.regs[env->bt.frame]);
}

/* Most of what is walked over computes something else: the first before @i that may not, or
 * where the path did not come from the instruction before.
 */
static s32 skip_unrelated(const struct vf_env *env, const struct vf_state *st, s32 i, u32 left)
{
	s32 jumped = left ? (s32)st->jmps[left - 1].idx : -1;
	u32 regs = env->bt.regs[env->bt.frame];

	if (env->log_level & EBPF_LOG_LEVEL2)
		return i;
	while (i > 0 && i != jumped && i != st->first_insn_idx &&
	       computes_other(&env->insns[i], regs))
		i--;
	return i;
}

/* Walks back to where @st begins. @i: its last instruction, or the current one,
 * which has not done anything yet (@skip_first).
 */
static int walk_back(struct vf_env *env, const struct vf_state *st, s32 i, s32 next,
		     bool skip_first)
{
	struct backtrack *bt = &env->bt;
	u32 left = st->nr_jmps;
	int err;
	s32 at;

	if (env->log_level & EBPF_LOG_LEVEL2)
		vlog(env, "last_idx %d first_idx %d\n", i, st->first_insn_idx);
	for (;;) {
		/* A line without jumps can be all of a program, and each store of a zero goes
		 * back to where the zero came from.
		 */
		if (!(++env->back_steps & YIELD_MASK)) {
			err = ebpf_yield();
			if (err)
				return err;
		}
		at = skip_first ? i : skip_unrelated(env, st, i, left);
		if (at != i) {
			next = at + 1;
			i = at;
		}
		if (!skip_first && !is_unrelated(env, i)) {
			print_back(env, i);
			err = back_insn(env, bt, i, next, linked_at(st, i, left));
			if (err || bt_empty(bt))
				return err;
		}
		skip_first = false;
		next = i;
		i = prev_insn(st, i, &left);
		if (i == -ENOENT)
			return 0;
		if (EBPF_BUG_ON(i < 0 || i >= (s32)env->insn_cnt))
			return -EFAULT;
	}
}

/* @end: the explored state where the walk ended. */
static int back_through_states(struct vf_env *env, struct vf_state **end)
{
	struct backtrack *bt = &env->bt;
	struct vf_state *st = env->cur;
	s32 last = env->insn_idx, next = -1, f;
	bool skip_first = true;
	int err;

	while (!bt_empty(bt)) {
		*end = st->parent;
		err = walk_back(env, st, last, next, skip_first);
		if (err || bt_empty(bt))
			return err;
		skip_first = false;
		next = st->first_insn_idx;
		st = st->parent;
		/* A number from nowhere: written through some pointer. */
		if (!st || bt->frame != st->curframe)
			return -ENOTSUPP;
		for (f = bt->frame; f >= 0; f--) {
			err = mark_frame(bt, f, st->frame[f]);
			if (err)
				return err;
		}
		print_parent(env, st->frame[bt->frame]);
		last = st->last_insn_idx;
		if (last < 0)
			return bt_empty(bt) ? 0 : -ENOTSUPP;
	}
	return 0;
}

static int run(struct vf_env *env)
{
	struct vf_state *end = NULL;
	int err = back_through_states(env, &end);

	bt_reset(&env->bt);
	if (err != -ENOTSUPP)
		return err;
	mark_all_precise(end);
	return 0;
}

int ebpf_mark_precise(struct vf_env *env, int regno)
{
	struct backtrack *bt = &env->bt;

	if (regno < 0 || cur_regs(env)[regno].type != SCALAR_VALUE)
		return 0;
	bt_reset(bt);
	bt->frame = env->cur->curframe;
	bt_set_reg(bt, regno);
	return run(env);
}

int ebpf_mark_slot_precise(struct vf_env *env, u32 frame, u32 slot)
{
	struct backtrack *bt = &env->bt;

	bt_reset(bt);
	bt->frame = env->cur->curframe;
	bt->slots[frame] |= 1ULL << slot;
	return run(env);
}

static bool wanted(const struct reg_state *reg)
{
	return reg->type == SCALAR_VALUE && reg->precise && (reg->live & LIVE_READ);
}

int ebpf_propagate_precision(struct vf_env *env, const struct vf_state *old)
{
	struct backtrack *bt = &env->bt;
	const struct func_state *func;
	u32 f, i;

	bt_reset(bt);
	bt->frame = old->curframe;
	for (f = 0; f <= old->curframe; f++) {
		func = old->frame[f];
		for (i = 0; i < REG_FP; i++)
			if (wanted(&func->regs[i]))
				bt->regs[f] |= 1U << i;
		for (i = 0; i < func->nr_slots; i++)
			if (slot_is_spill(&func->stack[i]) && wanted(&func->stack[i].spilled))
				bt->slots[f] |= 1ULL << i;
	}
	return run(env);
}
