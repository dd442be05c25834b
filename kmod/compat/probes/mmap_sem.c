// SPDX-License-Identifier: GPL-2.0-only
/* mm_struct.mmap_sem up to 5.7. */
/* asks: mmap_sem */
#include <linux/mm_types.h>

#ifdef PROBE
struct rw_semaphore *probe(struct mm_struct *mm)
{
	return &mm->mmap_sem;
}
#endif
