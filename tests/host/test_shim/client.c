// SPDX-License-Identifier: GPL-2.0-only
/* The programs under test; see main.c for what is expected of each. */
#define _GNU_SOURCE
#include "client.h"
#include "fake.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define KPROBE	"/sys/bus/event_source/devices/kprobe/"
#define UPROBE	"/sys/bus/event_source/devices/uprobe/"

int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat_2(int dir, const char *path, int flags);
int __openat64_2(int dir, const char *path, int flags);

static int wrongs;

/* One wrong, named by the values that differ. */
#define EXPECT(what, got, want) \
	do { \
		long got_ = (got), want_ = (want); \
		\
		if (got_ != want_) { \
			printf("%s: got %ld (errno %d), expected %ld\n", what, got_, errno, want_); \
			wrongs++; \
		} \
	} while (0)

#define FAILS(what, call, error) \
	do { \
		errno = 0; \
		EXPECT(what, call, -1); \
		EXPECT(what " errno", errno, error); \
	} while (0)

static long bpf(int cmd)
{
	static char attr[128];

	return syscall(SYS_bpf, cmd, attr, 72);
}

static void shown(const char *what, long value)
{
	printf("%s = %ld (%d)\n", what, value, value < 0 ? errno : 0);
}

static void shown_file(const char *what, FILE *file)
{
	char line[64] = "";

	if (!file) {
		shown(what, -1);
		return;
	}
	if (!fgets(line, sizeof(line), file))
		line[0] = '\0';
	printf("%s = fd %d %s\n", what, fileno(file), line);
	fclose(file);
}

static int child_main(void *arg)
{
	return *(int *)arg;
}

static void plain_opens(const char *dir)
{
	/* In variables, so that the compiler does not see what they are. */
	const char *volatile null = NULL, *volatile wild = (const char *)8;
	char path[300];
	int fd;

	snprintf(path, sizeof(path), "%s/new", dir);
	shown("open absent", open(path, O_RDONLY));
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	shown("open create", fd);
	shown("cloexec", fcntl(fd, F_GETFD));
	close(fd);
	shown("open exclusive", open64(path, O_RDWR | O_CREAT | O_EXCL, 0600));
	shown("open directory", open(dir, O_WRONLY));
	fd = open(dir, O_RDWR | O_TMPFILE, 0600);
	shown("open tmpfile", fd);
	close(fd);
	fd = open(dir, O_RDONLY | O_DIRECTORY);
	shown("openat", openat(fd, "new", O_RDONLY));
	shown("openat64 absent", openat64(fd, "sys/kernel/tracing", O_RDONLY));
	shown("open null", open(null, O_RDONLY));
	shown("open wild", open(wild, O_RDONLY));
	shown("openat wild", openat(fd, wild, O_RDONLY));
	shown("openat bad dir", openat(-7, "sys", O_RDONLY));
	shown("__open_2", __open_2(path, O_RDONLY));
	shown("__open64_2 absent", __open64_2("/sys/nothing", O_RDONLY));
	shown("__openat_2", __openat_2(fd, "new", O_RDONLY));
	shown("__openat64_2", __openat64_2(fd, "absent", O_RDONLY));
	shown("access", access(path, R_OK));
	shown("access null", access(null, R_OK));
	shown("access wild", access(wild, R_OK));
	shown("access bad mode", access(path, 0xff));
	shown("faccessat", faccessat(fd, "absent", F_OK, AT_EACCESS));
	shown("faccessat flags", faccessat(fd, "new", F_OK, 0x40000000));
	shown("euidaccess", euidaccess("/sys/absent", R_OK));
	shown("eaccess", eaccess("/proc/sys/absent", R_OK));
}

