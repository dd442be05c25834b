/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The formats that Linux gives programs: d i u x X with l and ll; c; s, pks, pus; p, px, pK, ps,
 * pS, pB; pi4, pI4, pi6, pI6 and %%. Flags are '0', '+', '-' and ' ', then a width.
 *
 * One walk serves the verifier, which knows the format of bpf_snprintf() when it loads a program,
 * and the helpers that print.
 */
#ifndef _EBPF_FORMAT_H
#define _EBPF_FORMAT_H

#include <ebpf/types.h>

enum ebpf_format_part {
	EBPF_FORMAT_END,
	EBPF_FORMAT_CHAR,	/* @ch as it is */
	EBPF_FORMAT_NUMBER,
	EBPF_FORMAT_ONE_CHAR,
	EBPF_FORMAT_STRING,
	EBPF_FORMAT_POINTER,
	EBPF_FORMAT_IP,
};

#define EBPF_FORMAT_KIND_MAX	3	/* letters: lld, pks, pI4 */

/**
 * struct ebpf_conv - one part of a format
 * @ch:    the character
 * @kind:  the letters behind flags and width, ends in NUL
 * @len:   how many
 * @width: as written, 0 for none, 99999 for more
 * @zero, @plus, @left, @blank: the flags '0', '+', '-' and ' '
 */
struct ebpf_conv {
	char ch;
	char kind[EBPF_FORMAT_KIND_MAX + 1];
	u32 len;
	u32 width;
	bool zero, plus, left, blank;
};

/**
 * ebpf_format_next() - the part that *@p begins with
 *
 * *@p moves behind the part, at most to @end, where the text counts as ended though there be
 * no NUL: letters and digits that follow a pointer's are dropped with it, as Linux does.
 *
 * The text may be in a map, and change meanwhile. Of each part what is in @conv is what was
 * looked at.
 *
 * Any context. Returns an enum ebpf_format_part, or -EINVAL for what Linux refuses.
 */
int ebpf_format_next(const char **p, const char *end, struct ebpf_conv *conv);

/* Is @fmt, which ends in NUL, a format for @nr_args arguments or more? Any context. 0 or -EINVAL. */
int ebpf_format_check(const char *fmt, u32 nr_args);

#endif /* _EBPF_FORMAT_H */
