/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Elements made as they are needed, up to a limit: for maps that are not
 * preallocated. Programs take them from a list of free ones, in any context. When
 * that runs low an irq_work makes another chunk of them, from memory that needs no
 * waiting for, or has a worker do it. What was made is kept until the pool goes.
 */
#ifndef _KMOD_POOL_H
#define _KMOD_POOL_H

#include "kmod/map/kinds/freelist.h"

#include <linux/irq_work.h>
#include <linux/workqueue.h>

struct ebpf_pool {
	struct ebpf_freelist list;
	u32 max;		/* elements in the end */
	u32 nr;			/* made so far; a multiple of the chunk's, or max */
	u32 low;		/* with fewer free ones more are made */
	/* Each element has percpu_size bytes (a multiple of 8) for each CPU, too: those
	 * of CPU c are at *(u64 *)(elem + percpu_off) + c * percpu_stride.
	 */
	u32 percpu_size;
	u32 percpu_off;
	u64 percpu_stride;
	u64 chunk_bytes;
	raw_spinlock_t lock;	/* a chunk is put in */
	int __percpu *free;	/* pushed - popped there: a sum over CPUs makes sense */
	struct irq_work irq_work;
	struct work_struct work;
	struct mem_cgroup *memcg;	/* of who made it: what is charged for more */
};

/* Fill in list.{stride, link_off, name_off}, max and percpu_{size, off} of zeroed
 * memory first. @reserve: so many elements exist afterwards (if max allows). 0 or
 * -ENOMEM, then ebpf_pool_destroy() is to be called, too. May sleep.
 */
int ebpf_pool_init(struct ebpf_pool *pool, u32 reserve);
void ebpf_pool_destroy(struct ebpf_pool *pool);

/* Preemption off; any context. NULL: nothing is free (see ebpf_pool_full()). Elements
 * are zero at first, later as they were pushed.
 */
void *ebpf_pool_pop(struct ebpf_pool *pool);
void ebpf_pool_push(struct ebpf_pool *pool, void *elem);

/* Have all elements been made? */
static inline bool ebpf_pool_full(const struct ebpf_pool *pool)
{
	return READ_ONCE(pool->nr) >= pool->max;
}

/* Element @i < nr, whether free or not. */
static inline void *ebpf_pool_at(const struct ebpf_pool *pool, u32 i)
{
	u32 shift = pool->list.chunk_shift;

	return pool->list.chunks[i >> shift] + (u64)(i & ((1U << shift) - 1)) * pool->list.stride;
}

/* Makes a chunk now if few are free. May sleep. */
void ebpf_pool_refill(struct ebpf_pool *pool);
/* Bytes held. */
u64 ebpf_pool_mem(const struct ebpf_pool *pool);

#endif /* _KMOD_POOL_H */
