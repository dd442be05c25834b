// SPDX-License-Identifier: GPL-2.0-only
/*
 * Arenas: what programs may do with pointers into them, and what that finds in pages that lie apart.
 */
#include <ebpf/arena.h>
#include <ebpf/jit.h>
#include <stdlib.h>
#include <tap.h>
#include "image_run.h"
#include "services.h"
#include "verif_run.h"

/* In place of kmod/compat/compat.h and asm.h */
#define _KMOD_COMPAT_H
#define _COMPAT_ASM_H
#define COMPAT_NO_ENDBR	""
#define READ_ONCE(x)		(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, val)	(*(volatile __typeof__(x) *)&(x) = (val))
#include "../../kmod/prog/arena_stub.c"

#define FP	EBPF_REG_10
#define RET0	MOV_K(0, 0), EXIT
#define PAGE	4096
#define PAGES	4		/* there is no third */
#define SIZE	(PAGES * PAGE)
/* Distances from the low half are more than an immediate holds: both ways to compute them are taken. */
#define FAR	0x1000f0000000ULL
#define NEAR	0x100000010000ULL
/* Maps of the tests. */
#define OF_FAR		(FAKE_FD_BASE + 9)
#define OF_NEAR		(FAKE_FD_BASE + 10)
#define NOWHERE		(FAKE_FD_BASE + 11)	/* no process has mapped it */
#define AS_IS		(FAKE_FD_BASE + 12)	/* as OF_FAR, without what processes have */

#define TO_ARENA(d, s)	INSN(EBPF_ALU64 | EBPF_MOV | EBPF_X, d, s, EBPF_ADDR_SPACE_CAST, EBPF_CAST_TO_ARENA)
#define TO_USER(d, s)	INSN(EBPF_ALU64 | EBPF_MOV | EBPF_X, d, s, EBPF_ADDR_SPACE_CAST, EBPF_CAST_TO_USER)
/* R6 is the context, R1 an address in the arena, R2 what else there is. */
#define START(fd)	MOV_X(6, 1), LD_MAP(0, fd), LDX(DW, 1, 6, 0), LDX(DW, 2, 6, 8), TO_ARENA(1, 1)

extern struct ebpf_jit_env jit_env;	/* of jit_run.c */
extern const struct ebpf_arena *jit_arena;

static u8 pages[PAGES][PAGE] __attribute__((aligned(PAGE)));
static void *places[PAGES] = { pages[0], pages[1], NULL, pages[3] };
static struct ebpf_arena arenas[] = {
	{ PAGES, places, FAR, FAR + SIZE }, { PAGES, places, NEAR, NEAR + SIZE },
	{ PAGES, places, 0, 0 }, { PAGES, places, FAR, FAR + SIZE },
};
static struct verif_result res;

static u32 index_of(const struct ebpf_map *map)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(arenas) && map != &fake_map_of(OF_FAR + i)->map; i++)
		;
	return i;
}

static const struct ebpf_arena *arena_of(const struct ebpf_map *map)
{
	return &arenas[index_of(map)];
}

static int value_addr(const struct ebpf_map *map, u64 *imm, u32 off)
{
	*imm = arena_of(map)->user_start + off;
	return off < SIZE ? 0 : -ERANGE;
}

static const struct ebpf_map_ops arena_ops = { .direct_value_addr = value_addr, .arena = arena_of };

static void make_maps(void)
{
	u32 i;

	verif_maps();
	for (i = 0; i < ARRAY_SIZE(arenas); i++) {
		int fd = fake_map_new(EBPF_MAP_TYPE_ARENA, 0, 0, PAGES, EBPF_F_MMAPABLE |
				      (OF_FAR + i == AS_IS ? EBPF_F_NO_USER_CONV : 0));

		if (fd != (int)(OF_FAR + i)) {
			printf("Bail out! the maps have other numbers\n");
			exit(1);
		}
		fake_map_of(fd)->map.ops = &arena_ops;
	}
}

/*
 * What is accepted
 */

