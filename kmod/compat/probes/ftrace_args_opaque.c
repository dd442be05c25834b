// SPDX-License-Identifier: GPL-2.0-only
/* struct ftrace_regs shows nothing since 6.13: arch_ftrace_regs() is the way in. */
/* asks: CONFIG_DYNAMIC_FTRACE_WITH_ARGS arch_ftrace_regs */
#include <linux/ftrace.h>

#ifdef PROBE
#ifndef CONFIG_DYNAMIC_FTRACE_WITH_ARGS
#error no CONFIG_DYNAMIC_FTRACE_WITH_ARGS
#endif

struct pt_regs *probe(struct ftrace_regs *fregs)
{
	return &arch_ftrace_regs(fregs)->regs;
}
#endif
