// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events of requests to block devices. The kernel accounts the start and the end of each in a
 * function, whether it keeps statistics of the device or not.
 */
#include "kmod/compat/blk.h"
#include "kmod/events/events.h"
#include "kmod/events/own.h"

#ifdef OWN_BLOCK_IO_START
EBPF_OWN_FUNCTIONS(block_io_start)
#endif
#ifdef OWN_BLOCK_IO_DONE
EBPF_OWN_FUNCTIONS(block_io_done)
#endif

#define CREATE_TRACE_POINTS
#include "kmod/events/trace_block.h"

#ifdef OWN_BLOCK_IO_START
static __always_inline void start_hit(unsigned long ip, struct pt_regs *regs)
{
	if (compat_rq_start_is_new(regs))
		trace_block_io_start((struct request *)regs->di);
}

EBPF_OWN_ENTRY_EVENT(block_io_start, start, start_hit, "blk_account_io_start",
		     "__blk_account_io_start", "drive_stat_acct");
#endif

#ifdef OWN_BLOCK_IO_DONE
static __always_inline void done_hit(unsigned long ip, struct pt_regs *regs)
{
	trace_block_io_done((struct request *)regs->di);
}

EBPF_OWN_ENTRY_EVENT(block_io_done, done, done_hit, "blk_account_io_done", "__blk_account_io_done");
#endif

void ebpf_events_block_init(void)
{
#ifdef OWN_BLOCK_IO_START
	ebpf_own_add(&own_block_io_start);
#endif
#ifdef OWN_BLOCK_IO_DONE
	ebpf_own_add(&own_block_io_done);
#endif
}
