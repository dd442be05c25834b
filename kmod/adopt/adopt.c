// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls that are answered here in place of the kernel.
 *
 * The kernel's function is entered as ever, and ftrace's handler sends the call to one of ours
 * when the number and the process are right. Ours either answers it or goes on in the kernel's
 * function behind its call of ftrace, so other handlers and probes there see one call only.
 * What ftrace does not reach has a kprobe.
 *
 * A call counts itself in the handler, before it may sleep, and until it returns. The few
 * instructions behind that are covered as those of the trampoline (kmod/attach/tracing_site.c):
 * after the handler is gone and no call counts, a grace period of RCU-sched, and one of
 * RCU-tasks where the kernel can take the CPU away from itself, have to pass.
 */
#include "kmod/adopt/adopt.h"
#include "kmod/adopt/adopted.h"
#include "kmod/adopt/first_call.h"
#include "kmod/adopt/perf_choice.h"
#include "kmod/attach/attach.h"
#include "kmod/attach/pmu_type.h"
#include "kmod/compat/kprobe.h"
#include "kmod/compat/perf.h"
#include "kmod/compat/syscall_entry.h"
#include "kmod/compat/task.h"
#include "kmod/fd.h"
#include "kmod/syscall.h"

#include <ebpfdrv/ebpfdrv.h>
#include <linux/delay.h>
#include <linux/file.h>
#include <linux/moduleparam.h>
#include <linux/workqueue.h>

static bool takeover;
/* The parameter takes effect: between the module's start and its end. */
static bool ready;
/* What it was set to before that, by the command line or by somebody who was faster than the start. */
static bool asked;

static int refuse_takeover(void)
{
	pr_err("ebpfdrv: takeover: this kernel has no way to adopt processes\n");
	return -EOPNOTSUPP;
}

#if COMPAT_SYSCALL_ENTRY

/* Handlers are placed, processes followed. Changed under hooks_lock. */
static bool hooked;
static bool was_hooked;		/* once: calls may be on their last steps */
static DEFINE_MUTEX(hooks_lock);
static atomic_t calls = ATOMIC_INIT(0);

enum {
	HOOK_BPF,
	HOOK_PERF,
	NR_HOOKS,
};

/**
 * struct hook - one system call
 * @nr:    its number; functions can be reached by others, of i386 or of what is not implemented
 * @name:  of the kernel's function
 * @entry: ours
 * @place: where the kernel's calls ftrace; two hooks may have one place, the function that
 *         stands for all that the kernel does not implement
 * @body:  where the kernel's function goes on when it is not to be answered here
 * @placed: ftrace sends calls of @place to @entry
 * @by_kprobe: @probe does, instead
 * @probe: at its entry, where it is compiled without calls of ftrace, as all of perf's core is
 */
struct hook {
	long nr;
	const char *name;
	unsigned long entry;
	unsigned long place;
	unsigned long body;
	bool placed;
	bool by_kprobe;
	struct compat_kprobe probe;
};

static struct hook hooks[NR_HOOKS];

/*
 * Calls, in process context
 */

static long pass(const struct hook *hook, const struct compat_syscall *call)
{
	return compat_syscall_pass(hook->body, call);
}

/* Is a file of current's process such a one? */
static bool holds(bool (*such)(const struct file *file))
{
	unsigned int fd = 0;
	struct file *file;
	bool yes = false;

	while (!yes && (file = ebpf_compat_task_next_file(current, &fd))) {
		yes = such(file);
		fput(file);
		fd++;
	}
	return yes;
}

/* Of a process that is taken over: what it holds decides, else what it wants first. */
static bool is_left_alone(const struct compat_syscall *call)
{
	return holds(ebpf_fd_is_kernels) ||
	       (ebpf_first_call_is_kernels((u32)call->args[0], call->args[1], (u32)call->args[2]) &&
		!holds(ebpf_fd_is_ours));
}

/* All that a process has are one side's objects, so what a takeover finds decides, and after
 * its end what is left. 1: the call is ours, 0: the kernel's, or -ENOMEM.
 */
