// SPDX-License-Identifier: GPL-2.0-only
/*
 * ENABLE_STATS: programs are timed as long as the fd is open.
 */
#include "kmod/syscall.h"
#include "kmod/fd.h"
#include "kmod/prog/run.h"

static int stats_release(struct inode *inode, struct file *file)
{
	ebpf_run_stats_put();
	return 0;
}

static const struct file_operations stats_fops = {
	.owner = THIS_MODULE,
	.release = stats_release,
	.llseek = noop_llseek,
};

long ebpf_cmd_enable_stats(const union ebpf_attr *attr, union ebpf_attr __user *uattr)
{
	int fd;

	if (attr->enable_stats.type != EBPF_STATS_RUN_TIME)
		return -EINVAL;
	ebpf_run_stats_get();
	fd = ebpf_fd_new("bpf-stats", &stats_fops, NULL, O_CLOEXEC);
	if (fd < 0)
		ebpf_run_stats_put();
	return fd;
}
