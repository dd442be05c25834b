// SPDX-License-Identifier: GPL-2.0-only
/* inode_permission(), the inode operations and their helpers take a struct
 * user_namespace first from 5.12 to 6.2.
 */
/* asks: inode_permission */
#include <linux/fs.h>
#include "probe.h"

#ifdef PROBE
PROBE_TYPE(fn, inode_permission, int (struct user_namespace *, struct inode *, int));
#endif
