// SPDX-License-Identifier: GPL-2.0-only
#include "emit.h"

#include <string.h>

#define ROOM		90	/* instructions kept free for the end of a program */
#define FP		10
#define CTX		6
#define VALUE		9	/* main: value of map 0; subprograms: the caller's stack */
#define NR_SUBS		2	/* that the program calls */
#define LOOP_CB		3	/* that bpf_loop() calls */
#define ELEM_CB		4	/* that bpf_for_each_map_elem() calls */
#define COUNTER		(-72)	/* stack slot that counts loops */
#define SPILLED_PTR	(-80)
#define KEY		(-88)
#define LEAVE		(-1)	/* off of a jump to the function's end */

const u32 gen_value_size[GEN_MAPS] = { 48, 16, 8 };

static u64 rng;

void gen_seed(u64 seed)
{
	rng = seed * 0x9e3779b97f4a7c15ULL | 1;
}

u64 gen_rnd(void)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return rng * 0x2545f4914f6cdd1dULL >> 8;
}

u32 gen_below(u32 n)
{
	return gen_rnd() % n;
}

#define below gen_below

s32 gen_number(void)
{
	static const s32 nice[] = {
		0, 1, 2, 3, 7, 8, 15, 16, 31, 32, 40, 47, 48, 63, 64, 127, 128, 255, 256, 4096,
		32767, 32768, 65535, 65536, -1, -2, -8, -128, -129, -32768, 0x7fffffff, 0x7ffffffe,
		-0x7fffffff - 1, -0x7fffffff, 0x40000000,
	};

	switch (below(5)) {
	case 0:
		return (s32)gen_rnd();
	case 1:
		return (s32)below(100) - 30;
	default:
		return PICK(nice);
	}
}

/* A register with a number, to read. */
static u8 scalar(void)
{
	static const u8 regs[] = { 1, 2, 3, 4, 5, 7, 8 };

	return PICK(regs);
}

/* ... to write. */
static u8 target(const struct gen *g)
{
	u8 reg;

	do
		reg = scalar();
	while (g->busy & 1U << reg);
	return reg;
}

static const u8 sizes[] = { EBPF_B, EBPF_H, EBPF_W, EBPF_DW };

static void gen_load_ctx(struct gen *g, u8 dst)
{
	if (g->func)
		emit_mov_imm(g, dst, gen_number());
	else if (g->type == EBPF_PROG_TYPE_XDP)
		emit(g, EBPF_LDX | EBPF_MEM | EBPF_W, dst, CTX, 12 + 4 * below(2), 0);
	else
		emit(g, EBPF_LDX | EBPF_MEM | PICK(sizes), dst, CTX,
		     below(GEN_CTX_SIZE / 8) * 8, 0);
}

/* Numbers the verifier knows nothing of. */
static void gen_unknown(struct gen *g, u8 dst)
{
	if (g->func || (g->type == EBPF_PROG_TYPE_XDP && below(2)))
		emit(g, EBPF_LDX | EBPF_MEM | PICK(sizes), dst, VALUE, 0, 0);
	else
		gen_load_ctx(g, dst);
}

static void gen_alu(struct gen *g)
{
	static const u8 ops[] = {
		EBPF_ADD, EBPF_SUB, EBPF_MUL, EBPF_DIV, EBPF_OR, EBPF_AND, EBPF_LSH, EBPF_RSH,
		EBPF_MOD, EBPF_XOR, EBPF_ARSH, EBPF_AND, EBPF_ADD, EBPF_SUB,
	};
	u8 class = below(2) ? EBPF_ALU64 : EBPF_ALU, op = PICK(ops);
	bool shift = op == EBPF_LSH || op == EBPF_RSH || op == EBPF_ARSH;
	bool div = op == EBPF_DIV || op == EBPF_MOD;
	s16 off = div && !g->isa_v3 ? below(2) : 0;
	s32 imm = gen_number();

	if (shift)
		imm = below(class == EBPF_ALU64 ? 64 : 32);
	if (div && !imm)
		imm = 3;
	if (below(2))
		emit(g, class | op | EBPF_X, target(g), scalar(), off, 0);
	else
		emit(g, class | op | EBPF_K, target(g), 0, off, imm);
}

static void gen_swap(struct gen *g)
{
	u8 code = EBPF_ALU | EBPF_END | (below(2) ? EBPF_TO_BE : EBPF_TO_LE);

	if (!g->isa_v3 && !below(3))
		code = EBPF_ALU64 | EBPF_END | EBPF_TO_LE;
	emit(g, code, target(g), 0, 0, 16 << below(3));
}

