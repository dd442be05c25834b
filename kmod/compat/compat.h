/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The only place that knows kernel versions: what differs between 3.10 and
 * today under one name. Names that newer kernels have are given to older ones as
 * they are; what differs in shape is called compat_*.
 *
 * To use a feature that not every kernel has: add probes/NAME.c, whose comment
 * says which kernel changed what, and hide HAVE_NAME behind a function or type
 * in here. Nothing outside kmod/compat tests HAVE_* or a version.
 */
#ifndef _KMOD_COMPAT_H
#define _KMOD_COMPAT_H

#include "kmod/compat/features.h"

#include <linux/version.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/atomic.h>
#include <linux/bug.h>
#include <linux/capability.h>
#include <linux/compiler.h>
#include <linux/cpu.h>
#include <linux/cpumask.h>
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/hardirq.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/numa.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/ratelimit.h>
#include <linux/rculist.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <linux/types.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#ifdef HAVE_SCHED_SIGNAL_H
#include <linux/sched/signal.h>
#endif
#ifdef HAVE_SCHED_MM_H
#include <linux/sched/mm.h>
#endif
#ifdef HAVE_SCHED_CLOCK_H
#include <linux/sched/clock.h>
#endif
#ifdef HAVE_SCHED_TASK_H
#include <linux/sched/task.h>
#endif
#ifdef HAVE_SCHED_TASK_STACK_H
#include <linux/sched/task_stack.h>
#endif

/*
 * Memory ordering and access (3.10 up to 3.18)
 */
#ifndef READ_ONCE
#define READ_ONCE(x)		ACCESS_ONCE(x)
#endif
#ifndef WRITE_ONCE
#define WRITE_ONCE(x, v)	(ACCESS_ONCE(x) = (v))
#endif
#ifndef smp_load_acquire
#define smp_load_acquire(p)						\
	({								\
		typeof(*(p)) __v = READ_ONCE(*(p));			\
		smp_mb();						\
		__v;							\
	})
#endif
#ifndef smp_store_release
#define smp_store_release(p, v)						\
	do {								\
		smp_mb();						\
		WRITE_ONCE(*(p), v);					\
	} while (0)
#endif
#ifndef smp_mb__before_atomic
#define smp_mb__before_atomic()	smp_mb()
#endif
#ifndef smp_mb__after_atomic
#define smp_mb__after_atomic()	smp_mb()
#endif
#ifndef raw_cpu_ptr
#define raw_cpu_ptr(p)		__this_cpu_ptr(p)
#endif

#ifndef U16_MAX
#define U16_MAX			((u16)~0U)
#endif
#ifndef U8_MAX
#define U8_MAX			((u8)~0U)
#endif
#ifndef S8_MAX
#define S8_MAX			((s8)(U8_MAX >> 1))
#define S8_MIN			((s8)(-S8_MAX - 1))
#define S16_MAX			((s16)(U16_MAX >> 1))
#define S16_MIN			((s16)(-S16_MAX - 1))
#endif
#ifndef BIT_ULL
#define BIT_ULL(n)		(1ULL << (n))
#endif

/*
 * RCU-sched: readers are regions with preemption off
 */
#ifdef HAVE_RCU_SCHED
#define compat_synchronize_rcu_sched()		synchronize_sched()
#define compat_call_rcu_sched(head, fn)		call_rcu_sched(head, fn)
#define compat_rcu_barrier_sched()		rcu_barrier_sched()
#else
#define compat_synchronize_rcu_sched()		synchronize_rcu()
#define compat_call_rcu_sched(head, fn)		call_rcu(head, fn)
#define compat_rcu_barrier_sched()		rcu_barrier()
#endif

/* cond_resched() that is also a quiescent state for RCU-tasks, on which the removal of
 * ftrace callbacks and optimised kprobes waits: a preemptible kernel's cond_resched()
 * does nothing, and to be preempted is none.
 */
#if defined(cond_resched_tasks_rcu_qs)
#define compat_cond_resched()	cond_resched_tasks_rcu_qs()
#elif defined(cond_resched_rcu_qs)
#define compat_cond_resched()	cond_resched_rcu_qs()
#else
#define compat_cond_resched()	cond_resched()
#endif

