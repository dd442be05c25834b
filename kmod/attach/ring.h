/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ring of a BPF_OUTPUT event, as perf lays it out: a page of positions and
 * 2^n pages of records. It lives from the first mmap to the last munmap.
 */
#ifndef _ATTACH_RING_H
#define _ATTACH_RING_H

#include "kmod/attach/event.h"

struct poll_table_struct;
struct vm_area_struct;

/* File operations of an event. Process context. */
int ebpf_ring_mmap(struct ebpf_event *event, struct vm_area_struct *vma);
unsigned int ebpf_ring_poll(struct ebpf_event *event, struct file *file,
			    struct poll_table_struct *wait);
/* PERF_EVENT_IOC_SET_OUTPUT; @to NULL: none. -EINVAL as Linux. */
int ebpf_ring_redirect(struct ebpf_event *event, struct ebpf_event *to);
/* PERF_EVENT_IOC_PAUSE_OUTPUT. -EINVAL without a ring. */
int ebpf_ring_pause(struct ebpf_event *event, bool pause);
/* The event goes away: it writes no more. */
void ebpf_ring_detach(struct ebpf_event *event);

#endif /* _ATTACH_RING_H */
