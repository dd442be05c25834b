// SPDX-License-Identifier: GPL-2.0-only
/*
 * Dynptrs: one program per rule, and one for each way to come by memory through
 * a dynptr that is none any more.
 */
#include <tap.h>
#include "btf_blob.h"
#include "services.h"
#include "verif_run.h"

#define FP	EBPF_REG_10
#define DONE	MOV_K(0, 0), EXIT
#define AT(r, off)	MOV_X(r, FP), ADD_K(r, off)

/* A dynptr of @size bytes of the array's value at FP + @off. Seven slots. */
#define FROM_MEM(off, size)	LD_MAP_VALUE(1, MAP_ARRAY, 0), MOV_K(2, size), MOV_K(3, 0), \
				AT(4, off), HELPER(dynptr_from_mem)
/* A record of 8 bytes. Seven slots. */
#define RESERVE(off)	LD_MAP(1, MAP_RINGBUF), MOV_K(2, 8), MOV_K(3, 0), AT(4, off), \
			HELPER(ringbuf_reserve_dynptr)
#define SUBMIT(off)	AT(1, off), MOV_K(2, 0), HELPER(ringbuf_submit_dynptr)
#define DISCARD(off)	AT(1, off), MOV_K(2, 0), HELPER(ringbuf_discard_dynptr)
/* Eight slots. */
#define READ(to, size, off)	AT(1, to), MOV_K(2, size), AT(3, off), MOV_K(4, 0), MOV_K(5, 0), \
				HELPER(dynptr_read)
#define WRITE(off, from, size)	AT(1, off), MOV_K(2, 0), AT(3, from), MOV_K(4, size), \
				MOV_K(5, 0), HELPER(dynptr_write)
/* R0 = @size bytes, or out. Seven slots. */
#define SLICE(off, size)	AT(1, off), MOV_K(2, 0), MOV_K(3, size), HELPER(dynptr_data), \
				JMP_K(JNE, 0, 0, 1), EXIT

#define LD_FUNC(d, to)	LD64_PSEUDO(d, EBPF_PSEUDO_FUNC, to, 0)
/* R3 = ctx was set before. Five slots. */
#define LOOP(n, to)	MOV_K(1, n), LD_FUNC(2, (to) + 3), MOV_K(4, 0), HELPER(loop)

#define MAP_USER_RING	(MAP_CGROUPS + 1)
/* The function is @to instructions behind these, its context R3. Six slots. */
#define DRAIN_CTX(to)	LD_MAP(1, MAP_USER_RING), LD_FUNC(2, (to) + 3), MOV_K(4, 0), \
			HELPER(user_ringbuf_drain)
#define DRAIN(to)	MOV_K(3, 0), DRAIN_CTX(to)

/* 1: int, 2: int (void), 3: static main */
static const u32 types[] = {
	INT(N_INT, 4),
	TYPE(0, FUNC_PROTO, 0, 1),
	TYPE(N_MAIN, FUNC, EBPF_BTF_FUNC_STATIC, 2),
};

