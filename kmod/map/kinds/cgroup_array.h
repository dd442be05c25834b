/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KMOD_CGROUP_ARRAY_H
#define _KMOD_CGROUP_ARRAY_H

#include "kmod/map/map.h"

/* Is the current task in the cgroup at @index, or below it? 1, 0, -E2BIG, or -EAGAIN
 * for an empty entry. Program context.
 */
int ebpf_cgroup_array_test_current(struct ebpf_map *map, u32 index);

#endif /* _KMOD_CGROUP_ARRAY_H */
