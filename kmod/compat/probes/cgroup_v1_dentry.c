// SPDX-License-Identifier: GPL-2.0-only
/* Up to 3.14, and on el7, a cgroup's directory is a dentry whose d_fsdata is the
 * cgroup; later it is a kernfs node.
 */
/* asks: subsys parent dentry */
#include <linux/cgroup.h>
#include <linux/dcache.h>

#ifdef PROBE
struct dentry *probe(struct cgroup *cgrp)
{
	return cgrp->subsys[0]->cgroup->parent->dentry;
}
#endif
