// SPDX-License-Identifier: GPL-2.0-only
/*
 * TRACING programs whose target is a module's: BTF on top of the kernel's.
 */
#include <tap.h>
#include "services.h"
#include "verif_run.h"
#include "btf_blob.h"

#define FP	EBPF_REG_10

/* The kernel's types, then the module's. */
enum {
	T_VOID, T_INT, T_TASK, T_TASK_PTR, T_KFUNC_PROTO, T_KFUNC, T_REGS,
	M_DEV, M_DEV_PTR, M_PROTO, M_FUNC, M_TP_PROTO, M_TP_PTR, M_TP, M_VOID_PTR,
	/* with a name of the kernel's, but another struct */
	M_TASK, M_TASK_PTR, M_TASK_PROTO, M_TASK_FUNC, M_END,
};

struct builder {
	u32 words[256];
	u32 nr;
	char strings[256];
	u32 len;
	u32 start;		/* offset of strings[0] */
};

static u32 str(struct builder *b, const char *s)
{
	u32 at = b->len;

	memcpy(b->strings + at, s, strlen(s) + 1);
	b->len += strlen(s) + 1;
	return b->start + at;
}

static void add(struct builder *b, const u32 *w, u32 n)
{
	memcpy(b->words + b->nr, w, n * sizeof(*w));
	b->nr += n;
}

#define ADD(...)							\
	do {								\
		const u32 w_[] = { __VA_ARGS__ };			\
		add(b, w_, sizeof(w_) / sizeof(*w_));			\
	} while (0)
#define S(s)	str(b, s)

static void *blob_of(const struct builder *b, u32 *size)
{
	struct ebpf_btf_header hdr = {
		.magic = EBPF_BTF_MAGIC, .version = EBPF_BTF_VERSION, .hdr_len = sizeof(hdr),
		.type_len = b->nr * 4, .str_off = b->nr * 4, .str_len = b->len,
	};
	u8 *data;

	*size = sizeof(hdr) + hdr.type_len + hdr.str_len;
	data = malloc(*size);
	memcpy(data, &hdr, sizeof(hdr));
	memcpy(data + sizeof(hdr), b->words, hdr.type_len);
	memcpy(data + sizeof(hdr) + hdr.type_len, b->strings, hdr.str_len);
	return data;
}

static void *make_kernel(u32 *size, u32 *strings_len)
{
	struct builder kernel = { .len = 1 }, *b = &kernel;

	ADD(INT(S("int"), 4));
	ADD(TYPE(S("task_struct"), STRUCT, 2, 16), MEMBER(S("pid"), T_INT, 0),
	    MEMBER(S("parent"), T_TASK_PTR, 64));
	ADD(PTR(T_TASK));
	ADD(TYPE(0, FUNC_PROTO, 1, T_INT), S("t"), T_TASK_PTR);
	ADD(TYPE(S("kfunc"), FUNC, 0, T_KFUNC_PROTO));
	ADD(TYPE(S("pt_regs"), STRUCT, 1, 168), MEMBER(S("ip"), T_INT, 1024));
	*strings_len = b->len;
	return blob_of(b, size);
}

static void *make_module(u32 *size, u32 start)
{
	struct builder module = { .start = start }, *b = &module;

	ADD(TYPE(S("mod_dev"), STRUCT, 3, 24), MEMBER(S("owner"), T_TASK_PTR, 0),
	    MEMBER(S("next"), M_DEV_PTR, 64), MEMBER(S("nr"), T_INT, 128));
	ADD(PTR(M_DEV));
	ADD(TYPE(0, FUNC_PROTO, 1, T_INT), S("dev"), M_DEV_PTR);
	ADD(TYPE(S("mod_func"), FUNC, 0, M_PROTO));
	ADD(TYPE(0, FUNC_PROTO, 2, T_VOID), 0, M_VOID_PTR, 0, M_DEV_PTR);
	ADD(PTR(M_TP_PROTO));
	ADD(TYPE(S("btf_trace_mod_ev"), TYPEDEF, 0, M_TP_PTR));
	ADD(PTR(T_VOID));
	ADD(TYPE(S("task_struct"), STRUCT, 1, 8), MEMBER(S("x"), T_INT, 0));
	ADD(PTR(M_TASK));
	ADD(TYPE(0, FUNC_PROTO, 1, T_INT), S("t"), M_TASK_PTR);
	ADD(TYPE(S("mod_task"), FUNC, 0, M_TASK_PROTO));
	return blob_of(b, size);
}

static struct ebpf_btf *kernel_btf, *module_btf;
static void *kernel_blob, *module_blob;
static struct verif_result res;

static bool make_btf(void)
{
	u32 size, strings_len;

	kernel_blob = make_kernel(&size, &strings_len);
	kernel_btf = ebpf_btf_parse_vmlinux(kernel_blob, size, NULL);
	if (IS_ERR(kernel_btf))
		return false;
	module_blob = make_module(&size, strings_len);
	module_btf = ebpf_btf_parse_module(module_blob, size, kernel_btf, NULL);
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
	ebpf_btf_destroy(module_btf);
	ebpf_btf_destroy(kernel_btf);
	free(module_blob);
	free(kernel_blob);
	return tap_end();
}
