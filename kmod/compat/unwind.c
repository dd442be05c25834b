// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/compat/unwind.h"
#include "kmod/prog/nofault.h"

/* Frames of plain frame pointers; the words are read as what they are, memory
 * that may be anything.
 */
struct frame {
	u64 next;
	u64 ret;
};

#if defined(HAVE_UNWIND_START) && defined(HAVE_EXPORT_UNWIND_NEXT_FRAME)

#include <asm/unwind.h>

/* At most so many are left out. */
#define FRAMES_BEFORE	32

/* @from: leave out what comes before this address; 0: nothing. */
static u32 unwind_of(struct task_struct *task, struct pt_regs *regs, u64 from, u64 *ips, u32 max)
{
	u32 n = 0, left = FRAMES_BEFORE;
	struct unwind_state state;
	unsigned long ip;

	for (unwind_start(&state, task, regs, NULL); n < max && !unwind_done(&state);
	     unwind_next_frame(&state)) {
		ip = unwind_get_return_address(&state);
		if (!ip)
			break;
		if (from && ip != from && left--)
			continue;
		if (from && ip != from)
			break;
		from = 0;
		ips[n++] = ip;
	}
	return n;
}

static u32 unwind(struct pt_regs *regs, u64 from, u64 *ips, u32 max)
{
	return unwind_of(current, regs, from, ips, max);
}

/* From 4.9 on a dead task's stack goes before the task does, from 5.17 on after a
 * grace period. The pin in between is not exported.
 */
#if !defined(CONFIG_THREAD_INFO_IN_TASK) || LINUX_VERSION_CODE >= KERNEL_VERSION(5, 17, 0)

long compat_unwind_task(struct task_struct *task, u64 *ips, u32 max)
{
	return unwind_of(task, NULL, 0, ips, max);
}

#else

long compat_unwind_task(struct task_struct *task, u64 *ips, u32 max)
{
	return -EOPNOTSUPP;
}

#endif

#else

long compat_unwind_task(struct task_struct *task, u64 *ips, u32 max)
{
	return -EOPNOTSUPP;
}

static u32 unwind(struct pt_regs *regs, u64 from, u64 *ips, u32 max)
{
	u64 bp = regs->bp, lowest = regs->sp;
	struct frame f;
	u32 n = 0;

	/* Frames only go up, and a stack is no larger than this. */
	while (n < max && bp >= lowest && bp - regs->sp < 4 * THREAD_SIZE && !(bp & 7)) {
		if (ebpf_read_kernel(&f, bp, sizeof(f)) || !f.ret)
			break;
		if (f.ret == from)
			from = 0;
		if (!from)
			ips[n++] = f.ret;
		lowest = bp + sizeof(f);
		bp = f.next;
	}
	return n;
}

#endif

/* The unwinder that reads .orc data knows every instruction; the others start at
 * the frame that rbp points to and so miss the caller of a function that has
 * none yet.
 */
#ifdef CONFIG_UNWINDER_ORC
#define misses_caller_at_entry	false
#else
#define misses_caller_at_entry	true
#endif

u32 compat_unwind_kernel(struct pt_regs *regs, bool at_entry, u64 *ips, u32 max)
{
	u32 n = 0;

	if (misses_caller_at_entry && at_entry && max &&
	    !ebpf_read_kernel(ips, regs->sp, sizeof(*ips)))
		n = 1;
	return n + unwind(regs, 0, ips + n, max - n);
}

u32 compat_unwind_from(struct pt_regs *regs, u64 from, u64 *ips, u32 max)
{
	return unwind(regs, from, ips, max);
}

/*
 * The fast system call path saved no rbp before 4.14; it stays in the register
 * until the first C function pushes it, so that the chain of the kernel's frames
 * ends in it. el7 saves it where this matters.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(4, 14, 0) && !defined(RHEL_RELEASE_CODE)

u64 compat_user_frame_pointer(struct pt_regs *regs, struct pt_regs *kregs)
{
	struct frame f;
	u64 bp;
	int i;

	if (!kregs || user_mode(kregs))
		return regs->bp;
	bp = kregs->bp;
	for (i = 0; i < 64 && (s64)bp < 0; i++) {
		if (ebpf_read_kernel(&f, bp, sizeof(f)))
			return regs->bp;
		bp = f.next;
	}
	return (s64)bp < 0 ? regs->bp : bp;
}

#else

u64 compat_user_frame_pointer(struct pt_regs *regs, struct pt_regs *kregs)
{
	return regs->bp;
}

#endif
