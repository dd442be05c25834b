// SPDX-License-Identifier: GPL-2.0-only
/* Relocations of each kind, one program a section; most results matter to nobody. */
#include <linux/bpf.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct list_head {
	struct list_head *next, *prev;
};

struct mm_struct {
	unsigned long start_code, end_code;
};

struct task_struct {
	struct mm_struct *mm;
	int pid;
	int tgid;
	int exit_code;
	struct list_head tasks;
	struct task_struct *group_leader;
	char comm[16];
	unsigned sched_reset_on_fork : 1;
};

/* Names that only this program has. */
struct task_struct___old {
	long no_such_member;
};

struct file {
	unsigned int f_flags;
};

struct no_such_struct {
	int x;
};
#pragma clang attribute pop

enum hrtimer_restart {
	HRTIMER_NORESTART,
	HRTIMER_RESTART = 7,	/* 1 in the kernel */
};

enum no_such_enum {
	NO_SUCH_VALUE = 1,
};

typedef int pid_t;
typedef struct {
	int x;
} no_such_typedef;

__u64 out[8];

SEC("raw_tp/sched_switch")
int fields(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct task_struct___old *old = (void *)task;
	__u64 sum = 0;

	sum += bpf_core_field_exists(task->pid);
	sum += bpf_core_field_exists(old->no_such_member) * 2;
	sum += bpf_core_field_size(task->comm);
	sum += bpf_core_field_size(task->tasks);
	sum += __builtin_preserve_field_info(task->tgid, BPF_FIELD_BYTE_OFFSET);
	sum += __builtin_preserve_field_info(task->comm[3], BPF_FIELD_BYTE_OFFSET);
	sum += __builtin_preserve_field_info(task->tasks.prev, BPF_FIELD_BYTE_OFFSET);
	sum += __builtin_preserve_field_info(task[2].pid, BPF_FIELD_BYTE_OFFSET);
	sum += __builtin_preserve_field_info(task->pid, BPF_FIELD_SIGNED);
	sum += BPF_CORE_READ(task, group_leader, mm, start_code);
	if (bpf_core_field_exists(task->sched_reset_on_fork))
		sum += BPF_CORE_READ_BITFIELD_PROBED(task, sched_reset_on_fork);
	if (bpf_core_field_exists(old->no_such_member))
		sum += BPF_CORE_READ(old, no_such_member);
	return sum;
}

SEC("raw_tp/sched_wakeup")
int types(void *ctx)
{
	__u64 sum = 0;

	sum += bpf_core_type_exists(struct task_struct);
	sum += bpf_core_type_exists(struct no_such_struct) * 2;
	sum += bpf_core_type_exists(pid_t) * 4;
	sum += bpf_core_type_exists(no_such_typedef) * 8;
	sum += bpf_core_type_size(struct task_struct);
	sum += bpf_core_type_size(struct no_such_struct);
	sum += bpf_core_type_id_local(struct list_head);
	sum += bpf_core_type_id_kernel(struct task_struct);
	sum += bpf_core_enum_value_exists(enum hrtimer_restart, HRTIMER_RESTART);
	sum += bpf_core_enum_value_exists(enum no_such_enum, NO_SUCH_VALUE) * 16;
	sum += bpf_core_enum_value(enum hrtimer_restart, HRTIMER_RESTART);
	return sum;
}

/* Loads whose offset and size are the kernel's. */
SEC("tp_btf/sched_process_exit")
int loads(__u64 *ctx)
{
	struct task_struct *task = (void *)ctx[0];

	return task->pid + task->tgid + (task->group_leader ? task->group_leader->exit_code : 0) +
	       (task->mm != 0);
}

char _license[] SEC("license") = "GPL";
