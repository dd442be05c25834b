/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the part in the kernel and the part in user space tell each other. Both compile this.
 */
#ifndef RCVDELAY_H
#define RCVDELAY_H

#include <linux/types.h>

#define MAX_CONNS	16384
#define COMM_LEN	16
#define NR_SLOTS	32

/*
 * A connection, from the end that is on this machine. Addresses are IPv6's, IPv4's are mapped
 * (::ffff:a.b.c.d), ports are in host order. It is the key of a map, so it has no hidden padding.
 */
struct conn_key {
	__u8 local[16];
	__u8 remote[16];
	__u64 cookie;		/* the kernel's number for the socket, 0 where it has none */
	__u16 local_port;
	__u16 remote_port;
	__u32 zero;
};

/* What is known of it. Times are those of CLOCK_MONOTONIC. */
struct conn {
	__u64 first_ns;		/* when the oldest data that nobody has read came; 0: all is read */
	__u64 last_ns;		/* when the newest data came */
	__u64 reads;		/* reads that were counted, */
	__u64 sum_ns;		/* the sum of their delays */
	__u64 max_ns;		/* and the longest */
	__u32 pid;		/* the process that read last */
	char comm[COMM_LEN];
	__u32 closed;
};

/* A read, as it goes through the ring buffer */
struct read_event {
	struct conn_key key;
	__u64 when_ns;
	__u64 delay_ns;
	__u32 pid;
	char comm[COMM_LEN];
	__u32 zero;
};

#endif
