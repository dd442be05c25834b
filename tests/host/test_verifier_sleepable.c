// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs that may sleep: which types, which maps, which helpers, and in which callbacks
 * not. What TRACING programs may be attached to: test_verifier_tracing.c.
 */
#include <tap.h>
#include "btf_blob.h"
#include "services.h"
#include "verif_run.h"

#define FP	EBPF_REG_10
#define SLEEPS	EBPF_F_SLEEPABLE
#define DONE	MOV_K(0, 0), EXIT

/* To 8 bytes of the stack. */
#define DST		MOV_X(1, FP), ADD_K(1, -8), MOV_K(2, 8)
#define COPY		DST, MOV_K(3, 4096), HELPER(copy_from_user)		/* 5 slots */
#define TASK		HELPER(get_current_task_btf), MOV_X(4, 0)
#define COPY_TASK	TASK, DST, MOV_K(3, 4096), MOV_K(5, 0), HELPER(copy_from_user_task)
#define LD_FUNC(d, to)	LD64_PSEUDO(d, EBPF_PSEUDO_FUNC, to, 0)
/* With a function that begins two instructions behind each. */
#define LOOP		MOV_K(1, 3), LD_FUNC(2, 6), MOV_K(3, 0), MOV_K(4, 0), HELPER(loop), DONE
#define EACH		LD_MAP(1, MAP_ARRAY), LD_FUNC(2, 6), MOV_K(3, 0), MOV_K(4, 0), \
			HELPER(for_each_map_elem), DONE
#define FIND		HELPER(get_current_task_btf), MOV_X(1, 0), MOV_K(2, 0), LD_FUNC(3, 6), \
			MOV_K(4, 0), MOV_K(5, 0), HELPER(find_vma), DONE

/* Ids of types; names are their own. */
enum { T_INT = 1, T_PROTO, T_STATIC, T_GLOBAL, T_TASK, T_VMA };
#define STRINGS "\0int\0f\0task_struct\0vm_area_struct"
enum { S_INT = 1, S_F = 5, S_TASK = 7, S_VMA = 19 };

static const u32 types[] = {
	INT(S_INT, 4),
	TYPE(0, FUNC_PROTO, 0, T_INT),
	TYPE(S_F, FUNC, EBPF_BTF_FUNC_STATIC, T_PROTO),
	TYPE(S_F, FUNC, EBPF_BTF_FUNC_GLOBAL, T_PROTO),
	TYPE(S_TASK, STRUCT, 1, 8), MEMBER(S_INT, T_INT, 0),
	TYPE(S_VMA, STRUCT, 1, 8), MEMBER(S_INT, T_INT, 0),
};

/* @global: instruction at which a global function begins, 0: none */
struct sleep_case {
	struct verif_case c;
	u32 global;
};

