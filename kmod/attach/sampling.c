// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events that the kernel's perf counts: clocks, software and hardware events.
 * When one overflows, a PERF_EVENT program runs.
 */
#include "kmod/attach/event.h"
#include "kmod/compat/perf.h"
#include "kmod/prog/run_inline.h"

#include <ebpf/ctx.h>

struct sampling_event {
	struct ebpf_event event;
	struct perf_event *pe;	/* replaced under event.lock; RCU-sched for peek */
};

static struct sampling_event *sampling_event_of(struct ebpf_event *event)
{
	return container_of(event, struct sampling_event, event);
}

/* The kernel lets modules switch an event off, but not what children count with. An exec may
 * switch one on unseen.
 */
static bool sampling_is_off(const struct ebpf_event *event)
{
	u64 flags = event->attr.flags;

	return unlikely(flags & EBPF_PERF_ATTR_INHERIT) && !READ_ONCE(event->enabled) &&
	       !(flags & EBPF_PERF_ATTR_ENABLE_ON_EXEC);
}

/* Any context, NMI included. */
static void sampling_overflow(struct perf_event *pe, struct perf_sample_data *data,
			      struct pt_regs *regs)
{
	struct sampling_event *se = pe->overflow_handler_context;
	struct ebpf_prog *prog = READ_ONCE(se->event.prog);
	struct ebpf_perf_event_kern ctx = {
		.regs = regs,
		.sample_period = data->period,
		.addr = data->addr,
		.data = data,
	};
	struct ebpf_run_ctx rctx COMPAT_UNINIT;

	if (!prog || sampling_is_off(&se->event))
		return;
	ebpf_run_ctx_init(&rctx, regs, se->event.cookie, 0, &se->event);
	rctx.frame = __builtin_frame_address(0);
	preempt_disable();
	ebpf_prog_fire(prog, &ctx, &rctx);
	preempt_enable();
}

/* Of all privilege levels that the event counts, if none is named. */
static u64 branch_type(const struct ebpf_perf_attr *attr)
{
	u64 type = attr->branch_sample_type;

	if (type & PERF_SAMPLE_BRANCH_PLM_ALL)
		return type;
	if (!(attr->flags & EBPF_PERF_ATTR_EXCLUDE_KERNEL))
		type |= PERF_SAMPLE_BRANCH_KERNEL;
	if (!(attr->flags & EBPF_PERF_ATTR_EXCLUDE_USER))
		type |= PERF_SAMPLE_BRANCH_USER;
	if (!(attr->flags & EBPF_PERF_ATTR_EXCLUDE_HV))
		type |= PERF_SAMPLE_BRANCH_HV;
	return type;
}

/* Of the kinds of branches that there are, those that this kernel knows. */
static int check_branches(const struct ebpf_perf_attr *attr)
{
	if (!(attr->sample_type & EBPF_PERF_SAMPLE_BRANCH_STACK))
		return 0;
	return attr->branch_sample_type & ~(u64)(PERF_SAMPLE_BRANCH_MAX - 1) ? -EINVAL : 0;
}

static void sampling_attr(const struct ebpf_perf_attr *attr, struct perf_event_attr *out)
{
	u64 flags = attr->flags;

	memset(out, 0, sizeof(*out));
	out->type = attr->type;
	out->size = sizeof(*out);
	out->config = attr->config;
	out->sample_period = attr->sample_period;
	/* Records are not written; only what programs can see is sampled. */
	out->sample_type = attr->sample_type &
			   (EBPF_PERF_SAMPLE_ADDR | EBPF_PERF_SAMPLE_BRANCH_STACK);
	if (out->sample_type & EBPF_PERF_SAMPLE_BRANCH_STACK)
		out->branch_sample_type = branch_type(attr);
	out->bp_type = attr->bp_type;
	out->config1 = attr->config1;
	out->config2 = attr->config2;
	out->disabled = !!(flags & EBPF_PERF_ATTR_DISABLED);
	out->inherit = !!(flags & EBPF_PERF_ATTR_INHERIT);
	out->pinned = !!(flags & EBPF_PERF_ATTR_PINNED);
	out->exclusive = !!(flags & EBPF_PERF_ATTR_EXCLUSIVE);
	out->exclude_user = !!(flags & EBPF_PERF_ATTR_EXCLUDE_USER);
	out->exclude_kernel = !!(flags & EBPF_PERF_ATTR_EXCLUDE_KERNEL);
	out->exclude_hv = !!(flags & EBPF_PERF_ATTR_EXCLUDE_HV);
	out->exclude_idle = !!(flags & EBPF_PERF_ATTR_EXCLUDE_IDLE);
	out->freq = !!(flags & EBPF_PERF_ATTR_FREQ);
	out->enable_on_exec = !!(flags & EBPF_PERF_ATTR_ENABLE_ON_EXEC);
	out->precise_ip = flags >> EBPF_PERF_ATTR_PRECISE_IP_SHIFT;
	out->exclude_host = !!(flags & EBPF_PERF_ATTR_EXCLUDE_HOST);
	out->exclude_guest = !!(flags & EBPF_PERF_ATTR_EXCLUDE_GUEST);
}

