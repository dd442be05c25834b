// SPDX-License-Identifier: GPL-2.0-only
/*
 * Timers in map values, and the functions they call: one program per rule.
 */
#include <tap.h>
#include "btf_blob.h"
#include "services.h"
#include "verif_run.h"

#define FP	EBPF_REG_10
#define CLS	EBPF_PROG_TYPE_SCHED_CLS
#define DONE	MOV_K(0, 0), EXIT

enum {
	MAP_TIMER = MAP_CGROUPS + 1,	/* hash, key 8, value 32, the timer at 8 */
	MAP_OTHER,			/* the same once more */
	MAP_OUTER,			/* array of such maps */
	MAP_MANY,			/* values with more than one timer */
	MAP_NONE,			/* values with none */
	MAP_LOCKED,			/* a lock at 28 beside the timer */
};

#define LD_FUNC(d, to)	LD64_PSEUDO(d, EBPF_PSEUDO_FUNC, to, 0)
/* R6 = value of MAP_TIMER, or out. Ten slots. */
#define VALUE		LOOKUP(MAP_TIMER), JMP_K(JNE, 0, 0, 2), DONE, MOV_X(6, 0)
#define TIMER		MOV_X(1, 6), ADD_K(1, 8)
/* Seven slots. */
#define INIT		TIMER, LD_MAP(2, MAP_TIMER), MOV_K(3, 1), HELPER(timer_init)
/* The function is @to instructions behind these. Five slots. */
#define CALLBACK(to)	TIMER, LD_FUNC(2, (to) + 2), HELPER(timer_set_callback)
#define START		TIMER, MOV_K(2, 1000), MOV_K(3, 0), HELPER(timer_start)
#define CANCEL		TIMER, HELPER(timer_cancel)

/* 1: int, 2: int (void), 3: static main */
static const u32 types[] = {
	INT(N_INT, 4),
	TYPE(0, FUNC_PROTO, 0, 1),
	TYPE(N_MAIN, FUNC, EBPF_BTF_FUNC_STATIC, 2),
};

