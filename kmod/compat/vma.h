/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory areas of processes that have pages as somebody touches them.
 */
#ifndef _KMOD_COMPAT_VMA_H
#define _KMOD_COMPAT_VMA_H

#include "kmod/compat/compat.h"

#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/sched.h>
#ifdef HAVE_SCHED_MM_H
#include <linux/sched/mm.h>
#endif

#ifdef HAVE_VM_FAULT_T
typedef vm_fault_t compat_fault_t;
#else
typedef int compat_fault_t;
#endif

/* Before 3.19 there is one signal for all that cannot be had. */
#ifdef HAVE_FAULT_SIGSEGV
#define COMPAT_FAULT_SIGSEGV	VM_FAULT_SIGSEGV
#else
#define COMPAT_FAULT_SIGSEGV	VM_FAULT_SIGBUS
#endif

/* Defines @name(), for vm_operations_struct.fault, which calls @func(vma, page): @page is how far into
 * the file it is.
 */
#ifdef HAVE_FAULT_VMF
#define COMPAT_FAULT_HANDLER(name, func)				\
static compat_fault_t name(struct vm_fault *vmf)			\
{									\
	return func(vmf->vma, vmf->pgoff);				\
}
#else
#define COMPAT_FAULT_HANDLER(name, func)				\
static compat_fault_t name(struct vm_area_struct *vma, struct vm_fault *vmf) \
{									\
	return func(vma, vmf->pgoff);					\
}
#endif

/* Where mmap() would put a file without an opinion. */
static inline unsigned long compat_get_unmapped_area(struct file *file, unsigned long addr,
						     unsigned long len, unsigned long pgoff,
						     unsigned long flags)
{
#if defined(HAVE_MM_GET_UNMAPPED_AREA_FILE)
	return mm_get_unmapped_area(file, addr, len, pgoff, flags);
#elif defined(HAVE_MM_GET_UNMAPPED_AREA_MM)
	return mm_get_unmapped_area(current->mm, file, addr, len, pgoff, flags);
#else
	return current->mm->get_unmapped_area(file, addr, len, pgoff, flags);
#endif
}

/* A mapping of its own for files whose inode is shared with others: unmap_mapping_range() finds who has
 * mapped them. To be set as file->f_mapping before anybody can map one.
 */
static inline void compat_mapping_init(struct address_space *mapping, struct inode *inode)
{
	address_space_init_once(mapping);
	mapping->host = inode;
	mapping->a_ops = inode->i_mapping->a_ops;
#ifdef HAVE_MAPPING_BDI
	mapping->backing_dev_info = inode->i_mapping->backing_dev_info;
#endif
}

#endif /* _KMOD_COMPAT_VMA_H */
