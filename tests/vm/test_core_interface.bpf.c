// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs as vmlinux.h makes them: even what belongs to the eBPF interface is relocated
 * against the kernel's types.
 */
#include <stdbool.h>
#include <linux/types.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#include "test_core_interface.h"

char _license[] SEC("license") = "GPL";

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct bpf_raw_tracepoint_args {
	__u64 args[0];
};

struct pt_regs {
	unsigned long ip, sp;
};

/* The members are in another order than the kernel's: they are found by name. */
struct bpf_perf_event_data {
	__u64 addr, sample_period;
	struct pt_regs regs;
};

struct __sk_buff {
	__u32 protocol, len;
};

struct bpf_prog_info___check {
	__u32 verified_insns, no_such_member;
};

struct bpf_dynptr {
	__u64 : 64;
	__u64 : 64;
};
struct bpf_timer {
	__u64 : 64;
};
#pragma clang attribute pop

enum bpf_func_id___check {
	BPF_FUNC_ringbuf_output___check = 1,
	BPF_FUNC_loop___check = 2,
	BPF_FUNC_no_such_helper___check = 3,
};

enum bpf_attach_type___check {
	BPF_TRACE_KPROBE_MULTI___check = 1,
};

struct seen out;

SEC("raw_tracepoint/sys_enter")
int on_enter(struct bpf_raw_tracepoint_args *ctx)
{
	if (bpf_get_current_pid_tgid() >> 32 == out.pid && ctx->args[1] == WANTED_CALL)
		out.calls++;
	return 0;
}

SEC("perf_event")
int on_sample(struct bpf_perf_event_data *ctx)
{
	if (!out.samples++) {
		out.period = ctx->sample_period;
		out.addr = ctx->addr;
		out.ip = ctx->regs.ip;
	}
	return 0;
}

SEC("socket")
int on_packet(struct __sk_buff *skb)
{
	return skb->len;
}

SEC("raw_tracepoint/sys_exit")
int on_exit(void *ctx)
{
	out.has = bpf_core_enum_value_exists(enum bpf_func_id___check, BPF_FUNC_ringbuf_output___check) |
		bpf_core_enum_value_exists(enum bpf_func_id___check, BPF_FUNC_loop___check) << 1 |
		bpf_core_enum_value_exists(enum bpf_attach_type___check,
					   BPF_TRACE_KPROBE_MULTI___check) << 2 |
		bpf_core_field_exists(struct bpf_prog_info___check, verified_insns) << 3 |
		bpf_core_type_exists(struct bpf_dynptr) << 4 |
		bpf_core_type_exists(struct bpf_timer) << 5 |
		bpf_core_enum_value_exists(enum bpf_func_id___check,
					   BPF_FUNC_no_such_helper___check) << 6 |
		bpf_core_field_exists(struct bpf_prog_info___check, no_such_member) << 7;
	out.loop = bpf_core_enum_value(enum bpf_func_id___check, BPF_FUNC_loop___check);
	out.timer_size = bpf_core_type_size(struct bpf_timer);
	return 0;
}
