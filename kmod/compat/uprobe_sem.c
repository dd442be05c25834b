// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/compat/uprobe.h"
#include "kmod/compat/uprobe_sem.h"

#ifdef COMPAT_UPROBE_REF_CTR

struct compat_uprobe_sem *ebpf_compat_uprobe_sem_add(struct inode *inode, loff_t offset,
						     struct task_struct *task)
{
	return NULL;
}

void ebpf_compat_uprobe_sem_del(struct compat_uprobe_sem *sem)
{
}

void ebpf_compat_uprobe_sem_exit(void)
{
}

#else

/*
 * Memory of other programs is written by workers, page by page as a debugger would, with the
 * mapping locked from the look for the counter to the write: what is found may be unmapped
 * the moment after. Each program has a work item of its own, since its lock or a page of it
 * may take for ever (a file system in user space): nobody but that item waits for it without
 * limit, and the module stays until it is through.
 *
 * What is mapped later, and who is forked, is seen by kprobes on the functions that tell the
 * kernel's uprobes of it.
 */

#include "kmod/compat/kprobe.h"
#include "kmod/compat/remote.h"

#include <linux/highmem.h>
#include <linux/kref.h>
#include <linux/pagemap.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

struct compat_uprobe_sem {
	struct list_head node;		/* of sems */
	struct kref ref;		/* add's caller, places, who looks for it */
	struct inode *inode;
	loff_t offset;
	struct task_struct *task;	/* whose memory only, or NULL; not once it is going */
	u64 seq;			/* in the order of sems */
	bool going;
};

/* A counter that was raised. */
struct sem_place {
	struct list_head node;		/* of sem_places */
	struct compat_uprobe_sem *sem;
	struct mm_struct *mm;		/* mm_count */
	unsigned long addr;
};

/* Memory to look for counters in, and to lower those in that are going: one for each program. */
struct sem_request {
	struct list_head node;		/* of sem_requests, from first to last */
	struct work_struct work;
	struct mm_struct *mm;		/* mm_count */
	bool again;			/* there is news since the look began */
	unsigned long since;		/* jiffies */
};

static void sem_rescan(struct work_struct *work);
static void sem_reap(struct work_struct *work);

/* Orders add and del. */
static DEFINE_MUTEX(sem_mutex);
/* The lists, seq, going and again; taken by kprobes. */
static DEFINE_SPINLOCK(sem_lock);
static LIST_HEAD(sems);
static LIST_HEAD(sem_places);
static LIST_HEAD(sem_requests);
static u64 sem_seq;
static struct workqueue_struct *sem_wq;
static DECLARE_DELAYED_WORK(sem_rescan_work, sem_rescan);
static DECLARE_DELAYED_WORK(sem_reap_work, sem_reap);
static DECLARE_WAIT_QUEUE_HEAD(sem_idle);

/* How long add and del wait for programs to be done with. */
#define SEM_PATIENCE	(2 * HZ)

static void sem_free(struct kref *ref)
{
	kfree(container_of(ref, struct compat_uprobe_sem, ref));
}

static void sem_put(struct compat_uprobe_sem *sem)
{
	kref_put(&sem->ref, sem_free);
}

/*
 * What the kernel tells its uprobes. Interrupts may be off.
 */

static void sem_run(struct work_struct *work);

static struct sem_request *request_of(const struct mm_struct *mm)
{
	struct sem_request *req;

	list_for_each_entry(req, &sem_requests, node)
		if (req->mm == mm)
			return req;
	return NULL;
}

