// SPDX-License-Identifier: GPL-2.0-only
/*
 * BTF that is accepted and BTF that is refused, with errno and log text as
 * Linux gives them.
 */
#include "btf_blob.h"
#include "services.h"
#include "tap.h"

static struct blob_log log_;

struct btf_case {
	const char *name;
	u32 words[64];
	u32 cnt;
	int err;
	const char *text;	/* in the log */
};

#define CASE(n, e, t, ...)						\
	{ .name = (n), .err = (e), .text = (t), .words = { __VA_ARGS__ },	\
	  .cnt = sizeof((u32[]){ __VA_ARGS__ }) / sizeof(u32) }
#define GOOD(n, ...)	CASE(n, 0, NULL, __VA_ARGS__)
#define BAD(n, t, ...)	CASE(n, -EINVAL, t, __VA_ARGS__)

/* Type 1 is an int of 4 bytes in most. */
#define I4	INT(N_INT, 4)

static const struct btf_case good[] = {
	GOOD("int", I4),
	GOOD("int without a name, in bytes of 16", INT(0, 16)),
	GOOD("int of 3 bits at 5", TYPE(N_INT, INT, 0, 1), INT_DATA(0, 5, 3)),
	GOOD("bool, char", TYPE(N_A, INT, 0, 1), INT_DATA(EBPF_BTF_INT_BOOL, 0, 8),
	     TYPE(N_B, INT, 0, 1), INT_DATA(EBPF_BTF_INT_CHAR, 0, 8)),
	GOOD("pointer to void", PTR(0)),
	GOOD("struct that points to itself", TYPE(N_STRUCT, STRUCT, 1, 8), MEMBER(N_A, 2, 0),
	     PTR(1)),
	GOOD("struct with bit fields", I4, KTYPE(N_STRUCT, STRUCT, 3, 8), FIELD(N_A, 1, 3, 0),
	     FIELD(N_B, 1, 29, 3), FIELD(N_X, 1, 0, 32)),
	GOOD("struct with bit fields of an old compiler", TYPE(N_A, INT, 0, 4), INT_DATA(0, 0, 3),
	     TYPE(N_STRUCT, STRUCT, 2, 4), MEMBER(N_A, 1, 0), MEMBER(N_B, 1, 3)),
	GOOD("struct that ends in an empty array", I4, ARRAY(1, 1, 0),
	     TYPE(N_STRUCT, STRUCT, 2, 4), MEMBER(N_A, 1, 0), MEMBER(N_B, 2, 32)),
	GOOD("union", I4, TYPE(N_STRUCT, UNION, 2, 8), MEMBER(N_A, 1, 0), MEMBER(N_B, 3, 0),
	     PTR(1)),
	GOOD("nested arrays", I4, ARRAY(1, 1, 3), ARRAY(2, 1, 5)),
	GOOD("enums", TYPE(N_A, ENUM, 1, 4), N_B, 7, KTYPE(0, ENUM, 1, 1), N_X, -1),
	GOOD("enum64", TYPE(N_A, ENUM64, 1, 8), N_B, 1, 2, KTYPE(N_B, ENUM64, 1, 8), N_X, -1, -1),
	GOOD("bit field of an enum", TYPE(N_A, ENUM, 1, 4), N_B, 7,
	     KTYPE(N_STRUCT, STRUCT, 1, 4), FIELD(N_X, 1, 2, 5)),
	GOOD("forward declarations", TYPE(N_A, FWD, 0, 0), KTYPE(N_B, FWD, 0, 0), PTR(1)),
	GOOD("typedefs and modifiers", I4, TYPE(N_A, TYPEDEF, 0, 3), TYPE(0, CONST, 0, 4),
	     TYPE(0, VOLATILE, 0, 5), TYPE(0, RESTRICT, 0, 1)),
	GOOD("typedef of void, const void", TYPE(N_A, TYPEDEF, 0, 0), TYPE(0, CONST, 0, 1)),
	GOOD("function, as libbpf probes for it", I4, TYPE(0, FUNC_PROTO, 1, 0), N_A, 1,
	     TYPE(N_X, FUNC, 0, 2)),
	GOOD("global function", TYPE(0, FUNC_PROTO, 0, 0), TYPE(N_X, FUNC, 1, 1)),
	GOOD("function with a variable number of arguments", I4, TYPE(0, FUNC_PROTO, 2, 1), N_A, 1,
	     0, 0, TYPE(N_X, FUNC, 0, 2)),
	GOOD("pointer to a function", TYPE(0, FUNC_PROTO, 0, 0), PTR(1)),
	GOOD("variables and a section", I4, TYPE(N_X, VAR, 0, 1), 0, TYPE(N_A, VAR, 0, 1), 1,
	     TYPE(N_DATA, DATASEC, 2, 12), 2, 0, 4, 3, 4, 4),
	GOOD("section name with a blank", I4, TYPE(N_X, VAR, 0, 1), 0,
	     TYPE(N_SPACE, DATASEC, 1, 4), 2, 0, 4),
	GOOD("float", TYPE(N_A, FLOAT, 0, 4)),
	GOOD("struct with a double", TYPE(N_A, FLOAT, 0, 8), TYPE(N_STRUCT, STRUCT, 1, 16),
	     MEMBER(N_A, 1, 64)),
	GOOD("tag on a variable", I4, TYPE(N_X, VAR, 0, 1), 0, TYPE(N_TAG, DECL_TAG, 0, 2), -1),
	GOOD("tag on a member", I4, TYPE(N_STRUCT, STRUCT, 1, 4), MEMBER(N_A, 1, 0),
	     TYPE(N_TAG, DECL_TAG, 0, 2), 0),
	GOOD("tag on an argument", I4, TYPE(0, FUNC_PROTO, 1, 0), N_A, 1, TYPE(N_X, FUNC, 0, 2),
	     TYPE(N_TAG, DECL_TAG, 0, 3), 0),
	GOOD("tag on a typedef", I4, TYPE(N_A, TYPEDEF, 0, 1), TYPE(N_TAG, DECL_TAG, 0, 2), -1),
	GOOD("tag of a type", I4, TYPE(N_TAG, TYPE_TAG, 0, 1), PTR(2)),
	GOOD("tags before modifiers", I4, TYPE(N_TAG, TYPE_TAG, 0, 3), TYPE(0, CONST, 0, 1), PTR(2)),
	GOOD("name with a dot", TYPE(N_DOT, INT, 0, 4), INT_DATA(0, 0, 32),
	     TYPE(N_DOT, TYPEDEF, 0, 1)),
};

