// SPDX-License-Identifier: GPL-2.0-only
/*
 * TRACEPOINT events. System calls have a shorter way (syscall_tp.c) than all others
 * (tp_point.c). Among them are the probes made by hand in kprobe_events and uprobe_events, which
 * take KPROBE programs.
 *
 * A program opens one event on one CPU but expects its program to run wherever
 * the tracepoint is hit, as the native attachment does, which belongs to the
 * tracepoint and not to the event. For the same reason neither enabling and
 * disabling nor a pid nor a filter has a say in whether the program runs.
 */
#include "kmod/attach/event.h"
#include "kmod/attach/syscall_tp.h"
#include "kmod/attach/tp_point.h"
#include "kmod/attach/tp_record.h"
#include "kmod/compat/perf.h"
#include "kmod/events/events.h"

#include <ebpf/ctx.h>

/* ftrace:function, on every kernel. It has no tracepoint, so Linux has no programs on it
 * either; opening it is enough to have the entry of every function of the kernel patched.
 */
#define FTRACE_FUNCTION_ID	1

/* As in Linux. */
#define TRACEPOINT_MAX_PROGS	64

struct tp_event {
	struct ebpf_event event;
	struct list_head node;		/* of tp_events */
	char name[64];
	enum compat_event_kind kind;
	bool hooked;			/* by syscall, else by hook */
	struct ebpf_syscall_hook syscall;
	struct ebpf_tp_hook hook;
	/* What counts in place of the hooks, or NULL: children, and what a filter lets through. */
	struct perf_event *counter;
};

static LIST_HEAD(tp_events);
static DEFINE_MUTEX(tp_lock);

static const struct ebpf_event_ops probe_event_ops;
static const struct ebpf_event_ops other_event_ops;

static struct tp_event *tp_event_of(struct ebpf_event *event)
{
	return container_of(event, struct tp_event, event);
}

/*
 * Counting by the kernel
 */

static struct perf_event *tp_counter_new(const struct tp_event *tp, bool disabled)
{
	const struct ebpf_event *event = &tp->event;
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT,
		.size = sizeof(attr),
		.config = event->attr.config,
		.disabled = disabled,
		.inherit = !!(event->attr.flags & EBPF_PERF_ATTR_INHERIT),
		.enable_on_exec = !!(event->attr.flags & EBPF_PERF_ATTR_ENABLE_ON_EXEC),
	};
	struct perf_event *pe;

	pe = compat_perf_event_create(&attr, event->cpu, event->task, NULL, NULL);
	/* Kernels that would free what children still have count without them. */
	if (pe == ERR_PTR(-EOPNOTSUPP) && attr.inherit) {
		attr.inherit = 0;
		pe = compat_perf_event_create(&attr, event->cpu, event->task, NULL, NULL);
	}
	return pe;
}

static u64 tp_kernel_count(struct ebpf_event *event)
{
	u64 enabled, running;

	return perf_event_read_value(tp_event_of(event)->counter, &enabled, &running);
}

/* For what only the kernel sees: children that come, an exec that switches the event on. */
static int tp_start_counter(struct tp_event *tp)
{
	u64 flags = tp->event.attr.flags;
	struct perf_event *pe;

	if (!tp->event.task ||
	    !(flags & (EBPF_PERF_ATTR_INHERIT | EBPF_PERF_ATTR_ENABLE_ON_EXEC)))
		return 0;
	pe = tp_counter_new(tp, flags & EBPF_PERF_ATTR_DISABLED);
	if (IS_ERR(pe))
		return PTR_ERR(pe);
	tp->counter = pe;
	tp->event.counted_by_kernel = true;
	return 0;
}

static int tp_set_filter(struct ebpf_event *event, char *filter)
{
	struct tp_event *tp = tp_event_of(event);
	struct ebpf_event_count so_far;
	struct perf_event *pe = tp->counter;
	int err;

	if (!pe)
		pe = tp_counter_new(tp, true);
	if (IS_ERR(pe))
		return PTR_ERR(pe);
	err = ebpf_compat_event_filter(pe, filter);
	if (tp->counter)
		return err;
	if (err) {
		perf_event_release_kernel(pe);
		return err;
	}
	ebpf_event_read_hits(event, &so_far);
	event->counted = so_far.value;
	event->base = 0;
	event->counted_by_kernel = true;
	smp_store_release(&tp->counter, pe);
	if (event->enabled)
		perf_event_enable(pe);
	return 0;
}

static void tp_enable(struct ebpf_event *event)
{
	if (tp_event_of(event)->counter)
		perf_event_enable(tp_event_of(event)->counter);
}

