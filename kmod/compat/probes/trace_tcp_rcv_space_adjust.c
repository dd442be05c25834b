// SPDX-License-Identifier: GPL-2.0-only
/* tcp:tcp_rcv_space_adjust since 4.17. */
/* asks: tcp.h trace_tcp_rcv_space_adjust */

#ifdef PROBE
#include <trace/events/tcp.h>

void *probe(void)
{
	return trace_tcp_rcv_space_adjust;
}
#endif
