// SPDX-License-Identifier: GPL-2.0-only
/*
 * Iterators over tasks.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

#include "test_iter.h"

char _license[] SEC("license") = "GPL";

struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
	__u64 session_id;
	__u64 seq_num;
} __attribute__((preserve_access_index));

struct task_struct {
	int pid;
	int tgid;
	unsigned int flags;
	char comm[16];
} __attribute__((preserve_access_index));

struct vm_area_struct {
	unsigned long vm_start;
	unsigned long vm_end;
} __attribute__((preserve_access_index));

struct path {
	void *mnt;
} __attribute__((preserve_access_index));

struct file {
	struct path f_path;
	unsigned int f_flags;
} __attribute__((preserve_access_index));

struct bpf_iter__task_vma {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
	struct vm_area_struct *vma;
} __attribute__((preserve_access_index));

struct bpf_iter__task_file {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
	__u32 fd;
	__u32 pad;
	struct file *file;
} __attribute__((preserve_access_index));

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
} __attribute__((preserve_access_index));

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct iter_seen);
} seen_map SEC(".maps");

static const char header[] = "session num tid tgid flags comm\n";
static char big[BIG_TEXT];

static __always_inline struct iter_seen *get_seen(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&seen_map, &zero);
}

SEC("iter/task")
int list_tasks(struct bpf_iter__task *ctx)
{
	struct bpf_iter_meta *meta = ctx->meta;
	struct task_struct *task = ctx->task;
	struct seq_file *seq = meta->seq;

	if (!task) {
		BPF_SEQ_PRINTF(seq, "end %llu\n", meta->seq_num);
		return 0;
	}
	if (!meta->seq_num)
		bpf_seq_write(seq, header, sizeof(header) - 1);
	BPF_SEQ_PRINTF(seq, "%llu %llu %d %d %x %s\n", meta->session_id, meta->seq_num,
		       task->pid, task->tgid, task->flags, task->comm);
	return 0;
}

/* Another text, for who replaces the program of a link. */
SEC("iter/task")
int list_tids(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;

	if (task)
		BPF_SEQ_PRINTF(ctx->meta->seq, "tid %d\n", task->pid);
	return 0;
}

/* More than fits for one task. */
SEC("iter/task")
int list_too_much(struct bpf_iter__task *ctx)
{
	struct iter_seen *seen = get_seen();
	int i;

	if (!ctx->task || !seen)
		return 0;
	for (i = 0; i < 9; i++)
		seen->full = bpf_seq_write(ctx->meta->seq, big, sizeof(big));
	return 0;
}

const char utf8_text[] = "\xc3\xa9 %llu";
const char utf8_conv[] = "%\xc3\xa9";

/* Wants its task again, a few times; @seen says how often. */
SEC("iter/task")
int insist(struct bpf_iter__task *ctx)
{
	struct seq_file *seq = ctx->meta->seq;
	struct task_struct *task = ctx->task;
	struct iter_seen *seen = get_seen();
	__u64 number = 7;
	char text[16];

	if (!task || !seen)
		return 0;
	seen->utf8 = bpf_snprintf(text, sizeof(text), utf8_text, &number, sizeof(number));
	seen->utf8_conv = bpf_seq_printf(seq, utf8_conv, sizeof(utf8_conv), &number,
					 sizeof(number));
	seen->bad_format = bpf_seq_printf(seq, "%d %d", sizeof("%d %d"), NULL, 0);
	seen->calls++;
	BPF_SEQ_PRINTF(seq, "%d\n", task->pid);
	if (!seen->again)
		return 0;
	seen->again--;
	return 1;
}

/* A value of the kernel's by its types. */
SEC("iter/task")
int list_values(struct bpf_iter__task *ctx)
{
	struct btf_ptr ptr = { .type_id = bpf_core_type_id_kernel(struct bpf_iter_meta) };

	if (!ctx->task)
		return 0;
	ptr.ptr = ctx->meta;
	bpf_seq_printf_btf(ctx->meta->seq, &ptr, sizeof(ptr), BTF_F_COMPACT);
	bpf_seq_write(ctx->meta->seq, "\n", 1);
	return 0;
}

SEC("iter/task_vma")
int list_areas(struct bpf_iter__task_vma *ctx)
{
	struct vm_area_struct *vma = ctx->vma;
	struct task_struct *task = ctx->task;

	if (!task || !vma) {
		BPF_SEQ_PRINTF(ctx->meta->seq, "end %llu\n", ctx->meta->seq_num);
		return 0;
	}
	BPF_SEQ_PRINTF(ctx->meta->seq, "%d %d %lx-%lx\n", task->tgid, task->pid, vma->vm_start,
		       vma->vm_end);
	return 0;
}

SEC("iter/task_file")
int list_files(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	char name[64];

	if (!task || !file) {
		BPF_SEQ_PRINTF(ctx->meta->seq, "end %llu\n", ctx->meta->seq_num);
		return 0;
	}
	if (bpf_d_path(&file->f_path, name, sizeof(name)) < 0)
		name[0] = '\0';
	BPF_SEQ_PRINTF(ctx->meta->seq, "%d %d %d %x %s\n", task->tgid, task->pid, ctx->fd,
		       file->f_flags, name);
	return 0;
}

SEC("raw_tp/sys_enter")
int no_iterator(void *ctx)
{
	return 0;
}
