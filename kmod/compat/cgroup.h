/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A control group that a map refers to.
 *
 * Kernels with cgroup version 2 (4.5 on; exported since 4.9) take directories of
 * that hierarchy. Older ones and el7 know version 1 only: there it is a directory
 * of any hierarchy with a controller, and the task's place in that hierarchy
 * counts. What is held is opaque.
 */
#ifndef _KMOD_COMPAT_CGROUP_H
#define _KMOD_COMPAT_CGROUP_H

#include "kmod/compat/compat.h"

struct compat_cgroup;

/* ERR_PTR(-EBADF) for other fds, -EOPNOTSUPP where the kernel lets no module ask.
 * Process context.
 */
struct compat_cgroup *compat_cgroup_get_from_fd(int fd);
/* May sleep. */
void compat_cgroup_put(struct compat_cgroup *ref);
/* Is the current task in @ref or below it? Any context. */
bool compat_current_under_cgroup(struct compat_cgroup *ref);

#endif /* _KMOD_COMPAT_CGROUP_H */
