// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/compat/kprobe.h"
#include "kmod/compat/ftrace.h"
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
