// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of libebpfdrv.so without a module: this program starts itself as the
 * program under test (client.c), with the library preloaded, beside a device
 * that is missing, refused, foreign or faked (fake.c).
 *
 * main SHIM-DIR, where SHIM-DIR holds libebpfdrv.so
 * main with-device KIND COMMAND..., for scripts: any command beside the fake, which is what
 * /dev/null answers then. KIND: ours, foreign or abi (another one); FAKE_VERSION and
 * FAKE_FEATURES in the environment are what it says of itself
 */
#define _GNU_SOURCE
#include "client.h"
#include "fake.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tap.h"

#define SECONDS_PER_RUN 60

static char library[PATH_MAX];

/* One run of the program under test. */
struct run {
	const char *client;
	const char *device;	/* NULL: /dev/null, which the fake answers for */
	const char *variable;	/* NAME=VALUE or NULL */
	int (*setup)(void);	/* in the child; nonzero: cannot be done here */
	bool no_preload;
	struct fake fake;
	/* results */
	bool impossible;
	int status;
	char out[16384], err[16384];
};

static void set_environment(const struct run *run)
{
	setenv("EBPFDRV_DEVICE", run->device ? run->device : "/dev/null", 1);
	if (run->variable)
		putenv((char *)run->variable);
	if (!run->no_preload)
		setenv("LD_PRELOAD", library, 1);
}

static void child(const struct run *run, int out, int err, int sock)
{
	dup2(out, 1);
	dup2(err, 2);
	close(out);
	close(err);
	if (run->setup && run->setup())
		_exit(97);
	fake_enter(&run->fake, sock);
	set_environment(run);
	execl("/proc/self/exe", "client", "client", run->client, NULL);
	_exit(99);
}

/* Return: false at the end of the stream. */
static bool collect(int fd, char *text, size_t size)
{
	size_t len = strlen(text);
	char drop[512];
	ssize_t got;

	if (len + 1 < size)
		got = read(fd, text + len, size - len - 1);
	else
		got = read(fd, drop, sizeof(drop));
	return got > 0;
}

static void serve(struct run *run, int listener, int out, int err)
{
	struct pollfd fds[] = {
		{ .fd = out, .events = POLLIN }, { .fd = err, .events = POLLIN },
		{ .fd = listener, .events = POLLIN },
	};

	while (fds[0].fd >= 0 || fds[1].fd >= 0) {
		if (poll(fds, 3, SECONDS_PER_RUN * 1000) <= 0)
			return;
		if (fds[0].revents && !collect(out, run->out, sizeof(run->out)))
			fds[0].fd = -1;
		if (fds[1].revents && !collect(err, run->err, sizeof(run->err)))
			fds[1].fd = -1;
		if (fds[2].revents & POLLIN)
			fake_serve(&run->fake, listener);
		else if (fds[2].revents)
			fds[2].fd = -1;
	}
}

static void start(struct run *run)
{
	int out[2], err[2], sock[2], listener;
	pid_t pid;

	if (pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC) ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sock))
		exit(99);
	fflush(stdout);
	pid = fork();
	if (!pid)
		child(run, out[1], err[1], sock[1]);
	close(out[1]);
	close(err[1]);
	close(sock[1]);
	listener = fake_receive(sock[0]);
	if (listener >= 0)
		serve(run, listener, out[0], err[0]);
	else
		run->impossible = true;
	/* Both streams ended, so it is about to exit, or it hangs. */
	alarm(SECONDS_PER_RUN);
	waitpid(pid, &run->status, 0);
	alarm(0);
	close(out[0]);
	close(err[0]);
	close(sock[0]);
	close(listener);
}

static int lines_of(const char *text)
{
	int lines = 0;

	for (; *text; text++)
		lines += *text == '\n';
	return lines;
}

