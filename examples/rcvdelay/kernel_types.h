/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's structures, with those members only that are used here. Where they are in the running
 * kernel is found when the program is loaded (CO-RE): the names must be the kernel's, order and
 * offsets need not be. The alternative is a vmlinux.h with all types of one kernel,
 *
 *	bpftool btf dump file /sys/kernel/btf/vmlinux format c > vmlinux.h
 *
 * which saves writing this file, and costs a kernel with BTF on the machine that builds.
 */
#ifndef KERNEL_TYPES_H
#define KERNEL_TYPES_H

#include <linux/types.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

/* The record of tcp:tcp_probe; the addresses are a struct sockaddr_in or sockaddr_in6. */
struct trace_event_raw_tcp_probe {
	__u8 saddr[28];
	__u8 daddr[28];
	__u16 sport;
	__u16 dport;
	__u16 data_len;
	__u64 sock_cookie;
};

/* The record of tcp:tcp_rcv_space_adjust */
struct trace_event_raw_tcp_event_sk {
	const void *skaddr;
	__u16 sport;
	__u16 dport;
	__u8 saddr_v6[16];
	__u8 daddr_v6[16];
	__u64 sock_cookie;
};

/* The record of sock:inet_sock_set_state */
struct trace_event_raw_inet_sock_set_state {
	const void *skaddr;
	int newstate;
	__u16 sport;
	__u16 dport;
	__u16 protocol;
	__u8 saddr_v6[16];
	__u8 daddr_v6[16];
};

struct sock_common {
	volatile unsigned char skc_state;
	struct {
		__s64 counter;
	} skc_cookie;
};

struct sock {
	struct sock_common __sk_common;
};

struct tcp_sock {
	__u32 rcv_nxt;		/* the number of the byte that is to come */
	__u32 copied_seq;	/* of the one that is to be read */
};

#pragma clang attribute pop

/* States of a socket */
enum {
	TCP_ESTABLISHED = 1,
	TCP_FIN_WAIT1 = 4,
	TCP_FIN_WAIT2 = 5,
	TCP_CLOSE = 7,
};

#endif
