// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events of the kprobe PMU: a kprobe or a kretprobe each. The kernel shares one
 * breakpoint among all probes of an address.
 */
#include "kmod/attach/event.h"
#include "kmod/attach/override.h"
#include "kmod/compat/func_names.h"
#include "kmod/compat/ftrace_multi.h"
#include "kmod/compat/kprobe.h"
#include "kmod/compat/ksyms.h"
#include "kmod/compat/lockdown.h"
#include "kmod/compat/perf.h"
#include "kmod/prog/run_inline.h"

#include <linux/kallsyms.h>

/* What a return probe follows at a time. Kernels before 6.1 default to as few as
 * one call for each CPU, which functions that block outnumber at once.
 */
#define KRETPROBE_MAXACTIVE_MIN	64

struct kprobe_event {
	struct ebpf_event event;
	struct compat_kprobe probe;
	struct compat_ftrace_multi ftrace;	/* in its place, for a program that overrides */
	bool never;				/* on what this kernel never calls: no probe */
	char symbol[KSYM_NAME_LEN + 16];
};

static struct kprobe_event *kprobe_event_of(struct ebpf_event *event)
{
	return container_of(event, struct kprobe_event, event);
}

/* Runs on stacks of 4 KiB (int3 before 4.14): small frames from here on. */
static __always_inline void kprobe_fire(struct ebpf_event *event, struct pt_regs *regs)
{
	struct ebpf_prog *prog = READ_ONCE(event->prog);
	struct ebpf_run_ctx rctx COMPAT_UNINIT;

	if (prog && likely(compat_rcu_watching())) {
		ebpf_run_ctx_init(&rctx, regs, event->cookie, event->func_ip, NULL);
		if (!ebpf_event_passes(ebpf_prog_fire(prog, regs, &rctx)))
			return;
	}
	ebpf_event_hit(event);
}

static int kprobe_entry(struct kprobe *kp, struct pt_regs *regs)
{
	kprobe_fire(&container_of(kp, struct kprobe_event, probe.rp.kp)->event, regs);
	return 0;
}

static int kprobe_return(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct kretprobe *rp = compat_get_kretprobe(ri);
	unsigned long ip;

	/* The probe may be going away under calls that it still follows. */
	if (!rp)
		return 0;
	ip = compat_kretprobe_enter(ri, regs);
	kprobe_fire(&container_of(rp, struct kprobe_event, probe.rp)->event, regs);
	compat_kretprobe_leave(regs, ip);
	return 0;
}

/*
 * Programs with bpf_override_return(). A kprobe may send a call elsewhere only with what
 * the kernel keeps to itself, an ftrace handler by what it hands back: such a program
 * runs in one, and the kprobe, which stays, does nothing as long.
 */

static int kprobe_idle(struct kprobe *kp, struct pt_regs *regs)
{
	return 0;
}

static __always_inline void override_hit(struct compat_ftrace_multi *ftrace,
					 unsigned long place, struct pt_regs *regs)
{
	struct kprobe_event *ke = container_of(ftrace, struct kprobe_event, ftrace);
	struct ebpf_prog *prog;

	preempt_disable_notrace();
	prog = READ_ONCE(ke->event.prog);
	if (likely(compat_rcu_watching()) && prog &&
	    ebpf_event_passes(ebpf_override_fire(prog, place, regs, ke->event.cookie,
						 ke->event.func_ip)))
		ebpf_event_hit(&ke->event);
	preempt_enable_notrace();
}

COMPAT_FTRACE_MULTI_HANDLER(override_handler, override_hit);

/* Any kernel has more system calls than this. */
#define SYSCALLS_MIN	310

static bool in_syscall_table(unsigned long func)
{
	const unsigned long *table = (void *)ebpf_compat_func_addr("sys_call_table");
	u32 i;

	for (i = 0; table && i < SYSCALLS_MIN; i++)
		if (table[i] == func)
			return true;
	return false;
}

/* System calls: whatever they answer, their callers can take it. Linux has a list of
 * them and others, which it shows to no module.
 */
