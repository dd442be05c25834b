// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the JIT makes of control flow: distances around the limits of jump
 * forms, long programs, subprograms, helpers and their callbacks, tail calls,
 * loads that fault; and what it refuses.
 */
#include <stdlib.h>

#include "jit_run.h"
#include "services.h"
#include "tap.h"

static struct ebpf_insn *insns;
static u32 cnt;

static void add(struct ebpf_insn insn)
{
	insns[cnt++] = insn;
}

static void add_const(u32 dst, u64 val)
{
	add(LD64_LO(dst, 0, val));
	add(LD64_HI(val));
}

static bool build(struct jit_code *code, struct ebpf_subprog *subs, u32 sub_cnt)
{
	int err = jit_build(code, insns, cnt, subs, sub_cnt);

	if (err)
		tap_diag("not compiled: %d", err);
	return !err;
}

static bool run_same(struct ebpf_subprog *subs, u32 sub_cnt, const struct interp_ops *ops)
{
	u64 mem[16] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	struct jit_code code;
	bool ok;

	if (!build(&code, subs, sub_cnt))
		return false;
	ok = jit_same(&code, ops, mem, sizeof(mem), cnt);
	if (jit_undecodable(&code)) {
		tap_diag("%u bytes cannot be decoded", jit_undecodable(&code));
		ok = false;
	}
	if (!ok && cnt < 200)
		jit_dump(&code);
	jit_destroy(&code);
	return ok;
}

/*
 * Distances
 */

/* @n bytes of code, some of which changes R2: add is 4 bytes, mov 3. */
static void filler(u32 n)
{
	u32 threes = 0;

	while ((n - 3 * threes) % 4)
		threes++;
	for (n -= 3 * threes; threes; threes--)
		add(MOV_X(3, 1));
	for (; n; n -= 4)
		add(ALU64_K(EBPF_ADD, 2, 1));
}

static void begin(void)
{
	cnt = 0;
	add(MOV_K(0, 0));
	add(MOV_K(2, 0));
	add(MOV_K(6, 3));
}

/* Returns the code's size, or 0 when it does not work. */
static u32 forward(u32 bytes, u8 code)
{
	u64 mem[16] = { 0 };
	struct jit_code jc;
	u32 size = 0, at;

	begin();
	at = cnt;
	add(INSN(code, 6, 0, 0, 3));
	filler(bytes);
	if (code == (EBPF_JMP32 | EBPF_JA))
		insns[at].imm = cnt - at - 1;
	else
		insns[at].off = cnt - at - 1;
	add(MOV_X(0, 2));
	add(EXIT());
	if (!build(&jc, NULL, 0))
		return 0;
	if (jit_same(&jc, NULL, mem, sizeof(mem), 1))
		size = jc.size;
	jit_destroy(&jc);
	return size;
}

static u32 backward(u32 bytes, u8 code)
{
	u64 mem[16] = { 0 };
	struct jit_code jc;
	u32 size = 0, at;

	begin();
	add(JA(1));
	add(JA(0));
	at = cnt;
	filler(bytes);
	add(ALU64_K(EBPF_SUB, 6, 1));
	if (code == (EBPF_JMP | EBPF_JA) || code == (EBPF_JMP32 | EBPF_JA))
		add(JMP_K(EBPF_JEQ, 6, 0, 1));
	add(INSN(code, 6, 0, 0, 0));
	if (code == (EBPF_JMP32 | EBPF_JA))
		insns[cnt - 1].imm = -(s32)(cnt - at);
	else
		insns[cnt - 1].off = -(s32)(cnt - at);
	add(MOV_X(0, 2));
	add(EXIT());
	if (!build(&jc, NULL, 0))
		return 0;
	if (jit_same(&jc, NULL, mem, sizeof(mem), 1))
		size = jc.size;
	jit_destroy(&jc);
	return size;
}

/* Sizes grow by one with the distance, and at one place by the difference of
 * the two forms as well.
 */
static void test_boundary(u32 (*make)(u32, u8), u8 code, u32 extra, u32 limit,
			  const char *name)
{
	u32 bytes, steps = 0, bad = 0, at = 0;

	for (bytes = 90; bytes < 160; bytes++) {
		u32 here = make(bytes, code), next = make(bytes + 1, code);

		if (!here || !next)
			bad++;
		else if (next - here == 1 + extra)
			at = bytes, steps++;
		else if (next - here != 1)
			bad++;
	}
	tap_ok(!bad && steps == 1 && at == limit, "%s changes its form once, at %u bytes", name,
	       at);
}

