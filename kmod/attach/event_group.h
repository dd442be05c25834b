/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Groups of events: who opens one with another as group_fd can switch, reset and read them
 * together. Each counts by itself, whatever its leader does.
 */
#ifndef _ATTACH_EVENT_GROUP_H
#define _ATTACH_EVENT_GROUP_H

#include "kmod/attach/event.h"

/* All in process context; takes locks of the group's events. */

/* -EINVAL: not two that can be in one group; -E2BIG: it has as many as there may be. */
int ebpf_event_group_join(struct ebpf_event *event, struct ebpf_event *leader);
/* A leader's members are each alone afterwards. Of one in no group: nothing. */
void ebpf_event_group_leave(struct ebpf_event *event);
/* Calls @fn for all of the group that @event is in, itself among them. */
void ebpf_event_group_each(struct ebpf_event *event, void (*fn)(struct ebpf_event *event));
/* What read() gives for PERF_FORMAT_GROUP, for the caller to free: returns how many words in
 * *@words; -ENOMEM.
 */
int ebpf_event_group_read(struct ebpf_event *event, u64 **words);

#endif /* _ATTACH_EVENT_GROUP_H */
