/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events of the system "block" that came with Linux 6.5: the record is what 6.1 has for its other
 * events of requests.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM block

#if !defined(_EVENTS_TRACE_BLOCK_H) || defined(TRACE_HEADER_MULTI_READ)
#define _EVENTS_TRACE_BLOCK_H

#include <linux/tracepoint.h>

#undef OWN_BLOCK_RQ_EVENT
#define OWN_BLOCK_RQ_EVENT(event)					\
	TRACE_EVENT_FN(event,						\
		TP_PROTO(struct request *rq),				\
		TP_ARGS(rq),						\
		TP_STRUCT__entry(					\
			__field(dev_t, dev)				\
			__field(sector_t, sector)			\
			__field(unsigned int, nr_sector)		\
			__field(unsigned int, bytes)			\
			__array(char, rwbs, 8)				\
			__array(char, comm, 16)				\
			__dynamic_array(char, cmd, 1)			\
		),							\
		TP_fast_assign(						\
			__entry->dev = compat_rq_dev(rq);		\
			__entry->sector = compat_rq_sector(rq);		\
			__entry->nr_sector = compat_rq_sectors(rq);	\
			__entry->bytes = blk_rq_bytes(rq);		\
			compat_rq_rwbs(__entry->rwbs, rq);		\
			*(char *)__get_dynamic_array(cmd) = 0;		\
			memcpy(__entry->comm, current->comm, TASK_COMM_LEN); \
		),							\
		TP_printk("%d,%d %s %u (%s) %llu + %u [%s]",		\
			  MAJOR(__entry->dev), MINOR(__entry->dev),	\
			  __entry->rwbs, __entry->bytes, __get_str(cmd), \
			  (unsigned long long)__entry->sector,		\
			  __entry->nr_sector, __entry->comm),		\
		event##_listen, event##_unlisten)

#ifdef OWN_BLOCK_IO_START
OWN_BLOCK_RQ_EVENT(block_io_start);
#endif

#ifdef OWN_BLOCK_IO_DONE
OWN_BLOCK_RQ_EVENT(block_io_done);
#endif

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH kmod/events
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace_block
#include <trace/define_trace.h>
