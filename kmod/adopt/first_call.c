// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/adopt/first_call.h"
#include "kmod/compat/syscall_entry.h"

#include <ebpf/map.h>
#include <ebpf/verifier.h>
#include <ebpfdrv/bpf.h>

/* Of both commands the type is the first word. */
static bool read_type(u64 attr, u32 size, u32 *type)
{
	return size >= sizeof(*type) &&
	       !copy_from_user(type, (const void __user *)(unsigned long)attr, sizeof(*type));
}

/* Types of programs that have no place here to be attached to, whether they can be loaded or not:
 * who begins with one manages control groups, sockets or routes. Those of packets are left out:
 * libraries load them first to see whether any program can be loaded.
 */
static bool prog_is_kernels(u32 type)
{
	switch (type) {
	case EBPF_PROG_TYPE_UNSPEC:
		return false;
	case EBPF_PROG_TYPE_CGROUP_SKB:
	case EBPF_PROG_TYPE_CGROUP_SOCK:
	case EBPF_PROG_TYPE_CGROUP_SOCK_ADDR:
	case EBPF_PROG_TYPE_CGROUP_DEVICE:
	case EBPF_PROG_TYPE_CGROUP_SYSCTL:
	case EBPF_PROG_TYPE_CGROUP_SOCKOPT:
	case EBPF_PROG_TYPE_SOCK_OPS:
	case EBPF_PROG_TYPE_SK_SKB:
	case EBPF_PROG_TYPE_SK_MSG:
	case EBPF_PROG_TYPE_SK_LOOKUP:
	case EBPF_PROG_TYPE_SK_REUSEPORT:
	case EBPF_PROG_TYPE_LWT_IN:
	case EBPF_PROG_TYPE_LWT_OUT:
	case EBPF_PROG_TYPE_LWT_XMIT:
	case EBPF_PROG_TYPE_NETFILTER:
		return true;
	default:
		return !ebpf_prog_type_supported(type);
	}
}

/* Commands that are not known are no sign: libraries ask for what newer kernels have. */
bool ebpf_first_call_is_kernels(u32 cmd, u64 attr, u32 size)
{
	u32 type;

	if (!COMPAT_KERNEL_HAS_BPF)
		return false;
	switch (cmd) {
	case EBPF_PROG_ATTACH:
	case EBPF_PROG_DETACH:
	case EBPF_PROG_QUERY:
		return true;
	case EBPF_PROG_LOAD:
		return read_type(attr, size, &type) && prog_is_kernels(type);
	case EBPF_MAP_CREATE:
		return read_type(attr, size, &type) && type != EBPF_MAP_TYPE_UNSPEC &&
		       !ebpf_map_ops_of(type);
	default:
		return false;
	}
}
