// SPDX-License-Identifier: GPL-2.0-only
/*
 * kprobe_multi links: one program at the entries, or the returns, of many functions.
 *
 * Entries are places of ftrace, which all go in at once. Returns, and entries on kernels
 * without ftrace, are probes, one by one.
 */
#include "kmod/attach/attach.h"
#include "kmod/attach/override.h"
#include "kmod/compat/ftrace_multi.h"
#include "kmod/compat/kprobe.h"
#include "kmod/compat/perf.h"
#include "kmod/link/link.h"
#include "kmod/prog/run_inline.h"

#include <linux/kallsyms.h>
#include <linux/sort.h>

#define MULTI_MAX		(1U << 20)
/* Calls that a return probe follows at a time: all together take memory. */
#define MULTI_MAXACTIVE_FEW	64
#define MULTI_MAXACTIVE_MANY	16
#define MULTI_MANY		256

struct multi_target {
	unsigned long place;		/* where ftrace calls; sorted by this */
	unsigned long addr;		/* entry of the function */
	u64 cookie;
};

struct multi_link;

struct multi_probe {
	struct compat_kprobe probe;
	struct multi_link *ml;
	const struct multi_target *target;
};

struct multi_link {
	struct ebpf_link link;
	struct multi_target *targets;
	u32 cnt;
	bool ret;
	bool by_ftrace;
	struct compat_ftrace_multi ftrace;
	struct multi_probe *probes;	/* not by_ftrace: cnt of them */
	struct compat_kprobe **cks;	/* the same, as a list */
	void **list;			/* for taking them back */
	bool kept;			/* ftrace, or the probes, the kernel would not give back */
};

/*
 * Hits
 */

static __always_inline void multi_fire(struct multi_link *ml, const struct multi_target *target,
				       struct pt_regs *regs)
{
	struct ebpf_run_ctx rctx COMPAT_UNINIT;

	ebpf_run_ctx_init(&rctx, regs, target->cookie, target->addr, NULL);
	ebpf_prog_fire(ml->link.prog, regs, &rctx);
}

static __always_inline const struct multi_target *multi_find(const struct multi_link *ml,
							      unsigned long place)
{
	u32 low = 0, cnt = READ_ONCE(ml->cnt), high = cnt;

	while (low < high) {
		u32 mid = low + (high - low) / 2;

		if (ml->targets[mid].place < place)
			low = mid + 1;
		else
			high = mid;
	}
	return low < cnt && ml->targets[low].place == place ? &ml->targets[low] : NULL;
}

/* Before the program's guard nothing may be called that could be traced: no functions. */
static __always_inline void multi_hit(struct compat_ftrace_multi *ftrace, unsigned long place,
				      struct pt_regs *regs)
{
	struct multi_link *ml = container_of(ftrace, struct multi_link, ftrace);
	const struct multi_target *target;

	preempt_disable_notrace();
	if (likely(compat_rcu_watching())) {
		target = multi_find(ml, place);
		if (target)
			multi_fire(ml, target, regs);
	}
	preempt_enable_notrace();
}

COMPAT_FTRACE_MULTI_HANDLER(multi_handler, multi_hit);

/* The same for programs that may replace the function. */
static __always_inline void override_hit(struct compat_ftrace_multi *ftrace,
					 unsigned long place, struct pt_regs *regs)
{
	struct multi_link *ml = container_of(ftrace, struct multi_link, ftrace);
	const struct multi_target *target;

	preempt_disable_notrace();
	target = likely(compat_rcu_watching()) ? multi_find(ml, place) : NULL;
	if (target)
		ebpf_override_fire(ml->link.prog, place, regs, target->cookie, target->addr);
	preempt_enable_notrace();
}

COMPAT_FTRACE_MULTI_HANDLER(override_handler, override_hit);

static int multi_entry(struct kprobe *kp, struct pt_regs *regs)
{
	struct multi_probe *probe = container_of(kp, struct multi_probe, probe.rp.kp);

	if (likely(compat_rcu_watching()))
		multi_fire(probe->ml, probe->target, regs);
	return 0;
}

static int multi_return(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct kretprobe *rp = compat_get_kretprobe(ri);
	struct multi_probe *probe;
	unsigned long ip;

	/* The probe may be going away under calls that it still follows. */
	if (!rp || unlikely(!compat_rcu_watching()))
		return 0;
	probe = container_of(rp, struct multi_probe, probe.rp);
	ip = compat_kretprobe_enter(ri, regs);
	multi_fire(probe->ml, probe->target, regs);
	compat_kretprobe_leave(regs, ip);
	return 0;
}

/*
 * Arming
 */

