// SPDX-License-Identifier: GPL-2.0-only
/*
 * ARENA: pages that programs and processes share. They lie apart in the kernel, and a table says where;
 * compiled code reads it (kmod/prog/arena_stub.c). Processes have all of an arena at one address, where a
 * page is put when it is touched.
 *
 * A place in the arena is free, or taken: by a page, by nobody who is to get it, or by one that is
 * leaving. That is a page which is out of the table, but processes may have it yet; it is taken from
 * them by who may sleep, and then its place is free. Behind that it stays until no program can be
 * using what it found in the table.
 *
 * The lock guards all of that, and is not held for long: what concerns many pages is done in parts. The
 * mutex is held by who gives pages to processes or takes them back.
 */
#include "kmod/map/kinds/arena.h"
#include "kmod/map/kinds/elem_lock.h"
#include "kmod/map/kinds/maps.h"
#include "kmod/map/map_view.h"
#include "kmod/compat/mem.h"
#include "kmod/compat/vma.h"

#include <ebpf/arena.h>
#include <linux/bitmap.h>
#include <linux/irq_work.h>
#include <linux/mman.h>
#include <linux/workqueue.h>

#define ARENA_FLAGS	(EBPF_F_MMAPABLE | EBPF_F_SEGV_ON_FAULT | EBPF_F_NO_USER_CONV)
/* Pages that programs which cannot sleep find: no more, and below which the worker is called. */
#define RESERVE		64U
#define RESERVE_LOW	32U
/* What is done with the lock in hand at a time. */
#define PART		64U

struct arena {
	struct ebpf_map map;
	struct ebpf_arena table;
	raw_spinlock_t lock;
	unsigned long *taken;		/* a bit for each place */
	unsigned long *leaving;		/* of these: by a page that is leaving */
	struct list_head reserve;
	u32 nr_reserve;
	struct list_head left;		/* leaving; page_private() is the place */
	struct list_head dead;		/* nobody finds them any more */
	u64 nr_pages;			/* in the table */
	struct irq_work irq_work;
	struct work_struct work;
	struct mutex mutex;
	struct address_space mapping;	/* of all its files */
	bool mapping_set;
	struct mem_cgroup *memcg;	/* of who made it */
};

static struct arena *arena_of(const struct ebpf_map *map)
{
	return container_of(map, struct arena, map);
}

/* Process context: there is nothing that could be in between. */
static unsigned long lock_arena(struct arena *arena)
{
	unsigned long flags;

	while (ebpf_elem_lock(&arena->lock, &flags))
		cpu_relax();
	return flags;
}

static void unlock_arena(struct arena *arena, unsigned long flags)
{
	ebpf_elem_unlock(&arena->lock, flags);
}

static void free_pages_in(struct list_head *pages)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, pages, lru) {
		list_del(&page->lru);
		__free_page(page);
	}
}

/* Charged to who made the arena. May sleep. */
static struct page *new_page(struct arena *arena, int node)
{
	struct mem_cgroup *old = compat_memcg_begin(arena->memcg);
	struct page *page = NULL;

	if (compat_memory_left(PAGE_SIZE))
		page = alloc_pages_node(node, COMPAT_GFP_PAGES | __GFP_ZERO, 0);
	compat_memcg_end(old);
	return page;
}

/*
 * The table. With the lock.
 */
static struct page *page_at(const struct arena *arena, u64 nr)
{
	return arena->table.pages[nr] ? virt_to_page(arena->table.pages[nr]) : NULL;
}

/* False: who took the place has lost it meanwhile, to somebody who freed it. */
static bool put_page_at(struct arena *arena, u64 nr, struct page *page)
{
	if (!test_bit(nr, arena->taken) || test_bit(nr, arena->leaving) || arena->table.pages[nr])
		return false;
	/* Zeros are there before programs find it. */
	smp_wmb();
	WRITE_ONCE(arena->table.pages[nr], page_address(page));
	arena->nr_pages++;
	return true;
}

