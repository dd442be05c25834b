// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/compat/fs.h"

#ifdef HAVE_I_LINK

void ebpf_compat_symlink_init(struct inode *inode, char *target)
{
	inode->i_op = &simple_symlink_inode_operations;
	inode->i_link = target;
}

char *ebpf_compat_symlink_target(const struct inode *inode)
{
	return inode->i_link;
}

#else

static void *symlink_follow(struct dentry *dentry, struct nameidata *nd)
{
	nd_set_link(nd, dentry->d_inode->i_private);
	return NULL;
}

static const struct inode_operations symlink_iops = {
	.readlink = generic_readlink,
	.follow_link = symlink_follow,
};

void ebpf_compat_symlink_init(struct inode *inode, char *target)
{
	inode->i_op = &symlink_iops;
	inode->i_private = target;
}

char *ebpf_compat_symlink_target(const struct inode *inode)
{
	return inode->i_private;
}

#endif

#ifdef HAVE_MOUNT_POINT

int ebpf_compat_mount_point_add(const char *name)
{
	return sysfs_create_mount_point(fs_kobj, name);
}

void ebpf_compat_mount_point_del(const char *name)
{
	sysfs_remove_mount_point(fs_kobj, name);
}

#else

static struct kobject *mount_point;

int ebpf_compat_mount_point_add(const char *name)
{
	mount_point = kobject_create_and_add(name, fs_kobj);
	return mount_point ? 0 : -ENOMEM;
}

void ebpf_compat_mount_point_del(const char *name)
{
	kobject_put(mount_point);
}

#endif
