// SPDX-License-Identifier: GPL-2.0-only
/* blk_fill_rwbs(rwbs, flags) since 5.13. */
/* asks: blk_fill_rwbs */
#include <linux/blkdev.h>
#include <linux/blktrace_api.h>

#ifdef PROBE
void probe(char *rwbs, struct request *rq)
{
	blk_fill_rwbs(rwbs, rq->cmd_flags);
}
#endif
