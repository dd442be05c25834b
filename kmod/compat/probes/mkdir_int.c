// SPDX-License-Identifier: GPL-2.0-only
/* inode_operations.mkdir returns an int up to 6.14. */
/* asks: mkdir */
#include <linux/fs.h>
#include "probe.h"

#ifdef PROBE
struct mnt_idmap;
#define MKDIR	__typeof__(*((struct inode_operations *)0)->mkdir)

typedef char probe_mkdir[
	__builtin_types_compatible_p(MKDIR, int (struct inode *, struct dentry *, umode_t)) ||
	__builtin_types_compatible_p(MKDIR, int (struct user_namespace *, struct inode *,
						 struct dentry *, umode_t)) ||
	__builtin_types_compatible_p(MKDIR, int (struct mnt_idmap *, struct inode *,
						 struct dentry *, umode_t)) ? 1 : -1];
#endif
