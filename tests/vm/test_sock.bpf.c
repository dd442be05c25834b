// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sockets and packets of the kernel, as programs on its functions find them.
 */
#include <linux/bpf.h>
#include <stdbool.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "test_sock.h"

#define CORE	__attribute__((preserve_access_index))

char _license[] SEC("license") = "GPL";

struct sock {
	int sk_stamp;
} CORE;

struct socket {
	short type;
	struct sock *sk;
} CORE;

struct file {
	void *f_op;
} CORE;

/* Not in every kernel's BTF. */
struct udp6_sock {
} CORE;

struct sk_buff {
	struct sk_buff *next;
	unsigned int len;
} CORE;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct seen);
} out SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, __u64);
} socks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__type(key, __u32);
	__type(value, __u32);
} events SEC(".maps");

static __always_inline struct seen *seen_get(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&out, &zero);
}

static __always_inline __u32 kinds_of(struct sock *sk)
{
	return (bpf_skc_to_tcp6_sock(sk) ? IS_TCP6 : 0) | (bpf_skc_to_tcp_sock(sk) ? IS_TCP : 0) |
	       (bpf_skc_to_tcp_timewait_sock(sk) ? IS_TIMEWAIT : 0) |
	       (bpf_skc_to_tcp_request_sock(sk) ? IS_REQUEST : 0) |
	       (bpf_core_type_exists(struct udp6_sock) ?
			(bpf_skc_to_udp6_sock(sk) ? IS_UDP6 : 0) : NO_UDP6) |
	       (bpf_skc_to_unix_sock(sk) ? IS_UNIX : 0);
}

static __always_inline void store(struct seen *seen, struct sock *sk)
{
	__u64 start = START, *v = bpf_sk_storage_get(&socks, sk, NULL, 0);

	seen->found = v ? *v : NOTHING;
	if (seen->delete) {
		seen->deleted = bpf_sk_storage_delete(&socks, sk);
		return;
	}
	v = bpf_sk_storage_get(&socks, sk, &start, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (v)
		++*v;
	seen->now = v ? *v : NOTHING;
}

SEC("fentry/vfs_write")
int BPF_PROG(on_write, struct file *file)
{
	struct seen *seen = seen_get();
	struct socket *sock;
	struct sock *sk;

	if (!seen || seen->tgid != bpf_get_current_pid_tgid() >> 32)
		return 0;
	seen->hits++;
	sock = bpf_sock_from_file(file);
	seen->is_socket = sock != NULL;
	if (!sock)
		return 0;
	seen->type = sock->type;
	sk = sock->sk;
	seen->sk = (__u64)sk;
	seen->kinds = kinds_of(sk);
	seen->cookie = bpf_get_socket_cookie(sk);
	store(seen, sk);
	return 0;
}

SEC("fentry/ip_rcv")
int BPF_PROG(on_packet, struct sk_buff *skb)
{
	struct seen *seen = seen_get();
	struct meta meta = { .magic = MAGIC };
	__u64 len = skb->len;

	if (!seen || !seen->want_len || len != seen->want_len)
		return 0;
	meta.len = len;
	seen->sent = bpf_skb_output(skb, &events, len << 32 | BPF_F_CURRENT_CPU, &meta,
				    sizeof(meta));
	seen->too_long = bpf_skb_output(skb, &events, (len + 1) << 32 | BPF_F_CURRENT_CPU, &meta,
					sizeof(meta));
	seen->bad_flags = bpf_skb_output(skb, &events, 1ULL << 60 | BPF_F_CURRENT_CPU, &meta,
					 sizeof(meta));
	seen->null_skb = bpf_skb_output(skb->next, &events, BPF_F_CURRENT_CPU, &meta,
					sizeof(meta));
	seen->packets++;
	return 0;
}