/* What a line leaves out is zero. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

static void try_rules(void)
{
	const struct verif_case cases[] = {
		{ "a number is cast", .says = "R1_w=arena", .insns = { START(OF_FAR), LDX(W, 0, 1, 0), EXIT } },
		{ "a pointer is cast", .insns = { LD_MAP(0, OF_FAR), MOV_X(1, FP), TO_ARENA(1, 1), LDX(W, 0, 1, 0),
		  EXIT } },
		{ "any sum", .insns = { START(OF_FAR), ALU_X(EBPF_MUL, 1, 2), ADD_X(2, 1), ALU_K(EBPF_XOR, 2, 5),
		  ALU32_X(EBPF_SUB, 1, 2), ST(DW, 2, 0, 1), LDX(B, 0, 1, 0), EXIT } },
		{ "a sum with a number is in the arena too", .says = "R2_w=arena",
		  .insns = { START(OF_FAR), ADD_X(2, 1), LDX(B, 0, 2, 0), EXIT } },
		{ "a sum with another pointer too, and tells nothing of it",
		  .insns = { START(OF_FAR), ADD_X(1, FP), LDX(B, 0, 1, 0), EXIT } },
		{ "it is compared", .insns = { START(OF_FAR), JMP_K(JNE, 1, 0, 2), RET0, JMP_X(JGT, 1, 2, 1),
		  LDX(B, 0, 1, 0), MOV_K(0, 0), EXIT } },
		{ "it is no number after it was compared with one", .says = "R1=arena",
		  .insns = { START(OF_FAR), JMP_K(JNE, 1, 4, 2), RET0, LDX(B, 0, 1, 0), EXIT } },
		{ "it is stored and stays one", .insns = { START(OF_FAR), STX(DW, FP, 1, -8), LDX(DW, 3, FP, -8),
		  LDX(W, 0, 3, 0), EXIT } },
		{ "stored in a map it does not", .err = EACCES, .says = "R3 invalid mem access 'scalar'",
		  .insns = { START(OF_FAR), LD_MAP_VALUE(4, MAP_ARRAY, 0), STX(DW, 4, 1, 0), LDX(DW, 3, 4, 0),
		  LDX(W, 0, 3, 0), EXIT } },
		{ "what was loaded is a number", .err = EACCES, .says = "R3 invalid mem access 'scalar'",
		  .insns = { START(OF_FAR), LDX(DW, 3, 1, 0), LDX(W, 0, 3, 0), EXIT } },
		{ "what processes have is one", .err = EACCES, .says = "R1 invalid mem access 'scalar'",
		  .insns = { START(OF_FAR), TO_USER(1, 1), LDX(W, 0, 1, 0), EXIT } },
		{ "no memory of helpers", .err = EACCES, .says = "R1 type=arena expected=fp",
		  .insns = { START(OF_FAR), MOV_K(2, 8), MOV_K(3, 0), HELPER(probe_read_kernel), RET0 } },
		{ "is returned", .insns = { START(OF_FAR), TO_USER(0, 1), EXIT } },
		{ "by constant address of the map", .insns = { LD_MAP_VALUE(1, OF_FAR, 100), TO_ARENA(1, 1),
		  ST(DW, 1, 0, 1), RET0 } },
		{ "by one beyond it", .err = ERANGE, .insns = { LD_MAP_VALUE(1, OF_FAR, SIZE), TO_ARENA(1, 1),
		  ST(DW, 1, 0, 1), RET0 } },
		{ "all of the same arena", .insns = { LD_MAP(1, OF_FAR), LD_MAP(1, OF_FAR), RET0 } },
		{ "not of two", .err = EBUSY, .says = "Only one arena per program",
		  .insns = { LD_MAP(1, OF_FAR), LD_MAP(1, OF_NEAR), RET0 } },
		{ "not of one that is nowhere", .err = EINVAL,
		  .says = "arena's user address must be set via map_extra or mmap()",
		  .insns = { LD_MAP(1, NOWHERE), RET0 } },
		{ "not without one", .err = EINVAL,
		  .says = "can only be used in a program that has an associated arena",
		  .insns = { TO_ARENA(1, 1), RET0 } },
		{ "nor to user space", .err = EINVAL,
		  .says = "can only be used in a program that has an associated arena",
		  .insns = { TO_USER(1, 1), RET0 } },
		{ "between other address spaces", .err = EINVAL,
		  .says = "addr_space_cast insn can only convert between address space 1 and 0",
		  .insns = { LD_MAP(2, OF_FAR), INSN(EBPF_ALU64 | EBPF_MOV | EBPF_X, 1, 1, EBPF_ADDR_SPACE_CAST, 2),
			     RET0 } },
		{ "of 32 bits", .err = EINVAL,
		  .insns = { LD_MAP(2, OF_FAR), INSN(EBPF_ALU | EBPF_MOV | EBPF_X, 1, 1, EBPF_ADDR_SPACE_CAST,
						     EBPF_CAST_TO_ARENA), RET0 } },
		{ "of what was not written", .err = EACCES, .says = "R3 !read_ok",
		  .insns = { LD_MAP(2, OF_FAR), TO_ARENA(1, 3), RET0 } },
		{ "to the frame pointer", .err = EACCES, .says = "frame pointer is read only",
		  .insns = { LD_MAP(2, OF_FAR), TO_ARENA(FP, 1), RET0 } },
		{ "one load, of it and of another pointer", .err = EINVAL,
		  .says = "same insn cannot be used with different pointers",
		  .insns = { START(OF_FAR), LD_MAP_VALUE(3, MAP_ARRAY, 0), JMP_K(JEQ, 2, 0, 1), MOV_X(3, 1),
			     LDX(DW, 0, 3, 0), EXIT } },
		{ "one store", .err = EINVAL, .says = "same insn cannot be used with different pointers",
		  .insns = { START(OF_FAR), LD_MAP_VALUE(3, MAP_ARRAY, 0), JMP_K(JEQ, 2, 0, 1), MOV_X(3, 1),
			     ST(DW, 3, 0, 1), RET0 } },
		{ "one addition", .err = EINVAL, .says = "same insn cannot be used with different pointers",
		  .insns = { START(OF_FAR), LD_MAP_VALUE(3, MAP_ARRAY, 0), JMP_K(JEQ, 2, 0, 1), MOV_X(3, 1),
			     ATOMIC(DW, EBPF_ADD, 3, 2, 0), RET0 } },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		tap_ok(verif_ok(&cases[i]) && verif_ok_often(&cases[i]), "%s", cases[i].name);
}

/*
 * What is found
 */

