// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/compat/compat.h"

#include <linux/vmstat.h>

/* What stays for everybody else: a 64th of the memory, between 8 and 128 MiB. */
#define RESERVE_SHIFT	6
#define RESERVE_MIN	((8UL << 20) >> PAGE_SHIFT)
#define RESERVE_MAX	((128UL << 20) >> PAGE_SHIFT)

static unsigned long pages_available(void)
{
#ifdef HAVE_EXPORT_SI_MEM_AVAILABLE
	return max_t(long, si_mem_available(), 0);
#else
	/* Before 4.6 */
	return global_page_state(NR_FREE_PAGES) +
	       (global_page_state(NR_ACTIVE_FILE) + global_page_state(NR_INACTIVE_FILE)) / 2;
#endif
}

bool compat_memory_left(u64 bytes)
{
	u64 reserve = clamp_t(u64, compat_totalram_pages() >> RESERVE_SHIFT, RESERVE_MIN,
			      RESERVE_MAX);

	return (bytes >> PAGE_SHIFT) + reserve <= pages_available();
}

static void *polite_vmalloc(size_t size, gfp_t gfp)
{
	if (!compat_memory_left(size))
		return NULL;
#ifdef HAVE_VMALLOC_2_ARGS
	return __vmalloc(size, COMPAT_GFP_POLITE | __GFP_HIGHMEM | gfp);
#else
	return __vmalloc(size, COMPAT_GFP_POLITE | __GFP_HIGHMEM | gfp, PAGE_KERNEL);
#endif
}

static void *polite_alloc(size_t size, gfp_t gfp)
{
	void *p = NULL;

	if (size <= (PAGE_SIZE << PAGE_ALLOC_COSTLY_ORDER))
		p = kmalloc(size, COMPAT_GFP_POLITE | gfp);
	return p ? p : polite_vmalloc(size, gfp);
}

void *compat_kvzalloc(size_t size)
{
	return polite_alloc(size, __GFP_ZERO);
}

void *compat_kvmalloc(size_t size)
{
	return polite_alloc(size, 0);
}
