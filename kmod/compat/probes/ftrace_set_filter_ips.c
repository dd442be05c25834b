// SPDX-License-Identifier: GPL-2.0-only
/* ftrace_set_filter_ips(ops, ips, count, remove, reset) since 5.18. */
/* asks: ftrace_set_filter_ips */
#include <linux/ftrace.h>

#ifdef PROBE
int probe(struct ftrace_ops *ops, unsigned long *ips)
{
	return ftrace_set_filter_ips(ops, ips, 1, 0, 1);
}
#endif
