// SPDX-License-Identifier: GPL-2.0-only
/* block:block_io_done since 6.5. */
/* asks: block.h trace_block_io_done */

#ifdef PROBE
#include <trace/events/block.h>

void *probe(void)
{
	return trace_block_io_done;
}
#endif