/*
 * Memory
 */

/* Rather no memory than somebody killed for it; nothing in the log, either. */
#define COMPAT_GFP_POLITE	(GFP_KERNEL | __GFP_NOWARN | __GFP_NORETRY)
#ifdef __GFP_ACCOUNT
#define COMPAT_GFP_ACCOUNT	__GFP_ACCOUNT
#else
#define COMPAT_GFP_ACCOUNT	0
#endif

/* Can @bytes be had without others running out of memory for it? */
bool compat_memory_left(u64 bytes);
/* kvzalloc(), kvmalloc(): contiguous or not; the first zeroed. May sleep. No OOM killer. */
void *compat_kvzalloc(size_t size);
void *compat_kvmalloc(size_t size);

static inline void compat_kvfree(const void *p)
{
	if (is_vmalloc_addr(p))
		vfree(p);
	else
		kfree(p);
}

static inline unsigned long compat_totalram_pages(void)
{
#ifdef HAVE_TOTALRAM_PAGES_VAR
	return totalram_pages;
#else
	return totalram_pages();
#endif
}

#ifdef HAVE_VM_FLAGS_SET
#define compat_vm_flags_set(vma, flags)		vm_flags_set(vma, flags)
#define compat_vm_flags_clear(vma, flags)	vm_flags_clear(vma, flags)
#else
#define compat_vm_flags_set(vma, flags)		((void)((vma)->vm_flags |= (flags)))
#define compat_vm_flags_clear(vma, flags)	((void)((vma)->vm_flags &= ~(flags)))
#endif

#ifdef HAVE_COPY_FROM_USER_NOFAULT
#define compat_copy_from_kernel_nofault(dst, src, n)	copy_from_kernel_nofault(dst, src, n)
#else
#define compat_copy_from_kernel_nofault(dst, src, n)	probe_kernel_read(dst, src, n)
#endif

/* Are all bytes where user memory can be? By the machine's limit: up to 5.9 that of
 * access_ok() is the task's, and a task that hands the kernel's own buffers to functions
 * for user memory (set_fs()) has none.
 */
static inline bool compat_is_user_range(u64 addr, u64 size)
{
	return size <= TASK_SIZE_MAX && addr <= TASK_SIZE_MAX - size;
}

/* May they be tried as user memory of the current task? Kernel threads have none,
 * whatever page tables they borrowed.
 */
static inline bool compat_user_access_ok(const void __user *addr, size_t size)
{
	return current->mm && compat_is_user_range((unsigned long)addr, size);
}

/* Is the current task one of those? What it writes to is not the user's. */
static inline bool compat_uaccess_kernel(void)
{
#ifdef KERNEL_DS
	return segment_eq(get_fs(), KERNEL_DS);
#else
	return false;
#endif
}

/* Copies from a user address in any context, without faulting pages in. Returns
 * 0 or -EFAULT.
 */
static inline long compat_copy_from_user_nofault(void *dst, const void __user *src, size_t n)
{
	long left;

	if (!compat_user_access_ok(src, n))
		return -EFAULT;
#ifdef HAVE_COPY_FROM_USER_NOFAULT
	left = copy_from_user_nofault(dst, src, n);
#else
	pagefault_disable();
	left = __copy_from_user_inatomic(dst, src, n);
	pagefault_enable();
#endif
	return left ? -EFAULT : 0;
}

/* In the hard part of an interrupt? */
#define compat_in_hardirq()	(hardirq_count() != 0)

/* As much of @src as there is room for; @dst is always terminated. */
static inline void compat_strcpy(char *dst, const char *src, size_t size)
{
	size_t len = strnlen(src, size - 1);

	memcpy(dst, src, len);
	dst[len] = '\0';
}

/* @text, of @len bytes and terminated, into the trace buffer, as of the function at @ip. */
static inline void compat_trace_puts(unsigned long ip, const char *text, int len)
{
#ifdef HAVE_TRACE_PUTS_STR
	__trace_puts(ip, text);
#else
	__trace_puts(ip, text, len);
#endif
}

/*
 * Files
 */

