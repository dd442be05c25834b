/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _TEST_MAP_VIEW_H
#define _TEST_MAP_VIEW_H

#include <linux/types.h>

enum { M_ARRAY, M_HASH, M_RING, M_OUTER, M_INNER, NR_MAPS };

/* Members that not every kernel's struct bpf_map has. */
#define HAS_ID		1
#define HAS_NAME	2
#define HAS_META	4
#define HAS_NODE	8

/* What a program saw of a map. */
struct seen {
	__u64 ops;
	__s64 ops_read;		/* what reading behind it answered */
	__u32 has;
	__u32 type;
	__u32 key_size;
	__u32 value_size;
	__u32 max_entries;
	__u32 flags;
	__u32 id;
	__u32 meta_value_size;
	__s32 numa_node;
	__u32 there;
	char name[4];		/* how it starts */
};

#endif /* _TEST_MAP_VIEW_H */
