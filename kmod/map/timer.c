// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/map/timer.h"
#include "kmod/compat/timer.h"
#include "kmod/prog/run.h"

#include <linux/hardirq.h>
#include <linux/hash.h>
#include <linux/irq_work.h>
#include <linux/llist.h>
#include <linux/workqueue.h>

/**
 * struct map_timer - a timer
 * @timer:      the kernel's
 * @field:      where it belongs to; says which lock is meant
 * @map:        of that value
 * @value:      what its function is called for; stays where it is as long as @map
 * @prog:       reference of the function's program, or NULL. Locked
 * @fn:         the function, NULL: none. Locked
 * @cancelling: functions of timers that wait for this one's to end
 * @dead:       among those to be freed
 */
struct map_timer {
	struct hrtimer timer;
	struct timer_field *field;
	struct ebpf_map *map;
	void *value;
	struct ebpf_prog *prog;
	void *fn;
	atomic_t cancelling;
	struct llist_node dead;
};

/* What is in the value. Only programs' stores to the value of another element could
 * reach it, and the verifier has those; commands copy around it.
 */
struct timer_field {
	struct map_timer *timer;
	u64 unused;
};

/* Fields are locked by their address. Taken with interrupts off, inside locks of maps;
 * the locks of the kernel's timers nest inside.
 */
#define LOCK_BITS	6

static raw_spinlock_t locks[1 << LOCK_BITS] = {
	[0 ... (1 << LOCK_BITS) - 1] = __RAW_SPIN_LOCK_UNLOCKED(locks),
};

/* Whose function runs on this CPU. */
static DEFINE_PER_CPU(struct map_timer *, running);

static struct llist_head dead_timers;
static struct irq_work dead_kick;
static struct work_struct dead_work;

static raw_spinlock_t *lock_of(const void *field)
{
	return &locks[hash_64((unsigned long)field, LOCK_BITS)];
}

/*
 * The function
 */
static void call_fn(struct map_timer *t, struct ebpf_prog *prog, void *fn)
{
	struct map_timer *outer = __this_cpu_read(running);
	struct ebpf_run_ctx rctx;
	const void *key;
	u32 index;

	memset(&rctx, 0, sizeof(rctx));
	rctx.frame = __builtin_frame_address(0);
	key = t->map->ops->key_of_value(t->map, t->value, &index);
	__this_cpu_write(running, t);
	ebpf_prog_run_callback(prog, fn, (unsigned long)t->map, (unsigned long)key,
			       (unsigned long)t->value, &rctx);
	__this_cpu_write(running, outer);
}

/* Softirq or hardirq: an RCU-sched reader, so neither program nor map go away while
 * the function runs, though the timer may lose both.
 */
static enum hrtimer_restart timer_expired(struct hrtimer *hrtimer)
{
	struct map_timer *t = container_of(hrtimer, struct map_timer, timer);
	raw_spinlock_t *lock = lock_of(t->field);
	struct ebpf_prog *prog;
	unsigned long flags;
	void *fn;

	raw_spin_lock_irqsave(lock, flags);
	fn = t->fn;
	prog = t->prog;
	raw_spin_unlock_irqrestore(lock, flags);
	if (fn)
		call_fn(t, prog, fn);
	return HRTIMER_NORESTART;
}

/*
 * Helpers
 */
static struct map_timer *timer_alloc(struct timer_field *field, struct ebpf_map *map,
				     clockid_t clock)
{
	struct map_timer *t = kzalloc(sizeof(*t), GFP_ATOMIC | __GFP_NOWARN);

	if (!t)
		return NULL;
	t->field = field;
	t->map = map;
	t->value = (void *)field - map->timer_off;
	compat_hrtimer_setup(&t->timer, timer_expired, clock);
	return t;
}

/* Without anybody who could cancel it there is no timer. */
static long timer_publish(struct timer_field *field, struct map_timer *t)
{
	if (field->timer)
		return -EBUSY;
	WRITE_ONCE(field->timer, t);
	/* Whoever takes the last user reference away looks at the field next. */
	smp_mb();
	if (atomic64_read(&t->map->usercnt))
		return 0;
	WRITE_ONCE(field->timer, NULL);
	return -EPERM;
}

long ebpf_timer_init(void *at, struct ebpf_map *map, u64 flags)
{
	raw_spinlock_t *lock = lock_of(at);
	struct timer_field *field = at;
	struct map_timer *t;
	unsigned long irq;
	long err;

	if (in_nmi())
		return -EOPNOTSUPP;
	if (flags != CLOCK_MONOTONIC && flags != CLOCK_REALTIME && flags != CLOCK_BOOTTIME)
		return -EINVAL;
	if (READ_ONCE(field->timer))
		return -EBUSY;
	t = timer_alloc(field, map, flags);
	if (!t)
		return atomic64_read(&map->usercnt) ? -ENOMEM : -EPERM;
	raw_spin_lock_irqsave(lock, irq);
	err = timer_publish(field, t);
	raw_spin_unlock_irqrestore(lock, irq);
	if (err)
		kfree(t);
	return err;
}

