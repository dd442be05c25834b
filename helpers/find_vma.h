/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HELPERS_FIND_VMA_H
#define _HELPERS_FIND_VMA_H

/* What bpf_find_vma keeps per CPU. Process context. */
int ebpf_find_vma_init(void);
void ebpf_find_vma_exit(void);

#endif /* _HELPERS_FIND_VMA_H */
