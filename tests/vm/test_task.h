/* SPDX-License-Identifier: GPL-2.0-only */
/* What the program of test_task.bpf.c saw at a system call of the test. */
#ifndef _TESTS_VM_TEST_TASK_H
#define _TESTS_VM_TEST_TASK_H

#include <linux/types.h>

#define NR_IPS		32
#define TEXT_SIZE	1024
#define NO_CPU		100000
/* A system call that nobody else makes, and a number in a register of it. */
#define TASK_SYSCALL	__NR_personality
#define TASK_MAGIC	0xffffffff

struct task_seen {
	__u32 tgid;		/* who makes the call; set by the test */
	__u32 pad;
	__u64 calls;
	__u64 user_ip;
	__u64 orig_ax;
	__u64 arg;		/* the first, by the saved registers */
	__s64 own_stack;	/* bytes or errno */
	__u64 own_ips[NR_IPS];
	__s64 parent_stack;
	__u64 parent_ips[NR_IPS];
	__s64 parent_user;	/* errno */
	__s64 null_stack;	/* errno */
	__u64 tai;
	__s64 text_len;		/* of the registers as text, or errno */
	char text[TEXT_SIZE];
	__s64 cut_len;		/* what did not fit into 8 bytes */
	char cut[8];
	__s64 bad_flags;	/* errno */
	__u32 cpu;		/* by helper */
	__u32 cpu_number;	/* by the kernel's variable */
	__u32 cpu_1;		/* of CPU 1 */
	__u32 no_cpu;		/* 1: there is none */
	__u32 has_runqueues;	/* 1: the kernel's BTF has the variable */
	__u32 rq_cpu;		/* a member of CPU 1's run queue */
	__u32 has_number;	/* 1: the kernel has that variable */
	__u32 pad2;
};

#endif /* _TESTS_VM_TEST_TASK_H */