static struct perf_event *sampling_counter(struct sampling_event *se, bool disabled)
{
	struct perf_event_attr attr;

	sampling_attr(&se->event.attr, &attr);
	attr.disabled = disabled;
	return compat_perf_event_create(&attr, se->event.cpu, se->event.task,
						sampling_overflow, se);
}

/* What an event has of the kernel's is given back a moment after it was closed, but breakpoints at
 * once: the processor has four, and others wait for them.
 */
static void sampling_stop(struct ebpf_event *event)
{
	struct sampling_event *se = sampling_event_of(event);
	struct perf_event *pe = se->pe;

	perf_event_disable(pe);
	if (event->attr.type != PERF_TYPE_BREAKPOINT)
		return;
	WRITE_ONCE(se->pe, NULL);
	compat_synchronize_rcu_sched();
	perf_event_release_kernel(pe);
}

/* A handler on its way when stop returned is done: a grace period has passed. */
static void sampling_destroy(struct ebpf_event *event)
{
	struct sampling_event *se = sampling_event_of(event);

	if (se->pe)
		perf_event_release_kernel(se->pe);
	/* Counters of children went with it just now, and may be in their handler still. */
	if (event->attr.flags & EBPF_PERF_ATTR_INHERIT)
		compat_synchronize_rcu_sched();
	ebpf_event_fini(event);
	kfree(se);
}

static void sampling_enable(struct ebpf_event *event)
{
	perf_event_enable(sampling_event_of(event)->pe);
}

static void sampling_disable(struct ebpf_event *event)
{
	perf_event_disable(sampling_event_of(event)->pe);
}

static void sampling_read(struct ebpf_event *event, struct ebpf_event_count *count)
{
	struct perf_event *pe = sampling_event_of(event)->pe;

	count->value = event->counted - event->base +
		       perf_event_read_value(pe, &count->enabled, &count->running);
}

/* Linux's perf_event_read_local(): the event must count right here. */
static int sampling_peek(struct ebpf_event *event, struct ebpf_event_count *count)
{
	struct perf_event *pe = READ_ONCE(sampling_event_of(event)->pe);
	unsigned long flags;

	if (event->attr.flags & EBPF_PERF_ATTR_INHERIT)
		return -EOPNOTSUPP;
	if (!pe || (event->task && event->task != current))
		return -EINVAL;
	if (!event->task && event->cpu != smp_processor_id())
		return -EINVAL;
	local_irq_save(flags);
	if (pe->oncpu == smp_processor_id())
		pe->pmu->read(pe);
	count->value = local64_read(&pe->count) + event->counted - event->base;
	local_irq_restore(flags);
	/* What the counter lacked its place in the PMU, as of the last time the
	 * kernel did its sums.
	 */
	count->enabled = ebpf_event_enabled_ns(event);
	count->running = count->enabled - (pe->total_time_enabled - pe->total_time_running);
	return 0;
}

/* The kernel does not let modules change a counter that runs: another takes its place. */
static int sampling_replace(struct ebpf_event *event, const struct ebpf_perf_attr *attr)
{
	struct sampling_event *se = sampling_event_of(event);
	struct ebpf_perf_attr old_attr = event->attr;
	struct perf_event *pe, *old = se->pe;
	u64 enabled, running;

	event->attr = *attr;
	pe = sampling_counter(se, !event->enabled);
	if (IS_ERR(pe)) {
		event->attr = old_attr;
		return PTR_ERR(pe);
	}
	perf_event_disable(old);
	event->counted += perf_event_read_value(old, &enabled, &running);
	smp_store_release(&se->pe, pe);
	compat_synchronize_rcu_sched();
	perf_event_release_kernel(old);
	return 0;
}

