// SPDX-License-Identifier: GPL-2.0-only
/* inode_permission(inode, mask) up to 5.11. */
/* asks: inode_permission */
#include <linux/fs.h>
#include "probe.h"

#ifdef PROBE
PROBE_TYPE(fn, inode_permission, int (struct inode *, int));
#endif
