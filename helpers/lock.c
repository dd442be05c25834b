// SPDX-License-Identifier: GPL-2.0-only
/*
 * bpf_spin_lock. The lock is not the word in the value: commands overwrite
 * values, and a program must not wait for a lock that nobody holds. It is one
 * of a table, by the address of the word. The verifier lets a program hold one
 * at a time and call nothing meanwhile, so that two words may share a lock.
 *
 * Programs that run in interrupts or NMIs have no access to them.
 */
#include <linux/hash.h>
#include <linux/spinlock.h>
#include "helpers/helpers.h"

#define LOCK_BITS	6

static struct value_lock {
	raw_spinlock_t lock;
	unsigned long flags;	/* of interrupts, when it was taken */
} locks[1 << LOCK_BITS] = {
	[0 ... (1 << LOCK_BITS) - 1] = { .lock = __RAW_SPIN_LOCK_UNLOCKED(locks) },
};

static struct value_lock *lock_of(u64 addr)
{
	return &locks[hash_64(addr, LOCK_BITS)];
}

void ebpf_value_lock(u64 addr)
{
	struct value_lock *l = lock_of(addr);
	unsigned long flags;

	raw_spin_lock_irqsave(&l->lock, flags);
	l->flags = flags;
}

void ebpf_value_unlock(u64 addr)
{
	struct value_lock *l = lock_of(addr);

	raw_spin_unlock_irqrestore(&l->lock, l->flags);
}

/* address of the struct bpf_spin_lock */
EBPF_HELPER(spin_lock)
{
	ebpf_value_lock(r1);
	return 0;
}

EBPF_HELPER(spin_unlock)
{
	ebpf_value_unlock(r1);
	return 0;
}
