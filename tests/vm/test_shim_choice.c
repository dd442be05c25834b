// SPDX-License-Identifier: GPL-2.0-only
/*
 * EBPFDRV=always|never|auto: which bpf(2) a process gets, all of its calls the same one, and
 * what it is told when an object of the other side reaches it.
 *
 * harness: timeout=120 nobpf=no
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/klog.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "faults.h"
#include "ioctl_lib.h"
#include "kernel_age.h"
#include "one_array.h"
#include "tap.h"

/* What the library says with EBPFDRV_DEBUG=1 of each call that it takes. */
#define TAKEN	"bpf(MAP_CREATE"

struct result {
	int status;
	char err[8192];
};

/* Return: 0, or the errno of a look-up in the map. */
static int look_up(int fd)
{
	uint64_t value;

	return one_array_do(BPF_MAP_LOOKUP_ELEM, fd, &value) ? errno : 0;
}

/* The program under test: makes a map and uses it, or uses the map of descriptor @fd. */
static int client(const char *fd)
{
	long map;

	/* What the library says once might be what fails. */
	faults_hold(true);
	map = *fd ? atoi(fd) : one_array_make();
	return map < 0 ? errno : look_up(map);
}

static void run(struct result *res, const char *choice, const char *fd)
{
	size_t len = 0;
	ssize_t got;
	int err[2];
	pid_t pid;

	memset(res, 0, sizeof(*res));
	if (pipe(err))
		exit(1);
	pid = fork();
	if (!pid) {
		dup2(err[1], 2);
		close(err[0]);
		close(err[1]);
		setenv("EBPFDRV", choice, 1);
		setenv("EBPFDRV_DEBUG", "1", 1);
		setenv("LD_PRELOAD", getenv("EBPFDRV_SHIM"), 1);
		execl("/proc/self/exe", "client", "client", fd, NULL);
		_exit(99);
	}
	close(err[1]);
	while ((got = read(err[0], res->err + len, sizeof(res->err) - 1 - len)) > 0)
		len += got;
	close(err[0]);
	waitpid(pid, &res->status, 0);
	res->status = WIFEXITED(res->status) ? WEXITSTATUS(res->status) : -1;
}

/* What the kernel answers itself: 0 where it has a bpf(2). */
static int native_answer(void)
{
	long fd = one_array_make();

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

/* Links of many functions take FPROBE, which Debian's 6.1 is built without. */
static bool has_fprobe(void)
{
	FILE *f = fopen("/proc/kallsyms", "r");
	bool found = false;
	char line[512];

	while (!found && f && fgets(line, sizeof(line), f))
		found = strstr(line, " register_fprobe");
	if (f)
		fclose(f);
	return found;
}

static void test_choices(int native)
{
	bool own = !native && kernel_is_since(6, 1) && has_fprobe();
	struct result res;

	run(&res, "always", "");
	tap_ok(res.status == 0 && strstr(res.err, TAKEN), "always: the module's");
	run(&res, "never", "");
	tap_eq(res.status, native, "never: the kernel's own answer");
	tap_ok(!strstr(res.err, "ebpfdrv"), "never: without a word");
	run(&res, "auto", "");
	tap_ok(res.status == 0, "auto: there is a bpf(2)");
	tap_ok(!strstr(res.err, TAKEN) == own, "auto: the %s", own ? "kernel's own" : "module's");
	tap_ok(strstr(res.err, own ? "has it all" : "lacks "), "auto: says why");
	run(&res, "perhaps", "");
	tap_ok(res.status == 0 && strstr(res.err, TAKEN), "another word: the module's");
	tap_ok(strstr(res.err, "EBPFDRV=perhaps: it is auto, always or never"), "another word is told");
}

static bool kernel_said(const char *text)
{
	static char log[1 << 20];
	int len = klogctl(3, log, sizeof(log) - 1);

	log[len < 0 ? 0 : len] = '\0';
	return strstr(log, text);
}

static void test_mixtures(int native)
{
	struct result res;
	char number[24];
	long fd;

	drv_open();
	fd = map_create(EBPF_MAP_TYPE_ARRAY, 4, 8, 1, 0);
	fcntl(fd, F_SETFD, 0);
	snprintf(number, sizeof(number), "%ld", fd);
	run(&res, "always", number);
	tap_eq(res.status, 0, "the module's map in a process of the module");
	run(&res, "never", number);
	tap_ok(res.status == (native ? native : EINVAL), "the module's map and the kernel's bpf(2)");
	close(fd);
	if (native) {
		tap_skip("the kernel's map and the module: no bpf(2) of the kernel's own");
		return;
	}
	fd = one_array_make();
	fcntl(fd, F_SETFD, 0);
	snprintf(number, sizeof(number), "%ld", fd);
	run(&res, "always", number);
	tap_eq(res.status, EINVAL, "the kernel's map and the module");
	tap_ok(kernel_said("is an object of the kernel's own bpf(2)"), "the log says so");
	close(fd);
}

int main(int argc, char **argv)
{
	int native;

	if (argc == 3)
		return client(argv[2]);
	native = native_answer();
	test_choices(native);
	test_mixtures(native);
	return tap_end();
}
