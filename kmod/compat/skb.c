// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/compat/skb.h"
#include "kmod/compat/compat.h"
#include "kmod/prog/nofault.h"

#include <linux/skbuff.h>
#ifdef HAVE_XDP_BUFF
#include <linux/filter.h>
#endif

#define MAX_LISTED	1024	/* packets in a packet; more are a list gone wrong */

/* A field of what may not be there; false with zeros. */
#define read_field(to, from, field) \
	read_at(&(to), (u64)(unsigned long)&(from)->field, sizeof(to))

static bool read_at(void *dst, u64 from, u32 size)
{
	if (!ebpf_read_kernel(dst, from, size))
		return true;
	memset(dst, 0, size);
	return false;
}

/* The part of a copy that is still to do; @off from the start of what is looked at. */
struct copy {
	u8 *dst;
	u32 off;
	u32 len;
};

/* What is looked at begins with a piece of @size bytes at @data. */
static void take(struct copy *c, u64 data, u32 size)
{
	u32 n;

	if (c->off >= size) {
		c->off -= size;
		return;
	}
	n = min(c->len, size - c->off);
	read_at(c->dst, data + c->off, n);
	c->dst += n;
	c->len -= n;
	c->off = 0;
}

static u32 frag_off(const skb_frag_t *frag)
{
#ifdef HAVE_SKB_FRAG_OFF
	return skb_frag_off(frag);
#else
	return frag->page_offset;
#endif
}

static void take_frags(struct copy *c, const struct skb_shared_info *info)
{
	typeof(((struct skb_shared_info *)0)->nr_frags) nr;
	skb_frag_t frag;
	u32 i;

	read_field(nr, info, nr_frags);
	for (i = 0; c->len && i < nr && i < MAX_SKB_FRAGS; i++) {
		if (!read_field(frag, info, frags[i]))
			return;
		/* Reckoned from the address of the page's description, which is not read. */
		take(c, (unsigned long)page_address(skb_frag_page(&frag)) + frag_off(&frag),
		     skb_frag_size(&frag));
	}
}

static const struct skb_shared_info *info_of(const struct sk_buff *skb)
{
	unsigned char *head;
	sk_buff_data_t end;

	read_field(head, skb, head);
	read_field(end, skb, end);
#ifdef NET_SKBUFF_DATA_USES_OFFSET
	return (const void *)(head + end);
#else
	return (const void *)end;
#endif
}

/* All but the packets in its list. */
static void take_skb(struct copy *c, const struct sk_buff *skb)
{
	u32 data_len;
	unsigned char *data;
	u32 len = ebpf_compat_skb_len(skb);

	BUILD_BUG_ON(sizeof(skb->data_len) != sizeof(data_len));
	read_field(data_len, skb, data_len);
	read_field(data, skb, data);
	take(c, (unsigned long)data, len > data_len ? len - data_len : 0);
	if (c->len && data_len)
		take_frags(c, info_of(skb));
}

static void finish(const struct copy *c)
{
	memset(c->dst, 0, c->len);
}

u32 ebpf_compat_skb_len(const struct sk_buff *skb)
{
	u32 len;

	BUILD_BUG_ON(sizeof(skb->len) != sizeof(len));
	read_field(len, skb, len);
	return len;
}

void ebpf_compat_skb_copy(void *dst, const void *packet, u32 off, u32 len)
{
	struct copy c = { .dst = dst, .off = off, .len = len };
	const struct sk_buff *skb = packet;
	struct sk_buff *part;
	u32 i;

	take_skb(&c, skb);
	if (c.len)
		read_field(part, info_of(skb), frag_list);
	for (i = 0; c.len && part && i < MAX_LISTED; i++) {
		take_skb(&c, part);
		if (!read_field(part, part, next))
			break;
	}
	finish(&c);
}

#ifdef HAVE_XDP_BUFF

static u32 linear_len(const struct xdp_buff *xdp, u64 *start)
{
	void *data, *data_end;

	if (!read_field(data, xdp, data) || !read_field(data_end, xdp, data_end) ||
	    data_end < data || data_end - data > U16_MAX)
		return 0;
	*start = (unsigned long)data;
	return data_end - data;
}

#ifdef HAVE_XDP_FRAGS
/* NULL: all of it is in one piece */
static const struct skb_shared_info *xdp_info(const struct xdp_buff *xdp)
{
	u32 flags, size;
	void *start;

	read_field(flags, xdp, flags);
	read_field(start, xdp, data_hard_start);
	read_field(size, xdp, frame_sz);
	if (!(flags & XDP_FLAGS_HAS_FRAGS))
		return NULL;
	return start + size - SKB_DATA_ALIGN(sizeof(struct skb_shared_info));
}

static u32 frags_len(const struct xdp_buff *xdp)
{
	const struct skb_shared_info *info = xdp_info(xdp);
	u32 len;

	if (!info)
		return 0;
	read_field(len, info, xdp_frags_size);
	return len;
}
#else
static const struct skb_shared_info *xdp_info(const struct xdp_buff *xdp)
{
	return NULL;
}

static u32 frags_len(const struct xdp_buff *xdp)
{
	return 0;
}
#endif

u32 ebpf_compat_xdp_len(const struct xdp_buff *xdp)
{
	u64 start;

	return linear_len(xdp, &start) + frags_len(xdp);
}

void ebpf_compat_xdp_copy(void *dst, const void *packet, u32 off, u32 len)
{
	struct copy c = { .dst = dst, .off = off, .len = len };
	const struct skb_shared_info *info = xdp_info(packet);
	u64 start = 0;
	u32 size = linear_len(packet, &start);

	take(&c, start, size);
	if (c.len && info)
		take_frags(&c, info);
	finish(&c);
}

#else

u32 ebpf_compat_xdp_len(const struct xdp_buff *xdp)
{
	return 0;
}

void ebpf_compat_xdp_copy(void *dst, const void *packet, u32 off, u32 len)
{
	memset(dst, 0, len);
}

#endif
