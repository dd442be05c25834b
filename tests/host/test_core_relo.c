// SPDX-License-Identifier: GPL-2.0-only
/*
 * Relocations by type information, with types made by hand: what instructions become, and what is
 * refused.
 */
#include "btf_words.h"
#include "insn_macros.h"
#include "services.h"
#include "tap.h"

static struct ebpf_btf *kernel, *local;
static char text[4096];

static int log_write(void *cookie, const char *s, u32 len)
{
	u32 used = strlen(text);

	(void)cookie;
	if (used + len >= sizeof(text))
		return -ENOSPC;
	memcpy(text + used, s, len);
	text[used + len] = '\0';
	return 0;
}

/* The kernel's types: thing has its members elsewhere than the program's. */
enum { K_INT = 1, K_LONG, K_UINT, K_ULONG, K_ARRAY, K_INNER, K_THING, K_PTR, K_COLOR, K_TWIN,
       K_TWIN2, K_TYPEDEF, K_POINT, K_POINT_PTR, K_PROTO, K_FN_PTR, K_FN, K_BOX, K_DEEP };

static struct ebpf_btf *make_kernel(void)
{
	words_begin(0);
	ADD(INT(str("int"), 4));
	ADD(INT(str("long"), 8));
	ADD(TYPE(str("unsigned int"), INT, 0, 4), INT_DATA(0, 0, 32));
	ADD(TYPE(str("unsigned long"), INT, 0, 8), INT_DATA(0, 0, 64));
	ADD(ARRAY(K_INT, K_INT, 4));
	/* without a name, inside of thing */
	ADD(TYPE(0, UNION, 2, 8), MEMBER(str("hidden"), K_LONG, 0), MEMBER(str("low"), K_INT, 0));
	ADD(KTYPE(str("thing"), STRUCT, 7, 64), FIELD(str("first"), K_LONG, 0, 0),
	    FIELD(0, K_INNER, 0, 64), FIELD(str("numbers"), K_ARRAY, 0, 128),
	    FIELD(str("wide"), K_ULONG, 0, 256), FIELD(str("bits"), K_UINT, 5, 323),
	    FIELD(str("other"), K_PTR, 0, 384), FIELD(str("changed"), K_LONG, 0, 448));
	ADD(PTR(K_THING));
	ADD(TYPE(str("color"), ENUM, 2, 4), str("RED"), 3, str("GREEN"), (u32)-2);
	ADD(TYPE(str("twin"), STRUCT, 1, 8), MEMBER(str("x"), K_INT, 0));
	ADD(TYPE(str("twin"), STRUCT, 1, 8), MEMBER(str("x"), K_INT, 32));
	ADD(TYPE(str("thing_t"), TYPEDEF, 0, K_THING));
	ADD(TYPE(str("point"), STRUCT, 3, 24), MEMBER(str("x"), K_INT, 0), MEMBER(str("y"), K_INT, 32),
	    MEMBER(str("next"), K_POINT_PTR, 64));
	ADD(PTR(K_POINT));
	ADD(TYPE(0, FUNC_PROTO, 2, K_INT), 0, K_POINT_PTR, 0, K_LONG);
	ADD(PTR(K_PROTO));
	ADD(TYPE(str("fn_t"), TYPEDEF, 0, K_FN_PTR));
	ADD(TYPE(str("box"), STRUCT, 2, 48), MEMBER(str("a"), K_POINT, 0),
	    MEMBER(str("fn"), K_FN_PTR, 192));
	ADD(TYPE(str("deep"), STRUCT, 1, 48), MEMBER(str("b"), K_BOX, 0));
	return words_parse_vmlinux();
}

/* The program's. */
enum { L_INT = 1, L_UINT, L_LONG, L_ARRAY, L_THING, L_PTR, L_COLOR, L_TWIN, L_FLAVOR, L_GONE,
       L_TYPEDEF, L_ANON, L_CHANGED, L_POINT, L_POINT_PTR, L_FWD, L_FWD_PTR, L_PROTO, L_FN_PTR, L_FN,
       L_BOX, L_DEEP, L_BOX2, L_POINT3, L_PROTO2, L_FN2_PTR, L_FN2, L_COLOR2, L_POINT4 };

