// SPDX-License-Identifier: GPL-2.0-only
/* ktime_get_ns() since 3.17, in el7 since 7.2. */
/* asks: timekeeping.h ktime_get_ns */
#include <linux/ktime.h>

#ifdef PROBE
#include <linux/timekeeping.h>

u64 probe(void)
{
	return ktime_get_ns();
}
#endif
