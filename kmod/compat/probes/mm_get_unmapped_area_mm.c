// SPDX-License-Identifier: GPL-2.0-only
/* mm_get_unmapped_area(mm, file, ...) since 6.10. */
/* asks: mm_get_unmapped_area arguments sched/mm.h */
#include <linux/mm.h>

#ifdef PROBE
#include <linux/sched/mm.h>

unsigned long probe(struct mm_struct *mm, struct file *file)
{
	return mm_get_unmapped_area(mm, file, 0, 0, 0, 0);
}
#endif
