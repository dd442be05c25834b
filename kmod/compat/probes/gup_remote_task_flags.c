// SPDX-License-Identifier: GPL-2.0-only
/* get_user_pages_remote() with flags: 4.9. */
/* asks: get_user_pages_remote */
#include <linux/mm.h>
#include "probe.h"

#ifdef PROBE
PROBE_TYPE(gup, get_user_pages_remote,
	   long(struct task_struct *, struct mm_struct *, unsigned long, unsigned long,
		unsigned int, struct page **, struct vm_area_struct **));
#endif
