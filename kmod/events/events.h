/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All events that the module defines (own.h), by the kernel's parts.
 */
#ifndef _EVENTS_EVENTS_H
#define _EVENTS_EVENTS_H

/* Module start and end. An event that cannot be had is no reason not to start. */
void ebpf_events_init(void);
void ebpf_events_exit(void);

void ebpf_events_tcp_init(void);
void ebpf_events_sock_init(void);
void ebpf_events_block_init(void);

#endif /* _EVENTS_EVENTS_H */
