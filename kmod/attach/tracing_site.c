// SPDX-License-Identifier: GPL-2.0-only
/*
 * Functions with programs at their entry or, by the trampoline, around them.
 *
 * All entries share one ftrace handler, which finds the programs of a function by
 * its address: ftrace costs less at a hit than a kprobe does. fentry programs run
 * in it; for fmod_ret and fexit it sends the call through the trampoline. What
 * ftrace cannot reach gets a kprobe, and no trampoline.
 *
 * Life of a site. Handlers and the trampoline's two halves look at links with
 * preemption off: an RCU-sched grace period after it was unlinked, a link may go.
 * Links of programs that sleep have lists of their own, which only the trampoline
 * walks, in a section of kmod/prog/sleep.h: who is asleep there goes on from its link to the
 * next, and both must still be there.
 * Calls inside the trampoline hold their site by counting themselves, for as long
 * as they sleep. Between the handler and the count, and behind the count at the
 * end, nothing sleeps, but a kernel with preemption can take the CPU away there:
 * it has RCU-tasks to wait for such tasks, and without that there is no trampoline
 * (compat_trampoline()). So after the last link went, the site goes when
 *	1. a grace period of RCU-sched has passed: no handler sends calls any more,
 *	2. one of RCU-tasks has passed: each call that was sent is counted,
 *	3. no call is left.
 * While calls are left the module stays, since they return through its text.
 */
#include "kmod/attach/attach.h"
#include "kmod/attach/tracing_internal.h"

#include <linux/delay.h>
#include <linux/mutex.h>
#include <linux/rculist.h>
#include <linux/workqueue.h>

enum {
	SLEEPS_AT_ENTRY,
	SLEEPS_MODIFYING,
	SLEEPS_AT_EXIT,
	NR_SLEEPERS,
};

/* A function with programs. */
struct tracing_site {
	struct hlist_node node;		/* of sites */
	unsigned long place;		/* as the ftrace handler is told */
	struct hlist_head entries;	/* fentry, the latest first, as the others */
	bool divert;			/* calls go through the trampoline */
	bool by_kprobe;
	bool sleeps;			/* there are sleepers */
	struct ebpf_trampoline tramp;
	struct hlist_head modifies;	/* fmod_ret */
	struct hlist_head exits;	/* fexit */
	struct hlist_head sleepers[NR_SLEEPERS];	/* those of them that sleep */
	u64 ret_mask;
	struct arg_layout layout;
	struct compat_kprobe probe;
	struct list_head retired;
	bool pinned;			/* keeps the module */
};

#define SITE_BITS	8
/* Changed under tracing_lock of the links, read with preemption off. */
static struct hlist_head sites[1 << SITE_BITS];

/*
 * Hits
 */

static __always_inline struct hlist_head *site_head(unsigned long place)
{
	/* Functions are aligned to 16 bytes. */
	return &sites[(place >> 4) & ((1 << SITE_BITS) - 1)];
}

static __always_inline struct tracing_site *site_find(unsigned long place)
{
	struct tracing_site *site;

	hlist_for_each_entry_rcu_notrace(site, site_head(place), node)
		if (site->place == place)
			return site;
	return NULL;
}

static __always_inline struct tracing_link *first_link(const struct hlist_head *list)
{
	return hlist_entry_safe(READ_ONCE(list->first), struct tracing_link,
				site_node);
}

static __always_inline struct tracing_link *next_link(const struct tracing_link *tl)
{
	return hlist_entry_safe(READ_ONCE(tl->site_node.next),
				struct tracing_link, site_node);
}

static __always_inline void site_fire(struct tracing_site *site, struct pt_regs *regs)
{
	struct tracing_link *tl = first_link(&site->entries);
	struct args_record rec COMPAT_UNINIT;

	if (!tl)
		return;
	args_fetch(&site->layout, &rec, regs);
	do {
		tracing_fire(tl, rec.ctx, regs);
		tl = next_link(tl);
	} while (unlikely(tl));
}

/* Somebody else sends calls of the function elsewhere, as livepatches do. */
static noinline notrace void site_missed(struct tracing_site *site)
{
	struct tracing_link *tl;
	u32 i;

	hlist_for_each_entry_rcu_notrace(tl, &site->modifies, site_node)
		ebpf_run_count_missed(tl->link.prog);
	hlist_for_each_entry_rcu_notrace(tl, &site->exits, site_node)
		ebpf_run_count_missed(tl->link.prog);
	for (i = 0; i < NR_SLEEPERS; i++)
		hlist_for_each_entry_rcu_notrace(tl, &site->sleepers[i], site_node)
			ebpf_run_count_missed(tl->link.prog);
}

