// SPDX-License-Identifier: GPL-2.0-only
#include "verifier_gen.h"

#define I(c, d, s, o, i) \
	((struct bpf_insn){ .code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i) })
#define MOV_K(d, i)	I(BPF_ALU64 | BPF_MOV | BPF_K, d, 0, 0, i)
#define MOV_X(d, s)	I(BPF_ALU64 | BPF_MOV | BPF_X, d, s, 0, 0)
#define ALU_K(op, d, i)	I(BPF_ALU64 | (op) | BPF_K, d, 0, 0, i)
#define ALU_X(op, d, s)	I(BPF_ALU64 | (op) | BPF_X, d, s, 0, 0)
#define LDX(sz, d, s, o) I(BPF_LDX | BPF_MEM | (sz), d, s, o, 0)
#define STX(sz, d, s, o) I(BPF_STX | BPF_MEM | (sz), d, s, o, 0)
#define ST(sz, d, o, i)	I(BPF_ST | BPF_MEM | (sz), d, 0, o, i)
#define JMP_K(op, d, i, o) I(BPF_JMP | (op) | BPF_K, d, 0, o, i)
#define CALL(f)		I(BPF_JMP | BPF_CALL, 0, 0, 0, f)
#define CALL_SUB(o)	I(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_CALL, 0, o)
#define EXIT()		I(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)

#define MAX_BRANCHES	8000	/* that may wait at a time: Linux's limit is 8192 */

struct out {
	struct bpf_insn *insns;
	unsigned int n;
};

static void emit(struct out *o, struct bpf_insn insn)
{
	o->insns[o->n++] = insn;
}

static void emit_filler(struct out *o, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		emit(o, ALU_K(i & 1 ? BPF_ADD : BPF_XOR, BPF_REG_8, i & 63));
}

/* r8 = a number nobody knows */
static void emit_start(struct out *o)
{
	emit(o, MOV_X(BPF_REG_6, BPF_REG_1));
	emit(o, LDX(BPF_DW, BPF_REG_8, BPF_REG_6, 0));
}

static void emit_end(struct out *o)
{
	emit(o, MOV_K(BPF_REG_0, 0));
	emit(o, EXIT());
}

static unsigned int make_line(struct bpf_insn *insns, unsigned int work, int map_fd)
{
	struct out o = { insns, 0 };

	(void)map_fd;
	emit_start(&o);
	emit_filler(&o, work - 4);
	emit_end(&o);
	return o.n;
}

static unsigned int make_loop(struct bpf_insn *insns, unsigned int work, int map_fd)
{
	struct out o = { insns, 0 };

	(void)map_fd;
	emit_start(&o);
	emit(&o, MOV_K(BPF_REG_7, 0));
	emit_filler(&o, 8);
	emit(&o, ALU_K(BPF_ADD, BPF_REG_7, 1));
	emit(&o, JMP_K(BPF_JLT, BPF_REG_7, work / 10, -10));
	emit_end(&o);
	return o.n;
}

/* A loop that keeps numbers it does not need in registers and on the stack. */
static unsigned int make_loop_stack(struct bpf_insn *insns, unsigned int work, int map_fd)
{
	struct out o = { insns, 0 };
	int i;

	(void)map_fd;
	emit_start(&o);
	for (i = 1; i <= 32; i++)
		emit(&o, STX(BPF_DW, BPF_REG_10, BPF_REG_8, -8 * i));
	emit(&o, MOV_K(BPF_REG_7, 0));
	emit(&o, STX(BPF_DW, BPF_REG_10, BPF_REG_7, -8));
	emit(&o, LDX(BPF_DW, BPF_REG_9, BPF_REG_10, -8));
	emit_filler(&o, 6);
	emit(&o, ALU_K(BPF_ADD, BPF_REG_7, 1));
	emit(&o, JMP_K(BPF_JLT, BPF_REG_7, work / 10, -10));
	emit_end(&o);
	return o.n;
}

/* if (r8 bit) r7 = 1; over and over: each way that is left over is pruned. */
static unsigned int make_pruned(struct bpf_insn *insns, unsigned int work, int map_fd)
{
	unsigned int i, branches = work / 12 < MAX_BRANCHES ? work / 12 : MAX_BRANCHES;
	struct out o = { insns, 0 };

	(void)map_fd;
	emit_start(&o);
	for (i = 0; i < branches; i++) {
		/* Known bits would decide a later branch and so make all ways differ. */
		emit(&o, LDX(BPF_DW, BPF_REG_8, BPF_REG_6, 0));
		emit(&o, MOV_K(BPF_REG_7, 0));
		emit(&o, JMP_K(BPF_JSET, BPF_REG_8, 1 << (i % 31), 1));
		emit(&o, MOV_K(BPF_REG_7, 1));
		emit_filler(&o, (work - 4 * branches) / branches - 1);
	}
	emit_end(&o);
	return o.n;
}

/* Each way ends with another number in r7 that an access depends on: all ways of
 * a tree are walked.
 */
