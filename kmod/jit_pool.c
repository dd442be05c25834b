// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/jit_pool.h"

#include <linux/bitmap.h>
#include <linux/mutex.h>

#define CHUNK_SHIFT	6
#define CHUNK_SIZE	(1U << CHUNK_SHIFT)
#define INT3		0xcc

extern u8 ebpf_jit_pool_text[], ebpf_jit_pool_text_end[];

static DEFINE_MUTEX(pool_lock);		/* used_map, used_chunks */
static unsigned long *used_map;		/* one bit per chunk */
static unsigned long nr_chunks, used_chunks;

static unsigned long chunks_of(u32 size)
{
	return DIV_ROUND_UP((unsigned long)size, CHUNK_SIZE);
}

u64 ebpf_jit_pool_size(void)
{
	return ebpf_jit_pool_text_end - ebpf_jit_pool_text;
}

u64 ebpf_jit_pool_used(void)
{
	return (u64)READ_ONCE(used_chunks) << CHUNK_SHIFT;
}

void *ebpf_jit_pool_alloc(u32 size)
{
	unsigned long n = chunks_of(size), at;
	void *exec = NULL;

	if (!n || n > nr_chunks)
		return NULL;
	mutex_lock(&pool_lock);
	at = bitmap_find_next_zero_area(used_map, nr_chunks, 0, n, 0);
	if (at < nr_chunks) {
		bitmap_set(used_map, at, n);
		used_chunks += n;
		exec = ebpf_jit_pool_text + (at << CHUNK_SHIFT);
	}
	mutex_unlock(&pool_lock);
	return exec;
}

/* A writable view of the pages around @exec; *base is what to vunmap(). */
static u8 *alias_map(u8 *exec, u32 size, void **base)
{
	unsigned long first = (unsigned long)exec & PAGE_MASK;
	unsigned long last = ((unsigned long)exec + size - 1) & PAGE_MASK;
	unsigned long n = ((last - first) >> PAGE_SHIFT) + 1, i;
	struct page **pages;

	pages = kcalloc(n, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return NULL;
	for (i = 0; i < n; i++)
		pages[i] = vmalloc_to_page((void *)(first + (i << PAGE_SHIFT)));
	*base = vmap(pages, n, VM_MAP, PAGE_KERNEL);
	kfree(pages);
	return *base ? (u8 *)*base + ((unsigned long)exec - first) : NULL;
}

int ebpf_jit_pool_write(void *exec, const void *code, u32 size)
{
	void *base;
	u8 *rw = alias_map(exec, size, &base);

	if (!rw)
		return -ENOMEM;
	memcpy(rw, code, size);
	vunmap(base);
	return 0;
}

/* Chunks that could not be filled with int3 stay taken: stale code must not be
 * reachable by a later program's fall-through.
 */
void ebpf_jit_pool_free(void *exec, u32 size)
{
	unsigned long n = chunks_of(size);
	unsigned long at = ((u8 *)exec - ebpf_jit_pool_text) >> CHUNK_SHIFT;
	void *base;
	u8 *rw;

	if (!exec)
		return;
	rw = alias_map(exec, n << CHUNK_SHIFT, &base);
	if (!rw) {
		pr_warn_ratelimited("ebpfdrv: no memory to clear %u bytes of code, kept\n", size);
		return;
	}
	memset(rw, INT3, n << CHUNK_SHIFT);
	vunmap(base);

	mutex_lock(&pool_lock);
	bitmap_clear(used_map, at, n);
	used_chunks -= n;
	mutex_unlock(&pool_lock);
}

int ebpf_jit_pool_init(void)
{
	nr_chunks = ebpf_jit_pool_size() >> CHUNK_SHIFT;
	used_map = kcalloc(BITS_TO_LONGS(nr_chunks), sizeof(long), GFP_KERNEL);
	return used_map ? 0 : -ENOMEM;
}

void ebpf_jit_pool_exit(void)
{
	kfree(used_map);
}
