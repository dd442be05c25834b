// SPDX-License-Identifier: GPL-2.0-only
/* inode.i_mtime and i_ctime can be assigned to up to 6.5. */
/* asks: i_ctime i_mtime */
#include <linux/fs.h>

#ifdef PROBE
void probe(struct inode *inode)
{
	inode->i_mtime = inode->i_ctime;
}
#endif
