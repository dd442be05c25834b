// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packets that grow and shrink: at their ends, behind their headers, by VLAN tags
 * and by a change of protocol. Only traffic control programs call these, and
 * their packets start with the Ethernet header: data and mac are the same.
 */
#include "helpers/net.h"

static void shift(struct ebpf_skb_kern *skb, s32 by)
{
	memmove(skb->data + by, skb->data, skb->len);
	skb->data += by;
	skb->data_end += by;
	skb->mac += by;
	skb->network += by;
}

bool ebpf_skb_make_room(struct ebpf_skb_kern *skb, u32 front, u32 back)
{
	u32 before = skb->data - skb->head, after = EBPF_SKB_BUF_SIZE - before - skb->len;

	if (front > EBPF_SKB_BUF_SIZE - skb->len || back > EBPF_SKB_BUF_SIZE - skb->len - front)
		return false;
	if (before < front)
		shift(skb, after - back);
	else if (after < back)
		shift(skb, -(s32)(before - front));
	return true;
}

static void set_ends(struct ebpf_skb_kern *skb, u8 *data, u8 *end)
{
	skb->data = data;
	skb->data_end = end;
	/* Metadata does not survive changes, as in Linux. */
	skb->data_meta = data;
	skb->len = end - data;
}

/* @len zero bytes @off behind the start; what is before moves, headers with it. */
static bool insert(struct ebpf_skb_kern *skb, u32 off, u32 len)
{
	if (off > skb->len || !ebpf_skb_make_room(skb, len, 0))
		return false;
	memmove(skb->data - len, skb->data, off);
	set_ends(skb, skb->data - len, skb->data_end);
	memset(skb->data + off, 0, len);
	skb->mac = skb->data;
	skb->network -= len;
	return true;
}

static bool cut(struct ebpf_skb_kern *skb, u32 off, u32 len)
{
	if (off > skb->len || len > skb->len - off)
		return false;
	memmove(skb->data + len, skb->data, off);
	set_ends(skb, skb->data + len, skb->data_end);
	skb->mac = skb->data;
	skb->network += len;
	return true;
}

/*
 * The ends
 */
static bool is_gso(const struct ebpf_skb_kern *skb)
{
	return skb->gso_size;
}

/* skb, length, flags */
EBPF_HELPER(skb_change_tail)
{
	struct ebpf_skb_kern *skb = net_ptr(r1);
	u32 len = r2;

	if (r3 || len > EBPF_SKB_MAX_LEN || (s64)len < skb->network - skb->data)
		return -EINVAL;
	if (skb->encapsulation)
		return -ENOTSUPP;
	if (len > skb->len) {
		if (!ebpf_skb_make_room(skb, 0, len - skb->len))
			return -ENOMEM;
		memset(skb->data_end, 0, len - skb->len);
	}
	set_ends(skb, skb->data, skb->data + len);
	skb->gso_size = 0;
	skb->gso_segs = 0;
	return 0;
}

/* skb, bytes, flags: room for another Ethernet header; the others stay */
EBPF_HELPER(skb_change_head)
{
	struct ebpf_skb_kern *skb = net_ptr(r1);
	u32 room = r2, len = skb->len + room;

	if (r3 || len < skb->len || (!is_gso(skb) && len > EBPF_SKB_MAX_LEN))
		return -EINVAL;
	if (!ebpf_skb_make_room(skb, room, 0))
		return -ENOMEM;
	set_ends(skb, skb->data - room, skb->data_end);
	memset(skb->data, 0, room);
	skb->mac = skb->data;
	return 0;
}

/*
 * VLAN tags: the outermost is noted beside the packet, others lie in it.
 */
#define TAG_OFF		(2 * NET_ETH_ALEN)	/* of a tag behind the addresses */

static void note_tag(struct ebpf_skb_kern *skb, u16 proto, u16 tci)
{
	skb->vlan_present = 1;
	skb->vlan_proto = proto;
	skb->vlan_tci = tci;
}

/* skb, protocol, tag */
EBPF_HELPER(skb_vlan_push)
{
	struct ebpf_skb_kern *skb = net_ptr(r1);
	u16 proto = r2;

	if (!net_is_vlan(net_swab16(proto)))
		proto = net_swab16(NET_P_8021Q);
	if (skb->vlan_present) {
		if (!insert(skb, TAG_OFF, NET_VLAN_HLEN))
			return -ENOMEM;
		net_put16(skb->data + TAG_OFF, net_swab16(skb->vlan_proto));
		net_put16(skb->data + TAG_OFF + 2, skb->vlan_tci);
		skb->protocol = skb->vlan_proto;
	}
	note_tag(skb, proto, r3);
	return 0;
}

/* Takes the tag that the Ethernet header names out of the packet. */
static int take_tag(struct ebpf_skb_kern *skb, u16 *tci)
{
	u16 type;

	if (skb->len < NET_ETH_HLEN + NET_VLAN_HLEN)
		return -ENOMEM;
	*tci = net_get16(skb->data + NET_ETH_HLEN);
	cut(skb, TAG_OFF, NET_VLAN_HLEN);
	type = net_ether_type(net_get16(skb->data + TAG_OFF), skb->data + NET_ETH_HLEN,
			      skb->len - NET_ETH_HLEN);
	skb->protocol = net_swab16(type);
	/* It pointed to the tag: cut() moved it with what is in front. */
	skb->network -= NET_VLAN_HLEN;
	if (skb->network - skb->data < NET_ETH_HLEN)
		skb->network = skb->data + NET_ETH_HLEN;
	return 0;
}

