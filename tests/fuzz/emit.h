/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One instruction after the other, for the generators.
 */
#ifndef _TESTS_FUZZ_EMIT_H
#define _TESTS_FUZZ_EMIT_H

#include "gen.h"

#define PICK(array) (array)[gen_below(sizeof(array) / sizeof(*(array)))]

static inline void emit(struct gen *g, u8 code, u8 dst, u8 src, s16 off, s32 imm)
{
	struct ebpf_insn *insn = &g->insns[g->cnt++];

	insn->code = code;
	insn->dst_reg = dst;
	insn->src_reg = src;
	insn->off = off;
	insn->imm = imm;
}

static inline void emit_mov(struct gen *g, u8 dst, u8 src)
{
	emit(g, EBPF_ALU64 | EBPF_MOV | EBPF_X, dst, src, 0, 0);
}

static inline void emit_mov_imm(struct gen *g, u8 dst, s32 imm)
{
	emit(g, EBPF_ALU64 | EBPF_MOV | EBPF_K, dst, 0, 0, imm);
}

static inline void emit_add(struct gen *g, u8 dst, s32 imm)
{
	emit(g, EBPF_ALU64 | EBPF_ADD | EBPF_K, dst, 0, 0, imm);
}

static inline void emit_ld64(struct gen *g, u8 dst, u8 src, u32 lo, u32 hi)
{
	emit(g, EBPF_LD | EBPF_IMM | EBPF_DW, dst, src, 0, lo);
	emit(g, 0, 0, 0, 0, hi);
}

static inline void emit_helper(struct gen *g, u32 id)
{
	emit(g, EBPF_JMP | EBPF_CALL, 0, 0, 0, id);
}

/* The conditional jump at @at comes here. */
static inline void land_here(struct gen *g, u32 at)
{
	g->insns[at].off = g->cnt - at - 1;
}

#endif /* _TESTS_FUZZ_EMIT_H */
