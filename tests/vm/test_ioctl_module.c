// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module's own life: it is not unloaded while something of it is in use, and
 * 50 rounds of loading, using and unloading cost no memory.
 *
 * harness: timeout=600 module=no
 */
#define _GNU_SOURCE
#include "ioctl_lib.h"
#include "kasan.h"
#include "own_module.h"
#include "tap.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#define ROUNDS	50

/* Everything a program needs, once. */
static bool use_once(void)
{
	int map = map_create(EBPF_MAP_TYPE_HASH, 4, 8, 1000, 0);
	int ring = map_create(EBPF_MAP_TYPE_RINGBUF, 0, 0, 65536, 0);
	struct ebpf_insn insns[] = {
		LD_MAP_FD(EBPF_REG_1, map),
		MOV64_IMM(EBPF_REG_0, 1),
		EXIT(),
	};
	uint32_t key, retval = 0;
	uint64_t value = 1;
	int prog = prog_load(EBPF_PROG_TYPE_RAW_TRACEPOINT, insns, ARRAY_LEN(insns));
	union ebpf_attr attr;
	int link;
	bool ok = map >= 0 && ring >= 0 && prog >= 0;

	for (key = 0; key < 100; key++)
		ok &= !map_update(map, &key, &value, 0);
	ok &= !run_raw_tp(prog, NULL, 0, &retval) && retval == 1;
	memset(&attr, 0, sizeof(attr));
	attr.raw_tracepoint.prog_fd = prog;
	attr.raw_tracepoint.name = ptr("sys_enter");
	link = err_of(bpf(EBPF_RAW_TRACEPOINT_OPEN, &attr));
	ok &= link >= 0;
	close(link);
	close(prog);
	close(ring);
	close(map);
	return ok;
}

static void test_refused_while_busy(void)
{
	int map, prog, link;
	union ebpf_attr attr;
	void *page;

	tap_ok(!insmod() && device_opens(), "the module loads");
	tap_eq(insmod(), EEXIST, "but once");
	tap_ok(is_busy(rmmod()), "not unloaded while the device is open");
	map = map_create(EBPF_MAP_TYPE_ARRAY, 4, 8, 512, EBPF_F_MMAPABLE);
	prog = prog_ret(EBPF_PROG_TYPE_RAW_TRACEPOINT, 0);
	memset(&attr, 0, sizeof(attr));
	attr.raw_tracepoint.prog_fd = prog;
	attr.raw_tracepoint.name = ptr("sys_enter");
	link = err_of(bpf(EBPF_RAW_TRACEPOINT_OPEN, &attr));
	tap_ok(map >= 0 && prog >= 0 && link >= 0, "a map, a program and its attachment");
	page = mmap(NULL, 4096, PROT_READ, MAP_SHARED, map, 0);
	drv_close();
	close(prog);
	close(map);
	tap_ok(is_busy(rmmod()), "not unloaded while a program is attached");
	close(link);
	tap_ok(is_busy(rmmod()), "not unloaded while a map is mapped");
	munmap(page, 4096);
	tap_eq(rmmod(), 0, "unloaded when all is closed");
	tap_ok(access(EBPFDRV_DEVICE_PATH, F_OK) && errno == ENOENT, "the device is gone");
}

/* An attachment of a process that was killed goes with it. */
static void test_killed(void)
{
	int pipefd[2], status;
	char c = 0;
	pid_t pid;

	if (pipe(pipefd))
		return;
	tap_ok(!insmod() && device_opens(), "the module loads again");
	fflush(stdout);
	pid = fork();
	if (!pid) {
		union ebpf_attr attr;

		memset(&attr, 0, sizeof(attr));
		attr.raw_tracepoint.prog_fd = prog_ret(EBPF_PROG_TYPE_RAW_TRACEPOINT, 0);
		attr.raw_tracepoint.name = ptr("sys_enter");
		c = bpf(EBPF_RAW_TRACEPOINT_OPEN, &attr) >= 0;
		if (write(pipefd[1], &c, 1) == 1)
			pause();
		_exit(1);
	}
	tap_ok(read(pipefd[0], &c, 1) == 1 && c == 1, "a child attaches a program");
	drv_close();
	tap_ok(is_busy(rmmod()), "not unloaded while it lives");
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	tap_eq(rmmod(), 0, "unloaded when it was killed");
	close(pipefd[0]);
	close(pipefd[1]);
}

