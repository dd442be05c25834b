// SPDX-License-Identifier: GPL-2.0-only
/* get_file_rcu() takes the place where the file is named since 6.7, and returns the file. */
/* asks: get_file_rcu f_count pointer return */
#include <linux/fs.h>

#ifdef PROBE
struct file *probe(struct file __rcu **at)
{
	return get_file_rcu(at);
}
#endif
