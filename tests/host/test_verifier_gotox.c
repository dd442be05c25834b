// SPDX-License-Identifier: GPL-2.0-only
/*
 * Jumps to where a register says, and the maps of instructions: which are taken, and where they go.
 */
#include <ebpf/jit.h>
#include <stdlib.h>
#include <tap.h>
#include "image_run.h"
#include "services.h"
#include "verif_run.h"

#define FP		EBPF_REG_10
#define AND6(k)		INSN(EBPF_ALU64 | EBPF_AND | EBPF_K, 6, 0, 0, k)
#define LSH6		INSN(EBPF_ALU64 | EBPF_LSH | EBPF_K, 6, 0, 0, 3)
#define GOTOX(r)	INSN(EBPF_JMP | EBPF_JA | EBPF_X, r, 0, 0, 0)
#define RET(k)		MOV_K(0, k), EXIT
/* R@to = entry @i. Three slots. */
#define ENTRY(to, i)	LD_MAP_VALUE(to, MAP_JUMPS, 0), LDX(DW, to, to, 8 * (i))
/* R1 = entry number R6, which the context says: below @n, a power of two. Seven slots. */
#define CHOOSE(n)	LDX(DW, 6, 1, 0), AND6((n) - 1), LSH6, \
			LD_MAP_VALUE(1, MAP_JUMPS, 0), ADD_X(1, 6), LDX(DW, 1, 1, 0)

enum { MAP_JUMPS = MAP_CGROUPS + 1, MAP_MORE };

struct gotox_case {
	struct verif_case c;
	u32 table[16];
	u32 cnt;
	u64 arg;	/* the context's first word */
	u64 ret;
	bool run;
	bool thawed;
	u32 more;	/* the other map's entry */
};

extern struct ebpf_jit_env jit_env;	/* of jit_run.c */

static struct verif_result res;

