// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cgroup.h>
#include <linux/fdtable.h>
#include <linux/ptrace.h>
#include "kmod/prog/nofault.h"
#include "kmod/compat/task.h"

/* Kernels with FRED leave room above a task's user registers. */
#ifdef TOP_OF_KERNEL_STACK_PADDING
#define STACK_PADDING	TOP_OF_KERNEL_STACK_PADDING
#else
#define STACK_PADDING	0
#endif

#define FDS_AT_ONCE	1024U	/* that are looked at with a lock held */

#if defined(CONFIG_CGROUPS) && defined(HAVE_CGROUP_V2)

static u64 id_of(struct cgroup *cgrp)
{
#if defined(HAVE_CGROUP_ID_FN)
	return cgroup_id(cgrp);
#elif defined(HAVE_KERNFS_ID_UNION)
	return cgrp->kn->id.id;
#else
	return cgrp->kn->ino;
#endif
}

static struct cgroup *current_cgroup(void)
{
	return task_css_set(current)->dfl_cgrp;
}

static struct cgroup *parent_of(struct cgroup *cgrp)
{
	struct cgroup_subsys_state *parent = cgrp->self.parent;

	return parent ? container_of(parent, struct cgroup, self) : NULL;
}

#elif defined(CONFIG_CGROUPS) && defined(CONFIG_CGROUP_PERF)

#include <linux/dcache.h>

static u64 id_of(struct cgroup *cgrp)
{
	struct dentry *dentry = rcu_dereference_sched(cgrp->dentry);

	return dentry && dentry->d_inode ? dentry->d_inode->i_ino : 0;
}

static struct cgroup *current_cgroup(void)
{
	return task_css_set(current)->subsys[perf_subsys_id]->cgroup;
}

static struct cgroup *parent_of(struct cgroup *cgrp)
{
	return cgrp->parent;
}

#else

static u64 id_of(struct cgroup *cgrp)
{
	return 0;
}

static struct cgroup *current_cgroup(void)
{
	return NULL;
}

static struct cgroup *parent_of(struct cgroup *cgrp)
{
	return NULL;
}

#endif

u64 compat_current_cgroup_id(void)
{
	struct cgroup *cgrp;
	u64 id;

	rcu_read_lock();
	cgrp = current_cgroup();
	id = cgrp ? id_of(cgrp) : 0;
	rcu_read_unlock();
	return id;
}

u64 compat_current_ancestor_cgroup_id(int level)
{
	struct cgroup *cgrp, *up;
	int depth = 0;
	u64 id = 0;

	rcu_read_lock();
	cgrp = current_cgroup();
	for (up = cgrp; up && parent_of(up); up = parent_of(up))
		depth++;
	for (; cgrp && depth > level; depth--)
		cgrp = parent_of(cgrp);
	if (cgrp && level >= 0 && depth == level)
		id = id_of(cgrp);
	rcu_read_unlock();
	return id;
}

bool compat_task_exists(struct task_struct *task)
{
	bool exists;
	pid_t pid;

	if (task == current)
		return true;
	if (ebpf_read_kernel(&pid, (u64)(unsigned long)&task->pid, sizeof(pid)) || pid <= 0)
		return false;
	/* Kernels with preemption do not wait for those who only switched it off. */
	rcu_read_lock();
	exists = pid_task(find_pid_ns(pid, &init_pid_ns), PIDTYPE_PID) == task;
	rcu_read_unlock();
	return exists;
}

struct pt_regs *compat_task_user_regs(struct task_struct *task)
{
	void *stack;

	if (ebpf_read_kernel(&stack, (u64)(unsigned long)&task->stack, sizeof(stack)) || !stack)
		return NULL;
	return (struct pt_regs *)(stack + THREAD_SIZE - STACK_PADDING) - 1;
}

static struct file *file_at(struct files_struct *files, unsigned int fd)
{
#ifdef HAVE_FILES_LOOKUP_FD
	return files_lookup_fd_locked(files, fd);
#else
	return fcheck_files(files, fd);
#endif
}

/* Held by the table: file_lock keeps it there while we take ours. */
static struct file *files_get(struct files_struct *files, unsigned int fd)
{
	struct file *file;

	spin_lock(&files->file_lock);
	file = file_at(files, fd);
	if (file)
		get_file(file);
	spin_unlock(&files->file_lock);
	return file;
}

/* At most FDS_AT_ONCE numbers on: @more, if there may be files beyond. */
static struct file *files_next(struct files_struct *files, unsigned int *fd, bool *more)
{
	unsigned int max, end;
	struct file *file = NULL;

	spin_lock(&files->file_lock);
	max = files_fdtable(files)->max_fds;
	end = *fd < max ? *fd + min(max - *fd, FDS_AT_ONCE) : 0;
	for (; *fd < end; ++*fd) {
		file = file_at(files, *fd);
		if (file)
			break;
	}
	if (file)
		get_file(file);
	*more = !file && end && end < max;
	spin_unlock(&files->file_lock);
	return file;
}

struct file *ebpf_compat_task_file(struct task_struct *task, unsigned int fd)
{
	struct file *file = NULL;

	task_lock(task);
	if (task->files)
		file = files_get(task->files, fd);
	task_unlock(task);
	return file;
}

struct file *ebpf_compat_task_next_file(struct task_struct *task, unsigned int *fd)
{
	struct file *file = NULL;
	bool more;

	do {
		more = false;
		task_lock(task);
		if (task->files)
			file = files_next(task->files, fd, &more);
		task_unlock(task);
		cond_resched();
	} while (more);
	return file;
}

/* The first thread may be gone: its address is read through with care. */
bool ebpf_compat_shares_files(struct task_struct *task)
{
	struct task_struct *leader = READ_ONCE(task->group_leader);
	struct files_struct *files;

	if (leader == task ||
	    ebpf_read_kernel(&files, (u64)(unsigned long)&leader->files, sizeof(files)))
		return false;
	return files == READ_ONCE(task->files);
}
