/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events of system calls that old kernels enter through stubs, by number.
 */
#ifndef _TEST_EVENTS_SYSCALLS_H
#define _TEST_EVENTS_SYSCALLS_H

#include <linux/types.h>

/* CALL(number, name) */
#define CALLS				\
	CALL(0, rt_sigreturn)		\
	CALL(1, clone)			\
	CALL(2, fork)			\
	CALL(3, vfork)			\
	CALL(4, execve)			\
	CALL(5, iopl)

#define RT_SIGRETURN	0
#define CLONE		1
#define FORK		2
#define VFORK		3
#define EXECVE		4
#define IOPL		5
#define NR_CALLS	6

/* What the programs see of the workload's tasks, by their name. */
#define WORKER		"stub-worker"

struct seen {
	__u32 enters, exits;
	__u64 nr;		/* of the last entry, as a long */
	__u64 args[5];
	__u64 exit_nr;
	__s64 ret;		/* the largest */
};

#endif
