/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What may be read as kernel memory: the one answer for compiled loads (load_stub.c)
 * and for copies (nofault.c).
 *
 * All bytes are in the upper half of the address space, without running over its end,
 * and none is in the vsyscall page. That one lies up there, but kernels from 5.12 on
 * treat a fault on it as one on the user's memory, for which no exception table is
 * looked at. Addresses of the upper half that are not canonical fault like absent ones.
 */
#ifndef _KMOD_KERNEL_RANGE_H
#define _KMOD_KERNEL_RANGE_H

#include <ebpf/types.h>

/* Sign-extended from 32 bits, so that instructions can have them in them. */
#define EBPF_VSYSCALL_ADDR	(-0xa00000)
#define EBPF_VSYSCALL_SIZE	0x1000

/* @size: not 0. */
static inline bool ebpf_is_kernel_range(u64 addr, u64 size)
{
	u64 last = addr + size - 1;

	if ((s64)addr >= 0 || last < addr)
		return false;
	return last - (u64)EBPF_VSYSCALL_ADDR >= EBPF_VSYSCALL_SIZE + size - 1;
}

/* How many bytes from @addr on may be read. */
static inline u64 ebpf_kernel_range_left(u64 addr)
{
	if (!ebpf_is_kernel_range(addr, 1))
		return 0;
	return (addr < (u64)EBPF_VSYSCALL_ADDR ? (u64)EBPF_VSYSCALL_ADDR : 0) - addr;
}

#endif /* _KMOD_KERNEL_RANGE_H */
