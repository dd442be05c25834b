// SPDX-License-Identifier: GPL-2.0-only
/*
 * TRACEPOINT events. System calls have a shorter way (syscall_tp.c) than all others
 * (tp_point.c).
 *
 * A program opens one event on one CPU but expects its program to run wherever
 * the tracepoint is hit, as the native attachment does, which belongs to the
 * tracepoint and not to the event. For the same reason neither enabling and
 * disabling nor a pid has a say in whether the program runs.
 */
#include "kmod/attach/event.h"
#include "kmod/attach/syscall_tp.h"
#include "kmod/attach/tp_point.h"
#include "kmod/attach/tp_record.h"
#include "kmod/compat/perf.h"

#include <ebpf/ctx.h>

/* ftrace:function, on every kernel. It has no tracepoint, so Linux has no programs on it
 * either; opening it is enough to have the entry of every function of the kernel patched.
 */
#define FTRACE_FUNCTION_ID	1

struct tp_event {
	struct ebpf_event event;
	struct list_head node;		/* of tp_events */
	char name[64];
	bool hooked;			/* by syscall, else by hook */
	struct ebpf_syscall_hook syscall;
	struct ebpf_tp_hook hook;
};

static LIST_HEAD(tp_events);
static DEFINE_MUTEX(tp_lock);

static struct tp_event *tp_event_of(struct ebpf_event *event)
{
	return container_of(event, struct tp_event, event);
}

static void tp_stop(struct ebpf_event *event)
{
	struct tp_event *tp = tp_event_of(event);

	mutex_lock(&tp_lock);
	list_del(&tp->node);
	mutex_unlock(&tp_lock);
	if (tp->hooked)
		ebpf_syscall_hook_del(&tp->syscall);
	else
		ebpf_tp_point_del(&tp->hook);
}

static void tp_destroy(struct ebpf_event *event)
{
	ebpf_event_fini(event);
	kfree(tp_event_of(event));
}

/* Fills in the hook when @pe counts system calls. */
static bool tp_is_syscall(struct tp_event *tp, const struct perf_event *pe)
{
	const char *system = compat_event_system(pe);
	int nr;

	if (!strcmp(system, "raw_syscalls")) {
		tp->syscall.raw = true;
		tp->syscall.enter = !strcmp(compat_event_name(pe), "sys_enter");
		return true;
	}
	if (strcmp(system, "syscalls"))
		return false;
	nr = compat_event_syscall(pe, &tp->syscall.enter);
	tp->syscall.nr = nr;
	return nr >= 0;
}

/* Fills in the hook when the event is one of EBPFDRV_TP_SYS_*. */
static bool tp_is_bare_syscall(struct tp_event *tp)
{
	u64 base = tp->event.attr.config & ~0xffffULL;

	if (base != EBPFDRV_TP_SYS_ENTER && base != EBPFDRV_TP_SYS_EXIT)
		return false;
	tp->syscall.enter = base == EBPFDRV_TP_SYS_ENTER;
	tp->syscall.nr = tp->event.attr.config & 0xffff;
	return true;
}

/* Number and six arguments, or number and result, behind the common header. */
static int tp_start_bare_syscall(struct tp_event *tp)
{
	snprintf(tp->name, sizeof(tp->name), "sys_%s_%d",
		 tp->syscall.enter ? "enter" : "exit", tp->syscall.nr);
	tp->event.max_ctx = tp->syscall.enter ? 64 : 24;
	tp->hooked = true;
	return ebpf_syscall_hook_add(&tp->syscall);
}

static int tp_start(struct tp_event *tp)
{
	struct perf_event *pe;
	int end, err;

	if (tp_is_bare_syscall(tp))
		return tp_start_bare_syscall(tp);
	pe = ebpf_tp_counter(tp->event.attr.config);
	if (IS_ERR(pe))
		return PTR_ERR(pe);
	snprintf(tp->name, sizeof(tp->name), "%s", compat_event_name(pe));
	end = ebpf_compat_event_fields_end(pe);
	/* The number of a system call is an int that programs read as a long. */
	tp->event.max_ctx = end < 0 ? EBPF_TP_CTX_MAX : max(end, 16);
	err = tp_is_syscall(tp, pe) ? ebpf_syscall_hook_add(&tp->syscall) : -ENOENT;
	tp->hooked = !err;
	if (err && err != -ENOMEM)
		err = ebpf_tp_point_add(&tp->hook, pe);
	perf_event_release_kernel(pe);
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

static void tp_describe(const struct ebpf_event *event, struct ebpf_attach_desc *desc)
{
	desc->type = EBPF_FD_TYPE_TRACEPOINT;
	desc->name = container_of(event, struct tp_event, event)->name;
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

const struct ebpf_event_ops ebpf_tracepoint_event_ops = {
	.prog_type = EBPF_PROG_TYPE_TRACEPOINT,
	.create = tp_create,
	.stop = tp_stop,
	.destroy = tp_destroy,
	.read = ebpf_event_read_hits,
	.peek = ebpf_event_peek_hits,
	.query = tp_query,
	.describe = tp_describe,
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
