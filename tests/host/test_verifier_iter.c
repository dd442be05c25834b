// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls of kernel functions, and loops over the numbers of an iterator or the bits of one: which
 * are taken, that they end, and what they compute.
 */
#include <limits.h>
#include <ebpf/jit.h>
#include <tap.h>
#include <verifier/watch.h>
#include "image_run.h"
#include "kfunc_btf.h"
#include "services.h"
#include "verif_run.h"
#include "kmod/prog/nofault.h"

#define FP	EBPF_REG_10
#define MAY_GOTO(o)	INSN(EBPF_JMP | EBPF_JCOND, 0, EBPF_MAY_GOTO, o, 0)
/* R0 = byte @reg of a map value. Four slots. */
#define USE(reg)	LD_MAP_VALUE(1, MAP_ARRAY, 0), ADD_X(1, reg), LDX(B, 0, 1, 0)
/* R6 counts what the iterator at R10 - 8 yields: nine instructions. */
#define COUNT		ITER_NEXT(-8), JMP_K(JEQ, 0, 0, 2), ADD_K(6, 1), JA(-6), ITER_DESTROY(-8)
/* The same of bits, of those at R10 - 32. */
#define BITS_MAKE(nr)	MOV_X(4, FP), ADD_K(4, -32), BITS_NEW(-16, 4, nr)
#define BITS_COUNT	BITS_NEXT(-16), JMP_K(JEQ, 0, 0, 2), ADD_K(6, 1), JA(-6), BITS_DESTROY(-16)
#define TWO_WORDS	ST(DW, FP, -32, 0x301), ST(DW, FP, -24, 0x11)
#define RET6		MOV_X(0, 6), EXIT
#define RET0		MOV_K(0, 0), EXIT

struct iter_case {
	struct verif_case c;
	u64 ret;
	bool run;
};

extern struct ebpf_jit_env jit_env;	/* of jit_run.c */

static struct ebpf_btf *kernel_btf, *kfunc_btf, *prog_btf;
static struct verif_result res;