static const struct btf_case bad[] = {
	/* any kind */
	BAD("half a type", "[1] meta_left:8 meta_needed:12", N_INT, INFO(INT, 0, 0)),
	BAD("int without its word", "[1] INT (anon) meta_left:0 meta_needed:4", TYPE(0, INT, 0, 4)),
	BAD("reserved bits", "[1] Invalid btf_info:1010000", N_INT, INFO(INT, 0, 0) | 0x10000, 4, 32),
	BAD("kind 0", "[1] Invalid kind:0", 0, 0, 0),
	BAD("kind 20", "[1] Invalid kind:20", 0, 20 << 24, 0),
	BAD("kind 31", "[1] Invalid kind:31", 0, 31U << 24, 0),
	BAD("name beyond the strings", "[1] Invalid name_offset:44", TYPE(N_BEYOND, INT, 0, 4), 32),
	BAD("name far beyond", "[1] Invalid name_offset:4294967295", TYPE(-1, INT, 0, 4), 32),
	/* INT */
	BAD("int with vlen", "[1] INT int size=4 bits_offset=0 nr_bits=32 encoding=(none) vlen != 0",
	    TYPE(N_INT, INT, 1, 4), 32),
	BAD("int with kflag", "Invalid btf_info kind_flag", KTYPE(N_INT, INT, 0, 4), 32),
	BAD("int with reserved bits", "[1] INT int Invalid int_data:f0000020",
	    TYPE(N_INT, INT, 0, 4), 0xf0000020),
	BAD("int of 129 bits", "nr_bits exceeds 128", TYPE(N_INT, INT, 0, 32), INT_DATA(0, 1, 128)),
	BAD("int larger than its size", "nr_bits exceeds type_size", TYPE(N_INT, INT, 0, 3), 32),
	CASE("int of two encodings", -ENOTSUPP, "encoding=UNKN Unsupported encoding",
	     TYPE(N_INT, INT, 0, 4), INT_DATA(3, 0, 32)),
	CASE("int of encoding 8", -ENOTSUPP, "Unsupported encoding", TYPE(N_INT, INT, 0, 4),
	     INT_DATA(8, 0, 32)),
	/* references */
	BAD("pointer with vlen", "[1] PTR (anon) type_id=0 vlen != 0", TYPE(0, PTR, 1, 0)),
	BAD("pointer with kflag", "Invalid btf_info kind_flag", KTYPE(0, PTR, 0, 0)),
	BAD("pointer with a name", "[1] PTR A type_id=0 Invalid name", TYPE(N_A, PTR, 0, 0)),
	BAD("pointer to an id that cannot be", "[1] PTR (anon) type_id=1048576 Invalid type_id",
	    PTR(0x100000)),
	BAD("pointer to an id that is not", "[1] PTR (anon) type_id=2 Invalid type_id", PTR(2)),
	BAD("typedef without a name", "[2] TYPEDEF (anon) type_id=1 Invalid name", I4,
	    TYPE(0, TYPEDEF, 0, 1)),
	BAD("typedef that starts with a digit", "[2] TYPEDEF 1a type_id=1 Invalid name", I4,
	    TYPE(N_DIGIT, TYPEDEF, 0, 1)),
	BAD("typedef with a blank", "TYPEDEF a b type_id=1 Invalid name", I4,
	    TYPE(N_SPACE, TYPEDEF, 0, 1)),
	BAD("const with a name", "[2] CONST A type_id=1 Invalid name", I4, TYPE(N_A, CONST, 0, 1)),
	BAD("tag without text", "[2] TYPE_TAG (anon) type_id=1 Invalid name", I4,
	    TYPE(0, TYPE_TAG, 0, 1)),
	BAD("tag after a modifier", "Type tags don't precede modifiers", I4, TYPE(0, CONST, 0, 3),
	    TYPE(N_TAG, TYPE_TAG, 0, 1), PTR(2)),
	BAD("tag behind a typedef", "Type tags don't precede modifiers", I4,
	    TYPE(N_A, TYPEDEF, 0, 3), TYPE(N_TAG, TYPE_TAG, 0, 1)),
	BAD("pointer to a variable", "[3] PTR (anon) type_id=2 Invalid type_id", I4,
	    TYPE(N_X, VAR, 0, 1), 0, PTR(2)),
	BAD("pointer to a section", "PTR (anon) type_id=3 Invalid type_id", I4,
	    TYPE(N_X, VAR, 0, 1), 0, TYPE(N_DATA, DATASEC, 1, 4), 2, 0, 4, PTR(3)),
	BAD("const tag of a declaration", "CONST (anon) type_id=3 Invalid type_id", I4,
	    TYPE(N_X, VAR, 0, 1), 0, TYPE(N_TAG, DECL_TAG, 0, 2), -1, TYPE(0, CONST, 0, 3)),
	/* FWD */
	BAD("forward declaration without a name", "[1] FWD (anon) struct Invalid name",
	    TYPE(0, FWD, 0, 0)),
	BAD("forward declaration with a type", "[1] FWD A union type != 0", KTYPE(N_A, FWD, 0, 1)),
	BAD("forward declaration with vlen", "vlen != 0", TYPE(N_A, FWD, 1, 0)),
	/* ARRAY */
	BAD("array with a name", "[2] ARRAY A type_id=1 index_type_id=1 nr_elems=4 Invalid name", I4,
	    TYPE(N_A, ARRAY, 0, 0), 1, 1, 4),
	BAD("array with a size", "size != 0", I4, TYPE(0, ARRAY, 0, 4), 1, 1, 4),
	BAD("array with vlen", "vlen != 0", I4, TYPE(0, ARRAY, 1, 0), 1, 1, 4),
	BAD("array with kflag", "Invalid btf_info kind_flag", I4, KTYPE(0, ARRAY, 0, 0), 1, 1, 4),
	BAD("array cut short", "[2] ARRAY (anon) meta_left:8 meta_needed:12", I4,
	    TYPE(0, ARRAY, 0, 0), 1, 1),
	BAD("array of void", "Invalid elem", I4, ARRAY(0, 1, 4)),
	BAD("array by void", "Invalid index", I4, ARRAY(1, 0, 4)),
	BAD("array of what is not", "[2] ARRAY (anon) type_id=3 index_type_id=1 nr_elems=4 Invalid elem",
	    I4, ARRAY(3, 1, 4)),
	BAD("array by what is not", "Invalid index", I4, ARRAY(1, 3, 4)),
	BAD("array by a struct", "Invalid index", I4, ARRAY(1, 3, 4), TYPE(N_A, STRUCT, 0, 4)),
	BAD("array by an odd int", "Invalid index", I4, TYPE(N_A, INT, 0, 4), INT_DATA(0, 0, 27),
	    ARRAY(1, 2, 4)),
	BAD("array of functions", "Invalid elem", I4, TYPE(0, FUNC_PROTO, 0, 0), ARRAY(2, 1, 4)),
	BAD("array of odd ints", "Invalid array of int", I4, TYPE(N_A, INT, 0, 4), INT_DATA(0, 0, 27),
	    ARRAY(2, 1, 4)),
	BAD("array of const void", "Invalid elem", I4, TYPE(0, CONST, 0, 0), ARRAY(2, 1, 4)),
	BAD("array of more than 4 GiB", "Array size overflows U32_MAX", I4, ARRAY(1, 1, 0x40000000)),
	/* STRUCT, UNION */
	BAD("struct cut short", "[2] STRUCT ST meta_left:12 meta_needed:24", I4,
	    TYPE(N_STRUCT, STRUCT, 2, 8), MEMBER(N_A, 1, 0)),
	BAD("struct with a name that is none", "[2] STRUCT 1a size=4 vlen=1 Invalid name", I4,
	    TYPE(N_DIGIT, STRUCT, 1, 4), MEMBER(N_A, 1, 0)),
	BAD("member with a name that is none", "\t1a type_id=1 bits_offset=0 Invalid name", I4,
	    TYPE(N_STRUCT, STRUCT, 1, 4), MEMBER(N_DIGIT, 1, 0)),
	BAD("member with a name beyond the strings", "Invalid member name_offset:44", I4,
	    TYPE(N_STRUCT, STRUCT, 1, 4), MEMBER(N_BEYOND, 1, 0)),
	BAD("member of void", "\tA type_id=0 bits_offset=0 Invalid type_id", I4,
	    TYPE(N_STRUCT, STRUCT, 1, 4), MEMBER(N_A, 0, 0)),
	BAD("members out of order", "Invalid member bits_offset", I4,
	    TYPE(N_STRUCT, STRUCT, 2, 8), MEMBER(N_A, 1, 32), MEMBER(N_B, 1, 0)),
	BAD("union member not at 0", "Invalid member bits_offset", I4,
	    TYPE(N_STRUCT, UNION, 1, 8), MEMBER(N_A, 1, 32)),
	BAD("member after the end", "Member bits_offset exceeds its struct size", I4,
	    TYPE(N_STRUCT, STRUCT, 1, 4), MEMBER(N_A, 1, 40)),
	BAD("member over the end", "[2] STRUCT ST size=4 vlen=1\n\tA type_id=1 bits_offset=8 Member exceeds struct_size",
	    I4, TYPE(N_STRUCT, STRUCT, 1, 4), MEMBER(N_A, 1, 8)),
	BAD("member that is a function", "Invalid member", TYPE(0, FUNC_PROTO, 0, 0),
	    TYPE(N_STRUCT, STRUCT, 1, 8), MEMBER(N_A, 1, 0)),
	BAD("member of a declared struct", "Invalid member", TYPE(N_B, FWD, 0, 0),
	    TYPE(N_STRUCT, STRUCT, 1, 8), MEMBER(N_A, 1, 0)),
	BAD("member of const void", "Invalid member", TYPE(0, CONST, 0, 0),
	    TYPE(N_STRUCT, STRUCT, 1, 8), MEMBER(N_A, 1, 0)),
	BAD("member that is not", "Invalid member", TYPE(N_STRUCT, STRUCT, 1, 8), MEMBER(N_A, 9, 0)),
	BAD("pointer member at a bit", "Member is not byte aligned", PTR(0),
	    TYPE(N_STRUCT, STRUCT, 1, 16), MEMBER(N_A, 1, 3)),
	BAD("pointer member over the end", "Member exceeds struct_size", PTR(0),
	    TYPE(N_STRUCT, STRUCT, 1, 7), MEMBER(N_A, 1, 0)),
	BAD("array member over the end", "Member exceeds struct_size", I4, ARRAY(1, 1, 3),
	    TYPE(N_STRUCT, STRUCT, 1, 11), MEMBER(N_A, 2, 0)),
	BAD("struct member over the end", "Member exceeds struct_size", TYPE(N_A, STRUCT, 0, 9),
	    TYPE(N_STRUCT, STRUCT, 1, 8), MEMBER(N_A, 1, 0)),
	BAD("enum member at a bit", "Member is not byte aligned", TYPE(N_A, ENUM, 0, 4),
	    TYPE(N_STRUCT, STRUCT, 1, 8), MEMBER(N_A, 1, 1)),
	BAD("bit field larger than its type", "Invalid member bitfield_size", I4,
	    KTYPE(N_STRUCT, STRUCT, 1, 8), FIELD(N_A, 1, 33, 0)),
	BAD("bit field over the end", "Member exceeds struct_size", I4,
	    KTYPE(N_STRUCT, STRUCT, 1, 4), FIELD(N_A, 1, 8, 25)),
	BAD("bit field of an odd int", "Invalid member base type", TYPE(N_A, INT, 0, 4),
	    INT_DATA(0, 0, 27), KTYPE(N_STRUCT, STRUCT, 1, 8), FIELD(N_A, 1, 3, 0)),
	BAD("whole member at a bit beside bit fields",
	    "\tA type_id=1 bitfield_size=0 bits_offset=3 Invalid member offset", I4,
	    KTYPE(N_STRUCT, STRUCT, 1, 8), FIELD(N_A, 1, 0, 3)),
	BAD("bit field of a pointer", "Invalid member bitfield_size", PTR(0),
	    KTYPE(N_STRUCT, STRUCT, 1, 8), FIELD(N_A, 1, 3, 0)),
	BAD("bit field of an enum over the end", "Member exceeds struct_size",
	    TYPE(N_A, ENUM, 0, 4), KTYPE(N_STRUCT, STRUCT, 1, 2), FIELD(N_X, 1, 0, 0)),
	BAD("float member not aligned", "Member is not properly aligned", TYPE(N_A, FLOAT, 0, 8),
	    TYPE(N_STRUCT, STRUCT, 1, 16), MEMBER(N_A, 1, 32)),
	BAD("float member over the end", "Member exceeds struct_size", TYPE(N_A, FLOAT, 0, 8),
	    TYPE(N_STRUCT, STRUCT, 1, 4), MEMBER(N_A, 1, 0)),
	CASE("struct in itself", -EEXIST, "[1] STRUCT ST size=8 vlen=1 Loop detected",
	     TYPE(N_STRUCT, STRUCT, 1, 8), MEMBER(N_A, 1, 0)),
	CASE("struct in an array in itself", -EEXIST, "Loop detected", I4,
	     TYPE(N_STRUCT, STRUCT, 1, 8), MEMBER(N_A, 3, 0), ARRAY(2, 1, 1)),
	CASE("array of itself", -EEXIST, "Loop detected", I4, ARRAY(2, 1, 1)),
	CASE("typedef of itself", -EEXIST, "Loop detected", TYPE(N_A, TYPEDEF, 0, 1)),
	CASE("const of a const", -EEXIST, "Loop detected", TYPE(0, CONST, 0, 2),
	     TYPE(0, VOLATILE, 0, 1)),
	CASE("pointer to itself", -EEXIST, "Loop detected", PTR(1)),
	CASE("pointers to each other", -EEXIST, "Loop detected", PTR(2), PTR(1)),
	CASE("pointer to a typedef of itself", -EEXIST, "Loop detected", PTR(2),
	     TYPE(N_A, TYPEDEF, 0, 1)),
	CASE("pointer loop seen from a struct", -EEXIST, "Loop detected",
	     TYPE(N_STRUCT, STRUCT, 1, 8), MEMBER(N_A, 2, 0), TYPE(0, CONST, 0, 3), PTR(2)),
	/* ENUM, ENUM64 */
	BAD("enum cut short", "[1] ENUM A meta_left:8 meta_needed:16", TYPE(N_A, ENUM, 2, 4), N_B, 1),
	BAD("enum of 3 bytes", "[1] ENUM A size=3 vlen=0 Unexpected size", TYPE(N_A, ENUM, 0, 3)),
	BAD("enum of 0 bytes", "Unexpected size", TYPE(N_A, ENUM, 0, 0)),
	BAD("enum of 16 bytes", "Unexpected size", TYPE(N_A, ENUM, 0, 16)),
	BAD("enum with a name that is none", "Invalid name", TYPE(N_DIGIT, ENUM, 0, 4)),
	BAD("enumerator without a name", "Invalid name", TYPE(N_A, ENUM, 1, 4), 0, 1),
	BAD("enumerator with a name that is none", "Invalid name", TYPE(N_A, ENUM, 1, 4), N_SPACE, 1),
	BAD("enumerator beyond the strings", "\tInvalid name_offset:44", TYPE(N_A, ENUM, 1, 4),
	    N_BEYOND, 1),
	BAD("enum64 cut short", "[1] ENUM64 A meta_left:8 meta_needed:12", TYPE(N_A, ENUM64, 1, 8),
	    N_B, 1),
	BAD("enum64 of 12 bytes", "Unexpected size", TYPE(N_A, ENUM64, 0, 12)),
	/* FUNC, FUNC_PROTO */
	BAD("function without a name", "[2] FUNC (anon) type_id=1 Invalid name",
	    TYPE(0, FUNC_PROTO, 0, 0), TYPE(0, FUNC, 0, 1)),
	BAD("extern function", "Invalid func linkage", TYPE(0, FUNC_PROTO, 0, 0),
	    TYPE(N_X, FUNC, 2, 1)),
	BAD("function of an int", "[2] FUNC x type_id=1 Invalid type_id", I4, TYPE(N_X, FUNC, 0, 1)),
	BAD("function of what is not", "Invalid type_id", TYPE(N_X, FUNC, 0, 9)),
	BAD("function with an argument without a name", "[3] FUNC x type_id=2 Invalid arg#1", I4,
	    TYPE(0, FUNC_PROTO, 1, 0), 0, 1, TYPE(N_X, FUNC, 0, 2)),
	BAD("prototype with a name", "[1] FUNC_PROTO A return=0 args=(void) Invalid name",
	    TYPE(N_A, FUNC_PROTO, 0, 0)),
	BAD("prototype cut short", "[1] FUNC_PROTO (anon) meta_left:4 meta_needed:8",
	    TYPE(0, FUNC_PROTO, 1, 0), 1),
	BAD("prototype that returns what is not",
	    "[2] FUNC_PROTO (anon) return=9 args=(1 A, vararg) Invalid return type", I4,
	    TYPE(0, FUNC_PROTO, 2, 9), N_A, 1, 0, 0),
	BAD("prototype that returns a function", "Invalid return type", TYPE(0, FUNC_PROTO, 0, 1)),
	BAD("argument that is not", "[2] FUNC_PROTO (anon) return=0 args=(1 A, 9 B) Invalid arg#2", I4,
	    TYPE(0, FUNC_PROTO, 2, 0), N_A, 1, N_B, 9),
	BAD("argument of void", "Invalid arg#1", I4, TYPE(0, FUNC_PROTO, 2, 0), 0, 0, N_B, 1),
	BAD("argument with a name that is none", "Invalid arg#1", I4, TYPE(0, FUNC_PROTO, 1, 0),
	    N_DIGIT, 1),
	BAD("argument with a name beyond the strings", "Invalid arg#1", I4,
	    TYPE(0, FUNC_PROTO, 1, 0), N_BEYOND, 1),
	BAD("variable arguments with a name", "Invalid arg#2", I4, TYPE(0, FUNC_PROTO, 2, 0), N_A, 1,
	    N_B, 0),
	BAD("argument that is a variable", "Invalid arg#1", I4, TYPE(N_X, VAR, 0, 1), 0,
	    TYPE(0, FUNC_PROTO, 1, 0), N_A, 2),
	/* VAR, DATASEC */
	BAD("variable without a name", "[2] VAR (anon) type_id=1 linkage=0 Invalid name", I4,
	    TYPE(0, VAR, 0, 1), 0),
	BAD("variable of void", "Invalid type_id", TYPE(N_X, VAR, 0, 0), 0),
	BAD("variable of const void", "Invalid type_id", TYPE(0, CONST, 0, 0), TYPE(N_X, VAR, 0, 1), 0),
	BAD("extern variable", "Linkage not supported", I4, TYPE(N_X, VAR, 0, 1), 2),
	BAD("variable with vlen", "vlen != 0", I4, TYPE(N_X, VAR, 1, 1), 0),
	BAD("variable cut short", "[2] VAR x meta_left:0 meta_needed:4", I4, TYPE(N_X, VAR, 0, 1)),
	BAD("variable of a variable", "Invalid type_id", I4, TYPE(N_X, VAR, 0, 1), 0,
	    TYPE(N_A, VAR, 0, 2), 0),
	BAD("section without a name", "[3] DATASEC (anon) size=4 vlen=1 Invalid name", I4,
	    TYPE(N_X, VAR, 0, 1), 0, TYPE(0, DATASEC, 1, 4), 2, 0, 4),
	BAD("section with a name that cannot be printed", "Invalid name", I4,
	    TYPE(N_X, VAR, 0, 1), 0, TYPE(N_CTRL, DATASEC, 1, 4), 2, 0, 4),
	BAD("section of 0 bytes", "size == 0", I4, TYPE(N_DATA, DATASEC, 0, 0)),
	BAD("section with kflag", "Invalid btf_info kind_flag", I4, KTYPE(N_DATA, DATASEC, 0, 4)),
	BAD("section of an int", "\t type_id=1 offset=0 size=4 Not a VAR kind member", I4,
	    TYPE(N_DATA, DATASEC, 1, 4), 1, 0, 4),
	BAD("section of void", "Invalid type_id", I4, TYPE(N_DATA, DATASEC, 1, 4), 0, 0, 4),
	BAD("section of what is not", "Not a VAR kind member", I4, TYPE(N_DATA, DATASEC, 1, 4), 9, 0, 4),
	BAD("section with overlapping variables", "Invalid offset", I4, TYPE(N_X, VAR, 0, 1), 0,
	    TYPE(N_DATA, DATASEC, 2, 8), 2, 0, 4, 2, 2, 4),
	BAD("section with a variable after its end", "Invalid offset", I4, TYPE(N_X, VAR, 0, 1), 0,
	    TYPE(N_DATA, DATASEC, 1, 4), 2, 4, 4),
	BAD("section with a variable over its end", "Invalid offset+size", I4, TYPE(N_X, VAR, 0, 1), 0,
	    TYPE(N_DATA, DATASEC, 1, 6), 2, 4, 4),
	BAD("section with a variable of 0 bytes", "Invalid size", I4, TYPE(N_X, VAR, 0, 1), 0,
	    TYPE(N_DATA, DATASEC, 1, 4), 2, 0, 0),
	BAD("section with a variable cut short", "Invalid size", I4, TYPE(N_X, VAR, 0, 1), 0,
	    TYPE(N_DATA, DATASEC, 1, 4), 2, 0, 2),
	BAD("section with offsets that overflow", "Invalid size", I4, TYPE(N_X, VAR, 0, 1), 0,
	    TYPE(N_DATA, DATASEC, 1, 8), 2, 4, 0xfffffffe),
	/* FLOAT */
	BAD("float of 3 bytes", "[1] FLOAT A size=3 Invalid type_size", TYPE(N_A, FLOAT, 0, 3)),
	BAD("float with vlen", "vlen != 0", TYPE(N_A, FLOAT, 1, 4)),
	BAD("float with kflag", "Invalid btf_info kind_flag", KTYPE(N_A, FLOAT, 0, 4)),
	/* DECL_TAG */
	BAD("tag without text", "[2] DECL_TAG (anon) type=1 component_idx=-1 Invalid value", I4,
	    TYPE(0, DECL_TAG, 0, 1), -1),
	BAD("tag on an int", "[2] DECL_TAG tag 1 type=1 component_idx=-1 Invalid type_id", I4,
	    TYPE(N_TAG, DECL_TAG, 0, 1), -1),
	BAD("tag with vlen", "vlen != 0", I4, TYPE(N_X, VAR, 0, 1), 0, TYPE(N_TAG, DECL_TAG, 1, 2), -1),
	BAD("tag with kflag", "Invalid btf_info kind_flag", I4, TYPE(N_X, VAR, 0, 1), 0,
	    KTYPE(N_TAG, DECL_TAG, 0, 2), -1),
	BAD("tag on component -2", "Invalid component_idx", I4, TYPE(N_X, VAR, 0, 1), 0,
	    TYPE(N_TAG, DECL_TAG, 0, 2), -2),
	BAD("tag on a component of a variable", "Invalid component_idx", I4, TYPE(N_X, VAR, 0, 1), 0,
	    TYPE(N_TAG, DECL_TAG, 0, 2), 0),
	BAD("tag on a member too many", "Invalid component_idx", I4, TYPE(N_STRUCT, STRUCT, 1, 4),
	    MEMBER(N_A, 1, 0), TYPE(N_TAG, DECL_TAG, 0, 2), 1),
	BAD("tag on an argument too many", "Invalid component_idx", I4, TYPE(0, FUNC_PROTO, 1, 0),
	    N_A, 1, TYPE(N_X, FUNC, 0, 2), TYPE(N_TAG, DECL_TAG, 0, 3), 1),
	BAD("tag on nothing", "Invalid type_id", TYPE(N_TAG, DECL_TAG, 0, 0), -1),
	BAD("no types", "No type found"),
};

