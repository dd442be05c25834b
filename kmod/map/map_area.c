// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory for elements: from the slab while it is small, else single pages that are mapped
 * in a row. They are taken one by one, so that a large map can give up on the way: when
 * the machine runs low, when the group of who asks is at its limit, when he is killed.
 */
#include "kmod/map/map.h"
#include "kmod/compat/mem.h"

#include <linux/bitmap.h>
#include <linux/kdebug.h>
#include <linux/kmemleak.h>
#include <asm/pgtable.h>

/* No map is larger than this, so that sums of sizes never overflow. */
#define MAP_AREA_MAX	(1ULL << 36)
/* Pages between looks at what is left; 1 MiB. */
#define LOOK_EVERY	256

static int die_nop(struct notifier_block *nb, unsigned long val, void *data)
{
	return NOTIFY_DONE;
}

/* Kernels that fill in page tables on fault cannot do so in NMI. Registering for
 * oopses makes them copy the top level of the vmalloc range to every process; an
 * entry of it, once known everywhere, never changes.
 */
void ebpf_map_area_sync(const void *area, u64 size)
{
	static DECLARE_BITMAP(synced, PTRS_PER_PGD);
	struct notifier_block nb = { .notifier_call = die_nop };
	unsigned long first = (unsigned long)area, last = first + size - 1;

	if (test_bit(pgd_index(first), synced) && test_bit(pgd_index(last), synced))
		return;
	if (register_die_notifier(&nb))
		return;
	unregister_die_notifier(&nb);
	set_bit(pgd_index(first), synced);
	set_bit(pgd_index(last), synced);
}

bool ebpf_map_pages_alloc(struct page **pages, u64 nr, int node)
{
	u64 i;

	for (i = 0; i < nr; i++) {
		if (!(i % LOOK_EVERY)) {
			cond_resched();
			if (fatal_signal_pending(current) ||
			    !compat_memory_left((nr - i) << PAGE_SHIFT))
				break;
		}
		pages[i] = alloc_pages_node(node, COMPAT_GFP_PAGES | __GFP_ZERO | __GFP_HIGHMEM,
					    0);
		if (!pages[i])
			break;
	}
	if (i == nr)
		return true;
	ebpf_map_pages_free(pages, i);
	return false;
}

void ebpf_map_pages_free(struct page **pages, u64 nr)
{
	while (nr--) {
		__free_page(pages[nr]);
		if (!(nr % LOOK_EVERY))
			cond_resched();
	}
}

/* Page tables come without a choice of how: they are there, if they were just now. */
static bool tables_left(u64 nr_pages)
{
	return compat_memory_left((nr_pages / PTRS_PER_PTE + 4) << PAGE_SHIFT);
}

void *ebpf_map_pages_map(struct page **pages, u64 nr)
{
	void *area;

	if (!tables_left(nr))
		return NULL;
	area = vmap(pages, nr, VM_MAP | VM_USERMAP, PAGE_KERNEL);
	if (area) {
		ebpf_map_area_sync(area, nr << PAGE_SHIFT);
		/* It is looked through for pointers, and nobody asks who points to it. */
		kmemleak_alloc(area, nr << PAGE_SHIFT, 0, GFP_KERNEL);
	}
	return area;
}

void ebpf_map_pages_unmap(void *area)
{
	kmemleak_free(area);
	vunmap(area);
}

/* The pages are in a list whose head is the first. */
static void *pages_area(u64 nr, int node)
{
	struct page **pages = compat_kvmalloc(nr * sizeof(*pages));
	void *area = NULL;
	u64 i;

	if (!pages)
		return NULL;
	if (!ebpf_map_pages_alloc(pages, nr, node))
		goto free_array;
	area = ebpf_map_pages_map(pages, nr);
	if (!area) {
		ebpf_map_pages_free(pages, nr);
		goto free_array;
	}
	INIT_LIST_HEAD(&pages[0]->lru);
	for (i = 1; i < nr; i++)
		list_add_tail(&pages[i]->lru, &pages[0]->lru);
free_array:
	compat_kvfree(pages);
	return area;
}

static void pages_area_free(void *area)
{
	struct page *first = vmalloc_to_page(area), *page, *next;
	u32 i = 0;

	ebpf_map_pages_unmap(area);
	list_for_each_entry_safe(page, next, &first->lru, lru) {
		__free_page(page);
		if (!(++i % LOOK_EVERY))
			cond_resched();
	}
	__free_page(first);
}

static void *area_alloc(u64 size, int node, bool mmapable)
{
	void *area;

	if (size >= MAP_AREA_MAX)
		return NULL;
	if (!mmapable && size <= PAGE_SIZE << PAGE_ALLOC_COSTLY_ORDER) {
		area = kzalloc_node(size ? size : 1, COMPAT_GFP_SLAB, node);
		if (area)
			return area;
	}
	if (!compat_memory_left(size))
		return NULL;
	return pages_area(PAGE_ALIGN(size ? size : 1) >> PAGE_SHIFT, node);
}

void *ebpf_map_area_alloc(u64 size, int numa_node)
{
	return area_alloc(size, numa_node, false);
}

void *ebpf_map_area_mmapable_alloc(u64 size, int numa_node)
{
	return area_alloc(size, numa_node, true);
}

void ebpf_map_area_free(void *area)
{
	if (is_vmalloc_addr(area))
		pages_area_free(area);
	else
		kfree(area);
}
