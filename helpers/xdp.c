// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packets as drivers see them: moving their ends and metadata.
 */
#include "helpers/net.h"

#define META_MAX	32	/* bytes in front of the packet */

/* Offsets from the page's start, so that what programs ask for cannot wrap. */
static s64 pos(const struct ebpf_xdp_kern *xdp, const u8 *p)
{
	return p - xdp->head;
}

/* xdp, offset */
EBPF_HELPER(xdp_adjust_head)
{
	struct ebpf_xdp_kern *xdp = net_ptr(r1);
	s32 off = r2, meta_len = xdp->data - xdp->data_meta;
	s64 data = pos(xdp, xdp->data) + off;

	if (data < EBPF_XDP_FRAME_SIZE + meta_len ||
	    data > pos(xdp, xdp->data_end) - NET_ETH_HLEN)
		return -EINVAL;
	memmove(xdp->data_meta + off, xdp->data_meta, meta_len);
	xdp->data_meta += off;
	xdp->data += off;
	return 0;
}

/* xdp, offset */
EBPF_HELPER(xdp_adjust_tail)
{
	struct ebpf_xdp_kern *xdp = net_ptr(r1);
	s32 off = r2;
	s64 end = pos(xdp, xdp->data_end) + off;

	if (end > EBPF_XDP_BUF_SIZE - EBPF_XDP_TAIL_SIZE ||
	    end < pos(xdp, xdp->data) + NET_ETH_HLEN)
		return -EINVAL;
	if (off > 0)
		memset(xdp->data_end, 0, off);
	xdp->data_end += off;
	return 0;
}

/* xdp, offset */
EBPF_HELPER(xdp_adjust_meta)
{
	struct ebpf_xdp_kern *xdp = net_ptr(r1);
	s32 off = r2;
	s64 meta = pos(xdp, xdp->data_meta) + off, len = pos(xdp, xdp->data) - meta;

	if (meta < EBPF_XDP_FRAME_SIZE || len < 0)
		return -EINVAL;
	if (len % sizeof(u32) || len > META_MAX)
		return -EACCES;
	xdp->data_meta += off;
	return 0;
}

EBPF_HELPER(xdp_get_buff_len)
{
	const struct ebpf_xdp_kern *xdp = net_ptr(r1);

	return xdp->data_end - xdp->data;
}

/* 0, -EFAULT for an absurd range, -EINVAL for one that is not in the packet. */
static int check_range(const struct ebpf_xdp_kern *xdp, u32 off, u32 len)
{
	if (off > 0xffff || len > 0xffff)
		return -EFAULT;
	return off + len > xdp->data_end - xdp->data ? -EINVAL : 0;
}

/* xdp, offset, to, len */
EBPF_HELPER(xdp_load_bytes)
{
	const struct ebpf_xdp_kern *xdp = net_ptr(r1);
	int err = check_range(xdp, r2, r4);

	if (err)
		memset(net_ptr(r3), 0, (u32)r4);
	else
		memcpy(net_ptr(r3), xdp->data + (u32)r2, (u32)r4);
	return err;
}

/* xdp, offset, from, len */
EBPF_HELPER(xdp_store_bytes)
{
	struct ebpf_xdp_kern *xdp = net_ptr(r1);
	int err = check_range(xdp, r2, r4);

	if (!err)
		memcpy(xdp->data + (u32)r2, net_ptr(r3), (u32)r4);
	return err;
}
