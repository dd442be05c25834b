/* SPDX-License-Identifier: GPL-2.0-only */
/* For tests that ask Linux 6.1 itself, which is what the module is measured with. */
#ifndef _TESTS_NATIVE_H
#define _TESTS_NATIVE_H

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>

#include "raw_syscall.h"

/* Is the running kernel's own bpf(2) there, and that of Linux 6.1? The debug kernel has none. */
static inline bool native_is_6_1(void)
{
	struct utsname uts;

	/* Not by libc's syscall(), which the shim may answer. */
	return !uname(&uts) && !strncmp(uts.release, "6.1.", 4) &&
	       raw_syscall(SYS_bpf, -1, 0, 0, 0, 0) != -ENOSYS;
}

#endif /* _TESTS_NATIVE_H */
