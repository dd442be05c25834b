/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the engines need from the world they run in. The module implements
 * these in kmod/services.c, the user-space library in tests/host/services.c.
 */
#ifndef _EBPF_SERVICES_H
#define _EBPF_SERVICES_H

#include <ebpf/types.h>

/* Zeroed memory of any size up to 1 GiB, or NULL. May sleep. */
void *ebpf_alloc(size_t size);

/* As ebpf_alloc(), but what is in it is of no meaning: for what is written at once and
 * never leaves the kernel.
 */
void *ebpf_alloc_dirty(size_t size);

/* ebpf_alloc(n * size) that fails on overflow. */
void *ebpf_calloc(size_t n, size_t size);

/* Grows or shrinks @p from @old to @new bytes; what is gained is zeroed.
 * On failure returns NULL and @p stays as it was. May sleep.
 */
void *ebpf_realloc(void *p, size_t old, size_t new);

/* NULL is allowed. Never call it where sleeping is not allowed. */
void ebpf_free(void *p);

/* Monotonic nanoseconds. */
u64 ebpf_now_ns(void);

/* Called often by long loops: lets others run. Returns 0, or -EAGAIN when the
 * caller was killed or has a signal pending and the work should be dropped.
 */
int ebpf_yield(void);

/* As vscnprintf(): never more than @size, always terminated, returns the
 * length written. Formats used by engines: d u x s c with l, ll, width,
 * precision, '#', '0', '-' and '*'. No kernel extensions.
 */
int ebpf_vscnprintf(char *buf, size_t size, const char *fmt, va_list args)
	__attribute__((format(printf, 3, 0)));
int ebpf_scnprintf(char *buf, size_t size, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* A condition that the engine's own logic rules out: reported once, with the
 * place, and the load is refused; never a crash.
 */
void ebpf_report_bug(const char *where, int line);
#define EBPF_BUG_ON(cond)						\
	({								\
		bool __bug = !!(cond);					\
		if (unlikely(__bug))					\
			ebpf_report_bug(__FILE__, __LINE__);		\
		unlikely(__bug);					\
	})

#endif /* _EBPF_SERVICES_H */
