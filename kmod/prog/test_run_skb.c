// SPDX-License-Identifier: GPL-2.0-only
/*
 * PROG_TEST_RUN of programs that get a packet as the network stack describes it:
 * SCHED_CLS and SCHED_ACT from its Ethernet header on, SOCKET_FILTER and CGROUP_SKB
 * from behind it.
 */
#include "kmod/prog/test_run.h"
#include "helpers/net.h"

#include <ebpf/services.h>
#include <linux/if_packet.h>

/* Linux leaves this of a page for the packet and has this in front of it. */
#define PACKET_MAX	(PAGE_SIZE - PACKET_PAD - 320)
#define PACKET_PAD	64
#define GSO_SEGS_MAX	65535
#define GSO_LEN_MAX	65536

struct skb_test {
	struct ebpf_skb_kern skb;
	struct ebpf_sk_buff ctx;	/* the caller's */
	struct test_outcome outcome;
	bool l2;			/* the program sees the Ethernet header */
};

static u32 packet_type(const u8 *dest, const u8 *host)
{
	static const u8 broadcast[ETH_ALEN] = { 255, 255, 255, 255, 255, 255 };

	if (!memcmp(dest, host, ETH_ALEN))
		return PACKET_HOST;
	if (!memcmp(dest, broadcast, ETH_ALEN))
		return PACKET_BROADCAST;
	return dest[0] & 1 ? PACKET_MULTICAST : PACKET_OTHERHOST;
}

static int skb_load(struct ebpf_skb_kern *skb, const union ebpf_attr *attr)
{
	u32 size = attr->test.data_size_in;

	if (size < ETH_HLEN || size > PACKET_MAX)
		return -EINVAL;
	skb->head = ebpf_alloc(EBPF_SKB_BUF_SIZE);
	if (!skb->head)
		return -ENOMEM;
	skb->data = skb->head + PACKET_PAD;
	skb->data_end = skb->data + size;
	skb->mac = skb->data;
	skb->network = skb->data + ETH_HLEN;
	skb->csum_level = -1;
	return copy_from_user(skb->data, ebpf_user_ptr(attr->test.data_in), size) ? -EFAULT : 0;
}

/* Headers that the type promises must be there. */
static int skb_classify(struct ebpf_skb_kern *skb, u32 ifindex, const u8 *host)
{
	u32 left = skb->data_end - skb->network;
	u16 type = net_ether_type(net_get16(skb->mac + 2 * ETH_ALEN), skb->network, left);

	if ((type == NET_P_IP && left < NET_IP4_HLEN) ||
	    (type == NET_P_IPV6 && left < NET_IP6_HLEN))
		return -EINVAL;
	skb->protocol = net_swab16(type);
	skb->pkt_type = packet_type(skb->mac, host);
	skb->ifindex = ifindex;
	return 0;
}

static void skb_set_start(struct skb_test *test)
{
	struct ebpf_skb_kern *skb = &test->skb;

	skb->data = test->l2 ? skb->mac : skb->network;
	skb->data_meta = skb->data;
	skb->len = skb->data_end - skb->data;
}

/* What the caller may not set must be zero. */
static bool ctx_rest_is_zero(const struct ebpf_sk_buff *ctx)
{
	struct ebpf_sk_buff rest = *ctx;

	rest.mark = 0;
	rest.priority = 0;
	rest.ingress_ifindex = 0;
	rest.ifindex = 0;
	memset(rest.cb, 0, sizeof(rest.cb));
	rest.tstamp = 0;
	rest.wire_len = 0;
	rest.gso_segs = 0;
	rest.gso_size = 0;
	rest.hwtstamp = 0;
	return !memchr_inv(&rest, 0, sizeof(rest));
}