/* What came of it: 0 or the errno. The log is in log_. */
static int parse_blob(const struct blob *b)
{
	struct ebpf_btf *btf;

	blob_log_init(&log_);
	btf = ebpf_btf_parse(b->data, b->size, NULL, &log_.log);
	if (IS_ERR(btf))
		return PTR_ERR(btf);
	ebpf_btf_destroy(btf);
	return 0;
}

static void run_case(const struct btf_case *c)
{
	struct blob b = blob_make(c->words, c->cnt);
	int err = parse_blob(&b);
	bool text = !c->text || strstr(log_.text, c->text);

	tap_ok(err == c->err && text, "%s: %s", c->err ? "refused" : "accepted", c->name);
	if (err != c->err)
		tap_diag("  got %d, want %d", err, c->err);
	if (err != c->err || !text)
		tap_diag("  log: %s", log_.text);
	blob_free(&b);
}

/*
 * Header and sections
 */
static struct blob plain(void)
{
	static const u32 words[] = { I4 };

	return blob_make(words, ARRAY_SIZE(words));
}

static void try(struct blob *b, int want, const char *text, const char *name)
{
	int err = parse_blob(b);
	bool found = !text || strstr(log_.text, text);

	tap_ok(err == want && found, "%s: %s", want ? "refused" : "accepted", name);
	if (err != want || !found)
		tap_diag("  got %d, want %d, log: %s", err, want, log_.text);
	blob_free(b);
}

