// SPDX-License-Identifier: GPL-2.0-only
/*
 * Jumps to where a register says, in the kernel: what maps of instructions take, where programs go
 * by them, and what user space reads of them afterwards.
 */
#include "ioctl_lib.h"
#include "tap.h"

#define GOTOX(r)	INSN(EBPF_JMP | EBPF_JA | EBPF_X, r, 0, 0, 0)
#define RET(k)		MOV64_IMM(EBPF_REG_0, k), EXIT()
#define PLACES		16
#define SIZE		sizeof(struct ebpf_insn_array_value)

static long jumps_new(unsigned int entries)
{
	return map_create(EBPF_MAP_TYPE_INSN_ARRAY, 4, SIZE, entries, 0);
}

static long jumps_set(int map, uint32_t i, uint32_t insn)
{
	struct ebpf_insn_array_value value = { .orig_off = insn };

	return map_update(map, &i, &value, 0);
}

/* Of the @n entries, @first and each @step instructions after it. */
static int jumps_filled(unsigned int n, unsigned int first, unsigned int step)
{
	long map = jumps_new(n);
	unsigned int i;

	for (i = 0; map >= 0 && i < n; i++) {
		if (jumps_set(map, i, first + i * step)) {
			printf("# entry %u is not taken\n", i);
			exit(1);
		}
	}
	return map;
}

/* Goes to the entry that the context's first word says, of PLACES; each returns another number. */
static long load_choice(int map)
{
	struct ebpf_insn insns[8 + 2 * PLACES] = {
		LDX(EBPF_DW, EBPF_REG_6, EBPF_REG_1, 0),
		ALU64_IMM(EBPF_AND, EBPF_REG_6, PLACES - 1),
		ALU64_IMM(EBPF_LSH, EBPF_REG_6, 3),
		LD_MAP_VALUE(EBPF_REG_1, map, 0),
		ALU64_REG(EBPF_ADD, EBPF_REG_1, EBPF_REG_6),
		LDX(EBPF_DW, EBPF_REG_1, EBPF_REG_1, 0),
		GOTOX(EBPF_REG_1),
	};
	unsigned int i;

	for (i = 0; i < PLACES; i++) {
		insns[8 + 2 * i] = MOV64_IMM(EBPF_REG_0, 100 + (int)i);
		insns[9 + 2 * i] = EXIT();
	}
	return prog_load_log(EBPF_PROG_TYPE_RAW_TRACEPOINT, insns, ARRAY_LEN(insns));
}

static void test_create(void)
{
	long fd;

	tap_eq(jumps_new(0), -EINVAL, "a map without entries");
	tap_eq(map_create(EBPF_MAP_TYPE_INSN_ARRAY, 8, SIZE, 4, 0), -EINVAL, "keys of 8 bytes");
	tap_eq(map_create(EBPF_MAP_TYPE_INSN_ARRAY, 4, 8, 4, 0), -EINVAL, "values of 8 bytes");
	tap_eq(map_create(EBPF_MAP_TYPE_INSN_ARRAY, 4, SIZE, 4, EBPF_F_MMAPABLE), -EINVAL,
	       "a map to be mapped");
	fd = jumps_new(4);
	tap_ok(fd >= 0, "a map (%ld)", fd);
	close(fd);
}

static void test_values(void)
{
	struct ebpf_insn_array_value value = { .orig_off = 7 };
	uint32_t i = 4, next;
	long map = jumps_new(4);

	tap_eq(map_update(map, &i, &value, 0), -E2BIG, "behind the last entry");
	i = 1;
	tap_eq(map_update(map, &i, &value, EBPF_NOEXIST), -EEXIST, "an entry that is there already");
	value.xlated_off = 1;
	tap_eq(map_update(map, &i, &value, 0), -EINVAL, "what the verifier is to say, said by user space");
	value.xlated_off = 0;
	value.jitted_off = 1;
	tap_eq(map_update(map, &i, &value, 0), -EINVAL, "what the compiler is to say");
	value.jitted_off = 0;
	tap_eq(map_update(map, &i, &value, 0), 0, "an instruction");
	memset(&value, 0xff, sizeof(value));
	tap_eq(map_lookup(map, &i, &value), 0, "read back");
	tap_ok(value.orig_off == 7 && !value.xlated_off && !value.jitted_off, "as it was written");
	tap_eq(map_delete(map, &i), -EINVAL, "deleted");
	tap_ok(map_next(map, &i, &next) == 0 && next == 2, "the next one");
	tap_eq(map_freeze(map), 0, "frozen");
	tap_eq(map_update(map, &i, &value, 0), -EPERM, "an update after that");
	close(map);
}

