// SPDX-License-Identifier: GPL-2.0-only
/* Up to 5.10 a flag tells that an ftrace handler guards itself against recursion;
 * since then another one tells that it does not.
 */
/* asks: FTRACE_OPS_FL_RECURSION_SAFE */
#include <linux/ftrace.h>

#ifdef PROBE
unsigned long probe(void)
{
	return FTRACE_OPS_FL_RECURSION_SAFE;
}
#endif
