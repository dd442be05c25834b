// SPDX-License-Identifier: GPL-2.0-only
/*
 * harness: timeout=600
 *
 * Programs that sleep, on uprobes, around a system call and over tasks: user memory that
 * is not there yet; memory that is long in coming, while owners die, maps go and tasks are
 * killed. The memory that is long in coming is test_attach_sleepable.ko.c's.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "client.h"
#include "test_attach_sleepable.h"

#define TEXT		"fetched from a file"
#define TEXT_FILE	"/tmp/sleepable_text"
#define SLOW_FILE	"/dev/slow_memory"
#define PAGES		100
#define STRESS_SECONDS	8
#define STRESS_THREADS	3

static int out_fd, conf_fd, outer_fd, ring_fd;
static struct conf conf;
static long page_size;

/*
 * What is probed
 */
__attribute__((noinline, noclone)) static const char *probed(const char *text)
{
	__asm__ volatile("" : "+r"(text));
	return text;
}

static size_t offset_of_probed(void)
{
	unsigned long long start, end, off, at = (uintptr_t)probed, found = 0;
	char line[PATH_MAX + 128];
	FILE *f = fopen("/proc/self/maps", "r");

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%llx-%llx %*s %llx", &start, &end, &off) == 3 && start <= at &&
		    at < end)
			found = at - start + off;
	if (f)
		fclose(f);
	return found;
}

/*
 * Memory nobody has touched
 */
static void make_file(void)
{
	int fd = open(TEXT_FILE, O_RDWR | O_CREAT | O_TRUNC, 0600), i;

	for (i = 0; i < PAGES; i++)
		if (pwrite(fd, "\1", 1, i * page_size) != 1)
			die("write");
	if (pwrite(fd, TEXT, sizeof(TEXT), 0) != sizeof(TEXT) ||
	    ftruncate(fd, PAGES * page_size))
		die("write");
	close(fd);
}

static char *map_file(const char *path, size_t size, int *keep)
{
	int fd = open(path, O_RDWR);
	char *p = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);

	if (fd < 0 || p == MAP_FAILED)
		die(path);
	if (keep)
		*keep = fd;
	else
		close(fd);
	return p;
}

static char *untouched(void)
{
	return map_file(TEXT_FILE, page_size, NULL);
}

/*
 * Programs
 */
static int prog_fd(const char *name)
{
	return bpf_program__fd(prog_named(name));
}

static struct bpf_link *try_attach(const char *name)
{
	LIBBPF_OPTS(bpf_uprobe_opts, opts, .retprobe = !strcmp(name, "up_ret"),
		    .bpf_cookie = 0x600d);

	if (strncmp(name, "up", 2))
		return bpf_program__attach(prog_named(name));
	return bpf_program__attach_uprobe_opts(prog_named(name), -1, "/proc/self/exe",
					       offset_of_probed(), &opts);
}

static struct bpf_link *must_attach(const char *name)
{
	struct bpf_link *link = try_attach(name);

	if (!tap_ok(link != NULL, "%s attaches", name)) {
		tap_diag("%s", strerror(errno));
		exit(tap_end());
	}
	return link;
}

static struct seen look(__u32 which)
{
	struct seen seen;

	if (bpf_map_lookup_elem(out_fd, &which, &seen))
		die("out");
	return seen;
}

static struct seen take(__u32 which)
{
	struct seen seen = look(which), none = {};

	if (bpf_map_update_elem(out_fd, &which, &none, 0))
		die("out");
	return seen;
}

static void set_conf(void)
{
	__u32 zero = 0;

	if (bpf_map_update_elem(conf_fd, &zero, &conf, 0))
		die("conf");
}

static void set_tgid(pid_t tgid)
{
	conf.tgid = tgid;
	set_conf();
}

static void load(void)
{
	static const char * const around[] = { "entry", "modify", "leave" };
	unsigned int i;
	bool regs = false;

	client_open("test_attach_sleepable");
	for (i = 0; i < 3; i++)
		if (bpf_program__set_attach_target(prog_named(around[i]), 0,
						   function_of("chdir", &regs)))
			die(around[i]);
	conf.regs = regs;
	if (!tap_ok(!bpf_object__load(obj), "programs that sleep load"))
		exit(tap_end());
	out_fd = bpf_object__find_map_fd_by_name(obj, "out");
	conf_fd = bpf_object__find_map_fd_by_name(obj, "conf");
	outer_fd = bpf_object__find_map_fd_by_name(obj, "outer");
	ring_fd = bpf_object__find_map_fd_by_name(obj, "ring");
	set_tgid(getpid());
}

