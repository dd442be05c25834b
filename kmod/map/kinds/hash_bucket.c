// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hash maps: the lock of a bucket, and what is found and taken out below it. Changes
 * (hash.c), walks and evictions stand on this.
 */
#include "kmod/map/kinds/hash_bucket.h"

int ebpf_htab_lock(struct ebpf_htab *htab, struct htab_bucket *bucket, unsigned long *flags)
{
	int err = ebpf_elem_lock(&bucket->lock, flags);

	if (err)
		return err;
	/* An NMI that came upon a change of another bucket. */
	if (unlikely(__this_cpu_read(*htab->locked))) {
		ebpf_elem_unlock(&bucket->lock, *flags);
		return -EBUSY;
	}
	__this_cpu_write(*htab->locked, 1);
	barrier();
	return 0;
}

struct htab_elem **ebpf_htab_find_place(struct ebpf_htab *htab, struct htab_bucket *bucket,
					u32 hash, const void *key)
{
	struct htab_elem **place = &bucket->first;

	for (; *place; place = &(*place)->next)
		if ((*place)->hash == hash && key_equal((*place)->key, key, htab->map.key_size))
			return place;
	return NULL;
}

bool ebpf_htab_take(struct ebpf_htab *htab, struct htab_elem *elem)
{
	struct htab_bucket *bucket = bucket_of(htab, READ_ONCE(elem->hash));
	struct htab_elem **place;
	unsigned long flags;
	bool found = false;

	if (ebpf_htab_lock(htab, bucket, &flags))
		return false;
	for (place = &bucket->first; *place; place = &(*place)->next)
		if (*place == elem) {
			bucket_remove(bucket, place);
			found = true;
			break;
		}
	ebpf_htab_unlock(htab, bucket, flags);
	return found;
}
