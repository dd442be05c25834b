// SPDX-License-Identifier: GPL-2.0-only
/*
 * PROG_TEST_RUN: the command, and raw tracepoint programs with arguments from the
 * caller.
 */
#include "kmod/prog/test_run.h"
#include "kmod/prog/sleep.h"

#include <ebpf/ctx.h>
#include <linux/smp.h>

/*
 * Raw tracepoints
 */
struct raw_tp_run {
	struct ebpf_prog *prog;
	struct ebpf_raw_tp_kern ctx;
	u32 retval;
};

static void raw_tp_run(void *data)
{
	struct raw_tp_run *run = data;
	struct ebpf_run_ctx rctx;

	memset(&rctx, 0, sizeof(rctx));
	rctx.frame = __builtin_frame_address(0);
	run->retval = ebpf_prog_run(run->prog, &run->ctx, &rctx);
}

static int raw_tp_run_on(struct raw_tp_run *run, bool any, u32 cpu)
{
	int err = 0;

	preempt_disable();
	if (any || cpu == smp_processor_id())
		raw_tp_run(run);
	else if (cpu >= nr_cpu_ids || !cpu_online(cpu))
		err = -ENXIO;
	else
		err = smp_call_function_single(cpu, raw_tp_run, run, 1);
	preempt_enable();
	return err;
}

static long test_run_raw_tp(struct ebpf_prog *prog, const union ebpf_attr *attr,
			    union ebpf_attr __user *uattr)
{
	bool on_cpu = attr->test.flags & EBPF_F_TEST_RUN_ON_CPU;
	u32 size = attr->test.ctx_size_in;
	struct raw_tp_run run;
	int err;

	if (attr->test.data_in || attr->test.data_out || attr->test.ctx_out ||
	    attr->test.duration || attr->test.repeat || attr->test.batch_size)
		return -EINVAL;
	if (size < prog->image.max_ctx_offset || size > sizeof(run.ctx))
		return -EINVAL;
	if (!on_cpu && attr->test.cpu)
		return -EINVAL;
	memset(&run, 0, sizeof(run));
	run.prog = prog;
	if (copy_from_user(&run.ctx, ebpf_user_ptr(attr->test.ctx_in), size))
		return -EFAULT;
	err = raw_tp_run_on(&run, !on_cpu, attr->test.cpu);
	if (!err && put_user(run.retval, &uattr->test.retval))
		err = -EFAULT;
	return err;
}

/*
 * SYSCALL: what the caller gives it is its context, which he gets back
 */
static long test_run_syscall(struct ebpf_prog *prog, const union ebpf_attr *attr,
			     union ebpf_attr __user *uattr)
{
	u32 size = attr->test.ctx_size_in;
	void __user *uctx = ebpf_user_ptr(attr->test.ctx_in);
	struct ebpf_run_ctx rctx;
	int err, idx;
	u64 retval;
	void *ctx;

	if (attr->test.data_in || attr->test.data_out || attr->test.ctx_out ||
	    attr->test.duration || attr->test.repeat || attr->test.flags || attr->test.batch_size)
		return -EINVAL;
	if (size < prog->image.max_ctx_offset || size > EBPF_SYSCALL_CTX_MAX)
		return -EINVAL;
	ctx = compat_kvzalloc(size + 1);
	if (!ctx)
		return -ENOMEM;
	if (copy_from_user(ctx, uctx, size)) {
		compat_kvfree(ctx);
		return -EFAULT;
	}
	memset(&rctx, 0, sizeof(rctx));
	idx = ebpf_sleep_read_lock();
	err = ebpf_prog_call_sleepable(prog, ctx, &rctx, &retval);
	ebpf_sleep_read_unlock(idx);
	if (!err && (put_user((u32)retval, &uattr->test.retval) || copy_to_user(uctx, ctx, size)))
		err = -EFAULT;
	compat_kvfree(ctx);
	return err;
}

static long test_run_prog(struct ebpf_prog *prog, const union ebpf_attr *attr,
			  union ebpf_attr __user *uattr)
{
	switch (prog->type) {
	case EBPF_PROG_TYPE_RAW_TRACEPOINT:
		return test_run_raw_tp(prog, attr, uattr);
	case EBPF_PROG_TYPE_SOCKET_FILTER:
	case EBPF_PROG_TYPE_SCHED_CLS:
	case EBPF_PROG_TYPE_SCHED_ACT:
	case EBPF_PROG_TYPE_CGROUP_SKB:
	case EBPF_PROG_TYPE_LWT_IN:
	case EBPF_PROG_TYPE_LWT_OUT:
	case EBPF_PROG_TYPE_LWT_XMIT:
		return ebpf_test_run_skb(prog, attr, uattr);
	case EBPF_PROG_TYPE_SYSCALL:
		return test_run_syscall(prog, attr, uattr);
	case EBPF_PROG_TYPE_TRACING:
		return ebpf_test_run_tracing(prog, attr, uattr);
	case EBPF_PROG_TYPE_XDP:
		return ebpf_test_run_xdp(prog, attr, uattr);
	default:
		return -ENOTSUPP;
	}
}

long ebpf_cmd_prog_test_run(const union ebpf_attr *attr, union ebpf_attr __user *uattr)
{
	struct ebpf_prog *prog;
	long err;

	if (!attr->test.ctx_size_in != !attr->test.ctx_in ||
	    !attr->test.ctx_size_out != !attr->test.ctx_out)
		return -EINVAL;
	prog = ebpf_prog_get(attr->test.prog_fd, EBPF_PROG_TYPE_UNSPEC);
	if (IS_ERR(prog))
		return PTR_ERR(prog);
	err = test_run_prog(prog, attr, uattr);
	ebpf_prog_put(prog);
	return err;
}
