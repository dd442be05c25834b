// SPDX-License-Identifier: GPL-2.0-only
/* file_operations.show_fdinfo returns nothing since 3.19. */
/* asks: show_fdinfo */
#include <linux/fs.h>
#include "probe.h"

#ifdef PROBE
PROBE_TYPE(ret, ((struct file_operations *)0)->show_fdinfo((struct seq_file *)0,
							   (struct file *)0), void);
#endif
