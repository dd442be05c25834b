/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Buckets of hash maps, for those who change them.
 */
#ifndef _KMOD_HASH_BUCKET_H
#define _KMOD_HASH_BUCKET_H

#include "kmod/map/kinds/elem_lock.h"
#include "kmod/map/kinds/htab.h"

/* As ebpf_elem_lock(); -EBUSY also for an NMI that came upon a change of this map on this CPU.
 * Interrupts are off until ebpf_htab_unlock().
 */
int ebpf_htab_lock(struct ebpf_htab *htab, struct htab_bucket *bucket, unsigned long *flags);
/* The place that points to the element of @key, or NULL. Bucket locked. */
struct htab_elem **ebpf_htab_find_place(struct ebpf_htab *htab, struct htab_bucket *bucket,
					u32 hash, const void *key);
/* Takes @elem out of whatever bucket it is in: false when it is in none or the bucket
 * cannot be locked now. Program context.
 */
bool ebpf_htab_take(struct ebpf_htab *htab, struct htab_elem *elem);

static inline void ebpf_htab_unlock(struct ebpf_htab *htab, struct htab_bucket *bucket,
				    unsigned long flags)
{
	barrier();
	__this_cpu_write(*htab->locked, 0);
	ebpf_elem_unlock(&bucket->lock, flags);
}

/* Locked; before what was taken out can be used again. */
static inline void bucket_changed(struct htab_bucket *bucket)
{
	smp_wmb();
	WRITE_ONCE(bucket->seq, bucket->seq + 1);
	smp_wmb();
}

static inline struct htab_elem *bucket_remove(struct htab_bucket *bucket, struct htab_elem **place)
{
	struct htab_elem *elem = *place;

	WRITE_ONCE(*place, elem->next);
	bucket_changed(bucket);
	return elem;
}

#endif /* _KMOD_HASH_BUCKET_H */
