// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a number that decides something was computed from, by way of the stack: each
 * register and slot it came through is marked precise in the states on the way, whatever
 * the pointer was that led to the slot.
 *
 * All programs are good ones. Each ends with an access at the number in question; then
 * the marks in one explored state are looked at.
 */
#include <tap.h>
#include <verifier/watch.h>
#include "services.h"
#include "verif_run.h"

#define FP	EBPF_REG_10

/* R6 = 0 to 7, R9 = value of 48 bytes. Four slots. */
#define HEAD	LDX(W, 6, 1, 0), ALU_K(EBPF_AND, 6, 7), LD_MAP_VALUE(9, MAP_ARRAY, 0)
/* A state is kept at the next instruction. */
#define STATE	JA(0)
/* R@r = FP + @off. Two slots. */
#define AT(r, off)	MOV_X(r, FP), ADD_K(r, off)
/* The access. Three slots. */
#define USE(r)	ADD_X(9, r), MOV_K(0, 0), EXIT

#define XCHG	EBPF_XCHG
#define CMPXCHG	EBPF_CMPXCHG
#define FETCH_ADD	(EBPF_ADD | EBPF_FETCH)

struct mark {
	u32 frame;
	u32 regs;	/* bits */
	u64 slots;
};

/**
 * struct prec_case
 * @at:    instruction of the state that is looked at
 * @marks: of frame 0 and 1 in it; nothing else is marked
 */
struct prec_case {
	const char *name;
	u32 at;
	struct mark marks[2];
	struct ebpf_insn insns[40];
};

#define R(n)	(1U << (n))
#define S(n)	(1ULL << (n))

