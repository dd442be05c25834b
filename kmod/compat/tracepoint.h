/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Probes on tracepoints by name, whatever the kernel's way to find them.
 */
#ifndef _COMPAT_TRACEPOINT_H
#define _COMPAT_TRACEPOINT_H

#include "kmod/compat/compat.h"

#include <linux/tracepoint.h>

/* A tracepoint that exists and, where the kernel identifies them by address,
 * stays: its module cannot be unloaded until compat_tracepoint_put().
 */
struct compat_tracepoint {
	const char *name;	/* the caller's, kept */
	struct tracepoint *tp;	/* NULL where probes are registered by name */
	struct module *owner;	/* reference, or NULL */
};

/* sched_switch has "bool preempt" before its tasks since 4.4, and programs count on
 * it. Must false be passed in its place?
 */
bool ebpf_compat_tracepoint_lacks_first(const char *name);

/* -ENOENT when there is none. Process context, as all here. */
int ebpf_compat_tracepoint_find(const char *name, struct compat_tracepoint *ct);
void ebpf_compat_tracepoint_put(struct compat_tracepoint *ct);
/* @probe is called as probe(data, arguments of the tracepoint). It keeps preemption off by
 * compat_tracepoint_enter() and leave() around what it does: from 6.13 on tracepoints of system
 * calls are called with preemption on, later all are.
 */
int ebpf_compat_tracepoint_register(struct compat_tracepoint *ct, void *probe, void *data);
/* After tracepoint_synchronize_unregister() nobody is in @probe, if this returned true. False:
 * the kernel keeps it and goes on calling it, so @data and the reference of @ct have to stay
 * (ebpf_compat_keep() was told).
 */
bool ebpf_compat_tracepoint_unregister(struct compat_tracepoint *ct, void *probe, void *data);
/* Module start and end: the tracepoints of other modules are watched. */
int ebpf_compat_tracepoint_init(void);
void ebpf_compat_tracepoint_exit(void);

static __always_inline void compat_tracepoint_enter(void)
{
#ifdef HAVE_TRACEPOINT_FAULTABLE
	preempt_disable_notrace();
#endif
}

static __always_inline void compat_tracepoint_leave(void)
{
#ifdef HAVE_TRACEPOINT_FAULTABLE
	preempt_enable_notrace();
#endif
}

#endif /* _COMPAT_TRACEPOINT_H */
