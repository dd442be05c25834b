// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each instruction, in each width, with each pair of registers, on values that
 * find mistakes: what the JIT makes of it against the reference interpreter,
 * over all registers and memory.
 */
#include "jit_run.h"
#include "services.h"
#include "tap.h"

/* The context: what R0 to R9 start with, then data for loads and stores. */
struct ctx {
	u64 regs[10];
	u64 data[4];
};

#define DATA	((int)offsetof(struct ctx, data))
#define CTX_SLOT	-8	/* where the stack keeps the context's address */
#define REG_SLOT(i)	(-16 - 8 * (i))
#define MARK_SLOT	-128

static const u64 values[] = {
	0, 1, 2, 0x7f, 0x80, 0xff, 0xffff8000, 0x7fffffff, 0x80000000, 0xffffffff,
	0x100000000ULL, 0x123456789abcdef0ULL, 0x7fffffffffffffffULL,
	0x8000000000000000ULL, 0xfffffffffffffff0ULL, 0xffffffffffffffffULL,
};

static const s32 imms[] = {
	0, 1, 2, 3, 7, 8, 10, 31, 32, 63, 127, 128, 255, 256, 1000, 65535, 65536, 0x12345678,
	0x40000000, S32_MAX, S32_MIN, S32_MIN + 1, -129, -128, -127, -32, -10, -2, -1,
};

struct builder {
	struct ebpf_insn insns[128];
	u32 cnt;
	struct ctx ctx;
	u32 bad, runs, undecodable;
};

static void add(struct builder *b, struct ebpf_insn insn)
{
	b->insns[b->cnt++] = insn;
}

static void begin(struct builder *b)
{
	u32 i;

	b->cnt = 0;
	add(b, STX(EBPF_DW, 10, 1, CTX_SLOT));
	for (i = 0; i < 10; i++)
		if (i != 1)
			add(b, LDX(EBPF_DW, i, 1, 8 * i));
	add(b, LDX(EBPF_DW, 1, 1, 8));
}

/* @reg = address of the data, such that @off from it is the data's start. */
static void point_at_data(struct builder *b, u32 reg, s32 off)
{
	add(b, LDX(EBPF_DW, reg, 10, CTX_SLOT));
	add(b, ALU64_K(EBPF_ADD, reg, DATA - off));
}

static void finish(struct builder *b)
{
	u32 i;

	for (i = 0; i < 10; i++)
		add(b, STX(EBPF_DW, 10, i, REG_SLOT(i)));
	add(b, EXIT());
}

static void fill_ctx(struct builder *b, u64 seed)
{
	u32 i;

	for (i = 0; i < 10; i++)
		b->ctx.regs[i] = jit_random_edge(&seed);
	for (i = 0; i < 4; i++)
		b->ctx.data[i] = jit_random_edge(&seed);
}

static void run_once(struct builder *b, const struct jit_code *code)
{
	b->runs++;
	if (jit_same(code, NULL, &b->ctx, sizeof(b->ctx), b->runs))
		return;
	if (!b->bad++)
		jit_dump(code);
}

static bool build(struct builder *b, struct jit_code *code)
{
	int err = jit_build(code, b->insns, b->cnt, NULL, 0);

	if (err) {
		tap_diag("code %02x: not compiled, %d", b->insns[11].code, err);
		b->bad++;
		return false;
	}
	b->undecodable += jit_undecodable(code);
	return true;
}

/* Values for two registers (or one and memory), every pair. */
static void run_pairs(struct builder *b, u32 dst, u32 src)
{
	struct jit_code code;
	u32 i, k;

	finish(b);
	if (!build(b, &code))
		return;
	fill_ctx(b, dst * 16 + src);
	for (i = 0; i < ARRAY_SIZE(values); i++) {
		for (k = 0; k < ARRAY_SIZE(values); k++) {
			b->ctx.regs[dst] = values[i];
			b->ctx.regs[src] = values[k];
			run_once(b, &code);
		}
	}
	jit_destroy(&code);
}