/* What a line leaves out is zero. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

static const struct prec_case cases[] = {
	{ "filled through R10: the slot", 7, { { 0, 0, S(0) } },
	  { HEAD, STATE, STX(DW, FP, 6, -8), STATE, LDX(DW, 3, FP, -8), STATE, USE(3) } },
	{ "filled through a copy of R10: the slot", 7, { { 0, 0, S(0) } },
	  { HEAD, STATE, STX(DW, FP, 6, -8), STATE, AT(2, -8), LDX(DW, 3, 2, 0), USE(3) } },
	{ "... the register", 5, { { 0, R(6), 0 } },
	  { HEAD, STATE, STX(DW, FP, 6, -8), STATE, AT(2, -8), LDX(DW, 3, 2, 0), USE(3) } },
	{ "the copy points elsewhere", 7, { { 0, 0, S(1) } },
	  { HEAD, STATE, STX(DW, FP, 6, -16), STATE, AT(2, -64), LDX(DW, 3, 2, 48), USE(3) } },
	{ "the copy was made before the state", 9, { { 0, 0, S(0) } },
	  { HEAD, STATE, STX(DW, FP, 6, -8), AT(2, -8), STATE, LDX(DW, 3, 2, 0), STATE, USE(3) } },
	{ "half of a slot, through a copy", 7, { { 0, 0, S(0) } },
	  { HEAD, STATE, STX(W, FP, 6, -8), STATE, AT(2, -8), LDX(W, 3, 2, 0), USE(3) } },
	{ "spilled through a copy: the register", 7, { { 0, R(6), 0 } },
	  { HEAD, AT(2, -8), STATE, STX(DW, 2, 6, 0), STATE, LDX(DW, 3, FP, -8), USE(3) } },
	{ "... the slot", 9, { { 0, 0, S(0) } },
	  { HEAD, AT(2, -8), STATE, STX(DW, 2, 6, 0), STATE, LDX(DW, 3, FP, -8), USE(3) } },
	{ "spilled through a copy: used by nobody", 9, { { 0, 0, 0 } },
	  { HEAD, AT(2, -8), STATE, STX(DW, 2, 6, 0), STATE, LDX(DW, 3, FP, -8), MOV_K(0, 0), EXIT } },
	{ "two slots through two copies", 5, { { 0, R(6), 0 } },
	  { HEAD, STATE, STX(DW, FP, 6, -8), AT(2, -8), LDX(DW, 4, 2, 0), AT(5, -16),
	    STX(DW, 5, 4, 0), MOV_K(4, 0), STATE, LDX(DW, 3, FP, -16), USE(3) } },
	{ "overwritten in between: not the first", 5, { { 0, 0, 0 } },
	  { HEAD, STATE, STX(DW, FP, 6, -8), AT(2, -8), ST(DW, 2, 0, 3), STATE,
	    LDX(DW, 3, FP, -8), USE(3) } },
	/* Exchanged, compared and exchanged, fetched. */
	{ "exchanged through R10", 7, { { 0, 0, S(0) } },
	  { HEAD, STATE, STX(DW, FP, 6, -8), STATE, MOV_K(4, 0), ATOMIC(DW, XCHG, FP, 4, -8), USE(4) } },
	{ "exchanged through a copy", 7, { { 0, 0, S(0) } },
	  { HEAD, STATE, STX(DW, FP, 6, -8), STATE, MOV_K(4, 0), AT(2, -8),
	    ATOMIC(DW, XCHG, 2, 4, 0), USE(4) } },
	{ "exchanged, half of a slot", 7, { { 0, 0, S(0) } },
	  { HEAD, STATE, STX(W, FP, 6, -8), STATE, MOV_K(4, 0), AT(2, -8),
	    ATOMIC(W, XCHG, 2, 4, 0), USE(4) } },
	{ "compared and exchanged through R10", 7, { { 0, 0, S(0) } },
	  { HEAD, STATE, STX(DW, FP, 6, -8), STATE, MOV_K(4, 0), MOV_K(0, 0),
	    ATOMIC(DW, CMPXCHG, FP, 4, -8), USE(0) } },
	{ "compared and exchanged through a copy", 7, { { 0, 0, S(0) } },
	  { HEAD, STATE, STX(DW, FP, 6, -8), STATE, MOV_K(4, 0), MOV_K(0, 0), AT(2, -8),
	    ATOMIC(DW, CMPXCHG, 2, 4, 0), USE(0) } },
	{ "fetched by an addition through a copy", 5, { { 0, R(6), 0 } },
	  { HEAD, STATE, STX(DW, FP, 6, -8), STATE, MOV_K(4, 1), AT(2, -8),
	    ATOMIC(DW, FETCH_ADD, 2, 4, 0), USE(4) } },
	/* Another function has the pointer. */
	{ "read by a function: the caller's slot before the call", 7, { { 0, 0, S(0) } },
	  { HEAD, STATE, STX(DW, FP, 6, -8), STATE, AT(1, -8), CALL(3), USE(0),
	    LDX(DW, 0, 1, 0), STATE, EXIT } },
	{ "... and inside", 14, { { 0, 0, S(0) } },
	  { HEAD, STATE, STX(DW, FP, 6, -8), STATE, AT(1, -8), CALL(3), USE(0),
	    STATE, LDX(DW, 0, 1, 0), EXIT } },
	{ "used by the function itself", 7, { { 0, 0, S(0) } },
	  { HEAD, STATE, STX(DW, FP, 6, -8), STATE, AT(1, -8), MOV_X(2, 9), CALL(2),
	    MOV_K(0, 0), EXIT,
	    LDX(DW, 0, 1, 0), ADD_X(2, 0), MOV_K(0, 0), EXIT } },
	{ "read by a function's function", 7, { { 0, 0, S(0) } },
	  { HEAD, STATE, STX(DW, FP, 6, -8), STATE, AT(1, -8), CALL(3), USE(0),
	    CALL(1), EXIT,
	    LDX(DW, 0, 1, 0), EXIT } },
	{ "exchanged by a function", 7, { { 0, 0, S(0) } },
	  { HEAD, STATE, STX(DW, FP, 6, -8), STATE, AT(1, -8), CALL(3), USE(0),
	    MOV_K(0, 0), ATOMIC(DW, XCHG, 1, 0, 0), EXIT } },
	{ "a function's own slot, not the caller's of the same number", 7, { { 0, 0, 0 } },
	  { HEAD, STATE, STX(DW, FP, 6, -8), STATE, AT(1, -8), CALL(3), USE(0),
	    ST(DW, FP, -8, 5), AT(2, -8), LDX(DW, 0, 2, 0), EXIT } },
	{ "written by a function: its register", 12, { { 0, 0, 0 }, { 1, R(2), 0 } },
	  { HEAD, AT(1, -8), MOV_X(2, 6), CALL(4), LDX(DW, 3, FP, -8), USE(3),
	    STATE, STX(DW, 1, 2, 0), STATE, MOV_K(0, 0), EXIT } },
	{ "... and the caller's slot", 15, { { 0, 0, S(0) }, { 1, 0, 0 } },
	  { HEAD, AT(1, -8), MOV_X(2, 6), CALL(4), LDX(DW, 3, FP, -8), USE(3),
	    STATE, STX(DW, 1, 2, 0), STATE, MOV_K(0, 0), EXIT } },
	/* The pointer itself is kept on the stack. */
	{ "through a pointer that was filled", 10, { { 0, 0, S(0) } },
	  { HEAD, STX(DW, FP, 6, -8), AT(2, -8), STX(DW, FP, 2, -16), MOV_K(2, 0), STATE,
	    LDX(DW, 2, FP, -16), LDX(DW, 3, 2, 0), USE(3) } },
	/* Now stack, now a map's value: each path for itself. */
	{ "one load of two kinds of memory, on the way with the stack", 7, { { 0, 0, S(0) } },
	  { HEAD, STATE, STX(DW, FP, 6, -8), STATE, LDX(W, 7, 9, 0), MOV_X(2, 9),
	    JMP_K(JEQ, 7, 0, 2), AT(2, -8), LDX(B, 3, 2, 0), ALU_K(EBPF_AND, 3, 7), USE(3) } },
	/* Round a loop, where the first instruction of a state uses the stack. */
	{ "round a loop", 8, { { 0, R(7), S(0) } },
	  { HEAD, AT(2, -8), MOV_K(7, 0), STX(DW, 2, 6, 0), LDX(DW, 3, 2, 0), STX(DW, 2, 3, 0), ADD_K(7, 1),
	    JMP_K(JLT, 7, 3, -4), USE(3) } },
};

