// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a register is taken for because the program says so: casts to kernel types, the context
 * of SYSCALL programs as memory, and parameters of global functions that are tagged.
 */
#include <ebpf/jit.h>
#include <tap.h>
#include "image_run.h"
#include "kfunc_btf.h"
#include "services.h"
#include "verif_run.h"

#define FP	EBPF_REG_10
#define RET0	MOV_K(0, 0), EXIT
#define CONV	EBPF_PROG_TYPE_PERF_EVENT
#define SYSCALL	EBPF_PROG_TYPE_SYSCALL
#define RAW_TP	EBPF_PROG_TYPE_RAW_TRACEPOINT
/* R0 = R1 as a struct of type @id, or as anything. */
#define RDONLY(id)	MOV_K(2, id), KFUNC(kf_rdonly)
#define KERN_CTX	KFUNC(kf_kern_ctx)

/* Of the kernel. The functions come after them. */
enum { K_INT = 1, K_U64, K_TASK, K_PTASK, K_REGS, K_UNION, K_TYPEDEF, K_TWIN, K_TWIN2, K_END };
/* Of programs. */
enum { T_INT = 1, T_TASK, T_PTASK, T_FLAVOR, T_PFLAVOR, T_PVOID, T_PINT, T_OTHER, T_POTHER, T_U64,
       T_PU64, T_SKB, T_PSKB, T_ENUM, T_PENUM, T_UREGS, T_PUREGS, T_UNION,
       T_PUNION, T_TWIN, T_PTWIN, T_PARAM };

static struct ebpf_btf *kernel, *kfuncs;
static struct verif_result res;
extern struct ebpf_jit_env jit_env;	/* of jit_run.c */
static s32 kf_rdonly, kf_kern_ctx;

static bool make_btf(void)
{
	void *raw;
	u32 size;

	words_begin(0);
	ADD(INT(str("int"), 4));
	ADD(INT(str("u64"), 8));
	ADD(TYPE(str("task_struct"), STRUCT, 3, 24), MEMBER(str("pid"), K_INT, 0),
	    MEMBER(str("parent"), K_PTASK, 64), MEMBER(str("flags"), K_U64, 128));
	ADD(PTR(K_TASK));
	ADD(TYPE(str("pt_regs"), STRUCT, 2, 168), MEMBER(str("r15"), K_U64, 0),
	    MEMBER(str("ss"), K_U64, 160 * 8));
	ADD(TYPE(str("both"), UNION, 1, 8), MEMBER(str("one"), K_U64, 0));
	ADD(TYPE(str("task_t"), TYPEDEF, 0, K_TASK));
	ADD(TYPE(str("twin"), STRUCT, 1, 8), MEMBER(str("one"), K_U64, 0));
	ADD(TYPE(str("twin"), STRUCT, 1, 4), MEMBER(str("two"), K_INT, 0));
	kernel = words_parse_vmlinux();
	raw = IS_ERR(kernel) ? NULL : ebpf_kfunc_btf(kernel, &size);
	kfuncs = raw ? ebpf_btf_parse_module(raw, size, kernel, NULL) : NULL;
	if (IS_ERR_OR_NULL(kfuncs))
		return false;
	kf_rdonly = ebpf_btf_find(kfuncs, "bpf_rdonly_cast", EBPF_BTF_KIND_FUNC);
	kf_kern_ctx = ebpf_btf_find(kfuncs, "bpf_cast_to_kern_ctx", EBPF_BTF_KIND_FUNC);
	return kf_rdonly > 0 && kf_kern_ctx > 0;
}

static bool load(u32 type, const struct ebpf_insn *insns, const struct ebpf_btf *btf,
		 const struct ebpf_func_info *funcs, u32 flags, int err, const char *says)
{
	u32 cnt = verif_len(insns, VERIF_INSNS);
	struct ebpf_load load = {
		.prog_type = type ? type : EBPF_PROG_TYPE_KPROBE, .gpl_compatible = true,
		.insns = insns, .insn_cnt = cnt, .vmlinux_btf = kfuncs, .btf = btf,
		.prog_flags = flags | (type == SYSCALL ? EBPF_F_SLEEPABLE : 0),
		.func_info = funcs, .func_info_rec_size = sizeof(*funcs),
		.func_info_cnt = funcs ? 2 : 0,
	};

	verif_load(&res, &load, err ? EBPF_LOG_LEVEL1 : EBPF_LOG_LEVEL2);
	if (res.err == -err && (!says || strstr(res.log, says)))
		return true;
	printf("# want %d \"%s\", got %d:\n%s\n", -err, says ? says : "", res.err, res.log);
	return false;
}

