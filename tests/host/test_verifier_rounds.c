// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loops that end by themselves (may_goto): which are taken, and that they end.
 */
#include <ebpf/jit.h>
#include <tap.h>
#include <verifier/watch.h>
#include "image_run.h"
#include "services.h"
#include "verif_run.h"

#define FP	EBPF_REG_10
#define ROUNDS	5
#define MAY_GOTO(o)	INSN(EBPF_JMP | EBPF_JCOND, 0, EBPF_MAY_GOTO, o, 0)
/* R0 = byte @reg of a map value. Four slots. */
#define USE(reg)	LD_MAP_VALUE(1, MAP_ARRAY, 0), ADD_X(1, reg), LDX(B, 0, 1, 0)

struct rounds_case {
	struct verif_case c;
	u64 more;		/* what is answered when rounds are asked for, once */
	u64 ret;
	bool run;
};

extern struct ebpf_jit_env jit_env;	/* of jit_run.c */

static u64 more;
static u32 asked;

u64 ebpf_more_rounds(u64 since, u64 r2, u64 r3, u64 r4, u64 r5);
u64 ebpf_more_rounds(u64 since, u64 r2, u64 r3, u64 r4, u64 r5)
{
	u64 ret = more;

	more = 0;
	asked++;
	*(u64 *)(unsigned long)since = 1;
	return ret;
}

/* What a line leaves out is zero. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

static const struct rounds_case cases[] = {
	{ { "rounds are counted", .insns = { MOV_K(6, 0), MAY_GOTO(2), ADD_K(6, 1), JA(-3),
	    MOV_X(0, 6), EXIT } }, 0, ROUNDS, true },
	{ { "and more are asked for", .insns = { MOV_K(6, 0), MAY_GOTO(2), ADD_K(6, 1), JA(-3),
	    MOV_X(0, 6), EXIT } }, 4, ROUNDS + 4, true },
	{ { "after the body", .insns = { MOV_K(6, 0), ADD_K(6, 1), MAY_GOTO(1), JA(-3),
	    MOV_X(0, 6), EXIT } }, 0, ROUNDS + 1, true },
	{ { "two loops share them", .insns = { MOV_K(6, 0), MAY_GOTO(2), ADD_K(6, 1), JA(-3),
	    MAY_GOTO(2), ADD_K(6, 16), JA(-3), MOV_X(0, 6), EXIT } }, 0, ROUNDS, true },
	{ { "the question changes no register", .insns = { MOV_K(0, 1), MOV_K(1, 2), MOV_K(2, 4),
	    MOV_K(3, 8), MOV_K(4, 16), MOV_K(5, 32), MAY_GOTO(1), JA(-2), ADD_X(0, 1), ADD_X(0, 2),
	    ADD_X(0, 3), ADD_X(0, 4), ADD_X(0, 5), EXIT } }, 3, 63, true },
	{ { "a loop back to the first instruction", .insns = { MAY_GOTO(1), JA(-2), MOV_K(0, 7),
	    EXIT } }, 0, 7, true },
	{ { "a whole stack is left to the function", .insns = { ST(DW, FP, -512, 9), MAY_GOTO(1),
	    JA(-2), LDX(DW, 0, FP, -512), EXIT } }, 2, 9, true },
	{ { "each call has its own", .insns = { MOV_K(6, 0), CALL(4), ADD_X(6, 0), CALL(2),
	    ADD_X(0, 6), EXIT,
	    MOV_K(0, 0), MAY_GOTO(2), ADD_K(0, 1), JA(-3), EXIT } }, 0, 2 * ROUNDS, true },
	{ { "a loop in a loop", .insns = { MOV_K(6, 0), MAY_GOTO(6), MOV_K(7, 0), MAY_GOTO(3),
	    ADD_K(7, 1), ADD_K(6, 1), JA(-4), JA(-7), MOV_X(0, 6), EXIT } }, 0, ROUNDS - 1, true },
	{ { "nowhere to go", .insns = { MAY_GOTO(0), MOV_K(0, 3), EXIT } }, 0, 3, true },
	/* What is cut away at the end of a function does not change what the next one begins with. */
	{ { "behind a jump that is cut", .insns = { MOV_K(6, 0), CALL(9), CALL(3), JMP_K(JNE, 6, 0, 1),
	    EXIT, JA(-6), MOV_K(0, 0), MAY_GOTO(2), ADD_K(0, 1), JA(-3), EXIT,
	    /* What the other leaves is no number of rounds. */
	    ST(DW, FP, -64, 2), MOV_K(0, 0), EXIT } }, 0, ROUNDS, true },
	{ { "behind a function that is cut", .insns = { MOV_K(6, 0), CALL(6), JMP_K(JNE, 6, 0, 1), EXIT,
	    CALL(1), EXIT, MOV_K(0, 1), EXIT,
	    MOV_K(0, 0), MAY_GOTO(2), ADD_K(0, 1), JA(-3), EXIT } }, 0, ROUNDS, true },
	{ { "a bound of the loop's own", .insns = { MOV_K(6, 0), LDX(DW, 7, 1, 0), MAY_GOTO(7),
	    JMP_K(JGT, 7, 40, 6), USE(7), ADD_K(7, 1), JA(-8), MOV_K(0, 0), EXIT } } },
	/* What is forgotten of one round must be found out in the next. */
	{ { "an index that grows", .err = EACCES, .says = "invalid access to map value",
	    .insns = { MOV_K(6, 0), MAY_GOTO(2), ADD_K(6, 1), JA(-3), USE(6), EXIT } } },
	{ { "an index that grows by way of another", .err = EINVAL, .says = "unbounded min value",
	    .insns = { LDX(DW, 7, 1, 0), MOV_K(6, 0), MOV_K(8, 0), MAY_GOTO(7), USE(8),
		       MOV_X(8, 6), MOV_X(6, 7), JA(-8), MOV_K(0, 0), EXIT } } },
	{ { "in a slot", .err = EINVAL, .says = "unbounded min value",
	    .insns = { LDX(DW, 7, 1, 0), ST(DW, FP, -8, 1), MAY_GOTO(2), STX(DW, FP, 7, -8), JA(-3),
		       LDX(DW, 6, FP, -8), USE(6), EXIT } } },
	{ { "a pointer that moves", .err = EACCES, .says = "R6 ",
	    .insns = { LD_MAP_VALUE(6, MAP_ARRAY, 0), MAY_GOTO(3), LDX(B, 0, 6, 0), ADD_K(6, 1),
		       JA(-4), MOV_K(0, 0), EXIT } } },
	/* Those that do not end. */
	{ { "itself", .err = EINVAL, .says = "infinite loop detected at insn",
	    .insns = { MOV_K(0, 0), MAY_GOTO(-1), EXIT } } },
	{ { "around it", .err = EINVAL, .says = "infinite loop detected at insn",
	    .insns = { MOV_K(0, 0), MAY_GOTO(1), JA(-2), JMP_K(JNE, 0, 1, -3),
		       EXIT } } },
	{ { "rounds of another call", .err = E2BIG,
	    .insns = { CALL(3), JMP_K(JNE, 0, 0, -2), MOV_K(0, 0), EXIT,
		       MOV_K(0, 0), MAY_GOTO(1), MOV_K(0, 1), EXIT } } },
	{ { "rounds of another call, which has a loop", .err = EFAULT,
	    .insns = { MOV_X(6, 1), MOV_X(1, 6), CALL(3), JMP_K(JNE, 0, 0, -3), MOV_K(0, 0), EXIT,
		       LDX(DW, 2, 1, 0), MOV_K(0, 0), MAY_GOTO(4), MOV_K(0, 1),
		       JMP_K(JEQ, 2, 5, 2), LDX(DW, 2, 1, 0), JA(-5), EXIT } } },
	/* A way back that began no round comes to where one that did has been. */
	{ { "around all of them", .err = EINVAL, .says = "infinite loop detected at insn",
	    .insns = { MOV_X(7, 1), MOV_K(0, 0), MOV_K(3, 1), MAY_GOTO(1), JA(-2),
		       MAY_GOTO(1), EXIT, LDX(DW, 2, 7, 0), JMP_K(JEQ, 2, 5, 13),
		       MAY_GOTO(1), JA(1), EXIT, MOV_K(3, 1), MOV_K(3, 1), MOV_K(3, 1),
		       MOV_K(3, 1), MOV_K(3, 1), MOV_K(3, 1), JA(0), JA(0), JA(0), JA(0),
		       JA(-18) } } },
	/* What Linux refuses. */
	{ { "another condition", .err = EINVAL, .says = "invalid may_goto imm 0",
	    .insns = { INSN(EBPF_JMP | EBPF_JCOND, 0, 1, 1, 0), EXIT, EXIT } } },
	{ { "a number", .err = EINVAL, .says = "invalid may_goto imm 3",
	    .insns = { INSN(EBPF_JMP | EBPF_JCOND, 0, 0, 1, 3), EXIT, EXIT } } },
	{ { "of 32 bits", .err = EINVAL, .says = "unknown opcode e6",
	    .insns = { INSN(EBPF_JMP32 | EBPF_JCOND, 0, 0, 1, 0), EXIT, EXIT } } },
	{ { "with a register", .err = EINVAL, .says = "unknown opcode ed",
	    .insns = { INSN(EBPF_JMP | EBPF_JCOND | EBPF_X, 0, 0, 1, 0), EXIT, EXIT } } },
};

