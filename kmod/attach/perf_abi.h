/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ABI of perf_event_open(2) as of Linux 6.1, under names of our own: the
 * target kernel's <linux/perf_event.h> may be years older.
 */
#ifndef _ATTACH_PERF_ABI_H
#define _ATTACH_PERF_ABI_H

#include <ebpf/types.h>
#include <linux/ioctl.h>

#define EBPF_PERF_ATTR_SIZE_VER0	64

/* struct perf_event_attr; unions under the name of what is used here */
struct ebpf_perf_attr {
	u32 type;
	u32 size;
	u64 config;
	u64 sample_period;	/* or frequency, EBPF_PERF_ATTR_FREQ */
	u64 sample_type;
	u64 read_format;
	u64 flags;		/* EBPF_PERF_ATTR_* */
	u32 wakeup_events;	/* or bytes, EBPF_PERF_ATTR_WATERMARK */
	u32 bp_type;
	u64 config1;		/* kprobe_func, uprobe_path, bp_addr */
	u64 config2;		/* kprobe_addr, probe_offset, bp_len */
	u64 branch_sample_type;
	u64 sample_regs_user;
	u32 sample_stack_user;
	s32 clockid;
	u64 sample_regs_intr;
	u32 aux_watermark;
	u16 sample_max_stack;
	u16 reserved_2;
	u32 aux_sample_size;
	u32 reserved_3;
	u64 sig_data;
};

/* Bits of flags, bit fields in the original. */
#define EBPF_PERF_ATTR_DISABLED		BIT_ULL(0)
#define EBPF_PERF_ATTR_INHERIT		BIT_ULL(1)
#define EBPF_PERF_ATTR_PINNED		BIT_ULL(2)
#define EBPF_PERF_ATTR_EXCLUSIVE	BIT_ULL(3)
#define EBPF_PERF_ATTR_EXCLUDE_USER	BIT_ULL(4)
#define EBPF_PERF_ATTR_EXCLUDE_KERNEL	BIT_ULL(5)
#define EBPF_PERF_ATTR_EXCLUDE_HV	BIT_ULL(6)
#define EBPF_PERF_ATTR_EXCLUDE_IDLE	BIT_ULL(7)
#define EBPF_PERF_ATTR_FREQ		BIT_ULL(10)
#define EBPF_PERF_ATTR_ENABLE_ON_EXEC	BIT_ULL(12)
#define EBPF_PERF_ATTR_WATERMARK	BIT_ULL(14)
#define EBPF_PERF_ATTR_PRECISE_IP_SHIFT	15
#define EBPF_PERF_ATTR_SAMPLE_ID_ALL	BIT_ULL(18)
#define EBPF_PERF_ATTR_EXCLUDE_HOST	BIT_ULL(19)
#define EBPF_PERF_ATTR_EXCLUDE_GUEST	BIT_ULL(20)
#define EBPF_PERF_ATTR_EXCLUDE_CALLCHAIN_KERNEL	BIT_ULL(21)
#define EBPF_PERF_ATTR_EXCLUDE_CALLCHAIN_USER	BIT_ULL(22)
#define EBPF_PERF_ATTR_USE_CLOCKID	BIT_ULL(25)
#define EBPF_PERF_ATTR_WRITE_BACKWARD	BIT_ULL(27)
#define EBPF_PERF_ATTR_AUX_OUTPUT	BIT_ULL(31)
#define EBPF_PERF_ATTR_INHERIT_THREAD	BIT_ULL(35)
#define EBPF_PERF_ATTR_REMOVE_ON_EXEC	BIT_ULL(36)
#define EBPF_PERF_ATTR_SIGTRAP		BIT_ULL(37)
#define EBPF_PERF_ATTR_FLAGS_KNOWN	(BIT_ULL(38) - 1)

#define EBPF_PERF_SAMPLE_IP		BIT_ULL(0)
#define EBPF_PERF_SAMPLE_TID		BIT_ULL(1)
#define EBPF_PERF_SAMPLE_TIME		BIT_ULL(2)
#define EBPF_PERF_SAMPLE_ADDR		BIT_ULL(3)
#define EBPF_PERF_SAMPLE_READ		BIT_ULL(4)
#define EBPF_PERF_SAMPLE_CALLCHAIN	BIT_ULL(5)
#define EBPF_PERF_SAMPLE_ID		BIT_ULL(6)
#define EBPF_PERF_SAMPLE_CPU		BIT_ULL(7)
#define EBPF_PERF_SAMPLE_PERIOD		BIT_ULL(8)
#define EBPF_PERF_SAMPLE_STREAM_ID	BIT_ULL(9)
#define EBPF_PERF_SAMPLE_RAW		BIT_ULL(10)
#define EBPF_PERF_SAMPLE_BRANCH_STACK	BIT_ULL(11)
#define EBPF_PERF_SAMPLE_REGS_USER	BIT_ULL(12)
#define EBPF_PERF_SAMPLE_STACK_USER	BIT_ULL(13)
#define EBPF_PERF_SAMPLE_WEIGHT		BIT_ULL(14)
#define EBPF_PERF_SAMPLE_DATA_SRC	BIT_ULL(15)
#define EBPF_PERF_SAMPLE_IDENTIFIER	BIT_ULL(16)
#define EBPF_PERF_SAMPLE_TRANSACTION	BIT_ULL(17)
#define EBPF_PERF_SAMPLE_REGS_INTR	BIT_ULL(18)
#define EBPF_PERF_SAMPLE_PHYS_ADDR	BIT_ULL(19)
#define EBPF_PERF_SAMPLE_AUX		BIT_ULL(20)
#define EBPF_PERF_SAMPLE_CGROUP		BIT_ULL(21)
#define EBPF_PERF_SAMPLE_DATA_PAGE_SIZE	BIT_ULL(22)
#define EBPF_PERF_SAMPLE_CODE_PAGE_SIZE	BIT_ULL(23)
#define EBPF_PERF_SAMPLE_WEIGHT_STRUCT	BIT_ULL(24)
#define EBPF_PERF_SAMPLE_KNOWN		(BIT_ULL(25) - 1)

