// SPDX-License-Identifier: GPL-2.0-only
/*
 * BPF_OUTPUT events: opening, mapping, what programs write, what poll says.
 *
 * harness: timeout=120 sources=attach_lib.c
 */
#define _GNU_SOURCE
#include "attach_lib.h"
#include "tap.h"

#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE		4096UL
#define PAYLOAD		20U			/* bytes that the program sends */
#define RAW_SIZE	20U			/* padded: 4 + 20 are whole words */
#define RECORD		(8U + 4U + RAW_SIZE)

#ifndef PERF_EVENT_IOC_PAUSE_OUTPUT
#define PERF_EVENT_IOC_PAUSE_OUTPUT _IOW('$', 9, uint32_t)
#endif

static uint32_t self;

struct ring {
	int fd;
	struct perf_event_mmap_page *page;
	size_t pages;
	uint64_t samples;
	uint64_t lost;
	uint64_t bad;		/* records that are not as they should be */
	uint64_t next;		/* run number expected; 0: any */
};

static void *map_ring(int fd, size_t pages, int prot)
{
	return mmap(NULL, (1 + pages) * PAGE, prot, MAP_SHARED, fd, 0);
}

static void ring_copy(struct ring *r, uint64_t pos, void *to, size_t len)
{
	const uint8_t *data = (const uint8_t *)r->page + PAGE;
	size_t i;

	for (i = 0; i < len; i++)
		((uint8_t *)to)[i] = data[(pos + i) & (r->pages * PAGE - 1)];
}

static void take_sample(struct ring *r, uint64_t pos, const struct perf_event_header *h)
{
	struct {
		struct perf_event_header h;
		uint32_t size;
		uint8_t data[RAW_SIZE];
	} __attribute__((packed)) sample;
	uint64_t run;
	unsigned int i;

	r->samples++;
	if (h->size != RECORD || h->misc != PERF_RECORD_MISC_KERNEL) {
		r->bad++;
		return;
	}
	ring_copy(r, pos, &sample, sizeof(sample));
	memcpy(&run, sample.data, 8);
	if (sample.size != RAW_SIZE || (r->next && run != r->next))
		r->bad++;
	r->next = run + 1;
	for (i = 8; i < PAYLOAD; i++)
		if (sample.data[i] != 0x5a)
			r->bad++;
}

static void take_lost(struct ring *r, uint64_t pos, const struct perf_event_header *h)
{
	struct {
		struct perf_event_header h;
		uint64_t id;
		uint64_t lost;
	} lost;

	ring_copy(r, pos, &lost, sizeof(lost));
	if (h->size != sizeof(lost) || !lost.lost)
		r->bad++;
	r->lost += lost.lost;
	if (r->next)
		r->next += lost.lost;
}

/* Reads all there is. */
static void ring_read(struct ring *r)
{
	uint64_t head = __atomic_load_n(&r->page->data_head, __ATOMIC_ACQUIRE);
	uint64_t pos = r->page->data_tail;
	struct perf_event_header h;

	while (pos < head) {
		ring_copy(r, pos, &h, sizeof(h));
		if (h.type == PERF_RECORD_SAMPLE)
			take_sample(r, pos, &h);
		else if (h.type == PERF_RECORD_LOST)
			take_lost(r, pos, &h);
		else
			r->bad++;
		if (!h.size)
			break;
		pos += h.size;
	}
	__atomic_store_n(&r->page->data_tail, pos, __ATOMIC_RELEASE);
}

static int ring_open(struct ring *r, int cpu, size_t pages, uint32_t wakeup)
{
	memset(r, 0, sizeof(*r));
	r->pages = pages;
	r->fd = open_output(cpu, wakeup);
	r->page = r->fd < 0 ? MAP_FAILED : map_ring(r->fd, pages, PROT_READ | PROT_WRITE);
	return r->page != MAP_FAILED;
}

static void ring_close(struct ring *r)
{
	munmap(r->page, (1 + r->pages) * PAGE);
	close(r->fd);
}

static int pollin(int fd, int timeout)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, timeout) == 1 ? p.revents : 0;
}

static struct sender sender;
static int probe;

