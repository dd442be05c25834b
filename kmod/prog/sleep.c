// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/prog/sleep.h"
#include "kmod/prog/run_inline.h"

#include <linux/hardirq.h>
#include <linux/hash.h>
#include <linux/srcu.h>

static struct srcu_struct sleep_srcu;
static atomic_t sleep_inner = ATOMIC_INIT(0);

#define NAP_BITS	6
/* Who is asleep, by task. */
static struct hlist_head naps[1 << NAP_BITS];
static DEFINE_RAW_SPINLOCK(nap_lock);

int ebpf_sleep_read_lock(void)
{
	return srcu_read_lock(&sleep_srcu);
}

void ebpf_sleep_read_unlock(int idx)
{
	srcu_read_unlock(&sleep_srcu, idx);
}

void ebpf_sleep_call(struct rcu_head *head, void (*fn)(struct rcu_head *head))
{
	call_srcu(&sleep_srcu, head, fn);
}

void ebpf_sleep_barrier(void)
{
	srcu_barrier(&sleep_srcu);
}

/* The program is not yet to be run: full barriers on both sides see to it that either
 * it finds the map gone, or whoever took the map out finds the program counted.
 */
void ebpf_sleep_inner_get(void)
{
	atomic_inc(&sleep_inner);
	smp_mb__after_atomic();
}

void ebpf_sleep_inner_put(void)
{
	atomic_dec(&sleep_inner);
}

bool ebpf_sleep_inner_used(void)
{
	smp_mb();
	return atomic_read(&sleep_inner);
}

/*
 * Asleep
 */
static struct hlist_head *nap_head(const struct task_struct *task)
{
	return &naps[hash_ptr((void *)task, NAP_BITS)];
}

bool ebpf_nap_begin(struct ebpf_nap *nap)
{
	struct ebpf_run_ctx *run = ebpf_run_current();
	unsigned long flags;

	/* Called by way of another program all the same, or with another further out. */
	if (!run || !run->prog->sleepable || run->outer)
		return false;
	nap->task = current;
	nap->run = run;
	raw_spin_lock_irqsave(&nap_lock, flags);
	hlist_add_head(&nap->node, nap_head(current));
	raw_spin_unlock_irqrestore(&nap_lock, flags);
	barrier();
	__this_cpu_write(ebpf_cpu.run, NULL);
	preempt_enable();
	return true;
}

void ebpf_nap_end(struct ebpf_nap *nap)
{
	unsigned long flags;

	preempt_disable();
	raw_spin_lock_irqsave(&nap_lock, flags);
	hlist_del(&nap->node);
	raw_spin_unlock_irqrestore(&nap_lock, flags);
	/* Whatever interrupts a task puts this back before the task goes on. */
	__this_cpu_write(ebpf_cpu.run, nap->run);
	barrier();
}

/* Is @prog asleep further out in this task? What it waits for has led here, and would
 * again. Or so many others that the stack would not do for more?
 */
static bool naps_here(const struct ebpf_prog *prog)
{
	struct hlist_head *head = nap_head(current);
	struct hlist_node *node;
	struct ebpf_nap *nap;
	unsigned long flags;
	bool found = false;
	u32 cnt = 0;

	/* What this task put there it sees. */
	if (likely(hlist_empty(head)))
		return false;
	raw_spin_lock_irqsave(&nap_lock, flags);
	for (node = head->first; node && !found; node = node->next) {
		nap = hlist_entry(node, struct ebpf_nap, node);
		if (nap->task != current)
			continue;
		cnt++;
		found = nap->run->prog == prog;
	}
	raw_spin_unlock_irqrestore(&nap_lock, flags);
	return found || cnt >= EBPF_RUN_NEST_MAX || (cnt && !ebpf_run_stack_left());
}

/*
 * Running
 */
static u64 sleepable_run_on(struct ebpf_prog *prog, const void *ctx, struct ebpf_run_ctx *rctx,
			    u8 *top)
{
	u64 ret;

	rctx->outer = NULL;
	rctx->prog = prog;
	rctx->override = false;
	rctx->preempt = preempt_count();
	/* As in ebpf_run_push(). */
	barrier();
	__this_cpu_write(ebpf_cpu.run, rctx);
	barrier();
	if (static_key_false(&ebpf_run_stats_key))
		ret = ebpf_run_timed(prog, ctx, top);
	else
		ret = prog->func(ctx, top);
	barrier();
	/* Perhaps of another CPU than above. */
	__this_cpu_write(ebpf_cpu.run, NULL);
	return ret;
}

/* Where preemption off is not counted, runs of programs are what would be missed. */
static bool can_sleep(void)
{
	return !in_atomic() && !irqs_disabled() && !this_cpu_read(ebpf_cpu.run) &&
	       !this_cpu_read(ebpf_cpu.active);
}

int ebpf_prog_call_sleepable(struct ebpf_prog *prog, const void *ctx, struct ebpf_run_ctx *rctx,
			     u64 *ret)
{
	u8 *stack;

	if (unlikely(!can_sleep() || naps_here(prog)))
		return -EBUSY;
	stack = kmalloc(max_t(u32, prog->stack_size, 8), GFP_KERNEL | __GFP_NOWARN);
	if (unlikely(!stack))
		return -ENOMEM;
	preempt_disable();
	*ret = sleepable_run_on(prog, ctx, rctx, stack + prog->stack_size);
	preempt_enable();
	kfree(stack);
	return 0;
}

u64 ebpf_prog_run_sleepable(struct ebpf_prog *prog, const void *ctx, struct ebpf_run_ctx *rctx)
{
	u64 ret;

	if (likely(!ebpf_prog_call_sleepable(prog, ctx, rctx, &ret)))
		return ret;
	ebpf_run_count_missed(prog);
	return 0;
}

int ebpf_sleep_init(void)
{
	return init_srcu_struct(&sleep_srcu);
}

void ebpf_sleep_exit(void)
{
	srcu_barrier(&sleep_srcu);
	cleanup_srcu_struct(&sleep_srcu);
}
