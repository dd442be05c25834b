// SPDX-License-Identifier: GPL-2.0-only
/* TCP_NEW_SYN_RECV, the state of requests among sockets, since 4.1. */
/* asks: TCP_NEW_SYN_RECV */
#include <net/tcp_states.h>

#ifdef PROBE
int probe(void)
{
	return TCP_NEW_SYN_RECV;
}
#endif
