// SPDX-License-Identifier: GPL-2.0-only
/*
 * TRACING programs: targets by BTF, contexts, loads through kernel pointers.
 */
#include <tap.h>
#include "services.h"
#include "verif_run.h"
#include "btf_tracing.h"

#define FP	EBPF_REG_10

static struct ebpf_btf *btf;
static struct verif_result res;

/**
 * struct trace_case - one program and what must become of it
 * @attach: EBPF_TRACE_*, 0: FENTRY
 * @id:     target, 0: T_TRACED
 */
struct trace_case {
	const char *name;
	u32 attach;
	u32 id;
	int err;
	const char *says;
	struct ebpf_insn insns[24];
};

#define FEXIT	EBPF_TRACE_FEXIT
#define TP_BTF	EBPF_TRACE_RAW_TP
#define FMOD	EBPF_MODIFY_RETURN
#define ITER	EBPF_TRACE_ITER
/* R6 = task, R1 = meta->seq */
#define SEQ	LDX(DW, 6, 1, 8), LDX(DW, 1, 1, 0), LDX(DW, 1, 1, 0)
/* R2 = 8 bytes of stack */
#define TEXT	ST(DW, FP, -8, 0), MOV_X(2, FP), ADD_K(2, -8)
#define RET0	MOV_K(0, 0), EXIT
#define KSYM(dst, id)	LD64_PSEUDO(dst, EBPF_PSEUDO_BTF_ID, id, 0)
/* R2 = (struct task_struct *)ctx[0] */
#define TASK	LDX(DW, 2, 1, 0)

