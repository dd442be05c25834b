// SPDX-License-Identifier: GPL-2.0-only
/*
 * What programs on functions ask about the call they were run for. The verifier
 * lets only them ask: their context has the number of its slots before it.
 */
#include <linux/errno.h>
#include <linux/sched.h>
#include "helpers/helpers.h"
#include "kmod/prog/run.h"
#include "kmod/compat/task.h"

static u64 nr_slots(const u64 *ctx)
{
	return ctx[-1];
}

/* ctx, n, where to */
EBPF_HELPER(get_func_arg)
{
	const u64 *ctx = (const u64 *)(unsigned long)r1;
	u32 n = r2;

	if (n >= nr_slots(ctx))
		return -EINVAL;
	*(u64 *)(unsigned long)r3 = ctx[n];
	return 0;
}

/* ctx, where to */
EBPF_HELPER(get_func_ret)
{
	const u64 *ctx = (const u64 *)(unsigned long)r1;
	u32 type = ebpf_run_current()->prog->expected_attach_type;

	if (type != EBPF_TRACE_FEXIT && type != EBPF_MODIFY_RETURN)
		return -EOPNOTSUPP;
	*(u64 *)(unsigned long)r2 = ctx[nr_slots(ctx)];
	return 0;
}

EBPF_HELPER(get_func_arg_cnt)
{
	return nr_slots((const u64 *)(unsigned long)r1);
}

/* task; what programs load from the result may fault. */
EBPF_HELPER(task_pt_regs)
{
	struct task_struct *task = (void *)(unsigned long)r1;

	return (u64)(unsigned long)compat_task_user_regs(task);
}

EBPF_HELPER(get_current_task_btf)
{
	return (u64)(unsigned long)current;
}
