// SPDX-License-Identifier: GPL-2.0-only
/* Since 5.11 ftrace hands the argument registers, the stack pointer and the frame
 * pointer to every handler (HAVE_DYNAMIC_FTRACE_WITH_ARGS), in struct ftrace_regs, which is open up to 6.12.
 */
/* asks: CONFIG_DYNAMIC_FTRACE_WITH_ARGS ftrace_regs regs */
#include <linux/ftrace.h>

#ifdef PROBE
#ifndef CONFIG_DYNAMIC_FTRACE_WITH_ARGS
#error no CONFIG_DYNAMIC_FTRACE_WITH_ARGS
#endif

struct pt_regs *probe(struct ftrace_regs *fregs)
{
	return &fregs->regs;
}
#endif