static void plain_files(void)
{
	const char *volatile bad_mode = "?", *volatile null = NULL;

	shown_file("fopen ostype", fopen("/proc/sys/kernel/ostype", "r"));
	shown_file("fopen64 ostype", fopen64("/proc/sys/kernel/ostype", "re"));
	shown_file("fopen absent", fopen("/sys/absent", "r"));
	shown_file("fopen write", fopen("/sys/absent", "w"));
	shown_file("fopen mode", fopen("/proc/sys/kernel/ostype", bad_mode));
	shown_file("fopen null", fopen(null, "r"));
	/* Paths that the shim serves, but only with a usable device. */
	shown_file("kprobe type", fopen(KPROBE "type", "r"));
	shown_file("uprobe type", fopen(UPROBE "type", "r"));
	shown("tracing", access("/sys/kernel/tracing/absent", F_OK));
}

static void plain_syscalls(void)
{
	static char stack[65536] __attribute__((aligned(16)));
	static int status = 23;
	void *page;
	int result;
	pid_t pid;

	shown("getpid", syscall(SYS_getpid) == getpid());
	errno = 77;
	shown("getppid keeps errno", syscall(SYS_getppid) > 0 ? errno : -1);
	shown("close", syscall(SYS_close, -1));
	shown("unknown number", syscall(4000));
	shown("number out of range", syscall(-1));
	/* All six arguments, the last one from the stack. */
	page = (void *)syscall(SYS_mmap, NULL, 4096L, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1L, 0L);
	shown("mmap", page != MAP_FAILED && *(char *)page == 0);
	shown("mmap bad offset", syscall(SYS_mmap, NULL, 4096L, PROT_READ,
					 MAP_PRIVATE | MAP_ANONYMOUS, -1L, 1L));
	pid = clone(child_main, stack + sizeof(stack), CLONE_VM | SIGCHLD, &status);
	waitpid(pid, &result, 0);
	shown("clone child", WEXITSTATUS(result));
	shown("raw fork", (pid = syscall(SYS_fork)) >= 0);
	if (!pid)
		_exit(0);
	waitpid(pid, NULL, 0);
}

/* A program that makes no bpf call: its transcript must not change. */
static void plain(void)
{
	char dir[] = "/tmp/shim-plain-XXXXXX";
	char command[64];

	if (!mkdtemp(dir))
		return;
	plain_opens(dir);
	plain_files();
	plain_syscalls();
	snprintf(command, sizeof(command), "rm -r %s", dir);
	shown("system", system(command));
}

static void *bpf_thread(void *arg)
{
	(void)arg;
	FAILS("bpf in a thread", bpf(0), FAKE_NATIVE_ERRNO);
	return NULL;
}

/* Calls go to the kernel, whichever way they come. */
static void native(void)
{
	struct perf_event_attr attr = { .type = EBPFDRV_PERF_TYPE_KPROBE, .size = sizeof(attr) };
	pthread_t thread;
	pid_t pid;
	int status;

	FAILS("bpf", bpf(0), FAKE_NATIVE_ERRNO);
	FAILS("bpf again", bpf(5), FAKE_NATIVE_ERRNO);
	FAILS("perf_event_open", syscall(SYS_perf_event_open, &attr, -1, 0, -1, 0),
	      FAKE_NATIVE_ERRNO);
	pthread_create(&thread, NULL, bpf_thread, NULL);
	pthread_join(thread, NULL);
	pid = fork();
	if (!pid) {
		wrongs = 0;
		FAILS("bpf in a child", bpf(0), FAKE_NATIVE_ERRNO);
		exit(wrongs);
	}
	waitpid(pid, &status, 0);
	EXPECT("child", status, 0);
}

static void calls(void)
{
	errno = 77;
	EXPECT("bpf(0)", bpf(0), FAKE_BPF_BASE);
	EXPECT("errno kept", errno, 77);
	FAILS("bpf refused", bpf(FAKE_BPF_REFUSED), EACCES);
	EXPECT("bpf(5)", syscall(SYS_bpf, 5, (void *)0x123456789000L, 128), FAKE_BPF_BASE + 5);
}

static long event(__u32 type, __u64 config)
{
	struct perf_event_attr attr = { .type = type, .size = sizeof(attr), .config = config };

	return syscall(SYS_perf_event_open, &attr, -1, 3, -1, 8UL);
}

