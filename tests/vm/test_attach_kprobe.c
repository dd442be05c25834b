// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kprobes and kretprobes: what fires, what the program sees, what is refused, and
 * that nothing fires after its owner has gone.
 *
 * harness: timeout=120 sources=attach_lib.c
 */
#define _GNU_SOURCE
#include "attach_lib.h"
#include "tap.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define REGS_AX		80	/* in struct pt_regs */
#define REGS_IP		128

static uint32_t self;

static void test_counts(void)
{
	struct counter c;
	uint64_t count;
	int ev, cpu;

	counter_make(&c, EBPF_PROG_TYPE_KPROBE, self, COUNT_CTX_U64, REGS_IP);
	ev = open_kprobe_any(sys_getppid_names, false);
	if (!tap_ok(ev >= 0, "a kprobe event on getppid's function"))
		return;
	tap_eq(event_set_prog(ev, c.prog), 0, "a program is attached to it");
	tap_eq(event_enable(ev), 0, "it is enabled");
	for (cpu = 0; cpu < cpus_online(); cpu++) {
		pin_to(cpu);
		call_getppid(100);
		tap_eq(counter_hits(&c, cpu), 100, "each call on CPU %d is counted once", cpu);
	}
	tap_ok(counter_value(&c) >> 63, "regs->ip is an address of the kernel");
	tap_ok(read(ev, &count, 8) == 8 && !count,
	       "read() counts no hits of which the program says 0");
	tap_eq(event_set_prog(ev, c.prog), -1, "a second program on the same event fails");
	tap_eq(errno, EEXIST, "with EEXIST");
	close(ev);
	call_getppid(100);
	tap_eq(counter_hits(&c, -1), 100 * cpus_online(), "nothing is counted after close");
	counter_close(&c);
}

static void test_return(void)
{
	struct counter c;
	int ev;

	counter_make(&c, EBPF_PROG_TYPE_KPROBE, self, COUNT_CTX_U64, REGS_AX);
	ev = open_kprobe_any(sys_getppid_names, true);
	if (!tap_ok(ev >= 0, "a kretprobe event"))
		return;
	tap_eq(event_set_prog(ev, c.prog), 0, "a program is attached to it");
	call_getppid(50);
	tap_eq(counter_hits(&c, -1), 50, "each return is counted once");
	tap_eq((uint32_t)counter_value(&c), getppid(), "regs->ax is what the function returned");
	close(ev);
	counter_close(&c);
}

/* Address of a symbol, or 0. */
static uint64_t kallsyms(const char *const *names)
{
	unsigned long long addr;
	char line[512], name[256];
	FILE *f;
	uint64_t found = 0;

	for (; !found && *names; names++) {
		f = fopen("/proc/kallsyms", "r");
		while (f && !found && fgets(line, sizeof(line), f))
			if (sscanf(line, "%llx %*c %255s", &addr, name) == 2 &&
			    !strcmp(name, *names))
				found = addr;
		if (f)
			fclose(f);
	}
	return found;
}

static void test_address(void)
{
	uint64_t addr = kallsyms(sys_getppid_names);
	struct counter entry, ret, inner;
	int ev[3];

	tap_ok(addr != 0, "kallsyms knows getppid's function");
	counter_make(&entry, EBPF_PROG_TYPE_KPROBE, self, COUNT_HELPER, EBPF_FUNC_get_func_ip);
	counter_make(&ret, EBPF_PROG_TYPE_KPROBE, self, COUNT_HELPER, EBPF_FUNC_get_func_ip);
	counter_make(&inner, EBPF_PROG_TYPE_KPROBE, self, COUNT_HELPER, EBPF_FUNC_get_func_ip);
	ev[0] = open_kprobe(NULL, addr, false);
	ev[1] = open_kprobe(NULL, addr, true);
	ev[2] = open_kprobe(NULL, addr + 5, false);
	tap_ok(ev[0] >= 0, "a kprobe by address");
	tap_ok(ev[1] >= 0, "a kretprobe by address");
	event_set_prog(ev[0], entry.prog);
	event_set_prog(ev[1], ret.prog);
	event_set_prog(ev[2], inner.prog);
	call_getppid(20);
	tap_eq(counter_hits(&entry, -1), 20, "the entry is counted");
	tap_eq(counter_hits(&ret, -1), 20, "and the return");
	tap_eq(counter_value(&entry), addr, "get_func_ip() of the entry");
	tap_eq(counter_value(&ret), addr, "get_func_ip() of the return");
	if (ev[2] >= 0) {
		tap_eq(counter_hits(&inner, -1), 20, "a breakpoint inside the function");
		tap_eq(counter_value(&inner), 0, "get_func_ip() is 0 there");
	} else {
		tap_skip("no instruction begins 5 bytes into the function");
		tap_skip("no instruction begins 5 bytes into the function");
	}
	close(ev[0]);
	close(ev[1]);
	close(ev[2]);
	counter_close(&entry);
	counter_close(&ret);
	counter_close(&inner);
}

