// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/reaper.h"

static struct workqueue_struct *reaper_wq;

static void reaper_work(struct work_struct *work)
{
	struct ebpf_reaper *reaper = container_of(work, struct ebpf_reaper, work);
	struct list_head *node, *next;
	LIST_HEAD(batch);

	spin_lock_irq(&reaper->lock);
	list_splice_init(&reaper->dead, &batch);
	spin_unlock_irq(&reaper->lock);
	if (list_empty(&batch))
		return;

	compat_synchronize_rcu_sched();
	list_for_each_safe(node, next, &batch) {
		list_del(node);
		reaper->free(node);
		cond_resched();
	}
}

void ebpf_reaper_init(struct ebpf_reaper *reaper, void (*free)(struct list_head *node))
{
	spin_lock_init(&reaper->lock);
	INIT_LIST_HEAD(&reaper->dead);
	INIT_WORK(&reaper->work, reaper_work);
	reaper->free = free;
}

void ebpf_reaper_queue(struct ebpf_reaper *reaper, struct list_head *node)
{
	unsigned long flags;

	spin_lock_irqsave(&reaper->lock, flags);
	list_add_tail(node, &reaper->dead);
	spin_unlock_irqrestore(&reaper->lock, flags);
	queue_work(reaper_wq, &reaper->work);
}

void ebpf_reaper_flush(struct ebpf_reaper *reaper)
{
	flush_work(&reaper->work);
}

int ebpf_reaper_init_module(void)
{
	reaper_wq = alloc_workqueue("ebpfdrv", WQ_UNBOUND, 0);
	return reaper_wq ? 0 : -ENOMEM;
}

void ebpf_reaper_exit_module(void)
{
	destroy_workqueue(reaper_wq);
}