#define MODULE(type, config) \
	EXPECT("module " #type " " #config, event(type, config), FAKE_PERF_BASE + ((type) & 0xff))
#define KERNEL(type, config) \
	FAILS("kernel " #type " " #config, event(type, config), FAKE_NATIVE_ERRNO)

static void events(void)
{
	KERNEL(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_CLOCK);
	KERNEL(PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES);
	KERNEL(PERF_TYPE_TRACEPOINT, 10);
	KERNEL(PERF_TYPE_RAW, 1);
	KERNEL(8, 0);
	MODULE(PERF_TYPE_SOFTWARE, 10);
	MODULE(EBPFDRV_PERF_TYPE_KPROBE, 0);
	MODULE(EBPFDRV_PERF_TYPE_UPROBE, 1);
	KERNEL(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_CLOCK);
	EXPECT("bpf", bpf(0), FAKE_BPF_BASE);
	MODULE(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_CLOCK);
	MODULE(PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES);
	MODULE(PERF_TYPE_HW_CACHE, 0);
	MODULE(PERF_TYPE_RAW, 1);
	MODULE(PERF_TYPE_BREAKPOINT, 0);
	MODULE(PERF_TYPE_TRACEPOINT, 10);
	FAILS("hardware event refused", event(PERF_TYPE_HARDWARE, FAKE_PERF_REFUSED), ENOENT);
	KERNEL(8, 0);
	FAILS("null attr", syscall(SYS_perf_event_open, NULL, 0, 0, -1, 0), FAKE_NATIVE_ERRNO);
	FAILS("wild attr", syscall(SYS_perf_event_open, 8L, 0, 0, -1, 0), FAKE_NATIVE_ERRNO);
}

static void expect_text(const char *what, int fd, const char *text)
{
	char got[64] = "";
	ssize_t len = fd < 0 ? -1 : read(fd, got, sizeof(got) - 1);

	if (len != (ssize_t)strlen(text) || strcmp(got, text)) {
		printf("%s: got %zd bytes \"%s\" (errno %d)\n", what, len, got, errno);
		wrongs++;
	}
	if (fd >= 0)
		close(fd);
}

static void expect_file(const char *what, FILE *file, const char *text)
{
	char got[64] = "";
	size_t len = file ? fread(got, 1, sizeof(got) - 1, file) : 0;

	if (!file || len != strlen(text) || strcmp(got, text)) {
		printf("%s: got %zu bytes \"%s\" (errno %d)\n", what, len, got, errno);
		wrongs++;
	}
	if (file)
		fclose(file);
}

static void served(void)
{
	int fd;

	expect_text("open", open(KPROBE "type", O_RDONLY), "1161953281\n");
	expect_text("open64", open64(UPROBE "type", O_RDONLY), "1161953282\n");
	expect_text("openat", openat(AT_FDCWD, KPROBE "format/retprobe", O_RDONLY), "config:0\n");
	expect_text("openat64", openat64(AT_FDCWD, UPROBE "format/retprobe", O_RDONLY),
		    "config:0\n");
	expect_text("__open_2", __open_2(UPROBE "format/ref_ctr_offset", O_RDONLY),
		    "config:32-63\n");
	expect_text("__open64_2", __open64_2(KPROBE "type", O_RDONLY), "1161953281\n");
	expect_text("__openat_2", __openat_2(AT_FDCWD, KPROBE "type", O_RDONLY), "1161953281\n");
	expect_text("__openat64_2", __openat64_2(-1, KPROBE "type", O_RDONLY), "1161953281\n");
	expect_file("fopen", fopen(KPROBE "type", "r"), "1161953281\n");
	expect_file("fopen64", fopen64(UPROBE "type", "re"), "1161953282\n");
	EXPECT("access", access(KPROBE "type", R_OK), 0);
	EXPECT("faccessat", faccessat(AT_FDCWD, UPROBE "type", F_OK, AT_EACCESS), 0);
	EXPECT("eaccess", eaccess(KPROBE "format/retprobe", R_OK), 0);
	EXPECT("euidaccess", euidaccess(KPROBE "format/retprobe", F_OK), 0);
	FAILS("open to write", open(KPROBE "type", O_RDWR), EACCES);
	EXPECT("fopen to write", (long)fopen(KPROBE "type", "w"), 0);
	FAILS("absent neighbour", open(KPROBE "absent", O_RDONLY), ENOENT);
	fd = open(KPROBE "type", O_RDONLY | O_CLOEXEC);
	EXPECT("cloexec", fcntl(fd, F_GETFD), FD_CLOEXEC);
	close(fd);
	fd = open(KPROBE "type", O_RDONLY);
	EXPECT("no cloexec", fcntl(fd, F_GETFD), 0);
	close(fd);
}

/* Names that are not written as in the table. */
static void served_names(void)
{
	int dir = open("/sys/bus/event_source/devices", O_RDONLY | O_DIRECTORY);

	expect_text("doubled slashes", open("//sys//bus/event_source///devices/kprobe//type",
					    O_RDONLY), "1161953281\n");
	expect_text("single dots", open("/sys/./bus/event_source/devices/uprobe/./type", O_RDONLY),
		    "1161953282\n");
	expect_file("fopen", fopen("/sys//bus/event_source/devices/kprobe/type", "r"), "1161953281\n");
	expect_text("below a descriptor", openat(dir, "kprobe/type", O_RDONLY), "1161953281\n");
	EXPECT("chdir", chdir("/sys/bus/event_source/devices"), 0);
	expect_text("relative", open("kprobe/type", O_RDONLY), "1161953281\n");
	expect_text("relative with a dot", open("./uprobe/format/retprobe", O_RDONLY), "config:0\n");
	expect_file("relative fopen", fopen("kprobe/type", "r"), "1161953281\n");
	if (!chdir("kprobe"))
		expect_text("through the link", open("type", O_RDONLY), "1161953281\n");
	expect_file("freopen", freopen(KPROBE "type", "r", fopen("/dev/null", "r")), "1161953281\n");
	FAILS("two dots", open("/sys/bus/../nothing/type", O_RDONLY), ENOENT);
	FAILS("elsewhere", openat(dir, "nothing/type", O_RDONLY), ENOENT);
	EXPECT("chdir", chdir("/tmp"), 0);
	FAILS("another directory's", open("kprobe/type", O_RDONLY), ENOENT);
	close(dir);
}

/* What is served is a file as of sysfs: read again from its beginning, and never written. */
static void served_kind(void)
{
	int fd = open(KPROBE "type", O_RDONLY);
	char byte = 0;

	EXPECT("lowest number", fd, 3);
	EXPECT("read", read(fd, &byte, 1), 1);
	EXPECT("seek", lseek(fd, 0, SEEK_SET), 0);
	EXPECT("read again", read(fd, &byte, 1) == 1 && byte == '1', 1);
	EXPECT("pread", pread(fd, &byte, 1, 3) == 1 && byte == '1', 1);
	EXPECT("access mode", fcntl(fd, F_GETFL) & O_ACCMODE, O_RDONLY);
	FAILS("write", write(fd, "x", 1), EBADF);
	close(fd);
	expect_text("unchanged", open(KPROBE "type", O_RDONLY), "1161953281\n");
}

/* The stat family, old names and new, on files that the kernel has not; main.c hid them. */
static void check_stat(const char *what, int ret, const struct stat *st, off_t size)
{
	if (ret || !S_ISREG(st->st_mode) || (st->st_mode & 0222) || st->st_size != size) {
		printf("%s: %d (errno %d), mode %o, %ld bytes\n", what, ret, errno, st->st_mode,
		       (long)st->st_size);
		wrongs++;
	}
}

int __xstat(int version, const char *path, struct stat *st);
int __lxstat(int version, const char *path, struct stat *st);
int __fxstatat(int version, int dir, const char *path, struct stat *st, int flags);

static void hidden_stat(void)
{
	const char *knob = "/proc/sys/kernel/unprivileged_bpf_disabled";
	const char *volatile wild = (const char *)8;
	struct statx stx = { 0 };
	struct stat64 st64;
	struct stat st;
	DIR *dir;
	int fd;

	errno = 77;
	check_stat("stat", stat(knob, &st), &st, 2);
	EXPECT("errno stays", errno, 77);
	check_stat("lstat", lstat(knob, &st), &st, 2);
	check_stat("stat64", stat64(knob, &st64), (struct stat *)&st64, 2);
	check_stat("fstatat", fstatat(AT_FDCWD, knob, &st, 0), &st, 2);
	check_stat("__xstat", __xstat(1, knob, &st), &st, 2);
	check_stat("__lxstat", __lxstat(1, knob, &st), &st, 2);
	check_stat("__fxstatat", __fxstatat(1, AT_FDCWD, knob, &st, 0), &st, 2);
	fd = open("/proc/sys/kernel", O_RDONLY | O_DIRECTORY);
	check_stat("relative", fstatat(fd, "unprivileged_bpf_disabled", &st, 0), &st, 2);
	close(fd);
	EXPECT("statx", statx(AT_FDCWD, knob, 0, STATX_BASIC_STATS, &stx), 0);
	EXPECT("statx mode", stx.stx_mode, S_IFREG | 0444);
	EXPECT("statx size", stx.stx_size, 2);
	EXPECT("btf", stat("/sys/kernel/btf/vmlinux", &st), 0);
	EXPECT("btf size", st.st_size, 9);
	EXPECT("tracefs", stat("/sys/kernel/tracing", &st), 0);
	EXPECT("tracefs is a directory", S_ISDIR(st.st_mode), 1);
	EXPECT("statx of btf", statx(AT_FDCWD, "/sys/kernel/btf/vmlinux", 0, STATX_SIZE, &stx), 0);
	EXPECT("statx size of btf", stx.stx_size, 9);
	dir = opendir("/sys/kernel/tracing");
	EXPECT("opendir", dir != NULL && readdir(dir) != NULL, 1);
	if (dir)
		closedir(dir);
	FAILS("stat absent", stat("/sys/kernel/absent", &st), ENOENT);
	FAILS("stat wild", stat(wild, &st), EFAULT);
	EXPECT("opendir absent", opendir("/sys/kernel/absent") == NULL, 1);
}

static void mounts(void)
{
	const char *volatile wild = (const char *)8;

	FAILS("wild type", mount("none", "/no/such", wild, 0, NULL), EFAULT);
	FAILS("wild target", mount("none", wild, "bpf", 0, NULL), EFAULT);
	FAILS("no type", mount("none", "/no/such", NULL, 0, NULL), ENOENT);
}

/* What the environment says counts as it was at the beginning. */
static void cleared(void)
{
	clearenv();
	EXPECT("bpf", bpf(0), FAKE_BPF_BASE);
}

/* A program that has a file of its own where stderr was. */
static void no_stderr(void)
{
	char path[] = "/tmp/shim-stderr-XXXXXX";

	close(2);
	EXPECT("the file's number", mkstemp(path), 2);
	FAILS("bpf", bpf(0), FAKE_NATIVE_ERRNO);
	EXPECT("nothing was written", lseek(2, 0, SEEK_END), 0);
	unlink(path);
}

/* The files that are served only where the kernel has none; main.c hid them. */
static void hidden(void)
{
	const char *btf = "/sys/kernel/btf/vmlinux";

	expect_text("btf", open(btf, O_RDONLY), "btf file\n");
	expect_file("btf fopen", fopen(btf, "r"), "btf file\n");
	EXPECT("btf access", access(btf, R_OK), 0);
	EXPECT("btf faccessat", faccessat(AT_FDCWD, btf, F_OK, AT_EACCESS), 0);
	expect_text("unprivileged", open("/proc/sys/kernel/unprivileged_bpf_disabled", O_RDONLY),
		    "2\n");
	expect_text("tracefs", open("/sys/kernel/tracing/trace", O_RDONLY), "trace file\n");
	EXPECT("tracefs access", access("/sys/kernel/tracing/trace", R_OK), 0);
	FAILS("tracefs absent", access("/sys/kernel/tracing/absent", R_OK), ENOENT);
	FAILS("not tracefs", access("/sys/kernel/tracing2/trace", R_OK), ENOENT);
}

static void no_btf(void)
{
	const char *btf = "/sys/kernel/btf/vmlinux";

	FAILS("btf access", access(btf, R_OK), ENOENT);
	FAILS("btf open", open(btf, O_RDONLY), ENOENT);
}

/* The number of descriptors of this process that are the device. */
static int device_fds(int *last)
{
	char path[64], target[64];
	struct dirent *entry;
	DIR *dir = opendir("/proc/self/fd");
	int count = 0;
	ssize_t len;

	while (dir && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), "/proc/self/fd/%.20s", entry->d_name);
		len = readlink(path, target, sizeof(target) - 1);
		if (len < 0 || atoi(entry->d_name) < 3)
			continue;
		target[len] = '\0';
		if (strcmp(target, "/dev/null"))
			continue;
		count++;
		*last = atoi(entry->d_name);
	}
	if (dir)
		closedir(dir);
	return count;
}