static void test_links(void)
{
	struct counter c, other;
	int ev, link;

	counter_make(&c, EBPF_PROG_TYPE_KPROBE, self, COUNT_HELPER, EBPF_FUNC_get_attach_cookie);
	counter_make(&other, EBPF_PROG_TYPE_KPROBE, self, COUNT_ONLY, 0);
	ev = open_kprobe_any(sys_getppid_names, false);
	link = link_perf(c.prog, ev, 0x1122334455667788ULL);
	if (!tap_ok(link >= 0, "a link to a kprobe event"))
		return;
	call_getppid(10);
	tap_eq(counter_hits(&c, -1), 10, "the linked program runs");
	tap_eq(counter_value(&c), 0x1122334455667788ULL, "and has the cookie of the link");
	tap_ok(link_perf(other.prog, ev, 0) == -1 && errno == EEXIST,
	       "a second link to the event: EEXIST");
	close(link);
	call_getppid(10);
	tap_eq(counter_hits(&c, -1), 10, "closing the link detaches");
	link = link_perf(other.prog, ev, 0);
	tap_ok(link >= 0, "another program can be linked then");
	close(ev);
	call_getppid(10);
	tap_eq(counter_hits(&other, -1), 10, "the link keeps the event");
	close(link);
	call_getppid(10);
	tap_eq(counter_hits(&other, -1), 10, "closing it ends both");
	counter_close(&c);
	counter_close(&other);
}

static void test_several(void)
{
	struct counter a, b;
	int ev_a, ev_b;

	counter_make(&a, EBPF_PROG_TYPE_KPROBE, self, COUNT_ONLY, 0);
	counter_make(&b, EBPF_PROG_TYPE_KPROBE, self, COUNT_ONLY, 0);
	ev_a = open_kprobe_any(sys_getppid_names, false);
	ev_b = open_kprobe_any(sys_getppid_names, false);
	tap_ok(ev_a >= 0 && ev_b >= 0, "two events on one function");
	event_set_prog(ev_a, a.prog);
	event_set_prog(ev_b, b.prog);
	call_getppid(10);
	tap_eq(counter_hits(&a, -1), 10, "the first counts");
	tap_eq(counter_hits(&b, -1), 10, "the second counts");
	close(ev_a);
	call_getppid(10);
	tap_eq(counter_hits(&a, -1), 10, "the closed one stands still");
	tap_eq(counter_hits(&b, -1), 20, "the other goes on");
	close(ev_b);
	counter_close(&a);
	counter_close(&b);
}