static struct verif_result res;

static void try(const struct rounds_case *c)
{
	struct ebpf_load load = {
		.prog_type = EBPF_PROG_TYPE_KPROBE, .gpl_compatible = true, .insns = c->c.insns,
		.insn_cnt = verif_len(c->c.insns, VERIF_INSNS),
	};
	u64 ctx[32] = { 0 }, ret = 0;

	verif_load(&res, &load, 0);
	/* The text of ways that are given up is long. */
	if (c->c.err == EFAULT)
		tap_eq(res.err, -EFAULT, "%s", c->c.name);
	else
		tap_ok(verif_ok(&c->c), "%s", c->c.name);
	if (!c->run)
		return;
	more = c->more;
	asked = 0;
	tap_ok(!res.err && image_run(&res.img, ctx, &ret) && ret == c->ret,
	       "%s: run (%llu)", c->c.name, ret);
}

int main(void)
{
	static const struct rounds_case first = { { "a program is compiled",
		.insns = { MOV_K(0, 0), EXIT } }, 0, 0, true };
	u32 i;

	ebpf_watch.rounds = ROUNDS;
	verif_maps();
	/* It finds its memory when something is built first. */
	try(&first);
	jit_env.call_base = (u64)(unsigned long)ebpf_call_base;
	for (i = 0; i < ARRAY_SIZE(cases); i++)
		try(&cases[i]);
	tap_eq(test_bugs(), 0, "no rule of the verifier's own was broken");
	return tap_end();
}
