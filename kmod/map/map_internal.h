/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between map.c, map_create.c, map_cmd.c and map_batch.c.
 */
#ifndef _KMOD_MAP_INTERNAL_H
#define _KMOD_MAP_INTERNAL_H

#include "kmod/map/map.h"

struct fd_map {
	struct ebpf_map *map;
	struct file *file;	/* holds the map */
};

/* The map of @fd for a command. @mode: FMODE_READ, FMODE_WRITE or both, which
 * the fd must allow (-EPERM); with FMODE_WRITE the map counts as being written,
 * so that it is not frozen meanwhile. Ends in ebpf_fd_map_put().
 */
int ebpf_fd_map_get(struct fd_map *fm, int fd, fmode_t mode);
void ebpf_fd_map_put(struct fd_map *fm, fmode_t mode);

/* Copies of key_size bytes and of one value as commands pass it: ERR_PTR on
 * failure, to be freed with compat_kvfree(). A key of size 0 is NULL and must be
 * so for the caller (-EINVAL).
 */
void *ebpf_map_key_from_user(const struct ebpf_map *map, u64 ukey);
void *ebpf_map_value_from_user(const struct ebpf_map *map, u64 uvalue);

/* One element, kernel buffers. As the commands of the same names. */
int ebpf_map_lookup_one(struct ebpf_map *map, void *key, void *value, u64 flags);
int ebpf_map_update_one(struct ebpf_map *map, struct file *file, void *key, void *value,
			u64 flags);
/* For maps that have the operation. */
int ebpf_map_lookup_and_delete_one(struct ebpf_map *map, void *key, void *value, u64 flags);
int ebpf_map_delete_one(struct ebpf_map *map, void *key);
int ebpf_map_next_key(struct ebpf_map *map, void *key, void *next_key);

static inline bool ebpf_map_has_spin_lock(const struct ebpf_map *map)
{
	return map->spin_lock_off >= 0;
}

/* map.c */
/* A map of its type, with a reference, that has no id yet; until then it is dropped, later put.
 * ERR_PTR.
 */
struct ebpf_map *ebpf_map_alloc(const union ebpf_attr *attr);
void ebpf_map_drop(struct ebpf_map *map);
void ebpf_map_write_get(struct ebpf_map *map);
void ebpf_map_write_put(struct ebpf_map *map);
int ebpf_map_freeze(struct ebpf_map *map);
u64 ebpf_map_count(void);
int ebpf_map_init_module(void);
void ebpf_map_flush(void);	/* waits for maps that are being freed */
void ebpf_map_exit_module(void);

#endif /* _KMOD_MAP_INTERNAL_H */
