// SPDX-License-Identifier: GPL-2.0-only
/*
 * harness: timeout=400
 *
 * Timers in map values through libbpf and the shim: what the helpers answer, when the
 * functions run, and what ends a timer.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <linux/bpf.h>

#include "client.h"
#include "test_timer.h"

#define MS		1000000ULL
#define SOON		(1 * MS)
#define NEVER		(1000000 * MS)
#define PATIENCE	20000		/* ms until something that must come is missing */
#define STRESS_SECONDS	4

struct elem {
	__u64 data;
	__u64 timer[2];
	__u64 behind;
};

static int maps[NR_MAPS], noted_fd, orders_fd, prog_fd;
static const char *const map_names[] = { "array", "hash", "growing", "lru" };

static void load(void)
{
	int i;

	client_load("test_timer");
	for (i = 0; i < NR_MAPS; i++)
		maps[i] = map_fd(map_names[i]);
	noted_fd = map_fd("noted");
	orders_fd = map_fd("orders");
	prog_fd = bpf_program__fd(prog_named("obey"));
}

static long give(__u32 who, struct order *o)
{
	struct __sk_buff skb = { .mark = who };
	char packet[64] = { 0 };
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = packet, .data_size_in = sizeof(packet),
		    .ctx_in = &skb, .ctx_size_in = sizeof(skb));

	if (bpf_map_update_elem(orders_fd, &who, o, 0))
		die("orders");
	if (bpf_prog_test_run_opts(prog_fd, &run) || run.retval)
		die("BPF_PROG_TEST_RUN");
	if (bpf_map_lookup_elem(orders_fd, &who, o))
		die("orders");
	return o->ret;
}

static long order(__u32 map, __u32 key, __u32 op, __u32 fn, __u64 arg, __u64 flags)
{
	struct order o = { .map = map, .key = key, .op = op, .fn = fn, .arg = arg, .flags = flags };

	return give(0, &o);
}

static struct noted seen(__u32 key)
{
	struct noted n;

	if (bpf_map_lookup_elem(noted_fd, &key, &n))
		die("noted");
	return n;
}

static void forget(void)
{
	struct noted none = { 0 };
	__u32 i;

	for (i = 0; i < NR_NOTED; i++)
		if (bpf_map_update_elem(noted_fd, &i, &none, 0))
			die("noted");
}

/* Were there so many calls, at last? */
static bool calls_reach(__u32 key, __u64 calls)
{
	int ms;

	for (ms = 0; ms < PATIENCE && seen(key).calls < calls; ms += 5)
		usleep(5000);
	return seen(key).calls >= calls;
}

static void new_elem(__u32 map, __u32 key, __u64 data)
{
	struct elem e = { .data = data, .timer = { -1, -1 }, .behind = data };

	if (bpf_map_update_elem(maps[map], &key, &e, 0))
		die("update");
}

static void test_answers(__u32 map)
{
	const char *name = map_names[map];
	__u32 k = 2;

	new_elem(map, k, 7);
	tap_eq(order(map, k, OP_CANCEL, 0, 0, 0), -EINVAL, "%s: cancel without a timer", name);
	tap_eq(order(map, k, OP_START, 0, SOON, 0), -EINVAL, "%s: start without a timer", name);
	tap_eq(order(map, k, OP_SET, FN_COUNT, 0, 0), -EINVAL, "%s: set without a timer", name);
	tap_eq(order(map, k, OP_INIT, 0, 0, 3), -EINVAL, "%s: a clock that is none", name);
	tap_eq(order(map, k, OP_INIT, 0, 0, 1ULL << 32), -EINVAL, "%s: wild flags", name);
	tap_eq(order(map, k, OP_INIT, 0, 0, CLOCK_MONOTONIC), 0, "%s: init", name);
	tap_eq(order(map, k, OP_INIT, 0, 0, CLOCK_MONOTONIC), -EBUSY, "%s: once more", name);
	tap_eq(order(map, k, OP_START, 0, SOON, 0), -EINVAL, "%s: start without a function", name);
	tap_eq(order(map, k, OP_SET, FN_COUNT, 0, 0), 0, "%s: set", name);
	tap_eq(order(map, k, OP_START, 0, SOON, 1), -EINVAL, "%s: start with flags", name);
	tap_eq(order(map, k, OP_CANCEL, 0, 0, 0), 0, "%s: cancel what is not armed", name);
	tap_eq(order(map, k, OP_START, 0, SOON, 0), -EINVAL, "%s: that took the function", name);
	tap_eq(order(map, k, OP_SET, FN_COUNT, 0, 0), 0, "%s: set again", name);
	tap_eq(order(map, k, OP_START, 0, NEVER, 0), 0, "%s: start", name);
	tap_eq(order(map, k, OP_CANCEL, 0, 0, 0), 1, "%s: cancel what is armed", name);
	tap_eq(seen(k).calls, 0, "%s: nothing was called", name);
}