static u32 access[8];	/* offsets of access strings */
enum { A_0, A_00, A_01, A_02, A_0_1_2, A_0_1_9, A_1, A_BAD };

static struct ebpf_btf *make_local(void)
{
	words_begin(0);
	access[A_0] = str("0");
	access[A_00] = str("0:0");
	access[A_01] = str("0:1");
	access[A_02] = str("0:2");
	access[A_0_1_2] = str("0:1:2");
	access[A_0_1_9] = str("0:1:9");
	access[A_1] = str("1");
	access[A_BAD] = str("0:x");
	ADD(INT(str("int"), 4));
	ADD(TYPE(str("unsigned int"), INT, 0, 4), INT_DATA(0, 0, 32));
	ADD(INT(str("long"), 8));
	ADD(ARRAY(L_INT, L_INT, 8));
	ADD(KTYPE(str("thing"), STRUCT, 3, 48), FIELD(str("hidden"), L_LONG, 0, 0),
	    FIELD(str("numbers"), L_ARRAY, 0, 64), FIELD(str("bits"), L_UINT, 5, 320));
	ADD(PTR(L_THING));
	ADD(TYPE(str("color"), ENUM, 2, 4), str("GREEN"), 9, str("BLUE"), 8);
	ADD(TYPE(str("twin"), STRUCT, 1, 4), MEMBER(str("x"), L_INT, 0));
	ADD(TYPE(str("thing___v2"), STRUCT, 3, 24), MEMBER(str("wide"), L_UINT, 0),
	    MEMBER(str("gone"), L_INT, 64), MEMBER(str("other"), L_PTR, 128));
	ADD(TYPE(str("gone_thing"), STRUCT, 1, 4), MEMBER(str("x"), L_INT, 0));
	ADD(TYPE(str("thing_t"), TYPEDEF, 0, L_THING));
	ADD(TYPE(0, STRUCT, 1, 4), MEMBER(str("x"), L_INT, 0));
	ADD(TYPE(str("thing___v3"), STRUCT, 1, 4), MEMBER(str("changed"), L_INT, 0));
	ADD(TYPE(str("point"), STRUCT, 2, 16), MEMBER(str("next"), L_POINT_PTR, 0),
	    MEMBER(str("x"), L_INT, 64));
	ADD(PTR(L_POINT));
	ADD(TYPE(str("point"), FWD, 0, 0));
	ADD(PTR(L_FWD));
	ADD(TYPE(0, FUNC_PROTO, 2, L_INT), 0, L_FWD_PTR, 0, L_LONG);
	ADD(PTR(L_PROTO));
	ADD(TYPE(str("fn_t"), TYPEDEF, 0, L_FN_PTR));
	ADD(TYPE(str("box"), STRUCT, 2, 24), MEMBER(str("fn"), L_FN_PTR, 0),
	    MEMBER(str("a"), L_POINT, 64));
	ADD(TYPE(str("deep"), STRUCT, 1, 24), MEMBER(str("b"), L_BOX, 0));
	ADD(TYPE(str("box___2"), STRUCT, 1, 16), MEMBER(str("a"), L_POINT3, 0));
	ADD(TYPE(str("point___3"), STRUCT, 1, 16), MEMBER(str("x"), L_UINT, 0));
	ADD(TYPE(0, FUNC_PROTO, 2, L_INT), 0, L_FWD_PTR, 0, L_INT);
	ADD(PTR(L_PROTO2));
	ADD(TYPE(str("fn_t___2"), TYPEDEF, 0, L_FN2_PTR));
	ADD(TYPE(str("color___2"), ENUM, 1, 4), str("GREEN"), 0);
	ADD(TYPE(str("point___4"), STRUCT, 1, 16), MEMBER(str("z"), L_INT, 0));
	return words_parse();
}

static struct ebpf_insn insn[2];

/* Relocates @i for one record. */
static int relocate(struct ebpf_insn i, u32 type, u32 acc, u32 kind)
{
	struct ebpf_core_relo relo = { 0, type, access[acc], kind };
	struct ebpf_log log = { .level = 1, .write = log_write };
	struct ebpf_verifier_ops ops = { NULL };
	struct ebpf_load load = {
		.insns = insn, .insn_cnt = 2, .btf = local, .vmlinux_btf = kernel, .ops = &ops,
		.core_relos = &relo, .core_relo_cnt = 1, .core_relo_rec_size = sizeof(relo),
		.log = &log,
	};

	memset(insn, 0, sizeof(insn));
	insn[0] = i;
	text[0] = '\0';
	return ebpf_core_relocate(&load, insn);
}

