// SPDX-License-Identifier: GPL-2.0-only
/*
 * EBPFDRV=auto: whether the kernel's own bpf(2) has what the module would give.
 *
 * Asked once, before the process has an object of either side: from then on all of its
 * calls go to one of them, and no object of one ever meets the other. So it is not asked
 * what this program will need, which nobody knows yet, but for what the module has and
 * older kernels lack, one thing for each part of the interface that grew apart: BTF,
 * ring buffers, the newest helper, links of perf events and of many functions.
 */
#include "shim.h"
#include "sys.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include <ebpfdrv/bpf.h>

/* Attributes are 0 behind what is asked, in every version of the ABI. */
#define ATTR_SIZE	128

/* Helpers are numbered by age: this one is Linux 6.1's last. */
#define NEWEST_HELPER	EBPF_FUNC_ktime_get_tai_ns

static long native_bpf(int cmd, union ebpf_attr *attr)
{
	return sys3(SYS_bpf, cmd, (long)attr, ATTR_SIZE);
}

static bool closed_if_open(long fd)
{
	if (fd < 0)
		return false;
	sys3(SYS_close, fd, 0, 0);
	return true;
}

static bool has_btf(void)
{
	return closed_if_open(sys4(SYS_openat, AT_FDCWD, (long)"/sys/kernel/btf/vmlinux",
				   O_RDONLY | O_CLOEXEC, 0));
}

static bool has_ring_buffers(void)
{
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_type = EBPF_MAP_TYPE_RINGBUF;
	attr.max_entries = 4096;
	return closed_if_open(native_bpf(EBPF_MAP_CREATE, &attr));
}

/* Return: a descriptor of a program for kprobes that calls the newest helper. */
static long load_newest(unsigned int attach_type)
{
	const struct ebpf_insn insns[] = {
		{ .code = EBPF_JMP | EBPF_CALL, .imm = NEWEST_HELPER },
		{ .code = EBPF_ALU64 | EBPF_MOV | EBPF_K, .dst_reg = EBPF_REG_0 },
		{ .code = EBPF_JMP | EBPF_EXIT },
	};
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = EBPF_PROG_TYPE_KPROBE;
	attr.insns = (unsigned long)insns;
	attr.insn_cnt = sizeof(insns) / sizeof(insns[0]);
	attr.license = (unsigned long)"GPL";
	attr.expected_attach_type = attach_type;
	return native_bpf(EBPF_PROG_LOAD, &attr);
}

static bool has_newest_helper(void)
{
	return closed_if_open(load_newest(0));
}

/* A link that cannot be made: only a kernel that knows such links gets as far as @error. */
static bool refuses_with(union ebpf_attr *attr, int error)
{
	long prog = load_newest(attr->link_create.attach_type), ret;

	if (prog < 0)
		return false;
	attr->link_create.prog_fd = prog;
	ret = native_bpf(EBPF_LINK_CREATE, attr);
	sys3(SYS_close, prog, 0, 0);
	closed_if_open(ret);
	return ret == -error;
}

static bool has_perf_links(void)
{
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.link_create.target_fd = -1;
	attr.link_create.attach_type = EBPF_PERF_EVENT;
	return refuses_with(&attr, EBADF);
}

static bool has_kprobe_multi(void)
{
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.link_create.attach_type = EBPF_TRACE_KPROBE_MULTI;
	attr.link_create.kprobe_multi.cnt = 1;
	/* No list of addresses is there. */
	attr.link_create.kprobe_multi.addrs = 1;
	return refuses_with(&attr, EFAULT);
}

static const struct {
	const char *name;
	bool (*there)(void);
} parts[] = {
	{ "ring buffers", has_ring_buffers },
	{ "BTF", has_btf },
	{ "helpers of Linux 6.1", has_newest_helper },
	{ "links of perf events", has_perf_links },
	{ "links of many functions", has_kprobe_multi },
};

bool shim_kernel_suffices(void)
{
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (!parts[i].there()) {
			shim_debug("EBPFDRV=auto: the kernel's own bpf(2) lacks %s: the module's is used",
				   parts[i].name);
			return false;
		}
	}
	shim_debug("EBPFDRV=auto: the kernel's own bpf(2) has it all and is used");
	return true;
}