/* What was in the pages: a byte for each place, other ones everywhere. */
static void fill(void)
{
	u32 i;

	for (i = 0; i < SIZE; i++)
		pages[i / PAGE][i % PAGE] = i * 167 + i / 256;
}

static u8 *byte_of(u64 off)
{
	return off < SIZE && places[off / PAGE] ? &pages[off / PAGE][off % PAGE] : NULL;
}

/* Little endian; false: a byte of it is in no page. */
static bool want_at(u64 off, u32 size, u64 *val)
{
	u32 i;

	*val = 0;
	for (i = 0; i < size; i++) {
		if (!byte_of(off + i))
			return *val = 0, false;
		*val |= (u64)*byte_of(off + i) << (8 * i);
	}
	return true;
}

static bool run(const struct ebpf_insn *insns, u64 arg, u64 arg2, u64 *ret)
{
	struct ebpf_load load = {
		.prog_type = EBPF_PROG_TYPE_KPROBE, .gpl_compatible = true, .insns = insns,
		.insn_cnt = verif_len(insns, VERIF_INSNS),
	};
	u64 ctx[32] = { arg, arg2 };
	bool ok;

	verif_load(&res, &load, EBPF_LOG_LEVEL1);
	if (res.err) {
		printf("# %d\n%s\n", res.err, res.log);
		return false;
	}
	jit_arena = res.img.arena;
	ok = image_run(&res.img, ctx, ret);
	jit_arena = NULL;
	return ok;
}

/* At the start and end, around every border, and outside. */
static const s64 offs[] = {
	0, 1, 8, PAGE - 8, PAGE - 7, PAGE - 4, PAGE - 3, PAGE - 2, PAGE - 1, PAGE, PAGE + 3, 2 * PAGE - 8,
	2 * PAGE - 4, 2 * PAGE - 1, 2 * PAGE, 2 * PAGE + 100, 3 * PAGE - 7, 3 * PAGE - 1, 3 * PAGE, SIZE - 8,
	SIZE - 7, SIZE - 4, SIZE - 1, SIZE, SIZE + 1, SIZE + PAGE, -1, -7, -8, -PAGE, 0x7fffffff, 0x80000000LL,
	0xfffffff0LL,
};

static const u8 sizes[] = { EBPF_B, EBPF_H, EBPF_W, EBPF_DW };

static bool load_ok(u32 fd, u32 log2, u64 off, bool sign)
{
	/* The distance is in the instruction too: 40 of it. */
	struct ebpf_insn insns[VERIF_INSNS] = { START(fd), LDX(DW, 0, 1, 40), EXIT };
	u32 bits = 8U << log2;
	u64 want, ret;
	bool there;

	insns[6].code = EBPF_LDX | (sign ? EBPF_MEMSX : EBPF_MEM) | sizes[log2];
	/* Whatever is in the high half. */
	there = want_at((u32)off, 1U << log2, &want);
	if (sign && there)
		want = (u64)((s64)(want << (64 - bits)) >> (64 - bits));
	if (run(insns, 0xabcd00000000ULL + (u32)(arenas[fd - OF_FAR].user_start + off - 40), 0, &ret) &&
	    ret == want)
		return true;
	printf("# %u bytes at %lld: %#llx, not %#llx\n", 1U << log2, off, ret, want);
	return false;
}

