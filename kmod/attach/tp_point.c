// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tracepoints and their records.
 *
 * Only the kernel knows how to form a tracepoint's record. Where it does so for programs
 * of its own, that way is ours too (compat/tp_call.h). Everywhere else it forms them for
 * perf alone: a counter on each CPU makes it do so, and its overflow handler gets the
 * record.
 *
 * So it is with probes that were made by hand (kprobe_events, uprobe_events): their programs get
 * the registers that come with the record.
 */
#include "kmod/attach/tp_point.h"
#include "kmod/attach/tp_record.h"
#include "kmod/compat/hotplug.h"
#include "kmod/compat/ksyms.h"
#include "kmod/compat/perf.h"
#include "kmod/compat/tp_call.h"
#include "kmod/events/own.h"

#include <linux/cpumask.h>
#include <linux/rculist.h>
#include <linux/workqueue.h>

struct ebpf_tp_point {
	struct hlist_head hooks;	/* RCU-sched */
	u64 id;
	u32 users;
	enum compat_event_kind kind;
	unsigned long probed;		/* of kprobes, where the last hit was */
	unsigned long func_ip;		/* and the function whose entry that is, or 0 */
	struct list_head node;		/* of tp_points */
	struct compat_tp_call *call;	/* or NULL, and counters */
	struct perf_event **counters;	/* by CPU; NULL where offline */
	struct ebpf_event_later later;
};

static void tp_hotplug(struct work_struct *work);

/* All points and what they have. Taken with nothing of CPU hotplug held: making a
 * counter may take its lock.
 */
static DEFINE_MUTEX(tp_points_lock);
static LIST_HEAD(tp_points);
/* CPUs that came or went since tp_hotplug() last looked. */
static struct cpumask tp_stale_cpus;
static DECLARE_WORK(tp_hotplug_work, tp_hotplug);

/*
 * Hits
 */

static __always_inline void point_fire(struct ebpf_tp_point *point, const void *record,
				       u32 size, struct pt_regs *regs, void *frame)
{
	struct ebpf_tp_hook *hook;
	struct hlist_node *node;
	bool counts = true;

	if (unlikely(!compat_rcu_watching()))
		return;
	for (node = READ_ONCE(point->hooks.first); node; node = READ_ONCE(node->next)) {
		hook = hlist_entry(node, struct ebpf_tp_hook, node);
		counts &= ebpf_tp_fire(hook->event, record, size, regs, frame);
	}
	if (!counts)
		return;
	for (node = READ_ONCE(point->hooks.first); node; node = READ_ONCE(node->next))
		ebpf_event_hit(hlist_entry(node, struct ebpf_tp_hook, node)->event);
}

/* The record of a kprobe begins, behind what all have, with its place; nothing tells of that
 * before it is hit. A probe does not move, so this is looked up once.
 */
static unsigned long point_func_ip(struct ebpf_tp_point *point, const void *record, u32 size)
{
	unsigned long place;

	if (compat_event_is_uprobe(point->kind) || size < 16)
		return 0;
	place = ((const unsigned long *)record)[1];
	if (unlikely(READ_ONCE(point->probed) != place)) {
		WRITE_ONCE(point->func_ip, ebpf_compat_func_entry(place));
		smp_store_release(&point->probed, place);
	}
	return READ_ONCE(point->func_ip);
}

/* A breakpoint of a uprobe may be there for others than the event's task. */
static bool hook_is_elsewhere(const struct ebpf_tp_hook *hook)
{
	const struct task_struct *task = hook->event->task;

	return task && compat_event_is_uprobe(hook->point->kind) &&
	       READ_ONCE(task->mm) != current->mm;
}

static bool hook_fire_probe(struct ebpf_tp_hook *hook, struct pt_regs *regs,
			    unsigned long func_ip)
{
	struct ebpf_prog *prog = READ_ONCE(hook->event->prog);
	struct ebpf_run_ctx rctx COMPAT_UNINIT;

	if (!prog || hook_is_elsewhere(hook))
		return true;
	ebpf_run_ctx_init(&rctx, regs, hook->event->cookie, func_ip, NULL);
	return ebpf_event_passes(ebpf_prog_fire(prog, regs, &rctx));
}