static void closed(void)
{
	int fd = -1, pipes[2];

	EXPECT("before the first call", device_fds(&fd), 0);
	EXPECT("bpf", bpf(0), FAKE_BPF_BASE);
	EXPECT("descriptors", device_fds(&fd), 1);
	EXPECT("high", fd >= 100, 1);
	EXPECT("cloexec", fcntl(fd, F_GETFD), FD_CLOEXEC);
	EXPECT("lowest number is free", dup(0), 3);
	for (fd = 3; fd < 2048; fd++)
		close(fd);
	EXPECT("bpf after closing all", bpf(0), FAKE_BPF_BASE);
	EXPECT("descriptors", device_fds(&fd), 1);
	if (pipe(pipes))
		return;
	dup2(pipes[0], fd);
	EXPECT("bpf after dup2", bpf(0), FAKE_BPF_BASE);
	EXPECT("the pipe is left alone", fcntl(fd, F_GETFL) & O_ACCMODE, O_RDONLY);
	EXPECT("a true error stays", bpf(FAKE_BPF_REFUSED), -1);
}

static void forked(void)
{
	int fd, status;
	pid_t pid;

	EXPECT("bpf", bpf(0), FAKE_BPF_BASE);
	pid = fork();
	if (!pid) {
		wrongs = 0;
		EXPECT("bpf in the child", bpf(1), FAKE_BPF_BASE + 1);
		EXPECT("descriptors", device_fds(&fd), 1);
		close(fd);
		EXPECT("bpf in the child", bpf(2), FAKE_BPF_BASE + 2);
		MODULE(PERF_TYPE_TRACEPOINT, 1);
		fflush(stdout);
		_exit(wrongs);
	}
	waitpid(pid, &status, 0);
	EXPECT("child", status, 0);
	EXPECT("bpf in the parent", bpf(1), FAKE_BPF_BASE + 1);
	pid = vfork();
	if (!pid) {
		execl("/proc/self/exe", "client", "client", "execed", NULL);
		_exit(99);
	}
	waitpid(pid, &status, 0);
	EXPECT("exec", status, 0);
}

