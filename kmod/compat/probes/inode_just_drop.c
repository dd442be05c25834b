// SPDX-License-Identifier: GPL-2.0-only
/* generic_delete_inode() is called inode_just_drop() in 7.2. */
/* asks: inode_just_drop */
#include <linux/fs.h>

#ifdef PROBE
int probe(struct inode *inode)
{
	return inode_just_drop(inode);
}
#endif
