// SPDX-License-Identifier: GPL-2.0-only
/* Which types of programs there are, and what they may say that they will be attached to. */
#include <ebpf/verifier.h>

bool ebpf_prog_type_supported(u32 type)
{
	switch (type) {
	case EBPF_PROG_TYPE_SOCKET_FILTER:
	case EBPF_PROG_TYPE_KPROBE:
	case EBPF_PROG_TYPE_TRACEPOINT:
	case EBPF_PROG_TYPE_PERF_EVENT:
	case EBPF_PROG_TYPE_RAW_TRACEPOINT:
	case EBPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE:
	case EBPF_PROG_TYPE_TRACING:
	case EBPF_PROG_TYPE_LSM:
	case EBPF_PROG_TYPE_SCHED_CLS:
	case EBPF_PROG_TYPE_SCHED_ACT:
	case EBPF_PROG_TYPE_XDP:
	case EBPF_PROG_TYPE_CGROUP_SKB:
	case EBPF_PROG_TYPE_LWT_IN:
	case EBPF_PROG_TYPE_LWT_OUT:
	case EBPF_PROG_TYPE_LWT_XMIT:
	case EBPF_PROG_TYPE_SK_SKB:
	case EBPF_PROG_TYPE_CGROUP_SOCK:
	case EBPF_PROG_TYPE_CGROUP_SOCK_ADDR:
	case EBPF_PROG_TYPE_SOCK_OPS:
	case EBPF_PROG_TYPE_SK_MSG:
	case EBPF_PROG_TYPE_SK_LOOKUP:
	case EBPF_PROG_TYPE_SK_REUSEPORT:
	case EBPF_PROG_TYPE_CGROUP_DEVICE:
	case EBPF_PROG_TYPE_CGROUP_SYSCTL:
	case EBPF_PROG_TYPE_CGROUP_SOCKOPT:
	case EBPF_PROG_TYPE_SYSCALL:
	case EBPF_PROG_TYPE_NETFILTER:
		return true;
	default:
		return false;
	}
}

static bool sock_addr_fits(u32 attach_type)
{
	switch (attach_type) {
	case EBPF_CGROUP_INET4_BIND:
	case EBPF_CGROUP_INET6_BIND:
	case EBPF_CGROUP_INET4_CONNECT:
	case EBPF_CGROUP_INET6_CONNECT:
	case EBPF_CGROUP_INET4_GETPEERNAME:
	case EBPF_CGROUP_INET6_GETPEERNAME:
	case EBPF_CGROUP_INET4_GETSOCKNAME:
	case EBPF_CGROUP_INET6_GETSOCKNAME:
	case EBPF_CGROUP_UDP4_SENDMSG:
	case EBPF_CGROUP_UDP6_SENDMSG:
	case EBPF_CGROUP_UDP4_RECVMSG:
	case EBPF_CGROUP_UDP6_RECVMSG:
	case EBPF_CGROUP_UNIX_CONNECT:
	case EBPF_CGROUP_UNIX_SENDMSG:
	case EBPF_CGROUP_UNIX_RECVMSG:
	case EBPF_CGROUP_UNIX_GETPEERNAME:
	case EBPF_CGROUP_UNIX_GETSOCKNAME:
		return true;
	default:
		return false;
	}
}

u32 ebpf_attach_type_of(u32 type, u32 attach_type)
{
	if (type == EBPF_PROG_TYPE_CGROUP_SOCK && !attach_type)
		return EBPF_CGROUP_INET_SOCK_CREATE;
	if (type == EBPF_PROG_TYPE_SK_REUSEPORT && !attach_type)
		return EBPF_SK_REUSEPORT_SELECT;
	return attach_type;
}

bool ebpf_attach_type_fits(u32 type, u32 attach_type)
{
	u32 at = ebpf_attach_type_of(type, attach_type);

	switch (type) {
	case EBPF_PROG_TYPE_CGROUP_SKB:
		return at == EBPF_CGROUP_INET_INGRESS || at == EBPF_CGROUP_INET_EGRESS;
	case EBPF_PROG_TYPE_CGROUP_SOCK:
		return at == EBPF_CGROUP_INET_SOCK_CREATE || at == EBPF_CGROUP_INET_SOCK_RELEASE ||
		       at == EBPF_CGROUP_INET4_POST_BIND || at == EBPF_CGROUP_INET6_POST_BIND;
	case EBPF_PROG_TYPE_CGROUP_SOCK_ADDR:
		return sock_addr_fits(at);
	case EBPF_PROG_TYPE_CGROUP_SOCKOPT:
		return at == EBPF_CGROUP_SETSOCKOPT || at == EBPF_CGROUP_GETSOCKOPT;
	case EBPF_PROG_TYPE_LSM:
		return at == EBPF_LSM_MAC;
	case EBPF_PROG_TYPE_NETFILTER:
		return at == EBPF_NETFILTER;
	case EBPF_PROG_TYPE_SK_LOOKUP:
		return at == EBPF_SK_LOOKUP;
	case EBPF_PROG_TYPE_SK_REUSEPORT:
		return at == EBPF_SK_REUSEPORT_SELECT || at == EBPF_SK_REUSEPORT_SELECT_OR_MIGRATE;
	default:
		return true;
	}
}
