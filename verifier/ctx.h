/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between ctx.c and ctx_sock.c.
 */
#ifndef _VERIFIER_CTX_H
#define _VERIFIER_CTX_H

#include "verifier/state.h"

/* What a permitted access is. */
struct ctx_access {
	u32 reg_type;		/* of the value loaded */
	u32 field_size;		/* of the field a narrower load is cut from, or 0 */
	u32 attach_type;	/* given: of the program */
};

/* ctx_sock.c: may [off, off + size) be loaded or stored? */
bool ebpf_ctx_cgroup_sock(s32 off, int size, int acc, struct ctx_access *info);
bool ebpf_ctx_sock_addr(s32 off, int size, int acc, struct ctx_access *info);
bool ebpf_ctx_sock_ops(s32 off, int size, int acc, struct ctx_access *info);
bool ebpf_ctx_sk_msg(s32 off, int size, int acc, struct ctx_access *info);
bool ebpf_ctx_sk_lookup(s32 off, int size, int acc, struct ctx_access *info);
bool ebpf_ctx_sk_reuseport(s32 off, int size, int acc, struct ctx_access *info);
bool ebpf_ctx_cgroup_device(s32 off, int size, int acc, struct ctx_access *info);
bool ebpf_ctx_sysctl(s32 off, int size, int acc, struct ctx_access *info);
bool ebpf_ctx_sockopt(s32 off, int size, int acc, struct ctx_access *info);
/* What their programs may return; false: anything. */
bool ebpf_ctx_sock_exit_range(const struct ebpf_load *load, struct tnum *range);

/* sock.c: loads of a full socket's fields */
bool ebpf_sock_field_valid(s32 off, int size);

#endif /* _VERIFIER_CTX_H */
