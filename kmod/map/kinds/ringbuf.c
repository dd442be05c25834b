// SPDX-License-Identifier: GPL-2.0-only
/*
 * RINGBUF: records from all CPUs in one ring, in the order of their reservation; and
 * USER_RINGBUF, the same ring the other way round.
 *
 * Kernel mapping, in pages:
 *
 *	| ring | consumer position | producer position | data | data again |
 *
 * User space maps all but the first. It writes the consumer's page only. The data
 * are mapped twice in a row, so that a record that passes the end is contiguous.
 *
 * Positions only grow. Between consumer and producer position lie records with a
 * header each, busy ones among them. Nothing that user space writes is trusted: with
 * a made-up consumer position records could be reserved over others that are still
 * being filled. So the ring keeps a third position of its own, of the oldest busy
 * record, and does not let the producer pass that by more than the ring's size.
 */
#include "kmod/map/kinds/elem_lock.h"
#include "kmod/map/kinds/maps.h"
#include "kmod/map/kinds/ringbuf.h"
#include <ebpf/dynptr.h>

#include <linux/irq_work.h>
#include <linux/log2.h>
#include <linux/poll.h>
#include <linux/wait.h>

#define RINGBUF_FLAGS		EBPF_F_NUMA_NODE
#define RINGBUF_HEAD_PAGES	3	/* ring, consumer, producer */
#define USER_RINGBUF_SAMPLES	(128 * 1024)	/* of one call */
#define RINGBUF_MAX_RECORD	(U32_MAX / 4)

/* Before each record. User space reads len only. */
struct ringbuf_hdr {
	u32 len;	/* of the record, without header; EBPF_RINGBUF_*_BIT */
	u32 pg_off;	/* pages from the ring's first to this header's */
};

struct ringbuf {
	raw_spinlock_t lock;	/* producer and pending position */
	u64 mask;		/* bytes of data - 1 */
	u64 pending_pos;	/* of the oldest record that may be busy */
	u64 *consumer_pos;
	u64 *producer_pos;
	u8 *data;
	atomic_t busy;		/* USER_RINGBUF: a program is taking records out */
	wait_queue_head_t waitq;
	struct irq_work wakeup;
	struct page **pages;	/* in the order of the mapping */
	u32 nr_pages;		/* without the data's second mapping */
};

struct ebpf_ringbuf_map {
	struct ebpf_map map;
	struct ringbuf *ring;
};

static struct ringbuf *ring_of(const struct ebpf_map *map)
{
	return container_of(map, struct ebpf_ringbuf_map, map)->ring;
}

static struct ringbuf *ring_of_hdr(struct ringbuf_hdr *hdr)
{
	unsigned long page = (unsigned long)hdr & PAGE_MASK;

	return (struct ringbuf *)(page - ((unsigned long)hdr->pg_off << PAGE_SHIFT));
}

static u64 record_size(u64 len)
{
	return round_up(len + EBPF_RINGBUF_HDR_SZ, 8);
}

static struct ringbuf_hdr *hdr_at(struct ringbuf *ring, u64 pos)
{
	return (struct ringbuf_hdr *)(ring->data + (pos & ring->mask));
}

/*
 * Producers. Program context.
 */

/* Steps over what was committed since the last time. Locked. */
static u64 ring_pending_pos(struct ringbuf *ring)
{
	u64 pos = ring->pending_pos;
	u32 len;

	while (pos < *ring->producer_pos) {
		len = READ_ONCE(hdr_at(ring, pos)->len);
		if (len & EBPF_RINGBUF_BUSY_BIT)
			break;
		pos += record_size(len & ~EBPF_RINGBUF_DISCARD_BIT);
	}
	ring->pending_pos = pos;
	return pos;
}

/* Locked. */
static struct ringbuf_hdr *ring_reserve(struct ringbuf *ring, u64 size, u64 consumer)
{
	u64 producer = *ring->producer_pos;
	u64 end = producer + record_size(size);
	struct ringbuf_hdr *hdr;

	if (end - consumer > ring->mask || end - ring_pending_pos(ring) > ring->mask)
		return NULL;
	hdr = hdr_at(ring, producer);
	hdr->pg_off = ((u8 *)hdr - (u8 *)ring) >> PAGE_SHIFT;
	hdr->len = size | EBPF_RINGBUF_BUSY_BIT;
	/* Who sees the position sees a busy record there. */
	smp_store_release(ring->producer_pos, end);
	return hdr;
}

