/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Views of maps: what programs see that look into struct bpf_map. Memory with the
 * fields where the kernel's BTF has them, as truthful as this module's maps are alike.
 */
#ifndef _KMOD_MAP_VIEW_H
#define _KMOD_MAP_VIEW_H

#include "kmod/map/map.h"

#include <linux/slab.h>

/* All maps have views from now on. -ENOENT without a struct bpf_map in the kernel's BTF,
 * -ENOMEM. May sleep.
 */
int ebpf_map_views_want(void);
/* The view of @map, made if need be, with its counters as they are now. ERR_PTR as above.
 * It goes with the map. May sleep.
 */
const void *ebpf_map_view(struct ebpf_map *map);

/* What changes in a map's life has changed, for its view if it has one. May sleep. */
void ebpf_map_view_update(struct ebpf_map *map);
/* Of a new map that others can find. */
int ebpf_map_view_new(struct ebpf_map *map);

/* Of one that nobody uses any more. */
static inline void ebpf_map_view_free(struct ebpf_map *map)
{
	if (map->inner_map_meta)
		kfree(map->inner_map_meta->view);
	kfree(map->view);
}

#endif /* _KMOD_MAP_VIEW_H */
