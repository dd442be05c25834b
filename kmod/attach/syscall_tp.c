// SPDX-License-Identifier: GPL-2.0-only
/*
 * One probe for all entries of system calls and one for all exits. The number of
 * the call leads to the programs; perf's buffers, counters and records, three
 * quarters of the cost of a hit, are not involved.
 */
#include "kmod/attach/syscall_tp.h"
#include "kmod/attach/tp_record.h"
#include "kmod/compat/perf.h"
#include "kmod/compat/tracepoint.h"

#include <linux/rculist.h>

#define NR_CALLS	512	/* more than x86_64 has */

/* As the format files describe them: common header, number, then arguments or
 * the value returned.
 */
struct syscall_record {
	u64 common;		/* programs cannot read it */
	u64 nr;
	u64 args[6];
};

struct syscall_point {
	struct compat_tracepoint tp;
	u32 users;
	bool kept;		/* the kernel would not give the probe back: it is there */
	struct hlist_head raw;
	struct hlist_head call[NR_CALLS];
};

/* Both points and their lists. Readers: RCU-sched. */
static DEFINE_MUTEX(syscall_lock);
static struct syscall_point syscall_enter;
static struct syscall_point syscall_exit;

/*
 * Hits
 */

static __always_inline void syscall_fire(struct hlist_head *hooks,
					 const struct syscall_record *record, u32 size,
					 void *frame)
{
	struct ebpf_syscall_hook *hook;
	struct hlist_node *node;
	bool counts = true;

	for (node = READ_ONCE(hooks->first); node; node = READ_ONCE(node->next)) {
		hook = hlist_entry(node, struct ebpf_syscall_hook, node);
		counts &= ebpf_tp_fire(hook->event, record, size, NULL, frame);
	}
	if (!counts)
		return;
	for (node = READ_ONCE(hooks->first); node; node = READ_ONCE(node->next))
		ebpf_event_hit(hlist_entry(node, struct ebpf_syscall_hook, node)->event);
}

static __always_inline struct hlist_head *syscall_hooks(struct syscall_point *point, long nr,
							struct pt_regs *regs)
{
	if (unlikely((unsigned long)nr >= NR_CALLS) || !READ_ONCE(point->call[nr].first))
		return NULL;
	return compat_is_compat_syscall(regs) ? NULL : &point->call[nr];
}

static void syscall_args(struct pt_regs *regs, u64 *args)
{
	if (unlikely(compat_is_compat_syscall(regs))) {
		args[0] = (u32)regs->bx;
		args[1] = (u32)regs->cx;
		args[2] = (u32)regs->dx;
		args[3] = (u32)regs->si;
		args[4] = (u32)regs->di;
		args[5] = (u32)regs->bp;
		return;
	}
	args[0] = regs->di;
	args[1] = regs->si;
	args[2] = regs->dx;
	args[3] = regs->r10;
	args[4] = regs->r8;
	args[5] = regs->r9;
}

/* Apart, so that other calls do not pay for its frame. @frame: the probe's. Stacks begin with
 * its caller, as in later versions of Linux: in 6.1 programs of one call are handed the user's
 * registers, and get none.
 */
static noinline void syscall_enter_hit(struct hlist_head *hooks, struct pt_regs *regs, long nr,
				       void *frame)
{
	struct syscall_record record COMPAT_UNINIT;

	record.common = 0;
	record.nr = nr;
	syscall_args(regs, record.args);
	if (hooks)
		syscall_fire(hooks, &record, sizeof(record), frame);
	if (READ_ONCE(syscall_enter.raw.first))
		syscall_fire(&syscall_enter.raw, &record, sizeof(record), frame);
}

static noinline void syscall_exit_hit(struct hlist_head *hooks, long nr, long ret, void *frame)
{
	struct {
		u64 common;
		u64 nr;
		u64 ret;
	} record = { 0, nr, ret };

	if (hooks)
		syscall_fire(hooks, (void *)&record, sizeof(record), frame);
	if (READ_ONCE(syscall_exit.raw.first))
		syscall_fire(&syscall_exit.raw, (void *)&record, sizeof(record), frame);
}

static void syscall_enter_probe(void *data, struct pt_regs *regs, long nr)
{
	struct hlist_head *hooks;

	compat_tracepoint_enter();
	hooks = syscall_hooks(&syscall_enter, nr, regs);
	if (hooks || READ_ONCE(syscall_enter.raw.first))
		syscall_enter_hit(hooks, regs, nr, __builtin_frame_address(0));
	compat_tracepoint_leave();
}

static void syscall_exit_probe(void *data, struct pt_regs *regs, long ret)
{
	long nr = (int)regs->orig_ax;
	struct hlist_head *hooks;

	compat_tracepoint_enter();
	hooks = syscall_hooks(&syscall_exit, nr, regs);
	if (hooks || READ_ONCE(syscall_exit.raw.first))
		syscall_exit_hit(hooks, nr, ret, __builtin_frame_address(0));
	compat_tracepoint_leave();
}

/*
 * Attachment
 */

static struct syscall_point *point_of(const struct ebpf_syscall_hook *hook)
{
	return hook->enter ? &syscall_enter : &syscall_exit;
}

static void *probe_of(const struct ebpf_syscall_hook *hook)
{
	return hook->enter ? (void *)syscall_enter_probe : (void *)syscall_exit_probe;
}

static int point_get(struct ebpf_syscall_hook *hook)
{
	struct syscall_point *point = point_of(hook);
	int err;

	if (point->users++ || point->kept)
		return 0;
	err = ebpf_compat_tracepoint_find(hook->enter ? "sys_enter" : "sys_exit", &point->tp);
	if (!err)
		err = ebpf_compat_tracepoint_register(&point->tp, probe_of(hook), NULL);
	if (err)
		point->users--;
	return err;
}

static void point_put(struct ebpf_syscall_hook *hook)
{
	struct syscall_point *point = point_of(hook);

	if (--point->users)
		return;
	if (!point->kept)
		point->kept = !ebpf_compat_tracepoint_unregister(&point->tp, probe_of(hook), NULL);
	/* The module may go next: nobody may be in the probe. */
	tracepoint_synchronize_unregister();
}

int ebpf_syscall_hook_add(struct ebpf_syscall_hook *hook)
{
	struct syscall_point *point = point_of(hook);
	int err;

	if (!hook->raw && hook->nr >= NR_CALLS)
		return -EINVAL;
	mutex_lock(&syscall_lock);
	err = point_get(hook);
	if (!err)
		hlist_add_head_rcu(&hook->node,
				   hook->raw ? &point->raw : &point->call[hook->nr]);
	mutex_unlock(&syscall_lock);
	return err;
}

void ebpf_syscall_hook_del(struct ebpf_syscall_hook *hook)
{
	mutex_lock(&syscall_lock);
	hlist_del_rcu(&hook->node);
	point_put(hook);
	mutex_unlock(&syscall_lock);
}
