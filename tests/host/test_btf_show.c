// SPDX-License-Identifier: GPL-2.0-only
/*
 * Values as text. What is wanted here is what Linux printed for the same bytes and
 * types; every type of the running kernel is printed, too, from bytes at random.
 */
#include <tap.h>
#include <ebpf/services.h>
#include "btf_words.h"

enum {
	T_VOID, T_INT, T_U8, T_U64, T_CHAR, T_STR, T_PAIR, T_PAIRS, T_BITS, T_ENUM, T_PTR, T_VOIDP,
	T_NUM, T_CONST, T_OUTER, T_U128, T_UNION, T_GRID, T_ROW, T_E64, T_VAR, T_SEC, T_EMPTY,
	T_NOTHINGS, T_FUNCP, T_PROTO, T_SELF, T_END,
};

static char text[1 << 16];
static u32 text_len;
static struct ebpf_btf *btf;

#define UINT(name, size)	TYPE(name, INT, 0, size), INT_DATA(0, 0, 8 * (size))

static void add_types(void)
{
	ADD(INT(str("int"), 4));
	ADD(UINT(str("__u8"), 1));
	ADD(UINT(str("__u64"), 8));
	ADD(INT(str("char"), 1));
	ADD(ARRAY(T_CHAR, T_INT, 8));
	ADD(TYPE(str("pair"), STRUCT, 2, 8), MEMBER(str("a"), T_INT, 0), MEMBER(str("b"), T_INT, 32));
	ADD(ARRAY(T_PAIR, T_INT, 2));
	ADD(KTYPE(str("bits"), STRUCT, 3, 4), FIELD(str("x"), T_INT, 3, 0),
	    FIELD(str("y"), T_INT, 13, 3), FIELD(str("z"), T_INT, 16, 16));
	ADD(TYPE(str("color"), ENUM, 2, 4), str("RED"), 0, str("BLUE"), 7);
	ADD(PTR(T_PAIR));
	ADD(PTR(T_VOID));
	ADD(TYPE(str("num_t"), TYPEDEF, 0, T_U64));
	ADD(TYPE(0, CONST, 0, T_INT));
	ADD(TYPE(str("outer"), STRUCT, 8, 64), MEMBER(str("s"), T_STR, 0),
	    MEMBER(0, T_UNION, 64), MEMBER(str("p"), T_PAIRS, 128), MEMBER(str("e"), T_ENUM, 256),
	    MEMBER(str("c"), T_CONST, 288), MEMBER(str("ptr"), T_PTR, 320),
	    MEMBER(str("v"), T_VOIDP, 384), MEMBER(str("n"), T_NUM, 448));
	ADD(TYPE(str("u128"), INT, 0, 16), INT_DATA(0, 0, 128));
	ADD(TYPE(str("either"), UNION, 2, 8), MEMBER(str("b"), T_BITS, 0), MEMBER(str("q"), T_U64, 0));
	ADD(ARRAY(T_ROW, T_INT, 2));
	ADD(ARRAY(T_U8, T_INT, 2));
	ADD(TYPE(str("e64"), ENUM64, 1, 8), str("HUGE"), 0, 1);
	ADD(TYPE(str("counter"), VAR, 0, T_INT), 1);
	ADD(TYPE(str(".bss"), DATASEC, 1, 4), T_VAR, 0, 4);
	ADD(TYPE(str("empty"), STRUCT, 0, 0));
	ADD(ARRAY(T_EMPTY, T_INT, 0xffffffff));
	ADD(PTR(T_PROTO));
	ADD(TYPE(0, FUNC_PROTO, 0, T_VOID));
	ADD(TYPE(str("self"), STRUCT, 1, 8), MEMBER(str("s"), T_SELF, 0));
}

static bool make_btf(void)
{
	words_begin(0);
	add_types();
	btf = words_parse_vmlinux();
	return !IS_ERR(btf) && ebpf_btf_nr_types(btf) == T_END;
}

static void write_text(void *cookie, const char *s, u32 len)
{
	if (text_len + len < sizeof(text)) {
		memcpy(text + text_len, s, len);
		text[text_len + len] = '\0';
	}
	text_len += len;
}

static int read_bytes(void *dst, u64 src, u32 size)
{
	memcpy(dst, (const void *)(unsigned long)src, size);
	return 0;
}

static int read_fault(void *dst, u64 src, u32 size)
{
	return -EFAULT;
}

static void say_ptr(char *buf, u32 size, u64 value)
{
	ebpf_scnprintf(buf, size, "0xhidden");
}

static int show(const struct ebpf_btf *of, u32 id, const void *value, u64 flags)
{
	u64 mem[EBPF_BTF_SHOW_MEM / 8];
	struct ebpf_btf_show s = {
		.write = write_text, .read = read_bytes, .ptr = say_ptr, .flags = flags, .mem = mem,
	};

	text_len = 0;
	text[0] = '\0';
	return ebpf_btf_show(of, id, (u64)(unsigned long)value, &s);
}

#define C	EBPF_BTF_F_COMPACT
#define N	EBPF_BTF_F_NONAME
#define R	EBPF_BTF_F_PTR_RAW
#define Z	EBPF_BTF_F_ZERO

static const u8 outer[64] = {
	'h', 'i', 0, 'x', 0, 0, 0, 0,			/* s */
	0x0d, 0, 0, 0, 0, 0, 0, 0,			/* either */
	0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0,	/* p */
	7, 0, 0, 0, 5, 0, 0, 0,				/* e, c */
	0x10, 0, 0, 0, 0, 0, 0, 0,			/* ptr */
	0, 0, 0, 0, 0, 0, 0, 0,				/* v */
	2, 0, 0, 0, 0, 0, 0, 0,				/* n */
};

