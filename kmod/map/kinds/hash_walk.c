// SPDX-License-Identifier: GPL-2.0-only
/* Walking over hash maps, by programs and by commands. */
#include "kmod/map/kinds/hash_bucket.h"
#include "kmod/map/kinds/htab.h"

typedef u64 (*walk_fn)(u64 map, u64 key, u64 value, u64 ctx, u64 unused, u64 frame);

static void *elem_program_value(struct ebpf_htab *htab, struct htab_elem *elem)
{
	if (is_percpu(htab))
		return elem_cpu_value(htab, elem, raw_smp_processor_id());
	return elem_value(htab, elem);
}

/* The callback may delete the element, and others may while it runs: it can be in another
 * bucket then, where the walk does not follow it.
 */
long ebpf_htab_for_each(struct ebpf_map *map, void *callback_fn, void *callback_ctx, u64 flags,
			u64 frame)
{
	struct ebpf_htab *htab = htab_of(map);
	walk_fn fn = (walk_fn)callback_fn;
	struct htab_elem *elem, *next;
	long visited = 0;
	u32 i;

	if (flags)
		return -EINVAL;
	for (i = 0; i <= htab->mask; i++) {
		for (elem = READ_ONCE(htab->buckets[i].first); elem; elem = next) {
			if ((READ_ONCE(elem->hash) & htab->mask) != i)
				break;
			next = READ_ONCE(elem->next);
			visited++;
			if (fn((unsigned long)map, (unsigned long)elem->key,
			       (unsigned long)elem_program_value(htab, elem),
			       (unsigned long)callback_ctx, 0, frame))
				return visited;
			/* Keys that are made as fast as they are walked. */
			if (visited >= htab->nr_elems)
				return visited;
		}
	}
	return visited;
}

/* The first key in bucket @from or behind it. */
static int htab_first_key(struct ebpf_htab *htab, u32 from, void *next_key)
{
	struct htab_bucket *bucket;
	unsigned long flags;
	u32 i;
	int err;

	for (i = from; i <= htab->mask; i++) {
		bucket = &htab->buckets[i];
		if (!READ_ONCE(bucket->first))
			continue;
		err = ebpf_htab_lock(htab, bucket, &flags);
		if (err)
			return err;
		err = bucket->first ? 0 : -ENOENT;
		if (!err)
			memcpy(next_key, bucket->first->key, htab->map.key_size);
		ebpf_htab_unlock(htab, bucket, flags);
		if (!err)
			return 0;
	}
	return -ENOENT;
}

int ebpf_htab_get_next_key(struct ebpf_map *map, void *key, void *next_key)
{
	struct ebpf_htab *htab = htab_of(map);
	struct htab_elem **place, *next = NULL;
	struct htab_bucket *bucket;
	unsigned long flags;
	u32 hash;
	int err;

	if (!key)
		return htab_first_key(htab, 0, next_key);
	hash = hash_key(key, map->key_size, htab->seed);
	bucket = bucket_of(htab, hash);
	err = ebpf_htab_lock(htab, bucket, &flags);
	if (err)
		return err;
	place = ebpf_htab_find_place(htab, bucket, hash, key);
	if (place)
		next = (*place)->next;
	if (next)
		memcpy(next_key, next->key, map->key_size);
	ebpf_htab_unlock(htab, bucket, flags);
	if (next)
		return 0;
	/* A key that is gone starts from the beginning again, as in Linux. */
	return htab_first_key(htab, place ? (hash & htab->mask) + 1 : 0, next_key);
}
