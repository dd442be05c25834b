// SPDX-License-Identifier: GPL-2.0-only
/*
 * The list of adopted processes.
 *
 * Readers are in an RCU section; what changes the list holds its lock. An entry has a
 * reference of its process's struct pid, so that no other process can be taken for it.
 */
#include "kmod/adopt/adopted.h"
#include "kmod/compat/tracepoint.h"

#include <linux/hash.h>
#include <linux/pid.h>

#define HASH_BITS	8

struct adopted {
	struct hlist_node node;
	struct pid *tgid;
	unsigned int state;
	struct rcu_head rcu;
};

static struct hlist_head processes[1 << HASH_BITS];
static DEFINE_SPINLOCK(processes_lock);
static unsigned int nr_adopted;
static void (*on_empty)(void);

static __always_inline struct hlist_head *head_of(const struct pid *tgid)
{
	return &processes[hash_ptr((void *)tgid, HASH_BITS)];
}

static __always_inline struct adopted *find(const struct pid *tgid)
{
	struct adopted *p;

	hlist_for_each_entry_rcu_notrace(p, head_of(tgid), node)
		if (p->tgid == tgid)
			return p;
	return NULL;
}

unsigned int notrace ebpf_adopted_state(void)
{
	struct adopted *p;
	unsigned int state = 0;

	if (likely(!READ_ONCE(nr_adopted)))
		return 0;
	rcu_read_lock();
	p = find(task_tgid(current));
	if (p)
		state = READ_ONCE(p->state);
	rcu_read_unlock();
	return state;
}

/* With the lock. */
static void unlist(struct adopted *p)
{
	hlist_del_rcu(&p->node);
	put_pid(p->tgid);
	kfree_rcu(p, rcu);
	WRITE_ONCE(nr_adopted, nr_adopted - 1);
}

/* Puts @tgid's process into the list, or adds @state to what it is. -ENOMEM. */
static int enlist(struct pid *tgid, unsigned int state, gfp_t gfp)
{
	struct adopted *p, *fresh = kzalloc(sizeof(*fresh), gfp);
	unsigned long flags;

	spin_lock_irqsave(&processes_lock, flags);
	p = find(tgid);
	if (p) {
		WRITE_ONCE(p->state, p->state | state);
	} else if (fresh) {
		p = fresh;
		fresh = NULL;
		p->tgid = get_pid(tgid);
		p->state = state | ADOPTED_KNOWN;
		hlist_add_head_rcu(&p->node, head_of(tgid));
		WRITE_ONCE(nr_adopted, nr_adopted + 1);
	}
	spin_unlock_irqrestore(&processes_lock, flags);
	kfree(fresh);
	return p ? 0 : -ENOMEM;
}

static void forget(struct pid *tgid)
{
	struct adopted *p;
	unsigned long flags;
	bool last = false;

	spin_lock_irqsave(&processes_lock, flags);
	p = find(tgid);
	if (p) {
		unlist(p);
		last = !nr_adopted;
	}
	spin_unlock_irqrestore(&processes_lock, flags);
	if (last)
		on_empty();
}

int ebpf_adopted_add(unsigned int state)
{
	return enlist(task_tgid(current), state, GFP_KERNEL);
}

void ebpf_adopted_remove(void)
{
	forget(task_tgid(current));
}

unsigned int ebpf_adopted_count(void)
{
	return READ_ONCE(nr_adopted);
}

/*
 * Following them. Tracepoints call with preemption off.
 */

static void at_fork(void *data, struct task_struct *parent, struct task_struct *child)
{
	unsigned int state = ebpf_adopted_state();

	if (likely(!state) || task_tgid(child) == task_tgid(parent))
		return;
	if (enlist(task_tgid(child), state, GFP_ATOMIC))
		pr_warn_ratelimited("ebpfdrv: no memory to adopt process %d, a child of %s[%d]: its bpf calls go to the kernel\n",
				    task_tgid_nr(child), parent->comm, task_tgid_nr(parent));
}

/* What it has called was another program's doing. One that did not choose is asked again: of
 * its descriptors those may be left that execve(2) keeps.
 */
static void at_exec(void *data)
{
	unsigned int state = ebpf_adopted_state();
	struct adopted *p;
	unsigned long flags;

	if (likely(!state))
		return;
	if (!(state & ADOPTED_CHOSEN)) {
		forget(task_tgid(current));
		return;
	}
	spin_lock_irqsave(&processes_lock, flags);
	p = find(task_tgid(current));
	if (p)
		WRITE_ONCE(p->state, p->state & ~ADOPTED_USED_BPF);
	spin_unlock_irqrestore(&processes_lock, flags);
}

static void at_exit(void *data, struct task_struct *task)
{
	/* Other threads of the group are still there. */
	if (atomic_read(&task->signal->live))
		return;
	if (unlikely(READ_ONCE(nr_adopted)))
		forget(task_tgid(task));
}

static struct follower {
	const char *name;
	void *probe;
	struct compat_tracepoint tp;
	bool on;
} followers[] = {
	{ "sched_process_fork", at_fork },
	{ "sched_process_exec", at_exec },
	{ "sched_process_exit", at_exit },
};

static int follower_on(struct follower *f)
{
	int err = ebpf_compat_tracepoint_find(f->name, &f->tp);

	if (err)
		return err;
	err = ebpf_compat_tracepoint_register(&f->tp, f->probe, NULL);
	if (err)
		ebpf_compat_tracepoint_put(&f->tp);
	f->on = !err;
	return err;
}

/* One that the kernel keeps finds nobody in the list, and the module stays with it. */
static void follower_off(struct follower *f)
{
	if (!f->on || !ebpf_compat_tracepoint_unregister(&f->tp, f->probe, NULL))
		return;
	ebpf_compat_tracepoint_put(&f->tp);
	f->on = false;
}

int ebpf_adopted_follow(void (*empty)(void))
{
	unsigned int i;
	int err = 0;

	on_empty = empty;
	for (i = 0; !err && i < ARRAY_SIZE(followers); i++)
		if (!followers[i].on)
			err = follower_on(&followers[i]);
	if (err)
		ebpf_adopted_unfollow();
	return err;
}

static void forget_all(void)
{
	struct adopted *p;
	struct hlist_node *next;
	unsigned long flags;
	unsigned int i;

	spin_lock_irqsave(&processes_lock, flags);
	for (i = 0; i < ARRAY_SIZE(processes); i++)
		hlist_for_each_entry_safe(p, next, &processes[i], node)
			unlist(p);
	spin_unlock_irqrestore(&processes_lock, flags);
}

void ebpf_adopted_unfollow(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(followers); i++)
		follower_off(&followers[i]);
	tracepoint_synchronize_unregister();
	forget_all();
}
