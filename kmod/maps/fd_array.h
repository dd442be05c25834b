/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Arrays whose values are objects named by file descriptors: programs, perf
 * events, cgroups. The type's fd_get_ptr() and fd_put_ptr() take and give back
 * the reference that an entry holds.
 */
#ifndef _KMOD_FD_ARRAY_H
#define _KMOD_FD_ARRAY_H

#include "kmod/maps/maps.h"

/* The layout that compiled tail calls read, see struct ebpf_prog_array_map. */
struct ebpf_fd_array {
	struct ebpf_map map;
	void *ptrs[];		/* max_entries, read under RCU-sched */
};

static inline struct ebpf_fd_array *ebpf_fd_array_of(const struct ebpf_map *map)
{
	return container_of(map, struct ebpf_fd_array, map);
}

int ebpf_fd_array_alloc_check(const union ebpf_attr *attr);
struct ebpf_map *ebpf_fd_array_alloc(const union ebpf_attr *attr);
void ebpf_fd_array_free(struct ebpf_map *map);
/* Empties the map. Process context. */
void ebpf_fd_array_clear(struct ebpf_map *map);

int ebpf_fd_array_sys_lookup(struct ebpf_map *map, void *key, void *value, u64 flags);
int ebpf_fd_array_sys_update(struct ebpf_map *map, void *key, void *value, u64 flags);
int ebpf_fd_array_sys_delete(struct ebpf_map *map, void *key);
u64 ebpf_fd_array_mem_usage(const struct ebpf_map *map);

#endif /* _KMOD_FD_ARRAY_H */
