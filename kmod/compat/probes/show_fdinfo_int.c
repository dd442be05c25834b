// SPDX-License-Identifier: GPL-2.0-only
/* file_operations.show_fdinfo returns int up to 3.18 and in all of el7; void
 * since 3.19.
 */
/* asks: show_fdinfo */
#include <linux/fs.h>
#include "probe.h"

#ifdef PROBE
PROBE_TYPE(ret, ((struct file_operations *)0)->show_fdinfo((struct seq_file *)0,
							   (struct file *)0), int);
#endif
