/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What iterators go over: tasks, their files, their memory areas.
 */
#ifndef _KMOD_ITER_WALK_H
#define _KMOD_ITER_WALK_H

#include "kmod/compat/compat.h"
#include <ebpf/types.h>

struct ebpf_prog;
struct pid_namespace;

enum iter_kind {
	ITER_TASK,
	ITER_TASK_FILE,
	ITER_TASK_VMA,
};

enum filter_kind {
	FILTER_ALL,
	FILTER_TID,
	FILTER_PID,
};

struct task_filter {
	enum filter_kind kind;
	u32 nr;
};

/**
 * struct iter_walk - a place among the objects
 * @kind:   what it goes over
 * @filter: of the link
 * @ns:     numbers are those of whoever opened the file; a reference
 * @tid:    the next task is the first from here on
 * @fd:     of that task, the next file is the first from here on
 * @addr:   ... and the next area the first that ends behind this
 */
struct iter_walk {
	enum iter_kind kind;
	struct task_filter filter;
	struct pid_namespace *ns;
	int tid;
	unsigned int fd;
	unsigned long addr;
};

/* What is there, with references: the task, and of its kind the file, or the area with
 * its memory's lock held for reading. All NULL: nothing.
 */
struct iter_object {
	struct task_struct *task;
	unsigned int fd;
	struct file *file;
	struct mm_struct *mm;
	struct vm_area_struct *vma;
};

/* "task" */
const char *ebpf_iter_kind_name(enum iter_kind kind);
/* What an iterator's program was loaded for. */
enum iter_kind ebpf_iter_kind_of(const struct ebpf_prog *prog);

void ebpf_walk_start(struct iter_walk *walk, enum iter_kind kind, const struct task_filter *filter);
void ebpf_walk_stop(struct iter_walk *walk);
/* The object that the walk is at; false at the end. May sleep, as all here. */
bool ebpf_walk_get(struct iter_walk *walk, struct iter_object *obj);
/* Gives it back; it may be nothing. */
void ebpf_walk_put(struct iter_object *obj);
/* From @obj, which is held, to what follows. */
void ebpf_walk_advance(struct iter_walk *walk, const struct iter_object *obj);

#endif /* _KMOD_ITER_WALK_H */
