/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SHA-1, for program tags. Kernels export their own under changing names.
 */
#ifndef _KMOD_SHA1_H
#define _KMOD_SHA1_H

#include <ebpf/types.h>

#define EBPF_SHA1_SIZE	20

struct ebpf_sha1 {
	u32 h[5];
	u64 len;		/* bytes so far */
	u8 block[64];
};

void ebpf_sha1_init(struct ebpf_sha1 *ctx);
void ebpf_sha1_update(struct ebpf_sha1 *ctx, const void *data, size_t len);
void ebpf_sha1_final(struct ebpf_sha1 *ctx, u8 out[EBPF_SHA1_SIZE]);

#endif /* _KMOD_SHA1_H */
