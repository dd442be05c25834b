// SPDX-License-Identifier: GPL-2.0-only
/* probe_kernel_read() up to 5.7. */
/* asks: probe_kernel_read */
#include <linux/uaccess.h>

#ifdef PROBE
long probe(void *dst, void *src)
{
	return probe_kernel_read(dst, src, 8);
}
#endif