/*
 * Casts, and contexts
 */
struct cast_case {
	const char *name;
	u32 type;
	int err;
	const char *says;
	struct ebpf_insn insns[VERIF_INSNS];
};

/* What a line leaves out is zero. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

static void try_casts(void)
{
	const struct cast_case cases[] = {
		{ "a number is a task", .says = "=untrusted_ptr_task_struct(off=0,imm=0)",
		  .insns = { LDX(DW, 1, 1, 0), RDONLY(K_TASK), LDX(W, 0, 0, 0), EXIT } },
		{ "NULL is a task", .insns = { MOV_K(1, 0), RDONLY(K_TASK), LDX(W, 0, 0, 0), EXIT } },
		{ "the stack is a task", .insns = { MOV_X(1, FP), RDONLY(K_TASK), LDX(W, 0, 0, 0), EXIT } },
		{ "whatever that leads to", .says = "R1_w=untrusted_ptr_task_struct",
		  .insns = { LDX(DW, 1, 1, 0), RDONLY(K_TASK), LDX(DW, 1, 0, 8), LDX(W, 0, 1, 0), EXIT } },
		{ "a union", .insns = { RDONLY(K_UNION), LDX(DW, 0, 0, 0), EXIT } },
		{ "memory", .says = "R0_w=rdonly_untrusted_mem(off=0,imm=0)",
		  .insns = { RDONLY(0), LDX(B, 0, 0, 77), EXIT } },
		{ "anywhere in memory", .insns = { LDX(DW, 6, 1, 0), ALU_K(EBPF_AND, 6, 0xffff), RDONLY(0),
		  ADD_X(0, 6), LDX(DW, 0, 0, -8), EXIT } },
		{ "by one load, of both", .insns = { LDX(DW, 6, 1, 0), LDX(DW, 1, 1, 0), MOV_X(7, 1),
		  RDONLY(K_TASK), MOV_X(8, 0), MOV_X(1, 7), RDONLY(0), JMP_K(JEQ, 6, 0, 1), MOV_X(0, 8),
		  LDX(W, 0, 0, 0), EXIT } },
		{ "not checked for NULL, so it may be", .err = EACCES, .says = "R9 invalid mem access 'scalar'",
		  .insns = { LDX(DW, 9, 1, 0), RDONLY(0), JMP_K(JNE, 0, 0, 1), LDX(DW, 0, 9, 0), RET0 } },
		{ "nor a struct", .err = EACCES, .says = "R9 invalid mem access 'scalar'",
		  .insns = { LDX(DW, 9, 1, 0), RDONLY(K_TASK), JMP_K(JNE, 0, 0, 1), LDX(DW, 0, 9, 0), RET0 } },
		{ "written", .err = EACCES, .says = "R0 cannot write into rdonly_untrusted_mem",
		  .insns = { RDONLY(0), ST(DW, 0, 0, 1), RET0 } },
		{ "added to", .err = EACCES, .says = "R0 cannot write into rdonly_untrusted_mem",
		  .insns = { RDONLY(0), MOV_K(1, 1), ATOMIC(DW, EBPF_ADD, 0, 1, 0), RET0 } },
		{ "a struct written", .err = EACCES, .says = "only read is supported",
		  .insns = { RDONLY(K_TASK), ST(DW, 0, 0, 1), RET0 } },
		{ "beyond the struct", .err = EACCES, .says = "access beyond struct task_struct",
		  .insns = { RDONLY(K_TASK), LDX(DW, 0, 0, 24), EXIT } },
		{ "given to a helper", .err = EACCES, .says = "R1 type=untrusted_ptr_ expected=",
		  .insns = { RDONLY(K_TASK), MOV_X(1, 0), HELPER(task_pt_regs), RET0 } },
		{ "memory given to a helper", .err = EACCES, .says = "R1 type=rdonly_untrusted_mem expected=",
		  .insns = { RDONLY(0), MOV_X(1, 0), MOV_K(2, 8), MOV_K(3, 0), HELPER(probe_read_kernel),
			     RET0 } },
		{ "of an int", .err = EINVAL, .says = "type ID argument must be of a struct or void",
		  .insns = { RDONLY(K_INT), RET0 } },
		{ "of a typedef", .err = EINVAL, .says = "type ID argument must be of a struct or void",
		  .insns = { RDONLY(K_TYPEDEF), RET0 } },
		{ "of no type", .err = EINVAL, .says = "Unknown type ID 4711 passed to kfunc bpf_rdonly_cast",
		  .insns = { RDONLY(4711), RET0 } },
		{ "of any type", .err = EINVAL, .says = "R2 must be a known constant",
		  .insns = { LDX(DW, 2, 1, 0), KFUNC(kf_rdonly), RET0 } },
		{ "of a pointer", .err = EINVAL, .says = "R2 is not a scalar",
		  .insns = { MOV_X(2, 1), KFUNC(kf_rdonly), RET0 } },
		{ "of nothing", .err = EACCES, .says = "R1 !read_ok",
		  .insns = { MOV_X(6, 1), HELPER(ktime_get_ns), RDONLY(K_TASK), RET0 } },
		{ "arguments are gone", .err = EACCES, .says = "R1 !read_ok",
		  .insns = { RDONLY(K_TASK), MOV_X(0, 1), EXIT } },
		/* The context. */
		{ "registers", .says = "R0_w=ptr_pt_regs(off=0,imm=0)",
		  .insns = { KERN_CTX, LDX(DW, 0, 0, 160), EXIT } },
		{ "moved", .err = EACCES, .says = "dereference of modified ctx ptr R1 off=8 disallowed",
		  .insns = { ADD_K(1, 8), KERN_CTX, RET0 } },
		{ "no context", .err = EINVAL, .says = "R1 expected pointer to ctx, but got fp",
		  .insns = { MOV_X(1, FP), KERN_CTX, RET0 } },
		{ "of a type without a struct", RAW_TP, .err = EINVAL, .says = "is not a struct",
		  .insns = { KERN_CTX, RET0 } },
		{ "of a type that is converted", CONV, .err = EINVAL, .says = "is not a struct",
		  .insns = { KERN_CTX, RET0 } },
		/* Memory that is a context. */
		{ "somewhere in it", SYSCALL, .insns = { LDX(W, 6, 1, 0), ALU_K(EBPF_AND, 6, 0xff), ADD_X(1, 6),
		  LDX(W, 0, 1, 2), STX(W, 1, 6, 3), RET0 } },
		{ "passed to helpers", SYSCALL, .insns = { MOV_X(6, 1), ADD_K(1, 3), MOV_K(2, 5), MOV_K(3, 0),
		  HELPER(probe_read_kernel), LD_MAP(1, MAP_HASH), MOV_X(2, 6), HELPER(map_lookup_elem), RET0 } },
		{ "beyond what it can be", SYSCALL, .err = EACCES, .says = "outside of the allowed memory range",
		  .insns = { ADD_K(1, 65532), LDX(W, 0, 1, 0), EXIT } },
		{ "up to there", SYSCALL, .insns = { ADD_K(1, 65531), LDX(W, 0, 1, 0), EXIT } },
		{ "a helper beyond", SYSCALL, .err = EACCES, .says = "outside of the allowed memory range",
		  .insns = { ADD_K(1, 65532), MOV_K(2, 4), MOV_K(3, 0), HELPER(probe_read_kernel), RET0 } },
		{ "before it", SYSCALL, .err = EACCES, .says = "min value is negative",
		  .insns = { LDX(W, 6, 1, 0), ALU_K(EBPF_AND, 6, 4), ALU_X(EBPF_SUB, 1, 6), LDX(W, 0, 1, 0),
			     EXIT } },
		{ "other contexts are no memory", .err = EACCES, .says = "R1 type=ctx expected=fp",
		  .insns = { MOV_K(2, 4), MOV_K(3, 0), HELPER(probe_read_kernel), RET0 } },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct cast_case *c = &cases[i];

		tap_ok(load(c->type, c->insns, NULL, NULL, 0, c->err, c->says) &&
		       load(c->type, c->insns, NULL, NULL, EBPF_F_TEST_STATE_FREQ, c->err, NULL),
		       "%s", c->name);
	}
}

