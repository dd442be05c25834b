/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The lock of a map that programs of any context change. Who comes between on a CPU
 * that holds the lock or waits for it (a probe, an NMI) is sent away with -EBUSY, and
 * an NMI does not wait for another CPU either.
 */
#ifndef _KMOD_ELEM_LOCK_H
#define _KMOD_ELEM_LOCK_H

#include "kmod/compat/compat.h"

#include <linux/hardirq.h>
#include <linux/percpu.h>
#include <linux/spinlock.h>

struct ebpf_elem_lock {
	raw_spinlock_t lock;
	int __percpu *busy;
};

/* 0 or -ENOMEM. May sleep. */
static inline int ebpf_elem_lock_init(struct ebpf_elem_lock *l)
{
	raw_spin_lock_init(&l->lock);
	l->busy = alloc_percpu(int);
	return l->busy ? 0 : -ENOMEM;
}

static inline void ebpf_elem_lock_destroy(struct ebpf_elem_lock *l)
{
	free_percpu(l->busy);
}

/* Interrupts are off until ebpf_elem_unlock(). */
static inline int ebpf_elem_lock(struct ebpf_elem_lock *l, unsigned long *flags)
{
	int *busy;

	local_irq_save(*flags);
	busy = this_cpu_ptr(l->busy);
	if (unlikely(*busy))
		goto busy;
	*busy = 1;
	barrier();
	if (!in_nmi()) {
		raw_spin_lock(&l->lock);
		return 0;
	}
	if (raw_spin_trylock(&l->lock))
		return 0;
	*busy = 0;
busy:
	local_irq_restore(*flags);
	return -EBUSY;
}

static inline void ebpf_elem_unlock(struct ebpf_elem_lock *l, unsigned long flags)
{
	raw_spin_unlock(&l->lock);
	barrier();
	*this_cpu_ptr(l->busy) = 0;
	local_irq_restore(flags);
}

#endif /* _KMOD_ELEM_LOCK_H */
