// SPDX-License-Identifier: GPL-2.0-only
/*
 * Maps as programs see them: helpers, inlined look-ups, direct values, ring buffer
 * records, tail calls, stack ids, cgroups. The programs are raw tracepoint ones, run
 * with arguments by PROG_TEST_RUN.
 */
#define _GNU_SOURCE
#include "maps_prog.h"

#include <linux/perf_event.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#define PAGE	4096

/*
 * Arrays
 */
static void array_of(u32 value_size, u32 max)
{
	int fd = must(T(ARRAY), 4, value_size, max, 0);
	u8 value[64] = { 0 };
	int prog = prog_lookup(fd);
	int bad = 0;
	u32 key;

	for (key = 0; key < max && key < 100; key++) {
		*(u32 *)value = key + 500;
		map_update(fd, &key, value, 0);
		bad |= run(prog, key, 0, 0) != (int)key + 500;
	}
	key = max - 1;
	*(u32 *)value = 77;
	map_update(fd, &key, value, 0);
	bad |= run(prog, key, 0, 0) != 77;
	tap_ok(!bad, "array of %u x %u: a program finds each value", max, value_size);
	tap_ok(run(prog, max, 0, 0) == -1000 && run(prog, U32_MAX, 0, 0) == -1000,
	       "array of %u x %u: and none outside", max, value_size);
	close(prog);
	close(fd);
}

static void test_array(void)
{
	int fd = must(T(ARRAY), 4, 8, 4, 0);
	int update = prog_update(fd), del = prog_delete(fd);
	u64 value;
	u32 key = 2;

	array_of(4, 1);
	array_of(8, 1);
	array_of(8, 10);
	array_of(4, 10);
	array_of(24, 10);
	array_of(40, 1000);
	array_of(64, 3);
	tap_eq(run(update, 2, 99, EBPF_ANY), 0, "array: a program updates");
	tap_ok(!map_lookup(fd, &key, &value) && value == 99, "array: and it is seen");
	tap_eq(run(update, 2, 99, EBPF_NOEXIST), -EEXIST, "array: NOEXIST");
	tap_eq(run(update, 4, 99, EBPF_ANY), -E2BIG, "array: index 4 of 4");
	tap_eq(run(update, 2, 99, 7), -EINVAL, "array: flag 7");
	tap_eq(run(del, 2, 0, 0), -EINVAL, "array: no delete");
	close(update);
	close(del);
	close(fd);
}

static void test_direct_value(void)
{
	int fd = must(T(ARRAY), 4, 32, 1, EBPF_F_MMAPABLE);
	int prog = PROG(LDX(EBPF_DW, 2, 1, 0), LDVAL(1, fd, 0), STX(EBPF_DW, 1, 24, 2),
			LDVAL(1, fd, 16), LDX(EBPF_DW, 0, 1, 0), EXIT());
	u64 *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (!tap_ok(p != MAP_FAILED, "direct value: the array is mapped"))
		return;
	p[2] = 4321;
	tap_eq(run(prog, 1234, 0, 0), 4321, "direct value: the program reads what was mapped");
	tap_eq(p[3], 1234, "direct value: what it stores is seen in the mapping");
	close(fd);
	tap_eq(run(prog, 1235, 0, 0), 4321, "direct value: the program keeps the map");
	tap_eq(p[3], 1235, "direct value: and so does the mapping");
	munmap(p, PAGE);
	close(prog);
}

