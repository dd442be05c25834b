// SPDX-License-Identifier: GPL-2.0-only
/* sysfs_create_mount_point() since 4.2 and in el7; an empty kobject before. */
#include <linux/kobject.h>
#include <linux/sysfs.h>

int probe(struct kobject *parent)
{
	return sysfs_create_mount_point(parent, "name");
}
