/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A program as the engines hand it to each other: verifier to JIT to module.
 */
#ifndef _EBPF_PROG_H
#define _EBPF_PROG_H

#include <ebpf/types.h>
#include <ebpfdrv/bpf.h>

struct ebpf_arena;
struct ebpf_map;

#define EBPF_MAX_STACK		512	/* bytes of stack of a function; often of a call chain */
#define EBPF_MAX_CALL_FRAMES	8
/* Bytes that may_goto needs in the frame of a function. */
#define EBPF_ROUNDS_STACK	64
#define EBPF_MAX_SUBPROGS	256
#define EBPF_MAX_TAIL_CALLS	33
#define EBPF_COMPLEXITY_LIMIT	1000000	/* processed insns; also the largest program */
#define EBPF_MAX_USED_MAPS	64

/* Instructions that exist only between the verifier and the JIT. */
/* Class LDX, mode of its own: a load that may fault and then reads 0. */
#define EBPF_PROBE_MEM		0x20
#define EBPF_PROBE_MEMSX	0x40
/* Classes LDX, ST and STX: the address is one of the program's arena, of which the low half counts. Where
 * nothing is, a load reads 0, and a store or an atomic operation is not done.
 */
#define EBPF_PROBE_MEM32	0xa0
#define EBPF_PROBE_MEM32SX	0xc0
#define EBPF_PROBE_ATOMIC	0xe0
/* JMP class: tail call, R1 = ctx, R2 = prog array, R3 = index */
#define EBPF_TAIL_CALL		0xf0

/**
 * struct ebpf_insn_aux - what the verifier learned of one final instruction
 * @zext_dst:  bits 32..63 of dst need not be cleared by the JIT when false; on
 *             x86_64 the JIT gets that for free and may ignore it
 * @orig_idx:  index in the program as loaded (for line info), -1 for inserted
 */
struct ebpf_insn_aux {
	s32 orig_idx;
	bool zext_dst;
};

/**
 * struct ebpf_subprog - one function of a program
 * @start:       index of its first instruction; it ends where the next starts
 * @stack_depth: bytes of stack it uses itself, not rounded
 * @has_tail_call: contains a tail call
 * @tail_call_reachable: it or something it calls contains one
 * @is_cb:       called by a helper as a callback
 */
struct ebpf_subprog {
	u32 start;
	u32 linfo_idx;
	u32 postorder;
	u16 stack_depth;
	bool has_tail_call;
	bool tail_call_reachable;
	bool is_cb;
	bool is_async_cb;
};

/* Stack of a frame as the JIT lays it out: r10 of a callee is r10 of its
 * caller minus this.
 */
static inline u32 ebpf_frame_size(u32 stack_depth)
{
	return (stack_depth + 7) & ~7U;
}

#define EBPF_TRACING_MAX_ARGS	12

/**
 * struct ebpf_attach_target - what a TRACING or LSM program was checked for
 * @name:     of the function or tracepoint, text of the BTF it was found in
 * @btf_id:   its FUNC, or the typedef of the tracepoint; 0: no such program
 * @nr_args:  arguments
 * @nr_slots: u64 that the arguments take in the context; more than @nr_args where
 *            structs are passed by value
 * @ret_size: bytes of the result, 0 for void
 * @arg_size: bytes of each argument, at most 16
 * @arg_slot: where in the context each starts
 * @nullable: by bit, arguments of an iterator that may be NULL
 * @lsm_bool: of a hook of LSM: its result is 0 or 1, no error
 * @untrusted: what its arguments point to may be half gone
 * @may_sleep: a program may sleep there
 *
 * The context of fentry programs is nr_slots u64. fexit programs find the result
 * behind them (0 for void). For both, the u64 before the context holds nr_slots:
 * helpers look there. The contexts of tp_btf programs and of iterators are the same
 * without that.
 */
struct ebpf_attach_target {
	const char *name;
	u32 btf_id;
	u8 nr_args;
	u8 nr_slots;
	u8 ret_size;
	u8 arg_size[EBPF_TRACING_MAX_ARGS];
	u8 arg_slot[EBPF_TRACING_MAX_ARGS];
	u16 nullable;
	bool lsm_bool;
	bool untrusted;
	bool may_sleep;
};

/**
 * struct ebpf_prog_image - a verified program, final instructions
 *
 * Calls of helpers carry (function - ebpf_call_base) in imm; pseudo calls
 * carry the distance in instructions; map loads are plain 64-bit constants
 * (src_reg 0); EBPF_TAIL_CALL replaces the tail call helper.
 * Everything is owned by whoever holds the image: ebpf_prog_image_free().
 */
struct ebpf_prog_image {
	struct ebpf_insn *insns;
	struct ebpf_insn_aux *aux;
	u32 insn_cnt;
	struct ebpf_subprog *subprogs;	/* [0] is the main program */
	u32 subprog_cnt;
	/* Maps the program refers to, one reference each (taken by the
	 * verifier's map_get and not put again).
	 */
	struct ebpf_map **used_maps;
	u32 used_map_cnt;
	u32 max_stack;			/* bytes, deepest chain of calls, rounded frames */
	u32 max_ctx_offset;
	u32 max_tp_access;		/* bytes of a writable raw tracepoint's buffer */
	u32 verified_insns;		/* processed, for bpf_prog_info */
	bool has_tail_call;
	bool has_callchain;		/* calls get_stack or get_stackid */
	bool kprobe_override;		/* calls override_return */
	bool enforce_expected_attach_type;
	struct ebpf_attach_target target;	/* TRACING and LSM programs */
	const struct ebpf_arena *arena;	/* of one of the maps, or NULL */
};

void ebpf_prog_image_free(struct ebpf_prog_image *img);

#endif /* _EBPF_PROG_H */