static __always_inline void site_divert(struct tracing_site *site, struct pt_regs *regs)
{
	if (unlikely(!compat_ftrace_divert(regs, site->tramp.body,
					   (unsigned long)ebpf_trampoline,
					   (unsigned long)&site->tramp)))
		site_missed(site);
}

/* Until a program is known to run, a function called from here that is traced itself
 * would recurse without end: nothing but inline functions, and notrace ones.
 */
static __always_inline void entry_hit(unsigned long place, struct pt_regs *regs)
{
	struct tracing_site *site;

	preempt_disable_notrace();
	if (likely(compat_rcu_watching())) {
		site = site_find(place);
		if (site) {
			site_fire(site, regs);
			if (site->divert)
				site_divert(site, regs);
		}
	}
	preempt_enable_notrace();
}

COMPAT_FTRACE_DEFINE(entry_ftrace, entry_hit);

static int entry_kprobe(struct kprobe *kp, struct pt_regs *regs)
{
	if (likely(compat_rcu_watching()))
		site_fire(container_of(kp, struct tracing_site, probe.rp.kp), regs);
	return 0;
}

static __always_inline struct tracing_site *site_of(struct trampoline_frame *f)
{
	return container_of(f->tramp, struct tracing_site, tramp);
}

static __always_inline bool has_sleepers(const struct tracing_site *site, u32 where)
{
	return READ_ONCE(site->sleepers[where].first) != NULL;
}

/* All of a list; fmod_ret until one has a result, which is returned. */
static noinline u64 fire_sleepers(struct tracing_site *site, struct trampoline_frame *f, u32 where)
{
	int idx = ebpf_sleep_read_lock();
	struct tracing_link *tl;
	u64 ret = 0;

	for (tl = first_link(&site->sleepers[where]); tl; tl = next_link(tl)) {
		ret = tracing_fire_sleepable(tl, f->ctx, &f->bp) & tl->decides;
		if (ret && where == SLEEPS_MODIFYING)
			break;
	}
	ebpf_sleep_read_unlock(idx);
	return ret;
}

/* Until one has a result. The handler that sent the call here has asked whether RCU
 * watches.
 */
static __always_inline u64 fire_modifies(struct tracing_site *site, struct trampoline_frame *f)
{
	struct tracing_link *tl;
	u64 ret = 0;

	preempt_disable_notrace();
	tl = first_link(&site->modifies);
	if (likely(tl))
		do {
			ret = tracing_fire_framed(tl, f->ctx, &f->bp) & tl->decides;
			if (ret)
				break;
			tl = next_link(tl);
		} while (unlikely(tl));
	preempt_enable_notrace();
	return ret;
}

static __always_inline void fire_exits(struct tracing_site *site, struct trampoline_frame *f)
{
	struct tracing_link *tl;

	preempt_disable_notrace();
	tl = first_link(&site->exits);
	if (likely(tl && compat_rcu_watching()))
		do {
			tracing_fire_framed(tl, f->ctx, &f->bp);
			tl = next_link(tl);
		} while (unlikely(tl));
	preempt_enable_notrace();
}

/* Apart from what functions without sleepers do, which this would cost registers. */
static noinline notrace u64 enter_with_sleepers(struct tracing_site *site,
						struct trampoline_frame *f)
{
	u64 ret;

	if (has_sleepers(site, SLEEPS_AT_ENTRY))
		fire_sleepers(site, f, SLEEPS_AT_ENTRY);
	ret = fire_modifies(site, f);
	if (!ret && has_sleepers(site, SLEEPS_MODIFYING))
		ret = fire_sleepers(site, f, SLEEPS_MODIFYING);
	return ret;
}

static noinline notrace u64 exit_with_sleepers(struct tracing_site *site,
					       struct trampoline_frame *f, u64 ret)
{
	fire_exits(site, f);
	if (has_sleepers(site, SLEEPS_AT_EXIT))
		fire_sleepers(site, f, SLEEPS_AT_EXIT);
	return ret;
}

