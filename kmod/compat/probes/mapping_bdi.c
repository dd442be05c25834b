// SPDX-License-Identifier: GPL-2.0-only
/* address_space.backing_dev_info, up to 3.19. */
/* asks: backing_dev_info */
#include <linux/fs.h>

#ifdef PROBE
void *probe(const struct address_space *mapping)
{
	return mapping->backing_dev_info;
}
#endif
