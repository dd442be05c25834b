// SPDX-License-Identifier: GPL-2.0-only
/*
 * LRU hashes: by command, by programs, by many threads at once; and who is evicted.
 */
#define _GNU_SOURCE
#include "maps_prog.h"

#include <pthread.h>
#include <sched.h>

#define F(name)	EBPF_F_##name

static const struct create {
	const char *what;
	u32 type, key, value, max, flags;
	int want;		/* 0: an fd */
} creates[] = {
	{ "an LRU hash", T(LRU_HASH), 4, 8, 10, 0, 0 },
	{ "an LRU hash of 1 entry", T(LRU_HASH), 4, 8, 1, 0, 0 },
	{ "an LRU hash with NO_COMMON_LRU", T(LRU_HASH), 4, 8, 10, F(NO_COMMON_LRU), 0 },
	{ "an LRU hash with seed 0", T(LRU_HASH), 4, 8, 10, F(ZERO_SEED), 0 },
	{ "an LRU hash on NUMA node 0", T(LRU_HASH), 4, 8, 10, F(NUMA_NODE), 0 },
	{ "a per-cpu LRU hash", T(LRU_PERCPU_HASH), 5, 9, 10, 0, 0 },
	{ "a per-cpu LRU hash with NO_COMMON_LRU", T(LRU_PERCPU_HASH), 5, 9, 10,
	  F(NO_COMMON_LRU), 0 },
	{ "no LRU hash without prealloc", T(LRU_HASH), 4, 8, 10, F(NO_PREALLOC), -ENOTSUPP },
	{ "no LRU hash of 0 entries", T(LRU_HASH), 4, 8, 0, 0, -EINVAL },
	{ "no LRU hash of 0-byte keys", T(LRU_HASH), 0, 8, 1, 0, -EINVAL },
	{ "no LRU hash of 0-byte values", T(LRU_HASH), 4, 0, 1, 0, -EINVAL },
	{ "no mappable LRU hash", T(LRU_HASH), 4, 8, 1, F(MMAPABLE), -EINVAL },
	{ "no NO_COMMON_LRU on a NUMA node", T(LRU_HASH), 4, 8, 10,
	  F(NO_COMMON_LRU) | F(NUMA_NODE), -EINVAL },
	{ "no per-cpu LRU hash on a NUMA node", T(LRU_PERCPU_HASH), 4, 8, 10, F(NUMA_NODE),
	  -EINVAL },
	{ "no LRU hash of 4 MiB values", T(LRU_HASH), 4, 4 << 20, 1, 0, -E2BIG },
};

static void test_create(void)
{
	unsigned int i;
	int fd;

	for (i = 0; i < ARRAY_SIZE(creates); i++) {
		const struct create *c = &creates[i];

		fd = map_create(c->type, c->key, c->value, c->max, c->flags);
		tap_eq(fd < 0 ? fd : 0, c->want, "%s", c->what);
		if (fd >= 0)
			close(fd);
	}
}

static int count_keys(int fd)
{
	u32 key, next;
	int n = 0;

	while (n < 1 << 20 && !map_next_key(fd, n ? &key : NULL, &next)) {
		key = next;
		n++;
	}
	return n;
}

static void test_commands(void)
{
	int fd = must(T(LRU_HASH), 4, 8, 4, 0);
	u64 value = 11, got;
	u32 key = 1, next;

	tap_eq(map_lookup(fd, &key, &got), -ENOENT, "commands: empty");
	tap_eq(map_delete(fd, &key), -ENOENT, "commands: nothing to delete");
	tap_eq(map_update(fd, &key, &value, EBPF_EXIST), -ENOENT, "commands: EXIST");
	tap_eq(map_update(fd, &key, &value, EBPF_NOEXIST), 0, "commands: NOEXIST");
	tap_eq(map_update(fd, &key, &value, EBPF_NOEXIST), -EEXIST, "commands: and again");
	tap_eq(map_update(fd, &key, &value, 3), -EINVAL, "commands: flag 3");
	tap_ok(!map_lookup(fd, &key, &got) && got == 11, "commands: look-up");
	value = 12;
	tap_eq(map_update(fd, &key, &value, EBPF_ANY), 0, "commands: another value");
	tap_ok(!map_lookup(fd, &key, &got) && got == 12, "commands: is seen");
	tap_ok(!map_next_key(fd, NULL, &next) && next == 1, "commands: the only key");
	tap_eq(map_next_key(fd, &key, &next), -ENOENT, "commands: none after it");
	tap_ok(!map_lookup_delete(fd, &key, &got) && got == 12, "commands: look-up and delete");
	tap_eq(map_lookup(fd, &key, &got), -ENOENT, "commands: gone");
	close(fd);
}