static void show(const char *what, const char *text)
{
	char copy[16384], *line, *rest;

	snprintf(copy, sizeof(copy), "%s", text);
	for (line = strtok_r(copy, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		tap_diag("  %s: %s", what, line);
}

/* The client found nothing wrong, and stderr is @err (NULL: whatever it is). */
static void judge(struct run *run, const char *name, const char *err)
{
	bool ok;

	start(run);
	if (run->impossible) {
		tap_skip("%s: not possible here (seccomp notification, mount or user)", name);
		return;
	}
	ok = (WIFEXITED(run->status) && !WEXITSTATUS(run->status)) && !run->out[0] &&
	     (!err || !strcmp(run->err, err));
	if (!tap_ok(ok, "%s", name)) {
		tap_diag("  status %#x", run->status);
		show("stdout", run->out);
		show("stderr", run->err);
		show("expected stderr", err ? err : "anything");
	}
}

/* --- programs that make no bpf call ------------------------------------------ */

static void test_plain(const char *device, const char *variable, const char *name)
{
	static struct run with, bare;

	with = (struct run) { .client = "plain", .device = device, .variable = variable };
	bare = with;
	bare.no_preload = true;
	start(&with);
	start(&bare);
	if (with.impossible) {
		tap_skip("%s: no seccomp notification", name);
		return;
	}
	if (!tap_ok(lines_of(bare.out) > 40 && !with.status && !bare.status &&
		    !strcmp(with.out, bare.out) && !with.err[0], "%s",
		    name)) {
		tap_diag("  status %#x with the library, %#x without", with.status, bare.status);
		show("with", with.out);
		show("without", bare.out);
		show("stderr", with.err);
	}
}

/* --- devices that are not there ---------------------------------------------- */

#define OWN "; using the kernel's own bpf(2)\n"

static int become_nobody(void)
{
	return geteuid() ? 0 : setgid(65534) || setuid(65534);
}

static void test_no_device(void)
{
	static struct run run;
	char locked[] = "/tmp/shim-device-XXXXXX", expected[256];
	int fd;

	run = (struct run) { .client = "native", .device = "/nonexistent/ebpfdrv" };
	judge(&run, "missing device: one line, calls go to the kernel",
	      "ebpfdrv: /nonexistent/ebpfdrv: No such file or directory: is the module loaded? (modprobe ebpfdrv)"
	      OWN);

	fd = mkstemp(locked);
	fchmod(fd, 0);
	snprintf(expected, sizeof(expected), "ebpfdrv: %s: Permission denied: run as root" OWN, locked);
	run = (struct run) { .client = "native", .device = locked, .setup = become_nobody };
	judge(&run, "device not permitted: one line, calls go to the kernel", expected);
	close(fd);
	unlink(locked);

	run = (struct run) { .client = "native", .fake.no_device = true };
	judge(&run, "foreign device: one line, calls go to the kernel",
	      "ebpfdrv: /dev/null: not the device of ebpfdrv.ko" OWN);

	run = (struct run) { .client = "native", .device = "/tmp" };
	judge(&run, "a directory as device: one line, calls go to the kernel", NULL);
	tap_ok(run.impossible || lines_of(run.err) == 1, "a directory as device: exactly one line");

	run = (struct run) { .client = "native", .fake.abi = EBPFDRV_ABI_VERSION + 1 };
	snprintf(expected, sizeof(expected),
		 "ebpfdrv: /dev/null: the module speaks ABI %d, this library ABI %d: install both from one release"
		 OWN, EBPFDRV_ABI_VERSION + 1, EBPFDRV_ABI_VERSION);
	judge(&run, "another ABI: one line, calls go to the kernel", expected);
	tap_ok(run.impossible || !run.fake.bpfs, "another ABI: no bpf call reaches the device");

	run = (struct run) { .client = "native", .variable = "EBPFDRV_DISABLE=1" };
	judge(&run, "EBPFDRV_DISABLE=1: silent, calls go to the kernel", "");
	tap_ok(!run.fake.infos && !run.fake.bpfs, "EBPFDRV_DISABLE=1: the device is not touched");
}

/* --- calls that reach the device --------------------------------------------- */

static void test_calls(void)
{
	static struct run run;

	run = (struct run) { .client = "calls" };
	judge(&run, "bpf calls: values and errno of the device", "");
	if (run.impossible)
		return;
	tap_eq(run.fake.infos, 1, "the ABI is asked for once");
	tap_eq(run.fake.bpfs, 3, "each bpf call is one ioctl");
	tap_ok(run.fake.bpf.cmd == 5 && run.fake.bpf.size == 128 &&
	       run.fake.bpf.attr == 0x123456789000ULL, "command, size and pointer arrive unchanged");

	run = (struct run) { .client = "events" };
	judge(&run, "perf events: each kind goes where it belongs", "");
	tap_ok(run.fake.perf.flags == 8 && run.fake.perf.pid == -1 && run.fake.perf.cpu == 3 &&
	       run.fake.perf.group_fd == -1 && !run.fake.perf.reserved,
	       "arguments of perf_event_open arrive unchanged");

	run = (struct run) { .client = "one_call", .variable = "EBPFDRV_DEBUG=1" };
	judge(&run, "EBPFDRV_DEBUG=1 changes no result", NULL);
	tap_ok(strstr(run.err, "module fake") &&
	       strstr(run.err, ": bpf(MAP_CREATE, size 72) = 7000\n") &&
	       strstr(run.err, ": bpf(99, size 72) = 7099\n"), "EBPFDRV_DEBUG=1 logs each call");
}

static void test_environment(void)
{
	static struct run run;

	run = (struct run) { .client = "cleared" };
	judge(&run, "settings outlive the environment", "");
	run = (struct run) { .client = "no_stderr", .device = "/nonexistent/ebpfdrv" };
	judge(&run, "no complaint in a file that took stderr's number", "");
	run = (struct run) { .client = "mounts" };
	judge(&run, "mount with bad pointers", "");
	run = (struct run) { .client = "one_call", .variable = "EBPFDRV=sometimes" };
	judge(&run, "EBPFDRV that is no choice: said at the first call",
	      "ebpfdrv: EBPFDRV=sometimes: it is auto, always or never; taken for always\n");
	run = (struct run) { .client = "nothing", .variable = "EBPFDRV=sometimes" };
	judge(&run, "and not without a call", "");
}

static void test_descriptors(void)
{
	static struct run run;

	run = (struct run) { .client = "closed" };
	judge(&run, "the device survives close and dup2 by the program", "");
	run = (struct run) { .client = "forked" };
	judge(&run, "the device survives fork, and exec starts anew", "");
	run = (struct run) { .client = "threads" };
	judge(&run, "eight threads open the device once", "");
	run = (struct run) { .client = "starved" };
	judge(&run, "a lack of descriptors is reported and not remembered", "");
}

/* --- files ------------------------------------------------------------------- */

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	int ret = fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return ret;
}

static int hide(const char *dir)
{
	struct stat st;

	return stat(dir, &st) ? 0 : mount("none", dir, "tmpfs", 0, NULL);
}

/* The file system of an old kernel: no BTF, tracefs only inside debugfs. */
static int old_kernel(void)
{
	if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    hide("/sys/kernel/btf") || hide("/sys/kernel/tracing") || hide("/proc/sys/kernel") ||
	    mount("none", "/sys/kernel/debug", "tmpfs", 0, NULL) ||
	    mkdir("/sys/kernel/debug/tracing", 0755) || mount("none", "/var", "tmpfs", 0, NULL))
		return -1;
	return write_file("/sys/kernel/debug/tracing/trace", "trace file\n") ||
	       write_file("/var/some.btf", "btf file\n");
}

