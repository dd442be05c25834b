/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KMOD_PERF_EVENT_ARRAY_H
#define _KMOD_PERF_EVENT_ARRAY_H

#include "kmod/map/map.h"

struct ebpf_event;

/* The event at @index, or ERR_PTR(-E2BIG, -ENOENT). Program context; valid until
 * preemption is on again.
 */
struct ebpf_event *ebpf_perf_event_array_get(struct ebpf_map *map, u64 index);

#endif /* _KMOD_PERF_EVENT_ARRAY_H */
