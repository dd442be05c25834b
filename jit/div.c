// SPDX-License-Identifier: GPL-2.0-only
/*
 * Division and remainder.
 *
 * x86 divides rdx:rax and answers in rax and rdx, that is in R3 and R0: both
 * are kept in scratch registers unless they are the destination.
 *
 * Unsigned division by a register that is zero is kept away by instructions
 * the verifier puts before it. Signed division traps for the smallest number
 * by -1 too; it is rare, so that its two special divisors are looked at here
 * and nobody has to be trusted with it.
 */
#include "internal.h"

struct division {
	u32 dst;	/* x86 register */
	u32 src;	/* x86 register, not rax or rdx */
	bool wide;
	bool is_signed;
	bool mod;
};

static void divide(struct x86_emit *e, const struct division *d)
{
	if (d->dst != X_RAX) {
		ebpf_x86_mov(e, true, X_R10, X_RAX);
		ebpf_x86_mov(e, d->wide, X_RAX, d->dst);
	}
	if (d->dst != X_RDX)
		ebpf_x86_mov(e, true, X_R11, X_RDX);
	if (d->is_signed) {
		if (d->wide)
			x86_byte(e, 0x48);
		x86_byte(e, 0x99);	/* cdq, cqo */
	} else {
		ebpf_x86_mov_const(e, X_RDX, 0);
	}
	ebpf_x86_rr(e, X_WIDE(d->wide) | 0xf7, d->is_signed ? 7 : 6, d->src);
	if (d->dst != (d->mod ? X_RDX : X_RAX))
		ebpf_x86_mov(e, d->wide, d->dst, d->mod ? X_RDX : X_RAX);
	if (d->dst != X_RAX)
		ebpf_x86_mov(e, true, X_RAX, X_R10);
	if (d->dst != X_RDX)
		ebpf_x86_mov(e, true, X_RDX, X_R11);
}

/* x / 1, x % 1 and, signed, x / -1, x % -1 */
static void divide_by_one(struct x86_emit *e, const struct division *d, bool minus)
{
	if (d->mod)
		ebpf_x86_mov_const(e, d->dst, 0);
	else if (minus)
		ebpf_x86_rr(e, X_WIDE(d->wide) | 0xf7, 3, d->dst);
	else if (!d->wide)
		ebpf_x86_mov(e, false, d->dst, d->dst);
}

/* x / 0 is 0; x % 0 is x. */
static void divide_by_zero(struct x86_emit *e, const struct division *d)
{
	if (!d->mod)
		ebpf_x86_mov_const(e, d->dst, 0);
	else if (!d->wide)
		ebpf_x86_mov(e, false, d->dst, d->dst);
}

static void divide_by_power(struct x86_emit *e, const struct division *d, u64 imm)
{
	u32 shift = __builtin_ctzll(imm);

	if (!d->mod)
		ebpf_x86_shift_imm(e, d->wide, X_SHR, d->dst, shift);
	else
		/* At most 31 bits: 2^63 as imm is negative and not for us. */
		ebpf_x86_group1_imm(e, false, X_AND, d->dst, (s32)(imm - 1));
}

static void div_imm(struct ebpf_jit *jit, struct division *d, s32 imm)
{
	u64 val = d->wide ? (u64)(s64)imm : (u32)imm;

	if (!imm) {
		jit_fail(jit, -EINVAL);
	} else if (imm == 1 || (imm == -1 && d->is_signed)) {
		divide_by_one(&jit->e, d, imm == -1);
	} else if (!d->is_signed && val <= 1ULL << 31 && !(val & (val - 1))) {
		divide_by_power(&jit->e, d, val);
	} else {
		d->src = X_R9;
		ebpf_x86_mov_const(&jit->e, X_R9, val);
		divide(&jit->e, d);
	}
}

static void sdiv_reg(struct ebpf_jit *jit, const struct division *d)
{
	struct x86_emit *e = &jit->e;
	u32 special, zero, done1, done2;

	/* 0 and -1 are those that are at most 1 when 1 is added. */
	ebpf_x86_lea(e, X_R10, d->src, 1);
	ebpf_x86_group1_imm(e, d->wide, X_CMP, X_R10, 1);
	special = ebpf_x86_jcc_ahead(e, X_CC_BE);
	divide(e, d);
	done1 = ebpf_x86_jmp_ahead(e);
	ebpf_x86_land(e, special);
	zero = ebpf_x86_jcc_ahead(e, X_CC_E);
	divide_by_one(e, d, true);
	done2 = ebpf_x86_jmp_ahead(e);
	ebpf_x86_land(e, zero);
	divide_by_zero(e, d);
	ebpf_x86_land(e, done1);
	ebpf_x86_land(e, done2);
}

static void div_reg(struct ebpf_jit *jit, struct division *d, u32 src)
{
	d->src = src;
	if (src == X_RAX || src == X_RDX) {
		d->src = X_R9;
		ebpf_x86_mov(&jit->e, d->wide, X_R9, src);
	}
	if (d->is_signed)
		sdiv_reg(jit, d);
	else
		divide(&jit->e, d);
}

void ebpf_jit_div(struct ebpf_jit *jit, const struct ebpf_insn *insn)
{
	struct division d;

	d.dst = jit_reg(insn->dst_reg);
	d.src = X_R9;
	d.wide = EBPF_CLASS(insn->code) == EBPF_ALU64;
	d.is_signed = insn->off == 1;
	d.mod = EBPF_OP(insn->code) == EBPF_MOD;
	if (insn->off & ~1)
		jit_fail(jit, -EINVAL);
	else if (EBPF_SRC(insn->code) == EBPF_K)
		div_imm(jit, &d, insn->imm);
	else
		div_reg(jit, &d, jit_reg(insn->src_reg));
}
