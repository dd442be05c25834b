/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hash maps' common part: layout (hash_alloc.c), looking up (hash_find.c), a bucket's
 * lock (hash_bucket.c), walking (hash_walk.c), eviction (hash_lru.c), changing and the
 * tables of operations (hash.c), maps for values (hash_of_maps.c). Each calls only those
 * before it, but for hash_alloc.c, which sets up eviction.
 */
#ifndef _KMOD_HTAB_H
#define _KMOD_HTAB_H

#include "kmod/map/kinds/maps.h"
#include "kmod/map/kinds/freelist.h"
#include "kmod/map/kinds/hash_key.h"
#include "kmod/map/kinds/pool.h"

struct htab_elem {
	struct htab_elem *next;
	u32 hash;
	u32 link;	/* of the freelist */
	/* The key, padded to 8 bytes; in LRU maps the mark and the slot, u32s;
	 * then the value: the bytes themselves, or for a per-cpu map the offset in
	 * the CPUs' areas (u64, never changes), or for a map of maps the pointer;
	 * in maps that grow 8 bytes that begin with the name in the freelist.
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
	u32 copy_size;		/* bytes of the value that an update copies */
	u32 elem_size;
	u32 percpu_size;	/* bytes of one CPU's value, a multiple of 8; or 0 */
	u32 nr_elems;
	bool lru;
	bool grows;		/* elements come out of pool, not elems */
	/* Maps that grow have the whole address in the element and in here how far
	 * the CPU's value is from there.
	 */
	void **percpu_areas;
	void *elems;
	struct ebpf_freelist free;
	struct ebpf_pool pool;
	struct htab_elem * __percpu *spare;
	int __percpu *locked;	/* this CPU is changing the map */
	struct lru_hand __percpu *hands;	/* LRU: where the search for a victim goes on */
	/* With EBPF_F_NO_COMMON_LRU: slot_share slots for each CPU, the ones of slot_cpu[0]
	 * first, and what lies in each.
	 */
	struct htab_elem **slots;
	u32 slot_share;
	int *slot_cpu;
};

static inline struct ebpf_htab *htab_of(const struct ebpf_map *map)
{
	return container_of(map, struct ebpf_htab, map);
}

static inline bool is_percpu(const struct ebpf_htab *htab)
{
	return htab->percpu_size;
}

static inline void *elem_value(const struct ebpf_htab *htab, struct htab_elem *elem)
{
	return (u8 *)elem + htab->value_off;
}

static inline u64 elem_percpu_off(const struct ebpf_htab *htab, struct htab_elem *elem)
{
	return *(u64 *)elem_value(htab, elem);
}

static inline void *elem_cpu_value(const struct ebpf_htab *htab, struct htab_elem *elem,
				   int cpu)
{
	return htab->percpu_areas[cpu] + elem_percpu_off(htab, elem);
}

static inline struct htab_elem *htab_elem_at(const struct ebpf_htab *htab, u32 i)
{
	return htab->elems + (u64)i * htab->elem_size;
}

static inline struct htab_bucket *bucket_of(const struct ebpf_htab *htab, u32 hash)
{
	return &htab->buckets[hash & htab->mask];
}

static inline struct htab_elem *htab_pop(struct ebpf_htab *htab)
{
	if (htab->grows)
		return ebpf_pool_pop(&htab->pool);
	return ebpf_freelist_pop(&htab->free);
}

static inline u32 *elem_slot(const struct ebpf_htab *htab, struct htab_elem *elem)
{
	return (u32 *)((u8 *)elem + htab->value_off - 4);
}

static inline void htab_push(struct ebpf_htab *htab, struct htab_elem *elem)
{
	if (htab->grows)
		ebpf_pool_push(&htab->pool, elem);
	else if (htab->slots)
		ebpf_freelist_push_cpu(&htab->free, elem,
				       htab->slot_cpu[*elem_slot(htab, elem) / htab->slot_share]);
	else
		ebpf_freelist_push(&htab->free, elem);
}

/* hash_alloc.c: ops of all types. */
int ebpf_htab_alloc_check(const union ebpf_attr *attr);
struct ebpf_map *ebpf_htab_alloc(const union ebpf_attr *attr);
void ebpf_htab_free(struct ebpf_map *map);
void ebpf_htab_release_uref(struct ebpf_map *map);
u64 ebpf_htab_mem_usage(const struct ebpf_map *map);

/*
 * hash_find.c
 */