static void test_percpu(u32 type, const char *name)
{
	int cpus = possible_cpus(), fd = must(type, 4, 8, 4, 0);
	int update = prog_update(fd), lookup = prog_lookup(fd);
	u64 values[1024], zero[1024] = { 0 };
	/* Argument 1 is the CPU asked about. */
	int other = PROG(LDX(EBPF_DW, 3, 1, 0), STX(EBPF_W, 10, -8, 3), LDX(EBPF_DW, 3, 1, 8),
			 MOV(2, 10), ADDI(2, -8), LDMAP(1, fd), CALL(map_lookup_percpu_elem),
			 JNEI(0, 0, 2), MOVI(0, -1000), EXIT(), LDX(EBPF_W, 0, 0, 0), EXIT());
	u32 key = 1;

	if (type == T(PERCPU_HASH))
		tap_eq(run(lookup, 1, 0, 0), -1000, "%s: empty", name);
	map_update(fd, &key, zero, 0);
	tap_eq(run_on(update, 0, 1, 100, 0), 0, "%s: an update on CPU 0", name);
	tap_eq(run_on(lookup, 0, 1, 0, 0), 100, "%s: is seen there", name);
	memset(values, 0xff, sizeof(values));
	tap_ok(!map_lookup(fd, &key, values) && values[0] == 100 &&
	       !memcmp(values + 1, zero, (cpus - 1) * 8), "%s: and nowhere else", name);
	tap_eq(run(other, 1, 0, 0), 100, "%s: lookup_percpu_elem of CPU 0", name);
	tap_eq(run(other, 1, 100000, 0), -1000, "%s: of a CPU that is none", name);
	tap_eq(run(other, 9, 0, 0), -1000, "%s: of a key that is none", name);
	if (cpus > 1) {
		tap_eq(run(other, 1, 1, 0), 0, "%s: of CPU 1", name);
		tap_eq(run_on(update, 1, 1, 200, 0), 0, "%s: an update on CPU 1", name);
		tap_eq(run(other, 1, 1, 0), 200, "%s: is seen from everywhere", name);
	}
	if (type == T(PERCPU_HASH)) {
		/* A new key has the value of the CPU that made it and zeros. */
		key = 2;
		tap_eq(run_on(update, 0, 2, 5, EBPF_NOEXIST), 0, "%s: a new key", name);
		tap_ok(!map_lookup(fd, &key, values) && values[0] == 5 &&
		       !memcmp(values + 1, zero, (cpus - 1) * 8), "%s: zero elsewhere", name);
	}
	close(other);
	close(update);
	close(lookup);
	close(fd);
}

/*
 * Hashes
 */
static void hash_of(u32 type, u32 key_size, u32 value_size)
{
	int fd = must(type, key_size, value_size, 3, 0);
	int lookup = prog_lookup(fd), update = prog_update(fd), del = prog_delete(fd);
	int bad = 0;

	bad |= run(lookup, 5, 0, 0) != -1000;
	bad |= run(del, 5, 0, 0) != -ENOENT;
	bad |= run(update, 5, 0, EBPF_EXIST) != -ENOENT;
	bad |= run(update, 5, 55, EBPF_NOEXIST) != 0;
	bad |= run(update, 5, 56, EBPF_NOEXIST) != -EEXIST;
	bad |= run(lookup, 5, 0, 0) != 55;
	bad |= run(update, 5, 57, EBPF_EXIST) != 0;
	bad |= run(lookup, 5, 0, 0) != 57;
	bad |= run(update, 6, 66, EBPF_ANY) != 0;
	bad |= run(update, 7, 77, EBPF_ANY) != 0;
	bad |= run(update, 8, 88, EBPF_ANY) != -E2BIG;
	bad |= run(update, 7, 78, EBPF_ANY) != 0;
	bad |= run(lookup, 6, 0, 0) != 66 || run(lookup, 7, 0, 0) != 78;
	bad |= run(update, 5, 0, 4) != -EINVAL;
	bad |= run(del, 6, 0, 0) != 0;
	bad |= run(lookup, 6, 0, 0) != -1000;
	bad |= run(update, 8, 88, EBPF_ANY) != 0;
	bad |= run(lookup, 8, 0, 0) != 88;
	tap_ok(!bad, "hash of %u-byte keys, %u-byte values, type %u: look up, update, delete",
	       key_size, value_size, type);
	close(lookup);
	close(update);
	close(del);
	close(fd);
}

static void test_hash(void)
{
	u32 key_size;

	for (key_size = 1; key_size <= 16; key_size++)
		hash_of(T(HASH), key_size, 8);
	hash_of(T(HASH), 4, 4);
	hash_of(T(HASH), 8, 12);
	hash_of(T(HASH), 12, 16);
	/* A percpu value belongs to the CPU: stay on one. */
	hash_of(T(PERCPU_HASH), 4, 8);
	hash_of(T(PERCPU_HASH), 11, 8);
}

struct adder {
	pthread_t thread;
	int prog;
	u64 key;
};

#define ADDS	3000

