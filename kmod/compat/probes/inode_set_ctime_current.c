// SPDX-License-Identifier: GPL-2.0-only
/* inode_set_ctime_current(inode) since 6.6, where i_ctime got another name. */
/* asks: inode_set_ctime_current */
#include <linux/fs.h>

#ifdef PROBE
void probe(struct inode *inode)
{
	inode->i_mtime = inode_set_ctime_current(inode);
}
#endif
