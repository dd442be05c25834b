// SPDX-License-Identifier: GPL-2.0-only
/*
 * Atomic operations on memory.
 */
#include "internal.h"

static int group1_of(s32 imm, enum x86_group1 *op)
{
	switch (imm & ~EBPF_FETCH) {
	case EBPF_ADD:
		*op = X_ADD;
		return 0;
	case EBPF_OR:
		*op = X_OR;
		return 0;
	case EBPF_AND:
		*op = X_AND;
		return 0;
	case EBPF_XOR:
		*op = X_XOR;
		return 0;
	default:
		return -EINVAL;
	}
}

/* x86 has no or, and, xor that fetch: compute in r9 and try until the value in
 * memory is the one computed from. rax is needed for that; it is R0, which may
 * be an operand too.
 */
static void fetch_loop(struct x86_emit *e, u32 wide, enum x86_group1 op, u32 dst, u32 src, s32 off)
{
	u32 result = src, again;

	ebpf_x86_mov(e, true, X_R11, X_RAX);
	if (dst == X_RAX)
		dst = X_R11;
	if (src == X_RAX)
		src = X_R11;
	ebpf_x86_rm(e, wide | X_MOV_LOAD, X_RAX, dst, off);
	again = e->len;
	ebpf_x86_mov(e, wide, X_R9, X_RAX);
	ebpf_x86_rr(e, wide | X_OP_RR(op), src, X_R9);
	ebpf_x86_rm(e, X_LOCK | X_0F | wide | 0xb1, X_R9, dst, off);
	x86_byte(e, 0x70 | X_CC_NE);
	x86_byte(e, (again - e->len - 1) & 0xff);
	if (result == X_RAX)
		return;
	ebpf_x86_mov(e, wide, result, X_RAX);
	ebpf_x86_mov(e, true, X_RAX, X_R11);
}

static void atomic_op(struct ebpf_jit *jit, const struct ebpf_insn *insn, u32 wide, u32 base, s32 off)
{
	u32 src = jit_reg(insn->src_reg);
	enum x86_group1 op;

	if (group1_of(insn->imm, &op))
		jit_fail(jit, -EINVAL);
	else if (!(insn->imm & EBPF_FETCH))
		ebpf_x86_rm(&jit->e, X_LOCK | wide | X_OP_RR(op), src, base, off);
	else if (op == X_ADD)
		ebpf_x86_rm(&jit->e, X_LOCK | X_0F | wide | 0xc1, src, base, off);
	else
		fetch_loop(&jit->e, wide, op, base, src, off);
}

static void emit_cmpxchg(struct ebpf_jit *jit, const struct ebpf_insn *insn, u32 wide, u32 base, s32 off)
{
	ebpf_x86_rm(&jit->e, X_LOCK | X_0F | wide | 0xb1, jit_reg(insn->src_reg), base, off);
	/* On success the CPU does not write eax, so it clears no upper half. */
	if (!wide)
		ebpf_x86_mov(&jit->e, false, X_RAX, X_RAX);
}

void ebpf_jit_atomic_at(struct ebpf_jit *jit, const struct ebpf_insn *insn, u32 base, s32 off)
{
	u32 wide = X_WIDE(EBPF_SIZE(insn->code) == EBPF_DW);

	if (!wide && EBPF_SIZE(insn->code) != EBPF_W)
		jit_fail(jit, -EINVAL);
	else if (insn->imm == EBPF_CMPXCHG)
		emit_cmpxchg(jit, insn, wide, base, off);
	else if (insn->imm == EBPF_XCHG)
		ebpf_x86_rm(&jit->e, wide | X_XCHG, jit_reg(insn->src_reg), base, off);
	else
		atomic_op(jit, insn, wide, base, off);
}

void ebpf_jit_atomic(struct ebpf_jit *jit, const struct ebpf_insn *insn)
{
	ebpf_jit_atomic_at(jit, insn, jit_reg(insn->dst_reg), insn->off);
}
