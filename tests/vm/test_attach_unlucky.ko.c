// SPDX-License-Identifier: GPL-2.0-only
/* A module whose function is probed: reading the parameter calls it. */
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/version.h>

noinline int unlucky_target(int n);
noinline int unlucky_target(int n)
{
	asm volatile("" : "+r" (n));
	return n + 1;
}

static int unlucky_get(char *buffer, const struct kernel_param *kp)
{
	return sprintf(buffer, "%d\n", unlucky_target(41));
}

static struct kernel_param_ops unlucky_ops = {
	.get = unlucky_get,
};
module_param_cb(call, &unlucky_ops, NULL, 0444);

static int __init unlucky_init(void)
{
	return 0;
}

static void __exit unlucky_exit(void)
{
}

module_init(unlucky_init);
module_exit(unlucky_exit);
MODULE_LICENSE("GPL");
