// SPDX-License-Identifier: GPL-2.0-only
/* inode_operations.mkdir returns a struct dentry * since 6.15, an int before. */
/* asks: mkdir */
#include <linux/fs.h>
#include "probe.h"

#ifdef PROBE
struct mnt_idmap;
PROBE_TYPE(fn, *((struct inode_operations *)0)->mkdir,
	   struct dentry *(struct mnt_idmap *, struct inode *, struct dentry *, umode_t));
#endif
