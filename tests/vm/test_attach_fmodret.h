/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _TEST_ATTACH_FMODRET_H
#define _TEST_ATTACH_FMODRET_H

#include <linux/types.h>

/* One of each kind twice, all on the function of getpriority(2). */
enum {
	ENTRY,
	MOD_1,
	MOD_2,
	EXIT_1,
	EXIT_2,
	SLEEP_EXIT,
	NR_PROGS
};

struct seen {
	__u64 hits;
	__u64 order;		/* of all runs since the last reset, from 1 */
	__u64 which;		/* first argument of the system call */
	__u64 result;		/* what the context says when the program begins */
	__s64 ret_err;		/* of bpf_get_func_ret() */
	__u64 ret;
};

/* What the test asks for. */
struct conf {
	__u32 tgid;		/* of whom, 0: nobody */
	__u32 regs;		/* the arguments are in struct pt_regs */
	__u64 clock;
	__s64 modify[2];	/* results of the two fmod_ret programs */
};

#endif
