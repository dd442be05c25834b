/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HELPERS_FIND_VMA_H
#define _HELPERS_FIND_VMA_H

#include <ebpf/types.h>

struct mm_struct;

/* The current task's memory areas, locked for reading without waiting. *@lock is for the
 * unlocking, before the CPU is left. Program context.
 */
bool ebpf_vma_trylock(struct mm_struct *mm, void **lock);
void ebpf_vma_unlock(struct mm_struct *mm, void *lock);

/* What bpf_find_vma keeps per CPU. Process context. */
int ebpf_find_vma_init(void);
void ebpf_find_vma_exit(void);

#endif /* _HELPERS_FIND_VMA_H */
