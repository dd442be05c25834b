/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Branches that the processor recorded, for perf.
 */
#ifndef _COMPAT_BRANCH_H
#define _COMPAT_BRANCH_H

#include "kmod/compat/compat.h"

#include <linux/perf_event.h>

/* Those of a sample, as its overflow handler got it, or NULL. */
static inline const struct perf_branch_stack *
compat_branch_stack(const struct perf_sample_data *data)
{
#ifdef HAVE_PERF_SAMPLE_FLAGS
	if (!(data->sample_flags & PERF_SAMPLE_BRANCH_STACK))
		return NULL;
#endif
	return data->br_stack;
}

/* Reads up to @cnt of them now. 0 where nothing records any or the kernel, as all before
 * 5.16, has no way to tell. Any context, preemption off.
 */
u32 ebpf_compat_branch_snapshot(struct perf_branch_entry *entries, u32 cnt);

/* Process context. */
void ebpf_compat_branch_init(void);

#endif /* _COMPAT_BRANCH_H */
