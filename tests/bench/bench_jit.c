// SPDX-License-Identifier: GPL-2.0-only
/*
 * What compiled programs cost: each program is run by PROG_TEST_RUN on both
 * sides, many times and few times; the difference of the two is free of the
 * cost of the command itself.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "backend.h"

#define INSN(c, d, s, o, i) \
	((struct bpf_insn){ .code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i) })
#define MOV_IMM(d, i)		INSN(BPF_ALU64 | BPF_MOV | BPF_K, d, 0, 0, i)
#define MOV_REG(d, s)		INSN(BPF_ALU64 | BPF_MOV | BPF_X, d, s, 0, 0)
#define ALU_IMM(op, d, i)	INSN(BPF_ALU64 | (op) | BPF_K, d, 0, 0, i)
#define ALU_REG(op, d, s)	INSN(BPF_ALU64 | (op) | BPF_X, d, s, 0, 0)
#define ALU32_IMM(op, d, i)	INSN(BPF_ALU | (op) | BPF_K, d, 0, 0, i)
#define ALU32_REG(op, d, s)	INSN(BPF_ALU | (op) | BPF_X, d, s, 0, 0)
#define JMP_IMM(op, d, i, o)	INSN(BPF_JMP | (op) | BPF_K, d, 0, o, i)
#define JMP_REG(op, d, s, o)	INSN(BPF_JMP | (op) | BPF_X, d, s, o, 0)
#define LDX(sz, d, s, o)	INSN(BPF_LDX | BPF_MEM | (sz), d, s, o, 0)
#define STX(sz, d, s, o)	INSN(BPF_STX | BPF_MEM | (sz), d, s, o, 0)
#define ST(sz, d, o, i)		INSN(BPF_ST | BPF_MEM | (sz), d, 0, o, i)
#define ATOMIC(sz, op, d, s, o)	INSN(BPF_STX | BPF_ATOMIC | (sz), d, s, o, op)
#define CALL(f)			INSN(BPF_JMP | BPF_CALL, 0, 0, 0, f)
#define CALL_REL(o)		INSN(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_CALL, 0, o)
#define LD_MAP(d, i)		INSN(BPF_LD | BPF_DW | BPF_IMM, d, BPF_PSEUDO_MAP_FD, 0, i), \
				INSN(0, 0, 0, 0, 0)
#define EXIT()			INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)

/* In place of a map's fd: patched when the program is loaded. */
#define MAP_ARRAY	0x7001
#define MAP_HASH	0x7002
#define MAP_PERCPU	0x7003
#define MAP_PROGS	0x7004

#define LOOPS	200

/* Rounds of a mixing function over a counter. */
static const struct bpf_insn mix[] = {
	MOV_IMM(0, 0x12345),
	MOV_IMM(6, 0),
	MOV_IMM(7, 0x9e3779b1),
	ALU_REG(BPF_ADD, 0, 6),
	ALU_REG(BPF_MUL, 0, 7),
	MOV_REG(1, 0),
	ALU_IMM(BPF_RSH, 1, 29),
	ALU_REG(BPF_XOR, 0, 1),
	ALU32_REG(BPF_ADD, 0, 6),
	ALU_IMM(BPF_LSH, 0, 3),
	ALU_IMM(BPF_ADD, 6, 1),
	JMP_IMM(BPF_JLT, 6, LOOPS, -9),
	ALU32_IMM(BPF_AND, 0, 0xff),
	EXIT(),
};

/* Stores and loads of all sizes on the stack. */
static const struct bpf_insn stack[] = {
	MOV_IMM(6, 0),
	MOV_IMM(0, 0),
	STX(BPF_DW, 10, 6, -8),
	STX(BPF_W, 10, 6, -16),
	STX(BPF_H, 10, 6, -20),
	STX(BPF_B, 10, 6, -24),
	ST(BPF_DW, 10, -32, 7),
	LDX(BPF_DW, 1, 10, -8),
	ALU_REG(BPF_ADD, 0, 1),
	LDX(BPF_W, 1, 10, -16),
	ALU_REG(BPF_ADD, 0, 1),
	LDX(BPF_H, 1, 10, -20),
	ALU_REG(BPF_ADD, 0, 1),
	LDX(BPF_B, 1, 10, -24),
	ALU_REG(BPF_ADD, 0, 1),
	ALU_IMM(BPF_ADD, 6, 1),
	JMP_IMM(BPF_JLT, 6, LOOPS, -15),
	EXIT(),
};

