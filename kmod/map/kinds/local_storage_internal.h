/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Values that belong to objects of the kernel: what TASK_STORAGE and SK_STORAGE share.
 */
#ifndef _KMOD_LOCAL_STORAGE_INTERNAL_H
#define _KMOD_LOCAL_STORAGE_INTERNAL_H

#include "kmod/compat/compat.h"

#include <linux/mutex.h>
#include <ebpf/map.h>

/**
 * struct storage_owner - a kind of objects
 * @watch:   from now on, ebpf_storage_forget() is called when an object goes; process
 *           context, as unwatch
 * @unwatch: no more calls begin, and none is under way when it returns
 * @lock:    changes of @maps, and the two above
 * @maps:    struct storage; read with preemption off
 */
struct storage_owner {
	int (*watch)(void);
	void (*unwatch)(void);
	struct mutex lock;
	struct list_head maps;
};

#define STORAGE_OWNER_DEFINE(name, watch_fn, unwatch_fn)		\
	static struct storage_owner name = {				\
		.watch = watch_fn, .unwatch = unwatch_fn,		\
		.lock = __MUTEX_INITIALIZER(name.lock),			\
		.maps = LIST_HEAD_INIT(name.maps),			\
	}

struct storage {
	struct ebpf_map map;
	struct ebpf_map *hash;	/* u64 address of the object -> value */
	void *zero;		/* a value of zeros */
	struct storage_owner *owner;
	struct list_head node;	/* in owner->maps */
};

static inline struct storage *storage_of(const struct ebpf_map *map)
{
	return container_of(map, struct storage, map);
}

/* Operations of both. */
int ebpf_storage_alloc_check(const union ebpf_attr *attr);
int ebpf_storage_check_btf(const struct ebpf_map *map, const struct ebpf_btf *btf,
			   u32 key_type_id, u32 value_type_id);
int ebpf_storage_get_next_key(struct ebpf_map *map, void *key, void *next_key);
struct ebpf_map *ebpf_storage_alloc(const union ebpf_attr *attr, struct storage_owner *owner);
void ebpf_storage_free(struct ebpf_map *map);
u64 ebpf_storage_mem_usage(const struct ebpf_map *map);

/* The value of the object at @addr, made from @value (NULL: zeros) if @flags asks for
 * it and @alive says, before and after, that the object is there. Program context.
 */
void *ebpf_storage_get(struct ebpf_map *map, void *addr, const void *value, u64 flags,
		       bool (*alive)(const void *addr));
long ebpf_storage_delete(struct ebpf_map *map, void *addr);

/* The object at @addr goes. Any context but NMI, preemption off: in the middle of what
 * the kernel does. No program comes between while a lock of a map is held.
 */
void ebpf_storage_forget(struct storage_owner *owner, const void *addr);

#endif /* _KMOD_LOCAL_STORAGE_INTERNAL_H */
