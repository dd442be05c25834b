// SPDX-License-Identifier: GPL-2.0-only
/*
 * Numbers that are equal, or a constant apart: what a comparison tells of one is true of the other,
 * with the constant added; and only as long as that is so.
 */
#include <limits.h>
#include <tap.h>
#include "services.h"
#include "verif_run.h"

#define FP	EBPF_REG_10

/* R6 is one of 0 to 255, R9 anything. */
#define BYTE	LDX(B, 6, 1, 0), LDX(DW, 9, 1, 8)
/* R7 is what @reg is, and @n more. */
#define MORE(reg, n)	MOV_X(7, reg), ADD_K(7, n)
/* Leaves unless @reg is at most @n: four instructions. */
#define UP_TO(reg, n)	JMP_K(JLE, reg, n, 2), MOV_K(0, 0), EXIT
/* R0 = byte @reg of a value of 48. */
#define USE(reg)	LD_MAP_VALUE(1, MAP_ARRAY, 0), ADD_X(1, reg), LDX(B, 0, 1, 0)
#define END		MOV_K(0, 0), EXIT
#define ANYTHING	.err = EINVAL, .says = "unbounded min value is not allowed"
#define OUTSIDE		.err = EACCES, .says = "outside of the allowed memory range"

static const struct verif_case cases[] = {
	{ "what is known of the sum is known of the number",
	  .insns = { BYTE, MORE(6, 4), UP_TO(7, 51), USE(6), END } },
	{ "one too many", OUTSIDE, .insns = { BYTE, MORE(6, 4), UP_TO(7, 52), USE(6), END } },
	{ "what is known of the number is known of the sum",
	  .insns = { BYTE, MORE(6, 4), UP_TO(6, 43), USE(7), END } },
	{ "one too many there", OUTSIDE, .insns = { BYTE, MORE(6, 4), UP_TO(6, 44), USE(7), END } },
	{ "of two sums", .insns = { BYTE, MOV_X(8, 6), ADD_K(8, 8), MORE(6, 4), UP_TO(7, 43), USE(8),
				    END } },
	{ "of two sums, one too many", OUTSIDE,
	  .insns = { BYTE, MOV_X(8, 6), ADD_K(8, 8), MORE(6, 4), UP_TO(7, 44), USE(8), END } },
	{ "of a difference",
	  .insns = { BYTE, MOV_X(7, 6), ALU_K(EBPF_SUB, 7, -4), UP_TO(6, 43), USE(7), END } },
	{ "of a difference, one too many", OUTSIDE,
	  .insns = { BYTE, MOV_X(7, 6), ALU_K(EBPF_SUB, 7, -4), UP_TO(6, 44), USE(7), END } },
	{ "of a number in a slot",
	  .insns = { BYTE, MORE(6, 4), STX(DW, FP, 6, -8), UP_TO(7, 51), LDX(DW, 8, FP, -8), USE(8),
		     END } },
	{ "of a sum in a slot",
	  .insns = { BYTE, MORE(6, 4), STX(DW, FP, 7, -8), UP_TO(6, 43), LDX(DW, 8, FP, -8), USE(8),
		     END } },
	{ "of a sum in a slot, one too many", OUTSIDE,
	  .insns = { BYTE, MORE(6, 4), STX(DW, FP, 7, -8), UP_TO(6, 44), LDX(DW, 8, FP, -8), USE(8),
		     END } },
	{ "a copy of a sum is as much more",
	  .insns = { BYTE, MORE(6, 4), MOV_X(8, 7), UP_TO(6, 43), USE(8), END } },
	{ "a way that cannot be", .insns = { BYTE, MORE(6, 4), JMP_K(JGT, 7, 5, 2),
	  JMP_K(JLE, 6, 1, 1), LDX(DW, 0, 8, 0), END } },
	{ "the log tells", .says = "R7_w=scalar(id=1+4,",
	  .insns = { BYTE, MORE(6, 4), END } },
	{ "of a difference as well", .says = "R7_w=scalar(id=1-4,",
	  .insns = { BYTE, MORE(6, -4), END } },

	/* Saved in slots, whatever was known of them. */
	{ "anything in a slot", .insns = { BYTE, STX(DW, FP, 9, -8), UP_TO(9, 47), LDX(DW, 8, FP, -8),
	  USE(8), END } },
	{ "anything in a slot, one too many", OUTSIDE,
	  .insns = { BYTE, STX(DW, FP, 9, -8), UP_TO(9, 48), LDX(DW, 8, FP, -8), USE(8), END } },
	{ "two loads of it", .insns = { BYTE, STX(DW, FP, 9, -8), LDX(DW, 7, FP, -8), UP_TO(7, 47),
	  LDX(DW, 8, FP, -8), USE(8), END } },
	{ "its low half", .insns = { BYTE, STX(DW, FP, 9, -8), UP_TO(9, 47), LDX(W, 8, FP, -8), USE(8),
	  END } },
	{ "what the low half is, it is not", ANYTHING,
	  .insns = { BYTE, STX(DW, FP, 9, -8), LDX(W, 8, FP, -8), UP_TO(8, 47), USE(9), END } },
	{ "but where it fits there", .insns = { BYTE, STX(DW, FP, 6, -8), LDX(W, 8, FP, -8),
	  UP_TO(8, 47), USE(6), END } },
	{ "and in a byte", .insns = { BYTE, STX(DW, FP, 6, -8), LDX(B, 8, FP, -8), UP_TO(8, 47), USE(6),
	  END } },
	{ "its high half is another number", .err = EACCES, .says = "R1 unbounded memory access",
	  .insns = { BYTE, STX(DW, FP, 9, -8), UP_TO(9, 47), LDX(W, 8, FP, -4), USE(8), END } },
	{ "the low half of what was saved in half", OUTSIDE,
	  .insns = { BYTE, STX(W, FP, 9, -8), UP_TO(9, 20), LDX(B, 8, FP, -8), USE(8), END } },
	{ "more than what was saved in half", ANYTHING,
	  .insns = { BYTE, STX(W, FP, 6, -8), UP_TO(6, 20), LDX(DW, 8, FP, -8), USE(8), END } },
	{ "the low part of a constant", .insns = { BYTE, MOV_K(7, 0x1234), STX(DW, FP, 7, -8),
	  LDX(B, 8, FP, -8), JMP_K(JEQ, 8, 0x34, 1), LDX(DW, 0, 8, 0), END } },
	{ "with its sign", .insns = { BYTE, MOV_K(7, 0x12f4), STX(DW, FP, 7, -8), LDSX(B, 8, FP, -8),
	  JMP_K(JEQ, 8, -12, 1), LDX(DW, 0, 8, 0), END } },
	{ "written over", ANYTHING,
	  .insns = { BYTE, STX(DW, FP, 9, -8), ST(B, FP, -3, 1), UP_TO(9, 47), LDX(DW, 8, FP, -8),
		     USE(8), END } },
	{ "in a caller's slot", .insns = { BYTE, MOV_X(1, FP), ADD_K(1, -8), MOV_X(2, 9), CALL(10),
	  UP_TO(9, 47), LDX(DW, 8, FP, -8), USE(8), END, STX(DW, 1, 2, 0), END } },

	/* What is known on one way of a slot, and not on another. */
	{ "small there, anything here", ANYTHING,
	  .insns = { BYTE, LDX(B, 5, 1, 1), STX(DW, FP, 6, -8), JMP_K(JEQ, 5, 0, 1), STX(DW, FP, 9, -8),
		     LDX(DW, 8, FP, -8), UP_TO(6, 47), USE(8), END } },
	{ "the other way round", ANYTHING,
	  .insns = { BYTE, LDX(B, 5, 1, 1), STX(DW, FP, 9, -8), JMP_K(JEQ, 5, 0, 1), STX(DW, FP, 6, -8),
		     LDX(DW, 8, FP, -8), UP_TO(6, 47), USE(8), END } },
	{ "small there, written in part here", ANYTHING,
	  .insns = { BYTE, STX(DW, FP, 6, -8), JMP_K(JEQ, 9, 0, 1), ST(B, FP, -1, 255),
		     LDX(DW, 8, FP, -8), UP_TO(6, 47), USE(8), END } },
	{ "equal there, written in part here", ANYTHING,
	  .insns = { BYTE, STX(DW, FP, 9, -8), JMP_K(JEQ, 6, 0, 1), ST(B, FP, -1, 255),
		     UP_TO(9, 47), LDX(DW, 8, FP, -8), USE(8), END } },
	{ "equal here, written in part there", ANYTHING,
	  .insns = { BYTE, STX(DW, FP, 9, -8), JMP_K(JNE, 6, 0, 1), ST(B, FP, -1, 255),
		     UP_TO(9, 47), LDX(DW, 8, FP, -8), USE(8), END } },
	{ "equal there, never written here", ANYTHING,
	  .insns = { BYTE, JMP_K(JEQ, 6, 0, 1), STX(DW, FP, 9, -8), UP_TO(9, 47),
		     LDX(DW, 8, FP, -8), USE(8), END } },
	{ "a pointer here", .err = EACCES, .says = "pointer += pointer prohibited",
	  .insns = { BYTE, STX(DW, FP, 9, -8), JMP_K(JEQ, 6, 0, 1), STX(DW, FP, 1, -8),
		     UP_TO(9, 47), LDX(DW, 8, FP, -8), USE(8), END } },

	/* A constant on the left decides as one on the right does. */
	{ "nothing is below zero", .insns = { BYTE, MOV_K(7, 0), JMP_X(JGT, 7, 9, 2), END,
	  LDX(DW, 0, 9, 0), END } },
	{ "in 32 bits", .insns = { BYTE, MOV_K(7, 0), INSN(EBPF_JMP32 | EBPF_JGT | EBPF_X, 7, 9, 2, 0),
	  END, LDX(DW, 0, 9, 0), END } },
	{ "but one may be", .err = EACCES, .says = "R9 invalid mem access 'scalar'",
	  .insns = { BYTE, MOV_K(7, 1), JMP_X(JGT, 7, 9, 2), END, LDX(DW, 0, 9, 0), END } },

	/* No longer so. */
	{ "a sum that may wrap is below the number", .err = EACCES, .says = "min value is negative",
	  .insns = { BYTE, MORE(9, 4), UP_TO(7, 20), USE(9), END } },
	{ "twice", OUTSIDE,
	  .insns = { BYTE, MORE(6, 2), ADD_K(7, 2), UP_TO(7, 20), USE(6), END } },
	{ "in 32 bits", OUTSIDE,
	  .insns = { BYTE, MOV_X(7, 6), ALU32_K(EBPF_ADD, 7, 4), UP_TO(7, 20), USE(6), END } },
	{ "a sum of another kind", OUTSIDE,
	  .insns = { BYTE, MOV_X(7, 6), ALU_K(EBPF_OR, 7, 4), UP_TO(7, 20), USE(6), END } },
	{ "the number is another one now", OUTSIDE,
	  .insns = { BYTE, MORE(6, 4), ALU_K(EBPF_XOR, 6, 255), UP_TO(7, 20), USE(6), END } },
	{ "half of a sum in a slot", .err = EACCES,
	  .insns = { BYTE, MORE(9, 4), STX(W, FP, 7, -8), LDX(W, 8, FP, -8), UP_TO(9, 20), USE(8),
		     END } },
	{ "the largest constant", .insns = { BYTE, MORE(6, INT_MAX), UP_TO(6, 47), USE(6), END } },
	{ "one that is larger", OUTSIDE,
	  .insns = { BYTE, MOV_X(7, 6), ALU_K(EBPF_SUB, 7, INT_MIN), LD64(8, 0x80000014LL),
		     JMP_X(JLE, 7, 8, 2), END, USE(6), END } },

	/* The distance is not the same on all ways. */
	{ "the way with the greater one comes last", OUTSIDE,
	  .insns = { BYTE, MOV_X(7, 6), JMP_K(JEQ, 9, 0, 2), ADD_K(7, 4), JA(1), ADD_K(7, 46),
		     UP_TO(6, 3), USE(7), END } },
	{ "it comes first", OUTSIDE,
	  .insns = { BYTE, MOV_X(7, 6), JMP_K(JEQ, 9, 0, 2), ADD_K(7, 46), JA(1), ADD_K(7, 4),
		     UP_TO(6, 3), USE(7), END } },
	{ "both are small enough",
	  .insns = { BYTE, MOV_X(7, 6), JMP_K(JEQ, 9, 0, 2), ADD_K(7, 4), JA(1), ADD_K(7, 44),
		     UP_TO(6, 3), USE(7), END } },
	/* Each number alone is one of those that were tried. */
	{ "a greater one of fewer numbers", OUTSIDE,
	  .insns = { BYTE, JMP_K(JEQ, 9, 0, 3), MORE(6, 4), JA(5), UP_TO(6, 200), MORE(6, 46),
		     UP_TO(6, 3), USE(7), END } },
	{ "a smaller one of fewer numbers", OUTSIDE,
	  .insns = { BYTE, JMP_K(JEQ, 9, 0, 3), MORE(6, -4), JA(5), UP_TO(6, 200), MORE(6, -46),
		     JMP_K(JSLE, 7, 7, 2), END, USE(6), END } },
	{ "on one way there is none", OUTSIDE,
	  .insns = { BYTE, MOV_X(7, 6), JMP_K(JEQ, 9, 0, 2), ADD_K(7, 4), JA(1), LDX(B, 7, 1, 1),
		     UP_TO(6, 3), USE(7), END } },
};

int main(void)
{
	u32 i;

	verif_maps();
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		tap_ok(verif_ok(&cases[i]), "%s", cases[i].name);
		tap_ok(verif_ok_often(&cases[i]), "%s; states everywhere", cases[i].name);
	}
	tap_eq(test_bugs(), 0, "no rule of the verifier's own was broken");
	return tap_end();
}
