// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs of each kind that all do the same: count, and by turns change, read and
 * empty maps that they share with each other and with threads of user space.
 */
#include <linux/bpf.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "test_stress.h"

char _license[] SEC("license") = "GPL";

struct value {
	__u64 first, second;
};

struct prefix {
	__u32 len;
	__u32 addr;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, NR_KINDS);
	__type(key, __u32);
	__type(value, __u64);
} hits SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 128);
	__type(key, __u32);
	__type(value, struct value);
} hash SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 128);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, struct value);
} growing SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 32);
	__type(key, __u32);
	__type(value, struct value);
} lru SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, struct value);
} percpu SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 128);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct prefix);
	__type(value, __u64);
} lpm SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, 16);
	__type(value, struct value);
} queue SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 16384);
} ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u32);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(max_entries, 64);
	__type(key, __u32);
	__uint(value_size, 16 * 8);
} stacks SEC(".maps");

__u64 total;

static __always_inline void change_hash(void *map, __u32 key)
{
	struct value v = { key, key }, *old;

	old = bpf_map_lookup_elem(map, &key);
	if (old)
		__sync_fetch_and_add(&old->second, 1);
	if (key & 0x100)
		bpf_map_delete_elem(map, &key);
	else
		bpf_map_update_elem(map, &key, &v, key & 0x200 ? BPF_NOEXIST : BPF_ANY);
}

static __always_inline void use_ring(__u32 key)
{
	struct value *v = bpf_ringbuf_reserve(&ring, sizeof(*v), 0);

	if (!v)
		return;
	v->first = v->second = key;
	if (key & 1)
		bpf_ringbuf_discard(v, 0);
	else
		bpf_ringbuf_submit(v, 0);
}

static __always_inline void use_lpm(__u32 key)
{
	struct prefix p = { 8 + (key & 15), key };
	__u64 one = 1;

	if (key & 0x100)
		bpf_map_delete_elem(&lpm, &p);
	else
		bpf_map_update_elem(&lpm, &p, &one, 0);
	p.len = 32;
	bpf_map_lookup_elem(&lpm, &p);
}

static __always_inline int work(void *ctx, __u32 kind)
{
	__u32 random = bpf_get_prandom_u32(), key = random >> 8 & 0x3ff;
	__u64 *n = bpf_map_lookup_elem(&hits, &kind);
	struct value v = { key, key };
	char comm[16];

	if (n)
		*n += 1;
	__sync_fetch_and_add(&total, 1);
	switch (random & 15) {
	case 0:
		change_hash(&hash, key);
		break;
	case 1:
		change_hash(&growing, key);
		break;
	case 2:
		change_hash(&lru, key);
		break;
	case 3:
		change_hash(&percpu, key);
		break;
	case 4:
		use_lpm(key);
		break;
	case 5:
		bpf_map_push_elem(&queue, &v, BPF_EXIST);
		break;
	case 6:
		bpf_map_pop_elem(&queue, &v);
		break;
	case 7:
		use_ring(key);
		break;
	case 8:
		bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, &v, sizeof(v));
		break;
	case 9:
		bpf_get_stackid(ctx, &stacks, BPF_F_REUSE_STACKID);
		break;
	case 10:
		bpf_get_stackid(ctx, &stacks, BPF_F_REUSE_STACKID | BPF_F_USER_STACK);
		break;
	case 11:
		bpf_get_current_comm(comm, sizeof(comm));
		break;
	}
	return 0;
}

#define PROGRAM(section, name, kind)	\
	SEC(section)			\
	int name(void *ctx)		\
	{				\
		return work(ctx, kind);	\
	}

PROGRAM("kprobe", kprobe_1, KIND_KPROBE)
PROGRAM("kprobe", kprobe_2, KIND_KPROBE)
PROGRAM("kprobe", kprobe_3, KIND_KPROBE)
PROGRAM("kretprobe", kretprobe_1, KIND_KRETPROBE)
PROGRAM("kretprobe", kretprobe_2, KIND_KRETPROBE)
PROGRAM("tracepoint", tracepoint_1, KIND_TRACEPOINT)
PROGRAM("tracepoint", tracepoint_2, KIND_TRACEPOINT)
PROGRAM("raw_tracepoint", raw_tp_1, KIND_RAW_TP)
PROGRAM("raw_tracepoint", raw_tp_2, KIND_RAW_TP)
PROGRAM("fentry", fentry_1, KIND_FENTRY)
PROGRAM("fentry", fentry_2, KIND_FENTRY)
PROGRAM("fexit", fexit_1, KIND_FEXIT)
PROGRAM("fexit", fexit_2, KIND_FEXIT)
PROGRAM("uprobe", uprobe_1, KIND_UPROBE)
PROGRAM("uretprobe", uretprobe_1, KIND_URETPROBE)
PROGRAM("perf_event", sample_1, KIND_SAMPLE)
