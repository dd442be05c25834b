// SPDX-License-Identifier: GPL-2.0-only
/* request.cmd_type up to 4.10 tells requests of a file system from others. */
/* asks: cmd_type REQ_TYPE_BLOCK_PC */
#include <linux/blkdev.h>

#ifdef PROBE
bool probe(const struct request *rq)
{
	return rq->cmd_type == REQ_TYPE_BLOCK_PC;
}
#endif
