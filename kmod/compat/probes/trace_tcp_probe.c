// SPDX-License-Identifier: GPL-2.0-only
/* tcp:tcp_probe since 4.16. */
/* asks: tcp.h trace_tcp_probe */

#ifdef PROBE
#include <trace/events/tcp.h>

void *probe(void)
{
	return trace_tcp_probe;
}
#endif
