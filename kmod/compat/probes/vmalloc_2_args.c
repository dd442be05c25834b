// SPDX-License-Identifier: GPL-2.0-only
/* __vmalloc() without page protection since 5.8. */
#include <linux/vmalloc.h>

void *probe(void)
{
	return __vmalloc(1, GFP_KERNEL);
}
