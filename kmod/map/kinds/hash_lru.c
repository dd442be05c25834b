// SPDX-License-Identifier: GPL-2.0-only
/*
 * LRU hashes: whose element goes when a new key needs one and none is free.
 *
 * A hand goes round over all elements. One that was looked up since the hand last
 * came by is let off, once; the first that was not is the victim. So an element has a
 * whole round from its making until it can go, and a look-up costs at most the store
 * of a mark instead of moving the element in a list under a lock.
 *
 * With EBPF_F_NO_COMMON_LRU each CPU has a hand of its own, so that CPUs share
 * nothing; the hands start at equal distances.
 */
#include "kmod/map/kinds/hash_bucket.h"
#include "kmod/map/kinds/htab.h"
#include "kmod/map/map_fields.h"

/* Elements let off for being in use, before a victim is taken regardless: an update
 * must end soon also when everything is in use.
 */
#define LRU_MAX_LET_OFF	128
/* ... and looked at in all: none of them may be in a bucket. */
#define LRU_MAX_LOOKS	(4 * LRU_MAX_LET_OFF)

int ebpf_lru_init(struct ebpf_htab *htab)
{
	u32 share = htab->nr_elems / num_possible_cpus();
	u32 start = 0;
	int cpu;

	htab->hands = alloc_percpu(atomic_t);
	if (!htab->hands)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		atomic_set(per_cpu_ptr(htab->hands, cpu), start);
		start += share;
	}
	return 0;
}

void ebpf_lru_destroy(struct ebpf_htab *htab)
{
	free_percpu(htab->hands);
}

static atomic_t *hand_of(const struct ebpf_htab *htab)
{
	int cpu = raw_smp_processor_id();

	if (!(htab->map.map_flags & EBPF_F_NO_COMMON_LRU))
		cpu = cpumask_first(cpu_possible_mask);
	return per_cpu_ptr(htab->hands, cpu);
}

/* What its number runs over into at 2^32 matters to nobody. */
static struct htab_elem *hand_next(const struct ebpf_htab *htab, atomic_t *hand)
{
	return htab_elem_at(htab, (u32)atomic_inc_return(hand) % htab->nr_elems);
}

static struct htab_elem *lru_evict(struct ebpf_htab *htab)
{
	u32 let_off = min_t(u32, htab->nr_elems, LRU_MAX_LET_OFF);
	atomic_t *hand = hand_of(htab);
	struct htab_elem *elem;
	u32 mark, i;

	for (i = 0; i < LRU_MAX_LOOKS; i++) {
		elem = hand_next(htab, hand);
		mark = READ_ONCE(*elem_mark(htab, elem));
		if (mark == LRU_UNUSED)
			continue;
		if (mark == LRU_USED && let_off) {
			elem_set_mark(htab, elem, LRU_OLD);
			let_off--;
			continue;
		}
		if (ebpf_htab_take(htab, elem)) {
			elem_set_mark(htab, elem, LRU_UNUSED);
			ebpf_map_end_fields(&htab->map, elem_value(htab, elem));
			return elem;
		}
	}
	return NULL;
}

struct htab_elem *ebpf_lru_get(struct ebpf_htab *htab)
{
	struct htab_elem *elem = ebpf_freelist_pop(&htab->free);

	if (elem)
		return elem;
	elem = lru_evict(htab);
	/* None was in a bucket: others have given some back by now. */
	return elem ? elem : ebpf_freelist_pop(&htab->free);
}
