// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/compat/uprobe_sem.h"

#ifdef HAVE_UPROBE_REGISTER_REFCTR

struct compat_uprobe_sem *ebpf_compat_uprobe_sem_add(struct inode *inode, loff_t offset,
						     struct task_struct *task)
{
	return NULL;
}

void ebpf_compat_uprobe_sem_del(struct compat_uprobe_sem *sem)
{
}

#else

/*
 * Memory of other programs is written by a worker, the only one that may borrow their
 * address space. What is mapped later, and who is forked, is seen by kprobes on the
 * functions that tell the kernel's uprobes of it.
 */

#include "kmod/compat/kprobe.h"

#include <linux/mmu_context.h>
#include <linux/workqueue.h>

struct compat_uprobe_sem {
	struct list_head node;		/* of sems */
	struct inode *inode;
	loff_t offset;
	struct task_struct *task;	/* whose memory only, or NULL */
	bool going;
};

/* A counter that was raised. */
struct sem_place {
	struct list_head node;		/* of sem_places */
	struct compat_uprobe_sem *sem;
	struct mm_struct *mm;		/* mm_count */
	unsigned long addr;
};

/* Memory to look for counters in. */
struct sem_request {
	struct list_head node;		/* of sem_requests */
	struct mm_struct *mm;		/* mm_count */
};

static void sem_run(struct work_struct *work);

/* Orders add and del. */
static DEFINE_MUTEX(sem_mutex);
/* All three lists; taken by kprobes. The worker walks sems without it: whoever is taken
 * out is freed when the worker has ended.
 */
static DEFINE_SPINLOCK(sem_lock);
static LIST_HEAD(sems);
static LIST_HEAD(sem_places);
static LIST_HEAD(sem_requests);
static DECLARE_WORK(sem_work, sem_run);

/*
 * What the kernel tells its uprobes. Interrupts may be off.
 */

static void request_mm(struct mm_struct *mm)
{
	struct sem_request *req = kmalloc(sizeof(*req), GFP_ATOMIC);
	unsigned long flags;

	if (!req)
		return;
	atomic_inc(&mm->mm_count);
	req->mm = mm;
	spin_lock_irqsave(&sem_lock, flags);
	list_add_tail(&req->node, &sem_requests);
	spin_unlock_irqrestore(&sem_lock, flags);
	schedule_work(&sem_work);
}

static bool is_of_interest(const struct inode *inode)
{
	struct compat_uprobe_sem *sem;
	unsigned long flags;
	bool found = false;

	spin_lock_irqsave(&sem_lock, flags);
	list_for_each_entry(sem, &sems, node)
		found |= sem->inode == inode;
	spin_unlock_irqrestore(&sem_lock, flags);
	return found;
}

/* uprobe_mmap(vma) */
static int sem_mmap(struct kprobe *kp, struct pt_regs *regs)
{
	struct vm_area_struct *vma = (void *)regs->di;

	if (vma->vm_file && is_of_interest(file_inode(vma->vm_file)))
		request_mm(vma->vm_mm);
	return 0;
}

static void add_place(struct compat_uprobe_sem *sem, struct mm_struct *mm, unsigned long addr,
		      gfp_t gfp)
{
	struct sem_place *place = kmalloc(sizeof(*place), gfp);

	if (!place)
		return;
	atomic_inc(&mm->mm_count);
	place->sem = sem;
	place->mm = mm;
	place->addr = addr;
	list_add(&place->node, &sem_places);
}

/* uprobe_dup_mmap(oldmm, newmm): what was raised is copied. */
static int sem_dup_mmap(struct kprobe *kp, struct pt_regs *regs)
{
	struct mm_struct *oldmm = (void *)regs->di, *newmm = (void *)regs->si;
	struct sem_place *place;
	unsigned long flags;

	spin_lock_irqsave(&sem_lock, flags);
	list_for_each_entry(place, &sem_places, node)
		if (place->mm == oldmm)
			add_place(place->sem, newmm, place->addr, GFP_ATOMIC);
	spin_unlock_irqrestore(&sem_lock, flags);
	return 0;
}

static const struct {
	const char *func;
	kprobe_pre_handler_t handler;
} sem_funcs[] = {
	{ "uprobe_mmap", sem_mmap },
	{ "uprobe_dup_mmap", sem_dup_mmap },
};
static struct compat_kprobe sem_kprobes[ARRAY_SIZE(sem_funcs)];

static int kprobe_on(u32 i)
{
	struct compat_kprobe *ck = &sem_kprobes[i];
	unsigned long addr;
	int err;

	/* The kernel has one still. */
	if (ck->kept)
		return -EBUSY;
	err = ebpf_compat_kprobe_place(sem_funcs[i].func, 0, &addr);
	if (err)
		return err;
	memset(ck, 0, sizeof(*ck));
	ck->rp.kp.addr = (kprobe_opcode_t *)addr;
	ck->rp.kp.pre_handler = sem_funcs[i].handler;
	return ebpf_compat_kprobe_add(ck);
}

static void kprobes_on(void)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(sem_kprobes); i++)
		if (kprobe_on(i))
			pr_warn("ebpfdrv: no kprobe on %s: semaphores of programs started later stay low\n",
				sem_funcs[i].func);
}

static void kprobes_off(void)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(sem_kprobes); i++)
		ebpf_compat_kprobe_del(&sem_kprobes[i]);
}

/*
 * The worker
 */