/* The element of @key or NULL. Program context; the element may be put to other use
 * at any time.
 */
struct htab_elem *ebpf_htab_find(struct ebpf_htab *htab, const void *key);
/* All of the element's value, as commands see it. @locked: under the value's own lock. */
void ebpf_htab_copy_value(struct ebpf_htab *htab, struct htab_elem *elem, void *value,
			  bool locked);
/* Ops. */
void *ebpf_htab_lookup_elem(struct ebpf_map *map, const void *key);
void *ebpf_htab_lru_lookup_elem(struct ebpf_map *map, const void *key);
void *ebpf_htab_percpu_lookup_elem(struct ebpf_map *map, const void *key);
void *ebpf_htab_lru_percpu_lookup_elem(struct ebpf_map *map, const void *key);
void *ebpf_htab_percpu_lookup_percpu_elem(struct ebpf_map *map, const void *key, u32 cpu);
int ebpf_htab_gen_lookup(struct ebpf_map *map, struct ebpf_insn *insn);
int ebpf_htab_lru_gen_lookup(struct ebpf_map *map, struct ebpf_insn *insn);
int ebpf_htab_percpu_gen_lookup(struct ebpf_map *map, struct ebpf_insn *insn);
int ebpf_htab_lru_percpu_gen_lookup(struct ebpf_map *map, struct ebpf_insn *insn);
int ebpf_htab_sys_lookup(struct ebpf_map *map, void *key, void *value, u64 flags);

/*
 * hash_walk.c: ops.
 */

long ebpf_htab_for_each(struct ebpf_map *map, void *callback_fn, void *callback_ctx, u64 flags,
			u64 frame);
int ebpf_htab_get_next_key(struct ebpf_map *map, void *key, void *next_key);

/*
 * hash.c
 */

/* How the value of one update reaches an element that exists or a new one. Called
 * with the bucket locked.
 */
struct ebpf_htab_set {
	void (*exists)(struct ebpf_htab *htab, struct htab_elem *elem, const void *value);
	void (*init)(struct ebpf_htab *htab, struct htab_elem *elem, const void *value);
};

/* @set: NULL where an existing value is replaced by an element of its own. Program
 * context, or process context inside the run guard.
 */
int ebpf_htab_update(struct ebpf_htab *htab, const void *key, const void *value, u64 flags,
		     const struct ebpf_htab_set *set);
/* @value: NULL, or where the last value goes. As ebpf_htab_update(). */
int ebpf_htab_delete(struct ebpf_htab *htab, const void *key, void *value);
/*
 * LRU maps (hash_lru.c): the mark of an element says what a search for a victim does
 * with it. It is a hint: only being in a bucket makes an element one that can go.
 */
enum {
	LRU_UNUSED,
	LRU_OLD,	/* not looked up since it was made */
	LRU_PASSED,	/* not since it was let off */
	LRU_USED,
};

static inline u32 *elem_mark(const struct ebpf_htab *htab, struct htab_elem *elem)
{
	return (u32 *)((u8 *)elem + htab->value_off - 8);
}

static inline void elem_set_mark(const struct ebpf_htab *htab, struct htab_elem *elem, u32 mark)
{
	u32 *at = elem_mark(htab, elem);

	/* Most look-ups find it set: no cache line is written then. */
	if (READ_ONCE(*at) != mark)
		WRITE_ONCE(*at, mark);
}

/* @next is counted up at each step; @first is the first of this CPU's slots. */
struct lru_hand {
	atomic_t next;
	u32 first;
};

/* The number of elements that each CPU gets as many of, as Linux rounds it. */
u32 ebpf_lru_round(u32 max_entries);
/* The elements are there. */
int ebpf_lru_init(struct ebpf_htab *htab);
void ebpf_lru_destroy(struct ebpf_htab *htab);
/* An element in no bucket and not free: a free one, or somebody's who has not been
 * looked up for long. NULL: all of them are on their way elsewhere. Program context.
 */
struct htab_elem *ebpf_lru_get(struct ebpf_htab *htab);

/* @elem stands in the bucket in place of @old, which becomes a spare. Under the bucket's lock. */
static inline void htab_swap_slot(struct ebpf_htab *htab, struct htab_elem *elem,
				  struct htab_elem *old)
{
	u32 slot;

	if (!htab->slots)
		return;
	slot = *elem_slot(htab, old);
	*elem_slot(htab, elem) = slot;
	WRITE_ONCE(htab->slots[slot], elem);
}

#endif /* _KMOD_HTAB_H */
