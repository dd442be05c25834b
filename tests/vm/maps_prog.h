/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For the tests of maps from programs: putting raw tracepoint programs together and
 * running them by PROG_TEST_RUN. What cannot be made ends the test.
 */
#ifndef _TESTS_MAPS_PROG_H
#define _TESTS_MAPS_PROG_H

#include "maps_lib.h"
#include "tap.h"

#define T(name)	EBPF_MAP_TYPE_##name

#define INSN(c, d, s, o, i) \
	((struct ebpf_insn){ .code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i) })
#define MOV(d, s)	INSN(EBPF_ALU64 | EBPF_MOV | EBPF_X, d, s, 0, 0)
#define MOVI(d, i)	INSN(EBPF_ALU64 | EBPF_MOV | EBPF_K, d, 0, 0, i)
#define ADDI(d, i)	INSN(EBPF_ALU64 | EBPF_ADD | EBPF_K, d, 0, 0, i)
#define LDX(sz, d, s, o) INSN(EBPF_LDX | EBPF_MEM | (sz), d, s, o, 0)
#define STX(sz, d, o, s) INSN(EBPF_STX | EBPF_MEM | (sz), d, s, o, 0)
#define XADD(d, o, s)	INSN(EBPF_STX | EBPF_ATOMIC | EBPF_DW, d, s, o, EBPF_ADD)
#define ST(sz, d, o, i)	INSN(EBPF_ST | EBPF_MEM | (sz), d, 0, o, i)
#define JNEI(d, i, o)	INSN(EBPF_JMP | EBPF_JNE | EBPF_K, d, 0, o, i)
#define CALL(f)		INSN(EBPF_JMP | EBPF_CALL, 0, 0, 0, EBPF_FUNC_##f)
#define EXIT()		INSN(EBPF_JMP | EBPF_EXIT, 0, 0, 0, 0)
#define LDMAP(d, fd)	INSN(EBPF_LD | EBPF_DW | EBPF_IMM, d, EBPF_PSEUDO_MAP_FD, 0, fd), \
			INSN(0, 0, 0, 0, 0)
#define LDVAL(d, fd, o)	INSN(EBPF_LD | EBPF_DW | EBPF_IMM, d, EBPF_PSEUDO_MAP_VALUE, 0, fd), \
			INSN(0, 0, 0, 0, o)
/* r2 = key: argument 0 and 8 bytes of zero behind it */
#define KEY_ARG()	LDX(EBPF_DW, 3, 1, 0), STX(EBPF_DW, 10, -32, 3),	\
			ST(EBPF_DW, 10, -24, 0), MOV(2, 10), ADDI(2, -32)
/* r3 = value: argument 1, and the same again behind it; r4 = argument 2 */
#define VALUE_ARG()	LDX(EBPF_DW, 3, 1, 8), STX(EBPF_DW, 10, -16, 3),	\
			STX(EBPF_DW, 10, -8, 3), LDX(EBPF_DW, 4, 1, 16),	\
			MOV(3, 10), ADDI(3, -16)

static char verifier_log[1 << 16];

/* The program or what PROG_LOAD answered; @log: into verifier_log */
static inline int try_load(const struct ebpf_insn *insns, u32 n, u32 type, bool log)
{
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = type;
	attr.insns = (uintptr_t)insns;
	attr.insn_cnt = n;
	attr.license = (uintptr_t)"GPL";
	if (log) {
		attr.log_buf = (uintptr_t)verifier_log;
		attr.log_size = sizeof(verifier_log);
		attr.log_level = 1;
	}
	return sys_bpf(EBPF_PROG_LOAD, &attr);
}

static inline int load(const struct ebpf_insn *insns, u32 n, u32 type)
{
	int fd = try_load(insns, n, type, false);

	if (fd >= 0)
		return fd;
	try_load(insns, n, type, true);
	tap_eq(fd, 0, "the test program loads");
	printf("%s\n", verifier_log);
	exit(tap_end());
}

/* What PROG_LOAD answers to a program that it should not take. */
static inline int refused(const struct ebpf_insn *insns, u32 n)
{
	int fd = try_load(insns, n, EBPF_PROG_TYPE_RAW_TRACEPOINT, false);

	if (fd >= 0)
		close(fd);
	return fd;
}

#define PROG(...)							\
	({								\
		const struct ebpf_insn __insns[] = { __VA_ARGS__ };	\
		load(__insns, ARRAY_SIZE(__insns), EBPF_PROG_TYPE_RAW_TRACEPOINT); \
	})

#define REFUSED(...)							\
	({								\
		const struct ebpf_insn __insns[] = { __VA_ARGS__ };	\
		refused(__insns, ARRAY_SIZE(__insns));			\
	})

/* R0 of a run with these arguments. Ends the test when it cannot run. */
static inline int run_on(int prog, int cpu, u64 a0, u64 a1, u64 a2)
{
	u64 args[12] = { a0, a1, a2 };
	union ebpf_attr attr;
	int err;

	memset(&attr, 0, sizeof(attr));
	attr.test.prog_fd = prog;
	attr.test.ctx_in = (uintptr_t)args;
	attr.test.ctx_size_in = sizeof(args);
	if (cpu >= 0) {
		attr.test.flags = EBPF_F_TEST_RUN_ON_CPU;
		attr.test.cpu = cpu;
	}
	err = sys_bpf(EBPF_PROG_TEST_RUN, &attr);
	if (err) {
		tap_eq(err, 0, "the test program runs");
		exit(tap_end());
	}
	return attr.test.retval;
}

static inline int run(int prog, u64 a0, u64 a1, u64 a2)
{
	return run_on(prog, -1, a0, a1, a2);
}

static inline int must(u32 type, u32 key, u32 value, u32 max, u32 flags)
{
	int fd = map_create(type, key, value, max, flags);

	if (fd < 0) {
		tap_eq(fd, 0, "a map of type %u can be made", type);
		exit(tap_end());
	}
	return fd;
}

/* First 4 bytes of the value, -1000 when there is none. */
static inline int prog_lookup(int map)
{
	return PROG(KEY_ARG(), LDMAP(1, map), CALL(map_lookup_elem), JNEI(0, 0, 2),
		    MOVI(0, -1000), EXIT(), LDX(EBPF_W, 0, 0, 0), EXIT());
}

static inline int prog_update(int map)
{
	return PROG(KEY_ARG(), VALUE_ARG(), LDMAP(1, map), CALL(map_update_elem), EXIT());
}

static inline int prog_delete(int map)
{
	return PROG(KEY_ARG(), LDMAP(1, map), CALL(map_delete_elem), EXIT());
}

#endif /* _TESTS_MAPS_PROG_H */
