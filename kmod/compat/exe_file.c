// SPDX-License-Identifier: GPL-2.0-only
#include <linux/fs.h>
#include <linux/rcupdate.h>
#include "kmod/compat/compat.h"
#include "kmod/compat/task.h"

/* Whoever names another file there gives back the one before, whose memory stays for RCU. */
static struct file *file_of(struct mm_struct *mm)
{
	struct file *file;

	rcu_read_lock();
#ifdef HAVE_GET_FILE_RCU_PTR
	file = get_file_rcu(&mm->exe_file);
#else
	file = rcu_dereference(mm->exe_file);
	if (file && !get_file_rcu(file))
		file = NULL;
#endif
	rcu_read_unlock();
	return file;
}

struct file *ebpf_compat_task_exe_file(struct task_struct *task)
{
	struct file *file = NULL;

	/* The lock may be held here already. */
	if (!spin_trylock(&task->alloc_lock))
		return NULL;
	if (task->mm && !(task->flags & PF_KTHREAD))
		file = file_of(task->mm);
	task_unlock(task);
	return file;
}