/*
 * What is there at once, and what has to be fetched
 */
static void expect_text(struct seen s, const char *what)
{
	tap_eq(s.after, 1ULL, "%s: one run", what);
	tap_eq(s.probe, (long long)-EFAULT, "%s: probe_read_user does not fetch", what);
	tap_eq(s.copy, 0LL, "%s: copy_from_user does", what);
	tap_ok(!strcmp(s.text, TEXT), "%s: what is there", what);
}

static void test_uprobe(void)
{
	struct bpf_link *link = must_attach("up");
	struct seen s;

	probed(untouched());
	expect_text(take(OUT_UPROBE), "uprobe.s");
	probed((char *)8);
	s = take(OUT_UPROBE);
	tap_eq(s.copy, (long long)-EFAULT, "uprobe.s: a wild pointer");
	tap_eq(s.text[0], 0, "uprobe.s: zeros instead");
	probed((char *)0xffffffff81000000UL);
	tap_eq(take(OUT_UPROBE).copy, (long long)-EFAULT, "uprobe.s: memory of the kernel");
	probed("x");
	tap_eq(take(OUT_UPROBE).after, 1ULL, "uprobe.s: one run each");
	bpf_link__destroy(link);
	probed("x");
	tap_eq(take(OUT_UPROBE).after, 0ULL, "uprobe.s: none after the link");
}

static int on_record(void *ctx, void *data, size_t size)
{
	if (size >= sizeof(struct seen))
		*(struct seen *)ctx = *(struct seen *)data;
	return 0;
}

static void test_uretprobe(void)
{
	struct bpf_link *link = must_attach("up_ret");
	struct seen rec = {}, s;
	struct ring_buffer *rb = ring_buffer__new(ring_fd, on_record, &rec, NULL);

	probed(untouched());
	tap_eq(ring_buffer__consume(rb), 1, "uretprobe.s: a record");
	expect_text(rec, "uretprobe.s");
	s = take(OUT_URETPROBE);
	tap_eq(s.ret, 0x600dLL, "uretprobe.s: its cookie, after the sleep");
	ring_buffer__free(rb);
	bpf_link__destroy(link);
}

static void test_loop(void)
{
	struct bpf_link *link = must_attach("up_loop");
	char *pages = map_file(TEXT_FILE, PAGES * page_size, NULL);
	struct seen s;

	probed(pages);
	s = take(OUT_LOOP);
	tap_eq(s.ret, 100LL, "a loop whose function sleeps: all rounds");
	tap_eq(s.copy, (long long)(PAGES - 1 + TEXT[0]), "and what they read");
	bpf_link__destroy(link);
	munmap(pages, PAGES * page_size);
}

static void test_syscall(void)
{
	struct bpf_link *entry = must_attach("entry"), *mod = must_attach("modify"), *leave = must_attach("leave");
	struct seen s;

	errno = 0;
	tap_eq(chdir(untouched()), -1, "chdir to nowhere");
	tap_eq(errno, ENOENT, "as the kernel says it");
	expect_text(take(OUT_ENTRY), "fentry.s");
	s = take(OUT_MODIFY);
	tap_ok(!s.copy && !strcmp(s.text, TEXT), "fmod_ret.s");
	s = take(OUT_EXIT);
	tap_ok(!s.copy && !strcmp(s.text, TEXT), "fexit.s");
	tap_eq(s.ret, (long long)-ENOENT, "fexit.s: the result");
	errno = 0;
	tap_ok(chdir(REFUSED_PATH) == -1 && errno == EPERM, "fmod_ret.s refuses a path");
	s = take(OUT_EXIT);
	tap_eq(s.ret, (long long)-EPERM, "fexit.s: that result");
	tap_eq(chdir("/"), 0, "others are taken");
	take(OUT_ENTRY);
	bpf_link__destroy(mod);
	tap_ok(chdir(REFUSED_PATH) == -1 && errno == ENOENT, "without fmod_ret.s as before");
	tap_eq(take(OUT_ENTRY).after, 1ULL, "fentry.s is still there");
	bpf_link__destroy(entry);
	bpf_link__destroy(leave);
	take(OUT_EXIT);
	take(OUT_ENTRY);
	chdir("/");
	tap_ok(!take(OUT_ENTRY).after && !take(OUT_EXIT).after, "none after the links");
	take(OUT_MODIFY);
}

/* A child with memory that only it has. */
static pid_t child_with(char *mem)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (!pid) {
		munmap(mem, page_size);
		mmap(mem, page_size, PROT_READ, MAP_PRIVATE | MAP_FIXED,
		     open(TEXT_FILE, O_RDONLY), 0);
		pause();
		_exit(0);
	}
	return pid;
}