static int side_of_call(const struct compat_syscall *call)
{
	unsigned int state = ebpf_adopted_state();
	bool kernels;
	int err;

	if (state & ADOPTED_CHOSEN)
		return state & ADOPTED_USED_BPF ? 1 : ebpf_adopted_add(ADOPTED_USED_BPF) ? : 1;
	if (state & ADOPTED_KERNELS)
		return 0;
	if (state && (READ_ONCE(takeover) || holds(ebpf_fd_is_ours)))
		return 1;
	if (state)
		ebpf_adopted_remove();
	if (!READ_ONCE(takeover))
		return 0;
	kernels = is_left_alone(call);
	err = ebpf_adopted_add(kernels ? ADOPTED_KERNELS : ADOPTED_USED_BPF);
	return err ? err : !kernels;
}

static long answer_bpf(const struct compat_syscall *call)
{
	int side = side_of_call(call);

	if (side < 0)
		return side;
	if (!side)
		return pass(&hooks[HOOK_BPF], call);
	return ebpf_syscall((u32)call->args[0], (void __user *)call->args[1], (u32)call->args[2]);
}

static long answer_perf(const struct compat_syscall *call)
{
	struct ebpfdrv_perf_event_open req = {
		.attr = call->args[0],
		.pid = (s32)call->args[1],
		.cpu = (s32)call->args[2],
		.group_fd = (s32)call->args[3],
		.flags = call->args[4],
	};

	if (!ebpf_perf_is_ours(req.attr, ebpf_adopted_state() & ADOPTED_USED_BPF))
		return pass(&hooks[HOOK_PERF], call);
	/* As of who opens the device, and asked last: a refusal may be noted by the kernel's audit,
	 * and plain counting of one's own process needs no such right.
	 */
	if (compat_perfmon_capable())
		return ebpf_perf_event_open(&req);
	/* Who may not has no programs for the events that the kernel has, too. */
	return ebpf_perf_is_ours(req.attr, false) ? -EACCES : pass(&hooks[HOOK_PERF], call);
}

static notrace long enter_bpf(const struct compat_syscall *call)
{
	long ret;

	atomic_inc(&calls);
	ret = answer_bpf(call);
	atomic_dec(&calls);
	return ret;
}

static notrace long enter_perf(const struct compat_syscall *call)
{
	long ret;

	atomic_inc(&calls);
	ret = answer_perf(call);
	atomic_dec(&calls);
	return ret;
}

COMPAT_SYSCALL_DEFINE(bpf_entry, enter_bpf)
COMPAT_SYSCALL_DEFINE(perf_entry, enter_perf)

static struct hook hooks[NR_HOOKS] = {
	[HOOK_BPF] = { __NR_bpf, COMPAT_SYSCALL_NAME("bpf"), (unsigned long)bpf_entry },
	[HOOK_PERF] = {
		__NR_perf_event_open, COMPAT_SYSCALL_NAME("perf_event_open"),
		(unsigned long)perf_entry,
	},
};

/*
 * The handler
 */

/* A takeover begins with the first bpf(2) of a process. */
static __always_inline bool is_wanted(const struct hook *hook)
{
	unsigned int state = ebpf_adopted_state();

	if (state & ADOPTED_KERNELS)
		return false;
	return state || (hook->nr == __NR_bpf && READ_ONCE(takeover));
}

static __always_inline void hook_hit(const struct hook *hook, unsigned long place,
				     struct pt_regs *regs)
{
	if (place != hook->place || compat_syscall_nr() != hook->nr)
		return;
	preempt_disable_notrace();
	/* Somebody else, a livepatch say, may send it elsewhere, before or after: his it is. So
	 * calls that arrive count themselves.
	 */
	if (is_wanted(hook))
		compat_ftrace_divert(regs, hook->body, hook->entry, regs->ax);
	preempt_enable_notrace();
}

static __always_inline void call_hit(unsigned long place, struct pt_regs *regs)
{
	hook_hit(&hooks[HOOK_BPF], place, regs);
	hook_hit(&hooks[HOOK_PERF], place, regs);
}

/* A call that we pass on comes by here again, from our text. */
static int call_kprobe(struct kprobe *kp, struct pt_regs *regs)
{
	struct hook *hook = container_of(kp, struct hook, probe.rp.kp);
	unsigned long caller = *(unsigned long *)regs->sp;

	if (compat_syscall_nr() != hook->nr || !is_wanted(hook) ||
	    compat_within_module(caller, THIS_MODULE))
		return 0;
	return ebpf_compat_kprobe_divert(kp, regs, hook->entry);
}

static void call_kprobe_post(struct kprobe *kp, struct pt_regs *regs, unsigned long flags)
{
}

