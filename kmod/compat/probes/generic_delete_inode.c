// SPDX-License-Identifier: GPL-2.0-only
/* generic_delete_inode() in 6.12, no more in 7.2. */
/* asks: generic_delete_inode */
#include <linux/fs.h>

#ifdef PROBE
int probe(struct inode *inode)
{
	return generic_delete_inode(inode);
}
#endif