static void *adder(void *arg)
{
	struct adder *a = arg;
	int i;

	for (i = 0; i < ADDS; i++)
		run(a->prog, a->key, 1, 0);
	return NULL;
}

/* What most tools do. */
static void test_count(void)
{
	int fd = must(T(HASH), 8, 8, 16, 0);
	/* Makes the key with value 0 unless it is there, then counts it up. */
	int prog = PROG(MOV(6, 1), KEY_ARG(), ST(EBPF_DW, 10, -8, 0), MOV(3, 10), ADDI(3, -8),
			MOVI(4, EBPF_NOEXIST), LDMAP(1, fd), CALL(map_update_elem),
			MOV(1, 6), KEY_ARG(), LDMAP(1, fd), CALL(map_lookup_elem), JNEI(0, 0, 2),
			MOVI(0, -1), EXIT(), MOVI(1, 1), XADD(0, 0, 1), MOVI(0, 0), EXIT());
	struct adder a[4];
	u64 key, value, sum = 0;
	int i;

	for (i = 0; i < 4; i++) {
		a[i].prog = prog;
		a[i].key = i / 2;
		pthread_create(&a[i].thread, NULL, adder, &a[i]);
	}
	for (i = 0; i < 4; i++)
		pthread_join(a[i].thread, NULL);
	for (key = 0; key < 2; key++) {
		value = 0;
		map_lookup(fd, &key, &value);
		sum += value;
	}
	tap_eq(sum, 4 * ADDS, "hash: %d increments by 4 threads, none is lost", 4 * ADDS);
	close(prog);
	close(fd);
}

/*
 * RINGBUF
 */
struct ring {
	int fd;
	size_t size;
	u64 *consumer;
	u64 *producer;
	u8 *data;
};

static void ring_open(struct ring *r, u32 size)
{
	r->fd = must(T(RINGBUF), 0, 0, size, 0);
	r->size = size;
	r->consumer = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, r->fd, 0);
	r->producer = mmap(NULL, PAGE + 2 * size, PROT_READ, MAP_SHARED, r->fd, PAGE);
	r->data = (u8 *)r->producer + PAGE;
	if (r->consumer == MAP_FAILED || r->producer == MAP_FAILED) {
		tap_ok(0, "the ring can be mapped");
		exit(tap_end());
	}
}

static void ring_close(struct ring *r)
{
	munmap(r->consumer, PAGE);
	munmap(r->producer, PAGE + 2 * r->size);
	close(r->fd);
}

/* The header of the next record, 0 without one. Steps over it. */
static u32 ring_next(struct ring *r, const u8 **record)
{
	u64 pos = __atomic_load_n(r->consumer, __ATOMIC_RELAXED);
	u32 len;

	if (pos >= __atomic_load_n(r->producer, __ATOMIC_ACQUIRE))
		return 0;
	len = __atomic_load_n((u32 *)(r->data + pos % r->size), __ATOMIC_ACQUIRE);
	if (len & EBPF_RINGBUF_BUSY_BIT)
		return 0;
	*record = r->data + pos % r->size + EBPF_RINGBUF_HDR_SZ;
	pos += ((len & ~EBPF_RINGBUF_DISCARD_BIT) + EBPF_RINGBUF_HDR_SZ + 7) / 8 * 8;
	__atomic_store_n(r->consumer, pos, __ATOMIC_RELEASE);
	return len;
}

/* Reserves @size bytes, puts argument 0 first and ends by @end, flags argument 1. */
#define RESERVE(fd, size, end)						\
	PROG(MOV(6, 1), LDMAP(1, fd), MOVI(2, size), MOVI(3, 0), CALL(ringbuf_reserve), \
	     JNEI(0, 0, 2), MOVI(0, -1), EXIT(),			\
	     LDX(EBPF_DW, 1, 6, 0), STX(EBPF_DW, 0, 0, 1), MOV(1, 0),	\
	     LDX(EBPF_DW, 2, 6, 8), CALL(end), MOVI(0, 0), EXIT())