#define TRY(change, want, text, name)					\
	do {								\
		struct blob b = plain();				\
		struct ebpf_btf_header *h = b.hdr;			\
									\
		(void)h;						\
		change;							\
		try(&b, want, text, name);				\
	} while (0)

static void test_header(void)
{
	u32 n;

	TRY(b.size = 0, -EINVAL, "hdr_len not found", "nothing");
	TRY(b.size = 7, -EINVAL, "hdr_len not found", "7 bytes");
	TRY(b.size = 23, -EINVAL, "btf_header not found", "a header cut short");
	TRY(h->hdr_len = 0xffffffff, -EINVAL, "btf_header not found", "a header without end");
	TRY(h->hdr_len = 25, -E2BIG, "Unsupported btf_header", "a longer header that says more");
	TRY(h->magic = 0x9feb, -EINVAL, "Invalid magic", "the wrong byte order");
	TRY(h->version = 2, -ENOTSUPP, "Unsupported version", "version 2");
	TRY(h->flags = 1, -ENOTSUPP, "Unsupported flags", "flags");
	TRY(b.size = 24, -EINVAL, "No data", "a header alone");
	TRY(h->type_off = 4, -EINVAL, "Unsupported section found", "a gap before the types");
	TRY(h->str_off += 1, -EINVAL, "Unsupported section found", "a gap between the sections");
	TRY(h->str_off -= 4, -EINVAL, "Section overlap found", "sections that overlap");
	TRY(h->str_off = 1000, -EINVAL, "Invalid section offset", "strings outside");
	TRY(h->str_off = 0xfffffff0, -EINVAL, "Invalid section offset", "strings far outside");
	TRY(h->str_len++, -EINVAL, "Total section length too long", "strings too long");
	TRY(h->type_len = 0xfffffff0, -EINVAL, "Total section length too long", "types too long");
	TRY(h->str_len--, -EINVAL, "Unsupported section found", "a byte after the strings");
	TRY((h->str_len = 0, b.size = 24 + h->type_len), -EINVAL, "Invalid string section",
	    "no strings");
	TRY(b.data[b.size - 1] = 'x', -EINVAL, "Invalid string section", "strings without an end");
	TRY(b.data[24 + h->type_len] = 'x', -EINVAL, "Invalid string section",
	    "strings that do not start empty");
	for (n = 24; n < 24 + 16 + sizeof(blob_strings); n++) {
		struct blob b = plain();

		b.size = n;
		if (!parse_blob(&b))
			break;
		blob_free(&b);
	}
	tap_eq(n, 24 + 16 + sizeof(blob_strings), "refused: cut short anywhere");
	TRY((void)0, 0, "magic: 0xeb9f\nversion: 1\nflags: 0x0\nhdr_len: 24\ntype_off: 0\n"
	    "type_len: 16\nstr_off: 16\nstr_len: 44\nbtf_total_size: 84\n"
	    "[1] INT int size=4 bits_offset=0 nr_bits=32 encoding=SIGNED\n", "as it is");
}