/* Locked. *@put: a reference for the caller to give back. */
static long timer_set_fn(struct map_timer *t, void *fn, struct ebpf_prog *prog,
			 struct ebpf_prog **put)
{
	if (!t)
		return -EINVAL;
	if (!atomic64_read(&t->map->usercnt))
		return -EPERM;
	if (t->prog != prog) {
		if (!ebpf_prog_inc_not_zero(prog))
			return -ENOENT;
		*put = t->prog;
		t->prog = prog;
	}
	t->fn = fn;
	return 0;
}

long ebpf_timer_set_callback(void *at, void *fn, struct ebpf_prog *prog)
{
	raw_spinlock_t *lock = lock_of(at);
	struct timer_field *field = at;
	struct ebpf_prog *put = NULL;
	unsigned long irq;
	long err;

	if (in_nmi())
		return -EOPNOTSUPP;
	raw_spin_lock_irqsave(lock, irq);
	err = timer_set_fn(field->timer, fn, prog, &put);
	raw_spin_unlock_irqrestore(lock, irq);
	if (put)
		ebpf_prog_put(put);
	return err;
}

long ebpf_timer_start(void *at, u64 nsecs, u64 flags)
{
	raw_spinlock_t *lock = lock_of(at);
	struct timer_field *field = at;
	unsigned long irq;
	long err = 0;

	if (in_nmi())
		return -EOPNOTSUPP;
	if (flags)
		return -EINVAL;
	/* Locked: a timer that was taken out of its field is never armed again. */
	raw_spin_lock_irqsave(lock, irq);
	if (field->timer && field->timer->prog)
		hrtimer_start(&field->timer->timer, ns_to_ktime(nsecs), COMPAT_HRTIMER_MODE);
	else
		err = -EINVAL;
	raw_spin_unlock_irqrestore(lock, irq);
	return err;
}

/* Locked. May this CPU wait for the function of @t? */
static long timer_may_wait(struct map_timer *t, struct map_timer *cur)
{
	if (!cur)
		return 0;
	if (cur == t)
		return -EDEADLK;
	/* Two functions that wait for each other: at least one sees that the other
	 * has begun to.
	 */
	atomic_inc(&t->cancelling);
	smp_mb__after_atomic();
	if (!atomic_read(&cur->cancelling))
		return 0;
	atomic_dec(&t->cancelling);
	return -EDEADLK;
}

long ebpf_timer_cancel(void *at)
{
	struct map_timer *t, *cur = __this_cpu_read(running);
	raw_spinlock_t *lock = lock_of(at);
	struct timer_field *field = at;
	struct ebpf_prog *put = NULL;
	unsigned long irq;
	long err;

	if (in_nmi())
		return -EOPNOTSUPP;
	raw_spin_lock_irqsave(lock, irq);
	t = field->timer;
	err = t ? timer_may_wait(t, cur) : -EINVAL;
	if (!err) {
		put = t->prog;
		t->prog = NULL;
		t->fn = NULL;
	}
	raw_spin_unlock_irqrestore(lock, irq);
	if (err)
		return err;
	if (put)
		ebpf_prog_put(put);
	/* We are an RCU-sched reader: it is not freed meanwhile. */
	err = hrtimer_cancel(&t->timer);
	if (cur)
		atomic_dec(&t->cancelling);
	return err;
}

/*
 * The end
 */

/* The locks of workqueues and of the scheduler must not nest inside those of maps:
 * programs take the latter while the scheduler holds its own. So a worker does the
 * rest, and an interrupt wakes it.
 */
void ebpf_timer_end(void *at)
{
	raw_spinlock_t *lock = lock_of(at);
	struct timer_field *field = at;
	struct map_timer *t;
	unsigned long irq;

	if (!READ_ONCE(field->timer))
		return;
	raw_spin_lock_irqsave(lock, irq);
	t = field->timer;
	if (t) {
		WRITE_ONCE(field->timer, NULL);
		t->fn = NULL;
	}
	raw_spin_unlock_irqrestore(lock, irq);
	if (t && llist_add(&t->dead, &dead_timers))
		irq_work_queue(&dead_kick);
}

static void timer_kick(struct irq_work *work)
{
	schedule_work(&dead_work);
}

static void timer_free(struct map_timer *t)
{
	hrtimer_cancel(&t->timer);
	if (t->prog)
		ebpf_prog_put(t->prog);
	kfree(t);
}

static void timer_reap(struct work_struct *work)
{
	struct llist_node *node = llist_del_all(&dead_timers), *next;

	if (!node)
		return;
	/* Programs that found one in its field are done with it. */
	compat_synchronize_rcu_sched();
	for (; node; node = next) {
		next = node->next;
		timer_free(llist_entry(node, struct map_timer, dead));
		cond_resched();
	}
}

void ebpf_timer_init_module(void)
{
	BUILD_BUG_ON(sizeof(struct timer_field) > sizeof(struct ebpf_timer));
	init_llist_head(&dead_timers);
	init_irq_work(&dead_kick, timer_kick);
	INIT_WORK(&dead_work, timer_reap);
}

void ebpf_timer_flush(void)
{
	irq_work_sync(&dead_kick);
	flush_work(&dead_work);
}
