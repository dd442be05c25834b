/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runs JIT-compiled programs in this process and beside them the interpreter.
 */
#ifndef _TESTS_HOST_JIT_RUN_H
#define _TESTS_HOST_JIT_RUN_H

#include <ebpf/jit.h>
#include <ebpf/services.h>
#include "interp.h"

/* Shorthand for instructions; the names are those of the ISA. */
#define INSN(c, d, s, o, i) \
	((struct ebpf_insn){ .code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i) })
#define ALU64_X(op, d, s)	INSN(EBPF_ALU64 | (op) | EBPF_X, d, s, 0, 0)
#define ALU64_K(op, d, i)	INSN(EBPF_ALU64 | (op) | EBPF_K, d, 0, 0, i)
#define ALU32_X(op, d, s)	INSN(EBPF_ALU | (op) | EBPF_X, d, s, 0, 0)
#define ALU32_K(op, d, i)	INSN(EBPF_ALU | (op) | EBPF_K, d, 0, 0, i)
#define MOV_X(d, s)		ALU64_X(EBPF_MOV, d, s)
#define MOV_K(d, i)		ALU64_K(EBPF_MOV, d, i)
#define LDX(size, d, s, o)	INSN(EBPF_LDX | EBPF_MEM | (size), d, s, o, 0)
#define STX(size, d, s, o)	INSN(EBPF_STX | EBPF_MEM | (size), d, s, o, 0)
#define ST(size, d, o, i)	INSN(EBPF_ST | EBPF_MEM | (size), d, 0, o, i)
#define ATOMIC(size, op, d, s, o) INSN(EBPF_STX | EBPF_ATOMIC | (size), d, s, o, op)
#define JMP_K(op, d, i, o)	INSN(EBPF_JMP | (op) | EBPF_K, d, 0, o, i)
#define JMP_X(op, d, s, o)	INSN(EBPF_JMP | (op) | EBPF_X, d, s, o, 0)
#define JA(o)			INSN(EBPF_JMP | EBPF_JA, 0, 0, o, 0)
#define GOTOL(i)		INSN(EBPF_JMP32 | EBPF_JA, 0, 0, 0, i)
#define EXIT()			INSN(EBPF_JMP | EBPF_EXIT, 0, 0, 0, 0)
#define HELPER(i)		INSN(EBPF_JMP | EBPF_CALL, 0, 0, 0, i)
#define CALL(i)			INSN(EBPF_JMP | EBPF_CALL, 0, EBPF_PSEUDO_CALL, 0, i)
#define TAIL_CALL()		INSN(EBPF_JMP | EBPF_TAIL_CALL, 0, 0, 0, 0)
#define LD64_LO(d, s, v)	INSN(EBPF_LD | EBPF_IMM | EBPF_DW, d, s, 0, (s32)(v))
#define LD64_HI(v)		INSN(0, 0, 0, 0, (s32)((u64)(v) >> 32))
#define LD64(d, v)		LD64_LO(d, 0, v), LD64_HI(v)

/* Bytes of stack a run may use, and bytes above that it must not touch. */
#define JIT_STACK	EBPF_JIT_TAIL_STACK
#define JIT_GUARD	256

/* Stack top of every run: both sides use the same memory, one after the other. */
extern u8 *jit_stack_top;
/* How much of the stack is filled before and compared after a run. */
extern u32 jit_stack_used;

/**
 * struct jit_code - a compiled program
 * @prog:  for the interpreter
 * @tail_entry: first, so that a pointer to a program is one to its tail entry
 */
struct jit_code {
	u64 tail_entry;
	struct ebpf_prog_image img;
	struct ebpf_subprog sub0;
	struct ebpf_jit *jit;
	struct interp_prog prog;
	u8 *exec;
	u32 size;
};

/* As the module's map: count and pointers where jit_env says they are. */
struct jit_prog_array {
	u64 pad;
	u32 max_entries;
	u32 pad2;
	struct jit_code *ptrs[8];
};

/* Addresses below this cannot be read by EBPF_PROBE_MEM loads. */
extern u64 jit_probe_limit;

/* Thunks for indirect jumps and returns, endbr64 and int3, in what is built next. */
void jit_set_mitigations(bool on);

/* What jit_build() compiles for; tests may change it. */
extern struct ebpf_jit_env jit_env;
/* The arena of what is built next, or NULL. */
extern const struct ebpf_arena *jit_arena;

/* Compiles for execution. @subs: start and stack_depth of each function, or NULL
 * for one that may use all of EBPF_MAX_STACK. Copies nothing. 0 or the errno of
 * the JIT; in that case nothing has to be freed.
 */
int jit_build(struct jit_code *code, struct ebpf_insn *insns, u32 cnt,
	      struct ebpf_subprog *subs, u32 sub_cnt);
void jit_destroy(struct jit_code *code);

/* Defines @name, a helper that calls @func, a C function like it, and leaves
 * JIT_POISON in all registers that a helper may change.
 */
#define JIT_POISON	0x7eadbeefcafef00dULL
#define JIT_HELPER(name, func)						\
	__asm__("	.text\n" #name ":\n"				\
		"	push %rbp\n	mov %rsp, %rbp\n"		\
		"	and $-16, %rsp\n	call " #func "\n	leave\n" \
		"	movabs $0x7eadbeefcafef00d, %rdi\n"		\
		"	mov %rdi, %rsi\n	mov %rdi, %rdx\n	mov %rdi, %rcx\n" \
		"	mov %rdi, %r8\n	mov %rdi, %r9\n	mov %rdi, %r10\n" \
		"	mov %rdi, %r11\n	ret\n");			\
	extern const char name[]

/* The immediate that calls @func. */
s32 jit_helper_imm(const void *func);
const void *jit_helper_addr(s32 imm);

/* Executes @code. False, after a word on stdout, when a register that belongs to
 * the caller came back changed.
 */
bool jit_exec(const struct jit_code *code, void *ctx, u64 *ret);

/* Runs @code both ways from the same stack and the same @mem (@len bytes, also
 * the context) and compares what they return and leave in memory. The stack is
 * filled from @seed. Says what differs.
 */
bool jit_same(const struct jit_code *code, const struct interp_ops *ops, void *mem, u32 len,
	      u64 seed);

/* A number generator that repeats itself on every machine. */
u64 jit_random(u64 *state);
/* A number of the kind that finds mistakes: near 0, near powers of two, ... */
u64 jit_random_edge(u64 *state);

/* Bytes of code that a disassembler cannot read; 0 without one. */
u32 jit_undecodable(const struct jit_code *code);
bool jit_can_decode(void);

/* For failures. */
void jit_dump(const struct jit_code *code);

#endif /* _TESTS_HOST_JIT_RUN_H */
