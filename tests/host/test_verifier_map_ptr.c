// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loads from a map's address: what a program may see of struct bpf_map, and that it
 * sees the map's view.
 */
#include <tap.h>
#include "image_run.h"
#include "services.h"
#include "verif_run.h"
#include "btf_words.h"

#define FP	EBPF_REG_10
#define RET0	MOV_K(0, 0), EXIT

/* Offsets in the kernel's struct bpf_map and struct bpf_array here. */
enum { OPS = 0, META = 8, TYPE_AT = 16, KEY_SIZE = 20, EXTRA = 24, NAME = 32, MAP_SIZE = 40,
       ELEM_SIZE = 40, ARRAY_SIZE_OF = 48 };

enum {
	T_VOID, T_INT, T_LONG, T_CHAR, T_OPS, T_OPS_PTR, T_MAP, T_MAP_PTR, T_NAME, T_ARRAY,
	T_HTAB, T_TAIL,
};

static void begin(void)
{
	words_begin(0);
	ADD(INT(str("int"), 4));
	ADD(INT(str("long"), 8));
	ADD(INT(str("char"), 1));
}

/* An array's own struct starts with the map's; a hash's, here, does not. */
static struct ebpf_btf *make_kernel(void)
{
	begin();
	ADD(TYPE(str("bpf_map_ops"), STRUCT, 1, 8), MEMBER(str("x"), T_LONG, 0));
	ADD(PTR(T_OPS));
	ADD(TYPE(str("bpf_map"), STRUCT, 6, MAP_SIZE), MEMBER(str("ops"), T_OPS_PTR, 8 * OPS),
	    MEMBER(str("inner_map_meta"), T_MAP_PTR, 8 * META),
	    MEMBER(str("map_type"), T_INT, 8 * TYPE_AT),
	    MEMBER(str("key_size"), T_INT, 8 * KEY_SIZE),
	    MEMBER(str("map_extra"), T_LONG, 8 * EXTRA), MEMBER(str("name"), T_NAME, 8 * NAME));
	ADD(PTR(T_MAP));
	ADD(ARRAY(T_CHAR, T_INT, 8));
	ADD(TYPE(str("bpf_array"), STRUCT, 3, ARRAY_SIZE_OF), MEMBER(str("map"), T_MAP, 0),
	    MEMBER(str("elem_size"), T_INT, 8 * ELEM_SIZE),
	    MEMBER(str("tail"), T_TAIL, 8 * ARRAY_SIZE_OF));
	ADD(TYPE(str("bpf_htab"), STRUCT, 2, 64), MEMBER(str("n"), T_LONG, 0),
	    MEMBER(str("map"), T_MAP, 64));
	ADD(ARRAY(T_OPS, T_INT, 0));
	return words_parse_vmlinux();
}

/* A kernel without bpf(2). */
static struct ebpf_btf *make_bare(void)
{
	begin();
	ADD(TYPE(str("bpf_array"), STRUCT, 1, 4), MEMBER(str("x"), T_INT, 0));
	return words_parse_vmlinux();
}

enum { MAP_OUTER = MAP_CGROUPS + 1 };

