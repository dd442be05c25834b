// SPDX-License-Identifier: GPL-2.0-only
/* ftrace_ops.func receives struct pt_regs up to 5.10. */
/* asks: ftrace_func_t */
#include <linux/ftrace.h>
#include "probe.h"

#ifdef PROBE
#ifdef CONFIG_FUNCTION_TRACER
PROBE_TYPE(func, ftrace_func_t,
	   void (*)(unsigned long, unsigned long, struct ftrace_ops *, struct pt_regs *));
#endif
#endif
