/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Records of a tracepoint the way the kernel forms them for its own programs, where
 * it has such: without a counter, a sample and what else perf does with a record.
 */
#ifndef _COMPAT_TP_CALL_H
#define _COMPAT_TP_CALL_H

#include "kmod/compat/compat.h"

struct bpf_insn;
struct compat_tp_call;
struct perf_event;

/* Called with the record, whose first word is the address of the registers (struct
 * pt_regs), and the address of the @data of ebpf_compat_tp_call_start(). To return 0.
 * Preemption is off; a record formed meanwhile is another CPU's or another context's.
 */
typedef unsigned int (*compat_tp_call_fn)(const void *record, const struct bpf_insn *data);

/* Calls @fn at each hit of the event that @pe counts; @pe may go when this returns.
 * -EOPNOTSUPP or another error: this kernel cannot, or the event is of no tracepoint; -ENOMEM.
 * Process context; the caller orders start and stop.
 */
struct compat_tp_call *ebpf_compat_tp_call_start(const struct perf_event *pe,
						 compat_tp_call_fn fn, void *data);
/* When this returns true, @fn runs no more. False: the kernel keeps the probe and goes on calling
 * it, so @data has to stay (ebpf_compat_keep() was told).
 */
bool ebpf_compat_tp_call_stop(struct compat_tp_call *tc);

#endif /* _COMPAT_TP_CALL_H */
