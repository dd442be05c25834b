// SPDX-License-Identifier: GPL-2.0-only
/*
 * Iterators: links, and the files that are read through them.
 *
 * Each file is a walk of its own, by a program that stays the same. The struct
 * seq_file that programs see is the kernel's, but the kernel's seq_read() has no
 * place for what a program writes after the last object.
 */
#include "kmod/iter/iter.h"
#include "kmod/iter/iter_walk.h"
#include "kmod/prog/prog.h"
#include "kmod/prog/run.h"
#include "kmod/prog/sleep.h"
#include "kmod/syscall.h"

#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/seq_file.h>
#include <linux/uaccess.h>

#define BUF_SIZE	(8 * PAGE_SIZE)	/* all that is written for one object must fit */
#define MAX_OBJECTS	1000000		/* of a read that finds nothing to return */

struct iter_link {
	struct ebpf_link link;
	enum iter_kind kind;
	struct task_filter filter;
};

/**
 * struct iter - one walk: seq_file.private
 * @prog:   a reference
 * @walk:   where it is
 * @done:   the program was told of the end
 * @session_id: of no other walk
 * @seq_num: objects shown before this one
 */
struct iter {
	struct ebpf_prog *prog;
	struct iter_walk walk;
	bool done;
	u64 session_id;
	u64 seq_num;
};

/* struct bpf_iter_meta of kernels that have it. */
struct iter_meta {
	struct seq_file *seq;
	u64 session_id;
	u64 seq_num;
};

static atomic64_t session_ids = ATOMIC64_INIT(0);

/*
 * Running
 */

/* Of struct bpf_iter__task, _file and _vma, whose members take 8 bytes each. */
#define CTX_SLOTS	4

static void fill_ctx(const struct iter_walk *walk, const struct iter_object *obj, u64 *ctx)
{
	ctx[1] = (unsigned long)obj->task;
	if (walk->kind == ITER_TASK_FILE) {
		ctx[2] = obj->fd;
		ctx[3] = (unsigned long)obj->file;
	} else {
		ctx[2] = (unsigned long)obj->vma;
	}
}

static int run(struct ebpf_prog *prog, const u64 *ctx, struct ebpf_run_ctx *rctx, u64 *ret)
{
	int err = 0, idx;

	if (prog->sleepable) {
		idx = ebpf_sleep_read_lock();
		err = ebpf_prog_call_sleepable(prog, ctx, rctx, ret);
		ebpf_sleep_read_unlock(idx);
		return err;
	}
	rcu_read_lock();
	preempt_disable();
	*ret = ebpf_prog_run(prog, ctx, rctx);
	preempt_enable();
	rcu_read_unlock();
	return 0;
}

/* 0; -EAGAIN when the program wants the object again; -E2BIG when its text does not fit; other
 * errors when it could not be run, and the object is still to be shown
 */
static int show(struct seq_file *seq, const struct iter_object *obj)
{
	struct iter *it = seq->private;
	const struct iter_meta meta = {
		.seq = seq, .session_id = it->session_id, .seq_num = it->seq_num,
	};
	u64 ctx[CTX_SLOTS] = { (unsigned long)&meta };
	struct ebpf_run_ctx rctx;
	u64 ret;
	int err;

	fill_ctx(&it->walk, obj, ctx);
	memset(&rctx, 0, sizeof(rctx));
	rctx.frame = __builtin_frame_address(0);
	rctx.event = seq;
	err = run(it->prog, ctx, &rctx, &ret);
	if (err)
		return err;
	if (ret)
		return -EAGAIN;
	return seq->count == seq->size ? -E2BIG : 0;
}

struct seq_file *ebpf_iter_seq(u64 addr)
{
	const struct ebpf_run_ctx *run = ebpf_run_current();

	if (!run || run->prog->type != EBPF_PROG_TYPE_TRACING ||
	    run->prog->expected_attach_type != EBPF_TRACE_ITER)
		return NULL;
	return (u64)(unsigned long)run->event == addr ? run->event : NULL;
}

/* Of the text that was there before, @count bytes are left to return, if any. */
static int give_back(struct seq_file *seq, size_t count, int err)
{
	seq->count = count;
	return count ? 0 : err;
}

static int show_end(struct seq_file *seq)
{
	static const struct iter_object nothing;
	struct iter *it = seq->private;
	size_t before = seq->count;
	int err = show(seq, &nothing);

	/* No object that could be wanted again. */
	if (err && err != -EAGAIN)
		return give_back(seq, before, err);
	it->done = true;
	return 0;
}

