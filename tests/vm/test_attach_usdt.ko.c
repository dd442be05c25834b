// SPDX-License-Identifier: GPL-2.0-only
/*
 * Holds the lock of the caller's own address space until another process says that it is
 * enough, or a minute has passed.
 */
#include <linux/completion.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/version.h>
#if LINUX_VERSION_CODE >= KERNEL_VERSION(4, 11, 0)
#include <linux/sched/mm.h>
#endif

#include "test_attach_usdt.h"

static DECLARE_COMPLETION(enough);
static int held;

static long hold(struct mm_struct *mm)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 8, 0)
	mmap_write_lock(mm);
#else
	down_write(&mm->mmap_sem);
#endif
	held = 1;
	wait_for_completion_timeout(&enough, 60 * HZ);
	held = 0;
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 8, 0)
	mmap_write_unlock(mm);
#else
	up_write(&mm->mmap_sem);
#endif
	return 0;
}

static long usdt_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	switch (cmd) {
	case USDT_IOC_HOLD:
		return hold(current->mm);
	case USDT_IOC_HELD:
		return held;
	case USDT_IOC_ENOUGH:
		complete(&enough);
		return 0;
	default:
		return -ENOTTY;
	}
}

static const struct file_operations usdt_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = usdt_ioctl,
};

static struct miscdevice usdt_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = USDT_DEVICE,
	.fops = &usdt_fops,
};

static int __init usdt_init(void)
{
	return misc_register(&usdt_device);
}

static void __exit usdt_exit(void)
{
	misc_deregister(&usdt_device);
}

module_init(usdt_init);
module_exit(usdt_exit);
MODULE_LICENSE("GPL");
