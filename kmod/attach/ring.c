// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/attach/ring.h"
#include "kmod/attach/ring_charge.h"
#include "kmod/attach/sample.h"
#include "kmod/compat/uninit.h"
#include "kmod/map/map.h"

#include <linux/irq_work.h>
#include <linux/log2.h>
#include <linux/poll.h>
#include <asm/local.h>

/* Writers run on one CPU only, at any depth of interrupts. What they share with
 * it is changed by single instructions (local_t); nest counts the depth, and the
 * outermost writer alone publishes, when all records below head are complete.
 */
struct ebpf_ring {
	struct ebpf_perf_page *page;	/* mapped by user space: trust nothing in it */
	u8 *data;
	unsigned long size;		/* bytes of data, a power of 2, or 0 */
	unsigned long watermark;	/* bytes */
	bool overwrite;			/* mapped read-only: the oldest is lost */
	bool backward;			/* grows downwards: head is where the newest record is */
	bool paused;
	int nest;
	local_t head;
	local_t events;			/* since the last wake-up */
	local_t wakeup;
	local_t lost;
	atomic_t poll;			/* what poll() has not told yet */
	atomic64_t mmap_count;
	struct irq_work work;
	spinlock_t lock;		/* writers */
	struct list_head writers;	/* events that write here */
	struct ebpf_event_later later;
	struct ebpf_ring_charge charge;
};

/* mmap, munmap and changes of event->ring. Taken inside mmap_sem: touches no user
 * memory.
 */
static DEFINE_MUTEX(ring_mutex);

/*
 * Life
 */

static void ring_wake(struct irq_work *work)
{
	struct ebpf_ring *ring = container_of(work, struct ebpf_ring, work);
	struct ebpf_event *event;
	unsigned long flags;

	spin_lock_irqsave(&ring->lock, flags);
	list_for_each_entry(event, &ring->writers, ring_node) {
		wake_up_all(&event->waitq);
		kill_fasync(&event->fasync, SIGIO, POLL_IN);
	}
	spin_unlock_irqrestore(&ring->lock, flags);
}

static void ring_attach(struct ebpf_event *event, struct ebpf_ring *ring)
{
	spin_lock_irq(&ring->lock);
	list_add_tail(&event->ring_node, &ring->writers);
	spin_unlock_irq(&ring->lock);
	smp_store_release(&event->ring, ring);
}

static void ring_unlink(struct ebpf_event *event, struct ebpf_ring *ring)
{
	WRITE_ONCE(event->ring, NULL);
	spin_lock_irq(&ring->lock);
	list_del_init(&event->ring_node);
	spin_unlock_irq(&ring->lock);
}

static void ring_free(struct ebpf_event_later *later)
{
	struct ebpf_ring *ring = container_of(later, struct ebpf_ring, later);

	/* The last writer may have left a wake-up behind. */
	irq_work_sync(&ring->work);
	ebpf_map_area_free(ring->page);
	kfree(ring);
}

static void ring_init_page(struct ebpf_ring *ring)
{
	struct ebpf_perf_page *page = ring->page;

	page->capabilities = EBPF_PERF_PAGE_CAP_BIT0_IS_DEPRECATED;
	page->size = offsetof(struct ebpf_perf_page, reserved);
	page->data_offset = PAGE_SIZE;
	page->data_size = ring->size;
}

static struct ebpf_ring *ring_alloc(const struct ebpf_event *event, unsigned long nr_pages)
{
	int node = event->cpu < 0 ? NUMA_NO_NODE : cpu_to_node(event->cpu);
	struct ebpf_ring *ring;
	int err;