static int skb_set_ctx(struct ebpf_skb_kern *skb, const struct ebpf_sk_buff *ctx)
{
	if (!ctx_rest_is_zero(ctx))
		return -EINVAL;
	if (ctx->wire_len && (ctx->wire_len < skb->len || ctx->wire_len > GSO_LEN_MAX))
		return -EINVAL;
	if (ctx->gso_segs > GSO_SEGS_MAX)
		return -EINVAL;
	skb->mark = ctx->mark;
	skb->priority = ctx->priority;
	skb->ingress_ifindex = ctx->ingress_ifindex;
	memcpy(skb->cb, ctx->cb, sizeof(skb->cb));
	skb->tstamp = ctx->tstamp;
	skb->wire_len = ctx->wire_len ? ctx->wire_len : skb->len;
	skb->gso_segs = ctx->gso_segs;
	/* A segment's size has 16 bits. */
	skb->gso_size = (u16)ctx->gso_size;
	skb->hwtstamp = ctx->hwtstamp;
	return 0;
}

static int skb_prepare(struct skb_test *test, const union ebpf_attr *attr)
{
	u8 host[ETH_ALEN] = { 0 };
	u32 ifindex = LOOPBACK_IFINDEX;
	int err, has_ctx;

	err = skb_load(&test->skb, attr);
	if (err)
		return err;
	has_ctx = ebpf_test_ctx_in(attr, &test->ctx, sizeof(test->ctx));
	if (has_ctx < 0)
		return has_ctx;
	if (test->ctx.ifindex > LOOPBACK_IFINDEX) {
		ifindex = test->ctx.ifindex;
		if (!ebpf_test_device(ifindex, host))
			return -ENODEV;
	}
	err = skb_classify(&test->skb, ifindex, host);
	if (err)
		return err;
	skb_set_start(test);
	/* One that is only to come back counts as zeros. */
	return has_ctx || attr->test.ctx_out ? skb_set_ctx(&test->skb, &test->ctx) : 0;
}

static int skb_results(struct skb_test *test, const union ebpf_attr *attr,
		       union ebpf_attr __user *uattr)
{
	struct ebpf_skb_kern *skb = &test->skb;
	struct ebpf_sk_buff *ctx = &test->ctx;
	u8 *start = skb->data;
	int err;

	/* Where the Ethernet header was, zeros; the program may have taken its room. */
	if (!test->l2) {
		if (!ebpf_skb_make_room(skb, ETH_HLEN, 0))
			return -ENOMEM;
		start = skb->data - ETH_HLEN;
		memset(start, 0, ETH_HLEN);
	}
	err = ebpf_test_data_out(attr, uattr, start, skb->data_end - start, &test->outcome);
	if (err)
		return err;
	ctx->mark = skb->mark;
	ctx->priority = skb->priority;
	ctx->ingress_ifindex = skb->ingress_ifindex;
	ctx->ifindex = skb->ifindex;
	ctx->tstamp = skb->tstamp;
	memcpy(ctx->cb, skb->cb, sizeof(ctx->cb));
	ctx->wire_len = skb->wire_len;
	ctx->gso_segs = skb->gso_segs;
	ctx->hwtstamp = skb->hwtstamp;
	return ebpf_test_ctx_out(attr, uattr, ctx, sizeof(*ctx));
}

long ebpf_test_run_skb(struct ebpf_prog *prog, const union ebpf_attr *attr,
		       union ebpf_attr __user *uattr)
{
	struct skb_test *test;
	int err;

	if (attr->test.flags || attr->test.cpu || attr->test.batch_size)
		return -EINVAL;
	test = kzalloc(sizeof(*test), GFP_KERNEL);
	if (!test)
		return -ENOMEM;
	test->l2 = prog->type == EBPF_PROG_TYPE_SCHED_CLS ||
		   prog->type == EBPF_PROG_TYPE_SCHED_ACT;
	err = skb_prepare(test, attr);
	if (!err)
		err = ebpf_test_repeat(prog, &test->skb, attr->test.repeat, &test->outcome);
	if (!err)
		err = skb_results(test, attr, uattr);
	ebpf_free(test->skb.head);
	kfree(test);
	return err;
}
