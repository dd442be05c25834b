// SPDX-License-Identifier: GPL-2.0-only
/*
 * Adopted processes: their own bpf(2) and perf_event_open(2), by instructions of the test's
 * own, are the module's; everybody else's, and every other number, is what it was.
 *
 * harness: timeout=300 nobpf=no faults=no sources=attach_lib.c
 */
#define _GNU_SOURCE
#include "attach_lib.h"
#include "one_array.h"
#include "own_module.h"
#include "raw_syscall.h"
#include "tap.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PARAM(name)	"/sys/module/ebpfdrv/parameters/" name
#define TAKEOVERS	500
#define CALLERS		4

/* Whose bpf(2) answers a process. */
enum side { OURS, KERNELS, NOBODYS, BROKEN };

static enum side native;	/* without adoption: the kernel's or nobody's */

static long raw_bpf(int cmd, union bpf_attr *attr)
{
	return raw_syscall(SYS_bpf, cmd, (long)attr, sizeof(*attr), 0, 0);
}

static long raw_map(void)
{
	union bpf_attr attr;

	one_array_attr(&attr);
	return raw_bpf(BPF_MAP_CREATE, &attr);
}

/* A map is made, looked at, and closed. */
static enum side side_now(void)
{
	long map = raw_map();
	enum side side;

	if (map == -ENOSYS)
		return NOBODYS;
	if (map < 0)
		return BROKEN;
	side = one_array_is_modules(map) ? OURS : KERNELS;
	close(map);
	return side;
}

static bool adopt(void)
{
	int dev = open(EBPFDRV_DEVICE_PATH, O_RDWR | O_CLOEXEC);
	bool ok = dev >= 0 && ioctl(dev, EBPFDRV_IOC_ADOPT) == 0;

	if (dev >= 0)
		close(dev);
	return ok;
}

static int status_of(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

/* In a process of its own, which is adopted first if @adopted. Its status. */
static int in_child(int (*fn)(void), bool adopted)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid)
		return status_of(pid);
	if (adopted && !adopt())
		_exit(100);
	_exit(fn());
}

static int client(void)
{
	return side_now();
}

static int forked(void)
{
	return in_child(client, false);
}

static int executed(void)
{
	execl("/proc/self/exe", "test_adopt", "client", NULL);
	return 101;
}

static void *thread_side(void *arg)
{
	*(enum side *)arg = side_now();
	return NULL;
}

static int threaded(void)
{
	enum side side = BROKEN;
	pthread_t thread;

	pthread_create(&thread, NULL, thread_side, &side);
	pthread_join(thread, NULL);
	return side;
}

static void *thread_exec(void *arg)
{
	executed();
	return NULL;
}

/* The process goes on as a thread that was not its first. */
static int executed_by_thread(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, thread_exec, NULL);
	pthread_join(thread, NULL);
	return 102;
}

/* Nothing is left of what it was started with, and its parent is gone. */
static int daemonised(void)
{
	int result[2];
	char side = BROKEN;
	pid_t pid;

	if (pipe(result) || dup2(result[1], 500) < 0)
		return 103;
	pid = fork();
	if (!pid) {
		if (fork())
			_exit(0);
		setsid();
		for (int fd = 0; fd < 500; fd++)
			close(fd);
		usleep(200000);
		side = side_now();
		_exit(write(500, &side, 1) != 1);
	}
	status_of(pid);
	return read(result[0], &side, 1) == 1 ? side : 104;
}

static int unprivileged(void)
{
	if (setgid(65534) || setuid(65534))
		return 105;
	return raw_map() == -EPERM ? 0 : 1;
}

static void test_who(void)
{
	tap_eq(side_now(), native, "not adopted: the kernel's own answer");
	tap_eq(in_child(client, true), OURS, "adopted: the module's");
	tap_eq(in_child(forked, true), OURS, "what it forks");
	tap_eq(in_child(executed, true), OURS, "what it executes");
	tap_eq(in_child(threaded, true), OURS, "its threads");
	tap_eq(in_child(executed_by_thread, true), OURS, "what a thread of it executes");
	tap_eq(in_child(daemonised, true), OURS, "a daemon that closed everything");
	tap_eq(in_child(unprivileged, true), 0, "without capabilities: EPERM");
	tap_eq(side_now(), native, "the parent of all of them is not adopted");
}

