// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measures the kernel stack that system calls of the calling thread use: what they
 * touched of a pattern. All handlers of ioctls start equally deep.
 */
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/uaccess.h>
#include <linux/version.h>
#if LINUX_VERSION_CODE >= KERNEL_VERSION(4, 11, 0)
#include <linux/sched/task_stack.h>
#endif

#include "test_stack_usage.h"

#define PATTERN		0x5ac35ac3a53ca53cUL
#define OWN_FRAME	256	/* bytes the filling itself may use */
#define USE_STEP	128

static noinline void fill(void)
{
	unsigned long *p = end_of_stack(current) + 1;
	unsigned long *end = (unsigned long *)((unsigned long)__builtin_frame_address(0) -
					       OWN_FRAME);

	for (; p < end; p++)
		WRITE_ONCE(*p, PATTERN);
}

static noinline long used(unsigned long entry)
{
	unsigned long *p = end_of_stack(current) + 1;

	while (READ_ONCE(*p) == PATTERN && (unsigned long)p < entry)
		p++;
	return (long)(entry - (unsigned long)p);
}

static noinline unsigned long use(long bytes)
{
	unsigned long block[USE_STEP / sizeof(long)];
	unsigned long i, sum = 0;

	for (i = 0; i < ARRAY_SIZE(block); i++)
		WRITE_ONCE(block[i], i + bytes);
	if (bytes > USE_STEP)
		sum = use(bytes - USE_STEP);
	for (i = 0; i < ARRAY_SIZE(block); i++)
		sum += READ_ONCE(block[i]);
	return sum;
}

static long stack_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	/* Of the return address. */
	unsigned long entry = (unsigned long)__builtin_frame_address(0) + sizeof(long);

	switch (cmd) {
	case STACK_IOC_FILL:
		fill();
		return 0;
	case STACK_IOC_READ:
		return used(entry);
	case STACK_IOC_USE:
		/* Its frames are larger than what they hold: a lower bound. */
		return use(min_t(unsigned long, arg, 4096)) ? 0 : -EINVAL;
	default:
		return -ENOTTY;
	}
}

static const struct file_operations stack_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = stack_ioctl,
};

static struct miscdevice stack_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = STACK_DEVICE,
	.fops = &stack_fops,
};

static int __init stack_init(void)
{
	return misc_register(&stack_device);
}

static void __exit stack_exit(void)
{
	misc_deregister(&stack_device);
}

module_init(stack_init);
module_exit(stack_exit);
MODULE_LICENSE("GPL");
