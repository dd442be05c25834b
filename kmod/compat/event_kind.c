// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/compat/cfi.h"
#include "kmod/compat/ftrace.h"
#include "kmod/compat/perf.h"

#include <linux/kallsyms.h>

/* By the name of the function that switches the event on: the flags that say it came with 4.3,
 * and whoever makes probes by hand names their group as he likes, "syscalls" too.
 */
static const struct {
	const char *func;
	enum compat_event_kind kind;
} switches[] = {
	{ "kprobe_register", COMPAT_EVENT_KPROBE },
	{ "trace_uprobe_register", COMPAT_EVENT_UPROBE },
	{ "syscall_enter_register", COMPAT_EVENT_SYSCALL },
	{ "syscall_exit_register", COMPAT_EVENT_SYSCALL },
};

static enum compat_event_kind kind_by_switch(const struct perf_event *pe)
{
	char name[KSYM_SYMBOL_LEN];
	size_t i;

	sprint_symbol(name, (unsigned long)pe->tp_event->class->reg);
	for (i = 0; i < ARRAY_SIZE(switches); i++)
		if (!strncmp(name, switches[i].func, strlen(switches[i].func)))
			return switches[i].kind;
	return COMPAT_EVENT_OTHER;
}

/* Those of returns print two addresses. */
static bool is_return(const struct perf_event *pe)
{
	const char *fmt = pe->tp_event->print_fmt;

	return fmt && strstr(fmt, " <- ");
}

enum compat_event_kind ebpf_compat_event_kind(const struct perf_event *pe)
{
	enum compat_event_kind kind;

	if (pe->tp_event->class->perf_probe)
		return COMPAT_EVENT_TRACEPOINT;
	kind = kind_by_switch(pe);
	if (kind == COMPAT_EVENT_KPROBE && is_return(pe))
		return COMPAT_EVENT_KRETPROBE;
	if (kind == COMPAT_EVENT_UPROBE && is_return(pe))
		return COMPAT_EVENT_URETPROBE;
	return kind;
}

typedef int (*set_filter_fn)(struct perf_event *pe, int id, char *filter);

/* The kernel has it for its own ioctl alone, the same since 2.6.33, and frees a counter's
 * filter with the counter.
 */
int ebpf_compat_event_filter(struct perf_event *pe, char *filter)
{
	static unsigned long func;
	set_filter_fn set;

	if (!func && !compat_calls_are_checked())
		func = ebpf_compat_func_addr("ftrace_profile_set_filter");
	set = (set_filter_fn)func;
	return set ? set(pe, pe->attr.config, filter) : -EOPNOTSUPP;
}
