// SPDX-License-Identifier: GPL-2.0-only
/*
 * PROG_TEST_RUN: raw tracepoint programs with arguments from the caller, socket
 * filters with a packet of his.
 */
#include "kmod/syscall.h"
#include "kmod/run.h"

#include <ebpf/ctx.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/smp.h>

/* What Linux leaves of a page for the packet: head room and what follows the data. */
#define PACKET_MAX	(PAGE_SIZE - 64 - 320)
#define LOOPBACK_IFINDEX	1

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
 * Socket filters: they see the packet from behind its Ethernet header.
 */
struct skb_run {
	struct ebpf_skb_kern skb;
	u8 *packet;		/* Ethernet header included */
	u32 retval;
	u32 duration;		/* ns of one run */
};

static u32 packet_type(const u8 *dest)
{
	static const u8 host[ETH_ALEN], broadcast[ETH_ALEN] = { 255, 255, 255, 255, 255, 255 };

	if (!memcmp(dest, host, ETH_ALEN))
		return PACKET_HOST;
	if (!memcmp(dest, broadcast, ETH_ALEN))
		return PACKET_BROADCAST;
	return dest[0] & 1 ? PACKET_MULTICAST : PACKET_OTHERHOST;
}

static int skb_load(struct skb_run *run, const union ebpf_attr *attr)
{
	u32 size = attr->test.data_size_in;
	const struct ethhdr *eth;

	if (size < ETH_HLEN || size > PACKET_MAX)
		return -EINVAL;
	run->packet = kzalloc(size, GFP_KERNEL);
	if (!run->packet)
		return -ENOMEM;
	if (copy_from_user(run->packet, ebpf_user_ptr(attr->test.data_in), size))
		return -EFAULT;
	eth = (const struct ethhdr *)run->packet;
	run->skb.data = run->packet + ETH_HLEN;
	run->skb.data_end = run->packet + size;
	run->skb.data_meta = run->skb.data;
	run->skb.len = size - ETH_HLEN;
	run->skb.pkt_type = packet_type(eth->h_dest);
	run->skb.protocol = (__force u16)eth->h_proto;
	run->skb.ifindex = LOOPBACK_IFINDEX;
	run->skb.ingress_ifindex = LOOPBACK_IFINDEX;
	return 0;
}

/* What the caller may set of a packet's description; the rest must be zero. */
static int skb_set_ctx(struct ebpf_skb_kern *skb, struct ebpf_sk_buff *ctx)
{
	if (ctx->ifindex > LOOPBACK_IFINDEX)
		return -EINVAL;
	skb->mark = ctx->mark;
	skb->priority = ctx->priority;
	memcpy(skb->cb, ctx->cb, sizeof(skb->cb));
	skb->tstamp = ctx->tstamp;
	skb->gso_segs = ctx->gso_segs;
	skb->gso_size = ctx->gso_size;
	skb->hwtstamp = ctx->hwtstamp;
	ctx->mark = 0;
	ctx->priority = 0;
	ctx->ifindex = 0;
	memset(ctx->cb, 0, sizeof(ctx->cb));
	ctx->tstamp = 0;
	ctx->gso_segs = 0;
	ctx->gso_size = 0;
	ctx->hwtstamp = 0;
	ctx->wire_len = 0;
	return memchr_inv(ctx, 0, sizeof(*ctx)) ? -EINVAL : 0;
}

static int skb_load_ctx(struct skb_run *run, const union ebpf_attr *attr)
{
	void __user *uctx = ebpf_user_ptr(attr->test.ctx_in);
	u32 size = attr->test.ctx_size_in;
	struct ebpf_sk_buff ctx;
	int err;

	if (!uctx)
		return 0;
	memset(&ctx, 0, sizeof(ctx));
	err = ebpf_check_tail_zero(uctx, sizeof(ctx), size);
	if (err)
		return err;
	if (copy_from_user(&ctx, uctx, min_t(u32, size, sizeof(ctx))))
		return -EFAULT;
	return skb_set_ctx(&run->skb, &ctx);
}

/* Runs up to @repeat times, until somebody else wants the CPU; returns how often.
 * The clock is read once for all of them: a reading costs more than a short
 * program.
 */
static u32 skb_run_stretch(struct skb_run *run, struct ebpf_prog *prog, u32 repeat, u64 *spent)
{
	struct ebpf_run_ctx rctx;
	u32 done = 0;
	u64 start;

	memset(&rctx, 0, sizeof(rctx));
	preempt_disable();
	start = compat_ktime_get_ns();
	do {
		run->retval = ebpf_prog_run(prog, &run->skb, &rctx);
	} while (++done < repeat && !need_resched() && !signal_pending(current));
	*spent += compat_ktime_get_ns() - start;
	preempt_enable();
	return done;
}

