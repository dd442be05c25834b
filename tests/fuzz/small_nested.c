// SPDX-License-Identifier: GPL-2.0-only
/*
 * Callbacks in callbacks, which share stack slots of the functions around them: pointers that
 * may be NULL are in there, which each of them reads, asks for, and writes over.
 *
 * Every function has the same frame, all of it written when it begins: what it shares is at
 * gen_slot(), its key at KEY, the frame that was shared with it at LINK, the context at PASSED_CTX.
 */
#include "small_parts.h"

#include "emit.h"
#include "small.h"

#define KEY		(-40)
#define LINK		(-48)
#define PASSED_CTX	(-56)
#define SLOTS		4

#define below gen_below

/* Functions beside the main program. Each is called by those before it only. */
enum { OUTER = 1, BETWEEN, INNER, ELEM, DEEPEST };

struct place {
	u8 base;
	s16 at;
};

/* Of the function in the making. */
static struct {
	u32 calls;		/* that it may still have */
	struct place records[2];	/* of a ring buffer */
	u32 nr_records;
} made;

/* --- slots -------------------------------------------------------------------- */

/* Two of the four most often, so that the functions meet. */
static s16 shared_slot(void)
{
	return below(8) ? -8 * (1 + (s16)below(2)) : gen_slot();
}

static struct place own_place(void)
{
	struct place p = { FP, shared_slot() };

	return p;
}

static struct place any_place(const struct gen *g)
{
	struct place p = own_place();

	if (g->foreign && below(4)) {
		p.base = 9;
		p.at += SHARED_AT;
	}
	return p;
}

static void emit_put(struct gen *g, struct place p, u8 reg)
{
	emit(g, EBPF_STX | EBPF_MEM | EBPF_DW, p.base, reg, p.at, 0);
}

static void emit_get(struct gen *g, struct place p, u8 reg)
{
	emit(g, EBPF_LDX | EBPF_MEM | EBPF_DW, reg, p.base, p.at, 0);
}

static void emit_own(struct gen *g, u8 reg)
{
	emit_mov(g, reg, FP);
	emit_add(g, reg, -SHARED_AT);
}

/* The frame that the next function shares. */
static void emit_share(struct gen *g, u8 reg)
{
	if (g->foreign && below(4))
		emit_mov(g, reg, 9);
	else
		emit_own(g, reg);
}

/* --- pointers that may be NULL ------------------------------------------------ */

static void emit_lookup(struct gen *g)
{
	emit(g, EBPF_ST | EBPF_MEM | EBPF_DW, FP, 0, KEY, below(4));
	emit_mov(g, 2, FP);
	emit_add(g, 2, KEY);
	emit_ld64(g, 1, EBPF_PSEUDO_MAP_FD, small.hash_fd[below(2)], 0);
	emit_helper(g, EBPF_FUNC_map_lookup_elem);
}

static bool emit_record(struct gen *g, struct place p)
{
	if (made.nr_records == sizeof(made.records) / sizeof(*made.records))
		return false;
	made.records[made.nr_records++] = p;
	emit_ld64(g, 1, EBPF_PSEUDO_MAP_FD, small.ring_fd, 0);
	emit_mov_imm(g, 2, 16);
	emit_mov_imm(g, 3, 0);
	emit_helper(g, EBPF_FUNC_ringbuf_reserve);
	return true;
}

/* In one slot or two, which are NULL together. */
static void gen_maybe(struct gen *g)
{
	struct place p = below(12) ? own_place() : any_place(g);

	if (below(5) || !emit_record(g, p))
		emit_lookup(g);
	emit_put(g, p, 0);
	if (!below(4))
		emit_put(g, own_place(), 0);
	gen_refill(g);
}

static void emit_give_back(struct gen *g)
{
	emit_mov_imm(g, 2, 0);
	emit_helper(g, EBPF_FUNC_ringbuf_discard);
}

static void give_back_records(struct gen *g)
{
	u32 i, null;

	for (i = 0; i < made.nr_records; i++) {
		emit_get(g, made.records[i], 1);
		null = g->cnt;
		emit(g, EBPF_JMP | EBPF_JEQ | EBPF_K, 1, 0, 0, 0);
		emit_give_back(g);
		land_here(g, null);
	}
	if (made.nr_records)
		gen_refill(g);
}

/* Refused where pointers were when a callback began: OUTER does it here less often. */
static struct place place_to_write(const struct gen *g)
{
	return g->func == OUTER && below(4) ? own_place() : any_place(g);
}

static void overwrite(struct gen *g, struct place p)
{
	switch (below(12)) {
	case 0:
		emit_put(g, p, gen_value_reg(g));
		break;
	case 1:
		emit(g, EBPF_STX | EBPF_ATOMIC | EBPF_DW, p.base, 7, p.at, EBPF_XCHG);
		break;
	case 2:
	case 3:
	case 4:
		emit_put(g, p, gen_reader(g));
		break;
	default:
		emit(g, EBPF_ST | EBPF_MEM | EBPF_DW, p.base, 0, p.at, gen_num());
	}
}

