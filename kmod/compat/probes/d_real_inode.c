// SPDX-License-Identifier: GPL-2.0-only
/* d_real_inode(dentry) since 4.8. Needed since 4.19, where an open file of
 * overlayfs has overlayfs's own inode.
 */
/* asks: d_real_inode */
#include <linux/dcache.h>

#ifdef PROBE
struct inode *probe(const struct dentry *dentry)
{
	return d_real_inode(dentry);
}
#endif
