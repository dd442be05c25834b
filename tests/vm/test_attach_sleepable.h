/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between test_attach_sleepable.c and its programs.
 */
#ifndef _TEST_ATTACH_SLEEPABLE_H
#define _TEST_ATTACH_SLEEPABLE_H

#define TEXT_SIZE	32

/* What each program leaves its findings under. */
enum {
	OUT_UPROBE,
	OUT_URETPROBE,
	OUT_ENTRY,
	OUT_MODIFY,
	OUT_EXIT,
	OUT_LOOP,
	OUT_INNER,
	OUT_TASK,
	NR_OUT,
};

/* @before and @after: a sleep; @probe: what bpf_probe_read_user() said, @copy: what
 * bpf_copy_from_user() said of the same address.
 */
struct seen {
	unsigned long long before;
	unsigned long long after;
	long long probe;
	long long copy;
	long long ret;
	unsigned long long tgid;
	char text[TEXT_SIZE];
};

/* @tgid: whose calls count. @regs: system calls' functions get a struct pt_regs.
 * @pid, @addr: what the iterator reads.
 */
struct conf {
	unsigned long long tgid;
	unsigned long long regs;
	unsigned long long pid;
	unsigned long long addr;
};

#define REFUSED_PATH	"/refuse/this"

#endif /* _TEST_ATTACH_SLEEPABLE_H */
