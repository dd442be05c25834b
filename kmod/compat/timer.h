/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KMOD_COMPAT_TIMER_H
#define _KMOD_COMPAT_TIMER_H

#include "kmod/compat/compat.h"

#include <linux/hrtimer.h>

/* Relative, expiring in a softirq where that can be had, else in a hard interrupt. */
#ifdef HAVE_HRTIMER_MODE_SOFT
#define COMPAT_HRTIMER_MODE	HRTIMER_MODE_REL_SOFT
#else
#define COMPAT_HRTIMER_MODE	HRTIMER_MODE_REL
#endif

static inline void compat_hrtimer_setup(struct hrtimer *timer,
					enum hrtimer_restart (*fn)(struct hrtimer *),
					clockid_t clock)
{
#ifdef HAVE_HRTIMER_SETUP
	hrtimer_setup(timer, fn, clock, COMPAT_HRTIMER_MODE);
#else
	hrtimer_init(timer, clock, COMPAT_HRTIMER_MODE);
	timer->function = fn;
#endif
}

#endif /* _KMOD_COMPAT_TIMER_H */