static const struct verif_case cases[] = {
	{ "a number", .insns = { LD_MAP(1, MAP_ARRAY), LDX(W, 0, 1, KEY_SIZE), RET0 } },
	{ "a number of the type's own", .insns = { LD_MAP(1, MAP_ARRAY), LDX(W, 0, 1, ELEM_SIZE),
	  RET0 } },
	{ "a number is any number", .err = EACCES, .says = "R1 unbounded memory access",
	  .insns = { LD_MAP(3, MAP_ARRAY), LDX(W, 2, 3, KEY_SIZE), LD_MAP_VALUE(1, MAP_ARRAY, 0),
	  ADD_X(1, 2), LDX(B, 0, 1, 0), RET0 } },
	{ "a byte of the name", .insns = { LD_MAP(1, MAP_ARRAY), LDX(B, 0, 1, NAME + 7), RET0 } },
	{ "more than a number", .err = EACCES,
	  .says = "access beyond the end of member key_size (mend:24) in struct bpf_map with off 20",
	  .insns = { LD_MAP(1, MAP_ARRAY), LDX(DW, 0, 1, KEY_SIZE), RET0 } },
	{ "the operations lead somewhere", .insns = { LD_MAP(1, MAP_ARRAY), LDX(DW, 2, 1, OPS),
	  LDX(DW, 0, 2, 0), RET0 } },
	{ "and end", .err = EACCES, .says = "access beyond struct bpf_map_ops at off 8 size 8",
	  .insns = { LD_MAP(1, MAP_ARRAY), LDX(DW, 2, 1, OPS), LDX(DW, 0, 2, 8), RET0 } },
	{ "what they lead to is no map for helpers", .err = EACCES,
	  .says = "R1 type=ptr_ expected=map_ptr", .insns = { LD_MAP(6, MAP_ARRAY),
	  LDX(DW, 1, 6, META), ST(W, FP, -8, 0), MOV_X(2, FP), ADD_K(2, -8),
	  HELPER(map_lookup_elem), RET0 } },
	{ "part of a pointer", .err = EACCES,
	  .says = "cannot access ptr member ops with moff 0 in struct bpf_map with off 1 size 4",
	  .insns = { LD_MAP(1, MAP_ARRAY), LDX(W, 0, 1, 1), RET0 } },
	{ "before it", .err = EACCES, .says = "R1 is bpf_array invalid negative access: off=-8",
	  .insns = { LD_MAP(1, MAP_ARRAY), LDX(DW, 0, 1, -8), RET0 } },
	{ "behind it", .err = EACCES, .says = "access beyond struct bpf_map at off 40 size 4",
	  .insns = { LD_MAP(1, MAP_HASH), LDX(W, 0, 1, MAP_SIZE), RET0 } },
	{ "what lies behind the kernel's own", .err = EACCES,
	  .says = "access beyond struct bpf_array at off 48 size 8",
	  .insns = { LD_MAP(1, MAP_ARRAY), LDX(DW, 0, 1, ARRAY_SIZE_OF), RET0 } },
	{ "where nothing is", .err = EINVAL, .says = "struct bpf_array doesn't have field at offset 44",
	  .insns = { LD_MAP(1, MAP_ARRAY), LDX(W, 0, 1, 44), RET0 } },
	{ "a store", .err = EACCES, .says = "only read from bpf_array is supported",
	  .insns = { LD_MAP(1, MAP_ARRAY), MOV_K(2, 0), STX(DW, 1, 2, EXTRA), RET0 } },
	{ "a store of a constant", .err = EACCES, .says = "only read from bpf_map is supported",
	  .insns = { LD_MAP(1, MAP_HASH), ST(W, 1, KEY_SIZE, 0), RET0 } },
	{ "an atomic addition", .err = EACCES, .says = "only read from bpf_array is supported",
	  .insns = { LD_MAP(1, MAP_ARRAY), MOV_K(2, 1), ATOMIC(DW, EBPF_ADD, 1, 2, EXTRA), RET0 } },
	{ "a helper reads it", .err = EACCES, .says = "R1 type=map_ptr expected=",
	  .insns = { LD_MAP(1, MAP_ARRAY), MOV_K(2, 8), HELPER(trace_printk), RET0 } },
	{ "a helper fills it", .err = EACCES, .says = "R1 type=map_ptr expected=",
	  .insns = { LD_MAP(1, MAP_ARRAY), MOV_K(2, 8), MOV_K(3, 0), HELPER(probe_read_kernel),
	  RET0 } },
	{ "moved", .err = EACCES, .says = "pointer arithmetic on map_ptr prohibited",
	  .insns = { LD_MAP(1, MAP_ARRAY), ADD_K(1, 4), LDX(W, 0, 1, 0), RET0 } },
	{ "one of two maps", .insns = { LDX(DW, 2, 1, 0), LD_MAP(1, MAP_ARRAY),
	  JMP_K(JEQ, 2, 0, 2), LD_MAP(1, MAP_HASH), LDX(W, 0, 1, KEY_SIZE), RET0 } },
	{ "one of two maps, where one has no such field", .err = EACCES,
	  .says = "access beyond struct bpf_map at off 40 size 4",
	  .insns = { LDX(DW, 2, 1, 0), LD_MAP(1, MAP_ARRAY), JMP_K(JEQ, 2, 0, 2),
	  LD_MAP(1, MAP_HASH), LDX(W, 0, 1, ELEM_SIZE), RET0 } },
	{ "a map or the stack", .err = EINVAL, .says = "same insn cannot be used with different pointers",
	  .insns = { LDX(DW, 2, 1, 0), ST(DW, FP, -8, 0), MOV_X(1, FP), ADD_K(1, -32),
	  JMP_K(JEQ, 2, 0, 2), LD_MAP(1, MAP_ARRAY), LDX(DW, 0, 1, EXTRA), RET0 } },
	{ "a map or what is in it", .err = EINVAL,
	  .says = "same insn cannot be used with different pointers",
	  .insns = { LDX(DW, 2, 1, 0), LD_MAP(1, MAP_ARRAY), JMP_K(JEQ, 2, 0, 2),
	  LD_MAP_VALUE(1, MAP_ARRAY, 0), LDX(W, 0, 1, 16), RET0 } },
	{ "an inner map", .insns = { LOOKUP(MAP_OUTER), JMP_K(JEQ, 0, 0, 1), LDX(W, 0, 0, KEY_SIZE),
	  RET0 } },
	{ "an inner map that may not be there", .err = EACCES,
	  .says = "R0 invalid mem access 'map_value_or_null'",
	  .insns = { LOOKUP(MAP_OUTER), LDX(W, 0, 0, KEY_SIZE), RET0 } },
	{ "a store to an inner map", .err = EACCES, .says = "only read from bpf_array is supported",
	  .insns = { LOOKUP(MAP_OUTER), JMP_K(JEQ, 0, 0, 1), ST(W, 0, KEY_SIZE, 0), RET0 } },
	/* Not a value, though it looks like one before it is known not to be NULL. */
	{ "a helper fills an inner map that may not be there", .err = EACCES,
	  .says = "R1 type=map_value_or_null expected=",
	  .insns = { LOOKUP(MAP_OUTER), MOV_X(1, 0), MOV_K(2, 4), LD_MAP_VALUE(3, MAP_RDONLY, 0),
	  MOV_K(4, 0), MOV_K(5, 0), HELPER(snprintf), RET0 } },
	{ "a helper reads one", .err = EACCES, .says = "R3 type=map_value_or_null expected=",
	  .insns = { LOOKUP(MAP_OUTER), MOV_X(3, 0), MOV_K(4, 4), LD_MAP_VALUE(1, MAP_RDONLY, 0),
	  MOV_K(2, 8), HELPER(trace_vprintk), RET0 } },
};

