/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * printf for programs: bpf_trace_printk(), bpf_trace_vprintk(), bpf_snprintf().
 */
#ifndef _HELPERS_FORMAT_H
#define _HELPERS_FORMAT_H

#include <ebpf/types.h>

#define EBPF_FORMAT_MAX_ARGS	12

/**
 * ebpf_format() - text from a format and numbers
 * @out:  where to, always terminated when @size is not 0
 * @size: bytes at @out
 * @fmt, @fmt_size: the format; must hold a NUL within its size
 * @args: one number per conversion; addresses for %s (kernel or user), %pks, %pus
 *
 * Any context. Returns the length the text would have without the limit, NUL not
 * counted; -EINVAL for a format that Linux refuses too (<ebpf/format.h>, or more
 * conversions than @nr_args), -ENOSPC when strings and numbers are more than the 512
 * bytes that Linux has for them.
 */
int ebpf_format(char *out, u32 size, const char *fmt, u32 fmt_size, const u64 *args, u32 nr_args);

#endif /* _HELPERS_FORMAT_H */
