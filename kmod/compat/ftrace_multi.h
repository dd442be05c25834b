/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One handler at the entries of many functions, put there in one go.
 */
#ifndef _COMPAT_FTRACE_MULTI_H
#define _COMPAT_FTRACE_MULTI_H

#include "kmod/compat/ftrace.h"

struct compat_ftrace_multi {
#ifdef COMPAT_FTRACE
	struct ftrace_ops ops;
#else
	int none;
#endif
};

/* COMPAT_FTRACE_MULTI_HANDLER(name, hit) defines the handler @name that calls hit(multi,
 * ip, regs), an inline function, with all registers. What is said of
 * COMPAT_FTRACE_DEFINE() holds here as well.
 */
#ifndef COMPAT_FTRACE
#define COMPAT_FTRACE_MULTI_HANDLER(name, hit)				\
	static void *const name = NULL
#elif defined(COMPAT_FTRACE_ARGS) || defined(HAVE_FTRACE_REGS)
#ifdef COMPAT_FTRACE_ARGS
#define compat_fregs(fregs)	COMPAT_FTRACE_ARGS(fregs)
#else
#define compat_fregs(fregs)	ftrace_get_regs(fregs)
#endif
#define COMPAT_FTRACE_MULTI_HANDLER(name, hit)				\
	static void notrace name(unsigned long ip, unsigned long parent_ip, \
				 struct ftrace_ops *ops, struct ftrace_regs *fregs) \
	{								\
		hit(container_of(ops, struct compat_ftrace_multi, ops), ip, \
		    compat_fregs(fregs));				\
	}
#else
#define COMPAT_FTRACE_MULTI_HANDLER(name, hit)				\
	static void notrace name(unsigned long ip, unsigned long parent_ip, \
				 struct ftrace_ops *ops, struct pt_regs *regs) \
	{								\
		hit(container_of(ops, struct compat_ftrace_multi, ops), ip, regs); \
	}
#endif

/* Hits at each of @places (of ebpf_compat_ftrace_place()) from now on; @handler is of
 * COMPAT_FTRACE_MULTI_HANDLER(). -EINVAL: one is no such place; -ENODEV: no ftrace here;
 * -EBUSY: ebpf_compat_ftrace_off(). Process context, as del. @multi is zeroed before.
 */
int ebpf_compat_ftrace_multi_add(struct compat_ftrace_multi *multi, void *handler,
				 unsigned long *places, u32 cnt);
/* No handler runs any more when this returns true. False: ftrace keeps it and goes on calling
 * it, so @multi has to stay (ebpf_compat_keep() was told, of @place).
 */
bool ebpf_compat_ftrace_multi_del(struct compat_ftrace_multi *multi, unsigned long place);

/* Functions by name, many at a time. */
struct compat_func {
	const char *name;
	unsigned long addr;		/* found, or 0 */
	u32 nr;				/* the caller's */
};

/* Fills in the addresses; of several functions of a name it is the first. Orders @funcs
 * by name. -ESRCH: one was not found. Process context.
 */
int ebpf_compat_find_funcs(struct compat_func *funcs, u32 cnt);

#endif /* _COMPAT_FTRACE_MULTI_H */