static const struct prec_case *looked_for;
static bool seen, marked_right;
static char found[200];

static u32 marked_regs(const struct func_state *func)
{
	u32 regs = 0, i;

	for (i = 0; i < REG_FP; i++)
		if (func->regs[i].type == SCALAR_VALUE && func->regs[i].precise)
			regs |= R(i);
	return regs;
}

static u64 marked_slots(const struct func_state *func)
{
	u64 slots = 0;
	u32 i;

	for (i = 0; i < func->nr_slots; i++)
		if (slot_is_scalar_spill(&func->stack[i]) && func->stack[i].spilled.precise)
			slots |= S(i);
	return slots;
}

static bool marks_are(const struct vf_state *st, const struct prec_case *c)
{
	bool ok = true;
	u32 f;

	for (f = 0; f <= st->curframe; f++) {
		u32 regs = marked_regs(st->frame[f]);
		u64 slots = marked_slots(st->frame[f]);

		snprintf(found, sizeof(found), "frame %u: registers %x, slots %llx", f, regs, slots);
		ok = ok && f < 2 && regs == c->marks[f].regs && slots == c->marks[f].slots;
		if (!ok)
			break;
	}
	return ok;
}

/* At the end of the main program: the nearest state at the instruction. */
static int look(const struct vf_env *env)
{
	const struct vf_state *st = env->cur->parent;

	if (env->cur->curframe || env->insns[env->insn_idx].code != (EBPF_JMP | EBPF_EXIT) || seen)
		return 0;
	while (st && st->insn_idx != looked_for->at)
		st = st->parent;
	if (!st)
		return 0;
	seen = true;
	marked_right = marks_are(st, looked_for);
	return 0;
}

static void test_marks(const struct prec_case *c)
{
	static struct verif_result res;
	struct ebpf_load load = {
		.prog_type = EBPF_PROG_TYPE_KPROBE, .gpl_compatible = true,
		.prog_flags = EBPF_F_TEST_STATE_FREQ,
		.insns = c->insns, .insn_cnt = verif_len(c->insns, ARRAY_SIZE(c->insns)),
	};

	looked_for = c;
	seen = false;
	marked_right = false;
	ebpf_watch.insn = look;
	verif_load(&res, &load, EBPF_LOG_LEVEL1);
	ebpf_watch.insn = NULL;
	if (res.err)
		printf("# %d: %s\n", res.err, res.log);
	else if (!marked_right)
		printf("# %s\n", seen ? found : "no such state");
	tap_ok(!res.err && marked_right, "%s", c->name);
}

