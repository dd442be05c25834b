// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hooks are placed and taken away by a worker. A tracepoint calls listen() and unlisten() with the
 * lock of all tracepoints held, inside of which the locks of ftrace must not be taken: the
 * function graph tracer takes them the other way round. Who registers a probe through ftrace or
 * perf, or by this module, waits for the worker after that lock was dropped, so hits begin when
 * registering has returned and hooks are gone when unregistering has.
 */
#include "kmod/events/own.h"

#ifdef COMPAT_OWN_EVENTS

#include <linux/workqueue.h>

static void own_work_fn(struct work_struct *work);

static LIST_HEAD(own_events);		/* from module start on */
static DEFINE_SPINLOCK(own_lock);
static bool own_closed;			/* nobody's wishes are heard any more */
static bool own_started;		/* listeners hold the module; before, its start may still fail */
static u32 own_leaving;			/* references of the module to be put */
static DECLARE_WORK(own_work, own_work_fn);

/*
 * Hooks
 */

static int hook_find(struct ebpf_own_hook *hook)
{
	const char *const *name;
	int err;

	if (hook->tracepoint)
		return ebpf_compat_tracepoint_find(hook->tracepoint, &hook->tp);
	for (name = hook->names; *name; name++) {
		err = ebpf_compat_func_find(*name, &hook->addr);
		if (err != -ENOENT)
			return err;
	}
	return -ENOENT;
}

static int hook_on_by_probe(struct ebpf_own_hook *hook)
{
	struct compat_kprobe *probe = hook->probe;
	kprobe_pre_handler_t pre = probe->rp.kp.pre_handler;

	if (probe->kept)
		return -EBUSY;
	memset(&probe->rp.kp, 0, sizeof(probe->rp.kp));
	/* A kretprobe's is the kernel's. */
	if (!probe->ret)
		probe->rp.kp.pre_handler = pre;
	probe->rp.kp.addr = (void *)hook->addr;
	/* Calls that are inside at once: one in each task, and in each context of a CPU. */
	probe->rp.maxactive = max_t(int, 64, 8 * nr_cpu_ids);
	return ebpf_compat_kprobe_add(probe);
}

static int hook_on_tracepoint(struct ebpf_own_hook *hook)
{
	int err = 0;

	if (!hook->tp_kept)
		err = ebpf_compat_tracepoint_register(&hook->tp, hook->tp_probe, NULL);
	hook->on = !err;
	return err;
}

static void hook_off_tracepoint(struct ebpf_own_hook *hook)
{
	if (!hook->tp_kept)
		hook->tp_kept = !ebpf_compat_tracepoint_unregister(&hook->tp, hook->tp_probe, NULL);
	/* The module may go next: nobody may be in the probe. */
	tracepoint_synchronize_unregister();
}

static int hook_on(struct ebpf_own_hook *hook)
{
	int err = -ENODEV;

	if (hook->tracepoint)
		return hook_on_tracepoint(hook);
	if (hook->optional && hook_find(hook))
		return 0;
	if (hook->entry)
		err = ebpf_compat_ftrace_add(hook->entry, ebpf_compat_ftrace_place(hook->addr));
	hook->by_ftrace = !err;
	if (err)
		err = hook_on_by_probe(hook);
	hook->on = !err;
	return err;
}

static void hook_off(struct ebpf_own_hook *hook)
{
	if (!hook->on)
		return;
	if (hook->tracepoint)
		hook_off_tracepoint(hook);
	else if (hook->by_ftrace)
		ebpf_compat_ftrace_del(hook->entry, ebpf_compat_ftrace_place(hook->addr));
	else
		ebpf_compat_kprobe_del(hook->probe);
	hook->on = false;
}

static const char *hook_name(const struct ebpf_own_hook *hook)
{
	return hook->tracepoint ? hook->tracepoint : hook->names[0];
}

static void own_disarm(struct ebpf_own_event *event)
{
	u32 i;

	for (i = event->nr_hooks; i--; )
		hook_off(&event->hooks[i]);
	event->armed = false;
}

static int own_arm(struct ebpf_own_event *event)
{
	u32 i;
	int err;

	event->armed = true;
	for (i = 0; i < event->nr_hooks; i++) {
		err = hook_on(&event->hooks[i]);
		if (!err)
			continue;
		pr_warn_ratelimited("ebpfdrv: %s does not fire: no hook on %s (error %d)\n",
				    event->name, hook_name(&event->hooks[i]), err);
		own_disarm(event);
		return err;
	}
	return 0;
}

