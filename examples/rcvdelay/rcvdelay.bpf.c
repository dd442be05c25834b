// SPDX-License-Identifier: GPL-2.0-only
/*
 * The part in the kernel. Three tracepoints tell the life of received data:
 *
 *	tcp:tcp_probe			a packet has come for a connection
 *	tcp:tcp_rcv_space_adjust	somebody has read from it
 *	sock:inet_sock_set_state	the connection has ended
 *
 * All three fire with the socket locked, so nobody else is at this connection's entry meanwhile.
 */
#include <linux/bpf.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <stdbool.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "kernel_types.h"
#include "rcvdelay.h"

#define AF_INET		2
#define AF_INET6	10

char LICENSE[] SEC("license") = "GPL";

/* Options: constants that user space sets before it loads this. */
const volatile __u64 threshold_ns = 0;
const volatile __u16 only_port = 0;		/* 0: any */
const volatile __u32 only_pid = 0;		/* 0: any */
const volatile char only_comm[COMM_LEN] = "";	/* empty: any */
const volatile bool want_events = false;
const volatile bool keep_closed = false;

/* Results: variables that user space reads. */
__u64 slots[NR_SLOTS];		/* slots[n]: reads that took 2^n us or more, less than 2^(n+1) */
__u64 lost;			/* reads that the ring buffer had no room for */

/* When it is full, the connection that nothing happened on for the longest time goes. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, MAX_CONNS);
	__type(key, struct conn_key);
	__type(value, struct conn);
} conns SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} events SEC(".maps");

/*
 * Which connection?
 */

/*
 * Cookies tell connections of different network namespaces apart. Old kernels have none, and all three
 * places must have the same.
 */
static __always_inline bool have_cookies(void)
{
	return bpf_core_field_exists(struct trace_event_raw_tcp_probe, sock_cookie) &&
	       bpf_core_field_exists(struct trace_event_raw_tcp_event_sk, sock_cookie) &&
	       bpf_core_field_exists(struct sock_common, skc_cookie);
}

static __always_inline void address_of(__u8 *to, const struct sockaddr_in6 *at)
{
	const struct sockaddr_in *in = (const void *)at;

	if (at->sin6_family == AF_INET6) {
		__builtin_memcpy(to, &at->sin6_addr, 16);
	} else if (at->sin6_family == AF_INET) {
		to[10] = 0xff;
		to[11] = 0xff;
		__builtin_memcpy(to + 12, &in->sin_addr, 4);
	}
}

static __always_inline void key_of_packet(struct conn_key *key,
					  const struct trace_event_raw_tcp_probe *ctx)
{
	struct sockaddr_in6 at;

	/* Arrays of the context can be read with a helper only, single members directly, too. */
	bpf_core_read(&at, sizeof(at), &ctx->saddr);
	address_of(key->local, &at);
	bpf_core_read(&at, sizeof(at), &ctx->daddr);
	address_of(key->remote, &at);
	key->local_port = ctx->sport;
	key->remote_port = ctx->dport;
	if (have_cookies())
		key->cookie = ctx->sock_cookie;
}

static __always_inline void key_of_socket(struct conn_key *key,
					  const struct trace_event_raw_tcp_event_sk *ctx)
{
	bpf_core_read(key->local, sizeof(key->local), &ctx->saddr_v6);
	bpf_core_read(key->remote, sizeof(key->remote), &ctx->daddr_v6);
	key->local_port = ctx->sport;
	key->remote_port = ctx->dport;
	if (have_cookies())
		key->cookie = ctx->sock_cookie;
}

static __always_inline void key_of_end(struct conn_key *key,
				       const struct trace_event_raw_inet_sock_set_state *ctx)
{
	const struct sock *sk = ctx->skaddr;

	bpf_core_read(key->local, sizeof(key->local), &ctx->saddr_v6);
	bpf_core_read(key->remote, sizeof(key->remote), &ctx->daddr_v6);
	key->local_port = ctx->sport;
	key->remote_port = ctx->dport;
	/* The record has no cookie; the socket has one, if anybody asked for it. */
	if (have_cookies())
		key->cookie = BPF_CORE_READ(sk, __sk_common.skc_cookie.counter);
}

static __always_inline bool is_wanted_port(const struct conn_key *key)
{
	return !only_port || key->local_port == only_port || key->remote_port == only_port;
}

/*
 * Data comes
 */