/* What a line leaves out is zero. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

static const struct gotox_case cases[] = {
	{ { "to the first", .insns = { ENTRY(1, 0), GOTOX(1), RET(10), RET(11) } }, { 4, 6 }, 2, 0, 10, true },
	{ { "to the second", .insns = { ENTRY(1, 1), GOTOX(1), RET(10), RET(11) } }, { 4, 6 }, 2, 0, 11, true },
	{ { "by another register", .insns = { ENTRY(9, 1), GOTOX(9), RET(10), RET(11) } },
	  { 4, 6 }, 2, 0, 11, true },
	{ { "by way of the stack", .insns = { ENTRY(1, 1), STX(DW, FP, 1, -8), LDX(DW, 2, FP, -8), GOTOX(2),
	    RET(10), RET(11) } }, { 6, 8 }, 2, 0, 11, true },
	{ { "one of four: 0", .insns = { CHOOSE(4), GOTOX(1), RET(10), RET(11), RET(12), RET(13) } },
	  { 8, 10, 12, 14 }, 4, 0, 10, true },
	{ { "one of four: 1", .insns = { CHOOSE(4), GOTOX(1), RET(10), RET(11), RET(12), RET(13) } },
	  { 8, 10, 12, 14 }, 4, 1, 11, true },
	{ { "one of four: 2", .insns = { CHOOSE(4), GOTOX(1), RET(10), RET(11), RET(12), RET(13) } },
	  { 8, 10, 12, 14 }, 4, 2, 12, true },
	{ { "one of four: 3", .insns = { CHOOSE(4), GOTOX(1), RET(10), RET(11), RET(12), RET(13) } },
	  { 8, 10, 12, 14 }, 4, 3, 13, true },
	{ { "in another order", .insns = { CHOOSE(4), GOTOX(1), RET(10), RET(11), RET(12), RET(13) } },
	  { 14, 8, 12, 10 }, 4, 3, 11, true },
	{ { "again and again the same", .insns = { CHOOSE(4), GOTOX(1), RET(10) } }, { 8, 8, 8, 8 }, 4, 2, 10,
	  true },
	/* Two of one register, one of another: trees are shared. */
	{ { "one after the other", .insns = { MOV_X(7, 1), CHOOSE(2), GOTOX(1), MOV_K(8, 1), JA(1), MOV_K(8, 2),
	    ENTRY(1, 2), GOTOX(1), ENTRY(2, 3), GOTOX(2), MOV_X(0, 8), EXIT } },
	  { 9, 11, 16, 20 }, 4, 1, 2, true },
	{ { "a loop", .insns = { MOV_K(6, 0), ADD_K(6, 1), JMP_K(JGT, 6, 5, 4), ENTRY(1, 0), GOTOX(1),
	    MOV_X(0, 6), EXIT } }, { 1 }, 1, 0, 0, false },
	{ { "in a function", .insns = { CALL(1), EXIT, ENTRY(1, 1), GOTOX(1), RET(10), RET(11) } },
	  { 6, 8 }, 2, 0, 11, true },
	{ { "at the end of one", .insns = { CALL(1), EXIT, JA(2), RET(33), ENTRY(1, 0), GOTOX(1) } },
	  { 3 }, 1, 0, 33, true },
	{ { "what is not taken is gone", .insns = { ENTRY(1, 0), GOTOX(1), RET(10), RET(11) } },
	  { 4, 6 }, 2, 0, 10, true },
	/* Refused. */
	{ { "without a map", .err = EINVAL, .says = "no jump tables found for subprog starting at 0",
	    .insns = { GOTOX(0), RET(1) } } },
	{ { "with that of another function", .err = EINVAL, .says = "no jump tables found for subprog starting at 2",
	    .insns = { CALL(1), EXIT, ENTRY(1, 0), GOTOX(1) } }, { 1 }, 1 },
	{ { "out of its function", .err = EINVAL, .says = "jump table for insn 5 points outside of the subprog [2,6]",
	    .insns = { CALL(1), EXIT, ENTRY(1, 0), GOTOX(1) } }, { 2, 1 }, 2 },
	{ { "by what a function was passed", .err = EINVAL, .says = "jump table for insn 7 points outside of the subprog [7,10]",
	    .insns = { ENTRY(1, 0), LD_MAP(2, MAP_MORE), CALL(1), EXIT, GOTOX(1), RET(1) } }, { 6 }, 1, .more = 8 },
	{ { "by its own, and not by what it was passed", .insns = { ENTRY(7, 0), CALL(1), EXIT,
	    LD_MAP_VALUE(1, MAP_MORE, 0), LDX(DW, 1, 1, 0), GOTOX(1), RET(5) } }, { 4 }, 1, 0, 5, true, .more = 9 },
	{ { "a number", .err = EINVAL, .says = "R1 has type scalar, expected PTR_TO_INSN",
	    .insns = { ENTRY(0, 0), MOV_K(1, 42), GOTOX(1), RET(1) } }, { 5 }, 1 },
	{ { "the address of the entry", .err = EINVAL, .says = "R1 has type map_value, expected PTR_TO_INSN",
	    .insns = { LD_MAP_VALUE(1, MAP_JUMPS, 0), GOTOX(1), RET(1) } }, { 3 }, 1 },
	{ { "moved on", .err = EACCES, .says = "pointer arithmetic on insn prohibited",
	    .insns = { ENTRY(1, 0), ADD_K(1, 1), GOTOX(1), RET(1) } }, { 5 }, 1 },
	{ { "behind the last", .err = EACCES, .says = "invalid access to map value, value_size=16 off=16 size=8",
	    .insns = { ENTRY(1, 2), GOTOX(1), RET(10), RET(11) } }, { 4, 6 }, 2 },
	{ { "any of more than there are", .err = EACCES, .says = "R1 max value is outside",
	    .insns = { CHOOSE(8), GOTOX(1), RET(10) } }, { 8, 8, 8, 8 }, 4 },
	{ { "half of an entry", .err = EACCES, .says = "Invalid read of 4 bytes from insn_array",
	    .insns = { LD_MAP_VALUE(1, MAP_JUMPS, 0), LDX(W, 1, 1, 0), GOTOX(1), RET(1) } }, { 4 }, 1 },
	{ { "between two", .err = EACCES, .says = "misaligned value access off (0x0; 0x0)+0+4 size 8",
	    .insns = { LD_MAP_VALUE(1, MAP_JUMPS, 0), LDX(DW, 1, 1, 4), GOTOX(1), RET(1) } }, { 4, 4 }, 2 },
	{ { "written by the program", .err = EACCES, .says = "write into map forbidden",
	    .insns = { LD_MAP_VALUE(1, MAP_JUMPS, 0), ST(DW, 1, 0, 3), RET(1) } }, { 3 }, 1 },
	{ { "looked up", .err = EINVAL, .says = "cannot pass map_type 34 into func bpf_map_lookup_elem",
	    .insns = { ST(W, FP, -4, 0), MOV_X(2, FP), ADD_K(2, -4), LD_MAP(1, MAP_JUMPS),
		       HELPER(map_lookup_elem), RET(1) } }, { 0 }, 1 },
	{ { "reserved fields", .err = EINVAL, .says = "BPF_JA|BPF_X uses reserved fields",
	    .insns = { ENTRY(1, 0), INSN(EBPF_JMP | EBPF_JA | EBPF_X, 1, 0, 1, 0), RET(1) } }, { 4 }, 1 },
	{ { "of 32 bits", .err = EINVAL, .says = "unknown opcode 0e",
	    .insns = { ENTRY(1, 0), INSN(EBPF_JMP32 | EBPF_JA | EBPF_X, 1, 0, 0, 0), RET(1) } }, { 4 }, 1 },
	{ { "a map that can change", .err = EINVAL, .says = "Failed to properly initialize insn array",
	    .insns = { ENTRY(1, 0), GOTOX(1), RET(1) } }, { 4 }, 1, .thawed = true },
	{ { "beyond the program", .err = EINVAL, .says = "Failed to properly initialize insn array",
	    .insns = { ENTRY(1, 0), GOTOX(1), RET(1) } }, { 6 }, 1 },
	{ { "into the middle of an instruction", .err = EINVAL, .says = "Failed to properly initialize insn array",
	    .insns = { ENTRY(1, 0), GOTOX(1), RET(1) } }, { 1 }, 1 },
	{ { "for ever", .err = EINVAL, .says = "infinite loop detected",
	    .insns = { ENTRY(1, 0), GOTOX(1) } }, { 0 }, 1 },
	/* What is found out on one way holds on the other. */
	{ { "an index that was not looked at", .err = EACCES, .says = "R1 min value is outside",
	    .insns = { LDX(DW, 6, 1, 0), MOV_K(7, 0), JMP_K(JEQ, 6, 3, 1), MOV_K(7, 800), MOV_K(0, 0),
		       LD_MAP_VALUE(1, MAP_JUMPS, 0), ADD_X(1, 7), LDX(DW, 1, 1, 0), GOTOX(1), EXIT } },
	  { 10 }, 1 },
	{ { "a jump around a check", .err = EACCES, .says = "invalid mem access",
	    .insns = { LDX(DW, 7, 1, 0), MOV_K(8, 0), CHOOSE(2), GOTOX(1), MOV_K(8, 1), LDX(DW, 0, 7, 0), EXIT } },
	  { 10, 11 }, 2 },
};

