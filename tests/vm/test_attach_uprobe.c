// SPDX-License-Identifier: GPL-2.0-only
/*
 * Uprobes on a function of this program.
 *
 * harness: timeout=120 sources=attach_lib.c
 */
#define _GNU_SOURCE
#include "attach_lib.h"
#include "tap.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define REGS_AX		80	/* in struct pt_regs */
#define REGS_DI		112
#define REGS_IP		128

static char exe[PATH_MAX];
static uint64_t offset;		/* of probed() in the file */

__attribute__((noinline, noclone)) static int probed(int n)
{
	__asm__ volatile("" : "+r"(n));
	return n * 3;
}

static void call_probed(int times)
{
	int i, sum = 0;

	for (i = 0; i < times; i++)
		sum += probed(1000 + i);
	__asm__ volatile("" : : "r"(sum));
}

/* Where in which file the code of probed() is. */
static void find_probed(void)
{
	unsigned long long start, end, off;
	char line[PATH_MAX + 128];
	FILE *f = fopen("/proc/self/maps", "r");
	ssize_t len = readlink("/proc/self/exe", exe, sizeof(exe) - 1);

	exe[len > 0 ? len : 0] = 0;
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%llx-%llx %*s %llx", &start, &end, &off) == 3 &&
		    start <= (uintptr_t)probed && (uintptr_t)probed < end)
			offset = (uintptr_t)probed - start + off;
	if (f)
		fclose(f);
}

static void test_entry(void)
{
	struct counter c;
	int ev;

	counter_make(&c, EBPF_PROG_TYPE_KPROBE, 0, COUNT_CTX_U64, REGS_DI);
	ev = open_uprobe(exe, offset, false, -1);
	if (!tap_ok(ev >= 0, "a uprobe event on %s+0x%llx", exe, (unsigned long long)offset))
		return;
	tap_eq(event_set_prog(ev, c.prog), 0, "a program is attached");
	event_enable(ev);
	call_probed(25);
	tap_eq(counter_hits(&c, -1), 25, "each call is counted once");
	tap_eq((uint32_t)counter_value(&c), 1024, "the program sees the argument");
	close(ev);
	call_probed(25);
	tap_eq(counter_hits(&c, -1), 25, "nothing after close");
	counter_close(&c);
}

static void test_return(void)
{
	struct counter ret, ip;
	int ev, link;

	counter_make(&ret, EBPF_PROG_TYPE_KPROBE, 0, COUNT_CTX_U64, REGS_AX);
	counter_make(&ip, EBPF_PROG_TYPE_KPROBE, 0, COUNT_CTX_U64, REGS_IP);
	ev = open_uprobe(exe, offset, true, -1);
	link = link_perf(ret.prog, ev, 0);
	close(ev);
	tap_ok(link >= 0, "a link to a uretprobe");
	ev = open_uprobe(exe, offset, false, -1);
	event_set_prog(ev, ip.prog);
	call_probed(10);
	tap_eq(counter_hits(&ret, -1), 10, "each return is counted once");
	tap_eq((uint32_t)counter_value(&ret), 3 * 1009, "the program sees what is returned");
	tap_eq(counter_value(&ip), (uintptr_t)probed, "regs->ip at the entry");
	close(ev);
	close(link);
	call_probed(10);
	tap_eq(counter_hits(&ret, -1), 10, "nothing after close");
	counter_close(&ret);
	counter_close(&ip);
}

static void test_pid(void)
{
	struct counter mine, others;
	int ev, ev2;
	pid_t pid;

	counter_make(&mine, EBPF_PROG_TYPE_KPROBE, 0, COUNT_ONLY, 0);
	counter_make(&others, EBPF_PROG_TYPE_KPROBE, 0, COUNT_ONLY, 0);
	ev = open_uprobe(exe, offset, false, getpid());
	ev2 = open_uprobe(exe, offset, false, 1);
	tap_ok(ev >= 0 && ev2 >= 0, "events for this process and for process 1");
	event_set_prog(ev, mine.prog);
	event_set_prog(ev2, others.prog);
	call_probed(7);
	pid = fork();
	if (!pid) {
		call_probed(5);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	tap_eq(counter_hits(&mine, -1), 7, "only this process is counted");
	tap_eq(counter_hits(&others, -1), 0, "only process 1 is counted");
	close(ev);
	close(ev2);
	counter_close(&mine);
	counter_close(&others);
}

static void refused(int fd, int err, const char *what)
{
	int e = errno;

	if (fd >= 0)
		close(fd);
	tap_ok(fd == -1 && e == err, "%s: %s", what, strerror(err));
	if (fd != -1 || e != err)
		tap_diag("  got %d, %s", fd, strerror(e));
}

static void test_refused(void)
{
	struct perf_event_attr attr = {
		.type = EBPFDRV_PERF_TYPE_UPROBE,
		.size = sizeof(attr),
		.config = 2,
		.config1 = (uintptr_t)exe,
		.config2 = offset,
	};

	refused(open_uprobe("/no/such/file", 0, false, -1), ENOENT, "a missing file");
	refused(open_uprobe("/", 0, false, -1), EINVAL, "a directory");
	refused(open_uprobe("", 0, false, -1), EINVAL, "an empty path");
	refused(open_uprobe(NULL, 0, false, -1), EINVAL, "no path");
	refused(open_uprobe((char *)8, 0, false, -1), EFAULT, "a path at a wild pointer");
	refused(open_uprobe(exe, 1ULL << 40, false, -1), EINVAL, "an offset beyond the file");
	refused(drv_perf_open(&attr, -1, 0, 0), EINVAL, "an unknown bit in config");
}

int main(void)
{
	drv_open();
	find_probed();
	if (!tap_ok(offset != 0, "the function's place in the file is known"))
		return tap_end();
	test_entry();
	test_return();
	test_pid();
	test_refused();
	return tap_end();
}