static void test_iter(void)
{
	char *mem = mmap(NULL, page_size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct bpf_link *link = must_attach("tasks");
	pid_t pid = child_with(mem);
	char text[64] = "";
	struct seen s;
	int fd;

	usleep(200000);
	conf.pid = pid;
	conf.addr = (uintptr_t)mem;
	set_conf();
	fd = bpf_iter_create(bpf_link__fd(link));
	while (read(fd, text, sizeof(text) - 1) > 0)
		;
	s = take(OUT_TASK);
	tap_eq(s.after, 1ULL, "iter.s: one task");
	tap_eq(s.ret, (long long)-EINVAL, "copy_from_user_task: flags");
	tap_eq(s.probe, (long long)-EFAULT, "copy_from_user reads our own memory");
	tap_eq(s.copy, 0LL, "copy_from_user_task that of the other");
	tap_ok(!strcmp(s.text, TEXT) && !strcmp(text, TEXT "\n"), "what is there");
	close(fd);
	/* Dead, and not yet buried. */
	kill(pid, SIGKILL);
	usleep(200000);
	fd = bpf_iter_create(bpf_link__fd(link));
	while (read(fd, text, sizeof(text) - 1) > 0)
		;
	tap_eq(take(OUT_TASK).copy, (long long)-EFAULT, "a task without memory");
	close(fd);
	waitpid(pid, NULL, 0);
	bpf_link__destroy(link);
	munmap(mem, page_size);
}

/*
 * Where they may not be
 */
static void test_refused(void)
{
	static const char * const calls[] = { "sys_getppid", "SyS_getppid", "__x64_sys_getppid" };
	LIBBPF_OPTS(bpf_kprobe_multi_opts, multi, .syms = (const char *[]){ "vfs_read" }, .cnt = 1);
	int progs = bpf_map_create(BPF_MAP_TYPE_PROG_ARRAY, NULL, 4, 4, 1, NULL), i, fd;
	struct bpf_link *link = NULL;
	__u32 zero = 0;

	for (i = 0; i < 3 && !link; i++)
		link = bpf_program__attach_kprobe(prog_named("up"), false, calls[i]);
	tap_ok(!link, "no program on a kprobe sleeps");
	link = bpf_program__attach_kprobe(prog_named("up"), false, "vfs_read");
	tap_ok(!link && errno == EINVAL, "that is EINVAL");
	link = bpf_program__attach_kprobe_multi_opts(prog_named("up"), NULL, &multi);
	tap_ok(!link && errno == EINVAL, "nor on many of them");
	fd = prog_fd("up");
	tap_ok(progs >= 0 && bpf_map_update_elem(progs, &zero, &fd, 0) && errno == EINVAL,
	       "nor where programs jump to");
	close(progs);
}

/*
 * Memory that is long in coming
 */
static void insmod(const char *name)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", getenv("EBPFDRV_TEST_DIR"), name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	tap_ok(fd >= 0 && !syscall(SYS_finit_module, fd, "", 0), "the module with slow memory loads");
	close(fd);
}

static bool eventually(bool (*is)(void *arg), void *arg)
{
	int i;

	for (i = 0; i < 400; i++) {
		if (is(arg))
			return true;
		usleep(50000);
	}
	return false;
}

static bool is_waiting(void *arg)
{
	int n = 0;

	return read(*(int *)arg, &n, sizeof(n)) == sizeof(n) && n > 0;
}

static void let_go(int slow)
{
	if (write(slow, "", 1) != 1)
		die("slow memory");
}

/* A process that waits for slow memory in a program, by one of two ways in. It has the
 * descriptors that were open when it began.
 */
struct sleeper {
	pid_t pid;
	int slow;
	int go;
};

static void sleeper_start(struct sleeper *s, bool by_call)
{
	char *mem, c;
	int go[2];

	mem = map_file(SLOW_FILE, page_size, &s->slow);
	if (pipe(go))
		die("pipe");
	s->pid = fork();
	if (s->pid < 0)
		die("fork");
	if (!s->pid) {
		if (read(go[0], &c, 1) == 1) {
			if (by_call)
				chdir(mem);
			else
				probed(mem);
		}
		_exit(strcmp(mem, "slow") ? 1 : 0);
	}
	munmap(mem, page_size);
	close(go[0]);
	s->go = go[1];
	set_tgid(s->pid);
}

static void sleeper_go(struct sleeper *s, const char *what)
{
	if (write(s->go, "", 1) != 1)
		die("pipe");
	tap_ok(eventually(is_waiting, &s->slow), "%s: it waits for memory", what);
}

