// SPDX-License-Identifier: GPL-2.0-only
/*
 * Dynptrs: memory whose size is checked when it is used. Any context. A helper that
 * makes one fills it also when it fails: the verifier counts on that.
 */
#include <ebpf/dynptr.h>
#include <linux/string.h>
#include "helpers/helpers.h"
#include "kmod/map/kinds/ringbuf.h"

static struct ebpf_dynptr_kern *dynptr_of(u64 reg)
{
	return (struct ebpf_dynptr_kern *)(unsigned long)reg;
}

static void *mem_of(u64 reg)
{
	return (void *)(unsigned long)reg;
}

static bool inside(const struct ebpf_dynptr_kern *dynptr, u32 offset, u32 len)
{
	return len <= dynptr->size && offset <= dynptr->size - len;
}

/* memory, size, flags, dynptr */
EBPF_HELPER(dynptr_from_mem)
{
	u32 size = r2;

	ebpf_dynptr_set(dynptr_of(r4), NULL, 0);
	if (size > EBPF_DYNPTR_MAX_SIZE)
		return (u64)-E2BIG;
	if (r3)
		return (u64)-EINVAL;
	ebpf_dynptr_set(dynptr_of(r4), mem_of(r1), size);
	return 0;
}

/* where to, size, dynptr, offset, flags */
EBPF_HELPER(dynptr_read)
{
	struct ebpf_dynptr_kern *dynptr = dynptr_of(r3);
	u32 len = r2, offset = r4;

	if (!dynptr->data || r5)
		return (u64)-EINVAL;
	if (!inside(dynptr, offset, len))
		return (u64)-E2BIG;
	/* Both can be the same map value. */
	memmove(mem_of(r1), (u8 *)dynptr->data + offset, len);
	return 0;
}

/* dynptr, offset, data, size, flags */
EBPF_HELPER(dynptr_write)
{
	struct ebpf_dynptr_kern *dynptr = dynptr_of(r1);
	u32 offset = r2, len = r4;

	if (!dynptr->data || r5)
		return (u64)-EINVAL;
	if (!inside(dynptr, offset, len))
		return (u64)-E2BIG;
	memmove((u8 *)dynptr->data + offset, mem_of(r3), len);
	return 0;
}

/* dynptr, offset, size */
EBPF_HELPER(dynptr_data)
{
	struct ebpf_dynptr_kern *dynptr = dynptr_of(r1);
	u32 offset = r2;

	if (!dynptr->data || !inside(dynptr, offset, r3))
		return 0;
	return (unsigned long)dynptr->data + offset;
}

/* map, size, flags, dynptr */
EBPF_HELPER(ringbuf_reserve_dynptr)
{
	struct ebpf_map *map = mem_of(r1);
	u32 size = r2;
	void *record;

	/* It has to be given back in any case. */
	ebpf_dynptr_set(dynptr_of(r4), NULL, 0);
	if (r3)
		return (u64)-EINVAL;
	if (size > EBPF_DYNPTR_MAX_SIZE)
		return (u64)-E2BIG;
	record = ebpf_ringbuf_reserve(map, size);
	if (!record)
		return (u64)-EINVAL;
	ebpf_dynptr_set(dynptr_of(r4), record, size);
	return 0;
}

static void give_back(u64 reg, u64 flags, bool discard)
{
	struct ebpf_dynptr_kern *dynptr = dynptr_of(reg);

	if (!dynptr->data)
		return;
	ebpf_ringbuf_commit(dynptr->data, flags, discard);
	ebpf_dynptr_set(dynptr, NULL, 0);
}

/* dynptr, flags */
EBPF_HELPER(ringbuf_submit_dynptr)
{
	give_back(r1, r2, false);
	return 0;
}

/* dynptr, flags */
EBPF_HELPER(ringbuf_discard_dynptr)
{
	give_back(r1, r2, true);
	return 0;
}