static void attach_sender(void)
{
	sender_make(&sender, EBPF_PROG_TYPE_KPROBE, self, PAYLOAD, -1);
	probe = open_kprobe_any(sys_getppid_names, false);
	tap_ok(probe >= 0 && !event_set_prog(probe, sender.prog), "the sending program is attached");
}

/* What the helper returned last on this CPU. */
static int64_t sent(void)
{
	struct counter c = { .map = sender.map };

	return counter_value_on(&c, sched_getcpu());
}

static void test_mmap(void)
{
	int fd = open_output(0, 1);
	struct perf_event_mmap_page *page;
	struct counter dummy;
	void *p;

	counter_make(&dummy, EBPF_PROG_TYPE_KPROBE, 0, COUNT_ONLY, 0);
	tap_ok(fd >= 0, "a BPF_OUTPUT event");
	tap_eq(pollin(fd, 0), POLLHUP, "not mapped: poll says POLLHUP");
	tap_ok(map_ring(fd, 3, PROT_READ | PROT_WRITE) == MAP_FAILED && errno == EINVAL,
	       "3 pages of data: EINVAL");
	p = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	tap_ok(p == MAP_FAILED && errno == EINVAL, "a private mapping: EINVAL");
	p = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, PAGE);
	tap_ok(p == MAP_FAILED && errno == EINVAL, "not from the start: EINVAL");
	page = map_ring(fd, 4, PROT_READ | PROT_WRITE);
	tap_ok(page != MAP_FAILED, "1 + 4 pages are mapped");
	tap_eq(page->data_offset, PAGE, "data_offset");
	tap_eq(page->data_size, 4 * PAGE, "data_size");
	tap_eq(page->data_head, 0, "data_head");
	tap_ok(page->cap_bit0_is_deprecated && !page->cap_bit0, "capabilities");
	tap_ok(map_ring(fd, 8, PROT_READ | PROT_WRITE) == MAP_FAILED && errno == EINVAL,
	       "a second mapping of another size: EINVAL");
	p = map_ring(fd, 4, PROT_READ | PROT_WRITE);
	page->data_tail = 77;
	tap_ok(p != MAP_FAILED && ((struct perf_event_mmap_page *)p)->data_tail == 77,
	       "a second mapping of the same size shows the same ring");
	munmap(p, 5 * PAGE);
	munmap(page, 5 * PAGE);
	page = map_ring(fd, 8, PROT_READ | PROT_WRITE);
	tap_ok(page != MAP_FAILED && !page->data_tail, "unmapped, it can have a new ring");
	munmap(page, 9 * PAGE);
	close(fd);
	fd = open_kprobe_any(sys_getppid_names, false);
	tap_ok(map_ring(fd, 1, PROT_READ | PROT_WRITE) == MAP_FAILED && errno == EINVAL,
	       "an event that writes nothing is not mapped");
	close(fd);
	counter_close(&dummy);
}

/* Bytes of memory that each user may lock for rings, and whether that holds for us. */
static long ring_limit(void)
{
	long kb = 0, paranoid = -1;
	FILE *f = fopen("/proc/sys/kernel/perf_event_mlock_kb", "r");

	if (f && fscanf(f, "%ld", &kb) != 1)
		kb = 0;
	if (f)
		fclose(f);
	f = fopen("/proc/sys/kernel/perf_event_paranoid", "r");
	if (f && fscanf(f, "%ld", &paranoid) != 1)
		paranoid = -1;
	if (f)
		fclose(f);
	return paranoid > -1 ? kb * 1024 * cpus_online() : 0;
}

/* Pages of the largest ring that fits into @bytes with its own page. */
static size_t pages_within(long bytes)
{
	size_t n = 1;

	while ((2 * n + 1) * PAGE <= (size_t)bytes)
		n *= 2;
	return n;
}

/* What a process may map that holds a descriptor and nothing else. Exits with the number
 * of the step that went wrong.
 */
