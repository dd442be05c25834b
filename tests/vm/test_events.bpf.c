// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs that keep the records of events, and programs on their raw tracepoints.
 */
#include <linux/bpf.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "test_events.h"

#define CORE	__attribute__((preserve_access_index))

char _license[] SEC("license") = "GPL";

struct sock_common {
	__u16 skc_dport;
} CORE;

struct sock {
	struct sock_common __sk_common;
} CORE;

struct inet_sock {
	__u16 inet_sport;
} CORE;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, NR_EVENTS);
	__type(key, __u32);
	__type(value, struct seen);
} seen SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} port SEC(".maps");

static __always_inline __u32 port_get(void)
{
	__u32 zero = 0, *v = bpf_map_lookup_elem(&port, &zero);

	return v ? *v : 0;
}

static __always_inline int record(void *ctx, __u32 nr, __u32 size, __u32 sport, __u32 dport)
{
	__u32 want = port_get(), side, at;
	struct seen *s = bpf_map_lookup_elem(&seen, &nr);

	if (!s || !want || (sport != want && dport != want))
		return 0;
	side = sport == want ? 0 : 1;
	__sync_fetch_and_add(&s->hits[side], 1);
	/* Of one socket, events come one after the other. */
	at = s->kept[side];
	if (at >= NR_KEPT)
		return 0;
	s->kept[side] = at + 1;
	bpf_probe_read_kernel(s->record[side][at], size, ctx);
	return 0;
}

static __always_inline int raw(struct sock *sk, __u32 nr)
{
	__u32 want = port_get();
	struct seen *s = bpf_map_lookup_elem(&seen, &nr);

	if (s && want && (bpf_ntohs(BPF_CORE_READ((struct inet_sock *)sk, inet_sport)) == want ||
			  bpf_ntohs(BPF_CORE_READ(sk, __sk_common.skc_dport)) == want))
		__sync_fetch_and_add(&s->raw_hits, 1);
	return 0;
}

static __always_inline int typed(struct sock *sk, __u32 nr)
{
	__u32 want = port_get();
	struct seen *s = bpf_map_lookup_elem(&seen, &nr);

	/* A load of the typed pointer itself */
	if (s && want && (bpf_ntohs(sk->__sk_common.skc_dport) == want ||
			  bpf_ntohs(BPF_CORE_READ((struct inet_sock *)sk, inet_sport)) == want))
		__sync_fetch_and_add(&s->btf_hits, 1);
	return 0;
}

#define EVENT(nr, system, name, size, port_at)				\
	SEC("tp/" #system "/" #name)					\
	int on_##name(void *ctx)					\
	{								\
		return record(ctx, nr, size, *(__u16 *)(ctx + port_at),	\
			      *(__u16 *)(ctx + port_at + 2));		\
	}								\
									\
	SEC("raw_tp/" #name)						\
	int raw_##name(struct bpf_raw_tracepoint_args *ctx)		\
	{								\
		return raw((struct sock *)ctx->args[0], nr);		\
	}								\
									\
	SEC("tp_btf/" #name)						\
	int btf_##name(__u64 *ctx)					\
	{								\
		return typed((struct sock *)ctx[0], nr);		\
	}

TCP_EVENTS
