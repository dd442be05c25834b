// SPDX-License-Identifier: GPL-2.0-only
/* ktime_get_ns() since 3.17, in el7 since 7.2. */
#include <linux/ktime.h>
#include <linux/timekeeping.h>

u64 probe(void)
{
	return ktime_get_ns();
}