	ring = kzalloc(sizeof(*ring), GFP_KERNEL);
	if (!ring)
		return ERR_PTR(-ENOMEM);
	err = ebpf_ring_charge(&ring->charge, nr_pages + 1);
	if (err)
		goto free_ring;
	err = -ENOMEM;
	ring->page = ebpf_map_area_mmapable_alloc((u64)(nr_pages + 1) << PAGE_SHIFT, node);
	if (!ring->page)
		goto uncharge;
	ring->data = (u8 *)ring->page + PAGE_SIZE;
	ring->size = nr_pages << PAGE_SHIFT;
	if (event->attr.flags & EBPF_PERF_ATTR_WATERMARK)
		ring->watermark = min_t(unsigned long, ring->size, event->attr.wakeup_events);
	if (!ring->watermark)
		ring->watermark = ring->size / 2;
	ring->paused = !nr_pages;
	ring->backward = event->attr.flags & EBPF_PERF_ATTR_WRITE_BACKWARD;
	atomic64_set(&ring->mmap_count, 1);
	init_irq_work(&ring->work, ring_wake);
	spin_lock_init(&ring->lock);
	INIT_LIST_HEAD(&ring->writers);
	ring_init_page(ring);
	return ring;

uncharge:
	ebpf_ring_uncharge(&ring->charge);
free_ring:
	kfree(ring);
	return ERR_PTR(err);
}

/* Nothing maps it any more: nobody could read what is written. */
static void ring_abandon(struct ebpf_ring *ring)
{
	struct ebpf_event *event, *next;

	list_for_each_entry_safe(event, next, &ring->writers, ring_node)
		ring_unlink(event, ring);
	ebpf_ring_uncharge(&ring->charge);
	ebpf_event_later(&ring->later, ring_free);
}

void ebpf_ring_detach(struct ebpf_event *event)
{
	mutex_lock(&ring_mutex);
	if (event->ring)
		ring_unlink(event, event->ring);
	mutex_unlock(&ring_mutex);
}

/*
 * Mapping
 */

static void ring_vm_open(struct vm_area_struct *vma)
{
	struct ebpf_event *event = vma->vm_file->private_data;
	struct ebpf_ring *ring = vma->vm_private_data;

	atomic64_inc(&event->mmap_count);
	atomic64_inc(&ring->mmap_count);
}

static void ring_vm_close(struct vm_area_struct *vma)
{
	struct ebpf_event *event = vma->vm_file->private_data;
	struct ebpf_ring *ring = vma->vm_private_data;

	mutex_lock(&ring_mutex);
	atomic64_dec(&event->mmap_count);
	if (atomic64_dec_and_test(&ring->mmap_count))
		ring_abandon(ring);
	mutex_unlock(&ring_mutex);
}

static const struct vm_operations_struct ring_vm_ops = {
	.open = ring_vm_open,
	.close = ring_vm_close,
};

/* The ring that a mapping of @nr_pages shows, counted as mapped once more. */
static struct ebpf_ring *ring_for_mmap(struct ebpf_event *event, unsigned long nr_pages,
				       bool writable)
{
	struct ebpf_ring *ring = event->ring;

	if (ring) {
		if (ring->size != nr_pages << PAGE_SHIFT)
			return ERR_PTR(-EINVAL);
		atomic64_inc(&ring->mmap_count);
		return ring;
	}
	ring = ring_alloc(event, nr_pages);
	if (IS_ERR(ring))
		return ring;
	ring->overwrite = !writable;
	ring_attach(event, ring);
	return ring;
}

int ebpf_ring_mmap(struct ebpf_event *event, struct vm_area_struct *vma)
{
	unsigned long nr_pages = (vma->vm_end - vma->vm_start) / PAGE_SIZE - 1;
	struct ebpf_ring *ring;
	int err = 0;

	if (!(vma->vm_flags & VM_SHARED))
		return -EINVAL;
	/* No AUX area. */
	if (vma->vm_pgoff)
		return -EINVAL;
	if (nr_pages && !is_power_of_2(nr_pages))
		return -EINVAL;
	/* Only BPF_OUTPUT events have something to write. */
	if (!event->output)
		return -EINVAL;

	mutex_lock(&ring_mutex);
	ring = ring_for_mmap(event, nr_pages, vma->vm_flags & VM_WRITE);
	if (IS_ERR(ring)) {
		err = PTR_ERR(ring);
		goto unlock;
	}
	err = remap_vmalloc_range(vma, ring->page, 0);
	if (err) {
		if (atomic64_dec_and_test(&ring->mmap_count))
			ring_abandon(ring);
		goto unlock;
	}
	atomic64_inc(&event->mmap_count);
	compat_vm_flags_set(vma, VM_DONTCOPY | VM_DONTEXPAND | VM_DONTDUMP);
	vma->vm_private_data = ring;
	vma->vm_ops = &ring_vm_ops;
unlock:
	mutex_unlock(&ring_mutex);
	return err;
}

