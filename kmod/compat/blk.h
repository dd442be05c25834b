/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Requests to block devices, as events tell them.
 */
#ifndef _COMPAT_BLK_H
#define _COMPAT_BLK_H

#include "kmod/compat/compat.h"

#include <linux/blkdev.h>
#include <linux/blktrace_api.h>
#include <asm/ptrace.h>

static inline dev_t compat_rq_dev(const struct request *rq)
{
#ifdef HAVE_RQ_DISK
	return rq->rq_disk ? disk_devt(rq->rq_disk) : 0;
#else
	return rq->q->disk ? disk_devt(rq->q->disk) : 0;
#endif
}

/* Is it a command that its sender made up, not a read or a write of sectors? */
static inline bool compat_rq_is_command(struct request *rq)
{
#ifdef HAVE_RQ_CMD_TYPE
	return rq->cmd_type == REQ_TYPE_BLOCK_PC;
#else
	return blk_rq_is_passthrough(rq);
#endif
}

static inline sector_t compat_rq_sector(struct request *rq)
{
	return compat_rq_is_command(rq) || blk_rq_pos(rq) == (sector_t)-1 ? 0 : blk_rq_pos(rq);
}

static inline unsigned int compat_rq_sectors(struct request *rq)
{
	return compat_rq_is_command(rq) ? 0 : blk_rq_sectors(rq);
}

/* "WS" and the like, in at most 8 bytes */
static inline void compat_rq_rwbs(char *rwbs, struct request *rq)
{
#ifdef HAVE_BLK_FILL_RWBS_BYTES
	blk_fill_rwbs(rwbs, rq->cmd_flags, blk_rq_bytes(rq));
#elif defined(HAVE_BLK_FILL_RWBS_OP)
	blk_fill_rwbs(rwbs, req_op(rq), rq->cmd_flags, blk_rq_bytes(rq));
#else
	blk_fill_rwbs(rwbs, rq->cmd_flags);
#endif
}

/* At the entry of what accounts the start of a request: is it a new one? Up to 5.7 the second
 * argument says whether it is, or another merged into it.
 */
static inline bool compat_rq_start_is_new(const struct pt_regs *regs)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 8, 0)
	return (u8)regs->si;
#else
	return true;
#endif
}

#endif /* _COMPAT_BLK_H */