/* As much of the context as is used must be there. */
static u32 ctx_needed(const struct ebpf_insn *insns)
{
	return load(SYSCALL, insns, NULL, NULL, 0, 0, NULL) ? res.img.max_ctx_offset : 0;
}

static void try_ctx_size(void)
{
	const struct ebpf_insn helper[VERIF_INSNS] = { ADD_K(1, 3), MOV_K(2, 5), MOV_K(3, 0),
					      HELPER(probe_read_kernel), RET0 };
	const struct ebpf_insn var[VERIF_INSNS] = { LDX(W, 6, 1, 0), ALU_K(EBPF_AND, 6, 0xff), ADD_X(1, 6),
					   LDX(W, 0, 1, 2), RET0 };
	const struct ebpf_insn var_helper[VERIF_INSNS] = { LDX(W, 6, 1, 0), ALU_K(EBPF_AND, 6, 0xff), ADD_X(1, 6),
		ADD_K(1, 1), MOV_K(2, 5), MOV_K(3, 0), HELPER(probe_read_kernel), RET0 };

	tap_eq(ctx_needed(helper), 8, "bytes of the context that a helper uses");
	tap_eq(ctx_needed(var), 0xff + 2 + 4, "bytes that loads from somewhere use");
	tap_eq(ctx_needed(var_helper), 0xff + 1 + 5, "bytes that a helper uses somewhere");
}

