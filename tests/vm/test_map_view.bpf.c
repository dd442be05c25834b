// SPDX-License-Identifier: GPL-2.0-only
/*
 * Looks into maps through their addresses: run by test_map_view.c.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#include "test_map_view.h"

char _license[] SEC("license") = "GPL";

struct bpf_map_ops;

struct bpf_map {
	const struct bpf_map_ops *ops;
	struct bpf_map *inner_map_meta;
	enum bpf_map_type map_type;
	__u32 key_size;
	__u32 value_size;
	__u32 max_entries;
	__u32 map_flags;
	__u32 id;
	int numa_node;
	char name[16];
} __attribute__((preserve_access_index));

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, NR_MAPS);
	__type(key, __u32);
	__type(value, struct seen);
} results SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 77);
	__type(key, __u64);
	__type(value, char[24]);
} a_hash SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} a_ring SEC(".maps");

struct inner {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 3);
	__type(key, __u32);
	__type(value, char[40]);
} first_inner SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 2);
	__type(key, __u32);
	__array(values, struct inner);
} outer SEC(".maps") = { .values = { &first_inner } };

static __always_inline struct seen *seen_of(__u32 i)
{
	return bpf_map_lookup_elem(&results, &i);
}

static __always_inline void look(struct bpf_map *map, struct seen *s)
{
	char byte;

	s->there = 1;
	s->ops = (unsigned long)map->ops;
	s->ops_read = bpf_probe_read_kernel(&byte, 1, map->ops);
	s->type = map->map_type;
	s->key_size = map->key_size;
	s->value_size = map->value_size;
	s->max_entries = map->max_entries;
	s->flags = map->map_flags;
	s->has = 0;
	if (bpf_core_field_exists(map->id)) {
		s->has |= HAS_ID;
		s->id = map->id;
	}
	if (bpf_core_field_exists(map->numa_node)) {
		s->has |= HAS_NODE;
		s->numa_node = map->numa_node;
	}
	if (bpf_core_field_exists(map->name)) {
		s->has |= HAS_NAME;
		/* Not in a loop: the compiler would move the address. */
		s->name[0] = map->name[0];
		s->name[1] = map->name[1];
		s->name[2] = map->name[2];
		s->name[3] = map->name[3];
	}
}

SEC("raw_tp")
int look_at_maps(void *ctx)
{
	struct bpf_map *map = (struct bpf_map *)&outer;
	struct seen *s;

	s = seen_of(M_ARRAY);
	if (s)
		look((struct bpf_map *)&results, s);
	s = seen_of(M_HASH);
	if (s)
		look((struct bpf_map *)&a_hash, s);
	s = seen_of(M_RING);
	if (s)
		look((struct bpf_map *)&a_ring, s);
	s = seen_of(M_OUTER);
	if (!s)
		return 0;
	look(map, s);
	if (bpf_core_field_exists(map->inner_map_meta)) {
		s->has |= HAS_META;
		s->meta_value_size = map->inner_map_meta->value_size;
	}
	return 0;
}

/* The key of the outer map is the argument. */
SEC("raw_tp")
int look_at_inner(struct bpf_raw_tracepoint_args *ctx)
{
	__u32 key = ctx->args[0];
	struct seen *s = seen_of(M_INNER);
	struct bpf_map *inner;

	if (!s)
		return 0;
	s->there = 0;
	inner = bpf_map_lookup_elem(&outer, &key);
	if (inner)
		look(inner, s);
	return 0;
}
