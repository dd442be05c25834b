/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Running a program: the only way in.
 *
 * Each CPU has one area for program frames, used as a stack by whatever runs
 * nested on it (task, softirq, irq, NMI): a run takes what its program needs and
 * gives it back. Interrupts nest strictly, so no lock is needed, only that the
 * runner stays on its CPU: preemption is off for the whole run.
 */
#ifndef _KMOD_RUN_H
#define _KMOD_RUN_H

#include "kmod/compat/compat.h"
#include "kmod/prog/prog.h"

struct pt_regs;

/* Where a uprobe is, by what the instruction there does. */
enum ebpf_user_place {
	EBPF_USER_ANYWHERE,
	EBPF_USER_AT_ENTRY,	/* of a function, whose frame is not there yet */
	EBPF_USER_PUSHED,	/* behind push %rbp, before it is set */
};

/* What helpers may ask about the run they are called from. Lives on the stack of
 * the runner.
 */
struct ebpf_run_ctx {
	struct ebpf_run_ctx *outer;	/* the run this one interrupted, or NULL */
	const struct ebpf_prog *prog;
	struct pt_regs *regs;		/* registers at the probed place, or NULL */
	void *frame;			/* without regs, or with those that a tracepoint notes:
					 * __builtin_frame_address(0) of the function the kernel
					 * called, or NULL
					 */
	u64 cookie;			/* bpf_get_attach_cookie() */
	u64 func_ip;			/* bpf_get_func_ip(), 0 unknown */
	void *event;			/* struct ebpf_event * of a PERF_EVENT run */
	u64 override_ret;		/* bpf_override_return() */
	bool override;
	u32 preempt;			/* preempt_count(): which context it runs in */
	u32 user_place;			/* enum ebpf_user_place, of user regs */
};

/* Bytes of program stack of a CPU. Room for a chain of 33 tail calls out of
 * subprograms, with nested runs above it.
 */
#define EBPF_RUN_STACK_SIZE	(20 * 1024)

/* Runs that may be inside each other in one context (task, softirq, irq, NMI), where what a
 * helper calls is traced by another program, whose helper calls what a third traces. The
 * kernel's stack, which may be of 8 KiB, is not the only reason: of N programs on a function
 * that each of them calls, one call would make N! runs.
 */
#define EBPF_RUN_NEST_MAX	3

struct ebpf_cpu {
	u8 *sp;			/* top for the next run; NULL until ebpf_run_init() */
	u8 *base;		/* lowest usable byte */
	struct ebpf_run_ctx *run;	/* innermost run, or NULL */
	int active;		/* kprobe, tracepoint and perf event runs under way */
	u64 missed;		/* runs dropped */
};
DECLARE_PER_CPU(struct ebpf_cpu, ebpf_cpu);

/* The innermost run on this CPU. Preemption off (program or helper context). */
static inline struct ebpf_run_ctx *ebpf_run_current(void)
{
	return this_cpu_ptr(&ebpf_cpu)->run;
}

/* Guards tracing programs and map commands against a program that fires inside
 * them on the same CPU: enter returns false (and counts the miss for @prog,
 * which may be NULL) when one is already under way. Preemption must be off until
 * exit. Any context.
 */
bool ebpf_run_enter(const struct ebpf_prog *prog);
void ebpf_run_exit(void);

/**
 * ebpf_prog_run() - run a program once
 * @prog: RCU-sched protected or referenced
 * @ctx:  what the program type receives
 * @rctx: the caller fills regs, frame, cookie, func_ip, event, user_place; the rest is set
 *        here
 *
 * Preemption off. Any context, NMI included. Returns R0, or 0 when the CPU's
 * program stack, or the kernel's, has no room or too many runs are inside each other
 * already (counted as a miss). Raw tracepoint programs that recurse into themselves are
 * dropped here.
 */
u64 ebpf_prog_run(struct ebpf_prog *prog, const void *ctx, struct ebpf_run_ctx *rctx);

/* Calls the function @fn of @prog, one that the verifier knows as a callback, on a
 * stack of its own. @prog stays for the run (a reference, or RCU-sched). Any context,
 * preemption off. Returns what the function does, 0 when the stack has no room.
 */
u64 ebpf_prog_run_callback(struct ebpf_prog *prog, void *fn, u64 a1, u64 a2, u64 a3,
			   struct ebpf_run_ctx *rctx);

/* Has the kernel's stack room for a run that others led to? */
bool ebpf_run_stack_left(void);

/* Allocates the stacks of all possible CPUs. Process context. */
int ebpf_run_init(void);
void ebpf_run_exit_module(void);
/* Sum over CPUs of dropped runs. */
u64 ebpf_run_missed(void);
/* BPF_ENABLE_STATS: nested on and off. */
void ebpf_run_stats_get(void);
void ebpf_run_stats_put(void);

#endif /* _KMOD_RUN_H */