unsigned int ebpf_ring_poll(struct ebpf_event *event, struct file *file,
			    struct poll_table_struct *wait)
{
	struct ebpf_ring *ring;
	unsigned int events = POLLHUP;

	poll_wait(file, &event->waitq, wait);
	preempt_disable();
	ring = READ_ONCE(event->ring);
	if (ring)
		events = atomic_xchg(&ring->poll, 0);
	preempt_enable();
	return events;
}

static bool ring_can_redirect(const struct ebpf_event *event, const struct ebpf_event *to)
{
	if (event == to || event->cpu != to->cpu)
		return false;
	if (event->cpu == -1 && event->task != to->task)
		return false;
	if ((event->attr.flags ^ to->attr.flags) & EBPF_PERF_ATTR_WRITE_BACKWARD)
		return false;
	if (ebpf_event_clock(event) != ebpf_event_clock(to))
		return false;
	return to->ring && event->output;
}

int ebpf_ring_redirect(struct ebpf_event *event, struct ebpf_event *to)
{
	int err = -EINVAL;

	mutex_lock(&ring_mutex);
	if (to && !ring_can_redirect(event, to))
		goto unlock;
	if (atomic64_read(&event->mmap_count))
		goto unlock;
	if (event->ring)
		ring_unlink(event, event->ring);
	if (to)
		ring_attach(event, to->ring);
	err = 0;
unlock:
	mutex_unlock(&ring_mutex);
	return err;
}

int ebpf_ring_pause(struct ebpf_event *event, bool pause)
{
	int err = -EINVAL;

	mutex_lock(&ring_mutex);
	if (event->ring && event->ring->size) {
		WRITE_ONCE(event->ring->paused, pause);
		err = 0;
	}
	mutex_unlock(&ring_mutex);
	return err;
}

/*
 * Writing
 */

struct ring_writer {
	struct ebpf_ring *ring;
	unsigned long pos;	/* where the next byte goes, not masked */
	long wakeup;		/* of the ring when this writer began */
};

static void ring_enter(struct ring_writer *w, struct ebpf_ring *ring)
{
	w->ring = ring;
	ring->nest++;
	barrier();
	w->wakeup = local_read(&ring->wakeup);
}

/* The outermost writer publishes, and again if an interrupt wrote meanwhile. */
static void ring_leave(struct ring_writer *w)
{
	struct ebpf_ring *ring = w->ring;
	unsigned long head;

	barrier();
	if (ring->nest > 1) {
		ring->nest--;
		return;
	}
	do {
		WRITE_ONCE(ring->nest, 1);
		barrier();
		head = local_read(&ring->head);
		/* Records before the position that makes them valid; the reader
		 * pairs this with its acquire of data_head.
		 */
		smp_wmb();
		WRITE_ONCE(ring->page->data_head, head);
		barrier();
		WRITE_ONCE(ring->nest, 0);
		barrier();
	} while (unlikely(head != local_read(&ring->head)));

	if (w->wakeup != local_read(&ring->wakeup)) {
		atomic_set(&ring->poll, POLLIN);
		irq_work_queue(&ring->work);
	}
}

static bool ring_has_space(const struct ebpf_ring *ring, unsigned long head, unsigned long size)
{
	unsigned long tail;

	if (ring->overwrite)
		return size < ring->size;
	tail = READ_ONCE(ring->page->data_tail);
	if (unlikely(ring->backward))
		return ((head - (tail + 1)) & (ring->size - 1)) >= size;
	return ((tail - (head + 1)) & (ring->size - 1)) >= size;
}

