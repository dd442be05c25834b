// SPDX-License-Identifier: GPL-2.0-only
/*
 * A module to attach to: writing N to its parameter "hit" calls a function with a
 * struct that no other module and not the kernel knows.
 */
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/sched.h>

struct test_btf_dev {
	int number;
	struct task_struct *owner;
	struct test_btf_dev *next;
};

int test_btf_hit(struct test_btf_dev *dev, unsigned long cookie);

noinline int test_btf_hit(struct test_btf_dev *dev, unsigned long cookie)
{
	barrier();
	return dev->number + 1;
}

static int set_hit(const char *val, const struct kernel_param *kp)
{
	struct test_btf_dev last = { .owner = current };
	struct test_btf_dev dev = { .owner = current, .next = &last };
	int err = kstrtoint(val, 0, &dev.number);

	last.number = dev.number + 100;
	return err ? err : test_btf_hit(&dev, 42) == dev.number + 1 ? 0 : -EIO;
}

static const struct kernel_param_ops hit_ops = {
	.set = set_hit,
};

module_param_cb(hit, &hit_ops, NULL, 0200);

MODULE_DESCRIPTION("something to attach to");
MODULE_LICENSE("GPL");
