// SPDX-License-Identifier: GPL-2.0-only
/*
 * Helpers that call functions of the program. Programs see five arguments; the
 * sixth, where the frame of what is called can be, comes from the JIT and is
 * handed on (<ebpf/jit.h>).
 */
#include <linux/err.h>
#include <linux/errno.h>
#include "helpers/helpers.h"
#include <ebpf/map.h>
#include "kmod/map/kinds/ringbuf.h"

typedef u64 (*callback_t)(u64 a1, u64 a2, u64 a3, u64 a4, u64 a5, u64 frame);

u64 ebpf_helper_loop(u64 nr, u64 fn, u64 ctx, u64 flags, u64 unused, u64 frame);
u64 ebpf_helper_for_each_map_elem(u64 map, u64 fn, u64 ctx, u64 flags, u64 unused, u64 frame);

u64 ebpf_helper_user_ringbuf_drain(u64 map, u64 fn, u64 ctx, u64 flags, u64 unused, u64 frame);

u64 ebpf_helper_user_ringbuf_drain(u64 map, u64 fn, u64 ctx, u64 flags, u64 unused, u64 frame)
{
	return ebpf_user_ringbuf_drain((struct ebpf_map *)(unsigned long)map,
				       (ebpf_user_record_t)(unsigned long)fn, ctx, flags, frame);
}

u64 ebpf_helper_loop(u64 nr, u64 fn, u64 ctx, u64 flags, u64 unused, u64 frame)
{
	callback_t callback = (callback_t)(unsigned long)fn;
	u32 n = nr, i;

	if (flags)
		return -EINVAL;
	if (n > EBPF_MAX_LOOPS)
		return -E2BIG;
	for (i = 0; i < n; i++)
		if (callback(i, ctx, 0, 0, 0, frame))
			return i + 1;
	return i;
}

/* Every element exists. */
static u64 each_of_array(struct ebpf_map *map, callback_t callback, u64 ctx, u64 frame)
{
	u32 key, i;
	void *value;

	for (i = 0; i < map->max_entries; i++) {
		key = i;
		value = map->ops->lookup_elem(map, &key);
		if (IS_ERR_OR_NULL(value))
			return i;
		if (callback((unsigned long)map, (unsigned long)&key, (unsigned long)value, ctx, 0,
			     frame))
			return i + 1;
	}
	return i;
}

/* The verifier lets only types through that can be walked. */
u64 ebpf_helper_for_each_map_elem(u64 r1, u64 fn, u64 ctx, u64 flags, u64 unused, u64 frame)
{
	struct ebpf_map *map = (struct ebpf_map *)(unsigned long)r1;

	if (flags)
		return -EINVAL;
	if (map->ops->for_each_callback)
		return map->ops->for_each_callback(map, (void *)(unsigned long)fn,
						   (void *)(unsigned long)ctx, flags, frame);
	return each_of_array(map, (callback_t)(unsigned long)fn, ctx, frame);
}