/* Program, and what it returns. */
static const struct run_case {
	const char *name;
	u64 want;
	struct ebpf_insn insns[16];
} runs[] = {
	{ "a field of the view", 0x11223344, { LD_MAP(1, MAP_ARRAY), LDX(W, 0, 1, KEY_SIZE), EXIT } },
	{ "over the address", 0x11223344, { LD_MAP(0, MAP_ARRAY), LDX(W, 0, 0, KEY_SIZE), EXIT } },
	{ "part of one", 0x22, { LD_MAP(3, MAP_ARRAY), LDX(B, 0, 3, KEY_SIZE + 2), EXIT } },
	{ "with its sign", 0xffffffffffffff88, { LD_MAP(3, MAP_ARRAY), LDSX(B, 0, 3, EXTRA), EXIT } },
	{ "the map is still itself", 0x11223344, { LD_MAP(6, MAP_ARRAY), LDX(W, 7, 6, KEY_SIZE),
	  LDX(W, 0, 6, KEY_SIZE), EXIT } },
	{ "a map without a view", 0, { LD_MAP(1, MAP_HASH), LDX(W, 0, 1, KEY_SIZE), EXIT } },
	{ "nowhere behind the operations", 0, { LD_MAP(1, MAP_ARRAY), LDX(DW, 1, 1, OPS),
	  LDX(DW, 0, 1, 0), EXIT } },
};

static u8 view[ARRAY_SIZE_OF] __attribute__((aligned(8)));
static struct verif_result res;

static void run_one(const struct run_case *c, const struct ebpf_btf *kernel)
{
	struct ebpf_load load = {
		.prog_type = EBPF_PROG_TYPE_KPROBE,
		.gpl_compatible = true,
		.insns = c->insns,
		.insn_cnt = verif_len(c->insns, ARRAY_SIZE(c->insns)),
		.vmlinux_btf = kernel,
	};
	u64 ret = 0;

	verif_load(&res, &load, EBPF_LOG_LEVEL1);
	if (!tap_ok(!res.err && image_run(&res.img, NULL, &ret) && ret == c->want, "%s", c->name))
		printf("# %d, %#llx, want %#llx\n%s\n", res.err, (unsigned long long)ret,
		       (unsigned long long)c->want, res.log);
}

static void make_maps(void)
{
	struct fake_map *outer;
	u32 number = 0x11223344;

	verif_maps();
	memcpy(view + KEY_SIZE, &number, sizeof(number));
	view[EXTRA] = 0x88;
	fake_map_of(MAP_ARRAY)->map.view = view;
	outer = fake_map_of(fake_map_new(EBPF_MAP_TYPE_ARRAY_OF_MAPS, 4, 4, 1, 0));
	outer->map.inner_map_meta = &fake_map_of(MAP_ARRAY)->map;
}

int main(void)
{
	static const struct verif_case without[] = {
		{ "without BTF of the kernel", .err = ENOTSUPP,
		  .says = "map_ptr access not supported without CONFIG_DEBUG_INFO_BTF",
		  .insns = { LD_MAP(1, MAP_ARRAY), LDX(W, 0, 1, KEY_SIZE), RET0 } },
		{ "of a kernel without maps", .err = ENOTSUPP,
		  .says = "map_ptr access not supported for map type 2",
		  .insns = { LD_MAP(1, MAP_ARRAY), LDX(W, 0, 1, 0), RET0 } },
	};
	struct ebpf_btf *kernel = make_kernel(), *bare = make_bare();
	u32 i;

	if (IS_ERR(kernel) || IS_ERR(bare)) {
		tap_ok(false, "BTF for the tests");
		return tap_end();
	}
	make_maps();
	tap_ok(verif_ok(&without[0]), "%s", without[0].name);
	verif_kernel_btf = bare;
	tap_ok(verif_ok(&without[1]), "%s", without[1].name);
	verif_kernel_btf = kernel;
	for (i = 0; i < ARRAY_SIZE(cases); i++)
		tap_ok(verif_ok(&cases[i]), "%s", cases[i].name);
	for (i = 0; i < ARRAY_SIZE(runs); i++)
		run_one(&runs[i], kernel);
	ebpf_prog_image_free(&res.img);
	words_destroy(bare);
	words_destroy(kernel);
	return tap_end();
}
