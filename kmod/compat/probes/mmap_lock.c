// SPDX-License-Identifier: GPL-2.0-only
/* mmap_lock instead of mmap_sem, behind functions, since 5.8. */
/* asks: mmap_lock.h mmap_read_unlock_non_owner */
#include <linux/mm.h>

#ifdef PROBE
#include <linux/mmap_lock.h>

void probe(struct mm_struct *mm)
{
	mmap_read_unlock_non_owner(mm);
}
#endif
