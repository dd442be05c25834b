/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a process's first bpf(2) tells of whose it had better be when all are taken over.
 */
#ifndef _KMOD_FIRST_CALL_H
#define _KMOD_FIRST_CALL_H

#include "kmod/compat/compat.h"

/* Is the command of a kind that only the kernel's own bpf(2) can serve, and is there one? It is
 * made with @size bytes of the user's @attr. May sleep.
 */
bool ebpf_first_call_is_kernels(u32 cmd, u64 attr, u32 size);

#endif /* _KMOD_FIRST_CALL_H */
