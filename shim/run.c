// SPDX-License-Identifier: GPL-2.0-only
/*
 * ebpfdrv-run PROG [ARG...]: start PROG with libebpfdrv.so preloaded or, where that cannot
 * work, adopted by the module, or fail where its bpf(2) would be the kernel's own after all.
 */
#define _GNU_SOURCE
#include "program.h"
#include "shim.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ebpfdrv/ebpfdrv.h>

#define LIBRARY		"libebpfdrv.so"
#define EXIT_REFUSED	125		/* also for usage */
#define EXIT_NO_EXEC	126
#define EXIT_NOT_FOUND	127

/* How PROG's calls reach the module. */
enum way {
	BY_CHOICE,		/* preloaded where that works, else adopted */
	BY_PRELOAD,
	BY_ADOPTION,
};

static void help(FILE *out)
{
	fprintf(out,
"usage: ebpfdrv-run [--preload | --adopt] [--fallback] [--debug] [--] PROG [ARG...]\n"
"       ebpfdrv-run --check [--json] PROG\n"
"\n"
"Runs PROG with its bpf(2) and perf_event_open(2) calls served by ebpfdrv.ko.\n"
"The module must be loaded (modprobe ebpfdrv) and PROG started as root. Where that\n"
"cannot be, PROG is not started and the status is 125.\n"
"\n"
"  --preload   by " LIBRARY " in PROG and its children: programs that call libc\n"
"  --adopt     by the kernel module, which answers for PROG and its children itself;\n"
"              without either: adopted where a library cannot be preloaded (static\n"
"              programs, Go, set-user-ID), preloaded otherwise\n"
"  --fallback  start PROG nevertheless, on the kernel's own bpf(2)\n"
"  --check     do not start it: say what works here and for it (ebpfdrvctl doctor PROG)\n"
"  --debug     log each call to stderr (EBPFDRV_DEBUG=1)\n"
"  --help      this text\n"
"  --version   the version\n"
"\n"
"Environment:\n"
"  EBPFDRV_LIBRARY  path of " LIBRARY ", if it is neither beside ebpfdrv-run\n"
"                   nor in " LIBDIR "\n"
"  EBPFDRV_DEVICE   device node (default /dev/ebpfdrv)\n"
"  EBPFDRV_BTF      BTF file to use when the module serves none\n"
"  EBPFDRV_DEBUG    1: log each call to stderr\n"
"  EBPFDRV          whose bpf(2): always the module's (default), never, or auto:\n"
"                   the kernel's own where it has what the module has\n"
"  EBPFDRV_DISABLE  1: change nothing (EBPFDRV=never)\n"
"\n"
"Status: 125 when nothing was started, 126 when PROG cannot be executed, 127 when there\n"
"is none, else PROG's own.\n");
}

/* Return: true, or false with a line on stderr. */
static bool choose_library(char *path, size_t size)
{
	const char *chosen = secure_getenv("EBPFDRV_LIBRARY"), *fault;

	if (!chosen || !*chosen) {
		if (!find_library(path, size)) {
			fprintf(stderr, "ebpfdrv-run: " LIBRARY " not found beside ebpfdrv-run nor in "
				LIBDIR ": run make install, or set EBPFDRV_LIBRARY\n");
			return false;
		}
		chosen = path;
	} else if (!realpath(chosen, path)) {
		fprintf(stderr, "ebpfdrv-run: EBPFDRV_LIBRARY=%s: %s\n", chosen, strerror(errno));
		return false;
	}
	fault = library_fault(path);
	if (fault)
		fprintf(stderr, "ebpfdrv-run: %s%s: %s\n", chosen == path ? "" : "EBPFDRV_LIBRARY=",
			chosen, fault);
	return !fault;
}

/* The dynamic linker splits the list at colons and white space. */
static int preload(const char *library)
{
	const char *others = getenv("LD_PRELOAD");
	char *list;
	int ret;

	if (strpbrk(library, ": \t\n")) {
		fprintf(stderr, "ebpfdrv-run: %s: LD_PRELOAD takes no path with a colon or a blank: move it\n",
			library);
		return -1;
	}
	if (!others || !*others)
		return setenv("LD_PRELOAD", library, 1);
	if (asprintf(&list, "%s:%s", library, others) < 0)
		return -1;
	ret = setenv("LD_PRELOAD", list, 1);
	free(list);
	return ret;
}

/* Said of what would run on the kernel's own bpf(2). */
static void not_started(void)
{
	fprintf(stderr, "ebpfdrv-run: not started; --fallback runs it on the kernel's own bpf(2)\n");
}

static bool adopt(void)
{
	long ret = shim_device_ioctl(EBPFDRV_IOC_ADOPT, NULL, false);

	if (!ret)
		return true;
	if (ret == -EOPNOTSUPP || ret == -ENOTTY)
		fprintf(stderr, "ebpfdrv-run: the module %s\n", ret == -ENOTTY ?
			"is older than this program and adopts no process: load the new one" :
			"cannot adopt processes on this kernel: its log says why");
	else if (ret != SHIM_NO_DEVICE)
		fprintf(stderr, "ebpfdrv-run: the module does not adopt the process: %s\n",
			strerror(-ret));
	return false;
}

