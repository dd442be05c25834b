// SPDX-License-Identifier: GPL-2.0-only
/*
 * PROG_TEST_RUN of XDP programs: a packet as a driver hands it out, in one page.
 */
#include "kmod/prog/test_run.h"
#include "helpers/net.h"

#include <ebpf/services.h>
#include <linux/ratelimit.h>

#define META_MAX	32

struct xdp_test {
	struct ebpf_xdp_kern xdp;
	struct ebpf_xdp_md ctx;		/* the caller's, offsets from the metadata's start */
	struct test_outcome outcome;
};

static int check_flags(const struct ebpf_prog *prog, const union ebpf_attr *attr)
{
	if (prog->expected_attach_type == EBPF_XDP_DEVMAP ||
	    prog->expected_attach_type == EBPF_XDP_CPUMAP)
		return -EINVAL;
	if (attr->test.flags & ~EBPF_F_TEST_XDP_LIVE_FRAMES)
		return -EINVAL;
	if (attr->test.flags & EBPF_F_TEST_XDP_LIVE_FRAMES) {
		pr_info_ratelimited("ebpfdrv: %s[%d]: XDP test runs with live frames are not supported\n",
				    current->comm, task_pid_nr(current));
		return -EOPNOTSUPP;
	}
	return attr->test.batch_size ? -EINVAL : 0;
}

/* Bytes of metadata in front of the packet, or -EINVAL. */
static int meta_size(const struct ebpf_xdp_md *ctx, u32 data_size)
{
	if (ctx->data_meta || ctx->data_end > data_size || ctx->data > ctx->data_end)
		return -EINVAL;
	if (ctx->data % sizeof(u32) || ctx->data > META_MAX)
		return -EINVAL;
	return ctx->data;
}

/* Packets of more than one page, which Linux can run, do not exist here. */
static int xdp_load(struct xdp_test *test, const union ebpf_attr *attr, u32 meta, u32 size)
{
	struct ebpf_xdp_kern *xdp = &test->xdp;
	u32 start = EBPF_XDP_HEADROOM - meta;

	if (attr->test.data_size_in - meta < ETH_HLEN)
		return -EINVAL;
	if (attr->test.data_size_in > size ||
	    size > EBPF_XDP_BUF_SIZE - EBPF_XDP_TAIL_SIZE - start)
		return -EINVAL;
	xdp->head = ebpf_alloc(EBPF_XDP_BUF_SIZE);
	if (!xdp->head)
		return -ENOMEM;
	xdp->data_meta = xdp->head + start;
	xdp->data = xdp->data_meta + meta;
	xdp->data_end = xdp->data_meta + size;
	return copy_from_user(xdp->data_meta, ebpf_user_ptr(attr->test.data_in), size) ?
	       -EFAULT : 0;
}

/* The first queue is the only one that is known to exist. */
static int xdp_set_device(struct ebpf_xdp_kern *xdp, const struct ebpf_xdp_md *ctx)
{
	u8 addr[ETH_ALEN];

	xdp->ingress_ifindex = LOOPBACK_IFINDEX;
	if (ctx->egress_ifindex)
		return -EINVAL;
	if (!ctx->ingress_ifindex)
		return ctx->rx_queue_index ? -EINVAL : 0;
	if (!ebpf_test_device(ctx->ingress_ifindex, addr))
		return -ENODEV;
	xdp->ingress_ifindex = ctx->ingress_ifindex;
	return ctx->rx_queue_index ? -EINVAL : 0;
}

static int xdp_prepare(struct xdp_test *test, const union ebpf_attr *attr)
{
	u32 size = attr->test.data_size_in;
	int meta = 0, err;

	err = ebpf_test_ctx_in(attr, &test->ctx, sizeof(test->ctx));
	if (err < 0)
		return err;
	if (err) {
		meta = meta_size(&test->ctx, size);
		if (meta < 0)
			return meta;
		size = test->ctx.data_end;
	}
	err = xdp_load(test, attr, meta, size);
	return err ? err : xdp_set_device(&test->xdp, &test->ctx);
}

static int xdp_results(struct xdp_test *test, const union ebpf_attr *attr,
		       union ebpf_attr __user *uattr)
{
	const struct ebpf_xdp_kern *xdp = &test->xdp;
	u32 size = xdp->data_end - xdp->data_meta;
	int err;

	test->ctx.data = xdp->data - xdp->data_meta;
	test->ctx.data_end = size;
	err = ebpf_test_data_out(attr, uattr, xdp->data_meta, size, &test->outcome);
	return err ? err : ebpf_test_ctx_out(attr, uattr, &test->ctx, sizeof(test->ctx));
}

long ebpf_test_run_xdp(struct ebpf_prog *prog, const union ebpf_attr *attr,
		       union ebpf_attr __user *uattr)
{
	struct xdp_test *test;
	int err = check_flags(prog, attr);

	if (err)
		return err;
	test = kzalloc(sizeof(*test), GFP_KERNEL);
	if (!test)
		return -ENOMEM;
	err = xdp_prepare(test, attr);
	if (!err)
		err = ebpf_test_repeat(prog, &test->xdp, attr->test.repeat, &test->outcome);
	if (!err)
		err = xdp_results(test, attr, uattr);
	ebpf_free(test->xdp.head);
	kfree(test);
	return err;
}
