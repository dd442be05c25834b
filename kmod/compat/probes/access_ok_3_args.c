// SPDX-License-Identifier: GPL-2.0-only
/* access_ok(type, addr, size) up to 4.20 and in el7; access_ok(addr, size) since
 * 5.0 and in el8.
 */
#include <linux/uaccess.h>

int probe(void __user *p)
{
	return access_ok(0, p, 8);
}
