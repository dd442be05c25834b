/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * The ioctl interface of /dev/ebpfdrv.
 *
 * The device is a second bpf(2) and a second perf_event_open(2) for kernels
 * whose own is missing or too old. What these calls return are real file
 * descriptors, so close, dup, fork, mmap, poll and ioctl on them need no help
 * from user space.
 *
 * All structures have the same layout for 32- and 64-bit callers. Structures
 * may grow at their end; the size is part of the ioctl number, so an older
 * module answers -ENOTTY to a number it does not know.
 */
#ifndef _UAPI_EBPFDRV_EBPFDRV_H
#define _UAPI_EBPFDRV_EBPFDRV_H

#include <linux/types.h>
#include <linux/ioctl.h>

#define EBPFDRV_DEVICE_NAME	"ebpfdrv"
#define EBPFDRV_DEVICE_PATH	"/dev/ebpfdrv"

/* Changes when a program built for an earlier number would misbehave. */
#define EBPFDRV_ABI_VERSION	1

/**
 * struct ebpfdrv_bpf - one bpf(2) call
 * @cmd:  enum ebpf_cmd
 * @size: bytes at @attr that the caller filled; more than the module knows is
 *        accepted when the rest is zero, -E2BIG otherwise
 * @attr: user address of a union ebpf_attr, read and, for some commands,
 *        written back
 *
 * The ioctl returns what bpf(2) would: a file descriptor, 0, a count or a
 * negative errno.
 */
struct ebpfdrv_bpf {
	__u32 cmd;
	__u32 size;
	__u64 attr;
};

/**
 * struct ebpfdrv_perf_event_open - one perf_event_open(2) call
 * @attr:     user address of a struct perf_event_attr of the modern layout
 * @flags:    PERF_FLAG_*
 * @pid:      as in perf_event_open(2)
 * @cpu:      as in perf_event_open(2)
 * @group_fd: as in perf_event_open(2); only -1 is supported
 * @reserved: must be zero
 *
 * Dynamic PMU types (kprobe, uprobe) are the EBPFDRV_PERF_TYPE_* numbers
 * below, which the shim shows to the program in place of the missing files
 * under /sys/bus/event_source/devices.
 */
struct ebpfdrv_perf_event_open {
	__u64 attr;
	__u64 flags;
	__s32 pid;
	__s32 cpu;
	__s32 group_fd;
	__u32 reserved;
};

/* perf_event_attr.type of the events the module emulates; far above what any
 * kernel allots to its own PMUs.
 */
#define EBPFDRV_PERF_TYPE_KPROBE	0x45420001
#define EBPFDRV_PERF_TYPE_UPROBE	0x45420002

/* perf_event_attr.config bit that asks for the return probe */
#define EBPFDRV_PERF_PROBE_RETURN	0x1

/**
 * struct ebpfdrv_info - what the loaded module is
 * @abi_version: EBPFDRV_ABI_VERSION of the module
 * @features:    EBPFDRV_FEATURE_* bits of what works on the running kernel
 * @version:     release of the module, NUL-terminated
 */
struct ebpfdrv_info {
	__u32 abi_version;
	__u32 reserved;
	__u64 features;
	char version[32];
};

#define EBPFDRV_FEATURE_KPROBE		(1ULL << 0)
#define EBPFDRV_FEATURE_UPROBE		(1ULL << 1)
#define EBPFDRV_FEATURE_TRACEPOINT	(1ULL << 2)
#define EBPFDRV_FEATURE_RAW_TRACEPOINT	(1ULL << 3)
#define EBPFDRV_FEATURE_PERF_SAMPLING	(1ULL << 4)
#define EBPFDRV_FEATURE_BTF		(1ULL << 5)	/* the module serves vmlinux BTF */
#define EBPFDRV_FEATURE_FTRACE		(1ULL << 6)
#define EBPFDRV_FEATURE_ADOPT		(1ULL << 7)	/* EBPFDRV_IOC_ADOPT works */

/**
 * struct ebpfdrv_stats - counters for leak checks and fdinfo
 *
 * A program that opened the device, created objects and closed all of them
 * finds the counts as they were before, once grace periods have ended.
 */
struct ebpfdrv_stats {
	__u64 maps;		/* live map objects */
	__u64 progs;		/* live program objects */
	__u64 btfs;		/* live BTF objects */
	__u64 links;		/* live link objects */
	__u64 events;		/* live emulated perf events */
	__u64 jit_bytes;	/* bytes of the code pool in use */
	__u64 jit_size;		/* bytes of the code pool */
	__u64 missed;		/* runs dropped by the recursion guard or lack of stack */
};

#define EBPFDRV_IOC_MAGIC	'E'
#define EBPFDRV_IOC_BPF		_IOWR(EBPFDRV_IOC_MAGIC, 0xb0, struct ebpfdrv_bpf)
#define EBPFDRV_IOC_PERF_EVENT_OPEN \
	_IOW(EBPFDRV_IOC_MAGIC, 0xb1, struct ebpfdrv_perf_event_open)
#define EBPFDRV_IOC_INFO	_IOR(EBPFDRV_IOC_MAGIC, 0xb2, struct ebpfdrv_info)
#define EBPFDRV_IOC_STATS	_IOR(EBPFDRV_IOC_MAGIC, 0xb3, struct ebpfdrv_stats)
/* The calling process is adopted: its bpf(2) and perf_event_open(2), and those of what it forks
 * and executes, are the module's from now on. -EOPNOTSUPP where the kernel has no way for it.
 */
#define EBPFDRV_IOC_ADOPT	_IO(EBPFDRV_IOC_MAGIC, 0xb4)

#endif /* _UAPI_EBPFDRV_EBPFDRV_H */
