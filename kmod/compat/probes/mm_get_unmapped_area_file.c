// SPDX-License-Identifier: GPL-2.0-only
/* mm_get_unmapped_area(file, ...) since 6.19, of the current process. */
/* asks: mm_get_unmapped_area arguments sched/mm.h */
#include <linux/mm.h>

#ifdef PROBE
#include <linux/sched/mm.h>

unsigned long probe(struct file *file)
{
	return mm_get_unmapped_area(file, 0, 0, 0, 0);
}
#endif
