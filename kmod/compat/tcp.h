/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fields of TCP's sockets and requests, for who has a reference or the lock of one.
 */
#ifndef _COMPAT_TCP_H
#define _COMPAT_TCP_H

#include "kmod/compat/compat.h"
#include "kmod/compat/sock.h"

#include <linux/in6.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/tcp.h>

/* The smoothed round trip time in microseconds. */
static inline u32 compat_tcp_srtt_us(const struct tcp_sock *tp)
{
#ifdef HAVE_TCP_SRTT_US
	return tp->srtt_us >> 3;
#else
	return jiffies_to_usecs(tp->srtt >> 3);
#endif
}

/* 0 where the kernel has no cookies. */
static inline u64 compat_tcp_cookie(const struct sock *sk)
{
#ifdef sk_cookie
	return ebpf_compat_sock_cookie((struct sock *)sk);
#else
	return 0;
#endif
}

/* In the kernel's list of states since 4.1; print formats name it. */
#ifndef HAVE_TCP_NEW_SYN_RECV
enum { TCP_NEW_SYN_RECV = 12 };
#endif

/* Neither a request nor in TIME_WAIT: sockets of those have little of struct sock. */
static inline bool compat_sk_is_full(const struct sock *sk)
{
	return sk->sk_state != TCP_TIME_WAIT && sk->sk_state != TCP_NEW_SYN_RECV;
}

#if IS_ENABLED(CONFIG_IPV6)
#ifdef sk_v6_daddr
#define compat_sk_v6_local(sk)	(&(sk)->sk_v6_rcv_saddr)
#define compat_sk_v6_remote(sk)	(&(sk)->sk_v6_daddr)
#else
#define compat_sk_v6_local(sk)	(&inet6_sk(sk)->rcv_saddr)
#define compat_sk_v6_remote(sk)	(&inet6_sk(sk)->daddr)
#endif

/* The address that is sent from, which can differ from the one that is bound to. */
static inline const struct in6_addr *compat_sk_v6_source(const struct sock *sk)
{
	return &inet6_sk(sk)->saddr;
}
#endif

/*
 * Requests for a connection
 */

/* The local port, in host order. */
static inline u16 compat_req_num(const struct request_sock *req)
{
#ifdef ir_num
	return inet_rsk(req)->ir_num;
#else
	return ntohs(inet_rsk(req)->loc_port);
#endif
}

static inline __be16 compat_req_remote_port(const struct request_sock *req)
{
#ifdef ir_rmt_port
	return inet_rsk(req)->ir_rmt_port;
#else
	return inet_rsk(req)->rmt_port;
#endif
}

#ifdef ir_loc_addr
#define compat_req_local(req)	(inet_rsk(req)->ir_loc_addr)
#define compat_req_remote(req)	(inet_rsk(req)->ir_rmt_addr)
#else
#define compat_req_local(req)	(inet_rsk(req)->loc_addr)
#define compat_req_remote(req)	(inet_rsk(req)->rmt_addr)
#endif

#if IS_ENABLED(CONFIG_IPV6)
#ifdef ir_v6_loc_addr
#define compat_req_v6_local(req)	(&inet_rsk(req)->ir_v6_loc_addr)
#define compat_req_v6_remote(req)	(&inet_rsk(req)->ir_v6_rmt_addr)
#else
#define compat_req_v6_local(req)	(&inet6_rsk(req)->loc_addr)
#define compat_req_v6_remote(req)	(&inet6_rsk(req)->rmt_addr)
#endif
#endif

#endif /* _COMPAT_TCP_H */
