// SPDX-License-Identifier: GPL-2.0-only
/*
 * Function and line information that comes with a program.
 */
#include <tap.h>
#include "btf_blob.h"
#include "services.h"
#include "verif_run.h"

/*
 * 1: int, 2: int (void), 3: static main, 4: void (void), 5: static A, 6: global B,
 * 7: static A, int (void)
 */
static const u32 types[] = {
	INT(N_INT, 4),
	TYPE(0, FUNC_PROTO, 0, 1),
	TYPE(N_MAIN, FUNC, EBPF_BTF_FUNC_STATIC, 2),
	TYPE(0, FUNC_PROTO, 0, 0),
	TYPE(N_A, FUNC, EBPF_BTF_FUNC_STATIC, 4),
	TYPE(N_B, FUNC, EBPF_BTF_FUNC_GLOBAL, 2),
	TYPE(N_A, FUNC, EBPF_BTF_FUNC_STATIC, 2),
};

/* Two functions, at 0 and 2. */
static const struct ebpf_insn plain[] = { CALL(1), EXIT, MOV_K(0, 0), EXIT };
static const struct ebpf_insn tail[] = {
	CALL(1), EXIT, LD_MAP(2, MAP_PROGS), MOV_K(3, 0), HELPER(tail_call), MOV_K(0, 0), EXIT
};

#define LINE(off, name)	{ off, N_X, name, 0 }

struct info_case {
	const char *name;
	int err;
	const char *says;
	struct ebpf_func_info funcs[3];
	u32 nr_funcs;
	struct ebpf_line_info lines[4];
	u32 nr_lines;
	bool tail;
	u32 func_rec, line_rec;		/* 0: the right size */
};

/* What a line leaves out is zero. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

static const struct info_case cases[] = {
	{ "functions and lines", 0, NULL, { { 0, 3 }, { 2, 5 } }, 2,
	  { LINE(0, N_A), LINE(2, N_B), LINE(3, N_A) }, 3 },
	{ "none at all", 0, NULL },
	{ "one function missing", EINVAL, "number of funcs in func_info doesn't match",
	  { { 0, 3 } }, 1 },
	{ "first function not at 0", EINVAL, "nonzero insn_off 1 for the first func info record",
	  { { 1, 3 }, { 2, 5 } }, 2 },
	{ "functions out of order", EINVAL, "same or smaller insn offset (0) than previous",
	  { { 0, 3 }, { 0, 5 } }, 2 },
	{ "function where none is", EINVAL, "func_info BTF section doesn't match subprog layout",
	  { { 0, 3 }, { 3, 5 } }, 2 },
	{ "type that is no function", EINVAL, "invalid type id 1 in func info",
	  { { 0, 1 }, { 2, 5 } }, 2 },
	{ "type that does not exist", EINVAL, "invalid type id 99 in func info",
	  { { 0, 3 }, { 2, 99 } }, 2 },
	{ "record too short", EINVAL, "invalid func info rec size 4", { { 0, 3 }, { 2, 5 } }, 2,
	  .func_rec = 4 },
	{ "longer record with something behind", E2BIG, "nonzero tailing record in func info",
	  { { 0, 3 }, { 2, 5 }, { 1, 1 } }, 2, .func_rec = 12 },
	{ "tail call in a function without BTF", EINVAL,
	  "tail_call is not allowed in subprogs without BTF", .tail = true },
	{ "tail call in a function that returns nothing", EINVAL,
	  "tail_call is only allowed in functions that return 'int'", { { 0, 3 }, { 2, 5 } }, 2,
	  .tail = true },
	{ "tail call in a function that returns int", 0, NULL, { { 0, 3 }, { 2, 7 } }, 2,
	  .tail = true },
	{ "line of the second function missing", EINVAL, "missing bpf_line_info for func#1",
	  { { 0, 3 }, { 2, 5 } }, 2, { LINE(0, N_A), LINE(3, N_A) }, 2 },
	{ "lines end before the second function", EINVAL,
	  "missing bpf_line_info for 1 funcs starting from func#1", { { 0, 3 }, { 2, 5 } }, 2,
	  { LINE(0, N_A) }, 1 },
	{ "line beyond the program", EINVAL, "Invalid line_info[1].insn_off:9 (prev_offset:0 prog->len:4)",
	  { { 0, 3 }, { 2, 5 } }, 2, { LINE(0, N_A), LINE(9, N_A) }, 2 },
	{ "lines out of order", EINVAL, "Invalid line_info[2].insn_off:2",
	  { { 0, 3 }, { 2, 5 } }, 2, { LINE(0, N_A), LINE(2, N_A), LINE(2, N_A) }, 3 },
	{ "line of half an instruction", EINVAL, "Invalid insn code at line_info[2].insn_off",
	  { { 0, 3 }, { 2, 7 } }, 2, { LINE(0, N_A), LINE(2, N_A), LINE(3, N_A) }, 3,
	  .tail = true },
	{ "text beyond the strings", EINVAL, "Invalid line_info[0].line_off or .file_name_off",
	  { { 0, 3 }, { 2, 5 } }, 2, { LINE(0, 5000), LINE(2, N_A) }, 2 },
	{ "line record too short", EINVAL, NULL, { { 0, 3 }, { 2, 5 } }, 2,
	  { LINE(0, N_A), LINE(2, N_A) }, 2, .line_rec = 12 },
};

static struct verif_result res;

static void run(const struct info_case *c, const struct ebpf_btf *btf)
{
	struct ebpf_load load = {
		.prog_type = EBPF_PROG_TYPE_KPROBE, .gpl_compatible = true,
		.insns = c->tail ? tail : plain,
		.insn_cnt = c->tail ? ARRAY_SIZE(tail) : ARRAY_SIZE(plain),
		.btf = btf, .func_info = c->funcs, .func_info_cnt = c->nr_funcs,
		.func_info_rec_size = c->func_rec ? c->func_rec : sizeof(c->funcs[0]),
		.line_info = c->lines, .line_info_cnt = c->nr_lines,
		.line_info_rec_size = c->line_rec ? c->line_rec : sizeof(c->lines[0]),
	};

	verif_load(&res, &load, EBPF_LOG_LEVEL2);
	if (!tap_ok(res.err == -c->err && (!c->says || strstr(res.log, c->says)), "%s", c->name))
		tap_diag("got %d: %s", res.err, res.log);
}

int main(void)
{
	struct blob blob = blob_make(types, ARRAY_SIZE(types));
	struct ebpf_btf *btf = ebpf_btf_parse(blob.data, blob.size, NULL, NULL);
	u32 i;

	if (!tap_ok(!IS_ERR(btf), "the types are fine"))
		return tap_end();
	verif_maps();
	for (i = 0; i < ARRAY_SIZE(cases); i++)
		run(&cases[i], btf);
	run(&cases[0], btf);
	tap_ok(strstr(res.log, "; A\n0: (85) call pc+1") && strstr(res.log, "; B\n2: (b7) r0 = 0"),
	       "the log shows the source's lines");
	tap_eq(test_bugs(), 0, "no rule of the verifier's own was broken");
	ebpf_btf_destroy(btf);
	blob_free(&blob);
	return tap_end();
}
