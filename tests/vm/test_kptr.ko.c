// SPDX-License-Identifier: GPL-2.0-only
/* A module with a function of the name that gives back references in the kernel's own tests. */
#include <linux/module.h>

struct prog_test_ref_kfunc;

void bpf_kfunc_call_test_release(struct prog_test_ref_kfunc *p);
noinline void bpf_kfunc_call_test_release(struct prog_test_ref_kfunc *p)
{
	barrier();
}

static int __init kptr_init(void)
{
	/* Called, so that it is there. */
	bpf_kfunc_call_test_release(NULL);
	return 0;
}

static void __exit kptr_exit(void)
{
}

module_init(kptr_init);
module_exit(kptr_exit);
MODULE_DESCRIPTION("a function of a known name");
MODULE_LICENSE("GPL");
