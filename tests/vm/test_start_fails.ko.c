// SPDX-License-Identifier: GPL-2.0-only
/* Takes all the numbers of small devices that the kernel has; ENOSPC where there is no end of them. */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/stat.h>

#define DEVICES	300

static struct miscdevice device[DEVICES];
static char names[DEVICES][16];
static int taken;

static void give_back(void)
{
	while (taken)
		misc_deregister(&device[--taken]);
}

static int __init full_init(void)
{
	for (; taken < DEVICES; taken++) {
		snprintf(names[taken], sizeof(names[taken]), "full%d", taken);
		device[taken].minor = MISC_DYNAMIC_MINOR;
		device[taken].name = names[taken];
		if (misc_register(&device[taken]))
			return 0;
	}
	give_back();
	return -ENOSPC;
}

static void __exit full_exit(void)
{
	give_back();
}

module_init(full_init);
module_exit(full_exit);
MODULE_LICENSE("GPL");