/* Its place is free when no process has it. */
static void take_page_at(struct arena *arena, u64 nr)
{
	struct page *page = page_at(arena, nr);

	WRITE_ONCE(arena->table.pages[nr], NULL);
	arena->nr_pages--;
	if (page_count(page) == 1) {
		list_add(&page->lru, &arena->dead);
		clear_bit(nr, arena->taken);
	} else {
		set_page_private(page, nr);
		list_add(&page->lru, &arena->left);
		set_bit(nr, arena->leaving);
	}
}

/* A page, or somebody's wish that there be none. */
static void free_place(struct arena *arena, u64 nr)
{
	if (arena->table.pages[nr])
		take_page_at(arena, nr);
	else if (!test_bit(nr, arena->leaving))
		clear_bit(nr, arena->taken);
}

/* The first of @cnt free places, which are taken now; @nr: these and no others. -ENOMEM. */
static s64 take_places(struct arena *arena, s64 nr, u32 cnt)
{
	u64 size = min(arena->table.nr,
		       (arena->table.user_end - arena->table.user_start) >> PAGE_SHIFT);

	if (nr < 0)
		nr = bitmap_find_next_zero_area(arena->taken, size, 0, cnt, 0);
	else if (find_next_bit(arena->taken, nr + cnt, nr) < nr + cnt)
		return -ENOMEM;
	if ((u64)nr + cnt > size)
		return -ENOMEM;
	bitmap_set(arena->taken, nr, cnt);
	return nr;
}

/*
 * The worker
 */

/* Pages that lie one behind the other go at once. */
static void take_from_processes(struct arena *arena, struct list_head *pages)
{
	u64 first = 0, cnt = 0;
	struct page *page;

	list_for_each_entry(page, pages, lru) {
		/* The last to leave is the first. */
		if (cnt && page_private(page) + 1 == first) {
			first--;
			cnt++;
			continue;
		}
		if (cnt)
			unmap_mapping_range(&arena->mapping, first << PAGE_SHIFT, cnt << PAGE_SHIFT, 1);
		first = page_private(page);
		cnt = 1;
	}
	if (cnt)
		unmap_mapping_range(&arena->mapping, first << PAGE_SHIFT, cnt << PAGE_SHIFT, 1);
}

static void free_places_of(struct arena *arena, struct list_head *pages)
{
	struct page *page, *next;
	unsigned long flags;
	u32 n = 0;

	flags = lock_arena(arena);
	list_for_each_entry_safe(page, next, pages, lru) {
		clear_bit(page_private(page), arena->leaving);
		clear_bit(page_private(page), arena->taken);
		set_page_private(page, 0);
		list_move(&page->lru, &arena->dead);
		if (++n % PART)
			continue;
		unlock_arena(arena, flags);
		cond_resched();
		flags = lock_arena(arena);
	}
	unlock_arena(arena, flags);
}

/* With the mutex. May sleep. Afterwards nothing is leaving. */
static void let_leave(struct arena *arena)
{
	unsigned long flags;
	LIST_HEAD(pages);

	flags = lock_arena(arena);
	list_splice_init(&arena->left, &pages);
	unlock_arena(arena, flags);
	if (!list_empty(&pages)) {
		take_from_processes(arena, &pages);
		free_places_of(arena, &pages);
	}
}

static void fill_reserve(struct arena *arena)
{
	struct page *page;
	unsigned long flags;

	while (READ_ONCE(arena->nr_reserve) < min_t(u64, RESERVE, arena->table.nr)) {
		page = new_page(arena, NUMA_NO_NODE);
		if (!page)
			return;
		flags = lock_arena(arena);
		list_add_tail(&page->lru, &arena->reserve);
		arena->nr_reserve++;
		unlock_arena(arena, flags);
	}
}

static void arena_work(struct work_struct *work)
{
	struct arena *arena = container_of(work, struct arena, work);
	unsigned long flags;
	LIST_HEAD(dead);

	mutex_lock(&arena->mutex);
	let_leave(arena);
	mutex_unlock(&arena->mutex);
	flags = lock_arena(arena);
	list_splice_init(&arena->dead, &dead);
	unlock_arena(arena, flags);
	if (!list_empty(&dead)) {
		compat_synchronize_rcu_sched();
		free_pages_in(&dead);
	}
	fill_reserve(arena);
}

