// SPDX-License-Identifier: GPL-2.0-only
/*
 * Module start and end, and the device.
 */
#include "kmod/compat/compat.h"
#include "kmod/compat/func_early.h"
#include "kmod/compat/release.h"
#include "kmod/adopt/adopt.h"
#include "kmod/attach/attach.h"
#include "kmod/events/events.h"
#include "kmod/fs/bpffs.h"
#include "kmod/btf/btf.h"
#include "kmod/prog/jit_pool.h"
#include "kmod/link/link_internal.h"
#include "kmod/map/map_internal.h"
#include "kmod/prog/prog_internal.h"
#include "kmod/reaper.h"
#include "kmod/prog/run.h"
#include "kmod/prog/sleep.h"
#include "kmod/syscall.h"
#include "kmod/map/timer.h"
#include "helpers/helpers.h"

#include <ebpfdrv/ebpfdrv.h>
#include <linux/delay.h>
#include <linux/init.h>
#include <linux/miscdevice.h>

static long ioctl_bpf(void __user *arg)
{
	struct ebpfdrv_bpf req;

	if (copy_from_user(&req, arg, sizeof(req)))
		return -EFAULT;
	return ebpf_syscall(req.cmd, ebpf_user_ptr(req.attr), req.size);
}

static long ioctl_perf_event_open(void __user *arg)
{
	struct ebpfdrv_perf_event_open req;

	/* The kernel asks as much of whoever looks at more than himself. */
	if (!compat_perfmon_capable())
		return -EACCES;
	if (copy_from_user(&req, arg, sizeof(req)))
		return -EFAULT;
	if (req.reserved)
		return -EINVAL;
	return ebpf_perf_event_open(&req);
}

static long ioctl_info(void __user *arg)
{
	struct ebpfdrv_info info;

	memset(&info, 0, sizeof(info));
	info.abi_version = EBPFDRV_ABI_VERSION;
	info.features = ebpf_attach_features();
	if (ebpf_btf_vmlinux_served())
		info.features |= EBPFDRV_FEATURE_BTF;
	if (ebpf_adopt_possible())
		info.features |= EBPFDRV_FEATURE_ADOPT;
	compat_strcpy(info.version, EBPFDRV_VERSION, sizeof(info.version));
	return copy_to_user(arg, &info, sizeof(info)) ? -EFAULT : 0;
}

static long ioctl_stats(void __user *arg)
{
	struct ebpfdrv_stats stats;

	memset(&stats, 0, sizeof(stats));
	stats.maps = ebpf_map_count();
	stats.progs = ebpf_prog_count();
	stats.btfs = ebpf_btf_count();
	stats.links = ebpf_link_count();
	stats.events = ebpf_event_count();
	stats.jit_bytes = ebpf_jit_pool_used();
	stats.jit_size = ebpf_jit_pool_size();
	stats.missed = ebpf_run_missed();
	return copy_to_user(arg, &stats, sizeof(stats)) ? -EFAULT : 0;
}

/* INFO and STATS need no more than the file's permission; the rest asks for
 * capabilities itself.
 */
static long device_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	switch (cmd) {
	case EBPFDRV_IOC_BPF:
		return ioctl_bpf((void __user *)arg);
	case EBPFDRV_IOC_PERF_EVENT_OPEN:
		return ioctl_perf_event_open((void __user *)arg);
	case EBPFDRV_IOC_INFO:
		return ioctl_info((void __user *)arg);
	case EBPFDRV_IOC_STATS:
		return ioctl_stats((void __user *)arg);
	case EBPFDRV_IOC_ADOPT:
		return ebpf_adopt_current();
	default:
		return -ENOTTY;
	}
}

static const struct file_operations device_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = device_ioctl,
	.compat_ioctl = device_ioctl,
	.llseek = noop_llseek,
};

static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = EBPFDRV_DEVICE_NAME,
	.fops = &device_fops,
	.mode = 0600,
};

/* What frees itself late puts what it refers to: a link its program, a program
 * its maps, a prog array its programs. No reference to any is left outside.
 */
