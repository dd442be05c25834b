// SPDX-License-Identifier: GPL-2.0-only
/*
 * Classes of mistakes that verifiers make, with one or more programs for each, also when
 * states are compared everywhere. Those about numbers do nothing, and are accepted: the
 * log tells whether a way was walked that the mistake takes for an impossible one. Others
 * are refused, for the reason that is asked for.
 *
 * The classes: A 32 and 64 bits, B extension, C bit operations, shifts, division,
 * D pruning and precision, E pointers taken for something else, F what helpers are
 * given; G maps (tests/vm/test_maps*), H the JIT (test_jit_*), I speculation (of
 * unprivileged loaders, which there are none of), J lifetimes (tests/vm/test_stress),
 * K what unprivileged programs learn of addresses (there are none).
 */
#include <tap.h>
#include "services.h"
#include "verif_run.h"

#define FP	EBPF_REG_10

/* R0 = value of the array's only element, R6.. as they were; leaves on NULL. */
#define VALUE	LOOKUP(MAP_ARRAY), JMP_K(JNE, 0, 0, 1), EXIT
/* WALKED where R7 may be 48 or more: five instructions. */
#define IF_LARGE	JMP_K(JLE, 7, 47, 2), WALKED, MOV_K(0, 0), EXIT
#define WALKED		MOV_K(2, 0), MOV_K(2, 4711)
#define LARGE		.says = "r2 = 4711"

