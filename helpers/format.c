// SPDX-License-Identifier: GPL-2.0-only
/*
 * The formats that Linux gives programs: d i u x X with l and ll, flags and
 * width; c; s, pks, pus; p, px, pK, ps, pS, pB; pi4, pI4, pi6, pI6 and %%.
 */
#include "helpers/format.h"
#include <linux/ctype.h>
#include "kmod/compat/compat.h"
#include "kmod/prog/nofault.h"

#define MAX_WIDTH	1024

/* One conversion on its way through the parser. */
struct conv {
	const char *start;	/* at the '%' */
	const char *kind;	/* at the letter after flags and width */
	const char *end;
	u32 width;
	bool left;
};

struct sink {
	char *out;
	u32 size;
	u32 len;	/* of the full text, may pass size */
};

static void put_char(struct sink *s, char c)
{
	if (s->len + 1 < s->size)
		s->out[s->len] = c;
	s->len++;
}

static void put_text(struct sink *s, const char *text, u32 len)
{
	while (len--)
		put_char(s, *text++);
}

static void put_padding(struct sink *s, u32 width, u32 len)
{
	for (; len < width; len++)
		put_char(s, ' ');
}

static const char *skip_flags(struct conv *c, const char *p, const char *limit)
{
	for (; p < limit && (*p == '-' || *p == '+' || *p == ' ' || *p == '#' || *p == '0'); p++)
		c->left |= *p == '-';
	for (; p < limit && *p >= '0' && *p <= '9'; p++)
		c->width = min_t(u32, c->width * 10 + (*p - '0'), MAX_WIDTH);
	return p;
}

static bool is_one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

/* Linux asks for an end or a separator after %p, so that extensions it does not
 * know are refused.
 */
static bool ends_pointer(char c)
{
	return !c || c == ' ' || c == '\t' || c == '\n' || c == '%' || ispunct(c) || isspace(c);
}

static const char *parse_pointer(const char *p)
{
	if (ends_pointer(p[1]))
		return p + 1;
	if (is_one_of(p[1], "xKsSB"))
		return p + 2;
	if ((p[1] == 'k' || p[1] == 'u') && p[2] == 's')
		return p + 3;
	if ((p[1] == 'i' || p[1] == 'I') && (p[2] == '4' || p[2] == '6'))
		return p + 3;
	return NULL;
}

/* c->start is at a '%'. Fills the rest; false for what is not allowed. */
static bool parse_conv(struct conv *c, const char *limit)
{
	const char *p = skip_flags(c, c->start + 1, limit);
	int longs = 0;

	c->kind = p;
	if (*p == 'p') {
		c->end = parse_pointer(p);
		return c->end != NULL;
	}
	if (*p == 's' || *p == 'c') {
		c->end = p + 1;
		return true;
	}
	for (; *p == 'l' && longs < 2; p++)
		longs++;
	c->end = p + 1;
	return is_one_of(*p, "diuxX");
}

static void put_number(struct sink *s, const struct conv *c, u64 arg)
{
	char spec[32], text[80];
	u32 len = c->end - c->start;
	int n;

	/* The flags and width as written; ll so that one call serves all sizes. */
	if (c->kind[0] != 'l') {
		bool is_signed = c->kind[0] == 'd' || c->kind[0] == 'i';

		arg = is_signed ? (u64)(s64)(s32)arg : (u32)arg;
	}
	len = min_t(u32, c->kind - c->start, sizeof(spec) - 4);
	memcpy(spec, c->start, len);
	spec[len++] = 'l';
	spec[len++] = 'l';
	spec[len++] = c->end[-1];
	spec[len] = '\0';
	n = snprintf(text, sizeof(text), spec, arg);
	put_text(s, text, min_t(u32, n, sizeof(text) - 1));
}

/* Reads straight into the output; what does not fit is not counted, as its
 * length is not known without reading it.
 */