/* Of children's counters, the kernel lets modules switch none: what they count while the event
 * is off is left out. And a child may have taken the counter itself with it and left its own to
 * its parent (perf exchanges equal lists when it switches between them), so that to switch it
 * on again would help nobody: it stays on.
 */
static void tp_disable(struct ebpf_event *event)
{
	u64 flags = event->attr.flags;

	if (flags & EBPF_PERF_ATTR_INHERIT && !(flags & EBPF_PERF_ATTR_ENABLE_ON_EXEC))
		return;
	if (tp_event_of(event)->counter)
		perf_event_disable(tp_event_of(event)->counter);
}

/* Whether an exec has switched the event on, only the kernel knows. */
static void tp_read(struct ebpf_event *event, struct ebpf_event_count *count)
{
	struct tp_event *tp = tp_event_of(event);

	ebpf_event_read_hits(event, count);
	if (event->enabled || !tp->counter || !(event->attr.flags & EBPF_PERF_ATTR_ENABLE_ON_EXEC))
		return;
	count->value += perf_event_read_value(tp->counter, &count->enabled, &count->running) -
			event->base;
}

/* What the kernel counts is not for programs to read, but where they do it is theirs alone. */
static int tp_peek(struct ebpf_event *event, struct ebpf_event_count *count)
{
	struct perf_event *pe = READ_ONCE(tp_event_of(event)->counter);
	int err = ebpf_event_peek_hits(event, count);

	if (!err && pe)
		count->value = event->counted - event->base + local64_read(&pe->count);
	return err;
}

/*
 * Life
 */

static void tp_unhook(struct tp_event *tp)
{
	if (tp->hooked)
		ebpf_syscall_hook_del(&tp->syscall);
	else
		ebpf_tp_point_del(&tp->hook);
}

static void tp_stop(struct ebpf_event *event)
{
	struct tp_event *tp = tp_event_of(event);

	mutex_lock(&tp_lock);
	list_del(&tp->node);
	mutex_unlock(&tp_lock);
	tp_unhook(tp);
}

static void tp_destroy(struct ebpf_event *event)
{
	struct tp_event *tp = tp_event_of(event);

	if (tp->counter)
		perf_event_release_kernel(tp->counter);
	ebpf_event_fini(event);
	kfree(tp);
}

/* Fills in the hook when @pe counts system calls. */
static bool tp_is_syscall(struct tp_event *tp, const struct perf_event *pe)
{
	int nr = -ENOENT;

	if (tp->kind == COMPAT_EVENT_TRACEPOINT &&
	    !strcmp(compat_event_system(pe), "raw_syscalls")) {
		tp->syscall.raw = true;
		tp->syscall.enter = !strcmp(compat_event_name(pe), "sys_enter");
		return true;
	}
	if (tp->kind == COMPAT_EVENT_SYSCALL)
		nr = compat_event_syscall(pe, &tp->syscall.enter);
	else if (tp->kind == COMPAT_EVENT_TRACEPOINT)
		nr = ebpf_events_syscall(pe->tp_event, &tp->syscall.enter);
	tp->syscall.nr = nr;
	return nr >= 0;
}

/* Which programs, and how much of the context they may read. */
static void tp_set_kind(struct tp_event *tp, const struct perf_event *pe)
{
	int end;

	tp->kind = ebpf_compat_event_kind(pe);
	if (compat_event_is_probe(tp->kind)) {
		tp->event.ops = &probe_event_ops;
		return;
	}
	if (tp->kind == COMPAT_EVENT_OTHER)
		tp->event.ops = &other_event_ops;
	end = ebpf_compat_event_fields_end(pe);
	/* The number of a system call is an int that programs read as a long. */
	tp->event.max_ctx = end < 0 ? EBPF_TP_CTX_MAX : max(end, 16);
}

static int tp_start(struct tp_event *tp)
{
	struct perf_event *pe;
	int err;

	pe = ebpf_tp_counter(tp->event.attr.config);
	if (IS_ERR(pe))
		return PTR_ERR(pe);
	snprintf(tp->name, sizeof(tp->name), "%s", compat_event_name(pe));
	tp_set_kind(tp, pe);
	err = tp_is_syscall(tp, pe) ? ebpf_syscall_hook_add(&tp->syscall) : -ENOENT;
	tp->hooked = !err;
	if (err && err != -ENOMEM)
		err = ebpf_tp_point_add(&tp->hook, pe);
	perf_event_release_kernel(pe);
	if (err)
		return err;
	err = tp_start_counter(tp);
	if (err)
		tp_unhook(tp);
	return err;
}

