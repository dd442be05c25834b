/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For the helpers of packets: skb.c, skb_room.c, csum.c, xdp.c, sock.c.
 *
 * Packets are those of <ebpf/ctx.h>, which only PROG_TEST_RUN makes: private to
 * one run, in one piece, writable. So these files need nothing of the kernel and
 * are built for the host tests, too.
 *
 * All of it in program context.
 */
#ifndef _HELPERS_NET_H
#define _HELPERS_NET_H

#include "helpers/helpers.h"
#include <ebpf/ctx.h>

/* EtherTypes in host order; the kernel's header is not for user space. */
#define NET_P_802_3	0x0001
#define NET_P_802_2	0x0004
#define NET_P_IP	0x0800
#define NET_P_8021Q	0x8100
#define NET_P_IPV6	0x86dd
#define NET_P_8021AD	0x88a8
#define NET_P_802_3_MIN	0x0600

#define NET_ETH_HLEN	14
#define NET_ETH_ALEN	6
#define NET_VLAN_HLEN	4
#define NET_IP4_HLEN	20
#define NET_IP6_HLEN	40

static inline void *net_ptr(u64 r)
{
	return (void *)(unsigned long)r;
}

static inline u16 net_get16(const u8 *p)
{
	return p[0] << 8 | p[1];
}

static inline void net_put16(u8 *p, u16 v)
{
	p[0] = v >> 8;
	p[1] = v;
}

/* Values in network order, as contexts and helpers carry them, and back. */
static inline u16 net_swab16(u16 v)
{
	return v >> 8 | v << 8;
}

static inline bool net_is_vlan(u16 proto)
{
	return proto == NET_P_8021Q || proto == NET_P_8021AD;
}

/* The EtherType (host order) of a header whose type field is @type, followed by
 * @len bytes at @payload: old frames carry a length there.
 */
static inline u16 net_ether_type(u16 type, const u8 *payload, u32 len)
{
	if (type >= NET_P_802_3_MIN)
		return type;
	return len >= 2 && payload[0] == 0xff && payload[1] == 0xff ? NET_P_802_3 : NET_P_802_2;
}

/* @front bytes before the packet and @back behind it; the packet may move. False when
 * the buffer is too small.
 */
bool ebpf_skb_make_room(struct ebpf_skb_kern *skb, u32 front, u32 back);

#endif /* _HELPERS_NET_H */
