// SPDX-License-Identifier: GPL-2.0-only
#include <linux/kallsyms.h>
#include "kmod/compat/ftrace.h"
#include "kmod/compat/ksyms.h"

#ifdef HAVE_EXPORT_KALLSYMS_LOOKUP_NAME

u64 ebpf_compat_ksym_addr(const char *name)
{
	return kallsyms_lookup_name(name);
}

#else

#define ENDBR64	0xfa1e0ff3	/* what an indirect call must find */

static bool may_call(unsigned long addr)
{
	u32 word;

	if (!addr)
		return false;
	if (!compat_ibt())
		return true;
	return !compat_copy_from_kernel_nofault(&word, (const void *)addr, sizeof(word)) &&
	       word == ENDBR64;
}

/*
 * From 5.7 on kallsyms_lookup_name() is there but not exported. Its address is had
 * as that of any function; where the processor checks indirect calls and the kernel
 * has taken the function off the list of what may be called, nobody calls it.
 */
u64 ebpf_compat_ksym_addr(const char *name)
{
	unsigned long (*lookup)(const char *name);
	unsigned long addr = ebpf_compat_func_addr("kallsyms_lookup_name");

	if (!may_call(addr))
		return 0;
	lookup = (void *)addr;
	return lookup(name);
}

#endif
