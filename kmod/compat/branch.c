// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/compat/branch.h"
#include "kmod/compat/cfi.h"
#include "kmod/compat/ksyms.h"

/*
 * The kernel calls the processor's driver by a static call, whose key no module has. Its
 * trampoline is a function like any other: it jumps to the driver's or returns 0. None
 * is a target of indirect calls where the processor checks these.
 */
static int (*snapshot)(struct perf_branch_entry *entries, unsigned int cnt);

void ebpf_compat_branch_init(void)
{
	u64 addr;

	if (!compat_calls_are_checked() && !ebpf_compat_ksym_find("__SCT__perf_snapshot_branch_stack", &addr))
		snapshot = (void *)(unsigned long)addr;
}

u32 ebpf_compat_branch_snapshot(struct perf_branch_entry *entries, u32 cnt)
{
	int nr = snapshot ? snapshot(entries, cnt) : 0;

	return nr < 0 ? 0 : min_t(u32, nr, cnt);
}
