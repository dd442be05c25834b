// SPDX-License-Identifier: GPL-2.0-only
/* hrtimer_init() up to 6.14. */
/* asks: hrtimer_init */
#include <linux/hrtimer.h>

#ifdef PROBE
void probe(struct hrtimer *timer, enum hrtimer_restart (*fn)(struct hrtimer *))
{
	hrtimer_init(timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	timer->function = fn;
}
#endif
