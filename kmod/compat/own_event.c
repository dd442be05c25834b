// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/compat/own_event.h"
#include "kmod/compat/cfi.h"
#include "kmod/compat/ftrace.h"

#ifdef COMPAT_OWN_EVENTS

#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 0, 0)
/* Wants a lock that modules cannot take. */
bool ebpf_compat_own_event_remove(struct compat_event_call *call)
{
	return false;
}
#else
typedef void (*remove_fn)(struct compat_event_call *call);

/* Its result came with 3.10's updates; whether the event is gone is seen by its list. */
bool ebpf_compat_own_event_remove(struct compat_event_call *call)
{
	const struct list_head *next = call->list.next;
	remove_fn remove;

	if (compat_calls_are_checked())
		return false;
	remove = (remove_fn)ebpf_compat_func_addr("trace_remove_event_call");
	if (!remove)
		return false;
	remove(call);
	return call->list.next != next;
}
#endif

#endif