static void gen_move(struct gen *g)
{
	static const s16 sext32[] = { 0, 0, 8, 16 }, sext64[] = { 0, 0, 0, 8, 16, 32 };

	switch (below(8)) {
	case 0:
		emit_mov_imm(g, target(g), gen_number());
		break;
	case 1:
		emit(g, EBPF_ALU | EBPF_MOV | EBPF_X, target(g), scalar(),
		     g->isa_v3 ? 0 : PICK(sext32), 0);
		break;
	case 2:
		gen_swap(g);
		break;
	case 3:
		emit(g, (below(2) ? EBPF_ALU64 : EBPF_ALU) | EBPF_NEG, target(g), 0, 0, 0);
		break;
	case 4:
		emit_ld64(g, target(g), 0, gen_number(), gen_number());
		break;
	case 5:
		gen_unknown(g, target(g));
		break;
	default:
		emit(g, EBPF_ALU64 | EBPF_MOV | EBPF_X, target(g), scalar(),
		     g->isa_v3 ? 0 : PICK(sext64), 0);
	}
}

static const u8 jmp_ops[] = {
	EBPF_JEQ, EBPF_JNE, EBPF_JGT, EBPF_JGE, EBPF_JLT, EBPF_JLE, EBPF_JSGT, EBPF_JSGE,
	EBPF_JSLT, EBPF_JSLE, EBPF_JSET,
};

static void gen_jump(struct gen *g)
{
	u8 class = below(2) ? EBPF_JMP : EBPF_JMP32, op = PICK(jmp_ops);

	if (g->nr_jumps == 64)
		return;
	g->jumps[g->nr_jumps] = g->cnt;
	g->wait[g->nr_jumps++] = 1 + below(5);
	if (below(3))
		emit(g, class | op | EBPF_K, scalar(), 0, 0, gen_number());
	else
		emit(g, class | op | EBPF_X, scalar(), scalar(), 0, 0);
}

static s16 slot(void)
{
	return -8 * (1 + (s32)below(6));
}

static void gen_atomic(struct gen *g, u8 base, s16 at)
{
	static const s32 ops[] = {
		EBPF_ADD, EBPF_ADD | EBPF_FETCH, EBPF_OR, EBPF_AND | EBPF_FETCH, EBPF_XOR,
		EBPF_XCHG, EBPF_XOR | EBPF_FETCH, EBPF_CMPXCHG,
	};
	s32 op = PICK(ops);

	if (op == EBPF_CMPXCHG)
		emit_mov(g, 0, scalar());
	emit(g, EBPF_STX | EBPF_ATOMIC | (below(2) ? EBPF_DW : EBPF_W), base,
	     op & EBPF_FETCH ? target(g) : scalar(), at, op);
	if (op == EBPF_CMPXCHG && below(2))
		emit_mov(g, target(g), 0);
}

static void gen_store(struct gen *g, u8 base, s16 at)
{
	u8 size = below(2) ? EBPF_DW : PICK(sizes);
	u32 bytes = size == EBPF_DW ? 8 : size == EBPF_W ? 4 : size == EBPF_H ? 2 : 1;

	if (size != EBPF_DW && !below(3))
		at += bytes * below(8 / bytes);
	if (below(4))
		emit(g, EBPF_STX | EBPF_MEM | size, base, scalar(), at, 0);
	else
		emit(g, EBPF_ST | EBPF_MEM | size, base, 0, at, below(2) ? 0 : gen_number());
}

static void gen_load(struct gen *g, u8 base, s16 at)
{
	u8 size = below(2) ? EBPF_DW : PICK(sizes), mode = EBPF_MEM;
	u32 bytes = size == EBPF_DW ? 8 : size == EBPF_W ? 4 : size == EBPF_H ? 2 : 1;

	if (size != EBPF_DW && !below(3))
		at += bytes * below(8 / bytes);
	if (size != EBPF_DW && !g->isa_v3 && !below(3))
		mode = EBPF_MEMSX;
	emit(g, EBPF_LDX | mode | size, target(g), base, at, 0);
}

/* Through R10, or through a copy of it. */
static void gen_stack(struct gen *g)
{
	u8 kind = below(7), base = FP;
	s16 at = slot(), off;

	if (!below(3)) {
		off = -8 * (s32)below(8);
		base = below(2) && !(g->busy & 1U) ? 0 : target(g);
		emit_mov(g, base, FP);
		emit_add(g, base, off);
		at -= off;
		g->busy |= 1U << base;
	}
	switch (kind) {
	case 0:
	case 1:
	case 2:
		gen_store(g, base, at);
		break;
	case 3:
		/* Compare and exchange has R0 for itself. */
		gen_atomic(g, base ? base : FP, base ? at : slot());
		break;
	default:
		gen_load(g, base, at);
	}
	if (base == FP)
		return;
	g->busy &= ~(1U << base);
	if (base)
		emit_mov_imm(g, base, gen_number());
}

