// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kernel functions that hold tasks: run by test_kern_task.c.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct task_struct {
	int pid;
	int tgid;
	struct task_struct *group_leader;
	struct task_struct *parent;
} __attribute__((preserve_access_index));

extern struct task_struct *bpf_task_acquire(struct task_struct *p) __ksym;
extern void bpf_task_release(struct task_struct *p) __ksym;
extern struct task_struct *bpf_task_from_pid(int pid) __ksym;
extern struct task_struct *bpf_task_from_vpid(int vpid) __ksym;
extern void bpf_rcu_read_lock(void) __ksym;
extern void bpf_rcu_read_unlock(void) __ksym;

/* clang 14 forgets tags of what is no typedef. */
typedef struct task_struct held_task;

struct slot {
	held_task __attribute__((btf_type_tag("kptr"))) *task;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, struct slot);
} slots SEC(".maps");

char _license[] SEC("license") = "GPL";

static int tgid_and_release(struct task_struct *task)
{
	int tgid;

	if (!task)
		return 0;
	tgid = task->tgid;
	bpf_task_release(task);
	return tgid;
}

SEC("raw_tracepoint")
int of_current(void *ctx)
{
	return tgid_and_release(bpf_task_acquire(bpf_get_current_task_btf()));
}

SEC("raw_tracepoint")
int of_leader(void *ctx)
{
	return tgid_and_release(bpf_task_acquire(bpf_get_current_task_btf()->group_leader));
}

SEC("raw_tracepoint")
int by_pid(__u64 *args)
{
	return tgid_and_release(bpf_task_from_pid(args[0]));
}

SEC("raw_tracepoint")
int by_vpid(__u64 *args)
{
	return tgid_and_release(bpf_task_from_vpid(args[0]));
}

/* Into slot args[1], and what was there goes. */
SEC("raw_tracepoint")
int keep(__u64 *args)
{
	struct task_struct *task;
	__u32 at = args[1];
	struct slot *slot = bpf_map_lookup_elem(&slots, &at);

	if (!slot)
		return 0;
	task = bpf_task_from_pid(args[0]);
	if (!task)
		return 0;
	task = bpf_kptr_xchg(&slot->task, task);
	if (task)
		bpf_task_release(task);
	return 1;
}

SEC("raw_tracepoint")
int give_back(__u64 *args)
{
	__u32 at = args[1];
	struct slot *slot = bpf_map_lookup_elem(&slots, &at);

	return slot ? tgid_and_release(bpf_kptr_xchg(&slot->task, NULL)) : 0;
}

/* The one in the slot, without taking it out: its number, and whether it could be held. */
SEC("raw_tracepoint")
int look(__u64 *args)
{
	__u32 at = args[1];
	struct slot *slot = bpf_map_lookup_elem(&slots, &at);
	struct task_struct *task;
	int ret = 0;

	if (!slot)
		return 0;
	bpf_rcu_read_lock();
	task = slot->task;
	if (task) {
		ret = task->tgid << 1;
		task = bpf_task_acquire(task);
		if (task) {
			ret |= 1;
			bpf_task_release(task);
		}
	}
	bpf_rcu_read_unlock();
	return ret;
}
