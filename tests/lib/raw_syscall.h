/* SPDX-License-Identifier: GPL-2.0-only */
/* A system call by an instruction of the caller's own: libc's syscall() may be replaced. */
#ifndef _TESTS_RAW_SYSCALL_H
#define _TESTS_RAW_SYSCALL_H

/* What the kernel returns, errors as negative numbers. */
static inline long raw_syscall(long nr, long a, long b, long c, long d, long e)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	long ret;

	__asm__ volatile("syscall" : "=a" (ret)
			 : "0" (nr), "D" (a), "S" (b), "d" (c), "r" (r10), "r" (r8)
			 : "rcx", "r11", "memory");
	return ret;
}

#endif /* _TESTS_RAW_SYSCALL_H */
