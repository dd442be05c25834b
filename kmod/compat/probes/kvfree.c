// SPDX-License-Identifier: GPL-2.0-only
/* kvfree() since 3.15, in el7 since 7.2. */
#include <linux/mm.h>
#include <linux/slab.h>

void probe(void *p)
{
	kvfree(p);
}
