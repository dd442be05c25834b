// SPDX-License-Identifier: GPL-2.0-only
/*
 * harness: timeout=300
 *
 * Dynptrs, ring buffers in both directions, and bpf_find_vma(), through libbpf and the
 * shim.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/bpf.h>

#include "client.h"
#include "test_dynptr.h"

#define PAGE		4096
#define BUSY		(1U << 31)
#define DISCARD		(1U << 30)
#define HDR		8
#define NO_WAKEUP	1
#define FORCE_WAKEUP	2

static void run(const char *name, __u64 a, __u64 b)
{
	__u64 args[12] = { a, b };
	__u32 retval;

	if (!run_raw_tp(name, args, sizeof(args), &retval) || retval)
		die(name);
}

static __s64 result(__u32 key)
{
	__s64 value;

	if (bpf_map_lookup_elem(map_fd("results"), &key, &value))
		die("results");
	return value;
}

static void test_memory(void)
{
	unsigned char mem[MEM_SIZE];
	__u32 zero = 0;
	__u64 word;
	int i;

	for (i = 0; i < MEM_SIZE; i++)
		mem[i] = i;
	if (bpf_map_update_elem(map_fd("mem"), &zero, mem, 0))
		die("mem");
	run("memory", 0, 0);
	tap_eq(result(R_FROM_MEM), 0, "a dynptr of memory");
	tap_eq(result(R_FROM_MEM_FLAGS), -EINVAL, "with flags");
	tap_eq(result(R_READ), 0, "read");
	tap_eq(result(R_READ_VALUE), 0x0f0e0d0c0b0a0908, "what is there");
	tap_eq(result(R_READ_END), 0, "up to its end");
	tap_eq(result(R_READ_BEYOND), -E2BIG, "not beyond");
	tap_eq(result(R_READ_FAR), -E2BIG, "nor so far that it wraps");
	tap_eq(result(R_READ_FLAGS), -EINVAL, "read with flags");
	tap_eq(result(R_WRITE), 0, "write");
	tap_eq(result(R_WRITE_BEYOND), -E2BIG, "not beyond");
	tap_eq(result(R_DATA), 1, "a slice shows what was written");
	tap_eq(result(R_DATA_BEYOND), 1, "none beyond");
	tap_eq(result(R_NULL_READ), -EINVAL, "read where it leads nowhere");
	tap_eq(result(R_NULL_WRITE), -EINVAL, "write there");
	tap_eq(result(R_NULL_DATA), 1, "a slice of it");
	tap_eq(result(R_EMPTY), 0, "nothing, at its end");
	tap_eq(result(R_OVERLAP), 0, "from the value to the value");
	if (bpf_map_lookup_elem(map_fd("mem"), &zero, mem))
		die("mem");
	memcpy(&word, mem + 16, sizeof(word));
	tap_eq(word, 0x1122334455667789, "the slice was the memory itself");
	for (i = 0; i < 16 && mem[33 + i] == 32 + i; i++)
		;
	tap_eq(i, 16, "what overlapped was moved whole");
}

static int records_seen;
static size_t last_size;
static struct record last;

static int on_record(void *ctx, void *data, size_t size)
{
	memcpy(&last, data, sizeof(last));
	last_size = size;
	records_seen++;
	return 0;
}

static void test_records(void)
{
	struct ring_buffer *rb = ring_buffer__new(map_fd("ring"), on_record, NULL, NULL);
	int size;

	if (!rb)
		die("ring_buffer__new");
	for (size = 16; size < 2000; size = size * 3 + 1) {
		records_seen = 0;
		run("records", size, 0);
		tap_eq(result(R_RESERVE), 0, "a record of %d bytes", size);
		tap_eq(result(R_RECORD_DATA), size, "its slice");
		tap_eq(result(R_RESERVE_FLAGS), -EINVAL, "with flags");
		tap_eq(result(R_RESERVE_HUGE), -E2BIG, "more than a dynptr can be");
		tap_eq(result(R_RESERVE_MORE), -EINVAL, "more than the ring is");
		ring_buffer__consume(rb);
		tap_eq(records_seen, 1, "one came out");
		tap_ok(last_size == (size_t)size && last.number == (__u64)size + 1 &&
		       last.again == ~(__u64)size, "as it was written");
	}
	records_seen = 0;
	run("records", 16, 1);
	ring_buffer__consume(rb);
	tap_eq(records_seen, 0, "none that was discarded");
	run("records", 8000, 0);
	tap_eq(result(R_RESERVE), -EINVAL, "no record larger than the ring");
	tap_eq(result(R_RECORD_DATA), -1, "nor a slice of it");
	ring_buffer__free(rb);
}

/* The ring as its producer has it. */
static volatile __u64 *consumer, *producer;
static unsigned char *ring;
static volatile __s64 *sums;

