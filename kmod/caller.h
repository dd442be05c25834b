/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where what a command's attr points to is: in user memory, or, when a SYSCALL program makes the
 * command by bpf_sys_bpf(), in the kernel's. Logs are the user's in either case.
 */
#ifndef _KMOD_CALLER_H
#define _KMOD_CALLER_H

#include "kmod/compat/compat.h"
#include <ebpf/types.h>

/* A program's command: lives on the stack of the helper that makes it. */
struct ebpf_kernel_call {
	struct list_head node;
	const struct task_struct *task;
};

/* Around a command of a program. Process context. */
void ebpf_kernel_call_begin(struct ebpf_kernel_call *call);
void ebpf_kernel_call_end(struct ebpf_kernel_call *call);

/* For commands, process context: copies @size bytes from @src. 0 or -EFAULT. */
int ebpf_copy_in(void *dst, u64 src, size_t size);
/* A string of at most @size bytes, the NUL included; cut off there. Its length or -EFAULT. */
long ebpf_copy_in_str(char *dst, u64 src, u32 size);

#endif /* _KMOD_CALLER_H */