static const struct trace_case cases[] = {
	/* Targets */
	{ "a function", .insns = { RET0 } },
	{ "its end", .attach = FEXIT, .insns = { RET0 } },
	{ "a tracepoint", .attach = TP_BTF, .id = T_TP, .insns = { RET0 } },
	{ "no such type", .id = T_END, .err = EINVAL, .says = " is invalid",
	  .insns = { RET0 } },
	{ "id 1 of libbpf's probe", .id = T_INT, .err = EINVAL,
	  .says = "attach_btf_id 1 is not a function", .insns = { RET0 } },
	{ "a tracepoint is no function", .id = T_TP, .err = EINVAL, .says = "is not a function",
	  .insns = { RET0 } },
	{ "a function is no tracepoint", .attach = TP_BTF, .err = EINVAL,
	  .says = "is not a typedef", .insns = { RET0 } },
	{ "another typedef", .attach = TP_BTF, .id = T_OTHER_TYPEDEF, .err = EINVAL,
	  .says = "points to wrong type name other", .insns = { RET0 } },
	{ "a function without prototype", .id = T_GHOST_FUNC, .err = EINVAL, .insns = { RET0 } },
	{ "variable arguments", .id = T_VA, .err = EINVAL,
	  .says = "The function variadic with variable args is unsupported.", .insns = { RET0 } },
	{ "a large struct by value", .id = T_BIG_FUNC, .err = EINVAL,
	  .says = "The function takes_big arg0 type STRUCT is unsupported.", .insns = { RET0 } },
	{ "13 arguments", .id = T_MANY, .err = EINVAL,
	  .says = "The function takes_many has 13 arguments. Too many.", .insns = { RET0 } },
	{ "what must not be traced", .id = T_DENIED, .err = EINVAL, .insns = { RET0 } },
	{ "an iterator", .attach = ITER, .id = T_ITER, .insns = { RET0 } },
	{ "... that wants its task again", .attach = ITER, .id = T_ITER,
	  .insns = { MOV_K(0, 1), EXIT } },
	{ "... that returns 2", .attach = ITER, .id = T_ITER, .err = EINVAL,
	  .says = "At program exit the register R0 has value (0x2; 0x0) should have been in (0x0; 0x1)",
	  .insns = { MOV_K(0, 2), EXIT } },
	{ "... of an unknown kind", .attach = ITER, .id = T_NO_ITER, .err = EINVAL,
	  .insns = { RET0 } },
	{ "... of a function", .attach = ITER, .err = EINVAL, .insns = { RET0 } },
	{ "... of no function", .attach = ITER, .id = T_META, .err = EINVAL,
	  .says = "is not a function", .insns = { RET0 } },
	{ "its task, found not to be NULL", .attach = ITER, .id = T_ITER,
	  .insns = { LDX(DW, 6, 1, 8), JMP_K(JEQ, 6, 0, 1), LDX(W, 2, 6, 0), RET0 } },
	{ "its task, not looked at", .attach = ITER, .id = T_ITER, .err = EACCES,
	  .says = "R6 invalid mem access 'ptr_or_null_'",
	  .insns = { LDX(DW, 6, 1, 8), LDX(W, 2, 6, 0), RET0 } },
	{ "its task, found to be NULL", .attach = ITER, .id = T_ITER, .err = EACCES,
	  .says = "R6 invalid mem access 'scalar'",
	  .insns = { LDX(DW, 6, 1, 8), JMP_K(JNE, 6, 0, 1), LDX(W, 2, 6, 0), RET0 } },
	{ "another load of it than was looked at", .attach = ITER, .id = T_ITER, .err = EACCES,
	  .says = "R7 invalid mem access 'ptr_or_null_'",
	  .insns = { LDX(DW, 6, 1, 8), LDX(DW, 7, 1, 8), JMP_K(JEQ, 6, 0, 1), LDX(W, 2, 7, 0),
		     RET0 } },
	{ "an area and its task", .attach = ITER, .id = T_ITER_VMA, .insns = { LDX(DW, 6, 1, 8),
	  LDX(DW, 7, 1, 16), JMP_K(JEQ, 6, 0, 3), JMP_K(JEQ, 7, 0, 2), LDX(W, 2, 6, 0),
	  LDX(DW, 2, 7, 8), RET0 } },
	{ "an area, not looked at", .attach = ITER, .id = T_ITER_VMA, .err = EACCES,
	  .says = "R7 invalid mem access 'ptr_or_null_'", .insns = { LDX(DW, 6, 1, 8),
	  LDX(DW, 7, 1, 16), JMP_K(JEQ, 6, 0, 1), LDX(DW, 2, 7, 8), RET0 } },
	{ "an area, written", .attach = ITER, .id = T_ITER_VMA, .err = EACCES,
	  .says = "only read is supported", .insns = { LDX(DW, 7, 1, 16), JMP_K(JEQ, 7, 0, 1),
	  ST(DW, 7, 0, 0), RET0 } },
	{ "behind its context", .attach = ITER, .id = T_ITER_VMA, .err = EACCES,
	  .says = "doesn't have 4-th argument", .insns = { LDX(DW, 7, 1, 24), RET0 } },
	{ "a file and its number", .attach = ITER, .id = T_ITER_FILE, .insns = { LDX(W, 6, 1, 16),
	  LDX(DW, 7, 1, 24), JMP_K(JEQ, 7, 0, 1), LDX(DW, 2, 7, 0), RET0 } },
	{ "a file, not looked at", .attach = ITER, .id = T_ITER_FILE, .err = EACCES,
	  .says = "R7 invalid mem access 'ptr_or_null_'", .insns = { LDX(DW, 7, 1, 24),
	  LDX(DW, 2, 7, 0), RET0 } },
	{ "a file's number is no pointer", .attach = ITER, .id = T_ITER_FILE, .err = EACCES,
	  .says = "R6 invalid mem access 'scalar'", .insns = { LDX(DW, 6, 1, 16),
	  JMP_K(JEQ, 6, 0, 1), LDX(DW, 2, 6, 0), RET0 } },
	{ "arithmetic on it", .attach = ITER, .id = T_ITER, .err = EACCES,
	  .says = "pointer arithmetic on ptr_or_null_ prohibited",
	  .insns = { LDX(DW, 6, 1, 8), ADD_K(6, 8), RET0 } },
	{ "a helper of it unlooked at", .attach = ITER, .id = T_ITER, .err = EACCES,
	  .says = "R1 type=ptr_or_null_ expected=ptr_",
	  .insns = { TEXT, LDX(DW, 1, 1, 8), MOV_K(3, 8), MOV_K(4, 0), HELPER(get_task_stack),
		     RET0 } },
	{ "its task is not to be written", .attach = ITER, .id = T_ITER, .err = EACCES,
	  .says = "only read is supported",
	  .insns = { LDX(DW, 6, 1, 8), JMP_K(JEQ, 6, 0, 1), ST(W, 6, 0, 0), RET0 } },
	{ "nor its meta", .attach = ITER, .id = T_ITER, .err = EACCES,
	  .says = "only read is supported",
	  .insns = { LDX(DW, 6, 1, 0), ST(DW, 6, 0, 0), RET0 } },
	{ "a third argument", .attach = ITER, .id = T_ITER, .err = EACCES,
	  .says = "func 'bpf_iter_task' doesn't have 3-th argument",
	  .insns = { LDX(DW, 6, 1, 16), RET0 } },
	{ "its context is not to be written", .attach = ITER, .id = T_ITER, .err = EACCES,
	  .says = "invalid bpf_context access off=0 size=8",
	  .insns = { MOV_K(2, 0), STX(DW, 1, 2, 0), RET0 } },
	{ "text", .attach = ITER, .id = T_ITER,
	  .insns = { SEQ, TEXT, MOV_K(3, 8), MOV_K(4, 0), MOV_K(5, 0), HELPER(seq_printf), RET0 } },
	{ "bytes", .attach = ITER, .id = T_ITER,
	  .insns = { SEQ, TEXT, MOV_K(3, 8), HELPER(seq_write), RET0 } },
	{ "into a task", .attach = ITER, .id = T_ITER, .err = EACCES,
	  .says = "R1 is of type task_struct but seq_file is expected",
	  .insns = { SEQ, JMP_K(JNE, 6, 0, 2), RET0, TEXT, MOV_X(1, 6), MOV_K(3, 8),
		     HELPER(seq_write), RET0 } },
	{ "into meta", .attach = ITER, .id = T_ITER, .err = EACCES,
	  .says = "R1 is of type bpf_iter_meta but seq_file is expected",
	  .insns = { TEXT, LDX(DW, 1, 1, 0), MOV_K(3, 8), HELPER(seq_write), RET0 } },
	{ "into a number", .attach = ITER, .id = T_ITER, .err = EACCES,
	  .says = "R1 type=scalar expected=ptr_",
	  .insns = { TEXT, MOV_K(1, 0), MOV_K(3, 8), HELPER(seq_write), RET0 } },
	{ "more bytes than there are", .attach = ITER, .id = T_ITER, .err = EACCES,
	  .says = "invalid indirect access to stack",
	  .insns = { SEQ, TEXT, MOV_K(3, 16), HELPER(seq_write), RET0 } },
	{ "text where nobody reads it", .err = EINVAL, .says = "unknown func bpf_seq_write#127",
	  .insns = { TEXT, MOV_K(1, 0), MOV_K(3, 8), HELPER(seq_write), RET0 } },
	{ "an iterator has no cookie", .attach = ITER, .id = T_ITER, .err = EINVAL,
	  .says = "unknown func bpf_get_attach_cookie#174",
	  .insns = { HELPER(get_attach_cookie), RET0 } },
	{ "nor slots before its context", .attach = ITER, .id = T_ITER, .err = EINVAL,
	  .says = "unknown func bpf_get_func_arg_cnt#185",
	  .insns = { HELPER(get_func_arg_cnt), RET0 } },
	{ "fmod_ret", .attach = FMOD, .id = T_HOOK, .insns = { RET0 } },
	{ "fmod_ret of a function that must do its work", .attach = FMOD, .err = EINVAL,
	  .says = "traced() is not modifiable", .insns = { RET0 } },
	{ "fmod_ret of a system call", .attach = FMOD, .id = T_SYSCALL, .insns = { RET0 } },
	{ "fmod_ret of what is only called like one", .attach = FMOD, .id = T_NO_SYSCALL,
	  .err = EINVAL, .says = "sys_int() is not modifiable", .insns = { RET0 } },
	{ "fmod_ret of no function", .attach = FMOD, .id = T_INT, .err = EINVAL,
	  .says = "is not a function", .insns = { RET0 } },
	{ "attach type of other programs", .attach = EBPF_PERF_EVENT, .err = EINVAL,
	  .insns = { RET0 } },

	/* Results */
	{ "result 1", .err = EINVAL,
	  .says = "At program exit the register R0 has value (0x1; 0x0) should have been in (0x0; 0x0)",
	  .insns = { MOV_K(0, 1), EXIT } },
	{ "unknown result", .attach = FEXIT, .err = EINVAL,
	  .insns = { LDX(DW, 0, 1, 8), EXIT } },
	{ "pointer as result", .err = EINVAL, .says = "R0 is not a known value (ctx)",
	  .insns = { MOV_X(0, 1), EXIT } },
	{ "any result of a tracepoint", .attach = TP_BTF, .id = T_TP,
	  .insns = { MOV_K(0, 7), EXIT } },
	{ "any result of fmod_ret", .attach = FMOD, .id = T_HOOK,
	  .insns = { LDX(DW, 0, 1, 8), EXIT } },
	{ "but one", .attach = FMOD, .id = T_HOOK, .err = EACCES, .says = "R0 !read_ok",
	  .insns = { EXIT } },
	{ "a bad result that pruning must not hide", .err = EINVAL, .insns = {
	  LDX(DW, 2, 1, 8), MOV_K(0, 0), JMP_K(JEQ, 2, 0, 1), MOV_K(0, 1), MOV_X(3, 2),
	  ADD_K(3, 1), ADD_K(3, 1), ADD_K(3, 1), JMP_K(JEQ, 2, 5, 0), EXIT } },

	/* Contexts */
	{ "a number", .insns = { LDX(DW, 2, 1, 8), RET0 } },
	{ "half a number", .insns = { LDX(W, 2, 1, 8), RET0 } },
	{ "its upper half", .err = EACCES, .says = "func 'traced' offset 12 is not multiple of 8",
	  .insns = { LDX(W, 2, 1, 12), RET0 } },
	{ "the result of fmod_ret so far", .attach = FMOD, .id = T_HOOK,
	  .insns = { LDX(DW, 0, 1, 48), EXIT } },
	{ "written", .attach = FMOD, .id = T_HOOK, .err = EACCES,
	  .says = "invalid bpf_context access off=48 size=8",
	  .insns = { MOV_K(2, 1), STX(DW, 1, 2, 48), RET0 } },
	{ "behind it is nothing", .attach = FMOD, .id = T_HOOK, .err = EACCES,
	  .says = "func 'security_hook' doesn't have 8-th argument",
	  .insns = { LDX(DW, 0, 1, 56), EXIT } },
	{ "fentry has no result", .id = T_HOOK, .err = EACCES,
	  .says = "func 'security_hook' doesn't have 7-th argument",
	  .insns = { LDX(DW, 0, 1, 48), EXIT } },
	{ "a pointer as the result so far", .attach = FMOD, .id = T_PTR_HOOK, .err = EACCES,
	  .says = "ret type PTR not allowed for fmod_ret",
	  .insns = { LDX(DW, 0, 1, 8), RET0 } },
	{ "no result so far", .attach = FMOD, .id = T_VOID_HOOK, .err = EACCES,
	  .insns = { LDX(DW, 0, 1, 0), RET0 } },
	{ "a misaligned argument", .err = EACCES, .says = "invalid bpf_context access off=9 size=8",
	  .insns = { LDX(DW, 2, 1, 9), RET0 } },
	{ "a pointer to a struct", .says = "", .insns = { TASK, LDX(W, 0, 2, 0), RET0 } },
	{ "half a pointer to a struct", .err = EACCES, .says = "func 'traced' size 4 must be 8",
	  .insns = { LDX(W, 2, 1, 0), RET0 } },
	{ "half a pointer to void, a number", .insns = { LDX(W, 2, 1, 16), RET0 } },
	{ "half a pointer as a result", .attach = FEXIT, .id = T_PP, .err = EACCES,
	  .says = "func 'takes_pp' size 4 must be 8", .insns = { LDX(W, 2, 1, 8), RET0 } },
	{ "a pointer to void is a number", .err = EACCES, .says = "invalid mem access 'scalar'",
	  .insns = { LDX(DW, 2, 1, 16), LDX(W, 0, 2, 0), RET0 } },
	{ "a pointer to an int is one, too", .err = EACCES, .says = "invalid mem access 'scalar'",
	  .insns = { LDX(DW, 2, 1, 40), LDX(W, 0, 2, 0), RET0 } },
	{ "a pointer to a pointer", .id = T_PP, .err = EACCES,
	  .says = "func 'takes_pp' arg0 type PTR is not a struct",
	  .insns = { LDX(DW, 2, 1, 0), RET0 } },
	{ "the result at the start", .err = EACCES,
	  .says = "func 'traced' doesn't have 7-th argument", .insns = { LDX(DW, 2, 1, 48), RET0 } },
	{ "the result at the end", .attach = FEXIT, .insns = { LDX(W, 2, 1, 48), RET0 } },
	{ "behind the result", .attach = FEXIT, .err = EACCES,
	  .says = "func 'traced' doesn't have 8-th argument", .insns = { LDX(DW, 2, 1, 56), RET0 } },
	{ "far behind", .attach = FEXIT, .err = EACCES,
	  .says = "invalid bpf_context access off=96 size=8", .insns = { LDX(DW, 2, 1, 96), RET0 } },
	{ "before the context", .err = EACCES, .says = "invalid bpf_context access off=-8 size=8",
	  .insns = { LDX(DW, 2, 1, -8), RET0 } },
	{ "the result is a pointer", .attach = FEXIT, .id = T_PP,
	  .insns = { LDX(DW, 2, 1, 8), LDX(W, 0, 2, 0), RET0 } },
	{ "no result of void", .attach = FEXIT, .id = T_VOID_FUNC, .err = EACCES,
	  .says = "doesn't have 2-th argument", .insns = { LDX(DW, 2, 1, 0), RET0 } },
	{ "store to the context", .err = EACCES, .says = "invalid bpf_context access",
	  .insns = { MOV_K(2, 0), STX(DW, 1, 2, 8), RET0 } },
	{ "a tracepoint's first argument", .attach = TP_BTF, .id = T_TP,
	  .insns = { TASK, LDX(W, 0, 2, 0), RET0 } },
	{ "a tracepoint's second of one", .attach = TP_BTF, .id = T_TP, .err = EACCES,
	  .says = "func 'ev' doesn't have 2-th argument", .insns = { LDX(DW, 2, 1, 8), RET0 } },
	{ "a struct by value", .id = T_BY_VALUE,
	  .insns = { LDX(DW, 2, 1, 0), LDX(DW, 3, 1, 8), LDX(DW, 4, 1, 16), LDX(W, 0, 4, 0), RET0 } },
	{ "its second half is no pointer", .id = T_BY_VALUE, .err = EACCES,
	  .says = "invalid mem access 'scalar'", .insns = { LDX(DW, 2, 1, 8), LDX(W, 0, 2, 0), RET0 } },
	{ "the result behind a struct by value", .id = T_BY_VALUE, .attach = FEXIT,
	  .insns = { LDX(DW, 2, 1, 24), RET0 } },

	/* Kernel structs */
	{ "a member in a struct inside", .insns = { TASK, LDX(W, 0, 2, 12), RET0 } },
	{ "a pointer followed twice",
	  .insns = { TASK, LDX(DW, 2, 2, 16), LDX(DW, 2, 2, 16), LDX(W, 0, 2, 0), RET0 } },
	{ "as a function sees it, spilled",
	  .insns = { TASK, STX(DW, FP, 2, -8), LDX(DW, 3, FP, -8), LDX(W, 0, 3, 0), RET0 } },
	{ "half a pointer in a struct", .err = EACCES,
	  .says = "cannot access ptr member parent with moff 16 in struct task_struct with off 16 size 4",
	  .insns = { TASK, LDX(W, 0, 2, 16), RET0 } },
	{ "an array of structs", .insns = { TASK, LDX(W, 0, 2, 36), RET0 } },
	{ "across two of them", .err = EACCES, .says = "access beyond struct inner at off 4 size 8",
	  .insns = { TASK, LDX(DW, 0, 2, 28), RET0 } },
	{ "part of a name", .insns = { TASK, LDX(W, 0, 2, 42), RET0 } },
	{ "across the name's end", .err = EACCES,
	  .says = "access beyond the end of member comm (mend:48) in struct task_struct with off 46 size 4",
	  .insns = { TASK, LDX(W, 0, 2, 46), RET0 } },
	{ "bits", .insns = { TASK, LDX(B, 0, 2, 4), RET0 } },
	{ "a hole", .err = EINVAL, .says = "struct task_struct doesn't have field at offset 6",
	  .insns = { TASK, LDX(B, 0, 2, 6), RET0 } },
	{ "two members at once", .err = EACCES, .says = "access beyond the end of member pid (mend:4)",
	  .insns = { TASK, LDX(DW, 0, 2, 0), RET0 } },
	{ "a void pointer in a struct is a number", .err = EACCES,
	  .says = "invalid mem access 'scalar'",
	  .insns = { TASK, LDX(DW, 2, 2, 48), LDX(W, 0, 2, 0), RET0 } },
	{ "behind the struct", .err = EACCES,
	  .says = "access beyond struct task_struct at off 64 size 4",
	  .insns = { TASK, LDX(W, 0, 2, 64), RET0 } },
	{ "across its end", .err = EACCES,
	  .says = "access beyond struct task_struct at off 60 size 8",
	  .insns = { TASK, LDX(DW, 0, 2, 60), RET0 } },
	{ "before the struct", .err = EACCES,
	  .says = "R2 is ptr_task_struct invalid negative access: off=-8",
	  .insns = { TASK, LDX(DW, 0, 2, -8), RET0 } },
	{ "arithmetic by a constant", .insns = { TASK, ADD_K(2, 16), LDX(DW, 2, 2, 0),
	  LDX(W, 0, 2, 0), RET0 } },
	{ "arithmetic into nothing", .err = EACCES, .says = "access beyond struct task_struct",
	  .insns = { TASK, ADD_K(2, 128), LDX(DW, 2, 2, 0), RET0 } },
	{ "arithmetic by a number", .err = EACCES,
	  .says = "R2 is ptr_task_struct invalid variable offset: off=0, var_off=(0x0; 0x3)",
	  .insns = { TASK, LDX(DW, 3, 1, 8), ALU_K(EBPF_AND, 3, 3), ADD_X(2, 3), LDX(B, 0, 2, 0),
		     RET0 } },
	{ "the tail of a struct",
	  .insns = { LDX(DW, 2, 1, 24), LDX(W, 0, 2, 8 + 5 * 8 + 4), RET0 } },
	{ "numbers in the tail of a struct", .id = T_NUMBERS_FUNC,
	  .insns = { LDX(DW, 2, 1, 0), LDX(W, 0, 2, 8 + 9 * 4), RET0 } },
	{ "misfit in the tail", .err = EACCES, .says = "access beyond struct inner",
	  .insns = { LDX(DW, 2, 1, 24), LDX(DW, 0, 2, 12), RET0 } },
	{ "a union's first member decides", .err = EACCES, .says = "access beyond the end of member x",
	  .insns = { LDX(DW, 2, 1, 32), LDX(DW, 0, 2, 0), RET0 } },
	{ "user memory", .err = EACCES, .says = "R2 is ptr_task_struct access user memory: off=0",
	  .insns = { TASK, LDX(DW, 2, 2, 56), LDX(W, 0, 2, 0), RET0 } },
	{ "per-cpu memory", .id = T_EMPTY_FUNC, .err = EACCES,
	  .says = "R2 is ptr_task_struct access percpu memory: off=0",
	  .insns = { LDX(DW, 2, 1, 8), LDX(W, 0, 2, 0), RET0 } },
	{ "a tail of nothing", .id = T_EMPTY_FUNC, .err = EACCES,
	  .says = "access beyond struct empty_tail",
	  .insns = { LDX(DW, 2, 1, 0), LDX(W, 0, 2, 8), RET0 } },
	{ "a struct in itself", .id = T_SELF_FUNC, .err = EINVAL,
	  .insns = { LDX(DW, 2, 1, 0), LDX(W, 0, 2, 0), RET0 } },

	/* Never written to */
	{ "store", .err = EACCES, .says = "only read is supported",
	  .insns = { TASK, MOV_K(3, 0), STX(W, 2, 3, 0), RET0 } },
	{ "store of a constant", .err = EACCES, .says = "only read is supported",
	  .insns = { TASK, ST(W, 2, 0, 0), RET0 } },
	{ "atomic", .err = EACCES, .says = "only read is supported",
	  .insns = { TASK, MOV_K(3, 1), INSN(EBPF_STX | EBPF_ATOMIC | EBPF_W, 2, 3, 0, EBPF_ADD),
		     RET0 } },
	{ "atomic with result", .err = EACCES, .says = "only read is supported",
	  .insns = { TASK, MOV_K(3, 1),
		     INSN(EBPF_STX | EBPF_ATOMIC | EBPF_W, 2, 3, 0, EBPF_ADD | EBPF_FETCH), RET0 } },
	{ "as memory to be filled", .err = EACCES, .says = "R1 type=ptr_ expected=fp",
	  .insns = { LDX(DW, 1, 1, 0), MOV_K(2, 8), HELPER(get_current_comm), RET0 } },
	{ "as a map's key", .err = EACCES, .says = "R2 type=ptr_ expected=fp",
	  .insns = { TASK, LD_MAP(1, MAP_HASH), HELPER(map_lookup_elem), RET0 } },
	{ "as the address to read from", .insns = { LDX(DW, 3, 1, 0), MOV_X(1, FP), ADD_K(1, -8),
	  MOV_K(2, 8), HELPER(probe_read_kernel), RET0 } },

	/* One instruction, one kind of pointer */
	{ "a load by two kinds", .err = EINVAL,
	  .says = "same insn cannot be used with different pointers",
	  .insns = { LDX(DW, 2, 1, 0), LDX(DW, 3, 1, 8), ST(DW, FP, -8, 0), JMP_K(JEQ, 3, 0, 2),
		     MOV_X(2, FP), ADD_K(2, -8), LDX(W, 0, 2, 0), RET0 } },
	/* States with different structs are different. */
	{ "pruning compares types", .err = EACCES,
	  .says = "access beyond struct task_struct at off 200 size 4",
	  .insns = { TASK, LDX(DW, 3, 1, 8), JMP_K(JEQ, 3, 0, 1), LDX(DW, 2, 1, 24),
		     LDX(W, 2, 2, 200), RET0 } },
	{ "pruning compares offsets", .err = EACCES, .says = "cannot access ptr member parent",
	  .insns = { TASK, LDX(DW, 3, 1, 8), JMP_K(JEQ, 3, 0, 1), ADD_K(2, -16),
		     LDX(W, 2, 2, 16), RET0 } },

	/* Helpers */
	{ "an argument by number", .insns = { MOV_K(2, 1), ST(DW, FP, -8, 0), MOV_X(3, FP),
	  ADD_K(3, -8), HELPER(get_func_arg), RET0 } },
	{ "how many arguments", .insns = { HELPER(get_func_arg_cnt), RET0 } },
	{ "the result by helper", .attach = FEXIT, .insns = { ST(DW, FP, -8, 0), MOV_X(2, FP),
	  ADD_K(2, -8), HELPER(get_func_ret), RET0 } },
	{ "the result so far by helper", .attach = FMOD, .id = T_HOOK,
	  .insns = { ST(DW, FP, -8, 0), MOV_X(2, FP), ADD_K(2, -8), HELPER(get_func_ret),
		     LDX(DW, 0, FP, -8), EXIT } },
	{ "arguments by number of a tracepoint", .attach = TP_BTF, .id = T_TP, .err = EINVAL,
	  .says = "unknown func bpf_get_func_arg_cnt#185",
	  .insns = { HELPER(get_func_arg_cnt), RET0 } },
	{ "its address", .attach = TP_BTF, .id = T_TP, .err = EINVAL,
	  .says = "supported only for fentry/fexit/fmod_ret programs",
	  .insns = { HELPER(get_func_ip), RET0 } },
	{ "a cookie", .insns = { HELPER(get_attach_cookie), RET0 } },
	{ "a moved context", .err = EACCES, .says = "dereference of modified ctx ptr R1 off=8",
	  .insns = { ADD_K(1, 8), HELPER(get_func_arg_cnt), RET0 } },
	{ "the current task", .insns = { HELPER(get_current_task_btf), LDX(DW, 2, 0, 16),
	  LDX(W, 0, 2, 0), RET0 } },
	{ "beyond the current task", .err = EACCES, .says = "access beyond struct task_struct",
	  .insns = { HELPER(get_current_task_btf), LDX(DW, 2, 0, 64), RET0 } },
	{ "user registers of a task", .insns = { HELPER(get_current_task_btf), MOV_X(1, 0),
	  HELPER(task_pt_regs), LDX(DW, 0, 0, 128), RET0 } },
	{ "of a task that another points to", .insns = { LDX(DW, 1, 1, 0), LDX(DW, 1, 1, 16),
	  HELPER(task_pt_regs), LDX(DW, 0, 0, 128), RET0 } },
	{ "beyond the registers", .err = EACCES, .says = "access beyond struct pt_regs at off 168",
	  .insns = { HELPER(get_current_task_btf), MOV_X(1, 0), HELPER(task_pt_regs),
		     LDX(DW, 0, 0, 168), RET0 } },
	{ "registers of a struct that is no task", .err = EACCES,
	  .says = "R1 is of type flex but task_struct is expected",
	  .insns = { LDX(DW, 1, 1, 24), HELPER(task_pt_regs), RET0 } },
	{ "registers of a number", .err = EACCES, .says = "R1 type=scalar expected=ptr_",
	  .insns = { MOV_K(1, 1), HELPER(task_pt_regs), RET0 } },
	{ "registers of a member of a task", .err = EACCES,
	  .says = "R1 is of type task_struct but task_struct is expected",
	  .insns = { HELPER(get_current_task_btf), MOV_X(1, 0), ADD_K(1, 8),
		     HELPER(task_pt_regs), RET0 } },
	{ "registers behind a variable offset", .err = EACCES,
	  .says = "variable ptr_ access var_off=(0x0; 0xffffffff) disallowed", .insns = { LDX(W, 2, 1, 8),
	    LDX(DW, 1, 1, 0), ADD_X(1, 2), HELPER(task_pt_regs), RET0 } },
	{ "registers of a task of another address space", .err = EACCES,
	  .says = "R1 type=user_ptr_ expected=ptr_", .insns = { LDX(DW, 1, 1, 0),
	    LDX(DW, 1, 1, 56), HELPER(task_pt_regs), RET0 } },
	{ "the stack of a task", .insns = { HELPER(get_current_task_btf), MOV_X(1, 0),
	  MOV_X(2, FP), ADD_K(2, -64), MOV_K(3, 64), MOV_K(4, 0), HELPER(get_task_stack),
	  RET0 } },
	{ "the stack of a task, with too little room", .err = EACCES,
	  .says = "invalid indirect access to stack R2 off=-64 size=72",
	  .insns = { HELPER(get_current_task_btf), MOV_X(1, 0), MOV_X(2, FP), ADD_K(2, -64),
		     MOV_K(3, 72), MOV_K(4, 0), HELPER(get_task_stack), RET0 } },
	/* Pointers to an argument */
	{ "an argument through a moved context", .insns = { ADD_K(1, 8), LDX(W, 2, 1, 0), RET0 } },
	{ "before and behind it", .insns = { ADD_K(1, 8), LDX(DW, 2, 1, -8), LDX(W, 2, 2, 0),
	  LDX(DW, 2, 1, 16), LDX(W, 2, 2, 0), RET0 } },
	{ "of a type that the place decides", .err = EACCES, .says = "R2 invalid mem access 'scalar'",
	  .insns = { ADD_K(1, 8), LDX(DW, 2, 1, 0), LDX(W, 2, 2, 0), RET0 } },
	{ "of two places, one no pointer", .err = EACCES, .says = "R2 invalid mem access 'scalar'",
	  .insns = { LDX(W, 2, 1, 8), JMP_K(JEQ, 2, 0, 1), ADD_K(1, 8), LDX(DW, 2, 1, 0),
		     LDX(W, 2, 2, 0), RET0 } },
	{ "kept on the stack", .insns = { ADD_K(1, 24), STX(DW, FP, 1, -8), LDX(DW, 3, FP, -8),
	  LDX(DW, 3, 3, 0), LDX(W, 3, 3, 0), RET0 } },
	{ "beyond all arguments", .err = EACCES, .says = "func 'traced' doesn't have 7-th argument",
	  .insns = { ADD_K(1, 48), LDX(DW, 2, 1, 0), RET0 } },
	{ "beyond all slots", .err = EACCES, .says = "invalid bpf_context access off=96 size=8",
	  .insns = { ADD_K(1, 88), LDX(DW, 2, 1, 8), RET0 } },
	{ "between arguments", .err = EACCES, .says = "is not multiple of 8",
	  .insns = { ADD_K(1, 4), LDX(W, 2, 1, 0), RET0 } },
	{ "before the context", .err = EACCES, .says = "negative offset ctx ptr R1 off=-8 disallowed",
	  .insns = { ADD_K(1, -8), LDX(DW, 2, 1, 8), RET0 } },
	{ "an unknown argument", .err = EACCES, .says = "variable ctx access var_off=(0x0; 0x8)",
	  .insns = { LDX(W, 2, 1, 8), ALU_K(EBPF_AND, 2, 8), ADD_X(1, 2), LDX(DW, 2, 1, 0), RET0 } },
	{ "writing to one", .err = EACCES, .says = "invalid bpf_context access off=8 size=8",
	  .insns = { MOV_K(2, 0), ADD_K(1, 8), STX(DW, 1, 2, 0), RET0 } },
	{ "a moved context to a helper", .err = EACCES,
	  .says = "dereference of modified ctx ptr R1 off=8 disallowed",
	  .insns = { ADD_K(1, 8), MOV_K(2, 0), MOV_X(3, FP), ADD_K(3, -8), MOV_K(4, 8),
		     ST(DW, FP, -8, 0), HELPER(get_stack), RET0 } },
	/* Variables of the kernel */
	{ "a number of this CPU", .insns = { KSYM(1, T_CPU_NR), HELPER(this_cpu_ptr),
	  LDX(W, 0, 0, 0), RET0 } },
	{ "beyond a number", .err = EACCES, .says = "invalid access to memory, mem_size=4 off=4",
	  .insns = { KSYM(1, T_CPU_NR), HELPER(this_cpu_ptr), LDX(W, 0, 0, 4), RET0 } },
	{ "writing a number", .err = EACCES, .says = "R0 cannot write into rdonly_mem",
	  .insns = { KSYM(1, T_CPU_NR), HELPER(this_cpu_ptr), ST(W, 0, 0, 0), RET0 } },
	{ "a struct of another CPU", .insns = { KSYM(1, T_RUNQ), MOV_K(2, 1),
	  HELPER(per_cpu_ptr), JMP_K(JEQ, 0, 0, 1), LDX(DW, 0, 0, 16), RET0 } },
	{ "a struct of another CPU, which may not be there", .err = EACCES,
	  .says = "R0 invalid mem access 'ptr_or_null_'",
	  .insns = { KSYM(1, T_RUNQ), MOV_K(2, 1), HELPER(per_cpu_ptr), LDX(DW, 0, 0, 16),
		     RET0 } },
	{ "a per-CPU variable by its bare address", .err = EACCES,
	  .says = "is ptr_task_struct access percpu memory: off=0",
	  .insns = { KSYM(1, T_RUNQ), LDX(W, 0, 1, 0), RET0 } },
	{ "a task as a per-CPU variable", .err = EACCES,
	  .says = "R1 type=ptr_ expected=percpu_ptr_",
	  .insns = { TASK, MOV_X(1, 2), HELPER(this_cpu_ptr), RET0 } },
	{ "inside a per-CPU variable", .err = EACCES, .says = "disallowed",
	  .insns = { KSYM(1, T_RUNQ), ADD_K(1, 8), HELPER(this_cpu_ptr), RET0 } },
	{ "a variable there is once", .insns = { KSYM(1, T_JIFFIES), LDX(DW, 0, 1, 0), RET0 } },
	{ "beyond it", .err = EACCES, .says = "invalid access to memory, mem_size=8 off=8",
	  .insns = { KSYM(1, T_JIFFIES), LDX(DW, 0, 1, 8), RET0 } },
	{ "the address of a function", .insns = { KSYM(1, T_TRACED), RET0 } },
	{ "what a function consists of", .err = EACCES,
	  .says = "invalid access to memory, mem_size=0 off=0 size=1",
	  .insns = { KSYM(1, T_TRACED), LDX(B, 0, 1, 0), RET0 } },
	{ "a symbol without address", .err = ENOENT,
	  .says = "failed to find the address for kernel symbol 'variadic'",
	  .insns = { KSYM(1, T_VA), RET0 } },
	{ "a type as a symbol", .err = EINVAL, .says = "isn't KIND_VAR or KIND_FUNC.",
	  .insns = { KSYM(1, T_TASK), RET0 } },
	{ "no type as a symbol", .err = ENOENT, .says = "ldimm64 insn specifies invalid btf_id",
	  .insns = { KSYM(1, T_END), RET0 } },
	{ "a helper of socket programs", .err = EINVAL, .says = "unknown func bpf_skb_load_bytes#26",
	  .insns = { HELPER(skb_load_bytes), RET0 } },
};

