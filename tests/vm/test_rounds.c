// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loops that end by themselves (may_goto): the clock ends them, and they change nothing.
 * Chains of calls with more than 512 bytes of stack, where may_goto adds to it.
 */
#include "faults.h"
#include "ioctl_lib.h"
#include "kasan.h"
#include "tap.h"

#define TYPE		EBPF_PROG_TYPE_SOCKET_FILTER
#define ROUNDS		1024	/* EBPF_ROUNDS: then the clock is looked at */
#define MAY_GOTO(off)	INSN(EBPF_JMP | EBPF_JCOND, 0, EBPF_MAY_GOTO, off, 0)
#define GOTO(off)	INSN(EBPF_JMP | EBPF_JA, 0, 0, off, 0)
#define COUNT(a)	(sizeof(a) / sizeof(*(a)))
#define CALL_SUB(to)	INSN(EBPF_JMP | EBPF_CALL, 0, EBPF_PSEUDO_CALL, 0, to)

/* What it returns, or 0 where it does not load or run. */
static uint32_t result_of(const struct ebpf_insn *insns, uint32_t cnt)
{
	long fd = prog_load(TYPE, insns, cnt);
	char packet[64] = { 0 };
	union ebpf_attr attr;

	if (!tap_ok(fd >= 0, "it loads (%ld)", fd))
		return 0;
	memset(&attr, 0, sizeof(attr));
	attr.test.prog_fd = fd;
	attr.test.data_in = ptr(packet);
	attr.test.data_size_in = sizeof(packet);
	tap_eq(bpf(EBPF_PROG_TEST_RUN, &attr), 0, "and runs");
	close(fd);
	return attr.test.retval;
}

/* Without another end, with a helper's call in it. */
static void test_forever(void)
{
	struct ebpf_insn insns[] = {
		MOV64_IMM(EBPF_REG_6, 0),
		MAY_GOTO(3),
		CALL(EBPF_FUNC_get_prandom_u32),
		ALU64_IMM(EBPF_ADD, EBPF_REG_6, 1),
		GOTO(-4),
		MOV64_REG(EBPF_REG_0, EBPF_REG_6),
		EXIT(),
	};
	uint32_t rounds = result_of(insns, COUNT(insns));

	tap_ok(rounds > ROUNDS, "it went on until it took too long (%u rounds)", rounds);
}

/* Rounds that another condition ends, and all registers as they were. */
static void test_registers(void)
{
	struct ebpf_insn insns[] = {
		MOV64_IMM(EBPF_REG_6, 0),
		MOV64_IMM(EBPF_REG_0, 1), MOV64_IMM(EBPF_REG_1, 2), MOV64_IMM(EBPF_REG_2, 4),
		MOV64_IMM(EBPF_REG_3, 8), MOV64_IMM(EBPF_REG_4, 16), MOV64_IMM(EBPF_REG_5, 32),
		MAY_GOTO(3),
		INSN(EBPF_JMP | EBPF_JGE | EBPF_K, EBPF_REG_6, 0, 2, 5 * ROUNDS),
		ALU64_IMM(EBPF_ADD, EBPF_REG_6, 1),
		GOTO(-4),
		ALU64_REG(EBPF_ADD, EBPF_REG_0, EBPF_REG_1),
		ALU64_REG(EBPF_ADD, EBPF_REG_0, EBPF_REG_2),
		ALU64_REG(EBPF_ADD, EBPF_REG_0, EBPF_REG_3),
		ALU64_REG(EBPF_ADD, EBPF_REG_0, EBPF_REG_4),
		ALU64_REG(EBPF_ADD, EBPF_REG_0, EBPF_REG_5),
		ALU64_REG(EBPF_ADD, EBPF_REG_0, EBPF_REG_6),
		EXIT(),
	};
	uint32_t sum = result_of(insns, COUNT(insns));

	tap_ok(sum > ROUNDS && sum <= 5 * ROUNDS + 63, "rounds and registers (%u)", sum);
}

/* Each call of a function has rounds of its own, which only the clock ends. */
static void test_calls(void)
{
	struct ebpf_insn insns[] = {
		MOV64_REG(EBPF_REG_6, EBPF_REG_1),
		CALL_SUB(8),
		JMP_IMM(EBPF_JLE, EBPF_REG_0, ROUNDS, 5),
		MOV64_REG(EBPF_REG_1, EBPF_REG_6),
		CALL_SUB(5),
		JMP_IMM(EBPF_JLE, EBPF_REG_0, ROUNDS, 2),
		MOV64_IMM(EBPF_REG_0, 1),
		EXIT(),
		MOV64_IMM(EBPF_REG_0, 0),
		EXIT(),
		/* From the packet's length on: a number that is not known. */
		LDX(EBPF_W, EBPF_REG_0, EBPF_REG_1, 0),
		MAY_GOTO(2),
		ALU64_IMM(EBPF_ADD, EBPF_REG_0, 1),
		GOTO(-3),
		EXIT(),
	};

	tap_eq(result_of(insns, COUNT(insns)), 1, "two calls of more than a thousand rounds");
}

/* Raw tracepoint programs: both functions use their whole stack. */
static long load_deep(void)
{
	struct ebpf_insn insns[] = {
		ST(EBPF_DW, EBPF_REG_10, -512, 7),
		CALL_PSEUDO(2),
		LDX(EBPF_DW, EBPF_REG_0, EBPF_REG_10, -512),
		EXIT(),
		ST(EBPF_DW, EBPF_REG_10, -512, 9),
		MAY_GOTO(1),
		GOTO(-2),
		MOV64_IMM(EBPF_REG_0, 0),
		EXIT(),
	};

	return prog_load(EBPF_PROG_TYPE_RAW_TRACEPOINT, insns, COUNT(insns));
}

static void test_deep(void)
{
	struct ebpf_insn small[] = { MOV64_IMM(EBPF_REG_0, 0), EXIT() };
	int progs = map_create(EBPF_MAP_TYPE_PROG_ARRAY, 4, 4, 1, 0), key = 0, fd;
	union ebpf_attr attr;

	fd = load_deep();
	tap_ok(fd >= 0, "two functions with 512 bytes of stack load (%d)", fd);
	memset(&attr, 0, sizeof(attr));
	attr.test.prog_fd = fd;
	tap_eq(bpf(EBPF_PROG_TEST_RUN, &attr), 0, "they run");
	tap_eq(attr.test.retval, 7, "each on its own part of it");
	tap_eq(map_update(progs, &key, &fd, 0), -EINVAL, "no target of tail calls");
	close(fd);
	fd = prog_load(EBPF_PROG_TYPE_RAW_TRACEPOINT, small, COUNT(small));
	tap_eq(map_update(progs, &key, &fd, 0), 0, "another program is one");
	close(fd);
	close(progs);
}

int main(void)
{
	/* Loading takes thousands of allocations; where KASAN looks at each, too long to do it often. */
	faults_dense(20);
	drv_open();
	test_forever();
	faults_hold(kernel_has_kasan());
	test_registers();
	test_calls();
	faults_hold(false);
	test_deep();
	return tap_end();
}
