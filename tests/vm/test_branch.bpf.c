// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the helpers of branch records answer.
 */
#include <linux/bpf.h>
#include <linux/bpf_perf_event.h>
#include <bpf/bpf_helpers.h>

#include "test_branch.h"

char _license[] SEC("license") = "GPL";

struct branches out;

SEC("perf_event")
int on_sample(struct bpf_perf_event_data *ctx)
{
	out.size = bpf_read_branch_records(ctx, NULL, 0, BPF_F_GET_BRANCH_RECORDS_SIZE);
	out.read = bpf_read_branch_records(ctx, out.entries, sizeof(out.entries), 0);
	out.bad_flags = bpf_read_branch_records(ctx, out.entries, sizeof(out.entries), 2);
	out.samples++;
	return 0;
}

SEC("raw_tp")
int on_run(void *ctx)
{
	out.snapshot = bpf_get_branch_snapshot(out.before, sizeof(out.before), 0);
	out.bad_snapshot = bpf_get_branch_snapshot(out.before, sizeof(out.before), 1);
	return 0;
}
