// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random programs: arithmetic, memory, jumps, loops, functions and helpers in
 * any order, run by the JIT and by the interpreter.
 *
 *	test_jit_random [PROGRAMS [FIRST]]
 *
 * Program n is made from the number n alone.
 */
#include <stdlib.h>

#include "jit_run.h"
#include "services.h"
#include "tap.h"

#define PROGRAMS	20000
#define MAX_INSNS	2000
#define STACK		256	/* per function; its lower half is for data */
#define COUNTER		-8	/* of a loop, on the stack */

struct gen {
	struct ebpf_insn insns[MAX_INSNS];
	struct ebpf_subprog subs[4];
	u32 cnt, sub_cnt, sub;
	u32 calls[64], call_cnt;
	u64 seed;
};

static u64 rnd(struct gen *g, u64 n)
{
	return jit_random(&g->seed) % n;
}

static void add(struct gen *g, struct ebpf_insn insn)
{
	g->insns[g->cnt++] = insn;
}

static u32 any_reg(struct gen *g)
{
	return rnd(g, 10);
}

static s32 any_imm(struct gen *g)
{
	return (s32)jit_random_edge(&g->seed);
}

static void gen_division(struct gen *g, u8 class, u8 op)
{
	u32 dst = any_reg(g), src = any_reg(g);
	s32 imm = any_imm(g);
	u8 off = rnd(g, 2);

	if (rnd(g, 2)) {
		add(g, INSN(class | op, dst, 0, off, imm ? imm : 3));
		return;
	}
	if (!off)
		add(g, INSN((class == EBPF_ALU ? EBPF_JMP32 : EBPF_JMP) | EBPF_JEQ, src, 0, 1, 0));
	add(g, INSN(class | op | EBPF_X, dst, src, off, 0));
}

static void gen_alu(struct gen *g)
{
	static const u8 ops[] = {
		EBPF_ADD, EBPF_SUB, EBPF_MUL, EBPF_OR, EBPF_AND, EBPF_XOR, EBPF_LSH, EBPF_RSH,
		EBPF_ARSH, EBPF_MOV, EBPF_MOV, EBPF_ADD, EBPF_NEG, EBPF_DIV, EBPF_MOD,
	};
	u8 class = rnd(g, 2) ? EBPF_ALU : EBPF_ALU64, op = ops[rnd(g, ARRAY_SIZE(ops))];

	if (op == EBPF_DIV || op == EBPF_MOD)
		gen_division(g, class, op);
	else if (op != EBPF_NEG && rnd(g, 2))
		add(g, INSN(class | op | EBPF_X, any_reg(g), any_reg(g), 0, 0));
	else
		add(g, INSN(class | op, any_reg(g), 0, 0, any_imm(g)));
}

static void gen_extend(struct gen *g)
{
	static const s16 widths[] = { 8, 16, 32 };
	static const s32 swaps[] = { 16, 32, 64 };
	bool wide = rnd(g, 2);

	if (rnd(g, 2))
		add(g, INSN((wide ? EBPF_ALU64 : EBPF_ALU) | EBPF_MOV | EBPF_X, any_reg(g),
			    any_reg(g), widths[rnd(g, wide ? 3 : 2)], 0));
	else if (wide)
		add(g, INSN(EBPF_ALU64 | EBPF_END, any_reg(g), 0, 0, swaps[rnd(g, 3)]));
	else
		add(g, INSN(EBPF_ALU | EBPF_END | (rnd(g, 2) ? EBPF_TO_BE : EBPF_TO_LE),
			    any_reg(g), 0, 0, swaps[rnd(g, 3)]));
}

/* What compilers write for a change of width or an address. */
static void gen_pair(struct gen *g)
{
	static const s32 counts[] = { 32, 48, 56, 31, 32 };
	s32 count = counts[rnd(g, ARRAY_SIZE(counts))];
	u32 dst = any_reg(g);

	if (rnd(g, 2))
		add(g, MOV_X(dst, any_reg(g)));
	if (rnd(g, 2)) {
		add(g, ALU64_K(EBPF_ADD, dst, any_imm(g)));
		return;
	}
	add(g, ALU64_K(EBPF_LSH, dst, count));
	add(g, ALU64_K(rnd(g, 2) ? EBPF_RSH : EBPF_ARSH, dst, rnd(g, 4) ? count : 32));
}

static void gen_constant(struct gen *g)
{
	u64 val = jit_random_edge(&g->seed);

	add(g, LD64_LO(any_reg(g), 0, val));
	add(g, LD64_HI(val));
}

