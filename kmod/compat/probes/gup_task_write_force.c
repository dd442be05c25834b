// SPDX-License-Identifier: GPL-2.0-only
/* get_user_pages() is for all tasks up to 4.5. */
/* asks: get_user_pages */
#include <linux/mm.h>
#include "probe.h"

#ifdef PROBE
PROBE_TYPE(gup, get_user_pages,
	   long(struct task_struct *, struct mm_struct *, unsigned long, unsigned long, int, int,
		struct page **, struct vm_area_struct **));
#endif