static void try_loads(void)
{
	u32 fd, i, log2;

	for (fd = OF_FAR; fd <= OF_NEAR; fd++)
		for (log2 = 0; log2 < 4; log2++) {
			bool ok = true;

			fill();
			for (i = 0; i < ARRAY_SIZE(offs); i++) {
				ok &= load_ok(fd, log2, offs[i], false);
				if (log2 < 3)
					ok &= load_ok(fd, log2, offs[i], true);
			}
			tap_ok(ok, "loads of %u bytes, arena at %#llx", 1U << log2,
			       arenas[fd - OF_FAR].user_start);
		}
}

static u8 before[PAGES][PAGE];

/* Have the pages only changed at @off, to @val? */
static bool only_changed(u64 off, u32 size, u64 val)
{
	u64 old;
	u32 i;

	if (want_at(off, size, &old))
		for (i = 0; i < size; i++)
			before[(off + i) / PAGE][(off + i) % PAGE] = val >> (8 * i);
	return !memcmp(before, pages, sizeof(pages));
}

#define VALUE	0x8877665544332211ULL

static bool store_ok(u32 fd, u32 log2, u64 off, bool imm)
{
	struct ebpf_insn insns[VERIF_INSNS] = { START(fd), STX(DW, 1, 2, -3), RET0 };
	u64 ret;

	insns[6].code = (imm ? EBPF_ST : EBPF_STX) | EBPF_MEM | sizes[log2];
	insns[6].imm = imm ? -0x12345678 : 0;
	insns[6].src_reg = imm ? 0 : 2;
	memcpy(before, pages, sizeof(pages));
	if (run(insns, arenas[fd - OF_FAR].user_start + off + 3, VALUE, &ret) &&
	    only_changed((u32)off, 1U << log2, imm ? (u64)-0x12345678LL : VALUE))
		return true;
	printf("# %u bytes at %lld\n", 1U << log2, off);
	return false;
}

static void try_stores(void)
{
	u32 fd, i, log2;

	for (fd = OF_FAR; fd <= OF_NEAR; fd++)
		for (log2 = 0; log2 < 4; log2++) {
			bool ok = true;

			fill();
			for (i = 0; i < ARRAY_SIZE(offs); i++)
				ok &= store_ok(fd, log2, offs[i], false) & store_ok(fd, log2, offs[i], true);
			tap_ok(ok, "stores of %u bytes, arena at %#llx", 1U << log2,
			       arenas[fd - OF_FAR].user_start);
		}
}

/*
 * Atomic operations: R2 is the operand, R0 5 before and returned. They do nothing where there is no page,
 * and where they are in two.
 */
struct atomic_case {
	const char *name;
	s32 op;
	u64 was, operand, becomes, r0, r2;
};

static bool atomic_ok(const struct atomic_case *c, u8 size, u64 off, bool r2)
{
	u32 bytes = size == EBPF_W ? 4 : 8;
	struct ebpf_insn insns[VERIF_INSNS] = { START(OF_FAR), MOV_K(0, 5), ATOMIC(DW, c->op, 1, 2, 0),
						MOV_X(0, 0), EXIT };
	bool done = byte_of(off) && off % PAGE + bytes <= PAGE;
	u64 ret, want;

	insns[7].code = EBPF_STX | EBPF_ATOMIC | size;
	insns[8].src_reg = r2 ? 2 : 0;
	if (done)
		memcpy(byte_of(off), &c->was, bytes);
	memcpy(before, pages, sizeof(pages));
	want = r2 ? (done ? c->r2 : c->operand) : (done ? c->r0 : 5);
	if (run(insns, FAR + off, c->operand, &ret) && ret == want &&
	    (done ? only_changed(off, bytes, c->becomes) : !memcmp(before, pages, sizeof(pages))))
		return true;
	printf("# %u bytes at %llu: %#llx, not %#llx\n", bytes, off, ret, want);
	return false;
}

