// SPDX-License-Identifier: GPL-2.0-only
/*
 * TRACING programs whose target is a module's: BTF on top of the kernel's.
 */
#include <tap.h>
#include "services.h"
#include "verif_run.h"
#include "btf_words.h"

#define FP	EBPF_REG_10

/* The kernel's types, then the module's. */
enum {
	T_VOID, T_INT, T_TASK, T_TASK_PTR, T_KFUNC_PROTO, T_KFUNC, T_REGS,
	M_DEV, M_DEV_PTR, M_PROTO, M_FUNC, M_TP_PROTO, M_TP_PTR, M_TP, M_VOID_PTR,
	/* with a name of the kernel's, but another struct */
	M_TASK, M_TASK_PTR, M_TASK_PROTO, M_TASK_FUNC, M_END,
};

static void add_kernel(void)
{
	ADD(INT(str("int"), 4));
	ADD(TYPE(str("task_struct"), STRUCT, 2, 16), MEMBER(str("pid"), T_INT, 0),
	    MEMBER(str("parent"), T_TASK_PTR, 64));
	ADD(PTR(T_TASK));
	ADD(TYPE(0, FUNC_PROTO, 1, T_INT), str("t"), T_TASK_PTR);
	ADD(TYPE(str("kfunc"), FUNC, 0, T_KFUNC_PROTO));
	ADD(TYPE(str("pt_regs"), STRUCT, 1, 168), MEMBER(str("ip"), T_INT, 1024));
}

static void add_module(void)
{
	ADD(TYPE(str("mod_dev"), STRUCT, 3, 24), MEMBER(str("owner"), T_TASK_PTR, 0),
	    MEMBER(str("next"), M_DEV_PTR, 64), MEMBER(str("nr"), T_INT, 128));
	ADD(PTR(M_DEV));
	ADD(TYPE(0, FUNC_PROTO, 1, T_INT), str("dev"), M_DEV_PTR);
	ADD(TYPE(str("mod_func"), FUNC, 0, M_PROTO));
	ADD(TYPE(0, FUNC_PROTO, 2, T_VOID), 0, M_VOID_PTR, 0, M_DEV_PTR);
	ADD(PTR(M_TP_PROTO));
	ADD(TYPE(str("btf_trace_mod_ev"), TYPEDEF, 0, M_TP_PTR));
	ADD(PTR(T_VOID));
	ADD(TYPE(str("task_struct"), STRUCT, 1, 8), MEMBER(str("x"), T_INT, 0));
	ADD(PTR(M_TASK));
	ADD(TYPE(0, FUNC_PROTO, 1, T_INT), str("t"), M_TASK_PTR);
	ADD(TYPE(str("mod_task"), FUNC, 0, M_TASK_PROTO));
}

static struct ebpf_btf *kernel_btf, *module_btf;
static struct verif_result res;

static bool make_btf(void)
{
	words_begin(0);
	add_kernel();
	kernel_btf = words_parse_vmlinux();
	if (IS_ERR(kernel_btf))
		return false;
	words_begin(words.len);
	add_module();
	module_btf = words_parse_module(kernel_btf);
	return !IS_ERR(module_btf) && ebpf_btf_nr_types(module_btf) == M_END;
}

struct module_case {
	const char *name;
	bool tp;		/* tp_btf, else fentry */
	bool in_kernel;		/* the target is looked up in the kernel's BTF */
	u32 id;
	int err;
	const char *says;
	struct ebpf_insn insns[12];
};

#define RET0	MOV_K(0, 0), EXIT
/* R6 = (struct mod_dev *)ctx[0] */
#define DEV	LDX(DW, 6, 1, 0)

