// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/map/kinds/pool.h"
#include "kmod/map/map.h"
#include "kmod/compat/mem.h"

#include <linux/cache.h>
#include <linux/log2.h>

/* Chunks are no larger than this unless one element is. */
#define CHUNK_BYTES	(16U << 10)
#define CHUNK_ELEMS_MAX	128U
/* More than that is not asked of the allocator without being able to wait. */
#define NOWAIT_BYTES	(32U << 10)
/* Elements that each CPU can take at once before more are made. */
#define LOW_PER_CPU	32U
/* An irq_work is not worth it for each element taken. */
#define ASK_EVERY	16

static u32 chunk_elems(const struct ebpf_pool *pool)
{
	return 1U << pool->list.chunk_shift;
}

static u64 elem_bytes(const struct ebpf_pool *pool)
{
	return pool->list.stride + (u64)pool->percpu_size * nr_cpu_ids;
}

static u64 percpu_start(const struct ebpf_pool *pool)
{
	return round_up((u64)chunk_elems(pool) * pool->list.stride, SMP_CACHE_BYTES);
}

static void pool_layout(struct ebpf_pool *pool)
{
	u64 fit = div64_u64(CHUNK_BYTES, elem_bytes(pool));

	pool->list.chunk_shift = fit ? ilog2(min_t(u64, fit, CHUNK_ELEMS_MAX)) : 0;
	/* Values of two CPUs must not share a cache line. */
	pool->percpu_stride = round_up((u64)chunk_elems(pool) * pool->percpu_size,
				       SMP_CACHE_BYTES);
	pool->chunk_bytes = percpu_start(pool) + pool->percpu_stride * nr_cpu_ids;
	pool->low = LOW_PER_CPU * num_online_cpus();
}

/* Names and per-cpu memory of the elements of @chunk, the first of which is number
 * @first.
 */
static void chunk_prepare(const struct ebpf_pool *pool, void *chunk, u32 first, u32 nr)
{
	u64 percpu = (unsigned long)chunk + percpu_start(pool);
	void *elem = chunk;
	u32 i;

	for (i = 0; i < nr; i++, elem += pool->list.stride) {
		*(u32 *)(elem + pool->list.name_off) = first + i + 1;
		if (pool->percpu_size)
			*(u64 *)(elem + pool->percpu_off) = percpu + (u64)i * pool->percpu_size;
	}
}

/* Any context but NMI. False: @chunk is not needed any more. */
static bool pool_add(struct ebpf_pool *pool, void *chunk)
{
	unsigned long flags;
	u32 first, nr, i;

	raw_spin_lock_irqsave(&pool->lock, flags);
	first = pool->nr;
	nr = min(chunk_elems(pool), pool->max - first);
	if (nr) {
		chunk_prepare(pool, chunk, first, nr);
		pool->list.chunks[first >> pool->list.chunk_shift] = chunk;
		/* Before anybody reads a name from a list. */
		smp_wmb();
		WRITE_ONCE(pool->nr, first + nr);
		for (i = nr; i > 0; i--)
			ebpf_pool_push(pool, chunk + (u64)(i - 1) * pool->list.stride);
	}
	raw_spin_unlock_irqrestore(&pool->lock, flags);
	return nr;
}

static bool pool_is_low(const struct ebpf_pool *pool)
{
	int cpu;
	s64 sum = 0;

	if (ebpf_pool_full(pool))
		return false;
	for_each_possible_cpu(cpu)
		sum += READ_ONCE(*per_cpu_ptr(pool->free, cpu));
	return sum < (s64)pool->low;
}

static int pool_grow(struct ebpf_pool *pool)
{
	struct mem_cgroup *old = compat_memcg_begin(pool->memcg);
	void *chunk = ebpf_map_area_alloc(pool->chunk_bytes, NUMA_NO_NODE);

	compat_memcg_end(old);
	if (!chunk)
		return -ENOMEM;
	if (!pool_add(pool, chunk))
		ebpf_map_area_free(chunk);
	return 0;
}

void ebpf_pool_refill(struct ebpf_pool *pool)
{
	if (pool_is_low(pool))
		pool_grow(pool);
}

static void pool_work(struct work_struct *work)
{
	struct ebpf_pool *pool = container_of(work, struct ebpf_pool, work);

	while (pool_is_low(pool) && !pool_grow(pool))
		cond_resched();
}

static void pool_irq_work(struct irq_work *work)
{
	struct ebpf_pool *pool = container_of(work, struct ebpf_pool, irq_work);
	struct mem_cgroup *old;
	void *chunk = NULL;

	if (!pool_is_low(pool))
		return;
	if (pool->chunk_bytes <= NOWAIT_BYTES) {
		old = compat_memcg_begin(pool->memcg);
		chunk = kzalloc(pool->chunk_bytes, GFP_NOWAIT | __GFP_NOWARN |
				(COMPAT_GFP_SLAB & COMPAT_GFP_ACCOUNT));
		compat_memcg_end(old);
	}
	if (!chunk)
		schedule_work(&pool->work);
	else if (!pool_add(pool, chunk))
		kfree(chunk);
}

void *ebpf_pool_pop(struct ebpf_pool *pool)
{
	void *elem = ebpf_freelist_pop(&pool->list);
	int left;

	if (likely(elem))
		this_cpu_dec(*pool->free);
	if (ebpf_pool_full(pool))
		return elem;
	left = this_cpu_read(*pool->free);
	if (unlikely(!elem || (left < (int)LOW_PER_CPU && !(left & (ASK_EVERY - 1)))))
		irq_work_queue(&pool->irq_work);
	return elem;
}

void ebpf_pool_push(struct ebpf_pool *pool, void *elem)
{
	ebpf_freelist_push(&pool->list, elem);
	this_cpu_inc(*pool->free);
}

int ebpf_pool_init(struct ebpf_pool *pool, u32 reserve)
{
	u64 nr_chunks;

	raw_spin_lock_init(&pool->lock);
	init_irq_work(&pool->irq_work, pool_irq_work);
	INIT_WORK(&pool->work, pool_work);
	pool->memcg = compat_memcg_get();
	pool_layout(pool);
	nr_chunks = ((u64)pool->max + chunk_elems(pool) - 1) >> pool->list.chunk_shift;
	pool->list.chunks = ebpf_map_area_alloc(nr_chunks * sizeof(void *), NUMA_NO_NODE);
	pool->free = alloc_percpu(int);
	if (!pool->list.chunks || !pool->free || ebpf_freelist_init_chunks(&pool->list))
		return -ENOMEM;
	reserve = min_t(u64, (u64)reserve + pool->low, pool->max);
	while (pool->nr < reserve) {
		if (pool_grow(pool))
			return -ENOMEM;
		cond_resched();
	}
	return 0;
}

void ebpf_pool_destroy(struct ebpf_pool *pool)
{
	u32 i;

	if (!pool->max)
		return;
	irq_work_sync(&pool->irq_work);
	cancel_work_sync(&pool->work);
	for (i = 0; i < pool->nr; i += chunk_elems(pool)) {
		ebpf_map_area_free(pool->list.chunks[i >> pool->list.chunk_shift]);
		cond_resched();
	}
	ebpf_freelist_destroy(&pool->list);
	free_percpu(pool->free);
	ebpf_map_area_free(pool->list.chunks);
	compat_memcg_put(pool->memcg);
}

u64 ebpf_pool_mem(const struct ebpf_pool *pool)
{
	u64 chunks = (u64)READ_ONCE(pool->nr) + chunk_elems(pool) - 1;

	return (chunks >> pool->list.chunk_shift) * pool->chunk_bytes;
}
