/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel was given and would not give back: probes, handlers of ftrace, probes of
 * tracepoints. It goes on calling them, so their memory stays, they are made to do nothing,
 * and the module stays with them.
 */
#ifndef _COMPAT_KEEP_H
#define _COMPAT_KEEP_H

/* Says that what @what at @place calls is kept, and keeps the module until the next boot.
 * The caller keeps the memory. Process context.
 */
void ebpf_compat_keep(const char *what, unsigned long place, int err);

#endif /* _COMPAT_KEEP_H */
