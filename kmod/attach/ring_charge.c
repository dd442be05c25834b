// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/attach/ring_charge.h"
#include "kmod/compat/ksyms.h"
#include "kmod/compat/mem.h"

#include <linux/cpumask.h>
#include <linux/cred.h>
#ifdef HAVE_SCHED_USER_H
#include <linux/sched/user.h>
#endif

/* The kernel's, where it tells; else what they are when nobody changes them: 512 KiB and
 * a page, and limits that hold.
 */
static const int *mlock_kb;
static const int *paranoid;

static void find_sysctl(const char *name, const int **sysctl)
{
	u64 addr;

	if (!*sysctl && !ebpf_compat_ksym_find(name, &addr))
		*sysctl = (const int *)(unsigned long)addr;
}

void ebpf_ring_charge_init(void)
{
	find_sysctl("sysctl_perf_event_mlock", &mlock_kb);
	find_sysctl("sysctl_perf_event_paranoid", &paranoid);
}

static long user_limit(void)
{
	long kb = mlock_kb ? READ_ONCE(*mlock_kb) : 512 + (int)(PAGE_SIZE / 1024);

	return (kb >> (PAGE_SHIFT - 10)) * num_online_cpus();
}

static bool limits_hold(void)
{
	return (!paranoid || READ_ONCE(*paranoid) > -1) && !capable(CAP_IPC_LOCK);
}

int ebpf_ring_charge(struct ebpf_ring_charge *charge, long pages)
{
	struct user_struct *user = current_user();
	long limit = user_limit(), used = atomic_long_read(&user->locked_vm), extra;
	u64 locked;

	/* The limit may have been lowered since. */
	extra = min(used, limit) + pages - limit;
	extra = clamp_t(long, extra, 0, pages);
	locked = (u64)compat_pinned_vm(current->mm) + extra;
	if (extra && locked > rlimit(RLIMIT_MEMLOCK) >> PAGE_SHIFT && limits_hold())
		return -EPERM;
	/* References of users cannot be given back by modules of older kernels. */
	charge->cred = get_current_cred();
	charge->mm = current->mm;
	charge->user_pages = pages - extra;
	charge->mm_pages = extra;
	compat_mmgrab(charge->mm);
	atomic_long_add(charge->user_pages, &user->locked_vm);
	compat_pinned_vm_add(charge->mm, extra);
	return 0;
}

void ebpf_ring_uncharge(struct ebpf_ring_charge *charge)
{
	if (!charge->cred)
		return;
	atomic_long_sub(charge->user_pages, &charge->cred->user->locked_vm);
	compat_pinned_vm_add(charge->mm, -charge->mm_pages);
	put_cred(charge->cred);
	mmdrop(charge->mm);
	memset(charge, 0, sizeof(*charge));
}
