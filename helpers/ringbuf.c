// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ring buffer records.
 */
#include "helpers/helpers.h"
#include "kmod/map/kinds/ringbuf.h"

static struct ebpf_map *map_of(u64 reg)
{
	return (struct ebpf_map *)(unsigned long)reg;
}

/* map, size, flags */
EBPF_HELPER(ringbuf_reserve)
{
	if (unlikely(r3))
		return 0;
	return (unsigned long)ebpf_ringbuf_reserve(map_of(r1), r2);
}

/* record, flags */
EBPF_HELPER(ringbuf_submit)
{
	ebpf_ringbuf_commit((void *)(unsigned long)r1, r2, false);
	return 0;
}

/* record, flags */
EBPF_HELPER(ringbuf_discard)
{
	ebpf_ringbuf_commit((void *)(unsigned long)r1, r2, true);
	return 0;
}

/* map, data, size, flags */
EBPF_HELPER(ringbuf_output)
{
	void *record;

	if (unlikely(r4 & ~(u64)(EBPF_RB_NO_WAKEUP | EBPF_RB_FORCE_WAKEUP)))
		return (u64)-EINVAL;
	record = ebpf_ringbuf_reserve(map_of(r1), r3);
	if (!record)
		return (u64)-EAGAIN;
	memcpy(record, (const void *)(unsigned long)r2, r3);
	ebpf_ringbuf_commit(record, r4, false);
	return 0;
}

/* map, what */
EBPF_HELPER(ringbuf_query)
{
	return ebpf_ringbuf_query(map_of(r1), r2);
}
