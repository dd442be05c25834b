// SPDX-License-Identifier: GPL-2.0-only
/* tcp:tcp_send_reset since 4.15. */
/* asks: tcp.h trace_tcp_send_reset */

#ifdef PROBE
#include <trace/events/tcp.h>

void *probe(void)
{
	return trace_tcp_send_reset;
}
#endif
