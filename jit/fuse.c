// SPDX-License-Identifier: GPL-2.0-only
/*
 * Neighbouring instructions that x86 does in one.
 *
 * Compilers for eBPF have to spell out address arithmetic and, before ISA v3,
 * every change of width:
 *
 *	r2 = r10; r2 += -8			lea rsi, [rbp-8]
 *	r1 = r2; r1 += r3			lea rdi, [rsi+rdx]
 *	r1 <<= 32; r1 >>= 32			mov edi, edi
 *	r1 = r2; r1 <<= 32; r1 s>>= 32		movsxd rdi, esi
 *
 * and compare with zero what an operation before has just set the flags for.
 * Nothing may jump into the middle.
 */
#include "internal.h"

#define ALU64_K(op)	(EBPF_ALU64 | (op) | EBPF_K)
#define ALU64_X(op)	(EBPF_ALU64 | (op) | EBPF_X)

enum fusion { FUSE_NONE, FUSE_LEA, FUSE_LEA_INDEX, FUSE_ZEXT, FUSE_SEXT };

struct fused {
	enum fusion what;
	u32 cnt;		/* instructions */
	u32 dst, src, index;	/* eBPF registers */
	s32 disp;
	u32 bits;		/* kept by an extension */
};

static bool is_move(const struct ebpf_insn *insn)
{
	return insn->code == ALU64_X(EBPF_MOV) && !insn->off;
}

/* Shift left, then right by as much: what is left is an extension. */
static bool match_extend(const struct ebpf_insn *insn, struct fused *f)
{
	bool sign = insn[1].code == ALU64_K(EBPF_ARSH);

	if (insn[0].code != ALU64_K(EBPF_LSH) || insn[0].dst_reg != insn[1].dst_reg ||
	    (!sign && insn[1].code != ALU64_K(EBPF_RSH)) || insn[0].imm != insn[1].imm)
		return false;
	if (insn->imm != 32 && insn->imm != 48 && insn->imm != 56)
		return false;
	f->what = sign ? FUSE_SEXT : FUSE_ZEXT;
	f->cnt = 2;
	f->dst = insn->dst_reg;
	f->src = insn->dst_reg;
	f->bits = 64 - insn->imm;
	return true;
}

/* A move, then an addition to the copy. */
static bool match_lea(const struct ebpf_insn *insn, struct fused *f)
{
	if (insn[1].dst_reg != insn->dst_reg || insn->dst_reg == insn->src_reg)
		return false;
	f->cnt = 2;
	f->dst = insn->dst_reg;
	f->src = insn->src_reg;
	f->what = FUSE_LEA;
	if (insn[1].code == ALU64_K(EBPF_ADD)) {
		f->disp = insn[1].imm;
	} else if (insn[1].code == ALU64_K(EBPF_SUB) && insn[1].imm != S32_MIN) {
		f->disp = -insn[1].imm;
	} else if (insn[1].code == ALU64_X(EBPF_ADD)) {
		f->what = FUSE_LEA_INDEX;
		/* r1 = r2; r1 += r1 doubles the copy */
		f->index = insn[1].src_reg == insn->dst_reg ? insn->src_reg : insn[1].src_reg;
	} else {
		return false;
	}
	return true;
}

/* @room: instructions from @insn on that only follow each other */
static bool match(const struct ebpf_insn *insn, u32 room, struct fused *f)
{
	f->disp = 0;
	if (room < 2)
		return false;
	if (match_extend(insn, f))
		return true;
	if (!is_move(insn))
		return false;
	if (room > 2 && insn[1].dst_reg == insn->dst_reg && match_extend(insn + 1, f)) {
		f->cnt = 3;
		f->src = insn->src_reg;
		return true;
	}
	return match_lea(insn, f);
}

/* How many instructions from @idx on run one after the other, at most 3. */
static u32 room_at(const struct ebpf_jit *jit, u32 idx, u32 end)
{
	u32 n = 1;

	while (n < 3 && idx + n < end && !(jit->flags[idx + n] & (JIT_TARGET | JIT_MERGED)))
		n++;
	return n;
}