static long read_number(const char *path)
{
	char text[32] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	return n > 0 ? strtol(text, NULL, 10) : -1;
}

/* A process is forgotten while it ends, which its parent may see a moment before. */
static bool count_becomes(long want)
{
	int i;

	for (i = 0; i < 500 && read_number(PARAM("adopted")) != want; i++)
		usleep(10000);
	return i < 500;
}

/* An adopted process that waits, and says whose it is when told to. */
struct waiter {
	pid_t pid;
	int go[2];
};

static void waiter_start(struct waiter *w)
{
	char byte;
	int ready[2];

	if (pipe(w->go) || pipe(ready))
		exit(1);
	fflush(stdout);
	w->pid = fork();
	if (!w->pid) {
		close(w->go[1]);
		drv_close();
		byte = adopt();
		if (write(ready[1], &byte, 1) != 1 || read(w->go[0], &byte, 1) != 1)
			_exit(106);
		_exit(side_now());
	}
	if (read(ready[0], &byte, 1) != 1 || !byte)
		tap_diag("the waiter is not adopted");
	close(ready[0]);
	close(ready[1]);
}

static int waiter_end(struct waiter *w)
{
	int status;

	if (write(w->go[1], "", 1) != 1)
		return -1;
	status = status_of(w->pid);
	close(w->go[0]);
	close(w->go[1]);
	return status;
}

static void test_others(void)
{
	static const int numbers[] = { 174, 180, 236, 400 };
	struct waiter w;
	unsigned int i;

	tap_ok(count_becomes(0), "nobody is adopted any more");
	waiter_start(&w);
	tap_eq(read_number(PARAM("adopted")), 1, "one is");
	tap_eq(side_now(), native, "the others have the kernel's own meanwhile");
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		tap_eq(raw_syscall(numbers[i], 0, 0, 0, 0, 0), -ENOSYS, "number %d means nothing", numbers[i]);
	tap_eq(waiter_end(&w), OURS, "the one has the module's");
	tap_ok(count_becomes(0), "it is forgotten with its end");
}

static int unknown_numbers(void)
{
	return !(raw_syscall(174, 0, 0, 0, 0, 0) == -ENOSYS && raw_syscall(180, 0, 0, 0, 0, 0) == -ENOSYS &&
		 raw_syscall(SYS_getpid, 0, 0, 0, 0, 0) == getpid());
}

/* i386's numbers, from a 64-bit program. */
static long raw32(long nr, long a, long b, long c, long d, long e)
{
	long ret;

	__asm__ volatile("int $0x80" : "=a"(ret) : "0"(nr), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e)
			 : "r8", "r9", "r10", "r11", "memory");
	return (int)ret;
}

/* Memory that such a number can name. */
static void *low_page(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

	if (page == MAP_FAILED)
		_exit(107);
	return page;
}

static int has_32(void)
{
	return raw32(20, 0, 0, 0, 0, 0) == getpid() ? 0 : 1;
}

/* Where the kernel has a bpf(2) for i386, a map of its own. */
static int client_32(void)
{
	union bpf_attr *attr = low_page();
	long map;

	one_array_attr(attr);
	/* 321 is signalfd(2) there. */
	if (raw32(321, 0, (long)attr, sizeof(*attr), 0, 0) >= 0)
		return 108;
	map = raw32(357, 0, (long)attr, sizeof(*attr), 0, 0);
	if (map == -ENOSYS)
		return NOBODYS;
	return map < 0 ? BROKEN : one_array_is_modules(map) ? OURS : KERNELS;
}

/* The kernel knows no events of the module's type. */
static int event_32(void)
{
	struct perf_event_attr *attr = low_page();
	char *name = (char *)(attr + 1);
	int i;

	attr->type = EBPFDRV_PERF_TYPE_KPROBE;
	attr->size = sizeof(*attr);
	attr->config1 = (unsigned long)name;
	for (i = 0; sys_getppid_names[i]; i++) {
		strcpy(name, sys_getppid_names[i]);
		if (raw32(336, (long)attr, -1, 0, -1, 0) != -ENOENT)
			return 1;
	}
	return 0;
}