static int sleeper_end(struct sleeper *s)
{
	int status = -1;

	waitpid(s->pid, &status, 0);
	close(s->slow);
	close(s->go);
	return status;
}

static int module_refs(void)
{
	FILE *f = fopen("/sys/module/ebpfdrv/refcnt", "r");
	int n = -1;

	if (f && fscanf(f, "%d", &n) != 1)
		n = -1;
	if (f)
		fclose(f);
	return n;
}

static bool refs_are(void *arg)
{
	return module_refs() == *(int *)arg;
}

/* The last link goes while a task is inside: the call goes on, the module stays. */
static void test_detach_asleep(void)
{
	struct bpf_link *entry, *leave;
	int before = module_refs();
	struct sleeper s;

	sleeper_start(&s, true);
	entry = must_attach("entry");
	leave = must_attach("leave");
	sleeper_go(&s, "fentry.s");
	bpf_link__destroy(entry);
	bpf_link__destroy(leave);
	tap_ok(module_refs() > before, "the call keeps the module when its programs are gone");
	tap_eq(look(OUT_ENTRY).after, 0ULL, "it is inside");
	let_go(s.slow);
	tap_eq(sleeper_end(&s), 0, "it comes out");
	tap_eq(take(OUT_ENTRY).after, 1ULL, "the program has gone to its end");
	tap_eq(take(OUT_EXIT).after, 0ULL, "the one after the call was gone");
	tap_ok(eventually(refs_are, &before), "nothing keeps the module");
}

/* The owner of the link dies; a uprobe's waits for the handler, as Linux's does. */
static void test_owner_dies(bool by_call)
{
	const char *what = by_call ? "fentry.s" : "uprobe.s";
	__u32 which = by_call ? OUT_ENTRY : OUT_UPROBE;
	int ready[2], before = module_refs();
	struct sleeper s;
	pid_t owner;
	char c;

	sleeper_start(&s, by_call);
	if (pipe(ready))
		die("pipe");
	owner = fork();
	if (!owner) {
		if (!try_attach(by_call ? "entry" : "up") || write(ready[1], "", 1) != 1)
			_exit(1);
		pause();
		_exit(0);
	}
	close(ready[1]);
	tap_eq(read(ready[0], &c, 1), (ssize_t)1, "%s: another process attaches", what);
	close(ready[0]);
	sleeper_go(&s, what);
	kill(owner, SIGKILL);
	if (by_call)
		tap_eq(waitpid(owner, NULL, 0), owner, "%s: the owner can die", what);
	else
		usleep(300000);
	tap_eq(look(which).after, 0ULL, "%s: the program is still asleep", what);
	let_go(s.slow);
	tap_eq(sleeper_end(&s), 0, "%s: it comes out", what);
	if (!by_call)
		tap_eq(waitpid(owner, NULL, 0), owner, "%s: then the owner can die", what);
	tap_eq(take(which).after, 1ULL, "%s: the program has gone to its end", what);
	tap_ok(eventually(refs_are, &before), "%s: nothing keeps the module", what);
}

static void test_task_dies(bool by_call)
{
	const char *what = by_call ? "fentry.s" : "uprobe.s";
	__u32 which = by_call ? OUT_ENTRY : OUT_UPROBE;
	struct bpf_link *link;
	struct sleeper s;
	struct seen seen;
	int status;

	sleeper_start(&s, by_call);
	link = must_attach(by_call ? "entry" : "up");
	sleeper_go(&s, what);
	kill(s.pid, SIGKILL);
	status = sleeper_end(&s);
	tap_ok(WIFSIGNALED(status), "%s: a task that is killed in there dies", what);
	seen = take(which);
	tap_eq(seen.after, 1ULL, "%s: the program has gone to its end", what);
	tap_eq(seen.copy, (long long)-EFAULT, "%s: without the memory", what);
	bpf_link__destroy(link);
}

