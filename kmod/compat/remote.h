/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * User memory of other tasks.
 */
#ifndef _KMOD_COMPAT_REMOTE_H
#define _KMOD_COMPAT_REMOTE_H

#include "kmod/compat/compat.h"

/* Copies up to @len bytes (less than 2 GiB) at @addr of @task, faulting pages in.
 * Returns how many; 0 for tasks without memory. May sleep; @task: a reference.
 */
int ebpf_compat_read_task(struct task_struct *task, unsigned long addr, void *buf, int len);

#endif /* _KMOD_COMPAT_REMOTE_H */
