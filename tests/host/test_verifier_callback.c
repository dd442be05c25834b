// SPDX-License-Identifier: GPL-2.0-only
/*
 * Functions that helpers call back, and tail calls out of functions: one program
 * per rule. Loops that are done in place are run as well.
 */
#include <tap.h>
#include <verifier/watch.h>
#include "btf_blob.h"
#include "image_run.h"
#include "services.h"
#include "verif_run.h"

#define FP	EBPF_REG_10
#define KP	EBPF_PROG_TYPE_KPROBE
#define CLS	EBPF_PROG_TYPE_SCHED_CLS

#define LD_FUNC(d, to)	LD64_PSEUDO(d, EBPF_PSEUDO_FUNC, to, 0)
/* R3 = @ctx was set before: bpf_loop(n, function @to + 1 after these, R3, 0). Five slots. */
#define LOOP(n, to)	MOV_K(1, n), LD_FUNC(2, (to) + 3), MOV_K(4, 0), HELPER(loop)
#define LOOP_X(n, to)	MOV_X(1, n), LD_FUNC(2, (to) + 3), MOV_K(4, 0), HELPER(loop)
#define ADD_TO(n)	LDX(DW, 3, 2, 0), ADD_K(3, n), STX(DW, 2, 3, 0)
#define STACK_CTX(off)	MOV_X(3, FP), ADD_K(3, off)
#define DONE		MOV_K(0, 0), EXIT
/* Slot -32 = 0 to 7, by the context. Three slots. */
#define KEEP		LDX(DW, 6, 1, 0), ALU_K(EBPF_AND, 6, 7), STX(DW, FP, 6, -32)
/* R0 = byte of a map at the number in slot @off. Five slots. */
#define USE(off)	LDX(DW, 5, FP, off), LD_MAP_VALUE(1, MAP_ARRAY, 0), ADD_X(1, 5), LDX(B, 0, 1, 0)

/* 1: int, 2: int (void), 3: static main */
static const u32 types[] = {
	INT(N_INT, 4),
	TYPE(0, FUNC_PROTO, 0, 1),
	TYPE(N_MAIN, FUNC, EBPF_BTF_FUNC_STATIC, 2),
};

struct cb_case {
	struct verif_case c;
	s64 ret;		/* what running it gives, where it is done in place */
	bool run;
};

