/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Symbols of the kernel by name.
 */
#ifndef _KMOD_COMPAT_KSYMS_H
#define _KMOD_COMPAT_KSYMS_H

#include "kmod/compat/compat.h"

/* The address of function or variable @name (of a per-CPU variable: its offset). -ENOENT:
 * the kernel has none, knows no names of data (CONFIG_KALLSYMS_ALL) or does not tell;
 * -ENOMEM: it could not be asked. Process context; may sleep.
 */
int ebpf_compat_ksym_find(const char *name, u64 *addr);

/* The entry of the function whose entry @addr is, else 0; a probe's place may lie behind
 * the entry's endbr64. May sleep.
 */
unsigned long ebpf_compat_func_entry(unsigned long addr);

#endif /* _KMOD_COMPAT_KSYMS_H */
