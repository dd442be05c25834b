// SPDX-License-Identifier: GPL-2.0-only
/*
 * Questions to parsed BTF: hand-made, split, and the running kernel's.
 */
#include "btf_blob.h"
#include "services.h"
#include "tap.h"

#define KERNEL_BTF	"/sys/kernel/btf/vmlinux"

static bool is(const struct ebpf_btf *btf, const struct ebpf_btf_type *t, const char *name, u32 kind)
{
	return t && ebpf_btf_kind(t) == kind && !strcmp(ebpf_btf_name(btf, t->name_off), name);
}

static u32 size_of(const struct ebpf_btf *btf, u32 id)
{
	u32 size = 0;

	return ebpf_btf_type_size(btf, id, &size) ? size : 0;
}

/* 1 int, 2 [3], 3 [5] of that, 4 const, 5 typedef A, 6 pointer, 7 struct ST, 8 union,
 * 9 prototype, 10 function main, 11 pointer to 9, 12 typedef B of 11, 13 variable, 14 fwd
 */
static const u32 small[] = {
	INT(N_INT, 4), ARRAY(1, 1, 3), ARRAY(2, 1, 5), TYPE(0, CONST, 0, 3), TYPE(N_A, TYPEDEF, 0, 4),
	PTR(5), TYPE(N_STRUCT, STRUCT, 3, 80), MEMBER(N_A, 1, 0), MEMBER(0, 8, 64),
	MEMBER(N_B, 5, 128), TYPE(0, UNION, 2, 8), MEMBER(N_X, 6, 0), MEMBER(N_MAIN, 1, 0),
	TYPE(0, FUNC_PROTO, 1, 1), N_A, 6, TYPE(N_MAIN, FUNC, 1, 9), PTR(9),
	TYPE(N_B, TYPEDEF, 0, 11), TYPE(N_X, VAR, 0, 5), 0, TYPE(N_A, FWD, 0, 0),
};

static void test_types(const struct ebpf_btf *btf, const char *how)
{
	u32 res = 99, size;

	tap_eq(ebpf_btf_nr_types(btf), 15, "14 types and void%s", how);
	tap_ok(ebpf_btf_type_by_id(btf, 0) && !ebpf_btf_kind(ebpf_btf_type_by_id(btf, 0)),
	       "0 is void%s", how);
	tap_ok(!ebpf_btf_type_by_id(btf, 15) && !ebpf_btf_type_by_id(btf, U32_MAX),
	       "other ids are not%s", how);
	tap_ok(!strcmp(ebpf_btf_name(btf, N_INT), "int") && !*ebpf_btf_name(btf, 0), "names%s", how);
	tap_ok(!ebpf_btf_name(btf, N_BEYOND) && !ebpf_btf_name(btf, U32_MAX), "no names%s", how);
	tap_ok(is(btf, ebpf_btf_skip_modifiers(btf, 5, &res), "", EBPF_BTF_KIND_ARRAY) && res == 3,
	       "a typedef of a const array is an array%s", how);
	tap_eq(size_of(btf, 1), 4, "size of an int%s", how);
	tap_eq(size_of(btf, 3), 60, "size of an array of arrays%s", how);
	tap_eq(size_of(btf, 5), 60, "size of a typedef of it%s", how);
	tap_eq(size_of(btf, 6), 8, "size of a pointer%s", how);
	tap_eq(size_of(btf, 7), 80, "size of a struct%s", how);
	tap_eq(size_of(btf, 13), 60, "size of a variable%s", how);
	tap_ok(!ebpf_btf_type_size(btf, 0, &size) && !ebpf_btf_type_size(btf, 9, &size) &&
	       !ebpf_btf_type_size(btf, 10, &size) && !ebpf_btf_type_size(btf, 14, &size) &&
	       !ebpf_btf_type_size(btf, 15, &size), "what has no size%s", how);
	tap_ok(ebpf_btf_type_size(btf, 5, NULL) == ebpf_btf_type_by_id(btf, 3),
	       "a size is that of the array%s", how);
}