static void test_boundaries(void)
{
	/* Ahead 127 bytes are short; back 128, and there the distance counts the
	 * instructions between and the jump itself.
	 */
	test_boundary(forward, EBPF_JMP | EBPF_JA, 3, 127, "ja forward");
	test_boundary(forward, EBPF_JMP32 | EBPF_JA, 3, 127, "gotol forward");
	test_boundary(forward, EBPF_JMP | EBPF_JEQ, 4, 127, "jeq forward");
	test_boundary(forward, EBPF_JMP32 | EBPF_JSGT, 4, 127, "jsgt32 forward");
	test_boundary(backward, EBPF_JMP | EBPF_JA, 3, 128 - 4 - 2 - 2, "ja backward");
	test_boundary(backward, EBPF_JMP32 | EBPF_JA, 3, 128 - 4 - 2 - 2, "gotol backward");
	test_boundary(backward, EBPF_JMP | EBPF_JNE, 4, 128 - 4 - 2, "jne backward");
	test_boundary(backward, EBPF_JMP32 | EBPF_JNE, 4, 128 - 4 - 2 - 2, "jne32 backward");
}

/* Jumps over jumps, each of which may be short only if those inside are. */
static void nested_jumps(u32 depth, u32 fill)
{
	u32 i;

	begin();
	for (i = 0; i < depth; i++)
		add(JMP_K(EBPF_JEQ, 6, i, 0));
	filler(fill);
	for (i = 0; i < depth; i++) {
		insns[3 + depth - 1 - i].off = cnt - (3 + depth - 1 - i) - 1;
		add(ALU64_K(EBPF_ADD, 2, i));
	}
	add(MOV_X(0, 2));
	add(EXIT());
}

static void test_nested(void)
{
	u32 depth, fill, bad = 0;

	for (depth = 1; depth < 60; depth++) {
		for (fill = 6; fill < 140; fill++) {
			nested_jumps(depth, fill);
			if (!run_same(NULL, 0, NULL))
				bad++;
		}
	}
	tap_eq(bad, 0, "jumps over jumps");
}

/* Jumps of random length in both directions; a counter ends it. */
static void jump_maze(u32 n, u64 seed, u32 reach)
{
	u32 i;

	begin();
	add(MOV_K(7, 0));
	for (i = 0; i < n; i++) {
		u32 op = i % 3, at = cnt;
		u32 to = jit_random(&seed) % reach;

		/* each station is 4 instructions */
		add(ALU64_K(EBPF_ADD, 7, 1));
		add(JMP_K(EBPF_JGT, 7, 5000, 4 * n + 4 - at - 2));
		add(ALU64_K(EBPF_XOR, 2, (s32)jit_random(&seed)));
		if (op == 0 && i + 1 + to < n)
			add(JMP_K(EBPF_JSET, 2, 1 << (i % 31), to * 4));
		else if (op == 1 && i > to)
			add(JMP_K(EBPF_JSGT, 2, 0, -(s32)(to * 4) - 4));
		else
			add(ALU64_K(EBPF_MUL, 2, 7));
	}
	add(MOV_X(0, 2));
	add(EXIT());
}

static void test_mazes(void)
{
	u32 i, bad = 0;

	for (i = 0; i < 400; i++) {
		jump_maze(8 + i % 200, i, 2 + i % 60);
		if (!run_same(NULL, 0, NULL))
			bad++;
	}
	tap_eq(bad, 0, "mazes of jumps");
}

static void test_long(void)
{
	u32 i, n = 65536;

	begin();
	add(JMP_K(EBPF_JEQ, 6, 3, 1));		/* skips the exit */
	add(EXIT());
	add(GOTOL(n - 1));
	for (i = 0; i < n - 1; i++)
		add(ALU64_K(EBPF_ADD, 2, 1 + i % 300));
	add(ALU64_K(EBPF_ADD, 2, 1));
	add(ALU64_K(EBPF_SUB, 6, 1));
	add(MOV_X(0, 2));
	add(JMP_K(EBPF_JEQ, 6, 0, 1));
	add(GOTOL(-(s32)n - 3));
	add(EXIT());
	tap_ok(run_same(NULL, 0, NULL), "65536 instructions with jumps over all of them");

	begin();
	for (i = 0; i < EBPF_COMPLEXITY_LIMIT - 5; i++)
		add(ALU64_K(EBPF_ADD, 2, i & 0x3ff));
	add(MOV_X(0, 2));
	add(EXIT());
	tap_ok(run_same(NULL, 0, NULL), "a million instructions");
	add(EXIT());
	tap_ok(cnt > EBPF_COMPLEXITY_LIMIT, "one instruction more");
	tap_ok(IS_ERR(ebpf_jit_compile(&(struct ebpf_prog_image){ .insns = insns,
		.insn_cnt = cnt, .subprog_cnt = 1,
		.subprogs = &(struct ebpf_subprog){ 0 } }, &jit_env)), "is refused");
}

/*
 * Helpers
 */

static u64 mix(const u64 args[5])
{
	return args[0] + 3 * args[1] + 5 * args[2] + 7 * args[3] + 11 * args[4];
}

u64 helper_mix_c(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5);
JIT_HELPER(helper_mix, helper_mix_c);

