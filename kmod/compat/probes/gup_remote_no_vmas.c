// SPDX-License-Identifier: GPL-2.0-only
/* get_user_pages_remote() tells no memory areas since 6.5. */
/* asks: get_user_pages_remote */
#include <linux/mm.h>
#include "probe.h"

#ifdef PROBE
PROBE_TYPE(gup, get_user_pages_remote,
	   long(struct mm_struct *, unsigned long, unsigned long, unsigned int, struct page **,
		int *));
#endif