static void arena_irq_work(struct irq_work *work)
{
	schedule_work(&container_of(work, struct arena, irq_work)->work);
}

/*
 * Programs
 */

/* Which place that is; -EINVAL: none where @cnt could be. */
static s64 place_of(const struct arena *arena, u64 addr, u32 cnt)
{
	u64 nr = (u32)(addr - arena->table.user_start) >> PAGE_SHIFT;

	return nr + cnt <= arena->table.nr ? (s64)nr : -EINVAL;
}

static u64 address_of(const struct arena *arena, u64 nr)
{
	u64 start = arena->table.user_start;

	return (start & ~(u64)U32_MAX) + (u32)(start + (nr << PAGE_SHIFT));
}

static struct page *take_reserve(struct arena *arena)
{
	struct page *page = list_first_entry(&arena->reserve, struct page, lru);

	list_del(&page->lru);
	arena->nr_reserve--;
	return page;
}

static s64 alloc_of_reserve(struct arena *arena, s64 nr, u32 cnt)
{
	unsigned long flags;
	bool low;
	u32 i;

	if (cnt > RESERVE || ebpf_elem_lock(&arena->lock, &flags))
		return -EBUSY;
	nr = cnt <= arena->nr_reserve ? take_places(arena, nr, cnt) : -ENOMEM;
	for (i = 0; nr >= 0 && i < cnt; i++)
		put_page_at(arena, nr + i, take_reserve(arena));
	low = arena->nr_reserve < RESERVE_LOW;
	ebpf_elem_unlock(&arena->lock, flags);
	if (low)
		irq_work_queue(&arena->irq_work);
	return nr;
}

/* Of places that are taken, those without a page get one; -ENOMEM: all are free then. */
static int fill_places(struct arena *arena, u64 nr, u32 cnt, int node)
{
	unsigned long flags;
	struct page *page;
	u32 i;

	for (i = 0; i < cnt; i++) {
		page = fatal_signal_pending(current) ? NULL : new_page(arena, node);
		if (!page)
			break;
		flags = lock_arena(arena);
		if (!put_page_at(arena, nr + i, page))
			list_add(&page->lru, &arena->dead);
		unlock_arena(arena, flags);
		if (!(i % PART))
			cond_resched();
	}
	if (i == cnt)
		return 0;
	flags = lock_arena(arena);
	for (; cnt; cnt--) {
		free_place(arena, nr + cnt - 1);
		if (cnt % PART)
			continue;
		unlock_arena(arena, flags);
		cond_resched();
		flags = lock_arena(arena);
	}
	unlock_arena(arena, flags);
	schedule_work(&arena->work);
	return -ENOMEM;
}

static s64 alloc_sleeping(struct arena *arena, s64 nr, u32 cnt, int node)
{
	unsigned long flags = lock_arena(arena);

	nr = take_places(arena, nr, cnt);
	unlock_arena(arena, flags);
	if (nr >= 0 && fill_places(arena, nr, cnt, node))
		return -ENOMEM;
	return nr;
}

u64 ebpf_arena_alloc_pages(struct ebpf_map *map, u64 addr, u32 cnt, int node, bool may_sleep)
{
	struct arena *arena = arena_of(map);
	u64 room = (arena->table.user_end - arena->table.user_start) >> PAGE_SHIFT;
	s64 nr = -1;

	if (node != NUMA_NO_NODE && ((u32)node >= nr_node_ids || !node_online(node)))
		return 0;
	if (cnt > room || cnt > arena->table.nr || addr & ~PAGE_MASK)
		return 0;
	if (addr) {
		nr = place_of(arena, addr, cnt);
		if (nr < 0)
			return 0;
	}
	nr = may_sleep ? alloc_sleeping(arena, nr, cnt, node) : alloc_of_reserve(arena, nr, cnt);
	return nr < 0 ? 0 : address_of(arena, nr);
}