#define EBPF_PERF_BRANCH_PLM_ALL	7ULL
#define EBPF_PERF_BRANCH_KNOWN		(BIT_ULL(19) - 1)

/* Registers by number: of x86_64, the segments that it has not, and those of AVX. */
#define EBPF_PERF_REGS_KNOWN		(BIT_ULL(24) - 1)
#define EBPF_PERF_REGS_NONE		(BIT_ULL(12) | BIT_ULL(13) | BIT_ULL(14) | BIT_ULL(15))

/* Markers in a chain of calls. */
#define EBPF_PERF_CONTEXT_KERNEL	((u64)-128)
#define EBPF_PERF_CONTEXT_USER		((u64)-512)

#define EBPF_PERF_FORMAT_TOTAL_TIME_ENABLED	BIT_ULL(0)
#define EBPF_PERF_FORMAT_TOTAL_TIME_RUNNING	BIT_ULL(1)
#define EBPF_PERF_FORMAT_ID			BIT_ULL(2)
#define EBPF_PERF_FORMAT_GROUP			BIT_ULL(3)
#define EBPF_PERF_FORMAT_LOST			BIT_ULL(4)
#define EBPF_PERF_FORMAT_KNOWN			(BIT_ULL(5) - 1)

#define EBPF_PERF_SW_BPF_OUTPUT		10

#define EBPF_PERF_FLAG_FD_NO_GROUP	BIT_ULL(0)
#define EBPF_PERF_FLAG_FD_OUTPUT	BIT_ULL(1)
#define EBPF_PERF_FLAG_PID_CGROUP	BIT_ULL(2)
#define EBPF_PERF_FLAG_FD_CLOEXEC	BIT_ULL(3)
#define EBPF_PERF_FLAG_KNOWN		(BIT_ULL(4) - 1)

/* Events to follow, and u32 ids of ids_len programs after it. */
struct ebpf_perf_query {
	u32 ids_len;
	u32 prog_cnt;
};

#define EBPF_PERF_IOC_FLAG_GROUP	1U

#define EBPF_PERF_IOC_ENABLE		_IO('$', 0)
#define EBPF_PERF_IOC_DISABLE		_IO('$', 1)
#define EBPF_PERF_IOC_REFRESH		_IO('$', 2)
#define EBPF_PERF_IOC_RESET		_IO('$', 3)
#define EBPF_PERF_IOC_PERIOD		_IOW('$', 4, u64)
#define EBPF_PERF_IOC_SET_OUTPUT	_IO('$', 5)
#define EBPF_PERF_IOC_SET_FILTER	_IOW('$', 6, char *)
#define EBPF_PERF_IOC_ID		_IOR('$', 7, u64 *)
#define EBPF_PERF_IOC_SET_BPF		_IOW('$', 8, u32)
#define EBPF_PERF_IOC_PAUSE_OUTPUT	_IOW('$', 9, u32)
#define EBPF_PERF_IOC_QUERY_BPF		_IOWR('$', 10, struct ebpf_perf_query *)
#define EBPF_PERF_IOC_MODIFY_ATTRIBUTES	_IOW('$', 11, struct ebpf_perf_attr *)

#define EBPF_PERF_RECORD_LOST		2
#define EBPF_PERF_RECORD_SAMPLE		9
#define EBPF_PERF_RECORD_MISC_KERNEL	1
#define EBPF_PERF_RECORD_MISC_USER	2

struct ebpf_perf_header {
	u32 type;
	u16 misc;
	u16 size;
};

/* First page of a ring, as far as it is filled; the rest stays 0. */
struct ebpf_perf_page {
	u32 version;
	u32 compat_version;
	u32 lock;
	u32 index;
	s64 offset;
	u64 time_enabled;
	u64 time_running;
	u64 capabilities;
	u16 pmc_width;
	u16 time_shift;
	u32 time_mult;
	u64 time_offset;
	u64 time_zero;
	u32 size;
	u32 reserved_1;
	u64 time_cycles;
	u64 time_mask;
	u8 reserved[116 * 8];
	u64 data_head;		/* offset 1024 */
	u64 data_tail;
	u64 data_offset;
	u64 data_size;
	u64 aux_head;
	u64 aux_tail;
	u64 aux_offset;
	u64 aux_size;
};

/* capabilities: bit 0 means nothing any more */
#define EBPF_PERF_PAGE_CAP_BIT0_IS_DEPRECATED	BIT_ULL(1)

#endif /* _ATTACH_PERF_ABI_H */
