// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

__u64 entered, left, bpf_left;

SEC("fentry/do_unlinkat")
int enter(__u64 *ctx)
{
	__sync_fetch_and_add(&entered, bpf_ktime_get_ns() != 0);
	return 0;
}

SEC("fexit/do_unlinkat")
int leave(__u64 *ctx)
{
	__sync_fetch_and_add(&left, 1);
	return 0;
}

SEC("fexit/__x64_sys_bpf")
int leave_bpf(__u64 *ctx)
{
	__sync_fetch_and_add(&bpf_left, 1);
	return 0;
}

char _license[] SEC("license") = "GPL";
