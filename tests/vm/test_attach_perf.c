// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sampling events with PERF_EVENT programs, and counting ones.
 *
 * harness: timeout=180 sources=attach_lib.c
 */
#define _GNU_SOURCE
#include "attach_lib.h"
#include "tap.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define DATA_SAMPLE_PERIOD	168	/* in struct bpf_perf_event_data */
#define DATA_IP			128

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec * 1e-9;
}

static int open_clock(uint64_t config, uint64_t period, int freq, pid_t pid, int cpu,
		      int disabled)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = config,
		.sample_period = period,
		.freq = freq,
		.disabled = disabled,
		.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING |
			       PERF_FORMAT_ID,
	};

	return drv_perf_open(&attr, pid, cpu, PERF_FLAG_FD_CLOEXEC);
}

/* Burns time until @c has @want hits on @cpu, at most 20 s. */
static uint64_t spin(const struct counter *c, int cpu, uint64_t want)
{
	double end = now() + 20;

	while (counter_hits(c, cpu) < want && now() < end)
		;
	return counter_hits(c, cpu);
}

/* The event goes on: numbers read one after the other are not of one moment. */
static uint64_t hits_elsewhere(const struct counter *c, int cpu)
{
	uint64_t hits = 0;
	int i, cpus = sysconf(_SC_NPROCESSORS_CONF);

	for (i = 0; i < cpus; i++)
		hits += i == cpu ? 0 : counter_hits(c, i);
	return hits;
}

static void test_cpu_clock(int cpu)
{
	struct counter c;
	uint64_t hits;
	int ev;

	pin_to(cpu);
	counter_make(&c, EBPF_PROG_TYPE_PERF_EVENT, 0, COUNT_CTX_U64, DATA_IP);
	ev = open_clock(PERF_COUNT_SW_CPU_CLOCK, 99, 1, -1, cpu, 0);
	if (!tap_ok(ev >= 0, "cpu-clock at 99 Hz on CPU %d", cpu))
		return;
	tap_eq(event_set_prog(ev, c.prog), 0, "a program is attached");
	tap_ok(spin(&c, cpu, 10) >= 10, "it is sampled");
	tap_eq(hits_elsewhere(&c, cpu), 0, "on this CPU only");
	tap_ok(counter_value(&c) != 0, "regs->ip is there");
	event_disable(ev);
	hits = counter_hits(&c, -1);
	usleep(100000);
	tap_eq(counter_hits(&c, -1), hits, "disabled, it stands still");
	event_enable(ev);
	tap_ok(spin(&c, cpu, hits + 5) >= hits + 5, "enabled again, it goes on");
	tap_ok(event_set_prog(ev, c.prog) == -1 && errno == EEXIST, "a second program: EEXIST");
	close(ev);
	hits = counter_hits(&c, -1);
	usleep(100000);
	tap_eq(counter_hits(&c, -1), hits, "nothing after close");
	counter_close(&c);
}

static void test_disabled(void)
{
	struct counter c;
	int ev, link;

	pin_to(0);
	counter_make(&c, EBPF_PROG_TYPE_PERF_EVENT, 0, COUNT_CTX_U64, DATA_SAMPLE_PERIOD);
	ev = open_clock(PERF_COUNT_SW_CPU_CLOCK, 1000000, 0, -1, 0, 1);
	link = link_perf(c.prog, ev, 0);
	tap_ok(ev >= 0 && link >= 0, "a link to an event that starts disabled");
	usleep(50000);
	tap_eq(counter_hits(&c, -1), 0, "nothing happens");
	event_enable(ev);
	tap_ok(spin(&c, 0, 10) >= 10, "until it is enabled");
	tap_ok(counter_value(&c) >= 1000000, "the program sees the period");
	close(link);
	close(ev);
	counter_close(&c);
}

static void test_counting(void)
{
	struct { uint64_t value, enabled, running, id; } v = { 0 };
	uint64_t period = 5000000;
	int ev, i;

	ev = open_clock(PERF_COUNT_SW_PAGE_FAULTS, 0, 0, 0, -1, 0);
	tap_ok(ev >= 0, "page faults of this process are counted");
	for (i = 0; i < 100; i++) {
		volatile char *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
					MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		*p = 1;
		munmap((void *)p, 4096);
	}
	tap_eq(read(ev, &v, 8), -1, "read() of less than asked for fails");
	tap_eq(errno, ENOSPC, "with ENOSPC");
	tap_eq(read(ev, &v, sizeof(v)), sizeof(v), "read() of all");
	tap_ok(v.value >= 100, "100 page faults and more");
	tap_ok(v.enabled && v.running && v.running <= v.enabled, "times enabled and running");
	tap_ok(v.id, "an id");
	ioctl(ev, PERF_EVENT_IOC_RESET, 0);
	i = read(ev, &v, sizeof(v));
	tap_ok(i == sizeof(v) && v.value < 100, "RESET begins anew");
	tap_ok(ioctl(ev, PERF_EVENT_IOC_PERIOD, &period) == -1 && errno == EINVAL,
	       "no period for a counting event: EINVAL");
	close(ev);
}

