// SPDX-License-Identifier: GPL-2.0-only
/*
 * The only list of such names. A row is asked where the kernel has no function of the name that
 * a program wants; names that are in no row are refused as ever, so that a misspelt one never
 * looks attached.
 */
#include "kmod/compat/func_names.h"
#include "kmod/compat/ftrace.h"

/* Arguments that programs of the newer name look at are at the same places. */
static const struct {
	const char *name;
	const char *here;
} renamed[] = {
	{ "__blk_account_io_start", "blk_account_io_start" },
	{ "__blk_account_io_done", "blk_account_io_done" },
	{ "blk_account_io_start", "__blk_account_io_start" },
	{ "blk_account_io_done", "__blk_account_io_done" },
	{ "folio_mark_accessed", "mark_page_accessed" },
	{ "folio_account_dirtied", "account_page_dirtied" },
	{ "finish_task_switch.isra.0", "finish_task_switch" },
	{ "finish_task_switch", "finish_task_switch.isra.0" },
	{ "__cond_resched", "_cond_resched" },
};

/* A kernel as new as that has it, though perhaps inlined: then it is not the one that has none. */
static const struct {
	const char *name;
	u32 since;
} never_called[] = {
	/* Part of blk_account_io_start() before */
	{ "blk_account_io_merge_bio", KERNEL_VERSION(5, 8, 0) },
	{ "down_read_interruptible", KERNEL_VERSION(5, 11, 0) },
	{ "down_read_killable", KERNEL_VERSION(4, 15, 0) },
	{ "down_write_killable", KERNEL_VERSION(4, 7, 0) },
	{ "mutex_lock_io", KERNEL_VERSION(4, 11, 0) },
};

/* __do_sys_NAME, without the registers that __x64_sys_NAME has, is SyS_NAME before 4.17. */
static bool find_syscall(const char *name, unsigned long *addr)
{
	static const char *const prefixes[] = { "SyS_", "sys_" };
	static const char modern[] = "__do_sys_";
	char here[64];
	size_t i;

	if (strncmp(name, modern, sizeof(modern) - 1))
		return false;
	for (i = 0; i < ARRAY_SIZE(prefixes); i++) {
		snprintf(here, sizeof(here), "%s%s", prefixes[i], name + sizeof(modern) - 1);
		if (!ebpf_compat_func_find(here, addr))
			return true;
	}
	return false;
}

static bool find_renamed(const char *name, unsigned long *addr)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(renamed); i++)
		if (!strcmp(renamed[i].name, name) &&
		    !ebpf_compat_func_find(renamed[i].here, addr))
			return true;
	return find_syscall(name, addr);
}

enum compat_func_name ebpf_compat_func_by_table(const char *name, unsigned long *addr)
{
	size_t i;

	if (find_renamed(name, addr)) {
		pr_info_ratelimited("ebpfdrv: %s[%d]: %s is %ps here\n", current->comm,
				    current->pid, name, (void *)*addr);
		return COMPAT_FUNC_RENAMED;
	}
	for (i = 0; i < ARRAY_SIZE(never_called); i++) {
		if (LINUX_VERSION_CODE >= never_called[i].since ||
		    strcmp(never_called[i].name, name))
			continue;
		pr_info_ratelimited("ebpfdrv: %s[%d]: %s is a later kernel's, this one never calls it\n",
				    current->comm, current->pid, name);
		return COMPAT_FUNC_NEVER;
	}
	return COMPAT_FUNC_UNKNOWN;
}
