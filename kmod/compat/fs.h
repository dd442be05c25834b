/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a small file system needs. All in process context.
 */
#ifndef _KMOD_COMPAT_FS_H
#define _KMOD_COMPAT_FS_H

#include "kmod/compat/compat.h"

#include <linux/kobject.h>
#include <linux/fs.h>
#include <linux/namei.h>
#include <linux/sysfs.h>

/* static int op(COMPAT_IDMAP_PARAM struct inode *dir, ...), function(COMPAT_IDMAP dir, ...) */
#if defined(HAVE_MNT_IDMAP)
#include <linux/mnt_idmapping.h>
#define COMPAT_IDMAP_PARAM	struct mnt_idmap *idmap,
#define COMPAT_IDMAP		&nop_mnt_idmap,
#elif defined(HAVE_MNT_USERNS)
#define COMPAT_IDMAP_PARAM	struct user_namespace *mnt_userns,
#define COMPAT_IDMAP		&init_user_ns,
#else
#define COMPAT_IDMAP_PARAM
#define COMPAT_IDMAP
#endif

/* static compat_mkdir_t mkdir(...) { ...; return COMPAT_MKDIR_RESULT(err); } */
#ifdef HAVE_MKDIR_DENTRY
typedef struct dentry *compat_mkdir_t;
#define COMPAT_MKDIR_RESULT(err)	ERR_PTR(err)
#else
typedef int compat_mkdir_t;
#define COMPAT_MKDIR_RESULT(err)	(err)
#endif

static inline void compat_inode_init_times(struct inode *inode)
{
#if defined(HAVE_SIMPLE_INODE_INIT_TS)
	simple_inode_init_ts(inode);
#elif defined(HAVE_INODE_SET_CTIME_CURRENT)
	inode->i_mtime = inode_set_ctime_current(inode);
	inode->i_atime = inode->i_mtime;
#elif defined(HAVE_CURRENT_TIME)
	inode->i_atime = current_time(inode);
	inode->i_mtime = inode->i_atime;
	inode->i_ctime = inode->i_atime;
#else
	inode->i_atime = CURRENT_TIME;
	inode->i_mtime = inode->i_atime;
	inode->i_ctime = inode->i_atime;
#endif
}

/* After an entry of @dir came or went. */
static inline void compat_dir_changed(struct inode *dir)
{
#if defined(HAVE_SIMPLE_INODE_INIT_TS)
	inode_set_mtime_to_ts(dir, inode_set_ctime_current(dir));
#elif defined(HAVE_INODE_SET_CTIME_CURRENT)
	dir->i_mtime = inode_set_ctime_current(dir);
#elif defined(HAVE_CURRENT_TIME)
	dir->i_mtime = current_time(dir);
	dir->i_ctime = dir->i_mtime;
#else
	dir->i_mtime = CURRENT_TIME;
	dir->i_ctime = dir->i_mtime;
#endif
}

/* A new entry of @dir that stays until it is removed: @dentry is @inode from now on. */
static inline void compat_entry_add(struct inode *dir, struct dentry *dentry, struct inode *inode)
{
#ifdef HAVE_D_MAKE_PERSISTENT
	d_make_persistent(dentry, inode);
#else
	d_instantiate(dentry, inode);
	dget(dentry);
#endif
	compat_dir_changed(dir);
}

/* super_operations.drop_inode for inodes that nobody needs once nobody has them. */
#ifdef HAVE_INODE_JUST_DROP
#define compat_drop_inode	inode_just_drop
#else
#define compat_drop_inode	generic_delete_inode
#endif

/* The place of a new entry at the user's path @name: its dentry, with @dir, its directory,
 * locked until compat_create_end(). ERR_PTR.
 */
static inline struct dentry *compat_create_begin(const char __user *name, struct path *dir)
{
#ifdef HAVE_START_CREATING_USER_PATH
	return start_creating_user_path(AT_FDCWD, name, dir, 0);
#else
	return user_path_create(AT_FDCWD, name, dir, 0);
#endif
}

static inline void compat_create_end(struct path *dir, struct dentry *dentry)
{
#ifdef HAVE_START_CREATING_USER_PATH
	end_creating_path(dir, dentry);
#else
	done_path_create(dir, dentry);
#endif
}

/* A type of file systems in memory; each mount has one of its own. */
struct compat_fs {
	/* the caller's: owner and name */
	struct file_system_type type;
	/* whose name mounts bear, or NULL for that of the type */
	struct compat_fs *shown;
	/* until then mounting ends in ENODEV */
	bool open;
	/* sets up @sb with a root directory of @mode, by default rwxrwxrwx; 0 or an errno */
	int (*fill)(struct super_block *sb, umode_t mode);
};

/* Of its options only mode=OCTAL counts, the last one; others are ignored. 0 or an errno. */
int ebpf_compat_fs_register(struct compat_fs *fs);
/* Nothing of it is mounted. */
void ebpf_compat_fs_unregister(struct compat_fs *fs);

/* Makes @inode a symbolic link to @target, which it reads from now on, perhaps
 * under RCU only.
 */
void ebpf_compat_symlink_init(struct inode *inode, char *target);
char *ebpf_compat_symlink_target(const struct inode *inode);

/* An empty directory /sys/fs/NAME that no one else makes. 0 or a negative errno. */
int ebpf_compat_mount_point_add(const char *name);
void ebpf_compat_mount_point_del(const char *name);

/* Closes descriptor @fd of the calling task, as close(2) does. */
long ebpf_compat_close_fd(unsigned int fd);

#endif /* _KMOD_COMPAT_FS_H */
