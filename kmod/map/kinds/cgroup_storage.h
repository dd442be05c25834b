/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KMOD_CGROUP_STORAGE_H
#define _KMOD_CGROUP_STORAGE_H

#include <ebpf/map.h>

/* The value a run of a program works on, never NULL. Program context. */
void *ebpf_cgroup_storage_value(const struct ebpf_map *map);
/* Zeroes it before a test run; other maps are left alone. Process context. */
void ebpf_cgroup_storage_reset(const struct ebpf_map *map);

#endif /* _KMOD_CGROUP_STORAGE_H */