/*
 * Whether PROG's calls will reach the module, or are the kernel's by intent. Says what is in
 * the way; of the device only without @fallback, for the library says that at the first call.
 */
static bool will_reach(const char *program, enum way way, bool fallback)
{
	struct obstacle obstacle;
	bool blocked, adoptable;
	char why[512];

	if (shim_config()->choice == SHIM_NEVER)
		return true;
	if (shim_device_refused(why, sizeof(why))) {
		if (!fallback)
			fprintf(stderr, "ebpfdrv-run: %s\n", why);
		return false;
	}
	if (!shim_device_usable(false))
		return true;
	blocked = find_obstacle(program, &obstacle);
	/* i386's numbers are others, which no process is adopted for. */
	adoptable = !blocked || strcmp(obstacle.kind, "elf-class");
	if (adoptable && (way == BY_ADOPTION || (blocked && way == BY_CHOICE)))
		return adopt();
	if (!blocked)
		return true;
	fprintf(stderr, "ebpfdrv-run: %s %s: %s cannot work, its bpf calls go to the kernel\n",
		obstacle.path, obstacle.what, way == BY_ADOPTION ? "--adopt" : "LD_PRELOAD");
	return false;
}

/* As execvp() does with a file that has no head which the kernel knows. */
static void exec_by_shell(const char *program, char **argv)
{
	size_t count = 0;
	char **args;

	while (argv[count])
		count++;
	args = calloc(count + 2, sizeof(*args));
	if (!args)
		return;
	args[0] = "/bin/sh";
	args[1] = (char *)program;
	memcpy(args + 2, argv + 1, count * sizeof(*args));
	execv(args[0], args);
	free(args);
}

static int execute(const char *program, char **argv)
{
	int error;

	execv(program, argv);
	if (errno == ENOEXEC)
		exec_by_shell(program, argv);
	error = errno;
	/* It was there a moment ago. */
	if (error == ENOENT && !access(program, F_OK))
		fprintf(stderr, "ebpfdrv-run: %s: its interpreter is missing\n", program);
	else
		fprintf(stderr, "ebpfdrv-run: %s: %s\n", program, strerror(error));
	return error == ENOENT ? EXIT_NOT_FOUND : EXIT_NO_EXEC;
}

static int run(char **argv, enum way way, bool fallback)
{
	char library[PATH_MAX], program[PATH_MAX];
	int error = find_program(argv[0], program, sizeof(program));
	bool found = true;

	if (error) {
		fprintf(stderr, "ebpfdrv-run: %s: %s\n", argv[0],
			strchr(argv[0], '/') ? strerror(error) : "command not found");
		return error == ENOENT ? EXIT_NOT_FOUND : EXIT_NO_EXEC;
	}
	if (way != BY_ADOPTION)
		found = choose_library(library, sizeof(library)) && !preload(library);
	if ((!found || !will_reach(program, way, fallback)) && !fallback) {
		not_started();
		return EXIT_REFUSED;
	}
	return execute(program, argv);
}

/* PREFIX/bin has this program and PREFIX/sbin the other; a build tree shim/ and tools/. */
static int check(char **args)
{
	static const char *const places[] = { "ebpfdrvctl", "../sbin/ebpfdrvctl", "tools/ebpfdrvctl",
					      "../tools/ebpfdrvctl" };
	char *argv[] = { "ebpfdrvctl", "doctor", args[0], args[0] ? args[1] : NULL, NULL };
	char self[PATH_MAX], path[PATH_MAX + 32];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	size_t i;

	self[len > 0 ? len : 0] = '\0';
	for (i = 0; len > 0 && i < sizeof(places) / sizeof(places[0]); i++) {
		snprintf(path, sizeof(path), "%.*s/%s", (int)(strrchr(self, '/') - self), self, places[i]);
		execv(path, argv);
	}
	fprintf(stderr, "ebpfdrv-run: ebpfdrvctl, which --check needs, is missing: run make install-user\n");
	return EXIT_REFUSED;
}

int main(int argc, char **argv)
{
	enum way way = BY_CHOICE;
	bool fallback = false;
	int i;

	shim_quiet();
	for (i = 1; i < argc && argv[i][0] == '-'; i++) {
		if (!strcmp(argv[i], "--")) {
			i++;
			break;
		}
		if (!strcmp(argv[i], "--help")) {
			help(stdout);
			return 0;
		}
		if (!strcmp(argv[i], "--version")) {
			puts("ebpfdrv-run " VERSION);
			return 0;
		}
		if (!strcmp(argv[i], "--check"))
			return check(argv + i + 1);
		if (!strcmp(argv[i], "--fallback")) {
			fallback = true;
		} else if (!strcmp(argv[i], "--preload")) {
			way = BY_PRELOAD;
		} else if (!strcmp(argv[i], "--adopt")) {
			way = BY_ADOPTION;
		} else if (strcmp(argv[i], "--debug") || setenv("EBPFDRV_DEBUG", "1", 1)) {
			fprintf(stderr, "ebpfdrv-run: %s: unknown option\n", argv[i]);
			help(stderr);
			return EXIT_REFUSED;
		}
	}
	if (i >= argc) {
		help(stderr);
		return EXIT_REFUSED;
	}
	return run(argv + i, way, fallback);
}
