/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Functions that nothing may be put on, since a CPU that comes up runs them before it can take
 * a hit; and those whose returns none may be put on, since a CPU that leaves runs them.
 */
#ifndef _COMPAT_FUNC_EARLY_H
#define _COMPAT_FUNC_EARLY_H

#include "kmod/compat/compat.h"

/* Finds them. Once, before the first question; may sleep. */
void ebpf_compat_func_early_init(void);

/* Is @addr in one of them? The log is told. Process context. */
bool ebpf_compat_func_early(unsigned long addr);

/* Is it in one that a CPU runs when it leaves? Then the kernel cannot keep a call of it until it
 * returns. The log is told. Process context.
 */
bool ebpf_compat_func_leaves(unsigned long addr);

#endif /* _COMPAT_FUNC_EARLY_H */
