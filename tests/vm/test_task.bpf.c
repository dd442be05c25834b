// SPDX-License-Identifier: GPL-2.0-only
/*
 * Registers and stacks of tasks, and per-CPU variables of the kernel by name.
 */
#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <asm/unistd.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#include "test_task.h"

char _license[] SEC("license") = "GPL";

struct task_struct {
	struct task_struct *real_parent;
	struct task_struct *group_leader;
} __attribute__((preserve_access_index));

struct rq {
	int cpu;
} __attribute__((preserve_access_index));

/* Not from 6.2 to 6.14. */
extern const int cpu_number __ksym __weak;
/* Kernels before 5.11 have no variables in their BTF. */
extern const struct rq runqueues __ksym __weak;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct task_seen);
} out SEC(".maps");

static __always_inline void note_cpus(struct task_seen *seen)
{
	const struct rq *rq;
	const int *nr;

	seen->cpu = bpf_get_smp_processor_id();
	if (&runqueues) {
		seen->has_runqueues = 1;
		rq = bpf_per_cpu_ptr(&runqueues, 1);
		seen->rq_cpu = rq ? rq->cpu : NO_CPU;
		seen->no_cpu = !bpf_per_cpu_ptr(&runqueues, NO_CPU);
	}
	if (!&cpu_number)
		return;
	seen->has_number = 1;
	nr = bpf_per_cpu_ptr(&cpu_number, 1);
	seen->cpu_number = *(int *)bpf_this_cpu_ptr(&cpu_number);
	seen->cpu_1 = nr ? *nr : NO_CPU;
}

static __always_inline void note_text(struct task_seen *seen, struct pt_regs *regs)
{
	struct btf_ptr ptr = { .ptr = regs, .type_id = bpf_core_type_id_kernel(struct pt_regs) };

	seen->text_len = bpf_snprintf_btf(seen->text, sizeof(seen->text), &ptr, sizeof(ptr),
					  BTF_F_COMPACT);
	seen->cut_len = bpf_snprintf_btf(seen->cut, sizeof(seen->cut), &ptr, sizeof(ptr),
					 BTF_F_COMPACT);
	seen->bad_flags = bpf_snprintf_btf(seen->cut, sizeof(seen->cut), &ptr, sizeof(ptr), 64);
}

static __always_inline void note_stacks(struct task_seen *seen, struct task_struct *task)
{
	struct task_struct *parent = task->real_parent;

	seen->own_stack = bpf_get_task_stack(task, seen->own_ips, sizeof(seen->own_ips), 0);
	seen->parent_stack = bpf_get_task_stack(parent, seen->parent_ips,
					       sizeof(seen->parent_ips), 0);
	seen->parent_user = bpf_get_task_stack(parent, seen->own_ips, 0, BPF_F_USER_STACK);
}

SEC("raw_tp/sys_enter")
int note_task(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct task_seen *seen;
	struct pt_regs *regs;
	__u32 zero = 0;

	seen = bpf_map_lookup_elem(&out, &zero);
	if (!seen || bpf_get_current_pid_tgid() >> 32 != seen->tgid || ctx->args[1] != TASK_SYSCALL)
		return 0;
	seen->calls++;
	regs = (struct pt_regs *)bpf_task_pt_regs(task);
	seen->user_ip = regs->rip;
	seen->orig_ax = regs->orig_rax;
	seen->arg = regs->rdi;
	seen->tai = bpf_ktime_get_tai_ns();
	note_stacks(seen, task);
	note_text(seen, regs);
	note_cpus(seen);
	return 0;
}
