// SPDX-License-Identifier: GPL-2.0-only
/*
 * harness: timeout=300 module=no
 *
 * Events of the system calls that x86_64 enters through stubs before 4.17: where the kernel has none of
 * its own they are the module's, with Linux 6.1's formats, for programs, perf and ftrace. On a
 * kernel that has them, its own are asked the same, and there are none of the module's.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <signal.h>
#include <sys/io.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "client.h"
#include "own_module.h"
#include "test_events_syscalls.h"

#define TIMES		5		/* each call */
#define CPUS_MAX	64

/*
 * As Linux 6.1 tells it, without the number and the fields that all have
 */

#define FIELD(decl, offset, size, sign) \
	"\tfield:" decl ";\toffset:" #offset ";\tsize:" #size ";\tsigned:" #sign ";\n"
#define NR	FIELD("int __syscall_nr", 8, 4, 1)
#define SHOWN(name)	"((unsigned long)(REC->" name "))"

static const char rt_sigreturn_format[] = NR "\nprint fmt: \"\"\n";
static const char fork_format[] = NR "\nprint fmt: \"\"\n";
static const char vfork_format[] = NR "\nprint fmt: \"\"\n";

static const char clone_format[] =
	NR
	FIELD("unsigned long clone_flags", 16, 8, 0)
	FIELD("unsigned long newsp", 24, 8, 0)
	FIELD("int * parent_tidptr", 32, 8, 0)
	FIELD("int * child_tidptr", 40, 8, 0)
	FIELD("unsigned long tls", 48, 8, 0)
	"\n"
	"print fmt: \"clone_flags: 0x%08lx, newsp: 0x%08lx, parent_tidptr: 0x%08lx, "
	"child_tidptr: 0x%08lx, tls: 0x%08lx\", " SHOWN("clone_flags") ", " SHOWN("newsp") ", "
	SHOWN("parent_tidptr") ", " SHOWN("child_tidptr") ", " SHOWN("tls") "\n";

static const char execve_format[] =
	NR
	FIELD("const char * filename", 16, 8, 0)
	FIELD("const char *const * argv", 24, 8, 0)
	FIELD("const char *const * envp", 32, 8, 0)
	"\n"
	"print fmt: \"filename: 0x%08lx, argv: 0x%08lx, envp: 0x%08lx\", " SHOWN("filename") ", "
	SHOWN("argv") ", " SHOWN("envp") "\n";

static const char iopl_format[] =
	NR
	FIELD("unsigned int level", 16, 8, 0)
	"\n"
	"print fmt: \"level: 0x%08lx\", " SHOWN("level") "\n";

static const char exit_format[] =
	NR
	FIELD("long ret", 16, 8, 1)
	"\n"
	"print fmt: \"0x%lx\", REC->ret\n";

/* An entry at an even place, the exit behind it */
static struct event {
	const char *name, *prog;
	const char *format;
	int perf[CPUS_MAX];
	long perf_count, trace_count;
	struct bpf_link *link;
} events[2 * NR_CALLS] = {
#define CALL(nr, name)								\
	[2 * nr] = { "sys_enter_" #name, "enter_" #name, name##_format, { 0 } },	\
	[2 * nr + 1] = { "sys_exit_" #name, "exit_" #name, exit_format, { 0 } },
	CALLS
#undef CALL
};
#define NR_EVENTS	(2 * NR_CALLS)

static const long numbers[NR_CALLS] = {
#define CALL(nr, name) [nr] = SYS_##name,
	CALLS
#undef CALL
};

static const char *tracing;	/* its directory */
static bool ours;		/* are they the module's? */
static int cpus;
static char text[4 << 20];

/*
 * Files
 */

static ssize_t read_file(const char *path)
{
	int fd = open(path, O_RDONLY);
	ssize_t len = 0, n;

	if (fd < 0)
		return -1;
	while ((n = read(fd, text + len, sizeof(text) - 1 - len)) > 0)
		len += n;
	close(fd);
	text[len] = '\0';
	return n < 0 ? -1 : len;
}

static bool write_file(const char *path, const char *what)
{
	int fd = open(path, O_WRONLY | O_TRUNC);
	bool ok = fd >= 0 && write(fd, what, strlen(what)) == (ssize_t)strlen(what);

	if (fd >= 0)
		close(fd);
	return ok;
}

static const char *tracing_path(const char *file)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", tracing, file);
	return path;
}

static const char *event_path(const struct event *e, const char *file)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/events/syscalls/%s/%s", tracing, e->name, file);
	return path;
}

