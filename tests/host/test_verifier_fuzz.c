// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random programs: each one the verifier lets through is run, as loaded and as
 * rewritten, with random contexts. No access may leave its object, and both
 * forms must compute the same.
 *
 *	VERIFIER_FUZZ_PROGRAMS=N   how many programs (default 30000)
 *	VERIFIER_FUZZ_SEED=N       where to start
 */
#include <stdlib.h>
#include <tap.h>
#include "interp.h"
#include "services.h"
#include "verif_run.h"

#define MAX_INSNS	400
#define CTX_SIZE	168
#define VALUE_SIZE	48
#define STACK_SIZE	1024
#define RUNS		6
#define FP		10
#define CTX		6
#define VALUE		9

struct gen {
	struct ebpf_insn insns[MAX_INSNS];
	u32 cnt;
	/* Jumps whose target is some items ahead. */
	u32 jumps[64];
	u32 wait[64];
	u32 nr_jumps;
};

static u64 rng;

static u64 rnd(void)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return rng * 0x2545f4914f6cdd1dULL >> 8;
}

static u32 below(u32 n)
{
	return rnd() % n;
}

static void emit(struct gen *g, u8 code, u8 dst, u8 src, s16 off, s32 imm)
{
	struct ebpf_insn *insn = &g->insns[g->cnt++];

	insn->code = code;
	insn->dst_reg = dst;
	insn->src_reg = src;
	insn->off = off;
	insn->imm = imm;
}

static u8 scalar(void)
{
	static const u8 regs[] = { 1, 2, 3, 4, 5, 7, 8 };

	return regs[below(sizeof(regs))];
}

static s32 number(void)
{
	static const s32 nice[] = {
		0, 1, 2, 7, 8, 15, 31, 40, 47, 48, 63, 255, 4096, -1, -2, -8, 0x7fffffff,
		-0x7fffffff - 1, 0x40000000,
	};

	return below(4) ? nice[below(sizeof(nice) / sizeof(*nice))] : (s32)rnd();
}

static void gen_load_ctx(struct gen *g, u8 dst)
{
	static const u8 sizes[] = { EBPF_B, EBPF_H, EBPF_W, EBPF_DW };
	u32 n = below(4);

	emit(g, EBPF_LDX | EBPF_MEM | sizes[n], dst, CTX, below(CTX_SIZE / 8) * 8, 0);
}

static void gen_alu(struct gen *g)
{
	static const u8 ops[] = {
		EBPF_ADD, EBPF_SUB, EBPF_MUL, EBPF_DIV, EBPF_OR, EBPF_AND, EBPF_LSH, EBPF_RSH,
		EBPF_MOD, EBPF_XOR, EBPF_ARSH, EBPF_AND, EBPF_ADD, EBPF_SUB,
	};
	u8 class = below(3) ? EBPF_ALU64 : EBPF_ALU, op = ops[below(sizeof(ops))];
	bool shift = op == EBPF_LSH || op == EBPF_RSH || op == EBPF_ARSH;
	bool div = op == EBPF_DIV || op == EBPF_MOD;
	s32 imm = number();

	if (shift)
		imm = below(class == EBPF_ALU64 ? 64 : 32);
	if (div && !imm)
		imm = 3;
	if (below(2))
		emit(g, class | op | EBPF_X, scalar(), scalar(), div ? below(2) : 0, 0);
	else
		emit(g, class | op | EBPF_K, scalar(), 0, div ? below(2) : 0, imm);
}

static void gen_move(struct gen *g)
{
	static const s16 sext[] = { 0, 0, 0, 8, 16 };

	switch (below(6)) {
	case 0:
		emit(g, EBPF_ALU64 | EBPF_MOV | EBPF_K, scalar(), 0, 0, number());
		break;
	case 1:
		emit(g, EBPF_ALU | EBPF_MOV | EBPF_X, scalar(), scalar(), sext[below(5)], 0);
		break;
	case 2:
		emit(g, EBPF_ALU | EBPF_END | (below(2) ? EBPF_TO_BE : EBPF_TO_LE), scalar(), 0, 0,
		     16 << below(3));
		break;
	case 3:
		emit(g, EBPF_ALU64 | EBPF_NEG, scalar(), 0, 0, 0);
		break;
	default:
		emit(g, EBPF_ALU64 | EBPF_MOV | EBPF_X, scalar(), scalar(), sext[below(5)], 0);
	}
}

