/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory without the OOM killer, and whom it is charged to.
 */
#ifndef _KMOD_COMPAT_MEM_H
#define _KMOD_COMPAT_MEM_H

#include "kmod/compat/compat.h"

#include <linux/mm_types.h>

/* Memory of maps: rather none than somebody killed for it; charged to the control group
 * of who asks. el7 charges slabs in a way that keeps groups for ever, so only pages.
 */
#define COMPAT_GFP_PAGES	(COMPAT_GFP_POLITE | COMPAT_GFP_ACCOUNT)
#if defined(__GFP_ACCOUNT) && !(defined(RHEL_RELEASE_CODE) && \
				LINUX_VERSION_CODE < KERNEL_VERSION(4, 0, 0))
#define COMPAT_GFP_SLAB		COMPAT_GFP_PAGES
#else
#define COMPAT_GFP_SLAB		COMPAT_GFP_POLITE
#endif

/*
 * A control group that allocations are charged to in the name of somebody else: in a
 * worker, or an interrupt. Where the kernel cannot do that, nothing is charged there.
 */
struct mem_cgroup;

#if defined(CONFIG_MEMCG) && defined(HAVE_SET_ACTIVE_MEMCG) && \
	defined(HAVE_EXPORT_INT_ACTIVE_MEMCG) && defined(HAVE_EXPORT_GET_MEM_CGROUP_FROM_MM)

#include <linux/memcontrol.h>

/* The current task's, with a reference; NULL for none. Process context. */
static inline struct mem_cgroup *compat_memcg_get(void)
{
	return current->mm ? get_mem_cgroup_from_mm(current->mm) : NULL;
}

static inline void compat_memcg_put(struct mem_cgroup *memcg)
{
	mem_cgroup_put(memcg);
}

/* Returns what compat_memcg_end() takes. Any context but NMI; no CPU change in between
 * in an interrupt.
 */
static inline struct mem_cgroup *compat_memcg_begin(struct mem_cgroup *memcg)
{
	return set_active_memcg(memcg);
}

static inline void compat_memcg_end(struct mem_cgroup *old)
{
	set_active_memcg(old);
}

#else

static inline struct mem_cgroup *compat_memcg_get(void)
{
	return NULL;
}

static inline void compat_memcg_put(struct mem_cgroup *memcg)
{
}

static inline struct mem_cgroup *compat_memcg_begin(struct mem_cgroup *memcg)
{
	return NULL;
}

static inline void compat_memcg_end(struct mem_cgroup *old)
{
}

#endif

/*
 * Memory that a process keeps from being swapped, as perf counts it
 */

/* Keeps the structure, not the memory; mmdrop() ends it. */
static inline void compat_mmgrab(struct mm_struct *mm)
{
#ifdef HAVE_SCHED_MM_H
	mmgrab(mm);
#else
	atomic_inc(&mm->mm_count);
#endif
}

/* mm->pinned_vm, up to 5.0 a plain number that its mmap_sem guards. */
static inline unsigned long compat_pinned_vm(struct mm_struct *mm)
{
#ifdef HAVE_PINNED_VM_ATOMIC
	return atomic64_read(&mm->pinned_vm);
#else
	return READ_ONCE(mm->pinned_vm);
#endif
}

/* The plain number is changed by one instruction: who takes a process's last mapping
 * away may hold another one's mmap_sem.
 */
static inline void compat_pinned_vm_add(struct mm_struct *mm, long pages)
{
#ifdef HAVE_PINNED_VM_ATOMIC
	atomic64_add(pages, &mm->pinned_vm);
#else
	(void)xadd(&mm->pinned_vm, (unsigned long)pages);
#endif
}

#endif /* _KMOD_COMPAT_MEM_H */