static void run_values(struct builder *b, u32 dst)
{
	struct jit_code code;
	u32 i;

	finish(b);
	if (!build(b, &code))
		return;
	fill_ctx(b, dst);
	for (i = 0; i < ARRAY_SIZE(values); i++) {
		b->ctx.regs[dst] = values[i];
		b->ctx.data[0] = values[ARRAY_SIZE(values) - 1 - i];
		run_once(b, &code);
	}
	jit_destroy(&code);
}

static void run_few(struct builder *b, u32 n)
{
	struct jit_code code;
	u32 i;

	finish(b);
	if (!build(b, &code))
		return;
	for (i = 0; i < n; i++) {
		fill_ctx(b, i);
		run_once(b, &code);
	}
	jit_destroy(&code);
}

static void report(struct builder *b, const char *what)
{
	tap_ok(!b->bad && b->runs, "%s (%u runs)", what, b->runs);
	b->bad = 0;
	b->runs = 0;
}

static const struct {
	u8 op;
	u8 off;
	const char *name;
} alu_ops[] = {
	{ EBPF_ADD, 0, "add" }, { EBPF_SUB, 0, "sub" }, { EBPF_MUL, 0, "mul" },
	{ EBPF_DIV, 0, "div" }, { EBPF_MOD, 0, "mod" }, { EBPF_DIV, 1, "sdiv" },
	{ EBPF_MOD, 1, "smod" }, { EBPF_OR, 0, "or" }, { EBPF_AND, 0, "and" },
	{ EBPF_XOR, 0, "xor" }, { EBPF_LSH, 0, "lsh" }, { EBPF_RSH, 0, "rsh" },
	{ EBPF_ARSH, 0, "arsh" }, { EBPF_MOV, 0, "mov" }, { EBPF_MOV, 8, "movsx8" },
	{ EBPF_MOV, 16, "movsx16" }, { EBPF_MOV, 32, "movsx32" },
};

static bool is_division(u8 op)
{
	return op == EBPF_DIV || op == EBPF_MOD;
}

/* As the verifier guards an unsigned division; signed ones need no guard. */
static void add_alu_reg(struct builder *b, u8 class, u8 op, u8 off, u32 dst, u32 src)
{
	if (is_division(op) && !off) {
		add(b, INSN((class == EBPF_ALU ? EBPF_JMP32 : EBPF_JMP) | EBPF_JNE, src, 0,
			    op == EBPF_DIV ? 2 : 1, 0));
		if (op == EBPF_DIV)
			add(b, ALU32_X(EBPF_XOR, dst, dst));
		add(b, JA(1));
	}
	add(b, INSN(class | op | EBPF_X, dst, src, off, 0));
}

static void test_alu_reg(struct builder *b, u8 class, u32 n)
{
	u32 dst, src;

	for (dst = 0; dst < 10; dst++) {
		for (src = 0; src < 10; src++) {
			begin(b);
			add_alu_reg(b, class, alu_ops[n].op, alu_ops[n].off, dst, src);
			run_pairs(b, dst, src);
		}
	}
}

static void test_alu_imm(struct builder *b, u8 class, u32 n)
{
	u32 dst, i;

	for (dst = 0; dst < 10; dst++) {
		for (i = 0; i < ARRAY_SIZE(imms); i++) {
			if (is_division(alu_ops[n].op) && !imms[i])
				continue;
			begin(b);
			add(b, INSN(class | alu_ops[n].op, dst, 0, alu_ops[n].off, imms[i]));
			run_values(b, dst);
		}
	}
}

static void test_alu(struct builder *b)
{
	char name[64];
	u32 i, w;

	for (i = 0; i < ARRAY_SIZE(alu_ops); i++) {
		for (w = 0; w < 2; w++) {
			u8 class = w ? EBPF_ALU64 : EBPF_ALU;

			if (alu_ops[i].off == 32 && !w)
				continue;
			test_alu_reg(b, class, i);
			snprintf(name, sizeof(name), "%s by register, %s bits", alu_ops[i].name,
				 w ? "64" : "32");
			report(b, name);
			if (alu_ops[i].off >= 8)
				continue;
			test_alu_imm(b, class, i);
			snprintf(name, sizeof(name), "%s by constant, %s bits", alu_ops[i].name,
				 w ? "64" : "32");
			report(b, name);
		}
	}
}

