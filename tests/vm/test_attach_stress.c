// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attachment under load: programs of all kinds write to the same rings from
 * system calls, interrupts and the scheduler, while events come and go.
 *
 * harness: timeout=300 sources=attach_lib.c faults=no
 */
#define _GNU_SOURCE
#include "attach_lib.h"
#include "tap.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define PAGE		4096UL
#define PAGES		16UL
#define SIZE		(PAGES * PAGE)
#define PAYLOAD		20U
#define RECORD		32U
#define MAX_CPUS	64

struct ring {
	int fd;
	struct perf_event_mmap_page *page;
	uint64_t samples, lost, bad;
};

static struct ring rings[MAX_CPUS];
static int cpus;
static volatile int stop;

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec * 1e-9;
}

static const void *ring_at(const struct ring *r, uint64_t pos, void *buf, size_t len)
{
	const uint8_t *data = (const uint8_t *)r->page + PAGE;
	size_t off = pos & (SIZE - 1), first = len < SIZE - off ? len : SIZE - off;

	memcpy(buf, data + off, first);
	memcpy((uint8_t *)buf + first, data, len - first);
	return buf;
}

static void check_sample(struct ring *r, uint64_t pos, const struct perf_event_header *h)
{
	uint8_t record[RECORD];
	unsigned int i;
	uint32_t size;

	r->samples++;
	if (h->size != RECORD) {
		r->bad++;
		return;
	}
	ring_at(r, pos, record, RECORD);
	memcpy(&size, record + 8, 4);
	if (size != PAYLOAD)
		r->bad++;
	for (i = 12 + 8; i < 12 + PAYLOAD; i++)
		if (record[i] != 0x5a)
			r->bad++;
}

static void ring_read(struct ring *r)
{
	uint64_t head = __atomic_load_n(&r->page->data_head, __ATOMIC_ACQUIRE);
	uint64_t pos = r->page->data_tail, lost[3];
	struct perf_event_header h;

	while (pos < head) {
		ring_at(r, pos, &h, sizeof(h));
		if (h.type == PERF_RECORD_SAMPLE) {
			check_sample(r, pos, &h);
		} else if (h.type == PERF_RECORD_LOST && h.size == sizeof(lost)) {
			ring_at(r, pos, lost, sizeof(lost));
			r->lost += lost[2];
		} else {
			r->bad++;
		}
		if (h.size < 8) {	/* nothing can be made of what follows */
			pos = head;
			break;
		}
		pos += h.size;
	}
	__atomic_store_n(&r->page->data_tail, pos, __ATOMIC_RELEASE);
}

static void *load(void *arg)
{
	pin_to((intptr_t)arg);
	while (!stop) {
		char c;
		int fd[2];

		call_getppid(50);
		if (pipe(fd))
			continue;
		if (write(fd[1], "x", 1) == 1 && read(fd[0], &c, 1) == 1)
			usleep(1);
		close(fd[0]);
		close(fd[1]);
	}
	return NULL;
}

static int open_sampler(int cpu, uint64_t period)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_CPU_CLOCK,
		.sample_period = period,
	};

	return drv_perf_open(&attr, -1, cpu, PERF_FLAG_FD_CLOEXEC);
}

static void rings_open(int events)
{
	int cpu;

	for (cpu = 0; cpu < cpus; cpu++) {
		struct ring *r = &rings[cpu];

		r->fd = open_output(cpu, 16);
		r->page = mmap(NULL, SIZE + PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, r->fd, 0);
		if (r->page == MAP_FAILED || event_array_set(events, cpu, r->fd)) {
			printf("# no ring on CPU %d\n", cpu);
			exit(1);
		}
	}
}

static uint64_t rings_read(uint64_t *lost, uint64_t *bad)
{
	uint64_t samples = 0;
	int cpu;

	*lost = *bad = 0;
	for (cpu = 0; cpu < cpus; cpu++) {
		ring_read(&rings[cpu]);
		samples += rings[cpu].samples;
		*lost += rings[cpu].lost;
		*bad += rings[cpu].bad;
	}
	return samples;
}

/* Where interrupts, the scheduler and this module itself come by. */
static const char *const hot[] = {
	"irq_work_queue", "try_to_wake_up", "__wake_up", "kmem_cache_alloc", "vfs_read",
	"hrtimer_interrupt", "ktime_get", "pipe_read", "fput", "schedule",
};
#define NR_HOT	(sizeof(hot) / sizeof(hot[0]))

enum { KPROBE, TRACEPOINT, RAW, SAMPLE, NR_SENDERS };

/* Off, breakpoints stay breakpoints: their handlers run on the smallest stack of all
 * (4 KiB before 4.14).
 */
static void optimise_kprobes(const char *on)
{
	FILE *f = fopen("/proc/sys/debug/kprobes-optimization", "w");

	if (f) {
		fputs(on, f);
		fclose(f);
	}
}

static uint64_t sent_by(const struct sender *s)
{
	struct counter c = { .map = s->map };

	return counter_hits(&c, -1);
}

