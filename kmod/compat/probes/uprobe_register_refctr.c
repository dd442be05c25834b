// SPDX-License-Identifier: GPL-2.0-only
/* uprobe_register_refctr(inode, offset, counter offset, consumer) since 4.20. */
#include <linux/uprobes.h>

int probe(struct inode *inode, struct uprobe_consumer *uc)
{
	return uprobe_register_refctr(inode, 0, 0, uc);
}