static void load_case(const struct trace_case *c, u32 flags, u32 log_level)
{
	struct ebpf_load load = {
		.prog_flags = flags,
		.prog_type = EBPF_PROG_TYPE_TRACING,
		.expected_attach_type = c->attach ? c->attach : EBPF_TRACE_FENTRY,
		.attach_btf_id = c->id ? c->id : T_TRACED,
		.attach_btf = btf,
		.vmlinux_btf = btf,
		.gpl_compatible = true,
		.insns = c->insns,
		.insn_cnt = verif_len(c->insns, 24),
	};

	verif_load(&res, &load, log_level);
}

static bool case_ok(const struct trace_case *c, u32 flags)
{
	unsigned long bugs = test_bugs();
	bool ok;

	load_case(c, flags, EBPF_LOG_LEVEL1);
	ok = res.err == -c->err && (!c->says || strstr(res.log, c->says)) && bugs == test_bugs();
	if (!ok)
		printf("# want %d \"%s\", got %d:\n%s\n", -c->err, c->says ? c->says : "", res.err,
		       res.log);
	return ok;
}

static void test_log(void)
{
	static const struct trace_case c = { "", .insns = { TASK, LDX(DW, 3, 2, 16), RET0 } };

	load_case(&c, 0, EBPF_LOG_LEVEL2);
	tap_ok(strstr(res.log, "func 'traced' arg0 has btf_id 6 type STRUCT 'task_struct'"),
	       "the log names an argument's type");
	tap_ok(strstr(res.log, "R2_w=ptr_task_struct(off=0,imm=0)"), "and a register's");
}

