/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Walking stacks with what each kernel exports: its unwinder (4.9 on, el7 from
 * 7.6 on), dump_trace() (4.4 to 4.8), or the frame pointers themselves.
 */
#ifndef _KMOD_COMPAT_UNWIND_H
#define _KMOD_COMPAT_UNWIND_H

#include "kmod/compat/compat.h"

/* Return addresses above the kernel-mode place @regs, innermost first, @regs->ip
 * itself not among them. Any context. @at_entry: regs are those of a function's
 * first instructions, before its frame is set up.
 */
u32 compat_unwind_kernel(struct pt_regs *regs, bool at_entry, u64 *ips, u32 max);

/* The same from the first of them on that is @from; 0 where it is not found. */
u32 compat_unwind_from(struct pt_regs *regs, u64 from, u64 *ips, u32 max);

/* Return addresses of @task, which is not the current one and does not go away (RCU):
 * where it sleeps, or, while it runs on another CPU, whatever its stack shows.
 * -EOPNOTSUPP where the kernel may free the stack meanwhile. Any context.
 */
long compat_unwind_task(struct task_struct *task, u64 *ips, u32 max);

/* The user's frame pointer while the current task is in the kernel. @regs: its
 * user registers as saved; @kregs: the kernel-mode place it is at, or NULL.
 */
u64 compat_user_frame_pointer(struct pt_regs *regs, struct pt_regs *kregs);

#endif /* _KMOD_COMPAT_UNWIND_H */
