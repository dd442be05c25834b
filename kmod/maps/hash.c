// SPDX-License-Identifier: GPL-2.0-only
/*
 * HASH and PERCPU_HASH.
 *
 * All elements exist from the start, so that programs never allocate. A bucket
 * is a chain of elements, changed under the bucket's lock with interrupts off and
 * read without any lock in any context.
 *
 * A deleted element can be in use again, in another bucket, while a reader still
 * stands on it; the reader is led astray then, and may miss its key. So whoever
 * takes an element out of a bucket changes the bucket's seq before the element
 * can be used again, and a reader that found nothing looks at seq once more.
 *
 * A value is replaced by an element of its own in one store: readers see the old
 * or the new value, and one of them always. The element for that is a spare of
 * the CPU, so it works in a full map, too.
 */
#include "kmod/maps/maps.h"
#include "kmod/maps/freelist.h"
#include "kmod/maps/hash_key.h"
#include "kmod/run.h"

#include <linux/log2.h>
#include <linux/hardirq.h>
#include <linux/random.h>

#define HTAB_FLAGS	(EBPF_F_NO_PREALLOC | EBPF_F_NUMA_NODE | EBPF_F_ACCESS_MASK | \
			 EBPF_F_ZERO_SEED)
/* Passes over a bucket that others keep changing, before a reader gives up and
 * calls the key absent.
 */
#define HTAB_MAX_PASSES	64
#define HTAB_MAX_BUCKETS	(1U << 27)

struct htab_elem {
	struct htab_elem *next;
	u32 hash;
	u32 link;	/* of the freelist */
	/* The key, padded to 8 bytes, then the value: the bytes themselves, or
	 * for a per-cpu map the offset in the CPUs' areas (u64, never changes).
	 */
	u8 key[] __aligned(8);
};

struct htab_bucket {
	struct htab_elem *first;
	raw_spinlock_t lock;
	u32 seq;	/* elements taken out so far */
};

struct ebpf_htab {
	struct ebpf_map map;
	struct htab_bucket *buckets;
	u64 seed;
	u32 mask;		/* number of buckets - 1 */
	u32 value_off;		/* of the value, from the start of an element */
	u32 elem_size;
	u32 percpu_size;	/* bytes of one CPU's value, a multiple of 8; or 0 */
	u32 nr_elems;
	void **percpu_areas;
	void *elems;
	struct ebpf_freelist free;
	struct htab_elem * __percpu *spare;
	int __percpu *locked;	/* this CPU is changing the map */
};

static struct ebpf_htab *htab_of(const struct ebpf_map *map)
{
	return container_of(map, struct ebpf_htab, map);
}

static bool is_percpu(const struct ebpf_htab *htab)
{
	return htab->percpu_size;
}

static void *elem_value(const struct ebpf_htab *htab, struct htab_elem *elem)
{
	return (u8 *)elem + htab->value_off;
}

static u64 elem_percpu_off(const struct ebpf_htab *htab, struct htab_elem *elem)
{
	return *(u64 *)elem_value(htab, elem);
}

static void *elem_cpu_value(const struct ebpf_htab *htab, struct htab_elem *elem, int cpu)
{
	return htab->percpu_areas[cpu] + elem_percpu_off(htab, elem);
}

static struct htab_bucket *bucket_of(const struct ebpf_htab *htab, u32 hash)
{
	return &htab->buckets[hash & htab->mask];
}

/*
 * Reading. Any context, preemption off.
 */

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

static struct htab_elem *htab_find_any(struct ebpf_htab *htab, const void *key)
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

static void *htab_lookup_elem(struct ebpf_map *map, const void *key)
{
	struct ebpf_htab *htab = htab_of(map);
	struct htab_elem *elem = htab_find_any(htab, key);

	return elem ? elem_value(htab, elem) : NULL;
}

static void *htab_percpu_lookup_elem(struct ebpf_map *map, const void *key)
{
	struct ebpf_htab *htab = htab_of(map);
	struct htab_elem *elem = htab_find_any(htab, key);

	return elem ? elem_cpu_value(htab, elem, raw_smp_processor_id()) : NULL;
}

static void *htab_percpu_lookup_percpu_elem(struct ebpf_map *map, const void *key, u32 cpu)
{
	struct ebpf_htab *htab = htab_of(map);
	struct htab_elem *elem;

	if (cpu >= nr_cpu_ids || !cpu_possible(cpu))
		return NULL;
	elem = htab_find_any(htab, key);
	return elem ? elem_cpu_value(htab, elem, cpu) : NULL;
}

