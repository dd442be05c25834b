/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory accesses that may fail: from any context, NMI included, never sleeping,
 * never faulting a page in. 0 or -EFAULT, -ERANGE for an address at which nothing of the
 * kernel can be; what was copied before a fault stays.
 */
#ifndef _KMOD_NOFAULT_H
#define _KMOD_NOFAULT_H

#include <ebpf/types.h>

/* Kernel addresses only (kernel_range.h): a user address is -ERANGE, of any size. */
long ebpf_read_kernel(void *dst, u64 src, u32 size);
/* At most @size bytes up to and with the NUL; the last byte is always NUL.
 * Returns how many were written, NUL included; 0 for size 0.
 */
long ebpf_read_kernel_str(char *dst, u64 src, u32 size);

/* User addresses of the current task only. */
long ebpf_read_user(void *dst, u64 src, u32 size);
long ebpf_read_user_str(char *dst, u64 src, u32 size);
long ebpf_write_user(u64 dst, const void *src, u32 size);

#endif /* _KMOD_NOFAULT_H */