/* R6 = 0 to 7 in slot 0, changed by something, is any number then. */
static const struct verif_case unbounded[] = {
	{ "an addition in memory, through a copy", .err = EACCES, .says = "unbounded",
	  .insns = { HEAD, STX(DW, FP, 6, -8), AT(2, -8), ATOMIC(DW, EBPF_ADD, 2, 6, 0),
		     LDX(W, 3, FP, -8), ADD_X(9, 3), LDX(B, 0, 9, 0), EXIT } },
	{ "what an exchange left there", .err = EACCES, .says = "unbounded",
	  .insns = { HEAD, STX(DW, FP, 6, -8), AT(2, -8), ATOMIC(DW, XCHG, 2, 6, 0),
		     LDX(W, 3, FP, -8), ADD_X(9, 3), LDX(B, 0, 9, 0), EXIT } },
	{ "a helper filled it", .err = EACCES, .says = "unbounded",
	  .insns = { HEAD, STX(DW, FP, 6, -8), AT(1, -8), MOV_K(2, 8), MOV_K(3, 0),
		     HELPER(probe_read_kernel), LDX(W, 3, FP, -8), ADD_X(9, 3), LDX(B, 0, 9, 0), EXIT } },
	{ "a helper read it", .err = EACCES, .says = "unbounded",
	  .insns = { HEAD, STX(DW, FP, 6, -8), AT(2, -8), LD_MAP(1, MAP_HASH), HELPER(map_lookup_elem),
		     LDX(W, 3, FP, -8), ADD_X(9, 3), LDX(B, 0, 9, 0), EXIT } },
	{ "written in part", .err = EACCES, .says = "unbounded",
	  .insns = { HEAD, STX(DW, FP, 6, -8), AT(2, -8), STX(B, 2, 6, 3), LDX(W, 3, FP, -8),
		     ADD_X(9, 3), LDX(B, 0, 9, 0), EXIT } },
	{ "read in part from the middle", .err = EACCES, .says = "outside of the allowed",
	  .insns = { HEAD, STX(DW, FP, 6, -8), AT(2, -8), LDX(B, 3, 2, 1),
		     ADD_X(9, 3), LDX(B, 0, 9, 0), EXIT } },
	{ "written at an offset that varies", .err = EACCES, .says = "unbounded",
	  .insns = { HEAD, STX(DW, FP, 6, -8), ST(DW, FP, -16, 3), MOV_X(4, 6),
		     ALU_K(EBPF_AND, 4, 1), ALU_K(EBPF_LSH, 4, 3), AT(2, -16), ADD_X(2, 4),
		     STX(DW, 2, 6, 0), LDX(W, 3, FP, -8), ADD_X(9, 3), LDX(B, 0, 9, 0), EXIT } },
	{ "read at an offset that varies", .err = EACCES, .says = "unbounded",
	  .insns = { HEAD, STX(DW, FP, 6, -8), ST(DW, FP, -16, 3), MOV_X(4, 6),
		     ALU_K(EBPF_AND, 4, 1), ALU_K(EBPF_LSH, 4, 3), AT(2, -16), ADD_X(2, 4),
		     LDX(W, 3, 2, 0), ADD_X(9, 3), LDX(B, 0, 9, 0), EXIT } },
	{ "written by a function", .err = EACCES, .says = "unbounded",
	  .insns = { HEAD, LDX(W, 2, 1, 0), STX(DW, FP, 6, -8), AT(1, -8), CALL(4),
		     LDX(W, 3, FP, -8), ADD_X(9, 3), LDX(B, 0, 9, 0), EXIT,
		     STX(DW, 1, 2, 0), MOV_K(0, 0), EXIT } },
};

int main(void)
{
	u32 i;

	verif_maps();
	for (i = 0; i < ARRAY_SIZE(cases); i++)
		test_marks(&cases[i]);
	for (i = 0; i < ARRAY_SIZE(unbounded); i++)
		tap_ok(verif_ok(&unbounded[i]), "any number then: %s", unbounded[i].name);
	tap_eq(test_bugs(), 0, "no rule of the verifier's own was broken");
	return tap_end();
}
