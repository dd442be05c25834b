// SPDX-License-Identifier: GPL-2.0-only
/* Formats of programs: what they consist of, and which Linux refuses. */
#include <ebpf/format.h>

/* Latin-1, as the kernel's own tables of characters have it on every kernel. */
enum { OTHER, SPACE, PUNCT, ALNUM };

static u32 class_of(char ch)
{
	u8 c = ch;

	if (c == ' ' || (c >= '\t' && c <= '\r') || c == 0xa0)
		return SPACE;
	if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))
		return ALNUM;
	if (c > ' ' && c < 0x7f)
		return PUNCT;
	if (c < 0xa0)
		return OTHER;
	return c < 0xc0 || c == 0xd7 || c == 0xf7 ? PUNCT : ALNUM;
}

/* Linux asks for an end or a separator, so that extensions it does not know are refused. */
static bool ends_conv(char c)
{
	return !c || class_of(c) == SPACE || class_of(c) == PUNCT;
}

static const char *skip_flags(struct ebpf_conv *conv, const char *p)
{
	for (; *p == '0' || *p == '+' || *p == '-' || *p == ' '; p++) {
		conv->zero |= *p == '0';
		conv->plus |= *p == '+';
		conv->left |= *p == '-';
		conv->blank |= *p == ' ';
	}
	/* What follows a flag '0' can begin with no other. */
	for (; *p >= '0' && *p <= '9'; p++)
		if (conv->width < 10000)
			conv->width = conv->width * 10 + (*p - '0');
	return p;
}

/* @p is at the 'p'. */
static int parse_pointer(struct ebpf_conv *conv, const char *p)
{
	if (ends_conv(p[1])) {
		conv->end = p + 1;
		return EBPF_FORMAT_POINTER;
	}
	if ((p[1] == 'k' || p[1] == 'u') && p[2] == 's') {
		conv->end = p + 3;
		return ends_conv(p[3]) ? EBPF_FORMAT_STRING : -EINVAL;
	}
	if (p[1] == 'K' || p[1] == 'x' || p[1] == 's' || p[1] == 'S' || p[1] == 'B') {
		conv->end = p + 2;
		return EBPF_FORMAT_POINTER;
	}
	if ((p[1] == 'i' || p[1] == 'I') && (p[2] == '4' || p[2] == '6')) {
		conv->end = p + 3;
		return EBPF_FORMAT_IP;
	}
	return -EINVAL;
}

static int parse_number(struct ebpf_conv *conv, const char *p)
{
	int longs = 0;

	for (; *p == 'l' && longs < 2; p++)
		longs++;
	conv->end = p + 1;
	if (*p == 'd' || *p == 'i' || *p == 'u' || *p == 'x' || *p == 'X')
		return EBPF_FORMAT_NUMBER;
	return -EINVAL;
}

static int parse_conv(struct ebpf_conv *conv)
{
	const char *p = skip_flags(conv, conv->start + 1);

	conv->kind = p;
	conv->end = p + 1;
	if (*p == 'p')
		return parse_pointer(conv, p);
	if (*p == 's')
		return ends_conv(p[1]) ? EBPF_FORMAT_STRING : -EINVAL;
	if (*p == 'c')
		return EBPF_FORMAT_ONE_CHAR;
	return parse_number(conv, p);
}

int ebpf_format_next(const char **p, struct ebpf_conv *conv)
{
	const char *at = *p;
	int part;

	memset(conv, 0, sizeof(*conv));
	conv->start = at;
	if (!*at)
		return EBPF_FORMAT_END;
	/* Other than ASCII may be UTF-8. */
	if ((u8)*at < 0x80 && class_of(*at) == OTHER)
		return -EINVAL;
	if (*at != '%' || at[1] == '%') {
		*p = at + (*at == '%') + 1;
		return EBPF_FORMAT_CHAR;
	}
	part = parse_conv(conv);
	if (part < 0)
		return part;
	at = conv->end;
	if (*conv->kind == 'p')
		while (class_of(*at) == ALNUM)
			at++;
	*p = at;
	return part;
}

int ebpf_format_check(const char *fmt, u32 nr_args)
{
	struct ebpf_conv conv;
	u32 used = 0;
	int part;

	for (;;) {
		part = ebpf_format_next(&fmt, &conv);
		if (part <= 0)
			return part;
		if (part != EBPF_FORMAT_CHAR && used++ >= nr_args)
			return -EINVAL;
	}
}