/* Claims @size bytes. */
static bool ring_reserve(struct ring_writer *w, unsigned long size)
{
	struct ebpf_ring *ring = w->ring;
	unsigned long head, next, filled;

	do {
		head = local_read(&ring->head);
		if (unlikely(!ring_has_space(ring, head, size)))
			return false;
		next = ring->backward ? head - size : head + size;
	} while (unlikely(local_cmpxchg(&ring->head, head, next) != head));
	w->pos = ring->backward ? next : head;
	filled = ring->backward ? -next : next;
	if (unlikely(filled - (unsigned long)local_read(&ring->wakeup) > ring->watermark))
		local_add(ring->watermark, &ring->wakeup);
	return true;
}

static void ring_put(struct ring_writer *w, const void *from, u32 len)
{
	unsigned long off = w->pos & (w->ring->size - 1);
	unsigned long first = min_t(unsigned long, len, w->ring->size - off);

	memcpy(w->ring->data + off, from, first);
	if (unlikely(first < len))
		memcpy(w->ring->data, (const u8 *)from + first, len - first);
	w->pos += len;
}

static void ring_put_frag(struct ring_writer *w, const struct ebpf_frag *frag)
{
	unsigned long off = w->pos & (w->ring->size - 1);
	u32 first;

	if (likely(!frag->copy)) {
		ring_put(w, frag->data, frag->size);
		return;
	}
	first = min_t(unsigned long, frag->size, w->ring->size - off);
	frag->copy(w->ring->data + off, frag->data, 0, first);
	if (first < frag->size)
		frag->copy(w->ring->data, frag->data, first, frag->size - first);
	w->pos += frag->size;
}

static void ring_put_u64(struct ring_writer *w, u64 v)
{
	ring_put(w, &v, sizeof(v));
}

/*
 * Records
 */

#define ID_WORDS	6

/* What ends records other than samples when sample_id_all is set. */
static u32 id_words(const struct ebpf_event *event, u64 *word)
{
	u64 type = event->attr.sample_type;
	u32 n = 0;

	if (likely(!(event->attr.flags & EBPF_PERF_ATTR_SAMPLE_ID_ALL)))
		return 0;
	if (type & EBPF_PERF_SAMPLE_TID)
		word[n++] = (u32)current->tgid | (u64)(u32)current->pid << 32;
	if (type & EBPF_PERF_SAMPLE_TIME)
		word[n++] = ebpf_sample_time(event);
	if (type & EBPF_PERF_SAMPLE_ID)
		word[n++] = event->id;
	if (type & EBPF_PERF_SAMPLE_STREAM_ID)
		word[n++] = event->id;
	if (type & EBPF_PERF_SAMPLE_CPU)
		word[n++] = (u32)smp_processor_id();
	if (type & EBPF_PERF_SAMPLE_IDENTIFIER)
		word[n++] = event->id;
	return n;
}

static void put_lost(struct ring_writer *w, const struct ebpf_event *event,
		     const u64 *ids, u32 nr_ids)
{
	struct ebpf_perf_header header = {
		.type = EBPF_PERF_RECORD_LOST,
		.size = sizeof(header) + 16 + nr_ids * 8,
	};

	ring_put(w, &header, sizeof(header));
	ring_put_u64(w, event->id);
	ring_put_u64(w, local_xchg(&w->ring->lost, 0));
	ring_put(w, ids, nr_ids * 8);
}

/* Reserves @size bytes for a record, writing first how many were lost before. */
static bool begin_record(struct ring_writer *w, struct ebpf_event *event, u32 size)
{
	u64 ids[ID_WORDS];
	u32 nr_ids;

	if (likely(!local_read(&w->ring->lost)))
		return ring_reserve(w, size);
	nr_ids = id_words(event, ids);
	if (!ring_reserve(w, size + sizeof(struct ebpf_perf_header) + 16 + nr_ids * 8))
		return false;
	put_lost(w, event, ids, nr_ids);
	return true;
}

static void put_raw(struct ring_writer *w, const struct ebpf_frag *frags, u32 nr_frags,
		    u32 raw_size)
{
	static const u8 zero[8];
	u32 i, left = raw_size;

	ring_put(w, &raw_size, sizeof(raw_size));
	for (i = 0; i < nr_frags; i++) {
		ring_put_frag(w, &frags[i]);
		left -= frags[i].size;
	}
	ring_put(w, zero, left);
}

