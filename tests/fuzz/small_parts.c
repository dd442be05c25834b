// SPDX-License-Identifier: GPL-2.0-only
#include "small_parts.h"

#include "emit.h"
#include "small.h"

#define below gen_below

u8 gen_value_reg(const struct gen *g)
{
	return g->func ? 8 : 9;
}

s32 gen_num(void)
{
	static const s32 good[] = { 0, 0, 1, 2, 3, 4, 5, 7 };
	static const s32 bad[] = { 8, 16, 24, 40, 41, 47, 48, 49, 64, 255, -1, -8 };

	return below(4) ? PICK(good) : PICK(bad);
}

/* A register with a number, to read; R0 is scratch. */
u8 gen_reader(const struct gen *g)
{
	static const u8 in_main[] = { 1, 2, 3, 4, 7, 8 }, in_sub[] = { 1, 2, 3, 4, 7, 7 };

	return g->func ? PICK(in_sub) : PICK(in_main);
}

u8 gen_target(const struct gen *g)
{
	static const u8 regs[] = { 1, 2, 3, 4, 7 };

	(void)g;
	return PICK(regs);
}

/* The numbers that a call spoiled. */
void gen_refill(struct gen *g)
{
	u32 i;

	for (i = 1; i <= 5; i++)
		if (below(2))
			emit_mov(g, i, 7);
		else
			emit_mov_imm(g, i, gen_num());
}

s16 gen_slot(void)
{
	return -8 * (1 + (s16)below(4));
}

/* Where a slot is reached from: R10, a copy of it in R0 or R5, or in R0 what R9 has of
 * the caller's. @at is changed to what is left to add.
 */
static u8 base_of(struct gen *g, s16 *at)
{
	s16 part = 8 * (s16)below(5);

	if (g->foreign && below(2)) {
		*at += SHARED_AT;
		if (below(2))
			return 9;
		emit_mov(g, 0, 9);
		emit_add(g, 0, part);
		*at -= part;
		return 0;
	}
	if (below(3) == 0)
		return FP;
	part = -part;
	emit_mov(g, below(2) ? 0 : 5, FP);
	emit_add(g, g->insns[g->cnt - 1].dst_reg, part);
	*at -= part;
	return g->insns[g->cnt - 1].dst_reg;
}

static void renew(struct gen *g, u8 base)
{
	if (base == 5)
		emit_mov_imm(g, 5, 0);
}

static u8 wide(void)
{
	return below(3) ? EBPF_DW : EBPF_W;
}

/* Perhaps makes a load-acquire or store-release of the last instruction. */
static void order(struct gen *g)
{
	struct ebpf_insn *insn = &g->insns[g->cnt - 1];
	bool load = EBPF_CLASS(insn->code) == EBPF_LDX;

	if (below(6) || EBPF_CLASS(insn->code) == EBPF_ST)
		return;
	insn->code = EBPF_STX | EBPF_ATOMIC | EBPF_SIZE(insn->code);
	insn->imm = load ? EBPF_LOAD_ACQ : EBPF_STORE_REL;
}

/* A whole slot or a part of one: the base, the size and what is to add. */
static u8 pick_part(struct gen *g, u8 *size, s16 *at)
{
	static const u8 narrow[] = { EBPF_B, EBPF_H, EBPF_W };
	u8 base;

	*size = below(8) ? wide() : PICK(narrow);
	*at = gen_slot();
	base = base_of(g, at);
	if (*size != EBPF_DW && !below(6))
		*at += 4;
	return base;
}

void gen_store(struct gen *g)
{
	u8 size, base;
	s16 at;

	base = pick_part(g, &size, &at);
	if (below(4))
		emit(g, EBPF_STX | EBPF_MEM | size, base, gen_reader(g), at, 0);
	else
		emit(g, EBPF_ST | EBPF_MEM | size, base, 0, at, gen_num());
	order(g);
	renew(g, base);
}

void gen_load(struct gen *g)
{
	u8 size, base;
	s16 at;

	base = pick_part(g, &size, &at);
	emit(g, EBPF_LDX | EBPF_MEM | size, gen_target(g), base, at, 0);
	order(g);
	renew(g, base);
}

void gen_atomic(struct gen *g)
{
	static const s32 ops[] = {
		EBPF_XCHG, EBPF_XCHG, EBPF_ADD | EBPF_FETCH, EBPF_AND | EBPF_FETCH, EBPF_CMPXCHG,
		EBPF_ADD,
	};
	s32 op = PICK(ops);
	s16 at = gen_slot();
	u8 base = base_of(g, &at);

	if (base == 0 && op == EBPF_CMPXCHG)
		op = EBPF_XCHG;
	if (op == EBPF_CMPXCHG)
		emit_mov(g, 0, gen_reader(g));
	emit(g, EBPF_STX | EBPF_ATOMIC | wide(), base,
	     op & EBPF_FETCH && op != EBPF_CMPXCHG ? gen_target(g) : gen_reader(g), at, op);
	if (op == EBPF_CMPXCHG)
		emit_mov(g, gen_target(g), 0);
	renew(g, base);
}

