// SPDX-License-Identifier: GPL-2.0-only
/*
 * Global functions from clang through libbpf and the shim: they load, they are run
 * with what they were passed, and calls that do not fit are refused in Linux's words.
 *
 * EBPF_TEST_NATIVE=1 asks the kernel's own bpf(2) the same.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "faults.h"
#include "tap.h"

static char log_buf[1 << 20];

static struct bpf_object *open_object(void)
{
	char path[4096];
	struct bpf_object *obj;

	snprintf(path, sizeof(path), "%s/test_global_func.bpf.o", getenv("EBPFDRV_TEST_DIR"));
	obj = bpf_object__open_file(path, NULL);
	if (!obj) {
		printf("Bail out! %s: %s\n", path, strerror(errno));
		exit(1);
	}
	return obj;
}

static struct bpf_program *named(struct bpf_object *obj, const char *name)
{
	struct bpf_program *prog = bpf_object__find_program_by_name(obj, name);

	if (!prog) {
		printf("Bail out! no program %s\n", name);
		exit(1);
	}
	return prog;
}

static void test_run(struct bpf_object *obj, const char *name, int want)
{
	unsigned char packet[64] = { 0 };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = packet, .data_size_in = sizeof(packet));
	int err = bpf_prog_test_run_opts(bpf_program__fd(named(obj, name)), &opts);

	tap_ok(!err && (int)opts.retval == want, "%s returns %d (error %d, got %d)", name, want, err,
	       (int)opts.retval);
}

static void test_good(void)
{
	struct bpf_object *obj = open_object();
	struct { __u64 x, y; } point = { 1, 2 };
	__u32 key = 0, fd;

	if (!tap_ok(!bpf_object__load(obj), "programs with global functions load"))
		goto out;
	bpf_map_update_elem(bpf_object__find_map_fd_by_name(obj, "points"), &key, &point, 0);
	test_run(obj, "tc_stack", 100);
	test_run(obj, "tc_map", 3);
	test_run(obj, "tc_null", 99);
	test_run(obj, "tc_length", 128);
	test_run(obj, "tc_loops", 5105);
	test_run(obj, "tc_jump", 8);
	fd = bpf_program__fd(named(obj, "tc_target"));
	tap_ok(!bpf_map_update_elem(bpf_object__find_map_fd_by_name(obj, "progs"), &key, &fd, 0),
	       "a program to jump to");
	test_run(obj, "tc_jump", 41);
out:
	bpf_object__close(obj);
}

/* @name alone, which is refused with @says in its log. */
static void test_bad(const char *name, const char *says)
{
	struct bpf_object *obj = open_object();
	struct bpf_program *prog;
	int err;

	bpf_object__for_each_program(prog, obj)
		bpf_program__set_autoload(prog, !strcmp(bpf_program__name(prog), name));
	log_buf[0] = '\0';
	bpf_program__set_log_buf(named(obj, name), log_buf, sizeof(log_buf));
	bpf_program__set_log_level(named(obj, name), 1);
	err = bpf_object__load(obj);
	if (!tap_ok(err && strstr(log_buf, says), "%s is refused: %s", name, says))
		tap_diag("error %d: %s", err, log_buf);
	bpf_object__close(obj);
}

int main(int argc, char **argv)
{
	const char *shim = getenv("EBPFDRV_SHIM");

	if (shim && !getenv("EBPF_TEST_NATIVE") && !getenv("LD_PRELOAD")) {
		setenv("LD_PRELOAD", shim, 1);
		execv("/proc/self/exe", argv);
		return 1;
	}
	libbpf_set_print(NULL);
	/* Hundreds of allocations in each of many loads. */
	faults_dense(20);
	test_good();
	/* Their logs alone take hundreds of tries each. */
	faults_hold(true);
	test_bad("bad_size", "Caller passes invalid args into func#1");
	test_bad("bad_range", "memory access");
	test_bad("bad_result", getenv("EBPF_TEST_NATIVE") ? "Global function pointer() doesn't return scalar" :
		 "Global function pointer() return value not void or scalar");
	/* Linux learned this later than 6.1. */
	if (!getenv("EBPF_TEST_NATIVE"))
		test_bad("bad_packet", "invalid mem access 'scalar'");
	return tap_end();
}
