// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/prog/jit_pool.h"
#include "kmod/compat/text.h"

#include <ebpf/services.h>
#include <linux/bitmap.h>
#include <linux/list.h>
#include <linux/mutex.h>

#define CHUNK_SHIFT	6
#define CHUNK_SIZE	(1U << CHUNK_SHIFT)
#define AREA_MIN	(256UL << 10)	/* bytes of an area that is added */
#define INT3		0xcc

extern u8 ebpf_jit_pool_text[], ebpf_jit_pool_text_end[];

/* One piece of executable memory. */
struct area {
	struct list_head node;
	u8 *text;
	unsigned long nr_chunks;
	unsigned long used_chunks;
	unsigned long *used_map;	/* one bit per chunk */
};

static DEFINE_MUTEX(pool_lock);		/* everything below, and what is in areas */
static LIST_HEAD(areas);		/* the one in the module's text is the first */
static struct area own;
static u64 total_chunks, used_chunks;

static unsigned long chunks_of(u32 size)
{
	return DIV_ROUND_UP((unsigned long)size, CHUNK_SIZE);
}

static int area_init(struct area *a, u8 *text, unsigned long size)
{
	a->text = text;
	a->nr_chunks = size >> CHUNK_SHIFT;
	a->used_chunks = 0;
	a->used_map = ebpf_calloc(BITS_TO_LONGS(a->nr_chunks), sizeof(long));
	return a->used_map ? 0 : -ENOMEM;
}

static void area_link(struct area *a)
{
	list_add_tail(&a->node, &areas);
	total_chunks += a->nr_chunks;
}

static void area_unlink(struct area *a)
{
	list_del(&a->node);
	total_chunks -= a->nr_chunks;
}

/* Large enough for @n chunks, not yet on the list. */
static struct area *area_new(unsigned long n)
{
	unsigned long size = max(PAGE_ALIGN(n << CHUNK_SHIFT), AREA_MIN);
	struct area *a = kzalloc(sizeof(*a), GFP_KERNEL);
	void *text;
	int err;

	if (!a)
		return ERR_PTR(-ENOMEM);
	text = ebpf_compat_text_alloc(size, INT3);
	err = PTR_ERR_OR_ZERO(text);
	if (err)
		goto free_area;
	err = area_init(a, text, size);
	if (err)
		goto free_text;
	return a;

free_text:
	ebpf_compat_text_free(text, size);
free_area:
	kfree(a);
	return ERR_PTR(err);
}

static void area_free(struct area *a)
{
	ebpf_compat_text_free(a->text, a->nr_chunks << CHUNK_SHIFT);
	ebpf_free(a->used_map);
	kfree(a);
}

u64 ebpf_jit_pool_size(void)
{
	u64 n;

	mutex_lock(&pool_lock);
	n = total_chunks;
	mutex_unlock(&pool_lock);
	return n << CHUNK_SHIFT;
}

u64 ebpf_jit_pool_used(void)
{
	u64 n;

	mutex_lock(&pool_lock);
	n = used_chunks;
	mutex_unlock(&pool_lock);
	return n << CHUNK_SHIFT;
}

static void *area_take(struct area *a, unsigned long n)
{
	unsigned long at;

	if (n > a->nr_chunks - a->used_chunks)
		return NULL;
	at = bitmap_find_next_zero_area(a->used_map, a->nr_chunks, 0, n, 0);
	if (at >= a->nr_chunks)
		return NULL;
	bitmap_set(a->used_map, at, n);
	a->used_chunks += n;
	used_chunks += n;
	return a->text + (at << CHUNK_SHIFT);
}

static void *pool_take(unsigned long n)
{
	struct area *a;
	void *exec;

	list_for_each_entry(a, &areas, node) {
		exec = area_take(a, n);
		if (exec)
			return exec;
	}
	return NULL;
}

void *ebpf_jit_pool_alloc(u32 size)
{
	unsigned long n = chunks_of(size);
	struct area *a;
	void *exec;

	if (!n)
		return ERR_PTR(-EINVAL);
	mutex_lock(&pool_lock);
	exec = pool_take(n);
	if (!exec) {
		a = area_new(n);
		if (!IS_ERR(a)) {
			area_link(a);
			exec = area_take(a, n);
		} else {
			exec = a;
		}
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

static struct area *area_of(const u8 *exec)
{
	struct area *a;

	list_for_each_entry(a, &areas, node)
		if (exec >= a->text && exec < a->text + (a->nr_chunks << CHUNK_SHIFT))
			return a;
	return NULL;
}

/* Stale code must not be reachable by a later program's fall-through. */
static int fill_int3(u8 *exec, u32 size)
{
	void *base;
	u8 *rw = alias_map(exec, size, &base);

	if (!rw)
		return -ENOMEM;
	memset(rw, INT3, size);
	vunmap(base);
	return 0;
}

/* An added area goes with its last program. Chunks of others that could not be
 * filled with int3 stay taken.
 */
void ebpf_jit_pool_free(void *exec, u32 size)
{
	unsigned long n = chunks_of(size);
	struct area *a;

	if (!exec)
		return;
	mutex_lock(&pool_lock);
	a = area_of(exec);
	if (WARN_ON_ONCE(!a))
		goto unlock;
	if (a != &own && a->used_chunks == n) {
		used_chunks -= n;
		area_unlink(a);
		area_free(a);
		goto unlock;
	}
	if (fill_int3(exec, n << CHUNK_SHIFT)) {
		pr_warn_ratelimited("ebpfdrv: no memory to clear %u bytes of code, kept\n", size);
		goto unlock;
	}
	bitmap_clear(a->used_map, ((u8 *)exec - a->text) >> CHUNK_SHIFT, n);
	a->used_chunks -= n;
	used_chunks -= n;
unlock:
	mutex_unlock(&pool_lock);
}

int ebpf_jit_pool_init(void)
{
	int err;

	err = area_init(&own, ebpf_jit_pool_text, ebpf_jit_pool_text_end - ebpf_jit_pool_text);
	if (!err)
		area_link(&own);
	return err;
}

/* All programs are gone, and what could not be cleared stays in its area. */
void ebpf_jit_pool_exit(void)
{
	struct area *a, *next;

	list_for_each_entry_safe(a, next, &areas, node) {
		area_unlink(a);
		if (a != &own)
			area_free(a);
	}
	ebpf_free(own.used_map);
}
