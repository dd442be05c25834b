// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the engines ask of the kernel.
 */
#include "kmod/compat/compat.h"
#include <ebpf/services.h>

#define SERVICE_ALLOC_MAX	(1UL << 30)

void *ebpf_alloc(size_t size)
{
	if (size > SERVICE_ALLOC_MAX)
		return NULL;
	return compat_kvzalloc(size ? size : 1);
}

void *ebpf_alloc_dirty(size_t size)
{
	if (size > SERVICE_ALLOC_MAX)
		return NULL;
	return compat_kvmalloc(size ? size : 1);
}

void *ebpf_calloc(size_t n, size_t size)
{
	if (size && n > SERVICE_ALLOC_MAX / size)
		return NULL;
	return ebpf_alloc(n * size);
}

void *ebpf_realloc(void *p, size_t old, size_t new)
{
	void *q = ebpf_alloc_dirty(new);

	if (!q)
		return NULL;
	if (p)
		memcpy(q, p, min(old, new));
	if (new > old)
		memset(q + old, 0, new - old);
	compat_kvfree(p);
	return q;
}

void ebpf_free(void *p)
{
	compat_kvfree(p);
}

u64 ebpf_now_ns(void)
{
	return compat_ktime_get_ns();
}

int ebpf_yield(void)
{
	compat_cond_resched();
	return signal_pending(current) ? -EAGAIN : 0;
}

int ebpf_vscnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	return vscnprintf(buf, size, fmt, args);
}

int ebpf_scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = vscnprintf(buf, size, fmt, args);
	va_end(args);
	return len;
}

void ebpf_report_bug(const char *where, int line)
{
	static bool reported;

	if (reported)
		return;
	reported = true;
	pr_err("ebpfdrv: internal error at %s:%d, please report; the program is refused\n",
	       where, line);
}
