// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/caller.h"
#include "kmod/prog/nofault.h"

#include <linux/list.h>
#include <linux/spinlock.h>

static LIST_HEAD(calls);
static DEFINE_SPINLOCK(calls_lock);
/* Nearly always 0. */
static atomic_t calls_cnt = ATOMIC_INIT(0);

void ebpf_kernel_call_begin(struct ebpf_kernel_call *call)
{
	call->task = current;
	spin_lock(&calls_lock);
	list_add(&call->node, &calls);
	spin_unlock(&calls_lock);
	atomic_inc(&calls_cnt);
}

void ebpf_kernel_call_end(struct ebpf_kernel_call *call)
{
	atomic_dec(&calls_cnt);
	spin_lock(&calls_lock);
	list_del(&call->node);
	spin_unlock(&calls_lock);
}

static bool is_kernel_call(void)
{
	struct ebpf_kernel_call *call;
	bool found = false;

	/* A task sees what it has counted itself. */
	if (likely(!atomic_read(&calls_cnt)))
		return false;
	spin_lock(&calls_lock);
	list_for_each_entry(call, &calls, node)
		found |= call->task == current;
	spin_unlock(&calls_lock);
	return found;
}

int ebpf_copy_in(void *dst, u64 src, size_t size)
{
	if (likely(!is_kernel_call()))
		return copy_from_user(dst, (const void __user *)(unsigned long)src, size) ?
		       -EFAULT : 0;
	/* The addresses are the program's words: it is privileged, but may be wrong. */
	if (size > U32_MAX)
		return -EFAULT;
	return size && ebpf_read_kernel(dst, src, size) ? -EFAULT : 0;
}

long ebpf_copy_in_str(char *dst, u64 src, u32 size)
{
	long len;

	if (likely(!is_kernel_call())) {
		len = strncpy_from_user(dst, (const char __user *)(unsigned long)src, size - 1);
		if (len < 0)
			return -EFAULT;
		dst[len] = '\0';
		return len;
	}
	len = ebpf_read_kernel_str(dst, src, size);
	return len < 0 ? -EFAULT : len - 1;
}
