/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The log of PROG_LOAD and BTF_LOAD in the caller's buffer.
 */
#ifndef _KMOD_LOG_H
#define _KMOD_LOG_H

#include "kmod/compat/compat.h"
#include <ebpf/verifier.h>

struct ebpf_user_log {
	struct ebpf_log log;
	char __user *buf;
	u32 size;
	u32 used;		/* bytes written, NUL not counted */
	bool fault;
};

/* Level 0, size 0 and no buffer: silence. -EINVAL when they do not fit together. */
int ebpf_user_log_init(struct ebpf_user_log *ulog, u64 buf, u32 size, u32 level);
/* What the command returns when it would return @err: a log that does not fit
 * makes it fail.
 */
int ebpf_user_log_result(const struct ebpf_user_log *ulog, int err);

#endif /* _KMOD_LOG_H */
