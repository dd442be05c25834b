// SPDX-License-Identifier: GPL-2.0-only
/*
 * bpf_find_vma: calls a function of the program with the memory area at an address of
 * the current task.
 *
 * The areas are locked meanwhile. Where interrupts are off the lock cannot be given
 * back at once, as that may wake somebody who waits for it: an interrupt of ours does
 * that, and takes the place of the rest of the run.
 */
#include <linux/errno.h>
#include <linux/irq_work.h>
#include <linux/percpu.h>
#include "helpers/helpers.h"
#include "helpers/find_vma.h"
#include "kmod/compat/mm.h"

typedef u64 (*callback_t)(u64 a1, u64 a2, u64 a3, u64 a4, u64 a5, u64 frame);

u64 ebpf_helper_find_vma(u64 task, u64 addr, u64 fn, u64 ctx, u64 flags, u64 frame);

/* Whose areas this CPU has to unlock, from before they are locked, or NULL: a run inside
 * this one would overwrite it, or have its work done by the one that is under way.
 */
struct late_unlock {
	struct irq_work work;
	struct mm_struct *mm;
};

static struct late_unlock __percpu *late;

static void unlock_late(struct irq_work *work)
{
	struct late_unlock *u = container_of(work, struct late_unlock, work);
	struct mm_struct *mm = u->mm;

	WRITE_ONCE(u->mm, NULL);
	compat_mm_read_unlock_late(mm);
}

bool ebpf_vma_trylock(struct mm_struct *mm, void **lock)
{
	struct late_unlock *u = NULL;

	if (irqs_disabled()) {
		u = this_cpu_ptr(late);
		if (cmpxchg(&u->mm, NULL, mm))
			return false;
	}
	*lock = u;
	if (compat_mm_read_trylock(mm))
		return true;
	if (u)
		WRITE_ONCE(u->mm, NULL);
	return false;
}

/* The task does not end before interrupts are on again, and its memory not before it. */
void ebpf_vma_unlock(struct mm_struct *mm, void *lock)
{
	struct late_unlock *u = lock;

	if (!u) {
		compat_mm_read_unlock(mm);
		return;
	}
	compat_mm_read_disown(mm);
	irq_work_queue(&u->work);
}

static long find_in(struct mm_struct *mm, u64 task, u64 addr, callback_t fn, u64 ctx, u64 frame)
{
	struct vm_area_struct *vma;
	void *lock;

	/* This CPU has one to unlock, or somebody changes the areas. */
	if (!ebpf_vma_trylock(mm, &lock))
		return -EBUSY;
	vma = find_vma(mm, addr);
	if (vma && vma->vm_start > addr)
		vma = NULL;
	if (vma)
		fn(task, (unsigned long)vma, ctx, 0, 0, frame);
	ebpf_vma_unlock(mm, lock);
	return vma ? 0 : -ENOENT;
}

u64 ebpf_helper_find_vma(u64 task, u64 addr, u64 fn, u64 ctx, u64 flags, u64 frame)
{
	if (flags)
		return -EINVAL;
	if (!task)
		return -ENOENT;
	/* Another one's memory can go away at any time. */
	if (task != (unsigned long)current)
		return -EOPNOTSUPP;
	if (!current->mm)
		return -ENOENT;
	return find_in(current->mm, task, addr, (callback_t)(unsigned long)fn, ctx, frame);
}

int ebpf_find_vma_init(void)
{
	int cpu;

	late = alloc_percpu(struct late_unlock);
	if (!late)
		return -ENOMEM;
	for_each_possible_cpu(cpu)
		init_irq_work(&per_cpu_ptr(late, cpu)->work, unlock_late);
	return 0;
}

void ebpf_find_vma_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		irq_work_sync(&per_cpu_ptr(late, cpu)->work);
	free_percpu(late);
}
