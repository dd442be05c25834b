// SPDX-License-Identifier: GPL-2.0-only
/* Packets of XDP in several pieces since 5.18. */
/* asks: xdp_buff xdp_buff_has_frags xdp_frags_size XDP_FLAGS_HAS_FRAGS frame_sz */
#include <linux/filter.h>
#include <linux/skbuff.h>

#ifdef PROBE
unsigned int probe(struct xdp_buff *xdp, const struct skb_shared_info *info)
{
	return xdp_buff_has_frags(xdp) ? info->xdp_frags_size + xdp->frame_sz : XDP_FLAGS_HAS_FRAGS;
}
#endif