u64 helper_mix_c(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	u64 args[5] = { r1, r2, r3, r4, r5 };

	return mix(args);
}

/* As bpf_loop: R2 is the function, R3 its argument; @frame its R10. */
u64 helper_loop_c(u64 nr, u64 func, u64 arg, u64 r4, u64 r5, u64 frame);
JIT_HELPER(helper_loop, helper_loop_c);

u64 helper_loop_c(u64 nr, u64 func, u64 arg, u64 r4, u64 r5, u64 frame)
{
	u64 (*fn)(u64, u64, u64, u64, u64, u64) =
		(u64 (*)(u64, u64, u64, u64, u64, u64))(uintptr_t)func;
	u64 i;

	for (i = 0; i < nr; i++)
		if (fn(i, arg, 0, 0, 0, frame))
			return i + 1;
	return nr;
}

static int interp_helper(struct interp *it, const struct ebpf_insn *insn, u64 *ret)
{
	const void *func = jit_helper_addr(insn->imm);
	u64 *r = it->regs, i, res = 0;
	int err = 0;

	if (func == helper_mix) {
		*ret = mix(&r[1]);
		for (i = 1; i <= 5; i++)
			r[i] = JIT_POISON;
		return 0;
	}
	if (func != helper_loop)
		return -EINVAL;
	for (i = 0; i < r[1] && !err && !res; i++) {
		u64 args[5] = { i, r[3] };

		err = interp_callback(it, r[2], args, interp_frame_below(it), &res);
	}
	*ret = i;
	return err;
}

/* Where the interpreter counts in instructions, the JIT has addresses: tests
 * that load one overwrite the register before it is compared.
 */
static const struct interp_ops helper_ops = { .helper = interp_helper };

static void add_args(u32 base)
{
	u32 i;

	for (i = 1; i <= 5; i++)
		add(MOV_K(i, base + i * i));
}

static void test_helpers(void)
{
	u32 i;

	cnt = 0;
	for (i = 6; i < 10; i++)
		add(MOV_K(i, i * 1000));
	add(STX(EBPF_DW, 10, 1, -8));
	add_args(1);
	add(HELPER(jit_helper_imm(helper_mix)));
	for (i = 1; i <= 5; i++)
		add(STX(EBPF_DW, 10, i, -8 - 8 * i));
	add_args(2);
	add(ALU64_X(EBPF_ADD, 5, 0));
	add(HELPER(jit_helper_imm(helper_mix)));
	for (i = 6; i < 10; i++)
		add(ALU64_X(EBPF_ADD, 0, i));
	add(EXIT());
	tap_ok(run_same(NULL, 0, &helper_ops), "helpers get their arguments, R6 to R9 survive");
}

static void test_far_helper(void)
{
	struct ebpf_jit_env env = jit_env;
	struct ebpf_subprog sub = { 0 };
	struct ebpf_prog_image img = { .insns = insns, .insn_cnt = 2, .subprogs = &sub,
				       .subprog_cnt = 1 };
	struct ebpf_jit *jit;
	u8 buf[64];

	insns[0] = HELPER(0);
	insns[1] = EXIT();
	jit = ebpf_jit_compile(&img, &env);
	tap_ok(!IS_ERR(jit) && ebpf_jit_size(jit) <= sizeof(buf), "a call compiles");
	tap_eq(ebpf_jit_emit(jit, buf, env.call_base + (1LL << 31) - 5), 0,
	       "2 GiB above its helper");
	tap_eq(ebpf_jit_emit(jit, buf, env.call_base + (1LL << 31)), -ERANGE,
	       "but not further");
	tap_eq(ebpf_jit_emit(jit, buf, env.call_base - (1LL << 31) - 4), 0, "and below");
	tap_eq(ebpf_jit_emit(jit, buf, env.call_base - (1LL << 31) - 6), -ERANGE,
	       "but not further");
	ebpf_jit_free(jit);
}

/*
 * Subprograms
 */

/* A chain of functions, each with a frame, each changing R6 to R9. */
static void test_chain(u32 depth)
{
	struct ebpf_subprog subs[EBPF_MAX_CALL_FRAMES] = { { 0 } };
	u32 i, k, calls[EBPF_MAX_CALL_FRAMES];

	cnt = 0;
	for (i = 0; i < depth; i++) {
		subs[i].start = cnt;
		subs[i].stack_depth = i * 12 + (i % 3 ? 4 : 0);
		for (k = 6; k < 10 && k - 6 <= i; k++)
			add(MOV_K(k, i * 100 + k));
		if (subs[i].stack_depth >= 8)
			add(ST(EBPF_DW, 10, -8, i * 77));
		add(MOV_K(0, 1));
		calls[i] = cnt;
		if (i + 1 < depth) {
			add(CALL(0));
			add(CALL(0));
		}
		for (k = 6; k < 10 && k - 6 <= i; k++)
			add(ALU64_X(EBPF_ADD, 0, k));
		if (subs[i].stack_depth >= 8) {
			add(LDX(EBPF_DW, 1, 10, -8));
			add(ALU64_X(EBPF_ADD, 0, 1));
		}
		add(EXIT());
	}
	for (i = 0; i + 1 < depth; i++)
		for (k = 0; k < 2; k++)
			insns[calls[i] + k].imm = subs[i + 1].start - calls[i] - k - 1;
	tap_ok(run_same(subs, depth, NULL), "functions %u deep", depth);
}