static void map_as_nobody(int fd, int other, long limit)
{
	struct rlimit lim = { 0, 0 };
	size_t n = pages_within(limit);
	void *p;

	if (setrlimit(RLIMIT_MEMLOCK, &lim) || setresuid(65534, 65534, 65534))
		_exit(1);
	if (map_ring(fd, 2 * n, PROT_READ | PROT_WRITE) != MAP_FAILED || errno != EPERM)
		_exit(2);
	p = map_ring(fd, n, PROT_READ | PROT_WRITE);
	if (p == MAP_FAILED)
		_exit(3);
	/* The same ring again costs nothing, another one does. */
	if (map_ring(fd, n, PROT_READ | PROT_WRITE) == MAP_FAILED)
		_exit(4);
	if (map_ring(other, n, PROT_READ | PROT_WRITE) != MAP_FAILED || errno != EPERM)
		_exit(5);
	munmap(p, (n + 1) * PAGE);
	if (map_ring(other, n, PROT_READ | PROT_WRITE) != MAP_FAILED)
		_exit(6);
	_exit(0);
}

static void as_nobody(int fd, int other, long limit, const char *what)
{
	int status = -1;
	pid_t pid = fork();

	if (!pid)
		map_as_nobody(fd, other, limit);
	waitpid(pid, &status, 0);
	tap_eq(status, 0, "%s: a ring within perf_event_mlock_kb is all that one may map", what);
}

static void test_limit(void)
{
	long limit = ring_limit();
	int fd, other;

	if (!limit) {
		tap_skip("limits do not hold here: perf_event_paranoid is -1");
		return;
	}
	fd = open_output(0, 1);
	other = open_output(0, 1);
	as_nobody(fd, other, limit, "without rights");
	as_nobody(fd, other, limit, "and once more, as nothing is left of the first");
	tap_ok(map_ring(fd, 2 * pages_within(limit), PROT_READ | PROT_WRITE) != MAP_FAILED,
	       "root may have more");
	close(fd);
	close(other);
}

/*
 * What records can have besides data, and rings that grow downwards
 */

static int open_output_with(uint64_t sample_type, int backward, uint16_t max_stack)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = 10,
		.sample_type = sample_type,
		.sample_period = 1,
		.wakeup_events = 1,
		.write_backward = backward,
		.sample_max_stack = max_stack,
		.read_format = PERF_FORMAT_ID | PERF_FORMAT_TOTAL_TIME_ENABLED,
	};

	return drv_perf_open(&attr, -1, 0, PERF_FLAG_FD_CLOEXEC);
}

/* The newest record is at data_head; its words, and how many. */
static unsigned int read_words(struct ring *r, uint64_t *words, unsigned int max)
{
	uint64_t head = __atomic_load_n(&r->page->data_head, __ATOMIC_ACQUIRE);
	uint64_t pos = r->page->data_tail;
	struct perf_event_header h;

	if (pos == head)
		return 0;
	ring_copy(r, pos, &h, sizeof(h));
	if (h.size > max * 8)
		return 0;
	ring_copy(r, pos, words, h.size);
	__atomic_store_n(&r->page->data_tail, head, __ATOMIC_RELEASE);
	return h.size / 8;
}

static bool ring_with(struct ring *r, size_t pages, int fd, int prot)
{
	memset(r, 0, sizeof(*r));
	r->pages = pages;
	r->fd = fd;
	r->page = fd < 0 ? MAP_FAILED : map_ring(fd, pages, prot);
	if (r->page == MAP_FAILED)
		return false;
	sender_set(&sender, 0, fd);
	return true;
}

/* The address of the probed function, or 0. */
static uint64_t probed_function(void)
{
	const char *func = getppid_func();
	unsigned long long addr;
	char line[512], name[256];
	FILE *f = fopen("/proc/kallsyms", "r");
	uint64_t found = 0;

	while (func && f && !found && fgets(line, sizeof(line), f))
		if (sscanf(line, "%llx %*c %255s", &addr, name) == 2 && !strcmp(name, func))
			found = addr;
	if (f)
		fclose(f);
	return found;
}

