// SPDX-License-Identifier: GPL-2.0-only
/*
 * The verifier's everyday judgements: one program per rule.
 */
#include <stdlib.h>
#include <tap.h>
#include "services.h"
#include "verif_run.h"

#define FP	EBPF_REG_10

static const struct verif_case cases[] = {
	/* What the simplest programs are. */
	{ "return a constant", .insns = { MOV_K(0, 1), EXIT } },
	{ "empty program", .err = E2BIG, .insns = { { 0 } } },
	{ "no exit", .err = EINVAL, .says = "last insn is not an exit or jmp",
	  .insns = { MOV_K(0, 1) } },
	{ "R0 not set", .err = EACCES, .says = "R0 !read_ok", .insns = { EXIT } },
	{ "uninitialised register", .err = EACCES, .says = "R2 !read_ok",
	  .insns = { MOV_X(0, 2), EXIT } },
	{ "R10 is read only", .err = EACCES, .says = "frame pointer is read only",
	  .insns = { MOV_K(10, 1), MOV_K(0, 0), EXIT } },
	{ "register number 11", .err = EINVAL, .says = "R11 is invalid",
	  .insns = { MOV_X(0, 11), EXIT } },
	{ "no such opcode", .err = EINVAL, .says = "unknown opcode",
	  .insns = { INSN(0xff, 0, 0, 0, 0), EXIT } },
	{ "reserved fields of mov", .err = EINVAL, .says = "BPF_MOV uses reserved fields",
	  .insns = { INSN(EBPF_ALU64 | EBPF_MOV | EBPF_K, 0, 0, 1, 0), EXIT } },
	{ "reserved fields of alu", .err = EINVAL, .says = "BPF_ALU uses reserved fields",
	  .insns = { MOV_K(0, 0), INSN(EBPF_ALU64 | EBPF_ADD | EBPF_X, 0, 0, 0, 5), EXIT } },
	{ "reserved fields of exit", .err = EINVAL, .says = "BPF_EXIT uses reserved fields",
	  .insns = { MOV_K(0, 0), INSN(EBPF_JMP | EBPF_EXIT, 1, 0, 0, 0) } },
	{ "reserved fields of call", .err = EINVAL, .says = "BPF_CALL uses reserved fields",
	  .insns = { INSN(EBPF_JMP | EBPF_CALL, 0, 3, 0, 5), EXIT } },
	{ "reserved fields of a load", .err = EINVAL, .says = "BPF_LDX uses reserved fields",
	  .insns = { INSN(EBPF_LDX | EBPF_MEM | EBPF_DW, 0, 10, -8, 1), EXIT } },
	{ "division by constant zero", .err = EINVAL, .says = "div by zero",
	  .insns = { MOV_K(0, 1), ALU_K(EBPF_DIV, 0, 0), EXIT } },
	{ "shift by 64", .err = EINVAL, .says = "invalid shift 64",
	  .insns = { MOV_K(0, 1), ALU_K(EBPF_LSH, 0, 64), EXIT } },
	{ "32-bit shift by 32", .err = EINVAL, .says = "invalid shift 32",
	  .insns = { MOV_K(0, 1), ALU32_K(EBPF_LSH, 0, 32), EXIT } },

	/* Control flow. */
	{ "jump out", .err = EINVAL, .says = "jump out of range from insn 0 to 9",
	  .insns = { JA(8), EXIT } },
	{ "jump before the start", .err = EINVAL, .says = "jump out of range from insn 0 to -3",
	  .insns = { JA(-4), EXIT } },
	{ "unreachable", .err = EINVAL, .says = "unreachable insn 1",
	  .insns = { JA(1), MOV_K(0, 1), MOV_K(0, 0), EXIT } },
	{ "loop without end", .err = EINVAL, .says = "infinite loop detected at insn",
	  .insns = { MOV_K(0, 0), LDX(DW, 2, 1, 0), JMP_K(JEQ, 2, 0, -2), EXIT } },
	{ "loop that counts", .insns = { MOV_K(0, 0), ADD_K(0, 1), JMP_K(JLT, 0, 100, -2), EXIT } },
	{ "loop that never gets there", .err = E2BIG, .says = "BPF program is too large",
	  .insns = { MOV_K(0, 0), ADD_K(0, 1), JMP_K(JNE, 0, -1, -2), EXIT } },
	{ "into the middle of a 64-bit load", .err = EINVAL,
	  .says = "jump into the middle of ldimm64 insn 1",
	  .insns = { JMP_K(JEQ, 1, 0, 1), LD64(0, 1), EXIT } },
	{ "half a 64-bit load", .err = EINVAL, .says = "invalid bpf_ld_imm64 insn",
	  .insns = { INSN(EBPF_LD | EBPF_IMM | EBPF_DW, 0, 0, 0, 1), EXIT } },
	{ "back edge of a call", .err = EINVAL, .says = "back-edge",
	  .insns = { CALL(-1), EXIT } },
	{ "long jump", .insns = { MOV_K(0, 0), GOTOL(1), MOV_K(0, 1), EXIT }, .err = EINVAL,
	  .says = "unreachable insn 2" },
	{ "long jump forward", .insns = { MOV_K(0, 0), JMP_K(JEQ, 1, 0, 1), GOTOL(1),
	  MOV_K(0, 1), EXIT } },

	/* The stack. */
	{ "spill and fill of the context",
	  .insns = { STX(DW, FP, 1, -8), LDX(DW, 2, FP, -8), LDX(DW, 0, 2, 0), EXIT } },
	{ "part of a spilled pointer", .err = EACCES, .says = "invalid size of register fill",
	  .insns = { STX(DW, FP, 1, -8), LDX(W, 0, FP, -8), EXIT } },
	{ "spill of half a pointer", .err = EACCES, .says = "invalid size of register spill",
	  .insns = { STX(W, FP, 1, -8), MOV_K(0, 0), EXIT } },
	{ "overwritten spill is no pointer", .err = EACCES, .says = "invalid mem access 'scalar'",
	  .insns = { STX(DW, FP, 1, -8), ST(B, FP, -5, 0), LDX(DW, 2, FP, -8), LDX(DW, 0, 2, 0),
		     EXIT } },
	{ "below the stack", .err = EACCES, .says = "invalid write to stack R10 off=-520 size=8",
	  .insns = { ST(DW, FP, -520, 0), MOV_K(0, 0), EXIT } },
	{ "above the stack", .err = EACCES, .says = "invalid write to stack R10 off=0 size=8",
	  .insns = { ST(DW, FP, 0, 0), MOV_K(0, 0), EXIT } },
	{ "across the top", .err = EACCES, .says = "misaligned stack access",
	  .insns = { ST(DW, FP, -4, 0), MOV_K(0, 0), EXIT } },
	{ "variable offset within", .insns = {
	  ST(DW, FP, -8, 0), ST(DW, FP, -16, 0), LDX(W, 1, 1, 0), ALU_K(EBPF_AND, 1, 8),
	  ADD_K(1, -16), ADD_X(1, FP), LDX(DW, 0, 1, 0), EXIT } },
	{ "variable offset outside", .err = EACCES, .says = "invalid variable-offset write to stack",
	  .insns = { LDX(W, 1, 1, 0), ALU_K(EBPF_AND, 1, 15), ADD_K(1, -8), ADD_X(1, FP),
		     ST(B, 1, 0, 1), MOV_K(0, 0), EXIT } },
	{ "unbounded offset", .err = EACCES, .says = "unbounded variable-offset",
	  .insns = { LDX(W, 1, 1, 0), ADD_X(1, FP), ST(B, 1, -8, 1), MOV_K(0, 0), EXIT },
	  },
	{ "a bounded number survives a spill", .insns = {
	  LDX(B, 6, 1, 0), ALU_K(EBPF_AND, 6, 31), STX(DW, FP, 6, -16), LOOKUP(MAP_ARRAY),
	  JMP_K(JEQ, 0, 0, 3), LDX(DW, 6, FP, -16), ADD_X(0, 6), LDX(DW, 0, 0, 8), MOV_K(0, 0),
	  EXIT } },

	/* Elements that are there for sure. */
#define KEY_LOOKUP(fd, store)	store, MOV_X(2, FP), ADD_K(2, -8), LD_MAP(1, fd), HELPER(map_lookup_elem)
	{ "a constant index of an array", .insns = { KEY_LOOKUP(MAP_ARRAY4, ST(W, FP, -8, 3)),
	  LDX(DW, 0, 0, 0), EXIT } },
	{ "index 0, by zero bytes", .insns = { ST(W, FP, -4, 0), MOV_X(2, FP), ADD_K(2, -4),
	  LD_MAP(1, MAP_ARRAY4), HELPER(map_lookup_elem), LDX(DW, 0, 0, 0), EXIT } },
	{ "a constant beyond the array", .err = EACCES, .says = "invalid mem access 'map_value_or_null'",
	  .insns = { KEY_LOOKUP(MAP_ARRAY4, ST(W, FP, -8, 4)), LDX(DW, 0, 0, 0), EXIT } },
	{ "a constant of more bytes than the index", .err = EACCES,
	  .says = "invalid mem access 'map_value_or_null'",
	  .insns = { KEY_LOOKUP(MAP_ARRAY4, ST(DW, FP, -8, 1)), LDX(DW, 0, 0, 0), EXIT } },
	{ "an index that is known on one way only", .err = EACCES,
	  .says = "invalid mem access 'map_value_or_null'",
	  .insns = { LDX(DW, 6, 1, 0), MOV_K(7, 1), JMP_K(JEQ, 6, 5, 1), MOV_X(7, 6),
		     KEY_LOOKUP(MAP_ARRAY4, STX(W, FP, 7, -8)), LDX(DW, 0, 0, 0), EXIT } },
	{ "a constant key of a hash", .err = EACCES, .says = "invalid mem access 'map_value_or_null'",
	  .insns = { LOOKUP(MAP_HASH), LDX(DW, 0, 0, 0), EXIT } },
	/* Pointers that are compared. */
	{ "equal to what is not NULL", .insns = { LD_MAP_VALUE(6, MAP_ARRAY, 0), LOOKUP(MAP_HASH),
	  JMP_X(JNE, 0, 6, 1), LDX(DW, 0, 0, 0), MOV_K(0, 0), EXIT } },
	{ "not equal to what is not NULL", .err = EACCES,
	  .says = "invalid mem access 'map_value_or_null'",
	  .insns = { LD_MAP_VALUE(6, MAP_ARRAY, 0), LOOKUP(MAP_HASH), JMP_X(JEQ, 0, 6, 1),
		     LDX(DW, 0, 0, 0), MOV_K(0, 0), EXIT } },
	{ "equal to what may be NULL", .err = EACCES,
	  .says = "invalid mem access 'map_value_or_null'",
	  .insns = { LOOKUP(MAP_HASH), MOV_X(6, 0), LOOKUP(MAP_HASH), JMP_X(JNE, 0, 6, 1),
		     LDX(DW, 0, 0, 0), MOV_K(0, 0), EXIT } },
	{ "NULL in a register", .insns = { LOOKUP(MAP_HASH), MOV_K(6, 0), JMP_X(JEQ, 0, 6, 1),
	  LDX(DW, 0, 0, 0), MOV_K(0, 0), EXIT } },
	{ "NULL in a register on one way only", .err = EACCES,
	  .says = "invalid mem access 'map_value_or_null'",
	  .insns = { LDX(DW, 7, 1, 0), LOOKUP(MAP_HASH), MOV_K(6, 0), JMP_K(JEQ, 7, 5, 1),
		     MOV_K(6, 1), JMP_X(JEQ, 0, 6, 1), LDX(DW, 0, 0, 0), MOV_K(0, 0), EXIT } },
	{ "the address of a map is not NULL", .insns = { LD_MAP(1, MAP_ARRAY), JMP_K(JNE, 1, 0, 1),
	  MOV_K(10, 0), MOV_K(0, 0), EXIT } },
	/* One of two numbers. */
	{ "a mask made of a sign", .insns = { LDX(DW, 6, 1, 0), ALU_K(EBPF_ARSH, 6, 63),
	  ALU_K(EBPF_AND, 6, 13), JMP_K(JEQ, 6, 0, 2), JMP_K(JEQ, 6, 13, 1), MOV_K(10, 0),
	  MOV_K(0, 0), EXIT } },
	{ "a mask made of a sign, of 32 bits", .insns = { LDX(DW, 6, 1, 0),
	  ALU32_K(EBPF_ARSH, 6, 31), ALU32_K(EBPF_OR, 6, 13), JMP_K(JEQ, 6, 13, 2),
	  JMP32_K(JEQ, 6, -1, 1), MOV_K(10, 0), MOV_K(0, 0), EXIT } },
	{ "both of them are looked at", .err = EACCES, .says = "invalid access to map value",
	  .insns = { LDX(DW, 6, 1, 0), ALU_K(EBPF_ARSH, 6, 63), ALU_K(EBPF_AND, 6, 48),
		     LD_MAP_VALUE(1, MAP_ARRAY, 0), ADD_X(1, 6), LDX(B, 0, 1, 0), EXIT } },
	/* Loops that are entered in the middle. */
	{ "a loop entered in the middle", .insns = { MOV_K(0, 0), JMP_K(JEQ, 1, 0, 1), JA(1),
	  ADD_K(0, 1), JMP_K(JLT, 0, 4, -2), EXIT } },
	{ "and without an end", .err = EINVAL, .says = "infinite loop detected",
	  .insns = { MOV_K(0, 0), JMP_K(JEQ, 1, 0, 1), JA(1), MOV_K(0, 0), JMP_K(JLT, 0, 4, -2),
		     EXIT } },
	/* Signs that the other order decides. */
	{ "no negative number is left", .insns = { LDX(DW, 6, 1, 0), JMP_K(JSLT, 6, -8, 4),
	  JMP_K(JSGT, 6, 40, 3), LD64(2, 0x1000000), JMP_X(JGT, 6, 2, 0), JMP_K(JGT, 6, 40, 1), JA(1),
	  JA(2), LD_MAP_VALUE(1, MAP_ARRAY, 0), MOV_K(0, 0), EXIT } },

	/* Loads and stores in order. */
	{ "load-acquire and store-release of what was saved", .insns = {
	  MOV_K(6, 5), ATOMIC(DW, EBPF_STORE_REL, FP, 6, -8), ATOMIC(DW, EBPF_LOAD_ACQ, 7, FP, -8),
	  LD_MAP_VALUE(1, MAP_ARRAY, 0), ADD_X(1, 7), LDX(B, 0, 1, 0), EXIT } },
	{ "load-acquire of a byte", .insns = { ST(DW, FP, -8, 301), ATOMIC(B, EBPF_LOAD_ACQ, 7, FP, -8),
	  ALU_K(EBPF_AND, 7, 31), LD_MAP_VALUE(1, MAP_ARRAY, 0), ADD_X(1, 7),
	  ATOMIC(H, EBPF_STORE_REL, 1, 7, 0), MOV_K(0, 0), EXIT },
	  .err = EACCES, .says = "misaligned value access" },
	{ "store-release of half words", .insns = { LD_MAP_VALUE(1, MAP_ARRAY, 0),
	  ATOMIC(H, EBPF_STORE_REL, 1, 10, 2), MOV_K(0, 0), EXIT } },
	{ "load-acquire of a pointer", .insns = { STX(DW, FP, 1, -8),
	  ATOMIC(DW, EBPF_LOAD_ACQ, 2, FP, -8), LDX(DW, 0, 2, 0), EXIT } },
	{ "load-acquire beyond the value", .err = EACCES, .says = "invalid access to map value",
	  .insns = { LD_MAP_VALUE(1, MAP_ARRAY, 0), ATOMIC(DW, EBPF_LOAD_ACQ, 0, 1, 48), EXIT } },
	{ "load-acquire from the context", .err = EACCES,
	  .says = "BPF_ATOMIC loads from R1 ctx is not allowed",
	  .insns = { ATOMIC(DW, EBPF_LOAD_ACQ, 0, 1, 0), EXIT } },
	{ "load-acquire into R10", .err = EACCES, .says = "frame pointer is read only",
	  .insns = { ST(DW, FP, -8, 0), ATOMIC(DW, EBPF_LOAD_ACQ, FP, FP, -8), EXIT } },
	{ "store-release through a number", .err = EACCES, .says = "invalid mem access 'scalar'",
	  .insns = { MOV_K(2, 8), ATOMIC(W, EBPF_STORE_REL, 2, 1, 0), EXIT } },
	{ "another atomic of a byte", .err = EINVAL, .says = "unknown opcode d3",
	  .insns = { ST(DW, FP, -8, 0), ATOMIC(B, EBPF_ADD, FP, 1, -8), EXIT } },

	/* Map values. */
	{ "lookup without check", .err = EACCES, .says = "R0 invalid mem access 'map_value_or_null'",
	  .insns = { LOOKUP(MAP_HASH), LDX(DW, 0, 0, 0), EXIT } },
	{ "lookup with check", .insns = { LOOKUP(MAP_ARRAY), JMP_K(JEQ, 0, 0, 1),
	  LDX(DW, 0, 0, 40), EXIT } },
	{ "beyond the value", .err = EACCES,
	  .says = "invalid access to map value, value_size=48 off=41 size=8",
	  .insns = { LOOKUP(MAP_ARRAY), JMP_K(JEQ, 0, 0, 1), LDX(DW, 0, 0, 41), EXIT } },
	{ "before the value", .err = EACCES,
	  .says = "invalid access to map value, value_size=48 off=-1 size=1",
	  .insns = { LOOKUP(MAP_ARRAY), JMP_K(JEQ, 0, 0, 1), LDX(B, 0, 0, -1), EXIT } },
	{ "unbounded index", .err = EACCES, .says = "R0 unbounded memory access",
	  .insns = { LDX(W, 6, 1, 0), LOOKUP(MAP_ARRAY), JMP_K(JEQ, 0, 0, 2), ADD_X(0, 6),
		     LDX(B, 0, 0, 0), EXIT } },
	{ "index may be negative", .err = EINVAL, .says = "unbounded min value",
	  .insns = { LDX(DW, 6, 1, 0), LOOKUP(MAP_ARRAY), JMP_K(JEQ, 0, 0, 3),
		     JMP_K(JSGT, 6, 40, 2), ADD_X(0, 6), LDX(B, 0, 0, 0), MOV_K(0, 0), EXIT } },
	{ "checked index", .insns = { LDX(DW, 6, 1, 0), LOOKUP(MAP_ARRAY), JMP_K(JEQ, 0, 0, 3),
	  JMP_K(JGT, 6, 47, 2), ADD_X(0, 6), LDX(B, 0, 0, 0), MOV_K(0, 0), EXIT } },
	{ "a jump with one way left narrows the number",
	  .insns = { LDX(B, 7, 1, 0), LOOKUP(MAP_ARRAY), JMP_K(JNE, 0, 0, 1), EXIT,
		     ALU_K(EBPF_AND, 7, 0x38), JMP_K(JLE, 7, 44, 1), EXIT, JMP_K(JLE, 7, 40, 1), EXIT,
		     ADD_X(0, 7), LDX(DW, 0, 0, 0), EXIT } },
	{ "... and its equal",
	  .insns = { LDX(B, 7, 1, 0), LOOKUP(MAP_ARRAY), JMP_K(JNE, 0, 0, 1), EXIT,
		     ALU_K(EBPF_AND, 7, 0x38), MOV_X(8, 7), JMP_K(JLE, 7, 44, 1), EXIT,
		     JMP_K(JLE, 7, 40, 1), EXIT, ADD_X(0, 8), LDX(DW, 0, 0, 0), EXIT } },
	{ "a constant on the left decides against a range", .insns = {
	  LDX(W, 2, 1, 0), ALU_K(EBPF_AND, 2, 1), ADD_K(2, 32), MOV_K(3, 25), MOV_K(0, 0),
	  JMP_X(JLT, 3, 2, 1), CALL_ID(2001000003), EXIT } },
	{ "... and against any number",
	  .insns = { LDX(DW, 2, 1, 0), MOV_K(3, 0), MOV_K(0, 0), JMP_X(JLE, 3, 2, 1),
		     CALL_ID(2001000003), EXIT } },
	{ "index one too far", .err = EACCES, .says = "R0 max value is outside",
	  .insns = { LDX(DW, 6, 1, 0), LOOKUP(MAP_ARRAY), JMP_K(JEQ, 0, 0, 3),
		     JMP_K(JGT, 6, 48, 2), ADD_X(0, 6), LDX(B, 0, 0, 0), MOV_K(0, 0), EXIT } },
	{ "index checked with 32 bits only", .err = EINVAL, .says = "unbounded min value",
	  .insns = { LDX(DW, 6, 1, 0), LOOKUP(MAP_ARRAY), JMP_K(JEQ, 0, 0, 3),
		     JMP32_K(JGT, 6, 47, 2), ADD_X(0, 6), LDX(B, 0, 0, 0), MOV_K(0, 0), EXIT } },
	{ "address of a value", .insns = { LD_MAP_VALUE(1, MAP_ARRAY, 8), LDX(DW, 0, 1, 32), EXIT } },
	{ "address beyond a value", .err = EINVAL, .says = "value_size=48 off=48",
	  .insns = { LD_MAP_VALUE(1, MAP_ARRAY, 48), MOV_K(0, 0), EXIT } },
	{ "address of a hash's value", .err = EINVAL, .says = "no direct value access support",
	  .insns = { LD_MAP_VALUE(1, MAP_HASH, 0), MOV_K(0, 0), EXIT } },
	{ "write to read-only map", .err = EACCES, .says = "write into map forbidden",
	  .insns = { LD_MAP_VALUE(1, MAP_RDONLY, 0), ST(W, 1, 0, 1), MOV_K(0, 0), EXIT } },
	{ "bad map fd", .err = EBADF, .says = "fd 3 is not pointing to valid bpf_map",
	  .insns = { LD_MAP(1, 3), MOV_K(0, 0), EXIT } },
	{ "arithmetic on a map", .err = EACCES, .says = "pointer arithmetic on map_ptr prohibited",
	  .insns = { LD_MAP(1, MAP_HASH), ADD_K(1, 8), MOV_K(0, 0), EXIT } },
	{ "constant from a frozen map decides a branch", .insns = {
	  LD_MAP_VALUE(1, MAP_RDONLY, 4), LDX(W, 2, 1, 0), MOV_K(0, 0), JMP_K(JEQ, 2, 0, 1),
	  CALL_ID(2001000003), EXIT } },
	{ "constant from a writable map does not", .err = EINVAL,
	  .says = "invalid func unknown#2001000003",
	  .insns = { LD_MAP_VALUE(1, MAP_ARRAY, 4), LDX(W, 2, 1, 0), MOV_K(0, 0),
		     JMP_K(JEQ, 2, 0, 1), CALL_ID(2001000003), EXIT } },

	/* Helpers. */
	{ "poisoned call", .err = EINVAL, .says = "invalid func unknown#195896080",
	  .insns = { CALL_ID(195896080), EXIT } },
	{ "helper id 0", .err = EINVAL, .says = "unknown func", .insns = { CALL_ID(0), EXIT } },
	{ "negative helper id", .err = EINVAL, .says = "invalid func unknown#-1",
	  .insns = { CALL_ID(-1), EXIT } },
	{ "branch records", .type = EBPF_PROG_TYPE_PERF_EVENT, .insns = { MOV_X(2, FP), ADD_K(2, -24),
	  MOV_K(3, 24), MOV_K(4, 0), HELPER(read_branch_records), MOV_K(0, 0), EXIT } },
	{ "... their size", .type = EBPF_PROG_TYPE_PERF_EVENT, .insns = { MOV_K(2, 0), MOV_K(3, 0),
	  MOV_K(4, 1), HELPER(read_branch_records), MOV_K(0, 0), EXIT } },
	{ "... into nothing", .type = EBPF_PROG_TYPE_PERF_EVENT, .err = EACCES,
	  .says = "R2 type=scalar expected=fp", .insns = { MOV_K(2, 0), MOV_K(3, 24), MOV_K(4, 0),
	  HELPER(read_branch_records), MOV_K(0, 0), EXIT } },
	{ "... more than there is room for", .type = EBPF_PROG_TYPE_PERF_EVENT, .err = EACCES,
	  .says = "invalid indirect access to stack R2 off=-24 size=48", .insns = { MOV_X(2, FP),
	  ADD_K(2, -24), MOV_K(3, 48), MOV_K(4, 0), HELPER(read_branch_records), MOV_K(0, 0), EXIT } },
	{ "... in a kprobe", .err = EINVAL, .says = "unknown func bpf_read_branch_records#119",
	  .insns = { HELPER(read_branch_records), EXIT } },
	{ "branches before a probe", .insns = { MOV_X(1, FP), ADD_K(1, -48), MOV_K(2, 48),
	  MOV_K(3, 0), HELPER(get_branch_snapshot), LDX(DW, 0, FP, -48), EXIT } },
	{ "... more than there is room for", .err = EACCES,
	  .says = "invalid indirect access to stack R1 off=-48 size=49", .insns = { MOV_X(1, FP),
	  ADD_K(1, -48), MOV_K(2, 49), MOV_K(3, 0), HELPER(get_branch_snapshot), EXIT } },
	{ "helper of another type", .err = EINVAL,
	  .says = "func bpf_get_func_ip#173 not supported for program type 5",
	  .type = EBPF_PROG_TYPE_TRACEPOINT, .insns = { HELPER(get_func_ip), EXIT } },
	{ "arguments are gone after a call", .err = EACCES, .says = "R1 !read_ok",
	  .insns = { HELPER(ktime_get_ns), MOV_X(0, 1), EXIT } },
	{ "R6 stays", .insns = { MOV_K(6, 1), HELPER(ktime_get_ns), MOV_X(0, 6), EXIT } },
	{ "key not on the stack", .err = EACCES, .says = "R2 type=scalar expected=fp",
	  .insns = { LD_MAP(1, MAP_HASH), MOV_K(2, 0), HELPER(map_lookup_elem), MOV_K(0, 0),
		     EXIT } },
	{ "key larger than the stack", .err = EACCES, .says = "invalid indirect access to stack",
	  .insns = { MOV_X(2, FP), ADD_K(2, -4), LD_MAP(1, MAP_HASH), HELPER(map_lookup_elem),
		     MOV_K(0, 0), EXIT } },
	{ "not a map", .err = EACCES, .says = "R1 type=ctx expected=map_ptr",
	  .insns = { MOV_X(2, FP), ADD_K(2, -8), HELPER(map_lookup_elem), MOV_K(0, 0), EXIT } },
	{ "map of the wrong type", .err = EINVAL,
	  .says = "cannot pass map_type 1 into func bpf_tail_call#12",
	  .insns = { LD_MAP(2, MAP_HASH), MOV_K(3, 0), HELPER(tail_call), MOV_K(0, 0), EXIT } },
	{ "lookup in a prog array", .err = EINVAL, .says = "cannot pass map_type 3 into func",
	  .insns = { LOOKUP(MAP_PROGS), MOV_K(0, 0), EXIT } },
	{ "tail call", .insns = { LD_MAP(2, MAP_PROGS), MOV_K(3, 0), HELPER(tail_call),
	  MOV_K(0, 0), EXIT } },
	{ "size may be negative", .err = EACCES, .says = "R2 min value is negative",
	  .insns = { LDX(DW, 2, 1, 0), MOV_X(1, FP), ADD_K(1, -16), MOV_X(3, FP),
		     HELPER(probe_read_kernel), EXIT } },
	{ "size unbounded", .err = EACCES, .says = "R2 unbounded memory access",
	  .insns = { LDX(W, 2, 1, 0), MOV_X(1, FP), ADD_K(1, -16), MOV_X(3, FP),
		     HELPER(probe_read_kernel), EXIT } },
	{ "size beyond the stack", .err = EACCES, .says = "invalid indirect access to stack",
	  .insns = { LDX(B, 2, 1, 0), MOV_X(1, FP), ADD_K(1, -16), MOV_X(3, FP),
		     HELPER(probe_read_kernel), EXIT } },
	{ "bounded size", .insns = { LDX(B, 2, 1, 0), ALU_K(EBPF_AND, 2, 15), MOV_X(1, FP),
	  ADD_K(1, -16), MOV_X(3, FP), HELPER(probe_read_kernel), EXIT } },
	{ "helper fills a read-only map", .err = EACCES, .says = "write into map forbidden",
	  .insns = { LD_MAP_VALUE(1, MAP_RDONLY, 0), MOV_K(2, 8), MOV_X(3, FP),
		     HELPER(probe_read_kernel), EXIT } },
	{ "and with a size that varies", .err = EACCES, .says = "write into map forbidden",
	  .insns = { LDX(B, 2, 1, 0), ALU_K(EBPF_AND, 2, 15), LD_MAP_VALUE(1, MAP_RDONLY, 0),
		     MOV_X(3, FP), HELPER(probe_read_kernel), EXIT } },
	{ "helper destroys a spilled pointer", .err = EACCES, .says = "invalid mem access 'scalar'",
	  .insns = { MOV_X(6, 1), STX(DW, FP, 1, -8), MOV_X(1, FP), ADD_K(1, -8), MOV_K(2, 8),
		     MOV_X(3, FP), HELPER(probe_read_kernel), LDX(DW, 1, FP, -8),
		     LDX(DW, 0, 1, 0), EXIT } },
	{ "result of get_stack is bounded", .insns = {
	  MOV_X(6, 1), LOOKUP(MAP_ARRAY), JMP_K(JEQ, 0, 0, 9), MOV_X(7, 0), MOV_X(1, 6),
	  MOV_X(2, 7), MOV_K(3, 40), MOV_K(4, 0), HELPER(get_stack), JMP_K(JSLT, 0, 0, 2),
	  ADD_X(7, 0), LDX(DW, 0, 7, 0), MOV_K(0, 0), EXIT } },
	{ "perf output", .insns = { ST(DW, FP, -8, 0), LD_MAP(2, MAP_EVENTS), LD64(3, 0xffffffffLL),
	  MOV_X(4, FP), ADD_K(4, -8), MOV_K(5, 8), HELPER(perf_event_output), EXIT } },

	/* References. */
	{ "record submitted", .insns = { LD_MAP(1, MAP_RINGBUF), MOV_K(2, 16), MOV_K(3, 0),
	  HELPER(ringbuf_reserve), JMP_K(JEQ, 0, 0, 4), ST(DW, 0, 8, 1), MOV_X(1, 0), MOV_K(2, 0),
	  HELPER(ringbuf_submit), MOV_K(0, 0), EXIT } },
	{ "record kept", .err = EINVAL, .says = "Unreleased reference id=",
	  .insns = { LD_MAP(1, MAP_RINGBUF), MOV_K(2, 16), MOV_K(3, 0), HELPER(ringbuf_reserve),
		     MOV_K(0, 0), EXIT } },
	{ "record used after submit", .err = EACCES, .says = "R6 invalid mem access 'scalar'",
	  .insns = { LD_MAP(1, MAP_RINGBUF), MOV_K(2, 16), MOV_K(3, 0), HELPER(ringbuf_reserve),
		     JMP_K(JEQ, 0, 0, 5), MOV_X(6, 0), MOV_X(1, 0), MOV_K(2, 0),
		     HELPER(ringbuf_submit), ST(DW, 6, 0, 1), MOV_K(0, 0), EXIT } },
	{ "submitted twice", .err = EACCES, .says = "R1 type=scalar expected=alloc_mem",
	  .insns = { LD_MAP(1, MAP_RINGBUF), MOV_K(2, 16), MOV_K(3, 0), HELPER(ringbuf_reserve),
		     JMP_K(JEQ, 0, 0, 7), MOV_X(6, 0), MOV_X(1, 0), MOV_K(2, 0),
		     HELPER(ringbuf_submit), MOV_X(1, 6), MOV_K(2, 0), HELPER(ringbuf_submit),
		     MOV_K(0, 0), EXIT } },
	{ "beyond the record", .err = EACCES, .says = "invalid access to memory, mem_size=16",
	  .insns = { LD_MAP(1, MAP_RINGBUF), MOV_K(2, 16), MOV_K(3, 0), HELPER(ringbuf_reserve),
		     JMP_K(JEQ, 0, 0, 1), ST(DW, 0, 16, 1), MOV_K(0, 0), EXIT } },
	{ "record of a size that varies", .err = EACCES, .says = "R2 is not a known constant",
	  .insns = { LDX(B, 2, 1, 0), LD_MAP(1, MAP_RINGBUF), MOV_K(3, 0),
		     HELPER(ringbuf_reserve), MOV_K(0, 0), EXIT } },

	/* Functions. */
	{ "function with two arguments", .insns = { MOV_K(1, 1), MOV_K(2, 2), CALL(1), EXIT,
	  MOV_X(0, 1), ADD_X(0, 2), EXIT } },
	{ "caller's registers are not the callee's", .err = EACCES, .says = "R6 !read_ok",
	  .insns = { MOV_K(6, 1), CALL(1), EXIT, MOV_X(0, 6), EXIT } },
	{ "callee writes the caller's stack", .insns = { MOV_X(1, FP), ADD_K(1, -8), CALL(2),
	  LDX(DW, 0, FP, -8), EXIT, ST(DW, 1, 0, 7), MOV_K(0, 0), EXIT } },
	{ "pointer to the callee's stack returned", .err = EINVAL,
	  .says = "cannot return stack pointer to the caller",
	  .insns = { CALL(1), EXIT, MOV_X(0, FP), EXIT } },
	{ "stack of three of four functions", .type = EBPF_PROG_TYPE_SCHED_CLS, .err = EACCES,
	  .says = "combined stack size of 3 calls is 672",
	  .insns = { ST(DW, FP, -200, 0), CALL(7), EXIT, ST(DW, FP, -200, 0), MOV_K(0, 0), EXIT,
		     ST(DW, FP, -200, 0), CALL(-5), EXIT, ST(DW, FP, -200, 0), CALL(-5), EXIT } },
	{ "stack of two functions of a probe", .insns = { ST(DW, FP, -512, 0), CALL(1), EXIT,
	  ST(DW, FP, -512, 0), MOV_K(0, 0), EXIT } },
	{ "stack of two functions and a tail call", .err = EACCES,
	  .says = "combined stack size of 2 calls is 1024",
	  .insns = { MOV_X(6, 1), ST(DW, FP, -512, 0), CALL(7), MOV_X(1, 6), LD_MAP(2, MAP_PROGS),
		     MOV_K(3, 0), HELPER(tail_call), MOV_K(0, 0), EXIT, ST(DW, FP, -512, 0),
		     MOV_K(0, 0), EXIT } },
	{ "stack of two functions", .type = EBPF_PROG_TYPE_SCHED_CLS, .err = EACCES,
	  .says = "combined stack size of 2 calls is 544",
	  .insns = { ST(DW, FP, -256, 0), CALL(1), EXIT, ST(DW, FP, -264, 0), MOV_K(0, 0), EXIT },
	  .flags = 0 },
	{ "eight frames deep", .err = E2BIG, .says = "the call stack of 9 frames is too deep",
	  .insns = { CALL(1), EXIT, CALL(1), EXIT, CALL(1), EXIT, CALL(1), EXIT, CALL(1), EXIT,
		     CALL(1), EXIT, CALL(1), EXIT, CALL(1), EXIT, MOV_K(0, 0), EXIT } },
	{ "jump into another function", .err = EINVAL, .says = "jump out of range",
	  .insns = { CALL(2), JA(1), EXIT, MOV_K(0, 0), EXIT } },
	{ "kernel function", .err = ENOTSUPP, .says = "calling kernel function",
	  .insns = { INSN(EBPF_JMP | EBPF_CALL, 0, EBPF_PSEUDO_KFUNC_CALL, 0, 7), EXIT } },

	/* Contexts. */
	{ "pt_regs, last field", .insns = { LDX(DW, 0, 1, 160), EXIT } },
	{ "beyond pt_regs", .err = EACCES, .says = "invalid bpf_context access off=168 size=8",
	  .insns = { LDX(DW, 0, 1, 168), EXIT } },
	{ "misaligned in pt_regs", .err = EACCES, .says = "invalid bpf_context access off=4 size=8",
	  .insns = { LDX(DW, 0, 1, 4), EXIT } },
	{ "write to pt_regs", .err = EACCES, .says = "invalid bpf_context access",
	  .insns = { MOV_K(0, 0), STX(DW, 1, 0, 0), EXIT } },
	{ "moved context", .insns = { ADD_K(1, 8), LDX(DW, 0, 1, 0), EXIT } },
	{ "moved somewhere", .err = EACCES, .says = "variable ctx access var_off=(0x0; 0x8) disallowed",
	  .insns = { LDX(DW, 2, 1, 0), ALU_K(EBPF_AND, 2, 8), ADD_X(1, 2), LDX(DW, 0, 1, 0), EXIT } },
	{ "moved back", .err = EACCES, .says = "negative offset ctx ptr R1 off=-8 disallowed",
	  .insns = { ADD_K(1, -8), LDX(DW, 0, 1, 8), EXIT } },
	{ "moved, of fields that are converted", .type = EBPF_PROG_TYPE_PERF_EVENT, .err = EACCES,
	  .says = "dereference of modified ctx ptr R1 off=8",
	  .insns = { ADD_K(1, 8), LDX(DW, 0, 1, 0), EXIT } },
	{ "tracepoint record", .type = EBPF_PROG_TYPE_TRACEPOINT,
	  .insns = { LDX(DW, 0, 1, 8), EXIT } },
	{ "tracepoint common header", .type = EBPF_PROG_TYPE_TRACEPOINT, .err = EACCES,
	  .says = "invalid bpf_context access off=0", .insns = { LDX(W, 0, 1, 0), EXIT } },
	{ "raw tracepoint arguments", .type = EBPF_PROG_TYPE_RAW_TRACEPOINT,
	  .insns = { LDX(DW, 0, 1, 88), EXIT } },
	{ "thirteenth argument", .type = EBPF_PROG_TYPE_RAW_TRACEPOINT, .err = EACCES,
	  .says = "invalid bpf_context access off=96", .insns = { LDX(DW, 0, 1, 96), EXIT } },
	{ "perf event sample period", .type = EBPF_PROG_TYPE_PERF_EVENT,
	  .insns = { LDX(W, 0, 1, 168), EXIT } },
	{ "half a register of a perf event", .type = EBPF_PROG_TYPE_PERF_EVENT, .err = EACCES,
	  .says = "invalid bpf_context access off=0 size=4", .insns = { LDX(W, 0, 1, 0), EXIT } },
	{ "socket filter length", .type = EBPF_PROG_TYPE_SOCKET_FILTER,
	  .insns = { LDX(W, 0, 1, 0), EXIT } },
	{ "socket filter data pointer", .type = EBPF_PROG_TYPE_SOCKET_FILTER, .err = EACCES,
	  .says = "invalid bpf_context access", .insns = { LDX(W, 0, 1, 76), EXIT } },
	{ "one load, two kinds of pointer", .type = EBPF_PROG_TYPE_PERF_EVENT, .err = EINVAL,
	  .says = "same insn cannot be used with different pointers",
	  .insns = { ST(DW, FP, -8, 0), MOV_X(2, 1), LDX(DW, 3, 1, 0), JMP_K(JEQ, 3, 0, 2),
		     MOV_X(2, FP), ADD_K(2, -8), LDX(DW, 0, 2, 0), EXIT } },
	{ "unknown program type", .type = 200, .err = EINVAL, .insns = { MOV_K(0, 0), EXIT } },

	/* Packets. R2 = data, R3 = data_end. */
	{ "packet byte, checked", .type = EBPF_PROG_TYPE_XDP,
	  .insns = { LDX(W, 2, 1, 0), LDX(W, 3, 1, 4), MOV_X(4, 2), ADD_K(4, 14), MOV_K(0, 1),
		     JMP_X(JGT, 4, 3, 1), LDX(B, 0, 2, 13), EXIT } },
	{ "packet byte, not checked", .type = EBPF_PROG_TYPE_XDP, .err = EACCES,
	  .says = "invalid access to packet, off=0 size=1, R2(id=0,off=0,r=0)",
	  .insns = { LDX(W, 2, 1, 0), LDX(B, 0, 2, 0), EXIT } },
	{ "one byte beyond what was checked", .type = EBPF_PROG_TYPE_XDP, .err = EACCES,
	  .says = "R2 offset is outside of the packet",
	  .insns = { LDX(W, 2, 1, 0), LDX(W, 3, 1, 4), MOV_X(4, 2), ADD_K(4, 14), MOV_K(0, 1),
		     JMP_X(JGT, 4, 3, 1), LDX(B, 0, 2, 14), EXIT } },
	{ "the wrong way of the check", .type = EBPF_PROG_TYPE_XDP, .err = EACCES,
	  .says = "R2 offset is outside of the packet",
	  .insns = { LDX(W, 2, 1, 0), LDX(W, 3, 1, 4), MOV_X(4, 2), ADD_K(4, 14), MOV_K(0, 1),
		     JMP_X(JLE, 4, 3, 1), LDX(B, 0, 2, 0), EXIT } },
	{ "a check that wraps", .type = EBPF_PROG_TYPE_XDP, .err = EACCES,
	  .says = "R4 offset is outside of the packet",
	  .insns = { LDX(W, 2, 1, 0), LDX(W, 3, 1, 4), MOV_X(4, 2), ADD_K(4, 0x10000),
		     MOV_K(0, 1), JMP_X(JGT, 4, 3, 1), LDX(B, 0, 4, -1), EXIT } },
	{ "a variable header length", .type = EBPF_PROG_TYPE_SCHED_CLS,
	  .insns = { LDX(W, 2, 1, 76), LDX(W, 3, 1, 80), LDX(W, 5, 1, 0), ALU_K(EBPF_AND, 5, 60),
		     ADD_X(2, 5), MOV_X(4, 2), ADD_K(4, 8), MOV_K(0, 0), JMP_X(JGT, 4, 3, 1),
		     LDX(W, 0, 2, 4), EXIT } },
	{ "another variable part", .type = EBPF_PROG_TYPE_SCHED_CLS, .err = EACCES,
	  .says = "offset is outside of the packet",
	  .insns = { LDX(W, 2, 1, 76), LDX(W, 3, 1, 80), LDX(W, 5, 1, 0), ALU_K(EBPF_AND, 5, 60),
		     MOV_X(4, 2), ADD_X(4, 5), ADD_X(2, 5), ADD_K(4, 8), MOV_K(0, 0),
		     JMP_X(JGT, 4, 3, 1), LDX(W, 0, 2, 4), EXIT } },
	{ "tc writes a packet", .type = EBPF_PROG_TYPE_SCHED_CLS,
	  .insns = { LDX(W, 2, 1, 76), LDX(W, 3, 1, 80), MOV_X(4, 2), ADD_K(4, 8), MOV_K(0, 0),
		     JMP_X(JGT, 4, 3, 1), STX(DW, 2, 0, 0), EXIT } },
	{ "a cgroup program does not", .type = EBPF_PROG_TYPE_CGROUP_SKB, .err = EACCES,
	  .says = "cannot write into packet",
	  .insns = { LDX(W, 2, 1, 76), LDX(W, 3, 1, 80), MOV_X(4, 2), ADD_K(4, 8), MOV_K(0, 0),
		     JMP_X(JGT, 4, 3, 1), STX(DW, 2, 0, 0), EXIT } },
	{ "a cgroup program's verdict", .type = EBPF_PROG_TYPE_CGROUP_SKB, .err = EINVAL,
	  .says = "At program exit the register R0 has value (0x2; 0x0) should have been in (0x0; 0x1)",
	  .insns = { MOV_K(0, 2), EXIT } },
	{ "half of the data pointer", .type = EBPF_PROG_TYPE_XDP, .err = EACCES,
	  .says = "invalid bpf_context access off=0 size=2", .insns = { LDX(H, 0, 1, 0), EXIT } },
	{ "classic packet load", .type = EBPF_PROG_TYPE_SOCKET_FILTER,
	  .insns = { MOV_X(6, 1), INSN(EBPF_LD | EBPF_ABS | EBPF_H, 0, 0, 0, 12), EXIT } },
	{ "classic packet load without context in R6", .type = EBPF_PROG_TYPE_SOCKET_FILTER,
	  .err = EINVAL, .says = "R6 != pointer to skb",
	  .insns = { MOV_K(6, 1), INSN(EBPF_LD | EBPF_ABS | EBPF_H, 0, 0, 0, 12), EXIT } },
	{ "classic packet load in a kprobe", .err = EINVAL,
	  .says = "BPF_LD_[ABS|IND] instructions not allowed for this program type",
	  .insns = { MOV_X(6, 1), INSN(EBPF_LD | EBPF_ABS | EBPF_H, 0, 0, 0, 12), EXIT } },

	/* Newer instructions. */
	{ "signed division", .insns = { MOV_K(0, -7), LDX(DW, 1, 1, 0), SIGNED(EBPF_DIV, 0, 1), EXIT } },
	{ "sign-extending move", .insns = { LDX(B, 1, 1, 0),
	  INSN(EBPF_ALU64 | EBPF_MOV | EBPF_X, 0, 1, 8, 0), EXIT } },
	{ "sign-extending move of 32 to 32 bits", .err = EINVAL, .says = "BPF_MOV uses reserved",
	  .insns = { INSN(EBPF_ALU | EBPF_MOV | EBPF_X, 0, 1, 32, 0), EXIT } },
	{ "sign-extended byte may be negative", .err = EACCES, .says = "R0 min value is negative",
	  .insns = { LDX(B, 6, 1, 0), LOOKUP(MAP_ARRAY), JMP_K(JEQ, 0, 0, 4),
		     INSN(EBPF_ALU64 | EBPF_MOV | EBPF_X, 6, 6, 8, 0), JMP_K(JSGT, 6, 40, 2),
		     ADD_X(0, 6), LDX(B, 0, 0, 0), MOV_K(0, 0), EXIT } },
	{ "byte swap", .insns = { LDX(DW, 0, 1, 0), INSN(EBPF_ALU64 | EBPF_END, 0, 0, 0, 32), EXIT } },
	{ "sign-extending load", .insns = { LDSX(B, 0, 1, 0), EXIT } },
	{ "atomics", .insns = { ST(DW, FP, -8, 1), MOV_K(1, 5), ATOMIC(DW, EBPF_ADD, FP, 1, -8),
	  ATOMIC(W, EBPF_XOR | EBPF_FETCH, FP, 1, -8), MOV_K(0, 1),
	  ATOMIC(DW, EBPF_CMPXCHG, FP, 1, -8), EXIT } },
	{ "atomic of an unknown kind", .err = EINVAL, .says = "invalid atomic opcode",
	  .insns = { ST(DW, FP, -8, 1), MOV_K(1, 5), ATOMIC(DW, 0x33, FP, 1, -8), MOV_K(0, 0), EXIT } },
	{ "atomic on the context", .err = EACCES, .says = "BPF_ATOMIC stores into R1 ctx",
	  .insns = { MOV_K(0, 5), ATOMIC(DW, EBPF_ADD, 1, 0, 0), EXIT } },
	{ "atomic of one byte", .err = EINVAL, .says = "unknown opcode",
	  .insns = { MOV_K(0, 5), ATOMIC(B, EBPF_ADD, FP, 0, -8), EXIT } },
	{ "strict alignment", .flags = EBPF_F_STRICT_ALIGNMENT, .err = EACCES,
	  .says = "misaligned value access",
	  .insns = { LOOKUP(MAP_ARRAY), JMP_K(JEQ, 0, 0, 1), LDX(DW, 0, 0, 1), EXIT } },
};

