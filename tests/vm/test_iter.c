// SPDX-License-Identifier: GPL-2.0-only
/*
 * harness: timeout=300
 *
 * Iterators over tasks: what reading them gives, by fd and where they are pinned.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "kernel_types.h"
#include "tap.h"
#include "test_iter.h"

#define DIR	"/tmp/bpffs_iter"

static struct bpf_object *obj;
static char text[1 << 20];
static char other[1 << 20];
static int helper_tid;

static void die(const char *what)
{
	printf("Bail out! %s: %s\n", what, strerror(errno));
	exit(1);
}

static struct bpf_program *prog_of(const char *name)
{
	struct bpf_program *prog = bpf_object__find_program_by_name(obj, name);

	if (!prog)
		die(name);
	return prog;
}

static struct bpf_link *attach(const char *name, const struct bpf_iter_attach_opts *opts)
{
	return bpf_program__attach_iter(prog_of(name), opts);
}

static int iter_fd(const struct bpf_link *link)
{
	int fd = bpf_iter_create(bpf_link__fd(link));

	if (fd < 0)
		die("bpf_iter_create");
	return fd;
}

/* Bytes, or a negative errno; @step: that each read asks for */
static int slurp(int fd, char *buf, size_t step)
{
	size_t len = 0;
	ssize_t n = 0;

	while (len + step < sizeof(text)) {
		n = read(fd, buf + len, step);
		if (n <= 0)
			break;
		len += n;
	}
	buf[len] = '\0';
	return n < 0 ? -errno : (int)len;
}

static void read_all(const struct bpf_link *link, char *buf, size_t step)
{
	int fd = iter_fd(link), n = slurp(fd, buf, step);

	if (n < 0)
		tap_diag("read: %d", n);
	close(fd);
}

struct line {
	unsigned long long session, num;
	int tid, tgid;
	unsigned int flags;
	char comm[32];
};

static bool parse(const char *at, struct line *line)
{
	return sscanf(at, "%llu %llu %d %d %x %31[^\n]", &line->session, &line->num, &line->tid,
		      &line->tgid, &line->flags, line->comm) == 6;
}

static const char *next_line(const char *at)
{
	at = strchr(at, '\n');
	return at ? at + 1 : NULL;
}

static bool find(const char *buf, int tid, struct line *line)
{
	const char *at;

	for (at = next_line(buf); at && *at; at = next_line(at))
		if (parse(at, line) && line->tid == tid)
			return true;
	return false;
}

/* Are they numbered 0, 1, 2... by rising tid, of one session, with an end? */
static int in_order(const char *buf)
{
	unsigned long long num = 0, end = 0, session = 0;
	struct line line;
	const char *at;
	int last = 0;

	for (at = next_line(buf); at && parse(at, &line); at = next_line(at)) {
		if (line.num != num++ || line.tid <= last || (session && line.session != session))
			return -1;
		last = line.tid;
		session = line.session;
	}
	return at && sscanf(at, "end %llu\n", &end) == 1 && end == num - 1 && !*next_line(at) ?
	       (int)num : -1;
}

static int count_tasks(void)
{
	FILE *f = popen("ls -d /proc/[0-9]*/task/[0-9]* | wc -l", "r");
	int n = -1;

	if (!f || fscanf(f, "%d", &n) != 1)
		n = -1;
	if (f)
		pclose(f);
	return n;
}

static void test_list(const struct bpf_link *link)
{
	struct line line;
	int n, want;

	read_all(link, text, sizeof(text) - 1);
	tap_ok(!strncmp(text, "session num ", 12), "the program writes a header for the first");
	n = in_order(text);
	want = count_tasks();
	/* ls, sh and wc are among the latter; kernel threads come and go. */
	if (!tap_ok(n > 0 && want > 0 && n > want - 20 && n < want + 20, "a line per task"))
		tap_diag("%d tasks, %d lines: %.300s", want, n, text);
	tap_ok(find(text, getpid(), &line) && line.tgid == getpid() &&
	       !strcmp(line.comm, "test_iter") && !(line.flags & PF_KTHREAD), "this one");
	tap_ok(find(text, helper_tid, &line) && line.tgid == getpid() &&
	       !strcmp(line.comm, "helper"), "its other thread");
	tap_ok(find(text, 1, &line) && line.tgid == 1, "the first process");
	tap_ok(find(text, 2, &line) && line.flags & PF_KTHREAD && !strcmp(line.comm, "kthreadd"),
	       "a kernel thread");
}