/* A map that only the sleeping program has in hand, and new ones in its memory's place. */
static void test_inner(void)
{
	struct seen none = {}, seen;
	struct bpf_link *link;
	int inner, again, i;
	struct sleeper s;
	__u32 zero = 0;

	sleeper_start(&s, false);
	link = must_attach("up_inner");

	inner = bpf_map_create(BPF_MAP_TYPE_HASH, NULL, 4, sizeof(struct seen), 64, NULL);
	if (inner < 0 || bpf_map_update_elem(inner, &zero, &none, 0) ||
	    bpf_map_update_elem(outer_fd, &zero, &inner, 0))
		die("inner map");
	sleeper_go(&s, "a map in hand");
	if (bpf_map_delete_elem(outer_fd, &zero))
		die("outer map");
	close(inner);
	for (i = 0; i < 20; i++) {
		again = bpf_map_create(BPF_MAP_TYPE_HASH, NULL, 4, sizeof(struct seen), 64, NULL);
		memset(&seen, 0x5a, sizeof(seen));
		bpf_map_update_elem(again, &zero, &seen, 0);
		usleep(50000);
		close(again);
	}
	tap_eq(look(OUT_INNER).after, 0ULL, "it goes while the program sleeps");
	let_go(s.slow);
	tap_eq(sleeper_end(&s), 0, "the program comes out");
	seen = take(OUT_INNER);
	tap_eq(seen.after, 1ULL, "and finds its element again");
	tap_eq(seen.ret, 0LL, "with what it copied");
	bpf_link__destroy(link);
}

/* Others run while one sleeps: on its CPU, too, of which there may be one. */
static void test_others(void)
{
	struct bpf_link *link;
	struct sleeper s;
	pid_t pid;

	sleeper_start(&s, false);
	link = must_attach("up");
	sleeper_go(&s, "beside a sleeper");
	set_tgid(getpid());
	pid = getpid();
	take(OUT_UPROBE);
	probed(untouched());
	tap_eq(look(OUT_UPROBE).after, 1ULL, "the same program runs in another task");
	tap_eq(look(OUT_UPROBE).tgid, (unsigned long long)pid, "which is this one");
	let_go(s.slow);
	tap_eq(sleeper_end(&s), 0, "both come out");
	tap_eq(take(OUT_UPROBE).after, 2ULL, "two runs");
	bpf_link__destroy(link);
}

/*
 * All at once
 */
static volatile bool stop;
static unsigned long rounds[STRESS_THREADS];

static void *hammer(void *arg)
{
	unsigned long *n = arg;
	char *mem;

	while (!stop) {
		mem = untouched();
		probed(mem);
		(void)!chdir(mem);
		munmap(mem, page_size);
		(*n)++;
	}
	return NULL;
}

static void attach_and_die(void)
{
	static const char * const names[] = { "up", "up_ret", "entry", "modify", "leave" };
	struct bpf_link *link[5];
	pid_t pid = fork();
	int i;

	if (!pid) {
		for (i = 0; i < 5; i++)
			link[i] = try_attach(names[i]);
		usleep(rand() % 30000);
		for (i = 0; i < 5; i++)
			if (rand() & 1)
				bpf_link__destroy(link[i]);
		kill(getpid(), SIGKILL);
	}
	waitpid(pid, NULL, 0);
}

static void test_stress(void)
{
	time_t end = time(NULL) + STRESS_SECONDS;
	pthread_t threads[STRESS_THREADS];
	int before = module_refs(), i;
	unsigned long deaths = 0;
	struct seen s;

	set_tgid(getpid());
	for (i = 0; i < STRESS_THREADS; i++)
		pthread_create(&threads[i], NULL, hammer, &rounds[i]);
	while (time(NULL) < end) {
		attach_and_die();
		srand(++deaths);
	}
	stop = true;
	for (i = 0; i < STRESS_THREADS; i++)
		pthread_join(threads[i], NULL);
	s = take(OUT_UPROBE);
	tap_diag("%lu + %lu + %lu rounds, %lu owners, %llu runs", rounds[0], rounds[1], rounds[2],
		 deaths, s.after);
	tap_ok(s.before > 0 && s.before == s.after, "each run has gone to its end");
	s = take(OUT_ENTRY);
	tap_ok(s.before > 0 && s.before == s.after, "of fentry.s, too");
	tap_ok(eventually(refs_are, &before), "nothing keeps the module");
}

int main(int argc, char **argv)
{
	(void)argc;
	client_preload(argv);
	setbuf(stdout, NULL);
	page_size = sysconf(_SC_PAGESIZE);
	make_file();
	load();
	test_uprobe();
	test_uretprobe();
	test_loop();
	test_syscall();
	test_iter();
	test_refused();
	insmod("test_attach_sleepable_ko.ko");
	test_detach_asleep();
	test_owner_dies(true);
	test_owner_dies(false);
	test_task_dies(true);
	test_task_dies(false);
	test_inner();
	test_others();
	test_stress();
	bpf_object__close(obj);
	tap_eq(syscall(SYS_delete_module, "test_attach_sleepable_ko", O_NONBLOCK), 0L,
	       "the module with slow memory goes");
	unlink(TEXT_FILE);
	return tap_end();
}