static void test_ringbuf_records(void)
{
	struct ring r;
	int submit, discard, output, query, i;
	const u8 *record = NULL;
	u32 len;

	ring_open(&r, PAGE);
	submit = RESERVE(r.fd, 20, ringbuf_submit);
	discard = RESERVE(r.fd, 8, ringbuf_discard);
	/* argument 0 as an 8-byte record with flags argument 1 */
	output = PROG(LDX(EBPF_DW, 3, 1, 0), STX(EBPF_DW, 10, -8, 3), LDX(EBPF_DW, 4, 1, 8),
		      LDMAP(1, r.fd), MOV(2, 10), ADDI(2, -8), MOVI(3, 8), CALL(ringbuf_output),
		      EXIT());
	query = PROG(LDX(EBPF_DW, 2, 1, 0), LDMAP(1, r.fd), CALL(ringbuf_query), EXIT());

	tap_eq(run(query, EBPF_RB_RING_SIZE, 0, 0), PAGE, "ring: its size");
	tap_eq(run(query, 77, 0, 0), 0, "ring: a query of nothing known");
	tap_eq(run(submit, 1111, 0, 0), 0, "ring: a record");
	tap_eq(run(discard, 2222, 0, 0), 0, "ring: a discarded one");
	tap_eq(run(output, 3333, 0, 0), 0, "ring: one by ringbuf_output");
	tap_eq(run(output, 3333, 4, 0), -EINVAL, "ring: flag 4");
	tap_eq(run(query, EBPF_RB_PROD_POS, 0, 0), 32 + 16 + 16, "ring: producer position");
	tap_eq(run(query, EBPF_RB_AVAIL_DATA, 0, 0), 64, "ring: bytes to read");
	len = ring_next(&r, &record);
	tap_ok(len == 20 && *(u64 *)record == 1111, "ring: the record is read");
	len = ring_next(&r, &record);
	tap_ok(len == (8 | EBPF_RINGBUF_DISCARD_BIT), "ring: the discarded one is marked");
	len = ring_next(&r, &record);
	tap_ok(len == 8 && *(u64 *)record == 3333, "ring: the third");
	tap_eq(ring_next(&r, &record), 0, "ring: no more");
	tap_eq(run(query, EBPF_RB_CONS_POS, 0, 0), 64, "ring: consumer position");

	for (i = 0; !run(submit, i, 0, 0); i++)
		if (i > 1000)
			break;
	/* One byte at least stays free, or full would look like empty. */
	tap_eq(i, (PAGE - 1) / 32, "ring: full after %d records", i);
	tap_eq(run(output, 1, 0, 0), 0, "ring: a smaller one still fits");
	tap_eq(run(output, 1, 0, 0), -EAGAIN, "ring: then none");
	for (i = 0; ring_next(&r, &record) == 20 && *(u64 *)record == (u64)i; i++)
		;
	tap_eq(i, (PAGE - 1) / 32, "ring: all are read, past the end of the data too");
	close(submit);
	close(discard);
	close(output);
	close(query);
	ring_close(&r);
}

static void test_ringbuf_sizes(void)
{
	struct ring r;
	int fits, large, huge;

	ring_open(&r, PAGE);
	fits = RESERVE(r.fd, PAGE - 16, ringbuf_submit);
	large = RESERVE(r.fd, PAGE - 7, ringbuf_submit);
	huge = RESERVE(r.fd, 0x1fffffff, ringbuf_submit);
	tap_eq(run(large, 0, 0, 0), -1, "ring: no record larger than it");
	tap_eq(run(huge, 0, 0, 0), -1, "ring: no record of half a GiB");
	tap_eq(run(fits, 0, 0, 0), 0, "ring: a record that fills it");
	tap_eq(run(fits, 0, 0, 0), -1, "ring: not twice");
	/* A consumer that claims to have read what was never written. */
	*r.consumer += 10 * PAGE;
	run(fits, 0, 0, 0);
	*r.consumer = U64_MAX - 100;
	run(fits, 0, 0, 0);
	run(huge, 0, 0, 0);
	tap_ok(*r.producer <= 3 * PAGE, "ring: a wild consumer position does not open it");
	close(fits);
	close(large);
	close(huge);
	ring_close(&r);
}

static bool wakes(int epoll, int prog, u64 flags)
{
	struct epoll_event event;

	run(prog, 0, flags, 0);
	return epoll_wait(epoll, &event, 1, 0) == 1;
}