/* What a line leaves out is zero. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

static const struct sleep_case cases[] = {
	/* Types. */
	{ { "a kprobe program", .flags = SLEEPS, .insns = { DONE } } },
	{ { "a tracepoint program", EBPF_PROG_TYPE_TRACEPOINT, SLEEPS, EINVAL,
	    "Only fentry/fexit/fmod_ret, lsm, and kprobe/uprobe programs can be sleepable\n",
	    { DONE } } },
	{ { "a perf event program", EBPF_PROG_TYPE_PERF_EVENT, SLEEPS, EINVAL, "can be sleepable",
	    { DONE } } },
	{ { "a raw tracepoint program", EBPF_PROG_TYPE_RAW_TRACEPOINT, SLEEPS, EINVAL,
	    "can be sleepable", { DONE } } },
	{ { "a program for packets", EBPF_PROG_TYPE_SCHED_CLS, SLEEPS, EINVAL, "can be sleepable",
	    { DONE } } },
	/* Helpers. */
	{ { "copy_from_user", .flags = SLEEPS, .insns = { COPY, LDX(DW, 0, FP, -8), EXIT } } },
	{ { "copy_from_user in a program that does not sleep", .err = EINVAL,
	    .says = "helper call might sleep in a non-sleepable prog", .insns = { COPY, DONE } } },
	{ { "copy_from_user in a raw tracepoint program", EBPF_PROG_TYPE_RAW_TRACEPOINT, 0, EINVAL,
	    "helper call might sleep in a non-sleepable prog", { COPY, DONE } } },
	{ { "copy_from_user in a program for packets", EBPF_PROG_TYPE_SCHED_CLS, 0, EINVAL,
	    "unknown func bpf_copy_from_user#148", { COPY, DONE } } },
	{ { "copy_from_user of nothing", .flags = SLEEPS, .insns = { MOV_X(1, FP), ADD_K(1, -8), MOV_K(2, 0),
	    MOV_K(3, 0), HELPER(copy_from_user), DONE } } },
	{ { "copy_from_user beyond the stack", .flags = SLEEPS, .err = EACCES,
	    .says = "invalid indirect access to stack R1 off=-8 size=16",
	    .insns = { MOV_X(1, FP), ADD_K(1, -8), MOV_K(2, 16), MOV_K(3, 0), HELPER(copy_from_user),
		       DONE } } },
	{ { "copy_from_user into a constant map", .flags = SLEEPS, .err = EACCES,
	    .says = "write into map forbidden",
	    .insns = { LD_MAP_VALUE(1, MAP_RDONLY, 0), MOV_K(2, 8), MOV_K(3, 0),
		       HELPER(copy_from_user), DONE } } },
	{ { "copy_from_user of any length", .flags = SLEEPS, .err = EACCES, .says = "R2",
	    .insns = { LDX(DW, 2, 1, 0), MOV_X(1, FP), ADD_K(1, -8), MOV_K(3, 0),
		       HELPER(copy_from_user), DONE } } },
	{ { "copy_from_user into a value that may not be there", .flags = SLEEPS, .err = EACCES,
	    .says = "R1 type=map_value_or_null",
	    .insns = { LOOKUP(MAP_HASH), MOV_X(1, 0), MOV_K(2, 8), MOV_K(3, 0),
		       HELPER(copy_from_user), DONE } } },
	{ { "copy_from_user_task", .flags = SLEEPS, .insns = { COPY_TASK, LDX(DW, 0, FP, -8), EXIT } } },
	{ { "copy_from_user_task in a program that does not sleep", .err = EINVAL,
	    .says = "helper call might sleep in a non-sleepable prog", .insns = { COPY_TASK, DONE } } },
	{ { "copy_from_user_task of a number", .flags = SLEEPS, .err = EACCES,
	    .says = "R4 type=scalar expected=ptr_",
	    .insns = { DST, MOV_K(3, 0), MOV_K(4, 0), MOV_K(5, 0), HELPER(copy_from_user_task), DONE } } },
	{ { "copy_from_user_task with few arguments", .flags = SLEEPS, .err = EACCES,
	    .says = "R5 !read_ok",
	    .insns = { TASK, DST, MOV_K(3, 0), HELPER(copy_from_user_task), DONE } } },
	/* Maps. */
	{ { "an array and a hash", .flags = SLEEPS, .insns = { LD_MAP(1, MAP_ARRAY),
	    LD_MAP(1, MAP_HASH), LD_MAP(1, MAP_RINGBUF), DONE } } },
	{ { "a record of a ring buffer, across a sleep", .flags = SLEEPS,
	    .insns = { LD_MAP(1, MAP_RINGBUF), MOV_K(2, 8), MOV_K(3, 0), HELPER(ringbuf_reserve),
		       JMP_K(JEQ, 0, 0, 8), MOV_X(6, 0), MOV_X(1, 0), MOV_K(2, 8), MOV_K(3, 0),
		       HELPER(copy_from_user), MOV_X(1, 6), MOV_K(2, 0), HELPER(ringbuf_submit),
		       DONE } } },
	{ { "... and kept", .flags = SLEEPS, .err = EINVAL, .says = "Unreleased reference",
	    .insns = { LD_MAP(1, MAP_RINGBUF), MOV_K(2, 8), MOV_K(3, 0), HELPER(ringbuf_reserve),
		       JMP_K(JEQ, 0, 0, 4), MOV_X(1, 0), MOV_K(2, 8), MOV_K(3, 0),
		       HELPER(copy_from_user), DONE } } },
	{ { "a prog array", .flags = SLEEPS, .err = EINVAL,
	    .says = "Sleepable programs can only use array, hash, and ringbuf maps\n",
	    .insns = { LD_MAP(2, MAP_PROGS), DONE } } },
	{ { "perf events", .flags = SLEEPS, .err = EINVAL, .says = "Sleepable programs can only use",
	    .insns = { LD_MAP(2, MAP_EVENTS), DONE } } },
	{ { "stack traces", .flags = SLEEPS, .err = EINVAL, .says = "Sleepable programs can only use",
	    .insns = { LD_MAP(2, MAP_STACKS), DONE } } },
	{ { "control groups", .flags = SLEEPS, .err = EINVAL, .says = "Sleepable programs can only use",
	    .insns = { LD_MAP(2, MAP_CGROUPS), DONE } } },
	{ { "they are for those that do not sleep", .insns = { LD_MAP(2, MAP_PROGS), DONE } } },
	/* Callbacks. */
	{ { "a loop that sleeps", .flags = SLEEPS, .insns = { LOOP, COPY, DONE } } },
	{ { "a walk over a map that sleeps", .flags = SLEEPS, .err = EINVAL,
	    .says = "helper call might sleep in a callback that runs under a lock",
	    .insns = { EACH, COPY, DONE } } },
	{ { "the same without sleep", .flags = SLEEPS, .insns = { EACH, DONE } } },
	{ { "sleep after a walk", .flags = SLEEPS, .insns = { LD_MAP(1, MAP_ARRAY), LD_FUNC(2, 11),
	    MOV_K(3, 0), MOV_K(4, 0), HELPER(for_each_map_elem), COPY, DONE, DONE } } },
	{ { "sleep beside areas of memory", .flags = SLEEPS, .err = EINVAL,
	    .says = "helper call might sleep in a callback", .insns = { FIND, COPY, DONE } } },
	{ { "the same without sleep", .flags = SLEEPS, .insns = { FIND, DONE } } },
	{ { "a function of a walk that sleeps", .flags = SLEEPS, .err = EINVAL,
	    .says = "helper call might sleep in a callback",
	    .insns = { EACH, CALL(2), DONE, COPY, DONE } } },
	{ { "a loop of a walk that sleeps", .flags = SLEEPS, .err = EINVAL,
	    .says = "helper call might sleep in a callback", .insns = { EACH, LOOP, COPY, DONE } } },
	{ { "a walk of a loop that sleeps", .flags = SLEEPS, .err = EINVAL,
	    .says = "helper call might sleep in a callback", .insns = { LOOP, EACH, COPY, DONE } } },
	/* The copy was seen safe outside of the walk first. */
	{ { "a function of both", .flags = SLEEPS, .err = EINVAL,
	    .says = "helper call might sleep in a callback",
	    .insns = { CALL(12), LD_MAP(1, MAP_ARRAY), LD_FUNC(2, 6), MOV_K(3, 0), MOV_K(4, 0),
		       HELPER(for_each_map_elem), DONE, CALL(2), DONE, COPY, DONE } } },
	/* Global functions are walked by themselves. */
	{ { "a global function that sleeps", .flags = SLEEPS, .insns = { CALL(2), DONE, COPY, DONE } },
	  3 },
	{ { "a global function that sleeps in a loop", .flags = SLEEPS,
	    .insns = { LOOP, CALL(2), DONE, COPY, DONE } }, 11 },
	{ { "a global function that sleeps in a walk", .flags = SLEEPS, .err = EINVAL,
	    .says = "might sleep in a callback that runs under a lock",
	    .insns = { EACH, CALL(2), DONE, COPY, DONE } }, 12 },
	{ { "one that calls what sleeps", .flags = SLEEPS, .err = EINVAL,
	    .says = "might sleep in a callback that runs under a lock",
	    .insns = { EACH, CALL(2), DONE, CALL(2), DONE, COPY, DONE } }, 12 },
	{ { "a global function that does not sleep in a walk", .flags = SLEEPS,
	    .insns = { EACH, CALL(2), DONE, DONE } }, 12 },
	{ { "a global function of a program that does not sleep", .err = EINVAL,
	    .says = "helper call might sleep in a non-sleepable prog", .insns = { CALL(2), DONE, COPY, DONE } }, 3 },
};