static void test_reads(const struct bpf_link *link)
{
	int fd = iter_fd(link), second = iter_fd(link), n;
	unsigned long nowhere = 1;
	struct line a, b;
	char c;

	n = slurp(fd, text, 7);
	tap_ok(n > 0 && in_order(text) > 0, "reads of 7 bytes give the same text");
	tap_eq(read(fd, text + n, 100), 0, "and then there is nothing");
	tap_eq(read(fd, text + n, 100), 0, "nor later");
	close(fd);

	fd = iter_fd(link);
	tap_ok(read(fd, text, 100) == 100, "a reader");
	n = slurp(second, other, 4000);
	tap_ok(n > 0 && in_order(other) > 0, "another one of the same link");
	n = slurp(fd, text + 100, 333);
	tap_ok(n > 0 && in_order(text) > 0, "does not disturb the first");
	tap_ok(find(text, 1, &a) && find(other, 1, &b) && a.session != b.session,
	       "they have sessions of their own");
	close(second);
	close(fd);

	fd = iter_fd(link);
	tap_ok(read(fd, &c, 1) == 1, "one byte, and closed");
	errno = 0;
	tap_ok(lseek(fd, 0, SEEK_SET) == -1 && errno == ESPIPE, "there is no way back");
	errno = 0;
	tap_ok(write(fd, "x", 1) == -1 && errno == EBADF, "and no writing");
	errno = 0;
	tap_ok(syscall(SYS_read, fd, nowhere, 100) == -1 && errno == EFAULT, "into no memory");
	close(fd);
	fd = iter_fd(link);
	close(fd);
}

static void filtered(union bpf_iter_link_info *info, const char *what, int tid, int nr)
{
	LIBBPF_OPTS(bpf_iter_attach_opts, opts, .link_info = info, .link_info_len = sizeof(*info));
	struct bpf_link *link = attach("list_tasks", &opts);
	struct line line;

	if (!tap_ok(link != NULL, "%s", what))
		return;
	read_all(link, text, 4096);
	if (!tap_ok(in_order(text) == nr && find(text, tid, &line), "... has %d", nr))
		tap_diag("%.300s", text);
	bpf_link__destroy(link);
}

static void test_filters(void)
{
	union bpf_iter_link_info info;
	LIBBPF_OPTS(bpf_iter_attach_opts, opts, .link_info = &info, .link_info_len = sizeof(info));
	struct bpf_link *link;

	memset(&info, 0, sizeof(info));
	info.task.tid = helper_tid;
	filtered(&info, "one thread", helper_tid, 1);
	memset(&info, 0, sizeof(info));
	info.task.pid = getpid();
	filtered(&info, "one process", helper_tid, 2);
	info.task.tid = 1;
	link = attach("list_tasks", &opts);
	tap_ok(!link && errno == EINVAL, "not both");
	bpf_link__destroy(link);
}

static void test_update(void)
{
	struct bpf_link *link = attach("list_tasks", NULL);
	LIBBPF_OPTS(bpf_link_update_opts, opts, .flags = BPF_F_REPLACE);
	int tasks = bpf_program__fd(prog_of("list_tasks"));
	int tids = bpf_program__fd(prog_of("list_tids"));
	int fd, err;

	if (!link)
		die("attach");
	fd = iter_fd(link);
	tap_ok(read(fd, text, 10) == 10, "a reader before the update");
	opts.old_prog_fd = tids;
	err = bpf_link_update(bpf_link__fd(link), tids, &opts);
	tap_eq(err, -EPERM, "the program to be replaced is another");
	err = bpf_link_update(bpf_link__fd(link),
			      bpf_program__fd(prog_of("no_iterator")), NULL);
	tap_eq(err, -EINVAL, "a program of another kind");
	opts.old_prog_fd = tasks;
	tap_ok(!bpf_link_update(bpf_link__fd(link), tids, &opts), "a link's program is replaced");
	slurp(fd, text + 10, 4096);
	tap_ok(in_order(text) > 0, "who reads goes on with the old one");
	close(fd);
	read_all(link, text, 4096);
	tap_ok(!strncmp(text, "tid 1\n", 6), "who opens gets the new one");
	tap_ok(bpf_link_detach(bpf_link__fd(link)) == -EOPNOTSUPP, "a link cannot be detached");
	bpf_link__destroy(link);
}

