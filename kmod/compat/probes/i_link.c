// SPDX-License-Identifier: GPL-2.0-only
/* inode.i_link and simple_symlink_inode_operations since 4.2; follow_link() of
 * the file system with nd_set_link() before.
 */
#include <linux/fs.h>

const struct inode_operations *probe(struct inode *inode, char *target)
{
	inode->i_link = target;
	return &simple_symlink_inode_operations;
}
