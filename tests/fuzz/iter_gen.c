// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loops over the numbers of iterators: well-formed ones in each other, in functions, left early
 * and taken up again; several over iterators that they make anew for each other; and calls
 * without sense. None has more than MAX_NUMBERS numbers.
 */
#include "iters.h"

#include <ebpfdrv/bpf.h>
#include "emit.h"
#include "small_parts.h"

#define below gen_below

#define ITERS		3
#define FIRST		(-104)		/* slot of the first; more are below it */
#define MAX_NUMBERS	3
#define MAX_DEPTH	3

static s16 iter_slot(void)
{
	/* Seldom one where data is, too. */
	return below(8) ? FIRST - 8 * (s16)below(ITERS) : -8 * (1 + (s16)below(4));
}

/* The iterator at @at, or the one of the caller's that is there. */
static void emit_call(struct gen *g, enum iter_op op, s16 at, bool foreign)
{
	emit_mov(g, 1, foreign ? 9 : FP);
	emit_add(g, 1, foreign ? at + SHARED_AT : at);
	emit(g, EBPF_JMP | EBPF_CALL, 0, EBPF_PSEUDO_KFUNC_CALL, 0, op);
}

static void emit_new(struct gen *g, s16 at, bool foreign)
{
	if (below(3))
		emit_mov_imm(g, 2, below(4));
	else
		emit_mov(g, 2, gen_reader(g));
	emit_mov(g, 3, 2);
	emit_add(g, 3, below(MAX_NUMBERS + 1));
	emit_call(g, ITER_OP_NEW, at, foreign);
}

/* What was returned is used, if at all, where the jump does not go. Returns where that is. */
static u32 emit_next(struct gen *g, s16 at, bool foreign)
{
	u32 jump;

	emit_call(g, ITER_OP_NEXT, at, foreign);
	jump = g->cnt;
	emit(g, EBPF_JMP | EBPF_JEQ | EBPF_K, 0, 0, 0, 0);
	if (below(2))
		emit(g, EBPF_LDX | EBPF_MEM | EBPF_W, below(2) ? 7 : gen_target(g), 0,
		     below(32) ? 0 : 4, 0);
	gen_refill(g);
	return jump;
}

static bool foreign(const struct gen *g)
{
	return g->foreign && !below(4);
}

static void emit_back(struct gen *g, u32 to)
{
	emit(g, EBPF_JMP | EBPF_JA, 0, 0, (s32)to - (s32)g->cnt - 1, 0);
}

/* Perhaps goes on at @to. */
static void branch_back(struct gen *g, u32 to)
{
	u32 at = emit_branch(g);

	g->insns[at].off = (s32)to - (s32)at - 1;
}

static void note_loop(struct gen *g)
{
	if (g->nr_loops < GEN_LOOPS)
		g->loops[g->nr_loops++] = g->cnt;
}

/* What would leave the function leaves the loop that began at @start. */
static void leave_to_here(struct gen *g, u32 start)
{
	u32 i;

	for (i = start; i < g->cnt; i++)
		if (EBPF_CLASS(g->insns[i].code) >= EBPF_JMP &&
		    EBPF_CLASS(g->insns[i].code) <= EBPF_JMP32 && g->insns[i].off == LEAVE &&
		    EBPF_OP(g->insns[i].code) != EBPF_CALL)
			land_here(g, i);
}

static void gen_loop(struct gen *g)
{
	s16 at = below(4) ? FIRST - 8 * (s16)g->depth : iter_slot();
	u32 start, out, n;
	bool first = below(4);

	g->depth++;
	emit_new(g, at, false);
	if (!below(4))
		gen_refill(g);
	note_loop(g);
	start = g->cnt;
	out = emit_next(g, at, false);
	for (n = below(4); n > 0; n--) {
		gen_any_item(g);
		if (!below(3))
			branch_back(g, start);
	}
	if (below(2))
		gen_number_op(g);
	if (first)
		emit_back(g, start);
	else
		branch_back(g, start);
	land_here(g, out);
	leave_to_here(g, start);
	if (below(32))
		emit_call(g, ITER_OP_DESTROY, at, false);
	gen_refill(g);
	g->depth--;
}

