// SPDX-License-Identifier: GPL-2.0-only
/* Since 4.5 a counter that is released takes those along that tasks inherited from it. */
#include <linux/perf_event.h>

int probe(void)
{
	return PERF_EVENT_STATE_DEAD;
}
