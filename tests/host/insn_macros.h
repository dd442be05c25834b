/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A small assembler for the verifier's tests.
 */
#ifndef _TESTS_HOST_INSN_MACROS_H
#define _TESTS_HOST_INSN_MACROS_H

#include <ebpfdrv/bpf.h>

#define INSN(c, d, s, o, i) \
	{ .code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i) }

#define ALU_X(op, d, s)		INSN(EBPF_ALU64 | (op) | EBPF_X, d, s, 0, 0)
#define ALU_K(op, d, i)		INSN(EBPF_ALU64 | (op) | EBPF_K, d, 0, 0, i)
#define ALU32_X(op, d, s)	INSN(EBPF_ALU | (op) | EBPF_X, d, s, 0, 0)
#define ALU32_K(op, d, i)	INSN(EBPF_ALU | (op) | EBPF_K, d, 0, 0, i)
#define MOV_X(d, s)		ALU_X(EBPF_MOV, d, s)
#define MOV_K(d, i)		ALU_K(EBPF_MOV, d, i)
#define MOV32_X(d, s)		ALU32_X(EBPF_MOV, d, s)
#define MOV32_K(d, i)		ALU32_K(EBPF_MOV, d, i)
#define ADD_X(d, s)		ALU_X(EBPF_ADD, d, s)
#define ADD_K(d, i)		ALU_K(EBPF_ADD, d, i)
#define SIGNED(op, d, s)	INSN(EBPF_ALU64 | (op) | EBPF_X, d, s, 1, 0)

#define LDX(sz, d, s, o)	INSN(EBPF_LDX | EBPF_MEM | EBPF_##sz, d, s, o, 0)
#define LDSX(sz, d, s, o)	INSN(EBPF_LDX | EBPF_MEMSX | EBPF_##sz, d, s, o, 0)
#define STX(sz, d, s, o)	INSN(EBPF_STX | EBPF_MEM | EBPF_##sz, d, s, o, 0)
#define ST(sz, d, o, i)		INSN(EBPF_ST | EBPF_MEM | EBPF_##sz, d, 0, o, i)
#define ATOMIC(sz, op, d, s, o)	INSN(EBPF_STX | EBPF_ATOMIC | EBPF_##sz, d, s, o, op)

#define JMP_K(op, d, i, o)	INSN(EBPF_JMP | EBPF_##op | EBPF_K, d, 0, o, i)
#define JMP_X(op, d, s, o)	INSN(EBPF_JMP | EBPF_##op | EBPF_X, d, s, o, 0)
#define JMP32_K(op, d, i, o)	INSN(EBPF_JMP32 | EBPF_##op | EBPF_K, d, 0, o, i)
#define JA(o)			INSN(EBPF_JMP | EBPF_JA, 0, 0, o, 0)
#define GOTOL(i)		INSN(EBPF_JMP32 | EBPF_JA, 0, 0, 0, i)
#define EXIT			INSN(EBPF_JMP | EBPF_EXIT, 0, 0, 0, 0)
#define CALL_ID(i)		INSN(EBPF_JMP | EBPF_CALL, 0, 0, 0, i)
#define HELPER(name)		CALL_ID(EBPF_FUNC_##name)
#define CALL(i)			INSN(EBPF_JMP | EBPF_CALL, 0, EBPF_PSEUDO_CALL, 0, i)

#define LD64_PSEUDO(d, s, lo, hi) \
	INSN(EBPF_LD | EBPF_IMM | EBPF_DW, d, s, 0, lo), INSN(0, 0, 0, 0, hi)
#define LD64(d, v)		LD64_PSEUDO(d, 0, (__s32)(v), (__s32)((unsigned long long)(v) >> 32))
#define LD_MAP(d, fd)		LD64_PSEUDO(d, EBPF_PSEUDO_MAP_FD, fd, 0)
#define LD_MAP_VALUE(d, fd, o)	LD64_PSEUDO(d, EBPF_PSEUDO_MAP_VALUE, fd, o)

/* r0 = lookup of key 0 in map @fd; spoils R1, R2 and fp-8. Seven slots. */
#define LOOKUP(fd)	\
	ST(DW, EBPF_REG_10, -8, 0), MOV_X(2, 10), ADD_K(2, -8), LD_MAP(1, fd), \
	HELPER(map_lookup_elem)

#endif /* _TESTS_HOST_INSN_MACROS_H */
