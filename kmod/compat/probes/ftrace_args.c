// SPDX-License-Identifier: GPL-2.0-only
/* Since 5.11 ftrace hands the argument registers, the stack pointer and the frame
 * pointer to every handler (HAVE_DYNAMIC_FTRACE_WITH_ARGS), in struct ftrace_regs.
 */
#include <linux/ftrace.h>

#ifndef CONFIG_DYNAMIC_FTRACE_WITH_ARGS
#error not here
#endif

struct pt_regs *probe(struct ftrace_regs *fregs)
{
	return &fregs->regs;
}
