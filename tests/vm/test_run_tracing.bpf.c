// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

__u64 entered, left, modified;
int answer;

SEC("fentry/bpf_fentry_test6")
int enter(__u64 *ctx)
{
	if (ctx[0] == 16 && ctx[1] == 17 && (__s16)ctx[2] == 18 && (int)ctx[3] == 19 &&
	    ctx[4] == 20 && ctx[5] == 21)
		entered++;
	return 0;
}

SEC("fexit/bpf_fentry_test2")
int leave(__u64 *ctx)
{
	if ((int)ctx[0] == 2 && ctx[1] == 3 && (int)ctx[2] == 5)
		left++;
	return 0;
}

SEC("fmod_ret/bpf_modify_return_test")
int modify(__u64 *ctx)
{
	modified++;
	return answer;
}

/* Where the functions are not there to be traced. */
SEC("?fentry/vfs_read")
int other(__u64 *ctx)
{
	return 0;
}

char _license[] SEC("license") = "GPL";
