// SPDX-License-Identifier: GPL-2.0-only
/* kvfree() since 3.15, in el7 since 7.2. */
/* asks: kvfree */
#include <linux/mm.h>
#include <linux/slab.h>

#ifdef PROBE
void probe(void *p)
{
	kvfree(p);
}
#endif