COMPAT_FTRACE_DEFINE(call_ftrace, call_hit);

/*
 * Placing it
 */

static bool is_shared(const struct hook *hook)
{
	const struct hook *h;

	for (h = hooks; h < hooks + ARRAY_SIZE(hooks); h++)
		if (h != hook && h->placed && h->place == hook->place)
			return true;
	return false;
}

/* A probe that the kernel keeps is quiet, and in use for ever. */
static void hook_remove(struct hook *hook)
{
	if (!hook->placed)
		return;
	hook->placed = false;
	if (hook->by_kprobe)
		ebpf_compat_kprobe_del(&hook->probe);
	else if (!is_shared(hook))
		ebpf_compat_ftrace_del(&call_ftrace, hook->place);
}

static int place_ftrace(struct hook *hook, unsigned long addr)
{
	hook->by_kprobe = false;
	hook->place = ebpf_compat_ftrace_place(addr);
	hook->body = hook->place + MCOUNT_INSN_SIZE;
	return is_shared(hook) ? 0 : ebpf_compat_ftrace_add(&call_ftrace, hook->place);
}

static int place_kprobe(struct hook *hook, unsigned long addr)
{
	if (hook->probe.kept)
		return -EBUSY;
	if (!ebpf_compat_kprobe_can_divert())
		return -EOPNOTSUPP;
	memset(&hook->probe, 0, sizeof(hook->probe));
	hook->by_kprobe = true;
	hook->place = addr;
	hook->body = addr;
	hook->probe.rp.kp.addr = (kprobe_opcode_t *)addr;
	hook->probe.rp.kp.pre_handler = call_kprobe;
	hook->probe.rp.kp.post_handler = call_kprobe_post;
	return ebpf_compat_kprobe_add(&hook->probe);
}

static int hook_place(struct hook *hook)
{
	unsigned long addr;
	int err = ebpf_compat_func_find(hook->name, &addr);

	if (!err)
		err = place_ftrace(hook, addr);
	if (err == -EINVAL)
		err = place_kprobe(hook, addr);
	hook->placed = !err;
	if (err)
		pr_err("ebpfdrv: no process can be adopted: %s is out of reach (error %d)\n",
		       hook->name, err);
	return err;
}

/* With hooks_lock, as hook(). No call comes in any more, but some may be on their way. */
static void unhook(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(hooks); i++)
		hook_remove(&hooks[i]);
	hooked = false;
}

static void settle(struct work_struct *work);
static DECLARE_DELAYED_WORK(settle_work, settle);

/* Programs come one after the other: not each needs handlers of its own. */
static void settle_later(void)
{
	schedule_delayed_work(&settle_work, HZ);
}

/* After unhook(): whoever was on the way here has counted itself, whoever counted itself off has left. */
static void wait_for_ways(void)
{
	compat_synchronize_rcu_sched();
	compat_synchronize_rcu_tasks();
}

/* Nobody needs the hooks: they go. What is on its way may still put its process into the list,
 * so processes are followed until it has returned.
 */
static void settle(struct work_struct *work)
{
	bool wanted;

	mutex_lock(&hooks_lock);
	wanted = takeover || ebpf_adopted_count();
	if (!wanted)
		unhook();
	mutex_unlock(&hooks_lock);
	if (wanted)
		return;
	/* Who wants them again meanwhile does not wait for this. */
	wait_for_ways();
	mutex_lock(&hooks_lock);
	if (!hooked && !ebpf_adopted_count()) {
		if (atomic_read(&calls))
			settle_later();
		else
			ebpf_adopted_unfollow();
	}
	mutex_unlock(&hooks_lock);
}

static int hook(void)
{
	unsigned int i;
	int err;

	if (hooked)
		return 0;
	err = ebpf_adopted_follow(settle_later);
	for (i = 0; !err && i < ARRAY_SIZE(hooks); i++)
		err = hook_place(&hooks[i]);
	if (err)
		unhook();
	else
		hooked = true;
	was_hooked = true;
	return err;
}

/* What ftrace does not reach is known, and needs the other way. */
bool ebpf_adopt_possible(void)
{
	return compat_trampoline() && ebpf_compat_kprobe_can_divert();
}

