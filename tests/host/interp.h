/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A reference interpreter, written from the text of the instruction set
 * (RFC 9669): clear, slow, without knowledge of the engines.
 *
 * It takes programs as they are loaded and as the verifier leaves them; what
 * differs (helper calls, map constants) goes through the hooks. Memory is the
 * process's own: @access decides what may be touched.
 */
#ifndef _TESTS_HOST_INTERP_H
#define _TESTS_HOST_INTERP_H

#include <stdbool.h>
#include <ebpf/types.h>
#include <ebpf/prog.h>

#define INTERP_MAX_FRAMES	64
#define INTERP_ROUNDS		3	/* of may_goto, for each call of a function */

struct interp;

struct interp_prog {
	const struct ebpf_insn *insns;
	u32 insn_cnt;
	/* Frame sizes; NULL: every frame takes EBPF_MAX_STACK bytes. */
	const struct ebpf_subprog *subprogs;
	u32 subprog_cnt;
};

struct interp_ops {
	/* The result of calling a helper (@insn->src_reg is 0) or a kernel
	 * function (EBPF_PSEUDO_KFUNC_CALL) with it->regs[1..5]; non-zero return ends the run with that error.
	 */
	int (*helper)(struct interp *it, const struct ebpf_insn *insn, u64 *ret);
	/* Slot @index of @array: false beyond its end, NULL in @next when empty. */
	bool (*tail_call)(struct interp *it, u64 array, u32 index,
			  const struct interp_prog **next);
	/* False ends the run with -EFAULT. NULL: everything may be touched. */
	bool (*access)(struct interp *it, u64 addr, u32 size, bool write);
	/* For EBPF_PROBE_MEM: false makes the load read 0. NULL: none faults. */
	bool (*probe)(struct interp *it, u64 addr, u32 size);
	/* What an ld_imm64 with src_reg loads; NULL: the constant itself, and
	 * for EBPF_PSEUDO_FUNC the index of the function's first instruction.
	 */
	int (*ld_pseudo)(struct interp *it, const struct ebpf_insn *insn, u64 *val);
	/* Before each instruction. Non-zero ends the run with that error. */
	int (*step)(struct interp *it, const struct ebpf_insn *insn);
};

struct interp_frame {
	u32 ret_pc;
	u64 saved[4];		/* R6 to R9 */
	u64 frame;		/* R10 */
	const struct interp_prog *prog;
	u32 rounds;
};

struct interp {
	const struct interp_prog *prog;
	const struct interp_ops *ops;
	void *cookie;
	u64 max_steps;		/* 0: as many as it takes */

	u64 regs[MAX_EBPF_REG];
	u32 pc;
	u64 steps;
	u32 tail_calls;
	u32 depth;
	u32 rounds;		/* left */
	struct interp_frame frames[INTERP_MAX_FRAMES];
};

/* Starts at the first instruction with R1 = @ctx and R10 = @stack_top (or, when
 * @keep_regs, with it->regs as they are) and runs to the end. 0 with the result
 * in it->regs[0]; -EINVAL for an instruction that does not exist, -EFAULT,
 * -ELOOP after max_steps, -E2BIG for too many frames, or what a hook returned.
 */
int interp_run(struct interp *it, u64 ctx, u64 stack_top, bool keep_regs);

/* As helpers call a function of the program back: R1 to R5 = @args, R10 =
 * @stack_top. For helper hooks; leaves all registers as they were.
 */
int interp_callback(struct interp *it, u32 pc, const u64 args[5], u64 stack_top, u64 *ret);

/* Where the frame below the current function's may start. */
u64 interp_frame_below(const struct interp *it);

#endif /* _TESTS_HOST_INTERP_H */
