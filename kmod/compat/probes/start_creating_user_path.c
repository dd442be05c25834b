// SPDX-License-Identifier: GPL-2.0-only
/* start_creating_user_path() and end_creating_path() in 7.2. */
/* asks: start_creating_user_path end_creating_path */
#include <linux/fs.h>
#include <linux/namei.h>

#ifdef PROBE
void probe(const char __user *name, struct path *dir)
{
	end_creating_path(dir, start_creating_user_path(AT_FDCWD, name, dir, 0));
}
#endif