/* A slot at an offset that varies. */
void gen_varying(struct gen *g)
{
	u8 reg = gen_reader(g), to = gen_target(g);

	emit_mov(g, 0, reg);
	emit(g, EBPF_ALU64 | EBPF_AND | EBPF_K, 0, 0, 0, below(2) ? 1 : 3);
	emit(g, EBPF_ALU64 | EBPF_LSH | EBPF_K, 0, 0, 0, 3);
	emit(g, EBPF_ALU64 | EBPF_ADD | EBPF_X, 0, g->foreign && below(2) ? 9 : FP, 0, 0);
	if (g->insns[g->cnt - 1].src_reg == FP)
		emit_add(g, 0, -32);
	else
		emit_add(g, 0, 32);
	if (below(2))
		emit(g, EBPF_LDX | EBPF_MEM | EBPF_DW, to, 0, 0, 0);
	else if (below(2))
		emit(g, EBPF_STX | EBPF_MEM | EBPF_DW, 0, reg, 0, 0);
	else
		emit(g, EBPF_ST | EBPF_MEM | EBPF_DW, 0, 0, 0, below(2) ? 0 : gen_num());
}

void gen_number_op(struct gen *g)
{
	static const u8 ops[] = { EBPF_ADD, EBPF_AND, EBPF_RSH, EBPF_OR, EBPF_SUB };
	u8 op = PICK(ops);

	switch (below(4)) {
	case 0:
		emit_mov_imm(g, gen_target(g), gen_num());
		break;
	case 1:
		emit_mov(g, gen_target(g), gen_reader(g));
		break;
	case 2:
		emit(g, EBPF_ALU64 | op | EBPF_X, gen_target(g), gen_reader(g), 0, 0);
		if (op == EBPF_RSH)
			g->insns[g->cnt - 1].code = EBPF_ALU64 | EBPF_AND | EBPF_X;
		break;
	default:
		emit(g, EBPF_ALU64 | op | EBPF_K, gen_target(g), 0, 0, op == EBPF_RSH ? 1 : gen_num());
	}
}

static const u8 jmp_ops[] = { EBPF_JEQ, EBPF_JNE, EBPF_JGT, EBPF_JLE, EBPF_JSGT, EBPF_JSET };

u32 emit_branch(struct gen *g)
{
	u32 at = g->cnt;
	u8 class = below(4) ? EBPF_JMP : EBPF_JMP32;

	if (below(4))
		emit(g, class | PICK(jmp_ops) | EBPF_K, gen_reader(g), 0, 0, gen_num());
	else
		emit(g, class | PICK(jmp_ops) | EBPF_X, gen_reader(g), gen_reader(g), 0, 0);
	return at;
}

/* One number or the other. */
void gen_either(struct gen *g)
{
	u8 to = gen_target(g);
	u32 branch, skip;

	branch = emit_branch(g);
	if (below(2)) {
		emit_mov_imm(g, to, gen_num());
		skip = g->cnt;
		emit(g, EBPF_JMP | EBPF_JA, 0, 0, 0, 0);
		land_here(g, branch);
		emit_mov_imm(g, to, gen_num());
		land_here(g, skip);
		return;
	}
	emit_mov(g, to, gen_reader(g));
	land_here(g, branch);
}

void gen_bound(struct gen *g, u8 reg)
{
	if (below(3))
		emit(g, EBPF_JMP | EBPF_JGT | EBPF_K, reg, 0, LEAVE, below(3) ? 7 : gen_num());
	else
		emit(g, EBPF_ALU64 | EBPF_AND | EBPF_K, reg, 0, 0, 7);
}

void gen_use_number(struct gen *g, u8 reg)
{
	emit_mov(g, 0, gen_value_reg(g));
	emit(g, EBPF_ALU64 | EBPF_ADD | EBPF_X, 0, reg, 0, 0);
	if (below(2))
		emit(g, EBPF_LDX | EBPF_MEM | EBPF_B, gen_target(g), 0, below(2) ? 40 : 0, 0);
	else
		emit(g, EBPF_STX | EBPF_MEM | EBPF_B, 0, gen_reader(g), below(2) ? 40 : 0, 0);
}

void gen_use(struct gen *g)
{
	u8 reg = gen_target(g);

	if (below(2))
		gen_bound(g, reg);
	gen_use_number(g, reg);
}

/* One number on one way and another on the other, by way of a slot, to an access. A verifier
 * that loses what the number came from takes the second way for the first.
 */
