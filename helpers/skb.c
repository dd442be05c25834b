// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bytes of packets and what is noted beside them: hash, type, time stamp.
 */
#include "helpers/net.h"

/* Bytes from @off on exist? Offsets and lengths are what programs say. */
static bool in_packet(const struct ebpf_skb_kern *skb, u32 off, u32 len)
{
	return off <= skb->len && len <= skb->len - off;
}

/* skb, offset, to, len */
EBPF_HELPER(skb_load_bytes)
{
	const struct ebpf_skb_kern *skb = net_ptr(r1);
	u32 off = r2, len = r4;

	if (!in_packet(skb, off, len)) {
		memset(net_ptr(r3), 0, len);
		return -EFAULT;
	}
	memcpy(net_ptr(r3), skb->data + off, len);
	return 0;
}

/* skb, offset, to, len, header */
EBPF_HELPER(skb_load_bytes_relative)
{
	const struct ebpf_skb_kern *skb = net_ptr(r1);
	const u8 *start = (u32)r5 == EBPF_HDR_START_MAC ? skb->mac : skb->network;
	u32 off = r2, len = r4, room;

	if (off > 0xffff || (u32)r5 > EBPF_HDR_START_NET || start > skb->data_end)
		goto clear;
	room = skb->data_end - start;
	if (off > room || len > room - off)
		goto clear;
	memcpy(net_ptr(r3), start + off, len);
	return 0;
clear:
	memset(net_ptr(r3), 0, len);
	return -EFAULT;
}

static void clear_hash(struct ebpf_skb_kern *skb)
{
	skb->hash = 0;
	skb->hash_valid = false;
}

/* skb, offset, from, len, flags. No checksum over all of a private packet is kept,
 * so there is none to correct.
 */
EBPF_HELPER(skb_store_bytes)
{
	struct ebpf_skb_kern *skb = net_ptr(r1);
	u32 off = r2, len = r4;

	if (r5 & ~(u64)(EBPF_F_RECOMPUTE_CSUM | EBPF_F_INVALIDATE_HASH))
		return -EINVAL;
	if (!in_packet(skb, off, len))
		return -EFAULT;
	memcpy(skb->data + off, net_ptr(r3), len);
	if (r5 & EBPF_F_INVALIDATE_HASH)
		clear_hash(skb);
	return 0;
}

/* skb, len: all of it is there and writable */
EBPF_HELPER(skb_pull_data)
{
	const struct ebpf_skb_kern *skb = net_ptr(r1);

	return (u32)r2 > skb->len ? -ENOMEM : 0;
}

/*
 * The hash of the flow: addresses, protocol and ports
 */
static u32 hash_bytes(u32 hash, const u8 *p, u32 len)
{
	while (len--) {
		hash = (hash ^ *p++) * 0x01000193u;
		hash ^= hash >> 15;
	}
	return hash;
}

/* @l4 is behind the addresses of a packet that carries @proto. */
static u32 hash_ports(u32 hash, const struct ebpf_skb_kern *skb, const u8 *l4, u8 proto)
{
	hash = hash_bytes(hash, &proto, 1);
	/* TCP, UDP, DCCP, SCTP, UDP-Lite */
	if (proto != 6 && proto != 17 && proto != 33 && proto != 132 && proto != 136)
		return hash;
	if (l4 > skb->data_end || skb->data_end - l4 < 4)
		return hash;
	return hash_bytes(hash, l4, 4);
}

static u32 flow_hash(const struct ebpf_skb_kern *skb)
{
	const u8 *ip = skb->network;
	u32 left = ip < skb->data_end ? skb->data_end - ip : 0;
	u32 hash = hash_bytes(0x811c9dc5u, (const u8 *)&skb->protocol, 2);

	if (skb->protocol == net_swab16(NET_P_IP) && left >= NET_IP4_HLEN) {
		hash = hash_bytes(hash, ip + 12, 8);
		hash = hash_ports(hash, skb, ip + (ip[0] & 15) * 4, ip[9]);
	} else if (skb->protocol == net_swab16(NET_P_IPV6) && left >= NET_IP6_HLEN) {
		hash = hash_bytes(hash, ip + 8, 32);
		hash = hash_ports(hash, skb, ip + NET_IP6_HLEN, ip[6]);
	}
	return hash ? hash : 1;		/* 0 is "none" */
}

EBPF_HELPER(get_hash_recalc)
{
	struct ebpf_skb_kern *skb = net_ptr(r1);

	if (!skb->hash_valid) {
		skb->hash = flow_hash(skb);
		skb->hash_valid = true;
	}
	return skb->hash;
}

EBPF_HELPER(set_hash_invalid)
{
	clear_hash(net_ptr(r1));
	return 0;
}

EBPF_HELPER(set_hash)
{
	struct ebpf_skb_kern *skb = net_ptr(r1);

	skb->hash = r2;
	skb->hash_valid = true;
	return 0;
}

#define PKT_TYPE_MAX	3	/* PACKET_OTHERHOST; the ones above are the stack's own */

EBPF_HELPER(skb_change_type)
{
	struct ebpf_skb_kern *skb = net_ptr(r1);

	if (skb->pkt_type > PKT_TYPE_MAX || (u32)r2 > PKT_TYPE_MAX)
		return -EINVAL;
	skb->pkt_type = r2;
	return 0;
}

/* skb, time, type */
EBPF_HELPER(skb_set_tstamp)
{
	struct ebpf_skb_kern *skb = net_ptr(r1);

	if (skb->protocol != net_swab16(NET_P_IP) && skb->protocol != net_swab16(NET_P_IPV6))
		return -EOPNOTSUPP;
	/* A time that says when to send, or none. */
	if ((u32)r3 > EBPF_SKB_TSTAMP_DELIVERY_MONO || !r2 != !(u32)r3)
		return -EINVAL;
	skb->tstamp = r2;
	skb->tstamp_type = r3;
	return 0;
}

/*
 * Congestion marks
 */
static u64 ip4_set_ce(u8 *ip)
{
	u32 ecn = (ip[1] + 1) & 3, check;

	/* Of 0 (not capable) this makes 1, of 3 (marked already) 0. */
	if (!(ecn & 2))
		return !ecn;
	check = net_get16(ip + 10) + 0xfffbu + ecn;
	net_put16(ip + 10, check + (check >= 0xffff));
	ip[1] |= 3;
	return 1;
}

static u64 ip6_set_ce(u8 *ip)
{
	/* The traffic class starts in the middle of a byte. */
	if (!(ip[1] & 0x30))
		return 0;
	ip[1] |= 0x30;
	return 1;
}

EBPF_HELPER(skb_ecn_set_ce)
{
	struct ebpf_skb_kern *skb = net_ptr(r1);
	u8 *ip = skb->network;

	if (skb->protocol == net_swab16(NET_P_IP) && ip + NET_IP4_HLEN <= skb->data_end)
		return ip4_set_ce(ip);
	if (skb->protocol == net_swab16(NET_P_IPV6) && ip + NET_IP6_HLEN <= skb->data_end)
		return ip6_set_ce(ip);
	return 0;
}
