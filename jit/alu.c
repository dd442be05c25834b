// SPDX-License-Identifier: GPL-2.0-only
/*
 * Arithmetic, moves, shifts and byte swaps.
 */
#include "internal.h"

static bool is_wide(const struct ebpf_insn *insn)
{
	return EBPF_CLASS(insn->code) == EBPF_ALU64;
}

/* A constant operand as the operation sees it. */
static u64 imm_operand(const struct ebpf_insn *insn)
{
	return is_wide(insn) ? (u64)(s64)insn->imm : (u32)insn->imm;
}

static void group1_reg(struct ebpf_jit *jit, const struct ebpf_insn *insn, enum x86_group1 op)
{
	u32 dst = jit_reg(insn->dst_reg), src = jit_reg(insn->src_reg);
	bool wide = is_wide(insn);

	/* Zero is zero in either width, and shorter without REX.W. */
	if (op == X_XOR && dst == src)
		wide = false;
	ebpf_x86_rr(&jit->e, X_WIDE(wide) | X_OP_RR(op), src, dst);
}

static void group1_imm(struct ebpf_jit *jit, const struct ebpf_insn *insn, enum x86_group1 op)
{
	bool wide = is_wide(insn);

	/* The upper half of such a mask is zero, and a 32-bit result clears it. */
	if (op == X_AND && insn->imm >= 0)
		wide = false;
	ebpf_x86_group1_imm(&jit->e, wide, op, jit_reg(insn->dst_reg), insn->imm);
}

static void group1(struct ebpf_jit *jit, const struct ebpf_insn *insn, enum x86_group1 op)
{
	if (EBPF_SRC(insn->code) == EBPF_X)
		group1_reg(jit, insn, op);
	else
		group1_imm(jit, insn, op);
}

static void mul(struct ebpf_jit *jit, const struct ebpf_insn *insn)
{
	u32 dst = jit_reg(insn->dst_reg), wide = X_WIDE(is_wide(insn));
	u64 imm = imm_operand(insn);

	if (EBPF_SRC(insn->code) == EBPF_X) {
		ebpf_x86_rr(&jit->e, wide | X_IMUL, dst, jit_reg(insn->src_reg));
	} else if (!imm) {
		ebpf_x86_mov_const(&jit->e, dst, 0);
	} else if (imm > 1 && !(imm & (imm - 1))) {
		ebpf_x86_shift_imm(&jit->e, wide, X_SHL, dst, __builtin_ctzll(imm));
	} else if (x86_is_imm8(insn->imm)) {
		ebpf_x86_rr(&jit->e, wide | 0x6b, dst, dst);
		x86_byte(&jit->e, insn->imm & 0xff);
	} else {
		ebpf_x86_rr(&jit->e, wide | 0x69, dst, dst);
		ebpf_x86_imm32(&jit->e, insn->imm);
	}
}

static void movsx(struct ebpf_jit *jit, const struct ebpf_insn *insn)
{
	u32 dst = jit_reg(insn->dst_reg), src = jit_reg(insn->src_reg);
	bool wide = is_wide(insn);

	if (insn->off == 8)
		ebpf_x86_rr(&jit->e, X_WIDE(wide) | X_MOVSX8 | X_RM8, dst, src);
	else if (insn->off == 16)
		ebpf_x86_rr(&jit->e, X_WIDE(wide) | X_MOVSX16, dst, src);
	else if (insn->off == 32 && wide)
		ebpf_x86_rr(&jit->e, X_W | X_MOVSXD, dst, src);
	else
		jit_fail(jit, -EINVAL);
}

static void mov(struct ebpf_jit *jit, const struct ebpf_insn *insn)
{
	u32 dst = jit_reg(insn->dst_reg), src = jit_reg(insn->src_reg);

	if (EBPF_SRC(insn->code) == EBPF_K)
		ebpf_x86_mov_const(&jit->e, dst, imm_operand(insn));
	else if (insn->off == EBPF_ADDR_SPACE_CAST)
		ebpf_jit_cast_to_user(jit, insn);
	else if (insn->off)
		movsx(jit, insn);
	else if (!is_wide(insn) || dst != src)
		ebpf_x86_mov(&jit->e, is_wide(insn), dst, src);
}

static void shift_imm(struct ebpf_jit *jit, const struct ebpf_insn *insn, enum x86_shift op)
{
	u32 dst = jit_reg(insn->dst_reg);
	bool wide = is_wide(insn);
	u32 count = insn->imm & (wide ? 63 : 31);

	if (count)
		ebpf_x86_shift_imm(&jit->e, wide, op, dst, count);
	else if (!wide)
		ebpf_x86_mov(&jit->e, false, dst, dst);
}