/* A TRACING program that reads user memory. */
#define COPY	MOV_X(1, FP), ADD_K(1, -8), MOV_K(2, 8), MOV_K(3, 0), HELPER(copy_from_user)

static const struct trace_case sleepable_cases[] = {
	{ "fentry of a system call sleeps", .id = T_SYSCALL, .insns = { COPY, RET0 } },
	{ "fexit of a system call sleeps", .attach = FEXIT, .id = T_SYSCALL, .insns = { COPY, RET0 } },
	{ "fmod_ret of a system call sleeps", .attach = FMOD, .id = T_SYSCALL,
	  .insns = { COPY, RET0 } },
	{ "an iterator sleeps", .attach = EBPF_TRACE_ITER, .id = T_ITER, .insns = { COPY, RET0 } },
	{ "an iterator over files", .attach = ITER, .id = T_ITER_FILE, .insns = { RET0 } },
	{ "one over areas does not", .attach = ITER, .id = T_ITER_VMA, .err = EINVAL,
	  .says = "bpf_iter_task_vma is not sleepable", .insns = { RET0 } },
	{ "fentry of another function does not", .err = EINVAL, .says = "traced is not sleepable",
	  .insns = { RET0 } },
	{ "nor fexit", .attach = FEXIT, .err = EINVAL, .says = "traced is not sleepable",
	  .insns = { RET0 } },
	{ "nor fmod_ret of what it may modify", .attach = FMOD, .id = T_HOOK, .err = EINVAL,
	  .says = "security_hook is not sleepable", .insns = { RET0 } },
	{ "what begins with sys_ and returns an int", .id = T_NO_SYSCALL, .err = EINVAL,
	  .says = "sys_int is not sleepable", .insns = { RET0 } },
	{ "a tracepoint is no place to sleep", .attach = TP_BTF, .id = T_TP, .err = EINVAL,
	  .says = "Only fentry/fexit/fmod_ret, lsm, and kprobe/uprobe programs can be sleepable",
	  .insns = { RET0 } },
	{ "no map of stack traces", .id = T_SYSCALL, .err = EINVAL,
	  .says = "Sleepable programs can only use array, hash, and ringbuf maps",
	  .insns = { LD_MAP(1, MAP_STACKS), RET0 } },
};

