/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lists of free elements of a map: taken from and given back to in any context,
 * NMI included, without a lock.
 *
 * Elements live as long as the list and have names of 32 bits, so that a list head
 * fits in 64 bits together with a count of its changes: those in one area their
 * distance from its start, those that come in chunks their number. An interrupt or another CPU that takes and gives
 * back elements in the middle of somebody's operation changes the count, and the
 * compare-and-exchange fails although the first element is the same again.
 */
#ifndef _KMOD_FREELIST_H
#define _KMOD_FREELIST_H

#include "kmod/compat/compat.h"
#include <ebpf/types.h>

/* The distance is stored in units of 8 bytes, in 32 bits. */
#define EBPF_FREELIST_AREA_MAX	(32ULL << 30)

struct ebpf_freelist {
	u8 *area;
	u32 link_off;		/* where an element keeps its u32 link */
	/* With chunks, made by whoever owns the list: an element keeps its name, its
	 * number + 1, as a u32 at name_off.
	 */
	void **chunks;
	u32 chunk_shift;	/* log2 of elements in a chunk */
	u32 stride;
	u32 name_off;
	u64 __percpu *heads;	/* change count << 32 | name of the first, 0: empty */
};

/* All @nr elements of @stride bytes (a multiple of 8) are free at first, shared
 * out over the CPUs, in order and evenly. @area: 8-aligned, less than EBPF_FREELIST_AREA_MAX bytes.
 * Returns 0 or -ENOMEM. May sleep.
 */
int ebpf_freelist_init(struct ebpf_freelist *list, void *area, u32 stride, u32 link_off, u32 nr);
/* An empty list of elements in chunks; the fields above are filled in already. */
int ebpf_freelist_init_chunks(struct ebpf_freelist *list);
void ebpf_freelist_destroy(struct ebpf_freelist *list);

/* NULL: none was free on any CPU. Preemption off; any context. */
void *ebpf_freelist_pop(struct ebpf_freelist *list);
void ebpf_freelist_push(struct ebpf_freelist *list, void *elem);
/* The same of the list of one CPU alone. */
void *ebpf_freelist_pop_cpu(struct ebpf_freelist *list, int cpu);
void ebpf_freelist_push_cpu(struct ebpf_freelist *list, void *elem, int cpu);

#endif /* _KMOD_FREELIST_H */
