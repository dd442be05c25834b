// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attaching by command.
 */
#include "kmod/syscall.h"
#include "kmod/attach/attach.h"
#include "kmod/iter/iter.h"
#include "kmod/link/link.h"
#include "kmod/prog/prog.h"
#include <ebpf/verifier.h>

#include <linux/ratelimit.h>

#define TP_NAME_MAX	128

/* What such a program is attached to was said when it was loaded. */
static long tracing_open(struct ebpf_prog *prog, u64 cookie)
{
	if (prog->expected_attach_type == EBPF_TRACE_RAW_TP)
		return ebpf_raw_tp_open(prog, prog->image.target.name);
	return ebpf_tracing_open(prog, cookie);
}

static long raw_tp_open(struct ebpf_prog *prog, const char __user *uname)
{
	char name[TP_NAME_MAX];

	if (ebpf_prog_type_has_target(prog->type))
		return uname ? -EINVAL : tracing_open(prog, 0);
	if (prog->type != EBPF_PROG_TYPE_RAW_TRACEPOINT &&
	    prog->type != EBPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE)
		return -EINVAL;
	if (strncpy_from_user(name, uname, sizeof(name) - 1) < 0)
		return -EFAULT;
	name[sizeof(name) - 1] = '\0';
	return ebpf_raw_tp_open(prog, name);
}

long ebpf_cmd_raw_tracepoint_open(const union ebpf_attr *attr, union ebpf_attr __user *uattr)
{
	struct ebpf_prog *prog;
	long ret;

	prog = ebpf_prog_get(attr->raw_tracepoint.prog_fd, EBPF_PROG_TYPE_UNSPEC);
	if (IS_ERR(prog))
		return PTR_ERR(prog);
	ret = raw_tp_open(prog, ebpf_user_ptr(attr->raw_tracepoint.name));
	if (ret < 0)
		ebpf_prog_put(prog);
	return ret;
}

static bool type_has_perf_link(u32 type)
{
	return type == EBPF_PROG_TYPE_TRACEPOINT || type == EBPF_PROG_TYPE_PERF_EVENT;
}

static bool type_has_packet(u32 type)
{
	switch (type) {
	case EBPF_PROG_TYPE_SOCKET_FILTER:
	case EBPF_PROG_TYPE_SCHED_CLS:
	case EBPF_PROG_TYPE_SCHED_ACT:
	case EBPF_PROG_TYPE_XDP:
	case EBPF_PROG_TYPE_CGROUP_SKB:
		return true;
	default:
		return false;
	}
}

static long perf_link_create(struct ebpf_prog *prog, const union ebpf_attr *attr)
{
	if (attr->link_create.flags)
		return -EINVAL;
	return ebpf_perf_link_create(prog, attr->link_create.target_fd,
				     attr->link_create.perf_event.bpf_cookie);
}

static long kprobe_link_create(struct ebpf_prog *prog, const union ebpf_attr *attr)
{
	if (attr->link_create.attach_type == EBPF_TRACE_KPROBE_MULTI)
		return ebpf_kprobe_multi_create(prog, attr);
	if (attr->link_create.attach_type != EBPF_PERF_EVENT ||
	    prog->expected_attach_type == EBPF_TRACE_KPROBE_MULTI)
		return -EINVAL;
	return perf_link_create(prog, attr);
}

/* Other programs, the only targets one may name here, have no trampolines. */
static long tracing_link_create(struct ebpf_prog *prog, const union ebpf_attr *attr)
{
	if (attr->link_create.attach_type != prog->expected_attach_type)
		return -EINVAL;
	if (prog->expected_attach_type == EBPF_TRACE_ITER)
		return ebpf_iter_link_create(prog, attr);
	if (attr->link_create.target_fd || attr->link_create.target_btf_id)
		return -EINVAL;
	return tracing_open(prog, attr->link_create.tracing.cookie);
}

/* Programs that get packets run nowhere but in test runs. */
static long packet_link_create(const struct ebpf_prog *prog)
{
	pr_info_ratelimited("ebpfdrv: %s[%d]: programs of type %u cannot be attached, only run by BPF_PROG_TEST_RUN\n",
			    current->comm, task_pid_nr(current), prog->type);
	return -EOPNOTSUPP;
}

long ebpf_cmd_link_create(const union ebpf_attr *attr, union ebpf_attr __user *uattr)
{
	struct ebpf_prog *prog;
	long ret = -EINVAL;

	prog = ebpf_prog_get(attr->link_create.prog_fd, EBPF_PROG_TYPE_UNSPEC);
	if (IS_ERR(prog))
		return PTR_ERR(prog);
	if (prog->type == EBPF_PROG_TYPE_KPROBE)
		ret = kprobe_link_create(prog, attr);
	else if (type_has_perf_link(prog->type) && attr->link_create.attach_type == EBPF_PERF_EVENT)
		ret = perf_link_create(prog, attr);
	else if (ebpf_prog_type_has_target(prog->type))
		ret = tracing_link_create(prog, attr);
	else if (type_has_packet(prog->type))
		ret = packet_link_create(prog);
	if (ret < 0)
		ebpf_prog_put(prog);
	return ret;
}

/* Of what is known here nothing is attached to control groups or the network. */
long ebpf_cmd_prog_query(const union ebpf_attr *attr, union ebpf_attr __user *uattr)
{
	return -EINVAL;
}

long ebpf_cmd_link_detach(const union ebpf_attr *attr, union ebpf_attr __user *uattr)
{
	struct ebpf_link *link = ebpf_link_get(attr->link_detach.link_fd);
	long err = -EOPNOTSUPP;

	if (IS_ERR(link))
		return PTR_ERR(link);
	if (link->ops->detach)
		err = link->ops->detach(link);
	ebpf_link_put(link);
	return err;
}

static long update_prog(struct ebpf_link *link, const union ebpf_attr *attr)
{
	struct ebpf_prog *new_prog, *old_prog = NULL;
	long err;

	new_prog = ebpf_prog_get(attr->link_update.new_prog_fd, EBPF_PROG_TYPE_UNSPEC);
	if (IS_ERR(new_prog))
		return PTR_ERR(new_prog);
	if (attr->link_update.flags & EBPF_F_REPLACE) {
		old_prog = ebpf_prog_get(attr->link_update.old_prog_fd, EBPF_PROG_TYPE_UNSPEC);
		err = PTR_ERR(old_prog);
		if (IS_ERR(old_prog))
			goto put_new;
	} else if (attr->link_update.old_prog_fd) {
		err = -EINVAL;
		goto put_new;
	}
	err = -EINVAL;
	if (link->ops->update_prog)
		err = link->ops->update_prog(link, new_prog, old_prog);
	if (old_prog)
		ebpf_prog_put(old_prog);
put_new:
	if (err)
		ebpf_prog_put(new_prog);
	return err;
}

long ebpf_cmd_link_update(const union ebpf_attr *attr, union ebpf_attr __user *uattr)
{
	struct ebpf_link *link;
	long err;

	if (attr->link_update.flags & ~EBPF_F_REPLACE)
		return -EINVAL;
	link = ebpf_link_get(attr->link_update.link_fd);
	if (IS_ERR(link))
		return PTR_ERR(link);
	err = update_prog(link, attr);
	ebpf_link_put(link);
	return err;
}