/* --- calls --------------------------------------------------------------------- */

static u32 pick_callback(const struct gen *g)
{
	static const u32 after[DEEPEST + 1][4] = {
		{ OUTER, OUTER, OUTER, ELEM }, { INNER, INNER, INNER, ELEM },
		{ INNER, INNER, ELEM, DEEPEST }, { DEEPEST, DEEPEST, DEEPEST, ELEM },
		{ DEEPEST, DEEPEST, DEEPEST, DEEPEST },
	};

	return after[g->func][below(4)];
}

/* R2 = one function or either */
static void emit_either_function(struct gen *g, u32 which)
{
	u32 branch, end;

	if (which == ELEM || which == DEEPEST || below(10)) {
		emit_ld64(g, 2, EBPF_PSEUDO_FUNC, which, 0);
		return;
	}
	branch = emit_branch(g);
	emit_ld64(g, 2, EBPF_PSEUDO_FUNC, which, 0);
	end = g->cnt;
	emit(g, EBPF_JMP | EBPF_JA, 0, 0, 0, 0);
	land_here(g, branch);
	emit_ld64(g, 2, EBPF_PSEUDO_FUNC, DEEPEST, 0);
	land_here(g, end);
}

static void gen_call_back(struct gen *g)
{
	u32 which = pick_callback(g);

	if (!which || !made.calls) {
		gen_number_op(g);
		return;
	}
	made.calls--;
	if (which == ELEM)
		emit_ld64(g, 1, EBPF_PSEUDO_MAP_FD, small.hash_fd[below(2)], 0);
	else
		gen_rounds(g);
	emit_either_function(g, which);
	emit_share(g, 3);
	emit_mov_imm(g, 4, 0);
	emit_helper(g, which == ELEM ? EBPF_FUNC_for_each_map_elem : EBPF_FUNC_loop);
	if (!below(3))
		emit_mov(g, 7, 0);
	gen_refill(g);
}

/* A function that no helper calls, with another callback in it. */
static void gen_call(struct gen *g)
{
	if (g->func >= BETWEEN || !made.calls) {
		gen_number_op(g);
		return;
	}
	made.calls--;
	emit_mov(g, 3, gen_reader(g));
	emit_mov(g, 2, gen_value_reg(g));
	emit_share(g, 1);
	emit(g, EBPF_JMP | EBPF_CALL, 0, EBPF_PSEUDO_CALL, 0, BETWEEN);
	emit_mov(g, 7, 0);
	gen_refill(g);
}

/* --- what is done with a slot --------------------------------------------------- */

/* Through the pointer in R1. */
static void gen_through(struct gen *g)
{
	s16 at = below(24) ? 8 * (s16)below(2) : 16;

	if (made.nr_records && !below(6)) {
		emit_give_back(g);
		return;
	}
	switch (below(8)) {
	case 0:
	case 1:
	case 2:
		emit(g, EBPF_LDX | EBPF_MEM | EBPF_DW, 7, 1, at, 0);
		break;
	default:
		emit(g, EBPF_STX | EBPF_MEM | EBPF_DW, 1, 7, at, 0);
	}
}

static void gen_when_null(struct gen *g, struct place p)
{
	switch (below(8)) {
	case 0:
		break;
	case 1:
		overwrite(g, p);
		break;
	case 2:
		overwrite(g, place_to_write(g));
		break;
	default:
		gen_call_back(g);
	}
}

/* One way is for NULL, the other for a pointer; which is walked first differs. */
static void gen_ask(struct gen *g)
{
	struct place p = any_place(g);
	bool null_first = below(2);
	u32 other, end;

	emit_get(g, p, 1);
	other = g->cnt;
	emit(g, EBPF_JMP | (null_first ? EBPF_JNE : EBPF_JEQ) | EBPF_K, 1, 0, 0, 0);
	if (null_first)
		gen_when_null(g, p);
	else
		gen_through(g);
	end = g->cnt;
	emit(g, EBPF_JMP | EBPF_JA, 0, 0, below(3) ? 0 : LEAVE, 0);
	land_here(g, other);
	if (null_first)
		gen_through(g);
	else
		gen_when_null(g, p);
	if (g->insns[end].off != LEAVE)
		land_here(g, end);
	gen_refill(g);
}

/* What is there as a number */
static void gen_take(struct gen *g)
{
	emit_get(g, any_place(g), 7);
	if (below(3))
		gen_bound(g, 7);
	gen_use_number(g, 7);
}

