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

/* Neither a request nor in TIME_WAIT: sockets of those have little of struct sock. */
static inline bool compat_sk_is_full(const struct sock *sk)
{
	/* TCP_NEW_SYN_RECV came with 4.1 */
	return !((1 << sk->sk_state) & (1 << TCP_TIME_WAIT | 1 << 12));
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

#endif /* _COMPAT_TCP_H */
