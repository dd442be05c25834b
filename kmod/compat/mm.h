/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The lock of a process's memory areas. Nothing here waits but what says so.
 */
#ifndef _KMOD_COMPAT_MM_H
#define _KMOD_COMPAT_MM_H

#include "kmod/compat/compat.h"

#include <linux/mm.h>
#include <linux/rwsem.h>

#ifdef HAVE_MMAP_LOCK

static inline bool compat_mm_read_trylock(struct mm_struct *mm)
{
	return mmap_read_trylock(mm);
}

/* Waits; -EINTR when the caller is killed meanwhile. */
static inline int compat_mm_read_lock_killable(struct mm_struct *mm)
{
	return mmap_read_lock_killable(mm);
}

/* Interrupts are on. */
static inline void compat_mm_read_unlock(struct mm_struct *mm)
{
	mmap_read_unlock(mm);
}

/* Somebody else unlocks, by compat_mm_read_unlock_late(). Any context. */
static inline void compat_mm_read_disown(struct mm_struct *mm)
{
	rwsem_release(&mm->mmap_lock.dep_map, _RET_IP_);
}

static inline void compat_mm_read_unlock_late(struct mm_struct *mm)
{
	mmap_read_unlock_non_owner(mm);
}

#else

static inline bool compat_mm_read_trylock(struct mm_struct *mm)
{
	return down_read_trylock(&mm->mmap_sem);
}

/* Some of these kernels have no way to wait that can be broken off. */
static inline int compat_mm_read_lock_killable(struct mm_struct *mm)
{
	while (!down_read_trylock(&mm->mmap_sem)) {
		if (fatal_signal_pending(current))
			return -EINTR;
		schedule_timeout_killable(1);
	}
	return 0;
}

static inline void compat_mm_read_unlock(struct mm_struct *mm)
{
	up_read(&mm->mmap_sem);
}

static inline void compat_mm_read_disown(struct mm_struct *mm)
{
}

static inline void compat_mm_read_unlock_late(struct mm_struct *mm)
{
	up_read(&mm->mmap_sem);
}

#endif

#endif /* _KMOD_COMPAT_MM_H */