static void test_sleepable(void)
{
	static const struct trace_case awake = { "", .id = T_SYSCALL, .err = EINVAL,
		.says = "helper call might sleep in a non-sleepable prog", .insns = { COPY, RET0 } };
	static const struct trace_case lock = { "", .id = T_SYSCALL, .err = EINVAL,
		.says = "sleepable progs cannot use bpf_spin_lock yet",
		.insns = { LD_MAP(1, MAP_ARRAY), RET0 } };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(sleepable_cases); i++)
		tap_ok(case_ok(&sleepable_cases[i], EBPF_F_SLEEPABLE), "%s",
		       sleepable_cases[i].name);
	tap_ok(case_ok(&awake, 0), "copy_from_user is for those that sleep");
	fake_map_of(MAP_ARRAY)->map.spin_lock_off = 0;
	tap_ok(case_ok(&lock, EBPF_F_SLEEPABLE), "no map with locks");
	fake_map_of(MAP_ARRAY)->map.spin_lock_off = -EINVAL;
}

static void test_image(void)
{
	static const struct trace_case c = {
		"", .id = T_BY_VALUE, .attach = FEXIT,
		.insns = { LDX(DW, 2, 1, 16), LDX(W, 3, 2, 0), RET0 },
	};
	const struct ebpf_attach_target *t = &res.img.target;

	load_case(&c, 0, 0);
	tap_ok(!res.err && res.img.insns[0].code == (EBPF_LDX | EBPF_MEM | EBPF_DW),
	       "loads of the context stay");
	tap_ok(!res.err && res.img.insns[1].code == (EBPF_LDX | EBPF_PROBE_MEM | EBPF_W),
	       "loads through kernel pointers may fault");
	tap_ok(t->btf_id == T_BY_VALUE && !strcmp(t->name, "by_value") && t->nr_args == 2 &&
	       t->nr_slots == 3 && t->ret_size == 8 && t->arg_size[0] == 16 &&
	       t->arg_size[1] == 8 && t->arg_slot[1] == 2, "the target is described");
}

