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

/* The page at @addr, with a reference, to be written to: 1, else 0 or an errno. The caller holds
 * @mm's mmap_sem; faults the page in, which may take as long as a file system likes. Only on
 * kernels before 4.20.
 */
long ebpf_compat_get_page(struct mm_struct *mm, unsigned long addr, struct page **page);

#endif /* _KMOD_COMPAT_REMOTE_H */