/* Who asks keeps the module, and @mm. False: no memory. */
static bool request_mm(struct mm_struct *mm)
{
	struct sem_request *req, *other;
	unsigned long flags;

	spin_lock_irqsave(&sem_lock, flags);
	other = request_of(mm);
	if (other)
		other->again = true;
	spin_unlock_irqrestore(&sem_lock, flags);
	if (other)
		return true;
	req = kmalloc(sizeof(*req), GFP_ATOMIC | __GFP_NOWARN);
	if (!req)
		return false;
	INIT_WORK(&req->work, sem_run);
	req->mm = mm;
	req->again = false;
	req->since = jiffies;
	spin_lock_irqsave(&sem_lock, flags);
	other = request_of(mm);
	if (other) {
		other->again = true;
	} else {
		atomic_inc(&mm->mm_count);
		__module_get(THIS_MODULE);
		list_add_tail(&req->node, &sem_requests);
		queue_work(sem_wq, &req->work);
	}
	spin_unlock_irqrestore(&sem_lock, flags);
	if (other)
		kfree(req);
	return true;
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

	if (vma->vm_file && is_of_interest(file_inode(vma->vm_file)) && !request_mm(vma->vm_mm))
		queue_delayed_work(sem_wq, &sem_rescan_work, HZ / 10);
	return 0;
}

/* Under sem_lock. */
static bool add_place(struct compat_uprobe_sem *sem, struct mm_struct *mm, unsigned long addr)
{
	struct sem_place *place = kmalloc(sizeof(*place), GFP_ATOMIC | __GFP_NOWARN);

	if (!place)
		return false;
	atomic_inc(&mm->mm_count);
	kref_get(&sem->ref);
	place->sem = sem;
	place->mm = mm;
	place->addr = addr;
	list_add(&place->node, &sem_places);
	return true;
}

/* uprobe_dup_mmap(oldmm, newmm): what was raised is copied. Programs that fork much also end
 * much: what is left of these is cleared away in a while.
 */
