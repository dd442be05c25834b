/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Arrays whose values are objects named by file descriptors: programs, perf
 * events, cgroups. The type's fd_get_ptr() and fd_put_ptr() take and give back
 * the reference that an entry holds.
 */
#ifndef _KMOD_FD_ARRAY_H
#define _KMOD_FD_ARRAY_H

#include "kmod/map/kinds/maps.h"

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

/* An entry whose object is given back after a grace period, because programs may be
 * using it: what ptrs[] point to in maps that are not read by compiled code.
 */
struct ebpf_fd_entry {
	void *obj;
	void (*put)(void *obj);		/* process context, may sleep */
	struct file *map_file;		/* through which it came; for comparing only */
	struct list_head node;		/* of the reaper */
};

/* Takes the reference to @obj over, also on failure: ERR_PTR(-ENOMEM). */
void *ebpf_fd_entry_new(void *obj, void (*put)(void *obj), struct file *map_file);
/* ops->fd_put_ptr for these entries. */
void ebpf_fd_entry_put(void *entry);
/* The object at @index or ERR_PTR(-E2BIG, -ENOENT). Program context; valid until
 * preemption is on again.
 */
static inline void *ebpf_fd_entry_obj(const struct ebpf_map *map, u64 index)
{
	struct ebpf_fd_entry *entry;

	if (unlikely(index >= map->max_entries))
		return ERR_PTR(-E2BIG);
	entry = READ_ONCE(ebpf_fd_array_of(map)->ptrs[index]);
	return likely(entry) ? entry->obj : ERR_PTR(-ENOENT);
}

/* Takes out the entries that came through @map_file. Process context. */
void ebpf_fd_array_release_file(struct ebpf_map *map, struct file *map_file);

int ebpf_fd_array_sys_lookup(struct ebpf_map *map, void *key, void *value, u64 flags);
int ebpf_fd_array_sys_delete(struct ebpf_map *map, void *key);
u64 ebpf_fd_array_mem_usage(const struct ebpf_map *map);

#endif /* _KMOD_FD_ARRAY_H */
