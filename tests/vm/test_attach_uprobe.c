// SPDX-License-Identifier: GPL-2.0-only
/*
 * Uprobes on a function of this program.
 *
 * harness: timeout=120 sources=attach_lib.c
 */
#define _GNU_SOURCE
#include "addr_lib.h"
#include "attach_lib.h"
#include "tap.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
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

static void test_refused(void)
{
	struct perf_event_attr attr = {
		.type = EBPFDRV_PERF_TYPE_UPROBE,
		.size = sizeof(attr),
		.config = 2,
		.config1 = (uintptr_t)exe,
		.config2 = offset,
	};
	int ev;

	refused(open_uprobe("/no/such/file", 0, false, -1), ENOENT, "a missing file");
	refused(open_uprobe("/", 0, false, -1), EINVAL, "a directory");
	refused(open_uprobe("", 0, false, -1), EINVAL, "an empty path");
	refused(open_uprobe(NULL, 0, false, -1), EINVAL, "no path");
	refused(open_uprobe((char *)8, 0, false, -1), EFAULT, "a path at a wild pointer");
	refused(open_uprobe(exe, 1ULL << 40, false, -1), EINVAL, "an offset beyond the file");
	ev = drv_perf_open(&attr, -1, 0, 0);
	tap_ok(ev >= 0, "a bit in config that means nothing is not looked at, as in Linux");
	close(ev);
}

/*
 * Semaphores: above 0 in traced programs
 */

static volatile uint16_t semaphore __attribute__((section(".probes"))) = 0;
static uint64_t semaphore_offset;

static int open_with_semaphore(pid_t pid)
{
	struct perf_event_attr attr = {
		.type = EBPFDRV_PERF_TYPE_UPROBE,
		.size = sizeof(attr),
		.config = semaphore_offset << 32,
		.config1 = (uintptr_t)exe,
		.config2 = offset,
	};

	return drv_perf_open(&attr, pid, pid == -1 ? 0 : -1, 0);
}

/* What must not live on in other processes. */
static int traced = -1;

/* A process that says its semaphore's value whenever it gets a byte. */
struct teller {
	pid_t pid;
	int ask;
	int answer;
};

static void tell(int ask, int answer)
{
	uint16_t value;
	char c;

	while (read(ask, &c, 1) == 1) {
		value = semaphore;
		if (write(answer, &value, sizeof(value)) != sizeof(value))
			break;
	}
	_exit(0);
}

static void teller_start(struct teller *t, bool do_exec)
{
	int ask[2], answer[2];
	char fd[2][12];

	if (pipe(ask) || pipe(answer))
		exit(1);
	t->pid = fork();
	if (!t->pid) {
		close(ask[1]);
		close(answer[0]);
		close(traced);
		if (!do_exec)
			tell(ask[0], answer[1]);
		snprintf(fd[0], sizeof(fd[0]), "%d", ask[0]);
		snprintf(fd[1], sizeof(fd[1]), "%d", answer[1]);
		execl(exe, exe, fd[0], fd[1], NULL);
		_exit(1);
	}
	close(ask[0]);
	close(answer[1]);
	t->ask = ask[1];
	t->answer = answer[0];
}

static int teller_ask(const struct teller *t)
{
	uint16_t value;

	if (write(t->ask, "", 1) != 1 || read(t->answer, &value, sizeof(value)) != sizeof(value))
		return -1;
	return value;
}

/* As soon as it is @value, for 5 s. */
static int teller_wait(const struct teller *t, int value)
{
	int i, got = -1;

	for (i = 0; i < 100; i++) {
		got = teller_ask(t);
		if (got == value)
			break;
		usleep(50000);
	}
	return got;
}

static void teller_end(struct teller *t)
{
	close(t->ask);
	close(t->answer);
	kill(t->pid, SIGKILL);
	waitpid(t->pid, NULL, 0);
}

static void find_semaphore(void)
{
	unsigned long long start, end, off;
	char line[PATH_MAX + 128];
	FILE *f = fopen("/proc/self/maps", "r");

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%llx-%llx %*s %llx", &start, &end, &off) == 3 &&
		    start <= (uintptr_t)&semaphore && (uintptr_t)&semaphore < end)
			semaphore_offset = (uintptr_t)&semaphore - start + off;
	if (f)
		fclose(f);
}

static void test_semaphore(void)
{
	struct teller before, exec_before, later, forked;
	int second;

	find_semaphore();
	teller_start(&before, false);
	teller_start(&exec_before, true);
	tap_eq(teller_ask(&exec_before), 0, "nobody traces: the semaphore is 0");
	traced = open_with_semaphore(-1);
	if (!tap_ok(traced >= 0, "a uprobe with a semaphore"))
		tap_diag("  %s", strerror(errno));
	tap_eq(semaphore, 1, "it is 1 here");
	tap_eq(teller_ask(&before), 1, "and in a process that was there");
	tap_eq(teller_ask(&exec_before), 1, "and in another program's memory");
	teller_start(&later, true);
	tap_eq(teller_wait(&later, 1), 1, "and in one that starts later");
	teller_start(&forked, false);
	tap_eq(teller_ask(&forked), 1, "and in one that is forked later");
	second = open_with_semaphore(-1);
	tap_ok(semaphore >= 1, "two uprobes");
	close(second);
	tap_eq(semaphore, 1, "1 without the second");
	close(traced);
	traced = -1;
	tap_eq(semaphore, 0, "0 after all is closed");
	tap_eq(teller_wait(&before, 0), 0, "in each of the others");
	tap_eq(teller_wait(&exec_before, 0), 0, "in each of the others");
	tap_eq(teller_wait(&later, 0), 0, "in each of the others");
	tap_eq(teller_wait(&forked, 0), 0, "in each of the others");
	teller_end(&before);
	teller_end(&exec_before);
	teller_end(&later);
	teller_end(&forked);
}

static void test_semaphore_pid(void)
{
	struct teller traced, other;
	int ev;

	teller_start(&traced, true);
	teller_start(&other, true);
	teller_ask(&traced);
	teller_ask(&other);
	ev = open_with_semaphore(traced.pid);
	tap_eq(teller_ask(&traced), 1, "a uprobe in one process: its semaphore is 1");
	tap_eq(teller_ask(&other), 0, "that of another process is not");
	tap_eq(semaphore, 0, "nor ours");
	close(ev);
	tap_eq(teller_wait(&traced, 0), 0, "0 after close");
	teller_end(&traced);
	teller_end(&other);
}

int main(int argc, char **argv)
{
	if (argc == 3)
		tell(atoi(argv[1]), atoi(argv[2]));
	drv_open();
	offset = own_offset(probed, exe, sizeof(exe));
	if (!tap_ok(offset != 0, "the function's place in the file is known"))
		return tap_end();
	test_entry();
	test_return();
	test_pid();
	test_refused();
	test_semaphore();
	test_semaphore_pid();
	return tap_end();
}