/* Each CPU has its share then, the same for all. */
static u32 rounded(u32 max, u32 flags)
{
	u32 cpus = possible_cpus();

	return flags & F(NO_COMMON_LRU) ? (max + cpus - 1) / cpus * cpus : max;
}

static u32 max_of(int fd)
{
	struct ebpf_map_info info;
	union ebpf_attr attr;

	memset(&info, 0, sizeof(info));
	memset(&attr, 0, sizeof(attr));
	attr.info.bpf_fd = fd;
	attr.info.info_len = sizeof(info);
	attr.info.info = (uintptr_t)&info;
	return sys_bpf(EBPF_OBJ_GET_INFO_BY_FD, &attr) ? 0 : info.max_entries;
}

/* More keys than fit: the last ones are there, and never more than fit. */
static void test_overflow(u32 type, u32 max, u32 flags)
{
	int cpus = possible_cpus(), fd = must(type, 4, 8, max, flags);
	u64 *values = calloc(cpus, sizeof(*values)), *got = calloc(cpus, sizeof(*got));
	u32 key, total = 5 * max + 10;
	int bad = 0, wrong = 0, n;

	for (key = 0; key < total; key++) {
		values[0] = key * 3 + 1;
		bad |= map_update(fd, &key, values, EBPF_NOEXIST);
		/* The one just made is not the next to go. */
		wrong |= map_lookup(fd, &key, got) || got[0] != values[0];
	}
	tap_eq(bad, 0, "type %u, max %u, flags %#x: %u keys, no update fails", type, max, flags,
	       total);
	tap_ok(!wrong, "type %u, max %u, flags %#x: the key just made is there", type, max, flags);
	n = count_keys(fd);
	tap_eq(max_of(fd), rounded(max, flags), "type %u, max %u, flags %#x: so many it is made for",
	       type, max, flags);
	/* All on one CPU. */
	tap_eq(n, flags & F(NO_COMMON_LRU) ? rounded(max, flags) / cpus : max,
	       "type %u, max %u, flags %#x: full", type, max, flags);
	wrong = 0;
	for (key = 0; key < total; key++)
		if (!map_lookup(fd, &key, got))
			wrong |= got[0] != key * 3 + 1;
	tap_ok(!wrong, "type %u, max %u, flags %#x: values belong to their keys", type, max, flags);
	free(values);
	free(got);
	close(fd);
}

/* Keys that a program looks up between updates outlive those nobody asks for. */
static void test_order(u32 flags)
{
	enum { MAX = 100, HOT = 20 };
	int fd = must(T(LRU_HASH), 4, 8, flags ? MAX * possible_cpus() : MAX, flags);
	int lookup = prog_lookup(fd), update = prog_update(fd);
	int hot_lost = 0, old_kept = 0;
	u32 key, h;
	u64 got;

	for (key = 0; key < MAX; key++)
		run(update, key, key, 0);
	for (key = MAX; key < 6 * MAX; key++) {
		/* All of the hot ones within one round of evictions. */
		for (h = 0; h < HOT; h++)
			run(lookup, h, 0, 0);
		run(update, key, key, 0);
	}
	for (h = 0; h < HOT; h++)
		hot_lost += !!map_lookup(fd, &h, &got);
	for (key = HOT; key < 4 * MAX; key++)
		old_kept += !map_lookup(fd, &key, &got);
	tap_eq(hot_lost, 0, "order, flags %#x: what is looked up stays", flags);
	tap_eq(old_kept, 0, "order, flags %#x: what is not goes", flags);
	close(lookup);
	close(update);
	close(fd);
}

/* Commands' look-ups are no use: somebody who dumps the map changes nothing. */
static void test_command_lookup_is_no_use(void)
{
	enum { MAX = 64 };
	int fd = must(T(LRU_HASH), 4, 8, MAX, 0);
	int update = prog_update(fd), kept = 0;
	u32 key, i;
	u64 got;

	for (key = 0; key < MAX; key++)
		run(update, key, key, 0);
	for (; key < 2 * MAX; key++) {
		for (i = 0; i < MAX; i++)
			map_lookup(fd, &i, &got);
		run(update, key, key, 0);
	}
	for (i = 0; i < MAX; i++)
		kept += !map_lookup(fd, &i, &got);
	tap_eq(kept, 0, "look-ups by command keep nothing alive");
	close(update);
	close(fd);
}

