// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an fd of some task is attached to.
 */
#include "kmod/syscall.h"
#include "kmod/attach/event.h"
#include "kmod/compat/task.h"
#include "kmod/link/link.h"
#include "kmod/prog/prog.h"

#include <linux/file.h>
#include <linux/pid.h>

static long describe_event(struct ebpf_event *event, struct ebpf_attach_desc *desc)
{
	mutex_lock(&event->lock);
	desc->prog_id = event->prog ? event->prog->id : 0;
	mutex_unlock(&event->lock);
	if (!desc->prog_id)
		return -ENOENT;
	if (!event->ops->describe)
		return -EOPNOTSUPP;
	event->ops->describe(event, desc);
	return 0;
}

static long describe_link(const struct ebpf_link *link, struct ebpf_attach_desc *desc)
{
	desc->name = link ? ebpf_raw_tp_name(link) : NULL;
	if (!desc->name)
		return -ENOTSUPP;
	desc->type = EBPF_FD_TYPE_RAW_TRACEPOINT;
	desc->prog_id = link->prog->id;
	return 0;
}

static long describe_file(const struct file *file, struct ebpf_attach_desc *desc)
{
	if (file->f_op == &ebpf_link_fops)
		return describe_link(file->private_data, desc);
	if (file->f_op == &ebpf_event_fops)
		return describe_event(file->private_data, desc);
	return -ENOTSUPP;
}

/* As much as fits, always terminated. */
static long name_to_user(const char *name, char __user *buf, u32 size)
{
	size_t len = name ? strlen(name) : 0;

	if (!size || !buf)
		return 0;
	if (size > len)
		size = len + 1;
	if (copy_to_user(buf, name, size - 1) || put_user('\0', buf + size - 1))
		return -EFAULT;
	return size > len ? 0 : -ENOSPC;
}

static long desc_to_user(const struct ebpf_attach_desc *desc, const union ebpf_attr *attr,
			 union ebpf_attr __user *uattr)
{
	u32 len = desc->name ? strlen(desc->name) : 0;
	long err;

	if (put_user(len, &uattr->task_fd_query.buf_len))
		return -EFAULT;
	err = name_to_user(desc->name, ebpf_user_ptr(attr->task_fd_query.buf),
			   attr->task_fd_query.buf_len);
	if (err == -EFAULT)
		return err;
	if (put_user(desc->prog_id, &uattr->task_fd_query.prog_id) ||
	    put_user(desc->type, &uattr->task_fd_query.fd_type) ||
	    put_user(desc->offset, &uattr->task_fd_query.probe_offset) ||
	    put_user(desc->addr, &uattr->task_fd_query.probe_addr))
		return -EFAULT;
	return err;
}

long ebpf_cmd_task_fd_query(const union ebpf_attr *attr, union ebpf_attr __user *uattr)
{
	struct ebpf_attach_desc desc = { 0 };
	struct task_struct *task;
	struct file *file;
	long err;

	if (attr->task_fd_query.flags)
		return -EINVAL;
	rcu_read_lock();
	task = get_pid_task(find_vpid(attr->task_fd_query.pid), PIDTYPE_PID);
	rcu_read_unlock();
	if (!task)
		return -ENOENT;
	file = ebpf_compat_task_file(task, attr->task_fd_query.fd);
	put_task_struct(task);
	if (!file)
		return -EBADF;
	err = describe_file(file, &desc);
	/* The name is the attachment's: the file holds it. */
	if (!err)
		err = desc_to_user(&desc, attr, uattr);
	fput(file);
	return err;
}
