/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _TEST_TIMER_H
#define _TEST_TIMER_H

#include <linux/types.h>

enum { IN_ARRAY, IN_HASH, IN_GROWING, IN_LRU, NR_MAPS };
enum { OP_INIT, OP_SET, OP_START, OP_CANCEL, OP_DELETE, OP_UPDATE, OP_ARM };
enum { FN_COUNT, FN_AGAIN, FN_SELF, FN_DELETE, FN_OTHER, NR_FNS };

/* What the program is to do, and what came out. */
struct order {
	__u32 map;
	__u32 key;
	__u32 op;
	__u32 fn;
	__u64 arg;
	__u64 flags;
	__s64 ret;
};

/* What the functions saw, by key. */
struct noted {
	__u64 calls;
	__u64 key;
	__u64 data;
	__s64 ret;
};

#define NR_NOTED	8

#endif