static void emit_leave(struct gen *g, u8 class, u8 op, u8 reg, s32 imm)
{
	emit(g, class | op | EBPF_K, reg, 0, LEAVE, imm);
}

/* Makes @reg lie in [0, @max], or nearly. */
static void gen_bound(struct gen *g, u8 reg, s32 max)
{
	s32 imm = below(3) ? (s32)below(max > 0 ? max : 1) : max;

	switch (below(9)) {
	case 0:
		emit(g, EBPF_ALU64 | EBPF_AND | EBPF_K, reg, 0, 0, imm);
		break;
	case 1:
		emit_leave(g, EBPF_JMP, EBPF_JSGT, reg, imm);
		emit_leave(g, EBPF_JMP, EBPF_JSLT, reg, below(12) ? 0 : -(s32)below(4));
		break;
	case 2:
		emit_leave(g, EBPF_JMP32, below(2) ? EBPF_JGT : EBPF_JGE, reg, imm);
		if (below(2))
			emit(g, EBPF_ALU | EBPF_MOV | EBPF_X, reg, reg, 0, 0);
		break;
	case 3:
		emit_leave(g, EBPF_JMP32, EBPF_JSGT, reg, imm);
		emit_leave(g, EBPF_JMP32, EBPF_JSLT, reg, 0);
		emit(g, EBPF_ALU | EBPF_MOV | EBPF_X, reg, reg, 0, 0);
		break;
	case 4:
		emit(g, EBPF_ALU64 | EBPF_MOD | EBPF_K, reg, 0, 0, imm + 1);
		break;
	case 5:
		emit(g, EBPF_ALU64 | EBPF_RSH | EBPF_K, reg, 0, 0, 59 + below(5));
		break;
	case 6:
		/* Not x > 2^k, seen in the bits. */
		emit_leave(g, EBPF_JMP, EBPF_JSET, reg, ~(s32)(max >= 31 && below(2) ? 31 : 7));
		break;
	default:
		emit_leave(g, EBPF_JMP, below(3) ? EBPF_JGT : EBPF_JGE, reg, imm);
	}
}

/* Bounds a copy of @reg that on one of two ways is none: to be refused, unless
 * pruning mixes the ways up.
 */
static void gen_half_bounded(struct gen *g, u8 reg, u8 copy, s32 max)
{
	if (copy == reg)
		return;
	if (below(2)) {
		emit_mov(g, copy, reg);
		emit(g, EBPF_JMP | (below(2) ? EBPF_JEQ : EBPF_JGT) | EBPF_K, scalar(), 0, 1,
		     below(8));
		emit_mov(g, copy, scalar());
	} else {
		emit(g, EBPF_JMP | (below(2) ? EBPF_JNE : EBPF_JGT) | EBPF_K, scalar(), 0, 1,
		     below(8));
		emit_mov(g, copy, reg);
	}
	gen_bound(g, copy, max);
}

/* Bounds @reg by way of a copy, a spill, or not at all. */
static void gen_bounded(struct gen *g, u8 reg, s32 max)
{
	u8 copy = target(g);

	if (!below(20))
		return;
	if (!below(24)) {
		gen_half_bounded(g, reg, copy, max);
		return;
	}
	switch (below(8)) {
	case 0:
	case 1:
	case 2:
		emit(g, (below(3) ? EBPF_ALU64 : EBPF_ALU) | EBPF_MOV | EBPF_X, copy, reg, 0, 0);
		gen_bound(g, below(6) ? copy : reg, max);
		if (!below(3))
			gen_move(g);
		break;
	case 3:
		emit(g, EBPF_STX | EBPF_MEM | (below(3) ? EBPF_DW : EBPF_W), FP, reg, -40, 0);
		gen_bound(g, reg, max);
		if (below(2) && !(g->busy & 1U << reg))
			emit(g, EBPF_LDX | EBPF_MEM | (below(3) ? EBPF_DW : EBPF_W), reg, FP, -40,
			     0);
		break;
	case 4:
		gen_bound(g, copy, max);
		emit(g, (below(2) ? EBPF_JMP : EBPF_JMP32) | EBPF_JEQ | EBPF_X, reg, copy, 1, 0);
		emit(g, EBPF_ALU64 | EBPF_AND | EBPF_K, reg, 0, 0, below(max + 1));
		break;
	default:
		gen_bound(g, reg, max);
	}
}

