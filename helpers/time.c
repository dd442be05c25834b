// SPDX-License-Identifier: GPL-2.0-only
/*
 * Clocks.
 */
#include <linux/jiffies.h>
#include <linux/time.h>
#include "helpers/helpers.h"
#include "kmod/compat/clock.h"

EBPF_HELPER(ktime_get_ns)
{
	return compat_mono_fast_ns();
}

EBPF_HELPER(ktime_get_boot_ns)
{
	return compat_boot_fast_ns();
}

EBPF_HELPER(ktime_get_tai_ns)
{
	return compat_tai_fast_ns();
}

/* Only socket programs may call it, and those do not run where the clock is
 * being updated.
 */
EBPF_HELPER(ktime_get_coarse_ns)
{
	return compat_ktime_get_ns();
}

#define LOOP_NS_MAX	(250 * NSEC_PER_MSEC)	/* as in Linux */

u64 ebpf_more_rounds(u64 since, u64 r2, u64 r3, u64 r4, u64 r5)
{
	u64 *start = (u64 *)(unsigned long)since;
	u64 now = compat_mono_fast_ns();

	if (!*start)
		*start = now ? now : 1;
	return now - *start < LOOP_NS_MAX ? EBPF_ROUNDS : 0;
}

EBPF_HELPER(jiffies64)
{
	return get_jiffies_64();
}