/* Programs see no result of an earlier one: a result ends it. */
u64 notrace ebpf_trampoline_enter(struct trampoline_frame *f)
{
	struct tracing_site *site = site_of(f);

	f->nr = site->layout.nr;
	f->ctx[site->layout.nr] = 0;
	if (unlikely(READ_ONCE(site->sleeps)))
		return enter_with_sleepers(site, f);
	return fire_modifies(site, f);
}

u64 notrace ebpf_trampoline_exit(struct trampoline_frame *f, u64 ret)
{
	struct tracing_site *site = site_of(f);

	f->nr = site->layout.nr;
	f->ctx[site->layout.nr] = ret & site->ret_mask;
	if (unlikely(READ_ONCE(site->sleeps)))
		return exit_with_sleepers(site, f, ret);
	fire_exits(site, f);
	return ret;
}

/*
 * Sites that have gone
 */

static LIST_HEAD(retired_sites);
static DEFINE_MUTEX(retired_lock);
static bool trampoline_used;

#define REAP_DELAY	(HZ / 4)

static void site_free(struct tracing_site *site)
{
	free_percpu(site->tramp.calls);
	/* Else the kernel has its probe still, which calls nothing of it. */
	if (!site->probe.kept)
		kfree(site);
}

/* Exact once no call can begin: then each counter only falls. */
static bool site_has_calls(const struct tracing_site *site)
{
	long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(*per_cpu_ptr(site->tramp.calls, cpu));
	return sum != 0;
}

static bool reap_once(void)
{
	struct tracing_site *site, *next;
	LIST_HEAD(list);
	bool left;

	mutex_lock(&retired_lock);
	list_splice_init(&retired_sites, &list);
	mutex_unlock(&retired_lock);
	if (list_empty(&list))
		return false;
	compat_synchronize_rcu_tasks();
	list_for_each_entry_safe(site, next, &list, retired) {
		if (site_has_calls(site))
			continue;
		list_del(&site->retired);
		if (site->pinned)
			module_put(THIS_MODULE);
		site_free(site);
	}
	mutex_lock(&retired_lock);
	list_splice(&list, &retired_sites);
	left = !list_empty(&retired_sites);
	mutex_unlock(&retired_lock);
	return left;
}

static void reap(struct work_struct *work);
static DECLARE_DELAYED_WORK(reaper, reap);

static void reap(struct work_struct *work)
{
	if (reap_once())
		schedule_delayed_work(&reaper, REAP_DELAY);
}

/* After the grace period of RCU-sched. The module is in use by the caller. */
static void site_retire(struct tracing_site *site)
{
	bool calls = site->tramp.calls && site_has_calls(site);

	if (!site->tramp.calls || (!calls && !COMPAT_RCU_TASKS)) {
		site_free(site);
		return;
	}
	if (calls) {
		site->pinned = true;
		__module_get(THIS_MODULE);
	}
	mutex_lock(&retired_lock);
	list_add(&site->retired, &retired_sites);
	mutex_unlock(&retired_lock);
	schedule_delayed_work(&reaper, 1);
}

/* Sites with calls keep the module, but for calls that were not counted yet when
 * their site went; and calls that are counted no more may be on their last steps.
 */
void ebpf_tracing_exit(void)
{
	cancel_delayed_work_sync(&reaper);
	while (reap_once())
		msleep(10);
	if (!trampoline_used)
		return;
	compat_synchronize_rcu_sched();
	compat_synchronize_rcu_tasks();
}

/*
 * Attaching
 */

static int site_arm(struct tracing_site *site, bool kprobe_will_do)
{
	int err;

	err = ebpf_compat_ftrace_add(&entry_ftrace, site->place);
	if ((err != -EINVAL && err != -ENODEV) || !kprobe_will_do)
		return err == -EINVAL ? -ENODEV : err;
	site->probe.rp.kp.addr = (kprobe_opcode_t *)site->place;
	site->probe.rp.kp.pre_handler = entry_kprobe;
	site->by_kprobe = true;
	return ebpf_compat_kprobe_add(&site->probe);
}

static void site_disarm(struct tracing_site *site)
{
	if (site->by_kprobe)
		ebpf_compat_kprobe_del(&site->probe);
	else
		ebpf_compat_ftrace_del(&entry_ftrace, site->place);
}

static struct hlist_head *site_list(struct tracing_site *site, const struct tracing_link *tl)
{
	bool sleeps = tl->link.prog->sleepable;

