// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sockets and cgroups of packets. Packets of test runs have neither, and no socket
 * is looked up for them: what asks for one gets what Linux answers where there is
 * none. Programs can therefore not reach the helpers that take a socket; these
 * exist so that programs load.
 */
#include "helpers/net.h"

#define OVERFLOW_UID	65534	/* "nobody knows", as Linux says for packets without socket */

#define FIB_PARAMS_SIZE	64	/* of struct bpf_fib_lookup, which starts with the family */
#define FIB_FLAGS	3U	/* BPF_FIB_LOOKUP_DIRECT, _OUTPUT */
#define FIB_INET	2
#define FIB_INET6	10

#define MTU_CHK_SEGS	1U	/* BPF_MTU_CHK_SEGS */

#define EBPF_XDP_ABORTED	0
#define EBPF_XDP_ACTIONS	3	/* ABORTED, DROP, PASS, TX */

#define NO_SOCKET(name)		EBPF_HELPER(name) { return 0; }

/* Look-ups: NULL */
NO_SOCKET(sk_lookup_tcp)
NO_SOCKET(sk_lookup_udp)
NO_SOCKET(skc_lookup_tcp)

/* Given a socket: never called */
NO_SOCKET(sk_release)
NO_SOCKET(sk_fullsock)
NO_SOCKET(tcp_sock)
NO_SOCKET(get_listener_sock)
NO_SOCKET(sk_cgroup_id)
NO_SOCKET(sk_ancestor_cgroup_id)

/* Given a packet: what its socket would know */
NO_SOCKET(get_socket_cookie)
NO_SOCKET(get_netns_cookie)
NO_SOCKET(get_cgroup_classid)
NO_SOCKET(skb_cgroup_classid)
NO_SOCKET(skb_cgroup_id)
NO_SOCKET(skb_ancestor_cgroup_id)
/* ... and its route */
NO_SOCKET(get_route_realm)

/* Nothing can be put into maps of sockets, so there is nowhere to send to. For packets of
 * sockets 0 is SK_DROP.
 */
NO_SOCKET(sk_redirect_map)
NO_SOCKET(sk_redirect_hash)
NO_SOCKET(msg_redirect_map)
NO_SOCKET(msg_redirect_hash)

/* map, index, flags: which also say what to return then */
EBPF_HELPER(redirect_map)
{
	return r3 & ~(u64)EBPF_XDP_ACTIONS ? EBPF_XDP_ABORTED : r3;
}

EBPF_HELPER(sock_map_update)
{
	return -EOPNOTSUPP;
}

EBPF_HELPER(sock_hash_update)
{
	return -EOPNOTSUPP;
}

EBPF_HELPER(sk_select_reuseport)
{
	return -ENOENT;
}

EBPF_HELPER(get_socket_uid)
{
	return OVERFLOW_UID;
}

/* skb, map, index */
EBPF_HELPER(skb_under_cgroup)
{
	return -ENOENT;
}

/* context, level, option, buffer, its size: programs that have a socket do not run */
EBPF_HELPER(getsockopt)
{
	memset(net_ptr(r4), 0, r5);
	return -EINVAL;
}

/* packet, struct bpf_fib_lookup, its size, flags. No device is one of the packet's. */
EBPF_HELPER(fib_lookup)
{
	const u8 *family = net_ptr(r2);

	if ((s32)r3 < FIB_PARAMS_SIZE || (u32)r4 & ~FIB_FLAGS)
		return -EINVAL;
	if (*family != FIB_INET && *family != FIB_INET6)
		return -EAFNOSUPPORT;
	return -ENODEV;
}

/* packet, device, the length to compare with and then its MTU, bytes more, flags. */
EBPF_HELPER(check_mtu)
{
	u32 *mtu = net_ptr(r3);
	bool segs = r5 & MTU_CHK_SEGS;
	int err = -ENODEV;

	if (r5 & ~(u64)MTU_CHK_SEGS || (segs && ((s32)r4 || *mtu)))
		err = -EINVAL;
	*mtu = 0;
	return err;
}

/* packet, kind, headers, their size: what has no route is not sent through a tunnel */
EBPF_HELPER(lwt_push_encap)
{
	return -EINVAL;
}

EBPF_HELPER(tcp_check_syncookie)
{
	return -EINVAL;
}

EBPF_HELPER(sk_assign)
{
	return -EINVAL;
}
