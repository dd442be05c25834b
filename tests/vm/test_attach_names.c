// SPDX-License-Identifier: GPL-2.0-only
/*
 * Functions by the names of later kernels: what the kernel calls otherwise is found, what it never
 * calls can be attached to and says so, and what no kernel has is refused.
 *
 * harness: timeout=180 sources=attach_lib.c
 */
#define _GNU_SOURCE
#include "attach_lib.h"
#include "tap.h"

#include <stdio.h>

/* Is there a function of that name? */
static bool has_func(const char *name)
{
	FILE *f = fopen("/proc/kallsyms", "r");
	char line[512], sym[256];
	bool found = false;

	while (f && fgets(line, sizeof(line), f))
		found |= sscanf(line, "%*s %*c %255s", sym) == 1 && !strcmp(sym, name);
	if (f)
		fclose(f);
	return found;
}

/* What TASK_FD_QUERY says the event is on. */
static const char *name_of(int event)
{
	static char name[256];
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	memset(name, 0, sizeof(name));
	attr.task_fd_query.pid = getpid();
	attr.task_fd_query.fd = event;
	attr.task_fd_query.buf = (uintptr_t)name;
	attr.task_fd_query.buf_len = sizeof(name);
	return drv_bpf(EBPF_TASK_FD_QUERY, &attr) ? "" : name;
}

static void test_misspelt(void)
{
	refused(open_kprobe("down_read_interruptibel", 0, false), ENOENT, "a misspelt name");
	refused(open_kprobe("down_read_interruptible ", 0, false), ENOENT, "a name and a blank");
	refused(open_kprobe("no_such_function", 0, true), ENOENT, "a name in no table");
	refused(open_kprobe("__do_sys_no_such_call", 0, false), ENOENT, "no system call");
}

static void test_never(const char *name)
{
	char want[128];
	struct counter c;
	int entry, ret, link;

	if (has_func(name)) {
		tap_diag("%s is a function here", name);
		return;
	}
	counter_make(&c, EBPF_PROG_TYPE_KPROBE, 0, COUNT_ONLY, 0);
	entry = open_kprobe(name, 0, false);
	ret = open_kprobe(name, 0, true);
	tap_ok(entry >= 0 && ret >= 0, "%s: an event for its entry and its return", name);
	tap_eq(event_set_prog(entry, c.prog), 0, "%s: a program is attached", name);
	link = link_perf(c.prog, ret, 0);
	tap_ok(link >= 0, "%s: and by a link", name);
	snprintf(want, sizeof(want), "%s (never called)", name);
	tap_ok(!strcmp(name_of(entry), want), "%s: it is said that nothing calls it (%s)", name,
	       name_of(entry));
	run_true();
	tap_eq(counter_hits(&c, -1), 0, "%s: it never fires", name);
	refused(open_kprobe(name, 4, false), ENOENT, "a place inside of it");
	close(link);
	close(ret);
	close(entry);
	counter_close(&c);
}

/* By the name of __do_sys_*, which has the arguments as they are. */
static void test_renamed(void)
{
	const char *name = "__do_sys_getppid";
	struct counter c;
	int ev;

	if (has_func(name)) {
		tap_diag("%s is a function here", name);
		return;
	}
	ev = open_kprobe(name, 0, false);
	if (ev < 0 && !has_func("SyS_getppid") && !has_func("sys_getppid")) {
		tap_diag("the system call is inlined here");
		return;
	}
	counter_make(&c, EBPF_PROG_TYPE_KPROBE, getpid(), COUNT_ONLY, 0);
	tap_ok(ev >= 0, "%s is found by another name", name);
	tap_eq(event_set_prog(ev, c.prog), 0, "a program is attached");
	call_getppid(50);
	tap_eq(counter_hits(&c, -1), 50, "each call is seen");
	tap_ok(!strcmp(name_of(ev), name), "the name stays what the program asked for");
	close(ev);
	counter_close(&c);
}

int main(void)
{
	drv_open();
	test_misspelt();
	test_never("down_read_interruptible");
	test_never("down_write_killable");
	test_renamed();
	return tap_end();
}
