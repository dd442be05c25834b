// SPDX-License-Identifier: GPL-2.0-only
/* bpf(2) as an ioctl of the device. */
#include "shim.h"
#include "sys.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <ebpfdrv/ebpfdrv.h>

bool shim_bpf_used;

/* For the log only; the index is the command. */
static const char *const command_names[] = {
	"MAP_CREATE", "MAP_LOOKUP_ELEM", "MAP_UPDATE_ELEM", "MAP_DELETE_ELEM",
	"MAP_GET_NEXT_KEY", "PROG_LOAD", "OBJ_PIN", "OBJ_GET", "PROG_ATTACH", "PROG_DETACH",
	"PROG_TEST_RUN", "PROG_GET_NEXT_ID", "MAP_GET_NEXT_ID", "PROG_GET_FD_BY_ID",
	"MAP_GET_FD_BY_ID", "OBJ_GET_INFO_BY_FD", "PROG_QUERY", "RAW_TRACEPOINT_OPEN",
	"BTF_LOAD", "BTF_GET_FD_BY_ID", "TASK_FD_QUERY", "MAP_LOOKUP_AND_DELETE_ELEM",
	"MAP_FREEZE", "BTF_GET_NEXT_ID", "MAP_LOOKUP_BATCH", "MAP_LOOKUP_AND_DELETE_BATCH",
	"MAP_UPDATE_BATCH", "MAP_DELETE_BATCH", "LINK_CREATE", "LINK_UPDATE",
	"LINK_GET_FD_BY_ID", "LINK_GET_NEXT_ID", "ENABLE_STATS", "ITER_CREATE", "LINK_DETACH",
	"PROG_BIND_MAP",
};

static void trace_call(unsigned int cmd, unsigned int size, long ret)
{
	char number[16];
	const char *name = number;

	if (cmd < sizeof(command_names) / sizeof(command_names[0]))
		name = command_names[cmd];
	else
		snprintf(number, sizeof(number), "%u", cmd);
	if (ret < 0)
		shim_trace("bpf(%s, size %u) = -1 (%s)", name, size, strerror(-ret));
	else
		shim_trace("bpf(%s, size %u) = %ld", name, size, ret);
}

long shim_bpf(long nr, long cmd, long attr, long size)
{
	struct ebpfdrv_bpf call = {
		.cmd = cmd,
		.size = size,
		.attr = attr,
	};
	long ret;

	__atomic_store_n(&shim_bpf_used, true, __ATOMIC_RELAXED);
	ret = shim_device_ioctl(EBPFDRV_IOC_BPF, &call, true);
	if (ret == SHIM_NO_DEVICE)
		return shim_pass_on(nr, cmd, attr, size, 0, 0, 0);
	if (shim_config()->debug)
		trace_call(cmd, size, ret);
	return shim_result(ret);
}
