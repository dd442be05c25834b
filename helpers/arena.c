// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kernel functions for pages of arenas. The second of two is for calls that may sleep.
 */
#include "helpers/helpers.h"
#include "kmod/map/kinds/arena.h"
#include "kmod/prog/sleep.h"

#include <ebpf/kfunc.h>

static struct ebpf_map *arena_of(u64 addr)
{
	struct ebpf_map *map = (struct ebpf_map *)(unsigned long)addr;

	return map->map_type == EBPF_MAP_TYPE_ARENA ? map : NULL;
}

static u64 alloc_pages_of(u64 map, u64 addr, u32 cnt, int node, u64 flags, bool may_sleep)
{
	if (!arena_of(map) || flags || !cnt)
		return 0;
	return ebpf_arena_alloc_pages(arena_of(map), addr, cnt, node, may_sleep);
}

u64 ebpf_kfunc_arena_alloc_pages(u64 map, u64 addr, u64 page_cnt, u64 node_id, u64 flags)
{
	return alloc_pages_of(map, addr, page_cnt, node_id, flags, false);
}

u64 ebpf_kfunc_arena_alloc_pages_sleepable(u64 map, u64 addr, u64 page_cnt, u64 node_id, u64 flags)
{
	struct ebpf_nap nap;
	u64 got;

	if (!ebpf_nap_begin(&nap))
		return alloc_pages_of(map, addr, page_cnt, node_id, flags, false);
	got = alloc_pages_of(map, addr, page_cnt, node_id, flags, true);
	ebpf_nap_end(&nap);
	return got;
}

static void free_pages_of(u64 map, u64 addr, u32 cnt, bool may_sleep)
{
	if (arena_of(map) && cnt && addr)
		ebpf_arena_free_pages(arena_of(map), addr, cnt, may_sleep);
}

u64 ebpf_kfunc_arena_free_pages(u64 map, u64 addr, u64 page_cnt, u64 r4, u64 r5)
{
	free_pages_of(map, addr, page_cnt, false);
	return 0;
}

u64 ebpf_kfunc_arena_free_pages_sleepable(u64 map, u64 addr, u64 page_cnt, u64 r4, u64 r5)
{
	struct ebpf_nap nap;

	if (!ebpf_nap_begin(&nap)) {
		free_pages_of(map, addr, page_cnt, false);
		return 0;
	}
	free_pages_of(map, addr, page_cnt, true);
	ebpf_nap_end(&nap);
	return 0;
}

u64 ebpf_kfunc_arena_reserve_pages(u64 map, u64 addr, u64 page_cnt, u64 r4, u64 r5)
{
	if (!arena_of(map))
		return -EINVAL;
	return (u32)page_cnt ? ebpf_arena_reserve_pages(arena_of(map), addr, page_cnt) : 0;
}
