// SPDX-License-Identifier: GPL-2.0-only
/* No registers for handlers that do not ask for them. */
/* asks: CONFIG_DYNAMIC_FTRACE_WITH_ARGS */
#include <linux/ftrace.h>

#ifdef PROBE
#ifdef CONFIG_DYNAMIC_FTRACE_WITH_ARGS
#error CONFIG_DYNAMIC_FTRACE_WITH_ARGS
#endif
#endif
