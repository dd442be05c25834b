// SPDX-License-Identifier: GPL-2.0-only
/*
 * PROG_TEST_RUN of programs that get packets: what these share.
 */
#include "kmod/prog/test_run.h"
#include "kmod/map/kinds/cgroup_storage.h"

#include <linux/netdevice.h>
#include <linux/nsproxy.h>

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