static void flush_objects(void)
{
	int round;

	for (round = 0; round < 100; round++) {
		ebpf_link_flush();
		ebpf_timer_flush();
		ebpf_prog_flush();
		ebpf_map_flush();
		if (!ebpf_link_count() && !ebpf_prog_count() && !ebpf_map_count())
			return;
	}
	pr_err("ebpfdrv: leaked %llu links, %llu programs, %llu maps\n", ebpf_link_count(),
	       ebpf_prog_count(), ebpf_map_count());
}

static int objects_init(void)
{
	int err = ebpf_reaper_init_module();

	if (err)
		return err;
	ebpf_btf_init_module();
	ebpf_timer_init_module();
	ebpf_map_init_module();
	ebpf_prog_init_module();
	ebpf_link_init_module();
	return 0;
}

static void objects_exit(void)
{
	flush_objects();
	ebpf_timer_flush();
	ebpf_link_exit_module();
	ebpf_prog_exit_module();
	ebpf_map_exit_module();
	ebpf_btf_exit_module();
	ebpf_reaper_exit_module();
}

/* A start that fails frees the module whoever holds it: its events are there before it, and a file
 * system of it was. No such user comes any more.
 */
static void wait_for_users(void)
{
	unsigned int rounds = 0;

	while (compat_module_users() > 1) {
		if (++rounds == 1000)
			pr_warn("ebpfdrv: cannot start, waiting for whoever uses its events to let go of them\n");
		msleep(10);
	}
}

/* What others can enter is open for them only after the last step that can fail. */
static void open_all(void)
{
	ebpf_events_start();
	ebpf_bpffs_start();
	ebpf_adopt_start();
}

static int __init ebpfdrv_init(void)
{
	int err;

	err = ebpf_compat_check_release();
	if (err)
		return err;
	ebpf_compat_func_early_init();
	err = ebpf_jit_pool_init();
	if (err)
		return err;
	err = ebpf_run_init();
	if (err)
		goto exit_pool;
	err = ebpf_sleep_init();
	if (err)
		goto exit_run;
	err = ebpf_helpers_init();
	if (err)
		goto exit_sleep;
	err = objects_init();
	if (err)
		goto exit_helpers;
	err = ebpf_btf_vmlinux_init();
	if (err)
		goto exit_objects;
	ebpf_btf_kfunc_init();
	err = ebpf_btf_modules_init();
	if (err)
		goto exit_vmlinux;
	err = ebpf_attach_init();
	if (err)
		goto exit_modules;
	ebpf_events_init();
	err = ebpf_bpffs_init();
	if (err)
		goto exit_events;
	err = ebpf_adopt_init();
	if (err)
		goto exit_bpffs;
	err = misc_register(&device);
	if (err)
		goto exit_adopt;
	open_all();
	pr_info("ebpfdrv: " EBPFDRV_VERSION " loaded\n");
	return 0;

exit_adopt:
	ebpf_adopt_exit();
exit_bpffs:
	ebpf_bpffs_exit();
exit_events:
	ebpf_events_exit();
	wait_for_users();
	ebpf_attach_exit();
exit_modules:
	ebpf_btf_modules_exit();
exit_vmlinux:
	ebpf_btf_kfunc_exit();
	ebpf_btf_vmlinux_exit();
exit_objects:
	objects_exit();
exit_helpers:
	ebpf_helpers_exit();
exit_sleep:
	ebpf_sleep_exit();
exit_run:
	ebpf_run_exit_module();
exit_pool:
	ebpf_jit_pool_exit();
	return err;
}

static void __exit ebpfdrv_exit(void)
{
	misc_deregister(&device);
	ebpf_adopt_exit();
	ebpf_bpffs_exit();
	ebpf_events_exit();
	ebpf_attach_exit();
	ebpf_btf_modules_exit();
	ebpf_btf_kfunc_exit();
	ebpf_btf_vmlinux_exit();
	objects_exit();
	ebpf_helpers_exit();
	ebpf_sleep_exit();
	ebpf_run_exit_module();
	ebpf_jit_pool_exit();
}

module_init(ebpfdrv_init);
module_exit(ebpfdrv_exit);

MODULE_DESCRIPTION("eBPF for kernels that have none or an old one");
MODULE_LICENSE("GPL");
MODULE_VERSION(EBPFDRV_VERSION);
