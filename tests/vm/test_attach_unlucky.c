// SPDX-License-Identifier: GPL-2.0-only
/*
 * What happens to machines: hundreds of probes at once and their owner killed, by a signal or
 * for want of memory; binaries replaced and modules unloaded under their probes; limits of 0,
 * a clock that jumps; kprobes, ftrace and a CPU going off and on while others attach. Nothing
 * is lost: all events are given back, and what is attached next counts.
 *
 * harness: timeout=600 sources=attach_lib.c
 */
#define _GNU_SOURCE
#include "attach_lib.h"
#include "tap.h"

#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#define HUNDREDS	300
#define RETURNS		60
#define STORM_ROUNDS	25

static uint32_t self;
static uint64_t events_before;
static const char *getppid_name;
/* What children tell. */
static volatile int *told;

static void all_back(const char *after)
{
	int i;

	for (i = 0; i < 600 && drv_stats().events != events_before; i++)
		usleep(100000);
	tap_eq(drv_stats().events, events_before, "%s: every event is given back", after);
}

static void counts_still(const char *after)
{
	struct counter c;
	int ev, link;

	counter_make(&c, EBPF_PROG_TYPE_KPROBE, self, COUNT_ONLY, 0);
	ev = open_kprobe(getppid_name, 0, false);
	link = link_perf(c.prog, ev, 0);
	call_getppid(10);
	tap_eq(counter_hits(&c, -1), 10, "%s: a new probe counts each call", after);
	close(link);
	close(ev);
	counter_close(&c);
}

static pid_t child(void (*fn)(void))
{
	pid_t pid;

	*told = 0;
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		fn();
		_exit(0);
	}
	return pid;
}


/*
 * Hundreds
 */

static int open_by_wildcard(const char *prefix, int max, bool ret, int prog)
{
	char line[512], sym[256], type;
	FILE *f = fopen("/proc/kallsyms", "r");
	int n = 0, ev;

	while (f && n < max && fgets(line, sizeof(line), f)) {
		/* Modules' have a third word. */
		if (strchr(line, '[') || sscanf(line, "%*x %c %255s", &type, sym) != 2 ||
		    (type != 'T' && type != 't') || strncmp(sym, prefix, strlen(prefix)) ||
		    strchr(sym, '.'))
			continue;
		ev = open_kprobe(sym, 0, ret);
		if (ev < 0)
			continue;
		n += !event_set_prog(ev, prog);
	}
	if (f)
		fclose(f);
	return n;
}

static void hundreds(void)
{
	struct rlimit many = { 8192, 8192 };
	struct counter c;
	int n;

	setrlimit(RLIMIT_NOFILE, &many);
	counter_make(&c, EBPF_PROG_TYPE_KPROBE, 0, COUNT_ONLY, 0);
	n = open_by_wildcard("vfs_", HUNDREDS, false, c.prog);
	if (n < HUNDREDS)
		n += open_by_wildcard("tcp_", HUNDREDS - n, false, c.prog);
	n += open_by_wildcard("vfs_", RETURNS, true, c.prog);
	call_getppid(100);
	run_true();
	*told = counter_hits(&c, -1) > 0 ? n : -n;
	for (;;)
		pause();
}

static void test_hundreds(void)
{
	pid_t pid = child(hundreds);
	int i;

	for (i = 0; i < 3000 && !*told; i++)
		usleep(100000);
	tap_ok(*told >= 200, "hundreds of probes by name (%d), and they count", *told);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	all_back("their owner killed");
	counts_still("after them");
}