static void test_find(const struct ebpf_btf *btf, const char *how)
{
	u32 bits = 0;

	tap_eq(ebpf_btf_find(btf, "int", EBPF_BTF_KIND_INT), 1, "int%s", how);
	tap_eq(ebpf_btf_find(btf, "ST", EBPF_BTF_KIND_STRUCT), 7, "struct ST%s", how);
	tap_eq(ebpf_btf_find(btf, "ST", EBPF_BTF_KIND_UNION), -ENOENT, "no union ST%s", how);
	tap_eq(ebpf_btf_find(btf, "A", EBPF_BTF_KIND_FWD), 14, "A by kind%s", how);
	tap_eq(ebpf_btf_find(btf, "", EBPF_BTF_KIND_UNION), -ENOENT, "nothing without a name%s", how);
	tap_ok(ebpf_btf_find_member(btf, 7, "B", &bits) && bits == 128, "a member%s", how);
	tap_ok(ebpf_btf_find_member(btf, 7, "main", &bits) && bits == 64,
	       "a member of a union without a name%s", how);
	tap_ok(!ebpf_btf_find_member(btf, 7, "none", &bits) &&
	       !ebpf_btf_find_member(btf, 7, "", &bits) &&
	       !ebpf_btf_find_member(btf, 1, "A", &bits) &&
	       !ebpf_btf_find_member(btf, 99, "A", &bits), "no members%s", how);
	tap_ok(ebpf_btf_func_proto(btf, 10) == ebpf_btf_type_by_id(btf, 9), "of a function%s", how);
	tap_ok(ebpf_btf_func_proto(btf, 12) == ebpf_btf_type_by_id(btf, 9),
	       "of a typedef of a pointer%s", how);
	tap_ok(!ebpf_btf_func_proto(btf, 1) && !ebpf_btf_func_proto(btf, 6) &&
	       !ebpf_btf_func_proto(btf, 99), "of what is no function%s", how);
}

static void test_small(void)
{
	struct blob b = blob_make(small, ARRAY_SIZE(small));
	struct ebpf_btf *btf = ebpf_btf_parse(b.data, b.size, NULL, NULL);
	struct ebpf_btf *trusted = ebpf_btf_parse_vmlinux(b.data, b.size, NULL);
	u32 size;

	tap_ok(!IS_ERR(btf) && !IS_ERR(trusted), "both ways of parsing");
	tap_ok(!memcmp(ebpf_btf_raw(btf, &size), b.data, b.size) && size == b.size,
	       "the blob comes back");
	test_types(btf, "");
	test_types(trusted, ", not resolved");
	test_find(btf, "");
	test_find(trusted, ", not resolved");
	ebpf_btf_destroy(btf);
	ebpf_btf_destroy(trusted);
	blob_free(&b);
}