/* Has the module defined the event? Its tracepoint is in its part of the list of symbols. */
static bool is_ours(const struct event *e)
{
	char line[512], want[128];
	bool found = false;
	FILE *f = fopen("/proc/kallsyms", "r");

	snprintf(want, sizeof(want), " __tracepoint_%s\t[ebpfdrv]", e->name);
	while (f && fgets(line, sizeof(line), f))
		found |= strstr(line, want) != NULL;
	if (f)
		fclose(f);
	return found;
}

static void test_format(const struct event *e)
{
	char *at;

	if (!tap_ok(read_file(event_path(e, "format")) > 0, "%s has a format", e->name))
		return;
	at = strstr(text, "\n\n");
	if (!tap_ok(at && !strcmp(at + 2, e->format), "%s: fields and print format are Linux's",
		    e->name))
		tap_diag("%s", at ? at + 2 : text);
}

/*
 * Workload: a task of a name of its own makes each call TIMES times, 32-bit calls of the same numbers
 * besides, and children that end at once.
 */

static void on_signal(int sig)
{
}

/* mmap2, remap_file_pages and others of the numbers of i386, which fail */
static void call_i386(long nr)
{
	long ret = nr;

	asm volatile("int $0x80" : "+a"(ret) : "b"(0L), "c"(0L), "d"(0L), "S"(0L), "D"(-1L)
		     : "r8", "r9", "r10", "r11", "memory");
}

static void reap(long pid)
{
	if (pid < 0 || waitpid(pid, NULL, __WALL) != pid)
		_exit(2);
}

/* By the number: what it returns twice is the child's 0 and the parent's pid. */
static void make_child(long nr, long flags)
{
	long pid = syscall(nr, flags, 0L, 0L, 0L, 0L);

	if (!pid)
		syscall(SYS_exit_group, 0);
	reap(pid);
}

/* The child borrows its parent's stack, so there is nothing of it on the way but the call. */
static void make_vforked(void)
{
	long pid;

	asm volatile("syscall\n\ttest %%rax, %%rax\n\tjnz 1f\n\t"
		     "mov %1, %%eax\n\txor %%edi, %%edi\n\tsyscall\n1:"
		     : "=a"(pid) : "i"(SYS_exit_group), "a"((long)SYS_vfork)
		     : "rcx", "rdi", "r11", "memory");
	reap(pid);
}

/* An execve that fails, and at last one that begins true(1). */
static void fail_execve(void)
{
	static char *const argv[] = { "none", NULL };

	execve("/no/such/program", argv, argv);
}

static void work(void)
{
	static char *const argv[] = { "true", NULL };
	int i;

	prctl(PR_SET_NAME, WORKER);
	signal(SIGUSR1, on_signal);
	for (i = 0; i < TIMES; i++) {
		raise(SIGUSR1);
		make_child(SYS_fork, 0);
		make_child(SYS_clone, SIGCHLD);
		make_vforked();
		syscall(SYS_iopl, 3L);
		if (i)
			fail_execve();
		call_i386(SYS_iopl);
		call_i386(SYS_rt_sigreturn);
	}
	execve("/bin/true", argv, environ);
	_exit(3);
}

static pid_t worker;
static int go[2];

/* Before anybody listens: its own beginning is a call, too. */
static void worker_begin(void)
{
	char c;

	if (pipe(go) || (worker = fork()) < 0)
		die("worker");
	if (worker)
		return;
	/* It ends with the test. */
	close(go[1]);
	if (read(go[0], &c, 1) == 1)
		work();
	_exit(4);
}

static int worker_ends(void)
{
	int status = -1;

	if (write(go[1], "", 1) != 1 || waitpid(worker, &status, 0) != worker)
		die("worker");
	return status;
}

/*
 * Listening
 */

static long kernel_perf_open(struct perf_event_attr *attr, int cpu)
{
	register long flags asm("r8") = PERF_FLAG_FD_CLOEXEC;
	register long group asm("r10") = -1;
	long ret;

	/* The library looks at syscall(). */
	asm volatile("syscall" : "=a"(ret) : "a"(SYS_perf_event_open), "D"(attr), "S"(-1L),
		     "d"((long)cpu), "r"(group), "r"(flags) : "rcx", "r11", "memory");
	return ret;
}