#define MOVE(imm)	((struct ebpf_insn)MOV_K(1, imm))
#define LOAD(size, off)	((struct ebpf_insn)LDX(size, 1, 2, off))

static void moved(const char *what, u32 type, u32 acc, u32 kind, s32 old, s32 want)
{
	int err = relocate(MOVE(old), type, acc, kind);

	if (!tap_ok(!err && insn[0].code == MOVE(0).code && insn[0].imm == want, "%s: %d", what, want))
		tap_diag("%d: code %#x imm %d, %s", err, insn[0].code, insn[0].imm, text);
}

static void poisoned(const char *what, struct ebpf_insn i, u32 type, u32 acc, u32 kind)
{
	int err = relocate(i, type, acc, kind);

	if (!tap_ok(!err && insn[0].code == (EBPF_JMP | EBPF_CALL) && insn[0].imm == 0xbad2310,
		    "%s: poison", what))
		tap_diag("%d: code %#x imm %d, %s", err, insn[0].code, insn[0].imm, text);
}

static void refused(const char *what, struct ebpf_insn i, u32 type, u32 acc, u32 kind, int error,
		    const char *line)
{
	int err = relocate(i, type, acc, kind);

	if (!tap_ok(err == error && strstr(text, line), "%s: %d", what, error))
		tap_diag("%d, %s", err, text);
}

static void test_fields(void)
{
	moved("a member inside a union without a name", L_THING, A_00, EBPF_CORE_FIELD_BYTE_OFFSET, 0, 8);
	moved("an element of an array", L_THING, A_0_1_2, EBPF_CORE_FIELD_BYTE_OFFSET, 16, 24);
	moved("the size of an array", L_THING, A_01, EBPF_CORE_FIELD_BYTE_SIZE, 32, 16);
	moved("is there", L_THING, A_01, EBPF_CORE_FIELD_EXISTS, 1, 1);
	moved("is not", L_FLAVOR, A_01, EBPF_CORE_FIELD_EXISTS, 1, 0);
	moved("signed", L_THING, A_00, EBPF_CORE_FIELD_SIGNED, 1, 1);
	moved("unsigned", L_FLAVOR, A_00, EBPF_CORE_FIELD_SIGNED, 0, 0);
	moved("where bits are", L_THING, A_02, EBPF_CORE_FIELD_BYTE_OFFSET, 40, 40);
	moved("how far bits are to go left", L_THING, A_02, EBPF_CORE_FIELD_LSHIFT_U64, 59, 56);
	moved("and right", L_THING, A_02, EBPF_CORE_FIELD_RSHIFT_U64, 59, 59);
	moved("by another flavor", L_FLAVOR, A_02, EBPF_CORE_FIELD_BYTE_OFFSET, 16, 48);
	poisoned("a member that is gone", MOVE(8), L_FLAVOR, A_01, EBPF_CORE_FIELD_BYTE_OFFSET);
	poisoned("an element that is", MOVE(8 + 9 * 4), L_GONE, A_00, EBPF_CORE_FIELD_BYTE_OFFSET);
	refused("an element beyond the array", MOVE(44), L_THING, A_0_1_9, EBPF_CORE_FIELD_BYTE_OFFSET,
		-EINVAL, "parsing [5] STRUCT thing");
	refused("a place that is none", MOVE(0), L_THING, A_BAD, EBPF_CORE_FIELD_BYTE_OFFSET, -EINVAL,
		"parsing");
	refused("two that do not agree", MOVE(0), L_TWIN, A_00, EBPF_CORE_FIELD_BYTE_OFFSET, -EINVAL,
		"field offset ambiguity: 32 != 0");
	refused("a struct without a name", MOVE(0), L_ANON, A_00, EBPF_CORE_FIELD_BYTE_OFFSET,
		-EOPNOTSUPP, "unrecognized");
}

