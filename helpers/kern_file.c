// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kernel functions on files, of LSM programs.
 */
#include <ebpf/kfunc.h>
#include "helpers/helpers.h"
#include "kmod/compat/task.h"
#include "kmod/compat/task_ref.h"

#include <linux/dcache.h>
#include <linux/file.h>
#include <linux/path.h>
#include <linux/fs.h>

u64 ebpf_kfunc_get_task_exe_file(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	struct task_struct *task = ebpf_compat_task_get((struct task_struct *)(unsigned long)r1);
	struct file *file;

	if (!task)
		return 0;
	file = ebpf_compat_task_exe_file(task);
	ebpf_compat_task_put(task);
	return (unsigned long)file;
}

u64 ebpf_kfunc_put_file(u64 file, u64 r2, u64 r3, u64 r4, u64 r5)
{
	fput((struct file *)(unsigned long)file);
	return 0;
}

EBPF_HELPER_DECL(d_path);

/* Bytes of the name, NUL included. */
u64 ebpf_kfunc_path_d_path(u64 path, u64 buf, u64 size, u64 r4, u64 r5)
{
	if (!(u32)size)
		return -EINVAL;
	return ebpf_helper_d_path(path, buf, size, r4, r5);
}
