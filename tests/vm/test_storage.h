/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _TEST_STORAGE_H
#define _TEST_STORAGE_H

#include <linux/types.h>

enum { OP_GET, OP_CREATE, OP_CREATE_ZERO, OP_COUNT, OP_DELETE, OP_BAD_FLAGS, OP_NULL };
enum { KPTR_STORE, KPTR_SAME, KPTR_PID, KPTR_CLEAR };
enum { IN_ARRAY, IN_HASH, IN_PERCPU };

#define NOTHING		(-1000)
#define START		7
#define REPEAT		5

struct value {
	__u64 n;
	__u64 rest[4];
};

/* A value with a kernel pointer, as commands see it. */
struct holder_bytes {
	__u64 before;
	__u64 task;
	__u64 after;
};

struct named {
	__u32 tgid;		/* whose files */
	__u32 hits;
	__s64 len;
	__s64 len_small;	/* into 4 bytes */
	char path[128];
	char small[8];
};

#endif
