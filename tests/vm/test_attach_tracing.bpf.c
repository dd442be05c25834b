// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each program notes in its entry of out what it saw last in the process that
 * test_attach_tracing.c names, and counts. The functions are named by the test: not
 * every kernel has the same.
 */
#include <linux/bpf.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "test_attach_tracing.h"

char _license[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, NR_PROGS);
	__type(key, __u32);
	__type(value, struct seen);
} out SEC(".maps");

/* The process, 0 for any. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} conf SEC(".maps");

static __always_inline struct seen *hit(__u32 prog)
{
	__u32 zero = 0, *tgid = bpf_map_lookup_elem(&conf, &zero);
	struct seen *seen;

	if (!tgid || (*tgid && *tgid != bpf_get_current_pid_tgid() >> 32))
		return NULL;
	seen = bpf_map_lookup_elem(&out, &prog);
	if (seen)
		__sync_fetch_and_add(&seen->hits, 1);
	return seen;
}

static __always_inline void note_stack(struct seen *seen, void *ctx)
{
	seen->stack_size = bpf_get_stack(ctx, seen->stack, sizeof(seen->stack), 0);
}

static __always_inline void note_call(struct seen *seen, void *ctx)
{
	seen->cookie = bpf_get_attach_cookie(ctx);
	seen->func_ip = bpf_get_func_ip(ctx);
	seen->cnt = bpf_get_func_arg_cnt(ctx);
	seen->arg2_err = bpf_get_func_arg(ctx, 2, &seen->arg2);
	seen->arg99_err = bpf_get_func_arg(ctx, 99, &seen->dummy);
	seen->ret_err = bpf_get_func_ret(ctx, &seen->ret);
	note_stack(seen, ctx);
}

static __always_inline void note_four(struct seen *seen, __u64 *ctx)
{
	seen->arg[0] = (__u64)ctx[0];
	seen->arg[1] = (__u64)ctx[1];
	seen->arg[2] = (__u64)ctx[2];
	seen->arg[3] = (__u64)ctx[3];
}

SEC("fentry")
int entry_read(__u64 *ctx)
{
	struct seen *seen = hit(ENTRY_READ);

	if (!seen)
		return 0;
	note_four(seen, ctx);
	note_call(seen, ctx);
	return 0;
}

SEC("fentry")
int entry_read_2(__u64 *ctx)
{
	hit(ENTRY_READ_2);
	return 0;
}

SEC("fexit")
int exit_read(__u64 *ctx)
{
	struct seen *seen = hit(EXIT_READ);

	if (!seen)
		return 0;
	note_four(seen, ctx);
	seen->arg[4] = ctx[4];
	note_call(seen, ctx);
	return 0;
}

SEC("fexit")
int exit_read_2(__u64 *ctx)
{
	hit(EXIT_READ_2);
	return 0;
}

SEC("fentry")
int entry_mmap(__u64 *ctx)
{
	struct seen *seen = hit(ENTRY_MMAP);
	int i;

	if (!seen)
		return 0;
	seen->cnt = bpf_get_func_arg_cnt(ctx);
	for (i = 0; i < MAX_ARGS; i++)
		bpf_get_func_arg(ctx, i, &seen->arg[i]);
	return 0;
}

SEC("fexit")
int exit_mmap(__u64 *ctx)
{
	struct seen *seen = hit(EXIT_MMAP);
	int i;

	if (!seen)
		return 0;
	seen->cnt = bpf_get_func_arg_cnt(ctx);
	for (i = 0; i < MAX_ARGS; i++)
		bpf_get_func_arg(ctx, i, &seen->arg[i]);
	bpf_get_func_ret(ctx, &seen->ret);
	seen->func_ip = bpf_get_func_ip(ctx);
	note_stack(seen, ctx);
	return 0;
}

SEC("fentry")
int entry_notrace(__u64 *ctx)
{
	hit(ENTRY_NOTRACE);
	return 0;
}

SEC("tp_btf")
int tp_sys_enter(__u64 *ctx)
{
	struct seen *seen;

	if (ctx[1] != TEST_SYSCALL)
		return 0;
	seen = hit(TP_SYS_ENTER);
	if (!seen)
		return 0;
	seen->arg[1] = ctx[1];
	note_stack(seen, ctx);
	return 0;
}

/* (task, old pid, binprm): the second is an int. */
SEC("tp_btf")
int tp_exec(__u64 *ctx)
{
	struct seen *seen = hit(TP_EXEC);

	if (!seen)
		return 0;
	seen->arg[1] = ctx[1];
	seen->cookie = bpf_get_current_pid_tgid();
	return 0;
}

SEC("kprobe/vfs_read")
int kprobe_read(void *ctx)
{
	hit(KPROBE_READ);
	return 0;
}

SEC("kretprobe/vfs_read")
int kretprobe_read(void *ctx)
{
	hit(KRETPROBE_READ);
	return 0;
}