	switch (tracing_attach_type(tl)) {
	case EBPF_TRACE_FENTRY:
		return sleeps ? &site->sleepers[SLEEPS_AT_ENTRY] : &site->entries;
	case EBPF_MODIFY_RETURN:
		return sleeps ? &site->sleepers[SLEEPS_MODIFYING] : &site->modifies;
	default:
		return sleeps ? &site->sleepers[SLEEPS_AT_EXIT] : &site->exits;
	}
}

/* What calls are to do now, after lists changed. */
static void site_update(struct tracing_site *site)
{
	bool sleep_before = has_sleepers(site, SLEEPS_AT_ENTRY) ||
			    has_sleepers(site, SLEEPS_MODIFYING);
	bool sleep_after = has_sleepers(site, SLEEPS_AT_EXIT);
	bool before = !hlist_empty(&site->modifies) || sleep_before;
	bool after = !hlist_empty(&site->exits) || sleep_after;

	WRITE_ONCE(site->sleeps, sleep_before || sleep_after);
	WRITE_ONCE(site->tramp.modify, before);
	WRITE_ONCE(site->tramp.exit, after);
	WRITE_ONCE(site->divert, before || after);
}

/* BTF goes by names. A function of the same name may have more arguments than the
 * trampoline hands on.
 */
static int site_make_divertible(struct tracing_site *site, const struct tracing_link *tl)
{
	if (site->tramp.calls)
		return 0;
	if (ebpf_compat_func_ambiguous(tl->link.prog->image.target.name, tl->mod))
		return -ENODEV;
	site->tramp.calls = alloc_percpu(unsigned long);
	if (!site->tramp.calls)
		return -ENOMEM;
	site->tramp.body = site->place + MCOUNT_INSN_SIZE;
	trampoline_used = true;
	return 0;
}

static void site_link(struct tracing_site *site, struct tracing_link *tl)
{
	tl->site = site;
	hlist_add_head_rcu(&tl->site_node, site_list(site, tl));
	site_update(site);
}

/* A site is complete before the first hit can find it. */
static int site_attach_first(struct tracing_link *tl, unsigned long place, bool divert)
{
	struct tracing_site *site = kzalloc(sizeof(*site), GFP_KERNEL);
	int err;

	if (!site)
		return -ENOMEM;
	site->place = place;
	site->layout = tl->layout;
	site->ret_mask = tracing_ret_mask(tl->ret_size);
	if (divert) {
		err = site_make_divertible(site, tl);
		if (err) {
			site_free(site);
			return err;
		}
	}
	site_link(site, tl);
	hlist_add_head_rcu(&site->node, site_head(place));
	err = site_arm(site, !divert);
	if (!err)
		return 0;
	tl->site = NULL;
	hlist_del_rcu(&site->node);
	compat_synchronize_rcu_sched();
	site_retire(site);
	return err;
}

/* Functions that end the task, in which it often ends, or whose stack is left for good, as a
 * CPU's idle task leaves it each time that CPU goes offline: their calls never come back to be
 * counted. What follows return probes takes note when a task dies.
 */
static const char * const without_return[] = {
	"____call_usermodehelper", "__fortify_panic", "__invalid_creds", "__kunit_abort",
	"__module_put_and_exit", "__module_put_and_kthread_exit", "__ocfs2_recovery_thread",
	"__seccomp_filter", "__secure_computing", "__secure_computing_strict",
	"__stack_chk_fail", "__tdx_hypercall_failed", "arch_cpu_idle_dead",
	"arch_do_signal_or_restart", "bnep_session", "call_helper",
	"call_usermodehelper_exec_async", "cifs_demultiplex_thread", "cmtp_session",
	"complete_and_exit", "cpu_bringup_and_idle", "cpu_idle", "cpu_idle_loop",
	"cpu_startup_entry", "cryptomgr_probe", "cryptomgr_test", "die", "die_addr", "do_exit",
	"do_fast_syscall_32", "do_group_exit", "do_idle", "do_int80_syscall_32",
	"do_notify_resume", "do_signal", "do_syscall_32_irqs_on", "do_syscall_64",
	"do_task_dead", "emulate_vsyscall", "ex_handler_msr_mce", "exit_to_user_mode_loop",
	"exit_to_user_mode_prepare", "exit_to_usermode_loop", "fortify_panic", "get_signal",
	"get_signal_to_deliver", "handle_stack_overflow", "hidp_session_thread",
	"hv_ghcb_terminate", "io_sq_thread", "io_worker_exit", "io_wq_worker", "io_wqe_worker",
	"irqentry_exit_to_user_mode", "jffs2_garbage_collect_thread", "kthread",
	"kthread_complete_and_exit", "kthread_exit", "kunit_try_catch_throw",
	"machine_real_restart", "make_task_dead", "mpt_halt_firmware",
	"nfs4_run_state_manager", "nfsd", "nmi_panic", "nmi_panic_self_stop", "no_context",
	"oops_end", "page_fault_oops", "panic", "panic_smp_self_stop",
	"prepare_exit_to_usermode", "reboot_pid_ns", "rest_init", "rewind_stack_and_make_dead",
	"rewind_stack_do_exit", "rust_begin_unwind", "seccomp_phase1", "seccomp_phase2",
	"secure_computing", "sev_es_terminate", "snp_abort", "start_kernel", "start_secondary",
	"stop_this_cpu", "syscall_enter_from_user_mode", "syscall_enter_from_user_mode_work",
	"syscall_exit_to_user_mode", "syscall_exit_to_user_mode_work",
	"syscall_return_slowpath", "syscall_trace_enter", "syscall_trace_enter_phase1",
	"syscall_trace_enter_phase2", "usb_stor_control_thread", "usercopy_abort",
	"vhost_task_fn", "vpanic", "wait_for_helper", "x86_64_start_kernel",
	"x86_64_start_reservations", "xen_cpu_bringup_again", "xen_start_kernel",
};

