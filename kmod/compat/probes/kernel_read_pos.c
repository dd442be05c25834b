// SPDX-License-Identifier: GPL-2.0-only
/* kernel_read(file, buf, count, loff_t *pos) since 4.14; (file, loff_t offset,
 * buf, count) before.
 */
/* asks: kernel_read */
#include <linux/fs.h>
#include "probe.h"

#ifdef PROBE
PROBE_TYPE(fn, kernel_read, ssize_t (struct file *, void *, size_t, loff_t *));
#endif