static bool event_perf_open(struct event *e)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_TRACEPOINT, .size = sizeof(attr) };
	int i;

	if (read_file(event_path(e, "id")) <= 0)
		return false;
	attr.config = atoi(text);
	for (i = 0; i < cpus; i++) {
		e->perf[i] = kernel_perf_open(&attr, i);
		if (e->perf[i] < 0)
			return false;
		if (ioctl(e->perf[i], PERF_EVENT_IOC_SET_FILTER, "common_pid != 0"))
			return false;
	}
	return true;
}

static void event_perf_close(struct event *e)
{
	unsigned long long count;
	int i;

	e->perf_count = 0;
	for (i = 0; i < cpus; i++) {
		if (read(e->perf[i], &count, sizeof(count)) == sizeof(count))
			e->perf_count += count;
		close(e->perf[i]);
	}
}

/* What ftrace shows is a task's last name: of the worker, that of what it began at last. */
static bool is_worker(const char *line)
{
	char of_worker[32];

	snprintf(of_worker, sizeof(of_worker), "-%d ", worker);
	return strstr(line, of_worker) || strstr(line, WORKER "-");
}

/* The kernel's own are told by the name of the call. */
static void count_traced(struct event *e, int i)
{
	char want[64], *line, *next;
	const char *call = strchr(strchr(e->name, '_') + 1, '_') + 1;

	if (ours)
		snprintf(want, sizeof(want), ": %s: ", e->name);
	else
		snprintf(want, sizeof(want), i & 1 ? ": sys_%s -> " : ": sys_%s(", call);
	e->trace_count = 0;
	for (line = text; line && *line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		e->trace_count += strstr(line, want) && is_worker(line);
		if (next)
			next[-1] = '\n';
	}
}

/*
 * Is the calling task's way through system calls the long one? Where a tracepoint of all of them
 * is armed, that of each task is.
 */
static int is_traced(void)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);

	if (bpf_prog_test_run_opts(bpf_program__fd(prog_named("is_traced")), &opts))
		die("is_traced");
	return opts.retval;
}

/* With hooks while somebody listens, and none before and after */
static void test_idle(void)
{
	struct event *enter = &events[2 * EXECVE], *exit = &events[2 * EXECVE + 1];

	tap_eq(is_traced(), 0, "nobody listens: no system call is traced");
	tap_ok(event_perf_open(exit), "perf opens %s", exit->name);
	tap_eq(is_traced(), 1, "then they are");
	tap_ok(write_file(event_path(enter, "enable"), "1"), "ftrace enables %s", enter->name);
	event_perf_close(exit);
	tap_eq(is_traced(), 1, "without perf they still are");
	tap_ok(write_file(event_path(enter, "enable"), "0"), "ftrace disables it");
	tap_eq(is_traced(), 0, "the last one has left: none is");
	enter->link = attach(enter->prog);
	tap_eq(is_traced(), 1, "a program at %s: they are", enter->name);
	bpf_link__destroy(enter->link);
	/* Its event goes after a grace period. */
	usleep(500000);
	tap_eq(is_traced(), 0, "without it none is");
}

static void test_hold(void)
{
	struct event *e = &events[2 * EXECVE];
	int fd;

	tap_ok(write_file(event_path(e, "enable"), "1"), "ftrace enables %s", e->name);
	tap_ok(rmmod() != 0, "the module stays");
	tap_ok(write_file(event_path(e, "enable"), "0"), "ftrace disables it");
	tap_eq(rmmod(), 0, "the module can be unloaded");
	tap_ok(access(event_path(e, "id"), F_OK), "the event goes with it");
	fd = open(tracing_path("events/syscalls/sys_enter_read/id"), O_RDONLY);
	tap_ok(fd >= 0, "the kernel's own of that system stay");
	if (fd >= 0)
		close(fd);
	tap_eq(insmod(), 0, "it comes again");
	tap_ok(!access(event_path(e, "id"), F_OK), "with the event");
}

/*
 * Counts: of entries TIMES; of exits once more for each child
 */

static long wanted(int i)
{
	int call = i / 2;

	/* Registers come back from a signal handler as they were: no exit of that call. */
	if (i & 1 && call == RT_SIGRETURN)
		return 0;
	return i & 1 && (call == CLONE || call == FORK || call == VFORK) ? 2 * TIMES : TIMES;
}