/* What a line leaves out is zero. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

static const struct cb_case cases[] = {
	/* What is returned. */
	{ { "a callback", .insns = { MOV_K(3, 0), LOOP(5, 1), EXIT, DONE } }, 5, true },
	{ { "stop at once", .insns = { MOV_K(3, 0), LOOP(5, 1), EXIT, MOV_K(0, 1), EXIT } }, 1, true },
	{ { "no repetition", .insns = { MOV_K(3, 0), LOOP(0, 1), EXIT, DONE } }, 0, true },
	{ { "too many", .insns = { MOV_K(3, 0), LOOP((1 << 23) + 1, 1), EXIT, DONE } }, -E2BIG,
	  true },
	{ { "callback returns 2", .err = EINVAL,
	    .says = "At callback return the register R0 has value (0x2; 0x0) should have been in (0x0; 0x1)",
	    .insns = { MOV_K(3, 0), LOOP(5, 1), EXIT, MOV_K(0, 2), EXIT } } },
	{ { "callback returns a pointer", .err = EACCES, .says = "R0 not a scalar value",
	    .insns = { STACK_CTX(-8), LOOP(5, 1), EXIT, LD_MAP(0, MAP_ARRAY), EXIT } } },
	{ { "callback returns nothing", .err = EACCES, .says = "R0 not a scalar value",
	    .insns = { MOV_K(3, 0), LOOP(5, 1), EXIT, EXIT } } },
	/* What is passed. */
	{ { "not a function", .err = EACCES, .says = "R2 type=scalar expected=func",
	    .insns = { MOV_K(1, 1), MOV_K(2, 0), MOV_K(3, 0), MOV_K(4, 0), HELPER(loop), EXIT } } },
	{ { "context in a map", .err = EACCES, .says = "R3 type=map_value expected=fp",
	    .insns = { LD_MAP_VALUE(3, MAP_ARRAY, 0), LOOP(1, 1), EXIT, DONE } } },
	{ { "third argument of a callback", .err = EACCES, .says = "R3 !read_ok",
	    .insns = { MOV_K(3, 0), LOOP(1, 1), EXIT, MOV_X(0, 3), EXIT } } },
	{ { "registers of the caller", .err = EACCES, .says = "R6 !read_ok",
	    .insns = { MOV_K(6, 0), MOV_K(3, 0), LOOP(1, 1), EXIT, MOV_X(0, 6), EXIT } } },
	{ { "registers of the caller survive", .insns = { MOV_K(6, 7), MOV_K(7, 8), MOV_K(8, 9),
	    MOV_K(3, 0), LOOP(3, 4), MOV_X(0, 6), ADD_X(0, 7), ADD_X(0, 8), EXIT,
	    MOV_K(6, 1), MOV_K(7, 2), DONE } }, 24, true },
	{ { "arithmetic on a function", .err = EACCES, .says = "pointer arithmetic on func prohibited",
	    .insns = { LD_FUNC(2, 5), ADD_K(2, 8), MOV_K(3, 0), DONE, DONE } } },
	{ { "callback passed to another function", .err = EINVAL,
	    .says = "the address of a callback cannot be passed to another function",
	    .insns = { LD_FUNC(2, 8), CALL(1), EXIT, MOV_K(1, 1), MOV_K(3, 0), MOV_K(4, 0),
		       HELPER(loop), EXIT, DONE } } },
	{ { "a callback of a callback", .insns = { MOV_K(3, 0), LOOP(2, 1), EXIT,
	    MOV_K(3, 0), LOOP(2, 2), DONE, DONE } }, 2, true },
	{ { "a callback of itself", .err = E2BIG, .says = "frames is too deep",
	    .insns = { MOV_K(3, 0), LOOP(2, 1), EXIT, MOV_K(3, 0), LOOP(2, -6), DONE } } },
	/* The caller's stack. */
	{ { "counting on the caller's stack", .insns = { ST(DW, FP, -8, 0), STACK_CTX(-8), LOOP(9, 2),
	    LDX(DW, 0, FP, -8), EXIT,
	    LDX(DW, 3, 2, 0), ADD_X(3, 1), STX(DW, 2, 3, 0), DONE } }, 36, true },
	{ { "what was counted is unknown", .err = EACCES, .says = "R0 unbounded memory access",
	    .insns = { ST(DW, FP, -8, 0), STACK_CTX(-8), LOOP(9, 7), LDX(W, 1, FP, -8),
		       LD_MAP_VALUE(0, MAP_ARRAY, 0), ADD_X(0, 1), LDX(B, 0, 0, 0), DONE,
		       LDX(DW, 3, 2, 0), ADD_K(3, 1), STX(DW, 2, 3, 0), DONE } } },
	{ { "a second repetition sees what the first left", .err = EACCES,
	    .says = "R4 unbounded memory access",
	    .insns = { ST(DW, FP, -8, 0), STACK_CTX(-8), LOOP(9, 1), EXIT,
		       LDX(W, 3, 2, 0), LD_MAP_VALUE(4, MAP_ARRAY, 0), ADD_X(4, 3),
		       LDX(B, 0, 4, 0), ST(DW, 2, 0, 1 << 20), DONE } } },
	{ { "no repetition leaves what was there", .err = EACCES, .says = "R1 invalid mem access 'scalar'",
	    .insns = { ST(DW, FP, -8, 1), STACK_CTX(-8), MOV_K(6, 1), LOOP(0, 5),
		       LDX(DW, 1, FP, -8), JMP_K(JEQ, 1, 0, 1), LDX(DW, 0, 1, 0), DONE,
		       ST(DW, 2, 0, 0), DONE } } },
	/* What is kept: K = 0 to 7 at -32, an accumulator at -8. */
	{ { "nothing is written: numbers stay", .insns = { KEEP, STACK_CTX(-8), LOOP(4, 7), USE(-32), DONE,
	    DONE } }, 0, true },
	{ { "another slot is written: numbers stay", .insns = { KEEP, ST(DW, FP, -8, 0), STACK_CTX(-8),
	    LOOP(4, 7), USE(-32), DONE, LDX(DW, 3, 2, 0), ADD_K(3, 1), STX(DW, 2, 3, 0), DONE } }, 0, true },
	{ { "it is written", .err = EINVAL, .says = "unbounded min value", .insns = { KEEP, STACK_CTX(-32),
	    LOOP(4, 7), USE(-32), DONE, LDX(DW, 3, 2, 0), ADD_K(3, 1), STX(DW, 2, 3, 0), DONE } } },
	{ { "it is written in some rounds", .err = EINVAL, .says = "unbounded min value", .insns = { KEEP,
	    STACK_CTX(-32), LOOP(4, 7), USE(-32), DONE, JMP_K(JLT, 1, 3, 3), LDX(DW, 3, 2, 0), ADD_K(3, 1),
	    STX(DW, 2, 3, 0), DONE } } },
	{ { "it is written, and used inside", .err = EINVAL, .says = "unbounded min value", .insns = { KEEP,
	    STACK_CTX(-32), LOOP(4, 1), EXIT, LD_MAP_VALUE(5, MAP_ARRAY, 0), LDX(DW, 3, 2, 0), ADD_X(5, 3),
	    LDX(B, 0, 5, 0), LDX(DW, 3, 2, 0), ADD_K(3, 1), STX(DW, 2, 3, 0), DONE } } },
	{ { "it is not written, and used inside", .insns = { KEEP, STACK_CTX(-32), LOOP(4, 1), EXIT,
	    LD_MAP_VALUE(5, MAP_ARRAY, 0), LDX(DW, 3, 2, 0), ADD_X(5, 3), LDX(B, 0, 5, 0), DONE } } },
	{ { "a part of it is written", .err = EINVAL, .says = "unbounded min value", .insns = { KEEP,
	    STACK_CTX(-32), LOOP(4, 7), USE(-32), DONE, STX(B, 2, 1, 3), DONE } } },
	{ { "a helper writes it", .err = EINVAL, .says = "unbounded min value", .insns = { KEEP,
	    STACK_CTX(-32), LOOP(4, 7), USE(-32), DONE, MOV_X(1, 2), MOV_K(2, 8), MOV_K(3, 0),
	    HELPER(probe_read_kernel), DONE } } },
	{ { "a function that it calls writes it", .err = EINVAL, .says = "unbounded min value", .insns = { KEEP,
	    STACK_CTX(-32), LOOP(4, 7), USE(-32), DONE, CALL(2), DONE, STX(DW, 2, 1, 0), DONE } } },
	{ { "a callback of the callback writes it", .err = EINVAL, .says = "unbounded min value",
	    .insns = { KEEP, STACK_CTX(-32), LOOP(4, 7), USE(-32), DONE, MOV_X(3, 2), LOOP(2, 2), DONE,
		       STX(DW, 2, 1, 0), DONE } } },
	{ { "written where the offset varies", .err = EINVAL, .says = "unbounded min value",
	    .insns = { KEEP, ST(DW, FP, -24, 0), STACK_CTX(-32), LOOP(4, 7), USE(-32), DONE,
		       MOV_X(3, 1), ALU_K(EBPF_AND, 3, 8), ADD_X(2, 3), STX(DW, 2, 1, 0), DONE } } },
	{ { "two loops, the second writes it", .insns = { KEEP, STACK_CTX(-32), LOOP(4, 14), USE(-32),
	    STACK_CTX(-32), LOOP(4, 4), DONE, DONE, STX(DW, 2, 1, 0), DONE } } },
	/* Once at most: what it leaves is known as of any function. ADD_TO: K += n. */
	{ { "one round: what it writes is known", .insns = { KEEP, STACK_CTX(-32), LOOP(1, 7), USE(-32),
	    DONE, ADD_TO(1), DONE } }, 0, true },
	{ { "one round: it goes too far", .err = EACCES, .says = "invalid access to map value",
	    .insns = { KEEP, STACK_CTX(-32), LOOP(1, 7), USE(-32), DONE, ADD_TO(1 << 20), DONE } } },
	{ { "one round: what was there before counts as well", .err = EACCES,
	    .says = "invalid access to map value", .insns = { KEEP, ADD_K(6, 1 << 20),
	    STX(DW, FP, 6, -32), STACK_CTX(-32), LOOP(1, 7), USE(-32), DONE, ST(DW, 2, 0, 0), DONE } } },
	{ { "two rounds", .err = EINVAL, .says = "unbounded min value",
	    .insns = { KEEP, STACK_CTX(-32), LOOP(2, 7), USE(-32), DONE, ADD_TO(1), DONE } } },
	{ { "none or one", .insns = { LDX(DW, 7, 1, 8), KEEP, ALU_K(EBPF_AND, 7, 1), STACK_CTX(-32),
	    LOOP_X(7, 7), USE(-32), DONE, ADD_TO(1), DONE } }, 0, true },
	{ { "none to two", .err = EINVAL, .says = "unbounded min value", .insns = { LDX(DW, 7, 1, 8), KEEP,
	    ALU_K(EBPF_AND, 7, 2), STACK_CTX(-32), LOOP_X(7, 7), USE(-32), DONE, ADD_TO(1), DONE } } },
	{ { "one, or four on the second way", .err = EINVAL, .says = "unbounded min value",
	    .insns = { LDX(DW, 8, 1, 8), KEEP, MOV_K(7, 1), JMP_K(JEQ, 8, 0, 1), MOV_K(7, 4),
		       STACK_CTX(-32), LOOP_X(7, 7), USE(-32), DONE, ADD_TO(1), DONE } } },
	{ { "four, or one on the second way", .err = EINVAL, .says = "unbounded min value",
	    .insns = { LDX(DW, 8, 1, 8), KEEP, MOV_K(7, 4), JMP_K(JEQ, 8, 0, 1), MOV_K(7, 1),
		       STACK_CTX(-32), LOOP_X(7, 7), USE(-32), DONE, ADD_TO(1), DONE } } },
	{ { "one round: the second way brings another number", .err = EACCES,
	    .says = "invalid access to map value", .insns = { LDX(DW, 8, 1, 8), KEEP, MOV_K(7, 1),
	    JMP_K(JEQ, 8, 0, 1), ST(DW, FP, -32, 1 << 20), STACK_CTX(-32), LOOP_X(7, 7), USE(-32), DONE,
	    ADD_TO(1), DONE } } },
	{ { "one round of one round", .insns = { KEEP, STACK_CTX(-32), LOOP(1, 7), USE(-32), DONE,
	    MOV_X(3, 2), LOOP(1, 2), DONE, ADD_TO(1), DONE } }, 0, true },
	{ { "four rounds of one round", .err = EINVAL, .says = "unbounded min value", .insns = { KEEP,
	    STACK_CTX(-32), LOOP(4, 7), USE(-32), DONE, MOV_X(3, 2), LOOP(1, 2), DONE, ADD_TO(1), DONE } } },
	{ { "one round of four rounds", .err = EINVAL, .says = "unbounded min value", .insns = { KEEP,
	    STACK_CTX(-32), LOOP(1, 7), USE(-32), DONE, MOV_X(3, 2), LOOP(4, 2), DONE, ADD_TO(1), DONE } } },
	{ { "one round, and a pointer there", .err = EACCES,
	    .says = "callbacks cannot change which stack slots", .insns = { LD_MAP_VALUE(1, MAP_ARRAY, 0),
	    STX(DW, FP, 1, -8), STACK_CTX(-8), LOOP(1, 1), EXIT, ST(DW, 2, 0, 0), DONE } } },
	{ { "a pointer there can be used", .insns = { LD_MAP_VALUE(1, MAP_ARRAY, 0), STX(DW, FP, 1, -8),
	    STACK_CTX(-8), LOOP(3, 1), EXIT, LDX(DW, 3, 2, 0), LDX(DW, 0, 3, 0), DONE } } },
	{ { "a pointer there cannot be overwritten", .err = EACCES,
	    .says = "callbacks cannot change which stack slots of their callers hold pointers",
	    .insns = { LD_MAP_VALUE(1, MAP_ARRAY, 0), STX(DW, FP, 1, -8), STACK_CTX(-8),
		       LOOP(3, 1), EXIT, ST(B, 2, 3, 0), DONE } } },
	{ { "... nor by a helper", .err = EACCES, .says = "callbacks cannot change which stack slots",
	    .insns = { LD_MAP_VALUE(1, MAP_ARRAY, 0), STX(DW, FP, 1, -8), STACK_CTX(-8),
		       LOOP(3, 1), EXIT, MOV_X(1, 2), MOV_K(2, 8), MOV_K(3, 0),
		       HELPER(probe_read_kernel), DONE } } },
	{ { "... nor at a variable offset", .err = EACCES,
	    .says = "callbacks cannot change which stack slots",
	    .insns = { LD_MAP_VALUE(1, MAP_ARRAY, 0), STX(DW, FP, 1, -8), ST(DW, FP, -16, 0),
		       STACK_CTX(-16), LOOP(3, 1), EXIT,
		       ALU_K(EBPF_AND, 1, 15), ADD_X(2, 1), ST(B, 2, 0, 0), DONE } } },
	{ { "... nor by a function it calls", .err = EACCES,
	    .says = "callbacks cannot change which stack slots",
	    .insns = { LD_MAP_VALUE(1, MAP_ARRAY, 0), STX(DW, FP, 1, -8), STACK_CTX(-8),
		       LOOP(3, 1), EXIT, MOV_X(1, 2), CALL(2), DONE, ST(DW, 1, 0, 0), DONE } } },
	{ { "... nor by a callback of the callback, where it was found to be NULL", .err = EACCES,
	    .says = "callbacks cannot change which stack slots",
	    .insns = { LOOKUP(MAP_HASH), STX(DW, FP, 0, -16), STACK_CTX(-16), LOOP(2, 2), DONE,
		       MOV_X(6, 2), LDX(DW, 1, 6, 0), JMP_K(JNE, 1, 0, 8), MOV_X(3, 6), LOOP(1, 5),
		       DONE, ST(DW, 1, 0, 7), DONE, ST(DW, 2, 0, 0), DONE } } },
	{ { "no new pointer there", .err = EACCES, .says = "callbacks cannot change which stack slots",
	    .insns = { ST(DW, FP, -8, 0), STACK_CTX(-8), LOOP(3, 1), EXIT,
		       LD_MAP_VALUE(1, MAP_ARRAY, 0), STX(DW, 2, 1, 0), DONE } } },
	{ { "pointers into a packet are numbers there", CLS, .err = EACCES,
	    .says = "R3 invalid mem access 'scalar'",
	    .insns = { LDX(W, 6, 1, 76), LDX(W, 7, 1, 80), MOV_X(1, 6), ADD_K(1, 8),
		       JMP_X(JGT, 1, 7, 8), STX(DW, FP, 6, -8), STACK_CTX(-8), LOOP(3, 2), DONE,
		       LDX(DW, 3, 2, 0), LDX(B, 0, 3, 0), DONE } } },
	{ { "below the caller's stack", .err = EACCES, .says = "invalid write to stack R2 off=-520",
	    .insns = { STACK_CTX(-8), LOOP(3, 1), EXIT, ST(DW, 2, -512, 0), DONE } } },
	/* References. */
	{ { "record leaked by a callback", .err = EINVAL, .says = "Unreleased reference id=",
	    .insns = { MOV_K(3, 0), LOOP(3, 1), EXIT, LD_MAP(1, MAP_RINGBUF), MOV_K(2, 8),
		       MOV_K(3, 0), HELPER(ringbuf_reserve), DONE } } },
	{ { "record of a callback", .insns = { MOV_K(3, 0), LOOP(3, 1), EXIT, LD_MAP(1, MAP_RINGBUF),
	    MOV_K(2, 8), MOV_K(3, 0), HELPER(ringbuf_reserve), JMP_K(JEQ, 0, 0, 3), MOV_X(1, 0),
	    MOV_K(2, 0), HELPER(ringbuf_discard), DONE } } },
	{ { "record of the caller released", .err = EINVAL, .says = "reference has not been acquired before",
	    .insns = { LD_MAP(1, MAP_RINGBUF), MOV_K(2, 8), MOV_K(3, 0), HELPER(ringbuf_reserve),
		       JMP_K(JEQ, 0, 0, 10), STX(DW, FP, 0, -8), STACK_CTX(-8), LOOP(1, 3),
		       DONE, EXIT, LDX(DW, 1, 2, 0), MOV_K(2, 0), HELPER(ringbuf_discard),
		       DONE } } },
	{ { "... by a function of the callback", .err = EINVAL,
	    .says = "reference has not been acquired before",
	    .insns = { LD_MAP(1, MAP_RINGBUF), MOV_K(2, 8), MOV_K(3, 0), HELPER(ringbuf_reserve),
		       JMP_K(JEQ, 0, 0, 10), STX(DW, FP, 0, -8), STACK_CTX(-8), LOOP(1, 3),
		       DONE, EXIT, LDX(DW, 1, 2, 0), CALL(2), DONE, MOV_K(2, 0),
		       HELPER(ringbuf_discard), DONE } } },
	/* Stack and tail calls. */
	{ { "stack of caller and callback", .type = CLS, .err = EACCES, .says = "combined stack size of 2 calls",
	    .insns = { ST(DW, FP, -256, 0), MOV_K(3, 0), LOOP(1, 1), EXIT, ST(DW, FP, -264, 0),
		       DONE } } },
	{ { "room for what loops save, in a probe", .insns = { ST(DW, FP, -512, 0), MOV_K(3, 0),
	    LOOP(1, 1), EXIT, DONE } } },
	{ { "room for what loops save", .type = CLS, .err = EACCES, .says = "combined stack size of",
	    .insns = { ST(DW, FP, -512, 0), MOV_K(3, 0), LOOP(1, 1), EXIT, DONE } } },
	{ { "tail call in a callback", .err = EINVAL, .says = "tail_call is not allowed in callbacks",
	    .insns = { STX(DW, FP, 1, -8), STACK_CTX(-8), LOOP(1, 1), EXIT, LDX(DW, 1, 2, 0),
		       LD_MAP(2, MAP_PROGS), MOV_K(3, 0), HELPER(tail_call), DONE } } },
	{ { "result of a function with a tail call", .err = EINVAL, .says = "unbounded min value",
	    .insns = { CALL(5), LD_MAP_VALUE(1, MAP_ARRAY, 0), ADD_X(1, 0), LDX(B, 0, 1, 0), EXIT,
		       LD_MAP(2, MAP_PROGS), MOV_K(3, 0), HELPER(tail_call), DONE } } },
	{ { "what follows a tail call may not be done", .err = EACCES,
	    .says = "invalid mem access 'scalar'",
	    .insns = { ST(DW, FP, -8, 0), MOV_X(2, FP), ADD_K(2, -8), CALL(4),
		       LDX(DW, 1, FP, -8), LDX(B, 0, 1, 0), DONE,
		       STX(DW, FP, 2, -8), LD_MAP(2, MAP_PROGS), MOV_K(3, 0), HELPER(tail_call),
		       LDX(DW, 2, FP, -8), LD_MAP_VALUE(1, MAP_ARRAY, 0), STX(DW, 2, 1, 0),
		       DONE } } },
	/* Elements of maps. */
	{ { "elements of an array", .insns = { LD_MAP(1, MAP_ARRAY), LD_FUNC(2, 5), MOV_K(3, 0),
	    MOV_K(4, 0), HELPER(for_each_map_elem), EXIT,
	    LDX(W, 5, 2, 0), LDX(DW, 5, 3, 40), ST(DW, 3, 0, 1), DONE } } },
	{ { "write to a key", .err = EACCES, .says = "write to change key R2 not allowed",
	    .insns = { LD_MAP(1, MAP_ARRAY), LD_FUNC(2, 5), MOV_K(3, 0), MOV_K(4, 0),
		       HELPER(for_each_map_elem), EXIT, ST(W, 2, 0, 0), DONE } } },
	{ { "beyond a key", .err = EACCES, .says = "invalid access to map key, key_size=4 off=0 size=8",
	    .insns = { LD_MAP(1, MAP_ARRAY), LD_FUNC(2, 5), MOV_K(3, 0), MOV_K(4, 0),
		       HELPER(for_each_map_elem), EXIT, LDX(DW, 0, 2, 0), DONE } } },
	{ { "elements of a map that cannot be walked", .err = EINVAL, .says = "cannot pass map_type",
	    .insns = { LD_MAP(1, MAP_PROGS), LD_FUNC(2, 5), MOV_K(3, 0), MOV_K(4, 0),
		       HELPER(for_each_map_elem), EXIT, DONE } } },
	{ { "elements of a hash without walk", .err = ENOTSUPP,
	    .says = "callback function not allowed for map",
	    .insns = { LD_MAP(1, MAP_HASH), LD_FUNC(2, 5), MOV_K(3, 0), MOV_K(4, 0),
		       HELPER(for_each_map_elem), EXIT, DONE } } },
	/* In place or not. */
	{ { "flags that are not known", .insns = { LDX(DW, 4, 1, 0), MOV_K(1, 1), LD_FUNC(2, 4),
	    MOV_K(3, 0), HELPER(loop), EXIT, DONE } } },
	{ { "a callback nobody calls", .insns = { LD_FUNC(2, 10), MOV_K(3, 0), LOOP(1, 1), EXIT,
	    DONE, MOV_K(0, 1), EXIT } }, 1, true },
};

