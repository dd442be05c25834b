// SPDX-License-Identifier: GPL-2.0-only
/* block:block_io_start since 6.5. */
/* asks: block.h trace_block_io_start */

#ifdef PROBE
#include <trace/events/block.h>

void *probe(void)
{
	return trace_block_io_start;
}
#endif
