/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All events that the module defines (own.h), by the kernel's parts.
 */
#ifndef _EVENTS_EVENTS_H
#define _EVENTS_EVENTS_H

#include "kmod/compat/own_event.h"

/* Module start and end. An event that cannot be had is no reason not to start. */
void ebpf_events_init(void);
/* The module's start cannot fail any more: listeners hold the module from now on. */
void ebpf_events_start(void);
void ebpf_events_exit(void);

void ebpf_events_tcp_init(void);
void ebpf_events_sock_init(void);
void ebpf_events_block_init(void);
void ebpf_events_syscalls_init(void);

/* The number of the system call of which @call is the module's event, and whether it is that of
 * its entry. -ENOENT for all other events, the kernel's own of the system "syscalls" too.
 */
int ebpf_events_syscall(const struct compat_event_call *call, bool *enter);

#endif /* _EVENTS_EVENTS_H */
