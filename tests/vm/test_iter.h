/* SPDX-License-Identifier: GPL-2.0-only */
/* What the programs of test_iter.bpf.c tell beside the text they write. */
#ifndef _TESTS_VM_TEST_ITER_H
#define _TESTS_VM_TEST_ITER_H

#include <linux/types.h>

#define PF_KTHREAD	0x00200000
#define BIG_TEXT	4096

struct iter_seen {
	__s64 bad_format;	/* what a format with too few numbers gives */
	__s64 utf8;		/* ... one with letters of UTF-8 */
	__s64 utf8_conv;	/* ... such a letter behind its % */
	__s64 full;		/* ... and the last write into the full file */
	__u32 calls;		/* of insist() with a task */
	__u32 again;		/* how often it still wants its task again */
};

#endif /* _TESTS_VM_TEST_ITER_H */