static void *map_ring(int prot, off_t off, size_t size)
{
	return mmap(NULL, size, prot, MAP_SHARED, map_fd("from_user"), off);
}

static __s64 *section(const char *name)
{
	struct bpf_map *map = bpf_object__find_map_by_name(obj, name);
	__s64 *p;

	if (!map)
		die(name);
	p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(map), 0);
	if (p == MAP_FAILED)
		die(name);
	return p;
}

static void put_hdr(__u64 pos, __u32 len)
{
	*(volatile __u32 *)(ring + pos % RING_SIZE) = len;
}

/* A record with @number in it. */
static void produce(__u64 number, __u32 size, __u32 bits)
{
	struct record r = { number, ~number };
	__u64 pos = *producer;

	put_hdr(pos, size | bits);
	memcpy(ring + pos % RING_SIZE + HDR, &r, sizeof(r));
	__sync_synchronize();
	*producer = pos + ((size + HDR + 7) & ~7U);
}

static void drain(__s64 stop_at, __u64 flags, __s64 ret, __s64 sum, const char *what)
{
	run("drain", stop_at, flags);
	tap_eq(sums[3], ret, "%s: result", what);
	tap_eq(sums[0], sum, "%s: sum", what);
}

static void test_mapping(void)
{
	tap_ok(map_ring(PROT_READ | PROT_WRITE, 0, PAGE) == MAP_FAILED && errno == EPERM,
	       "the consumer's position is not ours");
	tap_ok(map_ring(PROT_READ | PROT_WRITE, 0, 2 * PAGE) == MAP_FAILED && errno == EPERM,
	       "nor with the producer's");
	tap_ok(map_ring(PROT_READ, 0, 100 * PAGE) == MAP_FAILED, "no more than there is");
	consumer = map_ring(PROT_READ, 0, PAGE);
	producer = map_ring(PROT_READ | PROT_WRITE, PAGE, PAGE + 2 * RING_SIZE);
	if (consumer == MAP_FAILED || producer == MAP_FAILED)
		die("mmap");
	ring = (unsigned char *)producer + PAGE;
	tap_ok(mprotect((void *)consumer, PAGE, PROT_READ | PROT_WRITE) && errno == EACCES,
	       "nor by mprotect()");
}

static void test_lies(void)
{
	__u64 at = *producer;

	*producer = at + 4;
	drain(0, 0, -EINVAL, 0, "a position that is none");
	*producer = at;
	produce(1, 16, BUSY);
	drain(0, 0, 0, 0, "a busy record");
	put_hdr(at, 17);
	drain(0, 0, -EINVAL, 0, "a record that ends behind the producer");
	*producer = at + (1ULL << 40);
	put_hdr(at, RING_SIZE);
	drain(0, 0, -E2BIG, 0, "a record larger than the ring");
	put_hdr(at, 0x3fffffff);
	drain(0, 0, -E2BIG, 0, "a record larger than anything");
	*producer = at - 8;
	drain(0, 0, 0, 0, "a producer behind the consumer");
	*producer = at + 24;
	put_hdr(at, 16);
	drain(0, 0, 1, 1, "the truth");
	tap_eq(*consumer, *producer, "all of it was taken");
}

static int writable(int ep)
{
	struct epoll_event ev;

	return epoll_wait(ep, &ev, 1, 0);
}

static void test_poll(void)
{
	struct epoll_event ev = { .events = EPOLLOUT };
	int ep = epoll_create1(0);

	if (ep < 0 || epoll_ctl(ep, EPOLL_CTL_ADD, map_fd("from_user"), &ev))
		die("epoll");
	tap_eq(writable(ep), 1, "a ring with room can be written");
	*producer = *consumer + RING_SIZE;
	put_hdr(*consumer, (RING_SIZE - HDR) | DISCARD);
	tap_eq(writable(ep), 0, "a full one cannot");
	drain(0, 0, 0, 0, "a record that was discarded");
	tap_eq(writable(ep), 1, "then it can again");
	close(ep);
}

