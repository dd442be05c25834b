// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/compat/ftrace_multi.h"
#include "kmod/compat/cfi.h"
#include "kmod/compat/ftrace.h"
#include "kmod/compat/keep.h"
#include "kmod/compat/ksyms.h"

#include <linux/kallsyms.h>
#include <linux/sort.h>

#ifdef COMPAT_FTRACE
static int set_places(struct ftrace_ops *ops, unsigned long *places, u32 cnt)
{
#ifdef HAVE_FTRACE_SET_FILTER_IPS
	return ftrace_set_filter_ips(ops, places, cnt, 0, 1);
#else
	u32 i;
	int err;

	for (i = 0; i < cnt; i++) {
		err = ftrace_set_filter_ip(ops, places[i], 0, i == 0);
		if (err)
			return err;
		cond_resched();
	}
	return 0;
#endif
}

/* Code is changed once, when all places are known. */
int ebpf_compat_ftrace_multi_add(struct compat_ftrace_multi *multi, void *handler,
				 unsigned long *places, u32 cnt)
{
	u32 i;
	int err;

	if (ebpf_compat_ftrace_off())
		return -EBUSY;
	for (i = 0; i < cnt; i++)
		if (!ebpf_compat_ftrace_place_ok(places[i]))
			return -EINVAL;
	multi->ops.func = handler;
	multi->ops.flags = FTRACE_OPS_FL_SAVE_REGS | COMPAT_FTRACE_SAFE;
	err = set_places(&multi->ops, places, cnt);
	if (!err)
		err = register_ftrace_function(&multi->ops);
	/* Gives the memory of the places back. */
	if (err)
		ftrace_set_filter(&multi->ops, NULL, 0, 1);
	return err;
}

bool ebpf_compat_ftrace_multi_del(struct compat_ftrace_multi *multi, unsigned long place)
{
	int err = unregister_ftrace_function(&multi->ops);

	if (err) {
		ebpf_compat_keep("a handler of ftrace", place, err);
		return false;
	}
	ftrace_set_filter(&multi->ops, NULL, 0, 1);
	return true;
}
#else
int ebpf_compat_ftrace_multi_add(struct compat_ftrace_multi *multi, void *handler,
				 unsigned long *places, u32 cnt)
{
	return -ENODEV;
}

bool ebpf_compat_ftrace_multi_del(struct compat_ftrace_multi *multi, unsigned long place)
{
	return true;
}
#endif

/*
 * Names
 */

static int func_cmp(const void *a, const void *b)
{
	return strcmp(((const struct compat_func *)a)->name,
		      ((const struct compat_func *)b)->name);
}

#ifdef HAVE_KALLSYMS_ON_EACH_SYMBOL
struct find_funcs {
	struct compat_func *funcs;
	u32 cnt;
	u32 left;
};

/* The first of those that bear @name. */
static struct compat_func *func_of_name(const struct find_funcs *ff, const char *name)
{
	u32 low = 0, high = ff->cnt;

	while (low < high) {
		u32 mid = low + (high - low) / 2;

		if (strcmp(ff->funcs[mid].name, name) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low < ff->cnt && !strcmp(ff->funcs[low].name, name) ? &ff->funcs[low] : NULL;
}

static int found_symbol(void *data, const char *name, struct module *mod, unsigned long addr)
{
	struct find_funcs *ff = data;
	struct compat_func *func = func_of_name(ff, name);

	if (!func || func->addr)
		return 0;
	for (; func < ff->funcs + ff->cnt && !strcmp(func->name, name); func++) {
		func->addr = addr;
		ff->left--;
	}
	return !ff->left;
}

typedef int (*symbol_fn)(void *data, const char *name, struct module *mod, unsigned long addr);
typedef int (*each_symbol_fn)(symbol_fn fn, void *data);

static each_symbol_fn each_symbol(void)
{
#ifdef HAVE_EXPORT_KALLSYMS_ON_EACH_SYMBOL
	return kallsyms_on_each_symbol;
#else
	/* Functions that nobody takes the address of may not be called by it. */
	return compat_calls_are_checked() ? NULL :
	       (each_symbol_fn)ebpf_compat_func_addr("kallsyms_on_each_symbol");
#endif
}

/* What keeps modules there while their symbols are walked, where that is the caller's
 * business: up to 5.11, and no longer exported in the last of those. False: it cannot be had.
 */
static bool walk_lock(struct mutex **lock)
{
#if defined(HAVE_EXPORT_MODULE_MUTEX)
	*lock = &module_mutex;
#elif defined(HAVE_MODULE_MUTEX)
	u64 addr;

	if (ebpf_compat_ksym_find("module_mutex", &addr))
		return false;
	*lock = (struct mutex *)(unsigned long)addr;
#else
	*lock = NULL;
#endif
	return true;
}

/* One look at all symbols for all names. Whom it leaves without an address may be
 * found on his own.
 */
static void find_by_walk(struct compat_func *funcs, u32 cnt)
{
	struct find_funcs ff = { funcs, cnt, cnt };
	each_symbol_fn each = each_symbol();
	struct mutex *lock;

	if (!each || !walk_lock(&lock))
		return;
	if (lock)
		mutex_lock(lock);
	each(found_symbol, &ff);
	if (lock)
		mutex_unlock(lock);
}
#else
static void find_by_walk(struct compat_func *funcs, u32 cnt)
{
}
#endif

int ebpf_compat_find_funcs(struct compat_func *funcs, u32 cnt)
{
	u32 i;
	int err;

	sort(funcs, cnt, sizeof(*funcs), func_cmp, NULL);
	if (cnt > 1)
		find_by_walk(funcs, cnt);
	for (i = 0; i < cnt; i++) {
		err = funcs[i].addr ? 0 : ebpf_compat_func_find(funcs[i].name, &funcs[i].addr);
		if (err)
			return err == -ENOENT ? -ESRCH : err;
		cond_resched();
	}
	return 0;
}