/* What the casts compute, and that nothing faults. */
static void try_runs(void)
{
	const struct ebpf_insn pid[VERIF_INSNS] = { LDX(DW, 1, 1, 0), RDONLY(K_TASK), LDX(W, 0, 0, 0), EXIT };
	const struct ebpf_insn flags[VERIF_INSNS] = { LDX(DW, 1, 1, 0), RDONLY(K_TASK), LDX(DW, 0, 0, 8),
					     LDX(DW, 0, 0, 16), EXIT };
	const struct ebpf_insn memory[VERIF_INSNS] = { LDX(DW, 1, 1, 0), RDONLY(0), LDX(B, 0, 0, 17), EXIT };
	struct { int pid; void *parent; u64 flags; } parent = { 1, NULL, 0x4321 }, task = { 77, &parent, 0x8765 };
	u64 ctx[32] = { (u64)(unsigned long)&task }, ret;

	tap_ok(load(0, pid, NULL, NULL, 0, 0, NULL) && image_run(&res.img, ctx, &ret) && ret == 77,
	       "a field is read");
	tap_ok(load(0, flags, NULL, NULL, 0, 0, NULL) && image_run(&res.img, ctx, &ret) && ret == 0x4321,
	       "by way of a pointer");
	tap_ok(load(0, memory, NULL, NULL, 0, 0, NULL) && image_run(&res.img, ctx, &ret) && ret == 0x87,
	       "a byte of memory");
	ctx[0] = 4;
	tap_ok(image_run(&res.img, ctx, &ret) && !ret, "there is nothing to be read: 0");
	tap_ok(load(0, flags, NULL, NULL, 0, 0, NULL) && image_run(&res.img, ctx, &ret) && !ret,
	       "by way of that: 0");
}

/*
 * Tags
 */
struct tag_case {
	const char *name;
	u32 param;		/* type of the only one */
	const char *tags[2];
	int err;
	const char *says;
	struct ebpf_insn insns[VERIF_INSNS];	/* the function is the first one called */
	u32 type;
};

static struct ebpf_btf *tagged_btf(const struct tag_case *c)
{
	struct ebpf_btf *btf;
	u32 i;

	words_begin(0);
	ADD(INT(str("int"), 4));
	ADD(TYPE(str("task_struct"), STRUCT, 0, 0), PTR(T_TASK));
	ADD(TYPE(str("task_struct___mine"), STRUCT, 0, 0), PTR(T_FLAVOR));
	ADD(PTR(0), PTR(T_INT));
	ADD(TYPE(str("no_such_struct"), STRUCT, 0, 0), PTR(T_OTHER));
	ADD(INT(str("u64"), 8), PTR(T_U64));
	ADD(TYPE(str("__sk_buff"), STRUCT, 0, 0), PTR(T_SKB));
	ADD(TYPE(str("colour"), ENUM, 1, 4), str("red"), 0, PTR(T_ENUM));
	ADD(TYPE(str("bpf_user_pt_regs_t"), TYPEDEF, 0, T_INT), PTR(T_UREGS));
	ADD(TYPE(str("both___x___y"), UNION, 0, 0), PTR(T_UNION));
	ADD(TYPE(str("twin"), STRUCT, 0, 0), PTR(T_TWIN));
	/* T_PARAM: the function's, main's and the functions. */
	ADD(TYPE(0, FUNC_PROTO, 1, T_INT), str("x"), c->param);
	ADD(TYPE(0, FUNC_PROTO, 0, T_INT));
	ADD(TYPE(str("main"), FUNC, EBPF_BTF_FUNC_STATIC, T_PARAM + 1));
	ADD(TYPE(str("f"), FUNC, EBPF_BTF_FUNC_GLOBAL, T_PARAM));
	for (i = 0; i < ARRAY_SIZE(c->tags); i++)
		if (c->tags[i])
			ADD(TYPE(str(c->tags[i]), DECL_TAG, 0, T_PARAM + 3), 0);
	btf = words_parse();
	return btf;
}

