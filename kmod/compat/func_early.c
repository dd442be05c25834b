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

bool ebpf_compat_func_early(unsigned long addr)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(early); i++) {
		if (addr < early[i].start || addr >= early[i].end)
			continue;
		pr_info_ratelimited("ebpfdrv: %s() is run by CPUs that come up, before they can run programs: nothing is attached to it\n",
				    early[i].name);
		return true;
	}
	return false;
}
