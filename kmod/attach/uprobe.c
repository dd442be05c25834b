// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events of the uprobe PMU.
 */
#include "kmod/attach/event.h"
#include "kmod/compat/uprobe.h"
#include "kmod/compat/uprobe_sem.h"
#include "kmod/prog/run_inline.h"
#include "kmod/prog/sleep.h"

#include <linux/file.h>
#include <linux/limits.h>
#include <linux/namei.h>

/* config: bit 0 return, bits 32 and up the place of the reference counter */
#define UPROBE_REF_CTR_SHIFT	32

struct uprobe_event {
	struct ebpf_event event;
	struct compat_uprobe probe;
	struct file *file;		/* keeps the inode and its file system */
	struct inode *inode;
	char *name;			/* as the user named the file */
	loff_t offset;
	u32 place;			/* enum ebpf_user_place */
	struct compat_uprobe_sem *sem;	/* of its reference counter, or NULL */
};

static struct uprobe_event *uprobe_event_of(struct ebpf_event *event)
{
	return container_of(event, struct uprobe_event, event);
}

static struct uprobe_event *uprobe_event_of_probe(struct compat_uprobe *probe)
{
	return container_of(probe, struct uprobe_event, probe);
}

/* Where breakpoints go in. */
static bool uprobe_wanted(struct compat_uprobe *probe, struct mm_struct *mm)
{
	struct task_struct *task = uprobe_event_of_probe(probe)->event.task;

	return !task || READ_ONCE(task->mm) == mm;
}

COMPAT_UPROBE_FILTER(uprobe_filter, uprobe_wanted)

/* Whoever takes the program away waits for this handler before the event goes. */
static noinline void uprobe_fire_sleepable(struct uprobe_event *ue, struct pt_regs *regs)
{
	struct ebpf_event *event = &ue->event;
	struct ebpf_run_ctx rctx COMPAT_UNINIT;
	struct ebpf_prog *prog;
	u64 ret = 1;
	bool sleeps;
	int idx;

	idx = ebpf_sleep_read_lock();
	/* It may be another by now, which preemption off keeps for the look. */
	preempt_disable();
	prog = READ_ONCE(event->prog);
	sleeps = prog && prog->sleepable;
	preempt_enable();
	if (sleeps) {
		ebpf_run_ctx_init(&rctx, regs, event->cookie, 0, NULL);
		rctx.user_place = ue->place;
		ret = ebpf_prog_run_sleepable(prog, regs, &rctx);
	}
	ebpf_sleep_read_unlock(idx);
	preempt_disable();
	if (ebpf_event_passes(ret))
		ebpf_event_hit(event);
	preempt_enable();
}

/* Process context of the probed task, which may sleep. */
static void uprobe_fire(struct compat_uprobe *probe, struct pt_regs *regs)
{
	struct uprobe_event *ue = uprobe_event_of_probe(probe);
	struct ebpf_event *event = &ue->event;
	struct ebpf_run_ctx rctx COMPAT_UNINIT;
	struct ebpf_prog *prog;
	bool sleeps = false;
	u64 ret = 1;

	/* A breakpoint may be there for another consumer. */
	if (event->task && READ_ONCE(event->task->mm) != current->mm)
		return;
	preempt_disable();
	prog = READ_ONCE(event->prog);
	if (prog) {
		sleeps = prog->sleepable;
		if (likely(!sleeps)) {
			ebpf_run_ctx_init(&rctx, regs, event->cookie, 0, NULL);
			rctx.user_place = ue->place;
			ret = ebpf_prog_fire(prog, regs, &rctx);
		}
	}
	if (!sleeps && ebpf_event_passes(ret))
		ebpf_event_hit(event);
	preempt_enable();
	if (unlikely(sleeps))
		uprobe_fire_sleepable(ue, regs);
}

COMPAT_UPROBE_HANDLER(uprobe_entry, uprobe_fire)
COMPAT_URETPROBE_HANDLER(uprobe_return, uprobe_fire)

/* Opens the regular file of that name. */
static struct file *uprobe_open(const char *name)
{
	struct file *file;
	struct path path;
	int err;

	err = name[0] ? kern_path(name, LOOKUP_FOLLOW, &path) : -EINVAL;
	if (err)
		return ERR_PTR(err);
	if (S_ISREG(path.dentry->d_inode->i_mode))
		file = dentry_open(&path, O_RDONLY | O_LARGEFILE, current_cred());
	else
		file = ERR_PTR(-EINVAL);
	path_put(&path);
	return file;
}

/* From the file: where it is mapped, there is the breakpoint. What compilers begin functions
 * with that have frames: endbr64 or endbr32, push %rbp, mov %rsp,%rbp.
 */
