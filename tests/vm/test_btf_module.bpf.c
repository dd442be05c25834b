// SPDX-License-Identifier: GPL-2.0-only
/*
 * On a function of a module whose first argument points to a struct of the module's
 * that starts with a number. test_btf_module.c names the function.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char _license[] SEC("license") = "GPL";

struct first {
	int number;
};

int entries = 0;
int exits = 0;
int number = 0;
int result = 0;

SEC("fentry")
int BPF_PROG(entry, const struct first *dev, void *second)
{
	entries++;
	number = dev->number;
	return 0;
}

SEC("fexit")
int BPF_PROG(leave, const struct first *dev, void *second, int ret)
{
	exits++;
	result = ret;
	return 0;
}
