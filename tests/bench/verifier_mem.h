/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _BENCH_VERIFIER_MEM_H
#define _BENCH_VERIFIER_MEM_H

#include <linux/types.h>

/* Bytes, of process @pid. @lost: allocations there was no room to remember. */
struct verifier_mem {
	__u64 now;
	__u64 peak;
	__u64 allocs;
	__u64 lost;
	__u64 vmalloc_size[2];	/* asked for by the vmalloc() under way, and one in it */
	__u64 vmalloc_depth;
	__u32 pid;
	__u32 watch;		/* which watch this is: the last one's memory is not its */
};

#endif /* _BENCH_VERIFIER_MEM_H */
