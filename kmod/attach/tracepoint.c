// SPDX-License-Identifier: GPL-2.0-only
/*
 * TRACEPOINT events: the kernel's own perf counters, one for each CPU, make the
 * record and call us with it. System calls have a shorter way (syscall_tp.c).
 *
 * A program opens one event on one CPU but expects its program to run wherever
 * the tracepoint is hit, as the native attachment does, which belongs to the
 * tracepoint and not to the event. For the same reason neither enabling and
 * disabling nor a pid has a say in whether the program runs.
 */
#include "kmod/attach/event.h"
#include "kmod/attach/syscall_tp.h"
#include "kmod/attach/tp_record.h"
#include "kmod/compat/hotplug.h"
#include "kmod/compat/perf.h"

#include <ebpf/ctx.h>
#include <linux/cpumask.h>
#include <linux/workqueue.h>

struct tp_event {
	struct ebpf_event event;
	struct list_head node;		/* of tp_events */
	char name[64];
	bool hooked;			/* by syscall_hook, and no counters */
	struct ebpf_syscall_hook hook;
	struct mutex counters_lock;	/* counters, after tp_lock */
	struct perf_event **counters;	/* by CPU; NULL where offline */
};

static void tp_hotplug(struct work_struct *work);

static LIST_HEAD(tp_events);
static DEFINE_MUTEX(tp_lock);
/* CPUs that came or went since tp_hotplug() last looked. */
static struct cpumask tp_stale_cpus;
static DECLARE_WORK(tp_hotplug_work, tp_hotplug);

static struct tp_event *tp_event_of(struct ebpf_event *event)
{
	return container_of(event, struct tp_event, event);
}

/* The context of the tracepoint; preemption is off. */
static void tp_overflow(struct perf_event *pe, struct perf_sample_data *data,
			struct pt_regs *regs)
{
	struct tp_event *tp = pe->overflow_handler_context;

	ebpf_tp_fire(&tp->event, compat_raw_data(data), compat_raw_size(data), regs);
}

static struct perf_event *tp_counter(struct tp_event *tp, int cpu)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT,
		.size = sizeof(attr),
		.config = tp->event.attr.config,
		.sample_period = 1,
	};

	return perf_event_create_kernel_counter(&attr, cpu, NULL, tp_overflow, tp);
}

/* Whoever comes second, the opener or the hotplug worker, has made one too many.
 * Never under a lock: making a counter may take the lock of CPU hotplug.
 */
static int tp_add_counter(struct tp_event *tp, int cpu)
{
	struct perf_event *pe = tp_counter(tp, cpu);

	if (IS_ERR(pe))
		return cpu_online(cpu) ? PTR_ERR(pe) : 0;
	mutex_lock(&tp->counters_lock);
	swap(pe, tp->counters[cpu]);
	mutex_unlock(&tp->counters_lock);
	if (pe)
		perf_event_release_kernel(pe);
	return 0;
}

static void tp_drop_counter(struct tp_event *tp, int cpu)
{
	struct perf_event *pe = NULL;

	mutex_lock(&tp->counters_lock);
	swap(pe, tp->counters[cpu]);
	mutex_unlock(&tp->counters_lock);
	if (pe)
		perf_event_release_kernel(pe);
}

/*
 * CPU hotplug: a counter whose CPU went away never counts again
 */

static void tp_renew(int cpu)
{
	struct tp_event *tp;

	list_for_each_entry(tp, &tp_events, node) {
		if (tp->hooked)
			continue;
		tp_drop_counter(tp, cpu);
		if (cpu_online(cpu) && tp_add_counter(tp, cpu))
			pr_warn("ebpfdrv: tracepoint %llu is not traced on CPU %d\n",
				tp->event.attr.config, cpu);
	}
}

static void tp_hotplug(struct work_struct *work)
{
	int cpu;

	mutex_lock(&tp_lock);
	for_each_possible_cpu(cpu)
		if (cpumask_test_and_clear_cpu(cpu, &tp_stale_cpus))
			tp_renew(cpu);
	mutex_unlock(&tp_lock);
}

static void tp_cpu_changed(unsigned int cpu, bool online)
{
	if (!online)
		return;
	cpumask_set_cpu(cpu, &tp_stale_cpus);
	schedule_work(&tp_hotplug_work);
}

/*
 * The event
 */

static void tp_stop(struct ebpf_event *event)
{
	struct tp_event *tp = tp_event_of(event);
	int cpu;

	mutex_lock(&tp_lock);
	list_del_init(&tp->node);
	mutex_unlock(&tp_lock);
	if (tp->hooked)
		ebpf_syscall_hook_del(&tp->hook);
	for_each_possible_cpu(cpu)
		tp_drop_counter(tp, cpu);
}

static void tp_destroy(struct ebpf_event *event)
{
	struct tp_event *tp = tp_event_of(event);

	ebpf_event_fini(event);
	kfree(tp->counters);
	kfree(tp);
}

