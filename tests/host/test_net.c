// SPDX-License-Identifier: GPL-2.0-only
/*
 * Helpers of packets, called at random: whatever programs ask for, the packet stays
 * in its buffer (ASan watches the rest), and nothing beside it is lost.
 */
#include <stdlib.h>
#include "tap.h"

/* All in one unit: statics can be told apart by name. */
#include "helpers/skb.c"
#include "helpers/skb_room.c"
#include "helpers/xdp.c"

static u64 rnd_state = 0x9e3779b97f4a7c15ull;

static u32 rnd(u32 n)
{
	rnd_state ^= rnd_state << 13;
	rnd_state ^= rnd_state >> 7;
	rnd_state ^= rnd_state << 17;
	return (u32)(rnd_state >> 32) % n;
}

/* Small, at an edge, or anything. */
static u32 rnd_arg(void)
{
	static const u32 edges[] = {
		0, 1, 13, 14, 34, 64, 0xfff, 0x1000, EBPF_SKB_MAX_LEN, EBPF_SKB_BUF_SIZE,
		0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff,
	};

	switch (rnd(4)) {
	case 0:
		return edges[rnd(ARRAY_SIZE(edges))];
	case 1:
		return (u32)rnd(2000) - 1000;
	case 2:
		return rnd(EBPF_SKB_BUF_SIZE);
	default:
		return rnd(64);
	}
}

static void skb_new(struct ebpf_skb_kern *skb)
{
	static const u16 types[] = { NET_P_IP, NET_P_IPV6, NET_P_8021Q, NET_P_802_2 };
	u16 type = types[rnd(ARRAY_SIZE(types))];
	u32 len = NET_ETH_HLEN + rnd(3600), i;

	memset(skb, 0, sizeof(*skb));
	skb->head = malloc(EBPF_SKB_BUF_SIZE);
	skb->data = skb->head + 64;
	skb->data_meta = skb->data;
	skb->mac = skb->data;
	skb->network = skb->data + NET_ETH_HLEN;
	skb->len = len;
	skb->data_end = skb->data + len;
	for (i = 0; i < len; i++)
		skb->data[i] = rnd(256);
	net_put16(skb->data + 12, type);
	skb->protocol = net_swab16(type);
}

static bool skb_sane(const struct ebpf_skb_kern *skb)
{
	return skb->data >= skb->head && skb->data_end >= skb->data &&
	       skb->data_end <= skb->head + EBPF_SKB_BUF_SIZE &&
	       skb->len == skb->data_end - skb->data && skb->mac == skb->data &&
	       skb->network >= skb->data && skb->network <= skb->data_end;
}

static u64 skb_step(struct ebpf_skb_kern *skb, u8 *buf)
{
	static const ebpf_func_t funcs[] = {
		ebpf_helper_skb_change_tail, ebpf_helper_skb_change_head,
		ebpf_helper_skb_vlan_push, ebpf_helper_skb_vlan_pop,
		ebpf_helper_skb_change_proto, ebpf_helper_skb_adjust_room,
		ebpf_helper_get_hash_recalc, ebpf_helper_set_hash_invalid,
		ebpf_helper_skb_ecn_set_ce,
	};
	static const u16 protos[] = { 0x0008, 0xdd86, 0x0081, 0xa888 };
	u32 n = rnd(ARRAY_SIZE(funcs) + 3), len = 1 + rnd(512);
	u64 skb_reg = (unsigned long)skb, buf_reg = (unsigned long)buf;
	u32 arg = rnd_arg();

	if (n == ARRAY_SIZE(funcs))
		return ebpf_helper_skb_load_bytes(skb_reg, arg, buf_reg, len, 0);
	if (n == ARRAY_SIZE(funcs) + 1)
		return ebpf_helper_skb_store_bytes(skb_reg, arg, buf_reg, len, 0);
	if (n == ARRAY_SIZE(funcs) + 2)
		return ebpf_helper_skb_load_bytes_relative(skb_reg, arg, buf_reg, len, rnd(3));
	if (funcs[n] == ebpf_helper_skb_change_proto || funcs[n] == ebpf_helper_skb_vlan_push)
		return funcs[n](skb_reg, protos[rnd(4)],
				funcs[n] == ebpf_helper_skb_vlan_push ? rnd(65536) : 0, 0, 0);
	if (funcs[n] == ebpf_helper_skb_adjust_room)
		return funcs[n](skb_reg, arg, rnd(2), rnd(8) ? 0 : 1u << rnd(8), 0);
	return funcs[n](skb_reg, arg, 0, 0, 0);
}

