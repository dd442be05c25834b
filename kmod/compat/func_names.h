/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Functions of later kernels: what this one calls them, and which of them it never calls.
 */
#ifndef _COMPAT_FUNC_NAMES_H
#define _COMPAT_FUNC_NAMES_H

#include "kmod/compat/compat.h"

enum compat_func_name {
	COMPAT_FUNC_UNKNOWN,	/* in no table: a name like any */
	COMPAT_FUNC_RENAMED,	/* *addr is the entry of what has its arguments in the same places */
	COMPAT_FUNC_NEVER,	/* a later kernel split it off: nothing calls it here */
};

/* Of a function that the kernel does not have by that name. The log is told what it is, if
 * something. Process context.
 */
enum compat_func_name ebpf_compat_func_by_table(const char *name, unsigned long *addr);

#endif /* _COMPAT_FUNC_NAMES_H */
