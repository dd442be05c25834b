// SPDX-License-Identifier: GPL-2.0-only
/*
 * bpf_spin_lock. The lock is not the word in the value: commands overwrite
 * values, and a program must not wait for a lock that nobody holds. It is one
 * of a table, by the address of the word. The verifier lets a program hold one
 * at a time and call nothing meanwhile, so that two words may share a lock.
 *
 * Programs that run in interrupts or NMIs cannot take them, but those on functions may
 * update values that have one (EBPF_F_LOCK), also on functions that this here calls, and
 * in NMIs: on a CPU that has one or waits for it they are sent away.
 */
#include <linux/hash.h>
#include <linux/percpu.h>
#include <linux/spinlock.h>
#include "helpers/helpers.h"

#define LOCK_BITS	6

static struct value_lock {
	raw_spinlock_t lock;
	unsigned long flags;	/* of interrupts, when it was taken */
} locks[1 << LOCK_BITS] = {
	[0 ... (1 << LOCK_BITS) - 1] = { .lock = __RAW_SPIN_LOCK_UNLOCKED(locks) },
};

/* This CPU has one, or waits for it. */
static DEFINE_PER_CPU(int, value_locked);

static struct value_lock *lock_of(u64 addr)
{
	return &locks[hash_64(addr, LOCK_BITS)];
}

static void lock_value(u64 addr, unsigned long flags)
{
	struct value_lock *l = lock_of(addr);

	__this_cpu_write(value_locked, 1);
	barrier();
	raw_spin_lock(&l->lock);
	l->flags = flags;
}

bool ebpf_value_is_locked(void)
{
	return __this_cpu_read(value_locked);
}

bool ebpf_value_trylock(u64 addr)
{
	unsigned long flags;

	local_irq_save(flags);
	if (unlikely(__this_cpu_read(value_locked))) {
		local_irq_restore(flags);
		return false;
	}
	lock_value(addr, flags);
	return true;
}

void ebpf_value_unlock(u64 addr)
{
	struct value_lock *l = lock_of(addr);
	unsigned long flags = l->flags;

	raw_spin_unlock(&l->lock);
	barrier();
	__this_cpu_write(value_locked, 0);
	local_irq_restore(flags);
}

/* address of the struct bpf_spin_lock */
EBPF_HELPER(spin_lock)
{
	unsigned long flags;

	local_irq_save(flags);
	lock_value(r1, flags);
	return 0;
}

EBPF_HELPER(spin_unlock)
{
	ebpf_value_unlock(r1);
	return 0;
}