static void test_ringbuf_wakeup(void)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLET };
	int epoll = epoll_create1(0), submit;
	const u8 *record;
	struct ring r;

	ring_open(&r, PAGE);
	submit = RESERVE(r.fd, 8, ringbuf_submit);
	epoll_ctl(epoll, EPOLL_CTL_ADD, r.fd, &event);
	tap_eq(epoll_wait(epoll, &event, 1, 0), 0, "ring: nobody is woken before");
	tap_ok(wakes(epoll, submit, 0), "ring: the first record wakes");
	tap_ok(!wakes(epoll, submit, 0), "ring: the second does not, the reader knows");
	tap_ok(wakes(epoll, submit, EBPF_RB_FORCE_WAKEUP), "ring: unless forced");
	while (ring_next(&r, &record))
		;
	tap_ok(!wakes(epoll, submit, EBPF_RB_NO_WAKEUP), "ring: NO_WAKEUP does not");
	while (ring_next(&r, &record))
		;
	tap_ok(wakes(epoll, submit, 0), "ring: the next does");
	close(epoll);
	close(submit);
	ring_close(&r);
}

struct producer {
	pthread_t thread;
	int prog;
	u64 nr;
	u64 sent;
};

#define RECORDS	4000

static void *produce(void *arg)
{
	struct producer *p = arg;
	while (p->sent < RECORDS) {
		if (!run(p->prog, p->nr << 32 | p->sent, 0, 0))
			p->sent++;
		else
			sched_yield();	/* full */
	}
	return NULL;
}

static void test_ringbuf_producers(void)
{
	struct pollfd pfd = { .events = POLLIN };
	u64 got[4] = { 0 }, bad = 0, v;
	struct producer p[4];
	const u8 *record;
	struct ring r;
	int i, prog, alive = 4;

	ring_open(&r, 2 * PAGE);
	prog = RESERVE(r.fd, 44, ringbuf_submit);
	pfd.fd = r.fd;
	for (i = 0; i < 4; i++) {
		p[i] = (struct producer){ .prog = prog, .nr = i };
		pthread_create(&p[i].thread, NULL, produce, &p[i]);
	}
	while (alive) {
		while (ring_next(&r, &record)) {
			v = *(u64 *)record;
			bad += v >> 32 > 3 || (v & U32_MAX) != got[v >> 32]++;
		}
		poll(&pfd, 1, 5);
		for (i = 0; i < 4; i++)
			if (p[i].prog >= 0 && !pthread_tryjoin_np(p[i].thread, NULL)) {
				p[i].prog = -1;
				alive--;
			}
	}
	while (ring_next(&r, &record)) {
		v = *(u64 *)record;
		bad += v >> 32 > 3 || (v & U32_MAX) != got[v >> 32]++;
	}
	for (i = 0; i < 4; i++)
		bad += got[i] != RECORDS;
	tap_eq(bad, 0, "ring: 4 producers' records arrive in order, each once");
	close(prog);
	ring_close(&r);
}

/*
 * PROG_ARRAY
 */
static int prog_of_type(u32 type)
{
	const struct ebpf_insn insns[] = { MOVI(0, 0), EXIT() };

	return load(insns, 2, type);
}

