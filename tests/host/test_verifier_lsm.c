// SPDX-License-Identifier: GPL-2.0-only
/*
 * LSM programs: hooks and the functions that stand for them, results, what may sleep; hooks of a
 * kernel that has none for programs.
 */
#include <ebpf/kfunc.h>
#include <ebpf/services.h>
#include <tap.h>
#include "services.h"
#include "verif_run.h"
#include "btf_words.h"

#define FP	EBPF_REG_10
#define RET(n)	MOV_K(0, n), EXIT
#define ALU_AND(n)	INSN(EBPF_ALU64 | EBPF_AND | EBPF_K, 0, 0, 0, n)
#define SLEEPS	EBPF_F_SLEEPABLE
#define HOOKS	"security_operations"

/* Ids of a kernel's types below. Functions come in pairs: the hook, then what stands for it. */
enum {
	T_INT = 1, T_LONG, T_TASK, T_PTASK, P_INT, P_VOID, P_MORE, P_OTHER, F_OTHER, F_FIRST,
};

static const struct {
	const char *hook, *func;
	u32 takes, func_takes;
} pairs[] = {
#define OPEN		0
	{ "bpf_lsm_file_open", "security_file_open", P_INT, P_INT },
#define BPRM		1
	{ "bpf_lsm_bprm_check_security", "security_bprm_check", P_INT, P_INT },
#define FREE		2
	{ "bpf_lsm_file_free_security", "security_file_free", P_VOID, P_VOID },
#define RENAME		3
	{ "bpf_lsm_inode_rename", "security_inode_rename", P_INT, P_MORE },
#define MMAP		4
	{ "bpf_lsm_mmap_file", "security_mmap_file", P_INT, P_OTHER },
#define KILL		5
	{ "bpf_lsm_task_kill", "no_function", P_INT, P_INT },
#define PRCTL		6
	{ "bpf_lsm_task_prctl", "security_task_prctl", P_INT, P_INT },
#define PROCATTR	7
	{ "bpf_lsm_getprocattr", "security_getprocattr", P_INT, P_INT },
#define AUDIT		8
	{ "bpf_lsm_audit_rule_known", "security_audit_rule_known", P_INT, P_INT },
#define ALLOC		9
	{ "bpf_lsm_file_alloc_security", "security_file_alloc", P_INT, P_INT },
};

#define HOOK(n)	(F_FIRST + 2 * (n))

struct lsm_case {
	const char *name;
	u32 id;
	u32 flags;
	int err;
	const char *says;
	struct ebpf_insn insns[16];
};

static struct verif_result res;

