// SPDX-License-Identifier: GPL-2.0-only
/*
 * One pass over the program before any code is made: what each subprogram uses,
 * where jumps go. It also refuses whatever would make the later passes read
 * outside the program; the verifier lets none of that through.
 */
#include "internal.h"

const u8 ebpf_jit_regs[16] = {
	X_RAX, X_RDI, X_RSI, X_RDX, X_RCX, X_R8, X_RBX, X_R13, X_R14, X_R15, X_RBP,
};

#define SAVED_REGS	(1U << X_RBX | 1U << X_R13 | 1U << X_R14 | 1U << X_R15)

int ebpf_jit_find_subprog(const struct ebpf_jit *jit, u32 insn)
{
	u32 low = 0, high = jit->img->subprog_cnt;

	while (low < high) {
		u32 mid = low + (high - low) / 2;

		if (jit->subs[mid].start == insn)
			return mid ? (int)mid : -EINVAL;	/* nothing calls the main program */
		if (jit->subs[mid].start < insn)
			low = mid + 1;
		else
			high = mid;
	}
	return -EINVAL;
}

static int set_bounds(struct ebpf_jit *jit)
{
	const struct ebpf_prog_image *img = jit->img;
	u32 i;

	if (!img->insn_cnt || img->insn_cnt > EBPF_COMPLEXITY_LIMIT || !img->subprog_cnt ||
	    img->subprogs[0].start)
		return -EINVAL;
	for (i = 0; i < img->subprog_cnt; i++) {
		struct jit_subprog *sub = &jit->subs[i];

		sub->start = img->subprogs[i].start;
		sub->end = i + 1 < img->subprog_cnt ? img->subprogs[i + 1].start : img->insn_cnt;
		sub->depth = img->subprogs[i].stack_depth;
		if (sub->start >= sub->end || sub->end > img->insn_cnt ||
		    sub->depth > EBPF_MAX_STACK + 2 * EBPF_ROUNDS_STACK)
			return -EINVAL;
	}
	return 0;
}

static void use_reg(struct jit_subprog *sub, u32 reg)
{
	sub->saved |= (1U << jit_reg(reg)) & SAVED_REGS;
	if (reg == EBPF_REG_10)
		sub->needs_frame = true;
}

static int scan_jump(struct ebpf_jit *jit, const struct jit_subprog *sub, u32 idx)
{
	const struct ebpf_insn *insn = &jit->img->insns[idx];
	bool far = insn->code == (EBPF_JMP32 | EBPF_JA);
	s64 target = (s64)idx + 1 + (far ? insn->imm : insn->off);

	if (target < sub->start || target >= sub->end)
		return -EINVAL;
	jit->flags[target] |= JIT_TARGET;
	if (target != idx + 1)
		jit->flags[idx] |= JIT_JUMP;
	return 0;
}

static int scan_jmp_class(struct ebpf_jit *jit, struct jit_subprog *sub, u32 idx)
{
	const struct ebpf_insn *insn = &jit->img->insns[idx];

	if (EBPF_CLASS(insn->code) == EBPF_JMP32)
		return scan_jump(jit, sub, idx);
	switch (EBPF_OP(insn->code)) {
	case EBPF_TAIL_CALL:
		jit->tail_calls = true;
		sub->needs_frame = true;
		return 0;
	case EBPF_CALL:
		if (insn->src_reg)
			sub->needs_frame = true;
		return 0;
	case EBPF_EXIT:
		return 0;
	default:
		return scan_jump(jit, sub, idx);
	}
}

static int scan_ld_imm64(struct ebpf_jit *jit, const struct jit_subprog *sub, u32 idx)
{
	const struct ebpf_insn *insn = &jit->img->insns[idx];
	int func;

	if (insn->code != (EBPF_LD | EBPF_IMM | EBPF_DW) || idx + 1 >= sub->end || insn[1].code)
		return -EINVAL;
	jit->flags[idx + 1] |= JIT_MERGED;
	if (insn->src_reg != EBPF_PSEUDO_FUNC)
		return 0;
	func = ebpf_jit_find_subprog(jit, idx + 1 + insn->imm);
	if (func < 0)
		return func;
	/* r12 does not survive the helper that calls back */
	if (jit->img->subprogs[func].tail_call_reachable)
		return -EINVAL;
	jit->subs[func].is_cb = true;
	jit->callbacks = true;
	return 0;
}

static int scan_insn(struct ebpf_jit *jit, struct jit_subprog *sub, u32 idx)
{
	const struct ebpf_insn *insn = &jit->img->insns[idx];
	u32 class = EBPF_CLASS(insn->code);
	bool pseudo = class == EBPF_LD || insn->code == (EBPF_JMP | EBPF_CALL);

	if (insn->dst_reg > EBPF_REG_10 || insn->src_reg > EBPF_REG_10)
		return -EINVAL;
	use_reg(sub, insn->dst_reg);
	if (!pseudo)
		use_reg(sub, insn->src_reg);
	if (class == EBPF_LD)
		return scan_ld_imm64(jit, sub, idx);
	if (class == EBPF_JMP || class == EBPF_JMP32)
		return scan_jmp_class(jit, sub, idx);
	/* The frame pointer is changed by calls only. */
	if (insn->dst_reg == EBPF_REG_10 && class != EBPF_ST && class != EBPF_STX)
		return -EINVAL;
	return 0;
}

/* Nothing may run on into the next subprogram or out of the image. */
static bool ends_well(const struct ebpf_insn *last)
{
	return last->code == (EBPF_JMP | EBPF_EXIT) || last->code == (EBPF_JMP | EBPF_JA) ||
	       last->code == (EBPF_JMP32 | EBPF_JA);
}

static int scan_subprog(struct ebpf_jit *jit, struct jit_subprog *sub)
{
	u32 i;
	int err;

	for (i = sub->start; i < sub->end; i++) {
		if (jit->flags[i] & JIT_MERGED)
			continue;
		err = scan_insn(jit, sub, i);
		if (err)
			return err;
	}
	return ends_well(&jit->img->insns[sub->end - 1]) ? 0 : -EINVAL;
}

int ebpf_jit_scan(struct ebpf_jit *jit)
{
	u32 i;
	int err;

	err = set_bounds(jit);
	for (i = 0; !err && i < jit->img->subprog_cnt; i++)
		err = scan_subprog(jit, &jit->subs[i]);
	if (err)
		return err;
	for (i = 0; i < jit->img->insn_cnt; i++)
		if ((jit->flags[i] & (JIT_MERGED | JIT_TARGET)) == (JIT_MERGED | JIT_TARGET))
			return -EINVAL;
	for (i = 0; jit->callbacks && i < jit->img->subprog_cnt; i++)
		jit->subs[i].needs_frame = true;
	return 0;
}