static void execed(void)
{
	int fd;

	EXPECT("descriptors after exec", device_fds(&fd), 0);
	KERNEL(PERF_TYPE_TRACEPOINT, 1);
	EXPECT("bpf after exec", bpf(0), FAKE_BPF_BASE);
	MODULE(PERF_TYPE_TRACEPOINT, 1);
}

static pthread_barrier_t barrier;

static void *first_call(void *arg)
{
	pthread_barrier_wait(&barrier);
	*(long *)arg = bpf(4);
	return NULL;
}

static void threads(void)
{
	pthread_t ids[8];
	long results[8];
	int i, fd;

	pthread_barrier_init(&barrier, NULL, 8);
	for (i = 0; i < 8; i++)
		pthread_create(&ids[i], NULL, first_call, &results[i]);
	for (i = 0; i < 8; i++) {
		pthread_join(ids[i], NULL);
		EXPECT("bpf in a thread", results[i], FAKE_BPF_BASE + 4);
	}
	EXPECT("descriptors", device_fds(&fd), 1);
}

static void starved(void)
{
	struct rlimit old, none = { 3, 0 };

	getrlimit(RLIMIT_NOFILE, &old);
	none.rlim_max = old.rlim_max;
	setrlimit(RLIMIT_NOFILE, &none);
	FAILS("no descriptor left", bpf(0), EMFILE);
	setrlimit(RLIMIT_NOFILE, &old);
	EXPECT("later", bpf(0), FAKE_BPF_BASE);
}

