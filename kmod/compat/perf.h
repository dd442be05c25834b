/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Perf events and kprobes across kernels.
 */
#ifndef _COMPAT_PERF_H
#define _COMPAT_PERF_H

#include "kmod/compat/compat.h"

#include <linux/kprobes.h>
#include <linux/cpu.h>
#include <linux/perf_event.h>
#ifdef HAVE_TRACE_EVENTS_H
#include <linux/trace_events.h>
#else
#include <linux/ftrace_event.h>
#endif
#include <trace/syscall.h>
#include <asm/ftrace.h>

/* The record of a tracepoint event as its overflow handler gets it. */
static inline void *compat_raw_data(const struct perf_sample_data *data)
{
#ifdef HAVE_PERF_RAW_FRAG
	return data->raw->frag.data;
#else
	return data->raw->data;
#endif
}

static inline u32 compat_raw_size(const struct perf_sample_data *data)
{
#ifdef HAVE_PERF_RAW_FRAG
	return data->raw->frag.size;
#else
	return data->raw->size;
#endif
}

/* "sched" of sched:sched_switch */
static inline const char *compat_event_system(const struct perf_event *pe)
{
	return pe->tp_event->class->system;
}

/* "sched_switch" */
static inline const char *compat_event_name(const struct perf_event *pe)
{
#ifdef HAVE_TRACE_EVENT_NAME
	return trace_event_name(pe->tp_event);
#else
	return pe->tp_event->name;
#endif
}

static inline void *compat_event_data(const struct perf_event *pe)
{
#ifdef HAVE_FTRACE_EVENT_RH_DATA
	return pe->tp_event->rh_data ? pe->tp_event->rh_data->data : NULL;
#else
	return pe->tp_event->data;
#endif
}

/* What an event of ftrace's is made of: programs of which type it takes. */
enum compat_event_kind {
	COMPAT_EVENT_OTHER,		/* none */
	COMPAT_EVENT_TRACEPOINT,
	COMPAT_EVENT_SYSCALL,		/* of the system "syscalls" */
	COMPAT_EVENT_KPROBE,		/* by hand, in kprobe_events */
	COMPAT_EVENT_KRETPROBE,
	COMPAT_EVENT_UPROBE,		/* in uprobe_events */
	COMPAT_EVENT_URETPROBE,
};

static inline bool compat_event_is_uprobe(enum compat_event_kind kind)
{
	return kind == COMPAT_EVENT_UPROBE || kind == COMPAT_EVENT_URETPROBE;
}

static inline bool compat_event_is_probe(enum compat_event_kind kind)
{
	return kind == COMPAT_EVENT_KPROBE || kind == COMPAT_EVENT_KRETPROBE ||
	       compat_event_is_uprobe(kind);
}

enum compat_event_kind ebpf_compat_event_kind(const struct perf_event *pe);

/* Of an event of the system "syscalls": its system call, and whether it is the
 * entry. -ENOENT for what else may be there.
 */
static inline int compat_event_syscall(const struct perf_event *pe, bool *enter)
{
	const struct syscall_metadata *meta = compat_event_data(pe);

	if (!meta || (pe->tp_event != meta->enter_event && pe->tp_event != meta->exit_event))
		return -ENOENT;
	*enter = pe->tp_event == meta->enter_event;
	return meta->syscall_nr < 0 ? -ENOENT : meta->syscall_nr;
}

/* Samples a second that perf lets anybody ask for (kernel.perf_event_max_sample_rate); no limit
 * where the kernel does not show it. Process context.
 */
u64 ebpf_compat_perf_max_rate(void);

/* PERF_EVENT_IOC_SET_FILTER for a counter of ftrace's events: from now on it counts what
 * @filter is true of. -EOPNOTSUPP: this kernel does not let it be called, or one of its errors.
 */
int ebpf_compat_event_filter(struct perf_event *pe, char *filter);

/* Bytes of the record's fixed part, or -ENOENT where that cannot be found out. */
int ebpf_compat_event_fields_end(const struct perf_event *pe);

/* System calls of 32-bit tasks have numbers of their own. */
static inline bool compat_is_compat_syscall(struct pt_regs *regs)
{
#ifdef ARCH_TRACE_IGNORE_COMPAT_SYSCALLS
	return arch_trace_is_compat_syscall(regs);
#else
	return false;
#endif
}

static inline struct kretprobe *compat_get_kretprobe(struct kretprobe_instance *ri)
{
#ifdef HAVE_GET_KRETPROBE
	return get_kretprobe(ri);
#else
	return ri->rp;
#endif
}

static inline bool compat_within_module(unsigned long addr, struct module *mod)
{
#ifdef HAVE_WITHIN_MODULE
	return within_module(addr, mod);
#else
	return within_module_core(addr, mod) || within_module_init(addr, mod);
#endif
}

/*
 * perf_event_create_kernel_counter(), safe against CPU hotplug: kernels before 4.13 take
 * a CPU's counters from it some time before it is offline. One that came to it in between
 * would stay on its list, running, also when it is freed. May be called with CPU hotplug
 * locked for reading. Process context; sleeps. For the way back there is nothing to do.
 *
 * Kernels before 4.5 free a counter that their tasks inherited copies of, which stay:
 * -EOPNOTSUPP.
 */
static inline struct perf_event *
compat_perf_event_create(struct perf_event_attr *attr, int cpu, struct task_struct *task,
			 perf_overflow_handler_t overflow, void *context)
{
	struct perf_event *pe;

#ifndef HAVE_PERF_EVENT_STATE_DEAD
	if (attr->inherit)
		return ERR_PTR(-EOPNOTSUPP);
#endif
#ifndef HAVE_CPUS_READ_LOCK
	get_online_cpus();
#endif
	pe = perf_event_create_kernel_counter(attr, cpu, task, overflow, context);
#ifndef HAVE_CPUS_READ_LOCK
	put_online_cpus();
#endif
	return pe;
}

#endif /* _COMPAT_PERF_H */
