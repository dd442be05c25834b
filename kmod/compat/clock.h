/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Clocks that can be read anywhere, also in an NMI that struck the update of the
 * kernel's own clocks.
 *
 * ktime_get_mono_fast_ns() came with 3.17 and is in el7 from 7.7 on;
 * ktime_get_boot_fast_ns() came with 4.14, ktime_get_tai_fast_ns() with 6.1.
 * Elsewhere the clocks are made here from sched_clock(), corrected once a second.
 */
#ifndef _KMOD_COMPAT_CLOCK_H
#define _KMOD_COMPAT_CLOCK_H

#include "kmod/compat/compat.h"

/* CLOCK_MONOTONIC, CLOCK_BOOTTIME and CLOCK_TAI, ns. Any context. */
u64 compat_mono_fast_ns(void);
u64 compat_boot_fast_ns(void);
u64 compat_tai_fast_ns(void);

/* The clock of perf's records that an attr's clockid names; any context. False: this kernel has
 * no such clock for modules.
 */
bool compat_perf_clock(int clockid, u64 *ns);

/* Process context. */
int compat_clock_init(void);
void compat_clock_exit(void);

#endif /* _KMOD_COMPAT_CLOCK_H */