/* BTF on top of BTF, as a module's on the kernel's. */
static void test_split(void)
{
	/* 15 struct of base and own types, 16 array of it, 17 typedef of the base's */
	static const u32 words[] = {
		TYPE(sizeof(blob_strings) + N_STRUCT, STRUCT, 2, 72),
		MEMBER(N_A, 5, 0), MEMBER(sizeof(blob_strings) + N_B, 6, 512),
		ARRAY(15, 1, 2), TYPE(sizeof(blob_strings) + N_MAIN, TYPEDEF, 0, 5),
	};
	static const u32 wrong[] = { TYPE(2 * sizeof(blob_strings) + 3, STRUCT, 0, 0) };
	struct blob b = blob_make(small, ARRAY_SIZE(small));
	struct blob s = blob_make(words, ARRAY_SIZE(words));
	struct blob w = blob_make(wrong, ARRAY_SIZE(wrong));
	u32 n, bits;

	for (n = 0; n < 2; n++) {
		struct ebpf_btf *base = n ? ebpf_btf_parse_vmlinux(b.data, b.size, NULL) :
					    ebpf_btf_parse(b.data, b.size, NULL, NULL);
		struct ebpf_btf *btf = ebpf_btf_parse(s.data, s.size, base, NULL);
		const char *how = n ? ", base not resolved" : "";

		tap_ok(!IS_ERR(btf), "split BTF%s", how);
		tap_eq(ebpf_btf_nr_types(btf), 18, "has the base's types, too%s", how);
		tap_ok(is(btf, ebpf_btf_type_by_id(btf, 7), "ST", EBPF_BTF_KIND_STRUCT) &&
		       is(btf, ebpf_btf_type_by_id(btf, 15), "ST", EBPF_BTF_KIND_STRUCT),
		       "and names from both%s", how);
		tap_eq(ebpf_btf_find(btf, "ST", EBPF_BTF_KIND_STRUCT), 7, "the base's first%s", how);
		tap_eq(ebpf_btf_find(btf, "main", EBPF_BTF_KIND_TYPEDEF), 17, "then its own%s", how);
		tap_eq(size_of(btf, 16), 144, "size of its own array%s", how);
		tap_eq(size_of(btf, 17), 60, "size by way of the base%s", how);
		tap_ok(ebpf_btf_find_member(btf, 15, "B", &bits) && bits == 512, "its member%s", how);
		tap_ok(!ebpf_btf_type_by_id(btf, 18), "no more types%s", how);
		tap_eq(PTR_ERR(ebpf_btf_parse(w.data, w.size, base, NULL)), -EINVAL,
		       "a name beyond both is refused%s", how);
		ebpf_btf_destroy(btf);
		ebpf_btf_destroy(base);
	}
	blob_free(&b);
	blob_free(&s);
	blob_free(&w);
}

/* Enough types for an index; of two with one name the first is found. */
static void test_index(void)
{
	u32 n = 3000, i, bad = 0, *words = malloc(n * 12);
	struct ebpf_btf *btf;
	struct blob b;
	s32 want;

	for (i = 0; i < n; i++) {
		words[3 * i] = i % 3 ? N_A : N_B;
		words[3 * i + 1] = i >= 1000 && i % 2 ? INFO(TYPEDEF, 0, 0) : INFO(STRUCT, 0, 0);
		words[3 * i + 2] = 0;
	}
	b = blob_make(words, 3 * n);
	btf = ebpf_btf_parse(b.data, b.size, NULL, NULL);
	tap_ok(!IS_ERR(btf), "3000 types");
	want = 1001 + 1;	/* 1001 is odd and 1001 % 3 is 2 */
	bad += ebpf_btf_find(btf, "A", EBPF_BTF_KIND_TYPEDEF) != want;
	bad += ebpf_btf_find(btf, "B", EBPF_BTF_KIND_STRUCT) != 1;
	bad += ebpf_btf_find(btf, "A", EBPF_BTF_KIND_STRUCT) != 2;
	bad += ebpf_btf_find(btf, "A", EBPF_BTF_KIND_UNION) != -ENOENT;
	bad += ebpf_btf_find(btf, "C", EBPF_BTF_KIND_STRUCT) != -ENOENT;
	tap_eq(bad, 0, "found in an index");
	ebpf_btf_destroy(btf);
	blob_free(&b);
	free(words);
}

/* What was not resolved may go in circles: questions end. */
static void test_circles(void)
{
	static const u32 words[] = {
		TYPE(N_A, TYPEDEF, 0, 1), TYPE(0, CONST, 0, 3), TYPE(0, VOLATILE, 0, 2),
		ARRAY(4, 4, 2), TYPE(N_STRUCT, STRUCT, 1, 8), MEMBER(0, 5, 0), PTR(6),
		INT(N_INT, 4), ARRAY(7, 7, 0xffffffff),
	};
	struct blob b = blob_make(words, ARRAY_SIZE(words));
	struct ebpf_btf *btf = ebpf_btf_parse_vmlinux(b.data, b.size, NULL);
	u32 bits, size, id, bad = 0;

	tap_ok(!IS_ERR(btf), "trusted BTF with circles");
	for (id = 1; id <= 3; id++)
		bad += !!ebpf_btf_skip_modifiers(btf, id, NULL);
	for (id = 1; id <= 4; id++)
		bad += !!ebpf_btf_type_size(btf, id, &size);
	bad += !!ebpf_btf_find_member(btf, 5, "A", &bits);
	bad += !!ebpf_btf_func_proto(btf, 6);
	bad += !!ebpf_btf_type_size(btf, 8, &size);
	tap_eq(bad, 0, "has no answers, and says so");
	ebpf_btf_destroy(btf);
	blob_free(&b);
}