static void gen_access(struct gen *g)
{
	u8 reg = target(g), size = PICK(sizes);
	bool stack = !below(4);
	s32 slack = below(12) ? 0 : 1 + below(8);
	s16 off = stack ? -64 + (s16)slack * 8 : below(4) ? 0 : (s16)below(8);
	s32 max = stack ? 56 : 40 - off + slack;
	u8 op = stack || below(8) ? EBPF_ADD : EBPF_SUB;

	gen_bounded(g, reg, max);
	if (!below(10))
		gen_alu(g);
	if (stack)
		emit(g, EBPF_ALU64 | EBPF_AND | EBPF_K, reg, 0, 0, -8);
	emit_mov(g, 0, stack ? FP : VALUE);
	if (op == EBPF_SUB)
		emit_add(g, 0, max);
	else if (!below(12))
		emit_add(g, 0, stack ? -8 : (s32)below(12) - 4);
	emit(g, EBPF_ALU64 | op | EBPF_X, 0, reg, 0, 0);
	switch (below(9)) {
	case 0:
		emit(g, EBPF_STX | EBPF_MEM | EBPF_DW, FP, 0, SPILLED_PTR, 0);
		emit_mov_imm(g, 0, 0);
		emit(g, EBPF_LDX | EBPF_MEM | EBPF_DW, 0, FP, SPILLED_PTR, 0);
		/* fall through */
	case 1:
	case 2:
	case 3:
		emit(g, EBPF_LDX | EBPF_MEM | size, target(g), 0, off, 0);
		break;
	case 4:
		gen_atomic(g, stack ? FP : VALUE, stack ? -16 : 8);
		break;
	default:
		emit(g, EBPF_STX | EBPF_MEM | size, 0, scalar(), off, 0);
	}
}

static void refill(struct gen *g)
{
	u32 i;

	for (i = 1; i <= 5; i++)
		if (below(2))
			gen_unknown(g, i);
		else if (below(6))
			emit_mov(g, i, below(3) ? 7 + below(2) : 0);
		else
			emit_mov_imm(g, i, gen_number());
}

/* R1 = memory for a helper, R2 = bytes of it. */
static void gen_memory(struct gen *g, u8 ptr, u8 len, bool const_len)
{
	bool stack = below(2);
	s32 at = 8 * (1 + below(8));
	u8 reg = 7 + below(2);

	if (g->busy & 1U << reg)
		const_len = true;
	if (const_len) {
		emit_mov_imm(g, len, 1 + below(stack ? at : 48));
	} else {
		gen_bounded(g, reg, stack ? at : 47);
		emit_mov(g, len, reg);
	}
	emit_mov(g, ptr, stack ? FP : VALUE);
	if (stack)
		emit_add(g, ptr, -at);
	else if (!below(3))
		emit_add(g, ptr, below(8));
}

static void emit_lookup(struct gen *g, u32 map)
{
	emit(g, EBPF_ST | EBPF_MEM | EBPF_DW, FP, 0, KEY, below(4));
	emit_mov(g, 2, FP);
	emit_add(g, 2, KEY);
	emit_ld64(g, 1, EBPF_PSEUDO_MAP_FD, g->map_fd[map], 0);
	emit_helper(g, EBPF_FUNC_map_lookup_elem);
}

/* Another value, looked up and used right away. */
static void gen_lookup(struct gen *g)
{
	u32 map = below(GEN_MAPS), skip;

	emit_lookup(g, map);
	if (!below(4)) {
		/* Two at a time: each needs its own check. */
		emit(g, EBPF_STX | EBPF_MEM | EBPF_DW, FP, 0, SPILLED_PTR, 0);
		emit_lookup(g, below(GEN_MAPS));
		if (below(4)) {
			emit_mov(g, 1, 0);
			emit(g, EBPF_LDX | EBPF_MEM | EBPF_DW, 0, FP, SPILLED_PTR, 0);
			if (!below(4))
				emit(g, EBPF_JMP | EBPF_JEQ | EBPF_K, 1, 0, 0, 0);
		}
	}
	skip = g->cnt;
	emit(g, EBPF_JMP | (below(8) ? EBPF_JEQ : EBPF_JNE) | EBPF_K, 0, 0, 0, 0);
	switch (below(4)) {
	case 0:
		emit(g, EBPF_LDX | EBPF_MEM | EBPF_W, 7, 0,
		     below(3) ? 0 : (s16)below(gen_value_size[map]), 0);
		break;
	case 1:
		gen_bound(g, 8, gen_value_size[map] - 1);
		emit(g, EBPF_ALU64 | EBPF_ADD | EBPF_X, 0, 8, 0, 0);
		emit(g, EBPF_STX | EBPF_MEM | EBPF_B, 0, 7, 0, 0);
		break;
	case 2:
		emit(g, EBPF_STX | EBPF_MEM | EBPF_DW, FP, 0, SPILLED_PTR, 0);
		emit(g, EBPF_LDX | EBPF_MEM | EBPF_DW, 1, FP, SPILLED_PTR, 0);
		emit(g, EBPF_STX | EBPF_MEM | PICK(sizes), 1, 8, 0, 0);
		break;
	default:
		emit(g, EBPF_STX | EBPF_MEM | PICK(sizes), 0, 7, 0, 0);
	}
	g->insns[skip].off = g->cnt - skip - 1;
	emit_mov_imm(g, 0, gen_number());
}