/* Where the counter is in @mm, or 0. */
static unsigned long find_counter(const struct compat_uprobe_sem *sem, struct mm_struct *mm)
{
	struct vm_area_struct *vma;
	unsigned long addr = 0;
	loff_t start;

	down_read(&mm->mmap_sem);
	for (vma = mm->mmap; vma && !addr; vma = vma->vm_next) {
		if (!vma->vm_file || file_inode(vma->vm_file) != sem->inode)
			continue;
		if ((vma->vm_flags & (VM_WRITE | VM_SHARED)) != VM_WRITE)
			continue;
		start = (loff_t)vma->vm_pgoff << PAGE_SHIFT;
		if (sem->offset >= start && sem->offset < start + (vma->vm_end - vma->vm_start))
			addr = vma->vm_start + (sem->offset - start);
	}
	up_read(&mm->mmap_sem);
	return addr;
}

static bool counter_add(struct mm_struct *mm, unsigned long addr, int delta)
{
	u16 __user *counter = (u16 __user *)addr;
	mm_segment_t fs = get_fs();
	bool done = false;
	u16 value;

	set_fs(USER_DS);
	use_mm(mm);
	if (!get_user(value, counter) && (int)value + delta >= 0)
		done = !put_user((u16)(value + delta), counter);
	unuse_mm(mm);
	set_fs(fs);
	return done;
}

static bool has_place(const struct compat_uprobe_sem *sem, const struct mm_struct *mm)
{
	struct sem_place *place;
	bool found = false;

	spin_lock_irq(&sem_lock);
	list_for_each_entry(place, &sem_places, node)
		found |= place->sem == sem && place->mm == mm;
	spin_unlock_irq(&sem_lock);
	return found;
}

static void raise_in(struct compat_uprobe_sem *sem, struct mm_struct *mm)
{
	unsigned long addr;

	if (sem->going || (sem->task && READ_ONCE(sem->task->mm) != mm) || has_place(sem, mm))
		return;
	addr = find_counter(sem, mm);
	if (!addr || !counter_add(mm, addr, 1))
		return;
	spin_lock_irq(&sem_lock);
	add_place(sem, mm, addr, GFP_ATOMIC);
	spin_unlock_irq(&sem_lock);
}

static struct sem_request *next_request(void)
{
	struct sem_request *req = NULL;

	spin_lock_irq(&sem_lock);
	if (!list_empty(&sem_requests)) {
		req = list_first_entry(&sem_requests, struct sem_request, node);
		list_del(&req->node);
	}
	spin_unlock_irq(&sem_lock);
	return req;
}

/* Places that are not needed: of a semaphore that goes, of programs that ended. */
static struct sem_place *next_done_place(void)
{
	struct sem_place *place, *found = NULL;

	spin_lock_irq(&sem_lock);
	list_for_each_entry(place, &sem_places, node)
		if (place->sem->going || !atomic_read(&place->mm->mm_users)) {
			found = place;
			list_del(&place->node);
			break;
		}
	spin_unlock_irq(&sem_lock);
	return found;
}

static void place_lower(struct sem_place *place)
{
	if (atomic_inc_not_zero(&place->mm->mm_users)) {
		/* It may have been unmapped. */
		if (find_counter(place->sem, place->mm) == place->addr)
			counter_add(place->mm, place->addr, -1);
		mmput(place->mm);
	}
	mmdrop(place->mm);
	kfree(place);
}

static void sem_run(struct work_struct *work)
{
	struct compat_uprobe_sem *sem;
	struct sem_request *req;
	struct sem_place *place;

	while ((req = next_request())) {
		if (atomic_inc_not_zero(&req->mm->mm_users)) {
			list_for_each_entry(sem, &sems, node)
				raise_in(sem, req->mm);
			mmput(req->mm);
		}
		mmdrop(req->mm);
		kfree(req);
	}
	while ((place = next_done_place()))
		place_lower(place);
}

/*
 * Semaphores
 */

/* Asks for all programs there are. */
static void request_all(void)
{
	struct task_struct *task;
	struct mm_struct *mm;

	rcu_read_lock();
	for_each_process(task) {
		task_lock(task);
		mm = task->flags & PF_KTHREAD ? NULL : task->mm;
		if (mm)
			request_mm(mm);
		task_unlock(task);
	}
	rcu_read_unlock();
}

struct compat_uprobe_sem *ebpf_compat_uprobe_sem_add(struct inode *inode, loff_t offset,
						     struct task_struct *task)
{
	struct compat_uprobe_sem *sem = kzalloc(sizeof(*sem), GFP_KERNEL);

	if (!sem)
		return ERR_PTR(-ENOMEM);
	sem->inode = inode;
	sem->offset = offset;
	sem->task = task;
	mutex_lock(&sem_mutex);
	if (list_empty(&sems))
		kprobes_on();
	spin_lock_irq(&sem_lock);
	list_add_tail(&sem->node, &sems);
	spin_unlock_irq(&sem_lock);
	request_all();
	flush_work(&sem_work);
	mutex_unlock(&sem_mutex);
	return sem;
}

void ebpf_compat_uprobe_sem_del(struct compat_uprobe_sem *sem)
{
	if (!sem)
		return;
	mutex_lock(&sem_mutex);
	spin_lock_irq(&sem_lock);
	sem->going = true;
	spin_unlock_irq(&sem_lock);
	schedule_work(&sem_work);
	flush_work(&sem_work);
	spin_lock_irq(&sem_lock);
	list_del_rcu(&sem->node);
	spin_unlock_irq(&sem_lock);
	if (list_empty(&sems))
		kprobes_off();
	/* A fork may have copied a place of it in between. */
	schedule_work(&sem_work);
	flush_work(&sem_work);
	mutex_unlock(&sem_mutex);
	kfree(sem);
}

#endif
