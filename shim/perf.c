// SPDX-License-Identifier: GPL-2.0-only
/*
 * perf_event_open(2): which events the module emulates.
 *
 * A program can only attach its eBPF programs to events of the module, so
 * the kernel's own would be of no use to it; but a program that has nothing
 * to do with eBPF must get what it always got. Events that only make sense
 * with eBPF (the emulated PMUs, BPF_OUTPUT) always go to the module, all
 * others only after the first bpf call of the process.
 */
#define _GNU_SOURCE
#include "shim.h"
#include "sys.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <signal.h>
#include <string.h>

#include <ebpfdrv/ebpfdrv.h>

/* Linux 4.4 added it; the number is ABI. */
#define SW_BPF_OUTPUT	10

/* The two fields the choice needs, where every version of the ABI has them. */
struct event_kind {
	__u32 type;
	__u32 size;
	__u64 config;
};

/*
 * perf_event_open answers EFAULT to a wild pointer where a load would kill
 * the program. rt_sigprocmask reads its new mask before it looks at @how, so
 * one that is no mode tells whether 8 bytes are readable and does no more.
 */
static bool is_readable(long address)
{
	return sys4(SYS_rt_sigprocmask, -1, address, 0, 8) == -EINVAL;
}

static bool read_kind(long attr, struct event_kind *kind)
{
	if (!is_readable(attr) || !is_readable(attr + 8))
		return false;
	memcpy(kind, (const void *)attr, sizeof(*kind));
	return true;
}

static bool wants_module(const struct event_kind *kind)
{
	bool used = __atomic_load_n(&shim_bpf_used, __ATOMIC_RELAXED);

	switch (kind->type) {
	case EBPFDRV_PERF_TYPE_KPROBE:
	case EBPFDRV_PERF_TYPE_UPROBE:
		return true;
	case PERF_TYPE_SOFTWARE:
		return used || kind->config == SW_BPF_OUTPUT;
	case PERF_TYPE_TRACEPOINT:
	case PERF_TYPE_HARDWARE:
	case PERF_TYPE_HW_CACHE:
	case PERF_TYPE_RAW:
	case PERF_TYPE_BREAKPOINT:
		return used;
	default:
		return false;
	}
}

static void trace_call(const struct event_kind *kind, long pid, long cpu, long ret)
{
	shim_trace("perf_event_open(type %#x, config %#llx, pid %d, cpu %d) = %ld%s%s%s",
		   kind->type, (unsigned long long)kind->config, (int)pid, (int)cpu,
		   ret < 0 ? -1 : ret, ret < 0 ? " (" : "", ret < 0 ? strerror(-ret) : "",
		   ret < 0 ? ")" : "");
}

long shim_perf_event_open(long nr, long attr, long pid, long cpu, long group_fd, long flags)
{
	struct ebpfdrv_perf_event_open call = {
		.attr = attr,
		.flags = flags,
		.pid = pid,
		.cpu = cpu,
		.group_fd = group_fd,
	};
	struct event_kind kind;
	long ret = SHIM_NO_DEVICE;

	if (read_kind(attr, &kind) && wants_module(&kind)) {
		ret = shim_device_ioctl(EBPFDRV_IOC_PERF_EVENT_OPEN, &call, false);
		if (ret != SHIM_NO_DEVICE && shim_config()->debug)
			trace_call(&kind, pid, cpu, ret);
	}
	if (ret == SHIM_NO_DEVICE)
		return shim_pass_on(nr, attr, pid, cpu, group_fd, flags, 0);
	return shim_result(ret);
}