/* The kernel's killer chooses who has said that he is to be chosen. */
static void eat_memory(void)
{
	const size_t piece = 16 << 20;
	struct counter c;
	char *p;
	int ev;

	write_text("/proc/self/oom_score_adj", "1000");
	write_text("/proc/sys/vm/overcommit_memory", "1");
	counter_make(&c, EBPF_PROG_TYPE_KPROBE, 0, COUNT_ONLY, 0);
	for (ev = 0; ev < 20; ev++)
		event_set_prog(open_kprobe(getppid_name, 0, ev & 1), c.prog);
	*told = 1;
	for (;;) {
		p = mmap(NULL, piece, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		if (p == MAP_FAILED)
			_exit(errno);
		memset(p, 1, piece);
	}
}

/* How often the kernel's log complains. */
static int complaints(void)
{
	static const char *const words[] = { "cut here ]", "BUG:", "Oops", "blocked for more" };
	int size = klogctl(10, NULL, 0), n = 0, len;
	char *log = malloc(size + 1), *p;
	unsigned int i;

	len = klogctl(3, log, size);
	log[len > 0 ? len : 0] = 0;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		for (p = log; (p = strstr(p, words[i])); p++)
			n++;
	free(log);
	return n;
}

/* That somebody is killed is a fault of any other test: it is kept from the console, which is
 * watched, and the log is looked at here.
 */
static void test_oom(void)
{
	int status = 0, before = complaints();
	pid_t pid;

	klogctl(8, NULL, 1);
	pid = child(eat_memory);

	waitpid(pid, &status, 0);
	write_text("/proc/sys/vm/overcommit_memory", "0");
	if (!WIFSIGNALED(status))
		tap_diag("it ended with %s", strerror(WEXITSTATUS(status)));
	tap_ok(*told == 1 && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL,
	       "an owner of probes is killed for want of memory");
	all_back("killed so");
	counts_still("after that");
	usleep(500000);
	klogctl(8, NULL, 7);
	tap_eq(complaints(), before, "and the kernel says no more than that it did");
}

/*
 * Replaced and unloaded
 */

static bool copy_true(const char *to)
{
	char cmd[256];

	snprintf(cmd, sizeof(cmd), "cp /bin/true %s.new && mv -f %s.new %s", to, to, to);
	return !system(cmd);
}

static void run(const char *path)
{
	pid_t pid = fork();

	if (!pid) {
		execl(path, path, NULL);
		_exit(127);
	}
	waitpid(pid, NULL, 0);
}

/* Of the first instruction. */
static uint64_t entry_offset(const char *path)
{
	uint64_t entry = 0;
	int fd = open(path, O_RDONLY);

	/* e_entry; the text of position-independent programs is where its file has it. */
	if (pread(fd, &entry, 8, 24) != 8)
		entry = 0;
	close(fd);
	return entry;
}

static void test_replaced(void)
{
	static const char path[] = "/tmp/test_attach_unlucky.prog";
	struct counter c;
	int ev, again;

	if (!tap_ok(copy_true(path), "a program to be replaced"))
		return;
	counter_make(&c, EBPF_PROG_TYPE_KPROBE, 0, COUNT_ONLY, 0);
	ev = open_uprobe(path, entry_offset(path), false, -1);
	if (ev < 0 && errno == EIO) {
		tap_skip("this kernel has no uprobes on tmpfs");
		goto out;
	}
	event_set_prog(ev, c.prog);
	run(path);
	tap_eq(counter_hits(&c, -1), 1, "a uprobe in it counts");
	copy_true(path);
	run(path);
	tap_eq(counter_hits(&c, -1), 1, "replaced: the new file is not the probed one");
	again = open_uprobe(path, entry_offset(path), false, -1);
	event_set_prog(again, c.prog);
	run(path);
	tap_eq(counter_hits(&c, -1), 2, "a uprobe in the new one counts");
	close(ev);
	/* The same file, cut short and filled again. */
	tap_ok(!system("cp /bin/true /tmp/test_attach_unlucky.copy && "
		       "cat /tmp/test_attach_unlucky.copy >/tmp/test_attach_unlucky.prog"),
	       "written over under its probe");
	run(path);
	unlink(path);
	close(again);
out:
	unlink("/tmp/test_attach_unlucky.copy");
	unlink(path);
	counter_close(&c);
	all_back("after files were replaced");
}

static void call_module(void)
{
	char buf[16];
	int fd = open("/sys/module/test_attach_unlucky_ko/parameters/call", O_RDONLY);

	if (read(fd, buf, sizeof(buf)) <= 0)
		tap_diag("the module's function cannot be called");
	close(fd);
}

static bool load_module(void)
{
	char cmd[PATH_MAX + 64];

	snprintf(cmd, sizeof(cmd), "insmod %s/test_attach_unlucky_ko.ko",
		 getenv("EBPFDRV_TEST_DIR"));
	return !system(cmd);
}

static void test_module_round(int round)
{
	struct counter c, m;
	int i, ev[4], link[2];

	if (!tap_ok(load_module(), "a module to be probed (%d)", round))
		return;
	counter_make(&c, EBPF_PROG_TYPE_KPROBE, self, COUNT_ONLY, 0);
	load_expected_attach_type = EBPF_TRACE_KPROBE_MULTI;
	counter_make(&m, EBPF_PROG_TYPE_KPROBE, self, COUNT_ONLY, 0);
	load_expected_attach_type = 0;
	for (i = 0; i < 4; i++) {
		ev[i] = open_kprobe("unlucky_target", 0, i & 1);
		event_set_prog(ev[i], c.prog);
	}
	for (i = 0; i < 2; i++)
		link[i] = link_multi(m.prog, i ? EBPF_F_KPROBE_MULTI_RETURN : 0, "unlucky_target");
	call_module();
	tap_eq(counter_hits(&c, -1), 4, "two kprobes and two kretprobes on its function count");
	tap_eq(counter_hits(&m, -1), 2, "and links, at the entry and at the return");
	tap_ok(!system("rmmod test_attach_unlucky_ko"), "it can be unloaded under them");
	if (round) {
		/* Others have its place when they go. */
		load_module();
		call_module();
		system("rmmod test_attach_unlucky_ko");
	}
	for (i = 0; i < 4; i++)
		close(ev[i]);
	close(link[0]);
	close(link[1]);
	counter_close(&c);
	counter_close(&m);
	all_back("after the module went");
}

/*
 * Limits and clocks
 */

static void no_files(void)
{
	struct rlimit none = { 0, 0 };
	struct counter c;
	int ev;

	counter_make(&c, EBPF_PROG_TYPE_RAW_TRACEPOINT, 0, COUNT_ONLY, 0);
	setrlimit(RLIMIT_NOFILE, &none);
	ev = open_kprobe(getppid_name, 0, false);
	*told = ev < 0 && errno == EMFILE && link_raw_tp(c.prog, "sys_enter") < 0 &&
		errno == EMFILE ? 1 : 2;
}

static void no_memory_to_lock(void)
{
	struct rlimit none = { 0, 0 };
	struct counter c;
	int ev;

	setrlimit(RLIMIT_MEMLOCK, &none);
	setrlimit(RLIMIT_FSIZE, &none);
	setrlimit(RLIMIT_NPROC, &none);
	setrlimit(RLIMIT_SIGPENDING, &none);
	counter_make(&c, EBPF_PROG_TYPE_KPROBE, 0, COUNT_ONLY, 0);
	ev = open_kprobe(getppid_name, 0, false);
	event_set_prog(ev, c.prog);
	call_getppid(10);
	*told = counter_hits(&c, -1) >= 10 ? 1 : 2;
}

static void test_limits(void)
{
	waitpid(child(no_files), NULL, 0);
	tap_eq(*told, 1, "no descriptors: EMFILE");
	waitpid(child(no_memory_to_lock), NULL, 0);
	tap_eq(*told, 1, "no memory to lock, no files to write, no processes: it attaches");
	all_back("after limits of 0");
}

static void test_clock(void)
{
	struct timespec now, then;
	struct counter c;
	int ev;

	counter_make(&c, EBPF_PROG_TYPE_KPROBE, self, COUNT_ONLY, 0);
	ev = open_kprobe(getppid_name, 0, false);
	event_set_prog(ev, c.prog);
	clock_gettime(CLOCK_REALTIME, &now);
	then = now;
	then.tv_sec += 400L * 86400;
	tap_ok(!clock_settime(CLOCK_REALTIME, &then), "the clock jumps a year ahead");
	call_getppid(10);
	tap_ok(!clock_settime(CLOCK_REALTIME, &now), "and back");
	call_getppid(10);
	tap_eq(counter_hits(&c, -1), 20, "a probe counts on");
	close(ev);
	counter_close(&c);
	all_back("after the clock jumped");
}

/*
 * All at once
 */

static void work(void)
{
	for (;;) {
		call_getppid(1000);
		sched_yield();
	}
}

static void toggle(void)
{
	bool (*turn)(bool on);
	int i;

	for (i = 0; !*told; i++) {
		turn = i % 2 ? kprobes_set : ftrace_set;
		turn(false);
		if (i % 3 == 0)
			cpu1_set(false);
		usleep(20000);
		turn(true);
		if (i % 3 == 0)
			cpu1_set(true);
		usleep(20000);
	}
	kprobes_set(true);
	ftrace_set(true);
	cpu1_set(true);
}

static void attach_all(struct counter *c, struct counter *m, struct counter *r)
{
	int fd[7], i;

	fd[0] = open_kprobe(getppid_name, 0, false);
	fd[1] = open_kprobe(getppid_name, 0, true);
	fd[2] = link_multi(m->prog, 0, getppid_name);
	fd[3] = link_multi(m->prog, EBPF_F_KPROBE_MULTI_RETURN, getppid_name);
	fd[4] = link_raw_tp(r->prog, "sys_enter");
	fd[5] = link_perf(c->prog, fd[0], 0);
	fd[6] = link_perf(c->prog, fd[1], 0);
	usleep(5000);
	for (i = 0; i < 7; i++)
		if (fd[i] >= 0)
			close(fd[i]);
}

static void test_storm(void)
{
	struct counter c, m, r;
	pid_t busy[2], toggler;
	int i;

	counter_make(&c, EBPF_PROG_TYPE_KPROBE, 0, COUNT_ONLY, 0);
	counter_make(&r, EBPF_PROG_TYPE_RAW_TRACEPOINT, 0, COUNT_ONLY, 0);
	load_expected_attach_type = EBPF_TRACE_KPROBE_MULTI;
	counter_make(&m, EBPF_PROG_TYPE_KPROBE, 0, COUNT_ONLY, 0);
	load_expected_attach_type = 0;
	busy[0] = child(work);
	busy[1] = child(work);
	toggler = child(toggle);
	for (i = 0; i < STORM_ROUNDS; i++)
		attach_all(&c, &m, &r);
	*told = 1;
	waitpid(toggler, NULL, 0);
	for (i = 0; i < 2; i++) {
		kill(busy[i], SIGKILL);
		waitpid(busy[i], NULL, 0);
	}
	tap_ok(counter_hits(&r, -1) > 0, "%d rounds of attaching while all goes off and on",
	       STORM_ROUNDS);
	counter_close(&c);
	counter_close(&m);
	counter_close(&r);
	all_back("after the storm");
	counts_still("after the storm");
}

int main(void)
{
	self = getpid();
	told = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	drv_open();
	events_before = drv_stats().events;
	getppid_name = getppid_func();
	if (!tap_ok(getppid_name, "getppid's function can be probed"))
		return tap_end();
	all_back("at the start");
	test_limits();
	test_clock();
	test_replaced();
	test_module_round(0);
	test_module_round(1);
	test_storm();
	test_hundreds();
	test_oom();
	drv_close();
	return tap_end();
}
