// SPDX-License-Identifier: GPL-2.0-only
/*
 * bpf_get_stackid() and bpf_get_stack().
 */
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include "helpers/build_id.h"
#include "helpers/helpers.h"
#include "helpers/scratch.h"
#include "kmod/map/map.h"
#include "kmod/map/kinds/stack_trace.h"
#include "kmod/prog/run.h"
#include "kmod/compat/task.h"
#include "kmod/compat/unwind.h"

#define MAX_STACK_DEPTH	127

static struct pt_regs *run_regs(void)
{
	const struct ebpf_run_ctx *run = ebpf_run_current();

	return run ? run->regs : NULL;
}

EBPF_HELPER(get_stackid)
{
	return ebpf_stackmap_get_id((struct ebpf_map *)(unsigned long)r2, run_regs(), PROG_IP(),
				    r3);
}

/* Whose stack, and which. */
struct stack_of {
	struct task_struct *task;
	u64 prog_ip;
	bool user;
};

static long walk_task(const struct stack_of *of, u64 *ips, u32 max)
{
	long n;

	/* Its memory cannot be read from here. */
	if (of->user)
		return -EOPNOTSUPP;
	rcu_read_lock();
	n = compat_task_exists(of->task) ? compat_unwind_task(of->task, ips, max) : -EFAULT;
	rcu_read_unlock();
	return n;
}

static long walk(const struct stack_of *of, u64 *ips, u32 max)
{
	if (of->task && of->task != current)
		return walk_task(of, ips, max);
	if (of->user)
		return ebpf_stack_user(run_regs(), ips, max);
	return ebpf_stack_kernel(run_regs(), of->prog_ip, ips, max);
}

/* Bytes written to @buf, or an errno. */
static long fill_stack(const struct stack_of *of, void *buf, u32 size, u32 elem, u32 skip)
{
	u64 *ips = ebpf_scratch_get();
	u32 want = size / elem;
	long n;

	if (!ips)
		return -EBUSY;
	n = walk(of, ips, min_t(u32, want + skip, MAX_STACK_DEPTH));
	if (n < 0)
		goto out;
	if (n <= skip) {
		n = -EFAULT;
		goto out;
	}
	n = min_t(u32, n - skip, want);
	if (elem == sizeof(u64))
		memcpy(buf, ips + skip, n * sizeof(u64));
	else
		ebpf_build_ids(buf, ips + skip, n);
	n *= elem;
out:
	ebpf_scratch_put();
	return n;
}

static long get_stack(struct task_struct *task, u64 prog_ip, void *buf, u32 size, u64 flags)
{
	const u64 known = EBPF_F_SKIP_FIELD_MASK | EBPF_F_USER_STACK | EBPF_F_USER_BUILD_ID;
	struct stack_of of = {
		.task = task, .prog_ip = prog_ip, .user = flags & EBPF_F_USER_STACK,
	};
	bool ids = flags & EBPF_F_USER_BUILD_ID;
	u32 elem = ids ? sizeof(struct ebpf_stack_build_id) : sizeof(u64);
	long ret = -EINVAL;

	if (!(flags & ~known) && !(ids && !of.user) && !(size % elem))
		ret = fill_stack(&of, buf, size, elem, flags & EBPF_F_SKIP_FIELD_MASK);
	memset((u8 *)buf + max_t(long, ret, 0), 0, size - max_t(long, ret, 0));
	return ret;
}

/* ctx, where to, bytes, flags */
EBPF_HELPER(get_stack)
{
	return get_stack(NULL, PROG_IP(), (void *)(unsigned long)r2, r3, r4);
}

/* task, where to, bytes, flags */
EBPF_HELPER(get_task_stack)
{
	struct task_struct *task = (void *)(unsigned long)r1;
	void *buf = (void *)(unsigned long)r2;

	if (task)
		return get_stack(task, PROG_IP(), buf, r3, r4);
	memset(buf, 0, (u32)r3);
	return -EFAULT;
}