static void test_info(const struct bpf_link *link)
{
	struct bpf_link_info info;
	char name[16] = "", path[64];
	__u32 len = sizeof(info);
	ssize_t n;
	int fd;

	memset(&info, 0, sizeof(info));
	info.iter.target_name = (unsigned long)name;
	info.iter.target_name_len = sizeof(name);
	tap_ok(!bpf_obj_get_info_by_fd(bpf_link__fd(link), &info, &len), "info of a link");
	tap_ok(info.type == BPF_LINK_TYPE_ITER && !strcmp(name, "task") &&
	       info.iter.target_name_len == 5 && info.prog_id, "says what it goes over");
	memset(&info, 0, sizeof(info));
	info.iter.target_name = (unsigned long)name;
	info.iter.target_name_len = 3;
	tap_eq(bpf_obj_get_info_by_fd(bpf_link__fd(link), &info, &len), -ENOSPC, "cut");
	tap_ok(!strcmp(name, "ta"), "to what fits");
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", bpf_link__fd(link));
	fd = open(path, O_RDONLY);
	n = read(fd, text, 4096);
	text[n > 0 ? n : 0] = '\0';
	close(fd);
	tap_ok(strstr(text, "link_type:\titer\n") && strstr(text, "target_name:\ttask\n") &&
	       strstr(text, "task_type:\tALL\n"), "so does fdinfo");
	fd = iter_fd(link);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	n = readlink(path, text, 100);
	text[n > 0 ? n : 0] = '\0';
	tap_ok(!strcmp(text, "anon_inode:bpf_iter"), "the file has its name");
	close(fd);
}

static void test_pinned(void)
{
	struct bpf_link *link = attach("list_tasks", NULL);
	int fd, err;

	mkdir(DIR, 0700);
	if (!link || mount("none", DIR, "ebpfdrvfs", 0, NULL))
		die("mount");
	err = bpf_link__pin(link, DIR "/tasks");
	tap_ok(!err, "a link is pinned");
	bpf_link__destroy(link);
	fd = open(DIR "/tasks", O_RDONLY);
	tap_ok(fd >= 0 && slurp(fd, text, 4096) > 0 && in_order(text) > 0, "and read like a file");
	tap_ok(!unlink(DIR "/tasks"), "it is removed");
	close(fd);
	umount(DIR);
	rmdir(DIR);
}

static void seen_get(struct iter_seen *seen)
{
	__u32 zero = 0;

	bpf_map_lookup_elem(bpf_object__find_map_fd_by_name(obj, "seen_map"), &zero, seen);
}

static void test_results(void)
{
	union bpf_iter_link_info info = { .task.tid = 1 };
	LIBBPF_OPTS(bpf_iter_attach_opts, opts, .link_info = &info, .link_info_len = sizeof(info));
	struct bpf_link *link = attach("list_too_much", NULL);
	struct iter_seen seen = { .again = 2 };
	__u32 zero = 0;
	int fd;

	fd = iter_fd(link);
	tap_eq(slurp(fd, text, 4096), -E2BIG, "more text for a task than fits");
	close(fd);
	bpf_link__destroy(link);
	seen_get(&seen);
	tap_eq(seen.full, -EOVERFLOW, "the program was told");

	seen.again = 2;
	seen.calls = 0;
	bpf_map_update_elem(bpf_object__find_map_fd_by_name(obj, "seen_map"), &zero, &seen, 0);
	link = attach("insist", &opts);
	fd = iter_fd(link);
	tap_eq(slurp(fd, text, 4096), -EAGAIN, "a task that is wanted again");
	tap_eq(slurp(fd, text, 4096), -EAGAIN, "and again");
	tap_ok(slurp(fd, text, 4096) == 2 && !strcmp(text, "1\n"), "is shown then");
	close(fd);
	bpf_link__destroy(link);
	seen_get(&seen);
	tap_eq(seen.calls, 3, "in three runs");
	tap_eq(seen.bad_format, -EINVAL, "a format without its numbers");
	tap_eq(seen.utf8, 5, "a format with letters beyond ASCII");
	tap_eq(seen.utf8_conv, -EINVAL, "but no conversion of that name");

	link = attach("list_values", &opts);
	read_all(link, text, 4096);
	if (!tap_ok(!strncmp(text, "(struct bpf_iter_meta){", 23) && strstr(text, ".session_id = "),
		    "values as text"))
		tap_diag("%.300s", text);
	bpf_link__destroy(link);
}

