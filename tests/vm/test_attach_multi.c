// SPDX-License-Identifier: GPL-2.0-only
/*
 * kprobe_multi links: many functions, one program.
 *
 * harness: timeout=300 sources=attach_lib.c
 */
#define _GNU_SOURCE
#include "attach_lib.h"
#include "tap.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define MANY	400

static uint32_t self;
static const char *getppid_name;
static uint64_t getppid_addr;

static void multi_make(struct counter *c, enum counter_what what, uint32_t arg)
{
	load_expected_attach_type = EBPF_TRACE_KPROBE_MULTI;
	counter_make(c, EBPF_PROG_TYPE_KPROBE, self, what, arg);
	load_expected_attach_type = 0;
}

static int link_many(int prog, uint32_t flags, uint32_t cnt, const char *const *syms,
		     const uint64_t *addrs, const uint64_t *cookies)
{
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.link_create.prog_fd = prog;
	attr.link_create.attach_type = EBPF_TRACE_KPROBE_MULTI;
	attr.link_create.kprobe_multi.flags = flags;
	attr.link_create.kprobe_multi.cnt = cnt;
	attr.link_create.kprobe_multi.syms = (uintptr_t)syms;
	attr.link_create.kprobe_multi.addrs = (uintptr_t)addrs;
	attr.link_create.kprobe_multi.cookies = (uintptr_t)cookies;
	return drv_bpf(EBPF_LINK_CREATE, &attr);
}

/* Address of text symbol @name, or 0. */
static uint64_t kallsyms(const char *name)
{
	FILE *f = fopen("/proc/kallsyms", "r");
	unsigned long long addr;
	char line[512], sym[256], type;
	uint64_t found = 0;

	while (f && !found && fgets(line, sizeof(line), f))
		if (sscanf(line, "%llx %c %255s", &addr, &type, sym) == 3 &&
		    (type == 't' || type == 'T') && !strcmp(sym, name))
			found = addr;
	if (f)
		fclose(f);
	return found;
}

static void find_getppid(void)
{
	const char *const *name;

	for (name = sys_getppid_names; *name && !getppid_addr; name++) {
		getppid_addr = kallsyms(*name);
		getppid_name = *name;
	}
}

static void test_symbols(uint32_t flags, const char *what)
{
	const char *syms[] = { "vfs_mkdir", NULL, "vfs_rmdir" };
	const uint64_t cookies[] = { 111, 0xfedcba9876543210ULL, 333 };
	struct counter cookie, ip;
	int links[2];

	syms[1] = getppid_name;
	multi_make(&cookie, COUNT_HELPER, EBPF_FUNC_get_attach_cookie);
	multi_make(&ip, COUNT_HELPER, EBPF_FUNC_get_func_ip);
	links[0] = link_many(cookie.prog, flags, 3, syms, NULL, cookies);
	if (!tap_ok(links[0] >= 0, "%s of three functions by name, with cookies", what))
		tap_diag("  %s", strerror(errno));
	links[1] = link_many(ip.prog, flags, 1, syms + 1, NULL, NULL);
	tap_ok(links[1] >= 0, "%s: a second link to one of them", what);
	call_getppid(20);
	tap_eq(counter_hits(&cookie, -1), 20, "%s: each call is counted once", what);
	tap_eq(counter_value(&cookie), cookies[1], "%s: the cookie is that of the function", what);
	tap_eq(counter_hits(&ip, -1), 20, "%s: by the second program as well", what);
	tap_eq(counter_value(&ip), getppid_addr, "%s: get_func_ip() is its entry", what);
	close(links[0]);
	call_getppid(20);
	tap_eq(counter_hits(&cookie, -1), 20, "%s: nothing after close", what);
	tap_eq(counter_hits(&ip, -1), 40, "%s: the other goes on", what);
	close(links[1]);
	counter_close(&cookie);
	counter_close(&ip);
}

/* Functions that ftrace can trace and whose names are no one else's: by address. */
static uint32_t many_addrs(uint64_t *addrs, uint32_t max)
{
	char line[512], sym[256], type, prev[256] = "";
	FILE *f = fopen("/proc/kallsyms", "r");
	unsigned long long addr, last = 0;
	uint32_t n = 0;

	while (f && n < max && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%llx %c %255s", &addr, &type, sym) != 3)
			continue;
		if (type != 'T' || (strncmp(sym, "vfs_", 4) && strncmp(sym, "tcp_", 4) &&
				    strncmp(sym, "ip_", 3) && strncmp(sym, "do_", 3)))
			continue;
		if (addr == last || !strcmp(sym, prev))
			continue;
		strcpy(prev, sym);
		last = addr;
		addrs[n++] = addr;
	}
	if (f)
		fclose(f);
	return n;
}

/* All that the kernel takes, found by halving: what it refuses is left out. */
static uint32_t traceable(int prog, uint32_t flags, uint64_t *addrs, uint32_t n)
{
	int link;
	uint32_t half, left, right;

	if (!n)
		return 0;
	link = link_many(prog, flags, n, NULL, addrs, NULL);
	if (link >= 0) {
		close(link);
		return n;
	}
	if (n == 1)
		return 0;
	half = n / 2;
	left = traceable(prog, flags, addrs, half);
	right = traceable(prog, flags, addrs + half, n - half);
	memmove(addrs + left, addrs + half, right * sizeof(*addrs));
	return left + right;
}