static void test_prog(u32 type)
{
	int fd = must(type, 4, 8, 3, 0);
	int lookup = prog_lookup(fd), update = prog_update(fd), del = prog_delete(fd);
	u32 i;
	int bad = 0;

	bad |= run(lookup, 5, 0, 0) != -1000;
	bad |= run(del, 5, 0, 0) != -ENOENT;
	bad |= run(update, 5, 0, EBPF_EXIST) != -ENOENT;
	bad |= run(update, 5, 55, EBPF_NOEXIST) != 0;
	bad |= run(update, 5, 56, EBPF_NOEXIST) != -EEXIST;
	bad |= run(lookup, 5, 0, 0) != 55;
	bad |= run(update, 5, 57, EBPF_EXIST) != 0;
	bad |= run(lookup, 5, 0, 0) != 57;
	bad |= run(del, 5, 0, 0) != 0;
	bad |= run(lookup, 5, 0, 0) != -1000;
	tap_ok(!bad, "type %u: a program looks up, updates, deletes", type);
	for (i = 0; i < 1000 && !bad; i++) {
		bad |= run(update, i, i + 7, EBPF_ANY) != 0;
		bad |= run(lookup, i, 0, 0) != (int)i + 7;
	}
	tap_ok(!bad, "type %u: a program makes 1000 keys in a map of 3", type);
	tap_eq(count_keys(fd), 3, "type %u: 3 are left", type);
	close(lookup);
	close(update);
	close(del);
	close(fd);
}

/* A new key of a per-cpu map starts at zero on other CPUs, whoever had the element. */
static void test_percpu_zero(void)
{
	int cpus = possible_cpus(), fd = must(T(LRU_PERCPU_HASH), 4, 8, 2, 0);
	int update = prog_update(fd), bad = 0;
	u64 *values = calloc(cpus, sizeof(*values));
	u32 key;
	int i;

	memset(values, 0xff, cpus * sizeof(*values));
	for (key = 0; key < 2; key++)
		map_update(fd, &key, values, 0);
	for (key = 10; key < 20; key++) {
		bad |= run_on(update, 0, key, 5, 0);
		bad |= map_lookup(fd, &key, values);
		bad |= values[0] != 5;
		for (i = 1; i < cpus; i++)
			bad |= values[i] != 0;
	}
	tap_ok(!bad, "per-cpu: a new key is zero on the other CPUs");
	free(values);
	close(update);
	close(fd);
}

/*
 * Many threads, few elements. The value of a key is always the key, twice.
 */
#define ROUNDS	2000

struct worker {
	pthread_t thread;
	int fd, update, lookup, del;
	u32 seed;
	int failed, wrong;
};

static void *worker(void *arg)
{
	struct worker *w = arg;
	u64 value[2];
	u32 i, key;
	int err;

	for (i = 0; i < ROUNDS; i++) {
		w->seed = w->seed * 1103515245 + 12345;
		key = w->seed >> 16 & 63;
		err = run(w->update, key, key, 0);
		/* Every element in some other thread's hands is no failure. */
		w->failed += err && err != -ENOMEM && err != -EBUSY;
		err = run(w->lookup, key ^ 1, 0, 0);
		/* As in Linux, an element can become another key's while a program
		 * holds it: the value is then that key's, but one of them.
		 */
		w->wrong += err != -1000 && (err < 0 || err > 63);
		if (!map_lookup(w->fd, &key, value))
			w->wrong += value[0] != key || value[1] != key;
		if (!(i & 7))
			run(w->del, key ^ 2, 0, 0);
	}
	return NULL;
}

static void test_threads(u32 max, u32 flags)
{
	struct worker w[4];
	int fd = must(T(LRU_HASH), 4, 16, max, flags), failed = 0, wrong = 0;
	int update = prog_update(fd), lookup = prog_lookup(fd), del = prog_delete(fd);
	u32 i, key;

	for (i = 0; i < ARRAY_SIZE(w); i++) {
		w[i] = (struct worker){ .fd = fd, .update = update, .lookup = lookup, .del = del,
					.seed = i + 1 };
		pthread_create(&w[i].thread, NULL, worker, &w[i]);
	}
	for (i = 0; i < ARRAY_SIZE(w); i++) {
		pthread_join(w[i].thread, NULL);
		failed += w[i].failed;
		wrong += w[i].wrong;
	}
	tap_eq(failed, 0, "threads, max %u, flags %#x: no update fails", max, flags);
	tap_eq(wrong, 0, "threads, max %u, flags %#x: commands see each key's value, programs some",
	       max, flags);
	tap_ok(count_keys(fd) <= (int)rounded(max, flags),
	       "threads, max %u, flags %#x: no more than fit", max, flags);
	/* No element was lost. */
	for (key = 1000; key < 1000 + 3 * max * possible_cpus(); key++)
		run_on(update, key % possible_cpus(), key, key, 0);
	tap_eq(count_keys(fd), rounded(max, flags), "threads, max %u, flags %#x: and all that fit",
	       max, flags);
	close(update);
	close(lookup);
	close(del);
	close(fd);
}