/* A slice of the dynptr at @at, used at once or after something else was done. */
static void gen_slice(struct gen *g, s16 at)
{
	s32 size = 1 + below(16);
	u32 skip;

	emit_mov(g, 1, FP);
	emit_add(g, 1, at);
	emit_mov_imm(g, 2, below(3) ? (s32)below(40) : gen_number());
	emit_mov_imm(g, 3, size);
	emit_helper(g, EBPF_FUNC_dynptr_data);
	skip = g->cnt;
	emit(g, EBPF_JMP | (below(12) ? EBPF_JEQ : EBPF_JNE) | EBPF_K, 0, 0, 0, 0);
	if (!below(3))
		gen_store(g, FP, slot());
	if (!below(4)) {
		emit(g, EBPF_STX | EBPF_MEM | EBPF_DW, FP, 0, SPILLED_PTR, 0);
		emit(g, EBPF_LDX | EBPF_MEM | EBPF_DW, 0, FP, SPILLED_PTR, 0);
	}
	emit(g, EBPF_STX | EBPF_MEM | EBPF_B, 0, 7, below(size + (below(8) == 0)), 0);
	g->insns[skip].off = g->cnt - skip - 1;
}

/* What a helper reads from the dynptr at @at, or writes to it. */
static void gen_dynptr_copy(struct gen *g, s16 at, bool const_len)
{
	bool read = below(2);
	u8 mem = read ? 1 : 3, len = read ? 2 : 4, ptr = read ? 3 : 1, off = read ? 4 : 2;

	gen_memory(g, mem, len, const_len);
	emit_mov(g, ptr, FP);
	emit_add(g, ptr, at);
	emit_mov_imm(g, off, below(3) ? (s32)below(48) : gen_number());
	emit_mov_imm(g, 5, 0);
	emit_helper(g, read ? EBPF_FUNC_dynptr_read : EBPF_FUNC_dynptr_write);
}

/* A dynptr of a part of the value; then one is used, not always where it was made. */
static void gen_dynptr(struct gen *g)
{
	s16 at = slot() - 8;

	if (below(4)) {
		gen_memory(g, 1, 2, below(2));
		emit_mov(g, 1, below(12) ? VALUE : FP);
		if (!below(3))
			emit_add(g, 1, below(8));
		emit_mov_imm(g, 3, 0);
		emit_mov(g, 4, FP);
		emit_add(g, 4, at);
		emit_helper(g, EBPF_FUNC_dynptr_from_mem);
		if (!below(4)) {
			refill(g);
			gen_jump(g);
			gen_stack(g);
		}
	}
	if (!below(12))
		at = slot() - 8;
	/* To be refused, or another one's place. */
	if (!below(6))
		emit(g, EBPF_ST | EBPF_MEM | EBPF_B, FP, 0, at + (s16)below(16), gen_number());
	if (below(2))
		gen_slice(g, at);
	else
		gen_dynptr_copy(g, at, below(3));
	emit_mov_imm(g, 0, gen_number());
}

/* bytes of a ring buffer, with a dynptr: used, and given back, or not always */
static void gen_ring(struct gen *g)
{
	s16 at = slot() - 8;
	u32 i, n = 1 + below(2), skip = 0;
	bool kept;

	emit_ld64(g, 1, EBPF_PSEUDO_MAP_FD, g->ring_fd, 0);
	emit_mov_imm(g, 2, 1 + below(64));
	emit_mov_imm(g, 3, 0);
	emit_mov(g, 4, FP);
	emit_add(g, 4, at);
	emit_helper(g, EBPF_FUNC_ringbuf_reserve_dynptr);
	kept = !below(8);
	if (kept) {
		/* A slice that lives longer. */
		emit_mov(g, 1, FP);
		emit_add(g, 1, at);
		emit_mov_imm(g, 2, 0);
		emit_mov_imm(g, 3, 8);
		emit_helper(g, EBPF_FUNC_dynptr_data);
		emit(g, EBPF_STX | EBPF_MEM | EBPF_DW, FP, 0, SPILLED_PTR, 0);
	}
	for (i = 0; i < n; i++) {
		if (below(2))
			gen_slice(g, at);
		else
			gen_dynptr_copy(g, at, below(12));
	}
	if (!below(12))
		emit(g, EBPF_ST | EBPF_MEM | EBPF_DW, FP, 0, slot(), gen_number());
	for (i = below(16) ? 1 : 2 * below(2); i > 0; i--) {
		emit_mov(g, 1, FP);
		emit_add(g, 1, at);
		emit_mov_imm(g, 2, 0);
		emit_helper(g, below(2) ? EBPF_FUNC_ringbuf_submit_dynptr :
			    EBPF_FUNC_ringbuf_discard_dynptr);
	}
	if (kept) {
		emit(g, EBPF_LDX | EBPF_MEM | EBPF_DW, 0, FP, SPILLED_PTR, 0);
		skip = g->cnt;
		emit(g, EBPF_JMP | EBPF_JEQ | EBPF_K, 0, 0, 0, 0);
		emit(g, EBPF_ST | EBPF_MEM | EBPF_B, below(2) ? FP : 0, 0,
		     below(2) ? SPILLED_PTR : 0, 1);
		g->insns[skip].off = g->cnt - skip - 1;
	}
	emit_mov_imm(g, 0, gen_number());
}

