// SPDX-License-Identifier: GPL-2.0-only
/*
 * Helpers that may sleep: bpf_copy_from_user*(). The destination is always filled:
 * with zeros when not all of the source can be read.
 */
#include <linux/errno.h>
#include "helpers/helpers.h"
#include "kmod/prog/sleep.h"
#include "kmod/compat/remote.h"
#include "kmod/compat/task.h"

static u64 finish(bool all, void *dst, u32 size)
{
	if (all)
		return 0;
	memset(dst, 0, size);
	return -EFAULT;
}

/* to, size, from */
EBPF_HELPER(copy_from_user)
{
	const void __user *from = (const void __user *)(unsigned long)r3;
	void *dst = (void *)(unsigned long)r1;
	struct ebpf_nap nap;
	u32 size = r2;
	bool all;

	if (!size)
		return 0;
	if (!compat_user_access_ok(from, size) || !ebpf_nap_begin(&nap))
		return finish(false, dst, size);
	all = !copy_from_user(dst, from, size);
	ebpf_nap_end(&nap);
	return finish(all, dst, size);
}

/* Its task, if it is one and not gone, with a reference. */
static struct task_struct *get_task(u64 addr)
{
	struct task_struct *task = (struct task_struct *)(unsigned long)addr;

	rcu_read_lock();
	if (task && compat_task_exists(task))
		get_task_struct(task);
	else
		task = NULL;
	rcu_read_unlock();
	return task;
}

/* to, size, from, task, flags: 0 */
EBPF_HELPER(copy_from_user_task)
{
	void *dst = (void *)(unsigned long)r1;
	struct task_struct *task;
	struct ebpf_nap nap;
	u32 size = r2;
	int got = 0;

	if (r5) {
		memset(dst, 0, size);
		return -EINVAL;
	}
	if (!size)
		return 0;
	task = get_task(r4);
	if (!task)
		return finish(false, dst, size);
	if (ebpf_nap_begin(&nap)) {
		got = ebpf_compat_read_task(task, r3, dst, size);
		/* The last reference frees what an RCU callback may not. */
		put_task_struct(task);
		ebpf_nap_end(&nap);
		return finish(got == (int)size, dst, size);
	}
	put_task_struct(task);
	return finish(false, dst, size);
}
