// SPDX-License-Identifier: GPL-2.0-only
/* module_mutex orders modules with those who walk their symbols up to 5.11. */
#include <linux/module.h>

struct mutex *probe(void)
{
	return &module_mutex;
}