static void test_many(void)
{
	static uint64_t addrs[MANY + 1];
	struct counter c, other;
	uint32_t n;
	int link, again;

	multi_make(&c, COUNT_ONLY, 0);
	multi_make(&other, COUNT_ONLY, 0);
	n = traceable(c.prog, 0, addrs, many_addrs(addrs, MANY));
	tap_ok(n >= 200, "%u functions can be traced", n);
	addrs[n++] = getppid_addr;
	link = link_many(c.prog, 0, n, NULL, addrs, NULL);
	tap_ok(link >= 0, "one link to all of them by address");
	again = link_many(other.prog, 0, n, NULL, addrs, NULL);
	tap_ok(again >= 0, "and another");
	call_getppid(30);
	tap_ok(counter_hits(&c, -1) >= 30, "the program runs");
	tap_ok(counter_hits(&other, -1) >= 30, "both run");
	run_true();
	close(link);
	close(again);
	counter_close(&c);
	counter_close(&other);
}

static void test_many_returns(void)
{
	static uint64_t addrs[33];
	struct counter c;
	uint32_t n;
	int link;

	multi_make(&c, COUNT_ONLY, 0);
	n = traceable(c.prog, EBPF_F_KPROBE_MULTI_RETURN, addrs, many_addrs(addrs, 32));
	tap_ok(n >= 16, "%u returns can be probed", n);
	addrs[n++] = getppid_addr;
	link = link_many(c.prog, EBPF_F_KPROBE_MULTI_RETURN, n, NULL, addrs, NULL);
	if (!tap_ok(link >= 0, "one link to the returns of %u functions", n))
		tap_diag("  %s", strerror(errno));
	call_getppid(30);
	tap_ok(counter_hits(&c, -1) >= 30, "the program runs");
	close(link);
	counter_close(&c);
}

static void test_override(void)
{
	uint64_t both[2] = { getppid_addr, kallsyms("vfs_mkdir") };
	int parent = getppid(), link;
	struct counter c;

	multi_make(&c, COUNT_OVERRIDE, 12345678);
	link = link_many(c.prog, 0, 1, NULL, both, NULL);
	if (!tap_ok(link >= 0, "a program that overrides, on a system call"))
		tap_diag("  %s", strerror(errno));
	tap_eq(syscall(SYS_getppid), 12345678, "the system call returns what the program says");
	tap_eq(counter_hits(&c, -1), 1, "the program ran once");
	close(link);
	tap_eq(syscall(SYS_getppid), parent, "and after it went what it is to return");
	refused(link_many(c.prog, 0, 2, NULL, both, NULL), EINVAL,
		"one function among them is no system call");
	refused(link_many(c.prog, EBPF_F_KPROBE_MULTI_RETURN, 1, NULL, both, NULL), EINVAL,
		"overriding returns");
	tap_eq(syscall(SYS_getppid), parent, "nothing is left of those");
	counter_close(&c);
}

static void test_refused(void)
{
	const char *const unknown[] = { "vfs_mkdir", "no_such_function_anywhere" };
	/* Behind what is called at the entry, where any address within stands for it. */
	const uint64_t inside = getppid_addr + 9;
	/* Old ftrace takes it for no place at all, and a filter without a place for all functions. */
	const uint64_t nowhere[] = { 0, getppid_addr };
	struct counter c, plain;
	union ebpf_attr attr;
	int ev;

	multi_make(&c, COUNT_ONLY, 0);
	counter_make(&plain, EBPF_PROG_TYPE_KPROBE, self, COUNT_ONLY, 0);
	refused(link_many(c.prog, 0, 0, unknown, NULL, NULL), EINVAL, "no function");
	refused(link_many(c.prog, 0, 1, NULL, NULL, NULL), EINVAL, "neither names nor addresses");
	refused(link_many(c.prog, 0, 1, unknown, &getppid_addr, NULL), EINVAL, "both");
	refused(link_many(c.prog, 2, 1, NULL, &getppid_addr, NULL), EINVAL, "an unknown flag");
	memset(&attr, 0, sizeof(attr));
	attr.link_create.prog_fd = c.prog;
	attr.link_create.attach_type = EBPF_TRACE_KPROBE_MULTI;
	attr.link_create.flags = 1;
	attr.link_create.kprobe_multi.cnt = 1;
	attr.link_create.kprobe_multi.addrs = (uintptr_t)&getppid_addr;
	refused(drv_bpf(EBPF_LINK_CREATE, &attr), EINVAL, "a flag of other links");
	refused(link_many(c.prog, 0, 2, unknown, NULL, NULL), ESRCH, "an unknown function");
	refused(link_many(c.prog, 0, 1, NULL, &inside, NULL), EINVAL, "no function's entry");
	refused(link_many(c.prog, 0, 1, NULL, nowhere, NULL), EINVAL, "the address 0");
	refused(link_many(c.prog, 0, 2, NULL, nowhere, NULL), EINVAL, "the address 0 and another");
	refused(link_many(c.prog, 0, 1, NULL, (void *)8, NULL), EFAULT, "a bad pointer");
	refused(link_many(c.prog, 0, 1, NULL, &getppid_addr, (void *)8), EFAULT, "bad cookies");
	refused(link_many(c.prog, 0, ~0U, NULL, &getppid_addr, NULL), E2BIG, "too many");
	refused(link_many(plain.prog, 0, 1, NULL, &getppid_addr, NULL), EINVAL,
		"a program that was not loaded for it");
	ev = open_kprobe_any(sys_getppid_names, false);
	refused(link_perf(c.prog, ev, 0), EINVAL, "one that was, on an event");
	close(ev);
	memset(&attr, 0, sizeof(attr));
	attr.link_detach.link_fd = link_many(c.prog, 0, 1, NULL, &getppid_addr, NULL);
	refused(drv_bpf(EBPF_LINK_DETACH, &attr), EOPNOTSUPP, "detaching, as in Linux 6.1");
	close(attr.link_detach.link_fd);
	counter_close(&c);
	counter_close(&plain);
}