static int skb_run_repeat(struct skb_run *run, struct ebpf_prog *prog, u32 repeat)
{
	u64 spent = 0;
	u32 left;

	repeat = repeat ? repeat : 1;
	for (left = repeat; left; cond_resched()) {
		left -= skb_run_stretch(run, prog, left, &spent);
		if (left && signal_pending(current))
			return -EINTR;
	}
	do_div(spent, repeat);
	run->duration = spent > U32_MAX ? U32_MAX : (u32)spent;
	return 0;
}

/* Copies what fits of a result; -ENOSPC when something was cut off. */
static int result_out(u64 uaddr, u32 room, const void *data, u32 size, u32 __user *usize)
{
	u32 n = room && size > room ? room : size;

	if (uaddr && copy_to_user(ebpf_user_ptr(uaddr), data, n))
		return -EFAULT;
	if (put_user(size, usize))
		return -EFAULT;
	return n < size ? -ENOSPC : 0;
}

static int skb_ctx_out(const struct skb_run *run, const union ebpf_attr *attr,
		       union ebpf_attr __user *uattr)
{
	struct ebpf_sk_buff ctx;

	if (!attr->test.ctx_out)
		return 0;
	memset(&ctx, 0, sizeof(ctx));
	ctx.mark = run->skb.mark;
	ctx.priority = run->skb.priority;
	ctx.ifindex = run->skb.ifindex;
	ctx.ingress_ifindex = run->skb.ingress_ifindex;
	memcpy(ctx.cb, run->skb.cb, sizeof(ctx.cb));
	ctx.tstamp = run->skb.tstamp;
	ctx.wire_len = run->skb.len;
	ctx.gso_segs = run->skb.gso_segs;
	ctx.hwtstamp = run->skb.hwtstamp;
	return result_out(attr->test.ctx_out, attr->test.ctx_size_out, &ctx, sizeof(ctx),
			  &uattr->test.ctx_size_out);
}

static int skb_results(const struct skb_run *run, const union ebpf_attr *attr,
		       union ebpf_attr __user *uattr)
{
	int err;

	/* Where the Ethernet header was, zeros. */
	memset(run->packet, 0, ETH_HLEN);
	err = result_out(attr->test.data_out, attr->test.data_size_out, run->packet,
			 run->skb.len + ETH_HLEN, &uattr->test.data_size_out);
	if (err == -EFAULT)
		return err;
	if (put_user(run->retval, &uattr->test.retval) ||
	    put_user(run->duration, &uattr->test.duration))
		return -EFAULT;
	return err ? err : skb_ctx_out(run, attr, uattr);
}

static long test_run_skb(struct ebpf_prog *prog, const union ebpf_attr *attr,
			 union ebpf_attr __user *uattr)
{
	struct skb_run *run;
	int err;

	if (attr->test.flags || attr->test.cpu || attr->test.batch_size)
		return -EINVAL;
	run = kzalloc(sizeof(*run), GFP_KERNEL);
	if (!run)
		return -ENOMEM;
	err = skb_load(run, attr);
	if (!err)
		err = skb_load_ctx(run, attr);
	if (!err)
		err = skb_run_repeat(run, prog, attr->test.repeat);
	if (!err)
		err = skb_results(run, attr, uattr);
	kfree(run->packet);
	kfree(run);
	return err;
}

long ebpf_cmd_prog_test_run(const union ebpf_attr *attr, union ebpf_attr __user *uattr)
{
	struct ebpf_prog *prog;
	long err = -ENOTSUPP;

	if (!attr->test.ctx_size_in != !attr->test.ctx_in ||
	    !attr->test.ctx_size_out != !attr->test.ctx_out)
		return -EINVAL;
	prog = ebpf_prog_get(attr->test.prog_fd, EBPF_PROG_TYPE_UNSPEC);
	if (IS_ERR(prog))
		return PTR_ERR(prog);
	if (prog->type == EBPF_PROG_TYPE_RAW_TRACEPOINT)
		err = test_run_raw_tp(prog, attr, uattr);
	else if (prog->type == EBPF_PROG_TYPE_SOCKET_FILTER)
		err = test_run_skb(prog, attr, uattr);
	ebpf_prog_put(prog);
	return err;
}
