// SPDX-License-Identifier: GPL-2.0-only
/* mm_struct.get_unmapped_area(), up to 6.9. */
/* asks: get_unmapped_area */
#include <linux/mm.h>
#include <linux/mm_types.h>
#include <linux/sched.h>

#ifdef PROBE
unsigned long probe(struct mm_struct *mm, struct file *file)
{
	return mm->get_unmapped_area(file, 0, 0, 0, 0);
}
#endif
