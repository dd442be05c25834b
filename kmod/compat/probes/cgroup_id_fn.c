// SPDX-License-Identifier: GPL-2.0-only
/* cgroup_id(cgrp) since 5.5, when ids became 64 bits. */
/* asks: cgroup_id */
#include <linux/cgroup.h>

#ifdef PROBE
u64 probe(const struct cgroup *cgrp)
{
	return cgroup_id(cgrp);
}
#endif
