// SPDX-License-Identifier: GPL-2.0-only
/* ftrace_ops.func receives struct ftrace_regs since 5.11; struct pt_regs before. */
/* asks: ftrace_get_regs ftrace_regs */
#include <linux/ftrace.h>

#ifdef PROBE
struct pt_regs *probe(struct ftrace_regs *fregs)
{
	return ftrace_get_regs(fregs);
}
#endif
