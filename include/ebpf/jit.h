/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The x86_64 JIT: machine code from a verified program.
 *
 * It works in two steps so that the owner of executable memory stays outside:
 * ebpf_jit_compile() finds the final layout and size; ebpf_jit_emit() writes
 * the bytes for one address. Pure C; no limits on the number of programs at
 * work at once.
 *
 * Calling convention of the code:
 *	u64 prog(const void *ctx, void *stack_top)
 * ctx (rdi) becomes R1. stack_top (rsi) is R10 of the main program: programs do
 * not keep their frames on the kernel stack, because the stack a probe fires on
 * can be as small as 4 KiB. The caller guarantees ebpf_prog_image.max_stack
 * bytes below stack_top, and reserves more when the program makes tail calls
 * (EBPF_JIT_TAIL_STACK). The kernel stack carries return addresses and saved
 * registers only.
 *
 * Callbacks. A helper that calls a function of the program back gets as its
 * sixth argument where that function's frame can be, and hands it on:
 *	u64 helper(u64 r1, ..., u64 r5, u64 frame)
 *	{ ... callback(a1, a2, a3, a4, a5, frame); ... }
 * Whoever calls one later, out of a timer, passes a stack top of its own there.
 * Functions that can reach a tail call cannot be callbacks (-EINVAL).
 */
#ifndef _EBPF_JIT_H
#define _EBPF_JIT_H

#include <ebpf/types.h>
#include <ebpf/prog.h>

/* Bytes of stack below stack_top that a program with tail calls can use. */
#define EBPF_JIT_TAIL_STACK	(EBPF_JIT_TAIL_LAST + EBPF_MAX_TAIL_CALLS * 256)
/* Of these, for the last program: what uses more is no target of tail calls. */
#define EBPF_JIT_TAIL_LAST	(EBPF_MAX_STACK + EBPF_MAX_CALL_FRAMES * EBPF_ROUNDS_STACK)

/**
 * struct ebpf_jit_env - what the code must know of the running kernel
 * @call_base:      address that helper call immediates are relative to
 * @load_stub:      addresses of the fault-safe load routines for EBPF_PROBE_MEM,
 *                  by log2 of the size in bytes: address in rdi, result in
 *                  rax, 0 when the address cannot be read; they change no other
 *                  register (0: refuse programs that need them)
 * @arena_load, @arena_store, @arena_addr: the same for accesses in arenas, see
 *                  kmod/prog/arena_stub.h
 * @indirect_thunk_rcx: thunk for an indirect jump through rcx, or 0 for a jump
 * @return_thunk:   thunk to jump to instead of ret, or 0
 * @indirect_lfence: without a thunk: put lfence before indirect jumps
 * @sls:            put int3 after ret and indirect jumps
 * @endbr:          start the entry with endbr64
 * @prog_array_max_entries_off,
 * @prog_array_ptrs_off: where in the prog array map the u32 count and the array
 *                  of program pointers are
 * @prog_tail_entry_off: where in a program object the address of its tail call
 *                  entry is (u64). Only code of this JIT may jump there: R1 in
 *                  rdi, R10 in rbp, the number of tail calls left in r12
 */
struct ebpf_jit_env {
	u64 call_base;
	u64 load_stub[4];
	u64 arena_load[4];
	u64 arena_store[4];
	u64 arena_addr[4];
	u64 indirect_thunk_rcx;
	u64 return_thunk;
	bool indirect_lfence;
	bool sls;
	bool endbr;
	u32 prog_array_max_entries_off;
	u32 prog_array_ptrs_off;
	u32 prog_tail_entry_off;
};

struct ebpf_jit;	/* one compilation */

/* Lays the program out. ERR_PTR(-ENOMEM, -EINVAL for an instruction the
 * verifier never lets through, -EAGAIN on a signal). @img and @env must outlive
 * the result. May sleep.
 */
struct ebpf_jit *ebpf_jit_compile(const struct ebpf_prog_image *img,
				  const struct ebpf_jit_env *env);
/* Bytes of code. */
u32 ebpf_jit_size(const struct ebpf_jit *jit);
/* Writes ebpf_jit_size() bytes to @rw for execution at @exec. Helpers must lie
 * within 2 GiB of @exec: -ERANGE otherwise. 64-bit loads of the address of a
 * subprogram (BPF_PSEUDO_FUNC) get its final address.
 */
int ebpf_jit_emit(struct ebpf_jit *jit, u8 *rw, u64 exec);
/* After emit: offset in bytes of subprogram @i's entry from the start. */
u32 ebpf_jit_subprog_off(const struct ebpf_jit *jit, u32 i);
/* Offset of the tail call entry of the main program. */
u32 ebpf_jit_tail_entry_off(const struct ebpf_jit *jit);
/* Byte offset of the code of instruction @insn (for jited line info). */
u32 ebpf_jit_insn_off(const struct ebpf_jit *jit, u32 insn);
void ebpf_jit_free(struct ebpf_jit *jit);

#endif /* _EBPF_JIT_H */
