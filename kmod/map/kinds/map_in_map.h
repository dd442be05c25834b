/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Maps of maps: what the verifier knows of the maps inside, and which may be inside.
 *
 * An entry holds a reference on its map. Programs use what they found without one: a
 * map that loses its last reference is freed after a grace period (kmod/map/map.h).
 */
#ifndef _KMOD_MAP_IN_MAP_H
#define _KMOD_MAP_IN_MAP_H

#include "kmod/map/kinds/maps.h"

/* map_meta.c: a description of the map at @fd, without elements: for inner_map_meta. ERR_PTR(-EBADF,
 * -EINVAL, -ENOTSUPP, -ENOMEM). To be freed with the map of maps.
 */
struct ebpf_map *ebpf_map_meta_alloc(int fd);
void ebpf_map_meta_free(struct ebpf_map *meta);	/* NULL is allowed */

/* map_in_map.c: ops->fd_get_ptr and friends. Process context. */
void *ebpf_map_fd_get_ptr(struct ebpf_map *map, struct file *map_file, int fd);
void ebpf_map_fd_put_ptr(void *ptr);
u32 ebpf_map_fd_sys_lookup_elem(void *ptr);

#endif /* _KMOD_MAP_IN_MAP_H */