static void test_chain(void)
{
	uint64_t words[256], func = probed_function();
	unsigned int n, nr, i, user = 0;
	struct ring r;

	pin_to(0);
	if (!tap_ok(ring_with(&r, 4, open_output_with(PERF_SAMPLE_IP | PERF_SAMPLE_CALLCHAIN |
			      PERF_SAMPLE_RAW, 0, 0), PROT_READ | PROT_WRITE),
		    "records with place, chain and data"))
		return;
	call_getppid(1);
	tap_eq(sent(), 0, "are written");
	n = read_words(&r, words, 256);
	tap_ok(n > 5 && words[1] - func <= 8, "IP is the place of the probe");
	nr = n > 5 ? words[2] : 0;
	tap_ok(nr >= 4 && nr <= 127 + 2 && 3 + nr + RECORD / 8 - 1 == n,
	       "a chain of %u, and behind it the data", nr);
	tap_ok(nr >= 4 && words[3] == (uint64_t)PERF_CONTEXT_KERNEL && words[4] == words[1],
	       "it begins with the kernel's, at that place");
	for (i = 0; i < nr && !user; i++)
		user = words[3 + i] == (uint64_t)PERF_CONTEXT_USER ? i : 0;
	tap_ok(user && user + 1 < nr && words[4 + user] && !(words[4 + user] >> 63),
	       "and goes on with the user's");
	tap_eq((uint32_t)words[3 + nr], RAW_SIZE, "the data is whole");
	ring_close(&r);

	if (tap_ok(ring_with(&r, 4, open_output_with(PERF_SAMPLE_CALLCHAIN | PERF_SAMPLE_RAW, 0, 1),
			     PROT_READ | PROT_WRITE), "at most one frame")) {
		call_getppid(1);
		n = read_words(&r, words, 256);
		tap_ok(n > 4 && words[1] == 2 && words[2] == (uint64_t)PERF_CONTEXT_KERNEL,
		       "is one frame");
		ring_close(&r);
	}
	tap_ok(open_output_with(PERF_SAMPLE_CALLCHAIN, 0, 30000) == -1 && errno == EOVERFLOW,
	       "more frames than anybody may ask for: EOVERFLOW");
}

static void test_all_samples(void)
{
	uint64_t type = PERF_SAMPLE_IDENTIFIER | PERF_SAMPLE_TID | PERF_SAMPLE_ADDR |
			PERF_SAMPLE_READ | PERF_SAMPLE_CPU | PERF_SAMPLE_RAW | PERF_SAMPLE_WEIGHT |
			PERF_SAMPLE_DATA_SRC | PERF_SAMPLE_TRANSACTION;
	uint64_t words[64], id = 0;
	struct ring r;
	unsigned int n;

	if (!tap_ok(ring_with(&r, 4, open_output_with(type, 0, 0), PROT_READ | PROT_WRITE),
		    "records with much more"))
		return;
	ioctl(r.fd, PERF_EVENT_IOC_ID, &id);
	call_getppid(1);
	n = read_words(&r, words, 64);
	/* header, id, tid, addr, cpu, value, enabled, id, raw, three unknown */
	tap_eq(n, 1 + 4 + 3 + 3 + 3, "are as long as they should be");
	tap_ok(words[1] == id && words[7] == id, "with the event's id");
	tap_eq((uint32_t)words[2], self, "the process");
	tap_ok(!words[4] && !words[5] && words[6], "the CPU, a count of 0 and a time");
	tap_eq((uint32_t)words[8], RAW_SIZE, "the data");
	tap_ok(!words[11] && words[12] && !words[13], "and that nothing more is known");
	ring_close(&r);
}

/* Run numbers from data_head on, the newest first. */
static unsigned int read_backward(const struct ring *r, uint64_t *runs, unsigned int max)
{
	uint64_t head = __atomic_load_n(&r->page->data_head, __ATOMIC_ACQUIRE);
	uint64_t pos = head, end = r->pages * PAGE;
	struct perf_event_header h;
	unsigned int n = 0;

	while (n < max && pos - head + RECORD <= end && pos != 0) {
		ring_copy((struct ring *)r, pos, &h, sizeof(h));
		if (h.type != PERF_RECORD_SAMPLE || h.size != RECORD)
			break;
		ring_copy((struct ring *)r, pos + 12, &runs[n++], 8);
		pos += h.size;
	}
	return n;
}