static void test_period(void)
{
	uint64_t period = 2000000;
	struct counter c;
	int ev;

	pin_to(0);
	counter_make(&c, EBPF_PROG_TYPE_PERF_EVENT, 0, COUNT_CTX_U64, DATA_SAMPLE_PERIOD);
	ev = open_clock(PERF_COUNT_SW_CPU_CLOCK, 1000000, 0, -1, 0, 0);
	event_set_prog(ev, c.prog);
	spin(&c, 0, 5);
	tap_eq(ioctl(ev, PERF_EVENT_IOC_PERIOD, &period), 0, "the period is changed");
	spin(&c, 0, counter_hits(&c, 0) + 5);
	tap_ok(counter_value(&c) >= 2000000, "samples go by the new one");
	close(ev);
	counter_close(&c);
}

/* Helpers that read counters, from programs. */
static void test_read_helpers(void)
{
	int events = make_event_array();
	struct counter c, own;
	int probe, clock, far, sampler;
	uint64_t first;

	pin_to(0);
	counter_make(&c, EBPF_PROG_TYPE_KPROBE, getpid(), COUNT_READ_VALUE, events);
	counter_make(&own, EBPF_PROG_TYPE_PERF_EVENT, 0, COUNT_PROG_VALUE, 0);
	probe = open_kprobe_any(sys_getppid_names, false);
	event_set_prog(probe, c.prog);
	call_getppid(1);
	tap_eq((int64_t)counter_value(&c), -ENOENT, "no event in the map: -ENOENT");

	clock = open_clock(PERF_COUNT_SW_CPU_CLOCK, 0, 0, -1, 0, 0);
	tap_eq(event_array_set(events, 0, clock), 0, "a clock is put into the map");
	call_getppid(1);
	first = counter_value(&c);
	tap_ok(first > 0 && first < 1ULL << 60, "the program reads it");
	call_getppid(1);
	tap_ok(counter_value(&c) > first, "it goes on");
	if (cpus_online() > 1) {
		far = open_clock(PERF_COUNT_SW_CPU_CLOCK, 0, 0, -1, 1, 0);
		event_array_set(events, 0, far);
		call_getppid(1);
		tap_eq((int64_t)counter_value(&c), -EINVAL, "another CPU's clock: -EINVAL");
		close(far);
	}
	event_array_set(events, 0, probe);
	call_getppid(10);
	tap_eq(counter_value(&c), 0, "a kprobe's count of hits, of which the program says 0");

	sampler = open_clock(PERF_COUNT_SW_CPU_CLOCK, 1000000, 0, -1, 0, 0);
	event_set_prog(sampler, own.prog);
	spin(&own, 0, 5);
	tap_ok(counter_value(&own) >= 1000000 && counter_value(&own) < 1ULL << 60,
	       "a sampling program reads its own event");
	close(sampler);
	close(probe);
	close(clock);
	close(events);
	counter_close(&c);
	counter_close(&own);
}

static void test_refused(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = 999,
	};
	struct counter kprobe, perf;
	int ev;

	counter_make(&kprobe, EBPF_PROG_TYPE_KPROBE, 0, COUNT_ONLY, 0);
	counter_make(&perf, EBPF_PROG_TYPE_PERF_EVENT, 0, COUNT_ONLY, 0);
	tap_ok(drv_perf_open(&attr, -1, 0, 0) == -1 && errno == ENOENT,
	       "a software event that does not exist: ENOENT");
	ev = open_clock(PERF_COUNT_SW_CPU_CLOCK, 99, 1, -1, 0, 1);
	tap_ok(event_set_prog(ev, kprobe.prog) == -1 && errno == EINVAL,
	       "a kprobe program on a clock: EINVAL");
	close(ev);
	ev = open_kprobe_any(sys_getppid_names, false);
	tap_ok(event_set_prog(ev, perf.prog) == -1 && errno == EINVAL,
	       "a perf_event program on a kprobe: EINVAL");
	close(ev);
	counter_close(&kprobe);
	counter_close(&perf);
}

/* What children count as well cannot be read by programs. */
static void test_inherited(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_TASK_CLOCK,
		.inherit = 1,
	};
	int events = make_event_array();
	int ev = drv_perf_open(&attr, 0, -1, 0);

	tap_ok(ev >= 0, "an event that children inherit");
	tap_ok(event_array_set(events, 0, ev) == -1 && errno == EOPNOTSUPP,
	       "is refused by an array of events: EOPNOTSUPP");
	close(ev);
	attr.inherit = 0;
	ev = drv_perf_open(&attr, 0, -1, 0);
	tap_eq(event_array_set(events, 0, ev), 0, "one that they do not is taken");
	close(ev);
	close(events);
}

int main(void)
{
	int cpu;

	drv_open();
	for (cpu = 0; cpu < cpus_online(); cpu++)
		test_cpu_clock(cpu);
	test_disabled();
	test_counting();
	test_period();
	test_read_helpers();
	test_refused();
	test_inherited();
	return tap_end();
}