static void test_numbers(void)
{
	tap_eq(in_child(unknown_numbers, true), 0, "other numbers of an adopted process");
	if (in_child(has_32, false)) {
		tap_skip("this kernel has no 32-bit system calls");
		return;
	}
	tap_eq(in_child(client_32, true), in_child(client_32, false),
	       "i386's number of bpf(2) is not the module's");
	tap_eq(in_child(event_32, false), 0, "i386's number of perf_event_open(2)");
	tap_eq(in_child(event_32, true), 0, "nor is that");
}

/*
 * Events
 */

static int raw_perf(struct perf_event_attr *attr)
{
	return raw_syscall(SYS_perf_event_open, (long)attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
}

static bool counts(struct counter *c, int event)
{
	if (event < 0 || event_set_prog(event, c->prog))
		return false;
	call_getppid(10);
	close(event);
	return counter_hits(c, -1) == 10;
}

static int raw_kprobe(uint32_t type)
{
	struct perf_event_attr attr = { .type = type, .size = sizeof(attr) };
	int event = -ENOENT, i;

	for (i = 0; event < 0 && sys_getppid_names[i]; i++) {
		attr.config1 = (unsigned long)sys_getppid_names[i];
		event = raw_perf(&attr);
	}
	return event;
}

static int probes(void)
{
	struct counter c;
	long type = read_number("/sys/bus/event_source/devices/kprobe/type");
	int ok;

	drv_open();
	counter_make(&c, EBPF_PROG_TYPE_KPROBE, getpid(), COUNT_ONLY, 0);
	ok = counts(&c, raw_kprobe(EBPFDRV_PERF_TYPE_KPROBE));
	counter_close(&c);
	counter_make(&c, EBPF_PROG_TYPE_KPROBE, getpid(), COUNT_ONLY, 0);
	/* Before 4.17 the kernel has no such number. */
	ok &= type < 0 || counts(&c, raw_kprobe(type));
	counter_close(&c);
	drv_close();
	return !ok;
}

/* Takes it programs of the module? */
static bool takes_programs(struct perf_event_attr *attr)
{
	struct counter c;
	int event = raw_perf(attr);
	bool takes;

	if (event < 0)
		return false;
	drv_open();
	counter_make(&c, EBPF_PROG_TYPE_PERF_EVENT, getpid(), COUNT_ONLY, 0);
	takes = event_set_prog(event, c.prog) == 0;
	close(event);
	counter_close(&c);
	drv_close();
	return takes;
}

static int samples(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_CPU_CLOCK,
		.sample_period = 1000000,
	};

	if (takes_programs(&attr))
		return 1;
	if (side_now() != OURS)
		return 2;
	return takes_programs(&attr) ? 0 : 3;
}

/* Counting, which anybody may ask the kernel for, is not taken from who may not attach programs. */
static int counts_unprivileged(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE, .size = sizeof(attr),
		.config = PERF_COUNT_SW_PAGE_FAULTS, .exclude_kernel = 1,
	};
	struct perf_event_attr probe = { .type = EBPFDRV_PERF_TYPE_KPROBE, .size = sizeof(probe) };
	long want, got;

	if (setgid(65534) || setuid(65534))
		return 1;
	want = raw_syscall(SYS_perf_event_open, (long)&attr, 0, -1, -1, 0);
	if (side_now() != BROKEN)
		return 2;
	got = raw_syscall(SYS_perf_event_open, (long)&attr, 0, -1, -1, 0);
	if (got < 0 ? got != want : want < 0)
		return 3;
	return raw_perf(&probe) == -EACCES ? 0 : 4;
}

static void test_events(void)
{
	tap_eq(in_child(counts_unprivileged, true), 0,
	       "without capabilities: counts are the kernel's after bpf(2), too, probes refused");
	tap_eq(in_child(probes, true), 0, "probes, by the module's number and by the kernel's");
	tap_eq(in_child(samples, true), 0, "samples: the kernel's before the first bpf(2), then ours");
}

