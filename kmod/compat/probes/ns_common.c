// SPDX-License-Identifier: GPL-2.0-only
/* struct ns_common in each namespace since 3.19; a member proc_inum before. */
/* asks: ns */
#include <linux/pid_namespace.h>

#ifdef PROBE
unsigned int probe(struct pid_namespace *ns)
{
	return ns->ns.inum;
}
#endif
