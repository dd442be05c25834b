// SPDX-License-Identifier: GPL-2.0-only
/* Since 4.5 a counter that is released takes those along that tasks inherited from it. */
/* asks: PERF_EVENT_STATE_DEAD */
#include <linux/perf_event.h>

#ifdef PROBE
int probe(void)
{
	return PERF_EVENT_STATE_DEAD;
}
#endif
