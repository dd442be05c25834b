/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory for the length of one helper call, where the stack is too small.
 */
#ifndef _HELPERS_SCRATCH_H
#define _HELPERS_SCRATCH_H

#include <ebpf/types.h>

#define EBPF_SCRATCH_SIZE	1024

/* EBPF_SCRATCH_SIZE bytes of this CPU until put, 8-aligned, of any content; NULL
 * when three calls are already nested here. Calls pair like brackets. Preemption
 * off; any context.
 */
void *ebpf_scratch_get(void);
void ebpf_scratch_put(void);

/* Process context. */
int ebpf_scratch_init(void);
void ebpf_scratch_exit(void);

#endif /* _HELPERS_SCRATCH_H */
