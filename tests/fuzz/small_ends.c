// SPDX-License-Identifier: GPL-2.0-only
/*
 * How functions end and how the next one begins: jumps that are never made or lead to the next
 * instruction, at the very end as well, in front of a function that begins with a store or a loop
 * of may_goto; functions that are called in dead code only; tail calls some functions below a
 * callback, static and global ones.
 *
 * Every function is passed a number in R1 and the context in R2, callbacks the place of it. R6 is
 * the context then and R7 the number, to which each part adds something and which is the result.
 */
#include "small_parts.h"

#include <string.h>
#include "emit.h"
#include "small.h"

#define FUNCS		5
#define CTX_SLOT	(-8)
#define DATA_SLOT	(-16)

#define below gen_below

enum how { STATIC, GLOBAL, CALLED_BACK, NR_HOW };

/* The main program is number 0. */
static struct {
	u32 nr;
	bool tails;		/* then frames must be small */
	struct {
		enum how how;
		u32 caller;
		bool dead;	/* called where nobody comes */
		bool tail;
	} func[FUNCS + 1];
} plan;

/* --- who calls whom ------------------------------------------------------------ */

/* The functions in any order, each called by one before it in that order. */
static void shuffle(u32 *order, u32 nr)
{
	u32 i, other, tmp;

	for (i = 0; i < nr; i++)
		order[i] = i + 1;
	/* As they are called is the order that they have most often. */
	if (below(2))
		return;
	for (i = nr - 1; i; i--) {
		other = below(i + 1);
		tmp = order[i];
		order[i] = order[other];
		order[other] = tmp;
	}
}

static void make_plan(void)
{
	u32 order[FUNCS], i, f, by;

	memset(&plan, 0, sizeof(plan));
	plan.nr = 2 + below(FUNCS - 1);
	plan.tails = below(2);
	shuffle(order, plan.nr);
	for (i = 0; i < plan.nr; i++) {
		f = order[i];
		by = below(3) ? i : below(i + 1);
		plan.func[f].caller = by ? order[by - 1] : 0;
		plan.func[f].how = below(NR_HOW);
		plan.func[f].dead = !below(8);
		plan.func[f].tail = plan.tails && !below(i + 1 == plan.nr ? 2 : 6);
	}
}

/* --- parts ---------------------------------------------------------------------- */

/* Somewhere to jump back to. */
static void mark(struct gen *g)
{
	if (g->nr_loops < GEN_LOOPS)
		g->loops[g->nr_loops++] = g->cnt;
}

static void emit_jump(struct gen *g, s32 off)
{
	if (below(6))
		emit(g, EBPF_JMP | EBPF_JA, 0, 0, off, 0);
	else
		emit(g, EBPF_JMP32 | EBPF_JA, 0, 0, 0, off);
}

static void emit_jump_back(struct gen *g, u32 to)
{
	emit_jump(g, (s32)to - (s32)g->cnt - 1);
}

/* Jumps that emit_jump() made */
static void land_jump(struct gen *g, u32 at)
{
	if (EBPF_CLASS(g->insns[at].code) == EBPF_JMP32)
		g->insns[at].imm = g->cnt - at - 1;
	else
		land_here(g, at);
}

/* A conditional jump that is always made, or never, whatever number is in @reg. */
static u32 emit_known(struct gen *g, u8 reg, bool made)
{
	u32 at;

	if (below(2)) {
		emit_mov_imm(g, 0, 0);
		at = g->cnt;
		emit(g, EBPF_JMP | (made ? EBPF_JEQ : EBPF_JNE) | EBPF_K, 0, 0, 0, 0);
		return at;
	}
	emit_mov(g, 0, reg);
	emit(g, EBPF_ALU64 | EBPF_AND | EBPF_K, 0, 0, 0, 3);
	at = g->cnt;
	emit(g, EBPF_JMP | (made ? EBPF_JLE : EBPF_JGT) | EBPF_K, 0, 0, 0, 3);
	return at;
}

/* Goes on behind it, whichever way is taken. */
static void gen_jump_to_next(struct gen *g)
{
	switch (below(3)) {
	case 0:
		emit_jump(g, 0);
		break;
	case 1:
		emit(g, EBPF_JMP | EBPF_JGT | EBPF_K, 7, 0, 0, gen_num());
		break;
	default:
		emit(g, EBPF_JMP | EBPF_JCOND, 0, EBPF_MAY_GOTO, 0, 0);
	}
}

static void gen_add(struct gen *g)
{
	u32 skip;

	if (below(2)) {
		emit_add(g, 7, 1 + below(3));
		return;
	}
	skip = g->cnt;
	emit(g, EBPF_JMP | EBPF_JSET | EBPF_K, 7, 0, 0, 1 + below(4));
	emit_add(g, 7, 1 + below(3));
	land_here(g, skip);
}

static void emit_data(struct gen *g)
{
	emit(g, EBPF_ST | EBPF_MEM | EBPF_DW, FP, 0, DATA_SLOT, gen_num());
}

static void gen_loop(struct gen *g, u8 counter)
{
	u32 start = g->cnt, skip = 0;

	mark(g);
	emit(g, EBPF_JMP | EBPF_JCOND, 0, EBPF_MAY_GOTO, 0, 0);
	emit_add(g, counter, 1);
	if (!below(3))
		skip = emit_known(g, counter, below(2));
	if (!below(3))
		emit_data(g);
	if (skip)
		land_here(g, skip);
	emit_jump_back(g, start);
	land_here(g, start);
}

