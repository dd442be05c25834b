// SPDX-License-Identifier: GPL-2.0-only
/*
 * A CPU on its last steps offline runs no programs: RCU does not wait for it any more,
 * and what a program leaves for an interrupt of that CPU, as the wake-up of a ring's
 * reader, would keep the ring until the CPU is back.
 *
 * harness: timeout=300 sources=attach_lib.c
 */
#define _GNU_SOURCE
#include "attach_lib.h"
#include "tap.h"

#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE	4096UL
#define PAGES	64UL
#define ROUNDS	8

/* What a CPU calls last, when it counts as offline. */
static const char *const last_steps[] = { "idle_task_exit", NULL };

struct ring {
	int event;
	volatile struct perf_event_mmap_page *page;
	pthread_t reader;
	volatile int stop;
};

/* A full ring wakes nobody. */
static void *read_ring(void *arg)
{
	struct ring *ring = arg;

	while (!ring->stop) {
		ring->page->data_tail = ring->page->data_head;
		usleep(100);
	}
	return NULL;
}

static void ring_open(struct ring *ring)
{
	ring->stop = 0;
	ring->event = open_output(1, 1);
	ring->page = mmap(NULL, (PAGES + 1) * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED,
			  ring->event, 0);
	if (ring->page == MAP_FAILED || pthread_create(&ring->reader, NULL, read_ring, ring)) {
		printf("Bail out! no ring for CPU 1\n");
		exit(1);
	}
}

static void ring_close(struct ring *ring)
{
	ring->stop = 1;
	pthread_join(ring->reader, NULL);
	munmap((void *)ring->page, (PAGES + 1) * PAGE);
	close(ring->event);
}

static int wakes(int event)
{
	struct pollfd p = { .fd = event, .events = POLLIN };

	return poll(&p, 1, 20000) == 1 && p.revents & POLLIN;
}

static void take_cpu1_away(void)
{
	int i, done = 0;

	for (i = 0; i < ROUNDS; i++)
		done += cpu1_set(true) && cpu1_set(false);
	tap_ok(done == ROUNDS, "CPU 1 goes %d times", ROUNDS);
}

static void wait_for_events(uint64_t nr)
{
	int i;

	for (i = 0; i < 300 && drv_stats().events != nr; i++)
		usleep(100000);
	tap_ok(drv_stats().events == nr, "with CPU 1 away its ring goes, too");
}

/* A program that writes to CPU 1's ring wherever the CPU gets. */
static void test_sender(uint32_t type, bool raw_tp)
{
	uint64_t events = drv_stats().events;
	struct sender s;
	struct ring ring;
	int probe = -1, link;

	cpu1_set(true);
	sender_make(&s, type, 0, 20, -1);
	ring_open(&ring);
	sender_set(&s, 1, ring.event);
	if (!raw_tp)
		probe = open_kprobe_any(last_steps, false);
	link = raw_tp ? link_raw_tp(s.prog, "sched_switch") : link_perf(s.prog, probe, 0);
	tap_ok(link >= 0, "a program on %s", raw_tp ? "sched_switch" : last_steps[0]);
	take_cpu1_away();
	if (raw_tp)
		tap_ok(wakes(ring.event), "its ring wakes");
	close(link);
	close(probe);
	sender_close(&s);
	ring_close(&ring);
	wait_for_events(events);
}

static void test_counter(void)
{
	int probe = open_kprobe_any(last_steps, false), link;
	struct counter c;

	counter_make(&c, EBPF_PROG_TYPE_KPROBE, 0, COUNT_ONLY, 0);
	link = link_perf(c.prog, probe, 0);
	tap_ok(link >= 0, "a program on %s", last_steps[0]);
	take_cpu1_away();
	tap_ok(!counter_hits(&c, -1), "does not run (%llu)",
	       (unsigned long long)counter_hits(&c, -1));
	close(link);
	close(probe);
	counter_close(&c);
}

int main(void)
{
	drv_open();
	if (!cpu1_set(false) || !cpu1_set(true)) {
		tap_skip("CPU 1 cannot be taken offline here");
		return tap_end();
	}
	pin_to(0);
	test_sender(EBPF_PROG_TYPE_RAW_TRACEPOINT, true);
	test_sender(EBPF_PROG_TYPE_KPROBE, false);
	test_counter();
	cpu1_set(true);
	drv_close();
	return tap_end();
}