/* Operations on one register. */
static void test_unary(struct builder *b)
{
	static const u8 codes[] = {
		EBPF_ALU | EBPF_END | EBPF_TO_LE, EBPF_ALU | EBPF_END | EBPF_TO_BE,
		EBPF_ALU64 | EBPF_END,
	};
	static const s32 widths[] = { 16, 32, 64 };
	u32 dst, i, k;

	for (dst = 0; dst < 10; dst++) {
		for (i = 0; i < 9; i++) {
			begin(b);
			add(b, INSN(codes[i / 3], dst, 0, 0, widths[i % 3]));
			run_values(b, dst);
		}
	}
	report(b, "byte swaps");
	for (dst = 0; dst < 10; dst++) {
		for (k = 0; k < 2; k++) {
			begin(b);
			add(b, INSN((k ? EBPF_ALU64 : EBPF_ALU) | EBPF_NEG, dst, 0, 0, 0));
			run_values(b, dst);
		}
	}
	report(b, "neg");
}

static void test_frame_pointer(struct builder *b)
{
	u32 dst;

	for (dst = 0; dst < 10; dst++) {
		begin(b);
		add(b, MOV_X(dst, 10));
		add(b, ALU64_K(EBPF_ADD, dst, -16));
		run_values(b, dst);
		begin(b);
		add(b, ALU64_X(EBPF_SUB, dst, 10));
		run_values(b, dst);
		begin(b);
		add(b, ALU32_X(EBPF_MOV, dst, 10));
		run_values(b, dst);
	}
	report(b, "R10 as a source");
}

static void test_ld_imm64(struct builder *b)
{
	u32 dst, i;

	for (dst = 0; dst < 10; dst++) {
		for (i = 0; i < ARRAY_SIZE(values); i++) {
			begin(b);
			add(b, LD64_LO(dst, 0, values[i]));
			add(b, LD64_HI(values[i]));
			run_few(b, 1);
		}
	}
	report(b, "64-bit constants");
}

static const u8 sizes[] = { EBPF_B, EBPF_H, EBPF_W, EBPF_DW };
static const s16 offs[] = { 0, 1, -1, 127, 128, -128, -129, 32767, -32768 };

static void test_ldx_mode(struct builder *b, u8 mode, u32 nsizes, const char *what)
{
	u32 dst, src, i;

	for (dst = 0; dst < 10; dst++) {
		for (src = 0; src < 10; src++) {
			for (i = 0; i < nsizes * ARRAY_SIZE(offs); i++) {
				s16 off = offs[i / nsizes];

				begin(b);
				point_at_data(b, src, off);
				add(b, INSN(EBPF_LDX | mode | sizes[i % nsizes], dst, src, off, 0));
				run_few(b, 4);
			}
		}
	}
	report(b, what);
}

static void test_stx(struct builder *b)
{
	u32 dst, src, i;

	for (dst = 0; dst < 10; dst++) {
		for (src = 0; src <= 10; src++) {
			for (i = 0; i < 4 * ARRAY_SIZE(offs); i++) {
				begin(b);
				point_at_data(b, dst, offs[i / 4]);
				add(b, STX(sizes[i % 4], dst, src, offs[i / 4]));
				run_few(b, 2);
			}
		}
	}
	report(b, "stores of registers");
}

static void test_st(struct builder *b)
{
	u32 dst, i, k;

	for (dst = 0; dst < 10; dst++) {
		for (k = 0; k < ARRAY_SIZE(imms); k++) {
			for (i = 0; i < 4 * ARRAY_SIZE(offs); i++) {
				begin(b);
				point_at_data(b, dst, offs[i / 4]);
				add(b, ST(sizes[i % 4], dst, offs[i / 4], imms[k]));
				run_few(b, 1);
			}
		}
	}
	report(b, "stores of constants");
}

static void test_atomic(struct builder *b, s32 op, const char *name)
{
	static const s16 few_offs[] = { 0, -128, 4096 };
	u32 dst, src, i;
	u8 size;

	for (dst = 0; dst < 10; dst++) {
		for (src = 0; src < 10; src++) {
			for (i = 0; i < 6; i++) {
				size = i & 1 ? EBPF_DW : EBPF_W;
				begin(b);
				point_at_data(b, dst, few_offs[i / 2]);
				add(b, ATOMIC(size, op, dst, src, few_offs[i / 2]));
				run_values(b, src);
			}
		}
	}
	report(b, name);
}

