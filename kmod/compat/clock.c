// SPDX-License-Identifier: GPL-2.0-only
#include <linux/ktime.h>
#include <linux/workqueue.h>
#include "kmod/compat/clock.h"

#if defined(HAVE_EXPORT_KTIME_GET_MONO_FAST_NS) && \
	defined(HAVE_EXPORT_KTIME_GET_BOOT_FAST_NS) && defined(HAVE_EXPORT_KTIME_GET_TAI_FAST_NS)

u64 compat_mono_fast_ns(void)
{
	return ktime_get_mono_fast_ns();
}

u64 compat_boot_fast_ns(void)
{
	return ktime_get_boot_fast_ns();
}

u64 compat_tai_fast_ns(void)
{
	return ktime_get_tai_fast_ns();
}

int compat_clock_init(void)
{
	return 0;
}

void compat_clock_exit(void)
{
}

#else

/*
 * Two copies of the offsets; readers take the one that is not being written, so
 * that a reader which interrupted the writer still finds a whole one.
 */
struct clock_offsets {
	u64 sched_to_mono;
	u64 mono_to_boot;
	u64 mono_to_tai;
};

static struct clock_offsets offsets[2];
static unsigned int offsets_current;

static void refresh(struct work_struct *work);
static DECLARE_DELAYED_WORK(refresh_work, refresh);

static struct clock_offsets measure(void)
{
	struct clock_offsets now;
	u64 before, mono;

	before = sched_clock();
	mono = compat_ktime_get_ns();
	now.sched_to_mono = mono - (before + sched_clock()) / 2;
	now.mono_to_boot = compat_ktime_get_boot_ns() - mono;
	mono = compat_ktime_get_ns();
	now.mono_to_tai = ktime_to_ns(ktime_get_clocktai()) - mono;
	return now;
}

static void refresh_once(void)
{
	unsigned int next = !READ_ONCE(offsets_current);

	offsets[next] = measure();
	smp_store_release(&offsets_current, next);
}

static void refresh(struct work_struct *work)
{
	refresh_once();
	schedule_delayed_work(&refresh_work, HZ);
}

u64 compat_mono_fast_ns(void)
{
#ifdef HAVE_EXPORT_KTIME_GET_MONO_FAST_NS
	return ktime_get_mono_fast_ns();
#else
	return sched_clock() + offsets[smp_load_acquire(&offsets_current)].sched_to_mono;
#endif
}

u64 compat_boot_fast_ns(void)
{
	return compat_mono_fast_ns() + offsets[smp_load_acquire(&offsets_current)].mono_to_boot;
}

u64 compat_tai_fast_ns(void)
{
	return compat_mono_fast_ns() + offsets[smp_load_acquire(&offsets_current)].mono_to_tai;
}

int compat_clock_init(void)
{
	refresh_once();
	schedule_delayed_work(&refresh_work, HZ);
	return 0;
}

void compat_clock_exit(void)
{
	cancel_delayed_work_sync(&refresh_work);
}

#endif

bool compat_perf_clock(int clockid, u64 *ns)
{
	switch (clockid) {
	case CLOCK_MONOTONIC:
		*ns = compat_mono_fast_ns();
		return true;
	case CLOCK_BOOTTIME:
		*ns = compat_boot_fast_ns();
		return true;
	case CLOCK_TAI:
		*ns = compat_tai_fast_ns();
		return true;
#ifdef HAVE_EXPORT_KTIME_GET_RAW_FAST_NS
	case CLOCK_MONOTONIC_RAW:
		*ns = ktime_get_raw_fast_ns();
		return true;
#endif
#ifdef HAVE_EXPORT_KTIME_GET_REAL_FAST_NS
	case CLOCK_REALTIME:
		*ns = ktime_get_real_fast_ns();
		return true;
#endif
	default:
		return false;
	}
}