static void gen_jump(struct gen *g)
{
	static const u8 ops[] = {
		EBPF_JEQ, EBPF_JNE, EBPF_JGT, EBPF_JGE, EBPF_JLT, EBPF_JLE, EBPF_JSGT, EBPF_JSGE,
		EBPF_JSLT, EBPF_JSLE, EBPF_JSET,
	};
	u8 class = below(3) ? EBPF_JMP : EBPF_JMP32, op = ops[below(sizeof(ops))];

	if (g->nr_jumps == 64)
		return;
	g->jumps[g->nr_jumps] = g->cnt;
	g->wait[g->nr_jumps++] = 1 + below(5);
	if (below(3))
		emit(g, class | op | EBPF_K, scalar(), 0, 0, number());
	else
		emit(g, class | op | EBPF_X, scalar(), scalar(), 0, 0);
}

static s16 slot(void)
{
	return -8 * (1 + (s32)below(6));
}

static void gen_stack(struct gen *g)
{
	s16 at = slot();

	switch (below(7)) {
	case 0:
	case 1:
		emit(g, EBPF_STX | EBPF_MEM | EBPF_DW, FP, scalar(), at, 0);
		break;
	case 2:
		emit(g, EBPF_STX | EBPF_MEM | EBPF_W, FP, scalar(), at + 4 * below(2), 0);
		break;
	case 3:
		emit(g, EBPF_LDX | (below(2) ? EBPF_MEM : EBPF_MEMSX) | EBPF_W, scalar(), FP,
		     at + 4 * below(2), 0);
		break;
	case 4:
		emit(g, EBPF_ST | EBPF_MEM | (below(2) ? EBPF_DW : EBPF_W), FP, 0, at,
		     below(2) ? 0 : number());
		break;
	case 5:
		emit(g, EBPF_STX | EBPF_ATOMIC | (below(2) ? EBPF_DW : EBPF_W), FP, scalar(), at,
		     below(2) ? EBPF_XCHG : EBPF_ADD | (below(2) ? EBPF_FETCH : 0));
		break;
	default:
		emit(g, EBPF_LDX | EBPF_MEM | EBPF_DW, scalar(), FP, at, 0);
	}
}

/* A jump to where R0 = 0 and the end is, found again by its off of -1. */
static void gen_bound(struct gen *g, u8 reg)
{
	switch (below(5)) {
	case 0:
		emit(g, EBPF_ALU64 | EBPF_AND | EBPF_K, reg, 0, 0, below(64));
		break;
	case 1:
		emit(g, EBPF_JMP | EBPF_JSGT | EBPF_K, reg, 0, -1, below(50));
		emit(g, EBPF_JMP | EBPF_JSLT | EBPF_K, reg, 0, -1, below(2) ? 0 : -(s32)below(4));
		break;
	case 2:
		emit(g, EBPF_JMP32 | EBPF_JGT | EBPF_K, reg, 0, -1, below(50));
		break;
	default:
		emit(g, EBPF_JMP | EBPF_JGT | EBPF_K, reg, 0, -1, below(50));
	}
}

static void gen_access(struct gen *g)
{
	static const u8 sizes[] = { EBPF_B, EBPF_H, EBPF_W, EBPF_DW };
	u8 reg = scalar(), size = sizes[below(4)];
	bool stack = !below(4);
	s16 off = stack ? -64 + (s16)below(3) * 8 : (s16)below(8) - 2;

	if (below(5))
		gen_bound(g, reg);
	if (!below(3))
		gen_move(g);
	if (stack)
		emit(g, EBPF_ALU64 | EBPF_AND | EBPF_K, reg, 0, 0, -8);
	emit(g, EBPF_ALU64 | EBPF_MOV | EBPF_X, 0, stack ? FP : VALUE, 0, 0);
	emit(g, EBPF_ALU64 | (below(6) ? EBPF_ADD : EBPF_SUB) | EBPF_X, 0, reg, 0, 0);
	if (below(2))
		emit(g, EBPF_LDX | EBPF_MEM | size, scalar(), 0, off, 0);
	else
		emit(g, EBPF_STX | EBPF_MEM | size, 0, scalar(), off, 0);
}

