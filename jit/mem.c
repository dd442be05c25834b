// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loads, stores and 64-bit constants.
 */
#include "internal.h"

/* [sign extended][size]; sizes in the order of log2 */
static const u32 load_ops[2][4] = {
	{ X_MOVZX8, X_MOVZX16, X_MOV_LOAD, X_W | X_MOV_LOAD },
	{ X_W | X_MOVSX8, X_W | X_MOVSX16, X_W | X_MOVSXD, 0 },
};

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

static void load(struct ebpf_jit *jit, const struct ebpf_insn *insn, bool sign)
{
	u32 op = load_ops[sign][log2_size(insn->code)];

	if (op)
		ebpf_x86_rm(&jit->e, op, jit_reg(insn->dst_reg), jit_reg(insn->src_reg), insn->off);
	else
		jit_fail(jit, -EINVAL);
}

/* What the stub leaves in rax, zero extended, into its register. */
static void probe_result(struct ebpf_jit *jit, u32 dst, bool sign, u32 log2)
{
	u32 op = load_ops[1][log2] | (log2 ? 0 : X_RM8);

	if (sign)
		ebpf_x86_rr(&jit->e, op, dst, X_RAX);
	else if (dst != X_RAX)
		ebpf_x86_mov(&jit->e, true, dst, X_RAX);
}

/* A load that may fault: the stub takes rdi, answers in rax and changes nothing
 * else, so r10 and r11 carry R1 and R0 across it.
 */
static void probe_load(struct ebpf_jit *jit, const struct ebpf_insn *insn, bool sign)
{
	u32 dst = jit_reg(insn->dst_reg), src = jit_reg(insn->src_reg);
	u32 log2 = log2_size(insn->code);
	bool moves = src != X_RDI || insn->off;
	struct x86_emit *e = &jit->e;

	if (!jit->env->load_stub[log2] || (sign && log2 == 3))
		return jit_fail(jit, -EINVAL);
	if (moves && dst != X_RDI)
		ebpf_x86_mov(e, true, X_R10, X_RDI);
	if (dst != X_RAX)
		ebpf_x86_mov(e, true, X_R11, X_RAX);
	if (insn->off)
		ebpf_x86_lea(e, X_RDI, src, insn->off);
	else if (moves)
		ebpf_x86_mov(e, true, X_RDI, src);
	ebpf_jit_rel32_to(jit, 0xe8, jit->env->load_stub[log2]);
	probe_result(jit, dst, sign, log2);
	if (dst != X_RAX)
		ebpf_x86_mov(e, true, X_RAX, X_R11);
	if (moves && dst != X_RDI)
		ebpf_x86_mov(e, true, X_RDI, X_R10);
}

void ebpf_jit_ldx(struct ebpf_jit *jit, const struct ebpf_insn *insn)
{
	switch (EBPF_MODE(insn->code)) {
	case EBPF_MEM:
		return load(jit, insn, false);
	case EBPF_MEMSX:
		return load(jit, insn, true);
	case EBPF_PROBE_MEM:
		return probe_load(jit, insn, false);
	case EBPF_PROBE_MEMSX:
		return probe_load(jit, insn, true);
	case EBPF_PROBE_MEM32:
	case EBPF_PROBE_MEM32SX:
		return ebpf_jit_arena_load(jit, insn);
	default:
		return jit_fail(jit, -EINVAL);
	}
}

static void store_imm(struct ebpf_jit *jit, const struct ebpf_insn *insn)
{
	static const u32 ops[4] = { 0xc6, X_66 | 0xc7, 0xc7, X_W | 0xc7 };
	u32 log2 = log2_size(insn->code);

	ebpf_x86_rm(&jit->e, ops[log2], 0, jit_reg(insn->dst_reg), insn->off);
	if (log2 >= 2) {
		ebpf_x86_imm32(&jit->e, insn->imm);
		return;
	}
	x86_byte(&jit->e, insn->imm & 0xff);
	if (log2)
		x86_byte(&jit->e, insn->imm >> 8 & 0xff);
}

static void store_reg(struct ebpf_jit *jit, const struct ebpf_insn *insn)
{
	static const u32 ops[4] = {
		X_REG8 | 0x88, X_66 | X_MOV_STORE, X_MOV_STORE, X_W | X_MOV_STORE
	};

	ebpf_x86_rm(&jit->e, ops[log2_size(insn->code)], jit_reg(insn->src_reg),
		    jit_reg(insn->dst_reg), insn->off);
}

void ebpf_jit_store(struct ebpf_jit *jit, const struct ebpf_insn *insn)
{
	bool reg = EBPF_CLASS(insn->code) == EBPF_STX;

	if (reg && EBPF_MODE(insn->code) == EBPF_ATOMIC)
		ebpf_jit_atomic(jit, insn);
	else if (reg && EBPF_MODE(insn->code) == EBPF_PROBE_ATOMIC)
		ebpf_jit_arena_atomic(jit, insn);
	else if (EBPF_MODE(insn->code) == EBPF_PROBE_MEM32)
		ebpf_jit_arena_store(jit, insn);
	else if (EBPF_MODE(insn->code) != EBPF_MEM)
		jit_fail(jit, -EINVAL);
	else if (reg)
		store_reg(jit, insn);
	else
		store_imm(jit, insn);
}

/* The address of a subprogram: its entry for callbacks. */
static void load_func(struct ebpf_jit *jit, const struct ebpf_insn *insn)
{
	int sub = ebpf_jit_find_subprog(jit, jit->idx + 1 + insn->imm);

	if (sub < 0)
		return jit_fail(jit, -EINVAL);
	/* lea disp32(%rip) */
	x86_byte(&jit->e, jit_reg(insn->dst_reg) & 8 ? 0x4c : 0x48);
	x86_byte(&jit->e, X_LEA);
	ebpf_jit_rel32_off(jit, (jit_reg(insn->dst_reg) & 7) << 3 | 0x05,
			   jit->subs[sub].cb_entry);
}

void ebpf_jit_ld_imm64(struct ebpf_jit *jit, const struct ebpf_insn *insn)
{
	if (insn->src_reg == EBPF_PSEUDO_FUNC)
		load_func(jit, insn);
	else if (insn->src_reg)
		jit_fail(jit, -EINVAL);
	else
		ebpf_x86_mov_const(&jit->e, jit_reg(insn->dst_reg),
				   (u32)insn[0].imm | (u64)(u32)insn[1].imm << 32);
}