static void test_calls(__u32 map)
{
	const char *name = map_names[map];
	int clocks[] = { CLOCK_MONOTONIC, CLOCK_REALTIME, CLOCK_BOOTTIME };
	__u32 k = 3;
	unsigned int i;

	for (i = 0; i < 3; i++) {
		forget();
		new_elem(map, k, 100 + i);
		order(map, k, OP_INIT, 0, 0, clocks[i]);
		order(map, k, OP_SET, FN_COUNT, 0, 0);
		tap_eq(order(map, k, OP_START, 0, SOON, 0), 0, "%s: clock %d", name, clocks[i]);
		tap_ok(calls_reach(k, 1), "%s: the function is called", name);
		tap_eq(seen(k).key, k, "%s: with the key", name);
		tap_eq(seen(k).data, 100 + i, "%s: and the value", name);
		usleep(20000);
		tap_eq(seen(k).calls, 1, "%s: once", name);
	}
	forget();
	new_elem(map, k, SOON);
	order(map, k, OP_ARM, FN_AGAIN, SOON, 0);
	tap_ok(calls_reach(k, 20), "%s: a function that starts its timer again", name);
	tap_ok(order(map, k, OP_CANCEL, 0, 0, 0) >= 0, "%s: cancelled", name);
	i = seen(k).calls;
	usleep(50000);
	tap_eq(seen(k).calls, i, "%s: not called any more", name);
	forget();
	order(map, k, OP_ARM, FN_SELF, SOON, 0);
	tap_ok(calls_reach(k, 1), "%s: a function that cancels its timer", name);
	usleep(20000);
	tap_eq(seen(k).ret, -EDEADLK, "%s: cannot", name);
}

/* @op, or for NR_FNS a command, takes an element with an armed timer away. */
static void test_end(__u32 map, __u32 op, const char *what)
{
	__u32 k = 4;
	__u64 calls;

	forget();
	new_elem(map, k, SOON);
	order(map, k, OP_ARM, FN_AGAIN, SOON, 0);
	tap_ok(calls_reach(k, 3), "%s: armed", map_names[map]);
	if (op == NR_FNS)
		new_elem(map, k, 9);
	else
		order(map, k, op, 0, 9, 0);
	usleep(50000);
	calls = seen(k).calls;
	usleep(100000);
	tap_eq(seen(k).calls, calls, "%s: %s ends it", map_names[map], what);
	if (op != OP_DELETE)
		tap_eq(order(map, k, OP_START, 0, SOON, 0), -EINVAL, "%s: there is none any more",
		       map_names[map]);
	new_elem(map, k, 9);
	tap_eq(order(map, k, OP_INIT, 0, 0, 1), 0, "%s: a new one in its place", map_names[map]);
}

static void test_values(void)
{
	struct elem e = { .data = 11, .timer = { 1, 2 }, .behind = 12 };
	__u32 k = 5;

	new_elem(IN_HASH, k, 1);
	order(IN_HASH, k, OP_ARM, FN_COUNT, NEVER, 0);
	if (bpf_map_lookup_elem(maps[IN_HASH], &k, &e))
		die("lookup");
	tap_ok(e.data == 1 && !e.timer[0] && !e.timer[1] && e.behind == 1,
	       "commands see no timer in a value");
	e.timer[0] = 0x4141414141414141;
	if (bpf_map_update_elem(maps[IN_ARRAY], &k, &e, 0))
		die("update");
	tap_eq(order(IN_ARRAY, k, OP_START, 0, SOON, 0), -EINVAL, "and put none there");
	tap_eq(bpf_map_freeze(maps[IN_ARRAY]), -524, "a map with timers is not frozen");
	tap_ok(mmap(NULL, 4096, PROT_READ, MAP_SHARED, maps[IN_ARRAY], 0) == MAP_FAILED,
	       "nor mapped");
	forget();
	new_elem(IN_HASH, k, 1);
	order(IN_HASH, k, OP_ARM, FN_DELETE, SOON, 0);
	tap_ok(calls_reach(k, 1), "a function that deletes its element");
	usleep(20000);
	tap_eq(seen(k).ret, 0, "can");
	tap_eq(order(IN_HASH, k, OP_START, 0, SOON, 0), 1000, "it is gone");
}

