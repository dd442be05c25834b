// SPDX-License-Identifier: GPL-2.0-only
/*
 * Branch records: where the processor records none, both helpers say so; where it does,
 * what they give is whole records.
 */
#define _GNU_SOURCE
#include <linux/perf_event.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "tap.h"
#include "test_branch.h"

static struct bpf_object *obj;
static struct branches *out;

static void die(const char *what)
{
	printf("Bail out! %s: %s\n", what, strerror(errno));
	exit(1);
}

static void load(void)
{
	static char path[4096];
	struct bpf_map *map;
	size_t size;

	snprintf(path, sizeof(path), "%s/test_branch.bpf.o", getenv("EBPFDRV_TEST_DIR"));
	obj = bpf_object__open_file(path, NULL);
	if (!obj || bpf_object__load(obj))
		die(path);
	map = bpf_object__find_map_by_name(obj, ".bss");
	size = map ? bpf_map__value_size(map) : 0;
	if (size < sizeof(*out))
		die(".bss");
	out = calloc(1, size);
}

static void read_out(void)
{
	__u32 zero = 0;

	if (bpf_map_lookup_elem(bpf_object__find_map_fd_by_name(obj, ".bss"), &zero, out))
		die(".bss");
}

static int open_event(__u32 type, __u64 config, __u64 sample_type, __u64 branches)
{
	struct perf_event_attr attr = {
		.type = type, .size = sizeof(attr), .config = config, .sample_period = 1000000,
		.sample_type = sample_type, .branch_sample_type = branches,
	};

	return syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
}

static void spin(void)
{
	struct timespec from, now;

	clock_gettime(CLOCK_MONOTONIC, &from);
	do
		clock_gettime(CLOCK_MONOTONIC, &now);
	while ((now.tv_sec - from.tv_sec) * 1000 + (now.tv_nsec - from.tv_nsec) / 1000000 < 300);
}

static bool whole(__s64 n)
{
	return n >= 0 && n % ENTRY_SIZE == 0 && n <= (__s64)sizeof(out->entries);
}

static void test_samples(void)
{
	int fd = open_event(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_CLOCK, 0, 0);
	struct bpf_link *link;

	if (fd < 0)
		die("perf_event_open");
	link = bpf_program__attach_perf_event(bpf_object__find_program_by_name(obj, "on_sample"), fd);
	if (!link)
		die("attach");
	spin();
	bpf_link__destroy(link);
	read_out();
	tap_ok(out->samples, "a clock's event runs the program");
	tap_ok(out->size == -ENOENT && out->read == -ENOENT, "its samples have no branches");
	tap_ok(out->bad_flags == -EINVAL, "flags that do not exist");
}

static void test_hardware(void)
{
	struct bpf_link *link;
	int fd;

	tap_ok(open_event(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_CLOCK, PERF_SAMPLE_BRANCH_STACK,
			  PERF_SAMPLE_BRANCH_ANY) < 0 && errno == EOPNOTSUPP,
	       "no clock records branches");
	tap_ok(open_event(PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES, PERF_SAMPLE_BRANCH_STACK,
			  PERF_SAMPLE_BRANCH_USER) < 0 && errno == EINVAL,
	       "a kind of branches must be named");
	tap_ok(open_event(PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES, PERF_SAMPLE_BRANCH_STACK,
			  1ULL << 40) < 0 && errno == EINVAL, "one that exists");
	fd = open_event(PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES, PERF_SAMPLE_BRANCH_STACK,
			PERF_SAMPLE_BRANCH_ANY);
	if (fd < 0) {
		tap_skip("this processor records no branches");
		return;
	}
	link = bpf_program__attach_perf_event(bpf_object__find_program_by_name(obj, "on_sample"), fd);
	if (!link)
		die("attach");
	spin();
	bpf_link__destroy(link);
	read_out();
	tap_ok(out->size > 0 && whole(out->size) && out->read == out->size, "records are whole");
}

static void test_snapshot(void)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);

	if (bpf_prog_test_run_opts(bpf_program__fd(bpf_object__find_program_by_name(obj, "on_run")),
				   &opts))
		die("bpf_prog_test_run");
	read_out();
	tap_ok(out->snapshot == -ENOENT || (out->snapshot > 0 && whole(out->snapshot)),
	       "a snapshot has whole records or none");
	tap_ok(out->bad_snapshot == -EINVAL, "no flags exist");
}

int main(int argc, char **argv)
{
	const char *shim = getenv("EBPFDRV_SHIM");

	if (shim && !getenv("LD_PRELOAD")) {
		setenv("LD_PRELOAD", shim, 1);
		execv("/proc/self/exe", argv);
		die("exec");
	}
	unsetenv("LD_PRELOAD");
	load();
	test_samples();
	test_hardware();
	test_snapshot();
	bpf_object__close(obj);
	return tap_end();
}
