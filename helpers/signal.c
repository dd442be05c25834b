// SPDX-License-Identifier: GPL-2.0-only
/*
 * Signals to the current task. Taking its signal lock is only safe where
 * interrupts are on; elsewhere the sending waits for an interrupt of this CPU.
 */
#include <linux/irq_work.h>
#include "helpers/helpers.h"
#include "helpers/signal.h"
#include "kmod/compat/task.h"

struct signal_work {
	struct irq_work work;
	struct task_struct *task;
	u32 sig;
	bool thread;
	int busy;	/* from queueing until sent; this CPU only */
};

static DEFINE_PER_CPU(struct signal_work, signal_works);

static int send(struct task_struct *task, u32 sig, bool thread)
{
	if (thread)
		return send_sig(sig, task, 1);
	return kill_pid(task_tgid(task), sig, 1);
}

static void send_later(struct irq_work *work)
{
	struct signal_work *w = container_of(work, struct signal_work, work);

	send(w->task, w->sig, w->thread);
	put_task_struct(w->task);
	barrier();
	w->busy = 0;
}

static long queue_signal(u32 sig, bool thread)
{
	struct signal_work *w = this_cpu_ptr(&signal_works);

	/* Nested contexts of this CPU come and go whole: no exchange needed. */
	if (w->busy)
		return -EBUSY;
	w->busy = 1;
	barrier();
	get_task_struct(current);
	w->task = current;
	w->sig = sig;
	w->thread = thread;
	irq_work_queue(&w->work);
	return 0;
}

static long send_to_current(u32 sig, bool thread)
{
	/* Tasks that are not what they seem, and init, which must not die. */
	if (unlikely(current->flags & (PF_KTHREAD | PF_EXITING)) || compat_is_global_init(current))
		return -EPERM;
	if (!valid_signal(sig) || !sig)
		return -EINVAL;
	if (irqs_disabled())
		return queue_signal(sig, thread);
	return send(current, sig, thread);
}

void ebpf_signal_init(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		init_irq_work(&per_cpu_ptr(&signal_works, cpu)->work, send_later);
}

void ebpf_signal_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		irq_work_sync(&per_cpu_ptr(&signal_works, cpu)->work);
}

EBPF_HELPER(send_signal)
{
	return send_to_current(r1, false);
}

EBPF_HELPER(send_signal_thread)
{
	return send_to_current(r1, true);
}
