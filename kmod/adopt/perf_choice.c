// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/adopt/perf_choice.h"
#include "kmod/attach/perf_abi.h"
#include "kmod/attach/pmu_type.h"

#include <ebpfdrv/ebpfdrv.h>
#include <linux/perf_event.h>

bool ebpf_perf_is_ours(u64 attr, bool used_bpf)
{
	/* Where every version of the ABI has them. */
	struct {
		u32 type;
		u32 size;
		u64 config;
	} kind;

	/* The kernel answers to a wild pointer. */
	if (copy_from_user(&kind, (const void __user *)(unsigned long)attr, sizeof(kind)))
		return false;
	switch (ebpf_pmu_own_type(kind.type)) {
	case EBPFDRV_PERF_TYPE_KPROBE:
	case EBPFDRV_PERF_TYPE_UPROBE:
		return true;
	case PERF_TYPE_SOFTWARE:
		return used_bpf || kind.config == EBPF_PERF_SW_BPF_OUTPUT;
	case PERF_TYPE_TRACEPOINT:
	case PERF_TYPE_HARDWARE:
	case PERF_TYPE_HW_CACHE:
	case PERF_TYPE_RAW:
	case PERF_TYPE_BREAKPOINT:
		return used_bpf;
	default:
		return false;
	}
}
