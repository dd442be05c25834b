// SPDX-License-Identifier: GPL-2.0-only
/* get_user_pages_remote() without a task: 5.9 to 6.4. Only where access_process_vm(),
 * which is exported since 4.13, is not there.
 */
/* asks: get_user_pages_remote */
#include <linux/mm.h>
#include "probe.h"

#ifdef PROBE
PROBE_TYPE(gup, get_user_pages_remote,
	   long(struct mm_struct *, unsigned long, unsigned long, unsigned int, struct page **,
		struct vm_area_struct **, int *));
#endif
