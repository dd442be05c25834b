/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which processes are adopted: whose bpf(2) and perf_event_open(2) are the module's.
 *
 * A process is all threads of a group. Its children are what it is, whatever they execute, and
 * with its last thread it is forgotten.
 */
#ifndef _KMOD_ADOPTED_H
#define _KMOD_ADOPTED_H

#include "kmod/compat/compat.h"

/**
 * enum adopted_state - bits
 * @ADOPTED_KNOWN:    it is in the list
 * @ADOPTED_CHOSEN:   it asked for it, or a parent did; else all processes were taken over when
 *                    it called bpf(2) first
 * @ADOPTED_KERNELS:  it has objects of the kernel's own bpf(2), or began with what only that
 *                    can do: left alone
 * @ADOPTED_USED_BPF: it has called bpf(2) since it began to execute what it does
 */
enum adopted_state {
	ADOPTED_KNOWN = 1,
	ADOPTED_CHOSEN = 2,
	ADOPTED_KERNELS = 4,
	ADOPTED_USED_BPF = 8,
};

/* Of current's process, 0 where it is not in the list. Any context; notrace, for handlers of
 * ftrace.
 */
unsigned int ebpf_adopted_state(void);

/* Puts current's process into the list, or adds @state to what it is there. 0 or -ENOMEM. May
 * sleep.
 */
int ebpf_adopted_add(unsigned int state);
/* Takes it out. Process context. */
void ebpf_adopted_remove(void);

/* Processes in the list. */
unsigned int ebpf_adopted_count(void);

/* From now on processes are followed through fork, exec and exit; @empty is called when the last
 * one has left the list, in a context that does not sleep. 0 or a negative errno. May sleep, as
 * the next.
 */
int ebpf_adopted_follow(void (*empty)(void));
/* They are not, and the list is empty when this returns. */
void ebpf_adopted_unfollow(void);

#endif /* _KMOD_ADOPTED_H */
