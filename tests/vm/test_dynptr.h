/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _TEST_DYNPTR_H
#define _TEST_DYNPTR_H

#include <linux/types.h>

#define MEM_SIZE	64
#define RING_SIZE	4096

/* What the program found out, one number each. */
enum {
	R_FROM_MEM,
	R_FROM_MEM_FLAGS,
	R_READ,
	R_READ_VALUE,
	R_READ_END,
	R_READ_BEYOND,
	R_READ_FAR,
	R_READ_FLAGS,
	R_WRITE,
	R_WRITE_BEYOND,
	R_DATA,
	R_DATA_BEYOND,
	R_NULL_READ,
	R_NULL_WRITE,
	R_NULL_DATA,
	R_EMPTY,
	R_OVERLAP,
	R_RESERVE,
	R_RESERVE_FLAGS,
	R_RESERVE_HUGE,
	R_RESERVE_MORE,
	R_RECORD_DATA,
	R_AREA_OUTER,
	R_AREA_INNER,
	R_AREA_HITS,
	NR_RESULTS
};

struct record {
	__u64 number;
	__u64 again;
};

#endif
