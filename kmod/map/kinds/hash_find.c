// SPDX-License-Identifier: GPL-2.0-only
/*
 * Looking up in hash maps: any context, preemption off. hash.c says what makes reading
 * without a lock right.
 */
#include "kmod/map/kinds/htab.h"
#include "kmod/map/map_fields.h"

/* Passes over a bucket that others keep changing, before a reader gives up and
 * calls the key absent.
 */
#define HTAB_MAX_PASSES	64

static __always_inline bool elem_matches(const struct htab_elem *elem, u32 hash,
					 const void *key, u32 key_size)
{
	/* A short key is compared as fast as its hash. */
	if (key_size != 4 && key_size != 8 && elem->hash != hash)
		return false;
	return key_equal(elem->key, key, key_size);
}

static __always_inline struct htab_elem *bucket_find(const struct htab_bucket *bucket, u32 hash,
						     const void *key, u32 key_size)
{
	struct htab_elem *elem;

	for (elem = READ_ONCE(bucket->first); elem; elem = READ_ONCE(elem->next))
		if (elem_matches(elem, hash, key, key_size))
			break;
	return elem;
}

static __always_inline struct htab_elem *htab_find(struct ebpf_htab *htab, const void *key,
						   u32 key_size)
{
	u32 hash = hash_key(key, key_size, htab->seed);
	struct htab_bucket *bucket = bucket_of(htab, hash);
	int passes = HTAB_MAX_PASSES;
	struct htab_elem *elem;
	u32 seq;

	do {
		seq = READ_ONCE(bucket->seq);
		smp_rmb();
		elem = bucket_find(bucket, hash, key, key_size);
		if (elem)
			return elem;
		smp_rmb();
	} while (unlikely(READ_ONCE(bucket->seq) != seq) && --passes);
	return NULL;
}

struct htab_elem *ebpf_htab_find(struct ebpf_htab *htab, const void *key)
{
	switch (htab->map.key_size) {
	case 4:
		return htab_find(htab, key, 4);
	case 8:
		return htab_find(htab, key, 8);
	default:
		return htab_find(htab, key, htab->map.key_size);
	}
}

static void *htab_lookup_4(struct ebpf_map *map, const void *key)
{
	struct htab_elem *elem = htab_find(htab_of(map), key, 4);

	return elem ? elem->key + 8 : NULL;
}

static void *htab_lookup_8(struct ebpf_map *map, const void *key)
{
	struct htab_elem *elem = htab_find(htab_of(map), key, 8);

	return elem ? elem->key + 8 : NULL;
}

static void *htab_lookup_long(struct ebpf_map *map, const void *key)
{
	struct ebpf_htab *htab = htab_of(map);
	struct htab_elem *elem = htab_find(htab, key, map->key_size);

	return elem ? elem_value(htab, elem) : NULL;
}

void *ebpf_htab_lookup_elem(struct ebpf_map *map, const void *key)
{
	struct ebpf_htab *htab = htab_of(map);
	struct htab_elem *elem = ebpf_htab_find(htab, key);

	return elem ? elem_value(htab, elem) : NULL;
}

void *ebpf_htab_percpu_lookup_elem(struct ebpf_map *map, const void *key)
{
	struct ebpf_htab *htab = htab_of(map);
	struct htab_elem *elem = ebpf_htab_find(htab, key);

	return elem ? elem_cpu_value(htab, elem, raw_smp_processor_id()) : NULL;
}

static struct htab_elem *htab_lru_find(struct ebpf_htab *htab, const void *key)
{
	struct htab_elem *elem = ebpf_htab_find(htab, key);

	if (elem)
		elem_set_mark(htab, elem, LRU_USED);
	return elem;
}

void *ebpf_htab_lru_lookup_elem(struct ebpf_map *map, const void *key)
{
	struct ebpf_htab *htab = htab_of(map);
	struct htab_elem *elem = htab_lru_find(htab, key);

	return elem ? elem_value(htab, elem) : NULL;
}

void *ebpf_htab_lru_percpu_lookup_elem(struct ebpf_map *map, const void *key)
{
	struct ebpf_htab *htab = htab_of(map);
	struct htab_elem *elem = htab_lru_find(htab, key);

	return elem ? elem_cpu_value(htab, elem, raw_smp_processor_id()) : NULL;
}

void *ebpf_htab_percpu_lookup_percpu_elem(struct ebpf_map *map, const void *key, u32 cpu)
{
	struct ebpf_htab *htab = htab_of(map);
	struct htab_elem *elem;

	if (cpu >= nr_cpu_ids || !cpu_possible(cpu))
		return NULL;
	elem = htab->lru ? htab_lru_find(htab, key) : ebpf_htab_find(htab, key);
	return elem ? elem_cpu_value(htab, elem, cpu) : NULL;
}

/* A call of the look-up for the key's size. */
int ebpf_htab_gen_lookup(struct ebpf_map *map, struct ebpf_insn *insn)
{
	void *(*lookup)(struct ebpf_map *map, const void *key);

	lookup = map->key_size == 4 ? htab_lookup_4 :
		 map->key_size == 8 ? htab_lookup_8 : htab_lookup_long;
	*insn = ebpf_insn_call(lookup);
	return 1;
}

int ebpf_htab_percpu_gen_lookup(struct ebpf_map *map, struct ebpf_insn *insn)
{
	*insn = ebpf_insn_call(ebpf_htab_percpu_lookup_elem);
	return 1;
}

int ebpf_htab_lru_gen_lookup(struct ebpf_map *map, struct ebpf_insn *insn)
{
	*insn = ebpf_insn_call(ebpf_htab_lru_lookup_elem);
	return 1;
}

int ebpf_htab_lru_percpu_gen_lookup(struct ebpf_map *map, struct ebpf_insn *insn)
{
	*insn = ebpf_insn_call(ebpf_htab_lru_percpu_lookup_elem);
	return 1;
}

void ebpf_htab_copy_value(struct ebpf_htab *htab, struct htab_elem *elem, void *value,
			  bool locked)
{
	if (unlikely(locked))
		ebpf_map_copy_value_locked(&htab->map, value, elem_value(htab, elem),
					   elem_value(htab, elem));
	else if (is_percpu(htab))
		ebpf_percpu_read(htab->percpu_areas, elem_percpu_off(htab, elem),
				 htab->percpu_size, value);
	else
		memcpy(value, elem_value(htab, elem), htab->copy_size);
}

/* Process context. */
int ebpf_htab_sys_lookup(struct ebpf_map *map, void *key, void *value, u64 flags)
{
	struct ebpf_htab *htab = htab_of(map);
	u32 hash = hash_key(key, map->key_size, htab->seed);
	struct htab_bucket *bucket = bucket_of(htab, hash);
	int passes = HTAB_MAX_PASSES;
	struct htab_elem *elem;
	u32 seq;

	preempt_disable();
	do {
		seq = READ_ONCE(bucket->seq);
		smp_rmb();
		elem = bucket_find(bucket, hash, key, map->key_size);
		if (elem)
			ebpf_htab_copy_value(htab, elem, value, flags & EBPF_F_LOCK);
		smp_rmb();
		/* Was it still this key's element when the copy was done? */
	} while (READ_ONCE(bucket->seq) != seq && --passes);
	preempt_enable();
	return elem ? 0 : -ENOENT;
}