/* What a line leaves out is zero. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

static const struct iter_case cases[] = {
	{ { "the sum of some numbers", .insns = { MOV_K(6, 0), ITER_NEW(-8, 3, 7), ITER_NEXT(-8),
	    JMP_K(JEQ, 0, 0, 3), LDX(W, 1, 0, 0), ADD_X(6, 1), JA(-7), ITER_DESTROY(-8), RET6 } },
	  3 + 4 + 5 + 6, true },
	{ { "none", .insns = { MOV_K(6, 0), ITER_NEW(-8, 3, 3), COUNT, RET6 } }, 0, true },
	{ { "from a greater number to a smaller", .insns = { MOV_K(6, 0), ITER_NEW(-8, 4, 3), COUNT,
	    RET6 } }, 0, true },
	{ { "that is an error", .insns = { ITER_NEW(-8, 4, 3), MOV_X(6, 0), ITER_DESTROY(-8), RET6 } },
	  -EINVAL, true },
	{ { "too many", .insns = { MOV_K(6, 0), ITER_NEW(-8, -1, 8 << 20), COUNT, RET6 } }, 0, true },
	{ { "that is another error", .insns = { ITER_NEW(-8, -1, 8 << 20), MOV_X(6, 0),
	    ITER_DESTROY(-8), RET6 } }, -E2BIG, true },
	{ { "as many as can be", .insns = { MOV_K(6, 0), ITER_NEW(-8, 0, 8 << 20), COUNT, RET6 } },
	  8 << 20, true },
	{ { "from the smallest number", .insns = { MOV_K(6, 0), ITER_NEW(-8, INT_MIN, INT_MIN + 3),
	    COUNT, RET6 } }, 3, true },
	{ { "up to the largest", .insns = { MOV_K(6, 0), ITER_NEW(-8, INT_MAX - 2, INT_MAX), COUNT,
	    RET6 } }, 2, true },
	{ { "over zero", .insns = { MOV_K(6, 0), ITER_NEW(-8, -3, 3), COUNT, RET6 } }, 6, true },
	{ { "a loop that is left early", .insns = { MOV_K(6, 0), ITER_NEW(-8, 0, 9), ITER_NEXT(-8),
	    JMP_K(JEQ, 0, 0, 4), LDX(W, 6, 0, 0), JMP_K(JEQ, 6, 5, 1), JA(-7), JA(0),
	    ITER_DESTROY(-8), RET6 } }, 5, true },
	{ { "a loop in a loop", .insns = { MOV_K(6, 0), ITER_NEW(-8, 0, 4), ITER_NEXT(-8),
	    JMP_K(JEQ, 0, 0, 15), ITER_NEW(-16, 0, 5), ITER_NEXT(-16), JMP_K(JEQ, 0, 0, 2),
	    ADD_K(6, 1), JA(-6), ITER_DESTROY(-16), JA(-19), ITER_DESTROY(-8), RET6 } }, 20, true },
	{ { "one after the other in one slot", .insns = { MOV_K(6, 0), ITER_NEW(-8, 0, 4), COUNT,
	    ITER_NEW(-8, 0, 5), COUNT, RET6 } }, 9, true },
	{ { "at its end it stays there", .insns = { ITER_NEW(-8, 0, 1), ITER_NEXT(-8),
	    JMP_K(JNE, 0, 0, -4), ITER_NEXT(-8), MOV_X(6, 0), ITER_DESTROY(-8), RET6 } }, 0, true },
	{ { "an iterator of the caller's", .insns = { MOV_K(6, 0), ITER_NEW(-8, 0, 4), ITER_AT(-8),
	    CALL(8), JMP_K(JEQ, 0, 0, 2), ADD_X(6, 0), JA(-6), ITER_DESTROY(-8), RET6,
	    KFUNC(KF_NEXT), JMP_K(JEQ, 0, 0, 1), MOV_K(0, 3), EXIT } }, 12, true },
	{ { "one made and ended by functions", .insns = { MOV_K(6, 0), ITER_AT(-8), CALL(11),
	    ITER_NEXT(-8), JMP_K(JEQ, 0, 0, 2), ADD_K(6, 1), JA(-6), ITER_AT(-8), CALL(6),
	    RET6, MOV_K(2, 0), MOV_K(3, 7), KFUNC(KF_NEW), EXIT,
	    KFUNC(KF_DESTROY), RET0 } }, 7, true },
	{ { "a loop in a function that a loop calls", .insns = { MOV_K(6, 0), ITER_NEW(-8, 0, 3),
	    ITER_NEXT(-8), JMP_K(JEQ, 0, 0, 3), CALL(7), ADD_X(6, 0), JA(-7), ITER_DESTROY(-8), RET6,
	    MOV_K(6, 0), ITER_NEW(-8, 0, 2), COUNT, RET6 } }, 6, true },
	{ { "a number of the loop's own that grows", .insns = { LDX(DW, 7, 1, 0), MOV_K(6, 0),
	    ITER_NEW(-8, 0, 100), ITER_NEXT(-8), JMP_K(JEQ, 0, 0, 7), JMP_K(JGT, 7, 40, 6), USE(7),
	    ADD_K(7, 1), JA(-11), ITER_DESTROY(-8), RET0 } } },
	{ { "the number as an index", .insns = { ITER_NEW(-8, 0, 40), ITER_NEXT(-8),
	    JMP_K(JEQ, 0, 0, 7), LDX(W, 7, 0, 0), JMP_K(JGT, 7, 40, 5), USE(7), JA(-11),
	    ITER_DESTROY(-8), RET0 } } },
	{ { "rounds and numbers", .insns = { MOV_K(6, 0), ITER_NEW(-8, 0, 3), ITER_NEXT(-8),
	    JMP_K(JEQ, 0, 0, 4), MAY_GOTO(2), ADD_K(6, 1), JA(-3), JA(-8), ITER_DESTROY(-8),
	    RET0 } } },
	{ { "in rounds", .insns = { MAY_GOTO(15), ITER_NEW(-8, 0, 3), ITER_NEXT(-8),
	    JMP_K(JEQ, 0, 0, 1), JA(-5), ITER_DESTROY(-8), MOV_K(0, 0), JA(-16), RET0 } } },
	{ { "with bpf_loop inside", .insns = { ITER_NEW(-8, 0, 3), ITER_NEXT(-8),
	    JMP_K(JEQ, 0, 0, 7), MOV_K(1, 2), LD64_PSEUDO(2, EBPF_PSEUDO_FUNC, 10, 0), MOV_K(3, 0),
	    MOV_K(4, 0), HELPER(loop), JA(-11), ITER_DESTROY(-8), RET0, RET0 } } },
	{ { "the log tells", .says = "fp-8=iter_num(id=1,state=active,depth=0)",
	    .insns = { ITER_NEW(-8, 0, 3), ITER_DESTROY(-8), RET0 } } },
	{ { "names, too", .says = "call bpf_iter_num_new#23",
	    .insns = { ITER_NEW(-8, 0, 3), ITER_DESTROY(-8), RET0 } } },
	/* What is forgotten of one round must be found out in the next. */
	{ { "an index that grows", .err = EACCES, .says = "invalid access to map value",
	    .insns = { MOV_K(6, 0), ITER_NEW(-8, 0, 9), COUNT, USE(6), EXIT } } },
	{ { "in a slot", .err = EINVAL, .says = "unbounded min value",
	    .insns = { LDX(DW, 7, 1, 0), ST(DW, FP, -16, 1), ITER_NEW(-8, 0, 9), ITER_NEXT(-8),
		       JMP_K(JEQ, 0, 0, 2), STX(DW, FP, 7, -16), JA(-6), ITER_DESTROY(-8),
		       LDX(DW, 6, FP, -16), USE(6), EXIT } } },
	{ { "a pointer that moves", .err = EACCES, .says = "invalid access to map value, value_size=48 off=48",
	    .insns = { LD_MAP_VALUE(7, MAP_ARRAY, 0), ITER_NEW(-8, 0, 9), ITER_NEXT(-8),
		       JMP_K(JEQ, 0, 0, 3), LDX(B, 1, 7, 0), ADD_K(7, 1), JA(-7), ITER_DESTROY(-8),
		       RET0 } } },
	/* References. */
	{ { "never given back", .err = EINVAL, .says = "Unreleased reference id=1 alloc_insn=4",
	    .insns = { ITER_NEW(-8, 0, 3), RET0 } } },
	{ { "left in a function's frame", .err = EINVAL, .says = "Unreleased reference id=1",
	    .insns = { CALL(2), RET0, ITER_NEW(-8, 0, 3), EXIT } } },
	{ { "made twice", .err = EINVAL, .says = "expected uninitialized iter_num as R1",
	    .insns = { ITER_NEW(-8, 0, 3), ITER_NEW(-8, 0, 3), RET0 } } },
	{ { "ended twice", .err = EINVAL, .says = "expected an initialized iter_num as R1",
	    .insns = { ITER_NEW(-8, 0, 3), ITER_DESTROY(-8), ITER_DESTROY(-8), RET0 } } },
	{ { "never made", .err = EINVAL, .says = "expected an initialized iter_num as R1",
	    .insns = { ST(DW, FP, -8, 0), ITER_NEXT(-8), RET0 } } },
	{ { "used after its end", .err = EINVAL, .says = "expected an initialized iter_num as R1",
	    .insns = { ITER_NEW(-8, 0, 3), ITER_DESTROY(-8), ITER_NEXT(-8), RET0 } } },
	{ { "written over", .err = EINVAL, .says = "expected an initialized iter_num as R1",
	    .insns = { ITER_NEW(-8, 0, 3), ST(B, FP, -5, 1), ITER_DESTROY(-8), RET0 } } },
	{ { "written over and left", .err = EINVAL, .says = "Unreleased reference id=1",
	    .insns = { ITER_NEW(-8, 0, 3), ST(DW, FP, -8, 1), RET0 } } },
	{ { "written over somewhere", .err = EINVAL, .says = "expected an initialized iter_num as R1",
	    .insns = { LDX(DW, 6, 1, 0), ALU_K(EBPF_AND, 6, 7), ITER_NEW(-8, 0, 3), MOV_X(2, FP),
		       ADD_X(2, 6), ST(B, 2, -12, 0), ITER_DESTROY(-8), RET0 } } },
	{ { "written over by a helper", .err = EINVAL,
	    .says = "expected an initialized iter_num as R1",
	    .insns = { ITER_NEW(-8, 0, 3), ITER_AT(-8), MOV_K(2, 8), MOV_K(3, 0),
		       HELPER(probe_read_kernel), ITER_DESTROY(-8), RET0 } } },
	{ { "read", .err = EACCES, .says = "invalid read from stack off -8+0 size 8",
	    .insns = { ITER_NEW(-8, 0, 3), LDX(DW, 6, FP, -8), ITER_DESTROY(-8), RET0 } } },
	{ { "read in part", .err = EACCES, .says = "invalid read from stack off -5+0 size 1",
	    .insns = { ITER_NEW(-8, 0, 3), LDX(B, 6, FP, -5), ITER_DESTROY(-8), RET0 } } },
	{ { "read somewhere", .err = EACCES, .says = "invalid read from stack R2 off -15+7 size 8",
	    .insns = { LDX(DW, 6, 1, 0), ALU_K(EBPF_AND, 6, 7), ITER_NEW(-8, 0, 3), MOV_X(2, FP),
		       ADD_X(2, 6), LDX(B, 0, 2, -15), ITER_DESTROY(-8), RET0 } } },
	{ { "read by a helper", .err = EACCES, .says = "invalid indirect read from stack R2",
	    .insns = { ITER_NEW(-8, 0, 3), LD_MAP(1, MAP_HASH), MOV_X(2, FP), ADD_K(2, -8),
		       HELPER(map_lookup_elem), ITER_DESTROY(-8), RET0 } } },
	{ { "added to at once", .err = EACCES, .says = "invalid read from stack off -8+0 size 8",
	    .insns = { ITER_NEW(-8, 0, 3), MOV_K(6, 1), ATOMIC(DW, EBPF_ADD, FP, 6, -8),
		       ITER_DESTROY(-8), RET0 } } },
	{ { "a tail call while there is one", .err = EINVAL,
	    .says = "tail_call would lead to reference leak",
	    .insns = { MOV_X(6, 1), ITER_NEW(-8, 0, 3), MOV_X(1, 6), LD_MAP(2, MAP_PROGS),
		       MOV_K(3, 0), HELPER(tail_call), ITER_DESTROY(-8), RET0 } } },
	/* What NEXT returns. */
	{ { "read unasked", .err = EACCES, .says = "R0 invalid mem access 'scalar'",
	    .insns = { ITER_NEW(-8, 0, 3), ITER_NEXT(-8), LDX(W, 6, 0, 0), ITER_DESTROY(-8),
		       RET0 } } },
	{ { "read after the end", .err = EACCES, .says = "R6 invalid mem access 'scalar'",
	    .insns = { ITER_NEW(-8, 0, 3), ITER_NEXT(-8), MOV_X(6, 0), ITER_DESTROY(-8),
		       JMP_K(JEQ, 6, 0, 1), LDX(W, 6, 6, 0), RET0 } } },
	{ { "more of it read", .err = EACCES, .says = "invalid access to memory, mem_size=4 off=0 size=8",
	    .insns = { ITER_NEW(-8, 0, 3), ITER_NEXT(-8), JMP_K(JEQ, 0, 0, 1), LDX(DW, 6, 0, 0),
		       ITER_DESTROY(-8), RET0 } } },
	{ { "written", .err = EACCES, .says = "R0 cannot write into rdonly_mem",
	    .insns = { ITER_NEW(-8, 0, 3), ITER_NEXT(-8), JMP_K(JEQ, 0, 0, 1), ST(W, 0, 0, 0),
		       ITER_DESTROY(-8), RET0 } } },
	/* Loops that do not end. */
	{ { "inside", .err = EINVAL, .says = "infinite loop detected",
	    .insns = { ITER_NEW(-8, 0, 3), ITER_NEXT(-8), JMP_K(JEQ, 0, 0, 2), MOV_K(6, 1),
		       JMP_K(JEQ, 6, 1, -2), ITER_DESTROY(-8), RET0 } } },
	{ { "nobody asks whether there is a number", .err = EINVAL, .says = "infinite loop detected",
	    .insns = { MOV_K(6, 0), ITER_NEW(-8, 0, 3), ITER_NEXT(-8), JMP_K(JEQ, 6, 0, -4),
		       EXIT } } },
	{ { "made anew each time", .err = E2BIG,
	    .insns = { ITER_NEW(-8, 0, 3), ITER_NEXT(-8), JMP_K(JEQ, 0, 0, 4), ITER_DESTROY(-8),
		       JA(-13), ITER_DESTROY(-8), RET0 } } },
	{ { "each makes the other's anew", .err = EFAULT, .says = "jumps is too complex",
	    .insns = { ITER_NEW(-8, 0, 3), ITER_NEW(-16, 0, 3),
		       ITER_NEXT(-8), JMP_K(JEQ, 0, 0, 9), ITER_DESTROY(-16), ITER_NEW(-16, 0, 3),
		       JA(-13),
		       ITER_NEXT(-16), JMP_K(JEQ, 0, 0, 9), ITER_DESTROY(-8), ITER_NEW(-8, 0, 3),
		       JA(-26),
		       ITER_DESTROY(-8), ITER_DESTROY(-16), RET0 } } },
	{ { "the older one makes the younger anew", .insns = { MOV_K(6, 0), ITER_NEW(-8, 0, 3),
	    ITER_NEW(-16, 0, 2), ITER_NEXT(-16), JMP_K(JEQ, 0, 0, 2), ADD_K(6, 1), JA(-6),
	    ITER_NEXT(-8), JMP_K(JEQ, 0, 0, 9), ITER_DESTROY(-16), ITER_NEW(-16, 0, 2), JA(-19),
	    ITER_DESTROY(-8), ITER_DESTROY(-16), RET6 } }, 8, true },
	/* Arguments. */
	{ { "no pointer to the stack", .err = EINVAL,
	    .says = "R1 expected pointer to an iterator on stack",
	    .insns = { LD_MAP_VALUE(1, MAP_ARRAY, 0), MOV_K(2, 0), MOV_K(3, 1), KFUNC(KF_NEW),
		       RET0 } } },
	{ { "between two slots", .err = EINVAL, .says = "cannot pass in iter at an offset=-12",
	    .insns = { ITER_NEW(-12, 0, 3), RET0 } } },
	{ { "somewhere in the stack", .err = EINVAL, .says = "iter has to be at a constant offset",
	    .insns = { LDX(DW, 6, 1, 0), ALU_K(EBPF_AND, 6, 8), ITER_AT(-16), ADD_X(1, 6),
		       MOV_K(2, 0), MOV_K(3, 1), KFUNC(KF_NEW), RET0 } } },
	{ { "below the stack", .err = EACCES, .says = "invalid write to stack R1 off=-520 size=8",
	    .insns = { ITER_NEW(-520, 0, 3), RET0 } } },
	{ { "above it", .err = EACCES, .says = "invalid write to stack R1 off=0 size=8",
	    .insns = { ITER_NEW(0, 0, 3), RET0 } } },
	{ { "a pointer for a number", .err = EINVAL, .says = "R3 is not a scalar",
	    .insns = { ITER_AT(-8), MOV_K(2, 0), MOV_X(3, FP), KFUNC(KF_NEW), RET0 } } },
	{ { "nothing for a number", .err = EACCES, .says = "R3 !read_ok",
	    .insns = { ITER_AT(-8), MOV_K(2, 0), KFUNC(KF_NEW), RET0 } } },
	{ { "a callback takes from its caller's", .err = EACCES,
	    .says = "callbacks cannot use iterators in stack frames of their callers",
	    .insns = { ITER_NEW(-8, 0, 3), MOV_K(1, 2), LD64_PSEUDO(2, EBPF_PSEUDO_FUNC, 10, 0),
		       MOV_X(3, FP), ADD_K(3, -8), MOV_K(4, 0), HELPER(loop), ITER_DESTROY(-8),
		       RET0, MOV_X(1, 2), KFUNC(KF_NEXT), RET0 } } },
	{ { "a callback leaves one", .err = EINVAL, .says = "Unreleased reference",
	    .insns = { MOV_K(1, 2), LD64_PSEUDO(2, EBPF_PSEUDO_FUNC, 5, 0), MOV_K(3, 0),
		       MOV_K(4, 0), HELPER(loop), EXIT, ITER_NEW(-8, 0, 3), RET0 } } },
	{ { "a callback with a loop of its own", .insns = { MOV_K(1, 2),
	    LD64_PSEUDO(2, EBPF_PSEUDO_FUNC, 5, 0), MOV_K(3, 0), MOV_K(4, 0), HELPER(loop), EXIT,
	    MOV_K(6, 0), ITER_NEW(-8, 0, 3), COUNT, RET0 } } },
	/* Iterators over bits, of two slots. */
	{ { "the bits of one word", .insns = { MOV_K(6, 0), TWO_WORDS, BITS_MAKE(1), BITS_COUNT, RET6 } },
	  3, true },
	{ { "of two", .insns = { MOV_K(6, 0), TWO_WORDS, BITS_MAKE(2), BITS_COUNT, RET6 } }, 5, true },
	{ { "which bits they are", .insns = { MOV_K(6, 0), TWO_WORDS, BITS_MAKE(2), BITS_NEXT(-16),
	    JMP_K(JEQ, 0, 0, 3), LDX(W, 1, 0, 0), ADD_X(6, 1), JA(-7), BITS_DESTROY(-16), RET6 } },
	  0 + 8 + 9 + 64 + 68, true },
	{ { "one in the other", .insns = { MOV_K(6, 0), TWO_WORDS, BITS_MAKE(2), BITS_NEXT(-16),
	    JMP_K(JEQ, 0, 0, 17), MOV_X(4, FP), ADD_K(4, -32), BITS_NEW(-48, 4, 2), BITS_NEXT(-48),
	    JMP_K(JEQ, 0, 0, 2), ADD_K(6, 1), JA(-6), BITS_DESTROY(-48), JA(-21), BITS_DESTROY(-16),
	    RET6 } }, 25, true },
	{ { "of no words", .insns = { MOV_K(6, 0), BITS_MAKE(0), BITS_COUNT, RET6 } }, 0, true },
	{ { "of any number of them", .insns = { LDX(DW, 7, 1, 0), MOV_K(6, 0), MOV_X(4, FP),
	    ADD_K(4, -32), ITER_AT(-16), MOV_X(2, 4), MOV_X(3, 7), KFUNC(KF_BITS_NEW), BITS_COUNT,
	    RET6 } }, 0, true },
	{ { "of what is no pointer", .insns = { MOV_K(6, 0), MOV_K(4, 0), BITS_NEW(-16, 4, 1), BITS_COUNT,
	    RET6 } }, 0, true },
	{ { "the log tells of bits", .says = "scalar() fp-16=iter_bits(id=1,state=active,depth=0) refs=1",
	    .insns = { TWO_WORDS, BITS_MAKE(1), BITS_DESTROY(-16), RET0 } } },
	{ { "bits, never given back", .err = EINVAL, .says = "Unreleased reference id=1",
	    .insns = { BITS_MAKE(1), RET0 } } },
	{ { "bits, never made", .err = EINVAL, .says = "expected an initialized iter_bits as R1",
	    .insns = { BITS_NEXT(-16), RET0 } } },
	{ { "numbers for bits", .err = EINVAL, .says = "expected an initialized iter_bits as R1",
	    .insns = { ITER_NEW(-16, 0, 3), BITS_NEXT(-16), RET0 } } },
	{ { "bits for numbers", .err = EINVAL, .says = "expected an initialized iter_num as R1",
	    .insns = { BITS_MAKE(1), ITER_DESTROY(-16), RET0 } } },
	{ { "from its second half", .err = EINVAL, .says = "expected an initialized iter_bits as R1",
	    .insns = { MOV_X(4, FP), BITS_NEW(-24, 4, 1), BITS_DESTROY(-16), RET0 } } },
	{ { "the second half, as numbers", .err = EINVAL, .says = "expected an initialized iter_num as R1",
	    .insns = { BITS_MAKE(1), ITER_DESTROY(-8), RET0 } } },
	{ { "beyond the stack's start", .err = EACCES, .says = "invalid write to stack R1 off=-8 size=16",
	    .insns = { MOV_X(4, FP), BITS_NEW(-8, 4, 1), RET0 } } },
	{ { "numbers made in the second half", .err = EINVAL, .says = "expected uninitialized iter_num as R1",
	    .insns = { BITS_MAKE(1), ITER_NEW(-8, 0, 3), RET0 } } },
	{ { "half over another", .err = EINVAL, .says = "expected uninitialized iter_bits as R1",
	    .insns = { BITS_MAKE(1), MOV_X(4, FP), BITS_NEW(-24, 4, 1), RET0 } } },
	{ { "over numbers", .err = EINVAL, .says = "expected uninitialized iter_bits as R1",
	    .insns = { ITER_NEW(-8, 0, 3), BITS_MAKE(1), RET0 } } },
	{ { "one half written over", .err = EINVAL, .says = "expected an initialized iter_bits as R1",
	    .insns = { BITS_MAKE(1), ST(B, FP, -9, 1), BITS_DESTROY(-16), RET0 } } },
	{ { "the other half", .err = EINVAL, .says = "expected an initialized iter_bits as R1",
	    .insns = { BITS_MAKE(1), ST(DW, FP, -8, 1), BITS_DESTROY(-16), RET0 } } },
	{ { "and left", .err = EINVAL, .says = "Unreleased reference id=1",
	    .insns = { BITS_MAKE(1), ST(DW, FP, -8, 1), RET0 } } },
	{ { "the first half read", .err = EACCES, .says = "invalid read from stack off -16+0 size 8",
	    .insns = { BITS_MAKE(1), LDX(DW, 6, FP, -16), BITS_DESTROY(-16), RET0 } } },
	{ { "the second half read", .err = EACCES, .says = "invalid read from stack off -4+0 size 4",
	    .insns = { BITS_MAKE(1), LDX(W, 6, FP, -4), BITS_DESTROY(-16), RET0 } } },
	{ { "a bit, written", .err = EACCES, .says = "R0 cannot write into rdonly_mem",
	    .insns = { BITS_MAKE(1), BITS_NEXT(-16), JMP_K(JEQ, 0, 0, 1), ST(W, 0, 0, 0),
		       BITS_DESTROY(-16), RET0 } } },
	{ { "a bit, after the end", .err = EACCES, .says = "R6 invalid mem access 'scalar'",
	    .insns = { BITS_MAKE(1), BITS_NEXT(-16), MOV_X(6, 0), BITS_DESTROY(-16),
		       JMP_K(JEQ, 6, 0, 1), LDX(W, 6, 6, 0), RET0 } } },
	/* One way makes the one, the other the other, in the same slot. */
	{ { "one of two kinds", .err = EINVAL, .says = "expected an initialized iter_num as R1",
	    .insns = { LDX(DW, 6, 1, 0), JMP_K(JEQ, 6, 0, 6), ITER_NEW(-16, 0, 3), JA(7), BITS_MAKE(1),
		       ITER_DESTROY(-16), RET0 } } },
	/* Numbers of functions. */
	{ { "a struct", .err = EINVAL, .says = "kernel btf_id 14 is not a function",
	    .insns = { KFUNC(KF_ITER_NUM), RET0 } } },
	{ { "beyond the last", .err = EINVAL, .says = "kernel btf_id 1000 is not a function",
	    .insns = { KFUNC(KF_END), RET0 } } },
	{ { "a weak one that was not found", .err = EINVAL,
	    .says = "invalid kernel function call not eliminated in verifier pass",
	    .insns = { KFUNC(0), RET0 } } },
	{ { "and is not called", .insns = { MOV_K(0, 0), JMP_K(JEQ, 0, 0, 1), KFUNC(0), EXIT } } },
	{ { "any number, where it is not called", .insns = { MOV_K(0, 0), JMP_K(JEQ, 0, 0, 1),
	    KFUNC(1234), EXIT } } },
	{ { "with a descriptor where there are none", .err = EPROTO,
	    .says = "kfunc offset > 0 without fd_array is invalid",
	    .insns = { INSN(EBPF_JMP | EBPF_CALL, 0, EBPF_PSEUDO_KFUNC_CALL, 1, KF_NEW), RET0 } } },
	{ { "with a negative one", .err = EINVAL,
	    .says = "negative offset disallowed for kernel module function call",
	    .insns = { INSN(EBPF_JMP | EBPF_CALL, 0, EBPF_PSEUDO_KFUNC_CALL, -1, KF_NEW), RET0 } } },
	{ { "with a register", .err = EINVAL, .says = "BPF_CALL uses reserved fields",
	    .insns = { INSN(EBPF_JMP | EBPF_CALL, 1, EBPF_PSEUDO_KFUNC_CALL, 0, KF_NEW), RET0 } } },
};