static struct verif_result res;

static void load_plain(const struct ebpf_insn *insns, u32 cnt, bool gpl, u32 level)
{
	struct ebpf_load load = {
		.prog_type = EBPF_PROG_TYPE_KPROBE, .gpl_compatible = gpl,
		.insns = insns, .insn_cnt = cnt,
	};

	verif_load(&res, &load, level);
}

static void test_sizes(void)
{
	u32 n = EBPF_COMPLEXITY_LIMIT + 1, i;
	struct ebpf_insn *insns = calloc(n, sizeof(*insns));
	const struct ebpf_insn mov = MOV_K(0, 0), leave = EXIT;

	for (i = 0; i < n; i++)
		insns[i] = i % 8191 == 8190 ? mov : mov;
	insns[n - 1] = leave;
	load_plain(insns, n, true, 0);
	tap_ok(res.err == -E2BIG, "one instruction too many");
	load_plain(insns, 0, true, 0);
	tap_ok(res.err == -E2BIG, "no instruction");
	insns[n - 2] = leave;
	load_plain(insns, n - 1, true, 0);
	tap_ok(res.err == 0, "a million instructions");
	free(insns);
}

static void test_gpl(void)
{
	static const struct ebpf_insn insns[] = {
		MOV_X(1, FP), ADD_K(1, -8), MOV_K(2, 8), MOV_K(3, 0), HELPER(probe_read_kernel), EXIT
	};

	load_plain(insns, ARRAY_SIZE(insns), true, 4);
	tap_ok(res.err == 0, "GPL helper from a GPL program");
	load_plain(insns, ARRAY_SIZE(insns), false, 4);
	tap_ok(res.err == -EINVAL && strstr(res.log,
	       "cannot call GPL-restricted function from non-GPL compatible program"),
	       "GPL helper from another");
}