/* Functions that helpers call have the caller's stack where others have it. */
static void gen_callback(struct gen *g)
{
	u32 which = below(2) ? LOOP_CB : ELEM_CB;
	u8 reg = 7 + below(2);

	g->calls_back = true;
	if (which == ELEM_CB) {
		emit_ld64(g, 1, EBPF_PSEUDO_MAP_FD, g->map_fd[below(GEN_MAPS)], 0);
	} else if (below(3) || (g->busy & 1U << reg)) {
		emit_mov_imm(g, 1, below(6));
	} else {
		gen_bounded(g, reg, 8);
		emit_mov(g, 1, reg);
	}
	emit_ld64(g, 2, EBPF_PSEUDO_FUNC, which, 0);
	emit_mov(g, 3, FP);
	emit_add(g, 3, -64);
	emit_mov_imm(g, 4, 0);
	emit_helper(g, which == LOOP_CB ? EBPF_FUNC_loop : EBPF_FUNC_for_each_map_elem);
	if (below(2))
		gen_bounded(g, 0, 47);
}

static void gen_helper(struct gen *g)
{
	if (!g->func && !g->isa_v3 && !below(5)) {
		gen_dynptr(g);
		refill(g);
		return;
	}
	switch (below(g->type == EBPF_PROG_TYPE_XDP ? 5 : 8)) {
	case 0:
		gen_lookup(g);
		break;
	case 1:
		emit_helper(g, EBPF_FUNC_ktime_get_ns);
		break;
	case 2:
	case 3:
		gen_memory(g, 1, 2, below(2));
		emit_mov_imm(g, 3, 0);
		emit_helper(g, below(2) ? EBPF_FUNC_probe_read_kernel :
				    EBPF_FUNC_probe_read_kernel_str);
		break;
	case 4:
		emit_mov(g, 2, FP);
		emit_add(g, 2, slot());
		emit_mov(g, 3, below(2) ? FP : VALUE);
		if (g->insns[g->cnt - 1].src_reg == FP)
			emit_add(g, 3, -48 - 8 * (s32)below(3));
		emit_ld64(g, 1, EBPF_PSEUDO_MAP_FD, g->map_fd[below(GEN_MAPS)], 0);
		emit_mov_imm(g, 4, 0);
		emit_helper(g, EBPF_FUNC_map_update_elem);
		break;
	case 5:
		gen_memory(g, 1, 2, false);
		emit_helper(g, EBPF_FUNC_get_current_comm);
		break;
	case 6:
		emit_helper(g, EBPF_FUNC_get_current_pid_tgid);
		break;
	default:
		emit_helper(g, EBPF_FUNC_get_prandom_u32);
	}
	refill(g);
}

/* CALL to subprogram imm, to be linked. */
static void gen_subcall(struct gen *g)
{
	emit_mov(g, 1, FP);
	emit_add(g, 1, -64);
	emit(g, EBPF_JMP | EBPF_CALL, 0, EBPF_PSEUDO_CALL, 0, 1 + below(NR_SUBS));
	if (below(2))
		gen_bounded(g, 0, 47);
	refill(g);
}

/* Packet bytes, found to exist or not. */
static void gen_packet(struct gen *g)
{
	s32 len = 1 + below(40);
	u8 end = 4, reg = 7 + below(2);
	u32 skip;

	emit(g, EBPF_LDX | EBPF_MEM | EBPF_W, 3, CTX, 0, 0);
	emit(g, EBPF_LDX | EBPF_MEM | EBPF_W, end, CTX, 4, 0);
	if (below(2) && !(g->busy & 1U << reg)) {
		gen_bounded(g, reg, 40);
		emit(g, EBPF_ALU64 | EBPF_ADD | EBPF_X, 3, reg, 0, 0);
	}
	emit_mov(g, 5, 3);
	emit_add(g, 5, len);
	skip = g->cnt;
	switch (below(4)) {
	case 0:
		emit(g, EBPF_JMP | EBPF_JLT | EBPF_X, end, 5, 0, 0);
		break;
	case 1:
		emit(g, EBPF_JMP | EBPF_JGE | EBPF_X, 5, end, 0, 0);
		break;
	default:
		emit(g, EBPF_JMP | EBPF_JGT | EBPF_X, 5, end, 0, 0);
	}
	if (below(2))
		emit(g, EBPF_LDX | EBPF_MEM | PICK(sizes), 2, 3, below(len + (below(6) == 0)), 0);
	else
		emit(g, EBPF_STX | EBPF_MEM | PICK(sizes), 5, 1, -(s16)(1 + below(len)), 0);
	g->insns[skip].off = g->cnt - skip - 1;
	refill(g);
}

