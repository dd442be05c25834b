// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/compat/cfi.h"
#include "kmod/compat/ftrace.h"
#include "kmod/compat/kprobe.h"

#include <linux/kallsyms.h>
#include <linux/module.h>

#ifdef HAVE_KALLSYMS_ON_EACH_MATCH_SYMBOL
struct same_name {
	const char *name;
	u32 cnt;
};

static int count_address(void *data, unsigned long addr)
{
	((struct same_name *)data)->cnt++;
	return 0;
}

static void count_in_kernel(struct same_name *same)
{
	typeof(kallsyms_on_each_match_symbol) *each;

	each = (void *)ebpf_compat_func_addr("kallsyms_on_each_match_symbol");
	if (each)
		each(count_address, same->name, same);
}

#ifdef HAVE_MODULE_KALLSYMS_OF_ALL
static int count_symbol(void *data, const char *name, struct module *mod, unsigned long addr)
{
	struct same_name *same = data;

	same->cnt += !strcmp(name, same->name);
	return 0;
}

static void count_in_modules(struct same_name *same)
{
	typeof(module_kallsyms_on_each_symbol) *each;

	each = (void *)ebpf_compat_func_addr("module_kallsyms_on_each_symbol");
	if (each)
		each(count_symbol, same);
}
#else
/* Later kernels ask modules only for what is in none of theirs. */
static void count_in_modules(struct same_name *same)
{
}
#endif

u32 ebpf_compat_kprobe_same_name(const char *symbol)
{
	struct same_name same = { .name = symbol };

	if (strchr(symbol, ':') || compat_calls_are_checked())
		return 1;
	count_in_kernel(&same);
	count_in_modules(&same);
	return same.cnt;
}
#else
u32 ebpf_compat_kprobe_same_name(const char *symbol)
{
	return 1;
}
#endif
