// SPDX-License-Identifier: GPL-2.0-only
/*
 * Global functions: walked once by themselves, with what their BTF says of their
 * arguments; calls are held against that.
 */
#include <stddef.h>
#include <ebpf/ctx.h>
#include <tap.h>
#include "btf_blob.h"
#include "services.h"
#include "verif_run.h"

#define FP	EBPF_REG_10
#define CLS	EBPF_PROG_TYPE_SCHED_CLS
#define SKB(f)	((int)offsetof(struct ebpf_sk_buff, f))

/* Names. */
enum { S_INT = 1, S_SKB = 5, S_S = 15, S_REGS = 17, S_FWD = 25, S_F = 29, S_MAIN = 31, S_X = 36,
       S_UREGS = 38, S_END = 57 };
static const char strings[S_END] =
	"\0int\0__sk_buff\0S\0pt_regs\0fwd\0f\0main\0x\0bpf_user_pt_regs_t";

/* Ids of types. */
enum {
	T_INT = 1, T_U64, T_SKB, T_PSKB, T_S, T_PS, T_FWD, T_PFWD, T_PVOID, T_REGS, T_PREGS,
	T_UREGS, T_PUREGS, T_CONST_S, T_PCONST_S, T_NOTHING, T_PNOTHING, T_ENUM, T_PINT,
	P_VOID, P_INT, P_SKB, P_S, P_FWD, P_PVOID, P_BYVAL, P_SIX, P_RET_VOID, P_RET_PTR,
	P_REGS, P_UREGS, P_CONST_S, P_NOTHING, P_ENUM, P_INT_S, P_PINT, P_NONE,
	MAIN, G_VOID, G_INT, G_SKB, G_S, G_FWD, G_PVOID, G_BYVAL, G_SIX, G_RET_VOID, G_RET_PTR,
	G_REGS, G_UREGS, G_CONST_S, G_NOTHING, G_ENUM, G_INT_S, G_PINT,
	ST_S, ST_VOID, GMAIN,
};

#define PROTO(ret, n)	TYPE(0, FUNC_PROTO, n, ret)
#define PARAM(type)	S_X, (type)
#define GLOBAL(proto)	TYPE(S_F, FUNC, EBPF_BTF_FUNC_GLOBAL, proto)

static const u32 types[] = {
	INT(S_INT, 4), INT(S_INT, 8), TYPE(S_SKB, STRUCT, 0, 0), PTR(T_SKB),
	TYPE(S_S, STRUCT, 2, 16), MEMBER(S_X, T_U64, 0), MEMBER(S_F, T_U64, 64), PTR(T_S),
	TYPE(S_FWD, FWD, 0, 0), PTR(T_FWD), PTR(0), TYPE(S_REGS, STRUCT, 0, 0), PTR(T_REGS),
	TYPE(S_UREGS, TYPEDEF, 0, T_REGS), PTR(T_UREGS), TYPE(0, CONST, 0, T_S), PTR(T_CONST_S),
	TYPE(S_F, STRUCT, 0, 0), PTR(T_NOTHING), TYPE(0, ENUM, 1, 4), S_X, 0, PTR(T_INT),
	PROTO(T_INT, 0), PROTO(T_INT, 1), PARAM(T_INT), PROTO(T_INT, 1), PARAM(T_PSKB),
	PROTO(T_INT, 1), PARAM(T_PS), PROTO(T_INT, 1), PARAM(T_PFWD),
	PROTO(T_INT, 1), PARAM(T_PVOID), PROTO(T_INT, 1), PARAM(T_S),
	PROTO(T_INT, 6), PARAM(T_INT), PARAM(T_INT), PARAM(T_INT), PARAM(T_INT), PARAM(T_INT),
	PARAM(T_INT), PROTO(0, 0), PROTO(T_PS, 0), PROTO(T_INT, 1), PARAM(T_PREGS),
	PROTO(T_INT, 1), PARAM(T_PUREGS), PROTO(T_INT, 1), PARAM(T_PCONST_S),
	PROTO(T_INT, 1), PARAM(T_PNOTHING), PROTO(T_ENUM, 1), PARAM(T_ENUM),
	PROTO(T_INT, 2), PARAM(T_INT), PARAM(T_PS), PROTO(T_INT, 1), PARAM(T_PINT), PROTO(T_INT, 0),
	TYPE(S_MAIN, FUNC, EBPF_BTF_FUNC_STATIC, P_SKB),
	GLOBAL(P_VOID), GLOBAL(P_INT), GLOBAL(P_SKB), GLOBAL(P_S), GLOBAL(P_FWD), GLOBAL(P_PVOID),
	GLOBAL(P_BYVAL), GLOBAL(P_SIX), GLOBAL(P_RET_VOID), GLOBAL(P_RET_PTR), GLOBAL(P_REGS),
	GLOBAL(P_UREGS), GLOBAL(P_CONST_S), GLOBAL(P_NOTHING), GLOBAL(P_ENUM), GLOBAL(P_INT_S),
	GLOBAL(P_PINT),
	TYPE(S_F, FUNC, EBPF_BTF_FUNC_STATIC, P_S), TYPE(S_F, FUNC, EBPF_BTF_FUNC_STATIC, P_VOID),
	TYPE(S_MAIN, FUNC, EBPF_BTF_FUNC_GLOBAL, P_S),
};