int main(void)
{
	static const uint32_t types[NR_SENDERS] = {
		EBPF_PROG_TYPE_KPROBE, EBPF_PROG_TYPE_TRACEPOINT,
		EBPF_PROG_TYPE_RAW_TRACEPOINT, EBPF_PROG_TYPE_PERF_EVENT,
	};
	int hot_ev[NR_HOT], ret_ev[NR_HOT], int3_ev[NR_HOT], tp[3], sampler[MAX_CPUS], raw, rounds = 0;
	struct sender s[NR_SENDERS];
	pthread_t threads[MAX_CPUS];
	uint64_t samples, lost, bad, runs;
	unsigned int i, opened = 0, int3 = 0;
	int events, cpu;
	double end;

	drv_open();
	cpus = cpus_online() < MAX_CPUS ? cpus_online() : MAX_CPUS;
	events = make_event_array();
	for (i = 0; i < NR_SENDERS; i++)
		sender_make(&s[i], types[i], 0, PAYLOAD, events);
	rings_open(events);

	optimise_kprobes("0");
	for (i = 0; i < NR_HOT; i++) {
		hot_ev[i] = open_kprobe(hot[i], 0, false);
		ret_ev[i] = open_kprobe(hot[i], 0, true);
		/* behind the nop of ftrace */
		int3_ev[i] = open_kprobe(hot[i], 5, false);
		opened += hot_ev[i] >= 0 && !event_set_prog(hot_ev[i], s[KPROBE].prog);
		int3 += int3_ev[i] >= 0 && !event_set_prog(int3_ev[i], s[KPROBE].prog);
		opened += ret_ev[i] >= 0 && !event_set_prog(ret_ev[i], s[KPROBE].prog);
	}
	tap_ok(opened >= 10, "%u probes on functions of interrupts and scheduler", opened);
	tap_ok(int3 >= 3, "%u breakpoints inside them", int3);
	tp[0] = open_tracepoint("sched", "sched_switch");
	tp[1] = open_tracepoint("syscalls", "sys_enter_getppid");
	tp[2] = open_tracepoint("kmem", "kmem_cache_alloc");
	for (i = 0; i < 3; i++)
		if (tp[i] >= 0)
			event_set_prog(tp[i], s[TRACEPOINT].prog);
	raw = link_raw_tp(s[RAW].prog, "sched_wakeup");
	for (cpu = 0; cpu < cpus; cpu++) {
		sampler[cpu] = open_sampler(cpu, 1000000);
		event_set_prog(sampler[cpu], s[SAMPLE].prog);
	}
	tap_ok(tp[0] >= 0 && raw >= 0 && sampler[0] >= 0, "tracepoints, raw ones and samples");

	for (cpu = 0; cpu < cpus; cpu++)
		pthread_create(&threads[cpu], NULL, load, (void *)(intptr_t)cpu);
	for (end = now() + 10; now() < end; rounds++) {
		int a = open_kprobe_any(sys_getppid_names, rounds & 1);
		int b = open_tracepoint("sched", "sched_process_exec");
		int c = open_tracepoint("syscalls", "sys_exit_getppid");
		int d = link_raw_tp(s[RAW].prog, "sys_enter");
		int e = link_perf(s[KPROBE].prog, a, rounds);

		event_set_prog(b, s[TRACEPOINT].prog);
		event_set_prog(c, s[TRACEPOINT].prog);
		rings_read(&lost, &bad);
		close(a);
		close(b);
		close(c);
		close(d);
		close(e);
		rings_read(&lost, &bad);
	}
	tap_ok(rounds >= 3, "events came and went %d times under load", rounds);
	stop = 1;
	for (cpu = 0; cpu < cpus; cpu++)
		pthread_join(threads[cpu], NULL);

	for (i = 0; i < NR_HOT; i++) {
		close(hot_ev[i]);
		close(ret_ev[i]);
		close(int3_ev[i]);
	}
	for (i = 0; i < 3; i++)
		close(tp[i]);
	close(raw);
	for (cpu = 0; cpu < cpus; cpu++)
		close(sampler[cpu]);
	usleep(200000);

	/* What is lost is told by the next record: one more on each CPU. */
	rings_read(&lost, &bad);
	hot_ev[0] = open_kprobe_any(sys_getppid_names, false);
	event_set_prog(hot_ev[0], s[KPROBE].prog);
	for (cpu = 0; cpu < cpus; cpu++) {
		pin_to(cpu);
		call_getppid(1);
	}
	close(hot_ev[0]);
	usleep(200000);
	samples = rings_read(&lost, &bad);
	for (runs = 0, i = 0; i < NR_SENDERS; i++) {
		tap_ok(sent_by(&s[i]) > 0, "programs of type %u ran %llu times", types[i],
		       (unsigned long long)sent_by(&s[i]));
		runs += sent_by(&s[i]);
	}
	tap_eq(bad, 0, "each record is whole");
	tap_eq(samples + lost, runs, "each run sent a record or counts as lost");
	tap_diag("%llu samples, %llu lost, %llu runs dropped by the guard",
		 (unsigned long long)samples, (unsigned long long)lost,
		 (unsigned long long)drv_stats().missed);
	for (cpu = 0; cpu < cpus; cpu++) {
		munmap(rings[cpu].page, SIZE + PAGE);
		close(rings[cpu].fd);
	}
	for (i = 0; i < NR_SENDERS; i++)
		sender_close(&s[i]);
	close(events);
	optimise_kprobes("1");
	return tap_end();
}