EBPF_HELPER(skb_vlan_pop)
{
	struct ebpf_skb_kern *skb = net_ptr(r1);
	u16 proto, tci;
	int err;

	if (skb->vlan_present) {
		skb->vlan_present = 0;
		skb->vlan_proto = 0;
		skb->vlan_tci = 0;
	} else {
		if (!net_is_vlan(net_swab16(skb->protocol)))
			return 0;
		err = take_tag(skb, &tci);
		if (err)
			return err;
	}
	/* The next one becomes the outermost. */
	proto = skb->protocol;
	if (!net_is_vlan(net_swab16(proto)))
		return 0;
	err = take_tag(skb, &tci);
	if (err)
		return err;
	note_tag(skb, proto, tci);
	return 0;
}

/*
 * Room behind the headers
 */
static u32 ip_len(u32 protocol)
{
	if (protocol == net_swab16(NET_P_IP))
		return NET_IP4_HLEN;
	return protocol == net_swab16(NET_P_IPV6) ? NET_IP6_HLEN : 0;
}

static void set_protocol(struct ebpf_skb_kern *skb, u16 type)
{
	skb->protocol = net_swab16(type);
}

/* skb, protocol, flags: from IPv4 to IPv6 and back */
EBPF_HELPER(skb_change_proto)
{
	struct ebpf_skb_kern *skb = net_ptr(r1);
	u32 from = ip_len(skb->protocol), to = ip_len((u16)r2), off = skb->network - skb->mac;

	if (r3)
		return -EINVAL;
	if (!from || !to || from == to)
		return -ENOTSUPP;
	if (to > from ? !insert(skb, off, to - from) : !cut(skb, off, from - to))
		return -ENOMEM;
	skb->protocol = (u16)r2;
	skb->hash = 0;
	skb->hash_valid = false;
	return 0;
}

#define ENCAP_L3	(EBPF_F_ADJ_ROOM_ENCAP_L3_IPV4 | EBPF_F_ADJ_ROOM_ENCAP_L3_IPV6)
#define ENCAP_L4	(EBPF_F_ADJ_ROOM_ENCAP_L4_GRE | EBPF_F_ADJ_ROOM_ENCAP_L4_UDP)
#define ADJ_ROOM_SHRINK	(EBPF_F_ADJ_ROOM_FIXED_GSO | EBPF_F_ADJ_ROOM_NO_CSUM_RESET)
#define ADJ_ROOM_FLAGS	(ADJ_ROOM_SHRINK | ENCAP_L3 | ENCAP_L4 | EBPF_F_ADJ_ROOM_ENCAP_L2_ETH | \
			 (u64)EBPF_ADJ_ROOM_ENCAP_L2_MASK << EBPF_ADJ_ROOM_ENCAP_L2_SHIFT)
#define ROOM_MAX	0xfff

static int check_encap(const struct ebpf_skb_kern *skb, u32 len, u64 flags)
{
	u8 mac_len = flags >> EBPF_ADJ_ROOM_ENCAP_L2_SHIFT;

	if ((flags & ENCAP_L3) == ENCAP_L3 || (flags & ENCAP_L4) == ENCAP_L4)
		return -EINVAL;
	if (flags & EBPF_F_ADJ_ROOM_ENCAP_L2_ETH && mac_len < NET_ETH_HLEN)
		return -EINVAL;
	if (skb->encapsulation)
		return -EALREADY;
	return mac_len > len ? -EINVAL : 0;
}

/* Segments of a private packet are of no kind whose size could be adjusted. */
static int grow(struct ebpf_skb_kern *skb, u32 off, u32 len, u64 flags)
{
	int err;

	if (is_gso(skb))
		return -ENOTSUPP;
	if (flags & ENCAP_L3) {
		err = check_encap(skb, len, flags);
		if (err)
			return err;
	}
	if (!insert(skb, off, len))
		return -ENOMEM;
	if (flags & ENCAP_L3) {
		skb->encapsulation = true;
		set_protocol(skb, flags & EBPF_F_ADJ_ROOM_ENCAP_L3_IPV6 ? NET_P_IPV6 : NET_P_IP);
	}
	return 0;
}

static int shrink(struct ebpf_skb_kern *skb, u32 off, u32 len, u64 flags)
{
	if (flags & ~(u64)ADJ_ROOM_SHRINK)
		return -EINVAL;
	if (is_gso(skb))
		return -ENOTSUPP;
	return cut(skb, off, len) ? 0 : -ENOMEM;
}

/* skb, difference, mode, flags */
EBPF_HELPER(skb_adjust_room)
{
	struct ebpf_skb_kern *skb = net_ptr(r1);
	u32 min_len = ip_len(skb->protocol), off = skb->network - skb->mac, left, len;
	s32 diff = r2;
	int err;

	if (r4 & ~(u64)ADJ_ROOM_FLAGS)
		return -EINVAL;
	len = diff < 0 ? 0u - (u32)diff : (u32)diff;
	if (len > ROOM_MAX)
		return -EFAULT;
	if (!min_len || (u32)r3 > EBPF_ADJ_ROOM_MAC)
		return -ENOTSUPP;
	if ((u32)r3 == EBPF_ADJ_ROOM_NET)
		off += min_len;
	left = skb->data_end - skb->network;
	if (diff < 0 ? len >= left || left - len < min_len :
		       skb->len + len > EBPF_SKB_MAX_LEN && !is_gso(skb))
		return -ENOTSUPP;
	err = diff < 0 ? shrink(skb, off, len, r4) : grow(skb, off, len, r4);
	if (!err && !(r4 & EBPF_F_ADJ_ROOM_NO_CSUM_RESET))
		skb->csum_level = -1;
	return err;
}