/* What a line leaves out is zero. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

static const struct lsm_case cases[] = {
	{ "a hook", HOOK(OPEN), .insns = { RET(0) } },
	{ "an error", HOOK(OPEN), .insns = { RET(-4095) } },
	{ "no error of any kernel", HOOK(OPEN), 0, EINVAL,
	  "At program exit the register R0 has smin=-4096 smax=-4096 should have been in [-4095, 0]",
	  { RET(-4096) } },
	{ "a number above 0", HOOK(OPEN), 0, EINVAL, "R0 has smin=1 smax=1 should have been in [-4095, 0]",
	  { RET(1) } },
	{ "any number", HOOK(OPEN), 0, EINVAL, "R0 has unknown scalar value should have been in [-4095, 0]",
	  { HELPER(ktime_get_ns), EXIT } },
	{ "a pointer", HOOK(OPEN), 0, EINVAL, "R0 is not a known value (ctx)", { MOV_X(0, 1), EXIT } },
	{ "one that is made of a bit", HOOK(OPEN), .insns = { HELPER(get_prandom_u32), ALU_AND(1),
	  INSN(EBPF_ALU64 | EBPF_NEG, 0, 0, 0, 0), EXIT } },
	{ "of two", HOOK(OPEN), .insns = { HELPER(get_prandom_u32), ALU_AND(3),
	  INSN(EBPF_ALU | EBPF_NEG, 0, 0, 0, 0), EXIT } },
	{ "an error in 32 bits", HOOK(OPEN), .insns = { MOV32_K(0, -1), EXIT } },
	{ "what the program before returned", HOOK(OPEN), 0, EINVAL, "should have been in [-4095, 0]",
	  { LDX(DW, 0, 1, 8), EXIT } },
	{ "and no more than that", HOOK(OPEN), 0, EACCES, "func 'security_file_open' doesn't have 3-th argument",
	  { LDX(DW, 0, 1, 16), RET(0) } },
	{ "0 or 1", HOOK(AUDIT), .insns = { RET(1) } },
	{ "no error there", HOOK(AUDIT), 0, EINVAL, "R0 has smin=-1 smax=-1 should have been in [0, 1]", { RET(-1) } },
	{ "anything where nobody looks", HOOK(FREE), .insns = { RET(-5000) } },
	{ "where nothing is returned, nothing is found", HOOK(FREE), 0, EACCES, "func 'security_file_free' doesn't have",
	  { LDX(DW, 0, 1, 8), RET(0) } },
	{ "a hook with more in its name", HOOK(BPRM), .insns = { RET(0) } },
	{ "a function that takes more", HOOK(RENAME), .insns = { LDX(W, 2, 1, 8), RET(0) } },
	{ "one that takes others", HOOK(MMAP), 0, EINVAL,
	  "bpf_lsm_mmap_file: this kernel's security_mmap_file() takes other arguments", { RET(0) } },
	{ "none", HOOK(KILL), 0, EINVAL,
	  "bpf_lsm_task_kill: this kernel has no function security_task_kill that programs could run at", { RET(0) } },
	{ "a hook that Linux keeps from programs", HOOK(PROCATTR), 0, EINVAL,
	  "points to disabled hook bpf_lsm_getprocattr", { RET(0) } },
	{ "one where 0 decides", HOOK(PRCTL), 0, EINVAL, "bpf_lsm_task_prctl: programs at this hook are not supported",
	  { RET(0) } },
	{ "one whose function makes what modules use", HOOK(ALLOC), 0, EINVAL,
	  "bpf_lsm_file_alloc_security: programs at this hook are not supported", { RET(0) } },
	{ "no hook", F_OTHER, 0, EINVAL, "points to wrong type name vfs_open", { RET(0) } },
	{ "no function", T_TASK, 0, EINVAL, "points to wrong type name task_struct", { RET(0) } },
	{ "no type", 0, 0, EINVAL, "Tracing programs must provide btf_id", { RET(0) } },
	{ "a program that sleeps", HOOK(OPEN), SLEEPS, .insns = { RET(0) } },
	{ "where none may", HOOK(RENAME), SLEEPS, EINVAL, "bpf_lsm_inode_rename is not sleepable", { RET(0) } },
	{ "what the hook is about", HOOK(OPEN), .insns = { LDX(DW, 6, 1, 0), LDX(W, 0, 6, 0), RET(0) } },
	{ "is known", HOOK(OPEN), 0, EACCES, "only read is supported", { LDX(DW, 6, 1, 0), ST(W, 6, 0, 0), RET(0) } },
	{ "what goes is read with care", HOOK(FREE), .insns = { LDX(DW, 6, 1, 0), LDX(W, 0, 6, 0), RET(0) } },
	{ "and given to nobody", HOOK(FREE), 0, EACCES, "expected=ptr_", { LDX(DW, 1, 1, 0), MOV_X(2, FP), ADD_K(2, -8),
	  ST(DW, FP, -8, 0), MOV_K(3, 8), MOV_K(4, 0), HELPER(get_task_stack), RET(0) } },
	{ "helpers of programs on functions", HOOK(OPEN), .insns = { MOV_X(2, FP), ADD_K(2, -8), MOV_X(6, 1),
	  ST(DW, FP, -8, 0), HELPER(get_func_arg_cnt), MOV_X(1, 6), HELPER(get_func_ip), RET(0) } },
};

static void add_types(void)
{
	ADD(INT(str("int"), 4));
	ADD(INT(str("long"), 8));
	ADD(TYPE(str("task_struct"), STRUCT, 1, 8), MEMBER(str("pid"), T_INT, 0));
	ADD(PTR(T_TASK));
	ADD(TYPE(0, FUNC_PROTO, 1, T_INT), str("t"), T_PTASK);
	ADD(TYPE(0, FUNC_PROTO, 1, 0), str("t"), T_PTASK);
	ADD(TYPE(0, FUNC_PROTO, 2, T_INT), str("t"), T_PTASK, str("n"), T_INT);
	ADD(TYPE(0, FUNC_PROTO, 1, T_INT), str("n"), T_INT);
	ADD(TYPE(str("vfs_open"), FUNC, 0, P_INT));
}

/* @own: it has functions for programs. */
static struct ebpf_btf *make_kernel(bool own)
{
	u32 i;

