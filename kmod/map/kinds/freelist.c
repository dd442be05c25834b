// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/map/kinds/freelist.h"

#include <linux/cpumask.h>

static u32 name_of(const struct ebpf_freelist *list, const void *elem)
{
	if (list->chunks)
		return *(const u32 *)((const u8 *)elem + list->name_off);
	return (((const u8 *)elem - list->area) >> 3) + 1;
}

static void *elem_of(const struct ebpf_freelist *list, u32 name)
{
	u32 i = name - 1;

	if (list->chunks)
		return list->chunks[i >> list->chunk_shift] +
		       (u64)(i & ((1U << list->chunk_shift) - 1)) * list->stride;
	return list->area + ((u64)i << 3);
}

static u32 *link_of(const struct ebpf_freelist *list, void *elem)
{
	return elem + list->link_off;
}

/* Every change makes a value the head never had before (within 2^32 changes). */
static u64 head_with(u64 old, u32 name)
{
	return ((old >> 32) + 1) << 32 | name;
}

static void push_to(struct ebpf_freelist *list, u64 *head, void *elem)
{
	u32 name = name_of(list, elem);
	u64 old, seen = READ_ONCE(*head);

	do {
		old = seen;
		WRITE_ONCE(*link_of(list, elem), (u32)old);
		seen = cmpxchg(head, old, head_with(old, name));
	} while (unlikely(seen != old));
}

static void *pop_from(struct ebpf_freelist *list, u64 *head)
{
	u64 old, seen = READ_ONCE(*head);
	void *elem;

	do {
		old = seen;
		if (!(u32)old)
			return NULL;
		elem = elem_of(list, (u32)old);
		/* If somebody takes @elem now this link may be rubbish: the
		 * exchange fails then.
		 */
		seen = cmpxchg(head, old, head_with(old, READ_ONCE(*link_of(list, elem))));
	} while (unlikely(seen != old));
	return elem;
}

void *ebpf_freelist_pop(struct ebpf_freelist *list)
{
	int cpu, self = raw_smp_processor_id();
	void *elem = pop_from(list, per_cpu_ptr(list->heads, self));

	if (likely(elem))
		return elem;
	/* The next CPUs first, so that not all of them plunder the same one. */
	for (cpu = cpumask_next(self, cpu_possible_mask); cpu < nr_cpu_ids;
	     cpu = cpumask_next(cpu, cpu_possible_mask)) {
		elem = pop_from(list, per_cpu_ptr(list->heads, cpu));
		if (elem)
			return elem;
	}
	for_each_possible_cpu(cpu) {
		if (cpu == self)
			break;
		elem = pop_from(list, per_cpu_ptr(list->heads, cpu));
		if (elem)
			return elem;
	}
	return NULL;
}

void ebpf_freelist_push(struct ebpf_freelist *list, void *elem)
{
	push_to(list, per_cpu_ptr(list->heads, raw_smp_processor_id()), elem);
}

void *ebpf_freelist_pop_cpu(struct ebpf_freelist *list, int cpu)
{
	return pop_from(list, per_cpu_ptr(list->heads, cpu));
}

void ebpf_freelist_push_cpu(struct ebpf_freelist *list, void *elem, int cpu)
{
	push_to(list, per_cpu_ptr(list->heads, cpu), elem);
}

int ebpf_freelist_init(struct ebpf_freelist *list, void *area, u32 stride, u32 link_off, u32 nr)
{
	u32 share = DIV_ROUND_UP(nr, num_possible_cpus());
	u32 i = 0;
	int cpu;

	list->area = area;
	list->link_off = link_off;
	list->heads = alloc_percpu(u64);
	if (!list->heads)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		u64 *head = per_cpu_ptr(list->heads, cpu);
		u32 end = min_t(u64, (u64)i + share, nr);

		/* Backwards: the first to be taken are neighbours in order. */
		for (; end > i; end--) {
			push_to(list, head, area + (u64)(end - 1) * stride);
			if (!(end % 1024))
				cond_resched();
		}
		i = min_t(u64, (u64)i + share, nr);
	}
	return 0;
}

int ebpf_freelist_init_chunks(struct ebpf_freelist *list)
{
	list->heads = alloc_percpu(u64);
	return list->heads ? 0 : -ENOMEM;
}

void ebpf_freelist_destroy(struct ebpf_freelist *list)
{
	free_percpu(list->heads);
}
