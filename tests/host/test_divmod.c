// SPDX-License-Identifier: GPL-2.0-only
/*
 * Division and modulo from end to end: loaded, rewritten, compiled, executed, with
 * operands the verifier knows nothing of. Zero and -1 as divisors must not trap, and
 * 32-bit operations clear the upper half whatever they divide by.
 */
#include <tap.h>
#include "image_run.h"
#include "services.h"
#include "verif_run.h"

static const u64 values[] = {
	0, 1, 2, 7, 0xffffffffffffffff, 0xffffffff, 0x80000000, 0xffffffff80000000,
	0x8000000000000000, 0x7fffffffffffffff, 0x7fffffff, 0x100000000, 0xffffffff00000000,
	0x1234567800000005, 0xfffffff500000000,
};

struct op {
	const char *name;
	u8 code;
	s16 off;	/* 1: signed */
};

static const struct op ops[] = {
	{ "div64", EBPF_ALU64 | EBPF_DIV | EBPF_X, 0 },
	{ "mod64", EBPF_ALU64 | EBPF_MOD | EBPF_X, 0 },
	{ "div32", EBPF_ALU | EBPF_DIV | EBPF_X, 0 },
	{ "mod32", EBPF_ALU | EBPF_MOD | EBPF_X, 0 },
	{ "sdiv64", EBPF_ALU64 | EBPF_DIV | EBPF_X, 1 },
	{ "smod64", EBPF_ALU64 | EBPF_MOD | EBPF_X, 1 },
	{ "sdiv32", EBPF_ALU | EBPF_DIV | EBPF_X, 1 },
	{ "smod32", EBPF_ALU | EBPF_MOD | EBPF_X, 1 },
};

static u64 sdivmod(s64 a, s64 b, s64 min, bool div)
{
	if (!b)
		return div ? 0 : a;
	if (b == -1)
		return div ? (a == min ? a : -a) : 0;
	return div ? a / b : a % b;
}

/* As the instruction set describes them. */
static u64 expected(const struct op *op, u64 a, u64 b)
{
	bool div = EBPF_OP(op->code) == EBPF_DIV;

	if (EBPF_CLASS(op->code) == EBPF_ALU64) {
		if (op->off)
			return sdivmod(a, b, S64_MIN, div);
		return b ? (div ? a / b : a % b) : (div ? 0 : a);
	}
	if (op->off)
		return (u32)sdivmod((s32)a, (s32)b, S32_MIN, div);
	a = (u32)a;
	b = (u32)b;
	return b ? (div ? a / b : a % b) : (div ? 0 : a);
}

static struct verif_result res;

/* R0 = ctx[0] OP ctx[1], with the divisor in @src: some registers are special to the
 * machine's division.
 */
static bool load_op(const struct op *op, u8 dst, u8 src)
{
	const struct ebpf_insn insns[] = {
		MOV_X(9, 1),
		LDX(DW, dst, 9, 0),
		LDX(DW, src, 9, 8),
		INSN(op->code, dst, src, op->off, 0),
		MOV_X(0, dst),
		EXIT,
	};
	struct ebpf_load load = {
		.prog_type = EBPF_PROG_TYPE_RAW_TRACEPOINT,
		.gpl_compatible = true,
		.insns = insns,
		.insn_cnt = ARRAY_SIZE(insns),
	};

	verif_load(&res, &load, 1);
	return !res.err;
}

static void check(const struct op *op, u8 dst, u8 src)
{
	unsigned int i, k, bad = 0;

	if (!tap_ok(load_op(op, dst, src), "%s r%d, r%d loads", op->name, dst, src)) {
		tap_diag("%d: %s", res.err, res.log);
		return;
	}
	for (i = 0; i < ARRAY_SIZE(values); i++)
		for (k = 0; k < ARRAY_SIZE(values); k++) {
			u64 ctx[12] = { values[i], dst == src ? values[i] : values[k] };
			u64 want = expected(op, ctx[0], ctx[1]), ret = ~want;

			if (dst == src)
				ctx[1] = ctx[0];
			if (!image_run(&res.img, ctx, &ret) || ret != want)
				if (!bad++)
					tap_diag("%#llx %s %#llx: %#llx, want %#llx", ctx[0],
						 op->name, ctx[1], ret, want);
		}
	tap_eq(bad, 0, "%s r%d, r%d gives the right results", op->name, dst, src);
}

int main(void)
{
	static const u8 pairs[][2] = { { 6, 7 }, { 0, 3 }, { 3, 0 }, { 3, 4 }, { 4, 3 }, { 0, 0 } };
	unsigned int i, k;

	verif_maps();
	for (i = 0; i < ARRAY_SIZE(ops); i++)
		for (k = 0; k < ARRAY_SIZE(pairs); k++)
			check(&ops[i], pairs[k][0], pairs[k][1]);
	tap_eq(test_bugs(), 0, "no rule of the verifier's own was broken");
	/* Frees the last image. */
	load_op(&ops[0], 1, 11);
	return tap_end();
}
