// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/map/map.h"

static const struct ebpf_map_ops * const map_types[] = {
	[EBPF_MAP_TYPE_HASH] = &ebpf_htab_map_ops,
	[EBPF_MAP_TYPE_ARRAY] = &ebpf_array_map_ops,
	[EBPF_MAP_TYPE_PROG_ARRAY] = &ebpf_prog_array_map_ops,
	[EBPF_MAP_TYPE_PERF_EVENT_ARRAY] = &ebpf_perf_event_array_map_ops,
	[EBPF_MAP_TYPE_PERCPU_HASH] = &ebpf_percpu_htab_map_ops,
	[EBPF_MAP_TYPE_PERCPU_ARRAY] = &ebpf_percpu_array_map_ops,
	[EBPF_MAP_TYPE_STACK_TRACE] = &ebpf_stack_trace_map_ops,
	[EBPF_MAP_TYPE_CGROUP_ARRAY] = &ebpf_cgroup_array_map_ops,
	[EBPF_MAP_TYPE_LRU_HASH] = &ebpf_lru_htab_map_ops,
	[EBPF_MAP_TYPE_LRU_PERCPU_HASH] = &ebpf_lru_percpu_htab_map_ops,
	[EBPF_MAP_TYPE_ARRAY_OF_MAPS] = &ebpf_array_of_maps_map_ops,
	[EBPF_MAP_TYPE_HASH_OF_MAPS] = &ebpf_htab_of_maps_map_ops,
	[EBPF_MAP_TYPE_QUEUE] = &ebpf_queue_map_ops,
	[EBPF_MAP_TYPE_STACK] = &ebpf_stack_map_ops,
	[EBPF_MAP_TYPE_BLOOM_FILTER] = &ebpf_bloom_filter_map_ops,
	[EBPF_MAP_TYPE_LPM_TRIE] = &ebpf_lpm_trie_map_ops,
	[EBPF_MAP_TYPE_RINGBUF] = &ebpf_ringbuf_map_ops,
	[EBPF_MAP_TYPE_USER_RINGBUF] = &ebpf_user_ringbuf_map_ops,
	[EBPF_MAP_TYPE_ARENA] = &ebpf_arena_map_ops,
	[EBPF_MAP_TYPE_INSN_ARRAY] = &ebpf_insn_array_map_ops,
	[EBPF_MAP_TYPE_CGROUP_STORAGE] = &ebpf_cgroup_storage_map_ops,
	[EBPF_MAP_TYPE_PERCPU_CGROUP_STORAGE] = &ebpf_cgroup_storage_map_ops,
	[EBPF_MAP_TYPE_SOCKMAP] = &ebpf_sockmap_map_ops,
	[EBPF_MAP_TYPE_SOCKHASH] = &ebpf_sockhash_map_ops,
	[EBPF_MAP_TYPE_XSKMAP] = &ebpf_xskmap_map_ops,
	[EBPF_MAP_TYPE_REUSEPORT_SOCKARRAY] = &ebpf_reuseport_map_ops,
	[EBPF_MAP_TYPE_SK_STORAGE] = &ebpf_sk_storage_map_ops,
	[EBPF_MAP_TYPE_TASK_STORAGE] = &ebpf_task_storage_map_ops,
};

const struct ebpf_map_ops *ebpf_map_ops_of(u32 type)
{
	return type < ARRAY_SIZE(map_types) ? map_types[type] : NULL;
}
