/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Executable memory of the kernel's own: what it loads modules into, in reach of
 * a 32-bit call from and to them.
 */
#ifndef _COMPAT_TEXT_H
#define _COMPAT_TEXT_H

#include "kmod/compat/compat.h"

/* @size bytes, a multiple of pages, each set to @fill; executable and never again
 * writable at this address. ERR_PTR(-ENOMEM) where memory or address space has run out,
 * -ENOSPC where the kernel's allocator cannot be found, which no kernel exports. Process
 * context, may sleep.
 */
void *ebpf_compat_text_alloc(unsigned long size, u8 fill);
/* Gives it back. The caller knows that no CPU runs there. May sleep. */
void ebpf_compat_text_free(void *text, unsigned long size);

#endif /* _COMPAT_TEXT_H */
