// SPDX-License-Identifier: GPL-2.0-only
/*
 * The function that forms a tracepoint's record for perf gets the event as an argument
 * and runs the programs it finds there on the record. Here it gets a copy of the event
 * that has one program, which is a function of the module, and no counters.
 */
#include "kmod/compat/tp_call.h"
#include "kmod/compat/perf.h"
#include "kmod/compat/tracepoint.h"

#ifdef HAVE_EVENT_PROG_ARRAY

#include <linux/bpf.h>
#include <linux/filter.h>

struct compat_tp_call {
	struct compat_tracepoint tp;
	struct trace_event_call call;	/* the copy */
	struct bpf_prog_array *array;
	struct bpf_prog *prog;
};

/*
 * Perf's buffers for records exist while a counter of any tracepoint does. One that is
 * hardly ever hit is the choice: each counter makes its own event slower.
 */

static struct perf_event *tp_holder;
static u32 tp_holder_users;

static bool is_rare(const struct trace_event_call *call)
{
	static const char *const names[] = { "suspend_resume", "mce_record" };
	char name[16];
	size_t i;

	if (!(call->flags & TRACE_EVENT_FL_TRACEPOINT) || !call->tp)
		return false;
	if (compat_copy_from_kernel_nofault(&i, &call->tp->name, sizeof(i)) ||
	    compat_copy_from_kernel_nofault(name, (const void *)i, sizeof(name)))
		return false;
	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (!strncmp(name, names[i], sizeof(name)))
			return true;
	return false;
}

/* Events of modules come and go in the list while it is walked: whatever is read may
 * be gone, and perf has the last word on the id.
 */
static int find_rare_id(const struct trace_event_call *from, u64 *id)
{
	const struct list_head *node = &from->list;
	struct trace_event_call *copy;
	int i;

	copy = kmalloc(sizeof(*copy), GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	*id = 0;
	for (i = 0; i < 10000 && !*id; i++) {
		if (compat_copy_from_kernel_nofault(copy,
						    container_of(node, typeof(*copy), list),
						    sizeof(*copy)))
			break;
		if (is_rare(copy))
			*id = copy->event.type;
		node = copy->list.next;
		if (node == &from->list)
			break;
	}
	kfree(copy);
	return *id ? 0 : -ENOENT;
}

static int holder_get(const struct perf_event *pe)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT,
		.size = sizeof(attr),
		.disabled = 1,
	};
	struct perf_event *holder;
	u64 id = 0;
	int err;

	if (tp_holder_users++)
		return 0;
	err = find_rare_id(pe->tp_event, &id);
	attr.config = id;
	holder = err ? ERR_PTR(err) : compat_perf_event_create(&attr, 0, NULL, NULL, NULL);
	if (IS_ERR(holder)) {
		tp_holder_users--;
		return PTR_ERR(holder);
	}
	tp_holder = holder;
	return 0;
}

static void holder_put(void)
{
	if (!--tp_holder_users)
		perf_event_release_kernel(tp_holder);
}

/*
 * The copy
 */

static void tp_call_free(struct compat_tp_call *tc)
{
	if (tc->prog)
		free_percpu(tc->prog->stats);
	kfree(tc->prog);
	kfree(tc->array);
	free_percpu(tc->call.perf_events);
	kfree(tc);
}

static struct compat_tp_call *tp_call_new(const struct trace_event_call *call,
					  compat_tp_call_fn fn, void *data)
{
	struct compat_tp_call *tc = kzalloc(sizeof(*tc), GFP_KERNEL);

	if (!tc)
		return NULL;
	memcpy(&tc->call, call, sizeof(*call));
	tc->call.perf_events = alloc_percpu(struct hlist_head);
	tc->array = kzalloc(sizeof(*tc->array) + 2 * sizeof(tc->array->items[0]), GFP_KERNEL);
	tc->prog = kzalloc(sizeof(*tc->prog) + sizeof(data), GFP_KERNEL);
	if (tc->prog)
		tc->prog->stats = alloc_percpu(struct bpf_prog_stats);
	if (!tc->call.perf_events || !tc->array || !tc->prog || !tc->prog->stats) {
		tp_call_free(tc);
		return NULL;
	}
	tc->prog->bpf_func = fn;
	memcpy((void *)tc->prog + offsetof(struct bpf_prog, insnsi), &data, sizeof(data));
	tc->array->items[0].prog = tc->prog;
	rcu_assign_pointer(tc->call.prog_array, tc->array);
	return tc;
}

struct compat_tp_call *ebpf_compat_tp_call_start(const struct perf_event *pe,
						 compat_tp_call_fn fn, void *data)
{
	const struct trace_event_call *call = pe->tp_event;
	struct compat_tp_call *tc;
	int err = -EOPNOTSUPP;

	if (!call->class->perf_probe || !(call->flags & TRACE_EVENT_FL_TRACEPOINT) || !call->tp)
		return ERR_PTR(-EOPNOTSUPP);
	tc = tp_call_new(call, fn, data);
	if (!tc)
		return ERR_PTR(-ENOMEM);
	/* By name, for a reference of its module. */
	if (ebpf_compat_tracepoint_find(call->tp->name, &tc->tp))
		goto free;
	if (tc->tp.tp != call->tp)
		goto put_tp;
	err = holder_get(pe);
	if (err)
		goto put_tp;
	err = ebpf_compat_tracepoint_register(&tc->tp, call->class->perf_probe, &tc->call);
	if (!err)
		return tc;
	holder_put();
put_tp:
	ebpf_compat_tracepoint_put(&tc->tp);
free:
	tp_call_free(tc);
	return ERR_PTR(err);
}

bool ebpf_compat_tp_call_stop(struct compat_tp_call *tc)
{
	bool done = ebpf_compat_tracepoint_unregister(&tc->tp, tc->call.class->perf_probe,
						      &tc->call);

	tracepoint_synchronize_unregister();
	if (!done)
		return false;
	holder_put();
	ebpf_compat_tracepoint_put(&tc->tp);
	tp_call_free(tc);
	return true;
}

#else

struct compat_tp_call *ebpf_compat_tp_call_start(const struct perf_event *pe,
						 compat_tp_call_fn fn, void *data)
{
	return ERR_PTR(-EOPNOTSUPP);
}

bool ebpf_compat_tp_call_stop(struct compat_tp_call *tc)
{
	return true;
}

#endif
