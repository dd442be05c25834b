/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fentry, fexit and fmod_ret: what their files share.
 */
#ifndef _KMOD_TRACING_INTERNAL_H
#define _KMOD_TRACING_INTERNAL_H

#include "kmod/attach/trampoline.h"
#include "kmod/compat/ftrace.h"
#include "kmod/compat/kprobe.h"
#include "kmod/link/link.h"
#include "kmod/prog/run_inline.h"
#include "kmod/prog/sleep.h"

#define REG_ARGS	6
/* Structs passed by value take two. */
#define MAX_SLOTS	(2 * EBPF_TRACING_MAX_ARGS)

/* Where a word of the context comes from. */
struct arg_slot {
	u16 off;	/* in struct pt_regs, or from the stack pointer */
	bool stack;
};

struct arg_layout {
	u32 nr;
	bool in_regs;			/* all, which is in the order of the registers */
	u64 mask[MAX_SLOTS];		/* what belongs to an argument on the stack */
	struct arg_slot slot[MAX_SLOTS];
};

/* What programs see: the number of slots, then their context: slots and result. */
struct args_record {
	u64 nr;
	u64 ctx[MAX_SLOTS + 1];
};

struct tracing_site;

struct tracing_link {
	struct hlist_node site_node;	/* first: lists are walked without offsets */
	struct ebpf_link link;
	struct list_head node;		/* of tracing_links */
	u64 cookie;
	unsigned long func;
	struct module *mod;		/* whose function it is, with a reference; NULL */
	bool never;			/* this kernel never calls it: attached to nothing */
	struct tracing_site *site;	/* NULL: by return probe */
	struct compat_kprobe probe;	/* that return probe */
	struct arg_layout layout;
	u32 ret_size;
	u64 decides;			/* bits of a program's own result that make it one */
	struct rcu_head slept;		/* of programs that sleep */
};

/* Words of the context that hold a result. As large as registers come, as in Linux. */
static inline u64 tracing_ret_mask(u32 ret_size)
{
	return ret_size ? U64_MAX : 0;
}

void ebpf_args_layout(struct arg_layout *layout, const struct ebpf_attach_target *target);
/* Into @rec at the entry of the function, one by one. Notrace, any context. */
void ebpf_args_fetch_each(const struct arg_layout *layout, struct args_record *rec,
			  const struct pt_regs *regs);

/* At the entry of the function. Room for all registers is there, and copying those
 * that are no argument costs less than counting. The upper part of a register whose
 * argument is smaller is whatever the caller left there, as in Linux.
 */
static __always_inline void args_fetch(const struct arg_layout *layout, struct args_record *rec,
				       const struct pt_regs *regs)
{
	rec->nr = layout->nr;
	if (unlikely(!layout->in_regs)) {
		ebpf_args_fetch_each(layout, rec, regs);
		return;
	}
	rec->ctx[0] = regs->di;
	rec->ctx[1] = regs->si;
	rec->ctx[2] = regs->dx;
	rec->ctx[3] = regs->cx;
	rec->ctx[4] = regs->r8;
	rec->ctx[5] = regs->r9;
}

/* Preemption is off. Recursion into the same program ends in here. @regs: of the
 * function's entry or end.
 */
static __always_inline u64 tracing_fire(struct tracing_link *tl, const u64 *ctx,
					struct pt_regs *regs)
{
	struct ebpf_run_ctx rctx COMPAT_UNINIT;

	ebpf_run_ctx_init(&rctx, regs, tl->cookie, tl->func, NULL);
	return ebpf_prog_run_inline(tl->link.prog, ctx, &rctx);
}

/* Out of the trampoline, which has no registers; @frame: see ebpf_run_ctx. */
static __always_inline u64 tracing_fire_framed(struct tracing_link *tl, const u64 *ctx,
					       void *frame)
{
	struct ebpf_run_ctx rctx COMPAT_UNINIT;

	ebpf_run_ctx_init(&rctx, NULL, tl->cookie, tl->func, NULL);
	rctx.frame = frame;
	return ebpf_prog_run_inline(tl->link.prog, ctx, &rctx);
}

/* For programs that sleep: inside a section, preemption on. */
static inline u64 tracing_fire_sleepable(struct tracing_link *tl, const u64 *ctx, void *frame)
{
	struct ebpf_run_ctx rctx COMPAT_UNINIT;

	ebpf_run_ctx_init(&rctx, NULL, tl->cookie, tl->func, NULL);
	rctx.frame = frame;
	return ebpf_prog_run_sleepable(tl->link.prog, ctx, &rctx);
}

/* How it runs: LSM programs at hooks that return something are fmod_ret's. */
static inline u32 tracing_attach_type(const struct tracing_link *tl)
{
	const struct ebpf_prog *prog = tl->link.prog;

	if (prog->type != EBPF_PROG_TYPE_LSM)
		return prog->expected_attach_type;
	return prog->image.target.ret_size ? EBPF_MODIFY_RETURN : EBPF_TRACE_FENTRY;
}

/*
 * All of these: under tracing_lock, process context.
 */

/* By ftrace, or kprobe where ftrace does not reach (fentry only). -ENODEV: not here. */
int ebpf_site_attach(struct tracing_link *tl);
/* No program runs through @tl when this returns, but for one that sleeps. */
void ebpf_site_detach(struct tracing_link *tl);
/* fexit by return probe; returns as above. */
int ebpf_tracing_ret_attach(struct tracing_link *tl);
void ebpf_tracing_ret_detach(struct tracing_link *tl);

#endif /* _KMOD_TRACING_INTERNAL_H */