void *ebpf_ringbuf_reserve(struct ebpf_map *map, u64 size)
{
	struct ringbuf *ring = ring_of(map);
	struct ringbuf_hdr *hdr;
	unsigned long flags;
	u64 consumer;

	/* The second check keeps the sum in the third from wrapping around. */
	if (unlikely(size > RINGBUF_MAX_RECORD || record_size(size) > ring->mask + 1))
		return NULL;
	consumer = smp_load_acquire(ring->consumer_pos);
	if (unlikely(ebpf_elem_lock(&ring->lock, &flags)))
		return NULL;
	hdr = ring_reserve(ring, size, consumer);
	ebpf_elem_unlock(&ring->lock, flags);
	return hdr ? (u8 *)hdr + EBPF_RINGBUF_HDR_SZ : NULL;
}

void ebpf_ringbuf_commit(void *sample, u64 flags, bool discard)
{
	struct ringbuf_hdr *hdr = sample - EBPF_RINGBUF_HDR_SZ;
	struct ringbuf *ring = ring_of_hdr(hdr);
	u32 len = hdr->len & ~EBPF_RINGBUF_BUSY_BIT;
	u64 consumer, pos = (u8 *)hdr - ring->data;

	if (discard)
		len |= EBPF_RINGBUF_DISCARD_BIT;
	/* Orders the record before its header, and that before the look at the
	 * consumer: it either sees this record or is seen waiting for it.
	 */
	xchg(&hdr->len, len);
	if (flags & EBPF_RB_NO_WAKEUP && !(flags & EBPF_RB_FORCE_WAKEUP))
		return;
	consumer = smp_load_acquire(ring->consumer_pos) & ring->mask;
	if (consumer == pos || flags & EBPF_RB_FORCE_WAKEUP)
		irq_work_queue(&ring->wakeup);
}

static u64 ring_avail(struct ringbuf *ring)
{
	u64 consumer = smp_load_acquire(ring->consumer_pos);
	u64 producer = smp_load_acquire(ring->producer_pos);

	return producer - consumer;
}

u64 ebpf_ringbuf_query(struct ebpf_map *map, u64 what)
{
	struct ringbuf *ring = ring_of(map);

	switch (what) {
	case EBPF_RB_AVAIL_DATA:
		return ring_avail(ring);
	case EBPF_RB_RING_SIZE:
		return ring->mask + 1;
	case EBPF_RB_CONS_POS:
		return smp_load_acquire(ring->consumer_pos);
	case EBPF_RB_PROD_POS:
		return smp_load_acquire(ring->producer_pos);
	default:
		return 0;
	}
}

/*
 * Consumers. Process context.
 */

static void ring_wakeup(struct irq_work *work)
{
	struct ringbuf *ring = container_of(work, struct ringbuf, wakeup);

	wake_up_all(&ring->waitq);
}

static unsigned int ringbuf_poll(struct ebpf_map *map, struct file *file,
				 struct poll_table_struct *pts)
{
	struct ringbuf *ring = ring_of(map);

	poll_wait(file, &ring->waitq, pts);
	return ring_avail(ring) ? POLLIN | POLLRDNORM : 0;
}

static int ring_map(struct ringbuf *ring, struct vm_area_struct *vma)
{
	u64 data = (ring->mask + 1) >> PAGE_SHIFT;
	u64 pages = RINGBUF_HEAD_PAGES - 1 + 2 * data;
	u64 want = (vma->vm_end - vma->vm_start) >> PAGE_SHIFT;

	if (!(vma->vm_flags & VM_WRITE))
		compat_vm_flags_clear(vma, VM_MAYWRITE);
	/* In pages: in bytes a wild offset could wrap around to the first page. */
	if (vma->vm_pgoff > pages || want > pages - vma->vm_pgoff)
		return -EINVAL;
	return remap_vmalloc_range(vma, ring, vma->vm_pgoff + 1);
}

/* Only the consumer's page may be written. */
static int ringbuf_mmap(struct ebpf_map *map, struct vm_area_struct *vma)
{
	if (vma->vm_flags & VM_WRITE &&
	    (vma->vm_pgoff || vma->vm_end - vma->vm_start != PAGE_SIZE))
		return -EPERM;
	return ring_map(ring_of(map), vma);
}

/* All but the consumer's page may be written. */
static int user_ringbuf_mmap(struct ebpf_map *map, struct vm_area_struct *vma)
{
	if (vma->vm_flags & VM_WRITE && !vma->vm_pgoff)
		return -EPERM;
	return ring_map(ring_of(map), vma);
}

