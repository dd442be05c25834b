// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs around a system call: what they see, in which order they run. The functions
 * are named by test_attach_fmodret.c.
 */
#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "test_attach_fmodret.h"

char _license[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, NR_PROGS);
	__type(key, __u32);
	__type(value, struct seen);
} out SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct conf);
} conf SEC(".maps");

/* Arguments of system calls come in registers that user space had, or as they are. */
static __always_inline __u64 first_argument(const struct conf *c, __u64 word)
{
	__u64 which = word;

	if (c->regs)
		bpf_probe_read_kernel(&which, sizeof(which),
				      (void *)word + offsetof(struct pt_regs, rdi));
	return which;
}

static __always_inline const struct conf *note(__u32 prog, __u64 word)
{
	__u32 zero = 0;
	struct conf *c = bpf_map_lookup_elem(&conf, &zero);
	struct seen *seen = bpf_map_lookup_elem(&out, &prog);

	if (!c || !seen || c->tgid != bpf_get_current_pid_tgid() >> 32)
		return NULL;
	__sync_fetch_and_add(&seen->hits, 1);
	__sync_fetch_and_add(&c->clock, 1);
	seen->order = c->clock;
	seen->which = first_argument(c, word);
	return c;
}

static __always_inline void note_result(__u32 prog, __u64 *ctx, __u64 result)
{
	struct seen *seen = bpf_map_lookup_elem(&out, &prog);

	if (!seen)
		return;
	seen->result = result;
	seen->ret_err = bpf_get_func_ret(ctx, &seen->ret);
}

SEC("fentry")
int entry(__u64 *ctx)
{
	note(ENTRY, ctx[0]);
	return 0;
}

static __always_inline int modify(__u32 prog, __u64 *ctx, __u32 nth)
{
	const struct conf *c = note(prog, ctx[0]);

	if (!c)
		return 0;
	note_result(prog, ctx, 0);
	return c->modify[nth];
}

SEC("fmod_ret")
int mod_1(__u64 *ctx)
{
	return modify(MOD_1, ctx, 0);
}

SEC("fmod_ret")
int mod_2(__u64 *ctx)
{
	return modify(MOD_2, ctx, 1);
}

SEC("fexit")
int exit_1(__u64 *ctx)
{
	if (note(EXIT_1, ctx[0]))
		note_result(EXIT_1, ctx, 0);
	return 0;
}

SEC("fexit")
int exit_2(__u64 *ctx)
{
	if (note(EXIT_2, ctx[0]))
		note_result(EXIT_2, ctx, 0);
	return 0;
}

SEC("fexit")
int sleep_exit(__u64 *ctx)
{
	note(SLEEP_EXIT, ctx[0]);
	return 0;
}

SEC("fexit")
int ends(__u64 *ctx)
{
	return 0;
}
