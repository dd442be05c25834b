/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What tests that are libbpf programs begin with: the shim, the object made from the
 * test's .bpf.c, and what is in it by name. What no test can do without ends it.
 */
#ifndef _TESTS_VM_CLIENT_H
#define _TESTS_VM_CLIENT_H

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "tap.h"

static struct bpf_object *obj;

__attribute__((unused, noreturn))
static void die(const char *what)
{
	printf("Bail out! %s: %s\n", what, strerror(errno));
	exit(1);
}

/* main() starts once more with the library preloaded. Its children are without. */
static inline void client_preload(char **argv)
{
	const char *shim = getenv("EBPFDRV_SHIM");

	if (shim && !getenv("LD_PRELOAD")) {
		setenv("LD_PRELOAD", shim, 1);
		execv("/proc/self/exe", argv);
		die("exec");
	}
	unsetenv("LD_PRELOAD");
}

/* @name: of the test */
static inline void client_open(const char *name)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s.bpf.o", getenv("EBPFDRV_TEST_DIR"), name);
	obj = bpf_object__open_file(path, NULL);
	if (!obj)
		die(path);
}

static inline void client_load(const char *name)
{
	client_open(name);
	if (bpf_object__load(obj))
		die(name);
}

static inline int map_fd(const char *name)
{
	int fd = bpf_object__find_map_fd_by_name(obj, name);

	if (fd < 0)
		die(name);
	return fd;
}

static inline struct bpf_program *prog_named(const char *name)
{
	struct bpf_program *prog = bpf_object__find_program_by_name(obj, name);

	if (!prog)
		die(name);
	return prog;
}

/* Runs a raw tracepoint program with @args. False, and errno, where it cannot be run. */
static inline bool run_raw_tp(const char *name, __u64 *args, __u32 size, __u32 *retval)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = args, .ctx_size_in = size);

	if (bpf_prog_test_run_opts(bpf_program__fd(prog_named(name)), &opts))
		return false;
	*retval = opts.retval;
	return true;
}

static inline struct bpf_link *attach(const char *name)
{
	struct bpf_link *link = bpf_program__attach(prog_named(name));

	if (!tap_ok(link != NULL, "%s attaches", name))
		exit(tap_end());
	return link;
}

/* The function of a system call, which goes by one of these names. *@regs: its argument is
 * the caller's registers.
 */
static inline const char *function_of(const char *call, bool *regs)
{
	static const char * const prefixes[] = { "__x64_sys_", "SyS_", "sys_" };
	static char name[64];
	int i;

	for (i = 0; i < 3; i++) {
		snprintf(name, sizeof(name), "%s%s", prefixes[i], call);
		*regs = !i;
		if (libbpf_find_vmlinux_btf_id(name, BPF_TRACE_FENTRY) > 0)
			return name;
	}
	die(call);
}

#endif /* _TESTS_VM_CLIENT_H */