static void test_without(void)
{
	static const struct ebpf_insn prog[] = { RET0 };
	static const struct ebpf_insn task[] = { HELPER(get_current_task_btf), RET0 };
	struct ebpf_load load = {
		.prog_type = EBPF_PROG_TYPE_TRACING, .expected_attach_type = EBPF_TRACE_FENTRY,
		.insns = prog, .insn_cnt = ARRAY_SIZE(prog), .gpl_compatible = true,
	};

	verif_load(&res, &load, EBPF_LOG_LEVEL1);
	tap_ok(res.err == -EINVAL && strstr(res.log, "Tracing programs must provide btf_id"),
	       "no target");
	load.attach_btf_id = T_TRACED;
	verif_load(&res, &load, EBPF_LOG_LEVEL1);
	tap_ok(res.err == -EINVAL && strstr(res.log, "BTF of the running kernel"), "no BTF");
	load.prog_type = EBPF_PROG_TYPE_KPROBE;
	load.insns = task;
	load.insn_cnt = ARRAY_SIZE(task);
	verif_load(&res, &load, EBPF_LOG_LEVEL1);
	tap_ok(res.err == -EINVAL && strstr(res.log, "BTF of the running kernel"),
	       "a helper that needs it");
	load.vmlinux_btf = btf;
	verif_load(&res, &load, EBPF_LOG_LEVEL1);
	tap_ok(!res.err, "kprobes may ask for the current task, too");
}