/* A call of the look-up for the key's size. */
static int htab_gen_lookup(struct ebpf_map *map, struct ebpf_insn *insn)
{
	void *(*lookup)(struct ebpf_map *map, const void *key);

	lookup = map->key_size == 4 ? htab_lookup_4 :
		 map->key_size == 8 ? htab_lookup_8 : htab_lookup_long;
	*insn = ebpf_insn_call(lookup);
	return 1;
}

static int htab_percpu_gen_lookup(struct ebpf_map *map, struct ebpf_insn *insn)
{
	*insn = ebpf_insn_call(htab_percpu_lookup_elem);
	return 1;
}

/*
 * Changing
 */

/* Interrupts are off until htab_unlock(). -EBUSY: this CPU is in the middle of a
 * change of the same map and what is asking came between (a probe, an NMI), or the
 * bucket is taken and an NMI cannot wait.
 */
static int htab_lock(struct ebpf_htab *htab, struct htab_bucket *bucket, unsigned long *flags)
{
	int *locked;

	local_irq_save(*flags);
	locked = this_cpu_ptr(htab->locked);
	if (unlikely(*locked))
		goto busy;
	*locked = 1;
	barrier();
	if (!in_nmi()) {
		raw_spin_lock(&bucket->lock);
		return 0;
	}
	if (raw_spin_trylock(&bucket->lock))
		return 0;
	*locked = 0;
busy:
	local_irq_restore(*flags);
	return -EBUSY;
}

static void htab_unlock(struct ebpf_htab *htab, struct htab_bucket *bucket, unsigned long flags)
{
	raw_spin_unlock(&bucket->lock);
	barrier();
	*this_cpu_ptr(htab->locked) = 0;
	local_irq_restore(flags);
}

/* The place that points to the element of @key, or NULL. Bucket locked. */
static struct htab_elem **bucket_find_place(struct ebpf_htab *htab, struct htab_bucket *bucket,
					    u32 hash, const void *key)
{
	struct htab_elem **place = &bucket->first;

	for (; *place; place = &(*place)->next)
		if ((*place)->hash == hash && key_equal((*place)->key, key, htab->map.key_size))
			return place;
	return NULL;
}

/* A complete element becomes visible as the bucket's first. */
static void bucket_add(struct htab_bucket *bucket, struct htab_elem *elem)
{
	WRITE_ONCE(elem->next, bucket->first);
	smp_wmb();
	WRITE_ONCE(bucket->first, elem);
}

static void bucket_changed(struct htab_bucket *bucket)
{
	smp_wmb();
	WRITE_ONCE(bucket->seq, bucket->seq + 1);
	smp_wmb();
}

static struct htab_elem *bucket_remove(struct htab_bucket *bucket, struct htab_elem **place)
{
	struct htab_elem *elem = *place;

	WRITE_ONCE(*place, elem->next);
	bucket_changed(bucket);
	return elem;
}

static struct htab_elem *bucket_replace(struct htab_bucket *bucket, struct htab_elem **place,
					struct htab_elem *elem)
{
	struct htab_elem *old = *place;

	WRITE_ONCE(elem->next, old->next);
	smp_wmb();
	WRITE_ONCE(*place, elem);
	bucket_changed(bucket);
	return old;
}

/* The key last: who still reads this element under its last key must not take it
 * for one of the new key before the value is there.
 */
static void elem_fill(struct ebpf_htab *htab, struct htab_elem *elem, u32 hash, const void *key,
		      const void *value)
{
	if (value)
		key_copy(elem_value(htab, elem), value, htab->map.value_size);
	smp_wmb();
	WRITE_ONCE(elem->hash, hash);
	key_copy(elem->key, key, htab->map.key_size);
}

/* The rest of the 8 bytes a value ends in stays zero. */
static void percpu_set_this(struct ebpf_htab *htab, struct htab_elem *elem, const void *value)
{
	key_copy(elem_cpu_value(htab, elem, raw_smp_processor_id()), value, htab->map.value_size);
}

/* A new element set by a program: its CPU's value is @value, the others' zero. */
static void percpu_init_this(struct ebpf_htab *htab, struct htab_elem *elem, const void *value)
{
	int cpu;

	for_each_possible_cpu(cpu)
		memset(elem_cpu_value(htab, elem, cpu), 0, htab->percpu_size);
	percpu_set_this(htab, elem, value);
}

