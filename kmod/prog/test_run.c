// SPDX-License-Identifier: GPL-2.0-only
/*
 * PROG_TEST_RUN: the command, raw tracepoint programs with arguments from the
 * caller, and what runs with packets share.
 */
#include "kmod/prog/test_run.h"
#include "kmod/map/kinds/cgroup_storage.h"

#include <ebpf/ctx.h>
#include <linux/netdevice.h>
#include <linux/nsproxy.h>
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
 * Programs that get packets
 */

/* Runs up to @repeat times, until somebody else wants the CPU; returns how often.
 * The clock is read once for all of them: a reading costs more than a short
 * program.
 */
static u32 run_stretch(struct ebpf_prog *prog, const void *ctx, u32 repeat, u32 *retval,
		       u64 *spent)
{
	struct ebpf_run_ctx rctx;
	u32 done = 0;
	u64 start;

	memset(&rctx, 0, sizeof(rctx));
	rctx.frame = __builtin_frame_address(0);
	preempt_disable();
	start = compat_ktime_get_ns();
	do {
		*retval = ebpf_prog_run(prog, ctx, &rctx);
	} while (++done < repeat && !need_resched() && !signal_pending(current));
	*spent += compat_ktime_get_ns() - start;
	preempt_enable();
	return done;
}

int ebpf_test_repeat(struct ebpf_prog *prog, const void *ctx, u32 repeat,
		     struct test_outcome *outcome)
{
	u64 spent = 0;
	u32 left, i;

	for (i = 0; i < prog->image.used_map_cnt; i++)
		ebpf_cgroup_storage_reset(prog->image.used_maps[i]);
	repeat = repeat ? repeat : 1;
	for (left = repeat; left; cond_resched()) {
		left -= run_stretch(prog, ctx, left, &outcome->retval, &spent);
		if (left && signal_pending(current))
			return -EINTR;
	}
	do_div(spent, repeat);
	outcome->duration = spent > U32_MAX ? U32_MAX : (u32)spent;
	return 0;
}

int ebpf_test_ctx_in(const union ebpf_attr *attr, void *ctx, u32 size)
{
	void __user *uctx = ebpf_user_ptr(attr->test.ctx_in);
	u32 usize = attr->test.ctx_size_in;
	int err;

	memset(ctx, 0, size);
	if (!uctx)
		return 0;
	err = ebpf_check_tail_zero(uctx, size, usize);
	if (err)
		return err;
	return copy_from_user(ctx, uctx, min(usize, size)) ? -EFAULT : 1;
}

int ebpf_test_data_out(const union ebpf_attr *attr, union ebpf_attr __user *uattr,
		       const void *data, u32 size, const struct test_outcome *outcome)
{
	u32 room = attr->test.data_size_out, n = room && size > room ? room : size;

	if (attr->test.data_out && copy_to_user(ebpf_user_ptr(attr->test.data_out), data, n))
		return -EFAULT;
	if (put_user(size, &uattr->test.data_size_out) ||
	    put_user(outcome->retval, &uattr->test.retval) ||
	    put_user(outcome->duration, &uattr->test.duration))
		return -EFAULT;
	return n < size ? -ENOSPC : 0;
}

int ebpf_test_ctx_out(const union ebpf_attr *attr, union ebpf_attr __user *uattr,
		      const void *ctx, u32 size)
{
	u32 n = min(size, attr->test.ctx_size_out);

	if (!attr->test.ctx_out)
		return 0;
	if (copy_to_user(ebpf_user_ptr(attr->test.ctx_out), ctx, n) ||
	    put_user(size, &uattr->test.ctx_size_out))
		return -EFAULT;
	return n < size ? -ENOSPC : 0;
}

bool ebpf_test_device(u32 ifindex, u8 addr[ETH_ALEN])
{
	struct net_device *dev;

	memset(addr, 0, ETH_ALEN);
	if (ifindex > S32_MAX)
		return false;
	rcu_read_lock();
	dev = dev_get_by_index_rcu(current->nsproxy->net_ns, ifindex);
	if (dev && dev->addr_len == ETH_ALEN)
		memcpy(addr, dev->dev_addr, ETH_ALEN);
	rcu_read_unlock();
	return dev;
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
