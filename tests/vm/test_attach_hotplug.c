// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events come and go while a CPU does: sampling on that CPU, and tracepoints, which have
 * a counter on each. Old kernels take a CPU's counters from it before it is offline, and
 * lose those that come to it in between; what becomes of it then shows on the console.
 *
 * harness: timeout=240 sources=attach_lib.c faults=no
 */
#define _GNU_SOURCE
#include "attach_lib.h"
#include "tap.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS	15

enum worker {
	SAMPLE,		/* one event at a time on CPU 1 */
	SAMPLE_PERIOD,	/* which is replaced by changes of its period */
	TRACE,		/* a tracepoint's counters */
	NR_WORKERS,
};

static struct shared {
	uint64_t made[NR_WORKERS], refused[NR_WORKERS];
	int error[NR_WORKERS];	/* errno that should not have been */
} *shared;

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec * 1e-9;
}

static int open_sampling(int cpu)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_CPU_CLOCK,
		.sample_period = 1000000,
	};

	return drv_perf_open(&attr, -1, cpu, PERF_FLAG_FD_CLOEXEC);
}

static int open_one(enum worker what, const struct counter *c)
{
	int ev = what == TRACE ? open_tracepoint("sched", "sched_switch") : open_sampling(1);

	if (ev >= 0)
		event_set_prog(ev, c->prog);
	return ev;
}

static void use_one(enum worker what, int ev, int round)
{
	uint64_t period = 1000000 + round % 7 * 1000;
	int i;

	for (i = 0; what == SAMPLE_PERIOD && i < 4; i++)
		if (ioctl(ev, PERF_EVENT_IOC_PERIOD, &period) && errno != ENODEV)
			shared->error[what] = errno;
	event_disable(ev);
	event_enable(ev);
	/* With luck the CPU changes meanwhile. */
	usleep(round % 16 * 500);
}

static void work(enum worker what)
{
	struct counter c;
	int ev, i;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	drv_open();
	counter_make(&c, what == TRACE ? EBPF_PROG_TYPE_TRACEPOINT : EBPF_PROG_TYPE_PERF_EVENT, 0,
		     COUNT_ONLY, 0);
	for (i = 0; ; i++) {
		ev = open_one(what, &c);
		if (ev >= 0) {
			shared->made[what]++;
			use_one(what, ev, i);
			close(ev);
			continue;
		}
		shared->refused[what]++;
		if (what == TRACE || errno != ENODEV)
			shared->error[what] = errno;
		usleep(1000);
	}
}

static uint64_t spin(const struct counter *c, int cpu, uint64_t want)
{
	double end = now() + 20;

	while (counter_hits(c, cpu) < want && now() < end)
		usleep(1000);
	return counter_hits(c, cpu);
}

/* What is opened now runs on CPU 1. */
static void test_after(void)
{
	struct counter clock, sched;
	int ev[2];

	counter_make(&clock, EBPF_PROG_TYPE_PERF_EVENT, 0, COUNT_ONLY, 0);
	counter_make(&sched, EBPF_PROG_TYPE_TRACEPOINT, 0, COUNT_ONLY, 0);
	ev[0] = open_one(SAMPLE, &clock);
	ev[1] = open_one(TRACE, &sched);
	pin_to(1);
	tap_ok(ev[0] >= 0 && spin(&clock, 1, 5) >= 5, "CPU 1 is sampled afterwards");
	tap_ok(ev[1] >= 0 && spin(&sched, 1, 5) >= 5, "and has its tracepoints");
	pin_to(0);
	close(ev[0]);
	close(ev[1]);
	counter_close(&clock);
	counter_close(&sched);
}

static void test_hotplug(void)
{
	static const char *const names[NR_WORKERS] = {
		"sampling", "sampling whose period changes", "a tracepoint",
	};
	pid_t pids[NR_WORKERS];
	int i, rounds = 0;

	pin_to(0);
	for (i = 0; i < NR_WORKERS; i++) {
		pids[i] = fork();
		if (!pids[i])
			work(i);
	}
	for (i = 0; i < ROUNDS; i++) {
		usleep(100000);
		rounds += cpu1_set(false);
		usleep(50000);
		cpu1_set(true);
	}
	for (i = 0; i < NR_WORKERS; i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
	tap_eq(rounds, ROUNDS, "CPU 1 goes and comes");
	for (i = 0; i < NR_WORKERS; i++) {
		tap_ok(shared->made[i], "meanwhile comes and goes %s", names[i]);
		tap_eq(shared->error[i], 0, "without an error but that the CPU is away");
		tap_diag("%llu made, %llu refused", (unsigned long long)shared->made[i],
			 (unsigned long long)shared->refused[i]);
	}
	test_after();
	/* A counter that was freed on the CPU's list is met here. */
	tap_ok(cpu1_set(false) && cpu1_set(true), "and once more with nothing on it");
}

int main(void)
{
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	drv_open();
	if (!cpu1_set(true))
		tap_skip("CPU 1 cannot go offline here");
	else
		test_hotplug();
	drv_close();
	return tap_end();
}
