// SPDX-License-Identifier: GPL-2.0-only
/*
 * Program objects: references, file operations.
 */
#include "kmod/prog/prog_internal.h"
#include "kmod/btf/btf.h"
#include "kmod/fd.h"
#include "kmod/ids.h"
#include "kmod/map/map.h"
#include "kmod/reaper.h"
#include "kmod/prog/sleep.h"

#include <ebpf/services.h>
#include <linux/file.h>
#include <linux/mutex.h>

static struct ebpf_reaper prog_reaper;
static atomic_t prog_count = ATOMIC_INIT(0);
static DEFINE_MUTEX(maps_lock);

u64 ebpf_prog_count(void)
{
	return atomic_read(&prog_count);
}

void ebpf_prog_maps_lock(void)
{
	mutex_lock(&maps_lock);
}

void ebpf_prog_maps_unlock(void)
{
	mutex_unlock(&maps_lock);
}

struct ebpf_prog *ebpf_prog_alloc(void)
{
	struct ebpf_prog *prog = kzalloc(sizeof(*prog), GFP_KERNEL);

	if (!prog)
		return ERR_PTR(-ENOMEM);
	prog->stats = alloc_percpu(struct ebpf_prog_stats);
	if (!prog->stats) {
		kfree(prog);
		return ERR_PTR(-ENOMEM);
	}
	atomic64_set(&prog->refcnt, 1);
	atomic_inc(&prog_count);
	return prog;
}

void ebpf_prog_drop(struct ebpf_prog *prog)
{
	u32 i;

	if (prog->counts_inner)
		ebpf_sleep_inner_put();
	ebpf_prog_free_code(prog);
	for (i = 0; i < prog->image.used_map_cnt; i++)
		ebpf_map_put(prog->image.used_maps[i]);
	ebpf_prog_image_free(&prog->image);
	ebpf_btf_obj_put(prog->btf);
	ebpf_btf_obj_put(prog->attach_btf);
	ebpf_free(prog->func_info);
	ebpf_free(prog->line_info);
	free_percpu(prog->stats);
	kfree(prog);
	atomic_dec(&prog_count);
}

static void prog_free(struct list_head *node)
{
	ebpf_prog_drop(list_entry(node, struct ebpf_prog, free_node));
}

struct ebpf_prog *ebpf_prog_inc(struct ebpf_prog *prog)
{
	atomic64_inc(&prog->refcnt);
	return prog;
}

struct ebpf_prog *ebpf_prog_inc_not_zero(struct ebpf_prog *prog)
{
	return atomic64_inc_not_zero(&prog->refcnt) ? prog : NULL;
}

static void *prog_id_get(void *obj)
{
	return ebpf_prog_inc_not_zero(obj);
}

struct ebpf_ids ebpf_prog_ids = { .get = prog_id_get };

/* No task is in it any more, asleep or not. */
static void prog_slept(struct rcu_head *head)
{
	ebpf_reaper_queue(&prog_reaper, &container_of(head, struct ebpf_prog, rcu)->free_node);
}

void ebpf_prog_put(struct ebpf_prog *prog)
{
	if (!atomic64_dec_and_test(&prog->refcnt))
		return;
	ebpf_ids_free(&ebpf_prog_ids, prog->id);
	if (prog->sleepable)
		ebpf_sleep_call(&prog->rcu, prog_slept);
	else
		ebpf_reaper_queue(&prog_reaper, &prog->free_node);
}

void ebpf_prog_stats_sum(const struct ebpf_prog *prog, struct ebpf_prog_stats *sum)
{
	const struct ebpf_prog_stats *one;
	int cpu;

	memset(sum, 0, sizeof(*sum));
	for_each_possible_cpu(cpu) {
		one = per_cpu_ptr(prog->stats, cpu);
		sum->cnt += READ_ONCE(one->cnt);
		sum->nsecs += READ_ONCE(one->nsecs);
		sum->misses += READ_ONCE(one->misses);
	}
}

static int prog_release(struct inode *inode, struct file *file)
{
	ebpf_prog_put(file->private_data);
	return 0;
}

static compat_fdinfo_t prog_show_fdinfo(struct seq_file *m, struct file *file)
{
	const struct ebpf_prog *prog = file->private_data;
	struct ebpf_prog_stats stats;

	ebpf_prog_stats_sum(prog, &stats);
	seq_printf(m, "prog_type:\t%u\nprog_jited:\t%u\nprog_tag:\t%*phN\n", prog->type, 1,
		   EBPF_TAG_SIZE, prog->tag);
	seq_printf(m, "memlock:\t%llu\nprog_id:\t%u\n",
		   (u64)PAGE_ALIGN(prog->image.insn_cnt * sizeof(struct ebpf_insn) +
				   sizeof(*prog)), prog->id);
	seq_printf(m, "run_time_ns:\t%llu\nrun_cnt:\t%llu\nrecursion_misses:\t%llu\nverified_insns:\t%u\n",
		   stats.nsecs, stats.cnt, stats.misses, prog->image.verified_insns);
	return COMPAT_FDINFO_DONE;
}

const struct file_operations ebpf_prog_fops = {
	.owner = THIS_MODULE,
	.release = prog_release,
	.show_fdinfo = prog_show_fdinfo,
	.read = ebpf_fd_no_read,
	.write = ebpf_fd_no_write,
	.llseek = noop_llseek,
};

int ebpf_prog_new_fd(struct ebpf_prog *prog)
{
	return ebpf_fd_new("bpf-prog", &ebpf_prog_fops, prog, O_RDWR | O_CLOEXEC);
}

struct ebpf_prog *ebpf_prog_get(int fd, u32 type)
{
	struct file *file = ebpf_fd_get(fd, &ebpf_prog_fops);
	struct ebpf_prog *prog;

	if (IS_ERR(file))
		return ERR_CAST(file);
	prog = file->private_data;
	if (type != EBPF_PROG_TYPE_UNSPEC && prog->type != type)
		prog = ERR_PTR(-EINVAL);
	else
		ebpf_prog_inc(prog);
	fput(file);
	return prog;
}

int ebpf_prog_init_module(void)
{
	ebpf_ids_init(&ebpf_prog_ids);
	ebpf_reaper_init(&prog_reaper, prog_free);
	return 0;
}

void ebpf_prog_flush(void)
{
	ebpf_sleep_barrier();
	ebpf_reaper_flush(&prog_reaper);
}

void ebpf_prog_exit_module(void)
{
	ebpf_ids_exit(&ebpf_prog_ids);
}
