// SPDX-License-Identifier: GPL-2.0-only
/* copy_from_user_nofault() and copy_from_kernel_nofault() since 5.8; before,
 * probe_kernel_read() and nothing for user addresses.
 */
/* asks: copy_from_user_nofault copy_from_kernel_nofault */
#include <linux/uaccess.h>

#ifdef PROBE
long probe(void *dst, const void __user *src)
{
	return copy_from_user_nofault(dst, src, 8) + copy_from_kernel_nofault(dst, dst, 8);
}
#endif