static void land(struct gen *g, bool all)
{
	u32 i, n = 0;

	for (i = 0; i < g->nr_jumps; i++) {
		if (all || !--g->wait[i]) {
			g->insns[g->jumps[i]].off = g->cnt - g->jumps[i] - 1;
			continue;
		}
		g->jumps[n] = g->jumps[i];
		g->wait[n++] = g->wait[i];
	}
	g->nr_jumps = n;
}

static void gen_loop(struct gen *g);

/* In a subprogram: something on the caller's stack. */
static void gen_foreign(struct gen *g)
{
	s16 at = 8 * below(7);

	switch (below(4)) {
	case 0:
		gen_store(g, VALUE, at);
		break;
	case 1:
		gen_atomic(g, VALUE, at);
		break;
	default:
		gen_load(g, VALUE, at);
	}
}

static void gen_item(struct gen *g)
{
	if (!g->isa_v3 && !g->func && !below(16)) {
		if (below(2))
			gen_callback(g);
		else
			gen_ring(g);
		refill(g);
		land(g, false);
		return;
	}
	switch (below(16)) {
	case 0:
	case 1:
	case 2:
	case 3:
		gen_alu(g);
		break;
	case 4:
	case 5:
		gen_move(g);
		break;
	case 6:
	case 7:
		gen_jump(g);
		break;
	case 8:
	case 9:
		gen_stack(g);
		break;
	case 10:
		if (g->func)
			gen_foreign(g);
		else if (below(2))
			gen_helper(g);
		else
			gen_subcall(g);
		break;
	case 11:
		if (g->type == EBPF_PROG_TYPE_XDP && !g->func)
			gen_packet(g);
		else
			gen_loop(g);
		break;
	default:
		gen_access(g);
	}
	land(g, false);
}

static bool full(const struct gen *g)
{
	return g->cnt > (g->isa_v3 ? 600U : GEN_MAX_INSNS) - ROOM -
			70 * (g->func ? 0 : g->isa_v3 ? NR_SUBS : GEN_FUNCS - 1);
}

/* A few rounds over some items. The counter is a register that the items leave
 * alone, or a stack slot they do not reach.
 */
static void gen_loop(struct gen *g)
{
	u32 items = 1 + below(4), start, i, jump;
	u8 reg = 7 + below(2);
	bool in_reg = below(2) && !(g->busy & 1U << reg);

	if (g->depth == 1 + !g->func || full(g))
		return;
	g->depth++;
	land(g, true);
	if (in_reg)
		emit_mov_imm(g, reg, 0);
	else
		emit(g, EBPF_ST | EBPF_MEM | EBPF_DW, FP, 0, COUNTER - 32 * (s32)g->depth, 0);
	g->busy |= in_reg ? 1U << reg : 0;
	start = g->cnt;
	for (i = 0; i < items; i++)
		gen_item(g);
	land(g, true);
	if (!in_reg) {
		emit(g, EBPF_LDX | EBPF_MEM | EBPF_DW, 0, FP, COUNTER - 32 * (s32)g->depth, 0);
		emit_add(g, 0, 1);
		emit(g, EBPF_STX | EBPF_MEM | EBPF_DW, FP, 0, COUNTER - 32 * (s32)g->depth, 0);
	} else {
		emit_add(g, reg, 1);
		g->busy &= ~(1U << reg);
	}
	jump = g->cnt;
	emit(g, (below(2) ? EBPF_JMP : EBPF_JMP32) | (below(3) ? EBPF_JLT : EBPF_JNE) | EBPF_K,
	     in_reg ? reg : 0, 0, (s32)start - (s32)jump - 1, 1 + below(6));
	g->depth--;
}

static void gen_prologue(struct gen *g)
{
	u32 i;

	emit_mov(g, CTX, 1);
	emit(g, EBPF_ST | EBPF_MEM | EBPF_DW, FP, 0, -8, 0);
	emit_mov(g, 2, FP);
	emit_add(g, 2, -8);
	emit_ld64(g, 1, EBPF_PSEUDO_MAP_FD, g->map_fd[0], 0);
	emit_helper(g, EBPF_FUNC_map_lookup_elem);
	emit(g, EBPF_JMP | EBPF_JNE | EBPF_K, 0, 0, 2, 0);
	emit_mov_imm(g, 0, 0);
	emit(g, EBPF_JMP | EBPF_EXIT, 0, 0, 0, 0);
	emit_mov(g, VALUE, 0);
	for (i = 1; i <= 8; i++)
		if (i != CTX)
			gen_unknown(g, i);
}

