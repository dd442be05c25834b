// SPDX-License-Identifier: GPL-2.0-only
/* files_lookup_fd_locked(files, fd) since 5.11; fcheck_files() before. */
/* asks: files_lookup_fd_locked */
#include <linux/fdtable.h>

#ifdef PROBE
struct file *probe(struct files_struct *files)
{
	return files_lookup_fd_locked(files, 0);
}
#endif
