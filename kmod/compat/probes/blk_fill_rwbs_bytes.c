// SPDX-License-Identifier: GPL-2.0-only
/* blk_fill_rwbs(rwbs, flags, bytes) up to 4.7 and from 4.10 to 5.12. */
/* asks: blk_fill_rwbs */
#include <linux/blkdev.h>
#include <linux/blktrace_api.h>

#ifdef PROBE
void probe(char *rwbs, struct request *rq)
{
	blk_fill_rwbs(rwbs, rq->cmd_flags, 1);
}
#endif