/**
 * struct global_case - a program of up to four functions
 * @funcs: BTF ids of the functions behind the main program
 * @level: of the log, 0: 1
 */
struct global_case {
	const char *name;
	u32 type;
	int err;
	const char *says;
	u32 funcs[4];
	u32 level;
	u32 main;
	struct ebpf_insn insns[VERIF_INSNS];
};

#define DONE		MOV_K(0, 0), EXIT
#define CALLBACK(r, n)	LD64_PSEUDO(r, EBPF_PSEUDO_FUNC, n, 0)
/* R7 = start of a packet with 16 bytes, R8 = context, or out. */
#define PACKET	MOV_X(8, 1), LDX(W, 7, 1, SKB(data)), LDX(W, 2, 1, SKB(data_end)), \
		MOV_X(3, 7), ADD_K(3, 16), JMP_X(JLE, 3, 2, 2), DONE
/* R0 = value of 16 bytes or NULL. */
#define HASH	LOOKUP(MAP_HASH)

static const struct global_case cases[] = {
	/* What a function is given. */
	{ "any number", .funcs = { G_INT },
	  .insns = { MOV_K(1, 5), CALL(1), EXIT, MOV_X(0, 1), EXIT } },
	{ "any number is any number", .err = EACCES, .says = "unbounded",
	  .funcs = { G_INT },
	  .insns = { MOV_K(1, 5), CALL(2), DONE,
		     MOV_X(6, 1), LOOKUP(MAP_ARRAY), JMP_K(JNE, 0, 0, 1), EXIT,
		     MOV32_X(6, 6), ADD_X(0, 6), LDX(B, 0, 0, 0), EXIT } },
	{ "an enum", .funcs = { G_ENUM }, .insns = { MOV_K(1, 5), CALL(1), EXIT, MOV_X(0, 1), EXIT } },
	{ "no argument that is not declared", .err = EACCES, .says = "R1 !read_ok",
	  .funcs = { G_VOID }, .insns = { MOV_K(1, 5), CALL(1), EXIT, MOV_X(0, 1), EXIT } },
	{ "the context", CLS, .funcs = { G_SKB },
	  .insns = { CALL(1), EXIT, LDX(W, 0, 1, SKB(len)), EXIT } },
	{ "another program type's context is memory", EBPF_PROG_TYPE_XDP, .err = EINVAL,
	  .says = "Caller passes invalid args into func#1", .funcs = { G_SKB },
	  .insns = { CALL(2), DONE, DONE } },
	{ "registers", .funcs = { G_REGS }, .insns = { CALL(1), EXIT, LDX(DW, 0, 1, 0), EXIT } },
	{ "registers by the name for user space", .funcs = { G_UREGS },
	  .insns = { CALL(1), EXIT, LDX(DW, 0, 1, 0), EXIT } },
	{ "memory must be checked for NULL", .err = EACCES,
	  .says = "R1 invalid mem access 'mem_or_null'", .funcs = { G_S },
	  .insns = { ST(DW, FP, -8, 0), ST(DW, FP, -16, 0), MOV_X(1, FP), ADD_K(1, -16), CALL(1),
		     EXIT, LDX(DW, 0, 1, 0), EXIT } },
	{ "memory of 16 bytes", .funcs = { G_S },
	  .insns = { ST(DW, FP, -8, 0), ST(DW, FP, -16, 0), MOV_X(1, FP), ADD_K(1, -16), CALL(1),
		     EXIT, JMP_K(JEQ, 1, 0, 2), ST(DW, 1, 8, 1), LDX(DW, 1, 1, 0), DONE } },
	{ "memory of 16 bytes only", .err = EACCES,
	  .says = "invalid access to memory, mem_size=16 off=16 size=1", .funcs = { G_S },
	  .insns = { MOV_K(1, 0), CALL(1), EXIT, JMP_K(JEQ, 1, 0, 1), LDX(B, 1, 1, 16), DONE } },
	{ "constant memory can be written all the same", .funcs = { G_CONST_S },
	  .insns = { MOV_K(1, 0), CALL(1), EXIT, JMP_K(JEQ, 1, 0, 1), ST(B, 1, 15, 1), DONE } },
	{ "an empty struct", .err = EACCES, .says = "mem_size=0", .funcs = { G_NOTHING },
	  .insns = { MOV_K(1, 0), CALL(1), EXIT, JMP_K(JEQ, 1, 0, 1), LDX(B, 1, 1, 0), DONE } },
	{ "two kinds of arguments", .funcs = { G_INT_S },
	  .insns = { MOV_K(1, 7), MOV_K(2, 0), CALL(1), EXIT, MOV_X(0, 1), JMP_K(JEQ, 2, 0, 1),
		     LDX(DW, 0, 2, 8), EXIT } },

	/* Signatures that cannot be walked. */
	{ "no size: forward", .err = EINVAL,
	  .says = "arg#0 reference type('FWD fwd') size cannot be determined: -22",
	  .funcs = { G_FWD }, .insns = { MOV_K(1, 0), CALL(1), EXIT, DONE } },
	{ "no size: void", .err = EINVAL, .says = "size cannot be determined: -22",
	  .funcs = { G_PVOID }, .insns = { MOV_K(1, 0), CALL(1), EXIT, DONE } },
	{ "struct by value", .err = EINVAL, .says = "Arg#0 type STRUCT in f() is not supported yet.",
	  .funcs = { G_BYVAL }, .insns = { MOV_K(1, 0), CALL(1), EXIT, DONE } },
	{ "six arguments", .err = EINVAL,
	  .says = "Global function f() with 6 > 5 args. Buggy compiler.",
	  .funcs = { G_SIX }, .insns = { MOV_K(1, 0), CALL(1), EXIT, DONE } },
	{ "no result", .funcs = { G_RET_VOID }, .insns = { MOV_K(1, 0), CALL(2), MOV_K(0, 0), EXIT, EXIT } },
	{ "no result, used", .err = EACCES, .says = "R0 !read_ok",
	  .funcs = { G_RET_VOID }, .insns = { MOV_K(1, 0), CALL(1), EXIT, EXIT } },
	{ "a pointer for a result", .err = EINVAL,
	  .says = "Global function f() return value not void or scalar. Only those are supported.",
	  .funcs = { G_RET_PTR }, .insns = { MOV_K(1, 0), CALL(1), EXIT, DONE } },
	{ "what is no number returned", .err = EINVAL,
	  .says = "At subprogram exit the register R0 is not a scalar value (fp)",
	  .funcs = { G_VOID }, .insns = { CALL(2), DONE, MOV_X(0, FP), EXIT } },
	{ "nothing returned", .err = EACCES, .says = "R0 !read_ok",
	  .funcs = { G_VOID }, .insns = { CALL(2), DONE, EXIT } },
	{ "no caller's registers", .err = EACCES, .says = "R6 !read_ok",
	  .funcs = { G_VOID }, .insns = { MOV_K(6, 1), CALL(2), DONE, MOV_X(0, 6), EXIT } },
	{ "walked for any arguments, a static one for what it is given", .err = EACCES, .says = "R1 !read_ok",
	  .funcs = { G_VOID, ST_VOID },
	  .insns = { MOV_K(1, 1), CALL(6), MOV_K(1, 1), CALL(2), DONE, MOV_X(0, 1), EXIT,
		     MOV_X(0, 1), EXIT } },

	/* Calls. */
	{ "pointer for a number", .err = EINVAL, .says = "R1 is not a scalar\nCaller passes invalid args into func#1",
	  .funcs = { G_INT }, .insns = { CALL(1), EXIT, DONE } },
	{ "nothing for a number", .err = EINVAL, .says = "R1 is not a scalar",
	  .funcs = { G_INT, G_VOID }, .insns = { CALL(4), CALL(1), EXIT, DONE, DONE } },
	{ "number for the context", CLS, .err = EINVAL,
	  .says = "arg#0 expected pointer to ctx, but got PTR\nCaller passes invalid args into func#1",
	  .funcs = { G_SKB }, .insns = { MOV_K(1, 0), CALL(1), EXIT, DONE } },
	{ "moved context", CLS, .err = EINVAL, .says = "dereference of modified ctx ptr R1 off=4 disallowed",
	  .funcs = { G_SKB }, .insns = { ADD_K(1, 4), CALL(1), EXIT, DONE } },
	{ "number for memory", .err = EINVAL, .says = "R1 type=scalar expected=fp\nCaller passes invalid args",
	  .funcs = { G_S }, .insns = { MOV_K(1, 8), CALL(1), EXIT, DONE } },
	{ "context for memory", .err = EINVAL, .says = "R1 type=ctx expected=fp",
	  .funcs = { G_S }, .insns = { CALL(1), EXIT, DONE } },
	{ "stack never written", .funcs = { G_S }, .insns = { MOV_X(1, FP), ADD_K(1, -16), CALL(1), EXIT, DONE } },
	{ "stack beyond the frame", .err = EINVAL, .says = "invalid indirect",
	  .funcs = { G_S }, .insns = { ST(DW, FP, -8, 0), MOV_X(1, FP), ADD_K(1, -8), CALL(1), EXIT,
				       DONE } },
	{ "stack of the caller's caller", .funcs = { ST_S, G_S },
	  .insns = { ST(DW, FP, -8, 0), ST(DW, FP, -16, 0), MOV_X(1, FP), ADD_K(1, -16), CALL(1),
		     EXIT, CALL(1), EXIT, DONE } },
	{ "a number on the stack is any afterwards", .err = EACCES, .says = "unbounded",
	  .funcs = { G_PINT },
	  .insns = { ST(DW, FP, -16, 4), MOV_X(1, FP), ADD_K(1, -16), CALL(12), LDX(DW, 6, FP, -16),
		     LOOKUP(MAP_ARRAY), JMP_K(JEQ, 0, 0, 3), MOV32_X(6, 6), ADD_X(0, 6),
		     LDX(B, 0, 0, 0), EXIT, DONE } },
	{ "a pointer on the stack is none afterwards", .err = EACCES,
	  .says = "R6 invalid mem access 'scalar'", .funcs = { G_PINT },
	  .insns = { STX(DW, FP, 1, -16), MOV_X(1, FP), ADD_K(1, -16), CALL(3),
		     LDX(DW, 6, FP, -16), LDX(DW, 0, 6, 0), EXIT, DONE } },
	{ "map value", .funcs = { G_S },
	  .insns = { HASH, JMP_K(JEQ, 0, 0, 2), MOV_X(1, 0), CALL(2), DONE, DONE } },
	{ "map value or NULL", .funcs = { G_S }, .insns = { HASH, MOV_X(1, 0), CALL(1), EXIT, DONE } },
	{ "map value or NULL stays that", .err = EACCES,
	  .says = "R6 invalid mem access 'map_value_or_null'", .funcs = { G_S },
	  .insns = { HASH, MOV_X(6, 0), MOV_X(1, 0), CALL(2), LDX(B, 0, 6, 0), EXIT, DONE } },
	{ "rest of a map value too small", .err = EINVAL,
	  .says = "invalid access to map value, value_size=16 off=1 size=16", .funcs = { G_S },
	  .insns = { HASH, JMP_K(JEQ, 0, 0, 3), MOV_X(1, 0), ADD_K(1, 1), CALL(2), DONE, DONE } },
	{ "constant data", .err = EINVAL, .says = "write into map forbidden", .funcs = { G_S },
	  .insns = { LD_MAP_VALUE(1, MAP_RDONLY, 0), CALL(1), EXIT, DONE } },
	{ "a map", .err = EINVAL, .says = "R1 type=map_ptr expected=fp", .funcs = { G_S },
	  .insns = { LD_MAP(1, MAP_HASH), CALL(1), EXIT, DONE } },
	{ "a record of a ring buffer", .funcs = { G_S },
	  .insns = { LD_MAP(1, MAP_RINGBUF), MOV_K(2, 16), MOV_K(3, 0), HELPER(ringbuf_reserve),
		     JMP_K(JEQ, 0, 0, 6), MOV_X(6, 0), MOV_X(1, 0), CALL(5), MOV_X(1, 6),
		     MOV_K(2, 0), HELPER(ringbuf_submit), DONE, DONE } },
	{ "a record released by another function", .err = EACCES,
	  .says = "R1 type=mem expected=alloc_mem", .funcs = { G_S },
	  .insns = { LD_MAP(1, MAP_RINGBUF), MOV_K(2, 16), MOV_K(3, 0), HELPER(ringbuf_reserve),
		     JMP_K(JEQ, 0, 0, 2), MOV_X(1, 0), CALL(2), DONE,
		     JMP_K(JEQ, 1, 0, 2), MOV_K(2, 0), HELPER(ringbuf_submit), DONE } },
	{ "a record leaked by the function", .err = EINVAL, .says = "Unreleased reference",
	  .funcs = { G_VOID },
	  .insns = { CALL(1), EXIT, LD_MAP(1, MAP_RINGBUF), MOV_K(2, 16), MOV_K(3, 0),
		     HELPER(ringbuf_reserve), DONE } },
	{ "NULL on one path, a number on the other", .err = EINVAL,
	  .says = "R1 type=scalar expected=fp", .funcs = { G_S },
	  .insns = { LDX(DW, 6, 1, 0), MOV_K(1, 0), JMP_K(JEQ, 6, 0, 1), JA(1), MOV_K(1, 8),
		     JMP_K(JEQ, 6, 1, 0), CALL(1), EXIT, DONE } },
	{ "memory on one path, a number on the other", .err = EINVAL,
	  .says = "R1 type=scalar expected=fp", .funcs = { G_S },
	  .insns = { ST(DW, FP, -8, 0), ST(DW, FP, -16, 0), LDX(DW, 6, 1, 0), MOV_X(1, FP),
		     ADD_K(1, -16), JMP_K(JEQ, 6, 0, 1), JA(1), MOV_K(1, 8), JMP_K(JEQ, 6, 1, 0),
		     CALL(1), EXIT, DONE } },

	/* What is left of the caller's state. */
	{ "result of any value", .err = EACCES, .says = "unbounded", .funcs = { G_VOID },
	  .insns = { LOOKUP(MAP_ARRAY), JMP_K(JNE, 0, 0, 1), EXIT, MOV_X(6, 0), CALL(4),
		     MOV32_X(0, 0), ADD_X(6, 0), LDX(B, 0, 6, 0), EXIT, DONE } },
	{ "arguments are gone", .err = EACCES, .says = "R1 !read_ok", .funcs = { G_VOID },
	  .insns = { CALL(2), MOV_X(0, 1), EXIT, DONE } },
	{ "saved registers stay", .funcs = { G_INT },
	  .insns = { MOV_X(6, 1), MOV_K(1, 1), CALL(2), LDX(DW, 0, 6, 0), EXIT, DONE } },
	{ "a number through a call is precise", .err = EACCES, .says = "outside of the allowed",
	  .funcs = { G_VOID },
	  .insns = { LDX(DW, 8, 1, 0), LOOKUP(MAP_ARRAY), JMP_K(JNE, 0, 0, 1), EXIT, MOV_X(6, 0),
		     MOV_K(7, 8), JMP_K(JEQ, 8, 0, 1), JA(1), MOV_K(7, 800), JMP_K(JEQ, 8, 3, 0),
		     CALL(3), ADD_X(6, 7), LDX(B, 0, 6, 0), EXIT, DONE } },
	{ "a number on the stack through a call is precise", .err = EACCES,
	  .says = "outside of the allowed", .funcs = { G_VOID },
	  .insns = { LDX(DW, 8, 1, 0), LOOKUP(MAP_ARRAY), JMP_K(JNE, 0, 0, 1), EXIT, MOV_X(6, 0),
		     MOV_K(7, 8), JMP_K(JEQ, 8, 0, 1), JA(1), MOV_K(7, 800), STX(DW, FP, 7, -16),
		     JMP_K(JEQ, 8, 3, 0), CALL(4), LDX(DW, 7, FP, -16), ADD_X(6, 7),
		     LDX(B, 0, 6, 0), EXIT, DONE } },
	{ "lock held", CLS, .err = EINVAL,
	  .says = "function calls are not allowed while holding a lock", .funcs = { G_VOID },
	  .insns = { LOOKUP(MAP_CGROUPS + 1), JMP_K(JNE, 0, 0, 1), EXIT, MOV_X(6, 0), MOV_X(1, 6),
		     ADD_K(1, 4), HELPER(spin_lock), CALL(5), MOV_X(1, 6), ADD_K(1, 4),
		     HELPER(spin_unlock), DONE, DONE } },
	{ "lock kept by the function", CLS, .err = EINVAL, .says = "bpf_spin_unlock is missing",
	  .funcs = { G_VOID },
	  .insns = { CALL(1), EXIT, LOOKUP(MAP_CGROUPS + 1), JMP_K(JNE, 0, 0, 1), EXIT,
		     MOV_X(1, 0), ADD_K(1, 4), HELPER(spin_lock), DONE } },
	{ "a value with a lock", CLS, .err = EINVAL,
	  .says = "bpf_spin_lock cannot be accessed directly", .funcs = { G_S },
	  .insns = { LOOKUP(MAP_CGROUPS + 1), MOV_X(1, 0), CALL(1), EXIT, DONE } },

	/* The packet. */
	{ "packet across a call", CLS, .funcs = { G_SKB },
	  .insns = { PACKET, MOV_X(1, 8), CALL(2), LDX(B, 0, 7, 0), EXIT,
		     LDX(W, 0, 1, SKB(len)), EXIT } },
	{ "packet across a call that moves it", CLS, .err = EACCES,
	  .says = "R7 invalid mem access 'scalar'", .funcs = { G_SKB },
	  .insns = { PACKET, MOV_X(1, 8), CALL(2), LDX(B, 0, 7, 0), EXIT,
		     MOV_K(2, 0), HELPER(skb_pull_data), DONE } },
	{ "moved two calls down", CLS, .err = EACCES, .says = "R7 invalid mem access 'scalar'",
	  .funcs = { G_SKB, ST_S },
	  .insns = { PACKET, MOV_X(1, 8), CALL(2), LDX(B, 0, 7, 0), EXIT,
		     CALL(1), EXIT, MOV_K(2, 0), HELPER(skb_pull_data), DONE } },
	{ "moved by a global function of another", CLS, .err = EACCES,
	  .says = "R7 invalid mem access 'scalar'", .funcs = { G_SKB, G_SKB },
	  .insns = { PACKET, MOV_X(1, 8), CALL(2), LDX(B, 0, 7, 0), EXIT,
		     CALL(1), EXIT, MOV_K(2, 0), HELPER(skb_pull_data), DONE } },
	{ "moved on a way that is not taken", CLS, .err = EACCES,
	  .says = "R7 invalid mem access 'scalar'", .funcs = { G_SKB },
	  .insns = { PACKET, MOV_X(1, 8), CALL(2), LDX(B, 0, 7, 0), EXIT,
		     MOV_K(2, 0), JMP_K(JEQ, 2, 0, 1), HELPER(skb_pull_data), DONE } },
	{ "packet across a tail call", CLS, .err = EACCES, .says = "R7 invalid mem access 'scalar'",
	  .funcs = { G_SKB },
	  .insns = { PACKET, MOV_X(1, 8), CALL(2), LDX(B, 0, 7, 0), EXIT,
		     LD_MAP(2, MAP_PROGS), MOV_K(3, 0), HELPER(tail_call), DONE } },
	{ "spilled packet across a call that moves it", CLS, .err = EACCES,
	  .says = "R1 invalid mem access 'scalar'", .funcs = { G_SKB },
	  .insns = { PACKET, STX(DW, FP, 7, -8), MOV_X(1, 8), CALL(3), LDX(DW, 1, FP, -8),
		     LDX(B, 0, 1, 0), EXIT, MOV_K(2, 0), HELPER(skb_pull_data), DONE } },
	{ "packet for memory", CLS, .funcs = { G_S },
	  .insns = { PACKET, MOV_X(1, 7), CALL(1), EXIT, DONE } },
	{ "packet too short for memory", CLS, .err = EINVAL, .says = "invalid access to packet",
	  .funcs = { G_S }, .insns = { PACKET, MOV_X(1, 7), ADD_K(1, 1), CALL(1), EXIT, DONE } },
	{ "packet that is read only for memory", EBPF_PROG_TYPE_CGROUP_SKB, .err = EINVAL,
	  .says = "cannot be passed to a global function", .funcs = { G_S },
	  .insns = { PACKET, MOV_X(1, 7), CALL(1), EXIT, DONE } },
	{ "packet for memory of one that moves it", CLS, .err = EINVAL,
	  .says = "cannot be passed to a global function", .funcs = { G_INT_S },
	  .insns = { PACKET, MOV_K(1, 0), MOV_X(2, 7), CALL(1), EXIT,
		     MOV_K(0, 0), JMP_K(JEQ, 0, 0, 1), HELPER(tail_call), EXIT } },

	/* A static function that a packet load may end early. */
	{ "result of a load beyond the packet", CLS, .err = EACCES, .says = "unbounded",
	  .funcs = { MAIN },
	  .insns = { MOV_X(6, 1), LOOKUP(MAP_ARRAY), JMP_K(JNE, 0, 0, 1), EXIT, MOV_X(7, 0),
		     MOV_X(1, 6), CALL(6), MOV_K(1, 40), ALU_X(EBPF_SUB, 1, 0), MOV32_X(1, 1),
		     ADD_X(7, 1), LDX(B, 0, 7, 0), EXIT,
		     MOV_X(6, 1), INSN(EBPF_LD | EBPF_ABS | EBPF_B, 0, 0, 0, 0), MOV_K(0, 40),
		     EXIT } },
	{ "what it did not do before", CLS, .err = EACCES, .says = "outside of the allowed",
	  .funcs = { MAIN },
	  .insns = { STX(DW, FP, 1, -16), ST(DW, FP, -24, 800), LOOKUP(MAP_ARRAY),
		     JMP_K(JNE, 0, 0, 1), EXIT, MOV_X(7, 0), LDX(DW, 1, FP, -16), MOV_X(2, FP),
		     ADD_K(2, -24), CALL(4), LDX(DW, 1, FP, -24), ADD_X(7, 1), LDX(B, 0, 7, 0), EXIT,
		     MOV_X(6, 1), MOV_X(7, 2), INSN(EBPF_LD | EBPF_ABS | EBPF_B, 0, 0, 0, 0),
		     ST(DW, 7, 0, 8), DONE } },
	{ "a number past it is precise", CLS, .err = EACCES, .says = "outside of the allowed",
	  .funcs = { MAIN },
	  .insns = { MOV_X(6, 1), LDX(W, 8, 1, 0), LOOKUP(MAP_ARRAY), JMP_K(JNE, 0, 0, 1), EXIT,
		     MOV_X(7, 0), MOV_K(9, 8), JMP_K(JEQ, 8, 0, 1), JA(1), MOV_K(9, 800),
		     JMP_K(JEQ, 8, 3, 0), MOV_X(1, 6), CALL(3), ADD_X(7, 9), LDX(B, 0, 7, 0), EXIT,
		     MOV_X(6, 1), INSN(EBPF_LD | EBPF_ABS | EBPF_B, 0, 0, 0, 0), DONE } },
	{ "packet load in a callback", CLS, .err = EINVAL,
	  .says = "BPF_LD_[ABS|IND] is not allowed in callbacks", .funcs = { MAIN },
	  .insns = { STX(DW, FP, 1, -8), MOV_K(1, 1), CALLBACK(2, 7), MOV_X(3, FP), ADD_K(3, -8),
		     MOV_K(4, 0), HELPER(loop), DONE,
		     LDX(DW, 6, 2, 0), INSN(EBPF_LD | EBPF_ABS | EBPF_B, 0, 0, 0, 0), DONE } },
	{ "tail call in a callback, three functions down", CLS, .err = EINVAL,
	  .says = "tail_call is not allowed in callbacks", .funcs = { MAIN, G_SKB, ST_VOID, ST_VOID },
	  .insns = { STX(DW, FP, 1, -8), MOV_K(1, 1), CALLBACK(2, 7), MOV_X(3, FP), ADD_K(3, -8),
		     MOV_K(4, 0), HELPER(loop), DONE,
		     LDX(DW, 1, 2, 0), CALL(2), DONE, CALL(2), DONE, CALL(2), DONE,
		     LD_MAP(2, MAP_PROGS), MOV_K(3, 0), HELPER(tail_call), DONE } },

	/* The shape of programs. */
	{ "callback", .err = EINVAL, .says = "callback function not static", .funcs = { G_VOID },
	  .insns = { MOV_K(1, 1), CALLBACK(2, 6), MOV_K(3, 0), MOV_K(4, 0), HELPER(loop), DONE,
		     DONE } },
	{ "recursion", .err = EINVAL, .says = "back-edge", .funcs = { G_VOID },
	  .insns = { CALL(1), EXIT, CALL(-1), EXIT } },
	{ "recursion in two steps", .err = EINVAL, .says = "back-edge", .funcs = { G_VOID, G_VOID },
	  .insns = { CALL(1), EXIT, CALL(1), EXIT, CALL(-3), EXIT } },
	{ "stack of all together", .type = EBPF_PROG_TYPE_SCHED_CLS, .err = EACCES, .says = "combined stack size of 2 calls is 544",
	  .funcs = { G_VOID },
	  .insns = { ST(DW, FP, -264, 0), CALL(2), DONE, ST(DW, FP, -256, 0), DONE } },
	{ "unreachable function", .err = EINVAL, .says = "unreachable insn 1", .funcs = { G_VOID },
	  .insns = { JA(1), CALL(2), DONE, DONE } },
	{ "function in a dead branch is walked too", .err = EACCES, .says = "R0 !read_ok",
	  .funcs = { G_VOID },
	  .insns = { MOV_K(0, 0), JMP_K(JEQ, 0, 0, 1), CALL(1), EXIT, EXIT } },
	{ "main program's signature decides nothing", .main = GMAIN, .funcs = { G_VOID },
	  .insns = { LDX(DW, 6, 1, 64), CALL(1), EXIT, DONE } },
	{ "functions one after the other", .says = "Validating f() func#1...", .level = 2,
	  .funcs = { G_VOID }, .insns = { CALL(1), EXIT, DONE } },
	{ "words for a function that is safe", .level = 2,
	  .says = "Func#1 is safe for any args that match its prototype",
	  .funcs = { G_VOID }, .insns = { CALL(1), EXIT, DONE } },
	{ "words for a call", .level = 2, .says = "Func#1 is global and valid. Skipping.",
	  .funcs = { G_VOID }, .insns = { CALL(1), EXIT, DONE } },
	{ "each is walked once", .level = 2, .says = "processed 34 insns", .funcs = { G_VOID },
	  .insns = { CALL(15), CALL(14), CALL(13), CALL(12), CALL(11), CALL(10), CALL(9), CALL(8),
		     CALL(7), CALL(6), CALL(5), CALL(4), CALL(3), CALL(2), MOV_K(0, 0), EXIT,
		     MOV_K(0, 1), MOV_K(0, 1), MOV_K(0, 1), MOV_K(0, 1), MOV_K(0, 1), MOV_K(0, 1),
		     MOV_K(0, 1), MOV_K(0, 1), MOV_K(0, 1), MOV_K(0, 1), MOV_K(0, 1), MOV_K(0, 1),
		     MOV_K(0, 1), MOV_K(0, 1), MOV_K(0, 1), MOV_K(0, 1), MOV_K(0, 1), EXIT } },
};