/* The context of the probe; preemption is off. */
static void point_hit_probe(struct perf_event *pe, struct perf_sample_data *data,
			    struct pt_regs *regs)
{
	struct ebpf_tp_point *point = pe->overflow_handler_context;
	unsigned long func_ip;
	struct hlist_node *node;
	bool counts = true;

	if (unlikely(!compat_rcu_watching()))
		return;
	func_ip = point_func_ip(point, compat_raw_data(data), compat_raw_size(data));
	for (node = READ_ONCE(point->hooks.first); node; node = READ_ONCE(node->next))
		counts &= hook_fire_probe(hlist_entry(node, struct ebpf_tp_hook, node), regs,
					  func_ip);
	if (!counts)
		return;
	for (node = READ_ONCE(point->hooks.first); node; node = READ_ONCE(node->next))
		ebpf_event_hit(hlist_entry(node, struct ebpf_tp_hook, node)->event);
}

/* The context of the tracepoint; preemption is off. */
static void point_overflow(struct perf_event *pe, struct perf_sample_data *data,
			   struct pt_regs *regs)
{
	point_fire(pe->overflow_handler_context, compat_raw_data(data), compat_raw_size(data),
		   regs, __builtin_frame_address(0));
}

/* How long the record is, nobody says: programs read no further than its fixed part,
 * which they were checked for, and those they call get a copy of as much as there may be.
 */
static unsigned int point_run(const void *record, const struct bpf_insn *data)
{
	struct ebpf_tp_point *point = *(struct ebpf_tp_point *const *)data;

	point_fire(point, record, PERF_MAX_TRACE_SIZE, *(struct pt_regs *const *)record,
		   __builtin_frame_address(0));
	return 0;
}

/*
 * Counters
 */

static struct perf_event *point_counter(struct ebpf_tp_point *point, int cpu)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT,
		.size = sizeof(attr),
		.config = point->id,
		.sample_period = 1,
	};

	return compat_perf_event_create(&attr, cpu, NULL, compat_event_is_probe(point->kind) ?
					point_hit_probe : point_overflow, point);
}

struct perf_event *ebpf_tp_counter(u64 id)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT,
		.size = sizeof(attr),
		.config = id,
		.disabled = 1,
	};

	return compat_perf_event_create(&attr, cpumask_first(cpu_online_mask), NULL,
						NULL, NULL);
}

static int point_add_counter(struct ebpf_tp_point *point, int cpu)
{
	struct perf_event *pe = point_counter(point, cpu);

	if (IS_ERR(pe))
		return cpu_online(cpu) ? PTR_ERR(pe) : 0;
	point->counters[cpu] = pe;
	return 0;
}

static void point_drop_counter(struct ebpf_tp_point *point, int cpu)
{
	if (point->counters[cpu])
		perf_event_release_kernel(point->counters[cpu]);
	point->counters[cpu] = NULL;
}

static void point_drop_counters(struct ebpf_tp_point *point)
{
	int cpu;

	for_each_possible_cpu(cpu)
		point_drop_counter(point, cpu);
}

static int point_add_counters(struct ebpf_tp_point *point)
{
	int cpu, err;

	for_each_online_cpu(cpu) {
		err = point_add_counter(point, cpu);
		if (err) {
			point_drop_counters(point);
			return err;
		}
	}
	return 0;
}

/*
 * CPU hotplug: a counter whose CPU went away never counts again
 */

static void tp_renew(int cpu)
{
	struct ebpf_tp_point *point;

	list_for_each_entry(point, &tp_points, node) {
		if (point->call)
			continue;
		point_drop_counter(point, cpu);
		if (cpu_online(cpu) && point_add_counter(point, cpu))
			pr_warn("ebpfdrv: tracepoint %llu is not traced on CPU %d\n", point->id,
				cpu);
	}
}

