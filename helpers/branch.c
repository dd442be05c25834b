// SPDX-License-Identifier: GPL-2.0-only
/*
 * Branches that the processor recorded.
 */
#include "helpers/helpers.h"
#include "kmod/compat/branch.h"

#include <ebpf/ctx.h>
#include <ebpfdrv/bpf.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#define ENTRY_SIZE	((u32)sizeof(struct perf_branch_entry))

/* context, buffer or NULL, its size, flags: those of the sample that runs the program */
EBPF_HELPER(read_branch_records)
{
	const struct ebpf_perf_event_kern *ctx = (const void *)(unsigned long)r1;
	void *buf = (void *)(unsigned long)r2;
	const struct perf_branch_stack *stack;
	u32 size = r3;

	if (r4 & ~(u64)EBPF_F_GET_BRANCH_RECORDS_SIZE)
		return -EINVAL;
	stack = compat_branch_stack(ctx->data);
	if (!stack)
		return -ENOENT;
	if (r4 & EBPF_F_GET_BRANCH_RECORDS_SIZE)
		return stack->nr * ENTRY_SIZE;
	if (!buf || size % ENTRY_SIZE)
		return -EINVAL;
	size = min_t(u64, stack->nr * ENTRY_SIZE, size);
	memcpy(buf, stack->entries, size);
	return size;
}

/* buffer, size, flags: those before the call, of this CPU */
EBPF_HELPER(get_branch_snapshot)
{
	struct perf_branch_entry *buf = (void *)(unsigned long)r1;
	u32 size = r2, nr;

	/* First, as each branch from here on pushes out an older one. */
	nr = ebpf_compat_branch_snapshot(buf, size / ENTRY_SIZE);
	memset(buf + nr, 0, size - nr * ENTRY_SIZE);
	if (r3)
		return -EINVAL;
	return nr ? (u64)nr * ENTRY_SIZE : -ENOENT;
}
