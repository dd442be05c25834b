// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sockets of the kernel, for programs on its functions. Packets of test runs have none.
 */
#include <linux/in.h>
#include <linux/net.h>
#include <linux/socket.h>
#include "helpers/helpers.h"
#include "kmod/compat/sock.h"

#define STATE_TIME_WAIT		6
#define STATE_NEW_SYN_RECV	12

static struct sock *sock_of(u64 reg)
{
	return (struct sock *)(unsigned long)reg;
}

/* A full socket of @protocol, and @type and @family if these are not 0? */
static bool is_full(u64 reg, u32 protocol, u32 type, u32 family)
{
	struct compat_sock sk;

	return ebpf_compat_sock_read(sock_of(reg), &sk) && sk.full && sk.protocol == protocol &&
	       (!type || sk.type == type) && (!family || sk.family == family);
}

static bool is_small_tcp(u64 reg, u32 state)
{
	struct compat_sock sk;

	return ebpf_compat_sock_read(sock_of(reg), &sk) && sk.state == state &&
	       ebpf_compat_sock_is_tcp(sock_of(reg));
}

/* All of these: socket; the same address as another struct, or NULL */
EBPF_HELPER(skc_to_tcp6_sock)
{
	return is_full(r1, IPPROTO_TCP, 0, AF_INET6) ? r1 : 0;
}

EBPF_HELPER(skc_to_tcp_sock)
{
	return is_full(r1, IPPROTO_TCP, 0, 0) ? r1 : 0;
}

EBPF_HELPER(skc_to_tcp_timewait_sock)
{
	return is_small_tcp(r1, STATE_TIME_WAIT) ? r1 : 0;
}

EBPF_HELPER(skc_to_tcp_request_sock)
{
	return is_small_tcp(r1, STATE_NEW_SYN_RECV) ? r1 : 0;
}

EBPF_HELPER(skc_to_udp6_sock)
{
	return is_full(r1, IPPROTO_UDP, SOCK_DGRAM, AF_INET6) ? r1 : 0;
}

EBPF_HELPER(skc_to_unix_sock)
{
	struct compat_sock sk;

	return ebpf_compat_sock_read(sock_of(r1), &sk) && sk.full && sk.family == AF_UNIX ? r1 : 0;
}

/* file */
EBPF_HELPER(sock_from_file)
{
	return (unsigned long)ebpf_compat_sock_from_file((const void *)(unsigned long)r1);
}

/* socket */
EBPF_HELPER(get_socket_ptr_cookie)
{
	return ebpf_compat_sock_cookie(sock_of(r1));
}
