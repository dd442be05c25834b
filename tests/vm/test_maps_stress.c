// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hashes under many threads: no element is lost, none is there twice, a value is
 * never seen half written and a key that is only ever replaced never seen missing.
 *
 * harness: faults=no
 */
#define _GNU_SOURCE
#include "maps_lib.h"
#include "tap.h"

#include <pthread.h>

#define THREADS		6
#define OWN_KEYS	512
#define OWN_OPS		20000
#define SHARED_KEYS	8
#define SHARED_OPS	12000
#define VALUE_WORDS	24

struct worker {
	pthread_t thread;
	int fd;
	u32 nr;
	u32 seed;
	u32 bad;
};

static volatile bool stop;

static u32 next_random(u32 *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

static void run(int fd, void *(*fn)(void *), struct worker *w, int n)
{
	int i;

	for (i = 0; i < n; i++) {
		w[i].fd = fd;
		w[i].nr = i;
		w[i].seed = i * 7919 + 1;
		w[i].bad = 0;
		pthread_create(&w[i].thread, NULL, fn, &w[i]);
	}
}

static u32 join(struct worker *w, int n)
{
	u32 bad = 0;
	int i;

	for (i = 0; i < n; i++) {
		pthread_join(w[i].thread, NULL);
		bad += w[i].bad;
	}
	return bad;
}

/* Elements that can be added to @fd, which is empty, and are removed again. */
static u32 capacity(int fd, u32 max)
{
	u8 value[VALUE_WORDS * 8] = { 0 };
	u32 key, n;

	for (n = 0; n <= max; n++) {
		key = n + 1000000;
		if (map_update(fd, &key, value, EBPF_NOEXIST))
			break;
	}
	for (key = 1000000; key < 1000000 + n; key++)
		map_delete(fd, &key);
	return n;
}

static u32 count_keys(int fd, u32 limit)
{
	u32 key, next, n = 0;
	int err;

	for (err = map_next_key(fd, NULL, &next); !err && n <= limit;
	     err = map_next_key(fd, &key, &next)) {
		key = next;
		n++;
	}
	return n;
}

static void delete_all(int fd)
{
	u32 key;

	while (!map_next_key(fd, NULL, &key))
		map_delete(fd, &key);
}

/*
 * Each thread changes keys of its own and knows what must be there.
 */
static void *own_keys(void *arg)
{
	static u32 shadow[THREADS][OWN_KEYS];
	struct worker *w = arg;
	u32 *mine = shadow[w->nr];
	u32 i, slot, key, got;
	int err;

	memset(mine, 0, sizeof(shadow[0]));
	for (i = 1; i <= OWN_OPS; i++) {
		slot = next_random(&w->seed) % OWN_KEYS;
		key = slot * THREADS + w->nr;
		if (next_random(&w->seed) % 3) {
			w->bad += map_update(w->fd, &key, &i, EBPF_ANY) != 0;
			mine[slot] = i;
		} else {
			err = map_delete(w->fd, &key);
			w->bad += err != (mine[slot] ? 0 : -ENOENT);
			mine[slot] = 0;
		}
	}
	for (slot = 0; slot < OWN_KEYS; slot++) {
		key = slot * THREADS + w->nr;
		err = map_lookup(w->fd, &key, &got);
		w->bad += mine[slot] ? err || got != mine[slot] : err != -ENOENT;
	}
	return NULL;
}

static void test_own_keys(u32 flags)
{
	u32 max = OWN_KEYS * THREADS;
	int fd = map_create(EBPF_MAP_TYPE_HASH, 4, 4, max, flags);
	struct worker w[THREADS];

	run(fd, own_keys, w, THREADS);
	tap_eq(join(w, THREADS), 0, "%u changes by %u threads: each finds its own keys and no others",
	       OWN_OPS * THREADS, THREADS);
	tap_ok(count_keys(fd, max) <= max, "each key is there once");
	delete_all(fd);
	tap_eq(capacity(fd, max), max, "no element is lost");
	close(fd);
}

/*
 * Few keys, always there, replaced by all.
 */
static void *replace(void *arg)
{
	struct worker *w = arg;
	u64 value[VALUE_WORDS];
	u32 i, j, key;

	for (i = 0; i < SHARED_OPS; i++) {
		key = next_random(&w->seed) % SHARED_KEYS;
		for (j = 0; j < VALUE_WORDS; j++)
			value[j] = (u64)w->nr << 32 | i;
		w->bad += map_update(w->fd, &key, value, EBPF_ANY) != 0;
	}
	return NULL;
}

static void *read_whole(void *arg)
{
	struct worker *w = arg;
	u64 value[VALUE_WORDS];
	u32 j, key;

	while (!stop) {
		key = next_random(&w->seed) % SHARED_KEYS;
		if (map_lookup(w->fd, &key, value)) {
			w->bad++;
			continue;
		}
		for (j = 1; j < VALUE_WORDS; j++)
			w->bad += value[j] != value[0];
	}
	return NULL;
}

static void test_replace(void)
{
	u64 value[VALUE_WORDS] = { 0 };
	int fd = map_create(EBPF_MAP_TYPE_HASH, 4, sizeof(value), SHARED_KEYS, 0);
	struct worker writers[3], readers[3];
	u32 key;

	for (key = 0; key < SHARED_KEYS; key++)
		map_update(fd, &key, value, EBPF_NOEXIST);
	stop = false;
	run(fd, replace, writers, 3);
	run(fd, read_whole, readers, 3);
	tap_eq(join(writers, 3), 0, "a full map: each of %u replacements succeeds", 3 * SHARED_OPS);
	stop = true;
	tap_eq(join(readers, 3), 0, "no reader misses a key or sees half a value");
	tap_eq(count_keys(fd, 100), SHARED_KEYS, "the keys are there once");
	delete_all(fd);
	tap_eq(capacity(fd, SHARED_KEYS), SHARED_KEYS, "no element is lost");
	close(fd);
}

/*
 * More keys than there is room for.
 */
static void *churn(void *arg)
{
	struct worker *w = arg;
	u64 value[VALUE_WORDS] = { 0 };
	u32 i, key;
	int err;

	for (i = 0; i < OWN_OPS; i++) {
		key = next_random(&w->seed) % 128;
		switch (next_random(&w->seed) % 4) {
		case 0:
		case 1:
			err = map_update(w->fd, &key, value, EBPF_ANY);
			w->bad += err && err != -E2BIG;
			break;
		case 2:
			err = map_delete(w->fd, &key);
			w->bad += err && err != -ENOENT;
			break;
		default:
			err = map_lookup_delete(w->fd, &key, value);
			w->bad += err && err != -ENOENT;
		}
	}
	return NULL;
}

static void *iterate(void *arg)
{
	struct worker *w = arg;

	/* Keys come and go: only the end is sure. */
	while (!stop)
		count_keys(w->fd, 1000);
	return NULL;
}

static void test_churn(u32 type)
{
	int fd = map_create(type, 4, 8, 64, 0);
	struct worker w[THREADS], it;

	stop = false;
	run(fd, churn, w, THREADS);
	run(fd, iterate, &it, 1);
	tap_eq(join(w, THREADS), 0, "type %u: too many keys: nothing but E2BIG and ENOENT", type);
	stop = true;
	join(&it, 1);
	tap_ok(count_keys(fd, 100) <= 64, "type %u: never more than its size", type);
	delete_all(fd);
	tap_eq(capacity(fd, 64), 64, "type %u: no element is lost", type);
	close(fd);
}

/*
 * Maps made and closed while others do the same.
 */
static void *make_maps(void *arg)
{
	static const u32 types[] = {
		EBPF_MAP_TYPE_HASH, EBPF_MAP_TYPE_ARRAY, EBPF_MAP_TYPE_PERCPU_HASH,
		EBPF_MAP_TYPE_PERCPU_ARRAY, EBPF_MAP_TYPE_STACK_TRACE, EBPF_MAP_TYPE_RINGBUF,
	};
	struct worker *w = arg;
	u32 i, type;
	int fd;

	for (i = 0; i < 200; i++) {
		type = types[(i + w->nr) % ARRAY_SIZE(types)];
		if (type == EBPF_MAP_TYPE_RINGBUF)
			fd = map_create(type, 0, 0, 16384, 0);
		else
			fd = map_create(type, 4, 16, 100, 0);
		w->bad += fd < 0;
		close(fd);
	}
	return NULL;
}

static u64 live_maps(void)
{
	struct ebpfdrv_stats stats = { 0 };

	if (!native && ioctl(drv, EBPFDRV_IOC_STATS, &stats))
		return U64_MAX;
	return stats.maps;
}

static void test_make_maps(u64 before)
{
	struct worker w[THREADS];
	int i;

	run(-1, make_maps, w, THREADS);
	tap_eq(join(w, THREADS), 0, "%u maps made and closed", 200 * THREADS);
	/* They go after a grace period. */
	for (i = 0; i < 1000 && live_maps() != before; i++)
		usleep(10000);
	tap_eq(live_maps(), before, "none is left");
}

int main(void)
{
	u64 before;

	maps_open();
	before = live_maps();
	test_own_keys(0);
	test_own_keys(EBPF_F_NO_PREALLOC);
	test_replace();
	test_churn(EBPF_MAP_TYPE_HASH);
	/* A value of one CPU has 8 bytes, a lookup's all CPUs': room for them all. */
	if (possible_cpus() <= VALUE_WORDS)
		test_churn(EBPF_MAP_TYPE_PERCPU_HASH);
	else
		tap_skip("more than %d possible CPUs", VALUE_WORDS);
	test_make_maps(before);
	return tap_end();
}