/* The kernel is this program. */
long ebpf_read_kernel(void *dst, u64 src, u32 size)
{
	memcpy(dst, (const void *)(unsigned long)src, size);
	return 0;
}

static bool loads(const struct iter_case *c, u32 flags)
{
	static struct ebpf_func_info funcs[VERIF_INSNS];
	u32 cnt = verif_len(c->c.insns, VERIF_INSNS);
	struct ebpf_load load = {
		.prog_type = EBPF_PROG_TYPE_KPROBE, .gpl_compatible = true, .prog_flags = flags,
		.insns = c->c.insns, .insn_cnt = cnt, .vmlinux_btf = kfunc_btf, .btf = prog_btf,
		.func_info = funcs, .func_info_rec_size = sizeof(funcs[0]),
		.func_info_cnt = verif_funcs(c->c.insns, cnt, funcs, 3),
	};
	bool endless = c->c.err == E2BIG || c->c.err == EFAULT;

	/* The text of what is accepted stays with level 2 only; of ways without end it is long. */
	verif_load(&res, &load, endless ? EBPF_LOG_STATS :
				!c->c.err && c->c.says ? EBPF_LOG_LEVEL2 : EBPF_LOG_LEVEL1);
	if (res.err == -c->c.err && (!c->c.says || strstr(res.log, c->c.says)))
		return true;
	printf("# want %d \"%s\", got %d:\n%s\n", -c->c.err, c->c.says ? c->c.says : "", res.err,
	       res.log);
	return false;
}