/* Divisions by a register and by a constant, both widths. */
static const struct bpf_insn divide[] = {
	MOV_IMM(6, 1),
	MOV_IMM(0, 0),
	MOV_IMM(2, 1000003),
	MOV_REG(1, 2),
	ALU_REG(BPF_DIV, 1, 6),
	ALU_REG(BPF_ADD, 0, 1),
	MOV_REG(1, 2),
	ALU_IMM(BPF_MOD, 1, 17),
	ALU_REG(BPF_ADD, 0, 1),
	MOV_REG(1, 2),
	ALU32_REG(BPF_MOD, 1, 6),
	ALU_REG(BPF_ADD, 0, 1),
	ALU_IMM(BPF_ADD, 6, 1),
	JMP_IMM(BPF_JLT, 6, LOOPS, -11),
	EXIT(),
};

/* Unpredictable branches and shifts by a register. */
static const struct bpf_insn branches[] = {
	MOV_IMM(6, 0),
	MOV_IMM(7, 0x1234567),
	MOV_IMM(0, 0),
	ALU_IMM(BPF_MUL, 7, 1103515245),
	ALU_IMM(BPF_ADD, 7, 12345),
	JMP_IMM(BPF_JSET, 7, 0x1000, 2),
	ALU_IMM(BPF_ADD, 0, 3),
	JMP_IMM(BPF_JA, 0, 0, 3),
	MOV_REG(4, 6),
	ALU_IMM(BPF_AND, 4, 31),
	ALU_REG(BPF_RSH, 0, 4),
	JMP_IMM(BPF_JSGT, 7, 77, 1),
	ALU_IMM(BPF_XOR, 0, 5),
	ALU_IMM(BPF_ADD, 6, 1),
	JMP_IMM(BPF_JLT, 6, LOOPS, -12),
	ALU32_IMM(BPF_AND, 0, 0xff),
	EXIT(),
};

/* An array map: looked up, counted. What most tools do per event. */
static const struct bpf_insn array_count[] = {
	MOV_IMM(6, 0),
	STX(BPF_W, 10, 6, -4),
	MOV_REG(2, 10),
	ALU_IMM(BPF_ADD, 2, -4),
	LD_MAP(1, MAP_ARRAY),
	CALL(BPF_FUNC_map_lookup_elem),
	JMP_IMM(BPF_JEQ, 0, 0, 2),
	MOV_IMM(1, 1),
	ATOMIC(BPF_DW, BPF_ADD, 0, 1, 0),
	ALU_IMM(BPF_ADD, 6, 1),
	JMP_IMM(BPF_JLT, 6, 64, -11),
	MOV_IMM(0, 0),
	EXIT(),
};

/* A hash map: lookups that hit, of an 8-byte key. */
static const struct bpf_insn hash_lookup[] = {
	MOV_IMM(6, 0),
	STX(BPF_DW, 10, 6, -8),
	MOV_REG(2, 10),
	ALU_IMM(BPF_ADD, 2, -8),
	LD_MAP(1, MAP_HASH),
	CALL(BPF_FUNC_map_lookup_elem),
	JMP_IMM(BPF_JEQ, 0, 0, 2),
	LDX(BPF_DW, 1, 0, 0),
	ALU_IMM(BPF_ADD, 1, 1),
	ALU_IMM(BPF_ADD, 6, 1),
	JMP_IMM(BPF_JLT, 6, 64, -11),
	MOV_IMM(0, 0),
	EXIT(),
};

