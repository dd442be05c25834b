// SPDX-License-Identifier: GPL-2.0-only
/* Maps of all kinds whose pins can be read. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "test_bpffs_show.h"

char _license[] SEC("license") = "GPL";

#define MAP(name, kind, entries, key_type, value_type)		\
	struct {						\
		__uint(type, BPF_MAP_TYPE_##kind);		\
		__uint(max_entries, entries);			\
		__type(key, key_type);				\
		__type(value, value_type);			\
	} name SEC(".maps")

MAP(array, ARRAY, 2, __u32, struct show_value);
MAP(hash, HASH, 2, struct show_key, int);
MAP(lru, LRU_HASH, 2, struct show_key, int);
MAP(percpu_hash, PERCPU_HASH, 2, struct show_key, int);
MAP(percpu_array, PERCPU_ARRAY, 1, __u32, struct show_key);
MAP(progs, PROG_ARRAY, 2, __u32, __u32);

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, 4);
	__uint(value_size, 4);
} plain SEC(".maps");

int counter = 7;

SEC("socket")
int prog(void *ctx)
{
	return counter;
}
