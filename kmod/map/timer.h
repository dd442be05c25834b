/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Timers in map values (EBPF_FIELD_TIMER).
 *
 * The field holds a pointer to the timer proper, which is made by timer_init and
 * goes when the field ends (ebpf_map_end_fields()) or the map's last user reference
 * does. A timer with a function keeps the function's program.
 *
 * The function runs in a softirq where the kernel has timers that expire there
 * (4.16), else in hard interrupts.
 */
#ifndef _KMOD_TIMER_H
#define _KMOD_TIMER_H

#include "kmod/map/map.h"
#include "kmod/prog/prog.h"

/* The helpers: @field is that of a live value. Program context but NMI
 * (-EOPNOTSUPP). Errors are those of Linux.
 */
long ebpf_timer_init(void *field, struct ebpf_map *map, u64 flags);
long ebpf_timer_set_callback(void *field, void *fn, struct ebpf_prog *prog);
long ebpf_timer_start(void *field, u64 nsecs, u64 flags);
/* Waits for the function if it runs on another CPU. 1: it was armed. */
long ebpf_timer_cancel(void *field);

/* Takes the timer out of @field, if there is one: its function is not started any
 * more; one that runs already may go on for a while. Program context, also inside
 * locks of the map.
 */
void ebpf_timer_end(void *field);

void ebpf_timer_init_module(void);
/* Waits until what ended before is freed. May sleep. */
void ebpf_timer_flush(void);

#endif /* _KMOD_TIMER_H */
