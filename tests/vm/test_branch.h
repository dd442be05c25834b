/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _TEST_BRANCH_H
#define _TEST_BRANCH_H

#include <linux/types.h>

#define ENTRY_SIZE	24

struct branches {
	__u64 samples;
	__s64 size;
	__s64 read;
	__s64 bad_flags;
	__s64 snapshot;
	__s64 bad_snapshot;
	__u64 entries[3 * 32];
	__u64 before[3 * 32];
};

#endif