/* They run on a CPU that comes up and cannot take a hit yet. */
static void test_early(void)
{
	static const char *const names[] = {
		"__startup_secondary_64", "start_secondary", "cpu_init", "cpu_init_secondary",
		"cpu_init_exception_handling", "wait_for_master_cpu", "cr4_init", "load_ucode_ap",
		"load_current_idt", "switch_to_new_gdt", "memset",
	};
	struct counter c;
	unsigned int i;

	multi_make(&c, COUNT_ONLY, 0);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!kallsyms(names[i])) {
			tap_diag("this kernel has no %s()", names[i]);
			continue;
		}
		tap_ok(link_many(c.prog, 0, 1, &names[i], NULL, NULL) < 0, "no link at %s()", names[i]);
		tap_ok(open_kprobe(names[i], 0, false) < 0, "no probe on it");
		tap_ok(open_kprobe(names[i], 0, true) < 0, "nor on its returns");
	}
	counter_close(&c);
}

/* They run on a CPU that leaves, when RCU does not know of it any more. */
static void test_leaves(void)
{
	static const char *const names[] = {
		"arch_cpu_idle_dead", "native_play_dead", "cpu_report_death", "cpuhp_report_idle_dead",
		"rcu_report_dead", "rcutree_report_cpu_dead",
	};
	unsigned int i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (kallsyms(names[i]))
			tap_ok(open_kprobe(names[i], 0, true) < 0, "no probe on returns of %s()", names[i]);
		else
			tap_diag("this kernel has no %s()", names[i]);
	}
}

static void test_info(void)
{
	struct ebpf_link_info info;
	union ebpf_attr attr;
	struct counter c;
	char path[64], text[512];
	FILE *f;
	size_t n;
	int link;

	multi_make(&c, COUNT_ONLY, 0);
	link = link_many(c.prog, 0, 1, NULL, &getppid_addr, NULL);
	memset(&attr, 0, sizeof(attr));
	memset(&info, 0, sizeof(info));
	attr.info.bpf_fd = link;
	attr.info.info_len = sizeof(info);
	attr.info.info = (uintptr_t)&info;
	tap_eq(drv_bpf(EBPF_OBJ_GET_INFO_BY_FD, &attr), 0, "the link has info");
	tap_eq(info.type, EBPF_LINK_TYPE_KPROBE_MULTI, "of its type");
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", link);
	f = fopen(path, "r");
	n = f ? fread(text, 1, sizeof(text) - 1, f) : 0;
	text[n] = '\0';
	if (f)
		fclose(f);
	tap_ok(strstr(text, "link_type:\tkprobe_multi") != NULL, "fdinfo names the type");
	close(link);
	counter_close(&c);
}

/* The owner dies without a word. */
static void test_owner(void)
{
	struct counter c;
	uint64_t before;
	pid_t pid;

	multi_make(&c, COUNT_ONLY, 0);
	pid = fork();
	if (!pid) {
		link_many(c.prog, 0, 1, NULL, &getppid_addr, NULL);
		pause();
		_exit(0);
	}
	usleep(500000);
	call_getppid(10);
	tap_eq(counter_hits(&c, -1), 10, "another process's link counts");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	before = counter_hits(&c, -1);
	call_getppid(10);
	tap_eq(counter_hits(&c, -1), before, "nothing after it was killed");
	counter_close(&c);
}

int main(void)
{
	self = getpid();
	drv_open();
	find_getppid();
	tap_ok(getppid_addr != 0, "kallsyms knows getppid's function");
	test_symbols(0, "entry");
	test_symbols(EBPF_F_KPROBE_MULTI_RETURN, "return");
	test_many();
	test_many_returns();
	test_override();
	test_refused();
	test_early();
	test_leaves();
	test_info();
	test_owner();
	drv_close();
	return tap_end();
}
