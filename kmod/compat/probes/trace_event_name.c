// SPDX-License-Identifier: GPL-2.0-only
/* trace_event_name(call) since 4.2, whose names may come from the tracepoint;
 * call->name before and in el7.
 */
/* asks: trace_events.h trace_event_name */

#ifdef PROBE
#include <linux/trace_events.h>

const char *probe(struct trace_event_call *call)
{
	return trace_event_name(call);
}
#endif
