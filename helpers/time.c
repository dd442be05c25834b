// SPDX-License-Identifier: GPL-2.0-only
/*
 * Clocks.
 */
#include <linux/jiffies.h>
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

EBPF_HELPER(jiffies64)
{
	return get_jiffies_64();
}