static struct verif_result res;

static bool run(const struct sleep_case *sc, const struct ebpf_btf *btf, u32 flags)
{
	static struct ebpf_func_info funcs[VERIF_INSNS];
	const struct verif_case *c = &sc->c;
	u32 cnt = verif_len(c->insns, VERIF_INSNS), i;
	struct ebpf_load load = {
		.prog_type = c->type ? c->type : EBPF_PROG_TYPE_KPROBE, .gpl_compatible = true,
		.prog_flags = c->flags | flags, .insns = c->insns, .insn_cnt = cnt, .btf = btf,
		.vmlinux_btf = btf, .func_info = funcs, .func_info_rec_size = sizeof(funcs[0]),
		.func_info_cnt = verif_funcs(c->insns, cnt, funcs, T_STATIC),
	};

	for (i = 0; sc->global && i < load.func_info_cnt; i++)
		if (funcs[i].insn_off == sc->global)
			funcs[i].type_id = T_GLOBAL;
	verif_load(&res, &load, EBPF_LOG_LEVEL2);
	return res.err == -c->err && (!c->says || strstr(res.log, c->says));
}

static void test_fields(const struct ebpf_btf *btf)
{
	static const struct sleep_case inner = { { "", .flags = SLEEPS, .insns = {
		LD_MAP(1, MAP_ARRAY), DONE } } };
	struct ebpf_map *map = &fake_map_of(MAP_ARRAY)->map;

	map->spin_lock_off = 0;
	tap_ok(!run(&inner, btf, 0) && strstr(res.log, "tracing progs cannot use bpf_spin_lock yet"),
	       "a map with locks");
	map->spin_lock_off = -EINVAL;
	map->timer_off = 0;
	tap_ok(!run(&inner, btf, 0) && strstr(res.log, "tracing progs cannot use bpf_timer yet"),
	       "a map with timers");
	map->timer_off = -EINVAL;
	tap_ok(run(&inner, btf, 0), "the same map without");
}

int main(void)
{
	struct blob blob = blob_make_with(types, ARRAY_SIZE(types), STRINGS, sizeof(STRINGS));
	struct ebpf_btf *btf = ebpf_btf_parse(blob.data, blob.size, NULL, NULL);
	u32 i;

	if (!tap_ok(!IS_ERR(btf), "the types are fine"))
		return tap_end();
	verif_maps();
	for (i = 0; i < ARRAY_SIZE(cases); i++)
		if (!tap_ok(run(&cases[i], btf, 0) && run(&cases[i], btf, EBPF_F_TEST_STATE_FREQ),
			    "%s", cases[i].c.name))
			tap_diag("got %d: %s", res.err, res.log);
	test_fields(btf);
	tap_eq(test_bugs(), 0, "no rule of the verifier's own was broken");
	run(&cases[0], btf, 0);
	ebpf_prog_image_free(&res.img);
	ebpf_btf_destroy(btf);
	blob_free(&blob);
	return tap_end();
}
