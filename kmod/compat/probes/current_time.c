// SPDX-License-Identifier: GPL-2.0-only
/* current_time(inode) since 4.9; CURRENT_TIME before. */
/* asks: current_time */
#include <linux/fs.h>

#ifdef PROBE
void probe(struct inode *inode)
{
	current_time(inode);
}
#endif
