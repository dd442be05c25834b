// SPDX-License-Identifier: GPL-2.0-only
/* within_module() since 3.17; within_module_core() up to 6.3. */
/* asks: within_module */
#include <linux/module.h>

#ifdef PROBE
bool probe(unsigned long addr)
{
	return within_module(addr, THIS_MODULE);
}
#endif
