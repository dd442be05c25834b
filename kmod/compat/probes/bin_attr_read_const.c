// SPDX-License-Identifier: GPL-2.0-only
/* bin_attribute.read(file, kobj, constant attribute, ...) in 7.2. */
/* asks: read */
#include <linux/fs.h>
#include <linux/sysfs.h>
#include "probe.h"

#ifdef PROBE
PROBE_TYPE(read, ((struct bin_attribute *)0)->read,
	   ssize_t (*)(struct file *, struct kobject *, const struct bin_attribute *, char *,
		       loff_t, size_t));
#endif
