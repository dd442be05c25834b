// SPDX-License-Identifier: GPL-2.0-only
/* Timers that expire in a softirq since 4.16. */
/* asks: HRTIMER_MODE_REL_SOFT */
#include <linux/hrtimer.h>

#ifdef PROBE
int probe(void)
{
	return HRTIMER_MODE_REL_SOFT;
}
#endif