/* A file as memfd_create gives them, from libc's function or by number. */
static void check_memfd(int fd, int fd_flags)
{
	char got[4] = "", *page;

	EXPECT("a descriptor", fd >= 3, 1);
	EXPECT("close on exec", fcntl(fd, F_GETFD), fd_flags);
	EXPECT("write", write(fd, "abc", 3), 3);
	EXPECT("read", pread(fd, got, 3, 0) == 3 && !memcmp(got, "abc", 3), 1);
	EXPECT("grow", ftruncate(fd, 4096), 0);
	page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	EXPECT("mmap", page != MAP_FAILED && page[0] == 'a', 1);
	munmap(page, 4096);
	EXPECT("another file in its place", dup3(0, fd, O_CLOEXEC), fd);
	close(fd);
}

/* libbpf's flags: 1 is MFD_CLOEXEC, 8 MFD_NOEXEC_SEAL (EINVAL before 6.3), 2 MFD_ALLOW_SEALING. */
static void no_memfd(void)
{
	const char *name = "libbpf-placeholder-fd";
	int fd;

	FAILS("sealed by itself", syscall(SYS_memfd_create, name, 9), EINVAL);
	errno = 77;
	fd = syscall(SYS_memfd_create, name, 1);
	EXPECT("errno stays", errno, 77);
	check_memfd(fd, FD_CLOEXEC);
	check_memfd(syscall(SYS_memfd_create, name, 0), 0);
	check_memfd(memfd_create(name, 1), FD_CLOEXEC);
	FAILS("sealing cannot be had", syscall(SYS_memfd_create, name, 3), ENOSYS);
	FAILS("nor huge pages", syscall(SYS_memfd_create, name, 4), ENOSYS);
}