static bool tag_ok(const struct tag_case *c, u32 flags)
{
	struct ebpf_func_info funcs[VERIF_INSNS];
	struct ebpf_btf *btf = tagged_btf(c);
	bool ok;

	if (IS_ERR(btf)) {
		printf("# BTF: %ld\n", PTR_ERR(btf));
		return false;
	}
	verif_funcs(c->insns, verif_len(c->insns, VERIF_INSNS), funcs, T_PARAM + 2);
	funcs[1].type_id = T_PARAM + 3;
	ok = load(c->type, c->insns, btf, funcs, flags, c->err, flags ? NULL : c->says);
	ebpf_btf_destroy(btf);
	return ok;
}

#define TRUSTED		{ "arg:trusted" }
#define UNTRUSTED	{ "arg:untrusted" }
#define CURRENT		HELPER(get_current_task_btf), MOV_X(1, 0)
/* The function, which is given something else than NULL unless it asks. */
#define PID		LDX(W, 0, 1, 0), EXIT

static void try_tags(void)
{
	const struct tag_case cases[] = {
		{ "a task", T_PTASK, TRUSTED, .says = "R1=ptr_task_struct(off=0,imm=0)",
		  .insns = { CURRENT, CALL(1), EXIT, PID } },
		{ "by a flavor's name", T_PFLAVOR, TRUSTED, .insns = { CURRENT, CALL(1), EXIT, PID } },
		{ "NULL is none", T_PTASK, TRUSTED, EINVAL, "R1 type=scalar expected=ptr_",
		  { MOV_K(1, 0), CALL(1), EXIT, PID } },
		{ "nor is what was cast", T_PTASK, TRUSTED, EINVAL, "R1 type=untrusted_ptr_ expected=ptr_",
		  { RDONLY(K_TASK), MOV_X(1, 0), CALL(1), EXIT, PID } },
		{ "nor is another struct", T_PTASK, TRUSTED, EINVAL, "R1 is of type pt_regs but task_struct is expected",
		  { KERN_CTX, MOV_X(1, 0), CALL(1), EXIT, PID } },
		{ "nor is memory", T_PTASK, TRUSTED, EINVAL, "Caller passes invalid args into func#1 ('f')",
		  { LD_MAP_VALUE(1, MAP_ARRAY, 0), CALL(1), EXIT, PID } },
		{ "one that may be NULL", T_PTASK, { "arg:trusted", "arg:nullable" }, .says = "R1=ptr_or_null_task_struct",
		  .insns = { CURRENT, CALL(3), MOV_K(1, 0), CALL(1), EXIT, JMP_K(JNE, 1, 0, 2), RET0, PID } },
		{ "and is not asked about", T_PTASK, { "arg:trusted", "arg:nullable" }, EACCES,
		  "R1 invalid mem access 'ptr_or_null_'", { CURRENT, CALL(1), EXIT, PID } },
		{ "no union of that name before its last flavor", T_PUNION, TRUSTED, ENOENT,
		  "arg#0 reference type('UNION both___x___y') has no matches", { CURRENT, CALL(1), EXIT, PID } },
		{ "one of two structs of that name", T_PTWIN, TRUSTED, ESRCH,
		  "arg#0 reference type('STRUCT twin') is ambiguous", { CURRENT, CALL(1), EXIT, PID } },
		{ "no such struct", T_POTHER, TRUSTED, ENOENT,
		  "arg#0 reference type('STRUCT no_such_struct') has no matches", { CURRENT, CALL(1), EXIT, PID } },
		{ "no pointer", T_INT, TRUSTED, EINVAL, "arg#0 has pointer tag, but is not a pointer type",
		  { CURRENT, CALL(1), EXIT, RET0 } },
		{ "anything", T_PTASK, UNTRUSTED, .says = "R1=untrusted_ptr_task_struct",
		  .insns = { MOV_K(1, 5), CALL(4), LD_MAP_VALUE(1, MAP_ARRAY, 0), CALL(1), EXIT, PID } },
		{ "but not nothing", T_PTASK, UNTRUSTED, EACCES, "R1 !read_ok",
		  { HELPER(ktime_get_ns), CALL(1), EXIT, PID } },
		{ "any memory", T_PVOID, UNTRUSTED, .says = "R1=rdonly_untrusted_mem(off=0,imm=0)",
		  .insns = { MOV_K(1, 5), CALL(1), EXIT, LDX(DW, 0, 1, 1000), EXIT } },
		{ "as a number's", T_PENUM, UNTRUSTED, .insns = { MOV_K(1, 5), CALL(1), EXIT, LDX(DW, 0, 1, 0), EXIT } },
		{ "which is not written", T_PINT, UNTRUSTED, EACCES, "cannot write into rdonly_untrusted_mem",
		  { MOV_K(1, 5), CALL(1), EXIT, ST(W, 1, 0, 0), RET0 } },
		{ "with another tag", T_PTASK, { "arg:untrusted", "arg:nullable" }, EINVAL,
		  "arg#0 untrusted cannot be combined with any other tags", { MOV_K(1, 5), CALL(1), EXIT, PID } },
		{ "memory that is there", T_PINT, { "arg:nonnull" }, .says = "R1=mem(off=0,imm=0)",
		  .insns = { ST(DW, FP, -8, 0), MOV_X(1, FP), ADD_K(1, -8), CALL(1), EXIT, PID } },
		{ "it is not", T_PINT, { "arg:nonnull" }, EINVAL, "arg#0 is expected to be non-NULL",
		  { MOV_K(1, 0), CALL(1), EXIT, PID } },
		{ "it may not be", T_PINT, { "arg:nonnull" }, EINVAL, "arg#0 is expected to be non-NULL",
		  { LOOKUP(MAP_HASH), MOV_X(1, 0), CALL(1), EXIT, PID } },
		{ "the context", T_PVOID, { "arg:ctx" }, .says = "R1=ctx(off=0,imm=0)",
		  .insns = { CALL(1), EXIT, LDX(DW, 0, 1, 160), EXIT } },
		{ "by the name for user space", T_PUREGS, { "arg:ctx" }, .insns = { CALL(1), EXIT, LDX(DW, 0, 1, 160),
		  EXIT } },
		{ "by another's name", T_PSKB, { "arg:ctx" }, EINVAL, "arg#0 should be `struct pt_regs *`",
		  { CALL(1), EXIT, RET0 } },
		{ "as an array", T_PU64, { "arg:ctx" }, .type = RAW_TP, .insns = { CALL(1), EXIT, LDX(DW, 0, 1, 8), EXIT } },
		{ "that is none", T_PU64, { "arg:ctx" }, EINVAL, "arg#0 should be `struct pt_regs *`",
		  { CALL(1), EXIT, RET0 } },
		{ "and nonnull", T_PVOID, { "arg:ctx", "arg:nonnull" }, EINVAL, "arg#0 has invalid combination of tags",
		  { CALL(1), EXIT, RET0 } },
		{ "what is no context", T_PVOID, { "arg:ctx" }, EINVAL, "arg#0 expected pointer to ctx, but got PTR",
		  { MOV_X(1, FP), CALL(1), EXIT, RET0 } },
		{ "a tag of later", T_PVOID, { "arg:whatever" }, EOPNOTSUPP, "arg#0 has unsupported set of tags",
		  { CALL(1), EXIT, RET0 } },
		{ "a tag that is not for the verifier", T_PINT, { "note" }, .insns = { MOV_K(1, 0), CALL(1), EXIT, RET0 } },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		tap_ok(tag_ok(&cases[i], 0) && tag_ok(&cases[i], EBPF_F_TEST_STATE_FREQ), "%s", cases[i].name);
}

int main(void)
{
	verif_maps();
	if (!tap_ok(make_btf(), "BTF of a kernel, and of the functions"))
		return tap_end();
	jit_env.call_base = (u64)(unsigned long)ebpf_call_base;
	try_casts();
	try_ctx_size();
	try_runs();
	try_tags();
	tap_eq(test_bugs(), 0, "no rule of the verifier's own was broken");
	ebpf_prog_image_free(&res.img);
	kfunc_btf_free(kfuncs, kernel);
	return tap_end();
}
