// SPDX-License-Identifier: GPL-2.0-only
/*
 * Internet checksums: sums of 16-bit words with the carry added back, which may be
 * taken over 32-bit words and folded, in any byte order.
 */
#include "helpers/net.h"

static u32 add32(u32 a, u32 b)
{
	u32 sum = a + b;

	return sum + (sum < a);
}

static u16 add16(u16 a, u16 b)
{
	u16 sum = a + b;

	return sum + (sum < a);
}

/* The checksum that a sum stands for. */
static u16 fold(u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

static u16 replace_by_diff(u16 csum, u32 diff)
{
	return fold(add32(diff, (u16)~csum));
}

static u16 replace4(u16 csum, u32 from, u32 to)
{
	return fold(add32(add32((u16)~csum, ~from), to));
}

static u16 replace2(u16 csum, u16 from, u16 to)
{
	return ~add16(add16(~csum, ~from), to);
}

/* The checksum field at @off, NULL when it is not in the packet. */
static u8 *field_at(struct ebpf_skb_kern *skb, u32 off)
{
	if (off > 0xffff || off & 1 || skb->len < sizeof(u16) || off > skb->len - sizeof(u16))
		return NULL;
	return skb->data + off;
}

/* skb, offset, from, to, size */
EBPF_HELPER(l3_csum_replace)
{
	u8 *field = field_at(net_ptr(r1), r2);
	u16 csum;

	if (r5 & ~(u64)EBPF_F_HDR_FIELD_MASK)
		return -EINVAL;
	if (!field)
		return -EFAULT;
	memcpy(&csum, field, sizeof(csum));
	if (r5 == 0 && !r3)
		csum = replace_by_diff(csum, r4);
	else if (r5 == 2)
		csum = replace2(csum, r3, r4);
	else if (r5 == 4)
		csum = replace4(csum, r3, r4);
	else
		return -EINVAL;
	memcpy(field, &csum, sizeof(csum));
	return 0;
}

#define L4_FLAGS	(EBPF_F_MARK_MANGLED_0 | EBPF_F_MARK_ENFORCE | EBPF_F_PSEUDO_HDR | \
			 EBPF_F_HDR_FIELD_MASK | EBPF_F_IPV6)

/* skb, offset, from, to, flags. A pseudo header matters where hardware completes
 * the checksum: not here.
 */
EBPF_HELPER(l4_csum_replace)
{
	u8 *field = field_at(net_ptr(r1), r2);
	bool zero_is_none = r5 & EBPF_F_MARK_MANGLED_0;
	u32 size = r5 & EBPF_F_HDR_FIELD_MASK;
	u16 csum;

	if (r5 & ~(u64)L4_FLAGS)
		return -EINVAL;
	if (!field)
		return -EFAULT;
	memcpy(&csum, field, sizeof(csum));
	if (zero_is_none && !(r5 & EBPF_F_MARK_ENFORCE) && !csum)
		return 0;
	if (size == 0 && !r3)
		csum = replace_by_diff(csum, r4);
	else if (size == 2)
		csum = replace4(csum, (u16)r3, (u16)r4);
	else if (size == 4)
		csum = replace4(csum, r3, r4);
	else
		return -EINVAL;
	if (zero_is_none && !csum)
		csum = 0xffff;
	memcpy(field, &csum, sizeof(csum));
	return 0;
}

#define CSUM_DIFF_MAX	512	/* bytes of both */

static u64 sum_words(const u8 *p, u32 size, u32 invert)
{
	u64 sum = 0;
	u32 word;

	for (; size; size -= sizeof(word), p += sizeof(word)) {
		memcpy(&word, p, sizeof(word));
		sum += word ^ invert;
	}
	return sum;
}

/* from, from_size, to, to_size, seed */
EBPF_HELPER(csum_diff)
{
	u32 from_size = r2, to_size = r4;
	u64 sum;

	if ((from_size | to_size) % sizeof(u32) || from_size + to_size > CSUM_DIFF_MAX)
		return -EINVAL;
	sum = (u32)r5 + sum_words(net_ptr(r1), from_size, ~0u) +
	      sum_words(net_ptr(r3), to_size, 0);
	return add32(sum >> 32, sum);
}

/* No sum over a private packet is kept. */
EBPF_HELPER(csum_update)
{
	return -ENOTSUPP;
}

#define CSUM_LEVEL_MAX	3

/* skb, what. Nobody checked a private packet, until a program says so. */
EBPF_HELPER(csum_level)
{
	struct ebpf_skb_kern *skb = net_ptr(r1);

	switch (r2) {
	case EBPF_CSUM_LEVEL_INC:
		if (skb->csum_level < CSUM_LEVEL_MAX)
			skb->csum_level++;
		return 0;
	case EBPF_CSUM_LEVEL_DEC:
		if (skb->csum_level >= 0)
			skb->csum_level--;
		return 0;
	case EBPF_CSUM_LEVEL_RESET:
		skb->csum_level = -1;
		return 0;
	case EBPF_CSUM_LEVEL_QUERY:
		return skb->csum_level < 0 ? -EACCES : skb->csum_level;
	default:
		return -EINVAL;
	}
}
