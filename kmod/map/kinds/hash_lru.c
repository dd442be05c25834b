// SPDX-License-Identifier: GPL-2.0-only
/*
 * LRU hashes: whose element goes when a new key needs one and none is free.
 *
 * A hand goes round over all elements. One that was looked up since the hand last
 * came by is let off, once; the first that was not is the victim. So an element has a
 * whole round from its making until it can go, and a look-up costs at most the store
 * of a mark instead of moving the element in a list under a lock.
 *
 * A search must end soon also when everything is in use. So after many that were let
 * off it looks elsewhere for one that was never looked up, and then takes the next
 * regardless.
 *
 * With EBPF_F_NO_COMMON_LRU each CPU has elements and a hand of its own, and none of
 * them ever serves another CPU's new key: what one CPU is flooded with takes nothing of
 * the others. Whose an element is goes by its slot: a replaced value is in another
 * element, which takes over the slot.
 */
#include "kmod/map/kinds/hash_bucket.h"
#include "kmod/map/kinds/htab.h"
#include "kmod/map/map_fields.h"

/* Elements let off for being in use in one search. */
#define LRU_MAX_LET_OFF	256
/* Looks far from the hand. */
#define LRU_MAX_FAR	64
/* Looks in all: none of them may be in a bucket. */
#define LRU_MAX_LOOKS	(4 * LRU_MAX_LET_OFF)

/* Where each step leads far from the last, and never to the same place soon. */
#define LRU_FAR_STEP	0x9e3779b1U

u32 ebpf_lru_round(u32 max_entries)
{
	u32 cpus = num_possible_cpus();

	return DIV_ROUND_UP(max_entries, cpus) * cpus;
}

/* The elements behind max_entries are the CPUs' spares: they have no slot yet. */
static int lru_init_slots(struct ebpf_htab *htab)
{
	u32 nr = htab->map.max_entries, i;
	int cpu, n = 0;

	htab->slots = ebpf_map_area_alloc((u64)nr * sizeof(*htab->slots), NUMA_NO_NODE);
	htab->slot_cpu = kcalloc(num_possible_cpus(), sizeof(*htab->slot_cpu), GFP_KERNEL);
	if (!htab->slots || !htab->slot_cpu)
		return -ENOMEM;
	htab->slot_share = nr / num_possible_cpus();
	for_each_possible_cpu(cpu) {
		per_cpu_ptr(htab->hands, cpu)->first = n * htab->slot_share;
		htab->slot_cpu[n++] = cpu;
	}
	for (i = 0; i < nr; i++) {
		htab->slots[i] = htab_elem_at(htab, i);
		*elem_slot(htab, htab->slots[i]) = i;
		if (!(i % 4096))
			cond_resched();
	}
	return 0;
}

int ebpf_lru_init(struct ebpf_htab *htab)
{
	int cpu;

	htab->hands = alloc_percpu(struct lru_hand);
	if (!htab->hands)
		return -ENOMEM;
	/* The first step leads to the first. */
	for_each_possible_cpu(cpu)
		atomic_set(&per_cpu_ptr(htab->hands, cpu)->next, -1);
	return htab->map.map_flags & EBPF_F_NO_COMMON_LRU ? lru_init_slots(htab) : 0;
}

void ebpf_lru_destroy(struct ebpf_htab *htab)
{
	free_percpu(htab->hands);
	ebpf_map_area_free(htab->slots);
	kfree(htab->slot_cpu);
}

/* Elements that a search on this CPU goes over. */
static u32 lru_size(const struct ebpf_htab *htab)
{
	return htab->slots ? htab->slot_share : htab->nr_elems;
}

static struct lru_hand *hand_of(const struct ebpf_htab *htab)
{
	int cpu = raw_smp_processor_id();

	if (!htab->slots)
		cpu = cpumask_first(cpu_possible_mask);
	return per_cpu_ptr(htab->hands, cpu);
}

/* What a number runs over into at 2^32 matters to nobody. */
static struct htab_elem *lru_at(const struct ebpf_htab *htab, const struct lru_hand *hand, u32 i)
{
	i %= lru_size(htab);
	return htab->slots ? READ_ONCE(htab->slots[hand->first + i]) : htab_elem_at(htab, i);
}

/* Takes @elem out of its bucket, if it is in one. */
static bool lru_take(struct ebpf_htab *htab, struct htab_elem *elem)
{
	if (!ebpf_htab_take(htab, elem))
		return false;
	elem_set_mark(htab, elem, LRU_UNUSED);
	ebpf_map_end_fields(&htab->map, elem_value(htab, elem));
	return true;
}

/* One that was never looked up; where the hand is at @next there is none. */
static struct htab_elem *lru_evict_far(struct ebpf_htab *htab, const struct lru_hand *hand,
				       u32 next)
{
	struct htab_elem *elem;
	u32 at = next, i;

	for (i = 0; i < LRU_MAX_FAR; i++) {
		at += LRU_FAR_STEP;
		elem = lru_at(htab, hand, at);
		if (READ_ONCE(*elem_mark(htab, elem)) == LRU_OLD && lru_take(htab, elem))
			return elem;
	}
	return NULL;
}

static struct htab_elem *lru_evict(struct ebpf_htab *htab)
{
	u32 size = lru_size(htab), let_off = min_t(u32, size, LRU_MAX_LET_OFF);
	struct lru_hand *hand = hand_of(htab);
	struct htab_elem *elem;
	u32 mark, next, i;

	for (i = 0; i < LRU_MAX_LOOKS; i++) {
		next = atomic_inc_return(&hand->next);
		elem = lru_at(htab, hand, next);
		mark = READ_ONCE(*elem_mark(htab, elem));
		if (mark == LRU_UNUSED)
			continue;
		if (mark == LRU_USED && let_off) {
			elem_set_mark(htab, elem, LRU_PASSED);
			let_off--;
			if (let_off || size <= LRU_MAX_LET_OFF)
				continue;
			elem = lru_evict_far(htab, hand, next);
			if (elem)
				return elem;
		} else if (lru_take(htab, elem)) {
			return elem;
		}
	}
	return NULL;
}

/* Of this CPU, where that counts. */
static struct htab_elem *lru_pop(struct ebpf_htab *htab)
{
	return htab->slots ? ebpf_freelist_pop_cpu(&htab->free, raw_smp_processor_id()) :
			     ebpf_freelist_pop(&htab->free);
}

struct htab_elem *ebpf_lru_get(struct ebpf_htab *htab)
{
	struct htab_elem *elem = lru_pop(htab);

	if (elem)
		return elem;
	elem = lru_evict(htab);
	/* None was in a bucket: others have given some back by now. */
	return elem ? elem : lru_pop(htab);
}