static void test_log(void)
{
	static const struct ebpf_insn insns[] = {
		MOV_K(0, 1), LDX(DW, 2, 1, 0), JMP_K(JEQ, 2, 5, 1), MOV_K(0, 2), EXIT
	};

	load_plain(insns, ARRAY_SIZE(insns), true, 1);
	tap_ok(!res.err && !strstr(res.log, "r0 = 1") && strstr(res.log,
	       "processed 6 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0"),
	       "level 1 of a good program: the sum only");
	load_plain(insns, ARRAY_SIZE(insns), true, 2);
	tap_ok(strstr(res.log, "func#0 @0\n0: R1=ctx(off=0,imm=0) R10=fp0\n") != NULL,
	       "level 2 starts with the first state");
	tap_ok(strstr(res.log, "0: (b7) r0 = 1                        ; R0_w=1\n") != NULL,
	       "and shows what each instruction changed");
	tap_ok(strstr(res.log, "\nfrom 2 to 4: R0_w=1 R1=ctx(off=0,imm=0) R2_w=5 R10=fp0\n") != NULL,
	       "and where paths part");
	load_plain(insns, ARRAY_SIZE(insns), true, 4);
	tap_ok(strstr(res.log, "verification time ") == res.log &&
	       strstr(res.log, "usec\nstack depth 0\nprocessed 6 insns"), "level 4: statistics");
	res.log_size = 100;
	load_plain(insns, ARRAY_SIZE(insns), true, 2);
	tap_ok(res.err == -ENOSPC, "log buffer too small");
	tap_ok(!res.img.insns && !fake_map_refs(), "then nothing is loaded");
	res.log_size = 0;
	load_plain(insns, ARRAY_SIZE(insns), true, 0);
	tap_ok(!res.err && !res.log_len, "level 0: silence");
}