static void percpu_set_all(struct ebpf_htab *htab, struct htab_elem *elem, const void *values)
{
	ebpf_percpu_write(htab->percpu_areas, elem_percpu_off(htab, elem), htab->percpu_size,
			  values);
}

static int update_check(bool exists, u64 flags)
{
	if (exists && flags == EBPF_NOEXIST)
		return -EEXIST;
	if (!exists && flags == EBPF_EXIST)
		return -ENOENT;
	return 0;
}

/* How the value of one update reaches an element that exists or a new one. */
struct htab_set {
	void (*exists)(struct ebpf_htab *htab, struct htab_elem *elem, const void *value);
	void (*init)(struct ebpf_htab *htab, struct htab_elem *elem, const void *value);
};

static const struct htab_set set_this_cpu = { percpu_set_this, percpu_init_this };
static const struct htab_set set_all_cpus = { percpu_set_all, percpu_set_all };

static int htab_add(struct ebpf_htab *htab, struct htab_bucket *bucket, u32 hash,
		    const void *key, const void *value, const struct htab_set *set)
{
	struct htab_elem *elem = ebpf_freelist_pop(&htab->free);

	if (unlikely(!elem))
		return -E2BIG;
	if (set)
		set->init(htab, elem, value);
	elem_fill(htab, elem, hash, key, set ? NULL : value);
	bucket_add(bucket, elem);
	return 0;
}

/* The spare is safe from whatever interrupts this: the CPU's locked is set. */
static void htab_replace(struct ebpf_htab *htab, struct htab_bucket *bucket,
			 struct htab_elem **place, u32 hash, const void *key, const void *value)
{
	struct htab_elem **spare = this_cpu_ptr(htab->spare);

	elem_fill(htab, *spare, hash, key, value);
	*spare = bucket_replace(bucket, place, *spare);
}

/* @set: NULL for maps that are not per-cpu. */
static int htab_update(struct ebpf_htab *htab, const void *key, const void *value, u64 flags,
		       const struct htab_set *set)
{
	u32 hash = hash_key(key, htab->map.key_size, htab->seed);
	struct htab_bucket *bucket = bucket_of(htab, hash);
	struct htab_elem **place;
	unsigned long irq;
	int err;

	/* No value here holds a spin lock, so EBPF_F_LOCK is not known either. */
	if (unlikely(flags > EBPF_EXIST))
		return -EINVAL;
	err = htab_lock(htab, bucket, &irq);
	if (unlikely(err))
		return err;
	place = bucket_find_place(htab, bucket, hash, key);
	err = update_check(place, flags);
	if (err)
		goto unlock;
	if (!place)
		err = htab_add(htab, bucket, hash, key, value, set);
	else if (set)
		set->exists(htab, *place, value);
	else
		htab_replace(htab, bucket, place, hash, key, value);
unlock:
	htab_unlock(htab, bucket, irq);
	return err;
}

static long htab_update_elem(struct ebpf_map *map, const void *key, const void *value, u64 flags)
{
	return htab_update(htab_of(map), key, value, flags, NULL);
}

static long htab_percpu_update_elem(struct ebpf_map *map, const void *key, const void *value,
				    u64 flags)
{
	return htab_update(htab_of(map), key, value, flags, &set_this_cpu);
}

/* All of the element's value, as commands see it. */
static void htab_copy_value(struct ebpf_htab *htab, struct htab_elem *elem, void *value)
{
	if (is_percpu(htab))
		ebpf_percpu_read(htab->percpu_areas, elem_percpu_off(htab, elem),
				 htab->percpu_size, value);
	else
		memcpy(value, elem_value(htab, elem), htab->map.value_size);
}

/* @value: NULL, or where the last value goes. */
static int htab_delete(struct ebpf_htab *htab, const void *key, void *value)
{
	u32 hash = hash_key(key, htab->map.key_size, htab->seed);
	struct htab_bucket *bucket = bucket_of(htab, hash);
	struct htab_elem *elem = NULL;
	struct htab_elem **place;
	unsigned long flags;
	int err;

	err = htab_lock(htab, bucket, &flags);
	if (unlikely(err))
		return err;
	place = bucket_find_place(htab, bucket, hash, key);
	if (place) {
		elem = bucket_remove(bucket, place);
		if (value)
			htab_copy_value(htab, elem, value);
		ebpf_freelist_push(&htab->free, elem);
	}
	htab_unlock(htab, bucket, flags);
	return elem ? 0 : -ENOENT;
}

static long htab_delete_elem(struct ebpf_map *map, const void *key)
{
	return htab_delete(htab_of(map), key, NULL);
}

