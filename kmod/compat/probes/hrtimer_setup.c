// SPDX-License-Identifier: GPL-2.0-only
/* hrtimer_setup() since 6.13; hrtimer_init() went with 6.15. */
/* asks: hrtimer_setup */
#include <linux/hrtimer.h>

#ifdef PROBE
void probe(struct hrtimer *timer, enum hrtimer_restart (*fn)(struct hrtimer *))
{
	hrtimer_setup(timer, fn, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
}
#endif