static u32 count_range(int fd, u32 from, u32 to)
{
	u64 *got = calloc(possible_cpus(), sizeof(*got));
	u32 key, n = 0;

	for (key = from; key < to; key++)
		n += !map_lookup(fd, &key, got);
	free(got);
	return n;
}

/* @used of @max, made one after the other, are in use when @more come. */
static void test_long_run(u32 max, u32 used, u32 more)
{
	int fd = must(T(LRU_HASH), 4, 8, max, 0), lookup = prog_lookup(fd);
	u64 value = 1;
	u32 key;

	for (key = 0; key < max; key++)
		map_update(fd, &key, &value, 0);
	for (key = 0; key < used; key++)
		run(lookup, key, 0, 0);
	for (key = max; key < max + more; key++)
		map_update(fd, &key, &value, 0);
	tap_eq(count_range(fd, 0, used), used, "%u of %u in use, %u new ones: all of them stay", used,
	       max, more);
	tap_ok(count_range(fd, max, max + more) >= more - more / 10,
	       "and of the new ones nearly all");
	tap_eq(count_keys(fd), max, "and it is full");
	close(lookup);
	close(fd);
}

/* Where each CPU has its own, no other CPU's keys go for them. */
static void test_own(u32 type)
{
	enum { SHARE = 32 };
	int cpus = possible_cpus(), fd = must(type, 4, 8, SHARE * cpus, F(NO_COMMON_LRU));
	int update = prog_update(fd), del = prog_delete(fd);
	u32 key, round;

	if (cpus < 2) {
		tap_skip("one CPU: no other's keys");
		goto out;
	}
	for (key = 0; key < SHARE; key++)
		run_on(update, 1, key, key, 0);
	for (key = 1000; key < 1000 + 10 * SHARE; key++)
		run_on(update, 0, key, key, 0);
	tap_eq(count_range(fd, 0, SHARE), SHARE, "type %u: a flood on one CPU leaves the other's keys",
	       type);
	tap_eq(count_keys(fd), 2 * SHARE, "type %u: and fills its own share", type);
	/* Values that the other CPU replaces stay in the first one's share. */
	for (round = 0; round < 5; round++)
		for (key = 0; key < SHARE; key++)
			run_on(update, 0, key, key + round, 0);
	for (key = 2000; key < 2000 + 10 * SHARE; key++)
		run_on(update, 0, key, key, 0);
	tap_eq(count_range(fd, 0, SHARE), SHARE, "type %u: also after it changed their values", type);
	tap_eq(count_keys(fd), 2 * SHARE, "type %u: with all shares full", type);
	/* What another CPU deletes comes back to the share that it was of. */
	for (key = 0; key < SHARE; key++)
		run_on(del, 0, key, 0, 0);
	for (key = 3000; key < 3000 + 10 * SHARE; key++)
		run_on(update, 0, key, key, 0);
	tap_eq(count_keys(fd), SHARE, "type %u: deleted elements stay the other's", type);
	for (key = 0; key < SHARE; key++)
		run_on(update, 1, key, key, 0);
	tap_eq(count_range(fd, 0, SHARE), SHARE, "type %u: who has room for as many again", type);
	tap_eq(count_keys(fd), 2 * SHARE, "type %u: at nobody's cost", type);
out:
	close(update);
	close(del);
	close(fd);
}

int main(void)
{
	cpu_set_t one;

	maps_open();
	test_create();
	test_commands();
	test_threads(1, 0);
	test_threads(8, 0);
	test_threads(32, F(NO_COMMON_LRU));
	CPU_ZERO(&one);
	CPU_SET(0, &one);
	sched_setaffinity(0, sizeof(one), &one);
	test_overflow(T(LRU_HASH), 1, 0);
	test_overflow(T(LRU_HASH), 7, 0);
	test_overflow(T(LRU_HASH), 300, 0);
	test_overflow(T(LRU_HASH), 300, F(NO_COMMON_LRU));
	test_overflow(T(LRU_PERCPU_HASH), 1, 0);
	test_overflow(T(LRU_PERCPU_HASH), 64, F(NO_COMMON_LRU));
	test_order(0);
	test_order(F(NO_COMMON_LRU));
	test_command_lookup_is_no_use();
	test_long_run(256, 191, 64);
	test_long_run(4096, 2048, 500);
	test_long_run(4096, 3500, 500);
	test_own(T(LRU_HASH));
	test_own(T(LRU_PERCPU_HASH));
	test_prog(T(LRU_HASH));
	test_prog(T(LRU_PERCPU_HASH));
	test_percpu_zero();
	return tap_end();
}