static void test_lru(void)
{
	__u64 calls;
	__u32 k;

	forget();
	new_elem(IN_LRU, 1, SOON);
	order(IN_LRU, 1, OP_ARM, FN_AGAIN, SOON, 0);
	tap_ok(calls_reach(1, 1), "lru: armed");
	for (k = 100; k < 400; k++)
		new_elem(IN_LRU, k, 1);
	usleep(50000);
	calls = seen(1).calls;
	usleep(100000);
	tap_eq(seen(1).calls, calls, "lru: who is evicted is not called any more");
}

static void *storm(void *arg)
{
	__u32 who = (unsigned long)arg;
	time_t end = time(NULL) + STRESS_SECONDS;

	while (time(NULL) < end) {
		struct order o = {
			.map = rand() % NR_MAPS, .key = rand() % 4, .op = rand() % (OP_ARM + 1),
			.fn = rand() % NR_FNS, .arg = rand() % 200000, .flags = 0,
		};

		if (o.op == OP_INIT)
			o.flags = 1;
		give(who, &o);
	}
	return NULL;
}

static void test_storm(void)
{
	pthread_t threads[4];
	unsigned long i;
	__u64 calls = 0;

	forget();
	for (i = 0; i < 4; i++)
		if (pthread_create(&threads[i], NULL, storm, (void *)i))
			die("pthread_create");
	for (i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	for (i = 0; i < 4; i++)
		calls += seen(i).calls;
	tap_ok(calls > 0, "threads do everything to the same timers, some of which fire");
	order(IN_ARRAY, 6, OP_ARM, FN_OTHER, NEVER, 0);
	order(IN_ARRAY, 7, OP_ARM, FN_OTHER, NEVER, 0);
	forget();
	for (i = 0; i < 2000; i++) {
		order(IN_ARRAY, 6, OP_ARM, FN_OTHER, 20000, 0);
		order(IN_ARRAY, 7, OP_ARM, FN_OTHER, 20000, 0);
	}
	tap_ok(seen(6).calls + seen(7).calls > 0, "functions cancel each other's timers");
	tap_ok(!seen(6).ret || seen(6).ret == -EDEADLK, "or do not wait for each other");
	order(IN_ARRAY, 6, OP_CANCEL, 0, 0, 0);
	order(IN_ARRAY, 7, OP_CANCEL, 0, 0, 0);
}

/* The program is kept by a timer only, then by nothing. */
static void test_keepers(void)
{
	int keep_noted = dup(noted_fd), keep_prog, keep_hash, keep_orders, i;
	__u64 calls;

	forget();
	new_elem(IN_HASH, 6, SOON);
	order(IN_HASH, 6, OP_ARM, FN_AGAIN, SOON, 0);
	keep_hash = dup(maps[IN_HASH]);
	keep_prog = dup(prog_fd);
	keep_orders = dup(orders_fd);
	bpf_object__close(obj);
	noted_fd = keep_noted;
	orders_fd = keep_orders;
	prog_fd = keep_prog;
	for (i = 0; i < NR_MAPS; i++)
		maps[i] = -1;
	calls = seen(6).calls;
	tap_ok(calls_reach(6, calls + 5), "a timer goes on while its map is open");
	close(prog_fd);
	calls = seen(6).calls;
	tap_ok(calls_reach(6, calls + 5), "also when its program is not");
	close(keep_hash);
	usleep(50000);
	calls = seen(6).calls;
	usleep(100000);
	tap_eq(seen(6).calls, calls, "nobody has the map open: it stops");
	close(noted_fd);
	close(orders_fd);
	/* The other way round: the program stays, the map does not. */
	load();
	new_elem(IN_HASH, 6, SOON);
	keep_prog = dup(prog_fd);
	keep_orders = dup(orders_fd);
	bpf_object__close(obj);
	prog_fd = keep_prog;
	orders_fd = keep_orders;
	tap_eq(order(IN_HASH, 6, OP_INIT, 0, 0, 1), -EPERM, "a map nobody has open gets no timer");
	close(prog_fd);
	close(orders_fd);
}

int main(int argc, char **argv)
{
	int map;

	client_preload(argv);
	load();
	for (map = 0; map < NR_MAPS; map++) {
		forget();
		test_answers(map);
		test_calls(map);
		test_end(map, NR_FNS, "an update by command");
		test_end(map, OP_UPDATE, "an update by a program");
		if (map != IN_ARRAY)
			test_end(map, OP_DELETE, "deletion");
	}
	test_values();
	test_lru();
	test_storm();
	test_keepers();
	return tap_end();
}