static int sem_dup_mmap(struct kprobe *kp, struct pt_regs *regs)
{
	struct mm_struct *oldmm = (void *)regs->di, *newmm = (void *)regs->si;
	struct sem_place *place;
	unsigned long flags;
	bool copied = false, going = false;

	spin_lock_irqsave(&sem_lock, flags);
	list_for_each_entry(place, &sem_places, node)
		if (place->mm == oldmm && add_place(place->sem, newmm, place->addr)) {
			copied = true;
			going |= place->sem->going;
		}
	spin_unlock_irqrestore(&sem_lock, flags);
	if (copied)
		queue_delayed_work(sem_wq, &sem_reap_work, HZ);
	/* Nobody will ask for this program again. */
	if (going)
		request_mm(newmm);
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
 * Counters. The mapping is locked for reading.
 */

static bool maps_counter(const struct compat_uprobe_sem *sem, const struct vm_area_struct *vma)
{
	loff_t start = (loff_t)vma->vm_pgoff << PAGE_SHIFT;

	return vma->vm_file && file_inode(vma->vm_file) == sem->inode &&
	       (vma->vm_flags & (VM_WRITE | VM_SHARED)) == VM_WRITE && sem->offset >= start &&
	       sem->offset + sizeof(u16) <= start + (vma->vm_end - vma->vm_start);
}

/* Where the counter is in @mm, or 0. */
static unsigned long find_counter(const struct compat_uprobe_sem *sem, struct mm_struct *mm)
{
	struct vm_area_struct *vma;

	for (vma = mm->mmap; vma; vma = vma->vm_next)
		if (maps_counter(sem, vma))
			return vma->vm_start +
			       (sem->offset - ((loff_t)vma->vm_pgoff << PAGE_SHIFT));
	return 0;
}

/* One that crosses pages is nobody's: it is aligned to its size. */
static bool counter_add(struct mm_struct *mm, unsigned long addr, int delta)
{
	struct page *page;
	bool done = false;
	u16 *counter;

	if (addr & (sizeof(u16) - 1) || ebpf_compat_get_page(mm, addr, &page) != 1)
		return false;
	counter = kmap(page) + offset_in_page(addr);
	if ((int)*counter + delta >= 0 && (int)*counter + delta <= U16_MAX) {
		WRITE_ONCE(*counter, *counter + delta);
		done = true;
	}
	kunmap(page);
	if (done)
		set_page_dirty_lock(page);
	put_page(page);
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

/* Whether the counter is still wanted is decided after it was raised, together with the note
 * that lets it be lowered.
 */
static void raise_in(struct compat_uprobe_sem *sem, struct mm_struct *mm)
{
	unsigned long addr;
	bool noted;

	if (has_place(sem, mm))
		return;
	addr = find_counter(sem, mm);
	if (!addr || !counter_add(mm, addr, 1))
		return;
	spin_lock_irq(&sem_lock);
	noted = !sem->going && add_place(sem, mm, addr);
	spin_unlock_irq(&sem_lock);
	if (!noted)
		counter_add(mm, addr, -1);
}

/* The next after @seq that has to do with @mm, with a reference. */
static struct compat_uprobe_sem *next_sem(u64 seq, const struct mm_struct *mm)
{
	struct compat_uprobe_sem *sem, *found = NULL;

	spin_lock_irq(&sem_lock);
	list_for_each_entry(sem, &sems, node)
		if (sem->seq > seq && !sem->going &&
		    (!sem->task || READ_ONCE(sem->task->mm) == mm)) {
			kref_get(&sem->ref);
			found = sem;
			break;
		}
	spin_unlock_irq(&sem_lock);
	return found;
}

/* One whose semaphore goes, taken out; of @mm, or of any program that has ended. */
static struct sem_place *next_done_place(const struct mm_struct *mm)
{
	struct sem_place *place, *found = NULL;

	spin_lock_irq(&sem_lock);
	list_for_each_entry(place, &sem_places, node)
		if (mm ? place->mm == mm && place->sem->going :
			 !atomic_read(&place->mm->mm_users)) {
			found = place;
			list_del(&place->node);
			break;
		}
	spin_unlock_irq(&sem_lock);
	return found;
}

static void place_free(struct sem_place *place)
{
	mmdrop(place->mm);
	sem_put(place->sem);
	kfree(place);
}

/*
 * Workers
 */

static void look_at(struct mm_struct *mm)
{
	struct compat_uprobe_sem *sem;
	struct sem_place *place;
	u64 seq = 0;

	down_read(&mm->mmap_sem);
	while ((sem = next_sem(seq, mm))) {
		raise_in(sem, mm);
		seq = sem->seq;
		sem_put(sem);
	}
	while ((place = next_done_place(mm))) {
		/* It may have been unmapped. */
		if (find_counter(place->sem, mm) == place->addr)
			counter_add(mm, place->addr, -1);
		place_free(place);
	}
	up_read(&mm->mmap_sem);
}

static void sem_run(struct work_struct *work)
{
	struct sem_request *req = container_of(work, struct sem_request, work);
	bool again;

	do {
		if (atomic_inc_not_zero(&req->mm->mm_users)) {
			look_at(req->mm);
			mmput(req->mm);
			/* Nobody says when a program ends: each look lets go what ended before it. */
			queue_delayed_work(sem_wq, &sem_reap_work, HZ);
		}
		spin_lock_irq(&sem_lock);
		again = req->again;
		req->again = false;
		if (!again)
			list_del(&req->node);
		spin_unlock_irq(&sem_lock);
	} while (again);
	mmdrop(req->mm);
	kfree(req);
	wake_up_all(&sem_idle);
	/* Who ends the module waits for the rest of this in destroy_workqueue(). */
	module_put(THIS_MODULE);
}

static void sem_reap(struct work_struct *work)
{
	struct sem_place *place;

	while ((place = next_done_place(NULL)))
		place_free(place);
}

/* Asks for all programs there are; for those that have no memory left in a while. */
static void request_all(void)
{
	struct task_struct *task;
	struct mm_struct *mm;
	bool all = true;

	rcu_read_lock();
	for_each_process(task) {
		task_lock(task);
		mm = task->flags & PF_KTHREAD ? NULL : task->mm;
		if (mm)
			all &= request_mm(mm);
		task_unlock(task);
	}
	rcu_read_unlock();
	if (!all)
		queue_delayed_work(sem_wq, &sem_rescan_work, HZ / 10);
}

static void sem_rescan(struct work_struct *work)
{
	if (!list_empty(&sems))
		request_all();
}

/* Asks for the programs that have a place of @sem. */
static void request_places(const struct compat_uprobe_sem *sem)
{
	struct mm_struct *mm;
	struct sem_place *place;
	bool left;

	do {
		mm = NULL;
		left = false;
		spin_lock_irq(&sem_lock);
		list_for_each_entry(place, &sem_places, node) {
			if (place->sem != sem || !atomic_read(&place->mm->mm_users))
				continue;
			if (!request_of(place->mm)) {
				mm = place->mm;
				atomic_inc(&mm->mm_count);
				break;
			}
			request_of(place->mm)->again = true;
		}
		spin_unlock_irq(&sem_lock);
		if (mm) {
			left = request_mm(mm);
			mmdrop(mm);
		}
	} while (left);
}

/* But for those that others have waited for in vain. */
static bool requests_done(void)
{
	struct sem_request *req;
	bool done = true;

	spin_lock_irq(&sem_lock);
	list_for_each_entry(req, &sem_requests, node)
		done &= time_after(jiffies, req->since + SEM_PATIENCE);
	spin_unlock_irq(&sem_lock);
	return done;
}

/*
 * Semaphores
 */

static bool sem_watching;		/* under sem_mutex */

static bool workers_start(void)
{
	if (!sem_wq)
		sem_wq = alloc_workqueue("ebpfdrv-usdt", WQ_UNBOUND, WQ_UNBOUND_MAX_ACTIVE);
	return sem_wq;
}

struct compat_uprobe_sem *ebpf_compat_uprobe_sem_add(struct inode *inode, loff_t offset,
						     struct task_struct *task)
{
	struct compat_uprobe_sem *sem = kzalloc(sizeof(*sem), GFP_KERNEL);

	if (!sem)
		return ERR_PTR(-ENOMEM);
	kref_init(&sem->ref);
	sem->inode = inode;
	sem->offset = offset;
	sem->task = task;
	mutex_lock(&sem_mutex);
	if (!workers_start()) {
		mutex_unlock(&sem_mutex);
		kfree(sem);
		return ERR_PTR(-ENOMEM);
	}
	if (!sem_watching)
		kprobes_on();
	sem_watching = true;
	spin_lock_irq(&sem_lock);
	sem->seq = ++sem_seq;
	list_add_tail(&sem->node, &sems);
	spin_unlock_irq(&sem_lock);
	request_all();
	mutex_unlock(&sem_mutex);
	wait_event_timeout(sem_idle, requests_done(), SEM_PATIENCE);
	return sem;
}

void ebpf_compat_uprobe_sem_del(struct compat_uprobe_sem *sem)
{
	if (!sem)
		return;
	mutex_lock(&sem_mutex);
	spin_lock_irq(&sem_lock);
	/* From here on nobody looks for it, and forks copy only what is to be lowered. */
	sem->going = true;
	list_del(&sem->node);
	spin_unlock_irq(&sem_lock);
	request_places(sem);
	wait_event_timeout(sem_idle, requests_done(), SEM_PATIENCE);
	/* Forks were watched up to here; what is raised in none of them is raised nowhere. */
	if (list_empty(&sems)) {
		kprobes_off();
		sem_watching = false;
	}
	mutex_unlock(&sem_mutex);
	sem_put(sem);
	queue_delayed_work(sem_wq, &sem_reap_work, 0);
}

void ebpf_compat_uprobe_sem_exit(void)
{
	if (!sem_wq)
		return;
	cancel_delayed_work_sync(&sem_rescan_work);
	cancel_delayed_work_sync(&sem_reap_work);
	sem_reap(NULL);
	destroy_workqueue(sem_wq);
	sem_wq = NULL;
}

#endif
