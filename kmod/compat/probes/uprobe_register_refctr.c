// SPDX-License-Identifier: GPL-2.0-only
/* uprobe_register_refctr(inode, offset, counter offset, consumer) since 4.20. */
/* asks: uprobe_register_refctr */
#include <linux/uprobes.h>

#ifdef PROBE
int probe(struct inode *inode, struct uprobe_consumer *uc)
{
	return uprobe_register_refctr(inode, 0, 0, uc);
}
#endif
