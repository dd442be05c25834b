// SPDX-License-Identifier: GPL-2.0-only
/* fcheck_files(files, fd) up to 5.10. */
/* asks: fcheck_files */
#include <linux/fdtable.h>

#ifdef PROBE
struct file *probe(struct files_struct *files)
{
	return fcheck_files(files, 0);
}
#endif
