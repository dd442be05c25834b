/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What it takes to define tracepoints and events of ftrace's in a module.
 */
#ifndef _COMPAT_OWN_EVENT_H
#define _COMPAT_OWN_EVENT_H

#include "kmod/compat/compat.h"

#include <linux/tracepoint.h>
#ifdef HAVE_TRACE_EVENTS_H
#include <linux/trace_events.h>
#define compat_event_call	trace_event_call
#define compat_event_reg	trace_event_reg
#else
#include <linux/ftrace_event.h>
#define compat_event_call	ftrace_event_call
#define compat_event_reg	ftrace_event_reg
#endif

#if defined(CONFIG_TRACEPOINTS) && defined(CONFIG_EVENT_TRACING) && \
	defined(CONFIG_PERF_EVENTS) && defined(CONFIG_KPROBES)
#define COMPAT_OWN_EVENTS
#endif

/* Which events the kernel does not have: OWN_NAME. */
#ifdef COMPAT_OWN_EVENTS
#ifndef HAVE_TRACE_TCP_PROBE
#define OWN_TCP_PROBE
#endif
#ifndef HAVE_TRACE_TCP_RCV_SPACE_ADJUST
#define OWN_TCP_RCV_SPACE_ADJUST
#endif
#ifndef HAVE_TRACE_TCP_RETRANSMIT_SKB
#define OWN_TCP_RETRANSMIT_SKB
#endif
#ifndef HAVE_TRACE_TCP_RETRANSMIT_SYNACK
#define OWN_TCP_RETRANSMIT_SYNACK
#endif
#ifndef HAVE_TRACE_TCP_SEND_RESET
#define OWN_TCP_SEND_RESET
#endif
#ifndef HAVE_TRACE_TCP_RECEIVE_RESET
#define OWN_TCP_RECEIVE_RESET
#endif
#ifndef HAVE_TRACE_TCP_DESTROY_SOCK
#define OWN_TCP_DESTROY_SOCK
#endif
#ifndef HAVE_TRACE_INET_SOCK_SET_STATE
#define OWN_INET_SOCK_SET_STATE
#endif
#ifndef HAVE_TRACE_BLOCK_IO_START
#define OWN_BLOCK_IO_START
#endif
#ifndef HAVE_TRACE_BLOCK_IO_DONE
#define OWN_BLOCK_IO_DONE
#endif
/* The kernel finds the description of a system call by the name of what its table leads to, and
 * of those that it enters through stubs that is another one.
 */
#ifndef CONFIG_ARCH_HAS_SYSCALL_WRAPPER
#define OWN_SYSCALLS
#ifndef HAVE_IOPL_WITHOUT_STUB
#define OWN_SYSCALL_IOPL
#endif
#endif
#endif

/* COMPAT_TP_REGFUNC(fn, call) defines what a tracepoint calls before its first probe is
 * registered: @call, 0 or an error. Kernels that take no error register the probe all the same.
 */
#ifdef HAVE_TP_REGFUNC_VOID
#define COMPAT_TP_REGFUNC(fn, call)	static void fn(void) { call; }
#else
#define COMPAT_TP_REGFUNC(fn, call)	static int fn(void) { return call; }
#endif

/* Takes an event of this module's out of ftrace's list for good; false where the kernel does not
 * let it be called, or has it in use. The event must share its class with no other. Process
 * context.
 */
bool ebpf_compat_own_event_remove(struct compat_event_call *call);

/* Did the kernel take the event when it loaded the module? Some take none of modules that they
 * consider tainted.
 */
static inline bool compat_own_event_there(const struct compat_event_call *call)
{
	return call->event.type != 0;
}

#endif /* _COMPAT_OWN_EVENT_H */