/* main -> loop(f) where f uses its frame and calls g. */
static void test_callback(void)
{
	struct ebpf_subprog subs[3] = { { 0 } };
	u32 load;

	cnt = 0;
	subs[0].stack_depth = 16;
	add(ST(EBPF_DW, 10, -8, 5));
	add(MOV_K(6, 1000));
	add(MOV_K(1, 4));
	load = cnt;
	add(LD64_LO(2, EBPF_PSEUDO_FUNC, 0));
	add(LD64_HI(0));
	add(MOV_X(3, 10));
	add(HELPER(jit_helper_imm(helper_loop)));
	add_args(0);
	add(LDX(EBPF_DW, 1, 10, -8));
	add(ALU64_X(EBPF_ADD, 0, 1));
	add(ALU64_X(EBPF_ADD, 0, 6));
	add(EXIT());

	subs[1].start = cnt;
	subs[1].stack_depth = 24;
	insns[load].imm = cnt - load - 1;
	add(MOV_X(6, 1));
	add(MOV_X(7, 2));
	add(STX(EBPF_DW, 10, 6, -24));
	add(CALL(5));
	add(LDX(EBPF_DW, 1, 7, -8));
	add(ALU64_X(EBPF_ADD, 1, 0));
	add(STX(EBPF_DW, 7, 1, -8));
	add(MOV_K(0, 0));
	add(EXIT());

	subs[2].start = cnt;
	subs[2].stack_depth = 8;
	add(STX(EBPF_DW, 10, 1, -8));
	add(LDX(EBPF_DW, 0, 10, -8));
	add(ALU64_K(EBPF_MUL, 0, 3));
	add(EXIT());
	tap_ok(run_same(subs, 3, &helper_ops), "a helper calls a function back, on its own frame");
	subs[1].tail_call_reachable = true;
	tap_eq(jit_build(&(struct jit_code){ 0 }, insns, cnt, subs, 3), -EINVAL,
	       "a callback that can make a tail call is refused");
}

/*
 * Tail calls
 */

static struct jit_prog_array array;

static bool interp_tail_call(struct interp *it, u64 addr, u32 index,
			     const struct interp_prog **next)
{
	const struct jit_prog_array *a = (const void *)(uintptr_t)addr;

	if (index >= a->max_entries)
		return false;
	*next = a->ptrs[index] ? &a->ptrs[index]->prog : NULL;
	return true;
}

static const struct interp_ops tail_ops = {
	.helper = interp_helper,
	.tail_call = interp_tail_call,
};

/* ctx is in R6: ctx[slot]++ */
static void count(u32 slot)
{
	add(LDX(EBPF_DW, 0, 6, 8 * slot));
	add(ALU64_K(EBPF_ADD, 0, 1));
	add(STX(EBPF_DW, 6, 0, 8 * slot));
}

static void tail_call(u64 index)
{
	add(MOV_X(1, 6));
	add_const(2, (u64)(uintptr_t)&array);
	add_const(3, index);
	add(TAIL_CALL());
	/* What R1 to R5 hold now is nobody's business. */
	add_args(0);
}

struct tail_prog {
	struct ebpf_insn insns[256];
	struct ebpf_subprog subs[4];
	u32 cnt, sub_cnt;
	struct jit_code code;
};

static struct tail_prog progs[8];

static struct tail_prog *start(u32 i)
{
	insns = progs[i].insns;
	memset(progs[i].subs, 0, sizeof(progs[i].subs));
	progs[i].sub_cnt = 1;
	progs[i].subs[0].stack_depth = 32;
	cnt = 0;
	return &progs[i];
}

static void begin_prog(void)
{
	add(MOV_X(6, 1));
	add(MOV_K(7, 70));
	add(MOV_K(9, 90));
	add(ST(EBPF_DW, 10, -32, 32));
}

static bool done(struct tail_prog *p)
{
	p->cnt = cnt;
	return !jit_build(&p->code, p->insns, cnt, p->subs, p->sub_cnt);
}

/* Calls slot @index, then says that this failed: ctx[slot of @i] counts. */
static bool make_caller(u32 i, u64 index)
{
	struct tail_prog *p = start(i);

	begin_prog();
	count(i);
	tail_call(index);
	count(8 + i);
	add(MOV_K(0, 100 + i));
	add(EXIT());
	return done(p);
}