/* bpf_find_vma(R1, 0, function behind these and an exit, R4, 0). Seven slots. */
#define FIND_VMA	MOV_K(2, 0), LD64_PSEUDO(3, EBPF_PSEUDO_FUNC, 5, 0), MOV_K(5, 0), \
			HELPER(find_vma), RET0

static const struct verif_case vma_cases[] = {
	{ "what the function of find_vma gets", .insns = { HELPER(get_current_task_btf), MOV_X(1, 0),
	    ST(DW, FP, -8, 0), MOV_X(4, FP), ADD_K(4, -8), FIND_VMA, LDX(DW, 4, 2, 8), LDX(W, 5, 1, 0),
	    STX(DW, 3, 4, 0), RET0 } },
	/* Though it is called once: as in Linux from 6.7 on. */
	{ "what it writes is not known", .err = EINVAL, .says = "unbounded min value", .insns = {
	    HELPER(get_current_task_btf), MOV_X(1, 0), ST(DW, FP, -8, 0), MOV_X(4, FP), ADD_K(4, -8), MOV_K(2, 0),
	    LD64_PSEUDO(3, EBPF_PSEUDO_FUNC, 10, 0), MOV_K(5, 0), HELPER(find_vma), LDX(DW, 5, FP, -8),
	    LD_MAP_VALUE(1, MAP_ARRAY, 0), ADD_X(1, 5), LDX(B, 0, 1, 0), RET0,
	    LDX(DW, 5, 3, 0), ADD_K(5, 1), STX(DW, 3, 5, 0), RET0 } },
	{ "an area written", .err = EACCES, .says = "only read is supported",
	  .insns = { HELPER(get_current_task_btf), MOV_X(1, 0), MOV_K(4, 0), FIND_VMA,
		     ST(DW, 2, 0, 0), RET0 } },
	{ "beyond an area", .err = EACCES, .says = "access beyond struct vm_area_struct at off 16",
	  .insns = { HELPER(get_current_task_btf), MOV_X(1, 0), MOV_K(4, 0), FIND_VMA,
		     LDX(DW, 0, 2, 16), RET0 } },
	{ "an area of no task", .err = EACCES, .says = "R1 type=scalar expected=ptr_",
	  .insns = { MOV_K(1, 0), MOV_K(4, 0), FIND_VMA, RET0 } },
	{ "... with memory of a map to pass on", .err = EACCES, .says = "R4 type=map_value expected=fp",
	  .insns = { HELPER(get_current_task_btf), MOV_X(1, 0), LD_MAP_VALUE(4, MAP_ARRAY, 0), FIND_VMA,
		     RET0 } },
};

