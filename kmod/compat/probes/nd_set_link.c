// SPDX-License-Identifier: GPL-2.0-only
/* follow_link() of the file system with nd_set_link() up to 4.1. */
/* asks: nd_set_link */
#include <linux/fs.h>
#include <linux/namei.h>

#ifdef PROBE
void probe(struct nameidata *nd, char *target)
{
	nd_set_link(nd, target);
}
#endif
