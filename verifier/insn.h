/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Instructions by themselves.
 */
#ifndef _VERIFIER_INSN_H
#define _VERIFIER_INSN_H

#include <ebpf/types.h>
#include <ebpf/verifier.h>

/* ---- cfg.c ---- */
/* Jumps in instructions: how far, relative to the next; 0 for the others. A gotox is none of them. */
s32 ebpf_jmp_offset(const struct ebpf_insn *insn);
bool ebpf_is_jmp(const struct ebpf_insn *insn);

static inline bool is_ld_imm64(const struct ebpf_insn *insn)
{
	return insn->code == (EBPF_LD | EBPF_IMM | EBPF_DW);
}

static inline bool is_ld_abs(const struct ebpf_insn *insn)
{
	return EBPF_CLASS(insn->code) == EBPF_LD && (EBPF_MODE(insn->code) == EBPF_ABS ||
						     EBPF_MODE(insn->code) == EBPF_IND);
}

static inline bool is_pseudo_call(const struct ebpf_insn *insn)
{
	return insn->code == (EBPF_JMP | EBPF_CALL) && insn->src_reg == EBPF_PSEUDO_CALL;
}

static inline bool is_kfunc_call(const struct ebpf_insn *insn)
{
	return insn->code == (EBPF_JMP | EBPF_CALL) && insn->src_reg == EBPF_PSEUDO_KFUNC_CALL;
}

static inline bool is_pseudo_func(const struct ebpf_insn *insn)
{
	return is_ld_imm64(insn) && insn->src_reg == EBPF_PSEUDO_FUNC;
}

/* What the verifier puts in place of others is made of these. */
static inline struct ebpf_insn mk(u8 code, u8 dst, u8 src, s16 off, s32 imm)
{
	struct ebpf_insn insn;

	insn.code = code;
	insn.dst_reg = dst;
	insn.src_reg = src;
	insn.off = off;
	insn.imm = imm;
	return insn;
}

/* A load or store that others may not be moved across. */
static inline bool is_ordered(const struct ebpf_insn *insn)
{
	return EBPF_CLASS(insn->code) == EBPF_STX && EBPF_MODE(insn->code) == EBPF_ATOMIC &&
	       (insn->imm == EBPF_LOAD_ACQ || insn->imm == EBPF_STORE_REL);
}

/* The register that holds the address of a load or store: of a load-acquire, which is of the
 * class of stores, its source.
 */
static inline u8 address_reg(const struct ebpf_insn *insn)
{
	bool loads = EBPF_CLASS(insn->code) == EBPF_LDX ||
		     (is_ordered(insn) && insn->imm == EBPF_LOAD_ACQ);

	return loads ? insn->src_reg : insn->dst_reg;
}

/* Between what programs and what processes have as an address in an arena. */
static inline bool is_addr_cast(const struct ebpf_insn *insn)
{
	return insn->code == (EBPF_ALU64 | EBPF_MOV | EBPF_X) && insn->off == EBPF_ADDR_SPACE_CAST;
}

/* To where a register says. */
static inline bool is_gotox(const struct ebpf_insn *insn)
{
	return insn->code == (EBPF_JMP | EBPF_JA | EBPF_X);
}

static inline bool is_may_goto(const struct ebpf_insn *insn)
{
	return insn->code == (EBPF_JMP | EBPF_JCOND) && insn->src_reg == EBPF_MAY_GOTO;
}

/* ---- disasm.c ---- */
extern const char *const ebpf_alu_string[16];

#endif /* _VERIFIER_INSN_H */
