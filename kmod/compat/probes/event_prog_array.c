// SPDX-License-Identifier: GPL-2.0-only
/* Programs of a tracepoint in trace_event_call::prog_array, statistics in
 * bpf_prog::stats: since 5.12, with CONFIG_BPF_EVENTS.
 */
/* asks: bpf.h trace_events.h CONFIG_BPF_EVENTS bpf_prog bpf_prog_array bpf_prog_stats prog_array stats bpf_func items insnsi trace_event_call */
#include <linux/filter.h>

#ifdef PROBE
#include <linux/bpf.h>
#include <linux/trace_events.h>

#ifndef CONFIG_BPF_EVENTS
#error no CONFIG_BPF_EVENTS
#endif

unsigned long probe(struct trace_event_call *call, struct bpf_prog_array *array,
		    struct bpf_prog *prog, struct bpf_prog_stats __percpu *stats)
{
	prog->stats = stats;
	prog->bpf_func = NULL;
	array->items[0].prog = prog;
	call->prog_array = array;
	return offsetof(struct bpf_prog, insnsi);
}
#endif
