// SPDX-License-Identifier: GPL-2.0-only
/* totalram_pages() since 5.0. */
/* asks: totalram_pages */
#include <linux/mm.h>

#ifdef PROBE
unsigned long probe(void)
{
	return totalram_pages();
}
#endif