static int multi_arm_ftrace(struct multi_link *ml)
{
	unsigned long *places;
	u32 i;
	int err;

	places = compat_kvzalloc(ml->cnt * sizeof(*places));
	if (!places)
		return -ENOMEM;
	for (i = 0; i < ml->cnt; i++)
		places[i] = ml->targets[i].place;
	err = ebpf_compat_ftrace_multi_add(&ml->ftrace, ml->link.prog->kprobe_override ?
					   override_handler : multi_handler, places, ml->cnt);
	ml->by_ftrace = !err;
	compat_kvfree(places);
	return err;
}

static void multi_probe_init(struct multi_link *ml, struct multi_probe *probe,
			     const struct multi_target *target)
{
	probe->ml = ml;
	probe->target = target;
	probe->probe.ret = ml->ret;
	probe->probe.rp.kp.addr = (kprobe_opcode_t *)target->place;
	if (!ml->ret) {
		probe->probe.rp.kp.pre_handler = multi_entry;
		return;
	}
	probe->probe.rp.handler = multi_return;
	probe->probe.rp.maxactive = max_t(int, 2 * num_possible_cpus(),
				    ml->cnt < MULTI_MANY ? MULTI_MAXACTIVE_FEW :
							   MULTI_MAXACTIVE_MANY);
}

/* All or none. */
static int multi_arm_probes(struct multi_link *ml)
{
	u32 i;
	int err;

	ml->probes = compat_kvzalloc(ml->cnt * sizeof(*ml->probes));
	ml->cks = compat_kvzalloc(ml->cnt * sizeof(*ml->cks));
	ml->list = compat_kvzalloc(ml->cnt * 2 * sizeof(*ml->list));
	if (!ml->probes || !ml->cks || !ml->list)
		return -ENOMEM;
	for (i = 0; i < ml->cnt; i++) {
		multi_probe_init(ml, &ml->probes[i], &ml->targets[i]);
		ml->cks[i] = &ml->probes[i].probe;
	}
	err = ebpf_compat_kprobes_add(ml->cks, ml->cnt, ml->list);
	for (i = 0; err && i < ml->cnt; i++)
		ml->kept |= ml->cks[i]->kept;
	return err;
}

static int multi_arm(struct multi_link *ml)
{
	int err = ml->ret ? -ENODEV : multi_arm_ftrace(ml);

	/* A probe cannot replace the function. */
	if (err == -ENODEV && !ml->link.prog->kprobe_override)
		return multi_arm_probes(ml);
	return err == -ENODEV ? -EINVAL : err;
}

static void multi_release(struct ebpf_link *link)
{
	struct multi_link *ml = container_of(link, struct multi_link, link);

	if (ml->by_ftrace)
		ml->kept = !ebpf_compat_ftrace_multi_del(&ml->ftrace, ml->targets[0].place);
	else
		ml->kept = !ebpf_compat_kprobes_del(ml->cks, ml->cnt, ml->list);
	/* A handler that stays finds nothing. */
	if (ml->kept)
		WRITE_ONCE(ml->cnt, 0);
	/* Handlers run with preemption off. */
	compat_synchronize_rcu_sched();
}

static void multi_free(struct multi_link *ml)
{
	compat_kvfree(ml->targets);
	compat_kvfree(ml->cks);
	compat_kvfree(ml->list);
	if (ml->kept)
		return;
	compat_kvfree(ml->probes);
	kfree(ml);
}

static void multi_dealloc(struct ebpf_link *link)
{
	multi_free(container_of(link, struct multi_link, link));
}

static const struct ebpf_link_ops multi_link_ops = {
	.release = multi_release,
	.dealloc = multi_dealloc,
};

/*
 * What the user asks for
 */

static int target_cmp(const void *a, const void *b)
{
	unsigned long left = ((const struct multi_target *)a)->place;
	unsigned long right = ((const struct multi_target *)b)->place;

	return left < right ? -1 : left > right;
}

static int copy_addrs(struct multi_link *ml, const u64 __user *uaddrs)
{
	u64 addr;
	u32 i;

	for (i = 0; i < ml->cnt; i++) {
		if (get_user(addr, uaddrs + i))
			return -EFAULT;
		ml->targets[i].addr = addr;
	}
	return 0;
}

static int copy_name(char *name, const u64 __user *uname)
{
	u64 address;
	long len;

	if (get_user(address, uname))
		return -EFAULT;
	len = strncpy_from_user(name, (const char __user *)(unsigned long)address,
				KSYM_NAME_LEN);
	if (len == KSYM_NAME_LEN)
		return -E2BIG;
	return len < 0 ? len : 0;
}

