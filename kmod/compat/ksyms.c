// SPDX-License-Identifier: GPL-2.0-only
#include <linux/kallsyms.h>
#include "kmod/compat/cfi.h"
#include "kmod/compat/ftrace.h"
#include "kmod/compat/ksyms.h"

#ifdef HAVE_EXPORT_KALLSYMS_LOOKUP_NAME

int ebpf_compat_ksym_find(const char *name, u64 *addr)
{
	*addr = kallsyms_lookup_name(name);
	return *addr ? 0 : -ENOENT;
}

#else

#define ENDBR64	0xfa1e0ff3	/* what an indirect call must find */

static bool may_call(unsigned long addr)
{
	u32 word;

	if (!compat_calls_are_checked())
		return true;
	return !compat_copy_from_kernel_nofault(&word, (const void *)addr, sizeof(word)) &&
	       word == ENDBR64;
}

/*
 * From 5.7 on kallsyms_lookup_name() is there but not exported. Its address is had
 * as that of any function; where the processor checks indirect calls and the kernel
 * has taken the function off the list of what may be called, nobody calls it.
 */
int ebpf_compat_ksym_find(const char *name, u64 *addr)
{
	unsigned long (*lookup)(const char *name);
	unsigned long func;
	int err;

	err = ebpf_compat_func_find("kallsyms_lookup_name", &func);
	if (err)
		return err;
	if (!may_call(func))
		return -ENOENT;
	lookup = (void *)func;
	*addr = lookup(name);
	return *addr ? 0 : -ENOENT;
}

#endif

/* Only the printed form of a symbol is open to modules on every kernel. */
unsigned long ebpf_compat_func_entry(unsigned long addr)
{
	char name[KSYM_SYMBOL_LEN];
	unsigned long offset;
	char *plus;

	sprint_symbol(name, addr);
	plus = strchr(name, '+');
	if (!plus || sscanf(plus, "+%lx/", &offset) != 1)
		return 0;
	if (!offset)
		return addr;
	return compat_ibt() && offset == 4 ? addr - offset : 0;
}
