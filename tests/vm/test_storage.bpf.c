// SPDX-License-Identifier: GPL-2.0-only
/*
 * Values of tasks and control groups, kernel pointers in maps, names of files.
 */
#include <linux/bpf.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "test_storage.h"

#define CORE	__attribute__((preserve_access_index))

char _license[] SEC("license") = "GPL";

struct task_struct {
	int pid;
} CORE;

struct path {
	void *mnt;
	void *dentry;
} CORE;

struct file {
	struct path f_path;
} CORE;

/*
 * Tasks
 */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct value);
} tasks SEC(".maps");

SEC("raw_tp")
int task_op(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct value start = { .n = START }, *v = NULL;

	switch (ctx->args[0]) {
	case OP_GET:
		v = bpf_task_storage_get(&tasks, task, NULL, 0);
		break;
	case OP_CREATE:
		v = bpf_task_storage_get(&tasks, task, &start, BPF_LOCAL_STORAGE_GET_F_CREATE);
		break;
	case OP_CREATE_ZERO:
		v = bpf_task_storage_get(&tasks, task, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
		break;
	case OP_COUNT:
		v = bpf_task_storage_get(&tasks, task, NULL, 0);
		if (v)
			v->n++;
		break;
	case OP_DELETE:
		return bpf_task_storage_delete(&tasks, task);
	case OP_BAD_FLAGS:
		v = bpf_task_storage_get(&tasks, task, NULL, 2);
		break;
	}
	return v ? (int)v->n + (int)v->rest[3] : NOTHING;
}

/*
 * Kernel pointers: the test makes the maps, with the type tag that not every compiler
 * writes.
 */
struct holder {
	__u64 before;
	struct task_struct *task;
	__u64 after;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, struct holder);
} in_array SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, struct holder);
} in_hash SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, struct holder);
} in_percpu SEC(".maps");

static __always_inline int kptr_do(struct holder *h, __u64 op)
{
	struct task_struct *task;

	if (!h)
		return NOTHING;
	if (op == KPTR_STORE) {
		h->task = bpf_get_current_task_btf();
		return 0;
	}
	if (op == KPTR_CLEAR) {
		h->task = NULL;
		return 0;
	}
	task = h->task;
	if (!task)
		return NOTHING;
	if (op == KPTR_PID)
		return task->pid;
	return (__u64)task == bpf_get_current_task();
}

SEC("raw_tp")
int kptr_op(struct bpf_raw_tracepoint_args *ctx)
{
	__u32 key = ctx->args[2];

	switch (ctx->args[0]) {
	case IN_ARRAY:
		return kptr_do(bpf_map_lookup_elem(&in_array, &key), ctx->args[1]);
	case IN_HASH:
		return kptr_do(bpf_map_lookup_elem(&in_hash, &key), ctx->args[1]);
	case IN_PERCPU:
		return kptr_do(bpf_map_lookup_elem(&in_percpu, &key), ctx->args[1]);
	}
	return NOTHING;
}

/*
 * Control groups
 */
struct {
	__uint(type, BPF_MAP_TYPE_CGROUP_STORAGE);
	__type(key, struct bpf_cgroup_storage_key);
	__type(value, struct value);
} shared SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE);
	__type(key, __u64);
	__type(value, struct value);
} percpu SEC(".maps");

SEC("cgroup_skb/ingress")
int count_shared(struct __sk_buff *skb)
{
	struct value *v = bpf_get_local_storage(&shared, 0);

	v->n++;
	return v->n == REPEAT;
}

SEC("cgroup_skb/egress")
int count_percpu(struct __sk_buff *skb)
{
	struct value *v = bpf_get_local_storage(&percpu, 0);

	v->rest[3]++;
	return v->rest[3] == REPEAT;
}

/*
 * Names
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct named);
} names SEC(".maps");

SEC("fentry/filp_close")
int BPF_PROG(name_closed, struct file *file)
{
	__u32 zero = 0;
	struct named *n = bpf_map_lookup_elem(&names, &zero);

	if (!n || n->tgid != bpf_get_current_pid_tgid() >> 32)
		return 0;
	n->len = bpf_d_path(&file->f_path, n->path, sizeof(n->path));
	n->len_small = bpf_d_path(&file->f_path, n->small, 4);
	n->hits++;
	return 0;
}
