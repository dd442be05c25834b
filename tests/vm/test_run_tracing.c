// SPDX-License-Identifier: GPL-2.0-only
/*
 * PROG_TEST_RUN of TRACING programs: the functions that kernels with a bpf(2) of their own have to
 * be traced are called; where there are none, it says so. The kernel's own bpf(2), where it is Linux
 * 6.1's, does the same.
 *
 * harness: timeout=240 nobpf=no
 */
#define _GNU_SOURCE
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "native.h"
#include "tap.h"

static struct bpf_object *obj;
static const char *who;

static int prog_fd(const char *name)
{
	return bpf_program__fd(bpf_object__find_program_by_name(obj, name));
}

static long test_run(const char *name, __u32 *retval, __u32 flags)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .flags = flags);
	long err = bpf_prog_test_run_opts(prog_fd(name), &opts);

	*retval = opts.retval;
	return err;
}

/* The four of the data section, in order. */
struct globals {
	__u64 entered, left, modified;
	int answer;
};

static struct globals *globals(void)
{
	struct bpf_map *map = bpf_object__find_map_by_name(obj, "test_run.bss");
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, map ? bpf_map__fd(map) : -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

static bool open_object(void)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/test_run_tracing.bpf.o", getenv("EBPFDRV_TEST_DIR"));
	obj = bpf_object__open_file(path, NULL);
	return tap_ok(obj != NULL, "%s: the object opens", who);
}

static void test_absent(void)
{
	__u32 retval;

	bpf_program__set_autoload(bpf_object__find_program_by_name(obj, "enter"), false);
	bpf_program__set_autoload(bpf_object__find_program_by_name(obj, "leave"), false);
	bpf_program__set_autoload(bpf_object__find_program_by_name(obj, "modify"), false);
	bpf_program__set_autoload(bpf_object__find_program_by_name(obj, "other"), true);
	if (tap_ok(!bpf_object__load(obj), "%s: a program loads", who))
		tap_eq(test_run("other", &retval, 0), -524L, "%s: there is nothing to call: ENOTSUPP",
		       who);
}

static struct bpf_link *attach(const char *name)
{
	return bpf_program__attach(bpf_object__find_program_by_name(obj, name));
}

/* What Linux does to functions that are marked for it, if it is built with such marks. */
static void test_modify(struct globals *g)
{
	struct bpf_link *modify;
	__u32 retval;

	tap_eq(test_run("modify", &retval, 0), 0L, "%s: fmod_ret runs", who);
	tap_eq(retval, 1U << 16 | 4, "%s: the function ran, and its result", who);
	modify = attach("modify");
	g->answer = 7;
	tap_eq(test_run("modify", &retval, 0), 0L, "%s: fmod_ret runs again", who);
	tap_eq(retval, 7U, "%s: the program's result, without the function", who);
	tap_eq(g->modified, 1ULL, "%s: it ran once", who);
	g->answer = 0;
	tap_eq(test_run("modify", &retval, 0), 0L, "%s: and again", who);
	tap_eq(retval, 1U << 16 | 4, "%s: 0 lets the function run", who);
	bpf_link__destroy(modify);
}

static void test_there(bool modifies)
{
	struct bpf_link *enter, *leave;
	struct globals *g;
	__u32 retval;

	bpf_program__set_autoload(bpf_object__find_program_by_name(obj, "modify"), modifies);
	if (!tap_ok(!bpf_object__load(obj), "%s: the programs load", who))
		return;
	g = globals();
	if (!tap_ok(g != NULL, "%s: their variables", who))
		return;
	tap_eq(test_run("enter", &retval, 0), 0L, "%s: fentry runs", who);
	tap_eq(retval, 0U, "%s: with nothing as result", who);
	tap_eq(g->entered, 0ULL, "%s: what is not attached does not run", who);
	enter = attach("enter");
	leave = attach("leave");
	if (!tap_ok(enter && leave, "%s: they attach", who))
		return;
	tap_eq(test_run("leave", &retval, 0), 0L, "%s: fexit runs", who);
	tap_eq(g->entered, 1ULL, "%s: the entry was seen, with its arguments", who);
	tap_eq(g->left, 1ULL, "%s: and the end, with its result", who);
	tap_eq(test_run("enter", &retval, 1), -22L, "%s: flags are for other types", who);
	if (modifies)
		test_modify(g);
	bpf_link__destroy(enter);
	bpf_link__destroy(leave);
}

static bool has_functions(void)
{
	FILE *f = fopen("/proc/kallsyms", "r");
	char line[256];
	bool found = false;

	while (f && !found && fgets(line, sizeof(line), f))
		found = strstr(line, " bpf_modify_return_test\n");
	if (f)
		fclose(f);
	return found;
}

static int print(enum libbpf_print_level level, const char *fmt, va_list args)
{
	if (level == LIBBPF_WARN)
		vprintf(fmt, args);
	return 0;
}

static void test_all(bool modifies)
{
	if (!open_object())
		return;
	if (has_functions())
		test_there(modifies);
	else
		test_absent();
	bpf_object__close(obj);
}

int main(int argc, char **argv)
{
	const char *shim = getenv("EBPFDRV_SHIM");

	(void)argc;
	libbpf_set_print(print);
	if (getenv("EBPFDRV_NATIVE")) {
		/* Debian's kernel has no marks (FUNCTION_ERROR_INJECTION). */
		who = "Linux";
		test_all(false);
		return tap_end();
	}
	if (shim && !getenv("LD_PRELOAD")) {
		setenv("LD_PRELOAD", shim, 1);
		execv("/proc/self/exe", argv);
	}
	who = "ours";
	test_all(true);
	if (!native_is_6_1()) {
		tap_skip("the kernel's own bpf(2) is not that of Linux 6.1");
		return tap_end();
	}
	unsetenv("LD_PRELOAD");
	setenv("EBPFDRV_NATIVE", "1", 1);
	fflush(stdout);
	tap_eq(system("/proc/$PPID/exe >&2"), 0, "Linux does the same");
	return tap_end();
}
