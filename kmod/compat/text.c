// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/compat/text.h"
#include "kmod/compat/cfi.h"
#include "kmod/compat/ftrace.h"

#include <linux/mutex.h>
#include <linux/vmalloc.h>

static struct {
	void *(*module_alloc)(unsigned long size);
	int (*set_memory_ro)(unsigned long addr, int pages);
	int (*set_memory_rw)(unsigned long addr, int pages);
	int (*set_memory_x)(unsigned long addr, int pages);
	int (*set_memory_nx)(unsigned long addr, int pages);
} text;

static DEFINE_MUTEX(find_lock);		/* text, until it is found */

/* Sets @fn to NULL where there is no such function. */
static int find(const char *name, void *fn)
{
	unsigned long addr;
	int err = ebpf_compat_func_find(name, &addr);

	*(unsigned long *)fn = err ? 0 : addr;
	return err == -ENOENT ? 0 : err;
}

static int find_all(void)
{
	int err;

	err = find("set_memory_ro", &text.set_memory_ro);
	if (!err)
		err = find("set_memory_rw", &text.set_memory_rw);
	if (!err)
		err = find("set_memory_x", &text.set_memory_x);
	if (!err)
		err = find("set_memory_nx", &text.set_memory_nx);
	if (!err && text.set_memory_ro && text.set_memory_rw && text.set_memory_x &&
	    text.set_memory_nx)
		err = find("module_alloc", &text.module_alloc);
	return err;
}

static int text_functions(void)
{
	static bool tried;
	int err = 0;

	mutex_lock(&find_lock);
	/* What a shortage of memory kept from being found may be there the next time. */
	if (!tried) {
		err = compat_calls_are_checked() ? 0 : find_all();
		tried = !err;
	}
	if (tried && !text.module_alloc)
		err = -ENOSPC;
	mutex_unlock(&find_lock);
	return err;
}

/* Also the kernel's direct mapping of the pages is made writable again here; one
 * that cannot be must not go back to the page allocator.
 */
void ebpf_compat_text_free(void *p, unsigned long size)
{
	int pages = size >> PAGE_SHIFT;

	if (text.set_memory_nx((unsigned long)p, pages) ||
	    text.set_memory_rw((unsigned long)p, pages)) {
		pr_warn("ebpfdrv: %lu bytes of code memory cannot be given back\n", size);
		return;
	}
	vfree(p);
}

void *ebpf_compat_text_alloc(unsigned long size, u8 fill)
{
	int pages = size >> PAGE_SHIFT, err = text_functions();
	void *p;

	if (err)
		return ERR_PTR(err);
	p = text.module_alloc(size);
	if (!p)
		return ERR_PTR(-ENOMEM);
	memset(p, fill, size);
	if (text.set_memory_ro((unsigned long)p, pages) ||
	    text.set_memory_x((unsigned long)p, pages)) {
		ebpf_compat_text_free(p, size);
		return ERR_PTR(-ENOMEM);
	}
	return p;
}