/* What a line leaves out is zero. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

static const struct verif_case cases[] = {
	/* What works. */
	{ "memory, read", .insns = { FROM_MEM(-16, 8), READ(-24, 8, -16), LDX(DW, 0, FP, -24), EXIT } },
	{ "memory, written", .insns = { FROM_MEM(-16, 8), ST(DW, FP, -24, 7), WRITE(-16, -24, 8), EXIT } },
	{ "a slice of memory", .insns = { FROM_MEM(-16, 8), SLICE(-16, 8), LDX(DW, 1, 0, 0),
	    ST(DW, 0, 0, 1), DONE } },
	{ "a record", .insns = { RESERVE(-16), SUBMIT(-16), DONE } },
	{ "a record, discarded", .insns = { RESERVE(-16), DISCARD(-16), DONE } },
	{ "a record, written", .insns = { RESERVE(-16), ST(DW, FP, -24, 7), WRITE(-16, -24, 8),
	    SUBMIT(-16), DONE } },
	{ "a slice of a record", .insns = { RESERVE(-16), AT(1, -16), MOV_K(2, 0), MOV_K(3, 8),
	    HELPER(dynptr_data), JMP_K(JEQ, 0, 0, 1), ST(DW, 0, 0, 1), SUBMIT(-16), DONE } },
	{ "a record of unknown size", .insns = { LDX(DW, 2, 1, 0), LD_MAP(1, MAP_RINGBUF),
	    MOV_K(3, 0), AT(4, -16), HELPER(ringbuf_reserve_dynptr), SUBMIT(-16), DONE } },
	{ "two at a time", .insns = { RESERVE(-16), RESERVE(-32), SUBMIT(-32), SUBMIT(-16), DONE } },
	{ "the same place twice", .insns = { RESERVE(-16), SUBMIT(-16), RESERVE(-16), DISCARD(-16), DONE } },
	{ "memory over memory", .insns = { FROM_MEM(-16, 8), FROM_MEM(-16, 4), READ(-24, 4, -16), DONE } },
	{ "the stack of a dynptr that is gone", .insns = { RESERVE(-16), SUBMIT(-16), ST(DW, FP, -16, 0),
	    LDX(DW, 0, FP, -16), EXIT } },
	{ "a record of a function", .insns = { AT(1, -16), CALL(6), SUBMIT(-16), DONE,
	    MOV_X(4, 1), LD_MAP(1, MAP_RINGBUF), MOV_K(2, 8), MOV_K(3, 0),
	    HELPER(ringbuf_reserve_dynptr), DONE } },
	{ "given back by a function", .insns = { RESERVE(-16), AT(1, -16), CALL(1), EXIT,
	    MOV_K(2, 0), HELPER(ringbuf_submit_dynptr), DONE } },

	/* What is given back. */
	{ "a record kept", .err = EINVAL, .says = "Unreleased reference id=1 ",
	  .insns = { RESERVE(-16), DONE } },
	{ "a record kept when it could not be had", .err = EINVAL, .says = "Unreleased reference id=",
	  .insns = { RESERVE(-16), JMP_K(JEQ, 0, 0, 1), EXIT, SUBMIT(-16), DONE } },
	{ "a record kept by a function", .err = EINVAL, .says = "Unreleased reference id=",
	  .insns = { CALL(1), EXIT, RESERVE(-16), DONE } },
	{ "given back twice", .err = EINVAL, .says = "arg 1 is an unacquired reference",
	  .insns = { RESERVE(-16), SUBMIT(-16), SUBMIT(-16), DONE } },
	{ "submitted and discarded", .err = EINVAL, .says = "arg 1 is an unacquired reference",
	  .insns = { RESERVE(-16), SUBMIT(-16), DISCARD(-16), DONE } },
	{ "given back before it is had", .err = EINVAL, .says = "arg 1 is an unacquired reference",
	  .insns = { SUBMIT(-16), DONE } },
	{ "memory given back", .err = EINVAL, .says = "arg 1 is an unacquired reference",
	  .insns = { FROM_MEM(-16, 8), SUBMIT(-16), DONE } },
	{ "second half given back", .err = EINVAL, .says = "arg 1 is an unacquired reference",
	  .insns = { RESERVE(-24), SUBMIT(-16), DONE } },
	{ "a slice as a record", .err = EACCES, .says = "R1 type=mem expected=alloc_mem",
	  .insns = { RESERVE(-16), AT(1, -16), MOV_K(2, 0), MOV_K(3, 8), HELPER(dynptr_data),
		     JMP_K(JEQ, 0, 0, 3), MOV_X(1, 0), MOV_K(2, 0), HELPER(ringbuf_submit),
		     SUBMIT(-16), DONE } },
	{ "a record as a dynptr", .err = EACCES, .says = "R1 type=alloc_mem expected=fp, dynptr_ptr",
	  .insns = { LD_MAP(1, MAP_RINGBUF), MOV_K(2, 16), MOV_K(3, 0), HELPER(ringbuf_reserve),
		     JMP_K(JEQ, 0, 0, 3), MOV_X(1, 0), MOV_K(2, 0),
		     HELPER(ringbuf_submit_dynptr), DONE } },
	{ "tail call with a record", .err = EINVAL, .says = "tail_call would lead to reference leak",
	  .insns = { MOV_X(6, 1), RESERVE(-16), MOV_X(1, 6), LD_MAP(2, MAP_PROGS), MOV_K(3, 0),
		     HELPER(tail_call), SUBMIT(-16), DONE } },

	/* Slices. */
	{ "a slice that may be NULL", .err = EACCES, .says = "R0 invalid mem access 'mem_or_null'",
	  .insns = { FROM_MEM(-16, 8), AT(1, -16), MOV_K(2, 0), MOV_K(3, 8), HELPER(dynptr_data),
		     LDX(B, 0, 0, 0), EXIT } },
	{ "beyond a slice", .err = EACCES, .says = "invalid access to memory, mem_size=8 off=8 size=1",
	  .insns = { FROM_MEM(-16, 16), SLICE(-16, 8), LDX(B, 0, 0, 8), DONE } },
	{ "before a slice", .err = EACCES, .says = "invalid access to memory, mem_size=8 off=-1",
	  .insns = { FROM_MEM(-16, 16), SLICE(-16, 8), LDX(B, 0, 0, -1), DONE } },
	{ "an empty slice", .err = EACCES, .says = "invalid access to memory, mem_size=0",
	  .insns = { FROM_MEM(-16, 16), SLICE(-16, 0), LDX(B, 0, 0, 0), DONE } },
	{ "a slice of unknown size", .err = EACCES, .says = "R3 is not a known constant'",
	  .insns = { LDX(DW, 6, 1, 0), FROM_MEM(-16, 8), AT(1, -16), MOV_K(2, 0), MOV_X(3, 6),
		     HELPER(dynptr_data), DONE } },
	{ "a slice of a record given back", .err = EACCES, .says = "R6 invalid mem access 'scalar'",
	  .insns = { RESERVE(-16), AT(1, -16), MOV_K(2, 0), MOV_K(3, 8), HELPER(dynptr_data),
		     MOV_X(6, 0), SUBMIT(-16), JMP_K(JEQ, 6, 0, 1), LDX(B, 0, 6, 0), DONE } },
	{ "... spilled", .err = EACCES, .says = "R1 invalid mem access 'scalar'",
	  .insns = { RESERVE(-16), AT(1, -16), MOV_K(2, 0), MOV_K(3, 8), HELPER(dynptr_data),
		     STX(DW, FP, 0, -24), JMP_K(JNE, 0, 0, 6), SUBMIT(-16), DONE, SUBMIT(-16),
		     LDX(DW, 1, FP, -24), LDX(B, 0, 1, 0), DONE } },
	{ "... given back by a function", .err = EACCES, .says = "R6 invalid mem access 'scalar'",
	  .insns = { RESERVE(-16), AT(1, -16), MOV_K(2, 0), MOV_K(3, 8), HELPER(dynptr_data),
		     MOV_X(6, 0), AT(1, -16), CALL(3), JMP_K(JEQ, 6, 0, 1), LDX(B, 0, 6, 0), EXIT,
		     MOV_K(2, 0), HELPER(ringbuf_submit_dynptr), DONE } },
	{ "a slice of memory overwritten", .err = EACCES, .says = "R0 invalid mem access 'scalar'",
	  .insns = { FROM_MEM(-16, 8), SLICE(-16, 8), ST(DW, FP, -16, 0), LDX(B, 0, 0, 0), DONE } },
	{ "... in its second half", .err = EACCES, .says = "R0 invalid mem access 'scalar'",
	  .insns = { FROM_MEM(-16, 8), SLICE(-16, 8), ST(B, FP, -1, 0), LDX(B, 0, 0, 0), DONE } },
	{ "... by another dynptr", .err = EACCES, .says = "R6 invalid mem access 'scalar'",
	  .insns = { FROM_MEM(-16, 8), SLICE(-16, 8), MOV_X(6, 0), FROM_MEM(-24, 8),
		     LDX(B, 0, 6, 0), DONE } },
	{ "... by a function", .err = EACCES, .says = "R6 invalid mem access 'scalar'",
	  .insns = { FROM_MEM(-16, 8), SLICE(-16, 8), MOV_X(6, 0), AT(1, -16), CALL(2),
		     LDX(B, 0, 6, 0), EXIT, ST(DW, 1, 8, 0), DONE } },
	{ "another one's slice stays", .insns = { FROM_MEM(-16, 8), FROM_MEM(-32, 8), SLICE(-16, 8),
	    ST(DW, FP, -32, 0), LDX(B, 0, 0, 0), DONE } },
	{ "a slice in two helpers", .insns = { FROM_MEM(-16, 8), SLICE(-16, 8), MOV_X(3, 0), AT(1, -16),
	    MOV_K(2, 0), MOV_K(4, 8), MOV_K(5, 0), HELPER(dynptr_write), DONE } },

	/* Its bytes are nobody's business. */
	{ "a load of a dynptr", .err = EACCES, .says = "invalid read from stack off -16+0 size 8",
	  .insns = { FROM_MEM(-16, 8), LDX(DW, 0, FP, -16), EXIT } },
	{ "a load of its second half", .err = EACCES, .says = "invalid read from stack off -8+0 size 1",
	  .insns = { FROM_MEM(-16, 8), LDX(B, 0, FP, -8), EXIT } },
	{ "a load at a variable offset", .err = EACCES, .says = "invalid read from stack R2 off -24+8",
	  .insns = { LDX(DW, 6, 1, 0), ST(DW, FP, -24, 0), FROM_MEM(-16, 8), ALU_K(EBPF_AND, 6, 8),
		     AT(2, -24), ADD_X(2, 6), LDX(DW, 0, 2, 0), EXIT } },
	{ "an atomic on a dynptr", .err = EACCES, .says = "invalid read from stack off -16+0",
	  .insns = { FROM_MEM(-16, 8), MOV_K(1, 1), ATOMIC(DW, EBPF_ADD, FP, 1, -16), DONE } },
	{ "a dynptr as data", .err = EACCES, .says = "invalid indirect read from stack R2 off -16+0 size 8",
	  .insns = { FROM_MEM(-16, 8), LD_MAP(1, MAP_HASH), AT(2, -16), HELPER(map_lookup_elem),
		     DONE } },
	{ "a dynptr written into itself", .err = EACCES, .says = "invalid indirect read from stack R3 off",
	  .insns = { FROM_MEM(-16, 8), WRITE(-16, -16, 8), DONE } },
	{ "a dynptr filled by a helper", .err = EACCES, .says = "potential write to dynptr at off=-16",
	  .insns = { FROM_MEM(-16, 8), READ(-16, 8, -16), DONE } },
	{ "... in part", .err = EACCES, .says = "potential write to dynptr at off=-16",
	  .insns = { FROM_MEM(-16, 8), READ(-24, 16, -16), DONE } },
	{ "... with unknown size", .err = EACCES, .says = "invalid indirect read from stack R1 off -24+8",
	  .insns = { LDX(DW, 6, 1, 0), ST(DW, FP, -24, 0), FROM_MEM(-16, 8), ALU_K(EBPF_AND, 6, 15),
		     AT(1, -24), MOV_X(2, 6), MOV_K(3, 0), HELPER(probe_read_kernel), DONE } },

	/* What overwrites one. */
	{ "a store over memory", .err = EINVAL, .says = "Expected an initialized dynptr as arg #3",
	  .insns = { FROM_MEM(-16, 8), ST(DW, FP, -16, 0), READ(-24, 8, -16), DONE } },
	{ "a store over its second half", .err = EINVAL, .says = "Expected an initialized dynptr as arg #3",
	  .insns = { FROM_MEM(-16, 8), ST(B, FP, -3, 0), READ(-24, 8, -16), DONE } },
	{ "a register over it", .err = EINVAL, .says = "Expected an initialized dynptr as arg #3",
	  .insns = { FROM_MEM(-16, 8), STX(DW, FP, FP, -8), READ(-24, 8, -16), DONE } },
	{ "a store at a variable offset over it", .err = EINVAL,
	  .says = "Expected an initialized dynptr as arg #3",
	  .insns = { LDX(DW, 6, 1, 0), FROM_MEM(-16, 8), ALU_K(EBPF_AND, 6, 8), AT(2, -24), ADD_X(2, 6),
		     ST(DW, 2, 0, 0), READ(-32, 8, -16), DONE } },
	{ "half of another over it", .err = EINVAL, .says = "Expected an initialized dynptr as arg #3",
	  .insns = { FROM_MEM(-16, 8), FROM_MEM(-24, 8), READ(-40, 8, -16), DONE } },
	{ "two halves make none", .err = EINVAL, .says = "Expected an initialized dynptr as arg #3",
	  .insns = { FROM_MEM(-16, 8), FROM_MEM(-32, 8), READ(-48, 8, -24), DONE } },
	{ "a store over a record", .err = EINVAL, .says = "cannot overwrite referenced dynptr",
	  .insns = { RESERVE(-16), ST(DW, FP, -16, 0), SUBMIT(-16), DONE } },
	{ "... over its second half", .err = EINVAL, .says = "cannot overwrite referenced dynptr",
	  .insns = { RESERVE(-16), ST(B, FP, -1, 0), SUBMIT(-16), DONE } },
	{ "... at a variable offset", .err = EINVAL, .says = "cannot overwrite referenced dynptr",
	  .insns = { LDX(DW, 6, 1, 0), RESERVE(-16), ALU_K(EBPF_AND, 6, 8), AT(2, -24), ADD_X(2, 6),
		     ST(DW, 2, 0, 0), SUBMIT(-16), DONE } },
	{ "... by another", .err = EINVAL, .says = "cannot overwrite referenced dynptr",
	  .insns = { RESERVE(-16), RESERVE(-24), SUBMIT(-24), DONE } },
	{ "... by itself", .err = EINVAL, .says = "cannot overwrite referenced dynptr",
	  .insns = { RESERVE(-16), RESERVE(-16), SUBMIT(-16), DONE } },
	{ "... by a function", .err = EINVAL, .says = "cannot overwrite referenced dynptr",
	  .insns = { RESERVE(-16), AT(1, -16), CALL(6), SUBMIT(-16), DONE, ST(DW, 1, 0, 0), DONE } },

	/* Where it is. */
	{ "not on the stack", .err = EACCES, .says = "R4 type=map_value expected=fp, dynptr_ptr",
	  .insns = { LD_MAP_VALUE(1, MAP_ARRAY, 0), MOV_K(2, 8), MOV_K(3, 0),
		     LD_MAP_VALUE(4, MAP_ARRAY, 16), HELPER(dynptr_from_mem), DONE } },
	{ "no multiple of 8", .err = EINVAL, .says = "cannot pass in dynptr at an offset=-20",
	  .insns = { FROM_MEM(-20, 8), DONE } },
	{ "above the stack", .err = EACCES, .says = "invalid write to stack R4 off=-8 size=16",
	  .insns = { FROM_MEM(-8, 8), DONE } },
	{ "below the stack", .err = EACCES, .says = "invalid write to stack R4 off=-520 size=16",
	  .insns = { FROM_MEM(-520, 8), DONE } },
	{ "at the bottom of the stack", .insns = { FROM_MEM(-512, 8), READ(-8, 8, -512), DONE } },
	{ "at an unknown place", .err = EINVAL, .says = "dynptr has to be at a constant offset",
	  .insns = { LDX(DW, 6, 1, 0), ALU_K(EBPF_AND, 6, 8), LD_MAP_VALUE(1, MAP_ARRAY, 0), MOV_K(2, 8),
		     MOV_K(3, 0), AT(4, -24), ADD_X(4, 6), HELPER(dynptr_from_mem), DONE } },
	{ "used at an unknown place", .err = EINVAL, .says = "dynptr has to be at a constant offset",
	  .insns = { LDX(DW, 6, 1, 0), FROM_MEM(-16, 8), FROM_MEM(-32, 8), ALU_K(EBPF_AND, 6, 16),
		     AT(1, -32), ADD_X(1, 6), MOV_K(2, 0), MOV_K(3, 8), HELPER(dynptr_data), DONE } },
	{ "its second half passed", .err = EINVAL, .says = "Expected an initialized dynptr as arg #3",
	  .insns = { FROM_MEM(-24, 8), READ(-32, 8, -16), DONE } },
	{ "none there", .err = EINVAL, .says = "Expected an initialized dynptr as arg #3",
	  .insns = { ST(DW, FP, -16, 0), ST(DW, FP, -8, 0), READ(-24, 8, -16), DONE } },
	{ "none there, and no stack", .err = EINVAL, .says = "Expected an initialized dynptr as arg #3",
	  .insns = { READ(-24, 8, -512), DONE } },

	/* Of what kind. */
	{ "memory of the stack", .err = EACCES,
	  .says = "Unsupported reg type fp for bpf_dynptr_from_mem data",
	  .insns = { ST(DW, FP, -24, 0), AT(1, -24), MOV_K(2, 8), MOV_K(3, 0), AT(4, -16),
		     HELPER(dynptr_from_mem), DONE } },
	{ "memory of a slice", .err = EACCES,
	  .says = "Unsupported reg type mem for bpf_dynptr_from_mem data",
	  .insns = { FROM_MEM(-16, 8), SLICE(-16, 8), MOV_X(1, 0), MOV_K(2, 8), MOV_K(3, 0), AT(4, -32),
		     HELPER(dynptr_from_mem), DONE } },
	{ "memory that is constant", .err = EACCES, .says = "write into map forbidden",
	  .insns = { LD_MAP_VALUE(1, MAP_RDONLY, 0), MOV_K(2, 8), MOV_K(3, 0), AT(4, -16),
		     HELPER(dynptr_from_mem), DONE } },
	{ "more memory than there is", .err = EACCES, .says = "invalid access to map value, value_size=48",
	  .insns = { FROM_MEM(-16, 49), DONE } },
	{ "of an unknown size, within", .insns = { LDX(DW, 2, 1, 0), ALU_K(EBPF_AND, 2, 31),
	    LD_MAP_VALUE(1, MAP_ARRAY, 0), MOV_K(3, 0), AT(4, -16), HELPER(dynptr_from_mem), DONE } },
	{ "a record from an array", .err = EINVAL, .says = "cannot pass map_type 2 into func",
	  .insns = { LD_MAP(1, MAP_ARRAY), MOV_K(2, 8), MOV_K(3, 0), AT(4, -16),
		     HELPER(ringbuf_reserve_dynptr), DONE } },

	/* States that look alike. */
	{ "a dynptr on one way only", .err = EINVAL, .says = "Expected an initialized dynptr as arg #3",
	  .flags = EBPF_F_TEST_STATE_FREQ,
	  .insns = { LDX(DW, 6, 1, 0), ST(DW, FP, -16, 0), ST(DW, FP, -8, 0), JMP_K(JEQ, 6, 0, 7),
		     FROM_MEM(-16, 8), READ(-24, 8, -16), DONE } },
	{ "half of one on one way", .err = EINVAL, .says = "Expected an initialized dynptr as arg #3",
	  .flags = EBPF_F_TEST_STATE_FREQ,
	  .insns = { LDX(DW, 6, 1, 0), FROM_MEM(-16, 8), JMP_K(JEQ, 6, 0, 1), ST(B, FP, -8, 0),
		     READ(-24, 8, -16), DONE } },
	{ "of another kind on one way", .err = EINVAL, .says = "arg 1 is an unacquired reference",
	  .flags = EBPF_F_TEST_STATE_FREQ,
	  .insns = { LDX(DW, 6, 1, 0), RESERVE(-32), JMP_K(JEQ, 6, 0, 8), RESERVE(-16), JA(7),
		     FROM_MEM(-16, 8), SUBMIT(-16), SUBMIT(-32), DONE } },
	{ "another one's record on one way", .err = EINVAL,
	  .says = "arg 1 is an unacquired reference", .flags = EBPF_F_TEST_STATE_FREQ,
	  .insns = { LDX(DW, 6, 1, 0), RESERVE(-16), RESERVE(-32), JMP_K(JEQ, 6, 0, 5), SUBMIT(-16), JA(4),
		     SUBMIT(-32), SUBMIT(-16), DONE } },
	{ "a slice of another one on one way", .err = EACCES, .says = "R7 invalid mem access 'scalar'",
	  .flags = EBPF_F_TEST_STATE_FREQ,
	  .insns = { LDX(DW, 6, 1, 0), RESERVE(-16), RESERVE(-32),
		     JMP_K(JEQ, 6, 0, 6), AT(1, -16), MOV_K(2, 0), MOV_K(3, 8), HELPER(dynptr_data),
		     JA(5), AT(1, -32), MOV_K(2, 0), MOV_K(3, 8), HELPER(dynptr_data),
		     MOV_X(7, 0), SUBMIT(-32), JMP_K(JEQ, 7, 0, 1), LDX(B, 0, 7, 0), SUBMIT(-16),
		     DONE } },
	{ "both ways the same", .flags = EBPF_F_TEST_STATE_FREQ,
	  .insns = { LDX(DW, 6, 1, 0), JMP_K(JEQ, 6, 0, 8), RESERVE(-16), JA(7), RESERVE(-16),
		     SUBMIT(-16), DONE } },

	/* Callbacks. */
	{ "the caller's dynptr in a callback", .insns = { FROM_MEM(-16, 8), AT(3, -16), LOOP(3, 1), EXIT,
	    MOV_X(3, 2), AT(1, -8), MOV_K(2, 8), MOV_K(4, 0), MOV_K(5, 0), HELPER(dynptr_read),
	    DONE } },
	{ "... overwritten", .err = EACCES, .says = "callbacks cannot change which stack slots",
	  .insns = { FROM_MEM(-16, 8), AT(3, -16), LOOP(3, 1), EXIT, ST(DW, 2, 8, 0), DONE } },
	{ "... made", .err = EACCES, .says = "callbacks cannot change which stack slots",
	  .insns = { ST(DW, FP, -8, 0), ST(DW, FP, -16, 0), AT(3, -16), LOOP(3, 1), EXIT, MOV_X(4, 2),
		     LD_MAP_VALUE(1, MAP_ARRAY, 0), MOV_K(2, 8), MOV_K(3, 0),
		     HELPER(dynptr_from_mem), DONE } },
	{ "... made over another", .err = EACCES, .says = "callbacks cannot change which stack slots",
	  .insns = { FROM_MEM(-16, 8), AT(3, -16), LOOP(3, 1), EXIT, MOV_X(4, 2),
		     LD_MAP_VALUE(1, MAP_ARRAY, 0), MOV_K(2, 8), MOV_K(3, 0),
		     HELPER(dynptr_from_mem), DONE } },
	{ "... given back", .err = EINVAL, .says = "reference has not been acquired before",
	  .insns = { RESERVE(-16), AT(3, -16), LOOP(1, 1), EXIT, MOV_X(1, 2), MOV_K(2, 0),
		     HELPER(ringbuf_submit_dynptr), DONE } },
	{ "a record of a callback", .insns = { MOV_K(3, 0), LOOP(3, 1), EXIT, RESERVE(-16), SUBMIT(-16),
	    DONE } },
	{ "a record kept by a callback", .err = EINVAL, .says = "Unreleased reference id=",
	  .insns = { MOV_K(3, 0), LOOP(3, 1), EXIT, RESERVE(-16), DONE } },
	/* Records of user space. */
	{ "a record of user space", .insns = { DRAIN(1), EXIT, MOV_X(6, 1), MOV_X(3, 1), AT(1, -8),
	    MOV_K(2, 8), MOV_K(4, 0), MOV_K(5, 0), HELPER(dynptr_read), MOV_X(1, 6), MOV_K(2, 0),
	    MOV_K(3, 8), HELPER(dynptr_data), JMP_K(JEQ, 0, 0, 1), LDX(DW, 1, 0, 0), DONE } },
	{ "what is in its dynptr", .err = EACCES, .says = "R1 invalid mem access 'dynptr_ptr'",
	  .insns = { DRAIN(1), EXIT, LDX(DW, 0, 1, 0), DONE } },
	{ "its dynptr moved", .err = EACCES, .says = "R1 pointer arithmetic on dynptr_ptr prohibited",
	  .insns = { DRAIN(1), EXIT, ADD_K(1, 8), DONE } },
	{ "its dynptr given back", .err = EINVAL, .says = "cannot release unowned const bpf_dynptr",
	  .insns = { DRAIN(1), EXIT, MOV_K(2, 0), HELPER(ringbuf_submit_dynptr), DONE } },
	{ "its dynptr made anew", .err = EINVAL, .says = "Dynptr has to be an uninitialized dynptr",
	  .insns = { DRAIN(1), EXIT, MOV_X(4, 1), LD_MAP_VALUE(1, MAP_ARRAY, 0), MOV_K(2, 8),
		     MOV_K(3, 0), HELPER(dynptr_from_mem), DONE } },
	{ "beyond its slice", .err = EACCES, .says = "invalid access to memory, mem_size=8",
	  .insns = { DRAIN(1), EXIT, MOV_K(2, 0), MOV_K(3, 8), HELPER(dynptr_data), JMP_K(JEQ, 0, 0, 1),
		     LDX(DW, 1, 0, 1), DONE } },
	{ "its dynptr kept", .err = EACCES, .says = "callbacks cannot change which stack slots",
	  .insns = { ST(DW, FP, -8, 0), AT(3, -8), DRAIN_CTX(1), EXIT, STX(DW, 2, 1, 0), DONE } },
	{ "its dynptr returned", .err = EACCES, .says = "R0 not a scalar value",
	  .insns = { DRAIN(1), EXIT, MOV_X(0, 1), EXIT } },
	{ "from a ring the other way", .err = EINVAL, .says = "cannot pass map_type 27 into func",
	  .insns = { LD_MAP(1, MAP_RINGBUF), LD_FUNC(2, 5), MOV_K(3, 0), MOV_K(4, 0),
		     HELPER(user_ringbuf_drain), EXIT, DONE } },
	{ "a record in that ring", .err = EINVAL, .says = "cannot pass map_type 31 into func",
	  .insns = { LD_MAP(1, MAP_USER_RING), MOV_K(2, 8), MOV_K(3, 0), HELPER(ringbuf_reserve), EXIT } },

	{ "a slice left to the caller", .err = EACCES, .says = "callbacks cannot change which stack slots",
	  .insns = { FROM_MEM(-16, 8), ST(DW, FP, -24, 0), AT(3, -24), LOOP(3, 1), EXIT, MOV_X(6, 2),
		     MOV_X(1, 2), ADD_K(1, 8), MOV_K(2, 0), MOV_K(3, 8), HELPER(dynptr_data),
		     STX(DW, 6, 0, 0), DONE } },
};