static struct verif_result res;

static bool as_said(const struct verif_case *c)
{
	return res.err == -c->err && (!c->says || strstr(res.log, c->says));
}

static bool run(const struct verif_case *c, const struct ebpf_btf *btf, bool info)
{
	static struct ebpf_func_info funcs[VERIF_INSNS];
	u32 cnt = verif_len(c->insns, VERIF_INSNS);
	struct ebpf_load load = {
		.prog_type = c->type ? c->type : KP, .gpl_compatible = true,
		.insns = c->insns, .insn_cnt = cnt, .btf = btf,
		.func_info = funcs, .func_info_rec_size = sizeof(funcs[0]),
		.func_info_cnt = info ? verif_funcs(c->insns, cnt, funcs, 3) : 0,
	};

	/* With all states that there are to prune by, and with the usual ones. */
	load.prog_flags = EBPF_F_TEST_STATE_FREQ;
	verif_load(&res, &load, EBPF_LOG_LEVEL2);
	if (!as_said(c))
		return false;
	load.prog_flags = 0;
	verif_load(&res, &load, EBPF_LOG_LEVEL2);
	return as_said(c);
}

/* R6 = the packet, and a callback that moves it in its first round and not in others. */
static const struct verif_case moves = { "a callback moves the packet", EBPF_PROG_TYPE_XDP,
	.insns = { MOV_X(8, 1), LDX(W, 6, 1, 0), LDX(W, 7, 1, 4), MOV_X(1, 6), ADD_K(1, 8),
		   JMP_X(JGT, 1, 7, 8), STX(DW, FP, 8, -8), STACK_CTX(-8), LOOP(2, 2), DONE,
		   JMP_K(JNE, 1, 0, 3), LDX(DW, 1, 2, 0), MOV_K(2, 1), HELPER(xdp_adjust_head),
		   DONE } };
