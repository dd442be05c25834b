// SPDX-License-Identifier: GPL-2.0-only
/* A dentry that stays is marked as such by d_make_persistent(): in 7.2. */
/* asks: d_make_persistent */
#include <linux/dcache.h>
#include <linux/fs.h>

#ifdef PROBE
struct dentry *probe(struct dentry *dentry, struct inode *inode)
{
	return d_make_persistent(dentry, inode);
}
#endif
