// SPDX-License-Identifier: GPL-2.0-only
/*
 * Refusals that nothing else provokes: fields that must be 0, memory of the wrong
 * kind, arguments of the wrong kind.
 */
#include <tap.h>
#include "services.h"
#include "verif_run.h"

#define XDP	EBPF_PROG_TYPE_XDP
#define STRICT	EBPF_F_STRICT_ALIGNMENT
#define RAW_W	EBPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE

/* r2 = packet, r3 = its end; 8 bytes of r2 exist behind it. */
#define PACKET(skip)	\
	LDX(W, 2, 1, 0), LDX(W, 3, 1, 4), MOV_X(4, 2), ADD_K(4, 8), JMP_X(JGT, 4, 3, skip)

static const struct verif_case cases[] = {
	{ "a ring buffer record is memory of its size", 0, 0, 0, NULL, {
		LD_MAP(1, MAP_RINGBUF), MOV_K(2, 8), MOV_K(3, 0), HELPER(ringbuf_reserve),
		JMP_K(JEQ, 0, 0, 5), MOV_X(6, 0), ST(DW, 6, 0, 1), MOV_X(1, 6), MOV_K(2, 0),
		HELPER(ringbuf_submit), MOV_K(0, 0), EXIT } },
	{ "... and not more", 0, 0, EACCES, "invalid access to memory, mem_size=8 off=8 size=1", {
		LD_MAP(1, MAP_RINGBUF), MOV_K(2, 8), MOV_K(3, 0), HELPER(ringbuf_reserve),
		JMP_K(JEQ, 0, 0, 1), ST(B, 0, 8, 1), MOV_K(0, 0), EXIT } },
	{ "a helper fills a record", 0, 0, 0, NULL, {
		LD_MAP(1, MAP_RINGBUF), MOV_K(2, 8), MOV_K(3, 0), HELPER(ringbuf_reserve),
		JMP_K(JEQ, 0, 0, 8), MOV_X(6, 0), MOV_X(1, 6), MOV_K(2, 8), MOV_K(3, 0),
		HELPER(probe_read_kernel), MOV_X(1, 6), MOV_K(2, 0), HELPER(ringbuf_discard),
		MOV_K(0, 0), EXIT } },
	{ "a record is submitted twice", 0, 0, EACCES, "R1 type=scalar expected=alloc_mem", {
		LD_MAP(1, MAP_RINGBUF), MOV_K(2, 8), MOV_K(3, 0), HELPER(ringbuf_reserve),
		JMP_K(JEQ, 0, 0, 6), MOV_X(6, 0), MOV_X(1, 6), MOV_K(2, 0),
		HELPER(ringbuf_submit), MOV_X(1, 6), HELPER(ringbuf_submit), MOV_K(0, 0), EXIT } },
	{ "a record that is none", 0, 0, EACCES, NULL, {
		LOOKUP(MAP_HASH), JMP_K(JEQ, 0, 0, 3), MOV_X(1, 0), MOV_K(2, 0),
		HELPER(ringbuf_submit), MOV_K(0, 0), EXIT } },
	{ "a number as memory of a helper", 0, 0, EACCES, "R1 type=scalar expected=", {
		MOV_K(1, 7), MOV_K(2, 8), MOV_K(3, 0), HELPER(probe_read_kernel), EXIT } },
	{ "no memory of no bytes", 0, 0, EACCES, "R1 type=scalar expected=", {
		MOV_K(1, 0), MOV_K(2, 0), MOV_K(3, 0), HELPER(probe_read_kernel), MOV_K(0, 0), EXIT } },
	{ "no memory of some bytes", 0, 0, EACCES, "R1 type=scalar expected=", {
		MOV_K(1, 0), MOV_K(2, 1), MOV_K(3, 0), HELPER(probe_read_kernel), EXIT } },
	{ "a size that may be negative", 0, 0, EACCES, "R2 min value is negative", {
		LDX(DW, 2, 1, 0), MOV_X(1, 10), ADD_K(1, -8), MOV_K(3, 0),
		HELPER(probe_read_kernel), EXIT } },
	{ "a size without end", 0, 0, EACCES, "R2 unbounded memory access", {
		LDX(W, 2, 1, 0), MOV_X(1, 10), ADD_K(1, -8), MOV_K(3, 0),
		HELPER(probe_read_kernel), EXIT } },
	{ "a fixed record of unknown size", 0, 0, EACCES, "is not a known constant", {
		LDX(W, 2, 1, 0), LD_MAP(1, MAP_RINGBUF), MOV_K(3, 0), HELPER(ringbuf_reserve), EXIT } },
	{ "a number as map", 0, 0, EACCES, "R1 type=scalar expected=map_ptr", {
		MOV_K(1, 0), MOV_X(2, 10), HELPER(map_lookup_elem), EXIT } },
	{ "lookup in a prog array", 0, 0, EINVAL, "cannot pass map_type", {
		LOOKUP(MAP_PROGS), EXIT } },
	{ "update of a frozen map", 0, 0, EACCES, "write into map forbidden", {
		ST(DW, 10, -8, 0), ST(DW, 10, -16, 0), ST(DW, 10, -24, 0), MOV_X(2, 10),
		ADD_K(2, -8), MOV_X(3, 10), ADD_K(3, -24), MOV_K(4, 0), LD_MAP(1, MAP_RDONLY),
		HELPER(map_update_elem), EXIT } },
	{ "store into a frozen map", 0, 0, EACCES, "write into map forbidden", {
		LD_MAP_VALUE(1, MAP_RDONLY, 0), ST(W, 1, 0, 1), MOV_K(0, 0), EXIT } },
	{ "a format in a map that may change", 0, 0, EACCES, NULL, {
		MOV_X(1, 10), ADD_K(1, -8), MOV_K(2, 8), LD_MAP_VALUE(3, MAP_ARRAY, 0),
		MOV_K(4, 0), MOV_K(5, 0), HELPER(snprintf), EXIT } },
	{ "a format that is one", 0, 0, 0, NULL, {
		MOV_X(1, 10), ADD_K(1, -8), MOV_K(2, 8), LD_MAP_VALUE(3, MAP_RDONLY, 4),
		MOV_K(4, 0), MOV_K(5, 0), HELPER(snprintf), MOV_K(0, 0), EXIT } },
	{ "a format with a bell in it", 0, 0, EINVAL, "Invalid format string", {
		MOV_X(1, 10), ADD_K(1, -8), MOV_K(2, 8), LD_MAP_VALUE(3, MAP_RDONLY, 0),
		MOV_K(4, 0), MOV_K(5, 0), HELPER(snprintf), MOV_K(0, 0), EXIT } },
	{ "half an argument", 0, 0, EINVAL, NULL, {
		ST(DW, 10, -8, 0), ST(DW, 10, -16, 0), MOV_X(1, 10), ADD_K(1, -8), MOV_K(2, 8),
		LD_MAP_VALUE(3, MAP_RDONLY, 4), MOV_X(4, 10), ADD_K(4, -16), MOV_K(5, 4),
		HELPER(snprintf), MOV_K(0, 0), EXIT } },
	{ "a format without end", 0, 0, EINVAL, "string is not zero-terminated", {
		MOV_X(1, 10), ADD_K(1, -8), MOV_K(2, 8), LD_MAP_VALUE(3, MAP_RDONLY, 12),
		MOV_K(4, 0), MOV_K(5, 0), HELPER(snprintf), EXIT } },
	{ "a format at a place unknown", 0, 0, EACCES, "R3 is not a constant address", {
		LDX(B, 6, 1, 0), ALU_K(EBPF_AND, 6, 7), LD_MAP_VALUE(3, MAP_RDONLY, 0),
		ADD_X(3, 6), MOV_X(1, 10), ADD_K(1, -8), MOV_K(2, 8), MOV_K(4, 0), MOV_K(5, 0),
		HELPER(snprintf), EXIT } },
	{ "a result at an odd place of the stack", 0, 0, EACCES, NULL, {
		LD_MAP_VALUE(1, MAP_RDONLY, 0), MOV_K(2, 4), MOV_K(3, 0), MOV_X(4, 10),
		ADD_K(4, -9), HELPER(strtol), EXIT } },
	{ "a result across slots of the stack", 0, 0, EACCES,
	  "misaligned stack access off (0x0; 0x0)+-20+0 size 8", {
		ST(DW, 10, -16, 0), ST(DW, 10, -24, 0), LD_MAP_VALUE(1, MAP_RDONLY, 0),
		MOV_K(2, 4), MOV_K(3, 0), MOV_X(4, 10), ADD_K(4, -20), HELPER(strtol), EXIT } },
	{ "a result in the middle of nowhere", 0, 0, EACCES, NULL, {
		LD_MAP_VALUE(1, MAP_RDONLY, 0), MOV_K(2, 4), MOV_K(3, 0), MOV_K(4, 0),
		HELPER(strtol), EXIT } },
	{ "a result on the stack", 0, 0, 0, NULL, {
		LD_MAP_VALUE(1, MAP_RDONLY, 0), MOV_K(2, 4), MOV_K(3, 0), MOV_X(4, 10),
		ADD_K(4, -8), HELPER(strtol), LDX(DW, 0, 10, -8), EXIT } },
	{ "the context at an offset unknown", 0, 0, EACCES, "variable ctx access", {
		LDX(B, 2, 1, 0), ALU_K(EBPF_AND, 2, 8), ADD_X(1, 2), LDX(DW, 0, 1, 0), EXIT } },
	{ "the context before its start", 0, 0, EACCES, NULL, {
		ADD_K(1, -8), LDX(DW, 0, 1, 8), EXIT } },
	{ "the context as a helper's, moved", 0, 0, EACCES, NULL, {
		ADD_K(1, -8), LD_MAP(2, MAP_STACKS), MOV_K(3, 0), HELPER(get_stackid), EXIT } },
	{ "a value far beyond", 0, 0, EACCES, NULL, {
		LOOKUP(MAP_HASH), JMP_K(JEQ, 0, 0, 1), LDX(B, 0, 0, 32767), EXIT } },
	{ "unaligned, strictly", 0, STRICT, EACCES, "misaligned value access off", {
		LOOKUP(MAP_HASH), JMP_K(JEQ, 0, 0, 1), LDX(W, 0, 0, 1), EXIT } },
	{ "unaligned context", 0, STRICT, EACCES, NULL, { LDX(W, 0, 1, 2), EXIT } },
	{ "packet bytes that exist", XDP, 0, 0, NULL, {
		PACKET(1), LDX(DW, 0, 2, 0), MOV_K(0, 2), EXIT } },
	{ "packet bytes that may not exist", XDP, 0, EACCES, "invalid access to packet", {
		PACKET(1), LDX(DW, 0, 2, 1), MOV_K(0, 2), EXIT } },
	{ "the packet's end is no memory", XDP, 0, EACCES, NULL, {
		PACKET(1), LDX(B, 0, 3, 0), MOV_K(0, 2), EXIT } },
	{ "packet bytes, strictly aligned", XDP, STRICT, EACCES, "misaligned packet access off 2+", {
		PACKET(1), LDX(W, 0, 2, 0), MOV_K(0, 2), EXIT } },
	{ "packet bytes that are", XDP, STRICT, 0, NULL, {
		PACKET(1), LDX(W, 0, 2, 2), MOV_K(0, 2), EXIT } },
	{ "atomics on a packet", XDP, 0, EACCES, NULL, {
		PACKET(2), MOV_K(5, 1), ATOMIC(DW, EBPF_ADD, 2, 5, 0), MOV_K(0, 2), EXIT } },
	{ "a key in a packet", XDP, 0, 0, NULL, {
		PACKET(3), LD_MAP(1, MAP_HASH), HELPER(map_lookup_elem), MOV_K(0, 2), EXIT } },
	{ "a writable tracepoint's buffer", RAW_W, 0, 0, NULL, {
		LDX(DW, 6, 1, 0), LDX(W, 0, 6, 4), ST(W, 6, 8, 0), MOV_K(0, 0), EXIT } },
	{ "... before its start", RAW_W, 0, EACCES, "R6 invalid tracepoint buffer access", {
		LDX(DW, 6, 1, 0), LDX(W, 0, 6, -4), EXIT } },
	{ "... at a place unknown", RAW_W, 0, EACCES, "R6 invalid variable buffer offset", {
		LDX(DW, 6, 1, 0), LDX(DW, 2, 1, 8), ALU_K(EBPF_AND, 2, 7), ADD_X(6, 2),
		LDX(B, 0, 6, 0), EXIT } },
	{ "a byte changed atomically", 0, 0, EINVAL, NULL, {
		ST(DW, 10, -8, 0), MOV_K(1, 1), ATOMIC(B, EBPF_ADD, 10, 1, -8), MOV_K(0, 0), EXIT } },
	{ "an atomic operation that is none", 0, 0, EINVAL, "BPF_ATOMIC uses invalid atomic opcode", {
		ST(DW, 10, -8, 0), MOV_K(1, 1), ATOMIC(DW, 0x70, 10, 1, -8), MOV_K(0, 0), EXIT } },
	{ "an atomic operation adds a pointer: no secret from a privileged loader", 0, 0, 0, NULL, {
		LOOKUP(MAP_HASH), JMP_K(JEQ, 0, 0, 1), ATOMIC(DW, EBPF_ADD, 0, 10, 0), MOV_K(0, 0),
		EXIT } },
	{ "an atomic operation on the context", 0, 0, EACCES, NULL, {
		MOV_K(2, 1), ATOMIC(DW, EBPF_ADD, 1, 2, 0), MOV_K(0, 0), EXIT } },
	{ "a function where a number belongs", 0, 0, EINVAL, NULL, {
		LD64_PSEUDO(1, 15, 0, 0), MOV_K(0, 0), EXIT } },
	{ "a kernel variable", 0, 0, EINVAL, NULL, {
		LD64_PSEUDO(1, EBPF_PSEUDO_BTF_ID, 1, 0), MOV_K(0, 0), EXIT } },
	{ "a map by index without indices", 0, 0, EPROTO, "fd_idx without fd_array is invalid", {
		LD64_PSEUDO(1, EBPF_PSEUDO_MAP_IDX, 0, 0), MOV_K(0, 0), EXIT } },
	{ "a map with an upper half", 0, 0, EINVAL, "unrecognized bpf_ld_imm64 insn", {
		LD64_PSEUDO(1, EBPF_PSEUDO_MAP_FD, MAP_HASH, 1), MOV_K(0, 0), EXIT } },
	{ "a value at a huge offset", 0, 0, EINVAL, "direct value offset of", {
		LD_MAP_VALUE(1, MAP_ARRAY, 1 << 29), MOV_K(0, 0), EXIT } },
	{ "a 64-bit load with an offset", 0, 0, EINVAL, "BPF_LD_IMM64 uses reserved fields", {
		INSN(EBPF_LD | EBPF_IMM | EBPF_DW, 1, 0, 4, 0), INSN(0, 0, 0, 0, 0), MOV_K(0, 0),
		EXIT } },
	{ "XOR of pointers", 0, 0, EACCES, "R1 bitwise operator ^= on pointer prohibited", {
		ALU_K(EBPF_XOR, 1, 7), MOV_K(0, 0), EXIT } },
	{ "OR of pointers", 0, 0, EACCES, "R1 pointer |= pointer prohibited", {
		ALU_X(EBPF_OR, 1, 10), MOV_K(0, 0), EXIT } },
	{ "a pointer shifted", 0, 0, EACCES, "R1 pointer arithmetic with <<= operator prohibited", {
		ALU_K(EBPF_LSH, 1, 7), MOV_K(0, 0), EXIT } },
	{ "number minus pointer", 0, 0, EACCES, "R2 tried to subtract pointer from scalar", {
		MOV_K(2, 7), ALU_X(EBPF_SUB, 2, 1), MOV_K(0, 0), EXIT } },
	{ "a pointer cut to 32 bits", 0, 0, EACCES, "R1 32-bit pointer arithmetic prohibited", {
		ALU32_K(EBPF_ADD, 1, 7), MOV_K(0, 0), EXIT } },
	{ "less of the stack", 0, 0, EACCES, "R1 subtraction from stack pointer prohibited", {
		MOV_X(1, 10), ALU_K(EBPF_SUB, 1, 8), MOV_K(0, 0), EXIT } },
	{ "a map value moved far", 0, 0, EINVAL, "is not allowed", {
		LOOKUP(MAP_HASH), JMP_K(JEQ, 0, 0, 3), ADD_K(0, 0x1fffffff), ADD_K(0, 0x1fffffff),
		LDX(B, 0, 0, 0), EXIT } },
	{ "a map moved by 0", 0, 0, 0, NULL, {
		LD_MAP(1, MAP_HASH), ADD_K(1, 0), MOV_K(0, 0), EXIT } },
	{ "a map moved", 0, 0, EACCES, "R1 pointer arithmetic on map_ptr prohibited", {
		LD_MAP(1, MAP_HASH), ADD_K(1, 8), MOV_K(0, 0), EXIT } },
	{ "MOV with an immediate and a register", 0, 0, EINVAL, "BPF_MOV uses reserved fields", {
		INSN(EBPF_ALU64 | EBPF_MOV | EBPF_X, 0, 1, 0, 5), EXIT } },
	{ "MOV of 24 bits", 0, 0, EINVAL, "BPF_MOV uses reserved fields", {
		INSN(EBPF_ALU64 | EBPF_MOV | EBPF_X, 0, 1, 24, 0), EXIT } },
	{ "NEG with a register", 0, 0, EINVAL, "BPF_NEG uses reserved fields", {
		MOV_K(0, 1), INSN(EBPF_ALU64 | EBPF_NEG, 0, 1, 0, 0), EXIT } },
	{ "a swap of 24 bits", 0, 0, EINVAL, "BPF_END uses reserved fields", {
		MOV_K(0, 1), INSN(EBPF_ALU | EBPF_END | EBPF_TO_BE, 0, 0, 0, 24), EXIT } },
	{ "ADD with an offset", 0, 0, EINVAL, "BPF_ALU uses reserved fields", {
		MOV_K(0, 1), INSN(EBPF_ALU64 | EBPF_ADD | EBPF_K, 0, 0, 1, 2), EXIT } },
	{ "a call with an offset", 0, 0, EINVAL, "BPF_CALL uses reserved fields", {
		INSN(EBPF_JMP | EBPF_CALL, 0, 0, 1, EBPF_FUNC_ktime_get_ns), EXIT } },
	{ "EXIT with a value", 0, 0, EINVAL, "BPF_EXIT uses reserved fields", {
		MOV_K(0, 1), INSN(EBPF_JMP | EBPF_EXIT, 0, 0, 0, 1) } },
	{ "JA with a register", 0, 0, EINVAL, "BPF_JA uses reserved fields", {
		MOV_K(0, 1), INSN(EBPF_JMP | EBPF_JA, 1, 0, 0, 0), EXIT } },
};

int main(void)
{
	u32 i;

	verif_maps();
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		tap_ok(verif_ok(&cases[i]), "%s", cases[i].name);
	tap_eq(fake_map_refs(), 0, "no map is held");
	return tap_end();
}
