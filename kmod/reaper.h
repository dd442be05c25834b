/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Deferred freeing: objects whose last reference went away are queued from any
 * context (NMI excepted) and freed by a worker in process context, after an
 * RCU-sched grace period that all of a batch share.
 */
#ifndef _KMOD_REAPER_H
#define _KMOD_REAPER_H

#include "kmod/compat/compat.h"
#include <linux/workqueue.h>

struct ebpf_reaper {
	spinlock_t lock;
	struct list_head dead;
	struct work_struct work;
	void (*free)(struct list_head *node);	/* may sleep */
};

int ebpf_reaper_init_module(void);
void ebpf_reaper_exit_module(void);

void ebpf_reaper_init(struct ebpf_reaper *reaper, void (*free)(struct list_head *node));
void ebpf_reaper_queue(struct ebpf_reaper *reaper, struct list_head *node);
/* Waits until what was queued before is freed. What that queues in turn is not
 * waited for. May sleep.
 */
void ebpf_reaper_flush(struct ebpf_reaper *reaper);

#endif /* _KMOD_REAPER_H */