/* Insert and delete in a hash map. */
static const struct bpf_insn hash_update[] = {
	MOV_IMM(6, 1000),
	STX(BPF_DW, 10, 6, -8),
	STX(BPF_DW, 10, 6, -16),
	MOV_REG(2, 10),
	ALU_IMM(BPF_ADD, 2, -8),
	MOV_REG(3, 10),
	ALU_IMM(BPF_ADD, 3, -16),
	LD_MAP(1, MAP_HASH),
	MOV_IMM(4, 0),
	CALL(BPF_FUNC_map_update_elem),
	MOV_REG(2, 10),
	ALU_IMM(BPF_ADD, 2, -8),
	LD_MAP(1, MAP_HASH),
	CALL(BPF_FUNC_map_delete_elem),
	ALU_IMM(BPF_ADD, 6, 1),
	JMP_IMM(BPF_JLT, 6, 1032, -17),
	MOV_IMM(0, 0),
	EXIT(),
};

/* A per-cpu array, as counters are kept. */
static const struct bpf_insn percpu_count[] = {
	MOV_IMM(6, 0),
	STX(BPF_W, 10, 6, -4),
	MOV_REG(2, 10),
	ALU_IMM(BPF_ADD, 2, -4),
	LD_MAP(1, MAP_PERCPU),
	CALL(BPF_FUNC_map_lookup_elem),
	JMP_IMM(BPF_JEQ, 0, 0, 3),
	LDX(BPF_DW, 1, 0, 0),
	ALU_IMM(BPF_ADD, 1, 1),
	STX(BPF_DW, 0, 1, 0),
	ALU_IMM(BPF_ADD, 6, 1),
	JMP_IMM(BPF_JLT, 6, 64, -12),
	MOV_IMM(0, 0),
	EXIT(),
};

/* Calls of a function of the program's own. */
static const struct bpf_insn subprog[] = {
	MOV_IMM(6, 0),
	MOV_IMM(7, 0),
	MOV_REG(1, 6),
	MOV_IMM(2, 3),
	CALL_REL(6),
	ALU_REG(BPF_ADD, 7, 0),
	ALU_IMM(BPF_ADD, 6, 1),
	JMP_IMM(BPF_JLT, 6, LOOPS, -6),
	MOV_REG(0, 7),
	ALU32_IMM(BPF_AND, 0, 0xff),
	EXIT(),
	STX(BPF_DW, 10, 1, -8),
	LDX(BPF_DW, 0, 10, -8),
	ALU_REG(BPF_MUL, 0, 2),
	EXIT(),
};

/* Helpers that read what the task is. */
static const struct bpf_insn helpers[] = {
	MOV_IMM(6, 0),
	MOV_IMM(7, 0),
	CALL(BPF_FUNC_get_smp_processor_id),
	ALU_REG(BPF_ADD, 7, 0),
	CALL(BPF_FUNC_ktime_get_ns),
	ALU_REG(BPF_ADD, 7, 0),
	ALU_IMM(BPF_ADD, 6, 1),
	JMP_IMM(BPF_JLT, 6, 64, -6),
	MOV_IMM(0, 0),
	EXIT(),
};

/* A chain of tail calls, which ends at Linux's limit. */
static const struct bpf_insn tail_call[] = {
	LD_MAP(2, MAP_PROGS),
	MOV_IMM(3, 0),
	CALL(BPF_FUNC_tail_call),
	MOV_IMM(0, 1),
	EXIT(),
};

struct program {
	const char *name;
	const struct bpf_insn *insns;
	unsigned int cnt;
};

#define PROGRAM(n) { #n, n, sizeof(n) / sizeof(n[0]) }

static const struct program programs[] = {
	PROGRAM(mix), PROGRAM(stack), PROGRAM(divide), PROGRAM(branches), PROGRAM(array_count),
	PROGRAM(percpu_count), PROGRAM(hash_lookup), PROGRAM(hash_update), PROGRAM(subprog),
	PROGRAM(helpers), PROGRAM(tail_call),
};

static int maps[NR_BACKENDS][4];
static char log_buf[1 << 20];

static int create_map(enum backend b, int type, int key, int value, int entries)
{
	union bpf_attr attr;
	long fd;

	memset(&attr, 0, sizeof(attr));
	attr.map_type = type;
	attr.key_size = key;
	attr.value_size = value;
	attr.max_entries = entries;
	fd = backend_bpf(b, BPF_MAP_CREATE, &attr, sizeof(attr));
	if (fd < 0)
		bench_fail("map type %d on side %d: %s", type, b, strerror(errno));
	return fd;
}

