// SPDX-License-Identifier: GPL-2.0-only
/* What check-tracers has bpftool load. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct tracers_value {
	__u64 hits;
	__u32 answer;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, struct tracers_value);
} tracers_map SEC(".maps");

SEC("kprobe/do_nanosleep")
int tracers_kprobe(void *ctx)
{
	struct tracers_value *value;
	__u32 key = 0;

	value = bpf_map_lookup_elem(&tracers_map, &key);
	if (value) {
		__sync_fetch_and_add(&value->hits, 1);
		value->answer = 42;
	}
	return 0;
}

SEC("socket")
int tracers_socket(struct __sk_buff *skb)
{
	return skb->len + 28;
}

char _license[] SEC("license") = "GPL";
