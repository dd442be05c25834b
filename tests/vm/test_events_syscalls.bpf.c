// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs at the events of system calls, and one that looks at its task's flags.
 */
#include <linux/bpf.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "test_events_syscalls.h"

#define TRACED_BIT	28	/* TIF_SYSCALL_TRACEPOINT, before 5.11 */

#define CORE	__attribute__((preserve_access_index))

char _license[] SEC("license") = "GPL";

struct enter {
	__u64 common;
	__u64 nr;
	__u64 args[5];
};

struct exit {
	__u64 common;
	__u64 nr;
	__s64 ret;
};

/* With or without the flags that belong to the task itself (since 4.9) */
struct thread_info {
	unsigned long flags;
} CORE;

struct task_struct {
	void *stack;
} CORE;

struct task_struct___inside {
	struct thread_info thread_info;
} CORE;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, NR_CALLS);
	__type(key, __u32);
	__type(value, struct seen);
} seen SEC(".maps");

int self;	/* not the test itself */

static __always_inline struct seen *seen_of(__u32 call)
{
	static const char want[] = WORKER;
	char comm[16] = { 0 };
	__u32 i;

	bpf_get_current_comm(comm, sizeof(comm));
	for (i = 0; i < sizeof(want); i++)
		if (comm[i] != want[i])
			return NULL;
	return bpf_map_lookup_elem(&seen, &call);
}

static __always_inline int entered(struct enter *ctx, __u32 call, __u32 nr_args)
{
	struct seen *s = seen_of(call);
	__u32 i;

	if (!s)
		return 0;
	__sync_fetch_and_add(&s->enters, 1);
	s->nr = ctx->nr;
	for (i = 0; i < nr_args; i++)
		s->args[i] = ctx->args[i];
	return 0;
}

static __always_inline int left(struct exit *ctx, __u32 call)
{
	struct seen *s = seen_of(call);

	if (!s)
		return 0;
	__sync_fetch_and_add(&s->exits, 1);
	s->exit_nr = ctx->nr;
	if (ctx->ret > s->ret)
		s->ret = ctx->ret;
	return 0;
}

#define ARGS_rt_sigreturn	0
#define ARGS_clone		5
#define ARGS_fork		0
#define ARGS_vfork		0
#define ARGS_execve		3
#define ARGS_iopl		1

#define CALL(number, name)						\
	SEC("tp/syscalls/sys_enter_" #name)				\
	int enter_##name(struct enter *ctx)				\
	{								\
		return entered(ctx, number, ARGS_##name);		\
	}								\
									\
	SEC("tp/syscalls/sys_exit_" #name)				\
	int exit_##name(struct exit *ctx)				\
	{								\
		return left(ctx, number);				\
	}

CALLS

/* Is the caller's way through system calls the long one, which tracepoints need? */
SEC("raw_tp/sys_enter")
int is_traced(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct thread_info *info;

	if (bpf_core_field_exists(((struct task_struct___inside *)0)->thread_info))
		info = &((struct task_struct___inside *)task)->thread_info;
	else
		info = BPF_CORE_READ(task, stack);
	return BPF_CORE_READ(info, flags) >> TRACED_BIT & 1;
}
