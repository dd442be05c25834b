// SPDX-License-Identifier: GPL-2.0-only
/*
 * Elements of maps. The verifier lets only maps through whose type has the
 * operation; where it knows the map it calls the operation itself.
 */
#include "helpers/helpers.h"
#include "kmod/map/map.h"

static struct ebpf_map *map_of(u64 reg)
{
	return (struct ebpf_map *)(unsigned long)reg;
}

static void *mem_of(u64 reg)
{
	return (void *)(unsigned long)reg;
}

/* map, key */
EBPF_HELPER(map_lookup_elem)
{
	return (unsigned long)map_of(r1)->ops->lookup_elem(map_of(r1), mem_of(r2));
}

/* map, key, value, flags */
EBPF_HELPER(map_update_elem)
{
	return map_of(r1)->ops->update_elem(map_of(r1), mem_of(r2), mem_of(r3), r4);
}

/* map, key */
EBPF_HELPER(map_delete_elem)
{
	return map_of(r1)->ops->delete_elem(map_of(r1), mem_of(r2));
}

/* map, key, cpu */
EBPF_HELPER(map_lookup_percpu_elem)
{
	return (unsigned long)map_of(r1)->ops->lookup_percpu_elem(map_of(r1), mem_of(r2), (u32)r3);
}

/* map, value, flags */
EBPF_HELPER(map_push_elem)
{
	return map_of(r1)->ops->push_elem(map_of(r1), mem_of(r2), r3);
}

/* map, value */
EBPF_HELPER(map_pop_elem)
{
	return map_of(r1)->ops->pop_elem(map_of(r1), mem_of(r2));
}

/* map, value */
EBPF_HELPER(map_peek_elem)
{
	return map_of(r1)->ops->peek_elem(map_of(r1), mem_of(r2));
}

/* Compiled code jumps itself: nothing calls this. */
EBPF_HELPER(tail_call)
{
	return (u64)-EINVAL;
}

/* address of a kptr, what to put there: what was there. The caller's reference goes in,
 * the map's comes out.
 */
EBPF_HELPER(kptr_xchg)
{
	return xchg((u64 *)(unsigned long)r1, r2);
}