/*
 * Takeover
 */

static bool takeover(bool on)
{
	return write_text(PARAM("takeover"), on ? "1" : "0");
}

/* Before, during and after: a map of before is the kernel's, one made during is ours. */
static int through_takeover(void)
{
	uint32_t key = 0;
	uint64_t value = 7;
	union bpf_attr attr;
	long map;

	if (!takeover(true))
		return 1;
	map = raw_map();
	if (map < 0 || !one_array_is_modules(map))
		return 2;
	if (!takeover(false))
		return 3;
	one_array_elem(&attr, map, &key, &value);
	if (raw_bpf(BPF_MAP_UPDATE_ELEM, &attr))
		return 4;
	if (side_now() != OURS)
		return 5;
	close(map);
	return side_now() == native ? 0 : 6;
}

static int holds_kernels(void)
{
	long map = raw_map();
	uint32_t key = 0;
	uint64_t value = 7;
	union bpf_attr attr;
	int bad = 0;

	if (map < 0 || one_array_is_modules(map))
		return 1;
	if (!takeover(true))
		return 2;
	one_array_elem(&attr, map, &key, &value);
	if (raw_bpf(BPF_MAP_UPDATE_ELEM, &attr))
		bad = 3;
	if (!bad && side_now() != KERNELS)
		bad = 4;
	if (!bad && in_child(client, false) != KERNELS)
		bad = 5;
	return takeover(false) ? bad : 6;
}

/* Whose the process is after a first command that has no use here, or has. */
static int begins_with(int cmd, uint32_t type)
{
	union bpf_attr attr;
	long fd;

	memset(&attr, 0, sizeof(attr));
	if (cmd == BPF_MAP_CREATE)
		attr.map_type = type;
	else if (cmd == BPF_PROG_LOAD)
		attr.prog_type = type;
	fd = raw_bpf(cmd, &attr);
	if (fd > 2)
		close(fd);
	return side_now();
}

static int begins_device(void) { return begins_with(BPF_PROG_LOAD, BPF_PROG_TYPE_CGROUP_DEVICE); }
static int begins_skb(void) { return begins_with(BPF_PROG_LOAD, BPF_PROG_TYPE_CGROUP_SKB); }
static int begins_devmap(void) { return begins_with(BPF_MAP_CREATE, BPF_MAP_TYPE_DEVMAP); }
static int begins_query(void) { return begins_with(BPF_PROG_QUERY, 0); }
static int begins_filter(void) { return begins_with(BPF_PROG_LOAD, BPF_PROG_TYPE_SOCKET_FILTER); }
static int begins_nothing(void) { return begins_with(BPF_PROG_LOAD, BPF_PROG_TYPE_UNSPEC); }
static int begins_unknown(void) { return begins_with(1000, 0); }

static void test_first_commands(void)
{
	enum side left = native == KERNELS ? KERNELS : OURS;
	int map, dev;

	if (!tap_ok(takeover(true), "takeover on, for what processes begin with"))
		return;
	tap_eq(in_child(begins_device, false), left, "a program for a control group's devices");
	tap_eq(in_child(begins_skb, false), left, "a program for a control group's packets");
	tap_eq(in_child(begins_devmap, false), left, "a map of a type that is not here");
	tap_eq(in_child(begins_query, false), left, "a query of what is attached");
	tap_eq(in_child(begins_filter, false), OURS, "a socket filter, with which libraries begin");
	tap_eq(in_child(begins_nothing, false), OURS, "a program of no type");
	tap_eq(in_child(begins_unknown, false), OURS, "a command that nobody knows");
	dev = open(EBPFDRV_DEVICE_PATH, O_RDWR | O_CLOEXEC);
	if (dev >= 0) {
		union bpf_attr attr;
		struct ebpfdrv_bpf req = {
			.cmd = BPF_MAP_CREATE, .size = sizeof(attr), .attr = (uintptr_t)&attr,
		};

		one_array_attr(&attr);
		map = ioctl(dev, EBPFDRV_IOC_BPF, &req);
		tap_eq(in_child(begins_query, false), OURS, "a query of who holds a map of the module");
		close(map);
		close(dev);
	}
	takeover(false);
}

