// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/compat/cgroup.h"

#include <linux/cgroup.h>
#include <linux/file.h>
#include <linux/magic.h>

#if defined(CONFIG_CGROUPS) && defined(HAVE_CGROUP_V2) && defined(HAVE_EXPORT_CGROUP_GET_FROM_FD)

struct compat_cgroup *compat_cgroup_get_from_fd(int fd)
{
	return (struct compat_cgroup *)cgroup_get_from_fd(fd);
}

void compat_cgroup_put(struct compat_cgroup *ref)
{
	cgroup_put((struct cgroup *)ref);
}

bool compat_current_under_cgroup(struct compat_cgroup *ref)
{
	bool under;

	rcu_read_lock();
	under = task_under_cgroup_hierarchy(current, (struct cgroup *)ref);
	rcu_read_unlock();
	return under;
}

#elif defined(CONFIG_CGROUPS) && defined(HAVE_CGROUP_V1_DENTRY)

/* What is held is the open directory: it keeps the cgroup's memory, also when the
 * cgroup is removed, and the hierarchy mounted.
 */
static struct cgroup *cgroup_of(struct compat_cgroup *ref)
{
	return ((struct file *)ref)->f_path.dentry->d_fsdata;
}

/* A controller of the cgroup's hierarchy, -1 without. */
static int subsys_of(const struct cgroup *cgrp)
{
	int i;

	for (i = 0; i < CGROUP_SUBSYS_COUNT; i++)
		if (cgrp->subsys[i])
			return i;
	return -1;
}

static int check_file(struct file *file)
{
	struct inode *inode = file_inode(file);

	/* Files of a cgroup have other data in the same place. */
	if (inode->i_sb->s_magic != CGROUP_SUPER_MAGIC || !S_ISDIR(inode->i_mode))
		return -EBADF;
	/* A named hierarchy: nothing leads from a task to its place there. */
	if (subsys_of(file->f_path.dentry->d_fsdata) < 0)
		return -EOPNOTSUPP;
	return 0;
}

struct compat_cgroup *compat_cgroup_get_from_fd(int fd)
{
	struct file *file = fget(fd);
	int err;

	if (!file)
		return ERR_PTR(-EBADF);
	err = check_file(file);
	if (err) {
		fput(file);
		return ERR_PTR(err);
	}
	return (struct compat_cgroup *)file;
}

void compat_cgroup_put(struct compat_cgroup *ref)
{
	fput((struct file *)ref);
}

bool compat_current_under_cgroup(struct compat_cgroup *ref)
{
	struct cgroup *ancestor = cgroup_of(ref);
	int subsys = subsys_of(ancestor);
	struct cgroup *cgrp;
	bool under = false;

	if (subsys < 0)
		return false;
	rcu_read_lock();
	for (cgrp = task_css_set(current)->subsys[subsys]->cgroup; cgrp && !under;
	     cgrp = cgrp->parent)
		under = cgrp == ancestor;
	rcu_read_unlock();
	return under;
}

#else

struct compat_cgroup *compat_cgroup_get_from_fd(int fd)
{
	return ERR_PTR(-EOPNOTSUPP);
}

void compat_cgroup_put(struct compat_cgroup *ref)
{
}

bool compat_current_under_cgroup(struct compat_cgroup *ref)
{
	return false;
}

#endif
