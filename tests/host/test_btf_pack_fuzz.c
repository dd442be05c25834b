// SPDX-License-Identifier: GPL-2.0-only
/*
 * Damaged packs of BTF: whatever is in one, reading it ends, in a message or in BTF that is taken
 * again. To be run with sanitizers.
 *
 *	test_btf_pack_fuzz [ROUNDS [FIRST]]
 */
#define _GNU_SOURCE
#include <unistd.h>

#include "btf_edit_host.h"
#include "splitmix.h"
#include "tap.h"

#define ROUNDS	4000

/* Files by their names: "0" and "1" go into packs, "out" comes from one. */
static struct blob files[3];

static struct blob *file_of(const char *path)
{
	return &files[*path == 'o' ? 2 : *path - '0'];
}

/* --- the pack ---------------------------------------------------------------------------- */

static __u64 state;

static __u32 rnd(__u32 n)
{
	return (__u32)(splitmix(&state) % n);
}

/* All kinds of references: by name, by distance in both directions, to nothing, to itself. */
static void make_file(__u32 variant)
{
	static const char *const fields[] = { "a", "b", "next", "self", "none" };
	struct btf btf = empty_btf();
	struct ebpf_btf_type pointer = { .info = TYPE_INFO(PTR, 0) };
	struct ebpf_btf_type record = { .info = TYPE_INFO(STRUCT, 5), .size = 64 };
	struct ebpf_btf_type function = { .info = TYPE_INFO(FUNC, 0), .type = 4 };
	struct {
		struct ebpf_btf_type type;
		struct ebpf_btf_member members[5];
	} of;
	struct {
		struct ebpf_btf_type type;
		struct ebpf_btf_param param;
	} prototype = { .type = { .info = TYPE_INFO(FUNC_PROTO, 1), .type = 1 } };
	char path[2] = { '0' + variant, 0 };
	__u32 i;

	add_name(&btf, "");
	int_type(&btf, "int", 4, EBPF_BTF_INT_SIGNED);
	pointer.type = 3;
	add_type(&btf, &pointer, sizeof(pointer));
	memset(&of, 0, sizeof(of));
	of.type = record;
	of.type.name_off = add_name(&btf, variant ? "other" : "record");
	for (i = 0; i < 5; i++) {
		of.members[i].name_off = add_name(&btf, fields[i]);
		of.members[i].type = i < 4 ? i + 1 : 0;
		of.members[i].offset = i * 64;
	}
	add_type(&btf, &of, sizeof(of));
	prototype.param.name_off = add_name(&btf, "arg");
	prototype.param.type = 2;
	add_type(&btf, &prototype, sizeof(prototype));
	function.name_off = add_name(&btf, "function");
	add_type(&btf, &function, sizeof(function));
	/* A second of that name, to which only its distance leads. */
	of.type.size = 72;
	add_type(&btf, &of, sizeof(of));
	pointer.type = 6;
	add_type(&btf, &pointer, sizeof(pointer));
	tidy_names(&btf);
	write_btf(&btf, path);
	free_btf(&btf);
}