static void test_backward(void)
{
	uint64_t runs[512];
	struct ring r, forward;
	unsigned int n, i;

	pin_to(0);
	if (!tap_ok(ring_with(&r, 2, open_output_with(PERF_SAMPLE_RAW, 1, 0), PROT_READ),
		    "a ring that grows downwards, mapped to be read"))
		return;
	call_getppid(5);
	tap_eq(sent(), 0, "is written to");
	tap_eq(r.page->data_head, -(uint64_t)(5 * RECORD), "data_head goes down");
	n = read_backward(&r, runs, 512);
	tap_eq(n, 5, "five records");
	for (i = 1; i < n && runs[i] == runs[i - 1] - 1; i++)
		;
	tap_eq(i, n, "the newest first");
	call_getppid(1000);
	tap_eq(sent(), 0, "when it is full, the oldest go");
	n = read_backward(&r, runs, 512);
	tap_ok(n >= 254, "what there is room for (%u) is there", n);
	for (i = 1; i < n && runs[i] == runs[i - 1] - 1; i++)
		;
	tap_eq(i, n, "without a gap");
	tap_ok(ring_open(&forward, 0, 2, 1), "a ring that grows upwards");
	tap_ok(ioctl(forward.fd, PERF_EVENT_IOC_SET_OUTPUT, r.fd) == -1 && errno == EINVAL,
	       "cannot be shared with it");
	ring_close(&forward);
	ring_close(&r);

	if (!tap_ok(ring_with(&r, 2, open_output_with(PERF_SAMPLE_RAW, 1, 0), PROT_READ | PROT_WRITE),
		    "the same, to be read and written"))
		return;
	call_getppid(300);
	tap_eq(sent(), -ENOSPC, "does not lose what was not read");
	tap_eq(read_backward(&r, runs, 512), 255, "what fits is there");
	ring_close(&r);
}

static void test_records(int cpu)
{
	struct ring r;

	pin_to(cpu);
	if (!tap_ok(ring_open(&r, cpu, 2, 1), "a ring of 2 pages on CPU %d", cpu))
		return;
	tap_eq(sender_set(&sender, cpu, r.fd), 0, "it is in the map");
	tap_eq(pollin(r.fd, 0), 0, "nothing to read yet");
	call_getppid(5);
	tap_eq(pollin(r.fd, 5000), POLLIN, "poll wakes up");
	tap_eq(pollin(r.fd, 0), 0, "and says so once");
	ring_read(&r);
	tap_eq(r.samples, 5, "5 samples for 5 calls");
	tap_eq(sent(), 0, "the helper returned 0");

	/* 8192 bytes hold 255 records of 32: one byte always stays free. */
	call_getppid(300);
	tap_eq(sent(), -ENOSPC, "no room: the helper returns -ENOSPC");
	ring_read(&r);
	tap_eq(r.samples, 5 + 255, "what fits is there");
	tap_eq(r.lost, 0, "the loss is not told yet");
	call_getppid(1);
	ring_read(&r);
	tap_eq(r.lost, 300 - 255, "the next record tells how many were lost");
	tap_eq(r.samples, 5 + 255 + 1, "and comes itself");

	/* Many times around, so that records lie across the end. */
	{
		int i;

		for (i = 0; i < 50; i++) {
			call_getppid(77);
			ring_read(&r);
		}
	}
	tap_eq(r.samples, 5 + 255 + 1 + 50 * 77, "every record of 15 turns of the ring");
	tap_eq(r.bad, 0, "all of them whole and in order");

	tap_eq(ioctl(r.fd, PERF_EVENT_IOC_PAUSE_OUTPUT, 1), 0, "output is paused");
	call_getppid(3);
	tap_eq(sent(), -ENOSPC, "paused: -ENOSPC");
	ioctl(r.fd, PERF_EVENT_IOC_PAUSE_OUTPUT, 0);
	event_disable(r.fd);
	call_getppid(1);
	tap_eq(sent(), -EOPNOTSUPP, "disabled: -EOPNOTSUPP");
	event_enable(r.fd);
	call_getppid(1);
	tap_eq(sent(), 0, "enabled again: it is written");
	munmap(r.page, 3 * PAGE);
	call_getppid(1);
	tap_eq(sent(), -ENOSPC, "no ring: -ENOSPC");
	close(r.fd);
	call_getppid(1);
	tap_eq(sent(), 0 - (int64_t)ENOSPC, "the map keeps the closed event");
}

