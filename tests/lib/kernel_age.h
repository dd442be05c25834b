/* SPDX-License-Identifier: GPL-2.0-only */
/* What is told by the running kernel's version alone: what Linux itself does there. */
#ifndef KERNEL_AGE_H
#define KERNEL_AGE_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/utsname.h>

/* Is the running kernel Linux @major.@minor or later? */
static inline bool kernel_is_since(unsigned int major, unsigned int minor)
{
	unsigned int has_major = 0, has_minor = 0;
	struct utsname uts;

	return !uname(&uts) && sscanf(uts.release, "%u.%u", &has_major, &has_minor) == 2 &&
	       (has_major > major || (has_major == major && has_minor >= minor));
}

#endif
