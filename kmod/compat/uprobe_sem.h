/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reference counters of uprobes (semaphores of USDT probes): words in the memory of
 * traced programs that are above 0 while somebody traces. The kernel keeps them since
 * 4.20; before, this does.
 */
#ifndef _COMPAT_UPROBE_SEM_H
#define _COMPAT_UPROBE_SEM_H

#include "kmod/compat/compat.h"

struct compat_uprobe_sem;
struct inode;
struct task_struct;

/* Raises the counter at @offset of the file in every program that maps it, or will, or
 * only in @task's, until del. NULL where the kernel does that. The caller keeps @inode and
 * @task. ERR_PTR. Process context, as del. A program that cannot be written to, because its
 * address space is locked or a page of it does not come, is waited for a moment only: it gets
 * its turn when it can, and the module stays until then.
 */
struct compat_uprobe_sem *ebpf_compat_uprobe_sem_add(struct inode *inode, loff_t offset,
						     struct task_struct *task);
/* Lowers what was raised; @sem is the caller's no more. */
void ebpf_compat_uprobe_sem_del(struct compat_uprobe_sem *sem);
/* Module end. */
void ebpf_compat_uprobe_sem_exit(void);

#endif /* _COMPAT_UPROBE_SEM_H */
