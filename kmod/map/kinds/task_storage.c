// SPDX-License-Identifier: GPL-2.0-only
/*
 * TASK_STORAGE: a value for each task. Tracepoints tell when a task goes, and, since a
 * program may still hold the address and make another value after that, when one comes:
 * a new task must not find the values of one that had its address before.
 */
#include "kmod/map/kinds/local_storage.h"
#include "kmod/map/kinds/local_storage_internal.h"
#include "kmod/map/kinds/maps.h"
#include "kmod/compat/task.h"
#include "kmod/compat/tracepoint.h"

static struct compat_tracepoint tp_free, tp_new;

static int watch_tasks(void);
static void unwatch_tasks(void);

STORAGE_OWNER_DEFINE(tasks, watch_tasks, unwatch_tasks);

static void on_task_free(void *data, struct task_struct *task)
{
	preempt_disable();
	ebpf_storage_forget(&tasks, task);
	preempt_enable();
}

static void on_task_new(void *data, struct task_struct *task, unsigned long clone_flags)
{
	preempt_disable();
	ebpf_storage_forget(&tasks, task);
	preempt_enable();
}

static int watch_tasks(void)
{
	int err = ebpf_compat_tracepoint_find("sched_process_free", &tp_free);

	if (err)
		return err;
	err = ebpf_compat_tracepoint_find("task_newtask", &tp_new);
	if (err)
		goto put_free;
	err = ebpf_compat_tracepoint_register(&tp_free, on_task_free, NULL);
	if (err)
		goto put_new;
	err = ebpf_compat_tracepoint_register(&tp_new, on_task_new, NULL);
	if (!err)
		return 0;
	ebpf_compat_tracepoint_unregister(&tp_free, on_task_free, NULL);
	tracepoint_synchronize_unregister();
put_new:
	ebpf_compat_tracepoint_put(&tp_new);
put_free:
	ebpf_compat_tracepoint_put(&tp_free);
	return err;
}

static void unwatch_tasks(void)
{
	ebpf_compat_tracepoint_unregister(&tp_new, on_task_new, NULL);
	ebpf_compat_tracepoint_unregister(&tp_free, on_task_free, NULL);
	ebpf_compat_tracepoint_put(&tp_new);
	ebpf_compat_tracepoint_put(&tp_free);
	tracepoint_synchronize_unregister();
}

static struct ebpf_map *task_storage_alloc(const union ebpf_attr *attr)
{
	return ebpf_storage_alloc(attr, &tasks);
}

static bool task_alive(const void *addr)
{
	return compat_task_exists((struct task_struct *)addr);
}

void *ebpf_task_storage_get(struct ebpf_map *map, struct task_struct *task, const void *value,
			    u64 flags)
{
	return ebpf_storage_get(map, task, value, flags, task_alive);
}

long ebpf_task_storage_delete(struct ebpf_map *map, struct task_struct *task)
{
	return ebpf_storage_delete(map, task);
}

const struct ebpf_map_ops ebpf_task_storage_map_ops = {
	.alloc_check = ebpf_storage_alloc_check,
	.alloc = task_storage_alloc,
	.free = ebpf_storage_free,
	.get_next_key = ebpf_storage_get_next_key,
	.meta_equal = ebpf_map_meta_equal,
	.check_btf = ebpf_storage_check_btf,
	.mem_usage = ebpf_storage_mem_usage,
};
