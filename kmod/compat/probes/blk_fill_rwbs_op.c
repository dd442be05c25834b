// SPDX-License-Identifier: GPL-2.0-only
/* blk_fill_rwbs(rwbs, operation, flags, bytes) in 4.8 and 4.9. */
/* asks: blk_fill_rwbs */
#include <linux/blkdev.h>
#include <linux/blktrace_api.h>

#ifdef PROBE
void probe(char *rwbs, struct request *rq)
{
	blk_fill_rwbs(rwbs, 1, rq->cmd_flags, 1);
}
#endif
