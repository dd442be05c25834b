// SPDX-License-Identifier: GPL-2.0-only
/*
 * HASH, PERCPU_HASH, LRU_HASH and LRU_PERCPU_HASH.
 *
 * All elements exist from the start, so that programs never allocate, or without
 * preallocation some more than are in use. A bucket is a chain of elements, changed
 * under the bucket's lock with interrupts off and read without any lock in any context.
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
#include "kmod/map/kinds/hash_bucket.h"
#include "kmod/map/kinds/htab.h"
#include "kmod/map/map_fields.h"

/* A complete element becomes visible as the bucket's first. */
static void bucket_add(struct htab_bucket *bucket, struct htab_elem *elem)
{
	WRITE_ONCE(elem->next, bucket->first);
	smp_wmb();
	WRITE_ONCE(bucket->first, elem);
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
		htab_swap_slot(htab, *place, *spare);
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

static int update_existing(struct ebpf_htab *htab, struct htab_bucket *bucket,
			   struct htab_elem **place, const struct update *u)
{
	if (unlikely(u->locked)) {
		void *value = elem_value(htab, *place);

		return ebpf_map_copy_value_locked(&htab->map, value, u->value, value);
	}
	if (!u->set) {
		htab_replace(htab, bucket, place, u->hash, u->key, u->value);
		return 0;
	}
	u->set->exists(htab, *place, u->value);
	if (htab->lru)
		elem_set_mark(htab, *place, LRU_USED);
	return 0;
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

	err = ebpf_htab_lock(htab, bucket, &irq);
	if (unlikely(err))
		return err;
	place = ebpf_htab_find_place(htab, bucket, u->hash, u->key);
	err = update_check(place, u->flags);
	if (!err) {
		if (place)
			err = update_existing(htab, bucket, place, u);
		else
			err = update_new(htab, bucket, u);
	}
	ebpf_htab_unlock(htab, bucket, irq);
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
		htab_push(htab, u.fresh);
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

	err = ebpf_htab_lock(htab, bucket, &flags);
	if (unlikely(err))
		return err;
	place = ebpf_htab_find_place(htab, bucket, hash, key);
	if (place) {
		elem = bucket_remove(bucket, place);
		if (value)
			ebpf_htab_copy_value(htab, elem, value, htab->map.spin_lock_off >= 0);
		elem_free(htab, elem);
	}
	ebpf_htab_unlock(htab, bucket, flags);
	return elem ? 0 : -ENOENT;
}

static long htab_delete_elem(struct ebpf_map *map, const void *key)
{
	return ebpf_htab_delete(htab_of(map), key, NULL);
}

/*
 * Commands. Process context.
 */

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

static const void *htab_key_of_value(const struct ebpf_map *map, const void *value, u32 *index)
{
	return value - htab_of(map)->value_off + offsetof(struct htab_elem, key);
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
	.for_each_callback = ebpf_htab_for_each,			\
	.mem_usage = ebpf_htab_mem_usage

const struct ebpf_map_ops ebpf_htab_map_ops = {
	HTAB_COMMON_OPS,
	.release_uref = ebpf_htab_release_uref,
	.key_of_value = htab_key_of_value,
	.lookup_elem = ebpf_htab_lookup_elem,
	.update_elem = htab_update_elem,
	.sys_update = htab_sys_update,
	.gen_lookup = ebpf_htab_gen_lookup,
};

const struct ebpf_map_ops ebpf_lru_htab_map_ops = {
	HTAB_COMMON_OPS,
	.release_uref = ebpf_htab_release_uref,
	.key_of_value = htab_key_of_value,
	.lookup_elem = ebpf_htab_lru_lookup_elem,
	.update_elem = htab_lru_update_elem,
	.gen_lookup = ebpf_htab_lru_gen_lookup,
};

const struct ebpf_map_ops ebpf_percpu_htab_map_ops = {
	HTAB_COMMON_OPS,
	.lookup_elem = ebpf_htab_percpu_lookup_elem,
	.lookup_percpu_elem = ebpf_htab_percpu_lookup_percpu_elem,
	.gen_lookup = ebpf_htab_percpu_gen_lookup,
	.update_elem = htab_percpu_update_elem,
	.sys_update = htab_percpu_sys_update,
};

const struct ebpf_map_ops ebpf_lru_percpu_htab_map_ops = {
	HTAB_COMMON_OPS,
	.lookup_elem = ebpf_htab_lru_percpu_lookup_elem,
	.lookup_percpu_elem = ebpf_htab_percpu_lookup_percpu_elem,
	.gen_lookup = ebpf_htab_lru_percpu_gen_lookup,
	.update_elem = htab_lru_percpu_update_elem,
	.sys_update = htab_percpu_sys_update,
};
