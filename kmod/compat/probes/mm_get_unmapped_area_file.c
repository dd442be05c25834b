// SPDX-License-Identifier: GPL-2.0-only
/* mm_get_unmapped_area(file, ...) since 6.19, of the current process. */
/* asks: mm_get_unmapped_area arguments */
#include <linux/sched.h>
#include <linux/mm.h>
#ifdef __has_include
#if __has_include(<linux/sched/mm.h>)
#include <linux/sched/mm.h>
#endif
#endif

#ifdef PROBE
unsigned long probe(struct file *file)
{
	return mm_get_unmapped_area(file, 0, 0, 0, 0);
}
#endif
