// SPDX-License-Identifier: GPL-2.0-only
/* As mnt_userns.c, but a struct mnt_idmap, since 6.3. */
/* asks: inode_permission */
#include <linux/fs.h>
#include "probe.h"

#ifdef PROBE
struct mnt_idmap;
PROBE_TYPE(fn, inode_permission, int (struct mnt_idmap *, struct inode *, int));
#endif
