// SPDX-License-Identifier: GPL-2.0-only
/* Modules list their tracepoints by tracepoint_ptr_t, perhaps relative, since
 * 4.19; by pointer before.
 */
/* asks: tracepoint_ptr_deref tracepoints_ptrs */
#include <linux/module.h>
#include <linux/tracepoint.h>

#ifdef PROBE
struct tracepoint *probe(struct module *mod)
{
	return tracepoint_ptr_deref(mod->tracepoints_ptrs);
}
#endif
