// SPDX-License-Identifier: GPL-2.0-only
/*
 * STACK_TRACE: recorded stacks, each found by an id that is its hash.
 *
 * A slot holds one stack; others of the same hash are refused or take its place.
 * The stack lies in a record that is filled before it is put into the slot by one
 * store, and taken out of it before it is freed: no locks.
 */
#include "kmod/map/kinds/maps.h"
#include "kmod/map/kinds/freelist.h"
#include "kmod/map/kinds/stack_trace.h"
#include "helpers/build_id.h"
#include "helpers/scratch.h"

#include <linux/jhash.h>
#include <linux/log2.h>

#define STACKMAP_FLAGS	(EBPF_F_NUMA_NODE | EBPF_F_RDONLY | EBPF_F_WRONLY | \
			 EBPF_F_STACK_BUILD_ID)
#define GET_ID_FLAGS	(EBPF_F_SKIP_FIELD_MASK | EBPF_F_USER_STACK | \
			 EBPF_F_FAST_STACK_CMP | EBPF_F_REUSE_STACKID)
#define MAX_SLOTS	(1U << 31)

struct stack_record {
	u32 link;	/* of the freelist */
	u32 hash;
	u32 nr;		/* return addresses */
	u64 ips[];	/* room for the map's depth; or struct ebpf_stack_build_id */
};

struct ebpf_stackmap {
	struct ebpf_map map;
	u32 nr_slots;
	u32 depth;		/* frames a value has room for */
	u32 record_size;
	bool build_id;		/* values are struct ebpf_stack_build_id */
	void *records;
	struct ebpf_freelist free;
	struct stack_record *slots[];
};

static struct ebpf_stackmap *stackmap_of(const struct ebpf_map *map)
{
	return container_of(map, struct ebpf_stackmap, map);
}

/*
 * Recording. Program context.
 */

static u32 frame_bytes(const struct ebpf_stackmap *smap)
{
	return smap->build_id ? sizeof(struct ebpf_stack_build_id) : sizeof(u64);
}

/* @frames: of @nr frames what a record has. */
static bool record_is(const struct ebpf_stackmap *smap, const struct stack_record *record,
		      u32 hash, const void *frames, u32 nr)
{
	return record && record->hash == hash && record->nr == nr &&
	       !memcmp(record->ips, frames, nr * frame_bytes(smap));
}

static struct stack_record *record_new(struct ebpf_stackmap *smap, u32 hash, const u64 *ips,
				       u32 nr)
{
	struct stack_record *record = ebpf_freelist_pop(&smap->free);

	if (unlikely(!record))
		return NULL;
	record->hash = hash;
	record->nr = nr;
	if (smap->build_id)
		ebpf_build_ids((void *)record->ips, ips, nr);
	else
		memcpy(record->ips, ips, nr * sizeof(u64));
	return record;
}

/* Puts @record, which may be NULL, into the slot, and frees what was there. */
static bool slot_set(struct ebpf_stackmap *smap, u32 id, struct stack_record *record)
{
	struct stack_record *old = xchg(&smap->slots[id], record);

	if (old)
		ebpf_freelist_push(&smap->free, old);
	return old;
}

/* Where the same addresses may be in other files, the record has to be there for a
 * comparison: taken back if it is not needed.
 */
static long stack_put_ids(struct ebpf_stackmap *smap, const u64 *ips, u32 nr, u32 hash, u64 flags)
{
	u32 id = hash & (smap->nr_slots - 1);
	struct stack_record *record = READ_ONCE(smap->slots[id]);
	struct stack_record *fresh = record_new(smap, hash, ips, nr);

	if (unlikely(!fresh))
		return -ENOMEM;
	if (record_is(smap, record, hash, fresh->ips, nr)) {
		ebpf_freelist_push(&smap->free, fresh);
		return id;
	}
	if (record && !(flags & EBPF_F_REUSE_STACKID)) {
		ebpf_freelist_push(&smap->free, fresh);
		return -EEXIST;
	}
	slot_set(smap, id, fresh);
	return id;
}

static long stack_put(struct ebpf_stackmap *smap, const u64 *ips, u32 nr, u64 flags)
{
	u32 hash = jhash2((const u32 *)ips, nr * 2, 0);
	u32 id = hash & (smap->nr_slots - 1);
	struct stack_record *record = READ_ONCE(smap->slots[id]);

	if (record && record->hash == hash && flags & EBPF_F_FAST_STACK_CMP)
		return id;
	if (smap->build_id)
		return stack_put_ids(smap, ips, nr, hash, flags);
	if (record_is(smap, record, hash, ips, nr))
		return id;
	if (record && !(flags & EBPF_F_REUSE_STACKID))
		return -EEXIST;
	record = record_new(smap, hash, ips, nr);
	if (unlikely(!record))
		return -ENOMEM;
	slot_set(smap, id, record);
	return id;
}

static long stack_record(struct ebpf_stackmap *smap, struct pt_regs *regs, u64 prog_ip,
			 u64 flags, u64 *ips)
{
	u32 skip = flags & EBPF_F_SKIP_FIELD_MASK;
	u32 nr, max = min_t(u32, smap->depth + skip, EBPF_MAX_STACK_DEPTH);

	if (flags & EBPF_F_USER_STACK)
		nr = ebpf_stack_user(regs, ips, max);
	else
		nr = ebpf_stack_kernel(regs, prog_ip, ips, max);
	if (nr <= skip)
		return -EFAULT;
	return stack_put(smap, ips + skip, nr - skip, flags);
}