static void try(const struct iter_case *c)
{
	u64 ctx[32] = { 0 }, ret = 0;

	/* With all states that there are to prune by, and with the usual ones. */
	tap_ok(loads(c, EBPF_F_TEST_STATE_FREQ) && loads(c, 0), "%s", c->c.name);
	if (c->run)
		tap_ok(!res.err && image_run(&res.img, ctx, &ret) && ret == c->ret,
		       "%s: run (%lld)", c->c.name, (long long)ret);
}

/* What the calls need cannot be had: the load says so. */
static void try_no_buffers(void)
{
	static const struct iter_case bits = { { "a load without buffers", .err = ENOMEM,
		.insns = { TWO_WORDS, BITS_MAKE(1), BITS_DESTROY(-16), RET0 } } };

	test_set_words(-ENOMEM);
	tap_ok(loads(&bits, 0), "%s", bits.c.name);
	test_set_words(0);
}

/* Of all functions of the programs. */
static struct ebpf_btf *make_prog_btf(void)
{
	words_begin(0);
	ADD(INT(str("int"), 4));
	ADD(TYPE(0, FUNC_PROTO, 0, 1));
	ADD(TYPE(str("f"), FUNC, 0, 2));
	return words_parse();
}

/*
 * By descriptor
 */
enum { FD_OWN = 7, FD_MODULE, FD_KERNEL };

