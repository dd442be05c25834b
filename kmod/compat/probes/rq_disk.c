// SPDX-License-Identifier: GPL-2.0-only
/* request.rq_disk up to 5.16; the disk of its queue since 5.17. */
/* asks: rq_disk */
#include <linux/blkdev.h>

#ifdef PROBE
struct gendisk *probe(const struct request *rq)
{
	return rq->rq_disk;
}
#endif
