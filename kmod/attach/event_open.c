// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/attach/event.h"

#include <linux/anon_inodes.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/perf_event.h>
#include <linux/pid.h>

/* What a newer caller says beyond our structure must be nothing. */
static int check_zero_tail(const u8 __user *p, u32 len)
{
	u8 buf[64];
	u32 n;

	for (; len; p += n, len -= n) {
		n = min_t(u32, len, sizeof(buf));
		if (copy_from_user(buf, p, n))
			return -EFAULT;
		if (memchr_inv(buf, 0, n))
			return -E2BIG;
	}
	return 0;
}

static int check_attr(const struct ebpf_perf_attr *attr)
{
	if (attr->flags & ~EBPF_PERF_ATTR_FLAGS_KNOWN || attr->reserved_2 || attr->reserved_3)
		return -EINVAL;
	if (attr->sample_type & ~EBPF_PERF_SAMPLE_KNOWN)
		return -EINVAL;
	if (attr->read_format & ~EBPF_PERF_FORMAT_KNOWN)
		return -EINVAL;
	if (attr->flags & EBPF_PERF_ATTR_FREQ)
		return 0;
	return attr->sample_period >> 63 ? -EINVAL : 0;
}

/* The caller's attr is as long as its size field says. */
static int copy_attr(struct ebpf_perf_attr *attr, u64 address)
{
	struct ebpf_perf_attr __user *uattr = (void __user *)(unsigned long)address;
	u32 size;
	int err;

	if (get_user(size, &uattr->size))
		return -EFAULT;
	if (!size)
		size = EBPF_PERF_ATTR_SIZE_VER0;
	if (size < EBPF_PERF_ATTR_SIZE_VER0 || size > PAGE_SIZE)
		goto too_big;
	memset(attr, 0, sizeof(*attr));
	if (copy_from_user(attr, uattr, min_t(u32, size, sizeof(*attr))))
		return -EFAULT;
	if (size > sizeof(*attr)) {
		err = check_zero_tail((const u8 __user *)(uattr + 1), size - sizeof(*attr));
		if (err == -E2BIG)
			goto too_big;
		if (err)
			return err;
	}
	attr->size = size;
	return check_attr(attr);

too_big:
	/* Tells the caller what would have been understood. */
	if (put_user((u32)sizeof(*attr), &uattr->size))
		return -EFAULT;
	return -E2BIG;
}

static struct task_struct *find_task(pid_t vpid)
{
	struct task_struct *task;

	rcu_read_lock();
	task = vpid ? pid_task(find_vpid(vpid), PIDTYPE_PID) : current;
	if (task)
		get_task_struct(task);
	rcu_read_unlock();
	return task;
}

static int check_cpu(const struct ebpf_event_params *params)
{
	if (params->cpu == -1)
		return params->task ? 0 : -EINVAL;
	if ((u32)params->cpu >= nr_cpu_ids || !cpu_possible(params->cpu))
		return -EINVAL;
	if (!params->task && !cpu_online(params->cpu))
		return -ENODEV;
	return 0;
}

static const struct ebpf_event_ops *event_ops_of(const struct ebpf_perf_attr *attr)
{
	switch (attr->type) {
	case EBPFDRV_PERF_TYPE_KPROBE:
		return &ebpf_kprobe_event_ops;
	case EBPFDRV_PERF_TYPE_UPROBE:
		return &ebpf_uprobe_event_ops;
	case PERF_TYPE_TRACEPOINT:
		return &ebpf_tracepoint_event_ops;
	case PERF_TYPE_SOFTWARE:
		if (attr->config == EBPF_PERF_SW_BPF_OUTPUT)
			return &ebpf_output_event_ops;
		break;
	}
	/* The kernel decides what it can count. */
	return &ebpf_sampling_event_ops;
}

/* The fd becomes visible as the last step. */
static int event_new_fd(const struct ebpf_event_params *params, u64 flags)
{
	int o_flags = flags & EBPF_PERF_FLAG_FD_CLOEXEC ? O_CLOEXEC : 0;
	struct ebpf_event *event;
	struct file *file;
	int fd;

	fd = get_unused_fd_flags(O_RDWR | o_flags);
	if (fd < 0)
		return fd;
	event = event_ops_of(&params->attr)->create(params);
	if (IS_ERR(event)) {
		put_unused_fd(fd);
		return PTR_ERR(event);
	}
	file = anon_inode_getfile("[perf_event]", &ebpf_event_fops, event, O_RDWR);
	if (IS_ERR(file)) {
		ebpf_event_drop(event);
		put_unused_fd(fd);
		return PTR_ERR(file);
	}
	event->file = file;
	fd_install(fd, file);
	return fd;
}

int ebpf_perf_event_open(const struct ebpfdrv_perf_event_open *req)
{
	struct ebpf_event_params params = {
		.cpu = req->cpu,
	};
	int ret;

	if (req->flags & ~EBPF_PERF_FLAG_KNOWN || req->reserved)
		return -EINVAL;
	/* cgroup events are not built: as a kernel without them answers */
	if (req->flags & EBPF_PERF_FLAG_PID_CGROUP)
		return -EINVAL;
	ret = copy_attr(&params.attr, req->attr);
	if (ret)
		return ret;
	/* No groups. */
	if (req->group_fd != -1)
		return -EINVAL;
	if (req->pid != -1) {
		params.task = find_task(req->pid);
		if (!params.task)
			return -ESRCH;
	}
	ret = check_cpu(&params);
	if (!ret)
		ret = event_new_fd(&params, req->flags);
	if (params.task)
		put_task_struct(params.task);
	return ret;
}
