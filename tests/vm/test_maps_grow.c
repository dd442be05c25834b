// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hashes without preallocation: what they take, that they fill up to the last element
 * and that elements are used again whichever CPU gives them back.
 */
#define _GNU_SOURCE
#include "maps_prog.h"

#include <pthread.h>
#include <sched.h>

#define F(name)	EBPF_F_##name

static long long memlock(int fd)
{
	char path[64], line[256];
	long long bytes = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		sscanf(line, "memlock:\t%lld", &bytes);
	if (f)
		fclose(f);
	return bytes;
}

/* Tells whether the kernel has fdinfo for files of modules. */
static bool has_fdinfo(void)
{
	int fd = must(T(ARRAY), 4, 8, 4, 0);
	bool has = memlock(fd) > 0;

	close(fd);
	return has;
}

static void test_memory(void)
{
	long long empty, full, again;
	u8 value[256] = { 0 };
	u32 key;
	int fd, bad = 0;

	fd = must(T(HASH), 4, 256, 1 << 20, F(NO_PREALLOC));
	empty = memlock(fd);
	for (key = 0; key < 5000; key++)
		bad |= map_update(fd, &key, value, 0);
	full = memlock(fd);
	for (key = 0; key < 5000; key++)
		bad |= map_delete(fd, &key);
	for (key = 0; key < 5000; key++)
		bad |= map_update(fd, &key, value, 0);
	again = memlock(fd);
	tap_eq(bad, 0, "memory: 5000 keys of a million, made, deleted, made");
	if (!has_fdinfo()) {
		tap_skip("no fdinfo of map files on this kernel");
	} else {
		/* 16 MiB of buckets, some 70 bytes more each where lockdep looks at their
		 * locks; all elements would take 288 MiB.
		 */
		tap_ok(empty < (access("/proc/lockdep", F_OK) ? 17 : 96) << 20,
		       "memory: empty, it takes %lld KiB", empty >> 10);
		tap_ok(full - empty >= 5000 * 256 && full - empty < 4 * 5000 * 256,
		       "memory: 5000 keys take %lld KiB", (full - empty) >> 10);
		tap_eq(again, full, "memory: elements are used again");
	}
	close(fd);
}

/* Filled to the last element by programs. */
static void test_fill(u32 type, u32 key_size, u32 value_size, u32 max)
{
	int fd = must(type, key_size, value_size, max, F(NO_PREALLOC));
	int update = prog_update(fd), lookup = prog_lookup(fd), del = prog_delete(fd);
	int bad = 0, waits = 0, err;
	u32 i, round;

	for (round = 0; round < 2 && !bad; round++) {
		for (i = 0; i < max && !bad; i++) {
			err = run(update, i, i + round, EBPF_NOEXIST);
			/* The memory is on its way. */
			for (; err == -ENOMEM && waits < 5000; waits++) {
				usleep(1000);
				err = run(update, i, i + round, EBPF_NOEXIST);
			}
			bad |= err;
		}
		bad |= run(update, max, 0, 0) != -E2BIG;
		for (i = 0; i < max; i++)
			bad |= run(lookup, i, 0, 0) != (int)(i + round);
		for (i = 0; i < max; i++)
			bad |= run(del, i, 0, 0) != 0;
	}
	tap_ok(!bad, "type %u, %u-byte keys, %u-byte values: %u elements and not one more", type,
	       key_size, value_size, max);
	close(update);
	close(lookup);
	close(del);
	close(fd);
}

/* Too large for a chunk that needs no waiting for. */
static void test_large(u32 type, int size)
{
	enum { MAX = 40 };
	int fd = must(type, 4, size, MAX, F(NO_PREALLOC)), cpus = possible_cpus(), bad = 0, i;
	u8 *in = calloc(cpus, size), *out = calloc(cpus, size);
	u32 key;

	for (key = 0; key < MAX; key++) {
		for (i = 0; i < cpus * size; i++)
			in[i] = i * 7 + key;
		bad |= map_update(fd, &key, in, 0);
	}
	bad |= map_update(fd, &key, in, 0) != -E2BIG;
	for (key = 0; key < MAX; key++) {
		for (i = 0; i < cpus * size; i++)
			in[i] = i * 7 + key;
		bad |= map_lookup(fd, &key, out);
		bad |= !!memcmp(in, out, type == T(HASH) ? size : cpus * size);
	}
	tap_ok(!bad, "type %u: %u values of %u bytes", type, MAX, size);
	free(in);
	free(out);
	close(fd);
}

/* One CPU makes keys, another deletes them: the elements come back. */
struct side {
	pthread_t thread;
	int cpu, prog;
	int del;
	int bad;
};

#define ROUNDS	8000
#define WINDOW	64

static volatile u32 made, deleted;

static void *side(void *arg)
{
	struct side *s = arg;
	cpu_set_t set;
	int err, tries;
	u32 i;

	CPU_ZERO(&set);
	CPU_SET(s->cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
	for (i = 0; i < ROUNDS; i++) {
		if (s->del) {
			while (made <= i)
				sched_yield();
			s->bad += run(s->prog, i, 0, 0) != 0;
			deleted = i + 1;
			continue;
		}
		while (i - deleted >= WINDOW)
			sched_yield();
		err = run(s->prog, i, i, EBPF_NOEXIST);
		for (tries = 0; err == -ENOMEM && tries < 1000; tries++) {
			usleep(1000);
			err = run(s->prog, i, i, EBPF_NOEXIST);
		}
		s->bad += err != 0;
		made = i + 1;
	}
	return NULL;
}

static void test_sides(void)
{
	int fd = must(T(HASH), 4, 16, 1 << 16, F(NO_PREALLOC)), cpus = possible_cpus();
	struct side a = { .cpu = 0, .prog = prog_update(fd) };
	struct side b = { .cpu = cpus > 1 ? 1 : 0, .prog = prog_delete(fd), .del = 1 };
	long long before = memlock(fd);

	pthread_create(&a.thread, NULL, side, &a);
	pthread_create(&b.thread, NULL, side, &b);
	pthread_join(a.thread, NULL);
	pthread_join(b.thread, NULL);
	tap_ok(!a.bad && !b.bad, "sides: made here, deleted there (%d, %d failed)", a.bad, b.bad);
	if (has_fdinfo())
		tap_ok(memlock(fd) - before < 256 << 10, "sides: it grew by %lld KiB only",
		       (memlock(fd) - before) >> 10);
	else
		tap_skip("no fdinfo of map files on this kernel");
	close(a.prog);
	close(b.prog);
	close(fd);
}

int main(void)
{
	cpu_set_t one;

	maps_open();
	test_memory();
	test_sides();
	CPU_ZERO(&one);
	CPU_SET(0, &one);
	sched_setaffinity(0, sizeof(one), &one);
	test_fill(T(HASH), 4, 8, 3000);
	test_fill(T(HASH), 8, 16, 1);
	test_fill(T(HASH), 11, 15, 500);
	test_fill(T(PERCPU_HASH), 4, 8, 2000);
	test_fill(T(PERCPU_HASH), 8, 12, 300);
	test_large(T(HASH), 100000);
	test_large(T(PERCPU_HASH), 32 << 10);
	return tap_end();
}
