// SPDX-License-Identifier: GPL-2.0-only
/* ftrace_ops.func receives struct ftrace_regs since 5.11. */
/* asks: ftrace_func_t ftrace_regs */
#include <linux/ftrace.h>
#include "probe.h"

#ifdef PROBE
PROBE_TYPE(func, ftrace_func_t,
	   void (*)(unsigned long, unsigned long, struct ftrace_ops *, struct ftrace_regs *));
#endif
