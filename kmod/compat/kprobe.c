// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/compat/kprobe.h"
#include "kmod/compat/ftrace.h"
#include "kmod/compat/func_early.h"
#include "kmod/compat/keep.h"
#include "kmod/compat/ksyms.h"

#include <linux/kallsyms.h>

/*
 * Of what is kept
 */

static int quiet_entry(struct kprobe *kp, struct pt_regs *regs)
{
	return 0;
}

static int quiet_return(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	return 0;
}

/* A kretprobe's own kprobe has a handler of the kernel's, which must stay: it is what tells
 * the two kinds apart.
 */
static void make_quiet(struct compat_kprobe *ck)
{
	if (!ck->ret) {
		WRITE_ONCE(ck->rp.kp.pre_handler, quiet_entry);
		return;
	}
	if (ck->rp.entry_handler)
		WRITE_ONCE(ck->rp.entry_handler, quiet_return);
	WRITE_ONCE(ck->rp.handler, quiet_return);
}

/* Its address is what the kernel finds it by: without, its breakpoint would be nobody's. */
static bool taken_back(struct compat_kprobe *ck, void *addr)
{
	ck->on = false;
	if (ck->rp.kp.addr)
		return true;
	ck->rp.kp.addr = addr;
	ck->kept = true;
	make_quiet(ck);
	ebpf_compat_keep(ck->ret ? "a kretprobe" : "a kprobe", (unsigned long)addr, -EBUSY);
	return false;
}

/*
 * One
 */

static bool by_ftrace(const struct kprobe *kp)
{
#ifdef KPROBE_FLAG_FTRACE
	return kp->flags & KPROBE_FLAG_FTRACE;
#else
	return false;
#endif
}

int ebpf_compat_kprobe_add(struct compat_kprobe *ck)
{
	int err;

	/* It replaces what lies on top of the stack, the return address at the entry alone;
	 * before 4.14 the kernel does not look.
	 */
	if (ck->ret && !ebpf_compat_func_entry((unsigned long)ck->rp.kp.addr))
		return -EINVAL;
	if (ebpf_compat_func_early((unsigned long)ck->rp.kp.addr) ||
	    (ck->ret && ebpf_compat_func_leaves((unsigned long)ck->rp.kp.addr)))
		return -EINVAL;
	ck->rp.kp.flags = 0;
	err = ck->ret ? register_kretprobe(&ck->rp) : register_kprobe(&ck->rp.kp);
	if (err)
		return err < 0 ? err : -EINVAL;
	ck->on = true;
	/* Its module is gone: the kernel has disabled it, and nothing will enable it. */
	if (kprobe_disabled(&ck->rp.kp)) {
		ebpf_compat_kprobe_del(ck);
		return -ENOENT;
	}
	/* At a function's entry it is a handler of ftrace's. */
	if (by_ftrace(&ck->rp.kp) && ebpf_compat_ftrace_off()) {
		ebpf_compat_kprobe_del(ck);
		return -EBUSY;
	}
	return 0;
}

bool ebpf_compat_kprobe_del(struct compat_kprobe *ck)
{
	void *addr = ck->rp.kp.addr;

	if (!ck->on)
		return !ck->kept;
	if (ck->ret)
		unregister_kretprobe(&ck->rp);
	else
		unregister_kprobe(&ck->rp.kp);
	if (taken_back(ck, addr))
		return true;
	compat_synchronize_rcu_sched();
	return false;
}

/*
 * Many
 */

static void unregister_all(struct compat_kprobe **cks, u32 cnt, void **list)
{
	u32 i;

	for (i = 0; i < cnt; i++)
		list[i] = cks[i]->ret ? (void *)&cks[i]->rp : (void *)&cks[i]->rp.kp;
	if (cks[0]->ret)
		unregister_kretprobes((struct kretprobe **)list, cnt);
	else
		unregister_kprobes((struct kprobe **)list, cnt);
}