static void test_wakeup(void)
{
	struct epoll_event ee = { .events = EPOLLIN };
	struct ring r;
	int ep = epoll_create1(0);

	pin_to(0);
	ring_open(&r, 0, 8, 10);
	sender_set(&sender, 0, r.fd);
	epoll_ctl(ep, EPOLL_CTL_ADD, r.fd, &ee);
	call_getppid(9);
	tap_eq(epoll_wait(ep, &ee, 1, 0), 0, "wakeup_events 10: 9 records wake nobody");
	call_getppid(1);
	tap_eq(epoll_wait(ep, &ee, 1, 5000), 1, "the 10th does");
	ring_read(&r);
	tap_eq(r.samples, 10, "all 10 are there");
	close(ep);
	ring_close(&r);
}

static void test_redirect(void)
{
	struct ring r;
	int other = open_output(0, 1);
	int far = open_output(cpus_online() - 1, 1);

	pin_to(0);
	ring_open(&r, 0, 2, 1);
	tap_ok(ioctl(other, PERF_EVENT_IOC_SET_OUTPUT, other) == -1 && errno == EINVAL,
	       "SET_OUTPUT to itself: EINVAL");
	if (cpus_online() > 1)
		tap_ok(ioctl(far, PERF_EVENT_IOC_SET_OUTPUT, r.fd) == -1 && errno == EINVAL,
		       "SET_OUTPUT to another CPU's: EINVAL");
	tap_eq(ioctl(other, PERF_EVENT_IOC_SET_OUTPUT, r.fd), 0, "SET_OUTPUT to a ring");
	sender_set(&sender, 0, other);
	call_getppid(3);
	tap_eq(pollin(other, 5000), POLLIN, "poll of the redirected event");
	ring_read(&r);
	tap_eq(r.samples, 3, "its records are in the other's ring");
	tap_eq(ioctl(other, PERF_EVENT_IOC_SET_OUTPUT, -1), 0, "SET_OUTPUT to none");
	call_getppid(1);
	tap_eq(sent(), -ENOSPC, "then it has no ring");
	close(other);
	close(far);
	ring_close(&r);
}

/* The map's entry of another CPU must not be written from here. */
static void test_wrong_cpu(void)
{
	struct ring r;

	if (cpus_online() < 2) {
		tap_skip("only one CPU");
		return;
	}
	pin_to(0);
	ring_open(&r, 1, 2, 1);
	sender_set(&sender, 0, r.fd);
	call_getppid(1);
	tap_eq(sent(), -EOPNOTSUPP, "an event of another CPU: -EOPNOTSUPP");
	ring_close(&r);
}

static void test_sample_parts(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_BPF_OUTPUT,
		.sample_type = PERF_SAMPLE_RAW | PERF_SAMPLE_TID | PERF_SAMPLE_TIME |
			       PERF_SAMPLE_CPU | PERF_SAMPLE_IDENTIFIER,
		.wakeup_events = 1,
	};
	struct {
		struct perf_event_header h;
		uint64_t id;
		uint32_t pid, tid;
		uint64_t time;
		uint32_t cpu, res;
		uint32_t raw_size;
	} __attribute__((packed)) s;
	struct ring r = { .pages = 1 };
	uint64_t id = 0;

	pin_to(0);
	r.fd = drv_perf_open(&attr, -1, 0, 0);
	r.page = map_ring(r.fd, 1, PROT_READ | PROT_WRITE);
	if (!tap_ok(r.page != MAP_FAILED, "an event with more parts in its samples"))
		return;
	sender_set(&sender, 0, r.fd);
	ioctl(r.fd, PERF_EVENT_IOC_ID, &id);
	call_getppid(1);
	ring_copy(&r, 0, &s, sizeof(s));
	tap_eq(s.h.size, RECORD + 32, "the record is longer by them");
	tap_ok(s.id == id && id, "the id");
	tap_ok(s.pid == self && s.tid == self, "pid and tid");
	tap_ok(s.time != 0, "the time");
	tap_eq(s.cpu, 0, "the CPU");
	tap_eq(s.raw_size, RAW_SIZE, "the raw part behind them");
	ring_close(&r);
}