static int fd_array_fails;	/* with this, once */

static int fd_array_get(void *cookie, u32 idx, int *fd)
{
	const int *fds = cookie;
	int err = fd_array_fails;

	fd_array_fails = 0;
	if (err)
		return err;
	if (idx > 3)
		return -EFAULT;
	*fd = fds[idx];
	return 0;
}

static const struct ebpf_btf *btf_by_fd(void *cookie, int fd)
{
	switch (fd) {
	case 0:
	case FD_OWN:
		return kfunc_btf;
	case FD_MODULE:
		return NULL;
	case FD_KERNEL:
		return ERR_PTR(-EINVAL);
	default:
		return ERR_PTR(-EBADF);
	}
}

static const struct ebpf_verifier_ops fd_ops = {
	.fd_array_get = fd_array_get,
	.kfunc_btf = btf_by_fd,
};

static bool by_fd(s16 off, int err, const char *says, bool gpl)
{
	int fds[4] = { 0, FD_OWN, FD_MODULE, FD_KERNEL };
	struct ebpf_insn insns[] = { ITER_NEW(-8, 0, 3), ITER_DESTROY(-8), RET0 };
	struct ebpf_load load = {
		.prog_type = EBPF_PROG_TYPE_KPROBE, .gpl_compatible = gpl, .insns = insns,
		.insn_cnt = ARRAY_SIZE(insns), .vmlinux_btf = kernel_btf, .ops = &fd_ops,
		.cookie = fds,
	};

	insns[4].off = off;
	insns[7].off = off;
	verif_load(&res, &load, EBPF_LOG_LEVEL1);
	if (res.err == err && strstr(res.log, says))
		return true;
	printf("# want %d \"%s\", got %d:\n%s\n", err, says, res.err, res.log);
	return false;
}