/*
 * USER_RINGBUF: user space produces, programs consume. It writes all but the
 * consumer's page; whatever it wrote is read once and checked.
 */

/* A record as it was when it was looked at. */
struct user_record {
	void *data;
	u32 size;
	u64 next;	/* position behind it */
};

/* -ENODATA: none is there. -EAGAIN: one that was discarded. */
static int user_ring_peek(struct ringbuf *ring, struct user_record *rec)
{
	u64 producer = smp_load_acquire(ring->producer_pos);
	u64 consumer = *ring->consumer_pos;
	u64 total;
	u32 len;

	if (producer % 8)
		return -EINVAL;
	if (consumer >= producer)
		return -ENODATA;
	len = smp_load_acquire(&hdr_at(ring, consumer)->len);
	rec->size = len & ~(EBPF_RINGBUF_BUSY_BIT | EBPF_RINGBUF_DISCARD_BIT);
	total = record_size(rec->size);
	if (total > producer - consumer)
		return -EINVAL;
	if (total > ring->mask + 1 || rec->size > EBPF_DYNPTR_MAX_SIZE)
		return -E2BIG;
	rec->next = consumer + total;
	rec->data = (u8 *)hdr_at(ring, consumer) + EBPF_RINGBUF_HDR_SZ;
	if (len & EBPF_RINGBUF_DISCARD_BIT)
		return -EAGAIN;
	return len & EBPF_RINGBUF_BUSY_BIT ? -ENODATA : 0;
}

static void user_ring_consume(struct ringbuf *ring, const struct user_record *rec)
{
	smp_store_release(ring->consumer_pos, rec->next);
}

/* How many records @fn got; *@looked counts those discarded as well. */
static long user_ring_each(struct ringbuf *ring, ebpf_user_record_t fn, u64 ctx, u64 frame,
			   u32 *looked)
{
	struct ebpf_dynptr_kern dynptr;
	struct user_record rec;
	u32 discarded = 0;
	u64 stop = 0;
	int err;

	for (*looked = 0; *looked < USER_RINGBUF_SAMPLES && !stop; ++*looked) {
		err = user_ring_peek(ring, &rec);
		if (err == -ENODATA)
			break;
		if (err && err != -EAGAIN)
			return err;
		if (err) {
			discarded++;
		} else {
			ebpf_dynptr_set(&dynptr, rec.data, rec.size);
			stop = fn((unsigned long)&dynptr, ctx, 0, 0, 0, frame);
		}
		user_ring_consume(ring, &rec);
	}
	return *looked - discarded;
}

long ebpf_user_ringbuf_drain(struct ebpf_map *map, ebpf_user_record_t fn, u64 ctx, u64 flags,
			     u64 frame)
{
	struct ringbuf *ring = ring_of(map);
	u32 looked;
	long ret;

	if (flags & ~(u64)(EBPF_RB_NO_WAKEUP | EBPF_RB_FORCE_WAKEUP))
		return -EINVAL;
	/* A lock would be held while the program runs. */
	if (atomic_cmpxchg(&ring->busy, 0, 1))
		return -EBUSY;
	ret = user_ring_each(ring, fn, ctx, frame, &looked);
	smp_mb__before_atomic();
	atomic_set(&ring->busy, 0);
	if (flags & EBPF_RB_FORCE_WAKEUP || (!(flags & EBPF_RB_NO_WAKEUP) && looked))
		irq_work_queue(&ring->wakeup);
	return ret;
}

static unsigned int user_ringbuf_poll(struct ebpf_map *map, struct file *file,
				      struct poll_table_struct *pts)
{
	struct ringbuf *ring = ring_of(map);

	poll_wait(file, &ring->waitq, pts);
	return ring_avail(ring) < ring->mask + 1 ? POLLOUT | POLLWRNORM : 0;
}

static int ringbuf_no_elem(struct ebpf_map *map, void *key, void *value, u64 flags)
{
	return -ENOTSUPP;
}

static int ringbuf_no_delete(struct ebpf_map *map, void *key)
{
	return -ENOTSUPP;
}

static int ringbuf_no_next_key(struct ebpf_map *map, void *key, void *next_key)
{
	return -ENOTSUPP;
}

/*
 * Making and freeing
 */

