// SPDX-License-Identifier: GPL-2.0-only
/*
 * Casts to kernel types, tagged parameters, and the context of SYSCALL programs at any place: run by
 * test_cast.c.
 */
#include <linux/bpf.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

struct task_struct {
	int tgid;
	struct task_struct *group_leader;
} __attribute__((preserve_access_index));

struct pt_regs {
	unsigned long di;
} __attribute__((preserve_access_index));

extern void *bpf_rdonly_cast(const void *obj, __u32 btf_id) __ksym;
extern void *bpf_cast_to_kern_ctx(void *obj) __ksym;

__u64 argument;

char _license[] SEC("license") = "GPL";

static struct task_struct *as_task(unsigned long addr)
{
	return bpf_rdonly_cast((void *)addr, bpf_core_type_id_kernel(struct task_struct));
}

SEC("raw_tracepoint")
int current_tgid(void *ctx)
{
	return as_task(bpf_get_current_task())->group_leader->tgid;
}

SEC("raw_tracepoint")
int tgid_at(__u64 *args)
{
	return as_task(args[0])->group_leader->tgid;
}

SEC("raw_tracepoint")
int memory_at(__u64 *args)
{
	__u32 *mem = bpf_rdonly_cast((void *)(long)args[0], 0);

	return mem[args[1] & 0xff];
}

__attribute__((noinline)) int tgid_of(struct task_struct *task __attribute__((btf_decl_tag("arg:trusted"))))
{
	return task->tgid;
}

__attribute__((noinline)) int first(void *mem __attribute__((btf_decl_tag("arg:untrusted"))))
{
	return *(__u32 *)mem;
}

__attribute__((noinline)) int second(void *ctx __attribute__((btf_decl_tag("arg:ctx"))))
{
	return ((__u64 *)ctx)[1];
}

SEC("raw_tracepoint")
int by_trusted(void *ctx)
{
	return tgid_of(bpf_get_current_task_btf());
}

SEC("raw_tracepoint")
int by_untrusted(__u64 *args)
{
	return first((void *)(long)args[0]);
}

SEC("raw_tracepoint")
int by_ctx(__u64 *args)
{
	return second(args);
}

SEC("uprobe")
int regs(void *ctx)
{
	argument = ((struct pt_regs *)bpf_cast_to_kern_ctx(ctx))->di;
	return 0;
}

SEC("syscall")
int somewhere(__u32 *ctx)
{
	__u32 at = ctx[0] & 63;

	ctx[at]++;
	/* Two bytes on, by a helper. */
	return bpf_probe_read_kernel((char *)&ctx[at] + 2, 2, &argument);
}