static void own_work_fn(struct work_struct *work)
{
	struct ebpf_own_event *event;
	u32 leaving;

	/* Each is put after the hooks of the event it was held for are gone: who comes to
	 * leave from now on has the work done once more.
	 */
	spin_lock(&own_lock);
	leaving = own_leaving;
	own_leaving = 0;
	spin_unlock(&own_lock);
	list_for_each_entry(event, &own_events, node) {
		bool wanted = READ_ONCE(event->wanted);

		if (wanted && !event->armed)
			event->err = own_arm(event);
		else if (!wanted && event->armed)
			own_disarm(event);
	}
	while (leaving--)
		module_put(THIS_MODULE);
}

/*
 * Listeners
 */

int ebpf_own_listen(struct ebpf_own_event *event)
{
	if (event->absent || READ_ONCE(own_closed))
		return -ENODEV;
	spin_lock(&own_lock);
	if (own_started && !try_module_get(THIS_MODULE)) {
		spin_unlock(&own_lock);
		return -ENODEV;
	}
	event->wanted = true;
	if (!own_closed)
		schedule_work(&own_work);
	spin_unlock(&own_lock);
	return 0;
}

void ebpf_own_unlisten(struct ebpf_own_event *event)
{
	spin_lock(&own_lock);
	/* Kernels that take no error of listen() come here after one. */
	if (event->wanted && !own_closed) {
		event->wanted = false;
		own_leaving += own_started;
		schedule_work(&own_work);
	}
	spin_unlock(&own_lock);
}

static int own_settle(const struct ebpf_own_event *event)
{
	if (event->absent)
		return -ENOENT;
	flush_work(&own_work);
	return READ_ONCE(event->wanted) ? event->err : 0;
}

int ebpf_own_settle(const char *name)
{
	struct ebpf_own_event *event;

	list_for_each_entry(event, &own_events, node)
		if (!strcmp(event->name, name))
			return own_settle(event);
	return 0;
}

/*
 * What ftrace and perf call to register theirs
 */

static struct ebpf_own_event *own_by_call(const struct compat_event_call *call)
{
	struct ebpf_own_event *event;

	list_for_each_entry(event, &own_events, node)
		if (event->call == call)
			return event;
	return NULL;
}

/* Called with the lock of all events held: the module's text stays until it is dropped. */
static int own_class_reg(struct compat_event_call *call, enum trace_reg type, void *data)
{
	struct ebpf_own_event *event = own_by_call(call);
	bool on = type == TRACE_REG_REGISTER || type == TRACE_REG_PERF_REGISTER;
	bool off = type == TRACE_REG_UNREGISTER || type == TRACE_REG_PERF_UNREGISTER;
	int err;

	if (on && (event->absent || READ_ONCE(own_closed)))
		return -ENODEV;
	err = compat_event_reg(call, type, data);
	if (err || (!on && !off))
		return err;
	err = own_settle(event);
	if (off || !err)
		return 0;
	compat_event_reg(call, type == TRACE_REG_REGISTER ? TRACE_REG_UNREGISTER :
			 TRACE_REG_PERF_UNREGISTER, data);
	own_settle(event);
	return err;
}

/*
 * Start and end
 */

static void own_remove(struct ebpf_own_event *event)
{
	event->absent = true;
	/* One that stays in the list cannot be switched on. */
	if (compat_own_event_there(event->call))
		ebpf_compat_own_event_remove(event->call);
}

void ebpf_own_add(struct ebpf_own_event *event)
{
	u32 i;
	int err;

	if (!compat_own_event_there(event->call)) {
		pr_info("ebpfdrv: no event %s:%s: the kernel takes none of this module\n",
			event->call->class->system, event->name);
		event->absent = true;
	}
	for (i = 0; i < event->nr_hooks && !event->absent; i++) {
		err = hook_find(&event->hooks[i]);
		if (!err || event->hooks[i].optional)
			continue;
		pr_info("ebpfdrv: no event %s:%s: no %s %s (error %d)\n",
			event->call->class->system, event->name,
			event->hooks[i].tracepoint ? "tracepoint" : "function",
			hook_name(&event->hooks[i]), err);
		own_remove(event);
	}
	list_add_tail(&event->node, &own_events);
	event->call->class->reg = own_class_reg;
	/* Who was faster than this waits for hooks now. */
	schedule_work(&own_work);
}

void ebpf_own_start(void)
{
	struct ebpf_own_event *event;

	spin_lock(&own_lock);
	list_for_each_entry(event, &own_events, node)
		if (event->wanted)
			__module_get(THIS_MODULE);
	own_started = true;
	spin_unlock(&own_lock);
}

void ebpf_own_exit(void)
{
	struct ebpf_own_event *event;

	spin_lock(&own_lock);
	own_closed = true;
	spin_unlock(&own_lock);
	flush_work(&own_work);
	/* Only where the start failed is anything left. */
	list_for_each_entry(event, &own_events, node)
		own_disarm(event);
}

#endif
