// SPDX-License-Identifier: GPL-2.0-only
/* inode_operations.mkdir returns a struct dentry * since 6.15, an int before. */
#include <linux/fs.h>
#include "probe.h"

struct mnt_idmap;
PROBE_TYPE(fn, *((struct inode_operations *)0)->mkdir,
	   struct dentry *(struct mnt_idmap *, struct inode *, struct dentry *, umode_t));
