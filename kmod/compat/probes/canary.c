// SPDX-License-Identifier: GPL-2.0-only
/* Compiles on every kernel: the headers that the others count on. */
#include <linux/blkdev.h>
#include <linux/blktrace_api.h>
#include <linux/cgroup.h>
#include <linux/cpu.h>
#include <linux/dcache.h>
#include <linux/fdtable.h>
#include <linux/filter.h>
#include <linux/fs.h>
#include <linux/ftrace.h>
#include <linux/gfp.h>
#include <linux/hrtimer.h>
#include <linux/idr.h>
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/kobject.h>
#include <linux/kprobes.h>
#include <linux/ktime.h>
#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/mm_types.h>
#include <linux/module.h>
#include <linux/namei.h>
#include <linux/net.h>
#include <linux/notifier.h>
#include <linux/perf_event.h>
#include <linux/pid_namespace.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/security.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/syscalls.h>
#include <linux/sysfs.h>
#include <linux/tcp.h>
#include <linux/tracepoint.h>
#include <linux/types.h>
#include <linux/uaccess.h>
#include <linux/uprobes.h>
#include <linux/vmalloc.h>
#include <net/sock.h>
#include <net/tcp_states.h>
#include <trace/events/sched.h>
#include "probe.h"

PROBE_TYPE(canary, ((struct file *)0)->private_data, void *);
