// SPDX-License-Identifier: GPL-2.0-only
/* inode.i_link and simple_symlink_inode_operations since 4.2; follow_link() of
 * the file system with nd_set_link() before.
 */
/* asks: i_link simple_symlink_inode_operations */
#include <linux/fs.h>

#ifdef PROBE
const struct inode_operations *probe(struct inode *inode, char *target)
{
	inode->i_link = target;
	return &simple_symlink_inode_operations;
}
#endif