/* An iterator that is there ends, and is made anew. */
static void emit_again(struct gen *g, s16 at)
{
	emit_call(g, ITER_OP_DESTROY, at, false);
	if (below(4))
		emit_new(g, at, false);
}

/* Loops over iterators that all are there from the beginning: each goes on in any of them. */
static void gen_crossed(struct gen *g)
{
	u32 start[ITERS + 1], nr = 2 + below(ITERS), i, first = g->cnt, jump;

	for (i = 0; i < ITERS; i++)
		emit_new(g, FIRST - 8 * (s16)i, false);
	if (below(2))
		gen_refill(g);
	g->depth += MAX_DEPTH;
	for (i = 0; i < nr; i++) {
		start[i] = g->cnt;
		note_loop(g);
		jump = emit_next(g, FIRST - 8 * (s16)below(ITERS), false);
		if (!below(3))
			gen_any_item(g);
		if (!below(3))
			branch_back(g, start[below(i + 1)]);
		if (!below(3))
			emit_again(g, FIRST - 8 * (s16)below(ITERS));
		if (!below(3))
			gen_any_item(g);
		gen_refill(g);
		if (below(3))
			emit_back(g, start[below(i + 1)]);
		else
			branch_back(g, start[below(i + 1)]);
		if (below(8))
			land_here(g, jump);
		else
			g->insns[jump].off = (s32)start[below(i + 1)] - (s32)jump - 1;
	}
	g->depth -= MAX_DEPTH;
	leave_to_here(g, first);
	for (i = 0; i < ITERS; i++)
		emit_call(g, ITER_OP_DESTROY, FIRST - 8 * (s16)i, false);
	gen_refill(g);
}

/* One call where it may have no sense. */
static void gen_lone(struct gen *g)
{
	s16 at = iter_slot();
	bool other = foreign(g);

	switch (below(4)) {
	case 0:
		emit_new(g, at, other);
		break;
	case 1:
		emit_call(g, ITER_OP_DESTROY, at, other);
		break;
	default:
		land_here(g, emit_next(g, at, other));
	}
	gen_refill(g);
}

/* A step of an iterator of the loop around, in it or in a function that it calls. */
static void gen_step(struct gen *g)
{
	bool other = g->foreign;
	s16 at = FIRST - 8 * (s16)(g->depth && g->depth < ITERS && !other ? below(g->depth) :
									     below(ITERS));

	if (below(3)) {
		land_here(g, emit_next(g, at, other));
	} else {
		emit_call(g, ITER_OP_DESTROY, at, other);
		emit_new(g, at, other);
	}
	gen_refill(g);
}

void gen_iter(struct gen *g)
{
	if (g->cnt > GEN_MAX_INSNS / 2 || g->depth >= MAX_DEPTH) {
		if (below(2))
			gen_step(g);
		return;
	}
	switch (below(12)) {
	case 0:
		gen_lone(g);
		break;
	case 1:
		if (g->nr_loops)
			branch_back(g, g->loops[below(g->nr_loops)]);
		break;
	case 2:
	case 3:
		if (g->depth || g->func)
			gen_step(g);
		else
			gen_crossed(g);
		break;
	default:
		gen_loop(g);
	}
}

void gen_link_iters(struct gen *g, const u32 id[ITER_OPS])
{
	u32 i;

	for (i = 0; i < g->cnt; i++)
		if (g->insns[i].code == (EBPF_JMP | EBPF_CALL) &&
		    g->insns[i].src_reg == EBPF_PSEUDO_KFUNC_CALL)
			g->insns[i].imm = id[g->insns[i].imm];
}
