// SPDX-License-Identifier: GPL-2.0-only
/* What tests/suites/static_c/libbpf.c loads. */
#include <stdbool.h>
#include <linux/bpf.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#define NR_GETPPID	110

/* As far as they are read; where the members are, the kernel's BTF says. */
struct task_struct {
	int tgid;
} __attribute__((preserve_access_index));

struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
} __attribute__((preserve_access_index));

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
} __attribute__((preserve_access_index));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, 4);
	__uint(value_size, 4);
} events SEC(".maps");

/* Others call getppid(2), too. */
const volatile int self = 0;
__u64 result = 0;

static __always_inline bool is_self(void)
{
	return bpf_get_current_pid_tgid() >> 32 == self;
}

static __always_inline int count(void)
{
	if (is_self())
		result++;
	return 0;
}

SEC("kprobe")
int on_kprobe(void *ctx)
{
	return count();
}

SEC("tp/syscalls/sys_enter_getppid")
int on_tracepoint(void *ctx)
{
	return count();
}

SEC("raw_tp/sys_enter")
int on_raw_tracepoint(struct bpf_raw_tracepoint_args *ctx)
{
	return ctx->args[1] == NR_GETPPID ? count() : 0;
}

SEC("fentry")
int on_fentry(void *ctx)
{
	return count();
}

SEC("fexit")
int on_fexit(void *ctx)
{
	return count();
}

SEC("kprobe")
int read_task(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	if (is_self())
		result = BPF_CORE_READ(task, tgid) == self;
	return 0;
}

SEC("kprobe")
int to_ring(void *ctx)
{
	if (is_self())
		bpf_ringbuf_output(&ring, &result, sizeof(result), 0);
	return 0;
}

SEC("kprobe")
int to_events(void *ctx)
{
	__u64 value = 7;

	if (is_self())
		bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, &value, sizeof(value));
	return 0;
}

SEC("iter/task")
int each_task(struct bpf_iter__task *ctx)
{
	if (ctx->task)
		bpf_seq_write(ctx->meta->seq, "x", 1);
	return 0;
}

char _license[] SEC("license") = "GPL";