static char sum[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/* Return: the pack, on the heap. */
static struct blob make_pack(void)
{
	char list[512], *data = NULL;
	size_t size = 0;
	FILE *in, *out = open_memstream(&data, &size);
	struct blob pack;

	snprintf(list, sizeof(list), "3.10.0-1.el7 - %s 0\n4.4.1 0123456789abcdef %s 1\n", sum, sum);
	in = fmemopen(list, strlen(list), "r");
	write_pack(in, out);
	fclose(in);
	fclose(out);
	pack.data = (void *)data;
	pack.size = size;
	return pack;
}

/* Return: whether all of it was taken. */
static bool read_it(const struct blob *pack, unsigned long number)
{
	static FILE *in;
	static bool taken;

	taken = false;
	files[2].size = 0;
	message[0] = 0;
	in = fmemopen(pack->data, pack->size, "r");
	if (!in)
		return false;
	if (!setjmp(died)) {
		read_pack(in, "pack", NULL, number, "out");
		taken = true;
	}
	fclose(in);
	return taken;
}

/* What came out is BTF. */
static bool is_btf(void)
{
	static struct btf btf;

	if (!files[2].size || setjmp(died))
		return false;
	btf = read_btf("out");
	free_btf(&btf);
	return true;
}

static void test_whole(const struct blob *pack)
{
	unsigned long n;

	for (n = 1; n <= 2; n++)
		tap_ok(read_it(pack, n) && files[2].size == files[n - 1].size &&
		       !memcmp(files[2].data, files[n - 1].data, files[2].size),
		       "kernel %lu comes out as it went in %s", n, message);
	tap_ok(!read_it(pack, 3), "there is no third: %s", message);
}

/* Any end, and any bit of any byte. */
static void test_each(const struct blob *pack)
{
	struct blob b = { check_alloc(malloc(pack->size)), 0 };
	size_t bad = 0, good = 0, i;

	for (b.size = 1; b.size < pack->size; b.size++) {
		struct blob exact = { check_alloc(malloc(b.size)), b.size };

		memcpy(exact.data, pack->data, b.size);
		bad += read_it(&exact, 1);
		free(exact.data);
	}
	tap_ok(!bad, "cut short anywhere it is refused");
	b.size = pack->size;
	memcpy(b.data, pack->data, b.size);
	for (i = 0, bad = 0; i < b.size * 8; i++) {
		b.data[i / 8] ^= 1 << i % 8;
		if (read_it(&b, 1 + i % 2)) {
			good++;
			bad += !is_btf();
		}
		b.data[i / 8] ^= 1 << i % 8;
	}
	tap_ok(good && !bad, "each of its bits flipped: what is taken is BTF (%zu of %zu)", good, i);
	free(b.data);
}

static void damage(struct blob *b)
{
	static const __u32 values[] = { 0, 1, 2, 0x3fffffff, 0x40000000, 0x40000001, 0x7fffffff,
					0x80000000, 0x84000001, 0x90000001, 0xffffffff };
	__u32 n = 1 + rnd(4), at, value;

	while (n--) {
		at = rnd(b->size);
		switch (rnd(4)) {
		case 0:
			b->data[at] ^= 1 << rnd(8);
			break;
		case 1:
			b->data[at] = rnd(256);
			break;
		case 2:
			b->data[at] = '0' + rnd(10);
			break;
		default:
			/* The types are at the end, in words. */
			at = b->size - 4 * (1 + rnd(b->size / 8));
			value = values[rnd(sizeof(values) / sizeof(values[0]))];
			memcpy(b->data + at, &value, sizeof(value));
		}
	}
	if (rnd(16) == 0)
		b->size = 1 + rnd(b->size);
}

static void test_random(const struct blob *pack, __u32 rounds, __u32 first)
{
	struct blob b = { check_alloc(malloc(pack->size)), 0 };
	__u32 i, good = 0, bad = 0;

	for (i = first; i < first + rounds; i++) {
		state = i;
		b.size = pack->size;
		memcpy(b.data, pack->data, b.size);
		damage(&b);
		if (!read_it(&b, 1 + rnd(2)))
			continue;
		good++;
		if (!is_btf()) {
			bad++;
			tap_diag("round %u", i);
		}
	}
	tap_ok((rounds < 100 || good > rounds / 50) && !bad, "%u of %u damaged packs are taken, all of them BTF",
	       good, rounds);
	free(b.data);
}

int main(int argc, char **argv)
{
	struct blob pack;

	alarm(SECONDS);
	if (setjmp(died)) {
		tap_ok(false, "a pack is made: %s", message);
		return tap_end();
	}
	make_file(0);
	make_file(1);
	pack = make_pack();
	test_whole(&pack);
	test_each(&pack);
	test_random(&pack, argc > 1 ? atoi(argv[1]) : ROUNDS, argc > 2 ? atoi(argv[2]) : 1);
	free(pack.data);
	return tap_end();
}
