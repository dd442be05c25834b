// SPDX-License-Identifier: GPL-2.0-only
/*
 * The iterator over tasks: bpf_for_each(task, ...). It goes by their numbers, as the lists of the kernel cannot
 * be followed from a task that left them meanwhile, and holds the task it is at, so that neither needs an RCU
 * section that lasts from one call to the next.
 */
#include <ebpf/kfunc.h>
#include "helpers/helpers.h"
#include "kmod/compat/pid.h"
#include "kmod/compat/task.h"
#include "kmod/compat/task_ref.h"

#include <linux/init_task.h>

/* What is iterated over. */
enum { ALL_PROCS, ALL_THREADS, PROC_THREADS };

/**
 * struct task_iter - what is in struct bpf_iter_task
 * @pos: the task that was returned last, held; NULL: none
 * @of:  PROC_THREADS: one of the process, held
 * @nr:  of @pos; INT_MAX: at the end
 * @which: of what is iterated over
 */
struct task_iter {
	struct task_struct *pos;
	struct task_struct *of;
	int nr;
	u32 which;
};

static void put(struct task_struct *task)
{
	if (task)
		ebpf_compat_task_put(task);
}

u64 ebpf_kfunc_iter_task_new(u64 r1, u64 r2, u64 which, u64 r4, u64 r5)
{
	struct task_iter *it = (void *)(unsigned long)r1;
	struct task_struct *task = (void *)(unsigned long)r2;

	BUILD_BUG_ON(sizeof(*it) > 3 * sizeof(u64));
	it->pos = NULL;
	it->of = NULL;
	it->nr = INT_MAX;
	it->which = which;
	if (it->which > PROC_THREADS)
		return -EINVAL;
	if (it->which == PROC_THREADS) {
		if (!task)
			return -EINVAL;
		it->of = ebpf_compat_task_get(task);
		if (!it->of)
			return 0;
	}
	it->nr = it->of ? 0 : -1;
	return 0;
}

static bool is_wanted(const struct task_iter *it, struct task_struct *task)
{
	switch (it->which) {
	case ALL_PROCS:
		return thread_group_leader(task);
	case ALL_THREADS:
		return true;
	default:
		return same_thread_group(task, it->of);
	}
}

/* Held, with its number in @it. */
static struct task_struct *find_next(struct task_iter *it)
{
	struct task_struct *task;
	struct pid *pid;

	/* The boot CPU's idle task comes first, and has no number that could be looked for. */
	if (it->nr < 0) {
		it->nr = 0;
		get_task_struct(&init_task);
		return &init_task;
	}
	while (it->nr < INT_MAX) {
		pid = ebpf_compat_find_ge_pid(it->nr + 1, &init_pid_ns);
		it->nr = pid ? pid_nr(pid) : INT_MAX;
		task = pid ? pid_task(pid, PIDTYPE_PID) : NULL;
		if (task && is_wanted(it, task)) {
			get_task_struct(task);
			return task;
		}
	}
	return NULL;
}

u64 ebpf_kfunc_iter_task_next(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	struct task_iter *it = (void *)(unsigned long)r1;

	put(it->pos);
	rcu_read_lock();
	it->pos = find_next(it);
	rcu_read_unlock();
	return (unsigned long)it->pos;
}

u64 ebpf_kfunc_iter_task_destroy(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	struct task_iter *it = (void *)(unsigned long)r1;

	put(it->pos);
	put(it->of);
	return 0;
}