/* What a line leaves out is zero. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

static const struct verif_case cases[] = {
	{ "all there is", CLS, .insns = { VALUE, INIT, CALLBACK(10), START, CANCEL, MOV_K(0, 0), EXIT,
	    MOV_K(0, 0), EXIT } },
	{ "of the map of another value", CLS, .err = EINVAL,
	  .says = "timer pointer in R1 map_uid=0 doesn't match map pointer in R2 map_uid=0",
	  .insns = { VALUE, TIMER, LD_MAP(2, MAP_OTHER), MOV_K(3, 1), HELPER(timer_init), DONE } },
	{ "value that may be NULL", CLS, .err = EACCES, .says = "R1 type=map_value_or_null expected=map_value",
	  .insns = { LOOKUP(MAP_TIMER), MOV_X(1, 0), HELPER(timer_cancel), DONE } },
	{ "no pointer", CLS, .err = EACCES, .says = "R1 type=scalar expected=map_value",
	  .insns = { MOV_K(1, 0), HELPER(timer_cancel), DONE } },
	{ "on the stack", CLS, .err = EACCES, .says = "R1 type=fp expected=map_value",
	  .insns = { ST(DW, FP, -8, 0), ST(DW, FP, -16, 0), MOV_X(1, FP), ADD_K(1, -16),
		     HELPER(timer_cancel), DONE } },
	{ "beside the timer", CLS, .err = EINVAL,
	  .says = "off 16 doesn't point to 'struct bpf_timer' that is at 8",
	  .insns = { VALUE, MOV_X(1, 6), ADD_K(1, 16), HELPER(timer_cancel), DONE } },
	{ "at an unknown offset", CLS, .err = EINVAL,
	  .says = "R1 doesn't have constant offset. bpf_timer has to be at the constant offset",
	  .insns = { LDX(W, 7, 1, 0), ALU_K(EBPF_AND, 7, 8), VALUE, MOV_X(1, 6), ADD_X(1, 7),
		     HELPER(timer_cancel), DONE } },
	{ "map without types", CLS, .err = EINVAL, .says = "has to have BTF in order to use bpf_timer",
	  .insns = { LD_MAP_VALUE(1, MAP_ARRAY, 0), HELPER(timer_cancel), DONE } },
	{ "more than one timer", CLS, .err = EINVAL, .says = "has more than one 'struct bpf_timer'",
	  .insns = { LOOKUP(MAP_MANY), JMP_K(JNE, 0, 0, 1), EXIT, MOV_X(1, 0), HELPER(timer_cancel),
		     DONE } },
	{ "map without timers", CLS, .err = EINVAL, .says = "doesn't have 'struct bpf_timer'",
	  .insns = { LOOKUP(MAP_NONE), JMP_K(JNE, 0, 0, 1), EXIT, MOV_X(1, 0), HELPER(timer_cancel),
		     DONE } },
	{ "read as data", CLS, .err = EACCES, .says = "bpf_timer cannot be accessed directly by load/store",
	  .insns = { VALUE, LDX(DW, 0, 6, 8), DONE } },
	{ "overwritten", CLS, .err = EACCES, .says = "bpf_timer cannot be accessed directly by load/store",
	  .insns = { VALUE, ST(B, 6, 23, 0), DONE } },
	{ "overwritten by a helper", CLS, .err = EACCES,
	  .says = "bpf_timer cannot be accessed directly by load/store",
	  .insns = { VALUE, MOV_X(1, 6), MOV_K(2, 32), MOV_K(3, 0), HELPER(probe_read_kernel), DONE } },
	{ "through a dynptr", CLS, .err = EACCES,
	  .says = "bpf_timer cannot be accessed directly by load/store",
	  .insns = { VALUE, MOV_X(1, 6), MOV_K(2, 32), MOV_K(3, 0), MOV_X(4, FP), ADD_K(4, -16),
		     HELPER(dynptr_from_mem), DONE } },
	{ "beside it there is data", CLS, .insns = { VALUE, LDX(DW, 0, 6, 0), ST(DW, 6, 24, 1), DONE } },

	/* Who may. */
	{ "in a probe", EBPF_PROG_TYPE_KPROBE, .err = EINVAL, .says = "tracing progs cannot use bpf_timer yet",
	  .insns = { VALUE, CANCEL, DONE } },
	{ "in a tracepoint", EBPF_PROG_TYPE_RAW_TRACEPOINT, .err = EINVAL,
	  .says = "tracing progs cannot use bpf_timer yet", .insns = { LD_MAP(1, MAP_TIMER), DONE } },
	{ "of an inner map in a probe", EBPF_PROG_TYPE_KPROBE, .err = EINVAL,
	  .says = "tracing progs cannot use bpf_timer yet", .insns = { LD_MAP(1, MAP_OUTER), DONE } },
	{ "in a filter", EBPF_PROG_TYPE_SOCKET_FILTER, .insns = { VALUE, CANCEL, DONE } },
	{ "while a lock is held", CLS, .err = EINVAL,
	  .says = "function calls are not allowed while holding a lock",
	  .insns = { LOOKUP(MAP_LOCKED), JMP_K(JNE, 0, 0, 1), EXIT, MOV_X(6, 0), MOV_X(1, 6), ADD_K(1, 28),
		     HELPER(spin_lock), CANCEL, MOV_X(1, 6), ADD_K(1, 28),
		     HELPER(spin_unlock), DONE } },

	/* Inner maps. */
	{ "of an inner map", CLS, .insns = { LOOKUP(MAP_OUTER), JMP_K(JNE, 0, 0, 1), EXIT, MOV_X(7, 0),
	    MOV_X(1, 7), MOV_X(2, FP), ADD_K(2, -8), HELPER(map_lookup_elem), JMP_K(JNE, 0, 0, 2), DONE,
	    MOV_X(1, 0), ADD_K(1, 8), MOV_X(2, 7), MOV_K(3, 1), HELPER(timer_init), DONE } },
	{ "of an inner map, with its like", CLS, .err = EINVAL,
	  .says = "doesn't match map pointer in R2 map_uid=",
	  .insns = { LOOKUP(MAP_OUTER), JMP_K(JNE, 0, 0, 1), EXIT, MOV_X(7, 0), LOOKUP(MAP_OUTER),
		     JMP_K(JNE, 0, 0, 1), EXIT, MOV_X(8, 0), MOV_X(1, 7), MOV_X(2, FP), ADD_K(2, -8),
		     HELPER(map_lookup_elem), JMP_K(JNE, 0, 0, 2), DONE, MOV_X(1, 0), ADD_K(1, 8),
		     MOV_X(2, 8), MOV_K(3, 1), HELPER(timer_init), DONE } },
	{ "two timers with two maps, one way crossed", CLS, .err = EINVAL, .flags = EBPF_F_TEST_STATE_FREQ,
	  .says = "doesn't match map pointer in R2 map_uid=",
	  .insns = { LDX(W, 9, 1, 0), LOOKUP(MAP_OUTER), JMP_K(JNE, 0, 0, 1), EXIT, MOV_X(7, 0),
		     LOOKUP(MAP_OUTER), JMP_K(JNE, 0, 0, 1), EXIT, MOV_X(8, 0), MOV_X(1, 7), MOV_X(2, FP),
		     ADD_K(2, -8), HELPER(map_lookup_elem), JMP_K(JNE, 0, 0, 2), DONE, MOV_X(2, 7),
		     JMP_K(JEQ, 9, 0, 1), MOV_X(2, 8), MOV_X(1, 0), ADD_K(1, 8), MOV_K(3, 1),
		     HELPER(timer_init), DONE } },

	/* What a timer calls. */
	{ "what it is given", CLS, .insns = { VALUE, CALLBACK(2), DONE, LDX(DW, 4, 2, 0), LDX(DW, 4, 3, 0),
	    MOV_X(6, 3), MOV_X(2, 1), MOV_X(1, 6), ADD_K(1, 8), MOV_K(3, 1), HELPER(timer_init), DONE } },
	{ "no fourth argument", CLS, .err = EACCES, .says = "R4 !read_ok",
	  .insns = { VALUE, CALLBACK(2), DONE, MOV_X(0, 4), EXIT } },
	{ "no register of the program", CLS, .err = EACCES, .says = "R6 !read_ok",
	  .insns = { VALUE, CALLBACK(2), DONE, MOV_X(0, 6), EXIT } },
	{ "no stack of the program", CLS, .err = EACCES, .says = "R1 invalid mem access 'scalar'",
	  .insns = { VALUE, STX(DW, FP, 6, -16), CALLBACK(2), DONE, LDX(DW, 1, FP, -16), LDX(DW, 0, 1, 0),
		     DONE } },
	{ "its key is constant", CLS, .err = EACCES, .says = "write to change key R2 not allowed",
	  .insns = { VALUE, CALLBACK(2), DONE, ST(DW, 2, 0, 0), DONE } },
	{ "beyond its value", CLS, .err = EACCES, .says = "invalid access to map value, value_size=32",
	  .insns = { VALUE, CALLBACK(2), DONE, LDX(DW, 0, 3, 32), DONE } },
	{ "it returns 1", CLS, .err = EINVAL,
	  .says = "At async callback the register R0 has value (0x1; 0x0) should have been in (0x0; 0x0)",
	  .insns = { VALUE, CALLBACK(2), DONE, MOV_K(0, 1), EXIT } },
	{ "it returns anything", CLS, .err = EINVAL,
	  .says = "At async callback the register R0 has unknown scalar value should have been in (0x0; 0x0)",
	  .insns = { VALUE, CALLBACK(2), DONE, LDX(DW, 0, 3, 0), EXIT } },
	{ "it returns a pointer", CLS, .err = EINVAL,
	  .says = "In async callback the register R0 is not a known value (map_value)",
	  .insns = { VALUE, CALLBACK(2), DONE, MOV_X(0, 3), EXIT } },
	{ "it returns 1 on one way", CLS, .err = EINVAL, .says = "At async callback the register R0 has value",
	  .flags = EBPF_F_TEST_STATE_FREQ,
	  .insns = { VALUE, CALLBACK(2), DONE, LDX(DW, 4, 3, 0), MOV_K(0, 0), JMP_K(JEQ, 4, 0, 1),
		     MOV_K(0, 1), MOV_K(5, 0), EXIT } },
	{ "what it returns is not what the program does", EBPF_PROG_TYPE_CGROUP_SKB,
	  .flags = EBPF_F_TEST_STATE_FREQ,
	  .insns = { VALUE, CALLBACK(3), MOV_K(0, 1), JA(0), EXIT, DONE } },
	{ "it reads nothing it returns", CLS, .err = EACCES, .says = "R0 !read_ok",
	  .insns = { VALUE, CALLBACK(2), DONE, EXIT } },
	{ "it names itself", CLS, .insns = { VALUE, CALLBACK(2), DONE, MOV_X(6, 3), CALLBACK(-6), START, DONE } },
	{ "it names itself after a branch", CLS, .flags = EBPF_F_TEST_STATE_FREQ,
	  .insns = { VALUE, CALLBACK(2), DONE, MOV_X(6, 3), LDX(DW, 4, 3, 0), JMP_K(JEQ, 4, 0, 5),
		     CALLBACK(-8), DONE } },
	{ "for two maps", CLS, .insns = { VALUE, CALLBACK(16), LOOKUP(MAP_OTHER), JMP_K(JNE, 0, 0, 2), DONE,
	    MOV_X(6, 0), CALLBACK(1), EXIT, LDX(DW, 4, 3, 0), DONE } },
	{ "a loop in it without end", CLS, .err = EINVAL, .says = "infinite loop detected",
	  .insns = { VALUE, CALLBACK(2), DONE, MOV_K(0, 0), JMP_K(JEQ, 0, 0, -1), EXIT } },
	{ "it keeps a record", CLS, .err = EINVAL, .says = "Unreleased reference id=",
	  .insns = { VALUE, CALLBACK(2), DONE, LD_MAP(1, MAP_RINGBUF), MOV_K(2, 8), MOV_K(3, 0),
		     HELPER(ringbuf_reserve), DONE } },
	{ "it jumps to another program", CLS, .err = EINVAL, .says = "tail_call is not allowed in callbacks",
	  .insns = { VALUE, CALLBACK(2), DONE, MOV_K(0, 0), JMP_K(JEQ, 0, 0, 4), LD_MAP(2, MAP_PROGS),
		     MOV_K(3, 0), HELPER(tail_call), EXIT } },
	{ "a stack of its own", CLS, .insns = { VALUE, ST(DW, FP, -400, 0), CALLBACK(2), DONE,
	    ST(DW, FP, -400, 0), DONE } },
	{ "no larger than any", CLS, .err = EACCES, .says = "combined stack size of 2 calls is",
	  .insns = { VALUE, CALLBACK(2), DONE, ST(DW, FP, -400, 0), CALL(2), DONE, ST(DW, FP, -400, 0),
		     DONE } },
	{ "also a callback of the program", CLS, .err = EACCES, .says = "combined stack size of 2 calls is",
	  .insns = { VALUE, ST(DW, FP, -400, 0), CALLBACK(9), LD_MAP(1, MAP_ARRAY4), LD_FUNC(2, 6),
		     MOV_K(3, 0), MOV_K(4, 0), HELPER(for_each_map_elem), MOV_K(0, 0), EXIT,
		     ST(DW, FP, -400, 0), DONE } },
	{ "the program's own address", CLS, .err = EINVAL,
	  .says = "callback function cannot be the main program", .insns = { LD_FUNC(1, -1), DONE } },
	{ "not a function", CLS, .err = EACCES, .says = "R2 type=scalar expected=func",
	  .insns = { VALUE, TIMER, MOV_K(2, 0), HELPER(timer_set_callback), DONE } },
};