/* No frame, no tail call: has no tail entry of its own. */
static bool make_leaf(u32 i, bool frame)
{
	struct tail_prog *p = start(i);

	add(LDX(EBPF_DW, 0, 1, 8 * i));
	add(ALU64_K(EBPF_ADD, 0, 1));
	add(STX(EBPF_DW, 1, 0, 8 * i));
	if (frame)
		add(STX(EBPF_DW, 10, 0, -16));
	add(MOV_K(0, 200 + i));
	add(EXIT());
	return done(p);
}

/* main calls a function twice, which calls slot @index each time. */
static bool make_sub_caller(u32 i, u64 index)
{
	struct tail_prog *p = start(i);
	u32 call;

	begin_prog();
	count(i);
	for (call = 0; call < 2; call++) {
		add(MOV_X(1, 6));
		add(CALL(0));
		p->subs[2].start = cnt - 1;
		insns[cnt - 1].imm = call ? 9 : 9 + 2 + 4;
		add(LDX(EBPF_DW, 8, 10, -32));
		add(ALU64_X(EBPF_ADD, 7, 0));
		add(ALU64_X(EBPF_ADD, 7, 8));
		add(ALU64_X(EBPF_ADD, 7, 9));
	}
	count(8 + i);
	add(MOV_X(0, 7));
	add(EXIT());
	p->subs[1].start = cnt;
	p->subs[1].stack_depth = 40;
	p->sub_cnt = 2;
	for (call = 0; call < cnt; call++)
		if (insns[call].code == (EBPF_JMP | EBPF_CALL))
			insns[call].imm = cnt - call - 1;
	add(MOV_X(6, 1));
	add(ST(EBPF_DW, 10, -40, 40));
	add(MOV_K(8, 1));
	tail_call(index);
	add(MOV_K(0, 300 + i));
	add(EXIT());
	p->subs[2].start = 0;
	return done(p);
}

static void fill_array(void)
{
	u32 i;

	memset(&array, 0, sizeof(array));
	array.max_entries = 6;
	for (i = 0; i < 6; i++)
		array.ptrs[i] = progs[i].code.exec ? &progs[i].code : NULL;
	array.ptrs[5] = NULL;
	array.ptrs[6] = &progs[0].code;		/* beyond the end */
}

static bool run_prog(u32 i, u64 mem[16])
{
	memset(mem, 0, 16 * sizeof(*mem));
	return jit_same(&progs[i].code, &tail_ops, mem, 16 * sizeof(*mem), i);
}

static void free_progs(void)
{
	u32 i = ARRAY_SIZE(progs);

	while (i--)
		if (progs[i].code.jit)
			jit_destroy(&progs[i].code);
}

static void test_simple_tail_calls(const char *how)
{
	u64 mem[16];

	tap_ok(make_caller(0, 1) && make_leaf(1, false) && make_caller(2, 3) &&
	       make_leaf(3, true) && make_caller(4, 2), "callers and callees%s", how);
	fill_array();
	tap_ok(run_prog(0, mem) && mem[1] == 1 && !mem[8], "to a program without a frame%s", how);
	tap_ok(run_prog(2, mem) && mem[3] == 1 && !mem[10], "to a program with a frame%s", how);
	tap_ok(run_prog(4, mem) && mem[2] == 1 && mem[3] == 1, "two in a row%s", how);
	tap_ok(run_prog(1, mem) && run_prog(3, mem), "callees run by themselves%s", how);
	free_progs();
}

static void test_failing_tail_calls(const char *how)
{
	static const u64 beyond[] = { 5, 6, 7, 0xffffffff, 0x80000000 };
	u64 mem[16];
	u32 i, bad = 0;

	for (i = 0; i < ARRAY_SIZE(beyond); i++) {
		if (!make_caller(0, beyond[i]))
			bad++;
		fill_array();
		if (!run_prog(0, mem) || mem[8] != 1)
			bad++;
		free_progs();
	}
	tap_eq(bad, 0, "empty slots and indices beyond the end go on%s", how);
	tap_ok(make_caller(0, 0x100000001ULL) && make_leaf(1, true), "an index of 2^32 + 1%s", how);
	fill_array();
	tap_ok(run_prog(0, mem) && mem[1] == 1, "counts as 1%s", how);
	free_progs();
}

