/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Namespaces and control groups of the current task.
 *
 * Kernels before 3.16 and el7 know cgroup version 1 only. There the id is the
 * inode number of the task's directory in the perf_event hierarchy, which is
 * what stat(2) of that directory shows, as it does for the id on newer kernels.
 */
#ifndef _KMOD_COMPAT_TASK_H
#define _KMOD_COMPAT_TASK_H

#include <linux/pid_namespace.h>
#include "kmod/compat/compat.h"

static inline u64 compat_ns_inum(const struct pid_namespace *ns)
{
#ifdef HAVE_NS_COMMON
	return ns->ns.inum;
#else
	return ns->proc_inum;
#endif
}

/* The first process, without which the machine stops. */
static inline bool compat_is_global_init(struct task_struct *task)
{
	return task->tgid == 1;
}

/* Where the registers of @task's user mode are saved, which is at the top of its
 * stack; NULL when there is no task at @task. Any context.
 */
struct pt_regs *compat_task_user_regs(struct task_struct *task);
/* Is there such a task? It stays until the caller's RCU section ends. Any context. */
bool compat_task_exists(struct task_struct *task);

/* 0 where the kernel has no control groups. Any context. */
u64 compat_current_cgroup_id(void);
/* Of the ancestor at @level (0: the root), 0 when there is none. */
u64 compat_current_ancestor_cgroup_id(int level);

/* Open file @fd of @task with a reference for fput(), or NULL. May sleep. */
struct file *ebpf_compat_task_file(struct task_struct *task, unsigned int fd);
/* The same for the first one from *@fd on, which *@fd then says. */
struct file *ebpf_compat_task_next_file(struct task_struct *task, unsigned int *fd);
/* The file that @task, which the caller holds, runs, with a reference for fput(); NULL where there is none,
 * or it is not to be had just now. Any context but NMI.
 */
struct file *ebpf_compat_task_exe_file(struct task_struct *task);
/* Does @task, which the caller holds, share its files with the thread its process began
 * with?
 */
bool ebpf_compat_shares_files(struct task_struct *task);

#endif /* _KMOD_COMPAT_TASK_H */
