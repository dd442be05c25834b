/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pages of an arena, for programs (helpers/arena.c). @addr is one of a process, of which the low half
 * counts, or 0: anywhere. Program context. With @may_sleep, between ebpf_nap_begin() and its end, in
 * process context; else, pages come of a reserve that a worker fills.
 */
#ifndef _KMOD_MAP_ARENA_H
#define _KMOD_MAP_ARENA_H

#include "kmod/map/map.h"

/* @cnt pages in a row that were not there. The address of the first, as processes have it; 0: there
 * are not as many, or the address is none for it, or it is busy.
 */
u64 ebpf_arena_alloc_pages(struct ebpf_map *map, u64 addr, u32 cnt, int node, bool may_sleep);
/* Those that were there are not any more, nor are those kept from use. */
void ebpf_arena_free_pages(struct ebpf_map *map, u64 addr, u32 cnt, bool may_sleep);
/* Nobody gets them. 0, -EINVAL: they are not all in the arena; -EBUSY: one is there, or kept already. */
int ebpf_arena_reserve_pages(struct ebpf_map *map, u64 addr, u32 cnt);

#endif /* _KMOD_MAP_ARENA_H */