static struct fake_map *set_jumps(int fd, const u32 *table, u32 cnt, bool frozen)
{
	struct fake_map *fake = fake_map_of(fd);
	u32 i;

	for (i = 0; i < cnt; i++)
		fake->data[i] = table[i];
	fake->map.max_entries = cnt ? cnt : 1;
	fake->map.frozen = frozen;
	fake->claimed = false;
	return fake;
}

static void try(const struct gotox_case *c)
{
	struct ebpf_load load = {
		.prog_type = EBPF_PROG_TYPE_KPROBE, .gpl_compatible = true, .insns = c->c.insns,
		.insn_cnt = verif_len(c->c.insns, VERIF_INSNS),
	};
	struct fake_map *fake = set_jumps(MAP_JUMPS, c->table, c->cnt, !c->thawed);
	u64 ctx[32] = { c->arg }, ret = 0;
	bool used = c->cnt && !c->c.err;

	set_jumps(MAP_MORE, &c->more, 1, true);
	verif_load(&res, &load, EBPF_LOG_LEVEL1);
	if (!tap_ok(res.err == -c->c.err && (!c->c.says || strstr(res.log, c->c.says)), "%s", c->c.name))
		printf("# want %d \"%s\", got %d:\n%s\n", -c->c.err, c->c.says ? c->c.says : "", res.err,
		       res.log);
	if (fake->claimed != used)
		tap_ok(false, "%s: the map is %s", c->c.name, used ? "the program's" : "free again");
	if (c->run)
		tap_ok(!res.err && image_run(&res.img, ctx, &ret) && ret == c->ret, "%s: run (%lld)",
		       c->c.name, (long long)ret);
}

