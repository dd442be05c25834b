/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _TEST_MAP_LOCK_H
#define _TEST_MAP_LOCK_H

#include <linux/types.h>

struct outcome {
	__u64 tgid;	/* of the process to look at, 0: none */
	__u64 busy;
	__u64 done;
	__u64 no_room;
	__u64 room;
	__u64 failed;
};

#endif