/* Strings first, types after them: allowed only when types come at the end? No:
 * Linux wants the strings at the end.
 */
static void test_section_order(void)
{
	static const u32 words[] = { I4 };
	struct blob b = blob_make(words, ARRAY_SIZE(words));

	memcpy(b.data + 24, blob_strings, sizeof(blob_strings));
	memcpy(b.data + 24 + sizeof(blob_strings), words, sizeof(words));
	b.hdr->str_off = 0;
	b.hdr->type_off = sizeof(blob_strings);
	try(&b, -EINVAL, "String section is not at the end", "strings before types");
}

/* Headers of later versions are longer; what we do not know is zero. */
static void test_long_header(void)
{
	u32 extra, bad_ = 0;

	for (extra = 1; extra < 20; extra++) {
		struct blob b = plain(), l = { .size = b.size + extra };

		l.data = calloc(1, l.size);
		memcpy(l.data, b.data, 24);
		memcpy(l.data + 24 + extra, b.data + 24, b.size - 24);
		((struct ebpf_btf_header *)(void *)l.data)->hdr_len += extra;
		bad_ += !!parse_blob(&l);
		l.data[24 + extra - 1] = 1;
		bad_ += parse_blob(&l) != -E2BIG;
		blob_free(&b);
		blob_free(&l);
	}
	tap_eq(bad_, 0, "longer headers: accepted when the rest is zero");
}

