/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Breakpoints in programs.
 */
#ifndef _COMPAT_UPROBE_H
#define _COMPAT_UPROBE_H

#include "kmod/compat/compat.h"

#include <linux/dcache.h>
#include <linux/uprobes.h>

/* Kernels before 4.20 do not keep reference counters: see uprobe_sem.h. */
#if defined(HAVE_UPROBE_REGISTER_REFCTR) || defined(HAVE_UPROBE_REGISTER_OBJECT)
#define COMPAT_UPROBE_REF_CTR
#endif

/* The caller fills in the handlers. */
struct compat_uprobe {
	struct uprobe_consumer consumer;
#ifdef HAVE_UPROBE_REGISTER_OBJECT
	struct uprobe *uprobe;		/* while registered */
#endif
};

static inline struct compat_uprobe *compat_uprobe_of(struct uprobe_consumer *consumer)
{
	return container_of(consumer, struct compat_uprobe, consumer);
}

/* COMPAT_UPROBE_HANDLER(name, fire) and COMPAT_URETPROBE_HANDLER(name, fire) define
 * handlers that call fire(struct compat_uprobe *, struct pt_regs *) in process context of
 * the probed task; COMPAT_UPROBE_FILTER(name, wanted) one that says where breakpoints go
 * in, by wanted(struct compat_uprobe *, struct mm_struct *).
 */
#ifdef HAVE_UPROBE_HANDLER_DATA
#define COMPAT_UPROBE_DATA	, __u64 *data
#else
#define COMPAT_UPROBE_DATA
#endif
#ifdef HAVE_UPROBE_FILTER_CTX
#define COMPAT_UPROBE_CTX	enum uprobe_filter_ctx ctx,
#else
#define COMPAT_UPROBE_CTX
#endif

#define COMPAT_UPROBE_HANDLER(name, fire)				\
	static int name(struct uprobe_consumer *consumer,		\
			struct pt_regs *regs COMPAT_UPROBE_DATA)	\
	{								\
		fire(compat_uprobe_of(consumer), regs);			\
		return 0;						\
	}

#define COMPAT_URETPROBE_HANDLER(name, fire)				\
	static int name(struct uprobe_consumer *consumer, unsigned long func, \
			struct pt_regs *regs COMPAT_UPROBE_DATA)	\
	{								\
		fire(compat_uprobe_of(consumer), regs);			\
		return 0;						\
	}

#define COMPAT_UPROBE_FILTER(name, wanted)				\
	static bool name(struct uprobe_consumer *consumer,		\
			 COMPAT_UPROBE_CTX struct mm_struct *mm)	\
	{								\
		return wanted(compat_uprobe_of(consumer), mm);		\
	}

/* @ref_ctr: the place of a reference counter or 0. Process context, as unregister, after
 * which no handler runs any more.
 */
static inline int compat_uprobe_register(struct compat_uprobe *cu, struct inode *inode,
					 loff_t offset, loff_t ref_ctr)
{
#ifdef HAVE_UPROBE_REGISTER_OBJECT
	cu->uprobe = uprobe_register(inode, offset, ref_ctr, &cu->consumer);
	return PTR_ERR_OR_ZERO(cu->uprobe);
#else
#ifdef HAVE_UPROBE_REGISTER_REFCTR
	if (ref_ctr)
		return uprobe_register_refctr(inode, offset, ref_ctr, &cu->consumer);
#endif
	return uprobe_register(inode, offset, &cu->consumer);
#endif
}

static inline void compat_uprobe_unregister(struct compat_uprobe *cu, struct inode *inode,
					    loff_t offset)
{
#ifdef HAVE_UPROBE_REGISTER_OBJECT
	uprobe_unregister_nosync(cu->uprobe, &cu->consumer);
	uprobe_unregister_sync();
#else
	uprobe_unregister(inode, offset, &cu->consumer);
#endif
}

/* The inode whose pages are mapped when @file is, overlayfs looked through. */
static inline struct inode *compat_mapped_inode(struct file *file)
{
#ifdef HAVE_D_REAL_INODE
	return d_real_inode(file->f_path.dentry);
#else
	return file_inode(file);
#endif
}

/* Up to 3.15 and in el7, uprobes on files that have no readpage, as those of
 * tmpfs, are accepted and never hit.
 */
static inline bool compat_uprobe_works_on(struct inode *inode)
{
#ifdef HAVE_TRACEPOINT_BY_NAME
	return inode->i_mapping->a_ops->readpage != NULL;
#else
	return true;
#endif
}

#endif /* _COMPAT_UPROBE_H */
