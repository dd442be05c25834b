// SPDX-License-Identifier: GPL-2.0-only
/*
 * Link objects.
 */
#include "kmod/link/link.h"
#include "kmod/fd.h"
#include "kmod/ids.h"
#include "kmod/link/link_internal.h"
#include "kmod/prog/prog.h"
#include "kmod/reaper.h"

#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/mutex.h>

static struct ebpf_reaper link_reaper;
/* Which program a link has, where another may take its place. */
static DEFINE_MUTEX(link_prog_lock);
static atomic_t link_count = ATOMIC_INIT(0);

u64 ebpf_link_count(void)
{
	return atomic_read(&link_count);
}

void ebpf_link_init(struct ebpf_link *link, u32 type, const struct ebpf_link_ops *ops,
		    struct ebpf_prog *prog)
{
	atomic64_set(&link->refcnt, 1);
	link->type = type;
	link->id = 0;
	link->ops = ops;
	link->prog = prog;
}

static void link_dealloc(struct list_head *node)
{
	struct ebpf_link *link = list_entry(node, struct ebpf_link, free_node);
	struct ebpf_prog *prog = link->prog;

	link->ops->dealloc(link);
	if (prog)
		ebpf_prog_put(prog);
	atomic_dec(&link_count);
}

/* Detaching is not put off: when close() returns, nothing new fires. */
static void link_free(struct ebpf_link *link)
{
	ebpf_ids_free(&ebpf_link_ids, link->id);
	if (link->prog)
		link->ops->release(link);
	ebpf_reaper_queue(&link_reaper, &link->free_node);
}

void ebpf_link_put(struct ebpf_link *link)
{
	if (atomic64_dec_and_test(&link->refcnt))
		link_free(link);
}

struct ebpf_link *ebpf_link_inc_not_zero(struct ebpf_link *link)
{
	return atomic64_inc_not_zero(&link->refcnt) ? link : NULL;
}

static void *link_id_get(void *obj)
{
	return ebpf_link_inc_not_zero(obj);
}

struct ebpf_ids ebpf_link_ids = { .get = link_id_get };

struct ebpf_prog *ebpf_link_prog_get(const struct ebpf_link *link)
{
	struct ebpf_prog *prog;

	mutex_lock(&link_prog_lock);
	prog = link->prog;
	if (prog)
		ebpf_prog_inc(prog);
	mutex_unlock(&link_prog_lock);
	return prog;
}

static bool same_kind(const struct ebpf_prog *a, const struct ebpf_prog *b)
{
	return a->type == b->type && a->expected_attach_type == b->expected_attach_type &&
	       a->attach_btf == b->attach_btf && a->attach_btf_id == b->attach_btf_id;
}

int ebpf_link_replace_prog(struct ebpf_link *link, struct ebpf_prog *new_prog,
			   struct ebpf_prog *old_prog)
{
	struct ebpf_prog *replaced = NULL;
	int err = 0;

	mutex_lock(&link_prog_lock);
	if (old_prog && link->prog != old_prog) {
		err = -EPERM;
	} else if (!same_kind(link->prog, new_prog)) {
		err = -EINVAL;
	} else {
		replaced = link->prog;
		link->prog = new_prog;
	}
	mutex_unlock(&link_prog_lock);
	if (replaced)
		ebpf_prog_put(replaced);
	return err;
}

/*
 * Files
 */
static int link_release(struct inode *inode, struct file *file)
{
	if (file->private_data)
		ebpf_link_put(file->private_data);
	return 0;
}

static const char * const link_names[] = {
	[EBPF_LINK_TYPE_RAW_TRACEPOINT] = "raw_tracepoint",
	[EBPF_LINK_TYPE_TRACING] = "tracing",
	[EBPF_LINK_TYPE_CGROUP] = "cgroup",
	[EBPF_LINK_TYPE_ITER] = "iter",
	[EBPF_LINK_TYPE_NETNS] = "netns",
	[EBPF_LINK_TYPE_XDP] = "xdp",
	[EBPF_LINK_TYPE_PERF_EVENT] = "perf",
	[EBPF_LINK_TYPE_KPROBE_MULTI] = "kprobe_multi",
	[EBPF_LINK_TYPE_STRUCT_OPS] = "struct_ops",
};

