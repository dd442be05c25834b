// SPDX-License-Identifier: GPL-2.0-only
/* kernel_read(file, loff_t offset, buf, count) up to 4.13. */
/* asks: kernel_read */
#include <linux/fs.h>
#include "probe.h"

#ifdef PROBE
PROBE_TYPE(fn, kernel_read, int (struct file *, loff_t, char *, unsigned long));
#endif
