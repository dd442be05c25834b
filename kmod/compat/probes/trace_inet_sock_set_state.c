// SPDX-License-Identifier: GPL-2.0-only
/* sock:inet_sock_set_state since 4.16. */
/* asks: sock.h trace_inet_sock_set_state */

#ifdef PROBE
#include <trace/events/sock.h>

void *probe(void)
{
	return trace_inet_sock_set_state;
}
#endif