static compat_fdinfo_t link_show_fdinfo(struct seq_file *m, struct file *file)
{
	const struct ebpf_link *link = file->private_data;
	struct ebpf_prog *prog;

	if (!link)
		return COMPAT_FDINFO_DONE;
	seq_printf(m, "link_type:\t%s\nlink_id:\t%u\n", link_names[link->type], link->id);
	prog = ebpf_link_prog_get(link);
	if (prog) {
		seq_printf(m, "prog_tag:\t%*phN\nprog_id:\t%u\n", EBPF_TAG_SIZE, prog->tag,
			   prog->id);
		ebpf_prog_put(prog);
	}
	if (link->ops->show_fdinfo)
		link->ops->show_fdinfo(link, m);
	return COMPAT_FDINFO_DONE;
}

const struct file_operations ebpf_link_fops = {
	.owner = THIS_MODULE,
	.release = link_release,
	.show_fdinfo = link_show_fdinfo,
	.read = ebpf_fd_no_read,
	.write = ebpf_fd_no_write,
	.llseek = noop_llseek,
};

int ebpf_link_new_fd(struct ebpf_link *link)
{
	/* Spelt as Linux spells it here, and tools read it: not as in ebpf_link_prime(). */
	return ebpf_fd_new("bpf-link", &ebpf_link_fops, link, O_CLOEXEC);
}

struct ebpf_link *ebpf_link_get(int fd)
{
	struct file *file = ebpf_fd_get(fd, &ebpf_link_fops);
	struct ebpf_link *link;

	if (IS_ERR(file))
		return ERR_CAST(file);
	link = file->private_data;
	atomic64_inc(&link->refcnt);
	fput(file);
	return link;
}

/*
 * Making a link
 */
int ebpf_link_prime(struct ebpf_link *link, struct ebpf_link_primer *primer)
{
	int err;

	primer->link = link;
	primer->fd = get_unused_fd_flags(O_CLOEXEC);
	if (primer->fd < 0)
		return primer->fd;
	err = ebpf_ids_alloc(&ebpf_link_ids, NULL);
	if (err < 0)
		goto put_fd;
	primer->id = err;
	primer->file = anon_inode_getfile("bpf_link", &ebpf_link_fops, link, O_CLOEXEC);
	if (IS_ERR(primer->file)) {
		err = PTR_ERR(primer->file);
		goto free_id;
	}
	atomic_inc(&link_count);
	return 0;

free_id:
	ebpf_ids_free(&ebpf_link_ids, primer->id);
put_fd:
	put_unused_fd(primer->fd);
	return err;
}

/* The program stays with whoever called: he gives it up only on success. */
void ebpf_link_cleanup(struct ebpf_link_primer *primer)
{
	primer->link->prog = NULL;
	ebpf_ids_free(&ebpf_link_ids, primer->id);
	fput(primer->file);
	put_unused_fd(primer->fd);
}

int ebpf_link_settle(struct ebpf_link_primer *primer)
{
	primer->link->id = primer->id;
	ebpf_ids_publish(&ebpf_link_ids, primer->id, primer->link);
	fd_install(primer->fd, primer->file);
	return primer->fd;
}

int ebpf_link_init_module(void)
{
	ebpf_ids_init(&ebpf_link_ids);
	ebpf_reaper_init(&link_reaper, link_dealloc);
	return 0;
}

void ebpf_link_flush(void)
{
	ebpf_reaper_flush(&link_reaper);
}

void ebpf_link_exit_module(void)
{
	ebpf_ids_exit(&ebpf_link_ids);
}