static void test_limits(void)
{
	u32 words[64 * 3], i, cnt;
	struct blob b;
	u8 *big = calloc(1, EBPF_BTF_MAX_SIZE + 1);

	tap_eq(PTR_ERR(ebpf_btf_parse(big, EBPF_BTF_MAX_SIZE + 1, NULL, NULL)), -E2BIG,
	       "refused: more than 16 MiB");
	free(big);
	/* typedefs of each other, the last first, so that all wait on the stack */
	for (cnt = 31; cnt <= 33; cnt++) {
		for (i = 0; i < cnt; i++) {
			words[3 * i] = N_A;
			words[3 * i + 1] = INFO(TYPEDEF, 0, 0);
			words[3 * i + 2] = i + 1 < cnt ? i + 2 : 0;
		}
		b = blob_make(words, 3 * cnt);
		if (cnt <= 32)
			try(&b, 0, NULL, "types that depend on each other, at most 32 deep");
		else
			try(&b, -E2BIG, "[1] TYPEDEF A type_id=2 Exceeded max resolving depth:32",
			    "deeper");
	}
	/* the other way round nobody waits, but the chain is as long */
	for (i = 0; i < 40; i++) {
		words[3 * i] = N_A;
		words[3 * i + 1] = INFO(TYPEDEF, 0, 0);
		words[3 * i + 2] = i;
	}
	b = blob_make(words, 3 * 40);
	try(&b, -ELOOP, "Max chain length or cycle detected", "a chain of 40 typedefs");
}

