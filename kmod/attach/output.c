// SPDX-License-Identifier: GPL-2.0-only
/*
 * BPF_OUTPUT events: nothing fires by itself, programs write records into the ring.
 */
#include "kmod/attach/event.h"
#include "kmod/attach/ring_charge.h"

static struct ebpf_event *output_create(const struct ebpf_event_params *params)
{
	struct ebpf_event *event;
	int err;

	/* Records are written forward, with these parts. */
	if (params->attr.flags & EBPF_PERF_ATTR_WRITE_BACKWARD)
		return ERR_PTR(-EOPNOTSUPP);
	if (params->attr.sample_type &
	    ~(EBPF_PERF_SAMPLE_RAW | EBPF_PERF_SAMPLE_IDENTIFIER | EBPF_PERF_SAMPLE_IP |
	      EBPF_PERF_SAMPLE_TID | EBPF_PERF_SAMPLE_TIME | EBPF_PERF_SAMPLE_ADDR |
	      EBPF_PERF_SAMPLE_ID | EBPF_PERF_SAMPLE_STREAM_ID | EBPF_PERF_SAMPLE_CPU |
	      EBPF_PERF_SAMPLE_PERIOD))
		return ERR_PTR(-EOPNOTSUPP);

	event = kzalloc(sizeof(*event), GFP_KERNEL);
	if (!event)
		return ERR_PTR(-ENOMEM);
	ebpf_ring_charge_init();
	err = ebpf_event_init(event, &ebpf_output_event_ops, params, false);
	if (err) {
		kfree(event);
		return ERR_PTR(err);
	}
	event->output = true;
	return event;
}

static void output_destroy(struct ebpf_event *event)
{
	ebpf_event_fini(event);
	kfree(event);
}

static void output_read(struct ebpf_event *event, struct ebpf_event_count *count)
{
	count->value = 0;
}

static int output_reset(struct ebpf_event *event)
{
	return 0;
}

const struct ebpf_event_ops ebpf_output_event_ops = {
	.prog_type = EBPF_PROG_TYPE_PERF_EVENT,
	.create = output_create,
	.destroy = output_destroy,
	.read = output_read,
	.reset = output_reset,
};
