/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Values of maps that hold more than data (<ebpf/map_fields.h>), for the map types.
 *
 * A field outlives what commands and updates do to the value around it: copies leave
 * it out both ways. It ends when its element is deleted, replaced or evicted, or the
 * map goes. A program may still stand on an element that was deleted, and put something
 * into its fields again; so elements that are reused keep what is there, and a map
 * that is freed ends the fields of all elements it has, used or not.
 */
#ifndef _KMOD_MAP_FIELDS_H
#define _KMOD_MAP_FIELDS_H

#include "kmod/map/map.h"

/* For maps with fields. */
void ebpf_map_copy_around_fields(const struct ebpf_map *map, void *dst, const void *src);
void ebpf_map_end_fields_slow(struct ebpf_map *map, void *value);
void ebpf_map_hide_fields_slow(const struct ebpf_map *map, void *value);

/* One value, without its fields, under the lock of @elem, which is the one of the two that
 * the map holds: EBPF_F_LOCK, of maps whose values have one. Any context. 0, or -EBUSY inside
 * another such copy on this CPU: never in process context with interrupts on.
 */
int ebpf_map_copy_value_locked(const struct ebpf_map *map, void *dst, const void *src,
			       const void *elem);

/* One value, without its fields. Any context. */
static inline void ebpf_map_copy_value(const struct ebpf_map *map, void *dst, const void *src)
{
	if (likely(!map->fields))
		memcpy(dst, src, map->value_size);
	else
		ebpf_map_copy_around_fields(map, dst, src);
}

/* Ends what the fields of a value keep: kernel references are given back, timers
 * cancelled. The fields are zero afterwards. Program context, also inside the lock of
 * the map; several CPUs may do it to one value at a time.
 */
static inline void ebpf_map_end_fields(struct ebpf_map *map, void *value)
{
	if (unlikely(map->fields))
		ebpf_map_end_fields_slow(map, value);
}

/* Zeroes the fields in a copy for user space, as ebpf_map_value_size_user() has it:
 * what is there are kernel addresses.
 */
static inline void ebpf_map_hide_fields(const struct ebpf_map *map, void *value)
{
	if (unlikely(map->fields))
		ebpf_map_hide_fields_slow(map, value);
}

/* Some that programs change: no constant for the verifier. */
static inline bool ebpf_map_has_live_fields(const struct ebpf_map *map)
{
	return map->fields && map->fields->nr > (map->spin_lock_off >= 0);
}

/* A copy for an inner_map_meta: NULL for NULL, or ERR_PTR(-ENOMEM). kfree() it. */
struct ebpf_map_fields *ebpf_map_fields_dup(const struct ebpf_map_fields *tab);

/* kptr.c: ebpf_kptr_env's dtor_of and own_dtor */
int ebpf_kptr_dtor_of(const struct ebpf_btf *btf, const char *name, ebpf_dtor_t *dtor);
ebpf_dtor_t ebpf_kptr_own_dtor(const char *name);

#endif /* _KMOD_MAP_FIELDS_H */