static void test_signal(void)
{
	static const struct ebpf_insn insns[] = {
		MOV_K(0, 0), ADD_K(0, 1), JMP_K(JLT, 0, 100000, -2), EXIT
	};

	test_set_yield(-EAGAIN);
	load_plain(insns, ARRAY_SIZE(insns), true, 0);
	tap_ok(res.err == -EAGAIN, "a killed loader is let go");
	test_set_yield(0);
}

/* Every allocation fails once: no leak (the sanitizer looks), no crash, ENOMEM. */
static void test_memory(void)
{
	static const struct ebpf_insn insns[] = {
		MOV_X(6, 1), LOOKUP(MAP_ARRAY), JMP_K(JEQ, 0, 0, 2), LDX(DW, 1, 0, 0), CALL(2),
		MOV_K(0, 0), EXIT, MOV_X(0, 1), JMP_K(JGT, 0, 9, 1), MOV_K(0, 9), EXIT
	};
	int failures = 0, bad = 0;
	long n;

	for (n = 0; n < 10000; n++) {
		test_fail_alloc(n);
		load_plain(insns, ARRAY_SIZE(insns), true, 2);
		if (!res.err)
			break;
		failures++;
		/* The verifier says EFAULT where Linux does: a path not kept. */
		if (res.err != -ENOMEM && res.err != -EFAULT)
			bad++;
		if (fake_map_refs())
			bad++;
	}
	test_fail_alloc(-1);
	tap_ok(!res.err && failures > 10 && !bad, "out of memory at any point (%d points)", failures);
}

