/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a ring counts against its owner's limits, as perf's own rings do: each user may
 * have perf_event_mlock_kb per CPU, and beyond that each process what RLIMIT_MEMLOCK
 * leaves it.
 */
#ifndef _ATTACH_RING_CHARGE_H
#define _ATTACH_RING_CHARGE_H

#include "kmod/compat/compat.h"
#include <ebpf/types.h>

struct cred;

/* Zero: nothing is charged. */
struct ebpf_ring_charge {
	const struct cred *cred;	/* a reference; its user's locked_vm holds user_pages */
	struct mm_struct *mm;		/* mm_count; its pinned_vm holds mm_pages */
	long user_pages;
	long mm_pages;
};

/* Charges @pages to the current task. 0, or -EPERM when they are too many and it may not
 * ignore that (CAP_IPC_LOCK, perf_event_paranoid -1). Process context, no two at a time.
 */
int ebpf_ring_charge(struct ebpf_ring_charge *charge, long pages);
/* Process context. Of what was not charged: nothing. */
void ebpf_ring_uncharge(struct ebpf_ring_charge *charge);
/* Finds the kernel's settings. Process context, sleeps. */
void ebpf_ring_charge_init(void);

#endif /* _ATTACH_RING_CHARGE_H */
