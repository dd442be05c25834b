// SPDX-License-Identifier: GPL-2.0-only
/*
 * LSM programs, which decide for one process: run by test_lsm.c.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "test_lsm.h"

struct path {
	void *mnt;
} __attribute__((preserve_access_index));

struct file {
	struct path f_path;
	unsigned int f_flags;
} __attribute__((preserve_access_index));

struct task_struct {
	int pid;
} __attribute__((preserve_access_index));

extern struct file *bpf_get_task_exe_file(struct task_struct *task) __ksym;
extern void bpf_put_file(struct file *file) __ksym;
extern int bpf_path_d_path(const struct path *path, char *buf, __SIZE_TYPE__ size) __ksym;

char _license[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct conf);
} conf SEC(".maps");

static __always_inline struct conf *mine(void)
{
	__u32 zero = 0;
	struct conf *c = bpf_map_lookup_elem(&conf, &zero);

	return c && c->tgid == bpf_get_current_pid_tgid() >> 32 ? c : NULL;
}

static __always_inline int answer(const struct conf *c)
{
	return c->answer < 0 && c->answer >= -4095 ? c->answer : 0;
}

SEC("lsm/file_open")
int opens(__u64 *ctx)
{
	const struct file *file = (const struct file *)ctx[0];
	struct conf *c = mine();

	if (!c)
		return 0;
	__sync_fetch_and_add(&c->opened, 1);
	c->flags = file->f_flags;
	return answer(c);
}

SEC("lsm/file_free_security")
int frees(__u64 *ctx)
{
	struct conf *c = mine();

	if (c)
		__sync_fetch_and_add(&c->freed, 1);
	return -1;
}

SEC("lsm.s/file_open")
int names(__u64 *ctx)
{
	struct file *file = (struct file *)ctx[0];
	struct conf *c = mine();

	if (c)
		bpf_d_path(&file->f_path, c->path, sizeof(c->path));
	return 0;
}

SEC("lsm/socket_bind")
int binds(__u64 *ctx)
{
	struct conf *c = mine();

	if (!c)
		return 0;
	__sync_fetch_and_add(&c->bound, 1);
	return answer(c);
}

/* 0 as the int that it is. */
SEC("lsm/socket_bind")
__u64 wide(__u64 *ctx)
{
	return mine() ? 1ULL << 32 : 0;
}

SEC("lsm.s/file_open")
int names_exe(__u64 *ctx)
{
	struct conf *c = mine();
	struct file *exe;

	if (!c)
		return 0;
	exe = bpf_get_task_exe_file(bpf_get_current_task_btf());
	if (!exe)
		return 0;
	c->exe_len = bpf_path_d_path(&exe->f_path, c->exe, sizeof(c->exe));
	bpf_put_file(exe);
	return 0;
}