static const struct verif_case cases[] = {
	/* A: 32 and 64 bits mixed up. */
	{ "32-bit constants are not sign-extended", .err = EACCES,
	  .says = "R1 invalid mem access 'scalar'",
	  .insns = { MOV32_K(9, -1), JMP_K(JNE, 9, -1, 2), MOV_K(0, 0), EXIT,
		     MOV_K(1, 8), LDX(DW, 0, 1, 0), EXIT } },
	{ "truncation to 32 bits keeps the low half", LARGE,
	  .insns = { VALUE, LD64(7, 0x100000030LL), MOV32_X(7, 7), IF_LARGE } },
	{ "a 32-bit comparison bounds 32 bits", LARGE,
	  .insns = { LDX(DW, 7, 1, 0), VALUE, JMP32_K(JLE, 7, 40, 1), EXIT, IF_LARGE } },
	{ "64-bit bounds are not the low half's", LARGE,
	  .insns = { LDX(DW, 7, 1, 0), VALUE, LD64(8, 0x100000000LL), JMP_X(JGE, 7, 8, 1), EXIT,
		     LD64(8, 0x200000005LL), JMP_X(JLE, 7, 8, 1), EXIT, MOV32_X(7, 7), IF_LARGE } },
	{ "bounds of a 64-bit OR", LARGE,
	  .insns = { LDX(DW, 7, 1, 0), VALUE, JMP_K(JGE, 7, 1, 1), EXIT,
		     LD64(8, 0x600000001LL), JMP_X(JLE, 7, 8, 1), EXIT,
		     ALU_K(EBPF_OR, 7, 0), MOV32_X(7, 7), IF_LARGE } },
	{ "bounds of a 32-bit AND of known low halves", LARGE,
	  .insns = { LDX(DW, 7, 1, 0), VALUE, LD64(8, 0xffffffff00000001ULL),
		     ALU_X(EBPF_AND, 7, 8), MOV32_X(7, 7), ALU_K(EBPF_MUL, 7, 64), IF_LARGE } },
	{ "of a 64-bit OR of them", LARGE,
	  .insns = { LDX(DW, 7, 1, 0), VALUE, LD64(8, 0x100000001LL), ALU_X(EBPF_OR, 7, 8),
		     MOV32_X(7, 7), IF_LARGE } },
	{ "of a XOR", LARGE,
	  .insns = { LDX(DW, 7, 1, 0), VALUE, LD64(8, 0x100000001LL), ALU_X(EBPF_XOR, 7, 8),
		     MOV32_X(7, 7), IF_LARGE } },
	{ "half a pointer is no small number", LARGE,
	  .insns = { VALUE, MOV32_X(7, 10), IF_LARGE } },

	/* B: sign and zero extension. */
	{ "a negative 32-bit number is a large 64-bit one", LARGE,
	  .insns = { VALUE, MOV32_K(7, -1), IF_LARGE } },
	{ "a sign-extending load can be negative", LARGE,
	  .insns = { LDSX(B, 7, 1, 0), VALUE, JMP_K(JSLE, 7, 40, 1), EXIT, IF_LARGE } },
	{ "no sign bit, no sign extension, but 32 bits still", LARGE,
	  .insns = { LDX(B, 7, 1, 0), VALUE, INSN(EBPF_ALU | EBPF_MOV | EBPF_X, 7, 7, 16, 0),
		     IF_LARGE } },

	/* C: shifts, division, bit operations. */
	{ "32-bit right shift of a 64-bit number", LARGE,
	  .insns = { VALUE, MOV_K(7, 2), ALU_K(EBPF_LSH, 7, 31), ALU32_K(EBPF_RSH, 7, 31),
		     ADD_K(7, -2), IF_LARGE } },
	{ "a 32-bit remainder by zero is the low half", LARGE,
	  .insns = { LDX(DW, 7, 1, 0), VALUE, MOV_K(6, 0), ALU32_X(EBPF_MOD, 7, 6), IF_LARGE } },
	{ "a 32-bit remainder by what may be zero", LARGE,
	  .insns = { LDX(DW, 7, 1, 0), LDX(B, 6, 1, 8), VALUE, ALU32_X(EBPF_MOD, 7, 6), IF_LARGE } },
	{ "a shift by too much gives anything", LARGE,
	  .insns = { LDX(B, 6, 1, 0), VALUE, MOV_K(7, 1), ALU32_X(EBPF_LSH, 7, 6), IF_LARGE } },
	{ "division by what may be zero", LARGE,
	  .insns = { LDX(B, 6, 1, 0), VALUE, MOV_K(7, 200), ALU_X(EBPF_DIV, 7, 6), IF_LARGE } },
	{ "remainder of what may be zero", LARGE,
	  .insns = { LDX(B, 6, 1, 0), VALUE, MOV_K(7, 200), ALU_K(EBPF_AND, 6, 15),
		     ALU_X(EBPF_MOD, 7, 6), IF_LARGE } },
	{ "signed division: smallest by -1", LARGE,
	  .insns = { LDX(DW, 7, 1, 0), LDX(DW, 6, 1, 8), VALUE, SIGNED(EBPF_DIV, 7, 6), IF_LARGE } },

	/* D: pruning and precision. */
	{ "both operands of a branch matter", LARGE,
	  .insns = { MOV_K(6, 1024), MOV_K(7, 0), MOV_K(8, 0), MOV_K(9, -2147483647 - 1),
		     ALU_K(EBPF_MOD, 6, 1025), JA(0), JMP_X(JLE, 6, 9, 2), ALU_K(EBPF_MOD, 6, 1),
		     MOV_K(9, 0), JMP_X(JLE, 6, 9, 1), MOV_K(6, 0), MOV_X(7, 6), IF_LARGE } },
	{ "a number compared with itself", LARGE,
	  .insns = { LDX(DW, 7, 1, 0), VALUE, JMP_X(JLE, 7, 7, 1), EXIT, IF_LARGE } },
	{ "a number compared with another that is as unknown", LARGE,
	  .insns = { LDX(DW, 7, 1, 0), LDX(DW, 6, 1, 8), VALUE, JMP_X(JEQ, 7, 6, 1), EXIT, IF_LARGE } },
	{ "equal low halves", LARGE,
	  .insns = { LDX(DW, 7, 1, 0), VALUE, MOV_K(6, 1), INSN(EBPF_JMP32 | EBPF_JEQ | EBPF_X, 7, 6, 1, 0),
		     EXIT, IF_LARGE } },
	{ "equal on one path only", LARGE,
	  .insns = { LDX(DW, 6, 1, 0), LDX(DW, 7, 1, 8), LDX(DW, 8, 1, 16), VALUE,
		     JMP_K(JEQ, 8, 0, 1), MOV_X(7, 6), JMP_K(JLE, 6, 40, 2), MOV_K(0, 0), EXIT,
		     IF_LARGE } },
	{ "equal, and the equal forgotten", LARGE,
	  .insns = { LDX(DW, 6, 1, 0), LDX(DW, 7, 1, 8), LDX(DW, 8, 1, 16), VALUE,
		     JMP_K(JEQ, 8, 0, 1), MOV_X(7, 6), JMP_K(JLE, 6, 40, 2), MOV_K(0, 0), EXIT,
		     MOV_K(6, 0), JMP_K(JEQ, 8, 1, 0), IF_LARGE } },
	{ "arithmetic ends equality", LARGE,
	  .insns = { LDX(DW, 7, 1, 0), VALUE, MOV_X(8, 7), ADD_K(7, 100), JMP_K(JLE, 8, 10, 1),
		     EXIT, IF_LARGE } },
	{ "a byte swap ends equality", LARGE,
	  .insns = { LDX(H, 7, 1, 0), VALUE, MOV_X(8, 7),
		     INSN(EBPF_ALU | EBPF_END | EBPF_TO_BE, 7, 0, 0, 16), JMP_K(JLE, 8, 10, 1), EXIT,
		     IF_LARGE } },
	{ "half a number is not equal to it", LARGE,
	  .insns = { LDX(DW, 7, 1, 0), VALUE, MOV_X(9, 7), MOV32_X(8, 7), JMP_K(JLE, 8, 10, 1),
		     EXIT, IF_LARGE } },
	{ "a sign-extended byte is not equal to the number", LARGE,
	  .insns = { LDX(DW, 7, 1, 0), VALUE, MOV_X(9, 7),
		     INSN(EBPF_ALU64 | EBPF_MOV | EBPF_X, 8, 7, 8, 0), JMP_K(JLE, 8, 10, 1), EXIT,
		     IF_LARGE } },
	{ "a saved half is not equal to the number", LARGE,
	  .insns = { LDX(DW, 7, 1, 0), VALUE, MOV_X(9, 7), STX(W, FP, 7, -16), LDX(W, 8, FP, -16),
		     JMP_K(JLE, 8, 10, 1), EXIT, IF_LARGE } },
	{ "a saved half of a number that is bounded", LARGE,
	  .insns = { LDX(DW, 7, 1, 0), VALUE, LD64(8, 0x1ffffffffLL), ALU_X(EBPF_AND, 7, 8),
		     MOV_X(9, 7), STX(W, FP, 7, -16), LDX(W, 8, FP, -16), JMP_K(JLE, 8, 10, 1),
		     EXIT, IF_LARGE } },
	{ "a saved half has no upper half", LARGE,
	  .insns = { VALUE, LD64(7, 0x100000030LL), STX(W, FP, 7, -16), LDX(W, 8, FP, -16),
		     JMP_K(JEQ, 8, 0x30, 1), EXIT, WALKED, MOV_K(0, 0), EXIT } },
	{ "a saved byte, sign-extended, is another number", LARGE,
	  .insns = { LDX(B, 7, 1, 0), VALUE, MOV_X(9, 7), STX(B, FP, 7, -16), LDSX(B, 8, FP, -16),
		     JMP_K(JSLE, 8, -100, 1), EXIT, ADD_K(7, 128), IF_LARGE } },
	{ "a spilled number is precise as well", LARGE,
	  .insns = { LDX(DW, 8, 1, 0), VALUE, MOV_K(6, 8), JMP_K(JEQ, 8, 0, 1), JA(1),
		     MOV_K(6, 800), STX(DW, FP, 6, -16), JMP_K(JEQ, 8, 1, 0),
		     LDX(DW, 7, FP, -16), IF_LARGE } },
	{ "an argument is precise as well", LARGE,
	  .insns = { LDX(DW, 8, 1, 0), VALUE, MOV_X(1, 0), MOV_K(2, 8), JMP_K(JEQ, 8, 0, 1),
		     MOV_K(2, 800), CALL(1), EXIT, JMP_K(JEQ, 2, 3, 0), MOV_X(7, 2),
		     IF_LARGE } },
	{ "a result is precise as well", LARGE,
	  .insns = { LDX(DW, 8, 1, 0), VALUE, MOV_X(6, 0), MOV_X(1, 8), CALL(8), JMP_K(JEQ, 8, 3, 0),
		     MOV_X(7, 0), MOV_X(0, 6), IF_LARGE, MOV_K(0, 8), JMP_K(JEQ, 1, 0, 1),
		     MOV_K(0, 800), EXIT } },
	{ "a number through an exchange on the stack", LARGE,
	  .insns = { LDX(DW, 8, 1, 0), VALUE, MOV_K(6, 8), JMP_K(JEQ, 8, 0, 1), MOV_K(6, 800),
		     STX(DW, FP, 6, -16), JMP_K(JEQ, 8, 3, 0), MOV_K(7, 1),
		     ATOMIC(DW, EBPF_XCHG, FP, 7, -16), IF_LARGE } },
	{ "zero bytes of one path", LARGE,
	  .insns = { LDX(DW, 8, 1, 0), VALUE, MOV_K(6, 0), JMP_K(JEQ, 8, 0, 1), MOV_K(6, 800),
		     STX(W, FP, 6, -12), JMP_K(JEQ, 8, 3, 0), LDX(W, 7, FP, -12), IF_LARGE } },

	{ "NULL for a helper on one path, a number on the other", EBPF_PROG_TYPE_SCHED_CLS,
	  EBPF_F_TEST_STATE_FREQ, .err = EACCES, .says = "R1 type=scalar expected=fp",
	  .insns = { LDX(W, 6, 1, 0), MOV_K(1, 0), JMP_K(JEQ, 6, 0, 1), JA(1), MOV_K(1, 8),
		     JMP_K(JEQ, 6, 3, 0), MOV_K(2, 0), MOV_K(3, 0), MOV_K(4, 0), MOV_K(5, 0),
		     HELPER(csum_diff), MOV_K(0, 0), EXIT } },

	{ "a short loop without end costs no more than its rounds", .err = E2BIG,
	  .says = "BPF program is too large",
	  .insns = { LDX(H, 7, 1, 0), ADD_K(7, 0x1ab064b9), JMP_K(JSET, 7, 0x702000, -2),
		     ALU_K(EBPF_AND, 7, 0x1ee60e), ADD_X(7, 1), JMP_K(JSGT, 7, 0x37d2, 0),
		     MOV_K(0, 0), EXIT } },

	/* E: pointers taken for something else. */
	{ "a number for a pointer", .err = EACCES, .says = "invalid mem access 'scalar'",
	  .insns = { LDX(DW, 8, 1, 0), MOV_X(6, 1), JMP_K(JEQ, 8, 0, 1), JA(1), MOV_K(6, 8),
		     JMP_K(JEQ, 8, 1, 0), LDX(DW, 0, 6, 0), EXIT } },
	{ "arithmetic before the NULL check", .err = EACCES,
	  .says = "R0 pointer arithmetic on map_value_or_null prohibited, null-check it first",
	  .insns = { LOOKUP(MAP_HASH), ADD_K(0, 8), JMP_K(JEQ, 0, 0, 1), LDX(B, 0, 0, 0), EXIT } },
	{ "of a record", .err = EACCES,
	  .says = "pointer arithmetic on alloc_mem_or_null prohibited",
	  .insns = { LD_MAP(1, MAP_RINGBUF), MOV_K(2, 16), MOV_K(3, 0), HELPER(ringbuf_reserve),
		     ADD_K(0, 8), MOV_K(0, 0), EXIT } },
	{ "the other lookup's NULL check", .err = EACCES,
	  .says = "R6 invalid mem access 'map_value_or_null'",
	  .insns = { LOOKUP(MAP_HASH), MOV_X(6, 0), LOOKUP(MAP_HASH), JMP_K(JEQ, 0, 0, 1),
		     LDX(B, 0, 6, 0), EXIT } },
	{ "a 32-bit NULL check", .err = EACCES, .says = "invalid mem access 'map_value_or_null'",
	  .insns = { LOOKUP(MAP_HASH), JMP32_K(JEQ, 0, 0, 1), LDX(B, 0, 0, 0), EXIT } },
	{ "pointer minus pointer is any number", .err = EINVAL, .says = "unbounded min value",
	  .insns = { VALUE, MOV_X(7, 0), ALU_X(EBPF_SUB, 7, 10), JMP_K(JSLE, 7, 40, 1), EXIT,
		     ADD_X(0, 7), LDX(B, 0, 0, 0), EXIT } },
	{ "multiplied pointer", .err = EACCES, .says = "pointer arithmetic with *= operator",
	  .insns = { ALU_K(EBPF_MUL, 1, 2), MOV_K(0, 0), EXIT } },
	{ "pointer bits masked", .err = EACCES, .says = "bitwise operator &= on pointer",
	  .insns = { ALU_K(EBPF_AND, 1, -8), MOV_K(0, 0), EXIT } },
	{ "sum of offsets wraps", .err = EINVAL, .says = "is not allowed",
	  .insns = { VALUE, ADD_K(0, 0x1fffffff), ADD_K(0, 0x1fffffff), LDX(B, 0, 0, 0), EXIT } },
	{ "the frame of a function that returned", .err = EACCES, .says = "invalid mem access 'scalar'",
	  .insns = { MOV_X(1, FP), ADD_K(1, -8), ST(DW, FP, -8, 0), CALL(3),
		     LDX(DW, 1, FP, -8), LDX(DW, 0, 1, 0), EXIT,
		     MOV_X(2, FP), ADD_K(2, -8), ST(DW, 2, 0, 1), LDX(DW, 2, 2, 0),
		     STX(DW, 1, 2, 0), MOV_K(0, 0), EXIT } },
	{ "a callee's stack pointer left in the caller's stack", .err = EINVAL,
	  .says = "cannot spill pointers to stack into stack frame of the caller",
	  .insns = { MOV_X(1, FP), ADD_K(1, -8), CALL(2), MOV_K(0, 0), EXIT,
		     STX(DW, 1, 10, 0), MOV_K(0, 0), EXIT } },

	/* F: what helpers are given. */
	/* (The end would be refused as well.) */
	{ "a record released in its middle", .err = EACCES,
	  .says = "dereference of modified alloc_mem ptr R1 off=8 disallowed",
	  .insns = { LD_MAP(1, MAP_RINGBUF), MOV_K(2, 16), MOV_K(3, 0), HELPER(ringbuf_reserve),
		     JMP_K(JEQ, 0, 0, 4), MOV_X(1, 0), ADD_K(1, 8), MOV_K(2, 0),
		     HELPER(ringbuf_submit), EXIT } },
	{ "what is not a record released", .err = EACCES, .says = "R1 type=map_value expected=alloc_mem",
	  .insns = { VALUE, MOV_X(1, 0), MOV_K(2, 0), HELPER(ringbuf_submit), MOV_K(0, 0), EXIT } },
	{ "a record larger than memory", .err = EACCES, .says = "R2",
	  .insns = { LD_MAP(1, MAP_RINGBUF), LD64(2, 0x100000008LL), MOV_K(3, 0),
		     HELPER(ringbuf_reserve), JMP_K(JEQ, 0, 0, 1), ST(DW, 0, 0, 1), MOV_K(0, 0),
		     EXIT } },
	{ "a helper writes where programs may not", .err = EACCES,
	  .says = "write into map forbidden",
	  .insns = { LD_MAP_VALUE(1, MAP_RDONLY, 0), MOV_K(2, 8), HELPER(get_current_comm),
		     MOV_K(0, 0), EXIT } },
	{ "a size for another register", .err = EACCES, .says = "invalid access to map value",
	  .insns = { VALUE, MOV_X(1, 0), MOV_K(2, 49), HELPER(get_current_comm), EXIT } },
	{ "zero bytes from a number", .err = EACCES, .says = "R1 type=scalar expected=fp",
	  .insns = { MOV_K(1, 8), MOV_K(2, 0), HELPER(get_current_comm), EXIT } },
	{ "a map of another value size", .err = EACCES, .says = "invalid access to map value",
	  .insns = { LOOKUP(MAP_HASH), JMP_K(JEQ, 0, 0, 1), LDX(DW, 0, 0, 16), EXIT } },

	/* Stack offsets of 32 bits and more. */
	{ "stack offset out of 32 bits", .err = EINVAL, .says = "is not allowed",
	  .insns = { LD64(2, 0x100000000LL), ADD_X(2, 10), ST(DW, 2, -8, 0), MOV_K(0, 0), EXIT } },
	{ "variable stack offset, huge", .err = EACCES, .says = "variable-offset",
	  .insns = { LDX(W, 2, 1, 0), ALU_K(EBPF_AND, 2, 0x1ffffff8), ADD_X(2, 10),
		     ST(DW, 2, -8, 0), MOV_K(0, 0), EXIT } },
	{ "a deep frame by a variable write only", .type = EBPF_PROG_TYPE_SCHED_CLS, .err = EACCES,
	  .says = "combined stack size",
	  .insns = { LDX(W, 2, 1, 0), ALU_K(EBPF_AND, 2, 8), ADD_K(2, -500), ALU_K(EBPF_AND, 2, -8),
		     ADD_X(2, 10), ST(DW, FP, -504, 0), CALL(2), MOV_K(0, 0), EXIT,
		     ST(DW, FP, -8, 0), MOV_K(0, 0), EXIT } },
};