/* One grace period for all: the kernel does not wait for each. They are on, and of one kind. */
bool ebpf_compat_kprobes_del(struct compat_kprobe **cks, u32 cnt, void **list)
{
	void **addrs;
	bool all = true;
	u32 i;

	if (!cnt)
		return true;
	addrs = list + cnt;
	for (i = 0; i < cnt; i++)
		addrs[i] = cks[i]->rp.kp.addr;
	unregister_all(cks, cnt, list);
	for (i = 0; i < cnt; i++)
		all &= taken_back(cks[i], addrs[i]);
	if (!all)
		compat_synchronize_rcu_sched();
	return all;
}

int ebpf_compat_kprobes_add(struct compat_kprobe **cks, u32 cnt, void **list)
{
	u32 i;
	int err;

	for (i = 0; i < cnt; i++) {
		err = ebpf_compat_kprobe_add(cks[i]);
		if (err) {
			ebpf_compat_kprobes_del(cks, i, list);
			return err;
		}
		cond_resched();
	}
	return 0;
}

/*
 * Sending calls elsewhere
 */

#if LINUX_VERSION_CODE >= KERNEL_VERSION(4, 19, 0)
bool ebpf_compat_kprobe_can_divert(void)
{
	return true;
}

int ebpf_compat_kprobe_divert(struct kprobe *kp, struct pt_regs *regs, unsigned long to)
{
	regs->ip = to;
	return 1;
}
#elif defined(HAVE_EXPORT_KALLSYMS_LOOKUP_NAME)
/* A handler that says that it went elsewhere has to end the kernel's own handling, too: to take
 * the probe away from the CPU, and to switch preemption on.
 */
static struct kprobe * __percpu *running;

/* Data: only where all symbols are listed. Variables of CPUs are listed as far away from where
 * they are as the kernel was moved when it began, and one of them is known.
 */
bool ebpf_compat_kprobe_can_divert(void)
{
	unsigned long task = kallsyms_lookup_name("current_task");
	unsigned long addr = kallsyms_lookup_name("current_kprobe");

	if (!running && addr && task)
		running = (struct kprobe * __percpu *)(addr - task +
						       (unsigned long)&current_task);
	return running;
}

/* preempt_enable_no_resched(), which headers take away from modules since 3.14. */
static void preemption_on(void)
{
#ifdef preempt_enable_no_resched
	preempt_enable_no_resched();
#else
	barrier();
#ifdef CONFIG_PREEMPT_COUNT
	preempt_count_dec();
#endif
#endif
}

int ebpf_compat_kprobe_divert(struct kprobe *kp, struct pt_regs *regs, unsigned long to)
{
	struct kprobe *cur = *this_cpu_ptr(running);

	/* The kernel's own, which stands for all that are there. */
	if (!cur || cur->addr != kp->addr)
		return 0;
	*this_cpu_ptr(running) = NULL;
	regs->ip = to;
	preemption_on();
	return 1;
}
#else
bool ebpf_compat_kprobe_can_divert(void)
{
	return false;
}

int ebpf_compat_kprobe_divert(struct kprobe *kp, struct pt_regs *regs, unsigned long to)
{
	return 0;
}
#endif

/*
 * Where
 */

#ifdef HAVE_EXPORT_KALLSYMS_LOOKUP_NAME
int ebpf_compat_kprobe_place(const char *symbol, unsigned long offset, unsigned long *addr)
{
	*addr = kallsyms_lookup_name(symbol);
	if (!*addr)
		return -ENOENT;
	*addr += offset;
	return 0;
}
#else
/* A disabled probe has its symbol looked up all the same, and it is never enabled. */
int ebpf_compat_kprobe_place(const char *symbol, unsigned long offset, unsigned long *addr)
{
	struct compat_kprobe *ck = kzalloc(sizeof(*ck), GFP_KERNEL);
	int err;

	if (!ck)
		return -ENOMEM;
	ck->rp.kp.symbol_name = symbol;
	ck->rp.kp.offset = offset;
	ck->rp.kp.flags = KPROBE_FLAG_DISABLED;
	ck->rp.kp.pre_handler = quiet_entry;
	err = register_kprobe(&ck->rp.kp);
	if (!err) {
		*addr = (unsigned long)ck->rp.kp.addr;
		ck->on = true;
		ebpf_compat_kprobe_del(ck);
	}
	if (!ck->kept)
		kfree(ck);
	return err;
}
#endif