static void *read_file(const char *path, u32 *size)
{
	FILE *f = fopen(path, "r");
	void *data = f ? malloc(EBPF_BTF_MAX_SIZE) : NULL;

	*size = data ? fread(data, 1, EBPF_BTF_MAX_SIZE, f) : 0;
	if (f)
		fclose(f);
	return data;
}

static void check_task(const struct ebpf_btf *btf, s32 id)
{
	const struct ebpf_btf_member *member;
	u32 size, bits = 0, msize;

	ebpf_btf_type_size(btf, id, &size);
	member = ebpf_btf_find_member(btf, id, "comm", &bits);
	tap_ok(member && ebpf_btf_type_size(btf, member->type, &msize) && msize == 16 &&
	       bits / 8 + 16 <= size, "task_struct.comm has 16 bytes");
	member = ebpf_btf_find_member(btf, id, "tgid", &bits);
	tap_ok(member && ebpf_btf_type_size(btf, member->type, &msize) && msize == 4,
	       "task_struct.tgid has 4 bytes");
}

/* Sizes by following and sizes by resolving are two ways to one number. */
static void compare_sizes(const void *data, u32 len, const struct ebpf_btf *btf)
{
	struct ebpf_btf *full = ebpf_btf_parse(data, len, NULL, NULL);
	u32 id, bad = 0, a, b;

	if (IS_ERR(full)) {
		tap_skip("this kernel's BTF has what came after Linux 6.1");
		return;
	}
	for (id = 0; id < ebpf_btf_nr_types(btf); id++) {
		bool has = ebpf_btf_type_size(btf, id, &a);

		bad += has != !!ebpf_btf_type_size(full, id, &b) || (has && a != b);
	}
	tap_eq(bad, 0, "sizes are the same, resolved or not");
	ebpf_btf_destroy(full);
}

static void test_kernel(void)
{
	u32 size, id, bad = 0, named = 0;
	void *data = read_file(KERNEL_BTF, &size);
	const struct ebpf_btf_type *t;
	struct ebpf_btf *btf;
	s32 task, tp;

	btf = data && size ? ebpf_btf_parse_vmlinux(data, size, NULL) : NULL;
	if (!btf) {
		tap_skip("no " KERNEL_BTF);
		free(data);
		return;
	}
	tap_ok(!IS_ERR(btf) && ebpf_btf_nr_types(btf) > 10000, "the kernel's BTF");
	task = ebpf_btf_find(btf, "task_struct", EBPF_BTF_KIND_STRUCT);
	tap_ok(is(btf, ebpf_btf_type_by_id(btf, task), "task_struct", EBPF_BTF_KIND_STRUCT),
	       "task_struct is found");
	check_task(btf, task);
	tp = ebpf_btf_find(btf, "btf_trace_sched_switch", EBPF_BTF_KIND_TYPEDEF);
	t = ebpf_btf_func_proto(btf, tp);
	tap_ok(t && ebpf_btf_vlen(t) >= 4, "sched_switch has arguments");
	for (id = 1; id < ebpf_btf_nr_types(btf); id++) {
		t = ebpf_btf_type_by_id(btf, id);
		if (!t->name_off)
			continue;
		named++;
		tp = ebpf_btf_find(btf, ebpf_btf_name(btf, t->name_off), ebpf_btf_kind(t));
		bad += tp <= 0 || (u32)tp > id;
	}
	tap_eq(bad, 0, "each of %u types is found by its name", named);
	compare_sizes(data, size, btf);
	ebpf_btf_destroy(btf);
	free(data);
}

int main(void)
{
	test_small();
	test_split();
	test_index();
	test_circles();
	test_kernel();
	tap_eq(test_bugs(), 0, "no internal check struck");
	return tap_end();
}