static void *keep_producing(void *arg)
{
	__u32 i;

	for (i = 0; i < 20000; i++) {
		while (*producer - *consumer > RING_SIZE / 2)
			usleep(100);
		produce(i, 16, 0);
	}
	return NULL;
}

static void test_stream(void)
{
	__u64 sum = 0, records = 0;
	pthread_t thread;

	if (pthread_create(&thread, NULL, keep_producing, NULL))
		die("pthread_create");
	while (records < 20000) {
		run("drain", 0, 0);
		if (sums[3] < 0)
			break;
		sum += sums[0];
		records += sums[1];
	}
	pthread_join(thread, NULL);
	tap_eq(records, 20000, "all of many records came through");
	tap_eq(sum, 20000ULL * 19999 / 2, "as they were");
}

static void test_user_ring(void)
{
	struct user_ring_buffer *rb;
	struct record *r;

	sums = section(".bss");
	test_mapping();
	drain(0, 0, 0, 0, "an empty ring");
	produce(5, 16, 0);
	produce(6, 24, 0);
	produce(100, 16, DISCARD);
	produce(7, 16, 0);
	drain(0, 0, 3, 18, "three records and one discarded");
	tap_eq(sums[2], -EBUSY, "nobody else drains meanwhile");
	tap_eq(*consumer, *producer, "all is taken");
	produce(5, 16, 0);
	produce(6, 16, 0);
	drain(1, 0, 1, 5, "until the function has enough");
	drain(0, 0, 1, 6, "the rest");
	drain(0, 4, -EINVAL, 0, "flags that are none");
	drain(0, FORCE_WAKEUP | NO_WAKEUP, 0, 0, "flags that are");
	test_lies();
	test_poll();
	test_stream();
	rb = user_ring_buffer__new(map_fd("from_user"), NULL);
	tap_ok(rb, "libbpf takes the ring");
	r = rb ? user_ring_buffer__reserve(rb, sizeof(*r)) : NULL;
	if (r) {
		*r = (struct record){ 9, ~9ULL };
		user_ring_buffer__submit(rb, r);
		drain(0, 0, 1, 9, "its record");
	}
	user_ring_buffer__free(rb);
}

static void test_area(void)
{
	char *p = mmap(NULL, 3 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	volatile __s64 *found = sums + 4;

	if (p == MAP_FAILED || munmap(p, PAGE))
		die("mmap");
	run("area", (__u64)(p + PAGE + 5), 0);
	tap_eq(found[0], 0, "the memory area at an address");
	tap_ok((char *)found[1] <= p + PAGE && (char *)found[2] >= p + 3 * PAGE, "is around it");
	tap_eq(found[3], getpid(), "of this task");
	tap_eq(found[4], -EINVAL, "flags");
	munmap(p + PAGE, PAGE);
	run("area", 1, 0);
	tap_eq(found[0], -ENOENT, "no area at address 1");
	p = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	tap_ok(p != MAP_FAILED && !munmap(p, PAGE), "the areas are not locked any more");
}

/* Two that unlock later would have one place to say so. */
static void test_area_nested(void)
{
	static const char text[] = "text";
	struct bpf_link *outer = attach("area_outer"), *inner = attach("area_inner");
	char *p;

	run("area_arm", (__u64)text, 0);
	usleep(1000);
	bpf_link__destroy(inner);
	bpf_link__destroy(outer);
	tap_eq(result(R_AREA_OUTER), 0, "with interrupts off: the area is found");
	tap_eq(result(R_AREA_HITS), 1, "with interrupts off: another looks meanwhile");
	tap_eq(result(R_AREA_INNER), -EBUSY, "with interrupts off: and is sent away");
	p = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	tap_ok(p != MAP_FAILED && !munmap(p, PAGE), "with interrupts off: all is unlocked");
}

int main(int argc, char **argv)
{
	client_preload(argv);
	client_load("test_dynptr");
	test_memory();
	test_records();
	test_user_ring();
	test_area();
	test_area_nested();
	bpf_object__close(obj);
	return tap_end();
}