static void test_refused(void)
{
	struct counter kprobe, tracepoint;
	struct perf_event_attr attr = {
		.type = EBPFDRV_PERF_TYPE_KPROBE,
		.size = sizeof(attr),
		.config = 2,
		.config1 = (uintptr_t)"do_exit",
	};
	char longname[1024];
	int ev, null;

	memset(longname, 'x', sizeof(longname) - 1);
	longname[sizeof(longname) - 1] = 0;
	counter_make(&kprobe, EBPF_PROG_TYPE_KPROBE, self, COUNT_ONLY, 0);
	counter_make(&tracepoint, EBPF_PROG_TYPE_TRACEPOINT, self, COUNT_ONLY, 0);
	refused(open_kprobe("no_such_function_at_all", 0, false), ENOENT, "an unknown symbol");
	refused(open_kprobe("no_such_function_at_all", 0, true), ENOENT,
		"an unknown symbol's return");
	refused(open_kprobe(longname, 0, false), E2BIG, "a symbol too long");
	refused(open_kprobe((char *)8, 0, false), EFAULT, "a symbol at a wild pointer");
	refused(open_kprobe(NULL, 0, false), EINVAL, "no symbol and no address");
	tap_ok(open_kprobe(NULL, (uintptr_t)&self, false) == -1 &&
	       (errno == EINVAL || errno == ENOENT), "an address of user space is refused");
	refused(open_kprobe("ebpf_event_output", 0, false), EINVAL, "the module's own code");
	/* Behind the nop of the entry; nobody makes a directory here meanwhile. */
	refused(open_kprobe("vfs_mkdir", 5, true), EINVAL, "a return probe inside a function");
	ev = drv_perf_open(&attr, -1, 0, 0);
	tap_ok(ev >= 0, "a bit in config that means nothing is not looked at, as in Linux");
	close(ev);

	ev = open_kprobe_any(sys_getppid_names, false);
	refused(event_set_prog(ev, tracepoint.prog), EINVAL, "a program of another type");
	refused(event_set_prog(ev, -1), EBADF, "no program");
	refused(event_set_prog(ev, kprobe.map), EINVAL, "a map in place of a program");
	refused(link_perf(tracepoint.prog, ev, 0), EINVAL, "a link with another type");
	refused(link_perf(kprobe.prog, -1, 0), EBADF, "a link to no fd");
	null = open("/dev/null", O_RDWR);
	refused(link_perf(kprobe.prog, null, 0), EBADF, "a link to a file that is no event");
	refused(ioctl(ev, _IO('$', 99), 0), ENOTTY, "an ioctl nobody knows");
	close(null);
	close(ev);
	counter_close(&kprobe);
	counter_close(&tracepoint);
}

/* Until the module has let go of what died, or 10 s have passed. */
static int events_fall_to(uint64_t want)
{
	int i;

	for (i = 0; i < 1000; i++) {
		if (drv_stats().events == want)
			return 1;
		usleep(10000);
	}
	return 0;
}

static void test_killed(void)
{
	uint64_t before;
	struct counter c;
	int pipefd[2];
	char byte;
	pid_t pid;

	tap_ok(events_fall_to(0), "no event is left over");
	before = drv_stats().events;
	counter_make(&c, EBPF_PROG_TYPE_KPROBE, self, COUNT_ONLY, 0);
	if (pipe(pipefd))
		exit(1);
	pid = fork();
	if (!pid) {
		int ev = open_kprobe_any(sys_getppid_names, false);

		link_perf(c.prog, ev, 0);
		if (write(pipefd[1], "x", 1) == 1)
			pause();
		_exit(1);
	}
	tap_eq(read(pipefd[0], &byte, 1), 1, "another process attaches");
	call_getppid(10);
	tap_eq(counter_hits(&c, -1), 10, "its probe counts us");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	tap_ok(events_fall_to(before), "when it is killed its event goes");
	call_getppid(10);
	tap_eq(counter_hits(&c, -1), 10, "and counts no more");
	close(pipefd[0]);
	close(pipefd[1]);
	counter_close(&c);
}

static void test_module_stays(void)
{
	int ev = open_kprobe_any(sys_getppid_names, false);

	drv_close();
	tap_ok(syscall(SYS_delete_module, "ebpfdrv", O_NONBLOCK) == -1 &&
	       (errno == EAGAIN || errno == EBUSY), "the module stays while an event is open");
	close(ev);
	drv_open();
}

static void prog_info(int prog, struct ebpf_prog_info *info)
{
	union ebpf_attr attr;

	memset(info, 0, sizeof(*info));
	memset(&attr, 0, sizeof(attr));
	attr.info.bpf_fd = prog;
	attr.info.info_len = sizeof(*info);
	attr.info.info = (uintptr_t)info;
	if (drv_bpf(EBPF_OBJ_GET_INFO_BY_FD, &attr))
		memset(info, 0xff, sizeof(*info));
}