/* cmpxchg with an R0 that is what memory holds, in 32 and in 64 bits */
static void test_cmpxchg_hits(struct builder *b)
{
	u32 dst, src, i;

	for (dst = 1; dst < 10; dst++) {
		for (src = 0; src < 10; src++) {
			for (i = 0; i < 4; i++) {
				u8 size = i & 1 ? EBPF_DW : EBPF_W;

				begin(b);
				point_at_data(b, dst, 0);
				add(b, LDX(size, 0, dst, 0));
				if (i & 2)	/* an upper half that is not compared */
					add(b, INSN(EBPF_ALU64 | EBPF_OR, 0, 0, 0, S32_MIN));
				add(b, ATOMIC(size, EBPF_CMPXCHG, dst, src, 0));
				run_few(b, 4);
			}
		}
	}
	report(b, "cmpxchg that succeeds");
}

static void test_atomics(struct builder *b)
{
	static const struct {
		s32 op;
		const char *name;
	} ops[] = {
		{ EBPF_ADD, "atomic add" }, { EBPF_OR, "atomic or" },
		{ EBPF_AND, "atomic and" }, { EBPF_XOR, "atomic xor" },
		{ EBPF_ADD | EBPF_FETCH, "atomic add that fetches" },
		{ EBPF_OR | EBPF_FETCH, "atomic or that fetches" },
		{ EBPF_AND | EBPF_FETCH, "atomic and that fetches" },
		{ EBPF_XOR | EBPF_FETCH, "atomic xor that fetches" },
		{ EBPF_XCHG, "xchg" }, { EBPF_CMPXCHG, "cmpxchg" },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(ops); i++)
		test_atomic(b, ops[i].op, ops[i].name);
	test_cmpxchg_hits(b);
}

static const struct {
	u8 op;
	const char *name;
} jmp_ops[] = {
	{ EBPF_JEQ, "jeq" }, { EBPF_JNE, "jne" }, { EBPF_JGT, "jgt" }, { EBPF_JGE, "jge" },
	{ EBPF_JLT, "jlt" }, { EBPF_JLE, "jle" }, { EBPF_JSGT, "jsgt" },
	{ EBPF_JSGE, "jsge" }, { EBPF_JSLT, "jslt" }, { EBPF_JSLE, "jsle" },
	{ EBPF_JSET, "jset" },
};

static void test_jmp_reg(struct builder *b, u8 class, u8 op)
{
	u32 dst, src;

	for (dst = 0; dst < 10; dst++) {
		for (src = 0; src < 10; src++) {
			begin(b);
			add(b, INSN(class | op | EBPF_X, dst, src, 1, 0));
			add(b, ST(EBPF_DW, 10, MARK_SLOT, 1));
			run_pairs(b, dst, src);
		}
	}
}

static void test_jmp_imm(struct builder *b, u8 class, u8 op)
{
	u32 dst, i;

	for (dst = 0; dst < 10; dst++) {
		for (i = 0; i < ARRAY_SIZE(imms); i++) {
			begin(b);
			add(b, INSN(class | op, dst, 0, 1, imms[i]));
			add(b, ST(EBPF_DW, 10, MARK_SLOT, 1));
			run_values(b, dst);
		}
	}
}

static void test_jumps(struct builder *b)
{
	char name[64];
	u32 i, w;

	for (i = 0; i < ARRAY_SIZE(jmp_ops); i++) {
		for (w = 0; w < 2; w++) {
			test_jmp_reg(b, w ? EBPF_JMP : EBPF_JMP32, jmp_ops[i].op);
			test_jmp_imm(b, w ? EBPF_JMP : EBPF_JMP32, jmp_ops[i].op);
			snprintf(name, sizeof(name), "%s, %s bits", jmp_ops[i].name, w ? "64" : "32");
			report(b, name);
		}
	}
}