static void count_wakeup(struct ebpf_ring *ring, const struct ebpf_event *event)
{
	u32 every = event->attr.wakeup_events;

	if ((event->attr.flags & EBPF_PERF_ATTR_WATERMARK) || !every)
		return;
	if (local_inc_return(&ring->events) < every)
		return;
	local_sub(every, &ring->events);
	local_inc(&ring->wakeup);
}

static void put_chain(struct ring_writer *w, const struct ebpf_sample *sample)
{
	ring_put_u64(w, ebpf_sample_chain_words(sample) - 1);
	if (sample->kernel) {
		ring_put_u64(w, EBPF_PERF_CONTEXT_KERNEL);
		ring_put(w, sample->ips, sample->kernel * 8);
	}
	if (sample->user) {
		ring_put_u64(w, EBPF_PERF_CONTEXT_USER);
		ring_put(w, sample->ips + sample->kernel, sample->user * 8);
	}
}

static int write_sample(struct ebpf_ring *ring, struct ebpf_event *event, struct pt_regs *regs,
			u64 prog_ip, const struct ebpf_frag *frags, u32 nr_frags, u32 raw_size)
{
	bool raw = event->attr.sample_type & EBPF_PERF_SAMPLE_RAW;
	struct ebpf_sample sample COMPAT_UNINIT;
	struct ebpf_perf_header header = {
		.type = EBPF_PERF_RECORD_SAMPLE,
		.misc = regs && user_mode(regs) ? EBPF_PERF_RECORD_MISC_USER :
			EBPF_PERF_RECORD_MISC_KERNEL,
	};
	u32 size = sizeof(header);
	struct ring_writer w;
	int err = 0;

	ebpf_sample_prepare(&sample, event, regs, prog_ip);
	size += (sample.before + ebpf_sample_chain_words(&sample) + sample.behind) * 8;
	if (raw)
		size += sizeof(u32) + raw_size;
	if (size > U16_MAX) {
		err = -E2BIG;
		goto release;
	}
	header.size = size;

	ring_enter(&w, ring);
	if (unlikely(!begin_record(&w, event, size))) {
		local_inc(&ring->lost);
		err = -ENOSPC;
		goto leave;
	}
	ring_put(&w, &header, sizeof(header));
	if (sample.before)
		ring_put(&w, sample.words, sample.before * 8);
	if (unlikely(sample.chain))
		put_chain(&w, &sample);
	if (raw)
		put_raw(&w, frags, nr_frags, raw_size);
	if (unlikely(sample.behind))
		ring_put(&w, sample.words + sample.before, sample.behind * 8);
	count_wakeup(ring, event);
leave:
	ring_leave(&w);
release:
	ebpf_sample_release(&sample);
	return err;
}

/* Where the event counts now: Linux's event->oncpu. */
static bool event_is_here(const struct ebpf_event *event)
{
	if (!READ_ONCE(event->enabled))
		return false;
	if (event->task && event->task != current)
		return false;
	return event->cpu == -1 || event->cpu == smp_processor_id();
}

int ebpf_event_output(struct ebpf_event *event, struct pt_regs *regs, u64 prog_ip,
		      const struct ebpf_frag *frags, u32 nr_frags)
{
	struct ebpf_ring *ring;
	u64 size = sizeof(u32);
	u32 i;

	if (unlikely(!event->output))
		return -EINVAL;
	if (unlikely(!event_is_here(event)))
		return -EOPNOTSUPP;
	ring = READ_ONCE(event->ring);
	if (unlikely(!ring))
		return -ENOSPC;
	if (unlikely(READ_ONCE(ring->paused))) {
		if (ring->size)
			local_inc(&ring->lost);
		return -ENOSPC;
	}
	for (i = 0; i < nr_frags; i++)
		size += frags[i].size;
	if (unlikely(size > U16_MAX))
		return -E2BIG;
	/* The size field and the data together fill whole words. */
	return write_sample(ring, event, regs, prog_ip, frags, nr_frags,
			    round_up((u32)size, 8) - sizeof(u32));
}