/* Not all, when the lock cannot be had here: those stay until the arena goes. */
static void free_places(struct arena *arena, u64 nr, u32 cnt)
{
	unsigned long flags;
	u32 i;

	while (cnt && !ebpf_elem_lock(&arena->lock, &flags)) {
		for (i = 0; cnt && i < PART; i++, cnt--)
			free_place(arena, nr++);
		ebpf_elem_unlock(&arena->lock, flags);
	}
}

/* Where @addr is none of the arena nothing is freed, and behind its end. */
void ebpf_arena_free_pages(struct ebpf_map *map, u64 addr, u32 cnt, bool may_sleep)
{
	struct arena *arena = arena_of(map);
	s64 nr = place_of(arena, addr & PAGE_MASK, 0);

	if (nr < 0)
		return;
	cnt = min_t(u64, cnt, arena->table.nr - nr);
	free_places(arena, nr, cnt);
	/* Who has it may be who called the program. */
	if (may_sleep && mutex_trylock(&arena->mutex)) {
		let_leave(arena);
		mutex_unlock(&arena->mutex);
	}
	irq_work_queue(&arena->irq_work);
}

int ebpf_arena_reserve_pages(struct ebpf_map *map, u64 addr, u32 cnt)
{
	struct arena *arena = arena_of(map);
	unsigned long flags;
	s64 nr;

	if (addr & ~PAGE_MASK)
		return 0;
	nr = place_of(arena, addr, cnt);
	if (nr < 0)
		return -EINVAL;
	if (ebpf_elem_lock(&arena->lock, &flags))
		return -EBUSY;
	nr = take_places(arena, nr, cnt);
	ebpf_elem_unlock(&arena->lock, flags);
	return nr < 0 ? -EBUSY : 0;
}

/*
 * Processes
 */

/* The page at @nr with a reference, a new one if need be. NULL: there is none to be had. */
static struct page *page_for_process(struct arena *arena, u64 nr)
{
	unsigned long flags;
	struct page *page;
	s64 got = -ENOMEM;
	bool lost = false;

	flags = lock_arena(arena);
	page = page_at(arena, nr);
	if (page)
		get_page(page);
	else if (!(arena->map.map_flags & EBPF_F_SEGV_ON_FAULT))
		got = take_places(arena, nr, 1);
	unlock_arena(arena, flags);
	if (page || got < 0)
		return page;
	page = new_page(arena, NUMA_NO_NODE);
	flags = lock_arena(arena);
	if (!page)
		free_place(arena, nr);
	else if (put_page_at(arena, nr, page))
		get_page(page);
	else
		lost = true;
	unlock_arena(arena, flags);
	if (!lost)
		return page;
	/* It is touched again, and then it is as it is. */
	__free_page(page);
	return NULL;
}

/* With the mutex no page is given away that is just being taken back. */
static compat_fault_t fault(struct vm_area_struct *vma, unsigned long nr)
{
	struct arena *arena = arena_of(vma->vm_private_data);
	unsigned long addr = vma->vm_start + ((nr - vma->vm_pgoff) << PAGE_SHIFT);
	struct page *page = NULL;
	int err = -ENOMEM;

	mutex_lock(&arena->mutex);
	if (nr < arena->table.nr)
		page = page_for_process(arena, nr);
	if (page) {
		err = vm_insert_page(vma, addr, page);
		put_page(page);
	}
	mutex_unlock(&arena->mutex);
	/* Busy: another thread was as fast. */
	return err && err != -EBUSY ? COMPAT_FAULT_SIGSEGV : VM_FAULT_NOPAGE;
}

COMPAT_FAULT_HANDLER(arena_vm_fault, fault)

static const struct vm_operations_struct arena_vm_ops = {
	.open = ebpf_map_vma_open,
	.close = ebpf_map_vma_close,
	.fault = arena_vm_fault,
};

