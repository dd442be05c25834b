// SPDX-License-Identifier: GPL-2.0-only
/* Tracepoints of system calls are called with preemption on since 6.13, later all are. */
/* asks: DECLARE_TRACE_SYSCALL */
#include <linux/tracepoint.h>

#ifdef PROBE
#ifndef DECLARE_TRACE_SYSCALL
#error no DECLARE_TRACE_SYSCALL
#endif
#endif