/* What exceeds it ends the program by a signal. */
static int no_files(void)
{
	struct rlimit none = { 0, 0 };

	return setrlimit(RLIMIT_FSIZE, &none);
}

static void test_files(void)
{
	static struct run run;

	run = (struct run) { .client = "served" };
	judge(&run, "event source files are the module's", "");
	run = (struct run) { .client = "served", .fake.deny_memfd = true };
	judge(&run, "the same without memfd_create", "");
	run = (struct run) { .client = "served", .setup = no_files };
	judge(&run, "the same where no file may be written", "");
	run = (struct run) { .client = "served_names" };
	judge(&run, "files by other names than the table's", "");
	run = (struct run) { .client = "served_kind" };
	judge(&run, "files can be read again and not be written", "");
	run = (struct run) { .client = "served_kind", .fake.deny_memfd = true };
	judge(&run, "the same without memfd_create", "");
	run = (struct run) { .client = "hidden_stat", .setup = old_kernel,
			     .variable = "EBPFDRV_BTF=/var/some.btf" };
	judge(&run, "stat and opendir of files that an old kernel lacks", "");
	run = (struct run) { .client = "hidden", .setup = old_kernel,
			     .variable = "EBPFDRV_BTF=/var/some.btf" };
	judge(&run, "files that an old kernel lacks", "");
	run = (struct run) { .client = "no_btf", .setup = old_kernel,
			     .variable = "EBPFDRV_BTF=/var/absent.btf" };
	judge(&run, "no BTF anywhere: said once",
	      "ebpfdrv: no BTF of this kernel: /sys/kernel/btf/vmlinux is absent, and so is /var/absent.btf; ebpfdrv-btf makes it\n");
	run = (struct run) { .client = "no_btf", .setup = old_kernel,
			     .device = "/nonexistent/ebpfdrv" };
	judge(&run, "no BTF and no device: the device is named once",
	      "ebpfdrv: /nonexistent/ebpfdrv: No such file or directory: is the module loaded? (modprobe ebpfdrv)"
	      OWN);
}