static void test_types(void)
{
	moved("a struct is there", L_THING, A_0, EBPF_CORE_TYPE_EXISTS, 1, 1);
	moved("one is not", L_GONE, A_0, EBPF_CORE_TYPE_EXISTS, 1, 0);
	moved("a typedef is", L_TYPEDEF, A_0, EBPF_CORE_TYPE_EXISTS, 1, 1);
	moved("its size", L_THING, A_0, EBPF_CORE_TYPE_SIZE, 48, 64);
	moved("no size", L_GONE, A_0, EBPF_CORE_TYPE_SIZE, 4, 0);
	moved("its number here", L_THING, A_0, EBPF_CORE_TYPE_ID_LOCAL, 77, L_THING);
	moved("and there", L_THING, A_0, EBPF_CORE_TYPE_ID_TARGET, 77, K_THING);
	moved("an enumerator is there", L_COLOR, A_0, EBPF_CORE_ENUMVAL_EXISTS, 1, 1);
	moved("one is not", L_COLOR, A_1, EBPF_CORE_ENUMVAL_EXISTS, 1, 0);
	moved("its value", L_COLOR, A_0, EBPF_CORE_ENUMVAL_VALUE, 9, -2);
	poisoned("no value", MOVE(8), L_COLOR, A_1, EBPF_CORE_ENUMVAL_VALUE);
	refused("no such type", MOVE(0), 99, A_0, EBPF_CORE_TYPE_EXISTS, -EINVAL, "bad type id 99");
	refused("void", MOVE(0), 0, A_0, EBPF_CORE_TYPE_EXISTS, -EINVAL, "bad type id 0");
	refused("part of a type", MOVE(0), L_THING, A_01, EBPF_CORE_TYPE_SIZE, -EINVAL, "parsing");
	refused("an enumerator of a struct", MOVE(0), L_THING, A_0, EBPF_CORE_ENUMVAL_VALUE, -EINVAL,
		"parsing");
	refused("no such kind", MOVE(0), L_THING, A_0, 99, -EINVAL, "parsing");
}

static void test_matches(void)
{
	moved("a struct in another order, that the pointer in it points to", L_POINT, A_0,
	      EBPF_CORE_TYPE_MATCHES, 1, 1);
	moved("a member of another kind of number", L_POINT3, A_0, EBPF_CORE_TYPE_MATCHES, 1, 0);
	moved("a member that is not there", L_POINT4, A_0, EBPF_CORE_TYPE_MATCHES, 1, 0);
	moved("a function, by a declaration", L_FN, A_0, EBPF_CORE_TYPE_MATCHES, 1, 1);
	moved("a function of other arguments", L_FN2, A_0, EBPF_CORE_TYPE_MATCHES, 1, 0);
	moved("structs in structs", L_DEEP, A_0, EBPF_CORE_TYPE_MATCHES, 1, 1);
	moved("one of them another", L_BOX2, A_0, EBPF_CORE_TYPE_MATCHES, 1, 0);
	moved("a member that is in a union there", L_THING, A_0, EBPF_CORE_TYPE_MATCHES, 1, 0);
	moved("some of the enumerators", L_COLOR2, A_0, EBPF_CORE_TYPE_MATCHES, 1, 1);
	moved("one that is not there", L_COLOR, A_0, EBPF_CORE_TYPE_MATCHES, 1, 0);
	moved("a type that is not there", L_GONE, A_0, EBPF_CORE_TYPE_MATCHES, 1, 0);
}

