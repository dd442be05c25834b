// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/attach/event.h"
#include "kmod/attach/event_group.h"
#include "kmod/attach/pmu_type.h"
#include "kmod/attach/ring.h"
#include "kmod/attach/sample.h"
#include "kmod/compat/clock.h"
#include "kmod/compat/lockdown.h"

#include <linux/anon_inodes.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/perf_event.h>
#include <linux/pid.h>
#include <linux/time.h>

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

/* The clock of the event's records. Where an NMI may write them, the kernel has two that can be
 * read there.
 */
static int check_clock(const struct ebpf_perf_attr *attr)
{
	u64 ns;

	if (!(attr->flags & EBPF_PERF_ATTR_USE_CLOCKID))
		return 0;
	if (!compat_perf_clock(attr->clockid, &ns))
		return -EINVAL;
	if (attr->clockid == CLOCK_MONOTONIC || attr->clockid == CLOCK_MONOTONIC_RAW)
		return 0;
	return attr->type == PERF_TYPE_SOFTWARE ? 0 : -EINVAL;
}

/* What asks for more than what is emulated, said truthfully. */
static int check_emulated(const struct ebpf_event_params *params)
{
	u64 flags = params->attr.flags;

	if (flags & EBPF_PERF_ATTR_INHERIT && params->attr.sample_type & EBPF_PERF_SAMPLE_READ)
		return -EINVAL;
	if (!(flags & (EBPF_PERF_ATTR_REMOVE_ON_EXEC | EBPF_PERF_ATTR_SIGTRAP)))
		return 0;
	if (flags & EBPF_PERF_ATTR_SIGTRAP && !params->task)
		return -EINVAL;
	pr_info_ratelimited("ebpfdrv: %s[%d]: events neither end at exec (remove_on_exec) nor send SIGTRAP (sigtrap)\n",
			    current->comm, current->pid);
	return -EOPNOTSUPP;
}

/* What no event of that kind has, once it is known that there is such an event. */
static int check_extras(const struct ebpf_perf_attr *attr)
{
	/* There are no AUX areas. */
	if (attr->flags & EBPF_PERF_ATTR_AUX_OUTPUT)
		return -EOPNOTSUPP;
	if (attr->aux_sample_size)
		return -EINVAL;
	if (attr->sample_type & EBPF_PERF_SAMPLE_CALLCHAIN &&
	    attr->sample_max_stack > EBPF_SAMPLE_MAX_STACK)
		return -EOVERFLOW;
	return check_clock(attr);
}

static struct ebpf_event *event_create(const struct ebpf_event_params *params)
{
	const struct ebpf_event_ops *ops = event_ops_of(&params->attr);
	struct ebpf_event *event;
	int err;

	err = check_emulated(params);
	/* Branches are the processor's, not a probe's. */
	if (!err && ops != &ebpf_sampling_event_ops &&
	    params->attr.sample_type & EBPF_PERF_SAMPLE_BRANCH_STACK)
		err = -EOPNOTSUPP;
	if (err)
		return ERR_PTR(err);
	event = ops->create(params);
	if (IS_ERR(event))
		return event;
	err = check_extras(&params->attr);
	if (!err)
		return event;
	ebpf_event_drop(event);
	return ERR_PTR(err);
}

/* Beside @other, the event behind group_fd, or NULL. */
static int event_set_beside(struct ebpf_event *event, struct ebpf_event *other, u64 flags)
{
	int err = 0;

	if (!other)
		return 0;
	if (!(flags & EBPF_PERF_FLAG_FD_NO_GROUP))
		err = ebpf_event_group_join(event, other);
	if (err || !(flags & EBPF_PERF_FLAG_FD_OUTPUT))
		return err;
	err = ebpf_ring_redirect(event, other);
	if (err)
		ebpf_event_group_leave(event);
	return err;
}

/* The fd becomes visible as the last step. */
static int event_new_fd(const struct ebpf_event_params *params, u64 flags,
			struct ebpf_event *other)
{
	int o_flags = flags & EBPF_PERF_FLAG_FD_CLOEXEC ? O_CLOEXEC : 0;
	struct ebpf_event *event;
	struct file *file;
	int fd, err;

	fd = get_unused_fd_flags(O_RDWR | o_flags);
	if (fd < 0)
		return fd;
	event = event_create(params);
	err = PTR_ERR(event);
	if (IS_ERR(event))
		goto put_fd;
	err = event_set_beside(event, other, flags);
	if (err)
		goto drop;
	file = anon_inode_getfile("[perf_event]", &ebpf_event_fops, event, O_RDWR);
	err = PTR_ERR(file);
	if (IS_ERR(file))
		goto leave;
	event->file = file;
	fd_install(fd, file);
	return fd;

leave:
	ebpf_ring_detach(event);
	ebpf_event_group_leave(event);
drop:
	ebpf_event_drop(event);
put_fd:
	put_unused_fd(fd);
	return err;
}

static int open_beside(const struct ebpf_event_params *params, u64 flags, int group_fd)
{
	struct ebpf_event *other = ebpf_event_get(group_fd);
	int ret;

	if (IS_ERR(other))
		return PTR_ERR(other);
	ret = event_new_fd(params, flags, other);
	ebpf_event_put(other);
	return ret;
}

static int open_checked(const struct ebpf_event_params *params,
			const struct ebpfdrv_perf_event_open *req)
{
	int err = check_cpu(params);

	if (err)
		return err;
	if (req->group_fd == -1)
		return event_new_fd(params, req->flags, NULL);
	return open_beside(params, req->flags, req->group_fd);
}

int ebpf_perf_event_open(const struct ebpfdrv_perf_event_open *req)
{
	struct ebpf_event_params params = {
		.cpu = req->cpu,
	};
	int ret;

	if (req->flags & ~EBPF_PERF_FLAG_KNOWN || req->reserved)
		return -EINVAL;
	ret = ebpf_event_copy_attr(&params.attr, req->attr);
	if (!ret)
		ret = ebpf_event_check_period(&params.attr, params.attr.sample_period);
	if (!ret && params.attr.sample_type & EBPF_PERF_SAMPLE_REGS_INTR)
		ret = compat_locked_down_perf();
	if (ret)
		return ret;
	params.attr.type = ebpf_pmu_own_type(params.attr.type);
	/* cgroup events are not built: as a kernel without them answers */
	if (req->flags & EBPF_PERF_FLAG_PID_CGROUP)
		return -EINVAL;
	if (req->pid != -1) {
		params.task = find_task(req->pid);
		if (!params.task)
			return -ESRCH;
	}
	ret = open_checked(&params, req);
	if (params.task)
		put_task_struct(params.task);
	return ret;
}