static struct verif_result res;

static bool run(const struct verif_case *c, const struct ebpf_btf *btf)
{
	struct ebpf_func_info funcs[VERIF_INSNS];
	u32 cnt = verif_len(c->insns, VERIF_INSNS);
	struct ebpf_load load = {
		.prog_type = c->type, .prog_flags = c->flags, .gpl_compatible = true,
		.insns = c->insns, .insn_cnt = cnt, .btf = btf, .self = (void *)0x123456789abcUL,
		.func_info = funcs, .func_info_rec_size = sizeof(funcs[0]),
		.func_info_cnt = verif_funcs(c->insns, cnt, funcs, 3),
	};

	verif_load(&res, &load, EBPF_LOG_LEVEL2);
	return res.err == -c->err && (!c->says || strstr(res.log, c->says));
}

static void with_timer(int fd, const struct ebpf_btf *btf, int off)
{
	struct ebpf_map_field timer = { EBPF_FIELD_TIMER, 8, sizeof(struct ebpf_timer), 0, NULL, NULL };
	struct ebpf_map *map = &fake_map_of(fd)->map;

	map->btf = (struct ebpf_btf *)btf;
	map->timer_off = off;
	if (off >= 0)
		fake_map_add_field(fd, &timer);
}

static void make_maps(const struct ebpf_btf *btf)
{
	struct ebpf_map_field lock = { EBPF_FIELD_SPIN_LOCK, 28, sizeof(struct ebpf_spin_lock), 0, NULL, NULL };
	int fd;

	verif_maps();
	with_timer(fake_map_new(EBPF_MAP_TYPE_HASH, 8, 32, 4, 0), btf, 8);
	with_timer(fake_map_new(EBPF_MAP_TYPE_HASH, 8, 32, 4, 0), btf, 8);
	fd = fake_map_new(EBPF_MAP_TYPE_ARRAY_OF_MAPS, 4, 4, 2, 0);
	fake_map_of(fd)->map.inner_map_meta = &fake_map_of(MAP_TIMER)->map;
	with_timer(fake_map_new(EBPF_MAP_TYPE_HASH, 8, 32, 4, 0), btf, -E2BIG);
	with_timer(fake_map_new(EBPF_MAP_TYPE_HASH, 8, 32, 4, 0), btf, -ENOENT);
	with_timer(fake_map_new(EBPF_MAP_TYPE_HASH, 8, 32, 4, 0), btf, 8);
	fake_map_add_field(MAP_LOCKED, &lock);
}

