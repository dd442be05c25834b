// SPDX-License-Identifier: GPL-2.0-only
/* struct xdp_buff since 4.8. */
/* asks: xdp_buff */
#include <linux/filter.h>

#ifdef PROBE
const void *probe(const struct xdp_buff *xdp)
{
	return xdp->data_end;
}
#endif
