// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/compat/remote.h"
#include "kmod/compat/uprobe.h"

#include <linux/highmem.h>
#include <linux/pagemap.h>

#if !defined(HAVE_EXPORT_ACCESS_PROCESS_VM) || !defined(COMPAT_UPROBE_REF_CTR)
/* One page, with a reference, to be written to if @write; 1 or an errno. mmap_sem is held. */
static long get_page_of(struct task_struct *task, struct mm_struct *mm, unsigned long addr,
			bool write, struct page **page)
{
#if defined(HAVE_GUP_REMOTE_WRITE_FORCE)
	return get_user_pages_remote(task, mm, addr, 1, write, 0, page, NULL);
#elif defined(HAVE_GUP_REMOTE_TASK_FLAGS)
	return get_user_pages_remote(task, mm, addr, 1, write ? FOLL_WRITE : 0, page, NULL);
#elif defined(HAVE_GUP_REMOTE_TASK_LOCKED)
	return get_user_pages_remote(task, mm, addr, 1, write ? FOLL_WRITE : 0, page, NULL,
				     NULL);
#elif defined(HAVE_GUP_REMOTE_LOCKED)
	return get_user_pages_remote(mm, addr, 1, write ? FOLL_WRITE : 0, page, NULL, NULL);
#elif defined(HAVE_GUP_REMOTE_NO_VMAS)
	return get_user_pages_remote(mm, addr, 1, write ? FOLL_WRITE : 0, page, NULL);
#elif defined(HAVE_GUP_TASK_WRITE_FORCE)
	/* Before 4.6 one function serves all tasks. */
	return get_user_pages(task, mm, addr, 1, write, 0, page, NULL);
#endif
}
#endif

#ifndef COMPAT_UPROBE_REF_CTR
long ebpf_compat_get_page(struct mm_struct *mm, unsigned long addr, struct page **page)
{
	return get_page_of(NULL, mm, addr, true, page);
}
#endif

#ifdef HAVE_EXPORT_ACCESS_PROCESS_VM

int ebpf_compat_read_task(struct task_struct *task, unsigned long addr, void *buf, int len)
{
	return access_process_vm(task, addr, buf, len, 0);
}

#else

static int read_page(struct task_struct *task, struct mm_struct *mm, unsigned long addr,
		     void *buf, int len)
{
	struct page *page;
	long ret;

#ifdef HAVE_MMAP_LOCK
	mmap_read_lock(mm);
	ret = get_page_of(task, mm, addr, false, &page);
	mmap_read_unlock(mm);
#else
	down_read(&mm->mmap_sem);
	ret = get_page_of(task, mm, addr, false, &page);
	up_read(&mm->mmap_sem);
#endif
	if (ret <= 0)
		return 0;
	len = min_t(unsigned long, len, PAGE_SIZE - offset_in_page(addr));
	memcpy(buf, kmap(page) + offset_in_page(addr), len);
	kunmap(page);
	put_page(page);
	return len;
}

int ebpf_compat_read_task(struct task_struct *task, unsigned long addr, void *buf, int len)
{
	struct mm_struct *mm = get_task_mm(task);
	int done = 0, n;

	if (!mm)
		return 0;
	while (done < len) {
		n = read_page(task, mm, addr + done, buf + done, len - done);
		if (!n)
			break;
		done += n;
		cond_resched();
	}
	mmput(mm);
	return done;
}

#endif