void gen_story(struct gen *g)
{
	static const s32 ops[] = { EBPF_XCHG, EBPF_ADD | EBPF_FETCH, EBPF_OR | EBPF_FETCH };
	u8 from = gen_target(g), to = gen_target(g), size = wide(), base;
	s16 slot_at = gen_slot(), at = slot_at;
	u32 branch = 0;

	emit_mov_imm(g, from, below(8));
	branch = emit_branch(g);
	emit_mov_imm(g, from, gen_num());
	if (below(2))
		land_here(g, branch);
	base = base_of(g, &at);
	emit(g, EBPF_STX | EBPF_MEM | size, base, from, at, 0);
	renew(g, base);
	if (!g->insns[branch].off)
		land_here(g, branch);
	if (below(2))
		gen_number_op(g);
	if (!below(3))
		land_here(g, emit_branch(g));
	at = slot_at;
	base = base_of(g, &at);
	if (below(4))
		emit(g, EBPF_LDX | EBPF_MEM | size, to, base, at, 0);
	else
		emit(g, EBPF_STX | EBPF_ATOMIC | size, base, to, at, PICK(ops));
	renew(g, base);
	if (!below(4))
		land_here(g, emit_branch(g));
	if (g->kind != SMALL_TAIL || !g->func)
		gen_use_number(g, to);
}

void gen_rounds(struct gen *g)
{
	u32 branch;

	if (!below(3)) {
		emit_mov(g, 1, gen_reader(g));
		emit(g, EBPF_ALU64 | EBPF_AND | EBPF_K, 1, 0, 0, below(2) ? 3 : 1);
		return;
	}
	emit_mov_imm(g, 1, below(4));
	if (below(3))
		return;
	branch = emit_branch(g);
	emit_mov_imm(g, 1, below(4));
	land_here(g, branch);
}

/* --- functions ---------------------------------------------------------------- */

void gen_begin_main(struct gen *g)
{
	emit_mov(g, CTX, 1);
	if (g->type == EBPF_PROG_TYPE_KPROBE) {
		emit(g, EBPF_LDX | EBPF_MEM | EBPF_DW, 7, CTX, 0, 0);
		emit(g, EBPF_LDX | EBPF_MEM | EBPF_DW, 8, CTX, 8, 0);
	} else {
		emit(g, EBPF_LDX | EBPF_MEM | EBPF_W, 7, CTX, 12, 0);
		emit(g, EBPF_LDX | EBPF_MEM | EBPF_W, 8, CTX, 16, 0);
	}
	emit_ld64(g, 9, EBPF_PSEUDO_MAP_VALUE, small.value_fd, 0);
}

static bool is_leave(const struct ebpf_insn *insn)
{
	u8 class = EBPF_CLASS(insn->code);

	return (class == EBPF_JMP || class == EBPF_JMP32) && insn->off == LEAVE;
}

void gen_end_function(struct gen *g, u32 start, enum gen_result result)
{
	bool leaves = false;
	u32 i, leave;

	for (i = start; i < g->cnt; i++)
		leaves |= is_leave(&g->insns[i]);
	if (g->func) {
		emit_mov(g, 0, gen_reader(g));
		if (result == GEN_BIT)
			emit(g, EBPF_ALU64 | EBPF_AND | EBPF_K, 0, 0, 0, 1);
		else if (result == GEN_ZERO)
			emit_mov_imm(g, 0, 0);
		emit(g, EBPF_JMP | EBPF_EXIT, 0, 0, 0, 0);
		if (!leaves)
			return;
	}
	leave = g->cnt;
	emit_mov_imm(g, 0, result == GEN_BIT ? (s32)below(2) : 0);
	emit(g, EBPF_JMP | EBPF_EXIT, 0, 0, 0, 0);
	for (i = start; i < leave; i++)
		if (is_leave(&g->insns[i]))
			g->insns[i].off = leave - i - 1;
}

static u32 names(const struct ebpf_insn *insn)
{
	bool call = insn->code == (EBPF_JMP | EBPF_CALL) && insn->src_reg == EBPF_PSEUDO_CALL;
	bool addr = insn->code == (EBPF_LD | EBPF_IMM | EBPF_DW) &&
		    insn->src_reg == EBPF_PSEUDO_FUNC;

	return call || addr ? insn->imm : 0;
}

static bool needs(const struct gen *g, u32 which)
{
	u32 i;

	for (i = 0; i < g->cnt; i++)
		if (names(&g->insns[i]) == which)
			return true;
	return false;
}

static void add_function(struct gen *g, u32 which, void (*make)(struct gen *g))
{
	g->func = which;
	g->foreign = false;
	g->nr_loops = 0;
	g->btf_type[g->nr_funcs] = SMALL_T_MAIN;
	g->start[g->nr_funcs++] = g->cnt;
	make(g);
}

void gen_functions(struct gen *g, u32 last, bool all, void (*make)(struct gen *g))
{
	u32 start[GEN_MAX_FUNCS] = { 0 }, i, which;

	g->nr_funcs = 0;
	add_function(g, 0, make);
	for (i = 1; i <= last; i++) {
		if (!all && !needs(g, i))
			continue;
		start[i] = g->cnt;
		add_function(g, i, make);
	}
	for (i = 0; i < g->cnt; i++) {
		which = names(&g->insns[i]);
		if (which)
			g->insns[i].imm = start[which] - i - 1;
	}
}