/* The CPU takes the count from cl, which is R4: keep R4 in scratch meanwhile.
 * It masks the count by the operand's width as eBPF does.
 */
static void shift_reg(struct ebpf_jit *jit, const struct ebpf_insn *insn, enum x86_shift op)
{
	u32 dst = jit_reg(insn->dst_reg), src = jit_reg(insn->src_reg);
	bool wide = is_wide(insn);
	struct x86_emit *e = &jit->e;

	if (src == X_RCX) {
		ebpf_x86_shift_cl(e, wide, op, dst);
	} else if (dst == X_RCX) {
		ebpf_x86_mov(e, true, X_R10, X_RCX);
		ebpf_x86_mov(e, false, X_RCX, src);
		ebpf_x86_shift_cl(e, wide, op, X_R10);
		ebpf_x86_mov(e, true, X_RCX, X_R10);
	} else {
		ebpf_x86_mov(e, true, X_R10, X_RCX);
		ebpf_x86_mov(e, false, X_RCX, src);
		ebpf_x86_shift_cl(e, wide, op, dst);
		ebpf_x86_mov(e, true, X_RCX, X_R10);
	}
}

static void shift(struct ebpf_jit *jit, const struct ebpf_insn *insn, enum x86_shift op)
{
	if (EBPF_SRC(insn->code) == EBPF_X)
		shift_reg(jit, insn, op);
	else
		shift_imm(jit, insn, op);
}

static void neg(struct ebpf_jit *jit, const struct ebpf_insn *insn)
{
	ebpf_x86_rr(&jit->e, X_WIDE(is_wide(insn)) | 0xf7, 3, jit_reg(insn->dst_reg));
}

static void swap_bytes(struct ebpf_jit *jit, const struct ebpf_insn *insn)
{
	u32 dst = jit_reg(insn->dst_reg);

	switch (insn->imm) {
	case 16:
		ebpf_x86_rr(&jit->e, X_66 | 0xc1, X_ROR, dst);
		x86_byte(&jit->e, 8);
		ebpf_x86_rr(&jit->e, X_MOVZX16, dst, dst);
		break;
	case 32:
		ebpf_x86_bswap(&jit->e, false, dst);
		break;
	case 64:
		ebpf_x86_bswap(&jit->e, true, dst);
		break;
	default:
		jit_fail(jit, -EINVAL);
	}
}

/* The CPU is little endian: the conversion to it only truncates. */
static void truncate(struct ebpf_jit *jit, const struct ebpf_insn *insn)
{
	u32 dst = jit_reg(insn->dst_reg);

	if (insn->imm == 16)
		ebpf_x86_rr(&jit->e, X_MOVZX16, dst, dst);
	else if (insn->imm == 32)
		ebpf_x86_mov(&jit->e, false, dst, dst);
	else if (insn->imm != 64)
		jit_fail(jit, -EINVAL);
}

static void end(struct ebpf_jit *jit, const struct ebpf_insn *insn)
{
	if (is_wide(insn) || EBPF_SRC(insn->code) == EBPF_TO_BE)
		swap_bytes(jit, insn);
	else
		truncate(jit, insn);
}

void ebpf_jit_alu(struct ebpf_jit *jit, const struct ebpf_insn *insn)
{
	switch (EBPF_OP(insn->code)) {
	case EBPF_ADD:
		return group1(jit, insn, X_ADD);
	case EBPF_SUB:
		return group1(jit, insn, X_SUB);
	case EBPF_OR:
		return group1(jit, insn, X_OR);
	case EBPF_AND:
		return group1(jit, insn, X_AND);
	case EBPF_XOR:
		return group1(jit, insn, X_XOR);
	case EBPF_MUL:
		return mul(jit, insn);
	case EBPF_DIV:
	case EBPF_MOD:
		return ebpf_jit_div(jit, insn);
	case EBPF_MOV:
		return mov(jit, insn);
	case EBPF_LSH:
		return shift(jit, insn, X_SHL);
	case EBPF_RSH:
		return shift(jit, insn, X_SHR);
	case EBPF_ARSH:
		return shift(jit, insn, X_SAR);
	case EBPF_NEG:
		return neg(jit, insn);
	case EBPF_END:
		return end(jit, insn);
	default:
		return jit_fail(jit, -EINVAL);
	}
}
