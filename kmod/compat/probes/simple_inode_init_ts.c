// SPDX-License-Identifier: GPL-2.0-only
/* simple_inode_init_ts(inode) since 6.7; times are assigned one by one before. */
/* asks: simple_inode_init_ts */
#include <linux/fs.h>

#ifdef PROBE
void probe(struct inode *inode)
{
	simple_inode_init_ts(inode);
}
#endif