/* Shows objects until there are @size bytes, or all. */
static int fill(struct seq_file *seq, size_t size)
{
	struct iter *it = seq->private;
	struct iter_object obj;
	bool some = ebpf_walk_get(&it->walk, &obj);
	u32 shown = 0;
	size_t before;
	int err;

	while (some) {
		before = seq->count;
		err = show(seq, &obj);
		if (!err)
			ebpf_walk_advance(&it->walk, &obj);
		ebpf_walk_put(&obj);
		if (err)
			return give_back(seq, before, err);
		seq->index++;
		some = ebpf_walk_get(&it->walk, &obj);
		if (!some)
			break;
		it->seq_num++;
		if (seq->count >= size || ++shown == MAX_OBJECTS) {
			ebpf_walk_put(&obj);
			return give_back(seq, seq->count, size ? -EAGAIN : 0);
		}
		cond_resched();
	}
	return show_end(seq);
}

/*
 * Files
 */
static int refill(struct seq_file *seq, size_t size)
{
	const struct iter *it = seq->private;

	if (seq->count || it->done)
		return 0;
	if (!seq->buf) {
		/* The kernel frees it, on old ones by kfree(). */
		seq->buf = kmalloc(BUF_SIZE, GFP_KERNEL);
		if (!seq->buf)
			return -ENOMEM;
		seq->size = BUF_SIZE;
	}
	seq->from = 0;
	return fill(seq, size);
}

static ssize_t copy_out(struct seq_file *seq, char __user *buf, size_t size)
{
	size_t n = min(seq->count, size);

	if (copy_to_user(buf, seq->buf + seq->from, n))
		return -EFAULT;
	seq->from += n;
	seq->count -= n;
	return n;
}

static ssize_t iter_read(struct file *file, char __user *buf, size_t size, loff_t *pos)
{
	struct seq_file *seq = file->private_data;
	ssize_t ret;

	mutex_lock(&seq->lock);
	ret = refill(seq, size);
	if (!ret)
		ret = copy_out(seq, buf, size);
	mutex_unlock(&seq->lock);
	if (ret > 0)
		*pos += ret;
	return ret;
}

static int iter_release(struct inode *inode, struct file *file)
{
	struct seq_file *seq = file->private_data;
	struct iter *it;

	if (!seq)
		return 0;
	it = seq->private;
	ebpf_prog_put(it->prog);
	ebpf_walk_stop(&it->walk);
	kfree(it);
	return seq_release(inode, file);
}

/* The kernel's functions that would call them are not used. */
static const struct seq_operations no_ops;

static int open_walk(struct file *file, struct iter_link *il)
{
	struct iter *it = kzalloc(sizeof(*it), GFP_KERNEL);
	struct seq_file *seq;
	int err;

	if (!it)
		return -ENOMEM;
	err = seq_open(file, &no_ops);
	if (err) {
		kfree(it);
		return err;
	}
	seq = file->private_data;
	it->prog = ebpf_link_prog_get(&il->link);
	ebpf_walk_start(&it->walk, il->kind, &il->filter);
	it->session_id = atomic64_inc_return(&session_ids);
	seq->private = it;
	return 0;
}

static struct iter_link *iter_link_of(const struct ebpf_link *link)
{
	return container_of(link, struct iter_link, link);
}

static int iter_open(struct inode *inode, struct file *file)
{
	return open_walk(file, iter_link_of(inode->i_private));
}

const struct file_operations ebpf_iter_fops = {
	.owner = THIS_MODULE,
	.open = iter_open,
	.read = iter_read,
	.release = iter_release,
};

/*
 * Links
 */
static void iter_link_release(struct ebpf_link *link)
{
}

static void iter_link_dealloc(struct ebpf_link *link)
{
	kfree(iter_link_of(link));
}

static int iter_fill_info(const struct ebpf_link *link, struct ebpf_link_info *info)
{
	const struct task_filter *filter = &iter_link_of(link)->filter;
	const char *name = ebpf_iter_kind_name(iter_link_of(link)->kind);
	char __user *buf = ebpf_user_ptr(info->iter.target_name);
	u32 room = info->iter.target_name_len, len = strlen(name) + 1;

	if (!buf != !room)
		return -EINVAL;
	info->iter.target_name_len = len;
	if (buf && copy_to_user(buf, name, min(len, room)))
		return -EFAULT;
	if (buf && room < len)
		return put_user('\0', buf + room - 1) ? -EFAULT : -ENOSPC;
	if (filter->kind == FILTER_TID)
		info->iter.task.tid = filter->nr;
	else if (filter->kind == FILTER_PID)
		info->iter.task.pid = filter->nr;
	return 0;
}

