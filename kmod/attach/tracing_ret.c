// SPDX-License-Identifier: GPL-2.0-only
/*
 * fexit by return probes, which remember the arguments: where the trampoline is not
 * for the function.
 */
#include "kmod/attach/tracing_internal.h"
#include "kmod/compat/perf.h"

/* Calls that a return probe follows at a time. What is left over is missed, and
 * functions that sleep keep many of them for long.
 */
#define MAXACTIVE_MIN	128
#define MAXACTIVE_CPU	8

static int exit_entry(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct kretprobe *rp = compat_get_kretprobe(ri);

	if (!rp)
		return 1;
	args_fetch(&container_of(rp, struct tracing_link, probe.rp)->layout, (void *)ri->data, regs);
	return 0;
}

static int exit_return(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct kretprobe *rp = compat_get_kretprobe(ri);
	struct args_record *rec = (void *)ri->data;
	struct tracing_link *tl;
	unsigned long ip;

	/* The probe may be going away under calls that it still follows. */
	if (!rp || unlikely(!compat_rcu_watching()))
		return 0;
	tl = container_of(rp, struct tracing_link, probe.rp);
	rec->ctx[tl->layout.nr] = regs->ax & tracing_ret_mask(tl->ret_size);
	ip = compat_kretprobe_enter(ri, regs);
	tracing_fire(tl, rec->ctx, regs);
	compat_kretprobe_leave(regs, ip);
	return 0;
}

int ebpf_tracing_ret_attach(struct tracing_link *tl)
{
	struct kretprobe *rp = &tl->probe.rp;

	tl->probe.ret = true;
	rp->kp.addr = (kprobe_opcode_t *)tl->func;
	rp->entry_handler = exit_entry;
	rp->handler = exit_return;
	rp->data_size = offsetof(struct args_record, ctx) +
			(max_t(u32, REG_ARGS, tl->layout.nr) + 1) * sizeof(u64);
	rp->maxactive = max_t(int, MAXACTIVE_MIN, MAXACTIVE_CPU * num_possible_cpus());
	return ebpf_compat_kprobe_add(&tl->probe);
}

void ebpf_tracing_ret_detach(struct tracing_link *tl)
{
	ebpf_compat_kprobe_del(&tl->probe);
	if (tl->link.prog->stats)
		this_cpu_add(tl->link.prog->stats->misses, tl->probe.rp.nmissed + tl->probe.rp.kp.nmissed);
}
