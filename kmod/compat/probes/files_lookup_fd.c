// SPDX-License-Identifier: GPL-2.0-only
/* files_lookup_fd_locked(files, fd) since 5.11; fcheck_files() before. */
#include <linux/fdtable.h>

struct file *probe(struct files_struct *files)
{
	return files_lookup_fd_locked(files, 0);
}
