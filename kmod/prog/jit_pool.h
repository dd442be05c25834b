/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Executable memory: a fixed area inside the module's own text, and more of them
 * in the kernel's module space while programs need it.
 *
 * All areas are read-only and executable like module text, in reach of a 32-bit
 * call to helpers. They are written through a second, short-lived mapping that is
 * writable and not executable. Unused bytes are int3.
 */
#ifndef _KMOD_JIT_POOL_H
#define _KMOD_JIT_POOL_H

#include "kmod/compat/compat.h"

/* Process context; may sleep, all of them. */
int ebpf_jit_pool_init(void);
void ebpf_jit_pool_exit(void);

/* Address of @size bytes for execution. ERR_PTR: -ENOMEM, or -ENOSPC where the pool is full and
 * cannot grow.
 */
void *ebpf_jit_pool_alloc(u32 size);
/* Copies code into place. 0 or -ENOMEM. No CPU may be running there. */
int ebpf_jit_pool_write(void *exec, const void *code, u32 size);
/* The caller waited for an RCU-sched grace period after the last run. */
void ebpf_jit_pool_free(void *exec, u32 size);

u64 ebpf_jit_pool_used(void);	/* bytes, in whole chunks */
u64 ebpf_jit_pool_size(void);	/* of all areas there are now */

#endif /* _KMOD_JIT_POOL_H */