/* A jump on zero right after what sets the flags, in every mixture of widths. */
static void test_jump_on_result(struct builder *b)
{
	static const u8 classes[] = { EBPF_ALU, EBPF_ALU64 };
	static const u8 jmps[] = {
		EBPF_JMP | EBPF_JEQ, EBPF_JMP | EBPF_JNE, EBPF_JMP32 | EBPF_JEQ,
		EBPF_JMP32 | EBPF_JNE, EBPF_JMP | EBPF_JSGT, EBPF_JMP | EBPF_JGT,
	};
	static const s32 some[] = { 0, 1, 32, -1, 0x7fffffff, S32_MIN };
	u32 i, k, n, m;

	for (i = 0; i < ARRAY_SIZE(alu_ops); i++) {
		if (is_division(alu_ops[i].op) || alu_ops[i].off)
			continue;
		for (k = 0; k < 2 * ARRAY_SIZE(jmps); k++) {
			for (n = 0; n < ARRAY_SIZE(some); n++) {
				for (m = 0; m < 3; m++) {
					/* constant, register, other register in the jump */
					begin(b);
					add(b, INSN(classes[k & 1] | alu_ops[i].op |
						    (m == 1 ? EBPF_X : EBPF_K), 6, m == 1 ? 7 : 0,
						    0, m == 1 ? 0 : some[n]));
					add(b, INSN(jmps[k / 2], m == 2 ? 7 : 6, 0, 1, 0));
					add(b, ST(EBPF_DW, 10, MARK_SLOT, 1));
					run_values(b, 6);
				}
			}
		}
	}
	report(b, "jumps on zero after arithmetic");
}

/* Pairs and triples that become one x86 instruction. */
static void test_fused(struct builder *b)
{
	static const s32 counts[] = { 8, 31, 32, 33, 48, 56 };
	u32 dst, src, i, k;

	for (dst = 0; dst < 10; dst++) {
		for (src = 0; src <= 10; src++) {
			for (i = 0; i < ARRAY_SIZE(imms); i++) {
				begin(b);
				add(b, MOV_X(dst, src));
				add(b, ALU64_K(i & 1 ? EBPF_ADD : EBPF_SUB, dst, imms[i]));
				run_few(b, 2);
			}
			for (i = 0; i < 10; i++) {
				begin(b);
				add(b, MOV_X(dst, src));
				add(b, ALU64_X(EBPF_ADD, dst, i));
				run_few(b, 2);
			}
			for (i = 0; i < ARRAY_SIZE(counts) * 4; i++) {
				begin(b);
				if (i & 2)
					add(b, MOV_X(dst, src));
				add(b, ALU64_K(EBPF_LSH, dst, counts[i / 4]));
				add(b, ALU64_K(i & 1 ? EBPF_ARSH : EBPF_RSH, dst, counts[i / 4]));
				run_values(b, src < 10 ? src : dst);
			}
		}
	}
	/* Not to be fused: something jumps to the second half. */
	for (k = 0; k < 2; k++) {
		begin(b);
		add(b, JMP_K(EBPF_JSGT, 3, 0, 1));
		add(b, k ? MOV_X(4, 5) : ALU64_K(EBPF_LSH, 4, 32));
		add(b, k ? ALU64_K(EBPF_ADD, 4, 100) : ALU64_K(EBPF_RSH, 4, 32));
		run_values(b, 3);
	}
	report(b, "neighbours done in one");
}

int main(void)
{
	static struct builder b;

	test_alu(&b);
	test_unary(&b);
	test_frame_pointer(&b);
	test_ld_imm64(&b);
	test_ldx_mode(&b, EBPF_MEM, 4, "loads");
	test_ldx_mode(&b, EBPF_MEMSX, 3, "loads that extend the sign");
	test_ldx_mode(&b, EBPF_PROBE_MEM, 4, "loads that may fault");
	test_ldx_mode(&b, EBPF_PROBE_MEMSX, 3, "loads that may fault and extend the sign");
	test_stx(&b);
	test_st(&b);
	test_atomics(&b);
	test_jumps(&b);
	test_jump_on_result(&b);
	test_fused(&b);
	if (jit_can_decode())
		tap_eq(b.undecodable, 0, "a disassembler reads every byte");
	else
		tap_skip("no disassembler was there when this was built");
	tap_eq(test_bugs(), 0, "no internal check struck");
	return tap_end();
}