static void test_insns(void)
{
	tap_ok(!relocate(LOAD(W, 8), L_THING, A_01, EBPF_CORE_FIELD_BYTE_OFFSET) ||
	       strstr(text, "mem size"), "a load of another size than the field is noticed");
	tap_ok(!relocate(LOAD(DW, 0), L_THING, A_00, EBPF_CORE_FIELD_BYTE_OFFSET) &&
	       insn[0].off == 8 && insn[0].code == LOAD(DW, 0).code, "a load's offset");
	tap_ok(!relocate(LOAD(W, 0), L_FLAVOR, A_00, EBPF_CORE_FIELD_BYTE_OFFSET) &&
	       insn[0].off == 32 && insn[0].code == LOAD(DW, 0).code,
	       "the size of a load of an unsigned number");
	tap_ok(!relocate(LOAD(DW, 16), L_FLAVOR, A_02, EBPF_CORE_FIELD_BYTE_OFFSET) &&
	       insn[0].off == 48 && insn[0].code == LOAD(DW, 0).code, "of a pointer");
	poisoned("of a signed number that is longer now", LOAD(W, 0), L_CHANGED, A_00,
		 EBPF_CORE_FIELD_BYTE_OFFSET);
	tap_ok(strstr(text, "accesses field incorrectly"), "which the log says");
	refused("an offset that is another", LOAD(DW, 4), L_THING, A_00, EBPF_CORE_FIELD_BYTE_OFFSET,
		-EINVAL, "unexpected insn #0 (LDX/ST/STX) value: got 4, exp 0 -> 8");
	refused("a number that is another", MOVE(3), L_THING, A_0, EBPF_CORE_TYPE_SIZE, -EINVAL,
		"unexpected insn #0 (ALU/ALU64) value: got 3, exp 48 -> 64");
	refused("a move of a register", (struct ebpf_insn)MOV_X(1, 2), L_THING, A_0, EBPF_CORE_TYPE_SIZE,
		-EINVAL, "");
	refused("an exit", (struct ebpf_insn)EXIT, L_THING, A_0, EBPF_CORE_TYPE_SIZE, -EINVAL,
		"unrecognized insn #0");
	tap_ok(!relocate((struct ebpf_insn){ .code = EBPF_LD | EBPF_IMM | EBPF_DW, .imm = 9 }, L_COLOR,
			 A_0, EBPF_CORE_ENUMVAL_VALUE) && insn[0].imm == -2 && insn[1].imm == -1,
	       "64 bits of a constant");
	poisoned("both halves of a constant", (struct ebpf_insn){ .code = EBPF_LD | EBPF_IMM | EBPF_DW,
		 .imm = 8 }, L_COLOR, A_1, EBPF_CORE_ENUMVAL_VALUE);
	tap_ok(insn[1].imm == 0xbad2310, "the other half, too");
}

#define NESTED	6

/* Structs in each other, each with eight members of the next. */
static void add_nested(bool same_names)
{
	char name[] = "n0";
	u32 i, next, other;

	ADD(INT(str("int"), 4));
	for (i = 0; i < NESTED; i++, name[1]++) {
		next = i + 1 < NESTED ? i + 3 : 1;
		other = same_names ? str("s") : str("t");
		ADD(TYPE(str(name), STRUCT, 8, 4), MEMBER(str("s"), next, 0), MEMBER(other, next, 0),
		    MEMBER(other, next, 0), MEMBER(other, next, 0), MEMBER(other, next, 0),
		    MEMBER(other, next, 0), MEMBER(other, next, 0), MEMBER(other, next, 0));
	}
}

/* Members that are named twice, which no compiler makes, are compared as often at each level. */
static void test_many_pairs(void)
{
	unsigned long before;

	words_destroy(kernel);
	ebpf_btf_destroy(local);
	words_begin(0);
	add_nested(false);
	kernel = words_parse_vmlinux();
	words_begin(0);
	access[A_0] = str("0");
	add_nested(true);
	local = words_parse();
	if (!tap_ok(!IS_ERR_OR_NULL(kernel) && !IS_ERR_OR_NULL(local), "nested types are types"))
		return;
	before = test_yields();
	moved("members of one name", 2, A_0, EBPF_CORE_TYPE_MATCHES, 1, 1);
	tap_ok(test_yields() - before > 50, "others run while types are compared (%lu times)",
	       test_yields() - before);
	test_set_yield(-EAGAIN);
	tap_eq(relocate(MOVE(1), 2, A_0, EBPF_CORE_TYPE_MATCHES), -EAGAIN, "a signal ends it");
	test_set_yield(0);
}

int main(void)
{
	kernel = make_kernel();
	local = make_local();
	if (!tap_ok(!IS_ERR_OR_NULL(kernel) && !IS_ERR_OR_NULL(local), "the types are types"))
		return tap_end();
	test_fields();
	test_types();
	test_matches();
	test_insns();
	test_many_pairs();
	words_destroy(kernel);
	ebpf_btf_destroy(local);
	return tap_end();
}