static const u8 zeros[64];
static const u8 ones[64] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 };

static const struct show_case {
	u32 id;
	u64 flags;
	const void *value;
	const char *want;
} cases[] = {
	{ T_INT, C, ones, "(int)16843009" },
	{ T_INT, C, zeros, "(int)0" },
	{ T_INT, C | N, ones, "16843009" },
	{ T_NUM, C, ones, "(num_t)72340172838076673" },
	{ T_U128, C, ones, "(u128)0x1010101010101010101010101010101" },
	{ T_PAIR, 0, ones, "(struct pair){\n .a = (int)16843009,\n .b = (int)16843009,\n}\n" },
	{ T_PAIR, C, zeros, "(struct pair){}" },
	{ T_PAIR, C | Z, zeros, "(struct pair){.a = (int)0,.b = (int)0,}" },
	{ T_BITS, C, ones, "(struct bits){.x = (int)0x1,.y = (int)0x20,.z = (int)0x101,}" },
	{ T_ENUM, C, zeros, "(enum color)RED" },
	{ T_ENUM, C, ones, "(enum color)16843009" },
	{ T_E64, C, ones, "(enum e64)72340172838076673" },
	{ T_PTR, C | R, zeros, "(struct pair *)0x0000000000000000" },
	{ T_PTR, C, ones, "(struct pair *)0xhidden" },
	{ T_VOIDP, C | R, ones, "( *)0x0101010101010101" },
	{ T_FUNCP, C | R, ones, "( *)0x0101010101010101" },
	{ T_STR, C, outer, "(char[])['h','i',]" },
	{ T_GRID, C, ones, "(__u8[][])[(__u8[])[1,1,],(__u8[])[1,1,],]" },
	{ T_PAIRS, C, ones, "(struct pair[])[16843009,16843009,},16843009,16843009,},]" },
	{ T_OUTER, C | R, outer,
	  "(struct outer){.s = (char[])['h','i',],(union either){.b = (struct bits){.x = (int)0x5,"
	  ".y = (int)0x1,},.q = (__u64)13,},.p = (struct pair[])[-1,},],.e = (enum color)BLUE,"
	  ".c = ()5,.ptr = (struct pair *)0x0000000000000010,.n = (num_t)2,}" },
	{ T_OUTER, C | R | N, outer,
	  "{['h','i',],{{0x5,0x1,},13,},[-1,},],BLUE,5,0x0000000000000010,2,}" },
	{ T_OUTER, R, outer,
	  "(struct outer){\n .s = (char[])[\n  'h',\n  'i',\n ],\n (union either){\n"
	  "  .b = (struct bits){\n   .x = (int)0x5,\n   .y = (int)0x1,\n  },\n"
	  "  .q = (__u64)13,\n },\n .p = (struct pair[])[\n  \n   -1,\n  },\n ],\n"
	  " .e = (enum color)BLUE,\n .c = ()5,\n .ptr = (struct pair *)0x0000000000000010,\n"
	  " .n = (num_t)2,\n}\n" },
	{ T_SEC, C | N | Z, ones, "section (\".bss\") = {16843009" },
	{ T_EMPTY, C, zeros, "(struct empty){}" },
	{ T_NOTHINGS, C, zeros, "(struct empty[])[]" },
};

static void test_values(void)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		int err = show(btf, cases[i].id, cases[i].value, cases[i].flags);

		if (!tap_ok(!err && !strcmp(text, cases[i].want), "%.50s", cases[i].want))
			tap_diag("%d: %s", err, text);
	}
}

static void test_errors(void)
{
	u64 mem[EBPF_BTF_SHOW_MEM / 8];
	struct ebpf_btf_show s = { .write = write_text, .read = read_fault, .mem = mem };

	tap_eq(show(btf, 0, zeros, 0), -EINVAL, "void");
	tap_eq(show(btf, T_END, zeros, 0), -EINVAL, "no such type");
	tap_eq(show(btf, T_SELF, zeros, 0), -E2BIG, "a struct in itself");
	tap_eq(ebpf_btf_show(btf, T_PAIR, 0, &s), -EFAULT, "what cannot be read");
}

/* 0, or the number of a type that did not end well. */
static u32 show_all(const struct ebpf_btf *kernel)
{
	static u8 bytes[1 << 18];
	u32 i, size;
	int err;

	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = rand() & rand();
	for (i = 1; i < ebpf_btf_nr_types(kernel); i++) {
		if (!ebpf_btf_type_size(kernel, i, &size) || size > sizeof(bytes))
			continue;
		err = show(kernel, i, bytes, i % 16);
		if (err && err != -E2BIG && err != -EINVAL)
			return i;
	}
	return 0;
}

static void test_kernel(void)
{
	static u8 data[1 << 24] __attribute__((aligned(8)));
	FILE *f = fopen("/sys/kernel/btf/vmlinux", "r");
	struct ebpf_btf *kernel;
	u32 size;

	if (!f) {
		tap_skip("the running kernel has no BTF");
		return;
	}
	size = fread(data, 1, sizeof(data), f);
	fclose(f);
	kernel = ebpf_btf_parse_vmlinux(data, size, NULL);
	if (!tap_ok(!IS_ERR(kernel), "the running kernel's BTF"))
		return;
	tap_eq(show_all(kernel), 0, "a value of each of its types");
	ebpf_btf_destroy(kernel);
}

int main(void)
{
	if (!make_btf()) {
		tap_ok(false, "BTF for the tests");
		return tap_end();
	}
	test_values();
	test_errors();
	test_kernel();
	words_destroy(btf);
	return tap_end();
}
