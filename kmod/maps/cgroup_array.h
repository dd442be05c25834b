/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KMOD_MAPS_CGROUP_ARRAY_H
#define _KMOD_MAPS_CGROUP_ARRAY_H

#include <ebpf/map.h>

/* Is the current task in the control group of entry @idx of a CGROUP_ARRAY, or
 * below it? 1 or 0; -EINVAL in interrupts, -E2BIG beyond the map, -EAGAIN for an
 * empty entry. Program context.
 */
int ebpf_cgroup_array_test_current(struct ebpf_map *map, u32 idx);

#endif /* _KMOD_MAPS_CGROUP_ARRAY_H */
