// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kernel functions on tasks. The verifier says whose pointer is trusted; whether there is such a task is
 * looked at all the same, as a caller's word is another's on each kernel.
 */
#include <ebpf/kfunc.h>
#include "helpers/helpers.h"
#include "kmod/compat/task_ref.h"

#include <linux/pid_namespace.h>

u64 ebpf_kfunc_task_acquire(u64 task, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return (unsigned long)ebpf_compat_task_get((struct task_struct *)(unsigned long)task);
}

u64 ebpf_kfunc_task_release(u64 task, u64 r2, u64 r3, u64 r4, u64 r5)
{
	ebpf_compat_task_put((struct task_struct *)(unsigned long)task);
	return 0;
}

u64 ebpf_kfunc_task_from_pid(u64 pid, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return (unsigned long)ebpf_compat_task_get_nr((int)pid, &init_pid_ns);
}

/* A task that has been reaped is in no namespace. */
u64 ebpf_kfunc_task_from_vpid(u64 vpid, u64 r2, u64 r3, u64 r4, u64 r5)
{
	struct task_struct *task = NULL;
	struct pid_namespace *ns;

	rcu_read_lock();
	ns = task_active_pid_ns(current);
	if (ns)
		task = ebpf_compat_task_get_nr((int)vpid, ns);
	rcu_read_unlock();
	return (unsigned long)task;
}
