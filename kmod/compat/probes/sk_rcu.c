// SPDX-License-Identifier: GPL-2.0-only
/* Sockets end in __sk_destruct(&sk->sk_rcu) since 4.8 and in el7. */
/* asks: sk_rcu */
#include <net/sock.h>

#ifdef PROBE
struct rcu_head *probe(struct sock *sk)
{
	return &sk->sk_rcu;
}
#endif
