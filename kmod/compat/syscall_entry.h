/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the kernel enters system calls of 64-bit programs, and how it hands them their
 * arguments: in registers up to 4.16, by the address of the saved registers since.
 */
#ifndef _COMPAT_SYSCALL_ENTRY_H
#define _COMPAT_SYSCALL_ENTRY_H

#include "kmod/compat/ftrace.h"

#include <asm/processor.h>
#include <asm/unistd.h>

/* The functions that numbers lead to can be entered by ftrace, and number 321 leads to one:
 * before 3.18, where nothing was ported back, the table of system calls ends below it, and
 * the kernel answers -ENOSYS without calling anything.
 */
#if COMPAT_TRAMPOLINE && defined(__NR_bpf) && defined(__NR_perf_event_open)
#define COMPAT_SYSCALL_ENTRY	1
#else
#define COMPAT_SYSCALL_ENTRY	0
#endif

/* Is there a bpf(2) of the kernel's own behind number 321? */
#define COMPAT_KERNEL_HAS_BPF	IS_ENABLED(CONFIG_BPF_SYSCALL)

/* Of a call on its way: the arguments, and what to enter the kernel's function with. */
struct compat_syscall {
	unsigned long args[6];
	const struct pt_regs *regs;
};

/* COMPAT_SYSCALL_DEFINE(name, fn) defines the function @name, which can be entered in place of
 * a system call's, and calls fn(&struct compat_syscall), which returns its result.
 */
#ifdef CONFIG_ARCH_HAS_SYSCALL_WRAPPER
#define COMPAT_SYSCALL_NAME(name)	"__x64_sys_" name
#define COMPAT_SYSCALL_DEFINE(name, fn)					\
	static notrace long name(const struct pt_regs *regs)		\
	{								\
		struct compat_syscall call = {				\
			.args = { regs->di, regs->si, regs->dx, regs->r10, regs->r8, regs->r9 }, \
			.regs = regs,					\
		};							\
		return fn(&call);					\
	}
#else
#define COMPAT_SYSCALL_NAME(name)	"sys_" name
#define COMPAT_SYSCALL_DEFINE(name, fn)					\
	static notrace long name(unsigned long a, unsigned long b, unsigned long c, \
				 unsigned long d, unsigned long e, unsigned long f) \
	{								\
		struct compat_syscall call = { .args = { a, b, c, d, e, f } };	\
		return fn(&call);					\
	}
#endif

/* Goes on in the kernel's function, at @body behind its call of ftrace. Process context. */
static inline long compat_syscall_pass(unsigned long body, const struct compat_syscall *call)
{
#ifdef CONFIG_ARCH_HAS_SYSCALL_WRAPPER
	return ((long (*)(const struct pt_regs *))body)(call->regs);
#else
	const unsigned long *a = call->args;

	return ((long (*)(unsigned long, unsigned long, unsigned long, unsigned long,
			  unsigned long, unsigned long))body)(a[0], a[1], a[2], a[3], a[4], a[5]);
#endif
}

/* The number that current's system call came with, of those that 64-bit programs use: all that
 * leads to the functions of bpf(2) and perf_event_open(2) from elsewhere comes with others
 * (357 and 336 of i386, and x32 sets a bit). In a system call.
 */
static __always_inline long compat_syscall_nr(void)
{
	return task_pt_regs(current)->orig_ax;
}

#endif /* _COMPAT_SYSCALL_ENTRY_H */