static int count_lines(const char *buf, const char *start)
{
	int n = 0;

	for (; buf; buf = next_line(buf))
		n += !strncmp(buf, start, strlen(start));
	return n;
}

/* Of this process alone, else of @tid. */
static bool list_of(const char *prog, int tid)
{
	union bpf_iter_link_info info;
	LIBBPF_OPTS(bpf_iter_attach_opts, opts, .link_info = &info, .link_info_len = sizeof(info));
	struct bpf_link *link;

	memset(&info, 0, sizeof(info));
	if (tid)
		info.task.tid = tid;
	else
		info.task.pid = getpid();
	link = attach(prog, &opts);
	if (!link)
		return false;
	read_all(link, text, 333);
	bpf_link__destroy(link);
	return true;
}

static bool has_areas(void)
{
	return bpf_program__autoload(prog_of("list_areas"));
}

static void test_areas(void)
{
	unsigned int maps = 0, found = 0, lines;
	char start[64], line[512];
	unsigned long from, to;
	FILE *f;

	if (!has_areas()) {
		tap_skip("the kernel's BTF has no iterator over memory areas");
		return;
	}
	if (!tap_ok(list_of("list_areas", 0), "an iterator over memory areas"))
		return;
	f = fopen("/proc/self/maps", "r");
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%lx-%lx", &from, &to) != 2 || strstr(line, "[vsyscall]"))
			continue;
		maps++;
		snprintf(start, sizeof(start), "%d %d %lx-%lx\n", getpid(), getpid(), from, to);
		found += count_lines(text, start);
	}
	if (f)
		fclose(f);
	lines = count_lines(text, "") - 1;
	/* Its threads have the same; reading made one area larger, perhaps. */
	if (!tap_ok(maps > 5 && found + 3 > maps && lines < maps + 5 && strstr(text, "\nend "),
		    "has each of this process's once"))
		tap_diag("%u areas, %u found, %u lines: %.300s", maps, found, lines, text);
	tap_ok(list_of("list_areas", helper_tid) && count_lines(text, "end ") == 1 &&
	       count_lines(text, "") > 5, "a thread's");
	tap_ok(list_of("list_areas", 2) && !strncmp(text, "end ", 4), "a kernel thread has none");
}

static void test_files(void)
{
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC), high = dup2(fd, 1000), n;
	struct bpf_link *link;
	char start[64];

	if (!tap_ok(list_of("list_files", 0), "an iterator over files"))
		return;
	snprintf(start, sizeof(start), "%d %d %d ", getpid(), getpid(), fd);
	tap_ok(count_lines(text, start) == 1, "a file is there once");
	snprintf(start, sizeof(start), "%d %d 1000 ", getpid(), getpid());
	n = count_lines(text, start);
	if (!tap_ok(n == 1 && strstr(text, start) && strstr(strstr(text, start), "/dev/null\n"),
		    "a far one too, by name"))
		tap_diag("%.600s", text);
	snprintf(start, sizeof(start), "%d %d", getpid(), helper_tid);
	tap_ok(!count_lines(text, start), "a thread that shares them shows none");
	tap_ok(list_of("list_files", helper_tid) && count_lines(text, start) > 3,
	       "but when it is named");
	close(high);
	close(fd);
	link = attach("list_files", NULL);
	if (!link)
		die("attach");
	read_all(link, text, sizeof(text) - 1);
	bpf_link__destroy(link);
	snprintf(start, sizeof(start), "%d ", getpid());
	tap_ok(count_lines(text, start) > 3 && count_lines(text, "1 1 ") > 0 &&
	       count_lines(text, "end ") == 1, "all processes' files");
}

