/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events that the module defines because the running kernel lacks them: tracepoints under the
 * names that a later kernel gave them, which fire from hooks on the functions where that kernel
 * calls them. The hooks are in place while somebody listens, whoever it is: perf, ftrace,
 * programs, other modules.
 *
 * The kernel makes them known when it loads the module and takes them away after its exit, like
 * those of any module. Who listens holds the module.
 */
#ifndef _EVENTS_OWN_H
#define _EVENTS_OWN_H

#include "kmod/compat/ftrace.h"
#include "kmod/compat/kprobe.h"
#include "kmod/compat/own_event.h"
#include "kmod/compat/tracepoint.h"

/* A place from where an event fires: the entry of a function or its return, or a tracepoint. */
struct ebpf_own_hook {
	const char *const *names;	/* of the function, by kernels; ends in NULL */
	struct compat_ftrace *entry;	/* at the entry, where ftrace reaches it */
	struct compat_kprobe *probe;	/* at the entry, where it does not; or at the return */
	bool optional;			/* not there before its module is, or never */
	unsigned long addr;
	bool by_ftrace;
	const char *tracepoint;		/* of the kernel's, in place of a function */
	void *tp_probe;			/* what it calls, for this hook alone */
	struct compat_tracepoint tp;
	bool tp_kept;			/* the kernel would not give the probe back: it is there */
	bool on;
};

struct ebpf_own_event {
	const char *name;		/* of the tracepoint */
	struct compat_event_call *call;
	struct ebpf_own_hook *hooks;
	u32 nr_hooks;
	bool absent;			/* a hook has no place here */
	/* Under a spin lock */
	bool wanted;			/* somebody listens, and a reference of the module is held */
	/* The worker's */
	bool armed;
	int err;			/* of arming */
	struct list_head node;
};

#ifdef COMPAT_OWN_EVENTS

/* EBPF_OWN_FUNCTIONS(event): what its tracepoint calls when the first listener comes and when the
 * last one has gone, for TRACE_EVENT_FN(). struct ebpf_own_event own_EVENT is defined later.
 */
#define EBPF_OWN_FUNCTIONS(event)					\
	static struct ebpf_own_event own_##event;			\
	COMPAT_TP_REGFUNC(event##_listen, ebpf_own_listen(&own_##event)) \
	static void event##_unlisten(void) { ebpf_own_unlisten(&own_##event); }

/* EBPF_OWN_ENTRY(name, hit, functions...): the hook hook_NAME calls hit(ip, regs), as
 * COMPAT_FTRACE_DEFINE() says, at the entry of the first of the functions that is there.
 */
#define EBPF_OWN_ENTRY(name, hit, ...)					\
	COMPAT_FTRACE_DEFINE(name##_ftrace, hit);			\
	static int name##_pre(struct kprobe *kp, struct pt_regs *regs)	\
	{								\
		hit((unsigned long)kp->addr, regs);			\
		return 0;						\
	}								\
	static struct compat_kprobe name##_probe = {			\
		.rp.kp.pre_handler = name##_pre,			\
	};								\
	static const char *const name##_names[] = { __VA_ARGS__, NULL }

#define EBPF_OWN_ENTRY_HOOK(name) \
	{ .names = name##_names, .entry = &name##_ftrace, .probe = &name##_probe }

#define EBPF_OWN_OPTIONAL_HOOK(name) \
	{ .names = name##_names, .entry = &name##_ftrace, .probe = &name##_probe, \
	  .optional = true }

/* EBPF_OWN_RETURN(name, keep, size, hit, functions...): at the function's return hit(ri, regs)
 * is called if keep(ri, regs) returned 0 at its entry; @size bytes of ri->data are theirs.
 */
#define EBPF_OWN_RETURN(name, keep, size, hit, ...)			\
	static struct compat_kprobe name##_probe = {			\
		.rp.entry_handler = keep,				\
		.rp.handler = hit,					\
		.rp.data_size = size,					\
		.ret = true,						\
	};								\
	static const char *const name##_names[] = { __VA_ARGS__, NULL }

#define EBPF_OWN_RETURN_HOOK(name) \
	{ .names = name##_names, .probe = &name##_probe }

#define EBPF_OWN_TRACEPOINT_HOOK(name, call) \
	{ .tracepoint = name, .tp_probe = call }

#define EBPF_OWN_EVENT(event, hook_list)				\
	static struct ebpf_own_event own_##event = {			\
		.name = #event,						\
		.call = &event_##event,					\
		.hooks = hook_list,					\
		.nr_hooks = ARRAY_SIZE(hook_list),			\
	}

/* An event that fires from the entry of one function alone. */
#define EBPF_OWN_ENTRY_EVENT(event, name, hit, ...)			\
	EBPF_OWN_ENTRY(name, hit, __VA_ARGS__);				\
	static struct ebpf_own_hook name##_hooks[] = { EBPF_OWN_ENTRY_HOOK(name) }; \
	EBPF_OWN_EVENT(event, name##_hooks)

/* For a tracepoint's reg and unreg. 0 or -ENODEV: the module is about to go. */
int ebpf_own_listen(struct ebpf_own_event *event);
void ebpf_own_unlisten(struct ebpf_own_event *event);

/* Module start: looks where the hooks of @event go, and takes it away where one cannot be
 * placed, which the log is told.
 */
void ebpf_own_add(struct ebpf_own_event *event);
/* Whoever listens holds the module from now on, as those do that were faster. */
void ebpf_own_start(void);
/* Module exit, or a start that failed: no hook is in place any more. */
void ebpf_own_exit(void);

/* After a probe was registered for the tracepoint @name, or taken away: waits until hooks are
 * as they should be. 0 also for names that are none of ours; errors of placing hooks, -ENOENT
 * for an event that is absent. Process context, with no lock held that placing a probe takes.
 */
int ebpf_own_settle(const char *name);

#else

static inline int ebpf_own_settle(const char *name)
{
	return 0;
}

static inline void ebpf_own_start(void)
{
}

static inline void ebpf_own_exit(void)
{
}

#endif

#endif /* _EVENTS_OWN_H */