/* static ssize_t read(..., COMPAT_BIN_ATTR_CONST struct bin_attribute *attr, ...) */
#ifdef HAVE_BIN_ATTR_READ_CONST
#define COMPAT_BIN_ATTR_CONST	const
#else
#define COMPAT_BIN_ATTR_CONST
#endif

/* static compat_fdinfo_t show(struct seq_file *m, struct file *f)
 * { ...; return COMPAT_FDINFO_DONE; }
 */
#ifdef HAVE_SHOW_FDINFO_INT
typedef int compat_fdinfo_t;
#define COMPAT_FDINFO_DONE	0
#else
typedef void compat_fdinfo_t;
#define COMPAT_FDINFO_DONE
#endif

#ifdef HAVE_POLL_T
typedef __poll_t compat_poll_t;
#else
typedef unsigned int compat_poll_t;
#endif

/* Up to @count bytes from @pos into kernel memory; bytes read or an errno. */
static inline ssize_t compat_kernel_read(struct file *file, void *buf, size_t count, loff_t pos)
{
#ifdef HAVE_KERNEL_READ_POS
	return kernel_read(file, buf, count, &pos);
#else
	return kernel_read(file, pos, buf, count);
#endif
}

/*
 * The module itself
 */

/* Who holds it, its start included. */
static inline unsigned long compat_module_users(void)
{
#ifdef CONFIG_MODULE_UNLOAD
	return module_refcount(THIS_MODULE);
#else
	return 1;
#endif
}

/*
 * Time
 */

/* CLOCK_MONOTONIC, ns; process or irq context, not NMI. */
static inline u64 compat_ktime_get_ns(void)
{
	return ktime_to_ns(ktime_get());
}

/* CLOCK_BOOTTIME, ns; not NMI. */
static inline u64 compat_ktime_get_boot_ns(void)
{
	return ktime_to_ns(ktime_get_boottime());
}

/*
 * Who may, always asked in the initial user namespace. CAP_BPF and CAP_PERFMON came with
 * 5.8; before, CAP_SYS_ADMIN stands for them.
 */
static inline bool compat_bpf_capable(void)
{
#ifdef CAP_BPF
	return capable(CAP_BPF) || capable(CAP_SYS_ADMIN);
#else
	return capable(CAP_SYS_ADMIN);
#endif
}

static inline bool compat_perfmon_capable(void)
{
#ifdef CAP_PERFMON
	return capable(CAP_PERFMON) || capable(CAP_SYS_ADMIN);
#else
	return capable(CAP_SYS_ADMIN);
#endif
}

/*
 * What the running kernel does in place of a return: jumps to the address returned, or
 * returns (0); and in place of a jump to what is in rcx: a jump to *@thunk, or one
 * behind an lfence, or that jump.
 */
enum compat_jump { COMPAT_JUMP_PLAIN, COMPAT_JUMP_LFENCE, COMPAT_JUMP_THUNK };
u64 ebpf_compat_return_thunk(void);
enum compat_jump ebpf_compat_jump_rcx(u64 *thunk);
/* int3 after ret and indirect jumps (straight-line speculation) */
static inline bool compat_sls(void)
{
#if defined(CONFIG_SLS) || defined(CONFIG_MITIGATION_SLS)
	return true;
#else
	return false;
#endif
}
/* endbr64 at entries that are reached indirectly */
static inline bool compat_ibt(void)
{
#ifdef CONFIG_X86_KERNEL_IBT
	return true;
#else
	return false;
#endif
}

/* Does an RCU-sched grace period wait for the caller, and will interrupts of this CPU
 * come? Not in the idle loop of kernels that let it be traced, nor on a CPU's last steps
 * offline. That code is marked noinstr (5.8) does not say that all of it is: until 6.3 the
 * idle functions of drivers and of the architecture are open to all tracers, so RCU itself is
 * asked. Preemption off, any context; what it calls cannot be traced.
 */
static __always_inline bool compat_rcu_watching(void)
{
	if (unlikely(!cpu_online(raw_smp_processor_id())))
		return false;
#ifdef HAVE_RCU_IS_WATCHING
	return rcu_is_watching();
#else
	return !rcu_is_cpu_idle();
#endif
}

#endif /* _KMOD_COMPAT_H */