static void try_fds(void)
{
	tap_ok(by_fd(1, 0, "", true), "the functions' own BTF by its descriptor");
	tap_ok(by_fd(1, -EINVAL, "cannot call kernel function from non-GPL compatible program", false),
	       "another license");
	tap_ok(by_fd(0, -EINVAL, "kernel btf_id 23 is not a function", true),
	       "the same number in the kernel's BTF");
	tap_ok(by_fd(2, -EACCES, "functions of other modules cannot be called", true),
	       "another module");
	tap_ok(by_fd(3, -EINVAL, "BTF fd for kfunc is not a module BTF", true), "no module");
	tap_ok(by_fd(4, -EFAULT, "", true), "beyond the descriptors");
	/* Nothing is wrong with the program. */
	fd_array_fails = -ENOMEM;
	tap_ok(by_fd(1, -ENOMEM, "", true), "memory is short for a moment");
	fd_array_fails = -EFAULT;
	tap_ok(by_fd(1, -EFAULT, "", true), "the descriptors cannot be read for a moment");
}

/* bpf_ksym_exists(): is its address another than 0? Nothing can be read there. */
static bool address_of(int fd, u32 id, int err, const char *says, bool read)
{
	struct ebpf_insn insns[] = { LD64_PSEUDO(6, EBPF_PSEUDO_BTF_ID, id, fd), JMP_K(JNE, 6, 0, 1),
				     LDX(DW, 0, 9, 0), read ? (struct ebpf_insn)LDX(DW, 0, 6, 0) :
				     (struct ebpf_insn)MOV_K(0, 0), RET0 };
	struct ebpf_load load = {
		.prog_type = EBPF_PROG_TYPE_KPROBE, .gpl_compatible = true, .insns = insns,
		.insn_cnt = ARRAY_SIZE(insns), .vmlinux_btf = kernel_btf, .ops = &fd_ops,
	};

	verif_load(&res, &load, EBPF_LOG_LEVEL1);
	if (res.err == err && strstr(res.log, says))
		return true;
	printf("# want %d \"%s\", got %d:\n%s\n", err, says, res.err, res.log);
	return false;
}