SEC("tp/tcp/tcp_probe")
int data_came(struct trace_event_raw_tcp_probe *ctx)
{
	__u64 now = bpf_ktime_get_ns();
	struct conn_key key = {};
	struct conn *conn, new = {};

	/* Most packets without data acknowledge what was sent. */
	if (!ctx->data_len)
		return 0;
	key_of_packet(&key, ctx);
	if (!is_wanted_port(&key))
		return 0;
	conn = bpf_map_lookup_elem(&conns, &key);
	if (!conn) {
		new.first_ns = new.last_ns = now;
		bpf_map_update_elem(&conns, &key, &new, BPF_ANY);
		return 0;
	}
	if (!conn->first_ns)
		conn->first_ns = now;
	conn->last_ns = now;
	conn->closed = 0;
	return 0;
}

/*
 * Data is read
 */

/* The end of the other side's data counts as a byte, which nobody reads. */
static __always_inline bool end_has_come(const void *sk)
{
	unsigned char state = BPF_CORE_READ((const struct sock *)sk, __sk_common.skc_state);

	return state != TCP_ESTABLISHED && state != TCP_FIN_WAIT1 && state != TCP_FIN_WAIT2;
}

static __always_inline bool is_data_left(const void *sk)
{
	const struct tcp_sock *tp = sk;
	__s32 left = BPF_CORE_READ(tp, rcv_nxt) - BPF_CORE_READ(tp, copied_seq);

	return left > (end_has_come(sk) ? 1 : 0);
}

static __always_inline bool is_wanted_process(__u32 pid, const char *comm)
{
	int i;

	if (only_pid && only_pid != pid)
		return false;
	for (i = 0; i < COMM_LEN && only_comm[i]; i++)
		if (only_comm[i] != comm[i])
			return false;
	return !i || i == COMM_LEN || !comm[i];
}

static __always_inline void count_in_slot(__u64 delay_ns)
{
	__u64 us = delay_ns / 1000;
	__u32 slot = 0;
	int i;

	for (i = 0; i < NR_SLOTS - 1; i++) {
		us >>= 1;
		if (!us)
			break;
		slot++;
	}
	/* Other connections are read on other CPUs at the same time. */
	__sync_fetch_and_add(&slots[slot & (NR_SLOTS - 1)], 1);
}

static __always_inline void tell(const struct conn_key *key, const struct conn *conn,
				 __u64 now, __u64 delay)
{
	struct read_event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);

	if (!e) {
		__sync_fetch_and_add(&lost, 1);
		return;
	}
	e->key = *key;
	e->when_ns = now;
	e->delay_ns = delay;
	e->pid = conn->pid;
	__builtin_memcpy(e->comm, conn->comm, COMM_LEN);
	e->zero = 0;
	bpf_ringbuf_submit(e, 0);
}

static __always_inline void count_read(struct conn *conn, __u32 pid, const char *comm, __u64 delay)
{
	conn->reads++;
	conn->sum_ns += delay;
	if (delay > conn->max_ns)
		conn->max_ns = delay;
	conn->pid = pid;
	__builtin_memcpy(conn->comm, comm, COMM_LEN);
	count_in_slot(delay);
}

SEC("tp/tcp/tcp_rcv_space_adjust")
int data_read(struct trace_event_raw_tcp_event_sk *ctx)
{
	__u64 delay, now = bpf_ktime_get_ns();
	__u32 pid = bpf_get_current_pid_tgid() >> 32;
	struct conn_key key = {};
	char comm[COMM_LEN];
	struct conn *conn;

	key_of_socket(&key, ctx);
	conn = bpf_map_lookup_elem(&conns, &key);
	if (!conn || !conn->first_ns)
		return 0;
	delay = now - conn->first_ns;
	/* When what is left came is not known. It did not come later than the newest. */
	conn->first_ns = is_data_left(ctx->skaddr) ? conn->last_ns : 0;
	bpf_get_current_comm(comm, sizeof(comm));
	if (delay < threshold_ns || !is_wanted_process(pid, comm))
		return 0;
	count_read(conn, pid, comm, delay);
	if (want_events)
		tell(&key, conn, now, delay);
	return 0;
}

/*
 * The connection ends: the next one between the same ports must not inherit what was not read.
 */

SEC("tp/sock/inet_sock_set_state")
int conn_ended(struct trace_event_raw_inet_sock_set_state *ctx)
{
	struct conn_key key = {};
	struct conn *conn;

	/* Not tcp:tcp_destroy_sock: a socket can break off one connection and begin another. */
	if (ctx->protocol != IPPROTO_TCP || ctx->newstate != TCP_CLOSE)
		return 0;
	key_of_end(&key, ctx);
	conn = bpf_map_lookup_elem(&conns, &key);
	if (!conn)
		return 0;
	if (!keep_closed || !conn->reads) {
		bpf_map_delete_elem(&conns, &key);
		return 0;
	}
	conn->first_ns = 0;
	conn->closed = 1;
	return 0;
}
