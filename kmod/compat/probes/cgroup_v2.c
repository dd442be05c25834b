// SPDX-License-Identifier: GPL-2.0-only
/* The unified hierarchy and css_set.dfl_cgrp since 3.16; el7 has version 1 only. */
/* asks: dfl_cgrp task_css_set */
#include <linux/cgroup.h>
#include <linux/sched.h>

#ifdef PROBE
struct cgroup *probe(struct task_struct *task)
{
	return task_css_set(task)->dfl_cgrp;
}
#endif