static void gen_items(struct gen *g, u32 n)
{
	while (n-- && !full(g))
		gen_item(g);
	land(g, true);
}

static bool is_leave(const struct ebpf_insn *insn)
{
	u8 class = EBPF_CLASS(insn->code);

	return (class == EBPF_JMP || class == EBPF_JMP32) && insn->off == LEAVE;
}

static bool leaves(const struct gen *g, u32 start)
{
	u32 i;

	for (i = start; i < g->cnt; i++)
		if (is_leave(&g->insns[i]))
			return true;
	return false;
}

/* Points the jumps of gen_bound() since @start at the end that begins here. */
static void gen_end(struct gen *g, u32 start, bool result)
{
	bool called_back = g->func > NR_SUBS;
	u32 i, leave;

	if (result) {
		emit_mov(g, 0, scalar());
		if (called_back && below(16))
			emit(g, EBPF_ALU64 | EBPF_AND | EBPF_K, 0, 0, 0, 1);
		emit(g, EBPF_JMP | EBPF_EXIT, 0, 0, 0, 0);
		if (!leaves(g, start))
			return;
	}
	leave = g->cnt;
	emit_mov_imm(g, 0, called_back ? (s32)below(2) : result ? gen_number() : 0);
	emit(g, EBPF_JMP | EBPF_EXIT, 0, 0, 0, 0);
	for (i = start; i < leave; i++)
		if (is_leave(&g->insns[i]))
			g->insns[i].off = leave - i - 1;
}

/* R1 to R5, R7 and R8 are numbers then. */
static void gen_callback_args(struct gen *g)
{
	u32 i;

	if (g->func == LOOP_CB) {
		emit_mov(g, VALUE, 2);
		emit_mov(g, 7, 1);
		emit_mov_imm(g, 8, gen_number());
	} else {
		emit_mov(g, VALUE, 4);
		emit(g, EBPF_LDX | EBPF_MEM | PICK(sizes), 7, 2, 0, 0);
		emit(g, EBPF_LDX | EBPF_MEM | EBPF_B, 8, 3, below(8 + !below(8)), 0);
	}
	for (i = 1; i <= 5; i++)
		if (below(3))
			emit_mov(g, i, 7 + below(2));
		else
			emit_mov_imm(g, i, gen_number());
}

static void gen_sub(struct gen *g, u32 which)
{
	u32 start = g->cnt, i;

	g->func = which;
	if (which > NR_SUBS) {
		gen_callback_args(g);
	} else {
		emit_mov(g, VALUE, 1);
		emit_mov_imm(g, 7, gen_number());
		emit_mov(g, 8, 2 + below(4));
		gen_unknown(g, 1);
	}
	/* Slots that the items may load from. */
	for (i = 0; i < 2; i++)
		gen_store(g, FP, slot());
	gen_items(g, 1 + below(6));
	gen_end(g, start, true);
}

/* Which function it calls or names; 0: none. */
static u32 names(const struct ebpf_insn *insn)
{
	bool call = insn->code == (EBPF_JMP | EBPF_CALL) && insn->src_reg == EBPF_PSEUDO_CALL;
	bool addr = insn->code == (EBPF_LD | EBPF_IMM | EBPF_DW) &&
		    insn->src_reg == EBPF_PSEUDO_FUNC;

	return call || addr ? insn->imm : 0;
}

static void link_calls(struct gen *g, const u32 *start)
{
	u32 i, which;

	for (i = 0; i < g->cnt; i++) {
		which = names(&g->insns[i]);
		if (which)
			g->insns[i].imm = start[which] - i - 1;
	}
}

static bool calls(const struct gen *g, u32 which)
{
	u32 i;

	for (i = 0; i < g->cnt; i++)
		if (names(&g->insns[i]) == which)
			return true;
	return false;
}

void gen_program(struct gen *g)
{
	u32 start[GEN_FUNCS] = { 0 }, i;

	memset(g->insns, 0, sizeof(g->insns));
	g->cnt = 0;
	g->nr_jumps = 0;
	g->busy = 0;
	g->depth = 0;
	g->func = 0;
	g->nr_funcs = 1;
	g->calls_back = false;
	gen_prologue(g);
	gen_items(g, 4 + below(24));
	gen_end(g, 0, false);
	for (i = 1; i < GEN_FUNCS; i++) {
		if (!calls(g, i))
			continue;
		start[i] = g->cnt;
		g->start[g->nr_funcs++] = g->cnt;
		gen_sub(g, i);
	}
	link_calls(g, start);
}
