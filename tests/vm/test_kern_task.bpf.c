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

struct bpf_iter_task {
	__u64 opaque[3];
};

extern int bpf_iter_task_new(struct bpf_iter_task *it, struct task_struct *task__nullable, unsigned int flags) __ksym;
extern struct task_struct *bpf_iter_task_next(struct bpf_iter_task *it) __ksym;
extern void bpf_iter_task_destroy(struct bpf_iter_task *it) __ksym;

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

/* What iterators say of tasks. */
struct {
	__u64 seen, sum, mine, first, error;
} found;

/* Those of all processes (0), all tasks (1), tasks of the current process (2). */
SEC("raw_tracepoint")
int iterate(__u64 *args)
{
	struct task_struct *task;
	struct bpf_iter_task it;
	int me = bpf_get_current_pid_tgid() >> 32;

	found.seen = found.sum = found.mine = 0;
	found.first = -1;
	found.error = bpf_iter_task_new(&it, args[1] ? bpf_get_current_task_btf() : NULL, args[0]);
	while ((task = bpf_iter_task_next(&it))) {
		if (!found.seen)
			found.first = task->pid;
		found.seen++;
		found.sum += task->pid;
		found.mine += task->tgid == me;
	}
	bpf_iter_task_destroy(&it);
	return 0;
}

/* Each is held in between; how many could be. */
SEC("raw_tracepoint")
int iterate_held(void *ctx)
{
	struct task_struct *task, *held;
	struct bpf_iter_task it;
	int nr = 0;

	bpf_iter_task_new(&it, NULL, 1);
	while ((task = bpf_iter_task_next(&it))) {
		held = bpf_task_acquire(task);
		if (!held)
			continue;
		nr++;
		bpf_task_release(held);
	}
	bpf_iter_task_destroy(&it);
	return nr;
}

/* Left at the first one. */
SEC("raw_tracepoint")
int leave(void *ctx)
{
	struct task_struct *task;
	struct bpf_iter_task it;
	int pid;

	bpf_iter_task_new(&it, bpf_get_current_task_btf(), 2);
	task = bpf_iter_task_next(&it);
	pid = task ? task->pid : 0;
	bpf_iter_task_destroy(&it);
	return pid;
}