static void try_addresses(void)
{
	tap_ok(address_of(FD_OWN, KF_NEW, 0, "", false), "a function's address");
	tap_ok(address_of(0, KF_NEW, 0, "", false), "without a descriptor");
	tap_ok(address_of(0, KF_END, -ENOENT, "invalid btf_id 1000", false), "of nothing");
	tap_ok(address_of(FD_OWN, KF_NEW, -EACCES, "invalid access to memory", true),
	       "nothing is read there");
	tap_ok(address_of(FD_OWN, KF_ITER_NUM, -EINVAL, "isn't KIND_VAR or KIND_FUNC", false),
	       "the address of a struct");
	tap_ok(address_of(FD_MODULE, KF_NEW, -EINVAL, "in a kernel module is not supported", false),
	       "of what is another module's");
	tap_ok(address_of(FD_KERNEL, KF_NEW, -EINVAL, "invalid module BTF object FD", false),
	       "of no module's");
	tap_ok(address_of(77, KF_NEW, -EBADF, "invalid module BTF object FD", false),
	       "by what is no descriptor");
}

/* A function of the kernel that programs may not call. */
static void try_other(void)
{
	static const struct ebpf_insn insns[] = { KFUNC(3), RET0 };
	struct ebpf_load load = {
		.prog_type = EBPF_PROG_TYPE_KPROBE, .gpl_compatible = true, .insns = insns,
		.insn_cnt = ARRAY_SIZE(insns),
	};
	struct ebpf_btf *btf;

	words_begin(0);
	ADD(INT(str("int"), 4));
	ADD(TYPE(0, FUNC_PROTO, 0, 1));
	ADD(TYPE(str("schedule"), FUNC, 0, 2));
	btf = words_parse_vmlinux();
	load.vmlinux_btf = btf;
	verif_load(&res, &load, EBPF_LOG_LEVEL1);
	tap_ok(res.err == -EACCES &&
	       strstr(res.log, "calling kernel function schedule is not allowed"),
	       "another function of the kernel");
	load.vmlinux_btf = NULL;
	verif_load(&res, &load, EBPF_LOG_LEVEL1);
	tap_ok(res.err == -ENOTSUPP && strstr(res.log, "without CONFIG_DEBUG_INFO_BTF"),
	       "a kernel without BTF");
	words_destroy(btf);
}

int main(void)
{
	static const struct iter_case first = { { "a program is compiled",
		.insns = { MOV_K(0, 0), EXIT } }, 0, true };
	u32 i;

	verif_maps();
	kfunc_btf = kfunc_btf_make(&kernel_btf);
	prog_btf = make_prog_btf();
	if (!tap_ok(kfunc_btf && !IS_ERR(prog_btf), "BTF of the functions, and of programs"))
		return tap_end();
	/* It finds its memory when something is built first. */
	try(&first);
	jit_env.call_base = (u64)(unsigned long)ebpf_call_base;
	for (i = 0; i < ARRAY_SIZE(cases); i++)
		try(&cases[i]);
	try_fds();
	try_addresses();
	try_other();
	tap_eq(test_words_taken(), 0, "no buffer is left over");
	try_no_buffers();
	tap_eq(test_bugs(), 0, "no rule of the verifier's own was broken");
	ebpf_prog_image_free(&res.img);
	ebpf_btf_destroy(prog_btf);
	kfunc_btf_free(kfunc_btf, kernel_btf);
	return tap_end();
}
