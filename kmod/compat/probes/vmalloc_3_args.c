// SPDX-License-Identifier: GPL-2.0-only
/* __vmalloc() with page protection up to 5.7. */
/* asks: __vmalloc */
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/vmalloc.h>

#ifdef PROBE
void *probe(void)
{
	return __vmalloc(1, GFP_KERNEL, PAGE_KERNEL);
}
#endif
