// SPDX-License-Identifier: GPL-2.0-only
/*
 * BPF_OUTPUT events: nothing fires by itself, programs write records into the ring.
 */
#include "kmod/attach/event.h"
#include "kmod/attach/ring_charge.h"
#include "kmod/attach/sample.h"

static int check_samples(const struct ebpf_perf_attr *attr)
{
	if (attr->sample_type & ~EBPF_SAMPLE_POSSIBLE) {
		pr_info_ratelimited("ebpfdrv: %s[%d]: records of programs cannot have what sample_type %#llx asks for\n",
				    current->comm, current->pid,
				    attr->sample_type & ~EBPF_SAMPLE_POSSIBLE);
		return -EOPNOTSUPP;
	}
	return 0;
}

static struct ebpf_event *output_create(const struct ebpf_event_params *params)
{
	struct ebpf_event *event;
	int err;

	err = check_samples(&params->attr);
	if (err)
		return ERR_PTR(err);
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

static void output_reset(struct ebpf_event *event)
{
}

const struct ebpf_event_ops ebpf_output_event_ops = {
	.prog_type = EBPF_PROG_TYPE_PERF_EVENT,
	.create = output_create,
	.destroy = output_destroy,
	.read = output_read,
	.reset = output_reset,
};