static void arena_bind_file(struct ebpf_map *map, struct file *file)
{
	struct arena *arena = arena_of(map);

	mutex_lock(&arena->mutex);
	if (!arena->mapping_set)
		compat_mapping_init(&arena->mapping, file->f_mapping->host);
	arena->mapping_set = true;
	mutex_unlock(&arena->mutex);
	file->f_mapping = &arena->mapping;
}

static bool in_one_4g(u64 start, u64 len)
{
	return start >> 32 == (start + len - 1) >> 32;
}

/* No two places of an arena may have the same low half, nor one of them the half of another's high. */
static unsigned long arena_get_unmapped_area(struct ebpf_map *map, struct file *file, unsigned long addr,
					     unsigned long len, unsigned long pgoff, unsigned long flags)
{
	struct arena *arena = arena_of(map);
	u64 start = READ_ONCE(arena->table.user_start), size = READ_ONCE(arena->table.user_end) - start;
	unsigned long got;

	if (pgoff)
		return -EINVAL;
	if (len > EBPF_ARENA_MAX || (start && len > size))
		return -E2BIG;
	if (start && (len != size || addr != start))
		return -EINVAL;
	got = compat_get_unmapped_area(file, addr, flags & MAP_FIXED ? len : 2 * len, 0, flags);
	if (IS_ERR_VALUE(got) || in_one_4g(got, len))
		return got;
	if (flags & MAP_FIXED)
		return -EINVAL;
	return round_up(got, EBPF_ARENA_MAX);
}

static int arena_mmap(struct ebpf_map *map, struct vm_area_struct *vma)
{
	struct ebpf_arena *table = &arena_of(map)->table;

	if ((table->user_start && table->user_start != vma->vm_start) ||
	    (table->user_end && table->user_end != vma->vm_end))
		return -EBUSY;
	if (vma->vm_pgoff || !in_one_4g(vma->vm_start, vma->vm_end - vma->vm_start))
		return -EINVAL;
	/* Copies for children would be at the same place without their knowing; what grows has another. */
	compat_vm_flags_set(vma, VM_MIXEDMAP | VM_DONTEXPAND | VM_DONTCOPY);
	vma->vm_ops = &arena_vm_ops;
	if (table->user_start)
		return 0;
	WRITE_ONCE(table->user_end, vma->vm_end);
	WRITE_ONCE(table->user_start, vma->vm_start);
	ebpf_map_view_update(map);
	return 0;
}

/*
 * The map
 */
static int arena_alloc_check(const union ebpf_attr *attr)
{
	u64 size = (u64)attr->max_entries << PAGE_SHIFT;

	if (attr->key_size || attr->value_size || !attr->max_entries ||
	    !(attr->map_flags & EBPF_F_MMAPABLE) || attr->map_flags & ~ARENA_FLAGS)
		return -EINVAL;
	if (attr->map_extra & ~PAGE_MASK)
		return -EINVAL;
	if (size > EBPF_ARENA_MAX)
		return -E2BIG;
	if (attr->map_extra && !in_one_4g(attr->map_extra, size))
		return -ERANGE;
	return 0;
}

static struct ebpf_map *arena_alloc(const union ebpf_attr *attr)
{
	u64 bits = BITS_TO_LONGS(attr->max_entries) * sizeof(long);
	struct arena *arena = ebpf_map_area_alloc(sizeof(*arena), NUMA_NO_NODE);

