// SPDX-License-Identifier: GPL-2.0-only
#include <linux/fdtable.h>
#include <linux/syscalls.h>
#include "kmod/compat/fs.h"

#ifndef HAVE_FS_MOUNT
#include <linux/fs_context.h>
#include <linux/fs_parser.h>
#endif

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

/*
 * Mounting
 */

#define DEFAULT_MODE	S_IRWXUGO

static int parse_mode(const char *text, umode_t *mode)
{
	unsigned long value;

	if (kstrtoul(text, 8, &value))
		return -EINVAL;
	*mode = value & S_IALLUGO;
	return 0;
}

static struct compat_fs *fs_of(struct file_system_type *type)
{
	return container_of(type, struct compat_fs, type);
}

#ifdef HAVE_FS_MOUNT

static int parse_options(char *options, umode_t *mode)
{
	char *option;
	int err = 0;

	while (!err && (option = strsep(&options, ",")) != NULL)
		if (!strncmp(option, "mode=", 5))
			err = parse_mode(option + 5, mode);
	return err;
}

static int fill_super(struct super_block *sb, void *options, int silent)
{
	umode_t mode = DEFAULT_MODE;
	int err = parse_options(options, &mode);

	return err ? err : fs_of(sb->s_type)->fill(sb, mode);
}

static struct dentry *fs_mount(struct file_system_type *type, int flags, const char *dev,
			       void *options)
{
	struct compat_fs *shown = fs_of(type)->shown;

	if (!READ_ONCE(fs_of(type)->open))
		return ERR_PTR(-ENODEV);
	return mount_nodev(shown ? &shown->type : type, flags, options, fill_super);
}

static void set_up(struct file_system_type *type)
{
	type->mount = fs_mount;
}

#else /* HAVE_FS_CONTEXT */

/* What a mount is being made of: its mode is the private pointer's value. */
static int context_param(struct fs_context *fc, struct fs_parameter *param)
{
	umode_t mode;
	int err;

	/* The kernel's to keep. */
	if (!strcmp(param->key, "source"))
		return -ENOPARAM;
	if (strcmp(param->key, "mode"))
		return 0;
	err = param->type == fs_value_is_string ? parse_mode(param->string, &mode) : -EINVAL;
	if (!err)
		fc->fs_private = (void *)(unsigned long)mode;
	return err;
}

static int context_fill(struct super_block *sb, struct fs_context *fc)
{
	return fs_of(sb->s_type)->fill(sb, (umode_t)(unsigned long)fc->fs_private);
}

static int context_tree(struct fs_context *fc)
{
	return get_tree_nodev(fc, context_fill);
}

static const struct fs_context_operations context_ops = {
	.parse_param = context_param,
	.get_tree = context_tree,
};

static int context_init(struct fs_context *fc)
{
	struct compat_fs *shown = fs_of(fc->fs_type)->shown;

	if (!READ_ONCE(fs_of(fc->fs_type)->open))
		return -ENODEV;
	/* Both types are held by the same reference, that of their module. */
	if (shown)
		fc->fs_type = &shown->type;
	fc->ops = &context_ops;
	fc->fs_private = (void *)(unsigned long)DEFAULT_MODE;
	return 0;
}

static void set_up(struct file_system_type *type)
{
	type->init_fs_context = context_init;
}

#endif

int ebpf_compat_fs_register(struct compat_fs *fs)
{
#ifdef HAVE_KILL_LITTER_SUPER
	fs->type.kill_sb = kill_litter_super;
#else
	fs->type.kill_sb = kill_anon_super;
#endif
	set_up(&fs->type);
	return register_filesystem(&fs->type);
}

void ebpf_compat_fs_unregister(struct compat_fs *fs)
{
	unregister_filesystem(&fs->type);
}

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

long ebpf_compat_close_fd(unsigned int fd)
{
#ifdef HAVE_CLOSE_FD
	return close_fd(fd);
#elif defined(HAVE_KSYS_CLOSE)
	return ksys_close(fd);
#else
	return sys_close(fd);
#endif
}