/* As many types as ids, and one more. */
static void test_many(void)
{
	u32 n = EBPF_BTF_MAX_TYPE, i, *words = malloc(3 * 4 * (n + 1));
	struct ebpf_btf *btf;
	struct blob b;

	for (i = 0; i <= n; i++) {
		words[3 * i] = 0;
		words[3 * i + 1] = INFO(PTR, 0, 0);
		words[3 * i + 2] = 0;
	}
	b = blob_make(words, 3 * n);
	btf = ebpf_btf_parse(b.data, b.size, NULL, NULL);
	tap_ok(!IS_ERR(btf) && ebpf_btf_nr_types(btf) == n + 1, "accepted: %u types", n);
	ebpf_btf_destroy(btf);
	blob_free(&b);
	b = blob_make(words, 3 * (n + 1));
	tap_eq(PTR_ERR(ebpf_btf_parse(b.data, b.size, NULL, NULL)), -E2BIG, "refused: one more");
	blob_free(&b);
	free(words);
}

static void test_environment(void)
{
	struct blob b = plain();
	struct ebpf_btf *btf = ERR_PTR(-ENOMEM);
	u32 n;

	blob_log_init(&log_);
	log_.room = 20;
	tap_eq(PTR_ERR(ebpf_btf_parse(b.data, b.size, NULL, &log_.log)), -ENOSPC,
	       "a log that is full refuses");
	for (n = 0; n < 20 && IS_ERR(btf); n++) {
		test_fail_alloc(n);
		btf = ebpf_btf_parse(b.data, b.size, NULL, NULL);
	}
	test_fail_alloc(-1);
	tap_ok(!IS_ERR(btf) && n > 4, "-ENOMEM at each of %u allocations", n - 1);
	ebpf_btf_destroy(btf);
	ebpf_btf_destroy(NULL);
	ebpf_btf_destroy(ERR_PTR(-EINVAL));
	blob_free(&b);
}

int main(void)
{
	u32 i;

	test_header();
	test_section_order();
	test_long_header();
	for (i = 0; i < ARRAY_SIZE(good); i++)
		run_case(&good[i]);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		run_case(&bad[i]);
	test_limits();
	test_many();
	test_environment();
	tap_eq(test_bugs(), 0, "no internal check struck");
	return tap_end();
}