	if (!arena)
		return ERR_PTR(-ENOMEM);
	arena->table.nr = attr->max_entries;
	arena->table.pages = ebpf_map_area_alloc(attr->max_entries * sizeof(void *), NUMA_NO_NODE);
	arena->taken = ebpf_map_area_alloc(bits, NUMA_NO_NODE);
	arena->leaving = ebpf_map_area_alloc(bits, NUMA_NO_NODE);
	if (!arena->table.pages || !arena->taken || !arena->leaving)
		goto free;
	if (attr->map_extra) {
		arena->table.user_start = attr->map_extra;
		arena->table.user_end = attr->map_extra + ((u64)attr->max_entries << PAGE_SHIFT);
	}
	raw_spin_lock_init(&arena->lock);
	mutex_init(&arena->mutex);
	INIT_LIST_HEAD(&arena->reserve);
	INIT_LIST_HEAD(&arena->left);
	INIT_LIST_HEAD(&arena->dead);
	init_irq_work(&arena->irq_work, arena_irq_work);
	INIT_WORK(&arena->work, arena_work);
	arena->memcg = compat_memcg_get();
	fill_reserve(arena);
	return &arena->map;

free:
	ebpf_map_area_free(arena->leaving);
	ebpf_map_area_free(arena->taken);
	ebpf_map_area_free(arena->table.pages);
	ebpf_map_area_free(arena);
	return ERR_PTR(-ENOMEM);
}

/* No process has it mapped: that holds its file. */
static void arena_free(struct ebpf_map *map)
{
	struct arena *arena = arena_of(map);
	u64 i;

	irq_work_sync(&arena->irq_work);
	cancel_work_sync(&arena->work);
	free_pages_in(&arena->reserve);
	free_pages_in(&arena->left);
	free_pages_in(&arena->dead);
	for (i = 0; i < arena->table.nr; i++) {
		if (arena->table.pages[i])
			__free_page(page_at(arena, i));
		if (!(i % 4096))
			cond_resched();
	}
	compat_memcg_put(arena->memcg);
	ebpf_map_area_free(arena->leaving);
	ebpf_map_area_free(arena->taken);
	ebpf_map_area_free(arena->table.pages);
	ebpf_map_area_free(arena);
}

static void *arena_lookup_elem(struct ebpf_map *map, const void *key)
{
	return NULL;
}

static long arena_update_elem(struct ebpf_map *map, const void *key, const void *value, u64 flags)
{
	return -EOPNOTSUPP;
}

static long arena_delete_elem(struct ebpf_map *map, const void *key)
{
	return -EOPNOTSUPP;
}

static int arena_get_next_key(struct ebpf_map *map, void *key, void *next_key)
{
	return -EOPNOTSUPP;
}

static int arena_sys_lookup(struct ebpf_map *map, void *key, void *value, u64 flags)
{
	return -EINVAL;
}

static int arena_check_btf(const struct ebpf_map *map, const struct ebpf_btf *btf, u32 key_type_id,
			   u32 value_type_id)
{
	return 0;
}

/* Where processes have it, which programs need no cast for. */
static int arena_value_addr(const struct ebpf_map *map, u64 *imm, u32 off)
{
	const struct ebpf_arena *table = &arena_of(map)->table;

	if (off >= table->user_end - table->user_start)
		return -ERANGE;
	*imm = table->user_start + off;
	return 0;
}

static const struct ebpf_arena *arena_table(const struct ebpf_map *map)
{
	return &arena_of(map)->table;
}

static u64 arena_mem_usage(const struct ebpf_map *map)
{
	const struct arena *arena = arena_of(map);

	return sizeof(*arena) + arena->table.nr * sizeof(void *) + 2 * BITS_TO_LONGS(arena->table.nr) *
	       sizeof(long) + ((READ_ONCE(arena->nr_pages) + READ_ONCE(arena->nr_reserve)) << PAGE_SHIFT);
}

const struct ebpf_map_ops ebpf_arena_map_ops = {
	.alloc_check = arena_alloc_check,
	.alloc = arena_alloc,
	.free = arena_free,
	.lookup_elem = arena_lookup_elem,
	.update_elem = arena_update_elem,
	.delete_elem = arena_delete_elem,
	.sys_lookup = arena_sys_lookup,
	.get_next_key = arena_get_next_key,
	.check_btf = arena_check_btf,
	.direct_value_addr = arena_value_addr,
	.meta_equal = ebpf_map_meta_equal,
	.mmap = arena_mmap,
	.bind_file = arena_bind_file,
	.get_unmapped_area = arena_get_unmapped_area,
	.arena = arena_table,
	.mem_usage = arena_mem_usage,
};