static void put_string(struct sink *s, const struct conv *c, u64 addr, bool user)
{
	u32 room = s->len < s->size ? s->size - s->len : 0;
	char *to = s->out + s->len;
	long n = 0;
	u32 len;

	if (!room)
		return;
	n = user ? ebpf_read_user_str(to, addr, room) : ebpf_read_kernel_str(to, addr, room);
	len = n > 0 ? n - 1 : 0;
	if (!c->left && len < c->width) {
		u32 pad = min_t(u32, c->width - len, room - 1 - len);

		memmove(to + pad, to, len);
		memset(to, ' ', pad);
		len += pad;
	}
	s->len += len;
	if (c->left)
		put_padding(s, c->width, len);
}

static void put_ip(struct sink *s, const char *kind, u64 addr)
{
	char spec[8] = { '%', 'p', kind[1], kind[2] };
	char text[48];
	u8 ip[16] = { 0 };
	int n;

	if (ebpf_read_kernel(ip, addr, kind[2] == '4' ? 4 : 16))
		memset(ip, 0, sizeof(ip));
	n = snprintf(text, sizeof(text), spec, ip);
	put_text(s, text, min_t(u32, n, sizeof(text) - 1));
}

static void put_pointer(struct sink *s, const struct conv *c, u64 arg)
{
	char text[128];
	int n;

	switch (c->kind[1]) {
	case 'k':
	case 'u':
		if (c->end - c->kind == 3) {
			put_string(s, c, arg, c->kind[1] == 'u');
			return;
		}
		break;
	case 'i':
	case 'I':
		if (c->end - c->kind == 3) {
			put_ip(s, c->kind, arg);
			return;
		}
		break;
	case 's':
	case 'S':
	case 'B':
		if (c->end - c->kind != 2)
			break;
		if (c->kind[1] == 's')
			n = snprintf(text, sizeof(text), "%ps", (void *)(unsigned long)arg);
		else
			n = snprintf(text, sizeof(text), "%pS", (void *)(unsigned long)arg);
		put_text(s, text, min_t(u32, n, sizeof(text) - 1));
		return;
	}
	/* Programs that may load see addresses anyway: no hashing. */
	n = snprintf(text, sizeof(text), "%016llx", arg);
	put_text(s, text, n);
}

static void put_one_char(struct sink *s, const struct conv *c, char ch)
{
	if (!c->left)
		put_padding(s, c->width, 1);
	put_char(s, ch);
	if (c->left)
		put_padding(s, c->width, 1);
}

static void put_conv(struct sink *s, const struct conv *c, u64 arg)
{
	switch (c->kind[0]) {
	case 'p':
		put_pointer(s, c, arg);
		break;
	case 's':
		put_string(s, c, arg, false);
		break;
	case 'c':
		put_one_char(s, c, arg);
		break;
	default:
		put_number(s, c, arg);
		break;
	}
}

int ebpf_format(char *out, u32 size, const char *fmt, u32 fmt_size, const u64 *args, u32 nr_args)
{
	struct sink s = { .out = out, .size = size, .len = 0 };
	const char *limit = memchr(fmt, '\0', fmt_size);
	const char *p;
	u32 used = 0;

	if (!limit)
		return -EINVAL;
	for (p = fmt; p < limit; ) {
		struct conv c = { .start = p };

		/* Other than ASCII may be UTF-8. */
		if (isascii(*p) && !isprint(*p) && !isspace(*p))
			return -EINVAL;
		if (*p != '%') {
			put_char(&s, *p++);
			continue;
		}
		if (p[1] == '%') {
			put_char(&s, '%');
			p += 2;
			continue;
		}
		if (!parse_conv(&c, limit) || used >= nr_args)
			return -EINVAL;
		put_conv(&s, &c, args[used++]);
		p = c.end;
	}
	if (size)
		out[min_t(u32, s.len, size - 1)] = '\0';
	return s.len;
}
