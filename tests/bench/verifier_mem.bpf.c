// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kernel memory that one process holds: what kmalloc() and vmalloc() gave it and it
 * has not given back, now and at most.
 */
#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#include "verifier_mem.h"

struct trace_event_raw_kmalloc {
	const void *ptr;
	unsigned long bytes_alloc;
} __attribute__((preserve_access_index));

struct trace_event_raw_kfree {
	const void *ptr;
} __attribute__((preserve_access_index));

struct held_mem {
	__u64 bytes;
	__u64 watch;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1 << 18);
	__type(key, __u64);
	__type(value, struct held_mem);
} held SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct verifier_mem);
} mem SEC(".maps");

static struct verifier_mem *watched(void)
{
	__u32 zero = 0;
	struct verifier_mem *m = bpf_map_lookup_elem(&mem, &zero);

	if (!m || m->pid != bpf_get_current_pid_tgid() >> 32)
		return 0;
	return m;
}

static int took(__u64 key, __u64 bytes)
{
	struct verifier_mem *m = watched();
	struct held_mem h;

	if (!m)
		return 0;
	h.bytes = bytes;
	h.watch = m->watch;
	if (bpf_map_update_elem(&held, &key, &h, BPF_ANY)) {
		m->lost++;
		return 0;
	}
	m->now += bytes;
	m->allocs++;
	if (m->now > m->peak)
		m->peak = m->now;
	return 0;
}

static int gave(__u64 key)
{
	struct held_mem *h = bpf_map_lookup_elem(&held, &key);
	__u32 zero = 0;
	struct verifier_mem *m = bpf_map_lookup_elem(&mem, &zero);

	if (!h || !m)
		return 0;
	if (h->watch == m->watch)
		m->now -= h->bytes;
	bpf_map_delete_elem(&held, &key);
	return 0;
}

SEC("tracepoint/kmem/kmalloc")
int on_kmalloc(struct trace_event_raw_kmalloc *ctx)
{
	return took((__u64)ctx->ptr, ctx->bytes_alloc);
}

SEC("tracepoint/kmem/kfree")
int on_kfree(struct trace_event_raw_kfree *ctx)
{
	return gave((__u64)ctx->ptr);
}

/* Pages that vmalloc() gets in bulk no tracepoint tells of. For much, it calls itself for
 * the array of their addresses.
 */
SEC("kprobe/__vmalloc_node_range")
int BPF_KPROBE(on_vmalloc, unsigned long size)
{
	struct verifier_mem *m = watched();

	if (m)
		m->vmalloc_size[m->vmalloc_depth++ & 1] = (size + 4095) & ~4095ULL;
	return 0;
}

SEC("kretprobe/__vmalloc_node_range")
int BPF_KRETPROBE(on_vmalloced, void *ret)
{
	struct verifier_mem *m = watched();

	if (!m)
		return 0;
	m->vmalloc_depth--;
	return ret ? took((__u64)ret, m->vmalloc_size[m->vmalloc_depth & 1]) : 0;
}

SEC("kprobe/vfree")
int BPF_KPROBE(on_vfree, const void *addr)
{
	return gave((__u64)addr);
}

SEC("kprobe/vfree_atomic")
int BPF_KPROBE(on_vfree_atomic, const void *addr)
{
	return gave((__u64)addr);
}

char _license[] SEC("license") = "GPL";
