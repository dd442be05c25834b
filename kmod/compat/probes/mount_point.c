// SPDX-License-Identifier: GPL-2.0-only
/* sysfs_create_mount_point() since 4.2 and in el7; an empty kobject before. */
/* asks: sysfs_create_mount_point */
#include <linux/kobject.h>
#include <linux/sysfs.h>

#ifdef PROBE
int probe(struct kobject *parent)
{
	return sysfs_create_mount_point(parent, "name");
}
#endif