static u32 in_callback, with_packet, after_it;

static int look_for_packet(const struct vf_env *env)
{
	const struct reg_state *r6 = &env->cur->frame[0]->regs[EBPF_REG_6];

	if (env->cur->curframe)
		in_callback++;
	else if (env->prev_insn_idx == env->insn_cnt - 1)
		after_it++;
	else
		return 0;
	with_packet += r6->type == PTR_TO_PACKET;
	return 0;
}

/* What a round may take away is not there in any, nor after the last. */
static void test_packet(const struct ebpf_btf *btf)
{
	bool ok;

	ebpf_watch.insn = look_for_packet;
	ok = run(&moves, btf, true);
	ebpf_watch.insn = NULL;
	if (!tap_ok(ok && in_callback && after_it && !with_packet,
		    "pointers into a packet that a callback may move are numbers in each round"))
		tap_diag("%u, %u, %u; got %d: %s", in_callback, after_it, with_packet, res.err,
			 res.log);
}

int main(void)
{
	struct blob blob = blob_make(types, ARRAY_SIZE(types));
	struct ebpf_btf *btf = ebpf_btf_parse(blob.data, blob.size, NULL, NULL);
	u64 ctx[64] = { 0 }, ret;
	u32 i;

	if (!tap_ok(!IS_ERR(btf), "the types are fine"))
		return tap_end();
	verif_maps();
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		if (!tap_ok(run(&cases[i].c, btf, true), "%s", cases[i].c.name))
			tap_diag("got %d: %s", res.err, res.log);
		if (!cases[i].run)
			continue;
		ret = ~cases[i].ret;
		tap_ok(!res.err && image_run(&res.img, ctx, &ret) && (s64)ret == cases[i].ret,
		       "%s: %lld comes out", cases[i].c.name, (long long)cases[i].ret);
	}
	test_packet(btf);
	run(&cases[0].c, btf, false);
	tap_ok(res.err == -EINVAL && strstr(res.log, "missing btf func_info"),
	       "callbacks need types");
	tap_eq(test_bugs(), 0, "no rule of the verifier's own was broken");
	run(&cases[4].c, btf, true);
	ebpf_btf_destroy(btf);
	blob_free(&blob);
	return tap_end();
}