static struct verif_result res;

/* Functions begin where calls and callbacks lead. */
static u32 find_funcs(const struct global_case *c, u32 len, struct ebpf_func_info *info)
{
	bool start[VERIF_INSNS] = { true };
	u32 i, n = 0;

	for (i = 0; i < len; i++)
		if ((c->insns[i].code == (EBPF_JMP | EBPF_CALL) &&
		     c->insns[i].src_reg == EBPF_PSEUDO_CALL) ||
		    (c->insns[i].code == (EBPF_LD | EBPF_IMM | EBPF_DW) &&
		     c->insns[i].src_reg == EBPF_PSEUDO_FUNC))
			start[i + c->insns[i].imm + 1] = true;
	for (i = 0; i < len; i++) {
		if (!start[i])
			continue;
		info[n].insn_off = i;
		info[n].type_id = n ? c->funcs[n - 1] : c->main ? c->main : MAIN;
		n++;
	}
	return n;
}

static void run(const struct global_case *c, const struct ebpf_btf *btf)
{
	struct ebpf_func_info info[VERIF_INSNS];
	struct ebpf_load load = {
		.prog_type = c->type ? c->type : EBPF_PROG_TYPE_KPROBE, .gpl_compatible = true,
		.insns = c->insns, .insn_cnt = verif_len(c->insns, VERIF_INSNS), .btf = btf,
		.func_info = info, .func_info_rec_size = sizeof(info[0]),
	};

	load.func_info_cnt = find_funcs(c, load.insn_cnt, info);
	verif_load(&res, &load, (c->level ? c->level : 1) | EBPF_LOG_STATS);
	if (!tap_ok(res.err == -c->err && (!c->says || strstr(res.log, c->says)), "%s", c->name))
		tap_diag("got %d: %s", res.err, res.log);
}

int main(void)
{
	const struct ebpf_map_field lock = { .kind = EBPF_FIELD_SPIN_LOCK, .off = 4, .size = 4 };
	struct blob blob = blob_make_with(types, ARRAY_SIZE(types), strings, sizeof(strings));
	struct ebpf_btf *btf = ebpf_btf_parse(blob.data, blob.size, NULL, NULL);
	u32 i;

	if (!tap_ok(!IS_ERR(btf), "the types are fine"))
		return tap_end();
	verif_maps();
	fake_map_add_field(fake_map_new(EBPF_MAP_TYPE_HASH, 8, 16, 1, 0), &lock);
	for (i = 0; i < ARRAY_SIZE(cases); i++)
		run(&cases[i], btf);
	run(&cases[0], btf);
	tap_ok(!strstr(res.log, "Validating"), "the log of what is safe is short");
	tap_eq(test_bugs(), 0, "no rule of the verifier's own was broken");
	verif_load(&res, &(struct ebpf_load){ .prog_type = CLS }, 0);
	ebpf_btf_destroy(btf);
	blob_free(&blob);
	return tap_end();
}
