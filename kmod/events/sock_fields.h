/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What records of sockets have in common. Ports are in host order, addresses as on the wire;
 * sockets of IPv4 have their addresses as IPv4-mapped ones, too.
 */
#ifndef _EVENTS_SOCK_FIELDS_H
#define _EVENTS_SOCK_FIELDS_H

#include "kmod/compat/tcp.h"

#define OWN_PORT_FIELDS							\
	__field(__u16, sport)						\
	__field(__u16, dport)						\
	__field(__u16, family)

#define OWN_ADDR_FIELDS							\
	__array(__u8, saddr, 4)						\
	__array(__u8, daddr, 4)						\
	__array(__u8, saddr_v6, 16)					\
	__array(__u8, daddr_v6, 16)

/* As print formats tell them: numbers, which every kernel and reader knows. */
#define OWN_FAMILY_NAME(family) \
	__print_symbolic(family, { 2, "AF_INET" }, { 10, "AF_INET6" })

#define OWN_STATE_NAME(state)						\
	__print_symbolic(state, { 1, "TCP_ESTABLISHED" }, { 2, "TCP_SYN_SENT" }, \
			 { 3, "TCP_SYN_RECV" }, { 4, "TCP_FIN_WAIT1" }, { 5, "TCP_FIN_WAIT2" }, \
			 { 6, "TCP_TIME_WAIT" }, { 7, "TCP_CLOSE" }, { 8, "TCP_CLOSE_WAIT" }, \
			 { 9, "TCP_LAST_ACK" }, { 10, "TCP_LISTEN" }, { 11, "TCP_CLOSING" }, \
			 { 12, "TCP_NEW_SYN_RECV" })

/* Of the system "tcp" they name the states: its kernel never told ftrace their numbers. */
#define OWN_TCP_STATE_NAME(state)					\
	__print_symbolic(state, { TCP_ESTABLISHED, "TCP_ESTABLISHED" },	\
			 { TCP_SYN_SENT, "TCP_SYN_SENT" }, { TCP_SYN_RECV, "TCP_SYN_RECV" }, \
			 { TCP_FIN_WAIT1, "TCP_FIN_WAIT1" }, { TCP_FIN_WAIT2, "TCP_FIN_WAIT2" }, \
			 { TCP_TIME_WAIT, "TCP_TIME_WAIT" }, { TCP_CLOSE, "TCP_CLOSE" }, \
			 { TCP_CLOSE_WAIT, "TCP_CLOSE_WAIT" }, { TCP_LAST_ACK, "TCP_LAST_ACK" }, \
			 { TCP_LISTEN, "TCP_LISTEN" }, { TCP_CLOSING, "TCP_CLOSING" }, \
			 { TCP_NEW_SYN_RECV, "TCP_NEW_SYN_RECV" })

#define OWN_PROTOCOL_NAME(protocol)					\
	__print_symbolic(protocol, { 6, "IPPROTO_TCP" }, { 33, "IPPROTO_DCCP" }, \
			 { 132, "IPPROTO_SCTP" }, { 262, "IPPROTO_MPTCP" })

#define OWN_PORTS_ADDRS_PRINT	\
	"sport=%hu dport=%hu saddr=%pI4 daddr=%pI4 saddrv6=%pI6c daddrv6=%pI6c"
/* Without parentheses: print formats tell the text. */
#define OWN_PORTS_ADDRS(entry)						\
	entry->sport, entry->dport, entry->saddr, entry->daddr,		\
	entry->saddr_v6, entry->daddr_v6

/* OWN_STORE_SOCK(entry, sk): fields of both lists. */
#define OWN_STORE_SOCK(entry, sk)					\
	do {								\
		(entry)->sport = ntohs(inet_sk(sk)->inet_sport);	\
		(entry)->dport = ntohs(inet_sk(sk)->inet_dport);	\
		(entry)->family = (sk)->sk_family;			\
		own_store_addrs(sk, (entry)->saddr, (entry)->daddr,	\
				(entry)->saddr_v6, (entry)->daddr_v6);	\
	} while (0)

static inline void own_store_mapped(__be32 addr, __u8 *v4, __u8 *v6)
{
	struct in6_addr mapped;

	ipv6_addr_set_v4mapped(addr, &mapped);
	memcpy(v4, &addr, sizeof(addr));
	memcpy(v6, &mapped, sizeof(mapped));
}

static inline void own_store_addrs(const struct sock *sk, __u8 *saddr, __u8 *daddr,
				   __u8 *saddr_v6, __u8 *daddr_v6)
{
	own_store_mapped(inet_sk(sk)->inet_saddr, saddr, saddr_v6);
	own_store_mapped(inet_sk(sk)->inet_daddr, daddr, daddr_v6);
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6) {
		memcpy(saddr_v6, compat_sk_v6_local(sk), 16);
		memcpy(daddr_v6, compat_sk_v6_remote(sk), 16);
	}
#endif
}

/* Of a request, which has the family of its listener @sk. */
static inline void own_store_req_addrs(const struct sock *sk, const struct request_sock *req,
				       __u8 *saddr, __u8 *daddr, __u8 *saddr_v6, __u8 *daddr_v6)
{
	own_store_mapped(compat_req_local(req), saddr, saddr_v6);
	own_store_mapped(compat_req_remote(req), daddr, daddr_v6);
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6) {
		memcpy(saddr_v6, compat_req_v6_local(req), 16);
		memcpy(daddr_v6, compat_req_v6_remote(req), 16);
	}
#endif
}

/* The two ends as socket addresses, each 28 bytes, sizeof(struct sockaddr_in6). */
static inline void own_store_ends(const struct sock *sk, __u8 *saddr, __u8 *daddr)
{
	const struct inet_sock *inet = inet_sk(sk);
	struct sockaddr_in v4 = { .sin_family = AF_INET };

	BUILD_BUG_ON(sizeof(struct sockaddr_in6) != 28);
	memset(saddr, 0, sizeof(struct sockaddr_in6));
	memset(daddr, 0, sizeof(struct sockaddr_in6));
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6) {
		struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };

		v6.sin6_port = inet->inet_sport;
		v6.sin6_addr = *compat_sk_v6_source(sk);
		memcpy(saddr, &v6, sizeof(v6));
		v6.sin6_port = inet->inet_dport;
		v6.sin6_addr = *compat_sk_v6_remote(sk);
		memcpy(daddr, &v6, sizeof(v6));
		return;
	}
#endif
	v4.sin_port = inet->inet_sport;
	v4.sin_addr.s_addr = inet->inet_saddr;
	memcpy(saddr, &v4, sizeof(v4));
	v4.sin_port = inet->inet_dport;
	v4.sin_addr.s_addr = inet->inet_daddr;
	memcpy(daddr, &v4, sizeof(v4));
}

#endif /* _EVENTS_SOCK_FIELDS_H */