/* Pointers that are not NULL stay so within limits only: what comes of any number added
 * to one can be NULL again, and both ways are walked.
 */
static void test_never_null(void)
{
	static const struct ebpf_insn within[] = {
		LOOKUP(MAP_ARRAY), JMP_K(JNE, 0, 0, 1), EXIT, JMP_K(JNE, 0, 0, 1), MOV_K(5, 4242),
		MOV_K(0, 0), EXIT
	};
	static const struct ebpf_insn anywhere[] = {
		LDX(DW, 7, 1, 0), ALU_K(EBPF_RSH, 7, 1), LOOKUP(MAP_ARRAY), JMP_K(JNE, 0, 0, 1), EXIT,
		ADD_X(0, 7), JMP_K(JNE, 0, 0, 1), MOV_K(5, 4242), MOV_K(0, 0), EXIT
	};

	load_plain(within, ARRAY_SIZE(within), true, EBPF_LOG_LEVEL2);
	tap_ok(!res.err && !strstr(res.log, "r5 = 4242"), "a pointer that is not NULL goes one way");
	load_plain(anywhere, ARRAY_SIZE(anywhere), true, EBPF_LOG_LEVEL2);
	tap_ok(!res.err && strstr(res.log, "r5 = 4242"), "with any number added to it, both ways");
}

int main(void)
{
	u32 i;

	verif_maps();
	for (i = 0; i < ARRAY_SIZE(cases); i++)
		tap_ok(verif_ok(&cases[i]), "%s", cases[i].name);
	test_sizes();
	test_gpl();
	test_log();
	test_signal();
	test_memory();
	test_never_null();
	load_plain(cases[0].insns, 2, true, 0);
	tap_eq(test_bugs(), 0, "no rule of the verifier's own was broken");
	return tap_end();
}