/*
 * Commands. Process context.
 */

static int htab_sys_lookup(struct ebpf_map *map, void *key, void *value, u64 flags)
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
			htab_copy_value(htab, elem, value);
		smp_rmb();
		/* Was it still this key's element when the copy was done? */
	} while (READ_ONCE(bucket->seq) != seq && --passes);
	preempt_enable();
	return elem ? 0 : -ENOENT;
}

/* No program of a probe between the two: it could wait for the bucket of another map
 * whose holder waits for ours.
 */
static void guard_begin(void)
{
	preempt_disable();
	ebpf_run_enter(NULL);
}

static void guard_end(void)
{
	ebpf_run_exit();
	preempt_enable();
}

static int htab_sys_lookup_and_delete(struct ebpf_map *map, void *key, void *value, u64 flags)
{
	int err;

	guard_begin();
	err = htab_delete(htab_of(map), key, value);
	guard_end();
	return err;
}

static int htab_percpu_sys_update(struct ebpf_map *map, void *key, void *value, u64 flags)
{
	int err;

	guard_begin();
	err = htab_update(htab_of(map), key, value, flags, &set_all_cpus);
	guard_end();
	return err;
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
		err = htab_lock(htab, bucket, &flags);
		if (err)
			return err;
		err = bucket->first ? 0 : -ENOENT;
		if (!err)
			memcpy(next_key, bucket->first->key, htab->map.key_size);
		htab_unlock(htab, bucket, flags);
		if (!err)
			return 0;
	}
	return -ENOENT;
}

static int htab_get_next_key(struct ebpf_map *map, void *key, void *next_key)
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
	err = htab_lock(htab, bucket, &flags);
	if (err)
		return err;
	place = bucket_find_place(htab, bucket, hash, key);
	if (place)
		next = (*place)->next;
	if (next)
		memcpy(next_key, next->key, map->key_size);
	htab_unlock(htab, bucket, flags);
	if (next)
		return 0;
	/* A key that is gone starts from the beginning again, as in Linux. */
	return htab_first_key(htab, place ? (hash & htab->mask) + 1 : 0, next_key);
}

/*
 * Making and freeing
 */

static int htab_alloc_check(const union ebpf_attr *attr)
{
	bool percpu = attr->map_type == EBPF_MAP_TYPE_PERCPU_HASH;

	if (!ebpf_map_flags_ok(attr, HTAB_FLAGS))
		return -EINVAL;
	if (percpu && ebpf_map_numa_node(attr) != NUMA_NO_NODE)
		return -EINVAL;
	if (!attr->max_entries || !attr->key_size || !attr->value_size)
		return -EINVAL;
	if ((u64)attr->key_size + attr->value_size >= EBPF_ELEM_MAX - sizeof(struct htab_elem))
		return -E2BIG;
	/* Checked before rounding up, which would wrap around to 0. */
	if (attr->max_entries > HTAB_MAX_BUCKETS)
		return -E2BIG;
	return 0;
}

static int htab_alloc_buckets(struct ebpf_htab *htab, int node)
{
	u32 i, nr = roundup_pow_of_two(htab->map.max_entries);

	htab->buckets = ebpf_map_area_alloc((u64)nr * sizeof(*htab->buckets), node);
	if (!htab->buckets)
		return -ENOMEM;
	htab->mask = nr - 1;
	for (i = 0; i < nr; i++) {
		raw_spin_lock_init(&htab->buckets[i].lock);
		if (!(i % 4096))
			cond_resched();
	}
	return 0;
}

static void htab_layout(struct ebpf_htab *htab, bool percpu)
{
	u32 value_size = percpu ? sizeof(u64) : round_up(htab->map.value_size, 8);

	htab->value_off = offsetof(struct htab_elem, key) + round_up(htab->map.key_size, 8);
	htab->elem_size = htab->value_off + value_size;
	htab->percpu_size = percpu ? round_up(htab->map.value_size, 8) : 0;
	htab->nr_elems = htab->map.max_entries + (percpu ? 0 : num_possible_cpus());
}

static struct htab_elem *htab_elem_at(struct ebpf_htab *htab, u32 i)
{
	return htab->elems + (u64)i * htab->elem_size;
}

static int htab_alloc_percpu_values(struct ebpf_htab *htab)
{
	u32 i;

	htab->percpu_areas = ebpf_percpu_areas_alloc((u64)htab->nr_elems * htab->percpu_size);
	if (!htab->percpu_areas)
		return -ENOMEM;
	for (i = 0; i < htab->nr_elems; i++) {
		*(u64 *)elem_value(htab, htab_elem_at(htab, i)) = (u64)i * htab->percpu_size;
		if (!(i % 4096))
			cond_resched();
	}
	return 0;
}