static u32 user_place(struct file *file, loff_t offset)
{
	static const struct {
		u8 len, text[4];
		u8 place;
	} known[] = {
		{ 4, { 0xf3, 0x0f, 0x1e, 0xfa }, EBPF_USER_AT_ENTRY },
		{ 4, { 0xf3, 0x0f, 0x1e, 0xfb }, EBPF_USER_AT_ENTRY },
		{ 1, { 0x55 }, EBPF_USER_AT_ENTRY },
		{ 3, { 0x48, 0x89, 0xe5 }, EBPF_USER_PUSHED },
		{ 3, { 0x48, 0x8b, 0xec }, EBPF_USER_PUSHED },
		{ 2, { 0x89, 0xe5 }, EBPF_USER_PUSHED },
		{ 2, { 0x8b, 0xec }, EBPF_USER_PUSHED },
	};
	u8 text[4] = { 0 };
	u32 i;

	if (compat_kernel_read(file, text, sizeof(text), offset) < 0)
		return EBPF_USER_ANYWHERE;
	for (i = 0; i < ARRAY_SIZE(known); i++)
		if (!memcmp(text, known[i].text, known[i].len))
			return known[i].place;
	return EBPF_USER_ANYWHERE;
}

static int uprobe_arm(struct uprobe_event *ue, const struct ebpf_perf_attr *attr)
{
	loff_t ref_ctr = attr->config >> UPROBE_REF_CTR_SHIFT;
	int err;

	ue->probe.consumer.filter = uprobe_filter;
	if (attr->config & EBPFDRV_PERF_PROBE_RETURN) {
		ue->probe.consumer.ret_handler = uprobe_return;
	} else {
		ue->probe.consumer.handler = uprobe_entry;
		ue->place = user_place(ue->file, ue->offset);
	}
	err = compat_uprobe_register(&ue->probe, ue->inode, ue->offset, ref_ctr);
	if (err || !ref_ctr)
		return err;
	ue->sem = ebpf_compat_uprobe_sem_add(ue->inode, ref_ctr, ue->event.task);
	if (!IS_ERR(ue->sem))
		return 0;
	compat_uprobe_unregister(&ue->probe, ue->inode, ue->offset);
	return PTR_ERR(ue->sem);
}

/* uprobe_event.name is the caller's to free, whatever comes of it. */
static int uprobe_start(struct uprobe_event *ue, const struct ebpf_perf_attr *attr)
{
	char *name;
	int err;

	name = strndup_user((void __user *)(unsigned long)attr->config1, PATH_MAX);
	if (IS_ERR(name))
		return PTR_ERR(name) == -EINVAL ? -E2BIG : PTR_ERR(name);
	ue->name = name;
	ue->file = uprobe_open(name);
	if (IS_ERR(ue->file))
		return PTR_ERR(ue->file);
	ue->inode = compat_mapped_inode(ue->file);
	ue->offset = attr->config2;
	err = compat_uprobe_works_on(ue->inode) ? uprobe_arm(ue, attr) : -EIO;
	if (err)
		fput(ue->file);
	return err;
}

static void uprobe_stop(struct ebpf_event *event)
{
	struct uprobe_event *ue = uprobe_event_of(event);

	ebpf_compat_uprobe_sem_del(ue->sem);
	compat_uprobe_unregister(&ue->probe, ue->inode, ue->offset);
	fput(ue->file);
}

static void uprobe_free(struct uprobe_event *ue)
{
	kfree(ue->name);
	kfree(ue);
}

static void uprobe_destroy(struct ebpf_event *event)
{
	ebpf_event_fini(event);
	uprobe_free(uprobe_event_of(event));
}

static struct ebpf_event *uprobe_create(const struct ebpf_event_params *params)
{
	struct uprobe_event *ue;
	int err;

	/* Breakpoints in anybody's program: the kernel, too, asks for more than of others. */
	if (!capable(CAP_SYS_ADMIN))
		return ERR_PTR(-EACCES);
	if (!params->attr.config1 || (s64)params->attr.config2 < 0)
		return ERR_PTR(-EINVAL);
	ue = kzalloc(sizeof(*ue), GFP_KERNEL);
	if (!ue)
		return ERR_PTR(-ENOMEM);
	err = ebpf_event_init(&ue->event, &ebpf_uprobe_event_ops, params, true);
	if (err)
		goto free;
	err = uprobe_start(ue, &params->attr);
	if (err)
		goto fini;
	return &ue->event;

fini:
	ebpf_event_fini(&ue->event);
free:
	uprobe_free(ue);
	return ERR_PTR(err);
}

static void uprobe_describe(const struct ebpf_event *event, struct ebpf_attach_desc *desc)
{
	const struct uprobe_event *ue = container_of(event, struct uprobe_event, event);

	desc->type = ue->probe.consumer.ret_handler ? EBPF_FD_TYPE_URETPROBE : EBPF_FD_TYPE_UPROBE;
	desc->name = ue->name;
	desc->offset = ue->offset;
}

const struct ebpf_event_ops ebpf_uprobe_event_ops = {
	.prog_type = EBPF_PROG_TYPE_KPROBE,
	.sleeps = true,
	.create = uprobe_create,
	.stop = uprobe_stop,
	.destroy = uprobe_destroy,
	.read = ebpf_event_read_hits,
	.peek = ebpf_event_peek_hits,
	.describe = uprobe_describe,
};