/* A pointer into the packet is still there after the call, or not. */
static void gen_packet_across(struct gen *g)
{
	struct place p = own_place();

	emit(g, EBPF_LDX | EBPF_MEM | EBPF_DW, 5, FP, PASSED_CTX, 0);
	emit(g, EBPF_LDX | EBPF_MEM | EBPF_W, 1, 5, 0, 0);
	emit(g, EBPF_LDX | EBPF_MEM | EBPF_W, 2, 5, 4, 0);
	emit_mov(g, 5, 1);
	emit_add(g, 5, 2);
	emit(g, EBPF_JMP | EBPF_JGT | EBPF_X, 5, 2, LEAVE, 0);
	emit_put(g, p, 1);
	gen_refill(g);
	gen_call_back(g);
	emit_get(g, p, 1);
	emit(g, EBPF_LDX | EBPF_MEM | EBPF_B, 7, 1, below(2), 0);
	gen_refill(g);
}

static void gen_move_packet(struct gen *g)
{
	emit(g, EBPF_LDX | EBPF_MEM | EBPF_DW, 1, FP, PASSED_CTX, 0);
	emit_mov_imm(g, 2, 1);
	emit_helper(g, EBPF_FUNC_xdp_adjust_head);
	gen_refill(g);
}

static void gen_plain(struct gen *g)
{
	switch (below(8)) {
	case 0:
		gen_store(g);
		break;
	case 1:
		gen_load(g);
		break;
	case 2:
		gen_atomic(g);
		break;
	case 3:
		gen_varying(g);
		break;
	case 4:
		gen_either(g);
		break;
	case 5:
		gen_use(g);
		break;
	case 6:
		if (g->type == EBPF_PROG_TYPE_XDP && below(2)) {
			gen_move_packet(g);
			break;
		}
		/* fall through */
	default:
		gen_number_op(g);
	}
}

static void gen_item(struct gen *g)
{
	u32 skip = below(5) ? 0 : emit_branch(g);

	switch (below(12)) {
	case 0:
	case 1:
	case 2:
		gen_ask(g);
		break;
	case 3:
	case 4:
		gen_call_back(g);
		break;
	case 5:
		gen_maybe(g);
		break;
	case 6:
	case 7:
		overwrite(g, place_to_write(g));
		break;
	case 8:
		gen_call(g);
		break;
	case 9:
		if (g->type == EBPF_PROG_TYPE_XDP)
			gen_packet_across(g);
		else
			gen_take(g);
		break;
	default:
		gen_plain(g);
	}
	if (skip)
		land_here(g, skip);
}

/* --- functions ------------------------------------------------------------------ */

/* R9 is a frame further up then, R8 the value, R7 a number. */
static void begin_function(struct gen *g)
{
	g->foreign = true;
	switch (g->func) {
	case BETWEEN:
		emit_mov(g, 9, 1);
		emit_mov(g, 7, 3);
		break;
	case ELEM:
		emit_mov(g, 9, 4);
		emit(g, EBPF_LDX | EBPF_MEM | EBPF_DW, 7, below(2) ? 2 : 3, 0, 0);
		break;
	default:
		emit_mov(g, 9, 2);
		emit_mov(g, 7, 1);
	}
	emit_ld64(g, 8, EBPF_PSEUDO_MAP_VALUE, small.value_fd, 0);
}

static void fill_frame(struct gen *g)
{
	s16 at;

	for (at = -8; at >= -8 * SLOTS; at -= 8)
		emit(g, EBPF_ST | EBPF_MEM | EBPF_DW, FP, 0, at, below(8) ? 0 : gen_num());
	emit_own(g, 0);
	emit(g, EBPF_STX | EBPF_MEM | EBPF_DW, FP, g->func ? 9 : 0, LINK, 0);
	if (g->type != EBPF_PROG_TYPE_XDP)
		return;
	if (g->func)
		emit(g, EBPF_LDX | EBPF_MEM | EBPF_DW, 0, 9, SHARED_AT + PASSED_CTX, 0);
	emit(g, EBPF_STX | EBPF_MEM | EBPF_DW, FP, g->func ? 0 : CTX, PASSED_CTX, 0);
}

static void gen_main_items(struct gen *g)
{
	u32 n;

	for (n = 1 + below(2); n; n--)
		gen_maybe(g);
	for (n = below(3); n; n--)
		gen_item(g);
	gen_call_back(g);
	for (n = 1 + below(3); n; n--)
		gen_item(g);
}

static void gen_items(struct gen *g)
{
	u32 n;

	/* One frame further up. */
	if (!below(5))
		emit(g, EBPF_LDX | EBPF_MEM | EBPF_DW, 9, 9, SHARED_AT + LINK, 0);
	for (n = 1 + below(g->func == OUTER ? 4 : 3); n; n--)
		gen_item(g);
}

static void make_function(struct gen *g)
{
	u32 start = g->cnt;

	made.calls = g->func ? 1 : 2;
	made.nr_records = 0;
	if (g->func)
		begin_function(g);
	else
		gen_begin_main(g);
	fill_frame(g);
	gen_refill(g);
	if (g->func)
		gen_items(g);
	else
		gen_main_items(g);
	give_back_records(g);
	gen_end_function(g, start, g->func && g->func != BETWEEN ? GEN_BIT : GEN_ANY);
}

void small_nested(struct gen *g)
{
	gen_functions(g, DEEPEST, false, make_function);
}
