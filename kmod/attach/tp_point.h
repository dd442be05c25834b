/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints whose records perf forms: all programs of one share what that takes.
 */
#ifndef _ATTACH_TP_POINT_H
#define _ATTACH_TP_POINT_H

#include "kmod/attach/event.h"

struct ebpf_tp_point;
struct perf_event;

/* Part of an event. */
struct ebpf_tp_hook {
	struct hlist_node node;		/* RCU-sched */
	struct ebpf_event *event;
	struct ebpf_tp_point *point;
};

/* A counter of tracepoint @id that counts nothing; it tells which event that is.
 * ERR_PTR; perf_event_release_kernel(). Process context, as all here.
 */
struct perf_event *ebpf_tp_counter(u64 id);
/* Runs the program of hook->event at each hit from now on of the tracepoint that @pe
 * would count.
 */
int ebpf_tp_point_add(struct ebpf_tp_hook *hook, const struct perf_event *pe);
/* A program may still be running; a grace period ends that. */
void ebpf_tp_point_del(struct ebpf_tp_hook *hook);

int ebpf_tp_point_init(void);
void ebpf_tp_point_exit(void);

#endif /* _ATTACH_TP_POINT_H */