static unsigned int make_unpruned(struct bpf_insn *insns, unsigned int work, int map_fd)
{
	struct out o = { insns, 0 };
	unsigned int depth = 1, i;

	(void)map_fd;
	while ((8U << (depth + 1)) < work)
		depth++;
	emit_start(&o);
	emit(&o, MOV_K(BPF_REG_7, 0));
	for (i = 0; i < depth; i++) {
		emit(&o, JMP_K(BPF_JSET, BPF_REG_8, 1 << i, 1));
		emit(&o, ALU_K(BPF_ADD, BPF_REG_7, 1 << i));
		emit_filler(&o, 1);
	}
	/* All of them are valid offsets of 0 .. 7 then. */
	emit(&o, ALU_K(BPF_RSH, BPF_REG_7, depth > 3 ? depth - 3 : 0));
	emit(&o, MOV_X(BPF_REG_1, BPF_REG_10));
	emit(&o, ST(BPF_DW, BPF_REG_10, -8, 0));
	emit(&o, ALU_X(BPF_ADD, BPF_REG_1, BPF_REG_7));
	emit(&o, LDX(BPF_B, BPF_REG_2, BPF_REG_1, -8));
	emit_end(&o);
	return o.n;
}

/* Look-ups, checks of what they found and accesses to it. */
static unsigned int make_maps(struct bpf_insn *insns, unsigned int work, int map_fd)
{
	unsigned int i, k, lookups = work / 24 < MAX_BRANCHES ? work / 24 : MAX_BRANCHES;
	unsigned int accesses = (work / lookups - 8) / 2;
	struct out o = { insns, 0 };

	emit_start(&o);
	emit(&o, ST(BPF_W, BPF_REG_10, -4, 0));
	for (i = 0; i < lookups; i++) {
		emit(&o, I(BPF_LD | BPF_IMM | BPF_DW, BPF_REG_1, BPF_PSEUDO_MAP_FD, 0, map_fd));
		emit(&o, I(0, 0, 0, 0, 0));
		emit(&o, MOV_X(BPF_REG_2, BPF_REG_10));
		emit(&o, ALU_K(BPF_ADD, BPF_REG_2, -4));
		emit(&o, CALL(BPF_FUNC_map_lookup_elem));
		emit(&o, JMP_K(BPF_JEQ, BPF_REG_0, 0, 2 * accesses));
		for (k = 0; k < accesses; k++) {
			emit(&o, LDX(BPF_DW, BPF_REG_7, BPF_REG_0, 8 * (k % 8)));
			emit(&o, STX(BPF_DW, BPF_REG_0, BPF_REG_7, 8 * ((k + 1) % 8)));
		}
	}
	emit_end(&o);
	return o.n;
}

/* Calls of one function, walked again at each. */
static unsigned int make_calls(struct bpf_insn *insns, unsigned int work, int map_fd)
{
	unsigned int i, calls = work / 24;
	struct out o = { insns, 0 };

	(void)map_fd;
	emit_start(&o);
	for (i = 0; i < calls; i++) {
		emit(&o, MOV_X(BPF_REG_1, BPF_REG_8));
		emit(&o, CALL_SUB((calls - i) * 3 - 1 - 1 + 2));
		emit(&o, ALU_X(BPF_ADD, BPF_REG_8, BPF_REG_0));
	}
	emit_end(&o);
	emit(&o, MOV_X(BPF_REG_6, BPF_REG_1));
	emit(&o, STX(BPF_DW, BPF_REG_10, BPF_REG_1, -8));
	for (i = 0; i < 16; i++)
		emit(&o, ALU_K(BPF_ADD, BPF_REG_6, i));
	emit(&o, LDX(BPF_DW, BPF_REG_0, BPF_REG_10, -8));
	emit(&o, ALU_X(BPF_XOR, BPF_REG_0, BPF_REG_6));
	emit(&o, EXIT());
	return o.n;
}

/* Registers go to the stack and come back, with branches in between. */
static unsigned int make_spills(struct bpf_insn *insns, unsigned int work, int map_fd)
{
	unsigned int i, branches = work / 20 < MAX_BRANCHES ? work / 20 : MAX_BRANCHES;
	struct out o = { insns, 0 };

	(void)map_fd;
	emit_start(&o);
	for (i = 0; i < 64; i++)
		emit(&o, STX(BPF_DW, BPF_REG_10, BPF_REG_6, -8 * (i + 1)));
	for (i = 0; o.n < work - 4; i++) {
		emit(&o, STX(BPF_DW, BPF_REG_10, BPF_REG_8, -8 * (i % 60 + 1)));
		emit(&o, LDX(BPF_DW, BPF_REG_9, BPF_REG_10, -8 * ((i + 7) % 60 + 1)));
		if (i % (work / (2 * branches)))
			continue;
		emit(&o, LDX(BPF_DW, BPF_REG_8, BPF_REG_6, 0));
		emit(&o, JMP_K(BPF_JSET, BPF_REG_8, 1 << (i % 31), 0));
	}
	emit_end(&o);
	return o.n;
}

/* Natively the cost of "maps" grows with the square of its work. Of "pruned" and "spills"
 * half as much again is processed, up to Linux's limit of 1,000,000.
 */
const struct gen_kind gen_kinds[] = {
	{ "line", 950000, make_line },
	{ "loop", 950000, make_loop },
	{ "loop-stack", 950000, make_loop_stack },
	{ "pruned", 600000, make_pruned },
	{ "unpruned", 950000, make_unpruned },
	{ "maps", 30000, make_maps },
	{ "calls", 950000, make_calls },
	{ "spills", 600000, make_spills },
};

const unsigned int nr_gen_kinds = sizeof(gen_kinds) / sizeof(gen_kinds[0]);
