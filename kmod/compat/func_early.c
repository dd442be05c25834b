// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/compat/func_early.h"
#include "kmod/compat/ftrace.h"

#include <linux/kallsyms.h>

/* The first has no per-CPU data yet. Linux keeps ftrace and kprobes out of it; 3.10.0-1160.el7,
 * which got it from 4.14, does not, and when the next CPU came up there, the machine would reset.
 * The others run before the CPU has a table of exceptions, in some of the kernels: a program that
 * reads what is not there, or a breakpoint, would do the same. Of a probe that the kernel made a
 * jump of, nothing is seen; it does so some time later, and not where memory is short.
 */
static struct func_early {
	const char *name;
	bool leaves;	/* run by a CPU that leaves: returns only */
	unsigned long start, end;
} early[] = {
	{ .name = "__startup_secondary_64" },
	{ .name = "start_secondary" },
	{ .name = "cpu_init" },
	{ .name = "cpu_init_secondary" },
	{ .name = "cpu_init_exception_handling" },
	{ .name = "cpu_init_fred_exceptions" },
	{ .name = "wait_for_master_cpu" },
	{ .name = "cr4_init" },
	{ .name = "cr4_init_shadow" },
	{ .name = "cr4_update_irqsoff" },
	{ .name = "native_write_cr4" },
	{ .name = "load_ucode_ap" },
	{ .name = "check_loader_disabled_ap" },
	{ .name = "load_ucode_intel_ap" },
	{ .name = "load_ucode_amd_ap" },
	{ .name = "apply_microcode_early" },
	{ .name = "early_setup_idt" },
	{ .name = "load_current_idt" },
	{ .name = "native_load_idt" },
	{ .name = "switch_to_new_gdt" },
	{ .name = "load_direct_gdt" },
	{ .name = "native_load_gdt" },
	{ .name = "native_load_tr_desc" },
	{ .name = "load_percpu_segment" },
	{ .name = "setup_getcpu" },
	{ .name = "tss_setup_ist" },
	{ .name = "get_cpu_entry_area" },
	{ .name = "memset" },
	/* RCU does not know of the CPU any more, and what the kernel keeps of a call until it returns
	 * is found under RCU. Most of them never return.
	 */
	{ .name = "arch_cpu_idle_dead", .leaves = true },
	{ .name = "native_play_dead", .leaves = true },
	{ .name = "play_dead_common", .leaves = true },
	{ .name = "mwait_play_dead", .leaves = true },
	{ .name = "hlt_play_dead", .leaves = true },
	{ .name = "resume_play_dead", .leaves = true },
	{ .name = "cpu_report_death", .leaves = true },
	{ .name = "cpuhp_report_idle_dead", .leaves = true },
	{ .name = "cpuhp_ap_report_dead", .leaves = true },
	{ .name = "rcu_report_dead", .leaves = true },
	{ .name = "rcutree_report_cpu_dead", .leaves = true },
};

static unsigned long size_of_func(unsigned long addr)
{
	char text[KSYM_SYMBOL_LEN];
	const char *slash;
	unsigned long size;

	/* name+0x0/0xSIZE, and a module's name after it. */
	sprint_symbol(text, addr);
	slash = strrchr(text, '/');
	return slash && sscanf(slash, "/0x%lx", &size) == 1 ? size : 1;
}

void ebpf_compat_func_early_init(void)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(early); i++) {
		early[i].start = ebpf_compat_func_addr(early[i].name);
		early[i].end = early[i].start;
		if (early[i].start)
			early[i].end += size_of_func(early[i].start);
	}
}

static const struct func_early *func_at(unsigned long addr)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(early); i++)
		if (addr >= early[i].start && addr < early[i].end)
			return &early[i];
	return NULL;
}

bool ebpf_compat_func_early(unsigned long addr)
{
	const struct func_early *func = func_at(addr);

	if (!func || func->leaves)
		return false;
	pr_info_ratelimited("ebpfdrv: %s() is run by CPUs that come up, before they can run programs: nothing is attached to it\n",
			    func->name);
	return true;
}

bool ebpf_compat_func_leaves(unsigned long addr)
{
	const struct func_early *func = func_at(addr);

	if (!func || !func->leaves)
		return false;
	pr_info_ratelimited("ebpfdrv: %s() is run by CPUs that leave, without RCU: nothing is attached to its returns\n",
			    func->name);
	return true;
}