static void test_skb(void)
{
	u32 packets, steps, bad = 0, done = 0;
	struct ebpf_skb_kern skb;
	u8 buf[512] = { 0 };

	for (packets = 0; packets < 3000; packets++) {
		skb_new(&skb);
		for (steps = 0; steps < 100; steps++) {
			done += !skb_step(&skb, buf);
			bad += !skb_sane(&skb);
		}
		free(skb.head);
	}
	tap_ok(done > 30000, "%u calls did what they were asked for", done);
	tap_ok(!bad, "the packet is in its buffer (%u times not)", bad);
}

/* What is pushed comes off again, and the packet is what it was. */
static void test_vlan_stack(void)
{
	u32 packets, tags, i, bad = 0;
	struct ebpf_skb_kern skb;
	u8 before[4096];
	u32 len;

	for (packets = 0; packets < 2000; packets++) {
		skb_new(&skb);
		/* A tag of its own would come off, too. */
		if (net_is_vlan(net_swab16(skb.protocol))) {
			skb.protocol = net_swab16(NET_P_IP);
			net_put16(skb.data + 12, NET_P_IP);
		}
		len = skb.len;
		memcpy(before, skb.data, len);
		tags = 1 + rnd(6);
		for (i = 0; i < tags; i++)
			bad += !!ebpf_helper_skb_vlan_push((unsigned long)&skb, 0x0081, i, 0, 0);
		bad += skb.len != len + 4 * (tags - 1);
		for (i = 0; i < tags; i++)
			bad += !!ebpf_helper_skb_vlan_pop((unsigned long)&skb, 0, 0, 0, 0);
		bad += skb.len != len || memcmp(skb.data, before, len) || skb.vlan_present;
		free(skb.head);
	}
	tap_ok(!bad, "tags are taken off as they were put on (%u times not)", bad);
}

static void test_xdp(void)
{
	static const ebpf_func_t funcs[] = {
		ebpf_helper_xdp_adjust_head, ebpf_helper_xdp_adjust_tail,
		ebpf_helper_xdp_adjust_meta,
	};
	u32 packets, steps, bad = 0, done = 0;
	struct ebpf_xdp_kern xdp;
	u8 buf[512] = { 0 };
	u64 reg = (unsigned long)&xdp;

	for (packets = 0; packets < 3000; packets++) {
		xdp.head = calloc(1, EBPF_XDP_BUF_SIZE);
		xdp.data = xdp.head + EBPF_XDP_HEADROOM;
		xdp.data_meta = xdp.data;
		xdp.data_end = xdp.data + 14 + rnd(3500);
		for (steps = 0; steps < 100; steps++) {
			done += !funcs[rnd(3)](reg, rnd_arg(), 0, 0, 0);
			ebpf_helper_xdp_load_bytes(reg, rnd_arg(), (unsigned long)buf,
						   1 + rnd(512), 0);
			ebpf_helper_xdp_store_bytes(reg, rnd_arg(), (unsigned long)buf,
						    1 + rnd(512), 0);
			bad += xdp.data_meta < xdp.head + EBPF_XDP_FRAME_SIZE ||
			       xdp.data < xdp.data_meta || xdp.data - xdp.data_meta > 32 ||
			       xdp.data_end - xdp.data < 14 ||
			       xdp.data_end > xdp.head + EBPF_XDP_BUF_SIZE - EBPF_XDP_TAIL_SIZE;
		}
		free(xdp.head);
	}
	tap_ok(done > 30000, "%u moves of XDP packets", done);
	tap_ok(!bad, "they stay in their pages (%u times not)", bad);
}

int main(void)
{
	test_skb();
	test_vlan_stack();
	test_xdp();
	return tap_end();
}
