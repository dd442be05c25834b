// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory of events and rings, freed after an RCU-sched grace period from where
 * one may sleep. One worker, one grace period for all that has gathered.
 */
#include "kmod/attach/event.h"

#include <linux/workqueue.h>

static void later_run(struct work_struct *work);

static LIST_HEAD(later_list);
static DEFINE_SPINLOCK(later_lock);
static DECLARE_WORK(later_work, later_run);

static void later_run(struct work_struct *work)
{
	struct ebpf_event_later *later, *next;
	LIST_HEAD(list);

	spin_lock(&later_lock);
	list_splice_init(&later_list, &list);
	spin_unlock(&later_lock);
	if (list_empty(&list))
		return;
	compat_synchronize_rcu_sched();
	list_for_each_entry_safe(later, next, &list, node)
		later->fn(later);
}

void ebpf_event_later(struct ebpf_event_later *later,
		      void (*fn)(struct ebpf_event_later *later))
{
	later->fn = fn;
	spin_lock(&later_lock);
	list_add_tail(&later->node, &later_list);
	spin_unlock(&later_lock);
	schedule_work(&later_work);
}

void ebpf_event_flush(void)
{
	bool empty;

	/* What runs may queue more. */
	do {
		flush_work(&later_work);
		spin_lock(&later_lock);
		empty = list_empty(&later_list);
		spin_unlock(&later_lock);
	} while (!empty);
	flush_work(&later_work);
}
