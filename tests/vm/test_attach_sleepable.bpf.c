// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs that read user memory which has to be fetched first.
 */
#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <stdbool.h>
#include <stddef.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "test_attach_sleepable.h"

#define EPERM	1

char _license[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, NR_OUT);
	__type(key, __u32);
	__type(value, struct seen);
} out SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct conf);
} conf SEC(".maps");

struct inner {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct seen));
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, struct inner);
} outer SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ring SEC(".maps");

static __always_inline const struct conf *configuration(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&conf, &zero);
}

static __always_inline bool is_ours(const struct conf *c)
{
	return c->tgid == bpf_get_current_pid_tgid() >> 32;
}

static __always_inline void read_into(struct seen *s, const void *from)
{
	__sync_fetch_and_add(&s->before, 1);
	s->probe = bpf_probe_read_user(s->text, sizeof(s->text), from);
	s->copy = bpf_copy_from_user(s->text, sizeof(s->text), from);
	s->tgid = bpf_get_current_pid_tgid() >> 32;
	__sync_fetch_and_add(&s->after, 1);
}

static __always_inline struct seen *find(__u32 which)
{
	const struct conf *c = configuration();

	if (!c || !is_ours(c))
		return NULL;
	return bpf_map_lookup_elem(&out, &which);
}

SEC("uprobe.s")
int up(struct pt_regs *ctx)
{
	struct seen *s = find(OUT_UPROBE);

	if (s)
		read_into(s, (void *)PT_REGS_PARM1(ctx));
	return 0;
}

/* The record is in the ring buffer's memory all the while. */
SEC("uretprobe.s")
int up_ret(struct pt_regs *ctx)
{
	struct seen *s = find(OUT_URETPROBE), *rec;

	if (!s)
		return 0;
	rec = bpf_ringbuf_reserve(&ring, sizeof(*rec), 0);
	if (!rec)
		return 0;
	__builtin_memset(rec, 0, sizeof(*rec));
	read_into(rec, (void *)PT_REGS_RC(ctx));
	s->copy = rec->copy;
	s->ret = bpf_get_attach_cookie(ctx);
	bpf_ringbuf_submit(rec, 0);
	__sync_fetch_and_add(&s->after, 1);
	return 0;
}

struct loop {
	const void *from;
	int sum;
};

static long step(__u32 i, struct loop *l)
{
	char c = 0;

	if (bpf_copy_from_user(&c, 1, l->from + i * 4096))
		return 1;
	l->sum += c;
	return 0;
}

SEC("uprobe.s")
int up_loop(struct pt_regs *ctx)
{
	struct loop l = { .from = (void *)PT_REGS_PARM1(ctx) };
	struct seen *s = find(OUT_LOOP);

	if (!s)
		return 0;
	s->ret = bpf_loop(100, step, &l, 0);
	s->copy = l.sum;
	__sync_fetch_and_add(&s->after, 1);
	return 0;
}

SEC("uprobe.s")
int up_inner(struct pt_regs *ctx)
{
	struct seen *s = find(OUT_INNER), *elem;
	__u32 zero = 0;
	void *map;

	if (!s)
		return 0;
	map = bpf_map_lookup_elem(&outer, &zero);
	if (!map)
		return 0;
	elem = bpf_map_lookup_elem(map, &zero);
	if (!elem)
		return 0;
	__sync_fetch_and_add(&s->before, 1);
	read_into(elem, (void *)PT_REGS_PARM1(ctx));
	/* The map itself again, too. */
	elem = bpf_map_lookup_elem(map, &zero);
	s->ret = elem ? elem->copy : -1;
	__sync_fetch_and_add(&s->after, 1);
	return 0;
}

static __always_inline const void *first_argument(__u64 word)
{
	const struct conf *c = configuration();

	if (c && c->regs)
		bpf_probe_read_kernel(&word, sizeof(word),
				      (void *)word + offsetof(struct pt_regs, rdi));
	return (void *)word;
}

SEC("fentry.s/chdir")
int entry(__u64 *ctx)
{
	struct seen *s = find(OUT_ENTRY);

	if (s)
		read_into(s, first_argument(ctx[0]));
	return 0;
}

SEC("fmod_ret.s/chdir")
int modify(__u64 *ctx)
{
	struct seen *s = find(OUT_MODIFY);

	if (!s)
		return 0;
	read_into(s, first_argument(ctx[0]));
	if (bpf_strncmp(s->text, sizeof(REFUSED_PATH), REFUSED_PATH))
		return 0;
	return -EPERM;
}

SEC("fexit.s/chdir")
int leave(__u64 *ctx)
{
	struct seen *s = find(OUT_EXIT);

	if (!s)
		return 0;
	bpf_get_func_ret(ctx, (__u64 *)&s->ret);
	read_into(s, first_argument(ctx[0]));
	return 0;
}

struct task_struct {
	int pid;
} __attribute__((preserve_access_index));

struct bpf_iter_meta {
	struct seq_file *seq;
} __attribute__((preserve_access_index));

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
} __attribute__((preserve_access_index));

SEC("iter.s/task")
int tasks(struct bpf_iter__task *ctx)
{
	const struct conf *c = configuration();
	struct task_struct *task = ctx->task;
	__u32 which = OUT_TASK;
	struct seen *s = bpf_map_lookup_elem(&out, &which);

	if (!task || !c || !s || task->pid != c->pid)
		return 0;
	s->ret = bpf_copy_from_user_task(s->text, 1, (void *)c->addr, task, 1);
	s->probe = bpf_copy_from_user(s->text, sizeof(s->text), (void *)c->addr);
	s->copy = bpf_copy_from_user_task(s->text, sizeof(s->text), (void *)c->addr, task, 0);
	BPF_SEQ_PRINTF(ctx->meta->seq, "%s\n", s->text);
	__sync_fetch_and_add(&s->after, 1);
	return 0;
}