/* Parts of names: system calls, and how CPUs leave, have those of several makes. */
static const char * const parts_without_return[] = {
	"play_dead", "sys_bdflush", "sys_exit", "sys_reboot", "sys_seccomp",
};

/* Where a task leaves its CPU for the last time by the function for any other time. */
static bool schedule_returns(void)
{
	return ebpf_compat_func_addr("do_task_dead");
}

static bool returns(const char *name)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(parts_without_return); i++)
		if (strstr(name, parts_without_return[i]))
			return false;
	if (!strcmp(name, "schedule") || !strcmp(name, "__schedule"))
		return schedule_returns();
	for (i = 0; i < ARRAY_SIZE(without_return); i++)
		if (!strcmp(without_return[i], name))
			return false;
	return true;
}

/* The trampoline hands registers on, not what callers have on the stack, and the
 * result in rax.
 */
static bool can_divert(const struct tracing_link *tl)
{
	return compat_trampoline() && tl->layout.in_regs && tl->ret_size <= 8 &&
	       returns(tl->link.prog->image.target.name);
}

int ebpf_site_attach(struct tracing_link *tl)
{
	bool divert = tracing_attach_type(tl) != EBPF_TRACE_FENTRY || tl->link.prog->sleepable;
	unsigned long place = ebpf_compat_ftrace_place(tl->func);
	struct tracing_site *site = site_find(place);
	int err;

	BUILD_BUG_ON(offsetof(struct ebpf_trampoline, body) != TRAMPOLINE_BODY);
	BUILD_BUG_ON(offsetof(struct ebpf_trampoline, calls) != TRAMPOLINE_CALLS);
	BUILD_BUG_ON(offsetof(struct ebpf_trampoline, modify) != TRAMPOLINE_MODIFY);
	BUILD_BUG_ON(offsetof(struct ebpf_trampoline, exit) != TRAMPOLINE_EXIT);
	BUILD_BUG_ON(offsetof(struct trampoline_frame, ctx) != TRAMPOLINE_ARGS);
	BUILD_BUG_ON(offsetof(struct trampoline_frame, bp) != TRAMPOLINE_FRAME);
	if (divert && !can_divert(tl))
		return -ENODEV;
	if (!site)
		return site_attach_first(tl, place, divert);
	/* Room was made by what the first program's BTF says of the function. */
	if (site->layout.nr != tl->layout.nr || site->layout.in_regs != tl->layout.in_regs)
		return -EINVAL;
	if (divert) {
		if (site->by_kprobe)
			return -ENODEV;
		err = site_make_divertible(site, tl);
		if (err)
			return err;
	}
	site_link(site, tl);
	return 0;
}

void ebpf_site_detach(struct tracing_link *tl)
{
	struct tracing_site *site = tl->site;
	bool last;

	hlist_del_rcu(&tl->site_node);
	site_update(site);
	last = hlist_empty(&site->entries) && !site->divert;
	if (last) {
		site_disarm(site);
		hlist_del_rcu(&site->node);
	}
	compat_synchronize_rcu_sched();
	if (last)
		site_retire(site);
}