static void try_claims(void)
{
	static const struct ebpf_insn insns[] = { ENTRY(1, 0), GOTOX(1), RET(10), RET(11) };
	static const u32 table[] = { 4, 6 };
	struct ebpf_load load = {
		.prog_type = EBPF_PROG_TYPE_KPROBE, .gpl_compatible = true, .insns = insns,
		.insn_cnt = ARRAY_SIZE(insns),
	};
	struct fake_map *fake = set_jumps(MAP_JUMPS, table, 2, true);

	verif_load(&res, &load, EBPF_LOG_LEVEL1);
	tap_eq(res.err, 0, "a program takes the map");
	tap_eq(fake->placed[0], 4, "which is told where the first entry went");
	tap_eq(fake->placed[1], (u32)-1, "and that the other is nowhere");
	verif_load(&res, &load, EBPF_LOG_LEVEL1);
	tap_eq(res.err, -EBUSY, "another one cannot");
	tap_ok(fake->claimed, "and does not make it free");
}

/* More ways to go than one jump reaches over: a tree of many levels, each leaf of which is right. */
static void try_many(void)
{
	enum { WAYS = 4096, HEAD = 8 };
	struct ebpf_insn *insns = calloc(HEAD + 2 * WAYS, sizeof(*insns));
	struct ebpf_insn head[] = { LDX(DW, 6, 1, 0), AND6(WAYS - 1), LSH6,
				    LD_MAP_VALUE(1, MAP_MORE, 0), ADD_X(1, 6), LDX(DW, 1, 1, 0), GOTOX(1) };
	struct ebpf_load load = {
		.prog_type = EBPF_PROG_TYPE_KPROBE, .gpl_compatible = true, .insns = insns,
		.insn_cnt = HEAD + 2 * WAYS,
	};
	u64 ctx[32] = { 0 }, ret;
	u32 *table = calloc(WAYS, sizeof(*table)), i, wrong = 0;

	memcpy(insns, head, sizeof(head));
	for (i = 0; i < WAYS; i++) {
		struct ebpf_insn way[] = { RET((s32)i) };

		memcpy(insns + HEAD + 2 * i, way, sizeof(way));
		table[i] = HEAD + 2 * ((i * 2731) % WAYS);
	}
	set_jumps(MAP_MORE, table, WAYS, true);
	verif_load(&res, &load, 0);
	tap_eq(res.err, 0, "%d ways to go", WAYS);
	for (i = 0; !res.err && i < WAYS; i += 37) {
		ctx[0] = i;
		wrong += !image_run(&res.img, ctx, &ret) || ret != (i * 2731) % WAYS;
	}
	tap_eq(wrong, 0, "each to where it should");
	free(table);
	free(insns);
}

int main(void)
{
	static const struct gotox_case first = { { "a program is compiled", .insns = { RET(0) } },
						 .run = true };
	u32 i;

	verif_maps();
	fake_map_new(EBPF_MAP_TYPE_INSN_ARRAY, 4, 16, 16, EBPF_F_RDONLY_PROG);
	fake_map_new(EBPF_MAP_TYPE_INSN_ARRAY, 4, 16, 4096, EBPF_F_RDONLY_PROG);
	/* It finds its memory when something is built first. */
	try(&first);
	jit_env.call_base = (u64)(unsigned long)ebpf_call_base;
	for (i = 0; i < ARRAY_SIZE(cases); i++)
		try(&cases[i]);
	try_claims();
	try_many();
	tap_eq(test_bugs(), 0, "no rule of the verifier's own was broken");
	ebpf_prog_image_free(&res.img);
	return tap_end();
}