static struct ebpf_event *tp_create(const struct ebpf_event_params *params)
{
	struct tp_event *tp;
	int err;

	if (params->attr.config == FTRACE_FUNCTION_ID)
		return ERR_PTR(-EINVAL);
	tp = kzalloc(sizeof(*tp), GFP_KERNEL);
	if (!tp)
		return ERR_PTR(-ENOMEM);
	tp->hook.event = &tp->event;
	tp->syscall.event = &tp->event;
	err = ebpf_event_init(&tp->event, &ebpf_tracepoint_event_ops, params, true);
	if (err)
		goto free;
	err = tp_start(tp);
	if (err)
		goto fini;
	mutex_lock(&tp_lock);
	list_add(&tp->node, &tp_events);
	mutex_unlock(&tp_lock);
	return &tp->event;

fini:
	ebpf_event_fini(&tp->event);
free:
	kfree(tp);
	return ERR_PTR(err);
}

/*
 * Programs
 */

static void tp_describe(const struct ebpf_event *event, struct ebpf_attach_desc *desc)
{
	const struct tp_event *tp = container_of(event, struct tp_event, event);

	desc->name = tp->name;
	switch (tp->kind) {
	case COMPAT_EVENT_KPROBE:
		desc->type = EBPF_FD_TYPE_KPROBE;
		break;
	case COMPAT_EVENT_KRETPROBE:
		desc->type = EBPF_FD_TYPE_KRETPROBE;
		break;
	case COMPAT_EVENT_UPROBE:
		desc->type = EBPF_FD_TYPE_UPROBE;
		break;
	case COMPAT_EVENT_URETPROBE:
		desc->type = EBPF_FD_TYPE_URETPROBE;
		break;
	default:
		desc->type = EBPF_FD_TYPE_TRACEPOINT;
		break;
	}
}

static u32 tp_query(const struct ebpf_event *event, u32 *ids, u32 max)
{
	u64 id = event->attr.config;
	struct tp_event *tp;
	u32 n = 0;

	mutex_lock(&tp_lock);
	list_for_each_entry(tp, &tp_events, node) {
		if (tp->event.attr.config != id)
			continue;
		mutex_lock(&tp->event.lock);
		if (tp->event.prog) {
			if (n < max)
				ids[n] = tp->event.prog->id;
			n++;
		}
		mutex_unlock(&tp->event.lock);
	}
	mutex_unlock(&tp_lock);
	return n;
}

static int tp_admits(const struct ebpf_event *event, const struct ebpf_prog *prog)
{
	bool there = false;
	struct tp_event *tp;
	u32 n = 0;

	mutex_lock(&tp_lock);
	list_for_each_entry(tp, &tp_events, node) {
		const struct ebpf_prog *other = READ_ONCE(tp->event.prog);

		if (tp->event.attr.config != event->attr.config || !other)
			continue;
		n++;
		there |= other == prog;
	}
	mutex_unlock(&tp_lock);
	if (n >= TRACEPOINT_MAX_PROGS)
		return -E2BIG;
	return there ? -EEXIST : 0;
}

#define TP_EVENT_OPS(type)			\
	.prog_type = (type),			\
	.create = tp_create,			\
	.stop = tp_stop,			\
	.destroy = tp_destroy,			\
	.enable = tp_enable,			\
	.disable = tp_disable,			\
	.read = tp_read,			\
	.kernel_count = tp_kernel_count,	\
	.peek = tp_peek,			\
	.query = tp_query,			\
	.admits = tp_admits,			\
	.set_filter = tp_set_filter,		\
	.describe = tp_describe

const struct ebpf_event_ops ebpf_tracepoint_event_ops = {
	TP_EVENT_OPS(EBPF_PROG_TYPE_TRACEPOINT),
};

/* Made by hand */
static const struct ebpf_event_ops probe_event_ops = {
	TP_EVENT_OPS(EBPF_PROG_TYPE_KPROBE),
};

/* Neither a tracepoint nor a probe (synthetic events, events made of others): it only counts. */
static const struct ebpf_event_ops other_event_ops = {
	TP_EVENT_OPS(EBPF_PROG_TYPE_UNSPEC),
};

int ebpf_tracepoint_init(void)
{
	int err = ebpf_tp_record_init();

	if (err)
		return err;
	err = ebpf_tp_point_init();
	if (err)
		ebpf_tp_record_exit();
	return err;
}

void ebpf_tracepoint_exit(void)
{
	ebpf_tp_point_exit();
	ebpf_tp_record_exit();
}
