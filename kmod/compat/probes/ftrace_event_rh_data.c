// SPDX-License-Identifier: GPL-2.0-only
/* el7 since 7.5: ftrace_event_call.rh_data points to a structure that took over the
 * member data.
 */
/* asks: ftrace_event.h rh_data ftrace_event_call */

#ifdef PROBE
#include <linux/ftrace_event.h>

void *probe(struct ftrace_event_call *call)
{
	return call->rh_data->data;
}
#endif