static int sampling_set_period(struct ebpf_event *event, u64 period)
{
	struct ebpf_perf_attr attr = event->attr;

	attr.sample_period = period;
	return sampling_replace(event, &attr);
}

/* Of a breakpoint, the place and what it waits for. */
static int sampling_modify(struct ebpf_event *event, const struct ebpf_perf_attr *to)
{
	struct ebpf_perf_attr attr = event->attr;
	u64 disabled = to->flags & EBPF_PERF_ATTR_DISABLED;

	if (attr.type != PERF_TYPE_BREAKPOINT)
		return -EOPNOTSUPP;
	attr.bp_type = to->bp_type;
	attr.config1 = to->config1;
	attr.config2 = to->config2;
	attr.flags = (attr.flags & ~EBPF_PERF_ATTR_DISABLED) | disabled;
	if (memcmp(&attr, to, sizeof(attr)))
		return -EINVAL;
	return sampling_replace(event, &attr);
}

static int sampling_refresh(struct ebpf_event *event, int cnt)
{
	return perf_event_refresh(sampling_event_of(event)->pe, cnt);
}

static void sampling_reset(struct ebpf_event *event)
{
	u64 enabled, running;

	event->base = event->counted +
		      perf_event_read_value(sampling_event_of(event)->pe, &enabled, &running);
}

/* The registers of a precise sample are not all of the same moment: the stack there is to
 * come with the sample, as in Linux.
 */
static bool sampling_callchain(const struct ebpf_event *event)
{
	u64 flags = event->attr.flags;

	if (!((flags >> EBPF_PERF_ATTR_PRECISE_IP_SHIFT) & 3))
		return true;
	return (event->attr.sample_type & EBPF_PERF_SAMPLE_CALLCHAIN) &&
	       !(flags & (EBPF_PERF_ATTR_EXCLUDE_CALLCHAIN_KERNEL |
			  EBPF_PERF_ATTR_EXCLUDE_CALLCHAIN_USER));
}

/* As in Linux, a clock has a period, whatever it was asked for. */
static void clock_period(struct ebpf_perf_attr *attr)
{
	if (attr->type != PERF_TYPE_SOFTWARE || !(attr->flags & EBPF_PERF_ATTR_FREQ) ||
	    !attr->sample_period)
		return;
	if (attr->config != PERF_COUNT_SW_CPU_CLOCK && attr->config != PERF_COUNT_SW_TASK_CLOCK)
		return;
	attr->sample_period = div64_u64(NSEC_PER_SEC, attr->sample_period);
	attr->flags &= ~EBPF_PERF_ATTR_FREQ;
}

static struct ebpf_event *sampling_create(const struct ebpf_event_params *params)
{
	struct sampling_event *se;
	int err = check_branches(&params->attr);

	if (err)
		return ERR_PTR(err);
	se = kzalloc(sizeof(*se), GFP_KERNEL);
	if (!se)
		return ERR_PTR(-ENOMEM);
	err = ebpf_event_init(&se->event, &ebpf_sampling_event_ops, params, false);
	if (err)
		goto free;
	clock_period(&se->event.attr);
	se->pe = sampling_counter(se, params->attr.flags & EBPF_PERF_ATTR_DISABLED);
	if (IS_ERR(se->pe)) {
		err = PTR_ERR(se->pe);
		goto fini;
	}
	return &se->event;

fini:
	ebpf_event_fini(&se->event);
free:
	kfree(se);
	return ERR_PTR(err);
}

const struct ebpf_event_ops ebpf_sampling_event_ops = {
	.prog_type = EBPF_PROG_TYPE_PERF_EVENT,
	.callchain = sampling_callchain,
	.create = sampling_create,
	.stop = sampling_stop,
	.destroy = sampling_destroy,
	.enable = sampling_enable,
	.disable = sampling_disable,
	.read = sampling_read,
	.peek = sampling_peek,
	.set_period = sampling_set_period,
	.refresh = sampling_refresh,
	.modify = sampling_modify,
	.reset = sampling_reset,
};
