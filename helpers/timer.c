// SPDX-License-Identifier: GPL-2.0-only
/*
 * Timers in map values.
 */
#include "helpers/helpers.h"
#include "kmod/map/timer.h"

static void *ptr_of(u64 reg)
{
	return (void *)(unsigned long)reg;
}

/* timer, map, flags */
EBPF_HELPER(timer_init)
{
	return ebpf_timer_init(ptr_of(r1), ptr_of(r2), r3);
}

/* timer, function, and from the verifier: the program that the function is of */
EBPF_HELPER(timer_set_callback)
{
	return ebpf_timer_set_callback(ptr_of(r1), ptr_of(r2), ptr_of(r3));
}

/* timer, nanoseconds, flags */
EBPF_HELPER(timer_start)
{
	return ebpf_timer_start(ptr_of(r1), r2, r3);
}

/* timer */
EBPF_HELPER(timer_cancel)
{
	return ebpf_timer_cancel(ptr_of(r1));
}
