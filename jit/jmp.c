// SPDX-License-Identifier: GPL-2.0-only
/*
 * Jumps within a subprogram.
 *
 * Whether a jump is short is decided by layout.c. Here the distance is checked
 * against the form once more when it is written: an image in which some length
 * is not what the layout assumed must never run.
 */
#include "internal.h"

static s64 distance(const struct ebpf_jit *jit, u32 off, u32 rest)
{
	return (s64)off - ((s64)jit->pos + jit->e.len + rest);
}

void ebpf_jit_rel32_off(struct ebpf_jit *jit, u32 op, u32 off)
{
	s64 disp;

	x86_byte(&jit->e, op);
	disp = distance(jit, off, 4);
	if (jit->final && !x86_is_imm32(disp))
		jit_fail(jit, -ERANGE);
	ebpf_x86_imm32(&jit->e, (u32)disp);
}

void ebpf_jit_rel32_to(struct ebpf_jit *jit, u32 op, u64 addr)
{
	s64 disp;

	x86_byte(&jit->e, op);
	disp = (s64)(addr - (jit->exec + jit->pos + jit->e.len + 4));
	if (jit->final && !x86_is_imm32(disp))
		jit_fail(jit, -ERANGE);
	ebpf_x86_imm32(&jit->e, (u32)disp);
}

u32 ebpf_jit_jump_target(const struct ebpf_insn *insn, u32 idx)
{
	bool far = insn->code == (EBPF_JMP32 | EBPF_JA);

	return idx + 1 + (far ? insn->imm : insn->off);
}

static void short_jump(struct ebpf_jit *jit, u32 op, u32 target)
{
	s64 disp;

	x86_byte(&jit->e, op);
	disp = distance(jit, jit->off[target], 1);
	if (jit->final && EBPF_BUG_ON(!x86_is_imm8(disp)))
		jit_fail(jit, -EINVAL);
	x86_byte(&jit->e, (u32)disp & 0xff);
}

static void jump(struct ebpf_jit *jit, u32 target)
{
	if (jit->flags[jit->idx] & JIT_SHORT)
		short_jump(jit, 0xeb, target);
	else
		ebpf_jit_rel32_off(jit, 0xe9, jit->off[target]);
}

static void jump_if(struct ebpf_jit *jit, enum x86_cc cc, u32 target)
{
	if (jit->flags[jit->idx] & JIT_SHORT) {
		short_jump(jit, 0x70 | cc, target);
		return;
	}
	x86_byte(&jit->e, 0x0f);
	ebpf_jit_rel32_off(jit, 0x80 | cc, jit->off[target]);
}

static int condition(u32 op)
{
	switch (op) {
	case EBPF_JEQ:
		return X_CC_E;
	case EBPF_JNE:
	case EBPF_JSET:
		return X_CC_NE;
	case EBPF_JGT:
		return X_CC_A;
	case EBPF_JGE:
		return X_CC_AE;
	case EBPF_JLT:
		return X_CC_B;
	case EBPF_JLE:
		return X_CC_BE;
	case EBPF_JSGT:
		return X_CC_G;
	case EBPF_JSGE:
		return X_CC_GE;
	case EBPF_JSLT:
		return X_CC_L;
	case EBPF_JSLE:
		return X_CC_LE;
	default:
		return -EINVAL;
	}
}

static void test_imm(struct x86_emit *e, bool wide, u32 dst, s32 imm)
{
	/* A positive mask has no upper half. */
	if (imm >= 0)
		wide = false;
	if (dst == X_RAX) {
		if (wide)
			x86_byte(e, 0x48);
		x86_byte(e, 0xa9);
	} else {
		ebpf_x86_rr(e, X_WIDE(wide) | 0xf7, 0, dst);
	}
	ebpf_x86_imm32(e, imm);
}

static void compare(struct x86_emit *e, const struct ebpf_insn *insn)
{
	u32 dst = jit_reg(insn->dst_reg), src = jit_reg(insn->src_reg);
	bool wide = EBPF_CLASS(insn->code) == EBPF_JMP;
	bool set = EBPF_OP(insn->code) == EBPF_JSET;

	if (EBPF_SRC(insn->code) == EBPF_X)
		ebpf_x86_rr(e, X_WIDE(wide) | (set ? X_TEST : X_OP_RR(X_CMP)), src, dst);
	else if (set)
		test_imm(e, wide, dst, insn->imm);
	else if (!insn->imm)
		/* Sets flags as a comparison with 0 does, and is shorter. */
		ebpf_x86_rr(e, X_WIDE(wide) | X_TEST, dst, dst);
	else
		ebpf_x86_group1_imm(e, wide, X_CMP, dst, insn->imm);
}

void ebpf_jit_jmp(struct ebpf_jit *jit, const struct ebpf_insn *insn)
{
	u32 target = ebpf_jit_jump_target(insn, jit->idx);
	bool always = EBPF_OP(insn->code) == EBPF_JA;
	int cc = always ? 0 : condition(EBPF_OP(insn->code));

	if (cc < 0) {
		jit_fail(jit, cc);
		return;
	}
	/* Either way goes on at the next instruction. */
	if (target == jit->idx + 1)
		return;
	if (always) {
		jump(jit, target);
		return;
	}
	if (!(jit->flags[jit->idx] & JIT_NO_TEST))
		compare(&jit->e, insn);
	jump_if(jit, cc, target);
}