/* Fills in the hook when @pe counts system calls. */
static bool tp_is_syscall(struct tp_event *tp, const struct perf_event *pe)
{
	const char *system = compat_event_system(pe);
	int nr;

	tp->hook.event = &tp->event;
	if (!strcmp(system, "raw_syscalls")) {
		tp->hook.raw = true;
		tp->hook.enter = !strcmp(compat_event_name(pe), "sys_enter");
		return true;
	}
	if (strcmp(system, "syscalls"))
		return false;
	nr = compat_event_syscall(pe, &tp->hook.enter);
	tp->hook.nr = nr;
	return nr >= 0;
}

/* Fills in the hook when the event is one of EBPFDRV_TP_SYS_*. */
static bool tp_is_bare_syscall(struct tp_event *tp)
{
	u64 base = tp->event.attr.config & ~0xffffULL;

	if (base != EBPFDRV_TP_SYS_ENTER && base != EBPFDRV_TP_SYS_EXIT)
		return false;
	tp->hook.event = &tp->event;
	tp->hook.enter = base == EBPFDRV_TP_SYS_ENTER;
	tp->hook.nr = tp->event.attr.config & 0xffff;
	return true;
}

/* Number and six arguments, or number and result, behind the common header. */
static int tp_start_bare_syscall(struct tp_event *tp)
{
	int err = ebpf_syscall_hook_add(&tp->hook);

	if (err)
		return err;
	snprintf(tp->name, sizeof(tp->name), "sys_%s_%d", tp->hook.enter ? "enter" : "exit",
		 tp->hook.nr);
	tp->event.max_ctx = tp->hook.enter ? 64 : 24;
	tp->hooked = true;
	mutex_lock(&tp_lock);
	list_add(&tp->node, &tp_events);
	mutex_unlock(&tp_lock);
	return 0;
}

/* A counter tells which tracepoint it is. */
static int tp_start(struct tp_event *tp)
{
	struct perf_event *pe;
	int cpu, err;

	if (tp_is_bare_syscall(tp))
		return tp_start_bare_syscall(tp);
	pe = tp_counter(tp, cpumask_first(cpu_online_mask));
	if (IS_ERR(pe))
		return PTR_ERR(pe);
	snprintf(tp->name, sizeof(tp->name), "%s", compat_event_name(pe));
	err = ebpf_compat_event_fields_end(pe);
	/* The number of a system call is an int that programs read as a long. */
	tp->event.max_ctx = err < 0 ? EBPF_TP_CTX_MAX : max(err, 16);
	tp->hooked = tp_is_syscall(tp, pe);
	mutex_lock(&tp_lock);
	list_add(&tp->node, &tp_events);
	mutex_unlock(&tp_lock);
	if (tp->hooked) {
		err = ebpf_syscall_hook_add(&tp->hook);
		tp->hooked = !err;
		goto release;
	}
	err = 0;
	for_each_online_cpu(cpu) {
		err = tp_add_counter(tp, cpu);
		if (err)
			break;
	}
release:
	perf_event_release_kernel(pe);
	return err;
}

static struct ebpf_event *tp_create(const struct ebpf_event_params *params)
{
	struct tp_event *tp;
	int err = -ENOMEM;

	tp = kzalloc(sizeof(*tp), GFP_KERNEL);
	if (!tp)
		return ERR_PTR(-ENOMEM);
	INIT_LIST_HEAD(&tp->node);
	mutex_init(&tp->counters_lock);
	tp->counters = kcalloc(nr_cpu_ids, sizeof(*tp->counters), GFP_KERNEL);
	if (!tp->counters)
		goto free;
	err = ebpf_event_init(&tp->event, &ebpf_tracepoint_event_ops, params, true);
	if (err)
		goto free;
	err = tp_start(tp);
	if (err) {
		ebpf_event_drop(&tp->event);
		return ERR_PTR(err);
	}
	return &tp->event;

free:
	kfree(tp->counters);
	kfree(tp);
	return ERR_PTR(err);
}

static void tp_describe(const struct ebpf_event *event, struct ebpf_attach_desc *desc)
{
	desc->type = EBPF_FD_TYPE_TRACEPOINT;
	desc->name = container_of(event, struct tp_event, event)->name;
}

const struct ebpf_event_ops ebpf_tracepoint_event_ops = {
	.prog_type = EBPF_PROG_TYPE_TRACEPOINT,
	.create = tp_create,
	.stop = tp_stop,
	.destroy = tp_destroy,
	.read = ebpf_event_read_hits,
	.peek = ebpf_event_peek_hits,
	.describe = tp_describe,
};

u32 ebpf_tracepoint_query(u64 id, u32 *ids, u32 max)
{
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

int ebpf_tracepoint_init(void)
{
	int err = ebpf_tp_record_init();

	if (err)
		return err;
	err = ebpf_compat_hotplug_register(tp_cpu_changed);
	if (err)
		ebpf_tp_record_exit();
	return err;
}

void ebpf_tracepoint_exit(void)
{
	ebpf_compat_hotplug_unregister();
	flush_work(&tp_hotplug_work);
	ebpf_tp_record_exit();
}
