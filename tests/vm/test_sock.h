/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _TEST_SOCK_H
#define _TEST_SOCK_H

#include <linux/types.h>

#define NOTHING		(~0ULL)
#define START		7
#define MAX_PACKET	8000

/* What a socket was found to be. */
#define IS_TCP6		(1 << 0)
#define IS_TCP		(1 << 1)
#define IS_TIMEWAIT	(1 << 2)
#define IS_REQUEST	(1 << 3)
#define IS_UDP6		(1 << 4)
#define IS_UNIX		(1 << 5)
#define NO_UDP6		(1 << 6)	/* this kernel's BTF does not know these */

struct seen {
	__u32 tgid;		/* whose files */
	__u32 want_len;		/* bytes of the packet from its IP header on */
	__u32 hits;
	__u32 is_socket;
	__u32 kinds;
	__u32 type;
	__u64 sk;
	__u64 cookie;
	__u64 found;		/* in the storage, before it was made; or NOTHING */
	__u64 now;
	__s64 deleted;
	__u32 delete;		/* do it */
	__u32 packets;
	__s64 sent;
	__s64 too_long;
	__s64 bad_flags;
	__s64 null_skb;
};

struct meta {
	__u32 magic;
	__u32 len;
};

#define MAGIC	0x534b4221

#endif
