// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

__u64 left;

/* The helper's result is in rax when the kernel's trampoline returns. */
SEC("fentry/__x64_sys_getpriority")
int enter(__u64 *ctx)
{
	bpf_ktime_get_ns();
	return 0;
}

SEC("fexit/__x64_sys_getpriority")
int leave(__u64 *ctx)
{
	__sync_fetch_and_add(&left, 1);
	return 0;
}

SEC("fexit/__x64_sys_bpf")
int leave_bpf(__u64 *ctx)
{
	return 0;
}

char _license[] SEC("license") = "GPL";