/* A root directory without /dev/shm, as of a chroot or an early boot. */
static int no_shm(void)
{
	return unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	       mount("none", "/dev/shm", "tmpfs", MS_RDONLY, NULL);
}

static void test_memfd(void)
{
	static struct run run;

	run = (struct run) { .client = "own_memfd" };
	judge(&run, "memfd_create is the kernel's where it has it", "");
	run = (struct run) { .client = "no_memfd", .fake.deny_memfd = true };
	judge(&run, "memfd_create where the kernel has none", "");
	run = (struct run) { .client = "no_memfd", .fake.deny_memfd = true, .setup = no_shm };
	judge(&run, "the same without /dev/shm", "");
	run = (struct run) { .client = "denied_memfd", .fake.deny_memfd = true,
			     .device = "/nonexistent/ebpfdrv" };
	judge(&run, "memfd_create without a device: the kernel's answer", "");
	run = (struct run) { .client = "denied_memfd", .fake.deny_memfd = true,
			     .variable = "EBPFDRV_DISABLE=1" };
	judge(&run, "memfd_create with EBPFDRV_DISABLE=1: the kernel's answer", "");
}

/* Return: the command's status, 97 where there is no fake. */
static int with_device(const char *kind, char **command)
{
	struct fake fake = { .no_device = !strcmp(kind, "foreign"),
			     .abi = strcmp(kind, "abi") ? 0 : EBPFDRV_ABI_VERSION + 1,
			     .version = getenv("FAKE_VERSION") };
	const char *features = getenv("FAKE_FEATURES");
	struct pollfd listener = { .events = POLLIN };
	int sock[2], status;
	pid_t pid;

	fake.features = features ? strtoull(features, NULL, 0) : 0;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sock))
		return 99;
	pid = fork();
	if (!pid) {
		fake_enter(&fake, sock[1]);
		setenv("EBPFDRV_DEVICE", "/dev/null", 1);
		execvp(command[0], command);
		_exit(99);
	}
	close(sock[1]);
	listener.fd = fake_receive(sock[0]);
	if (listener.fd < 0)
		return 97;
	/* Until the last process with the filter has gone. */
	while (poll(&listener, 1, -1) == 1 && (listener.revents & POLLIN))
		fake_serve(&fake, listener.fd);
	if (waitpid(pid, &status, 0) != pid)
		return 99;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char **argv)
{
	struct rlimit files;
	int fd;

	if (argc > 3 && !strcmp(argv[1], "with-device"))
		return with_device(argv[2], argv + 3);
	if (argc == 3 && !strcmp(argv[1], "client"))
		return client_main(argv[2]);
	if (argc != 2 || snprintf(library, sizeof(library), "%s/libebpfdrv.so", argv[1]) >=
	    (int)sizeof(library) || access(library, R_OK)) {
		fprintf(stderr, "usage: %s DIR-OF-LIBEBPFDRV\n", argv[0]);
		return 2;
	}
	/* The usual limit, so that the device lands where it does elsewhere. */
	if (!getrlimit(RLIMIT_NOFILE, &files) && files.rlim_max >= 1024) {
		files.rlim_cur = 1024;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	/* What was inherited is no business of the programs under test. */
	for (fd = 3; fd < 1024; fd++)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	unsetenv("LD_PRELOAD");
	unsetenv("EBPFDRV_DEBUG");
	unsetenv("EBPFDRV_DISABLE");
	unsetenv("EBPFDRV_BTF");
	test_plain("/nonexistent/ebpfdrv", NULL, "no difference without a device");
	test_plain(NULL, "EBPFDRV_DISABLE=1", "no difference with EBPFDRV_DISABLE=1");
	test_no_device();
	test_calls();
	test_environment();
	test_descriptors();
	test_files();
	test_memfd();
	return tap_end();
}
