// SPDX-License-Identifier: GPL-2.0-only
/* skb_frag_off() since 5.4, as the field got another name. */
/* asks: skb_frag_off */
#include <linux/skbuff.h>

#ifdef PROBE
unsigned int probe(const skb_frag_t *frag)
{
	return skb_frag_off(frag);
}
#endif