/* kB of kernel memory in use: slab that stays, vmalloc, per-cpu. */
static long kernel_memory(void)
{
	static const char *const lines[] = { "SUnreclaim:", "Percpu:", "KernelStack:" };
	long sum = 0, kb;
	char name[64];
	unsigned int i;
	char rest[64];
	FILE *f;

	f = fopen("/proc/sys/vm/drop_caches", "w");
	if (f) {
		fputs("3", f);
		fclose(f);
	}
	f = fopen("/proc/meminfo", "r");
	while (fscanf(f, "%63s %ld%63[^\n]", name, &kb, rest) >= 2)
		for (i = 0; i < ARRAY_LEN(lines); i++)
			if (!strcmp(name, lines[i]))
				sum += kb;
	fclose(f);
	return sum;
}

/* kB of free pages that CPUs keep at hand: MemFree does not count them. */
static long pages_at_hand(void)
{
	FILE *f = fopen("/proc/zoneinfo", "r");
	long pages, sum = 0;
	char line[128];

	while (fgets(line, sizeof(line), f))
		if (sscanf(line, " count: %ld", &pages) == 1)
			sum += pages;
	fclose(f);
	return sum * (sysconf(_SC_PAGESIZE) / 1024);
}

/* Free memory cannot fall for good when 50 modules of 2.4 MB each leave nothing. */
static long free_memory(void)
{
	char name[64], rest[64];
	long kb, found = 0;
	FILE *f = fopen("/proc/meminfo", "r");

	while (fscanf(f, "%63s %ld%63[^\n]", name, &kb, rest) >= 2)
		if (!strcmp(name, "MemFree:"))
			found = kb;
	fclose(f);
	return found + pages_at_hand();
}

/* The kernel keeps what it counted in each life of a module built with GCOV=1. */
static bool lives_are_counted(void)
{
	const char *build = getenv("EBPFDRV_BUILD");
	char path[512];

	snprintf(path, sizeof(path), "/sys/kernel/debug/gcov%s", build ? build : "/none");
	return !access(path, F_OK);
}

static bool one_round(void)
{
	bool ok;

	if (insmod() || !device_opens())
		return false;
	ok = use_once();
	drv_close();
	return !rmmod() && ok;
}

static void test_rounds(void)
{
	long used, freed;
	int i, ok = 0;

	for (i = 0; i < 5; i++)		/* what is allocated once and kept */
		one_round();
	used = kernel_memory();
	freed = free_memory();
	for (i = 0; i < ROUNDS; i++)
		ok += one_round();
	tap_eq(ok, ROUNDS, "%d rounds of load, use, unload", ROUNDS);
	used = kernel_memory() - used;
	freed -= free_memory();
	if (lives_are_counted() || kernel_has_kasan()) {
		tap_skip("memory: gcov keeps its counts of each round, KASAN what was freed (%ld kB)",
			 used);
		return;
	}
	tap_ok(used < 1024, "they leave no kernel memory behind (%ld kB)", used);
	tap_ok(freed < 16384, "nor pages (%ld kB)", freed);
}

/* Objects made and closed 50 times while the module stays. */
static void test_objects(void)
{
	struct ebpfdrv_stats before, after;
	int i, ok = 0;
	long used;

	tap_ok(!insmod() && device_opens() && stats_get(&before), "the module loads");
	tap_ok(!before.maps && !before.progs && !before.links && !before.events &&
	       !before.jit_bytes, "it starts with no object");
	for (i = 0; i < 5; i++)
		use_once();
	stats_settle(&before);
	used = kernel_memory();
	for (i = 0; i < ROUNDS; i++)
		ok += use_once();
	tap_eq(ok, ROUNDS, "%d rounds of use", ROUNDS);
	tap_ok(stats_settle(&before), "all objects are freed");
	stats_get(&after);
	tap_eq(after.jit_bytes, 0, "the code pool is empty");
	used = kernel_memory() - used;
	tap_ok(used < 1024, "no kernel memory is left behind (%ld kB)", used);
	drv_close();
	tap_eq(rmmod(), 0, "the module unloads");
}

/* Size of the module as loaded, and what it allocated at start. */
static void test_idle_memory(void)
{
	long before = free_memory(), size = 0, taken;
	FILE *f;

	tap_ok(!insmod() && device_opens(), "the module loads");
	taken = before - free_memory();
	f = fopen("/sys/module/ebpfdrv/coresize", "r");
	if (f) {
		tap_ok(fscanf(f, "%ld", &size) == 1, "its size is known");
		fclose(f);
		tap_ok(size && size <= 4 << 20, "idle it takes %ld kB of text and data, at most 4 MiB",
		       size / 1024);
	}
	tap_diag("free memory fell by %ld kB on loading", taken);
	drv_close();
	tap_eq(rmmod(), 0, "the module unloads");
}

int main(void)
{
	test_refused_while_busy();
	test_killed();
	test_idle_memory();
	test_objects();
	test_rounds();
	/* The harness expects it as it was: unloaded. */
	return tap_end();
}