/* A caller through many takeovers: what it has it can use, whoever answers. */
static int caller(void)
{
	struct perf_event_attr perf = {
		.type = PERF_TYPE_SOFTWARE, .size = sizeof(perf), .config = PERF_COUNT_SW_DUMMY,
	};
	uint32_t key = 0;
	uint64_t value = 7, got;
	union bpf_attr attr;
	long map;
	int event;

	for (;;) {
		map = raw_map();
		if (map < 0 && !(map == -ENOSYS && native == NOBODYS))
			return 1;
		if (map >= 0) {
			one_array_elem(&attr, map, &key, &value);
			if (raw_bpf(BPF_MAP_UPDATE_ELEM, &attr))
				return 2;
			one_array_elem(&attr, map, &key, &got);
			if (raw_bpf(BPF_MAP_LOOKUP_ELEM, &attr) || got != value)
				return 3;
			close(map);
		}
		event = raw_perf(&perf);
		if (event < 0)
			return 4;
		close(event);
	}
}

static void test_storm(void)
{
	pid_t pids[CALLERS];
	int i, switched = 0, alive = 0;

	fflush(stdout);
	for (i = 0; i < CALLERS; i++) {
		pids[i] = fork();
		if (!pids[i])
			_exit(caller());
	}
	for (i = 0; i < TAKEOVERS; i++)
		switched += takeover(true) && takeover(false);
	for (i = 0; i < CALLERS; i++) {
		int status;

		if (waitpid(pids[i], &status, WNOHANG) == 0)
			alive++;
		else
			tap_diag("a caller ended with %#x", status);
		kill(pids[i], SIGKILL);
	}
	while (wait(NULL) > 0)
		;
	tap_eq(switched, TAKEOVERS, "%d takeovers and ends", TAKEOVERS);
	tap_eq(alive, CALLERS, "%d callers saw no error through them", CALLERS);
}

static void test_takeover(void)
{
	tap_eq(in_child(through_takeover, false), 0,
	       "a process that has objects of ours keeps them, and is the kernel's afterwards");
	if (native == KERNELS)
		tap_eq(in_child(holds_kernels, false), 0,
		       "one that has the kernel's own keeps those, and its children");
	else
		tap_skip("the kernel has no bpf(2) of its own");
	tap_ok(takeover(true), "takeover on");
	tap_eq(in_child(executed, false), OURS, "any process");
	tap_ok(takeover(false), "takeover off");
	tap_eq(in_child(executed, false), native, "the kernel's own answer is back");
	test_storm();
}

/*
 * The module goes
 */

static void test_unload(void)
{
	struct waiter w;

	waiter_start(&w);
	drv_close();
	tap_eq(rmmod_within(10), 0, "the module goes while a process is adopted");
	tap_eq(waiter_end(&w), native, "whose bpf(2) is the kernel's then");
	tap_eq(insmod(), 0, "it comes back");
}

int main(int argc, char **argv)
{
	struct ebpfdrv_info info;
	int dev;

	if (argc == 2)
		return side_now();
	dev = open(EBPFDRV_DEVICE_PATH, O_RDWR | O_CLOEXEC);
	if (dev < 0 || ioctl(dev, EBPFDRV_IOC_INFO, &info)) {
		tap_ok(false, "the device");
		return tap_end();
	}
	if (!(info.features & EBPFDRV_FEATURE_ADOPT)) {
		tap_ok(ioctl(dev, EBPFDRV_IOC_ADOPT) == -1 && errno == EOPNOTSUPP,
		       "a kernel that cannot: EOPNOTSUPP");
		return tap_end();
	}
	close(dev);
	native = side_now();
	tap_ok(native == KERNELS || native == NOBODYS, "the kernel's own bpf(2)");
	test_who();
	test_others();
	test_numbers();
	test_events();
	test_takeover();
	test_first_commands();
	test_unload();
	return tap_end();
}