static void test_prog_array(void)
{
	int fd = must(T(PROG_ARRAY), 4, 4, 3, 0), again;
	int jump = PROG(LDX(EBPF_DW, 3, 1, 0), LDMAP(2, fd), CALL(tail_call), MOVI(0, 1), EXIT());
	int target = PROG(LDX(EBPF_DW, 0, 1, 8), EXIT());
	int filter = prog_of_type(EBPF_PROG_TYPE_SOCKET_FILTER);
	u32 key = 1, value = target, got = 0;
	int i;

	tap_eq(run(jump, 1, 42, 0), 1, "tail call: an empty entry falls through");
	tap_eq(run(jump, 3, 42, 0), 1, "tail call: so does one outside");
	tap_eq(run(jump, 1ULL << 32 | 3, 42, 0), 1, "tail call: the index has 32 bits");
	tap_eq(map_update(fd, &key, &value, 0), 0, "tail call: a program is put in");
	tap_eq(run(jump, 1, 42, 0), 42, "tail call: it runs with the context");
	tap_ok(!map_lookup(fd, &key, &got) && got, "tail call: look-up gives its id");
	value = filter;
	tap_eq(map_update(fd, &key, &value, 0), -EINVAL, "tail call: not of another type");
	value = jump;
	tap_eq(map_update(fd, &key, &value, 0), 0, "tail call: the caller itself");
	tap_eq(run(jump, 1, 42, 0), 1, "tail call: 33 times, then it falls through");
	tap_eq(map_delete(fd, &key), 0, "tail call: taken out");
	tap_eq(run(jump, 1, 42, 0), 1, "tail call: and not run any more");
	value = target;
	map_update(fd, &key, &value, 0);
	again = map_reopen(fd);
	close(fd);
	tap_eq(run(jump, 1, 42, 0), 42, "tail call: one of two fds closed changes nothing");
	close(again);
	/* Linux leaves that to a worker. */
	for (i = 0; i < 1000 && run(jump, 1, 42, 0) != 1; i++)
		usleep(1000);
	tap_eq(run(jump, 1, 42, 0), 1, "tail call: with the last fd the map is emptied");
	close(jump);
	close(target);
	close(filter);
}

/*
 * PERF_EVENT_ARRAY
 */
static int open_output(void)
{
	struct perf_event_attr attr;
	struct ebpfdrv_perf_event_open req;

	memset(&attr, 0, sizeof(attr));
	attr.type = PERF_TYPE_SOFTWARE;
	attr.config = 10;	/* PERF_COUNT_SW_BPF_OUTPUT, not in old headers */
	attr.size = sizeof(attr);
	attr.sample_type = PERF_SAMPLE_RAW;
	attr.wakeup_events = 1;
	memset(&req, 0, sizeof(req));
	req.attr = (uintptr_t)&attr;
	req.pid = -1;
	req.group_fd = -1;
	if (native)
		return syscall(SYS_perf_event_open, &attr, -1, 0, -1, 0);
	return ioctl(drv, EBPFDRV_IOC_PERF_EVENT_OPEN, &req);
}

static void test_perf_event_array(u32 flags)
{
	int fd = must(T(PERF_EVENT_ARRAY), 4, 4, 2, flags), event = open_output(), again;
	bool preserve = flags & EBPF_F_PRESERVE_ELEMS;
	u32 key = 0, value = event;

	if (!tap_ok(event >= 0, "events: an output event"))
		goto out;
	tap_eq(map_update(fd, &key, &value, 0), 0, "events: put in");
	tap_eq(map_update(fd, &key, &value, 0), 0, "events: and in its place again");
	tap_eq(map_lookup(fd, &key, &value), -ENOTSUPP, "events: no look-up");
	again = map_reopen(fd);
	key = 1;
	value = event;
	tap_eq(map_update(again, &key, &value, 0), 0, "events: put in through another file");
	close(again);
	tap_eq(map_delete(fd, &key), preserve ? 0 : -ENOENT, "events: it %s with that file",
	       preserve ? "does not go" : "goes");
	key = 0;
	tap_eq(map_delete(fd, &key), 0, "events: the other is still there");
	value = event;
	map_update(fd, &key, &value, 0);
	close(event);
out:
	close(fd);
}

/*
 * STACK_TRACE
 */
static void test_stackid(void)
{
	int fd = must(T(STACK_TRACE), 4, 8 * 32, 64, 0);
	int prog = PROG(LDX(EBPF_DW, 3, 1, 0), LDMAP(2, fd), CALL(get_stackid), EXIT());
	u64 ips[32] = { 0 };
	u32 key, next;
	int id, i;

	id = run(prog, 0, 0, 0);
	tap_ok(id >= 0, "stack: a kernel stack has an id (%d)", id);
	if (id >= 0) {
		key = id;
		tap_ok(!map_lookup(fd, &key, ips) && ips[0] >> 63 && ips[1] >> 63,
		       "stack: its frames are the kernel's");
		for (i = 0; i < 32 && ips[i]; i++)
			;
		tap_ok(i > 2, "stack: %d of them", i);
		tap_ok(!map_next_key(fd, NULL, &next) && next == key, "stack: it is the first key");
		tap_eq(map_lookup(fd, &key, ips), 0, "stack: it is there twice running");
		tap_eq(run(prog, EBPF_F_FAST_STACK_CMP, 0, 0), id, "stack: the same again, same id");
		tap_eq(map_delete(fd, &key), 0, "stack: deleted");
		tap_eq(map_lookup(fd, &key, ips), -ENOENT, "stack: gone");
	}
	tap_eq(run(prog, 255, 0, 0), -EFAULT, "stack: more frames skipped than there are");
	tap_eq(run(prog, 1 << 11, 0, 0), -EINVAL, "stack: an unknown flag");
	tap_eq(run(prog, 1ULL << 32, 0, 0), -EINVAL, "stack: a flag beyond 32 bits");
	close(prog);
	close(fd);
}