long ebpf_stackmap_get_id(struct ebpf_map *map, struct pt_regs *regs, u64 prog_ip, u64 flags)
{
	u64 *ips;
	long id;

	BUILD_BUG_ON(EBPF_SCRATCH_SIZE < EBPF_MAX_STACK_DEPTH * sizeof(u64));
	if (unlikely(flags & ~(u64)GET_ID_FLAGS))
		return -EINVAL;
	ips = ebpf_scratch_get();
	if (unlikely(!ips))
		return -EFAULT;
	id = stack_record(stackmap_of(map), regs, prog_ip, flags, ips);
	ebpf_scratch_put();
	return id;
}

/*
 * Commands. Process context.
 */

static int stackmap_sys_lookup(struct ebpf_map *map, void *key, void *value, u64 flags)
{
	struct ebpf_stackmap *smap = stackmap_of(map);
	struct stack_record *record;
	u32 id = *(u32 *)key;

	if (id >= smap->nr_slots)
		return -ENOENT;
	/* Out of the slot it is ours: nobody reuses it while it is copied. A stack
	 * recorded meanwhile gives way to it.
	 */
	record = xchg(&smap->slots[id], NULL);
	if (!record)
		return -ENOENT;
	memset(value, 0, map->value_size);
	memcpy(value, record->ips, record->nr * frame_bytes(smap));
	preempt_disable();
	slot_set(smap, id, record);
	preempt_enable();
	return 0;
}

static int stackmap_sys_update(struct ebpf_map *map, void *key, void *value, u64 flags)
{
	return -EINVAL;
}

static long stackmap_delete_elem(struct ebpf_map *map, const void *key)
{
	struct ebpf_stackmap *smap = stackmap_of(map);
	u32 id = *(const u32 *)key;

	if (id >= smap->nr_slots)
		return -E2BIG;
	return slot_set(smap, id, NULL) ? 0 : -ENOENT;
}

static int stackmap_get_next_key(struct ebpf_map *map, void *key, void *next_key)
{
	struct ebpf_stackmap *smap = stackmap_of(map);
	u32 id = 0;

	if (key) {
		id = *(u32 *)key;
		id = id < smap->nr_slots ? id + 1 : 0;
	}
	while (id < smap->nr_slots && !READ_ONCE(smap->slots[id]))
		id++;
	if (id >= smap->nr_slots)
		return -ENOENT;
	*(u32 *)next_key = id;
	return 0;
}

/*
 * Making and freeing
 */

static u32 frame_size(const union ebpf_attr *attr)
{
	return attr->map_flags & EBPF_F_STACK_BUILD_ID ? sizeof(struct ebpf_stack_build_id) :
							 sizeof(u64);
}

static int stackmap_alloc_check(const union ebpf_attr *attr)
{
	u32 frame = frame_size(attr);

	if (attr->map_flags & ~STACKMAP_FLAGS)
		return -EINVAL;
	if (!attr->max_entries || attr->key_size != 4 || attr->value_size < 8 ||
	    attr->value_size % frame || attr->value_size / frame > EBPF_MAX_STACK_DEPTH)
		return -EINVAL;
	/* Checked before rounding up, which would wrap around to 0. */
	if (attr->max_entries > MAX_SLOTS)
		return -E2BIG;
	return 0;
}

/* Also frees what an incomplete map has. */
static void stackmap_free(struct ebpf_map *map)
{
	struct ebpf_stackmap *smap = stackmap_of(map);

	ebpf_freelist_destroy(&smap->free);
	ebpf_map_area_free(smap->records);
	ebpf_map_area_free(smap);
}

static int stackmap_alloc_records(struct ebpf_stackmap *smap, int node)
{
	u64 size;

	smap->record_size = sizeof(struct stack_record) + smap->depth * frame_bytes(smap);
	size = (u64)smap->map.max_entries * smap->record_size;
	if (size >= EBPF_FREELIST_AREA_MAX)
		return -ENOMEM;
	smap->records = ebpf_map_area_alloc(size, node);
	if (!smap->records)
		return -ENOMEM;
	return ebpf_freelist_init(&smap->free, smap->records, smap->record_size,
				  offsetof(struct stack_record, link), smap->map.max_entries);
}

static struct ebpf_map *stackmap_alloc(const union ebpf_attr *attr)
{
	u64 nr_slots = roundup_pow_of_two(attr->max_entries);
	int node = ebpf_map_numa_node(attr);
	struct ebpf_stackmap *smap;
	int err;

	smap = ebpf_map_area_alloc(sizeof(*smap) + nr_slots * sizeof(smap->slots[0]), node);
	if (!smap)
		return ERR_PTR(-ENOMEM);
	ebpf_map_init_from_attr(&smap->map, attr);
	smap->nr_slots = nr_slots;
	smap->build_id = attr->map_flags & EBPF_F_STACK_BUILD_ID;
	smap->depth = attr->value_size / frame_size(attr);
	err = stackmap_alloc_records(smap, node);
	if (err) {
		stackmap_free(&smap->map);
		return ERR_PTR(err);
	}
	return &smap->map;
}

static u64 stackmap_mem_usage(const struct ebpf_map *map)
{
	const struct ebpf_stackmap *smap = stackmap_of(map);

	return sizeof(*smap) + (u64)smap->nr_slots * sizeof(smap->slots[0]) +
	       (u64)map->max_entries * smap->record_size;
}

const struct ebpf_map_ops ebpf_stack_trace_map_ops = {
	.meta_equal = ebpf_map_meta_equal,
	.alloc_check = stackmap_alloc_check,
	.alloc = stackmap_alloc,
	.free = stackmap_free,
	.delete_elem = stackmap_delete_elem,
	.sys_lookup = stackmap_sys_lookup,
	.sys_update = stackmap_sys_update,
	.get_next_key = stackmap_get_next_key,
	.mem_usage = stackmap_mem_usage,
};