/* A function that a helper calls: what is probed there is hit while a program runs, which
 * must be no kprobe's: the kernel itself keeps one kprobe out of another.
 */
static void test_missed(void)
{
	static const char *const clocks[] = {
		"ktime_get_mono_fast_ns", "ktime_get_boot_fast_ns", "ktime_get_with_offset",
		"ktime_get_boottime", "get_monotonic_boottime", "ktime_get",
	};
	static const uint32_t helpers[] = { EBPF_FUNC_ktime_get_ns, EBPF_FUNC_ktime_get_boot_ns };
	struct ebpf_prog_info info = { 0 };
	struct counter outer, inner;
	unsigned int i, seen = 0;
	int ev, ev_inner;

	for (i = 0; i < 12 && !seen; i++) {
		counter_make(&outer, EBPF_PROG_TYPE_TRACEPOINT, self, COUNT_HELPER,
			     helpers[i % 2]);
		counter_make(&inner, EBPF_PROG_TYPE_KPROBE, self, COUNT_ONLY, 0);
		ev = open_tracepoint("syscalls", "sys_enter_getppid");
		ev_inner = open_kprobe(clocks[i / 2], 0, false);
		event_set_prog(ev, outer.prog);
		if (ev_inner >= 0)
			event_set_prog(ev_inner, inner.prog);
		call_getppid(20);
		close(ev);
		close(ev_inner);
		prog_info(inner.prog, &info);
		seen = info.recursion_misses;
		if (seen)
			tap_eq(counter_hits(&outer, -1), 20, "the outer program ran each time");
		counter_close(&outer);
		counter_close(&inner);
	}
	if (!seen)
		return tap_skip("no function that helpers call can be probed");
	tap_ok(seen >= 20, "runs that a run got in the way of are counted as missed");
}

static void test_statistics(void)
{
	struct ebpf_prog_info info;
	union ebpf_attr attr;
	struct counter c;
	int ev, stats;

	counter_make(&c, EBPF_PROG_TYPE_KPROBE, 0, COUNT_ONLY, 0);
	ev = open_kprobe_any(sys_getppid_names, false);
	event_set_prog(ev, c.prog);
	call_getppid(20);
	prog_info(c.prog, &info);
	tap_eq(info.run_cnt, 0, "runs are not counted unless somebody asks");
	memset(&attr, 0, sizeof(attr));
	attr.enable_stats.type = EBPF_STATS_RUN_TIME;
	stats = drv_bpf(EBPF_ENABLE_STATS, &attr);
	tap_ok(stats >= 0, "statistics on");
	call_getppid(20);
	prog_info(c.prog, &info);
	tap_ok(info.run_cnt >= 20 && info.run_time_ns > 0, "runs and their time are counted");
	close(stats);
	close(ev);
	counter_close(&c);
}

static void test_override(void)
{
	static const char *const none[] = { "vfs_mkdir", NULL };
	struct counter c, plain;
	int parent = getppid();
	int ev, link;

	counter_make(&c, EBPF_PROG_TYPE_KPROBE, self, COUNT_OVERRIDE, 12345678);
	counter_make(&plain, EBPF_PROG_TYPE_KPROBE, self, COUNT_ONLY, 0);
	ev = open_kprobe_any(sys_getppid_names, false);
	link = link_perf(c.prog, ev, 0);
	if (!tap_ok(link >= 0, "a program that overrides, on a system call"))
		tap_diag("  %s", strerror(errno));
	tap_eq(syscall(SYS_getppid), 12345678, "the system call returns what the program says");
	tap_eq(counter_hits(&c, -1), 1, "the program ran once");
	close(link);
	tap_eq(syscall(SYS_getppid), parent, "and after it went what it is to return");
	tap_eq(event_set_prog(ev, plain.prog), 0, "another program has the event then");
	call_getppid(10);
	tap_eq(counter_hits(&plain, -1), 10, "and runs");
	tap_eq(counter_hits(&c, -1), 1, "alone");
	close(ev);
	ev = open_kprobe_any(sys_getppid_names, false);
	tap_eq(event_set_prog(ev, c.prog), 0, "by PERF_EVENT_IOC_SET_BPF");
	tap_eq(syscall(SYS_getppid), 12345678, "the same");
	close(ev);
	tap_eq(syscall(SYS_getppid), parent, "until the event is closed");

	ev = open_kprobe_any(sys_getppid_names, true);
	refused(event_set_prog(ev, c.prog), EINVAL, "on a return");
	close(ev);
	ev = open_kprobe_any(none, false);
	refused(event_set_prog(ev, c.prog), EINVAL, "on a function that is no system call");
	close(ev);
	counter_close(&c);
	counter_close(&plain);
}

