/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What programs on the functions of locks count; for them and for who attaches them.
 */
#ifndef _TESTS_VM_LOCK_OUTCOME_H
#define _TESTS_VM_LOCK_OUTCOME_H

#include <linux/types.h>

struct outcome {
	__u64 tgid;	/* of the process to look at, 0: none */
	__u64 busy;	/* changes of maps that were sent away, */
	__u64 done;
	__u64 failed;	/* or failed otherwise */
	__u64 room;	/* in a ring */
	__u64 no_room;
};

#endif /* _TESTS_VM_LOCK_OUTCOME_H */
