// SPDX-License-Identifier: GPL-2.0-only
/*
 * Walks over tasks, their files and memory areas. Between two steps nothing is held: a
 * walk knows where it is by numbers alone.
 */
#include "kmod/iter/iter_walk.h"
#include "kmod/compat/mm.h"
#include "kmod/compat/pid.h"
#include "kmod/compat/task.h"
#include "kmod/prog/prog.h"

#include <linux/file.h>

#define PREFIX	"bpf_iter_"

static const char * const kind_names[] = {
	[ITER_TASK] = "task",
	[ITER_TASK_FILE] = "task_file",
	[ITER_TASK_VMA] = "task_vma",
};

const char *ebpf_iter_kind_name(enum iter_kind kind)
{
	return kind_names[kind];
}

/* The verifier knows no others. */
enum iter_kind ebpf_iter_kind_of(const struct ebpf_prog *prog)
{
	const char *name = prog->image.target.name + sizeof(PREFIX) - 1;

	if (!strcmp(name, kind_names[ITER_TASK_FILE]))
		return ITER_TASK_FILE;
	return strcmp(name, kind_names[ITER_TASK_VMA]) ? ITER_TASK : ITER_TASK_VMA;
}

void ebpf_walk_start(struct iter_walk *walk, enum iter_kind kind, const struct task_filter *filter)
{
	memset(walk, 0, sizeof(*walk));
	walk->kind = kind;
	walk->filter = *filter;
	walk->ns = get_pid_ns(task_active_pid_ns(current));
	/* A process may have threads with smaller numbers than its own. */
	walk->tid = filter->kind == FILTER_TID ? filter->nr : 1;
}

void ebpf_walk_stop(struct iter_walk *walk)
{
	put_pid_ns(walk->ns);
}

/*
 * Tasks
 */
static bool filter_takes(const struct iter_walk *walk, struct task_struct *task)
{
	switch (walk->filter.kind) {
	case FILTER_TID:
		return walk->tid == walk->filter.nr;
	case FILTER_PID:
		return task_tgid_nr_ns(task, walk->ns) == walk->filter.nr;
	default:
		return true;
	}
}

static void skip_task(struct iter_walk *walk)
{
	walk->tid++;
	walk->fd = 0;
	walk->addr = 0;
}

/* Moves to the next number in use; false when there is none. @task: with a reference
 * what has it, or NULL.
 */
static bool find_task(struct iter_walk *walk, struct task_struct **task)
{
	struct pid *pid;
	int nr;

	rcu_read_lock();
	pid = ebpf_compat_find_ge_pid(walk->tid, walk->ns);
	if (pid) {
		nr = pid_nr_ns(pid, walk->ns);
		if (nr != walk->tid) {
			/* Whose files or areas were shown has gone. */
			walk->tid = nr - 1;
			skip_task(walk);
		}
		*task = get_pid_task(pid, PIDTYPE_PID);
	}
	rcu_read_unlock();
	return pid != NULL;
}

/*
 * What a task has
 */

/* Threads that share their files are shown once, as in Linux also their areas. */
static bool is_shown(const struct iter_walk *walk, struct task_struct *task)
{
	return walk->kind == ITER_TASK || walk->filter.kind == FILTER_TID ||
	       !ebpf_compat_shares_files(task);
}

static bool get_file_of(struct iter_walk *walk, struct iter_object *obj)
{
	obj->file = ebpf_compat_task_next_file(obj->task, &walk->fd);
	obj->fd = walk->fd;
	return obj->file != NULL;
}

static bool get_vma_of(struct iter_walk *walk, struct iter_object *obj)
{
	struct mm_struct *mm = get_task_mm(obj->task);

	if (!mm)
		return false;
	if (compat_mm_read_lock_killable(mm))
		goto put;
	obj->vma = find_vma(mm, walk->addr);
	obj->mm = mm;
	if (obj->vma)
		return true;
	obj->mm = NULL;
	compat_mm_read_unlock(mm);
put:
	mmput(mm);
	return false;
}

static bool get_its(struct iter_walk *walk, struct iter_object *obj)
{
	switch (walk->kind) {
	case ITER_TASK_FILE:
		return get_file_of(walk, obj);
	case ITER_TASK_VMA:
		return get_vma_of(walk, obj);
	default:
		return true;
	}
}

bool ebpf_walk_get(struct iter_walk *walk, struct iter_object *obj)
{
	memset(obj, 0, sizeof(*obj));
	while (find_task(walk, &obj->task)) {
		if (obj->task && filter_takes(walk, obj->task) && is_shown(walk, obj->task) &&
		    get_its(walk, obj))
			return true;
		if (obj->task)
			put_task_struct(obj->task);
		obj->task = NULL;
		obj->fd = 0;
		if (fatal_signal_pending(current))
			return false;
		skip_task(walk);
		cond_resched();
	}
	return false;
}

void ebpf_walk_put(struct iter_object *obj)
{
	if (obj->mm) {
		compat_mm_read_unlock(obj->mm);
		mmput(obj->mm);
	}
	if (obj->file)
		fput(obj->file);
	if (obj->task)
		put_task_struct(obj->task);
	memset(obj, 0, sizeof(*obj));
}

void ebpf_walk_advance(struct iter_walk *walk, const struct iter_object *obj)
{
	switch (walk->kind) {
	case ITER_TASK_FILE:
		walk->fd = obj->fd + 1;
		break;
	case ITER_TASK_VMA:
		walk->addr = obj->vma->vm_end;
		break;
	default:
		skip_task(walk);
	}
}