static int ringbuf_alloc_check(const union ebpf_attr *attr)
{
	if (attr->map_flags & ~RINGBUF_FLAGS)
		return -EINVAL;
	if (attr->key_size || attr->value_size || !is_power_of_2(attr->max_entries) ||
	    !PAGE_ALIGNED(attr->max_entries))
		return -EINVAL;
	return 0;
}

static void pages_free(struct page **pages, u32 nr)
{
	ebpf_map_pages_free(pages, nr);
	ebpf_map_area_free(pages);
}

/* @nr pages in an array that has room for the last @twice of them again. */
static struct page **pages_alloc(u32 nr, u32 twice, int node)
{
	struct page **pages;

	pages = ebpf_map_area_alloc((u64)(nr + twice) * sizeof(*pages), node);
	if (!pages)
		return NULL;
	if (!ebpf_map_pages_alloc(pages, nr, node)) {
		ebpf_map_area_free(pages);
		return NULL;
	}
	memcpy(pages + nr, pages + nr - twice, twice * sizeof(*pages));
	return pages;
}

static struct ringbuf *ring_alloc(u32 size, int node)
{
	u32 data = size >> PAGE_SHIFT;
	u32 nr = RINGBUF_HEAD_PAGES + data;
	struct ringbuf *ring = NULL;
	struct page **pages;

	BUILD_BUG_ON(sizeof(struct ringbuf) > PAGE_SIZE);
	if (compat_totalram_pages() < nr)
		return NULL;
	pages = pages_alloc(nr, data, node);
	if (!pages)
		return NULL;
	ring = ebpf_map_pages_map(pages, nr + data);
	if (!ring) {
		pages_free(pages, nr);
		return NULL;
	}
	raw_spin_lock_init(&ring->lock);
	init_waitqueue_head(&ring->waitq);
	init_irq_work(&ring->wakeup, ring_wakeup);
	ring->mask = (u64)size - 1;
	ring->consumer_pos = (void *)ring + PAGE_SIZE;
	ring->producer_pos = (void *)ring + 2 * PAGE_SIZE;
	ring->data = (void *)ring + RINGBUF_HEAD_PAGES * PAGE_SIZE;
	ring->pages = pages;
	ring->nr_pages = nr;
	return ring;
}

static struct ebpf_map *ringbuf_alloc(const union ebpf_attr *attr)
{
	int node = ebpf_map_numa_node(attr);
	struct ebpf_ringbuf_map *rmap;

	rmap = ebpf_map_area_alloc(sizeof(*rmap), NUMA_NO_NODE);
	if (!rmap)
		return ERR_PTR(-ENOMEM);
	ebpf_map_init_from_attr(&rmap->map, attr);
	rmap->ring = ring_alloc(attr->max_entries, node);
	if (!rmap->ring) {
		ebpf_map_area_free(rmap);
		return ERR_PTR(-ENOMEM);
	}
	return &rmap->map;
}

static void ringbuf_free(struct ebpf_map *map)
{
	struct ringbuf *ring = ring_of(map);
	struct page **pages = ring->pages;
	u32 nr = ring->nr_pages;

	irq_work_sync(&ring->wakeup);
	ebpf_map_pages_unmap(ring);
	pages_free(pages, nr);
	ebpf_map_area_free(container_of(map, struct ebpf_ringbuf_map, map));
}

static u64 ringbuf_mem_usage(const struct ebpf_map *map)
{
	return sizeof(struct ebpf_ringbuf_map) + ((u64)ring_of(map)->nr_pages << PAGE_SHIFT);
}

#define RINGBUF_COMMON_OPS			\
	.meta_equal = ebpf_map_meta_equal,	\
	.alloc_check = ringbuf_alloc_check,	\
	.alloc = ringbuf_alloc,			\
	.free = ringbuf_free,			\
	.sys_lookup = ringbuf_no_elem,		\
	.sys_update = ringbuf_no_elem,		\
	.sys_delete = ringbuf_no_delete,	\
	.get_next_key = ringbuf_no_next_key,	\
	.mem_usage = ringbuf_mem_usage

const struct ebpf_map_ops ebpf_ringbuf_map_ops = {
	RINGBUF_COMMON_OPS,
	.mmap = ringbuf_mmap,
	.poll = ringbuf_poll,
};

const struct ebpf_map_ops ebpf_user_ringbuf_map_ops = {
	RINGBUF_COMMON_OPS,
	.mmap = user_ringbuf_mmap,
	.poll = user_ringbuf_poll,
};
