/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the attr of an event wants in each of its records, beside the program's data.
 */
#ifndef _ATTACH_SAMPLE_H
#define _ATTACH_SAMPLE_H

#include "kmod/attach/event.h"

/* Those of sample_type that can be had. */
#define EBPF_SAMPLE_POSSIBLE						\
	(EBPF_PERF_SAMPLE_RAW | EBPF_PERF_SAMPLE_IDENTIFIER | EBPF_PERF_SAMPLE_IP | \
	 EBPF_PERF_SAMPLE_TID | EBPF_PERF_SAMPLE_TIME | EBPF_PERF_SAMPLE_ADDR | \
	 EBPF_PERF_SAMPLE_READ | EBPF_PERF_SAMPLE_CALLCHAIN | EBPF_PERF_SAMPLE_ID | \
	 EBPF_PERF_SAMPLE_STREAM_ID | EBPF_PERF_SAMPLE_CPU | EBPF_PERF_SAMPLE_PERIOD | \
	 EBPF_PERF_SAMPLE_WEIGHT | EBPF_PERF_SAMPLE_WEIGHT_STRUCT | \
	 EBPF_PERF_SAMPLE_DATA_SRC | EBPF_PERF_SAMPLE_TRANSACTION | \
	 EBPF_PERF_SAMPLE_PHYS_ADDR | EBPF_PERF_SAMPLE_DATA_PAGE_SIZE | \
	 EBPF_PERF_SAMPLE_AUX)

/* Frames of a chain, the kernel's and the user's together. */
#define EBPF_SAMPLE_MAX_STACK	127

#define EBPF_SAMPLE_WORDS	22

struct ebpf_sample {
	u32 before;		/* words in front of chain and data */
	u32 behind;		/* and behind them, next in words */
	u32 kernel;		/* of ips */
	u32 user;		/* of ips, behind those */
	bool chain;		/* asked for, if only for none */
	bool held;		/* ips are to be given back */
	const u64 *ips;
	u64 words[EBPF_SAMPLE_WORDS];
};

/* @regs: of the place where the program runs, or NULL; @prog_ip: where the program is (see
 * ebpf_stack_kernel()). Program context; the caller pairs it with
 * ebpf_sample_release().
 */
void ebpf_sample_prepare(struct ebpf_sample *sample, const struct ebpf_event *event,
			 struct pt_regs *regs, u64 prog_ip);
void ebpf_sample_release(const struct ebpf_sample *sample);
/* Now by the event's clock, ns. Any context. */
u64 ebpf_sample_time(const struct ebpf_event *event);

/* With how many there are, and a marker for each kind. */
static inline u32 ebpf_sample_chain_words(const struct ebpf_sample *sample)
{
	if (likely(!sample->chain))
		return 0;
	return 1 + sample->kernel + !!sample->kernel + sample->user + !!sample->user;
}

#endif /* _ATTACH_SAMPLE_H */
