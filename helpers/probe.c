// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading memory that may not be there: bpf_probe_read*(). The destination is
 * always filled: with zeros when the source cannot be read.
 */
#include "helpers/helpers.h"
#include "kmod/prog/nofault.h"
#include "kmod/compat/compat.h"

#include <linux/hardirq.h>

static u64 finish(long ret, void *dst, u32 size)
{
	if (unlikely(ret < 0))
		memset(dst, 0, size);
	return ret;
}

EBPF_HELPER(probe_read_kernel)
{
	void *dst = (void *)(unsigned long)r1;

	return finish(ebpf_read_kernel(dst, r3, r2), dst, r2);
}

EBPF_HELPER(probe_read_user)
{
	void *dst = (void *)(unsigned long)r1;

	return finish(ebpf_read_user(dst, r3, r2), dst, r2);
}

EBPF_HELPER(probe_read_kernel_str)
{
	char *dst = (char *)(unsigned long)r1;

	return finish(ebpf_read_kernel_str(dst, r3, r2), dst, r2);
}

EBPF_HELPER(probe_read_user_str)
{
	char *dst = (char *)(unsigned long)r1;

	return finish(ebpf_read_user_str(dst, r3, r2), dst, r2);
}

/* The older pair takes either kind of address; the two do not overlap. What is neither
 * (the page that separates them, the vsyscall page) is no kernel memory, either.
 */
EBPF_HELPER(probe_read)
{
	if (r3 < TASK_SIZE_MAX)
		return ebpf_helper_probe_read_user(r1, r2, r3, 0, 0);
	return ebpf_helper_probe_read_kernel(r1, r2, r3, 0, 0);
}

EBPF_HELPER(probe_read_str)
{
	if (r3 < TASK_SIZE_MAX)
		return ebpf_helper_probe_read_user_str(r1, r2, r3, 0, 0);
	return ebpf_helper_probe_read_kernel_str(r1, r2, r3, 0, 0);
}

EBPF_HELPER(probe_write_user)
{
	if (in_interrupt() || !current->mm || current->flags & (PF_KTHREAD | PF_EXITING))
		return -EPERM;
	if (compat_uaccess_kernel())
		return -EPERM;
	return ebpf_write_user(r1, (const void *)(unsigned long)r2, r3);
}
