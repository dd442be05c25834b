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

/* What is left of a text that others may change: no byte is looked at twice. */
struct text {
	const char *p;
	const char *end;
};

static char peek(const struct text *t)
{
	return t->p < t->end ? *(const volatile char *)t->p : '\0';
}

/* Reads flags and width. Returns the character behind them, at which @t stays. */
static char take_flags(struct ebpf_conv *conv, struct text *t)
{
	char c;

	for (c = peek(t); c == '0' || c == '+' || c == '-' || c == ' '; c = peek(t)) {
		conv->zero |= c == '0';
		conv->plus |= c == '+';
		conv->left |= c == '-';
		conv->blank |= c == ' ';
		t->p++;
	}
	/* What follows a flag '0' can begin with no other. */
	for (; c >= '0' && c <= '9'; c = peek(t)) {
		if (conv->width < 10000)
			conv->width = conv->width * 10 + (c - '0');
		t->p++;
	}
	return c;
}

/* @c, which @t is at, is the next letter of the conversion. Returns what is behind it. */
static char take(struct ebpf_conv *conv, struct text *t, char c)
{
	conv->kind[conv->len++] = c;
	if (c)
		t->p++;
	return peek(t);
}

/* @c is behind the 'p'. */
static int parse_pointer(struct ebpf_conv *conv, struct text *t, char c)
{
	if (ends_conv(c))
		return EBPF_FORMAT_POINTER;
	if (c == 'k' || c == 'u') {
		if (take(conv, t, c) != 's')
			return -EINVAL;
		return ends_conv(take(conv, t, 's')) ? EBPF_FORMAT_STRING : -EINVAL;
	}
	if (c == 'i' || c == 'I') {
		c = take(conv, t, c);
		if (c != '4' && c != '6')
			return -EINVAL;
		take(conv, t, c);
		return EBPF_FORMAT_IP;
	}
	if (c != 'K' && c != 'x' && c != 's' && c != 'S' && c != 'B')
		return -EINVAL;
	take(conv, t, c);
	return EBPF_FORMAT_POINTER;
}

static int parse_number(struct ebpf_conv *conv, struct text *t, char c)
{
	int longs;

	for (longs = 0; c == 'l' && longs < 2; longs++)
		c = take(conv, t, c);
	if (c != 'd' && c != 'i' && c != 'u' && c != 'x' && c != 'X')
		return -EINVAL;
	take(conv, t, c);
	return EBPF_FORMAT_NUMBER;
}

/* @t is behind the '%'. */
static int parse_conv(struct ebpf_conv *conv, struct text *t)
{
	char c = take_flags(conv, t);

	switch (c) {
	case 'p':
		return parse_pointer(conv, t, take(conv, t, c));
	case 's':
		return ends_conv(take(conv, t, c)) ? EBPF_FORMAT_STRING : -EINVAL;
	case 'c':
		take(conv, t, c);
		return EBPF_FORMAT_ONE_CHAR;
	default:
		return parse_number(conv, t, c);
	}
}

static int parse(struct ebpf_conv *conv, struct text *t)
{
	int part;

	conv->ch = peek(t);
	if (!conv->ch)
		return EBPF_FORMAT_END;
	/* Other than ASCII may be UTF-8. */
	if ((u8)conv->ch < 0x80 && class_of(conv->ch) == OTHER)
		return -EINVAL;
	t->p++;
	if (conv->ch != '%')
		return EBPF_FORMAT_CHAR;
	if (peek(t) == '%') {
		t->p++;
		return EBPF_FORMAT_CHAR;
	}
	part = parse_conv(conv, t);
	if (part > 0 && conv->kind[0] == 'p')
		while (class_of(peek(t)) == ALNUM)
			t->p++;
	return part;
}

int ebpf_format_next(const char **p, const char *end, struct ebpf_conv *conv)
{
	struct text t = { *p, end };
	int part;

	memset(conv, 0, sizeof(*conv));
	part = parse(conv, &t);
	*p = t.p;
	return part;
}

int ebpf_format_check(const char *fmt, u32 nr_args)
{
	const char *end = fmt + strlen(fmt);
	struct ebpf_conv conv;
	u32 used = 0;
	int part;

	for (;;) {
		part = ebpf_format_next(&fmt, end, &conv);
		if (part <= 0)
			return part;
		if (part != EBPF_FORMAT_CHAR && used++ >= nr_args)
			return -EINVAL;
	}
}