bool ebpf_may_override(unsigned long func)
{
	/* One function may have several of these names. */
	static const char *const prefixes[] = {
		"__x64_sys_", "__ia32_sys_", "__do_sys_", "__se_sys_",
	};
	char name[KSYM_SYMBOL_LEN];
	u32 i;

	sprint_symbol(name, func);
	/* It is more than a call. */
	if (strstr(name, "sys_exit"))
		return false;
	for (i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (!strncmp(name, prefixes[i], strlen(prefixes[i])))
			return true;
	return in_syscall_table(func);
}

static int kprobe_override(struct ebpf_event *event, bool on)
{
	struct kprobe_event *ke = kprobe_event_of(event);
	unsigned long place = ebpf_compat_ftrace_place(event->func_ip);
	int err;

	if (!on) {
		if (!ebpf_compat_ftrace_multi_del(&ke->ftrace, place))
			event->kept = true;
		WRITE_ONCE(ke->probe.rp.kp.pre_handler, kprobe_entry);
		return 0;
	}
	if (ke->probe.ret || !compat_trampoline() || !event->func_ip ||
	    !ebpf_may_override(event->func_ip))
		return -EINVAL;
	/* The handler is still ftrace's. */
	if (event->kept)
		return -EBUSY;
	memset(&ke->ftrace, 0, sizeof(ke->ftrace));
	err = ebpf_compat_ftrace_multi_add(&ke->ftrace, override_handler, &place, 1);
	if (err)
		return err == -EBUSY || err == -ENOMEM ? err : -EINVAL;
	WRITE_ONCE(ke->probe.rp.kp.pre_handler, kprobe_idle);
	return 0;
}

/* Nothing is attached yet: what is hit before all is known is only counted. */
static int kprobe_start(struct kprobe_event *ke)
{
	struct kretprobe *rp = &ke->probe.rp;
	int err;

	/* A probe within what serves probes would never end. */
	if (compat_within_module((unsigned long)rp->kp.addr, THIS_MODULE))
		return -EINVAL;
	if (ke->probe.ret) {
		rp->handler = kprobe_return;
		rp->maxactive = max_t(int, KRETPROBE_MAXACTIVE_MIN, 2 * num_possible_cpus());
	} else {
		rp->kp.pre_handler = kprobe_entry;
	}
	err = ebpf_compat_kprobe_add(&ke->probe);
	if (!err)
		ke->event.func_ip = ebpf_compat_func_entry((unsigned long)rp->kp.addr);
	return err;
}

/* On kernels that take the first of several functions of a name we do so, too. */
static int check_name(const char *symbol)
{
	u32 cnt = ebpf_compat_kprobe_same_name(symbol);

	if (cnt <= 1)
		return 0;
	pr_info_ratelimited("ebpfdrv: %s[%d]: %u functions are called %s: MODULE:%s or an address tells which one is to be probed\n",
			    current->comm, current->pid, cnt, symbol, symbol);
	return -EADDRNOTAVAIL;
}

/* Of a name that the kernel does not have, but another one has. What is never called is told of as
 * such, so that nobody takes its silence for an answer.
 */
static int kprobe_place_by_table(struct kprobe_event *ke, unsigned long *addr)
{
	switch (ebpf_compat_func_by_table(ke->symbol, addr)) {
	case COMPAT_FUNC_RENAMED:
		return 0;
	case COMPAT_FUNC_NEVER:
		ke->never = true;
		*addr = 0;
		strcat(ke->symbol, " (never called)");
		return 0;
	default:
		return -ENOENT;
	}
}

/* The place: a symbol and an offset, or an address. */
static int kprobe_place(struct kprobe_event *ke, const struct ebpf_perf_attr *attr)
{
	unsigned long addr;
	long len;
	int err;

	if (attr->config1) {
		len = strncpy_from_user(ke->symbol, (void __user *)(unsigned long)attr->config1,
					KSYM_NAME_LEN);
		if (len < 0)
			return len;
		if (len == KSYM_NAME_LEN)
			return -E2BIG;
	}
	if (!ke->symbol[0]) {
		addr = attr->config2;
	} else {
		/* As much as struct kprobe holds. */
		if (attr->config2 > U32_MAX)
			return -ENOENT;
		err = check_name(ke->symbol);
		if (err)
			return err;
		err = ebpf_compat_kprobe_place(ke->symbol, attr->config2, &addr);
		if (err == -ENOENT && !attr->config2)
			err = kprobe_place_by_table(ke, &addr);
		/* Inside an instruction: no entry, which is what matters for returns. */
		if (err)
			return ke->probe.ret && err == -EILSEQ ? -EINVAL : err;
	}
	ke->probe.rp.kp.addr = (void *)addr;
	return addr || ke->never ? 0 : -EINVAL;
}

static void kprobe_stop(struct ebpf_event *event)
{
	if (!ebpf_compat_kprobe_del(&kprobe_event_of(event)->probe))
		event->kept = true;
}

static void kprobe_destroy(struct ebpf_event *event)
{
	ebpf_event_fini(event);
	kfree(kprobe_event_of(event));
}

static struct ebpf_event *kprobe_create(const struct ebpf_event_params *params)
{
	struct kprobe_event *ke;
	int err;

	/* Of config Linux, too, looks at nothing else than whether it is a return. */
	ke = kzalloc(sizeof(*ke), GFP_KERNEL);
	if (!ke)
		return ERR_PTR(-ENOMEM);
	ke->probe.ret = params->attr.config & EBPFDRV_PERF_PROBE_RETURN;
	err = kprobe_place(ke, &params->attr);
	if (!err)
		err = compat_locked_down_kprobes();
	if (err)
		goto free;
	err = ebpf_event_init(&ke->event, &ebpf_kprobe_event_ops, params, true);
	if (err)
		goto free;
	err = ke->never ? 0 : kprobe_start(ke);
	if (err)
		goto fini;
	return &ke->event;

fini:
	ebpf_event_fini(&ke->event);
free:
	if (!ke->probe.kept)
		kfree(ke);
	return ERR_PTR(err);
}

static void kprobe_describe(const struct ebpf_event *event, struct ebpf_attach_desc *desc)
{
	const struct kprobe_event *ke = container_of(event, struct kprobe_event, event);

	desc->type = ke->probe.ret ? EBPF_FD_TYPE_KRETPROBE : EBPF_FD_TYPE_KPROBE;
	if (ke->symbol[0]) {
		desc->name = ke->symbol;
		desc->offset = event->attr.config2;
	} else {
		desc->addr = event->attr.config2;
	}
}

const struct ebpf_event_ops ebpf_kprobe_event_ops = {
	.prog_type = EBPF_PROG_TYPE_KPROBE,
	.create = kprobe_create,
	.stop = kprobe_stop,
	.destroy = kprobe_destroy,
	.read = ebpf_event_read_hits,
	.peek = ebpf_event_peek_hits,
	.describe = kprobe_describe,
	.override = kprobe_override,
};