static void gen_tail(struct gen *g)
{
	emit_mov(g, 1, CTX);
	emit_ld64(g, 2, EBPF_PSEUDO_MAP_FD, small.progs_fd, 0);
	emit_mov_imm(g, 3, below(4));
	emit_helper(g, EBPF_FUNC_tail_call);
}

static void emit_call(struct gen *g, u32 f)
{
	if (plan.func[f].how == CALLED_BACK) {
		emit(g, EBPF_STX | EBPF_MEM | EBPF_DW, FP, CTX, CTX_SLOT, 0);
		emit_mov_imm(g, 1, below(4));
		emit_ld64(g, 2, EBPF_PSEUDO_FUNC, f, 0);
		emit_mov(g, 3, FP);
		emit_add(g, 3, CTX_SLOT);
		emit_mov_imm(g, 4, 0);
		emit_helper(g, EBPF_FUNC_loop);
	} else {
		emit_mov(g, 1, 7);
		emit_mov(g, 2, CTX);
		emit(g, EBPF_JMP | EBPF_CALL, 0, EBPF_PSEUDO_CALL, 0, f);
	}
	emit(g, EBPF_ALU64 | EBPF_ADD | EBPF_X, 7, 0, 0, 0);
}

static void gen_call(struct gen *g, u32 f)
{
	u32 over = plan.func[f].dead ? emit_known(g, 7, true) : 0;

	emit_call(g, f);
	if (over)
		land_here(g, over);
}

/* Nobody comes here. */
static void gen_dead(struct gen *g)
{
	u32 n;

	for (n = below(4); n; n--)
		switch (below(6)) {
		case 0:
			emit_data(g);
			break;
		case 1:
			gen_loop(g, 7);
			break;
		case 2:
		case 3:
			gen_jump_to_next(g);
			break;
		case 4:
			if (!below(4)) {
				gen_tail(g);
				break;
			}
			/* fall through */
		default:
			gen_add(g);
		}
}

/* --- functions ------------------------------------------------------------------ */

static void begin_main(struct gen *g)
{
	gen_begin_main(g);
	if (below(2))
		gen_loop(g, 7);
}

/* Perhaps with a loop that jumps to the very first instruction. */
static void begin_function(struct gen *g)
{
	bool loops = !below(plan.tails ? 6 : 3);

	if (below(2))
		emit_data(g);
	if (loops && below(2)) {
		gen_loop(g, 1);
		loops = false;
	}
	if (plan.func[g->func].how == CALLED_BACK)
		emit(g, EBPF_LDX | EBPF_MEM | EBPF_DW, CTX, 2, 0, 0);
	else
		emit_mov(g, CTX, 2);
	emit_mov(g, 7, 1);
	if (loops)
		gen_loop(g, 7);
}

/* What it found is in the value as well. */
static void emit_end(struct gen *g)
{
	emit_ld64(g, 1, EBPF_PSEUDO_MAP_VALUE, small.value_fd, 0);
	emit(g, EBPF_STX | EBPF_MEM | EBPF_DW, 1, 7, 8 * (s16)g->func, 0);
	emit_mov(g, 0, 7);
	if (plan.func[g->func].how == CALLED_BACK)
		emit(g, EBPF_ALU64 | EBPF_AND | EBPF_K, 0, 0, 0, 1);
	emit(g, EBPF_JMP | EBPF_EXIT, 0, 0, 0, 0);
}

/* A jump that is made comes last, to where the function ends. */
static void end_with_jump(struct gen *g)
{
	u32 way = g->cnt, end;

	emit_jump(g, 0);
	end = g->cnt;
	emit_end(g);
	land_jump(g, way);
	gen_add(g);
	emit_jump_back(g, end);
}

/* The last instructions are dead, most often a jump. */
static void end_dead(struct gen *g)
{
	u32 way = emit_known(g, 7, false);

	mark(g);
	emit_end(g);
	land_here(g, way);
	gen_dead(g);
	if (below(5))
		emit_jump_back(g, g->loops[below(g->nr_loops)]);
	else
		emit_end(g);
}

static void end_function(struct gen *g)
{
	if (!below(3))
		gen_jump_to_next(g);
	switch (below(4)) {
	case 0:
		emit_end(g);
		break;
	case 1:
		end_with_jump(g);
		break;
	default:
		end_dead(g);
	}
}

static void make_function(struct gen *g)
{
	u32 f;

	mark(g);
	if (plan.func[g->func].how == GLOBAL)
		g->btf_type[g->nr_funcs - 1] = SMALL_T_GLOBAL_CTX;
	if (g->func)
		begin_function(g);
	else
		begin_main(g);
	for (f = 1; f <= plan.nr; f++)
		if (plan.func[f].caller == g->func) {
			gen_call(g, f);
			mark(g);
		}
	if (below(2))
		gen_add(g);
	if (!below(4))
		gen_jump_to_next(g);
	if (plan.func[g->func].tail)
		gen_tail(g);
	end_function(g);
}

void small_ends(struct gen *g)
{
	make_plan();
	gen_functions(g, plan.nr, true, make_function);
}
