// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which formats of programs are taken, and what they consist of. tests/vm/test_text.c asks
 * Linux the same.
 */
#include <ebpf/format.h>

#include "format_list.h"
#include "tap.h"

static const char *shown(const char *fmt)
{
	static char text[64];
	size_t n = 0;

	for (; *fmt && n < sizeof(text) - 5; fmt++)
		n += sprintf(text + n, *fmt >= ' ' && *fmt < 0x7f ? "%c" : "\\x%02x", (u8)*fmt);
	text[n] = '\0';
	return text;
}

static void test_list(void)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(format_list); i++) {
		const struct format_case *c = &format_list[i];

		tap_eq(ebpf_format_check(c->fmt, c->nr_args), c->ok ? 0 : -EINVAL,
		       "\"%s\" for %u arguments", shown(c->fmt), c->nr_args);
	}
}

/* Each first character of a conversion, and each that can follow one that wants an end. */
static void test_bytes(void)
{
	char one[3] = "%?", after[4] = "%s?";
	u32 i, ok_one = 0, ok_after = 0;

	for (i = 1; i < 256; i++) {
		one[1] = i;
		after[2] = i;
		ok_one += !ebpf_format_check(one, 1);
		ok_after += !ebpf_format_check(after, 1);
	}
	tap_eq(ok_one, 9, "9 conversions of one character, %%%% among them");
	/* 32 signs of ASCII but %, 6 blanks, 32 signs and a blank of Latin-1, and no other. */
	tap_eq(ok_after, 31 + 6 + 34, "a string ends where a sign or a blank follows");
}

static void test_parts(void)
{
	const char *p = "a%%%-+0 12lXz%pI4xy:%pks", *end = p + strlen(p);
	struct ebpf_conv c;

	tap_ok(ebpf_format_next(&p, end, &c) == EBPF_FORMAT_CHAR && c.ch == 'a', "a character");
	tap_ok(ebpf_format_next(&p, end, &c) == EBPF_FORMAT_CHAR && c.ch == '%', "%%%%");
	tap_ok(ebpf_format_next(&p, end, &c) == EBPF_FORMAT_NUMBER && c.width == 12 && c.left &&
	       c.plus && c.zero && c.blank && c.len == 2 && !strcmp(c.kind, "lX"), "a number");
	tap_ok(ebpf_format_next(&p, end, &c) == EBPF_FORMAT_CHAR && c.ch == 'z', "what follows it");
	tap_ok(ebpf_format_next(&p, end, &c) == EBPF_FORMAT_IP && !c.width && !c.left, "an address");
	tap_ok(ebpf_format_next(&p, end, &c) == EBPF_FORMAT_CHAR && c.ch == ':',
	       "letters behind it are dropped");
	tap_ok(ebpf_format_next(&p, end, &c) == EBPF_FORMAT_STRING && c.kind[1] == 'k', "a string");
	tap_ok(ebpf_format_next(&p, end, &c) == EBPF_FORMAT_END &&
	       ebpf_format_next(&p, end, &c) == EBPF_FORMAT_END && p == end,
	       "and the end, which stays");
}

/* A text that goes on behind the end. */
static void test_end(void)
{
	static const char * const texts[] = { "%5", "%%", "%p", "%pI", "%ll", "%000", "a", "%px" };
	char buf[16];
	u32 i, past = 0;

	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		const char *p = buf, *end = buf + strlen(texts[i]);
		struct ebpf_conv c;

		memset(buf, 's', sizeof(buf));
		memcpy(buf, texts[i], strlen(texts[i]));
		while (ebpf_format_next(&p, end, &c) > 0)
			;
		past += p > end;
	}
	tap_eq(past, 0, "nothing is taken from behind the end");
}

/* What was found does not lie in the text. */
static void test_copy(void)
{
	char buf[] = "%5lld %pI4";
	const char *p = buf, *end = buf + strlen(buf);
	struct ebpf_conv number, blank, ip;

	ebpf_format_next(&p, end, &number);
	ebpf_format_next(&p, end, &blank);
	ebpf_format_next(&p, end, &ip);
	memset(buf, 's', sizeof(buf));
	tap_ok(!strcmp(number.kind, "lld") && blank.ch == ' ' && !strcmp(ip.kind, "pI4"),
	       "parts are copies of what was looked at");
}

int main(void)
{
	test_list();
	test_bytes();
	test_parts();
	test_end();
	test_copy();
	return tap_end();
}
