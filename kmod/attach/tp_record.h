/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Running a TRACEPOINT program on a record.
 */
#ifndef _ATTACH_TP_RECORD_H
#define _ATTACH_TP_RECORD_H

#include "kmod/attach/event.h"
#include "kmod/prog/run_inline.h"

int ebpf_tp_record_init(void);
void ebpf_tp_record_exit(void);
/* Runs @prog on a copy in memory of EBPF_TP_CTX_MAX bytes; 0 where it could not run. */
u64 ebpf_tp_record_fire(struct ebpf_prog *prog, const void *record, u32 size,
			 struct ebpf_run_ctx *rctx);

/* @size bytes of @record exist. Nothing says at attachment how many there will be,
 * and nothing at all how much the programs read that this one calls: verified is
 * only that it is less than EBPF_TP_CTX_MAX. @regs: what the kernel noted, or NULL;
 * @frame: of the function that the kernel called. Preemption is off.
 *
 * False: the program does not want the hit counted, by any event of the tracepoint.
 */
static __always_inline bool ebpf_tp_fire(struct ebpf_event *event, const void *record, u32 size,
					 struct pt_regs *regs, void *frame)
{
	struct ebpf_prog *prog = READ_ONCE(event->prog);
	struct ebpf_run_ctx rctx COMPAT_UNINIT;

	if (!prog || unlikely(prog->image.max_ctx_offset > size))
		return true;
	ebpf_run_ctx_init(&rctx, regs, event->cookie, 0, NULL);
	rctx.frame = frame;
	if (unlikely(prog->image.has_tail_call))
		return ebpf_event_passes(ebpf_tp_record_fire(prog, record, size, &rctx));
	return ebpf_event_passes(ebpf_prog_fire(prog, record, &rctx));
}

#endif /* _ATTACH_TP_RECORD_H */
