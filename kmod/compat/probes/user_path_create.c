// SPDX-License-Identifier: GPL-2.0-only
/* user_path_create() and done_path_create() in 6.12, no more in 7.2. */
/* asks: user_path_create done_path_create */
#include <linux/fs.h>
#include <linux/namei.h>

#ifdef PROBE
void probe(const char __user *name, struct path *dir)
{
	done_path_create(dir, user_path_create(AT_FDCWD, name, dir, 0));
}
#endif