int ebpf_adopt_current(void)
{
	int err;

	if (!compat_bpf_capable())
		return -EPERM;
	if (!ebpf_adopt_possible())
		return -EOPNOTSUPP;
	mutex_lock(&hooks_lock);
	err = hook();
	if (!err)
		err = ebpf_adopted_add(ADOPTED_CHOSEN);
	if (err)
		settle_later();
	mutex_unlock(&hooks_lock);
	return err;
}

/* The parameter's file outlives the module's exit. */
static int takeover_set(bool on)
{
	int err = 0;

	if (on && !ebpf_adopt_possible())
		return refuse_takeover();
	mutex_lock(&hooks_lock);
	if (!ready)
		err = -ENODEV;
	else if (on)
		err = hook();
	if (!err)
		WRITE_ONCE(takeover, on);
	if (ready && (err || !on))
		settle_later();
	mutex_unlock(&hooks_lock);
	return err;
}

/* A call's copies may wait for as long as the memory of a file system's process takes. */
static void wait_for_calls(void)
{
	unsigned int rounds = 0;

	wait_for_ways();
	while (atomic_read(&calls)) {
		if (++rounds == 1000)
			pr_warn("ebpfdrv: waiting for %d calls of adopted processes to return\n",
				atomic_read(&calls));
		msleep(10);
	}
	wait_for_ways();
}

/* Hooks of nobody's are passed by, so no process is inside when a later step of the start fails. */
int ebpf_adopt_init(void)
{
	int err = 0;

	/* Files of sysfs are read with its locks, inside of which the parameter is set. */
	if (ebpf_adopt_possible())
		ebpf_pmu_types_find();
	if (!READ_ONCE(asked))
		return 0;
	if (!ebpf_adopt_possible())
		return refuse_takeover();
	mutex_lock(&hooks_lock);
	err = hook();
	mutex_unlock(&hooks_lock);
	if (err)
		ebpf_adopt_exit();
	return err;
}

void ebpf_adopt_start(void)
{
	mutex_lock(&hooks_lock);
	ready = true;
	/* Who asked for it after the hooks were placed, or not, is answered as later. */
	if (asked && ebpf_adopt_possible() && !hook())
		WRITE_ONCE(takeover, true);
	else if (hooked)
		settle_later();
	mutex_unlock(&hooks_lock);
}

void ebpf_adopt_exit(void)
{
	mutex_lock(&hooks_lock);
	ready = false;
	takeover = false;
	unhook();
	mutex_unlock(&hooks_lock);
	if (was_hooked)
		wait_for_calls();
	mutex_lock(&hooks_lock);
	ebpf_adopted_unfollow();
	mutex_unlock(&hooks_lock);
	/* The last process that ended may have asked for it. */
	cancel_delayed_work_sync(&settle_work);
}

#else /* no way */

bool ebpf_adopt_possible(void)
{
	return false;
}

int ebpf_adopt_current(void)
{
	return compat_bpf_capable() ? -EOPNOTSUPP : -EPERM;
}

static int takeover_set(bool on)
{
	return on ? refuse_takeover() : 0;
}

int ebpf_adopt_init(void)
{
	return asked ? refuse_takeover() : 0;
}

void ebpf_adopt_start(void)
{
	ready = true;
}

void ebpf_adopt_exit(void)
{
}

#endif

/* Parameters of the command line come before the module is ready, and their files are there as early. */
static int takeover_param_set(const char *text, const struct kernel_param *kp)
{
	bool on;
	struct kernel_param as = { .ops = kp->ops, .arg = &on };
	int err = param_set_bool(text, &as);

	if (err)
		return err;
	if (ready || THIS_MODULE->state != MODULE_STATE_COMING)
		return takeover_set(on);
	WRITE_ONCE(asked, on);
	return 0;
}

static const struct kernel_param_ops takeover_ops = {
	.set = takeover_param_set,
	.get = param_get_bool,
};

module_param_cb(takeover, &takeover_ops, &takeover, 0644);
MODULE_PARM_DESC(takeover, "bpf(2) and perf_event_open(2) of all processes are the module's");

static int adopted_get(char *buf, const struct kernel_param *kp)
{
	return sprintf(buf, "%u\n", ebpf_adopted_count());
}

static const struct kernel_param_ops adopted_ops = {
	.get = adopted_get,
};

module_param_cb(adopted, &adopted_ops, NULL, 0444);
MODULE_PARM_DESC(adopted, "how many processes are adopted");
