// SPDX-License-Identifier: GPL-2.0-only
/* The table of system calls leads to iopl itself, as in 4.4: in 3.10 and in 4.9
 * there is a stub, and from 4.17 on none for any call.
 */
/* asks: called_sys_iopl_sys_iopl syscalls_64.h */

#ifdef PROBE
#define __SYSCALL_COMMON(nr, function, ...)	called_##function##_##__VA_ARGS__,
#define __SYSCALL_64(nr, function, ...)		called_##function##_##__VA_ARGS__,
#define __SYSCALL_X32(nr, function, ...)

enum {
	called_none,
#ifndef CONFIG_ARCH_HAS_SYSCALL_WRAPPER
#include <asm/syscalls_64.h>
#endif
};

int probe(void)
{
	return called_sys_iopl_sys_iopl;
}
#endif
