/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Walking the numbers of a pid namespace.
 */
#ifndef _KMOD_COMPAT_PID_H
#define _KMOD_COMPAT_PID_H

#include <linux/pid_namespace.h>
#include "kmod/compat/compat.h"

/* The one with the smallest number in @ns that is not less than @nr, or NULL. RCU
 * read side.
 */
struct pid *ebpf_compat_find_ge_pid(int nr, struct pid_namespace *ns);

#endif /* _KMOD_COMPAT_PID_H */
