/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _TEST_ATTACH_TRACING_H
#define _TEST_ATTACH_TRACING_H

#include <linux/types.h>

enum {
	ENTRY_READ,
	ENTRY_READ_2,
	EXIT_READ,
	EXIT_READ_2,
	ENTRY_MMAP,
	EXIT_MMAP,
	ENTRY_NOTRACE,
	TP_SYS_ENTER,
	TP_EXEC,
	KPROBE_READ,
	KRETPROBE_READ,
	NR_PROGS
};

#define MAX_ARGS	9
#define TEST_SYSCALL	110	/* getppid */

struct seen {
	__u64 hits;
	__u64 arg[MAX_ARGS];
	__u64 cnt;
	__u64 cookie;
	__u64 func_ip;
	__u64 arg2;
	__s64 arg2_err;
	__s64 arg99_err;
	__u64 dummy;
	__u64 ret;
	__s64 ret_err;
	__s64 stack_size;	/* bytes in stack, or an errno */
	__u64 stack[4];
};

#endif