static void test_kinds(void)
{
	struct bpf_link *link = attach(has_areas() ? "list_areas" : "list_tasks", NULL);
	int files = bpf_program__fd(prog_of("list_files"));
	struct bpf_link_info info;
	__u32 len = sizeof(info);
	char name[16] = "";

	if (!link)
		die("attach");
	memset(&info, 0, sizeof(info));
	info.iter.target_name = (unsigned long)name;
	info.iter.target_name_len = sizeof(name);
	tap_ok(!bpf_obj_get_info_by_fd(bpf_link__fd(link), &info, &len) &&
	       !strcmp(name, has_areas() ? "task_vma" : "task"), "info names the kind");
	tap_eq(bpf_link_update(bpf_link__fd(link), files, NULL), -EINVAL,
	       "a program of another kind does not replace one");
	bpf_link__destroy(link);
}

static void test_bad(void)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts);
	int prog = bpf_program__fd(prog_of("list_tasks"));

	tap_eq(bpf_link_create(prog, 1, BPF_TRACE_ITER, NULL), -EINVAL, "a target fd");
	opts.flags = 1;
	tap_eq(bpf_link_create(prog, 0, BPF_TRACE_ITER, &opts), -EINVAL, "flags");
	tap_eq(bpf_link_create(prog, 0, BPF_TRACE_FENTRY, NULL), -EINVAL, "another attach type");
	opts.flags = 0;
	opts.iter_info_len = 4;
	tap_eq(bpf_link_create(prog, 0, BPF_TRACE_ITER, &opts), -EINVAL, "a length of nothing");
	tap_eq(bpf_raw_tracepoint_open(NULL, prog), -EINVAL, "a raw tracepoint");
	tap_eq(bpf_iter_create(prog), -EINVAL, "an iterator of a program");
	tap_eq(bpf_link_create(bpf_program__fd(prog_of("no_iterator")), 0, BPF_TRACE_ITER, NULL),
	       -EINVAL, "a program of another kind");
	tap_eq(bpf_iter_create(-1), -EBADF, "of no fd");
}

static void *wait_here(void *pipe_end)
{
	char c;

	helper_tid = syscall(SYS_gettid);
	pthread_setname_np(pthread_self(), "helper");
	__atomic_store_n((int *)pipe_end + 2, 1, __ATOMIC_RELEASE);
	if (read(*(int *)pipe_end, &c, 1) < 0)
		return pipe_end;
	return NULL;
}

int main(int argc, char **argv)
{
	const char *shim = getenv("EBPFDRV_SHIM");
	struct bpf_link *link;
	int shared[3] = { 0, 0, 0 };
	pthread_t thread;
	char path[4096];

	if (shim && !getenv("LD_PRELOAD")) {
		setenv("LD_PRELOAD", shim, 1);
		execv("/proc/self/exe", argv);
	}
	unsetenv("LD_PRELOAD");
	pthread_setname_np(pthread_self(), "test_iter");
	snprintf(path, sizeof(path), "%s/test_iter.bpf.o", getenv("EBPFDRV_TEST_DIR"));
	obj = bpf_object__open_file(path, NULL);
	if (obj && !kernel_has_type("bpf_iter_task_vma", BTF_KIND_FUNC))
		bpf_program__set_autoload(prog_of("list_areas"), false);
	if (!tap_ok(obj && !bpf_object__load(obj), "the programs load"))
		return tap_end();
	if (pipe(shared) || pthread_create(&thread, NULL, wait_here, shared))
		die("thread");
	while (!__atomic_load_n(shared + 2, __ATOMIC_ACQUIRE))
		usleep(1000);
	link = attach("list_tasks", NULL);
	if (!tap_ok(link != NULL, "an iterator attaches"))
		return tap_end();
	test_list(link);
	test_reads(link);
	test_filters();
	test_update();
	test_info(link);
	test_pinned();
	test_results();
	test_areas();
	test_files();
	test_kinds();
	test_bad();
	close(shared[1]);
	pthread_join(thread, NULL);
	bpf_link__destroy(link);
	bpf_object__close(obj);
	return tap_end();
}
