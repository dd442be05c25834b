// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/attach/event.h"
#include "kmod/compat/ftrace.h"
#include "kmod/compat/tracepoint.h"
#include "kmod/compat/uprobe_sem.h"

u64 ebpf_attach_features(void)
{
	u64 features = 0;

#ifdef CONFIG_KPROBES
	features |= EBPFDRV_FEATURE_KPROBE;
#endif
#ifdef CONFIG_UPROBES
	features |= EBPFDRV_FEATURE_UPROBE;
#endif
#ifdef CONFIG_TRACEPOINTS
	features |= EBPFDRV_FEATURE_RAW_TRACEPOINT;
#endif
#ifdef CONFIG_EVENT_TRACING
	features |= EBPFDRV_FEATURE_TRACEPOINT;
#endif
#ifdef CONFIG_PERF_EVENTS
	features |= EBPFDRV_FEATURE_PERF_SAMPLING;
#endif
#ifdef COMPAT_FTRACE
	features |= EBPFDRV_FEATURE_FTRACE;
#endif
	return features;
}

int ebpf_attach_init(void)
{
	int err;

	err = ebpf_compat_tracepoint_init();
	if (err)
		return err;
	err = ebpf_tracepoint_init();
	if (err)
		ebpf_compat_tracepoint_exit();
	return err;
}

/* Every event had a file that kept the module; what is left is their memory. */
void ebpf_attach_exit(void)
{
	ebpf_tracing_exit();
	ebpf_tracepoint_exit();
	ebpf_event_flush();
	ebpf_compat_uprobe_sem_exit();
	ebpf_compat_tracepoint_exit();
}
