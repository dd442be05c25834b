// SPDX-License-Identifier: GPL-2.0-only
/* tcp:tcp_retransmit_skb since 4.15. */
/* asks: tcp.h trace_tcp_retransmit_skb */

#ifdef PROBE
#include <trace/events/tcp.h>

void *probe(void)
{
	return trace_tcp_retransmit_skb;
}
#endif