static void test_stack_build_id(void)
{
	int fd = must(T(STACK_TRACE), 4, 32 * 16, 8, EBPF_F_STACK_BUILD_ID);
	int prog = PROG(LDX(EBPF_DW, 3, 1, 0), LDMAP(2, fd), CALL(get_stackid), EXIT());
	struct ebpf_stack_build_id ids[16] = { { 0 } };
	int id = run(prog, 0, 0, 0);
	u32 key = id;

	tap_ok(id >= 0, "stack of build ids: an id (%d)", id);
	tap_ok(!map_lookup(fd, &key, ids) && ids[0].status == EBPF_STACK_BUILD_ID_IP &&
	       ids[0].ip >> 63, "stack of build ids: kernel frames are addresses");
	close(prog);
	close(fd);
}

/*
 * CGROUP_ARRAY
 */
static void test_cgroup(void)
{
	int fd = must(T(CGROUP_ARRAY), 4, 4, 2, 0);
	int prog = PROG(LDX(EBPF_DW, 2, 1, 0), LDMAP(1, fd), CALL(current_task_under_cgroup),
			EXIT());
	char at[] = "/tmp/test_maps.XXXXXX", sub[64];
	int root, child;
	u32 key, value;

	tap_eq(run(prog, 0, 0, 0), -EAGAIN, "cgroup: an empty entry");
	tap_eq(run(prog, 2, 0, 0), -E2BIG, "cgroup: index 2 of 2");
	if (!mkdtemp(at) || (mount("none", at, "cgroup2", 0, NULL) &&
			     mount("none", at, "cgroup", 0, "perf_event") &&
			     mount("none", at, "cgroup", 0, "cpuacct"))) {
		tap_skip("no cgroup hierarchy can be mounted");
		goto out;
	}
	snprintf(sub, sizeof(sub), "%s/test_maps_prog", at);
	mkdir(sub, 0755);
	root = open(at, O_RDONLY | O_DIRECTORY);
	child = open(sub, O_RDONLY | O_DIRECTORY);
	key = 0;
	value = root;
	tap_eq(map_update(fd, &key, &value, 0), 0, "cgroup: the root");
	key = 1;
	value = child;
	tap_eq(map_update(fd, &key, &value, 0), 0, "cgroup: a child");
	close(root);
	close(child);
	tap_eq(run(prog, 0, 0, 0), 1, "cgroup: everybody is below the root");
	tap_eq(run(prog, 1, 0, 0), 0, "cgroup: nobody is in a new one");
	rmdir(sub);
	tap_eq(run(prog, 1, 0, 0), 0, "cgroup: nor in one that was removed");
out:
	close(prog);
	close(fd);
	umount2(at, MNT_DETACH);
	rmdir(at);
}

int main(void)
{
	cpu_set_t one;

	maps_open();
	test_array();
	test_direct_value();
	test_count();
	test_ringbuf_records();
	test_ringbuf_sizes();
	test_ringbuf_wakeup();
	test_ringbuf_producers();
	test_prog_array();
	test_perf_event_array(0);
	test_perf_event_array(EBPF_F_PRESERVE_ELEMS);
	test_stackid();
	test_stack_build_id();
	test_cgroup();
	/* From here on values belong to the CPU that runs the program. */
	CPU_ZERO(&one);
	CPU_SET(0, &one);
	sched_setaffinity(0, sizeof(one), &one);
	test_percpu(T(PERCPU_ARRAY), "per-cpu array");
	test_percpu(T(PERCPU_HASH), "per-cpu hash");
	test_hash();
	return tap_end();
}