/* The helper must learn which program it keeps, not which one was started. */
static bool passes_self(const struct ebpf_prog_image *img)
{
	u32 i;

	for (i = 0; i + 2 < img->insn_cnt; i++)
		if (img->insns[i].code == (EBPF_LD | EBPF_IMM | EBPF_DW) &&
		    img->insns[i].dst_reg == EBPF_REG_3 && img->insns[i].imm == 0x56789abc &&
		    img->insns[i + 1].imm == 0x1234 &&
		    img->insns[i + 2].code == (EBPF_JMP | EBPF_CALL))
			return true;
	return false;
}

int main(void)
{
	struct blob blob = blob_make(types, ARRAY_SIZE(types));
	struct ebpf_btf *btf = ebpf_btf_parse(blob.data, blob.size, NULL, NULL);
	u32 i;

	if (!tap_ok(!IS_ERR(btf), "the types are fine"))
		return tap_end();
	make_maps(btf);
	for (i = 0; i < ARRAY_SIZE(cases); i++)
		if (!tap_ok(run(&cases[i], btf), "%s", cases[i].name))
			tap_diag("got %d: %s", res.err, res.log);
	run(&cases[0], btf);
	tap_ok(!res.err && passes_self(&res.img), "the helper is told which program it is");
	tap_ok(!res.err && res.img.subprog_cnt == 2 && res.img.subprogs[1].is_async_cb,
	       "what timers call is marked");
	tap_eq(test_bugs(), 0, "no rule of the verifier's own was broken");
	ebpf_btf_destroy(btf);
	blob_free(&blob);
	return tap_end();
}