/*
 * Loops with a branch in them leave many states, most of which end before those that
 * are compared with them: what a path that ends in a state would have read must not
 * depend on where that state's parents were in memory. Here R7, which may be less than
 * 22, is added to or not in each round.
 */
static bool loops_refused(s32 inner, s32 outer)
{
	struct ebpf_insn insns[] = {
		MOV_X(6, 1), LDX(H, 3, 6, 144), LDX(B, 4, 6, 152), LDX(H, 7, 6, 96),
		ST(DW, FP, -8, 0), MOV_K(8, 0),
		INSN(EBPF_JMP32 | EBPF_JLE | EBPF_X, 4, 3, 1, 0), ALU32_K(EBPF_ADD, 7, 60),
		ADD_K(8, 1), JMP_K(JNE, 8, inner, -4),
		LDX(DW, 0, FP, -8), ADD_K(0, 1), STX(DW, FP, 0, -8), JMP32_K(JLT, 0, outer, -9),
		HELPER(ktime_get_ns), JMP32_K(JSGT, 7, 21, 1), LDX(DW, 0, FP, 8), MOV_K(0, 0), EXIT,
	};
	static struct verif_result res;
	struct ebpf_load load = {
		.prog_type = EBPF_PROG_TYPE_KPROBE, .gpl_compatible = true,
		.insns = insns, .insn_cnt = ARRAY_SIZE(insns),
	};

	verif_load(&res, &load, EBPF_LOG_STATS);
	return res.err == -EACCES;
}

static void test_loops(void)
{
	s32 inner, outer;

	for (inner = 3; inner <= 6; inner++)
		for (outer = 2; outer <= 5; outer++)
			tap_ok(loops_refused(inner, outer),
			       "the way without additions through %d rounds of %d", outer, inner);
}

int main(void)
{
	u32 i;

	verif_maps();
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		tap_ok(verif_ok(&cases[i]), "%s", cases[i].name);
		tap_ok(verif_ok_often(&cases[i]), "%s; states everywhere", cases[i].name);
	}
	test_loops();
	tap_eq(test_bugs(), 0, "no rule of the verifier's own was broken");
	return tap_end();
}
