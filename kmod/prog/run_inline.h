/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ebpf_prog_run() and ebpf_prog_fire() for handlers whose cost counts: what runs
 * at each hit, with no call but the program's. Only kmod/attach includes this.
 */
#ifndef _KMOD_RUN_INLINE_H
#define _KMOD_RUN_INLINE_H

#include "kmod/compat/uninit.h"
#include "kmod/prog/run.h"

#include <linux/jump_label.h>

/* Off unless somebody asked for figures: a run then costs a nop more. */
extern struct static_key ebpf_run_stats_key;

/* The rare cases, in run.c. */
void ebpf_run_count_missed(const struct ebpf_prog *prog);
bool ebpf_run_recurses(const struct ebpf_prog *prog);
bool ebpf_run_may_nest(const struct ebpf_run_ctx *rctx);
u64 ebpf_run_timed(struct ebpf_prog *prog, const void *ctx, void *stack_top);

/* What the caller of a run fills in; the rest is ebpf_run_on()'s. */
static __always_inline void ebpf_run_ctx_init(struct ebpf_run_ctx *rctx, struct pt_regs *regs,
					      u64 cookie, u64 func_ip, void *event)
{
	rctx->regs = regs;
	rctx->frame = NULL;
	rctx->user_place = EBPF_USER_ANYWHERE;
	rctx->cookie = cookie;
	rctx->func_ip = func_ip;
	rctx->event = event;
}

/* Puts @rctx on top of this CPU's runs and gives the run a piece of the stack, which ends
 * at *@stack_top; for ebpf_run_pop(). Where no room is left, counts a miss and returns false.
 *
 * An interrupt that runs programs between two of these lines puts sp and run
 * back before it returns, so each may be read and written in separate steps.
 */
static __always_inline bool ebpf_run_push(struct ebpf_prog *prog, struct ebpf_run_ctx *rctx,
					  u8 **stack_top)
{
	u8 *top = __this_cpu_read(ebpf_cpu.sp);
	u8 *low = top - prog->stack_size;

	if (unlikely(low < __this_cpu_read(ebpf_cpu.base))) {
		ebpf_run_count_missed(prog);
		return false;
	}
	rctx->outer = __this_cpu_read(ebpf_cpu.run);
	rctx->prog = prog;
	rctx->override = false;
	rctx->preempt = preempt_count();
	if (unlikely(rctx->outer) && !ebpf_run_may_nest(rctx)) {
		ebpf_run_count_missed(prog);
		return false;
	}
	/* What an interrupt sees of this run must be complete. */
	barrier();
	__this_cpu_write(ebpf_cpu.run, rctx);
	__this_cpu_write(ebpf_cpu.sp, low);
	barrier();
	*stack_top = top;
	return true;
}

static __always_inline void ebpf_run_pop(const struct ebpf_run_ctx *rctx, u8 *top)
{
	barrier();
	__this_cpu_write(ebpf_cpu.sp, top);
	__this_cpu_write(ebpf_cpu.run, rctx->outer);
}

static __always_inline u64 ebpf_run_on(struct ebpf_prog *prog, const void *ctx,
				       struct ebpf_run_ctx *rctx)
{
	u8 *top;
	u64 ret;

	if (!ebpf_run_push(prog, rctx, &top))
		return 0;
	if (static_key_false(&ebpf_run_stats_key))
		ret = ebpf_run_timed(prog, ctx, top);
	else
		ret = prog->func(ctx, top);
	ebpf_run_pop(rctx, top);
	return ret;
}

static __always_inline u64 ebpf_prog_run_inline(struct ebpf_prog *prog, const void *ctx,
						struct ebpf_run_ctx *rctx)
{
	if (unlikely(__this_cpu_read(ebpf_cpu.run)) && ebpf_run_recurses(prog)) {
		ebpf_run_count_missed(prog);
		return 0;
	}
	return ebpf_run_on(prog, ctx, rctx);
}

static __always_inline u64 ebpf_prog_fire(struct ebpf_prog *prog, const void *ctx,
					  struct ebpf_run_ctx *rctx)
{
	u64 ret;

	if (unlikely(__this_cpu_read(ebpf_cpu.active))) {
		ebpf_run_count_missed(prog);
		return 0;
	}
	__this_cpu_write(ebpf_cpu.active, 1);
	ret = ebpf_run_on(prog, ctx, rctx);
	barrier();
	__this_cpu_write(ebpf_cpu.active, 0);
	return ret;
}

#endif /* _KMOD_RUN_INLINE_H */
