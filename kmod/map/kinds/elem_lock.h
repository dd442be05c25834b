/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The locks of maps and rings that programs of any context change.
 *
 * Programs on functions come between also where a lock is taken and given back, for these are
 * functions of the kernel. With the lock of one map in hand none may wait for that of another,
 * be it a hash's, a ring's or a value's: its holder could be doing the same the other way round.
 * So there is one mark for a CPU, not one for each map.
 */
#ifndef _KMOD_ELEM_LOCK_H
#define _KMOD_ELEM_LOCK_H

#include "kmod/compat/compat.h"

#include <linux/hardirq.h>
#include <linux/percpu.h>
#include <linux/spinlock.h>

#include "helpers/helpers.h"

/* This CPU has one of these locks or waits for it, outside of NMIs. */
DECLARE_PER_CPU(int, ebpf_elem_locked);

/* Interrupts are off until ebpf_elem_unlock(). -EBUSY: what asks came between (a probe) on a CPU
 * that has a lock or waits for one; or somebody has this one and an NMI, which does not wait,
 * asks.
 */
static inline int ebpf_elem_lock(raw_spinlock_t *lock, unsigned long *flags)
{
	local_irq_save(*flags);
	if (in_nmi()) {
		if (raw_spin_trylock(lock))
			return 0;
	} else if (likely(!__this_cpu_read(ebpf_elem_locked) && !ebpf_value_is_locked())) {
		__this_cpu_write(ebpf_elem_locked, 1);
		barrier();
		raw_spin_lock(lock);
		return 0;
	}
	local_irq_restore(*flags);
	return -EBUSY;
}

static inline void ebpf_elem_unlock(raw_spinlock_t *lock, unsigned long flags)
{
	raw_spin_unlock(lock);
	barrier();
	if (!in_nmi())
		__this_cpu_write(ebpf_elem_locked, 0);
	local_irq_restore(flags);
}

#endif /* _KMOD_ELEM_LOCK_H */