static void own_memfd(void)
{
	const char *name = "own";
	char path[64], target[64] = "";
	int fd = syscall(SYS_memfd_create, name, 3);

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	EXPECT("readlink", readlink(path, target, sizeof(target) - 1) > 0, 1);
	EXPECT("the kernel's own", !strncmp(target, "/memfd:own", 10), 1);
	check_memfd(fd, FD_CLOEXEC);
	FAILS("bad flags", memfd_create(name, 0x1000), EINVAL);
	FAILS("bad name", syscall(SYS_memfd_create, 8L, 1), EFAULT);
}

static void denied_memfd(void)
{
	FAILS("by number", syscall(SYS_memfd_create, "x", 1), ENOSYS);
	FAILS("libc's", memfd_create("x", 1), ENOSYS);
}

static void one_call(void)
{
	EXPECT("bpf", bpf(0), FAKE_BPF_BASE);
	EXPECT("unknown command", bpf(99), FAKE_BPF_BASE + 99);
}

static void nothing(void)
{
}

int client_main(const char *name)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} clients[] = {
		{ "plain", plain }, { "native", native }, { "calls", calls },
		{ "events", events }, { "served", served }, { "hidden", hidden },
		{ "no_btf", no_btf }, { "closed", closed }, { "forked", forked },
		{ "execed", execed }, { "threads", threads }, { "starved", starved },
		{ "one_call", one_call }, { "no_memfd", no_memfd }, { "own_memfd", own_memfd },
		{ "denied_memfd", denied_memfd }, { "served_names", served_names },
		{ "served_kind", served_kind }, { "hidden_stat", hidden_stat },
		{ "mounts", mounts }, { "nothing", nothing }, { "cleared", cleared }, { "no_stderr", no_stderr },
	};
	size_t i;

	for (i = 0; i < sizeof(clients) / sizeof(clients[0]); i++) {
		if (strcmp(name, clients[i].name))
			continue;
		clients[i].run();
		fflush(stdout);
		return wrongs;
	}
	return 98;
}