	words_begin(0);
	add_types();
	for (i = 0; i < ARRAY_SIZE(pairs); i++) {
		ADD(TYPE(str(own ? pairs[i].hook : "nothing"), FUNC, 0, pairs[i].takes));
		ADD(TYPE(str(pairs[i].func), FUNC, 0, pairs[i].func_takes));
	}
	/* Pointers to what modules have for each hook. */
	ADD(PTR(P_INT));
	ADD(PTR(P_VOID));
	ADD(TYPE(str(HOOKS), STRUCT, ARRAY_SIZE(pairs) + 1, 8 * (ARRAY_SIZE(pairs) + 1)));
	ADD(str("name"), T_LONG, 0);
	for (i = 0; i < ARRAY_SIZE(pairs); i++)
		ADD(str(pairs[i].hook + strlen("bpf_lsm_")),
		    HOOK(ARRAY_SIZE(pairs)) + (pairs[i].takes == P_VOID), 64 * (i + 1));
	return words_parse_vmlinux();
}

static bool load(const struct lsm_case *c, u32 id, const struct ebpf_btf *btf, const struct ebpf_btf *kernel)
{
	struct ebpf_load load = {
		.prog_type = EBPF_PROG_TYPE_LSM, .expected_attach_type = EBPF_LSM_MAC,
		.gpl_compatible = true, .insns = c->insns, .insn_cnt = verif_len(c->insns, ARRAY_SIZE(c->insns)),
		.attach_btf = btf, .attach_btf_id = id, .vmlinux_btf = kernel, .prog_flags = c->flags,
	};

	verif_load(&res, &load, EBPF_LOG_LEVEL1);
	if (res.err == -c->err && (!c->says || strstr(res.log, c->says)))
		return true;
	printf("# want %d \"%s\", got %d:\n%s\n", -c->err, c->says ? c->says : "", res.err, res.log);
	return false;
}

static void try_cases(void)
{
	struct ebpf_btf *kernel = make_kernel(true);
	u32 i;

	if (!tap_ok(!IS_ERR(kernel), "BTF of a kernel"))
		return;
	for (i = 0; i < ARRAY_SIZE(cases); i++)
		tap_ok(load(&cases[i], cases[i].id, kernel, kernel), "%s", cases[i].name);
	load(&cases[0], HOOK(BPRM), kernel, kernel);
	tap_ok(!strcmp(res.img.target.name, "security_bprm_check"), "the function that stands for it");
	words_destroy(kernel);
}

/* Hooks in BTF of this module's own functions. */
static void try_old_kernel(void)
{
	static const struct lsm_case good = { "", .insns = { RET(0) } };
	struct ebpf_btf *kernel = make_kernel(false), *own;
	u32 size, i;
	void *raw;
	s32 id;

	if (!tap_ok(!IS_ERR(kernel), "BTF of an old kernel"))
		return;
	raw = ebpf_kfunc_btf(kernel, &size);
	own = raw ? ebpf_btf_parse_module(raw, size, kernel, NULL) : NULL;
	if (!tap_ok(!IS_ERR_OR_NULL(own), "BTF on top of it"))
		return;
	for (i = 0; i < ARRAY_SIZE(pairs); i++) {
		id = ebpf_btf_find(own, pairs[i].hook, EBPF_BTF_KIND_FUNC);
		if (i == MMAP || i == KILL)
			tap_eq(id, -ENOENT, "%s is no hook for programs", pairs[i].hook);
		else if (i == PRCTL || i == PROCATTR || i == ALLOC)
			tap_ok(id > 0, "%s is in it", pairs[i].hook);
		else
			tap_ok(id > 0 && load(&good, id, own, kernel) &&
			       !strcmp(res.img.target.name, pairs[i].func), "%s", pairs[i].hook);
	}
	ebpf_btf_destroy(own);
	ebpf_free(raw);
	words_destroy(kernel);
}

int main(void)
{
	verif_maps();
	try_cases();
	try_old_kernel();
	tap_eq(test_bugs(), 0, "no rule of the verifier's own was broken");
	verif_load(&res, &(struct ebpf_load){ .insn_cnt = 0 }, 0);
	return tap_end();
}
