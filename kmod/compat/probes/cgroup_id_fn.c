// SPDX-License-Identifier: GPL-2.0-only
/* cgroup_id(cgrp) since 5.5, when ids became 64 bits. */
#include <linux/cgroup.h>

u64 probe(const struct cgroup *cgrp)
{
	return cgroup_id(cgrp);
}
