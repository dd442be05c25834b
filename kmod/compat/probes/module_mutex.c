// SPDX-License-Identifier: GPL-2.0-only
/* module_mutex orders modules with those who walk their symbols up to 5.11. */
/* asks: module_mutex */
#include <linux/module.h>

#ifdef PROBE
struct mutex *probe(void)
{
	return &module_mutex;
}
#endif