static void test_run(void)
{
	struct ebpf_insn_array_value value;
	int map = jumps_filled(PLACES, 8, 2), rest = 0, unread = 0;
	uint64_t args[1];
	uint32_t i, got;
	long fd;

	tap_eq(load_choice(map), -EINVAL, "a program before its map is frozen");
	tap_eq(map_freeze(map), 0, "frozen");
	fd = load_choice(map);
	tap_ok(fd >= 0, "loads (%ld: %.200s)", fd, fd < 0 ? prog_log : "");
	for (i = 0; i < 4 * PLACES; i++) {
		args[0] = i;
		if (run_raw_tp(fd, args, 1, &got) || got != 100 + i % PLACES)
			rest++;
	}
	tap_eq(rest, 0, "each index leads to its place");
	for (i = 0, rest = 0; i < PLACES; i++) {
		if (map_lookup(map, &i, &value))
			unread++;
		else if (value.orig_off != 8 + 2 * i || value.xlated_off < value.orig_off)
			rest++;
	}
	tap_eq(unread + rest, 0, "the map says where the instructions are now");
	tap_eq(load_choice(map), -EBUSY, "a second program by the same map");
	close(fd);
	close(map);
}

/* Places that are no instructions of the program. */
static void test_astray(void)
{
	int map = jumps_filled(PLACES, 9, 2);
	long fd;

	map_freeze(map);
	fd = load_choice(map);
	tap_eq(fd, -EINVAL, "a last place behind the program");
	close(map);
	map = jumps_filled(PLACES, 4, 2);
	map_freeze(map);
	tap_eq(load_choice(map), -EINVAL, "a first place inside of an instruction");
	close(map);
	/* The refused program gives its map back. */
	map = jumps_filled(PLACES, 8, 2);
	tap_eq(load_choice(map), -EINVAL, "not frozen");
	map_freeze(map);
	fd = load_choice(map);
	tap_ok(fd >= 0, "a map whose first program was refused serves another (%ld)", fd);
	close(fd);
	close(map);
}

/* A number of states that jump to one another, as an interpreter's loop does. */
static void test_machine(void)
{
	uint64_t args[1];
	uint32_t got = 0;
	int map = jumps_new(2);
	long fd;
	struct ebpf_insn insns[] = {
		LDX(EBPF_DW, EBPF_REG_6, EBPF_REG_1, 0),	/* 0 */
		ALU64_IMM(EBPF_AND, EBPF_REG_6, 7),
		MOV64_IMM(EBPF_REG_0, 0),
		LD_MAP_VALUE(EBPF_REG_1, map, 0),		/* 3 */
		LDX(EBPF_DW, EBPF_REG_2, EBPF_REG_1, 0),
		JMP_IMM(EBPF_JNE, EBPF_REG_6, 0, 1),		/* 6 */
		LDX(EBPF_DW, EBPF_REG_2, EBPF_REG_1, 8),
		ALU64_IMM(EBPF_ADD, EBPF_REG_6, -1),
		ALU64_IMM(EBPF_ADD, EBPF_REG_0, 5),
		GOTOX(EBPF_REG_2),
		EXIT(),						/* 11 */
	};

	jumps_set(map, 0, 3);
	jumps_set(map, 1, 11);
	map_freeze(map);
	fd = prog_load_log(EBPF_PROG_TYPE_RAW_TRACEPOINT, insns, ARRAY_LEN(insns));
	tap_ok(fd >= 0, "a loop by a table loads (%ld: %.300s)", fd, fd < 0 ? prog_log : "");
	args[0] = 6;
	tap_eq(run_raw_tp(fd, args, 1, &got), 0, "and runs");
	tap_eq(got, 35, "as often as it should");
	close(fd);
	close(map);
}

int main(void)
{
	struct ebpfdrv_stats before = {};

	drv_open();
	if (!drv_native())
		stats_get(&before);
	test_create();
	test_values();
	test_run();
	test_astray();
	test_machine();
	if (!drv_native())
		tap_ok(stats_settle(&before), "nothing is left");
	return tap_end();
}
