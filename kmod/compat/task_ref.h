/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * References on tasks, taken and given back in any context, NMI included.
 *
 * What frees a task takes locks. So who would give back the last reference leaves the task to a
 * worker; all others only count.
 */
#ifndef _KMOD_COMPAT_TASK_REF_H
#define _KMOD_COMPAT_TASK_REF_H

#include <linux/sched.h>
#include "kmod/compat/compat.h"

void ebpf_compat_task_ref_init(void);
/* Waits for the worker. Nobody gives back any more. May sleep. */
void ebpf_compat_task_ref_exit(void);

/* @task, if it is one that has not been reaped, else NULL. Whatever @task is. */
struct task_struct *ebpf_compat_task_get(struct task_struct *task);
/* The one with that number in @ns, or NULL. */
struct task_struct *ebpf_compat_task_get_nr(int nr, struct pid_namespace *ns);
void ebpf_compat_task_put(struct task_struct *task);

#endif /* _KMOD_COMPAT_TASK_REF_H */
