// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls of helpers and subprograms, and tail calls.
 */
#include "internal.h"

static u32 frame_size(const struct ebpf_jit *jit)
{
	return ebpf_frame_size(jit_cur(jit)->depth);
}

/* A helper that may run a callback of this program has to be told where the
 * callback's frame can be: it hands its sixth argument on as the sixth.
 */
static void call_helper(struct ebpf_jit *jit, const struct ebpf_insn *insn)
{
	if (jit->callbacks)
		ebpf_x86_lea(&jit->e, JIT_CB_FRAME, JIT_FRAME, -(s32)frame_size(jit));
	ebpf_jit_rel32_to(jit, 0xe8, jit->env->call_base + (s64)insn->imm);
}

static void call_subprog(struct ebpf_jit *jit, const struct ebpf_insn *insn)
{
	int sub = ebpf_jit_find_subprog(jit, jit->idx + 1 + insn->imm);
	u32 frame = frame_size(jit);

	if (sub < 0)
		return jit_fail(jit, -EINVAL);
	if (!jit->subs[sub].needs_frame)
		frame = 0;
	if (frame)
		ebpf_x86_group1_imm(&jit->e, true, X_SUB, JIT_FRAME, frame);
	ebpf_jit_rel32_off(jit, 0xe8, jit->subs[sub].entry);
	if (frame)
		ebpf_x86_group1_imm(&jit->e, true, X_ADD, JIT_FRAME, frame);
}

void ebpf_jit_call(struct ebpf_jit *jit, const struct ebpf_insn *insn)
{
	if (!insn->src_reg)
		call_helper(jit, insn);
	else if (insn->src_reg == EBPF_PSEUDO_CALL)
		call_subprog(jit, insn);
	else
		jit_fail(jit, -EINVAL);
}

static void lfence(struct x86_emit *e)
{
	x86_byte(e, 0x0f);
	x86_byte(e, 0xae);
	x86_byte(e, 0xe8);
}

static void jump_to_entry(struct ebpf_jit *jit)
{
	const struct ebpf_jit_env *env = jit->env;
	struct x86_emit *e = &jit->e;

	if (env->indirect_thunk_rcx) {
		ebpf_x86_rm(e, X_W | X_MOV_LOAD, X_RCX, X_RCX, env->prog_tail_entry_off);
		ebpf_jit_rel32_to(jit, 0xe9, env->indirect_thunk_rcx);
	} else if (env->indirect_lfence) {
		ebpf_x86_rm(e, X_W | X_MOV_LOAD, X_RCX, X_RCX, env->prog_tail_entry_off);
		lfence(e);
		ebpf_x86_rr(e, 0xff, 4, X_RCX);
	} else {
		ebpf_x86_rm(e, 0xff, 4, X_RCX, env->prog_tail_entry_off);
	}
	if (env->sls)
		x86_byte(e, 0xcc);
}

/* Whether @insn leaves the upper half of its destination clear. */
static bool clears_upper(const struct ebpf_insn *insn)
{
	switch (EBPF_CLASS(insn->code)) {
	case EBPF_ALU:
		return EBPF_OP(insn->code) != EBPF_END;
	case EBPF_ALU64:
		return insn->code == (EBPF_ALU64 | EBPF_MOV | EBPF_K) && insn->imm >= 0;
	case EBPF_LDX:
		return EBPF_MODE(insn->code) == EBPF_MEM && EBPF_SIZE(insn->code) != EBPF_DW;
	case EBPF_LD:
		return !insn->src_reg && !insn[1].imm;
	default:
		return false;
	}
}

/* Whether R3 is known to be below 2^32, from what set it last on the only way
 * here. Everything that can change it otherwise ends the search.
 */
static bool index_is_short(const struct ebpf_jit *jit)
{
	u32 i = jit->idx;

	while (i > jit_cur(jit)->start && !(jit->flags[i] & JIT_TARGET)) {
		const struct ebpf_insn *insn = &jit->img->insns[--i];
		u32 class = EBPF_CLASS(insn->code);

		if (jit->flags[i] & JIT_MERGED && !insn->code)
			continue;	/* second half of a constant */
		if (class == EBPF_JMP || class == EBPF_JMP32 ||
		    (class == EBPF_STX && EBPF_MODE(insn->code) == EBPF_ATOMIC))
			return false;
		if (class != EBPF_ST && class != EBPF_STX && insn->dst_reg == EBPF_REG_3)
			return clears_upper(insn);
	}
	return false;
}

/*
 * R1 (rdi) is the context, R2 (rsi) the prog array, R3 (rdx) the index. What
 * they and R4, R5 hold is lost when the call is not made, as after any helper.
 *
 * The counter is the same for the whole run: r12 is set by the entry of the
 * first program and changed here only. It counts also those calls that then
 * find an empty slot, as Linux does.
 */
void ebpf_jit_tail_call(struct ebpf_jit *jit)
{
	const struct ebpf_jit_env *env = jit->env;
	struct x86_emit *e = &jit->e;
	u32 out[3];
	u32 i;

	if (!index_is_short(jit))
		ebpf_x86_mov(e, false, X_RDX, X_RDX);
	ebpf_x86_rm(e, X_OP_RR(X_CMP), X_RDX, X_RSI, env->prog_array_max_entries_off);
	out[0] = ebpf_x86_jcc_ahead(e, X_CC_BE);
	ebpf_x86_group1_imm(e, true, X_SUB, JIT_TAIL_COUNT, 1);
	out[1] = ebpf_x86_jcc_ahead(e, X_CC_S);
	ebpf_x86_rmx8(e, X_W | X_MOV_LOAD, X_RCX, X_RSI, X_RDX, env->prog_array_ptrs_off);
	ebpf_x86_rr(e, X_W | X_TEST, X_RCX, X_RCX);
	out[2] = ebpf_x86_jcc_ahead(e, X_CC_E);
	ebpf_jit_restore_regs(jit);
	jump_to_entry(jit);
	for (i = 0; i < ARRAY_SIZE(out); i++)
		ebpf_x86_land(e, out[i]);
}
