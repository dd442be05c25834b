/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The lock of a map that programs of any context change. Who comes between on a CPU
 * that holds the lock or waits for it (a probe, an NMI) is sent away with -EBUSY, and
 * an NMI does not wait for another CPU either.
 *
 * Programs on functions come between also where a lock is taken and given back, for these
 * are functions of the kernel. With the lock of one map in hand none may wait for that of
 * another, of a ring or a hash as well: its holder could be doing the same the other way round.
 */
#ifndef _KMOD_ELEM_LOCK_H
#define _KMOD_ELEM_LOCK_H

#include "kmod/compat/compat.h"

#include <linux/hardirq.h>
#include <linux/percpu.h>
#include <linux/spinlock.h>

#include "helpers/helpers.h"

/* This CPU has the lock of a map or waits for it, outside of NMIs. */
DECLARE_PER_CPU(int, ebpf_map_locked);

/* Interrupts are off. False: not here and now. */
static inline bool ebpf_map_spin_lock(raw_spinlock_t *lock)
{
	if (in_nmi())
		return raw_spin_trylock(lock);
	if (unlikely(__this_cpu_read(ebpf_map_locked) || ebpf_value_is_locked()))
		return false;
	__this_cpu_write(ebpf_map_locked, 1);
	barrier();
	raw_spin_lock(lock);
	return true;
}

static inline void ebpf_map_spin_unlock(raw_spinlock_t *lock)
{
	raw_spin_unlock(lock);
	barrier();
	if (!in_nmi())
		__this_cpu_write(ebpf_map_locked, 0);
}

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
	if (likely(ebpf_map_spin_lock(&l->lock)))
		return 0;
	*busy = 0;
busy:
	local_irq_restore(*flags);
	return -EBUSY;
}

static inline void ebpf_elem_unlock(struct ebpf_elem_lock *l, unsigned long flags)
{
	ebpf_map_spin_unlock(&l->lock);
	barrier();
	*this_cpu_ptr(l->busy) = 0;
	local_irq_restore(flags);
}

#endif /* _KMOD_ELEM_LOCK_H */
