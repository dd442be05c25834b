/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * System calls made without libc: no errno, no cancellation point and no way
 * back into the functions this library interposes. Each returns the kernel's
 * own value: a negative errno on failure. Safe in signal handlers.
 */
#ifndef _SHIM_SYS_H
#define _SHIM_SYS_H

#include <stddef.h>
#include <sys/syscall.h>

/* The headers of older distributions lack these numbers. */
#ifndef SYS_bpf
#define SYS_bpf			321
#endif
#ifndef SYS_memfd_create
#define SYS_memfd_create	319
#endif

#define SHIM_MAX_ERRNO		4095

static inline long sys6(long nr, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long ret;

	__asm__ volatile("syscall"
			 : "=a" (ret)
			 : "0" (nr), "D" (a), "S" (b), "d" (c), "r" (r10), "r" (r8), "r" (r9)
			 : "rcx", "r11", "memory");
	return ret;
}

static inline long sys3(long nr, long a, long b, long c)
{
	return sys6(nr, a, b, c, 0, 0, 0);
}

static inline long sys4(long nr, long a, long b, long c, long d)
{
	return sys6(nr, a, b, c, d, 0, 0);
}

#endif /* _SHIM_SYS_H */