static const struct module_case cases[] = {
	{ "a function of a module", .id = M_FUNC, .insns = { RET0 } },
	{ "not of the kernel", .in_kernel = true, .id = M_FUNC, .err = EINVAL,
	  .says = "attach_btf_id 10 is invalid", .insns = { RET0 } },
	{ "beyond the module's types", .id = M_END, .err = EINVAL,
	  .says = "attach_btf_id 19 is invalid", .insns = { RET0 } },
	{ "a tracepoint of a module", .tp = true, .id = M_TP, .insns = { DEV, LDX(W, 0, 6, 16),
	  RET0 } },
	{ "a struct of the module", .id = M_FUNC, .insns = { DEV, LDX(W, 0, 6, 16), RET0 } },
	{ "a pointer from it to its like", .id = M_FUNC,
	  .insns = { DEV, LDX(DW, 6, 6, 8), LDX(DW, 6, 6, 8), LDX(W, 0, 6, 16), RET0 } },
	{ "a pointer from it to a struct of the kernel", .id = M_FUNC,
	  .insns = { DEV, LDX(DW, 6, 6, 0), LDX(DW, 6, 6, 8), LDX(W, 0, 6, 0), RET0 } },
	{ "beyond a struct of the module", .id = M_FUNC, .err = EACCES,
	  .says = "access beyond struct mod_dev at off 24 size 4",
	  .insns = { DEV, LDX(W, 0, 6, 24), RET0 } },
	{ "beyond a struct of the kernel, by way of the module", .id = M_FUNC, .err = EACCES,
	  .says = "access beyond struct task_struct at off 16 size 4",
	  .insns = { DEV, LDX(DW, 6, 6, 0), LDX(W, 0, 6, 16), RET0 } },
	{ "half a pointer", .id = M_FUNC, .err = EACCES,
	  .says = "cannot access ptr member next with moff 8 in struct mod_dev with off 8 size 4",
	  .insns = { DEV, LDX(W, 0, 6, 8), RET0 } },
	{ "writing", .id = M_FUNC, .err = EACCES, .says = "only read is supported",
	  .insns = { DEV, MOV_K(0, 0), STX(W, 6, 0, 16), RET0 } },
	{ "a task of the module's to a helper", .id = M_FUNC,
	  .insns = { DEV, LDX(DW, 1, 6, 0), HELPER(task_pt_regs), RET0 } },
	{ "what is no task", .id = M_FUNC, .err = EACCES,
	  .says = "R1 is of type mod_dev but task_struct is expected",
	  .insns = { DEV, MOV_X(1, 6), HELPER(task_pt_regs), RET0 } },
	{ "what is only called so", .id = M_TASK_FUNC, .err = EACCES,
	  .says = "R1 is of type task_struct but task_struct is expected",
	  .insns = { LDX(DW, 1, 1, 0), HELPER(task_pt_regs), RET0 } },
	{ "two ways to one type", .id = M_FUNC,
	  .insns = { DEV, HELPER(get_current_task_btf), LDX(W, 7, 6, 16), JMP_K(JEQ, 7, 0, 1),
		     LDX(DW, 0, 6, 0), LDX(W, 0, 0, 0), RET0 } },
	{ "one of two types", .id = M_FUNC, .err = EINVAL,
	  .says = "same insn cannot be used with different pointers",
	  .insns = { DEV, MOV_X(8, 6), ST(DW, FP, -8, 0), LDX(W, 7, 6, 16),
		     JMP_K(JEQ, 7, 0, 2), MOV_X(8, FP), ADD_K(8, -24), LDX(W, 0, 8, 16), RET0 } },
};

static bool case_ok(const struct module_case *c, u32 flags)
{
	struct ebpf_load load = {
		.prog_flags = flags,
		.prog_type = EBPF_PROG_TYPE_TRACING,
		.expected_attach_type = c->tp ? EBPF_TRACE_RAW_TP : EBPF_TRACE_FENTRY,
		.attach_btf_id = c->id,
		.attach_btf = c->in_kernel ? kernel_btf : module_btf,
		.vmlinux_btf = kernel_btf,
		.gpl_compatible = true,
		.insns = c->insns,
		.insn_cnt = verif_len(c->insns, ARRAY_SIZE(c->insns)),
	};
	unsigned long bugs = test_bugs();
	bool ok;

	verif_load(&res, &load, EBPF_LOG_LEVEL1);
	ok = res.err == -c->err && (!c->says || strstr(res.log, c->says)) && bugs == test_bugs();
	if (!ok)
		printf("# want %d \"%s\", got %d:\n%s\n", -c->err, c->says ? c->says : "", res.err,
		       res.log);
	return ok;
}

static void test_owner(void)
{
	tap_ok(ebpf_btf_owner(module_btf, T_TASK) == kernel_btf &&
	       ebpf_btf_owner(module_btf, M_DEV) == module_btf &&
	       ebpf_btf_owner(kernel_btf, T_TASK) == kernel_btf, "whose types are whose");
	tap_eq(ebpf_btf_find(module_btf, "task_struct", EBPF_BTF_KIND_STRUCT), T_TASK,
	       "the kernel's are found first");
}

int main(void)
{
	u32 i;

	verif_maps();
	if (!make_btf()) {
		tap_ok(false, "BTF for the tests");
		return tap_end();
	}
	test_owner();
	for (i = 0; i < ARRAY_SIZE(cases); i++)
		tap_ok(case_ok(&cases[i], 0) && case_ok(&cases[i], EBPF_F_TEST_STATE_FREQ),
		       "%s", cases[i].name);
	ebpf_prog_image_free(&res.img);
	words_destroy(module_btf);
	words_destroy(kernel_btf);
	return tap_end();
}
