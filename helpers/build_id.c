// SPDX-License-Identifier: GPL-2.0-only
/*
 * Build ids of the files that the current task has mapped, from what the page cache has of
 * their first pages: nothing is read from disk and nothing waited for.
 */
#include "helpers/build_id.h"
#include "helpers/find_vma.h"
#include "kmod/fs/elf_note.h"
#include "kmod/prog/nofault.h"
#include "kmod/compat/mm.h"

#include <linux/hardirq.h>
#include <linux/pagemap.h>

static bool page_build_id(struct page *page, u8 *id)
{
	const void *bytes = page_address(page);
	u64 word;

	/* Some pages are in nobody's reach, the kernel's included. */
	if (!PageUptodate(page) || !bytes ||
	    ebpf_read_kernel(&word, (unsigned long)bytes, sizeof(word)))
		return false;
	return ebpf_elf_build_id(bytes, PAGE_SIZE, id);
}

static bool vma_build_id(const struct vm_area_struct *vma, u8 *id)
{
	struct page *page;
	bool found;

	if (!vma->vm_file || !vma->vm_file->f_mapping)
		return false;
	page = find_get_page(vma->vm_file->f_mapping, 0);
	if (!page)
		return false;
	found = page_build_id(page, id);
	put_page(page);
	return found;
}

static void set_ip(struct ebpf_stack_build_id *id, u64 ip)
{
	memset(id, 0, sizeof(*id));
	id->status = EBPF_STACK_BUILD_ID_IP;
	id->ip = ip;
}

/* Frames that follow each other are mostly in the same file. */
static void find_ids(struct mm_struct *mm, struct ebpf_stack_build_id *ids, const u64 *ips, u32 n)
{
	const struct ebpf_stack_build_id *last = NULL;
	struct vm_area_struct *vma = NULL;
	u32 i;

	for (i = 0; i < n; i++) {
		if (!vma || ips[i] < vma->vm_start || ips[i] >= vma->vm_end) {
			vma = find_vma(mm, ips[i]);
			last = NULL;
		}
		if (!vma || vma->vm_start > ips[i]) {
			vma = NULL;
			set_ip(&ids[i], ips[i]);
			continue;
		}
		if (last)
			memcpy(ids[i].build_id, last->build_id, sizeof(ids[i].build_id));
		else if (!vma_build_id(vma, ids[i].build_id)) {
			set_ip(&ids[i], ips[i]);
			continue;
		}
		ids[i].status = EBPF_STACK_BUILD_ID_VALID;
		ids[i].offset = ((u64)vma->vm_pgoff << PAGE_SHIFT) + ips[i] - vma->vm_start;
		last = &ids[i];
	}
}

void ebpf_build_ids(struct ebpf_stack_build_id *ids, const u64 *ips, u32 n)
{
	struct mm_struct *mm = current->mm;
	void *lock;
	u32 i;

	BUILD_BUG_ON(EBPF_BUILD_ID_MAX != sizeof(ids->build_id));
	/* To be the last who has a page is nothing for an NMI. */
	if (!in_nmi() && mm && ebpf_vma_trylock(mm, &lock)) {
		find_ids(mm, ids, ips, n);
		ebpf_vma_unlock(mm, lock);
		return;
	}
	for (i = 0; i < n; i++)
		set_ip(&ids[i], ips[i]);
}
