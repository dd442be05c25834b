// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/run.h"

#include <linux/gfp.h>
#include <linux/jump_label.h>

DEFINE_PER_CPU(struct ebpf_cpu, ebpf_cpu);

/* Off unless somebody asked for figures: a run then costs a nop more. */
static struct static_key run_stats_key = STATIC_KEY_INIT_FALSE;

static void run_missed(struct ebpf_cpu *cpu, const struct ebpf_prog *prog)
{
	cpu->missed++;
	if (prog && prog->stats)
		this_cpu_inc(prog->stats->misses);
}

/* Is @prog among the runs that this one interrupts? */
static noinline bool run_recurses(const struct ebpf_cpu *cpu, const struct ebpf_prog *prog)
{
	const struct ebpf_run_ctx *run;

	for (run = cpu->run; run; run = run->outer)
		if (run->prog == prog)
			return true;
	return false;
}

static noinline u64 run_timed(struct ebpf_prog *prog, const void *ctx, void *stack_top)
{
	u64 start = sched_clock();
	u64 ret = prog->func(ctx, stack_top);

	if (prog->stats) {
		this_cpu_inc(prog->stats->cnt);
		this_cpu_add(prog->stats->nsecs, sched_clock() - start);
	}
	return ret;
}

/* An interrupt that runs programs between two of these lines puts sp and run
 * back before it returns, so each field is changed as if by one CPU instruction.
 */
static __always_inline u64 run_on(struct ebpf_cpu *cpu, struct ebpf_prog *prog, const void *ctx,
				  struct ebpf_run_ctx *rctx)
{
	u8 *top = cpu->sp;
	u64 ret;

	if (unlikely((unsigned long)(top - cpu->base) < prog->stack_size)) {
		run_missed(cpu, prog);
		return 0;
	}
	rctx->outer = cpu->run;
	rctx->prog = prog;
	rctx->override = false;
	/* What an interrupt sees of this run must be complete. */
	barrier();
	cpu->run = rctx;
	cpu->sp = top - prog->stack_size;
	barrier();
	if (static_key_false(&run_stats_key))
		ret = run_timed(prog, ctx, top);
	else
		ret = prog->func(ctx, top);
	barrier();
	cpu->sp = top;
	cpu->run = rctx->outer;
	return ret;
}

u64 ebpf_prog_run(struct ebpf_prog *prog, const void *ctx, struct ebpf_run_ctx *rctx)
{
	struct ebpf_cpu *cpu = this_cpu_ptr(&ebpf_cpu);

	if (unlikely(cpu->run) && run_recurses(cpu, prog)) {
		run_missed(cpu, prog);
		return 0;
	}
	return run_on(cpu, prog, ctx, rctx);
}

/* One call, so that a hit pays for one. */
u64 ebpf_prog_fire(struct ebpf_prog *prog, const void *ctx, struct ebpf_run_ctx *rctx)
{
	struct ebpf_cpu *cpu = this_cpu_ptr(&ebpf_cpu);
	u64 ret;

	if (unlikely(cpu->active)) {
		run_missed(cpu, prog);
		return 0;
	}
	cpu->active = 1;
	ret = run_on(cpu, prog, ctx, rctx);
	barrier();
	cpu->active = 0;
	return ret;
}

bool ebpf_run_enter(const struct ebpf_prog *prog)
{
	struct ebpf_cpu *cpu = this_cpu_ptr(&ebpf_cpu);

	if (unlikely(cpu->active)) {
		run_missed(cpu, prog);
		return false;
	}
	cpu->active = 1;
	barrier();
	return true;
}

void ebpf_run_exit(void)
{
	barrier();
	this_cpu_ptr(&ebpf_cpu)->active = 0;
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
	static_key_slow_inc(&run_stats_key);
}

void ebpf_run_stats_put(void)
{
	static_key_slow_dec(&run_stats_key);
}
