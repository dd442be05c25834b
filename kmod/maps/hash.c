// SPDX-License-Identifier: GPL-2.0-only
/*
 * HASH, PERCPU_HASH, LRU_HASH and LRU_PERCPU_HASH.
 *
 * All elements exist from the start, so that programs never allocate, or without
 * preallocation some more than are in use. A bucket
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
#include "kmod/maps/htab.h"
#include "kmod/map_fields.h"

#include <linux/hardirq.h>

/* Passes over a bucket that others keep changing, before a reader gives up and
 * calls the key absent.
 */
#define HTAB_MAX_PASSES	64

static u64 elem_percpu_off(const struct ebpf_htab *htab, struct htab_elem *elem)
{
	return *(u64 *)elem_value(htab, elem);
}

static void *elem_cpu_value(const struct ebpf_htab *htab, struct htab_elem *elem, int cpu)
{
	return htab->percpu_areas[cpu] + elem_percpu_off(htab, elem);
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

static void *htab_lookup_elem(struct ebpf_map *map, const void *key)
{
	struct ebpf_htab *htab = htab_of(map);
	struct htab_elem *elem = ebpf_htab_find(htab, key);

	return elem ? elem_value(htab, elem) : NULL;
}

static void *htab_percpu_lookup_elem(struct ebpf_map *map, const void *key)
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

static void *htab_lru_lookup_elem(struct ebpf_map *map, const void *key)
{
	struct ebpf_htab *htab = htab_of(map);
	struct htab_elem *elem = htab_lru_find(htab, key);

	return elem ? elem_value(htab, elem) : NULL;
}

static void *htab_lru_percpu_lookup_elem(struct ebpf_map *map, const void *key)
{
	struct ebpf_htab *htab = htab_of(map);
	struct htab_elem *elem = htab_lru_find(htab, key);

	return elem ? elem_cpu_value(htab, elem, raw_smp_processor_id()) : NULL;
}

static void *htab_percpu_lookup_percpu_elem(struct ebpf_map *map, const void *key, u32 cpu)
{
	struct ebpf_htab *htab = htab_of(map);
	struct htab_elem *elem;

	if (cpu >= nr_cpu_ids || !cpu_possible(cpu))
		return NULL;
	elem = htab->lru ? htab_lru_find(htab, key) : ebpf_htab_find(htab, key);
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

static const void *htab_key_of_value(const struct ebpf_map *map, const void *value, u32 *index)
{
	return value - htab_of(map)->value_off + offsetof(struct htab_elem, key);
}

static int htab_percpu_gen_lookup(struct ebpf_map *map, struct ebpf_insn *insn)
{
	*insn = ebpf_insn_call(htab_percpu_lookup_elem);
	return 1;
}

static int htab_lru_gen_lookup(struct ebpf_map *map, struct ebpf_insn *insn)
{
	*insn = ebpf_insn_call(htab_lru_lookup_elem);
	return 1;
}

static int htab_lru_percpu_gen_lookup(struct ebpf_map *map, struct ebpf_insn *insn)
{
	*insn = ebpf_insn_call(htab_lru_percpu_lookup_elem);
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
	if (value && unlikely(htab->map.fields))
		ebpf_map_copy_around_fields(&htab->map, elem_value(htab, elem), value);
	else if (value)
		key_copy(elem_value(htab, elem), value, htab->copy_size);
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

static const struct ebpf_htab_set set_this_cpu = { percpu_set_this, percpu_init_this };
static const struct ebpf_htab_set set_all_cpus = { percpu_set_all, percpu_set_all };

/* The spare is safe from whatever interrupts this: the CPU's locked is set. */
static void htab_replace(struct ebpf_htab *htab, struct htab_bucket *bucket,
			 struct htab_elem **place, u32 hash, const void *key, const void *value)
{
	struct htab_elem **spare = this_cpu_ptr(htab->spare);

	elem_fill(htab, *spare, hash, key, value);
	*spare = bucket_replace(bucket, place, *spare);
	ebpf_map_end_fields(&htab->map, elem_value(htab, *spare));
	if (htab->lru) {
		elem_set_mark(htab, *spare, LRU_UNUSED);
		elem_set_mark(htab, *place, LRU_USED);
	}
}

/* One update while it is under way. */
struct update {
	const void *key;
	const void *value;
	u64 flags;
	const struct ebpf_htab_set *set;
	u32 hash;
	bool locked;			/* in place, under the value's own lock */
	struct htab_elem *fresh;	/* for a new key, unless NULL */
};

static void update_existing(struct ebpf_htab *htab, struct htab_bucket *bucket,
			    struct htab_elem **place, const struct update *u)
{
	if (unlikely(u->locked)) {
		void *value = elem_value(htab, *place);

		ebpf_map_copy_value_locked(&htab->map, value, u->value, value);
		return;
	}
	if (!u->set) {
		htab_replace(htab, bucket, place, u->hash, u->key, u->value);
		return;
	}
	u->set->exists(htab, *place, u->value);
	if (htab->lru)
		elem_set_mark(htab, *place, LRU_USED);
}

static int update_new(struct ebpf_htab *htab, struct htab_bucket *bucket, struct update *u)
{
	struct htab_elem *elem = u->fresh;

	if (!elem)
		elem = htab_pop(htab);
	if (unlikely(!elem))
		return htab->grows && !ebpf_pool_full(&htab->pool) ? -ENOMEM : -E2BIG;
	u->fresh = NULL;
	if (u->set)
		u->set->init(htab, elem, u->value);
	elem_fill(htab, elem, u->hash, u->key, u->set ? NULL : u->value);
	if (htab->lru)
		elem_set_mark(htab, elem, LRU_OLD);
	bucket_add(bucket, elem);
	return 0;
}

static int htab_try_update(struct ebpf_htab *htab, struct update *u)
{
	struct htab_bucket *bucket = bucket_of(htab, u->hash);
	struct htab_elem **place;
	unsigned long irq;
	int err;

	err = htab_lock(htab, bucket, &irq);
	if (unlikely(err))
		return err;
	place = bucket_find_place(htab, bucket, u->hash, u->key);
	err = update_check(place, u->flags);
	if (!err) {
		if (place)
			update_existing(htab, bucket, place, u);
		else
			err = update_new(htab, bucket, u);
	}
	htab_unlock(htab, bucket, irq);
	return err;
}

int ebpf_htab_update(struct ebpf_htab *htab, const void *key, const void *value, u64 flags,
		     const struct ebpf_htab_set *set)
{
	struct update u = {
		.key = key, .value = value, .flags = flags & ~(u64)EBPF_F_LOCK, .set = set,
		.locked = flags & EBPF_F_LOCK,
	};

	if (unlikely(u.flags > EBPF_EXIST || (u.locked && htab->map.spin_lock_off < 0)))
		return -EINVAL;
	u.hash = hash_key(key, htab->map.key_size, htab->seed);
	return htab_try_update(htab, &u);
}

/* An element for a new key comes out of some other bucket, whose lock must not be
 * taken inside ours: it is fetched first, if the key seems to be new.
 */
static int htab_lru_update(struct ebpf_htab *htab, const void *key, const void *value, u64 flags,
			   const struct ebpf_htab_set *set)
{
	struct update u = {
		.key = key, .value = value, .flags = flags, .set = set,
	};
	int err;

	if (unlikely(flags > EBPF_EXIST))
		return -EINVAL;
	u.hash = hash_key(key, htab->map.key_size, htab->seed);
	if (flags != EBPF_EXIST && !ebpf_htab_find(htab, key)) {
		u.fresh = ebpf_lru_get(htab);
		if (unlikely(!u.fresh))
			return -ENOMEM;
	}
	err = htab_try_update(htab, &u);
	/* It was there just now. */
	if (unlikely(err == -E2BIG)) {
		u.fresh = ebpf_lru_get(htab);
		err = u.fresh ? htab_try_update(htab, &u) : -ENOMEM;
	}
	if (u.fresh)
		ebpf_freelist_push(&htab->free, u.fresh);
	return err;
}

static long htab_update_elem(struct ebpf_map *map, const void *key, const void *value, u64 flags)
{
	return ebpf_htab_update(htab_of(map), key, value, flags, NULL);
}

static long htab_percpu_update_elem(struct ebpf_map *map, const void *key, const void *value,
				    u64 flags)
{
	return ebpf_htab_update(htab_of(map), key, value, flags, &set_this_cpu);
}

static long htab_lru_update_elem(struct ebpf_map *map, const void *key, const void *value,
				 u64 flags)
{
	return htab_lru_update(htab_of(map), key, value, flags, NULL);
}

static long htab_lru_percpu_update_elem(struct ebpf_map *map, const void *key, const void *value,
					u64 flags)
{
	return htab_lru_update(htab_of(map), key, value, flags, &set_this_cpu);
}

/* All of the element's value, as commands see it. */
static void htab_copy_value(struct ebpf_htab *htab, struct htab_elem *elem, void *value,
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

/* @elem is in no bucket any more. */
static void elem_free(struct ebpf_htab *htab, struct htab_elem *elem)
{
	ebpf_map_end_fields(&htab->map, elem_value(htab, elem));
	if (htab->lru)
		elem_set_mark(htab, elem, LRU_UNUSED);
	htab_push(htab, elem);
}

int ebpf_htab_delete(struct ebpf_htab *htab, const void *key, void *value)
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
			htab_copy_value(htab, elem, value, htab->map.spin_lock_off >= 0);
		elem_free(htab, elem);
	}
	htab_unlock(htab, bucket, flags);
	return elem ? 0 : -ENOENT;
}

bool ebpf_htab_take(struct ebpf_htab *htab, struct htab_elem *elem)
{
	struct htab_bucket *bucket = bucket_of(htab, READ_ONCE(elem->hash));
	struct htab_elem **place;
	unsigned long flags;
	bool found = false;

	if (htab_lock(htab, bucket, &flags))
		return false;
	for (place = &bucket->first; *place; place = &(*place)->next)
		if (*place == elem) {
			bucket_remove(bucket, place);
			found = true;
			break;
		}
	htab_unlock(htab, bucket, flags);
	return found;
}

static long htab_delete_elem(struct ebpf_map *map, const void *key)
{
	return ebpf_htab_delete(htab_of(map), key, NULL);
}

/*
 * Walking by programs. Any context, preemption off.
 */

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
static long htab_for_each(struct ebpf_map *map, void *callback_fn, void *callback_ctx, u64 flags,
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

/*
 * Commands. Process context.
 */

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
			htab_copy_value(htab, elem, value, flags & EBPF_F_LOCK);
		smp_rmb();
		/* Was it still this key's element when the copy was done? */
	} while (READ_ONCE(bucket->seq) != seq && --passes);
	preempt_enable();
	return elem ? 0 : -ENOENT;
}

static int htab_sys_lookup_and_delete(struct ebpf_map *map, void *key, void *value, u64 flags)
{
	int err;

	ebpf_map_guard_begin();
	err = ebpf_htab_delete(htab_of(map), key, value);
	ebpf_map_guard_end();
	return err;
}

static int htab_sys_update(struct ebpf_map *map, void *key, void *value, u64 flags)
{
	struct ebpf_htab *htab = htab_of(map);
	int err;

	/* Here one can wait for memory. */
	if (htab->grows)
		ebpf_pool_refill(&htab->pool);
	ebpf_map_guard_begin();
	err = ebpf_htab_update(htab, key, value, flags, NULL);
	ebpf_map_guard_end();
	return err;
}

static int htab_percpu_sys_update(struct ebpf_map *map, void *key, void *value, u64 flags)
{
	struct ebpf_htab *htab = htab_of(map);
	int err;

	if (htab->grows)
		ebpf_pool_refill(&htab->pool);
	ebpf_map_guard_begin();
	if (htab->lru)
		err = htab_lru_update(htab, key, value, flags, &set_all_cpus);
	else
		err = ebpf_htab_update(htab, key, value, flags, &set_all_cpus);
	ebpf_map_guard_end();
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

#define HTAB_COMMON_OPS						\
	.alloc_check = ebpf_htab_alloc_check,			\
	.alloc = ebpf_htab_alloc,				\
	.free = ebpf_htab_free,					\
	.delete_elem = htab_delete_elem,			\
	.sys_lookup = ebpf_htab_sys_lookup,			\
	.sys_lookup_and_delete = htab_sys_lookup_and_delete,	\
	.get_next_key = ebpf_htab_get_next_key,			\
	.meta_equal = ebpf_map_meta_equal,			\
	.for_each_callback = htab_for_each,			\
	.mem_usage = ebpf_htab_mem_usage

const struct ebpf_map_ops ebpf_htab_map_ops = {
	HTAB_COMMON_OPS,
	.release_uref = ebpf_htab_release_uref,
	.key_of_value = htab_key_of_value,
	.lookup_elem = htab_lookup_elem,
	.update_elem = htab_update_elem,
	.sys_update = htab_sys_update,
	.gen_lookup = htab_gen_lookup,
};

const struct ebpf_map_ops ebpf_lru_htab_map_ops = {
	HTAB_COMMON_OPS,
	.release_uref = ebpf_htab_release_uref,
	.key_of_value = htab_key_of_value,
	.lookup_elem = htab_lru_lookup_elem,
	.update_elem = htab_lru_update_elem,
	.gen_lookup = htab_lru_gen_lookup,
};

const struct ebpf_map_ops ebpf_percpu_htab_map_ops = {
	HTAB_COMMON_OPS,
	.lookup_elem = htab_percpu_lookup_elem,
	.lookup_percpu_elem = htab_percpu_lookup_percpu_elem,
	.gen_lookup = htab_percpu_gen_lookup,
	.update_elem = htab_percpu_update_elem,
	.sys_update = htab_percpu_sys_update,
};

const struct ebpf_map_ops ebpf_lru_percpu_htab_map_ops = {
	HTAB_COMMON_OPS,
	.lookup_elem = htab_lru_percpu_lookup_elem,
	.lookup_percpu_elem = htab_percpu_lookup_percpu_elem,
	.gen_lookup = htab_lru_percpu_gen_lookup,
	.update_elem = htab_lru_percpu_update_elem,
	.sys_update = htab_percpu_sys_update,
};