/* Only the lower half of R3 counts, however it was set. */
static void test_tail_index(const char *how)
{
	const struct ebpf_insn sets[] = {
		MOV_K(3, 1), ALU32_K(EBPF_MOV, 3, 1), ALU32_K(EBPF_ADD, 3, 1),
		ALU64_K(EBPF_OR, 3, 1), LDX(EBPF_W, 3, 6, 40), LDX(EBPF_DW, 3, 6, 40),
		ATOMIC(EBPF_DW, EBPF_XCHG, 6, 3, 40), ATOMIC(EBPF_W, EBPF_XCHG, 6, 3, 40),
		ALU64_K(EBPF_SUB, 3, -1), MOV_X(3, 7), ALU32_X(EBPF_MOV, 3, 7),
	};
	u64 mem[16];
	u32 i, k, bad = 0;

	for (i = 0; i < 2 * ARRAY_SIZE(sets); i++) {
		struct tail_prog *p = start(0);

		add(MOV_X(6, 1));
		add_const(7, 0x500000001ULL);
		add(STX(EBPF_DW, 6, 7, 40));
		add_const(3, 0x300000000ULL);
		if (i & 1)	/* two ways lead to the call */
			add(JMP_K(EBPF_JNE, 10, 0, 1));
		add(sets[i / 2]);
		add_const(2, (u64)(uintptr_t)&array);
		add(MOV_X(1, 6));
		add(TAIL_CALL());
		for (k = 1; k < 6; k++)
			add(MOV_K(k, 0));
		add(MOV_K(0, 9));
		add(EXIT());
		bad += !done(p) || !make_leaf(1, false) || !make_leaf(2, false);
		fill_array();
		array.ptrs[0] = &progs[2].code;
		bad += !run_prog(0, mem) || mem[(i & 1) + 1] != 1;
		free_progs();
	}
	tap_eq(bad, 0, "the index is 32 bits, however it was set%s", how);
}

static void test_tail_limit(const char *how)
{
	u64 mem[16];

	tap_ok(make_caller(0, 0), "a program that calls itself%s", how);
	fill_array();
	tap_ok(run_prog(0, mem), "runs%s", how);
	tap_eq(mem[0], 34, "34 times%s", how);
	tap_eq(mem[8], 1, "and ends once%s", how);
	free_progs();

	tap_ok(make_caller(0, 1) && make_caller(1, 2) && make_caller(2, 0),
	       "three that call each other%s", how);
	fill_array();
	tap_ok(run_prog(0, mem), "run%s", how);
	tap_eq(mem[0] + mem[1] + mem[2], 34, "34 times together%s", how);
	free_progs();
}

static void test_tail_from_subprog(const char *how)
{
	u64 mem[16];

	tap_ok(make_sub_caller(0, 1) && make_leaf(1, true), "a call out of a function%s", how);
	fill_array();
	tap_ok(run_prog(0, mem) && mem[1] == 2 && mem[8] == 1,
	       "comes back to the function's caller%s", how);
	free_progs();

	tap_ok(make_sub_caller(0, 2) && make_leaf(2, false), "to one without a frame%s", how);
	fill_array();
	tap_ok(run_prog(0, mem) && mem[2] == 2 && mem[8] == 1, "as well%s", how);
	free_progs();

	/* Twice from each level: without one count for all this is 2^33 calls. */
	tap_ok(make_sub_caller(0, 0), "a function that calls its own program%s", how);
	fill_array();
	jit_stack_used = JIT_STACK;
	tap_ok(run_prog(0, mem), "runs%s", how);
	tap_eq(mem[0], 34, "34 times in all%s", how);
	tap_eq(mem[8], 34, "and comes back from each%s", how);
	free_progs();

	tap_ok(make_sub_caller(0, 1) && make_caller(1, 2) && make_sub_caller(2, 3) &&
	       make_caller(3, 0), "functions and programs in turn%s", how);
	fill_array();
	tap_ok(run_prog(0, mem), "run%s", how);
	tap_eq(mem[0] + mem[1] + mem[2] + mem[3], 34, "34 times%s", how);
	free_progs();
	jit_stack_used = EBPF_MAX_STACK + 64;
}

static void test_tail_calls(const char *how)
{
	test_simple_tail_calls(how);
	test_failing_tail_calls(how);
	test_tail_index(how);
	test_tail_limit(how);
	test_tail_from_subprog(how);
}

/*
 * Loads that fault
 */
static bool interp_probe(struct interp *it, u64 addr, u32 size)
{
	return addr >= jit_probe_limit;
}

static void test_faults(void)
{
	static const struct interp_ops ops = { .probe = interp_probe };
	static const u8 sizes[] = { EBPF_B, EBPF_H, EBPF_W, EBPF_DW };
	struct ebpf_jit_env env = jit_env;
	u32 dst, src, i, bad = 0;

	for (dst = 0; dst < 10; dst++) {
		for (src = 0; src < 10; src++) {
			for (i = 0; i < 4; i++) {
				u32 k;

				cnt = 0;
				for (k = 0; k < 10; k++)
					add(MOV_K(k, 0x100 + k));
				add(INSN(EBPF_LDX | EBPF_PROBE_MEM | sizes[i], dst, src, -8, 0));
				for (k = 0; k < 10; k++)
					add(STX(EBPF_DW, 10, k, -8 - 8 * (s32)k));
				add(EXIT());
				bad += !run_same(NULL, 0, &ops);
			}
		}
	}
	tap_eq(bad, 0, "loads that fault read 0 and change nothing else");
	cnt = 0;
	add(INSN(EBPF_LDX | EBPF_PROBE_MEM | EBPF_W, 0, 1, 0, 0));
	add(EXIT());
	jit_env.load_stub[2] = 0;
	tap_eq(jit_build(&(struct jit_code){ 0 }, insns, cnt, NULL, 0), -EINVAL,
	       "without a stub for them they are refused");
	jit_env = env;
}

