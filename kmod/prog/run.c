// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/prog/run_inline.h"

#include <linux/gfp.h>
#include <linux/hardirq.h>

DEFINE_PER_CPU(struct ebpf_cpu, ebpf_cpu);

struct static_key ebpf_run_stats_key = STATIC_KEY_INIT_FALSE;

void ebpf_run_count_missed(const struct ebpf_prog *prog)
{
	this_cpu_inc(ebpf_cpu.missed);
	if (prog && prog->stats)
		this_cpu_inc(prog->stats->misses);
}

/* Is @prog among the runs that this one interrupts? */
bool ebpf_run_recurses(const struct ebpf_prog *prog)
{
	const struct ebpf_run_ctx *run;

	for (run = ebpf_run_current(); run; run = run->outer)
		if (run->prog == prog)
			return true;
	return false;
}

/* Left over for a run that others led to, what its helpers call, and interrupts that do not
 * change stacks.
 */
#define STACK_LEFT_MIN	(THREAD_SIZE / 4)

/* On the stack of an interrupt or an exception any distance is large. */
bool ebpf_run_stack_left(void)
{
	unsigned long left = (unsigned long)__builtin_frame_address(0) -
			     (unsigned long)task_stack_page(current);

	return left >= STACK_LEFT_MIN;
}

enum {
	IN_TASK,
	IN_SOFTIRQ,
	IN_IRQ,
	IN_NMI,
};

static u32 context_of(u32 preempt)
{
	if (preempt & NMI_MASK)
		return IN_NMI;
	if (preempt & HARDIRQ_MASK)
		return IN_IRQ;
	/* Softirqs switched off count by twos. */
	return preempt & SOFTIRQ_OFFSET ? IN_SOFTIRQ : IN_TASK;
}

/* There is a run that this one is inside of. */
bool ebpf_run_may_nest(const struct ebpf_run_ctx *rctx)
{
	u32 context = context_of(rctx->preempt), cnt = 0;
	const struct ebpf_run_ctx *run;

	for (run = rctx->outer; run; run = run->outer)
		cnt += context_of(run->preempt) == context;
	return cnt < EBPF_RUN_NEST_MAX && ebpf_run_stack_left();
}

u64 ebpf_run_timed(struct ebpf_prog *prog, const void *ctx, void *stack_top)
{
	u64 start = sched_clock();
	u64 ret = prog->func(ctx, stack_top);

	if (prog->stats) {
		this_cpu_inc(prog->stats->cnt);
		this_cpu_add(prog->stats->nsecs, sched_clock() - start);
	}
	return ret;
}

u64 ebpf_prog_run(struct ebpf_prog *prog, const void *ctx, struct ebpf_run_ctx *rctx)
{
	return ebpf_prog_run_inline(prog, ctx, rctx);
}

u64 ebpf_prog_run_callback(struct ebpf_prog *prog, void *fn, u64 a1, u64 a2, u64 a3,
			   struct ebpf_run_ctx *rctx)
{
	u64 (*func)(u64 a1, u64 a2, u64 a3, u64 a4, u64 a5, void *stack_top) = fn;
	u8 *top;
	u64 ret;

	if (!ebpf_run_push(prog, rctx, &top))
		return 0;
	ret = func(a1, a2, a3, 0, 0, top);
	ebpf_run_pop(rctx, top);
	return ret;
}

bool ebpf_run_enter(const struct ebpf_prog *prog)
{
	if (unlikely(__this_cpu_read(ebpf_cpu.active))) {
		ebpf_run_count_missed(prog);
		return false;
	}
	__this_cpu_write(ebpf_cpu.active, 1);
	barrier();
	return true;
}

void ebpf_run_exit(void)
{
	barrier();
	__this_cpu_write(ebpf_cpu.active, 0);
}

static void run_free_stacks(void)
{
	int i;

	for_each_possible_cpu(i) {
		struct ebpf_cpu *cpu = per_cpu_ptr(&ebpf_cpu, i);

		if (cpu->base)
			free_pages_exact(cpu->base, EBPF_RUN_STACK_SIZE);
		cpu->base = NULL;
		cpu->sp = NULL;
	}
}

int ebpf_run_init(void)
{
	int i;

	for_each_possible_cpu(i) {
		struct ebpf_cpu *cpu = per_cpu_ptr(&ebpf_cpu, i);

		/* Not vmalloc: an NMI must not meet an unsynced page table. */
		cpu->base = alloc_pages_exact(EBPF_RUN_STACK_SIZE, GFP_KERNEL | __GFP_ZERO);
		if (!cpu->base) {
			run_free_stacks();
			return -ENOMEM;
		}
		cpu->sp = cpu->base + EBPF_RUN_STACK_SIZE;
	}
	return 0;
}

void ebpf_run_exit_module(void)
{
	run_free_stacks();
}

u64 ebpf_run_missed(void)
{
	u64 sum = 0;
	int i;

	for_each_possible_cpu(i)
		sum += per_cpu_ptr(&ebpf_cpu, i)->missed;
	return sum;
}

void ebpf_run_stats_get(void)
{
	static_key_slow_inc(&ebpf_run_stats_key);
}

void ebpf_run_stats_put(void)
{
	static_key_slow_dec(&ebpf_run_stats_key);
}