/* How many functions of the kernel proper are called @name. */
static int times_in_kallsyms(const char *name)
{
	FILE *f = fopen("/proc/kallsyms", "r");
	char line[512], sym[256], type;
	int n = 0;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%*x %c %255s", &type, sym) == 2 && !strchr(line, '[') &&
		    (type == 't' || type == 'T') && !strcmp(sym, name))
			n++;
	if (f)
		fclose(f);
	return n;
}

static long native_type(void)
{
	FILE *f = fopen("/sys/bus/event_source/devices/kprobe/type", "r");
	long type = -1;

	if (f && fscanf(f, "%ld", &type) != 1)
		type = -1;
	if (f)
		fclose(f);
	return type;
}

/* What opening a kprobe there answers: on a name, or where that is NULL on an address. */
static int place_answer(bool native, const char *name, uint64_t addr)
{
	struct perf_event_attr attr = {
		.type = native ? native_type() : EBPFDRV_PERF_TYPE_KPROBE,
		.size = sizeof(attr),
		.config1 = (uintptr_t)name,
		.config2 = addr,
	};
	int ev = native ? syscall(SYS_perf_event_open, &attr, -1, 0, -1, 0) :
			  drv_perf_open(&attr, -1, 0, 0);
	int ret = ev < 0 ? -errno : 0;

	close(ev);
	return ret;
}

/* As this kernel's perf does it, which changed in the middle of 6.1. */
static void test_ambiguous(const char *name)
{
	char line[512], sym[256];
	unsigned long long addr;
	int n = 0, ok = 0;
	FILE *f;

	if (native_type() >= 0)
		tap_eq(place_answer(false, name, 0), place_answer(true, name, 0),
		       "several functions called %s: what Linux answers", name);
	else
		tap_eq(place_answer(false, name, 0), 0, "several functions called %s: the first",
		       name);
	f = fopen("/proc/kallsyms", "r");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%llx %*c %255s", &addr, sym) == 2 && !strchr(line, '[') &&
		    !strcmp(sym, name) && ++n)
			ok += !place_answer(false, NULL, addr);
	if (f)
		fclose(f);
	tap_ok(n > 1 && ok == n, "each of them (%d) by its address", n);
}

/* Symbols by their module, and those that several functions bear. */
static void test_names(void)
{
	static const char *const common[] = { "s_start", "c_start", "t_start", "m_start" };
	unsigned int i;
	int ev;

	refused(open_kprobe("ebpfdrv:ebpf_event_output", 0, false), EINVAL,
		"MODULE:FUNCTION is found (and is the module's own code)");
	refused(open_kprobe("ebpfdrv:vfs_mkdir", 0, false), ENOENT, "a function of no such module");
	for (i = 0; i < 4 && times_in_kallsyms(common[i]) < 2; i++)
		;
	if (i == 4) {
		tap_skip("none of the usual names is there twice");
		return;
	}
	ev = open_kprobe(common[i], 0, false);
	if (ev >= 0 || errno != EADDRNOTAVAIL) {
		tap_ok(ev >= 0, "a symbol that is there more than once (%s): the first",
		       common[i]);
		close(ev);
	} else {
		tap_ok(true, "a symbol that is there more than once (%s): EADDRNOTAVAIL",
		       common[i]);
	}
	test_ambiguous(common[i]);
}

int main(void)
{
	self = getpid();
	drv_open();
	test_counts();
	test_return();
	test_address();
	test_links();
	test_several();
	test_refused();
	test_killed();
	test_missed();
	test_statistics();
	test_names();
	test_override();
	test_module_stays();
	return tap_end();
}