/*
 * What is refused
 */
static void refuse(struct ebpf_insn insn, const char *what)
{
	struct jit_code code;
	int err;

	cnt = 0;
	add(MOV_K(0, 0));
	add(insn);
	add(EXIT());
	err = jit_build(&code, insns, cnt, NULL, 0);
	tap_eq(err, -EINVAL, "refused: %s", what);
	if (!err)
		jit_destroy(&code);
}

static void test_refused(void)
{
	struct ebpf_subprog subs[2] = { { 0 }, { .start = 1 } };
	struct jit_code code;
	u32 i, wrong = 0, op;

	refuse(INSN(0, 0, 0, 0, 0), "code 0");
	refuse(INSN(EBPF_LD | EBPF_ABS | EBPF_W, 0, 0, 0, 0), "LD_ABS");
	refuse(LD64_LO(1, EBPF_PSEUDO_MAP_FD, 0), "a constant without its second half");
	refuse(MOV_K(10, 1), "a write to R10");
	refuse(LDX(EBPF_W, 10, 1, 0), "a load to R10");
	refuse(MOV_K(11, 1), "register 11");
	refuse(MOV_X(0, 15), "register 15");
	refuse(JA(1), "a jump past the end");
	refuse(JA(-3), "a jump before the start");
	refuse(JA(S16_MAX), "a jump far past the end");
	refuse(GOTOL(S32_MAX), "a long jump far past the end");
	refuse(GOTOL(S32_MIN), "a long jump far before the start");
	refuse(JMP_K(EBPF_JEQ, 0, 0, 1), "a conditional jump past the end");
	refuse(CALL(0), "a call of what is no function");
	refuse(CALL(-2), "a call of the main program");
	refuse(CALL(S32_MAX), "a call far past the end");
	refuse(INSN(EBPF_JMP | EBPF_CALL, 0, EBPF_PSEUDO_KFUNC_CALL, 0, 1), "a kfunc call");
	refuse(ALU64_K(EBPF_DIV, 0, 0), "division by a constant zero");
	refuse(ALU32_K(EBPF_MOD, 0, 0), "remainder by a constant zero");
	refuse(INSN(EBPF_ALU64 | EBPF_DIV, 0, 0, 2, 5), "division with off 2");
	refuse(INSN(EBPF_ALU | EBPF_MOV | EBPF_X, 0, 1, 32, 0), "movsx32 to 32 bits");
	refuse(INSN(EBPF_ALU64 | EBPF_MOV | EBPF_X, 0, 1, 7, 0), "movsx of 7 bits");
	refuse(INSN(EBPF_ALU | EBPF_END, 0, 0, 0, 8), "a swap of 8 bits");
	refuse(INSN(EBPF_ALU64 | EBPF_END, 0, 0, 0, 128), "a swap of 128 bits");
	refuse(INSN(EBPF_LDX | EBPF_MEMSX | EBPF_DW, 0, 1, 0, 0), "ldsx of 8 bytes");
	refuse(INSN(EBPF_LDX | EBPF_PROBE_MEMSX | EBPF_DW, 0, 1, 0, 0), "probed ldsx of 8 bytes");
	refuse(INSN(EBPF_LDX | EBPF_ATOMIC | EBPF_DW, 0, 1, 0, 0), "an atomic load");
	refuse(INSN(EBPF_ST | EBPF_ATOMIC | EBPF_DW, 0, 1, 0, 0), "an atomic store of a constant");
	refuse(ATOMIC(EBPF_B, EBPF_ADD, 1, 0, 0), "an atomic operation on a byte");
	refuse(ATOMIC(EBPF_DW, EBPF_SUB, 1, 0, 0), "an atomic sub");
	refuse(ATOMIC(EBPF_DW, EBPF_XCHG & ~EBPF_FETCH, 1, 0, 0), "xchg without fetch");
	for (op = 0xe0; op <= 0xf0; op += 0x10) {
		refuse(INSN(EBPF_ALU64 | op, 0, 0, 0, 0), "an unknown operation");
		refuse(INSN(EBPF_JMP32 | op, 0, 0, 0, 0), "an unknown jump");
	}

	cnt = 0;
	add(JMP_K(EBPF_JEQ, 1, 0, 1));
	add_const(0, 1);
	add(EXIT());
	tap_eq(jit_build(&code, insns, cnt, NULL, 0), -EINVAL, "refused: a jump into a constant");
	cnt = 0;
	add(MOV_K(0, 0));
	tap_eq(jit_build(&code, insns, cnt, NULL, 0), -EINVAL, "refused: an end without exit");
	add(EXIT());
	tap_eq(jit_build(&code, insns, cnt, subs, 2), -EINVAL,
	       "refused: a function without exit");
	subs[1].start = 2;
	tap_eq(jit_build(&code, insns, cnt, subs, 2), -EINVAL, "refused: a function after the end");
	subs[1].start = 0;
	tap_eq(jit_build(&code, insns, cnt, subs, 2), -EINVAL, "refused: an empty function");
	subs[0].stack_depth = EBPF_MAX_STACK + 2 * EBPF_ROUNDS_STACK + 1;
	tap_eq(jit_build(&code, insns, cnt, subs, 1), -EINVAL, "refused: too large a frame");
	tap_eq(jit_build(&code, insns, 0, NULL, 0), -EINVAL, "refused: no instructions");

	/* Every code with every source register: works or is refused. */
	for (i = 0; i < 256 * 16; i++) {
		int err;

		cnt = 0;
		add(INSN(i >> 4, 1, i & 15, 0, 1));
		add(EXIT());
		err = jit_build(&code, insns, cnt, NULL, 0);
		if (!err)
			jit_destroy(&code);
		else if (err != -EINVAL)
			wrong++;
	}
	tap_eq(wrong, 0, "every instruction code is either compiled or refused");
}