/* An address on the stack for @size bytes: through R10 or through a copy. */
static u32 gen_address(struct gen *g, u32 size, s16 *off)
{
	s32 at = -STACK + (s32)rnd(g, (STACK / 2 - size) / size) * (s32)size;
	u32 reg = any_reg(g);
	s32 shift;

	*off = at;
	if (rnd(g, 2))
		return 10;
	shift = (s32)rnd(g, 4000) - 2000;
	add(g, MOV_X(reg, 10));
	add(g, ALU64_K(EBPF_ADD, reg, shift));
	*off = at - shift;
	return reg;
}

static void gen_memory(struct gen *g)
{
	static const u8 sizes[] = { EBPF_B, EBPF_H, EBPF_W, EBPF_DW };
	u32 log2 = rnd(g, 4), base;
	s16 off;

	base = gen_address(g, 1 << log2, &off);
	switch (rnd(g, 6)) {
	case 0:
		add(g, ST(sizes[log2], base, off, any_imm(g)));
		break;
	case 1:
	case 2:
		add(g, STX(sizes[log2], base, any_reg(g), off));
		break;
	case 3:
		if (log2 < 3) {
			add(g, INSN(EBPF_LDX | EBPF_MEMSX | sizes[log2], any_reg(g), base, off, 0));
			break;
		}
		/* fall through */
	case 4:
		add(g, INSN(EBPF_LDX | EBPF_PROBE_MEM | sizes[log2], any_reg(g), base, off, 0));
		break;
	default:
		add(g, LDX(sizes[log2], any_reg(g), base, off));
	}
}

static void gen_atomic(struct gen *g)
{
	static const s32 ops[] = {
		EBPF_ADD, EBPF_OR, EBPF_AND, EBPF_XOR, EBPF_ADD | EBPF_FETCH,
		EBPF_OR | EBPF_FETCH, EBPF_AND | EBPF_FETCH, EBPF_XOR | EBPF_FETCH,
		EBPF_XCHG, EBPF_CMPXCHG,
	};
	bool wide = rnd(g, 2);
	s16 off;
	u32 base = gen_address(g, wide ? 8 : 4, &off);

	if (rnd(g, 4) == 0)
		add(g, LDX(wide ? EBPF_DW : EBPF_W, 0, base == 0 ? 10 : base,
			   base == 0 ? -STACK : off));
	else if (base == 0)	/* a scalar R0 is no address any more */
		base = 10, off = -STACK;
	if (base == 0)
		base = 10, off = -STACK;
	add(g, ATOMIC(wide ? EBPF_DW : EBPF_W, ops[rnd(g, ARRAY_SIZE(ops))], base, any_reg(g),
		      off));
}

static struct ebpf_insn any_condition(struct gen *g)
{
	static const u8 ops[] = {
		EBPF_JEQ, EBPF_JNE, EBPF_JGT, EBPF_JGE, EBPF_JLT, EBPF_JLE, EBPF_JSGT,
		EBPF_JSGE, EBPF_JSLT, EBPF_JSLE, EBPF_JSET,
	};
	u8 class = rnd(g, 2) ? EBPF_JMP : EBPF_JMP32, op = ops[rnd(g, ARRAY_SIZE(ops))];

	if (rnd(g, 2))
		return INSN(class | op | EBPF_X, any_reg(g), any_reg(g), 0, 0);
	return INSN(class | op, any_reg(g), 0, 0, rnd(g, 3) ? any_imm(g) : 0);
}

static void gen_block(struct gen *g, u32 budget, u32 depth);

static void gen_if(struct gen *g, u32 budget, u32 depth)
{
	u32 at = g->cnt, skip;

	add(g, any_condition(g));
	gen_block(g, budget / 2, depth + 1);
	if (rnd(g, 2)) {
		g->insns[at].off = g->cnt - at - 1;
		return;
	}
	skip = g->cnt;
	add(g, rnd(g, 2) ? JA(0) : GOTOL(0));
	g->insns[at].off = g->cnt - at - 1;
	gen_block(g, budget / 2, depth + 1);
	if (g->insns[skip].code == (EBPF_JMP | EBPF_JA))
		g->insns[skip].off = g->cnt - skip - 1;
	else
		g->insns[skip].imm = g->cnt - skip - 1;
}

/* The counter is on the stack where nothing else is stored. */
static void gen_loop(struct gen *g, u32 budget)
{
	u32 reg = any_reg(g), start;

	add(g, ST(EBPF_DW, 10, COUNTER, 1 + rnd(g, 5)));
	start = g->cnt;
	gen_block(g, budget / 2, 10);
	add(g, LDX(EBPF_DW, reg, 10, COUNTER));
	add(g, ALU64_K(EBPF_SUB, reg, 1));
	add(g, STX(EBPF_DW, 10, reg, COUNTER));
	add(g, JMP_K(EBPF_JNE, reg, 0, (s32)start - (s32)g->cnt - 1));
}