static int find_addrs(struct multi_link *ml, const u64 __user *unames)
{
	struct compat_func *funcs;
	int err = -ENOMEM;
	char *names;
	u32 i;

	funcs = compat_kvzalloc(ml->cnt * sizeof(*funcs));
	names = compat_kvzalloc((size_t)ml->cnt * KSYM_NAME_LEN);
	if (!funcs || !names)
		goto out;
	for (i = 0; i < ml->cnt; i++) {
		funcs[i].name = names + (size_t)i * KSYM_NAME_LEN;
		funcs[i].nr = i;
		err = copy_name(names + (size_t)i * KSYM_NAME_LEN, unames + i);
		if (err)
			goto out;
	}
	err = ebpf_compat_find_funcs(funcs, ml->cnt);
	if (err)
		goto out;
	for (i = 0; i < ml->cnt; i++)
		ml->targets[funcs[i].nr].addr = funcs[i].addr;
out:
	compat_kvfree(names);
	compat_kvfree(funcs);
	return err;
}

static int copy_cookies(struct multi_link *ml, const u64 __user *ucookies)
{
	u32 i;

	for (i = 0; i < ml->cnt; i++)
		if (get_user(ml->targets[i].cookie, ucookies + i))
			return -EFAULT;
	return 0;
}

/* Cookies belong to functions in the order they were named in. */
static int multi_copy(struct multi_link *ml, const union ebpf_attr *attr)
{
	const u64 __user *uaddrs = (void __user *)(unsigned long)
				   attr->link_create.kprobe_multi.addrs;
	const u64 __user *usyms = (void __user *)(unsigned long)
				  attr->link_create.kprobe_multi.syms;
	const u64 __user *ucookies = (void __user *)(unsigned long)
				     attr->link_create.kprobe_multi.cookies;
	u32 i;
	int err;

	err = ucookies ? copy_cookies(ml, ucookies) : 0;
	if (!err)
		err = uaddrs ? copy_addrs(ml, uaddrs) : find_addrs(ml, usyms);
	if (err)
		return err;
	for (i = 0; i < ml->cnt; i++) {
		/* What serves the programs cannot be probed by them. */
		if (compat_within_module(ml->targets[i].addr, THIS_MODULE))
			return -EINVAL;
		ml->targets[i].place = ebpf_compat_ftrace_place(ml->targets[i].addr);
	}
	sort(ml->targets, ml->cnt, sizeof(*ml->targets), target_cmp, NULL);
	return 0;
}

/* All of them, or none is attached to. */
static int check_override(const struct multi_link *ml)
{
	u32 i;

	for (i = 0; i < ml->cnt; i++) {
		if (!ebpf_may_override(ml->targets[i].addr))
			return -EINVAL;
		cond_resched();
	}
	return 0;
}

static int multi_check(const struct ebpf_prog *prog, const union ebpf_attr *attr)
{
	if (prog->expected_attach_type != EBPF_TRACE_KPROBE_MULTI)
		return -EINVAL;
	if (attr->link_create.flags ||
	    attr->link_create.kprobe_multi.flags & ~EBPF_F_KPROBE_MULTI_RETURN)
		return -EINVAL;
	if (!attr->link_create.kprobe_multi.addrs == !attr->link_create.kprobe_multi.syms)
		return -EINVAL;
	if (!attr->link_create.kprobe_multi.cnt)
		return -EINVAL;
	/* Nothing may sleep here. */
	if (prog->sleepable)
		return -EINVAL;
	if (prog->kprobe_override &&
	    (attr->link_create.kprobe_multi.flags || !compat_trampoline()))
		return -EINVAL;
	return attr->link_create.kprobe_multi.cnt > MULTI_MAX ? -E2BIG : 0;
}

int ebpf_kprobe_multi_create(struct ebpf_prog *prog, const union ebpf_attr *attr)
{
	struct ebpf_link_primer primer;
	struct multi_link *ml;
	int err;

	err = multi_check(prog, attr);
	if (err)
		return err;
	ml = kzalloc(sizeof(*ml), GFP_KERNEL);
	if (!ml)
		return -ENOMEM;
	ml->cnt = attr->link_create.kprobe_multi.cnt;
	ml->ret = attr->link_create.kprobe_multi.flags & EBPF_F_KPROBE_MULTI_RETURN;
	err = -ENOMEM;
	ml->targets = compat_kvzalloc((size_t)ml->cnt * sizeof(*ml->targets));
	if (!ml->targets)
		goto free;
	err = multi_copy(ml, attr);
	if (!err && prog->kprobe_override)
		err = check_override(ml);
	if (err)
		goto free;
	ebpf_link_init(&ml->link, EBPF_LINK_TYPE_KPROBE_MULTI, &multi_link_ops, prog);
	err = ebpf_link_prime(&ml->link, &primer);
	if (err)
		goto free;
	err = multi_arm(ml);
	if (err) {
		ebpf_link_cleanup(&primer);
		return err;
	}
	return ebpf_link_settle(&primer);

free:
	multi_free(ml);
	return err;
}
