/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is inside a struct bpf_dynptr, for the helpers that use one and the ring buffers
 * that make them. The verifier lets programs neither read nor write it.
 */
#ifndef _EBPF_DYNPTR_H
#define _EBPF_DYNPTR_H

#include <ebpf/types.h>

/* What a size can be: the upper 8 bits of the word are for flags. */
#define EBPF_DYNPTR_MAX_SIZE	((1U << 24) - 1)

/**
 * struct ebpf_dynptr_kern
 * @data: NULL: it leads nowhere, because it could not be made or was given back
 * @size: bytes behind @data
 */
struct ebpf_dynptr_kern {
	void *data;
	u32 size;
	u32 reserved;
} __attribute__((aligned(8)));

static inline void ebpf_dynptr_set(struct ebpf_dynptr_kern *dynptr, void *data, u32 size)
{
	dynptr->data = data;
	dynptr->size = size;
	dynptr->reserved = 0;
}

#endif /* _EBPF_DYNPTR_H */
