// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loads, stores and atomic operations in the program's arena, and the cast to where processes have it.
 *
 * The pages of an arena lie apart in the kernel, so each access goes through a routine that looks for
 * its page: r10 is how far into the arena it is, as 64 bits, r11 the struct ebpf_arena.
 */
#include <ebpf/arena.h>
#include "internal.h"

static u32 log2_size(u32 code)
{
	switch (EBPF_SIZE(code)) {
	case EBPF_B:
		return 0;
	case EBPF_H:
		return 1;
	case EBPF_W:
		return 2;
	default:
		return 3;
	}
}

/* r10 and r11 for an access at @off from what @reg holds, of which the low half counts. */
static void find(struct ebpf_jit *jit, u32 reg, s16 off)
{
	s64 distance = (s64)off - (s64)(u32)jit->img->arena->user_start;
	struct x86_emit *e = &jit->e;

	ebpf_x86_mov(e, false, X_R10, reg);
	if (x86_is_imm32(distance)) {
		if (distance)
			ebpf_x86_lea(e, X_R10, X_R10, distance);
	} else {
		ebpf_x86_mov_const(e, X_R11, distance);
		ebpf_x86_rr(e, X_W | X_OP_RR(X_ADD), X_R11, X_R10);
	}
	ebpf_x86_mov_const(e, X_R11, (unsigned long)jit->img->arena);
}

static bool has_arena(struct ebpf_jit *jit, u64 routine)
{
	if (jit->img->arena && routine)
		return true;
	jit_fail(jit, -EINVAL);
	return false;
}

void ebpf_jit_arena_load(struct ebpf_jit *jit, const struct ebpf_insn *insn)
{
	static const u32 extend[] = { X_MOVSX8 | X_RM8, X_MOVSX16, X_MOVSXD };
	bool sign = EBPF_MODE(insn->code) == EBPF_PROBE_MEM32SX;
	u32 log2 = log2_size(insn->code), dst = jit_reg(insn->dst_reg);

	if (sign && log2 == 3)
		return jit_fail(jit, -EINVAL);
	if (!has_arena(jit, jit->env->arena_load[log2]))
		return;
	find(jit, jit_reg(insn->src_reg), insn->off);
	ebpf_jit_rel32_to(jit, 0xe8, jit->env->arena_load[log2]);
	if (sign)
		ebpf_x86_rr(&jit->e, X_W | extend[log2], dst, X_R10);
	else
		ebpf_x86_mov(&jit->e, true, dst, X_R10);
}

/* The value goes in r9. */
void ebpf_jit_arena_store(struct ebpf_jit *jit, const struct ebpf_insn *insn)
{
	u32 log2 = log2_size(insn->code);

	if (!has_arena(jit, jit->env->arena_store[log2]))
		return;
	if (EBPF_CLASS(insn->code) == EBPF_STX)
		ebpf_x86_mov(&jit->e, true, X_R9, jit_reg(insn->src_reg));
	else
		ebpf_x86_mov_const(&jit->e, X_R9, (s64)insn->imm);
	find(jit, jit_reg(insn->dst_reg), insn->off);
	ebpf_jit_rel32_to(jit, 0xe8, jit->env->arena_store[log2]);
}

void ebpf_jit_arena_atomic(struct ebpf_jit *jit, const struct ebpf_insn *insn)
{
	u32 log2 = log2_size(insn->code), skip;

	if (!has_arena(jit, jit->env->arena_addr[log2]))
		return;
	find(jit, jit_reg(insn->dst_reg), insn->off);
	ebpf_jit_rel32_to(jit, 0xe8, jit->env->arena_addr[log2]);
	ebpf_x86_rr(&jit->e, X_W | X_TEST, X_R10, X_R10);
	skip = ebpf_x86_jcc_ahead(&jit->e, X_CC_E);
	ebpf_jit_atomic_at(jit, insn, X_R10, 0);
	ebpf_x86_land(&jit->e, skip);
}

/* NULL stays NULL. */
void ebpf_jit_cast_to_user(struct ebpf_jit *jit, const struct ebpf_insn *insn)
{
	u32 dst = jit_reg(insn->dst_reg), skip;
	struct x86_emit *e = &jit->e;
	u64 high;

	if (insn->imm != EBPF_CAST_TO_USER || !jit->img->arena)
		return jit_fail(jit, -EINVAL);
	high = jit->img->arena->user_start & ~(u64)U32_MAX;
	ebpf_x86_mov(e, false, dst, jit_reg(insn->src_reg));
	if (!high)
		return;
	ebpf_x86_rr(e, X_TEST, dst, dst);
	skip = ebpf_x86_jcc_ahead(e, X_CC_E);
	ebpf_x86_mov_const(e, X_R11, high);
	ebpf_x86_rr(e, X_W | X_OP_RR(X_OR), X_R11, dst);
	ebpf_x86_land(e, skip);
}