static void gen_call(struct gen *g)
{
	u32 i;

	/* CALL to the subprogram is found again by its imm. */
	emit(g, EBPF_JMP | EBPF_CALL, 0, below(2) ? EBPF_PSEUDO_CALL : 0, 0,
	     EBPF_FUNC_get_prandom_u32);
	for (i = 1; i <= 5; i++)
		if (below(2))
			gen_load_ctx(g, i);
		else
			emit(g, EBPF_ALU64 | EBPF_MOV | EBPF_X, i, below(2) ? 0 : 7 + below(2), 0, 0);
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

static void gen_item(struct gen *g, bool calls)
{
	switch (below(calls ? 12 : 8)) {
	case 0:
	case 1:
	case 2:
		gen_alu(g);
		break;
	case 3:
	case 4:
		gen_move(g);
		break;
	case 5:
	case 6:
		gen_jump(g);
		break;
	case 7:
	case 8:
		gen_stack(g);
		break;
	case 9:
		if (!below(3)) {
			gen_call(g);
			break;
		}
		/* fall through */
	default:
		gen_access(g);
	}
	land(g, false);
}

/* A few rounds over some items, counted on the stack where they cannot reach. */
static void gen_loop(struct gen *g)
{
	u32 items = 1 + below(4), start, i;

	land(g, true);
	emit(g, EBPF_ST | EBPF_MEM | EBPF_DW, FP, 0, -72, 0);
	start = g->cnt;
	for (i = 0; i < items; i++)
		gen_item(g, true);
	land(g, true);
	emit(g, EBPF_LDX | EBPF_MEM | EBPF_DW, 0, FP, -72, 0);
	emit(g, EBPF_ALU64 | EBPF_ADD | EBPF_K, 0, 0, 0, 1);
	emit(g, EBPF_STX | EBPF_MEM | EBPF_DW, FP, 0, -72, 0);
	i = g->cnt;
	emit(g, EBPF_JMP | EBPF_JLT | EBPF_K, 0, 0, (s32)start - (s32)i - 1, 1 + below(6));
}

static void gen_prologue(struct gen *g)
{
	static const struct ebpf_insn lookup[] = {
		MOV_X(CTX, 1), ST(DW, FP, -8, 0), MOV_X(2, FP), ADD_K(2, -8), LD_MAP(1, 0),
		HELPER(map_lookup_elem), JMP_K(JNE, 0, 0, 1), EXIT, MOV_X(VALUE, 0),
	};
	u32 i;

	memcpy(g->insns, lookup, sizeof(lookup));
	g->cnt = sizeof(lookup) / sizeof(*lookup);
	for (i = 1; i <= 8; i++)
		if (i != CTX)
			gen_load_ctx(g, i);
}

/* Resolves the marks of gen_bound() and gen_call(). */
static void link_program(struct gen *g, u32 leave, u32 sub)
{
	u32 i;

	for (i = 0; i < g->cnt; i++) {
		struct ebpf_insn *insn = &g->insns[i];

		if (insn->code == (EBPF_JMP | EBPF_CALL) && insn->src_reg == EBPF_PSEUDO_CALL) {
			if (sub)
				insn->imm = sub - i - 1;
			else
				insn->src_reg = 0;
		} else if ((EBPF_CLASS(insn->code) == EBPF_JMP ||
			    EBPF_CLASS(insn->code) == EBPF_JMP32) && insn->off == -1) {
			insn->off = leave - i - 1;
		}
	}
}

static bool has_call(const struct gen *g)
{
	u32 i;

	for (i = 0; i < g->cnt; i++)
		if (g->insns[i].code == (EBPF_JMP | EBPF_CALL) &&
		    g->insns[i].src_reg == EBPF_PSEUDO_CALL)
			return true;
	return false;
}

static void gen_program(struct gen *g, int map_fd)
{
	u32 items = 4 + below(28), leave, sub = 0, i;

	memset(g, 0, sizeof(*g));
	gen_prologue(g);
	g->insns[4].imm = map_fd;
	for (i = 0; i < items && g->cnt < MAX_INSNS - 80; i++)
		if (below(12))
			gen_item(g, true);
		else
			gen_loop(g);
	land(g, true);
	leave = g->cnt;
	emit(g, EBPF_ALU64 | EBPF_MOV | EBPF_K, 0, 0, 0, 0);
	emit(g, EBPF_JMP | EBPF_EXIT, 0, 0, 0, 0);
	if (has_call(g)) {
		sub = g->cnt;
		for (i = 7; i <= 8; i++)
			emit(g, EBPF_ALU64 | EBPF_MOV | EBPF_X, i, 1 + below(5), 0, 0);
		items = 1 + below(6);
		for (i = 0; i < items; i++)
			gen_item(g, false);
		land(g, true);
		emit(g, EBPF_ALU64 | EBPF_MOV | EBPF_X, 0, scalar(), 0, 0);
		emit(g, EBPF_JMP | EBPF_EXIT, 0, 0, 0, 0);
	}
	link_program(g, leave, sub);
}

/* One run. */
struct world {
	u64 ctx[CTX_SIZE / 8];
	u64 guard1[8];
	u64 value[VALUE_SIZE / 8];
	u64 guard2[8];
	u64 stack[STACK_SIZE / 8];
	u64 seed;
	u32 calls;
};

static bool within(u64 addr, u32 size, const void *at, u64 bytes)
{
	u64 start = (unsigned long)at;

	return addr >= start && addr - start <= bytes && size <= bytes - (addr - start);
}

static bool access_ok(struct interp *it, u64 addr, u32 size, bool write)
{
	struct world *w = it->cookie;

	return within(addr, size, w->value, VALUE_SIZE) ||
	       within(addr, size, w->stack, STACK_SIZE) ||
	       (!write && within(addr, size, w->ctx, CTX_SIZE));
}

static int call_helper(struct interp *it, const struct ebpf_insn *insn, u64 *ret)
{
	struct world *w = it->cookie;

	if (!w->calls++) {
		*ret = (unsigned long)w->value;
		return 0;
	}
	w->seed = w->seed * 6364136223846793005ULL + 1442695040888963407ULL;
	*ret = (u32)(w->seed >> 33);
	return 0;
}

static int load_pseudo(struct interp *it, const struct ebpf_insn *insn, u64 *val)
{
	*val = 0;
	return 0;
}

static const struct interp_ops interp_ops = {
	.helper = call_helper,
	.access = access_ok,
	.ld_pseudo = load_pseudo,
};

static void fill_world(struct world *w)
{
	u32 i;

	memset(w, 0, sizeof(*w));
	for (i = 0; i < CTX_SIZE / 8; i++)
		w->ctx[i] = below(3) ? (u64)(s64)number() : rnd() << 16 ^ rnd();
	for (i = 0; i < VALUE_SIZE / 8; i++)
		w->value[i] = rnd();
	w->seed = rnd();
}

static int run(struct interp *it, const struct interp_prog *prog, struct world *w)
{
	memset(it, 0, sizeof(*it));
	it->prog = prog;
	it->ops = &interp_ops;
	it->cookie = w;
	it->max_steps = 100000;
	return interp_run(it, (unsigned long)w->ctx, (unsigned long)w->stack + STACK_SIZE, false);
}

static void dump(const struct gen *g, u64 seed, const char *log)
{
	printf("# seed %llu, %u instructions\n%s\n", seed, g->cnt, log);
}

static struct verif_result res;
static struct interp it;
static struct world start, world;

/* False: something is wrong with the verifier. */
static bool try_program(const struct gen *g, u64 seed)
{
	struct interp_prog loaded = { .insns = g->insns, .insn_cnt = g->cnt };
	struct interp_prog final = {
		.insns = res.img.insns, .insn_cnt = res.img.insn_cnt,
		.subprogs = res.img.subprogs, .subprog_cnt = res.img.subprog_cnt,
	};
	u64 ret, value[VALUE_SIZE / 8];
	int i, err;

	for (i = 0; i < RUNS; i++) {
		fill_world(&start);
		world = start;
		err = run(&it, &loaded, &world);
		if (err) {
			printf("# as loaded: error %d at %u\n", err, it.pc);
			return false;
		}
		ret = it.regs[0];
		memcpy(value, world.value, sizeof(value));
		/* In the same memory: a program may compute with addresses. */
		world = start;
		err = run(&it, &final, &world);
		if (err) {
			printf("# as rewritten: error %d at %u\n", err, it.pc);
			return false;
		}
		if (ret != it.regs[0] || memcmp(value, world.value, sizeof(value))) {
			printf("# as rewritten: another result\n");
			return false;
		}
	}
	return true;
}

int main(void)
{
	const char *env = getenv("VERIFIER_FUZZ_PROGRAMS"), *start = getenv("VERIFIER_FUZZ_SEED");
	u64 n = env ? strtoull(env, NULL, 0) : 30000, i;
	u64 first = start ? strtoull(start, NULL, 0) : 1, accepted = 0, bad = 0;
	struct gen *g = calloc(1, sizeof(*g));
	struct ebpf_load load = {
		.prog_type = EBPF_PROG_TYPE_KPROBE, .gpl_compatible = true, .insns = g->insns,
	};
	int fd = fake_map_new(EBPF_MAP_TYPE_LRU_HASH, 8, VALUE_SIZE, 1, 0);

	for (i = first; i < first + n && bad < 5; i++) {
		rng = i * 0x9e3779b97f4a7c15ULL | 1;
		gen_program(g, fd);
		load.insn_cnt = g->cnt;
		load.prog_flags = below(2) ? EBPF_F_TEST_STATE_FREQ : 0;
		verif_load(&res, &load, 0);
		if (res.err)
			continue;
		accepted++;
		if (try_program(g, i))
			continue;
		bad++;
		verif_load(&res, &load, EBPF_LOG_LEVEL2);
		dump(g, i, res.log);
	}
	tap_diag("%llu of %llu programs accepted", accepted, i - first);
	tap_ok(accepted > n / 50, "the generator makes programs worth running");
	tap_ok(!bad, "no accepted program left its memory");
	tap_eq(test_bugs(), 0, "no rule of the verifier's own was broken");
	free(g);
	return tap_end();
}