static void tp_hotplug(struct work_struct *work)
{
	int cpu;

	mutex_lock(&tp_points_lock);
	for_each_possible_cpu(cpu)
		if (cpumask_test_and_clear_cpu(cpu, &tp_stale_cpus))
			tp_renew(cpu);
	mutex_unlock(&tp_points_lock);
}

static void tp_cpu_changed(unsigned int cpu, bool online)
{
	if (!online)
		return;
	cpumask_set_cpu(cpu, &tp_stale_cpus);
	schedule_work(&tp_hotplug_work);
}

/*
 * Points
 */

static int point_start(struct ebpf_tp_point *point, const struct perf_event *pe)
{
	int err;

	/* Programs read no further than the record goes: nothing else would say so. */
	if (point->kind == COMPAT_EVENT_TRACEPOINT && ebpf_compat_event_fields_end(pe) > 0) {
		point->call = ebpf_compat_tp_call_start(pe, point_run, point);
		err = PTR_ERR_OR_ZERO(point->call);
		/* Of an event of ours: counters say what is wrong with its hooks. */
		if (!err && (!ebpf_own_settle(compat_event_name(pe)) ||
			     !ebpf_compat_tp_call_stop(point->call)))
			return 0;
		point->call = NULL;
		/* Memory that is short now is no reason to go the slower way for good. */
		if (err == -ENOMEM)
			return err;
	}
	return point_add_counters(point);
}

static void point_free(struct ebpf_tp_point *point)
{
	kfree(point->counters);
	kfree(point);
}

static void point_destroy(struct ebpf_event_later *later)
{
	point_free(container_of(later, struct ebpf_tp_point, later));
}

static struct ebpf_tp_point *point_new(const struct perf_event *pe, u64 id)
{
	struct ebpf_tp_point *point;
	int err = -ENOMEM;

	point = kzalloc(sizeof(*point), GFP_KERNEL);
	if (!point)
		return ERR_PTR(-ENOMEM);
	point->id = id;
	point->kind = ebpf_compat_event_kind(pe);
	point->counters = kcalloc(nr_cpu_ids, sizeof(*point->counters), GFP_KERNEL);
	if (point->counters)
		err = point_start(point, pe);
	if (err) {
		point_free(point);
		return ERR_PTR(err);
	}
	list_add(&point->node, &tp_points);
	return point;
}

static struct ebpf_tp_point *point_get(const struct perf_event *pe, u64 id)
{
	struct ebpf_tp_point *point;

	list_for_each_entry(point, &tp_points, node)
		if (point->id == id)
			goto found;
	point = point_new(pe, id);
	if (IS_ERR(point))
		return point;
found:
	point->users++;
	return point;
}

static void point_put(struct ebpf_tp_point *point)
{
	if (--point->users)
		return;
	list_del(&point->node);
	/* One that stays has no hooks. */
	if (point->call && !ebpf_compat_tp_call_stop(point->call))
		return;
	point_drop_counters(point);
	ebpf_event_later(&point->later, point_destroy);
}

int ebpf_tp_point_add(struct ebpf_tp_hook *hook, const struct perf_event *pe)
{
	struct ebpf_tp_point *point;

	mutex_lock(&tp_points_lock);
	point = point_get(pe, pe->attr.config);
	if (!IS_ERR(point)) {
		hook->point = point;
		hlist_add_head_rcu(&hook->node, &point->hooks);
	}
	mutex_unlock(&tp_points_lock);
	return PTR_ERR_OR_ZERO(point);
}

void ebpf_tp_point_del(struct ebpf_tp_hook *hook)
{
	mutex_lock(&tp_points_lock);
	hlist_del_rcu(&hook->node);
	point_put(hook->point);
	mutex_unlock(&tp_points_lock);
}

int ebpf_tp_point_init(void)
{
	return ebpf_compat_hotplug_register(tp_cpu_changed);
}

void ebpf_tp_point_exit(void)
{
	ebpf_compat_hotplug_unregister();
	flush_work(&tp_hotplug_work);
}