static void check_counts(int i)
{
	struct event *e = &events[i];
	struct seen s;
	__u32 key = i / 2;
	long hits;

	if (bpf_map_lookup_elem(map_fd("seen"), &key, &s))
		die("seen");
	hits = i & 1 ? s.exits : s.enters;
	/* After execve the task has another name: one exit of it is not seen by the old one. */
	if (i == 2 * EXECVE + 1)
		tap_eq(hits, TIMES - 1, "%s: what failed, by a program", e->name);
	else
		tap_eq(hits, wanted(i), "%s: by a program", e->name);
	tap_eq(e->trace_count, wanted(i), "%s: by ftrace", e->name);
	tap_ok(e->perf_count >= wanted(i) && (e->perf_count > 0) == (wanted(i) > 0),
	       "%s: by perf, of all tasks (%ld)", e->name, e->perf_count);
	if (hits)
		tap_eq(i & 1 ? s.exit_nr : s.nr, (__u64)numbers[key], "%s: the number, as a long",
		       e->name);
}

static struct seen seen_of(__u32 call)
{
	struct seen s;

	if (bpf_map_lookup_elem(map_fd("seen"), &call, &s))
		die("seen");
	return s;
}

static void check_fields(void)
{
	struct seen s = seen_of(CLONE);

	tap_eq(s.args[0], (__u64)SIGCHLD, "clone: flags");
	tap_ok(!s.args[1] && !s.args[2] && !s.args[3] && !s.args[4], "clone: nothing else");
	tap_ok(s.ret > 1, "clone: the parent's result");
	tap_ok(seen_of(FORK).ret > 1, "fork: the parent's result");
	tap_ok(seen_of(VFORK).ret > 1, "vfork: the parent's result");
	tap_eq(seen_of(IOPL).args[0], 3ULL, "iopl: the level");
	s = seen_of(EXECVE);
	tap_ok(s.args[0] && s.args[1] && s.args[2] == (__u64)environ, "execve: name, argv, envp");
	tap_eq(s.ret, 0LL, "execve: the last result");
}

static void listen_to_all(void)
{
	int i;

	write_file(tracing_path("trace"), "");
	for (i = 0; i < NR_EVENTS; i++) {
		events[i].link = attach(events[i].prog);
		tap_ok(event_perf_open(&events[i]), "perf opens %s", events[i].name);
		tap_ok(write_file(event_path(&events[i], "enable"), "1"), "ftrace enables %s",
		       events[i].name);
	}
}

static void listen_to_none(void)
{
	int i;

	for (i = 0; i < NR_EVENTS; i++) {
		bpf_link__destroy(events[i].link);
		event_perf_close(&events[i]);
		write_file(event_path(&events[i], "enable"), "0");
	}
	if (read_file(tracing_path("trace")) < 0)
		die("trace");
	for (i = 0; i < NR_EVENTS; i++)
		count_traced(&events[i], i);
}

static void test_counts(void)
{
	int i;

	worker_begin();
	listen_to_all();
	tap_eq(worker_ends(), 0, "each call is made %d times", TIMES);
	listen_to_none();
	for (i = 0; i < NR_EVENTS; i++)
		check_counts(i);
	check_fields();
}

static void find_tracing(void)
{
	tracing = "/sys/kernel/tracing";
	if (access("/sys/kernel/tracing/trace", F_OK))
		tracing = "/sys/kernel/debug/tracing";
	if (access(tracing_path("events/syscalls"), F_OK))
		die("no events of system calls");
}

int main(int argc, char **argv)
{
	unsigned int i, nr_ours = 0;
	bool again = getenv("LD_PRELOAD") != NULL;

	find_tracing();
	cpus = sysconf(_SC_NPROCESSORS_ONLN);
	if (!again)
		tap_eq(insmod(), 0, "the module loads");
	for (i = 0; i < NR_EVENTS; i++)
		nr_ours += is_ours(&events[i]);
	ours = nr_ours > 0;
	if (!again) {
		/* 4.4 has those of iopl. */
		tap_ok(nr_ours == 0 || nr_ours >= NR_EVENTS - 2, "%u of %u events are the module's",
		       nr_ours, NR_EVENTS);
		for (i = 0; i < NR_EVENTS; i++)
			test_format(&events[i]);
		if (ours)
			test_hold();
		if (tap_failed)
			return tap_end();
	}
	client_preload(argv);
	client_load("test_events_syscalls");
	if (ours)
		test_idle();
	test_counts();
	if (ours)
		tap_eq(is_traced(), 0, "afterwards no system call is traced");
	bpf_object__close(obj);
	return tap_end();
}