static void test_find_vma(const struct verif_case *c)
{
	struct ebpf_func_info funcs[VERIF_INSNS];
	u32 cnt = verif_len(c->insns, VERIF_INSNS);
	struct ebpf_load load = {
		.prog_type = EBPF_PROG_TYPE_KPROBE, .gpl_compatible = true, .btf = btf,
		.vmlinux_btf = btf, .insns = c->insns, .insn_cnt = cnt,
		.func_info = funcs, .func_info_rec_size = sizeof(funcs[0]),
		.func_info_cnt = verif_funcs(c->insns, cnt, funcs, T_CB),
	};

	verif_load(&res, &load, EBPF_LOG_LEVEL1);
	if (!tap_ok(res.err == -c->err && (!c->says || strstr(res.log, c->says)), "%s", c->name))
		tap_diag("got %d: %s", res.err, res.log);
}

int main(void)
{
	u32 i;

	verif_maps();
	btf = tracing_btf();
	if (!btf) {
		tap_ok(false, "BTF for the tests");
		return tap_end();
	}
	for (i = 0; i < ARRAY_SIZE(cases); i++)
		tap_ok(case_ok(&cases[i], 0) && case_ok(&cases[i], EBPF_F_TEST_STATE_FREQ),
		       "%s", cases[i].name);
	test_log();
	test_sleepable();
	test_image();
	test_without();
	for (i = 0; i < ARRAY_SIZE(vma_cases); i++)
		test_find_vma(&vma_cases[i]);
	ebpf_prog_image_free(&res.img);
	words_destroy(btf);
	return tap_end();
}
