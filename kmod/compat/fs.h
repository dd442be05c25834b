/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a small file system needs. All in process context.
 */
#ifndef _KMOD_COMPAT_FS_H
#define _KMOD_COMPAT_FS_H

#include "kmod/compat/compat.h"

#include <linux/kobject.h>
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
#elif defined(HAVE_CURRENT_TIME)
	dir->i_mtime = current_time(dir);
	dir->i_ctime = dir->i_mtime;
#else
	dir->i_mtime = CURRENT_TIME;
	dir->i_ctime = dir->i_mtime;
#endif
}

/* Makes @inode a symbolic link to @target, which it reads from now on, perhaps
 * under RCU only.
 */
void ebpf_compat_symlink_init(struct inode *inode, char *target);
char *ebpf_compat_symlink_target(const struct inode *inode);

/* An empty directory /sys/fs/NAME that no one else makes. 0 or a negative errno. */
int ebpf_compat_mount_point_add(const char *name);
void ebpf_compat_mount_point_del(const char *name);

#endif /* _KMOD_COMPAT_FS_H */
