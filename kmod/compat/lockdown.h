/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel is locked down against (5.4 and up): 0, or -EPERM and a line of the kernel's
 * in its log. Reasons that this kernel does not know forbid nothing. Process context; may sleep.
 */
#ifndef _KMOD_COMPAT_LOCKDOWN_H
#define _KMOD_COMPAT_LOCKDOWN_H

#include "kmod/compat/compat.h"

#include <linux/security.h>

/* Without LSMs the kernel has an inline function that says yes to all. */
#if defined(HAVE_LOCKDOWN) && (defined(HAVE_EXPORT_SECURITY_LOCKED_DOWN) || !defined(CONFIG_SECURITY))
#define COMPAT_LOCKED_DOWN(what)	security_locked_down(what)
#else
#define COMPAT_LOCKED_DOWN(what)	0
#endif

/* Programs that read kernel memory by helpers. */
static inline int compat_locked_down_bpf_read(void)
{
#if defined(HAVE_LOCKDOWN_BPF_READ_KERNEL)
	return COMPAT_LOCKED_DOWN(LOCKDOWN_BPF_READ_KERNEL);
#elif defined(HAVE_LOCKDOWN_BPF_READ)
	return COMPAT_LOCKED_DOWN(LOCKDOWN_BPF_READ);
#else
	return 0;
#endif
}

/* Programs that write user memory. */
static inline int compat_locked_down_bpf_write_user(void)
{
#ifdef HAVE_LOCKDOWN_BPF_WRITE_USER
	return COMPAT_LOCKED_DOWN(LOCKDOWN_BPF_WRITE_USER);
#else
	return 0;
#endif
}

/* Events of the kprobe PMU. */
static inline int compat_locked_down_kprobes(void)
{
#ifdef HAVE_LOCKDOWN
	return COMPAT_LOCKED_DOWN(LOCKDOWN_KPROBES);
#else
	return 0;
#endif
}

/* Records with the kernel's registers. */
static inline int compat_locked_down_perf(void)
{
#ifdef HAVE_LOCKDOWN
	return COMPAT_LOCKED_DOWN(LOCKDOWN_PERF);
#else
	return 0;
#endif
}

#endif /* _KMOD_COMPAT_LOCKDOWN_H */