u64 helper_c(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5);
JIT_HELPER(helper, helper_c);

u64 helper_c(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return (r1 ^ r2) + r3 * (r4 - r5);
}

static int interp_helper(struct interp *it, const struct ebpf_insn *insn, u64 *ret)
{
	u64 *r = it->regs, i;

	*ret = helper_c(r[1], r[2], r[3], r[4], r[5]);
	for (i = 1; i <= 5; i++)
		r[i] = JIT_POISON;
	return 0;
}

static void gen_call(struct gen *g)
{
	if (rnd(g, 2) || g->sub + 1 >= g->sub_cnt || g->call_cnt == ARRAY_SIZE(g->calls)) {
		add(g, HELPER(jit_helper_imm(helper)));
		return;
	}
	g->calls[g->call_cnt++] = g->cnt;
	/* only functions that come later: nothing recurses */
	add(g, CALL(g->sub + 1 + rnd(g, g->sub_cnt - g->sub - 1)));
}

static void gen_step(struct gen *g, u32 budget, u32 depth)
{
	switch (rnd(g, depth > 4 ? 12 : 15)) {
	case 0:
		return gen_extend(g);
	case 1:
	case 2:
		return gen_pair(g);
	case 3:
		return gen_constant(g);
	case 4:
	case 5:
		return gen_memory(g);
	case 6:
		return gen_atomic(g);
	case 12:
	case 13:
		return gen_if(g, budget, depth);
	case 14:
		if (!depth)
			return gen_loop(g, budget);
		return gen_call(g);
	default:
		return gen_alu(g);
	}
}

static void gen_block(struct gen *g, u32 budget, u32 depth)
{
	u32 end = g->cnt + 1 + rnd(g, budget + 1);

	while (g->cnt < end && g->cnt < MAX_INSNS - 200)
		gen_step(g, end - g->cnt, depth);
}

static void gen_function(struct gen *g, u32 i)
{
	u32 k;

	g->sub = i;
	g->subs[i].start = g->cnt;
	g->subs[i].stack_depth = STACK;
	/* A main program starts with known registers. */
	for (k = 0; !i && k < 10; k++)
		add(g, MOV_K(k, any_imm(g)));
	for (k = 0; i && k < 4; k++)
		add(g, MOV_K(6 + k, any_imm(g)));
	gen_block(g, i ? 30 : rnd(g, 10) ? 60 : 400, 0);
	/* The main program shows all it has. */
	for (k = 0; !i && k < 10; k++)
		add(g, STX(EBPF_DW, 10, k, -128 + 8 * (s32)k));
	add(g, EXIT());
}

static void generate(struct gen *g, u64 n)
{
	u32 i;

	memset(g, 0, sizeof(*g));
	g->seed = n;
	g->sub_cnt = 1 + rnd(g, 4);
	for (i = 0; i < g->sub_cnt; i++)
		gen_function(g, i);
	for (i = 0; i < g->call_cnt; i++) {
		u32 at = g->calls[i];

		g->insns[at].imm = g->subs[g->insns[at].imm].start - at - 1;
	}
}

static bool run(struct gen *g, u64 n, u64 *insns, u64 *undecodable)
{
	static const struct interp_ops ops = { .helper = interp_helper };
	struct jit_code code;
	u64 mem[1] = { 0 };
	bool ok;
	int err;

	generate(g, n);
	err = jit_build(&code, g->insns, g->cnt, g->subs, g->sub_cnt);
	if (err) {
		tap_diag("program %llu: not compiled, %d", n, err);
		return false;
	}
	ok = jit_same(&code, &ops, mem, sizeof(mem), n);
	if (!ok) {
		tap_diag("program %llu differs", n);
		if (g->cnt < 300)
			jit_dump(&code);
	}
	*insns += g->cnt;
	*undecodable += jit_undecodable(&code);
	jit_destroy(&code);
	return ok;
}

int main(int argc, char **argv)
{
	u64 programs = argc > 1 ? strtoull(argv[1], NULL, 0) : PROGRAMS;
	u64 first = argc > 2 ? strtoull(argv[2], NULL, 0) : 0;
	u64 n, bad = 0, insns = 0, undecodable = 0;
	static struct gen g;

	jit_stack_used = 4 * STACK + 64;
	for (n = first; n < first + programs && bad < 5; n++) {
		jit_set_mitigations(n & 1);
		bad += !run(&g, n, &insns, &undecodable);
	}
	tap_ok(!bad, "%llu programs, %llu instructions", n - first, insns);
	if (jit_can_decode())
		tap_eq(undecodable, 0, "a disassembler reads every byte");
	else
		tap_skip("no disassembler was there when this was built");
	tap_eq(test_bugs(), 0, "no internal check struck");
	return tap_end();
}