static int update(enum backend b, int map, const void *key, const void *value)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_fd = map;
	attr.key = (uintptr_t)key;
	attr.value = (uintptr_t)value;
	return backend_bpf(b, BPF_MAP_UPDATE_ELEM, &attr, sizeof(attr));
}

static void create_maps(enum backend b)
{
	uint64_t key, value = 1;

	maps[b][0] = create_map(b, BPF_MAP_TYPE_ARRAY, 4, 8, 64);
	maps[b][1] = create_map(b, BPF_MAP_TYPE_HASH, 8, 8, 4096);
	maps[b][2] = create_map(b, BPF_MAP_TYPE_PERCPU_ARRAY, 4, 8, 64);
	maps[b][3] = create_map(b, BPF_MAP_TYPE_PROG_ARRAY, 4, 4, 1);
	for (key = 0; key < 64; key++)
		if (update(b, maps[b][1], &key, &value))
			bench_fail("filling the hash on side %d: %s", b, strerror(errno));
}

static int load(enum backend b, const struct program *p)
{
	struct bpf_insn insns[64];
	union bpf_attr attr;
	unsigned int i;
	long fd;

	memcpy(insns, p->insns, p->cnt * sizeof(insns[0]));
	for (i = 0; i < p->cnt; i++)
		if (insns[i].src_reg == BPF_PSEUDO_MAP_FD &&
		    insns[i].code == (BPF_LD | BPF_DW | BPF_IMM))
			insns[i].imm = maps[b][insns[i].imm - MAP_ARRAY];
	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_SOCKET_FILTER;
	attr.insns = (uintptr_t)insns;
	attr.insn_cnt = p->cnt;
	attr.license = (uintptr_t)"GPL";
	fd = backend_bpf(b, BPF_PROG_LOAD, &attr, sizeof(attr));
	if (fd >= 0)
		return fd;
	attr.log_buf = (uintptr_t)log_buf;
	attr.log_size = sizeof(log_buf);
	attr.log_level = 1;
	fd = backend_bpf(b, BPF_PROG_LOAD, &attr, sizeof(attr));
	if (fd < 0)
		bench_fail("loading %s on side %d: %s\n%s", p->name, b, strerror(errno), log_buf);
	return fd;
}

static unsigned long long run(enum backend b, int fd, int repeat)
{
	static char packet[64];
	unsigned long long start;
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.test.prog_fd = fd;
	attr.test.data_in = (uintptr_t)packet;
	attr.test.data_size_in = sizeof(packet);
	attr.test.repeat = repeat;
	start = bench_now();
	if (backend_bpf(b, BPF_PROG_TEST_RUN, &attr, sizeof(attr)))
		bench_fail("running on side %d: %s", b, strerror(errno));
	return bench_now() - start;
}

static double min_of(double a, double b)
{
	return a < b ? a : b;
}

/* Per run of the program. The least of some tries: interrupts only add. */
static double cost(enum backend b, int fd)
{
	const int few = 10, many = 210;
	double best = 1e18;
	int i;

	run(b, fd, few);
	for (i = 0; i < 5; i++) {
		double short_run = run(b, fd, few);
		double long_run = run(b, fd, many);

		best = min_of(best, (long_run - short_run) / (many - few));
	}
	return best;
}

static void bench(const struct program *p)
{
	double costs[NR_BACKENDS];
	int b;

	for (b = 0; b < NR_BACKENDS; b++) {
		int key = 0, fd = load(b, p);

		if (fd < 0)
			return;
		if (p->insns == tail_call && update(b, maps[b][3], &key, &fd))
			bench_fail("filling the prog array on side %d: %s", b, strerror(errno));
		costs[b] = cost(b, fd);
		close(fd);
	}
	bench_row(p->name, costs[NATIVE], costs[EBPFDRV]);
}

int main(void)
{
	unsigned int i;

	backend_init();
	create_maps(NATIVE);
	create_maps(EBPFDRV);
	for (i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
		bench(&programs[i]);
	return bench_end("jit");
}
