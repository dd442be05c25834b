// SPDX-License-Identifier: GPL-2.0-only
/*
 * Code memory grows with the programs and shrinks again: programs that are larger
 * than the module's own area, and many at a time, run right and leave nothing.
 *
 * harness: timeout=600
 */
#include "faults.h"
#include "ioctl_lib.h"
#include "tap.h"

#define TYPE		EBPF_PROG_TYPE_SOCKET_FILTER
#define INSNS_MAX	1000000
#define SMALL_INSNS	20000
#define NR_SMALL	40

static struct ebpf_insn insns[INSNS_MAX];

/* Counts in R0 what the JIT cannot fold: the answer is @cnt - 3 + @first. */
static long load_long(uint32_t cnt, int first)
{
	uint32_t i;

	insns[0] = MOV64_IMM(EBPF_REG_0, first);
	for (i = 1; i < cnt - 2; i++)
		insns[i] = ALU64_IMM(EBPF_ADD, EBPF_REG_0, 1);
	insns[cnt - 2] = MOV64_IMM(EBPF_REG_1, 0);
	insns[cnt - 1] = EXIT();
	return prog_load(TYPE, insns, cnt);
}

/* The same by constants of ten bytes each, and a call at the end: R0 = @value. */
static long load_wide(uint32_t cnt, int value)
{
	uint32_t i;

	for (i = 0; i + 2 <= cnt - 6; i += 2) {
		insns[i] = INSN(EBPF_LD | EBPF_IMM | EBPF_DW, EBPF_REG_6, 0, 0, i + value);
		insns[i + 1] = INSN(0, 0, 0, 0, 0x12345678);
	}
	for (; i < cnt - 5; i++)
		insns[i] = MOV64_IMM(EBPF_REG_6, 0);
	insns[i++] = MOV64_IMM(EBPF_REG_6, value);
	insns[i++] = CALL(EBPF_FUNC_ktime_get_ns);
	insns[i++] = ALU64_IMM(EBPF_MUL, EBPF_REG_0, 0);
	insns[i++] = ALU64_REG(EBPF_ADD, EBPF_REG_0, EBPF_REG_6);
	insns[i] = EXIT();
	return prog_load(EBPF_PROG_TYPE_RAW_TRACEPOINT, insns, cnt);
}

static bool gives(int fd, uint32_t want)
{
	char packet[64] = { 0 };
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.test.prog_fd = fd;
	attr.test.data_in = ptr(packet);
	attr.test.data_size_in = sizeof(packet);
	return !bpf(EBPF_PROG_TEST_RUN, &attr) && attr.test.retval == want;
}

static void test_large(const struct ebpfdrv_stats *before)
{
	struct ebpfdrv_stats now = { 0 };
	uint32_t ret = 0;
	long fd;

	fd = load_long(INSNS_MAX, 7);
	tap_ok(fd >= 0, "a program of 1,000,000 instructions loads (%ld)", fd);
	tap_ok(fd >= 0 && gives(fd, INSNS_MAX - 3 + 7), "and runs all of them");
	tap_ok(stats_get(&now) && now.jit_size > before->jit_size, "code memory grew");
	close(fd);
	fd = load_wide(INSNS_MAX, 42);
	tap_ok(fd >= 0, "a program of 500,000 constants loads (%ld)", fd);
	tap_ok(fd >= 0 && !run_raw_tp(fd, NULL, 0, &ret) && ret == 42,
	       "and calls a helper from there");
	close(fd);
	tap_ok(stats_settle(before), "they go");
	tap_ok(stats_get(&now) && now.jit_size == before->jit_size,
	       "and code memory is as small as before");
}

static void test_many(const struct ebpfdrv_stats *before)
{
	struct ebpfdrv_stats now = { 0 };
	long fds[NR_SMALL];
	int i, bad = 0;

	for (i = 0; i < NR_SMALL; i++)
		fds[i] = load_long(SMALL_INSNS, i);
	/* Every other one makes room for new ones between those that stay. */
	for (i = 0; i < NR_SMALL; i += 2)
		close(fds[i]);
	for (i = 0; i < NR_SMALL; i += 2)
		fds[i] = load_long(SMALL_INSNS, i);
	for (i = 0; i < NR_SMALL; i++) {
		bad += fds[i] < 0 || !gives(fds[i], SMALL_INSNS - 3 + i);
		close(fds[i]);
	}
	tap_eq(bad, 0, "many programs at a time, all right");
	tap_ok(stats_settle(before) && stats_get(&now) && now.jit_size == before->jit_size,
	       "nothing is left of them");
}

/* One that code memory grows for, of a size of its own: on the way to it, calls may fail. */
static void test_next(const struct ebpfdrv_stats *before)
{
	struct ebpfdrv_stats now = { 0 };
	long fds[NR_SMALL];
	int i, n = 0;

	do {
		fds[n] = load_long(SMALL_INSNS, n);
		n++;
		stats_get(&now);
	} while (n < NR_SMALL && now.jit_size == before->jit_size);
	tap_ok(now.jit_size > before->jit_size, "the module's own area is full");
	close(fds[--n]);
	for (i = 0; i < 1000 && stats_get(&now) && now.jit_size != before->jit_size; i++)
		usleep(10000);
	faults_dense(20);
	faults_hold(false);
	fds[n] = load_long(SMALL_INSNS + 1, 5);
	faults_hold(true);
	tap_ok(fds[n] >= 0 && gives(fds[n], SMALL_INSNS - 2 + 5), "one more loads (%ld)", fds[n]);
	for (i = 0; i <= n; i++)
		close(fds[i]);
	tap_ok(stats_settle(before) && stats_get(&now) && now.jit_size == before->jit_size,
	       "nothing is left of that");
}

int main(void)
{
	struct ebpfdrv_stats before = { 0 };

	drv_open();
	/* Each try of a program of a million instructions takes as long as the first. */
	faults_hold(true);
	tap_ok(stats_get(&before) && !before.jit_bytes, "no code to begin with");
	test_large(&before);
	test_many(&before);
	test_next(&before);
	return tap_end();
}