static void test_no_memory(void)
{
	struct jit_code code;
	u32 n, failed = 0;
	int err = -ENOMEM;

	cnt = 0;
	add(MOV_K(0, 0));
	add(EXIT());
	for (n = 0; n < 20 && err; n++) {
		test_fail_alloc(n);
		err = jit_build(&code, insns, cnt, NULL, 0);
		failed += err == -ENOMEM;
	}
	test_fail_alloc(-1);
	tap_ok(!err && failed == n - 1 && failed > 2, "-ENOMEM at each of %u allocations", failed);
	if (!err)
		jit_destroy(&code);
	test_set_yield(-EAGAIN);
	tap_eq(jit_build(&code, insns, cnt, NULL, 0), -EAGAIN, "a signal ends the compilation");
	test_set_yield(0);
}

/* With thunks no bare return or indirect jump is left, without none is used. */
static void test_mitigations(void)
{
	struct jit_code code;
	u32 i, endbrs = 0, rets = 0;

	jit_set_mitigations(true);
	cnt = 0;
	add(STX(EBPF_DW, 10, 1, -8));
	add(MOV_K(0, 7));
	add(EXIT());
	tap_ok(build(&code, NULL, 0), "a program for a kernel with thunks");
	for (i = 0; i + 4 <= code.size; i++)
		endbrs += !memcmp(code.exec + i, "\xf3\x0f\x1e\xfa", 4);
	/* Distances of calls and jumps may hold any byte. */
	for (i = 0; i < code.size; i++)
		if (code.exec[i] == 0xe8 || code.exec[i] == 0xe9)
			i += 4;
		else
			rets += code.exec[i] == 0xc3;
	tap_eq(endbrs, 2, "starts its entry and its tail entry with endbr64");
	tap_eq(rets, 0, "and has no ret");
	jit_destroy(&code);
}

/* Where the kernel puts lfence before indirect jumps, so do we. */
static void test_lfence(void)
{
	u32 i, on, found[2] = { 0, 0 };

	jit_set_mitigations(false);
	for (on = 0; on < 2; on++) {
		jit_env.indirect_lfence = on;
		tap_ok(make_caller(0, 1), "a tail call, lfence %u", on);
		for (i = 0; i + 5 <= progs[0].code.size; i++)
			found[on] += !memcmp(progs[0].code.exec + i, "\x0f\xae\xe8\xff\xe1", 5);
		free_progs();
	}
	tap_eq(found[0], 0, "without, no lfence");
	tap_eq(found[1], 1, "with, one lfence and the jump behind it");
}

int main(void)
{
	struct ebpf_insn *many = calloc(EBPF_COMPLEXITY_LIMIT + 16, sizeof(*many));
	u32 depth;

	insns = many;
	test_boundaries();
	test_nested();
	test_mazes();
	test_long();
	test_helpers();
	test_far_helper();
	for (depth = 1; depth <= EBPF_MAX_CALL_FRAMES; depth++)
		test_chain(depth);
	test_callback();
	test_faults();
	test_refused();
	test_no_memory();
	test_tail_calls("");
	test_mitigations();
	test_tail_calls(", with thunks");
	insns = many;
	test_callback();
	test_lfence();
	test_tail_calls(", with lfence");
	tap_eq(test_bugs(), 0, "no internal check struck");
	free(many);
	return tap_end();
}
