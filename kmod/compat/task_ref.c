// SPDX-License-Identifier: GPL-2.0-only
#include <linux/irq_work.h>
#include <linux/llist.h>
#include <linux/pid_namespace.h>
#include <linux/workqueue.h>
#ifdef HAVE_SCHED_TASK_H
#include <linux/sched/task.h>
#endif
#ifdef HAVE_TASK_USAGE_REFCOUNT
#include <linux/refcount.h>
#endif
#include "kmod/compat/task.h"
#include "kmod/compat/task_ref.h"

static LLIST_HEAD(last);	/* tasks of which the only reference is ours */
static struct irq_work last_kick;
static struct work_struct last_work;

/*
 * The kernel needs it once, to give back its own reference after a grace period: where ours is the only
 * one left, that is past.
 */
static struct llist_node *node_of(struct task_struct *task)
{
	BUILD_BUG_ON(sizeof(task->rcu) < sizeof(struct llist_node));
	return (struct llist_node *)&task->rcu;
}

static void put_last(struct work_struct *work)
{
	struct llist_node *node = llist_del_all(&last), *next;

	for (; node; node = next) {
		next = node->next;
		put_task_struct(container_of((struct callback_head *)node, struct task_struct, rcu));
		cond_resched();
	}
}

static void kick(struct irq_work *work)
{
	schedule_work(&last_work);
}

void ebpf_compat_task_ref_init(void)
{
	init_irq_work(&last_kick, kick);
	INIT_WORK(&last_work, put_last);
}

void ebpf_compat_task_ref_exit(void)
{
	irq_work_sync(&last_kick);
	flush_work(&last_work);
}

/* Each slot of a map can hold a task, and more of them than the kernel's 32 bits count fit into a large
 * machine's memory. CPUs that pass the limit at once are far fewer than what is left.
 */
#define USAGE_MAX	(1U << 30)

static bool can_hold(struct task_struct *task)
{
#ifdef HAVE_TASK_USAGE_REFCOUNT
	return refcount_read(&task->usage) < USAGE_MAX;
#else
	return (unsigned int)atomic_read(&task->usage) < USAGE_MAX;
#endif
}

/* Its number is taken away before the kernel's own reference is, and that waits for RCU. */
struct task_struct *ebpf_compat_task_get(struct task_struct *task)
{
	bool held;

	rcu_read_lock();
	held = compat_task_exists(task) && can_hold(task);
	if (held)
		get_task_struct(task);
	rcu_read_unlock();
	return held ? task : NULL;
}

struct task_struct *ebpf_compat_task_get_nr(int nr, struct pid_namespace *ns)
{
	struct task_struct *task;

	rcu_read_lock();
	task = pid_task(find_pid_ns(nr, ns), PIDTYPE_PID);
	if (task && can_hold(task))
		get_task_struct(task);
	else
		task = NULL;
	rcu_read_unlock();
	return task;
}

static bool put_unless_last(struct task_struct *task)
{
#ifdef HAVE_TASK_USAGE_REFCOUNT
	return refcount_dec_not_one(&task->usage);
#else
	return atomic_add_unless(&task->usage, -1, 1);
#endif
}

void ebpf_compat_task_put(struct task_struct *task)
{
	if (likely(put_unless_last(task)))
		return;
	llist_add(node_of(task), &last);
	irq_work_queue(&last_kick);
}
