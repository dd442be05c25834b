// SPDX-License-Identifier: GPL-2.0-only
/*
 * Global functions as clang makes them, see test_global_func.c.
 */
#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <bpf/bpf_helpers.h>

char _license[] SEC("license") = "GPL";

struct point {
	__u64 x, y;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct point);
} points SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} progs SEC(".maps");

__u64 calls;
volatile __u32 zero;

__noinline int scale(struct point *p, int by)
{
	calls++;
	if (!p)
		return -1;
	p->x *= by;
	p->y *= by;
	return p->x + p->y;
}

__noinline int length(struct __sk_buff *skb)
{
	return skb->len;
}

/* A loop that is walked once, whoever calls it with whatever. */
__noinline int sum_to(__u32 n)
{
	int i, sum = 0;

	for (i = 1; i <= 100; i++)
		if (i <= n)
			sum += i;
	return sum;
}

static __noinline int twice(struct point *p)
{
	return sum_to(p->x) + sum_to(p->y);
}

__noinline int jump(struct __sk_buff *skb)
{
	bpf_tail_call(skb, &progs, 0);
	return zero + 7;
}

SEC("tc")
int tc_stack(struct __sk_buff *skb)
{
	struct point p = { 2, 3 };

	/* 50 + 20 + 30 */
	return scale(&p, 10) + p.x + p.y;
}

SEC("tc")
int tc_map(struct __sk_buff *skb)
{
	__u32 key = zero;

	/* 1 + 2 */
	return scale(bpf_map_lookup_elem(&points, &key), 1);
}

SEC("tc")
int tc_null(struct __sk_buff *skb)
{
	__u32 key = zero + 1;

	return scale(bpf_map_lookup_elem(&points, &key), 1) + 100;
}

SEC("tc")
int tc_length(struct __sk_buff *skb)
{
	return length(skb) + length(skb);
}

SEC("tc")
int tc_loops(struct __sk_buff *skb)
{
	struct point p = { 10, 1000 };

	/* 55 + 5050 */
	return twice(&p);
}

SEC("tc")
int tc_jump(struct __sk_buff *skb)
{
	return jump(skb) + 1;
}

SEC("tc")
int tc_target(struct __sk_buff *skb)
{
	return 40;
}

__noinline int register_of(struct pt_regs *regs)
{
	return ((unsigned long *)regs)[0] & 1;
}

SEC("kprobe/do_nothing")
int probe(struct pt_regs *regs)
{
	return register_of(regs) * 0;
}

/* Each of these is refused. */
SEC("?tc")
int bad_size(struct __sk_buff *skb)
{
	__u64 one = 1;

	return scale((struct point *)&one, 2);
}

SEC("?tc")
int bad_range(struct __sk_buff *skb)
{
	__u32 key = zero;
	struct point *p = bpf_map_lookup_elem(&points, &key);

	/* All that is known of the result is that it is a number. */
	return p ? ((unsigned char *)p)[(__u32)sum_to(0)] : 0;
}

SEC("?tc")
int bad_packet(struct __sk_buff *skb)
{
	unsigned char *data = (void *)(long)skb->data;

	if (data + 14 > (unsigned char *)(long)skb->data_end)
		return 0;
	return jump(skb) + data[0];
}

__noinline int *pointer(int i)
{
	return (int *)(long)(calls + i);
}

SEC("?tc")
int bad_result(struct __sk_buff *skb)
{
	return (long)pointer(skb->len) & 1;
}