static void mark_subprog(struct ebpf_jit *jit, const struct jit_subprog *sub)
{
	struct fused f;
	u32 i, k;

	for (i = sub->start; i < sub->end; i++) {
		if (EBPF_CLASS(jit->img->insns[i].code) != EBPF_ALU64)
			continue;
		if (!match(&jit->img->insns[i], room_at(jit, i, sub->end), &f))
			continue;
		for (k = 1; k < f.cnt; k++)
			jit->flags[i + k] |= JIT_MERGED;
		i += f.cnt - 1;
	}
}

/* Whether @insn's code leaves the zero flag as its result's. */
static bool sets_zero_flag(const struct ebpf_insn *insn)
{
	u32 class = EBPF_CLASS(insn->code);

	if (class != EBPF_ALU && class != EBPF_ALU64)
		return false;
	switch (EBPF_OP(insn->code)) {
	case EBPF_ADD:
	case EBPF_SUB:
	case EBPF_AND:
	case EBPF_OR:
	case EBPF_XOR:
	case EBPF_NEG:
		return true;
	case EBPF_LSH:
	case EBPF_RSH:
	case EBPF_ARSH:
		return EBPF_SRC(insn->code) == EBPF_K &&
		       insn->imm & (class == EBPF_ALU64 ? 63 : 31);
	default:
		return false;
	}
}

/* A jump on whether the result of the instruction before is zero. */
static bool needs_no_test(const struct ebpf_insn *insn, const struct ebpf_insn *jmp)
{
	u32 class = EBPF_CLASS(jmp->code), op = EBPF_OP(jmp->code);

	if ((class != EBPF_JMP && class != EBPF_JMP32) || (op != EBPF_JEQ && op != EBPF_JNE) ||
	    EBPF_SRC(jmp->code) != EBPF_K || jmp->imm || jmp->dst_reg != insn->dst_reg)
		return false;
	/* A 32-bit result is a 64-bit one as well, but not the other way. */
	if (EBPF_CLASS(insn->code) == EBPF_ALU64 && class == EBPF_JMP32)
		return false;
	return sets_zero_flag(insn);
}

static void mark_jumps(struct ebpf_jit *jit)
{
	const struct ebpf_insn *insns = jit->img->insns;
	u32 i;

	for (i = 1; i < jit->img->insn_cnt; i++) {
		if (!(jit->flags[i] & JIT_JUMP) || jit->flags[i] & JIT_TARGET ||
		    jit->flags[i - 1] & JIT_MERGED)
			continue;
		if (needs_no_test(&insns[i - 1], &insns[i]))
			jit->flags[i] |= JIT_NO_TEST;
	}
}

void ebpf_jit_fuse(struct ebpf_jit *jit)
{
	u32 i;

	for (i = 0; i < jit->img->subprog_cnt; i++)
		mark_subprog(jit, &jit->subs[i]);
	mark_jumps(jit);
}

static void extend(struct x86_emit *e, const struct fused *f)
{
	u32 dst = jit_reg(f->dst), src = jit_reg(f->src);
	bool sign = f->what == FUSE_SEXT;

	if (f->bits == 8)
		ebpf_x86_rr(e, X_RM8 | (sign ? X_W | X_MOVSX8 : X_MOVZX8), dst, src);
	else if (f->bits == 16)
		ebpf_x86_rr(e, sign ? X_W | X_MOVSX16 : X_MOVZX16, dst, src);
	else if (sign)
		ebpf_x86_rr(e, X_W | X_MOVSXD, dst, src);
	else
		ebpf_x86_mov(e, false, dst, src);
}

void ebpf_jit_fused(struct ebpf_jit *jit, const struct ebpf_insn *insn)
{
	u32 end = jit_cur(jit)->end, room = 1;
	struct fused f;

	while (room < 3 && jit->idx + room < end && jit->flags[jit->idx + room] & JIT_MERGED)
		room++;
	if (EBPF_BUG_ON(!match(insn, room, &f) || f.cnt != room)) {
		jit_fail(jit, -EINVAL);
		return;
	}
	if (f.what == FUSE_LEA)
		ebpf_x86_lea(&jit->e, jit_reg(f.dst), jit_reg(f.src), f.disp);
	else if (f.what == FUSE_LEA_INDEX)
		ebpf_x86_lea_index(&jit->e, jit_reg(f.dst), jit_reg(f.src), jit_reg(f.index));
	else
		extend(&jit->e, &f);
}