static struct verif_result res;

static bool run(const struct verif_case *c, const struct ebpf_btf *btf)
{
	struct ebpf_func_info funcs[VERIF_INSNS];
	u32 cnt = verif_len(c->insns, VERIF_INSNS);
	struct ebpf_load load = {
		.prog_type = c->type ? c->type : EBPF_PROG_TYPE_KPROBE, .prog_flags = c->flags,
		.gpl_compatible = true, .insns = c->insns, .insn_cnt = cnt, .btf = btf,
		.func_info = funcs, .func_info_rec_size = sizeof(funcs[0]),
		.func_info_cnt = verif_funcs(c->insns, cnt, funcs, 3),
	};

	verif_load(&res, &load, EBPF_LOG_LEVEL2);
	return res.err == -c->err && (!c->says || strstr(res.log, c->says));
}

int main(void)
{
	struct blob blob = blob_make(types, ARRAY_SIZE(types));
	struct ebpf_btf *btf = ebpf_btf_parse(blob.data, blob.size, NULL, NULL);
	u32 i;

	if (!tap_ok(!IS_ERR(btf), "the types are fine"))
		return tap_end();
	verif_maps();
	fake_map_new(EBPF_MAP_TYPE_USER_RINGBUF, 0, 0, 4096, 0);
	for (i = 0; i < ARRAY_SIZE(cases); i++)
		if (!tap_ok(run(&cases[i], btf), "%s", cases[i].name))
			tap_diag("got %d: %s", res.err, res.log);
	run(&cases[0], btf);
	tap_ok(strstr(res.log, "fp-8_w=dddddddd fp-16_w=dddddddd"),
	       "the log shows where a dynptr is");
	tap_eq(test_bugs(), 0, "no rule of the verifier's own was broken");
	ebpf_btf_destroy(btf);
	blob_free(&blob);
	return tap_end();
}
