/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TRACEPOINT programs on system calls without the way through perf: syscalls:* and
 * raw_syscalls:sys_enter, sys_exit, whose records are known.
 */
#ifndef _ATTACH_SYSCALL_TP_H
#define _ATTACH_SYSCALL_TP_H

#include "kmod/attach/event.h"

struct ebpf_syscall_hook {
	struct ebpf_event *event;
	bool enter;
	bool raw;			/* every system call, 32-bit ones too */
	u32 nr;				/* else this one */
	struct hlist_node node;		/* RCU-sched */
};

/* Runs the event's program from now on. -EINVAL: not a call that can be traced.
 * Process context.
 */
int ebpf_syscall_hook_add(struct ebpf_syscall_hook *hook);
/* A program may still be running; a grace period ends that. */
void ebpf_syscall_hook_del(struct ebpf_syscall_hook *hook);

#endif /* _ATTACH_SYSCALL_TP_H */
