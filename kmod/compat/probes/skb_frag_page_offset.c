// SPDX-License-Identifier: GPL-2.0-only
/* skb_frag_t.page_offset up to 5.3. */
/* asks: page_offset */
#include <linux/skbuff.h>

#ifdef PROBE
unsigned int probe(const skb_frag_t *frag)
{
	return frag->page_offset;
}
#endif