static void iter_show_fdinfo(const struct ebpf_link *link, struct seq_file *m)
{
	static const char * const names[] = { "ALL", "TID", "PID" };
	const struct task_filter *filter = &iter_link_of(link)->filter;

	seq_printf(m, "target_name:\t%s\ntask_type:\t%s\n",
		   ebpf_iter_kind_name(iter_link_of(link)->kind), names[filter->kind]);
	if (filter->kind == FILTER_TID)
		seq_printf(m, "tid:\t%u\n", filter->nr);
	else if (filter->kind == FILTER_PID)
		seq_printf(m, "pid:\t%u\n", filter->nr);
}

static const struct ebpf_link_ops iter_link_ops = {
	.release = iter_link_release,
	.dealloc = iter_link_dealloc,
	.update_prog = ebpf_link_replace_prog,
	.fill_info = iter_fill_info,
	.show_fdinfo = iter_show_fdinfo,
};

bool ebpf_link_is_iter(const struct ebpf_link *link)
{
	return link->ops == &iter_link_ops;
}

/* Whoever names a process by pid_fd is told: old kernels have none. */
static int parse_filter(struct task_filter *filter, const union ebpf_iter_link_info *info)
{
	if (!!info->task.tid + !!info->task.pid + !!info->task.pid_fd > 1)
		return -EINVAL;
	if (info->task.pid_fd)
		return -EOPNOTSUPP;
	filter->kind = FILTER_ALL;
	filter->nr = info->task.tid ? info->task.tid : info->task.pid;
	if (filter->nr > PID_MAX_LIMIT)
		filter->nr = PID_MAX_LIMIT;
	if (info->task.tid)
		filter->kind = FILTER_TID;
	else if (info->task.pid)
		filter->kind = FILTER_PID;
	return 0;
}

static int read_filter(struct task_filter *filter, const union ebpf_attr *attr)
{
	const void __user *uinfo = ebpf_user_ptr(attr->link_create.iter_info);
	u32 len = attr->link_create.iter_info_len;
	union ebpf_iter_link_info info;
	int err;

	if (!uinfo != !len)
		return -EINVAL;
	memset(&info, 0, sizeof(info));
	if (uinfo) {
		err = ebpf_check_tail_zero(uinfo, sizeof(info), len);
		if (err)
			return err;
		if (copy_from_user(&info, uinfo, min_t(u32, len, sizeof(info))))
			return -EFAULT;
	}
	return parse_filter(filter, &info);
}

long ebpf_iter_link_create(struct ebpf_prog *prog, const union ebpf_attr *attr)
{
	struct ebpf_link_primer primer;
	struct task_filter filter;
	struct iter_link *il;
	int err;

	if (attr->link_create.target_fd || attr->link_create.flags)
		return -EINVAL;
	err = read_filter(&filter, attr);
	if (err)
		return err;
	il = kzalloc(sizeof(*il), GFP_KERNEL);
	if (!il)
		return -ENOMEM;
	il->kind = ebpf_iter_kind_of(prog);
	il->filter = filter;
	ebpf_link_init(&il->link, EBPF_LINK_TYPE_ITER, &iter_link_ops, prog);
	err = ebpf_link_prime(&il->link, &primer);
	if (err) {
		kfree(il);
		return err;
	}
	return ebpf_link_settle(&primer);
}

/*
 * Command
 */
static long iter_new_fd(struct ebpf_link *link)
{
	struct file *file;
	int fd, err;

	if (!ebpf_link_is_iter(link))
		return -EINVAL;
	fd = get_unused_fd_flags(O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fd;
	file = anon_inode_getfile("bpf_iter", &ebpf_iter_fops, NULL, O_RDONLY | O_CLOEXEC);
	if (IS_ERR(file)) {
		put_unused_fd(fd);
		return PTR_ERR(file);
	}
	err = open_walk(file, iter_link_of(link));
	if (err) {
		fput(file);
		put_unused_fd(fd);
		return err;
	}
	fd_install(fd, file);
	return fd;
}

long ebpf_cmd_iter_create(const union ebpf_attr *attr, union ebpf_attr __user *uattr)
{
	struct ebpf_link *link;
	long ret;

	if (attr->iter_create.flags)
		return -EINVAL;
	link = ebpf_link_get(attr->iter_create.link_fd);
	if (IS_ERR(link))
		return PTR_ERR(link);
	ret = iter_new_fd(link);
	ebpf_link_put(link);
	return ret;
}
