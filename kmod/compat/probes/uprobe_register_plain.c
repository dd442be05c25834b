// SPDX-License-Identifier: GPL-2.0-only
/* uprobe_register(inode, offset, consumer) returns an errno up to 6.11. */
/* asks: uprobe_register */
#include <linux/uprobes.h>
#include "probe.h"

#ifdef PROBE
PROBE_TYPE(fn, uprobe_register, int (struct inode *, loff_t, struct uprobe_consumer *));
#endif