static void test_overwrite(void)
{
	struct ring r = { .pages = 1 };

	pin_to(0);
	r.fd = open_output(0, 1);
	r.page = map_ring(r.fd, 1, PROT_READ);
	if (!tap_ok(r.page != MAP_FAILED, "a ring mapped read-only"))
		return;
	sender_set(&sender, 0, r.fd);
	call_getppid(1000);
	tap_eq(sent(), 0, "is written for ever");
	tap_eq(r.page->data_head, 1000 * RECORD, "and over");
	ring_close(&r);
}

/* @err 0: opens */
static void opens(struct perf_event_attr *attr, pid_t pid, int cpu, unsigned long flags, int err,
		  const char *what)
{
	int fd = drv_perf_open(attr, pid, cpu, flags);
	int e = errno;

	if (fd >= 0)
		close(fd);
	tap_ok(err ? fd == -1 && e == err : fd >= 0, "%s: %s", what,
	       err ? strerror(err) : "opens");
}

static void test_attr(void)
{
	struct {
		struct perf_event_attr attr;
		uint8_t more[256];
	} big;
	struct perf_event_attr attr;

	memset(&big, 0, sizeof(big));
	big.attr.type = PERF_TYPE_SOFTWARE;
	big.attr.config = PERF_COUNT_SW_BPF_OUTPUT;
	big.attr.sample_type = PERF_SAMPLE_RAW;
	opens(&big.attr, -1, 0, 0, 0, "attr.size 0");
	big.attr.size = 64;
	opens(&big.attr, -1, 0, 0, 0, "attr.size 64");
	big.attr.size = 60;
	opens(&big.attr, -1, 0, 0, E2BIG, "attr.size 60");
	tap_eq(big.attr.size, 128, "the size that is understood is written back");
	big.attr.size = 256;
	opens(&big.attr, -1, 0, 0, 0, "a longer attr with zeros");
	((uint8_t *)&big)[200] = 1;
	opens(&big.attr, -1, 0, 0, E2BIG, "a longer attr with something in it");
	big.attr.size = 5000;
	opens(&big.attr, -1, 0, 0, E2BIG, "attr.size beyond a page");
	opens(NULL, -1, 0, 0, EFAULT, "no attr");

	memset(&attr, 0, sizeof(attr));
	attr.size = sizeof(attr);
	attr.type = PERF_TYPE_SOFTWARE;
	attr.config = PERF_COUNT_SW_BPF_OUTPUT;
	opens(&attr, -1, -1, 0, EINVAL, "neither pid nor CPU");
	opens(&attr, -1, 100000, 0, EINVAL, "a CPU beyond all");
	opens(&attr, -1, -2, 0, EINVAL, "a negative CPU");
	opens(&attr, 0x3fffffff, -1, 0, ESRCH, "a pid that nobody has");
	opens(&attr, -1, 0, 1 << 20, EINVAL, "an unknown flag");
	opens(&attr, 0, -1, 0, 0, "for one process on any CPU");
	attr.sample_period = 1ULL << 63;
	opens(&attr, -1, 0, 0, EINVAL, "a period beyond 63 bits");
	attr.sample_period = 0;
	attr.sample_type = 1ULL << 60;
	opens(&attr, -1, 0, 0, EINVAL, "an unknown sample_type");
	attr.sample_type = 0;
	attr.read_format = 1 << 20;
	opens(&attr, -1, 0, 0, EINVAL, "an unknown read_format");
	attr.read_format = 0;
	attr.type = 0x12345678;
	opens(&attr, -1, 0, 0, ENOENT, "an unknown type");
}

int main(void)
{
	int cpu;

	self = getpid();
	drv_open();
	test_attr();
	test_mmap();
	test_limit();
	attach_sender();
	for (cpu = 0; cpu < cpus_online(); cpu++)
		test_records(cpu);
	test_wakeup();
	test_redirect();
	test_wrong_cpu();
	test_sample_parts();
	test_overwrite();
	test_chain();
	test_all_samples();
	test_backward();
	close(probe);
	sender_close(&sender);
	return tap_end();
}