static void try_atomics(void)
{
	static const struct atomic_case cases[] = {
		{ "add", EBPF_ADD, 7, 3, 10, 5, 3 }, { "or", EBPF_OR, 4, 3, 7, 5, 3 },
		{ "and", EBPF_AND, 6, 3, 2, 5, 3 }, { "xor", EBPF_XOR, 6, 3, 5, 5, 3 },
		{ "fetch and add", EBPF_ADD | EBPF_FETCH, 7, 3, 10, 5, 7 },
		{ "fetch and or", EBPF_OR | EBPF_FETCH, 4, 3, 7, 5, 4 },
		{ "fetch and and", EBPF_AND | EBPF_FETCH, 6, 3, 2, 5, 6 },
		{ "fetch and xor", EBPF_XOR | EBPF_FETCH, 6, 3, 5, 5, 6 },
		{ "exchange", EBPF_XCHG, 6, 3, 3, 5, 6 },
		{ "compare and exchange: equal", EBPF_CMPXCHG, 5, 3, 3, 5, 3 },
		{ "compare and exchange: not", EBPF_CMPXCHG, 6, 3, 6, 6, 3 },
	};
	static const u64 at[] = { 0, 16, PAGE - 8, PAGE - 3, PAGE, 2 * PAGE - 1, 2 * PAGE, 3 * PAGE - 2, SIZE - 8,
				  SIZE - 2, SIZE };
	u32 i, j;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		bool ok = true;

		for (j = 0; j < ARRAY_SIZE(at); j++)
			ok &= atomic_ok(&cases[i], EBPF_W, at[j], false) &
			      atomic_ok(&cases[i], EBPF_W, at[j], true) &
			      atomic_ok(&cases[i], EBPF_DW, at[j], false) &
			      atomic_ok(&cases[i], EBPF_DW, at[j], true);
		tap_ok(ok, "%s", cases[i].name);
	}
}

/* R3 to R9 and R10 are as they were, and what is cast has the right high half. */
static void try_registers(void)
{
	const struct ebpf_insn kept[VERIF_INSNS] = { START(OF_FAR), MOV_K(3, 1), MOV_K(4, 2), MOV_K(5, 4),
		MOV_K(7, 16), MOV_K(8, 32), MOV_K(9, 64), ST(DW, FP, -8, 128), LDX(DW, 0, 1, PAGE - 4), STX(DW, 1, 2, PAGE - 4),
		STX(B, 1, 2, 0), ATOMIC(DW, EBPF_ADD, 1, 2, 8), MOV_K(0, 0), ADD_X(0, 3), ADD_X(0, 4), ADD_X(0, 5), ADD_X(0, 7),
		ADD_X(0, 8), ADD_X(0, 9), LDX(DW, 3, FP, -8), ADD_X(0, 3), ALU_K(EBPF_LSH, 0, 8), ADD_X(0, 2), EXIT };
	struct ebpf_insn cast[VERIF_INSNS] = { LD_MAP(0, OF_FAR), LDX(DW, 2, 1, 0), TO_USER(0, 2), EXIT };
	const struct ebpf_insn same[VERIF_INSNS] = { LD_MAP(0, OF_FAR), LDX(DW, 0, 1, 0), TO_USER(0, 0), EXIT };
	u64 ret;

	fill();
	tap_ok(run(kept, FAR, 9, &ret) && ret == (247ULL << 8) + 9, "registers stay");
	tap_ok(run(cast, 0x55550000f000ULL, 0, &ret) && ret == (FAR & ~0xffffffffULL) + 0xf000,
	       "what processes have has their high half");
	tap_ok(run(same, 0x77770000f000ULL, 0, &ret) && ret == (FAR & ~0xffffffffULL) + 0xf000,
	       "cast to the same register");
	tap_ok(run(cast, 0x555500000000ULL, 0, &ret) && !ret, "NULL stays NULL");
	cast[1].imm = 0;
	cast[0].imm = AS_IS;
	tap_ok(run(cast, 0x55550000f000ULL, 0, &ret) && ret == 0xf000, "no high half where none is wanted");
}

static void set_env(void)
{
	static const char *const load[] = { ebpf_arena_load_1, ebpf_arena_load_2, ebpf_arena_load_4,
					    ebpf_arena_load_8 };
	static const char *const store[] = { ebpf_arena_store_1, ebpf_arena_store_2, ebpf_arena_store_4,
					     ebpf_arena_store_8 };
	static const char *const addr[] = { ebpf_arena_addr_1, ebpf_arena_addr_2, ebpf_arena_addr_4,
					    ebpf_arena_addr_8 };
	u32 i;

	for (i = 0; i < 4; i++) {
		jit_env.arena_load[i] = (unsigned long)load[i];
		jit_env.arena_store[i] = (unsigned long)store[i];
		jit_env.arena_addr[i] = (unsigned long)addr[i];
	}
}

int main(void)
{
	make_maps();
	set_env();
	try_rules();
	try_loads();
	try_stores();
	try_atomics();
	try_registers();
	tap_eq(test_bugs(), 0, "no rule of the verifier's own was broken");
	ebpf_prog_image_free(&res.img);
	return tap_end();
}