/* The last elements of the area are the CPUs' spares. */
static int htab_alloc_spares(struct ebpf_htab *htab)
{
	u32 i = htab->map.max_entries;
	int cpu;

	htab->spare = alloc_percpu(struct htab_elem *);
	if (!htab->spare)
		return -ENOMEM;
	for_each_possible_cpu(cpu)
		*per_cpu_ptr(htab->spare, cpu) = htab_elem_at(htab, i++);
	return 0;
}

static int htab_alloc_elems(struct ebpf_htab *htab, int node)
{
	u64 size = (u64)htab->nr_elems * htab->elem_size;
	int err;

	if (size >= EBPF_FREELIST_AREA_MAX)
		return -ENOMEM;
	htab->elems = ebpf_map_area_alloc(size, node);
	if (!htab->elems)
		return -ENOMEM;
	err = ebpf_freelist_init(&htab->free, htab->elems, htab->elem_size,
				 offsetof(struct htab_elem, link), htab->map.max_entries);
	if (err)
		return err;
	return is_percpu(htab) ? htab_alloc_percpu_values(htab) : htab_alloc_spares(htab);
}

/* Also frees what an incomplete map has. */
static void htab_free(struct ebpf_map *map)
{
	struct ebpf_htab *htab = htab_of(map);

	ebpf_percpu_areas_free(htab->percpu_areas);
	free_percpu(htab->spare);
	ebpf_freelist_destroy(&htab->free);
	ebpf_map_area_free(htab->elems);
	free_percpu(htab->locked);
	ebpf_map_area_free(htab->buckets);
	ebpf_map_area_free(htab);
}

static struct ebpf_map *htab_alloc(const union ebpf_attr *attr)
{
	int node = ebpf_map_numa_node(attr);
	struct ebpf_htab *htab;

	htab = ebpf_map_area_alloc(sizeof(*htab), node);
	if (!htab)
		return ERR_PTR(-ENOMEM);
	ebpf_map_init_from_attr(&htab->map, attr);
	htab_layout(htab, attr->map_type == EBPF_MAP_TYPE_PERCPU_HASH);
	htab->seed = HASH_K2;
	if (!(attr->map_flags & EBPF_F_ZERO_SEED))
		get_random_bytes(&htab->seed, sizeof(htab->seed));
	htab->locked = alloc_percpu(int);
	if (!htab->locked || htab_alloc_buckets(htab, node) || htab_alloc_elems(htab, node)) {
		htab_free(&htab->map);
		return ERR_PTR(-ENOMEM);
	}
	return &htab->map;
}

static u64 htab_mem_usage(const struct ebpf_map *map)
{
	const struct ebpf_htab *htab = htab_of(map);

	return sizeof(*htab) + ((u64)htab->mask + 1) * sizeof(*htab->buckets) +
	       (u64)htab->nr_elems * htab->elem_size +
	       (u64)htab->nr_elems * htab->percpu_size * num_possible_cpus();
}

const struct ebpf_map_ops ebpf_htab_map_ops = {
	.alloc_check = htab_alloc_check,
	.alloc = htab_alloc,
	.free = htab_free,
	.lookup_elem = htab_lookup_elem,
	.update_elem = htab_update_elem,
	.delete_elem = htab_delete_elem,
	.sys_lookup = htab_sys_lookup,
	.sys_lookup_and_delete = htab_sys_lookup_and_delete,
	.get_next_key = htab_get_next_key,
	.gen_lookup = htab_gen_lookup,
	.mem_usage = htab_mem_usage,
};

const struct ebpf_map_ops ebpf_percpu_htab_map_ops = {
	.alloc_check = htab_alloc_check,
	.alloc = htab_alloc,
	.free = htab_free,
	.lookup_elem = htab_percpu_lookup_elem,
	.lookup_percpu_elem = htab_percpu_lookup_percpu_elem,
	.gen_lookup = htab_percpu_gen_lookup,
	.update_elem = htab_percpu_update_elem,
	.delete_elem = htab_delete_elem,
	.sys_lookup = htab_sys_lookup,
	.sys_update = htab_percpu_sys_update,
	.sys_lookup_and_delete = htab_sys_lookup_and_delete,
	.get_next_key = htab_get_next_key,
	.mem_usage = htab_mem_usage,
};
