// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/map/kinds/maps.h"

#include <linux/cache.h>
#include <linux/topology.h>

void ebpf_percpu_areas_free(void **areas)
{
	int cpu;

	if (!areas)
		return;
	for_each_possible_cpu(cpu)
		ebpf_map_area_free(areas[cpu]);
	kfree(areas);
}

void **ebpf_percpu_areas_alloc(u64 size)
{
	void **areas;
	int cpu, node;

	/* Counters of two CPUs must not share a cache line. */
	size = round_up(size, SMP_CACHE_BYTES);
	areas = kcalloc(nr_cpu_ids, sizeof(*areas), GFP_KERNEL);
	if (!areas)
		return NULL;
	for_each_possible_cpu(cpu) {
		/* The node of a CPU that can still be plugged in may be absent. */
		node = cpu_to_node(cpu);
		if (node != NUMA_NO_NODE && !node_online(node))
			node = NUMA_NO_NODE;
		areas[cpu] = ebpf_map_area_alloc(size, node);
		if (!areas[cpu]) {
			ebpf_percpu_areas_free(areas);
			return NULL;
		}
		cond_resched();
	}
	return areas;
}

void ebpf_percpu_read(void **areas, u64 off, u32 size, void *buf)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		ebpf_long_memcpy(buf, areas[cpu] + off, size);
		buf += size;
	}
}

void ebpf_percpu_write(void **areas, u64 off, u32 size, const void *buf)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		ebpf_long_memcpy(areas[cpu] + off, buf, size);
		buf += size;
	}
}
