// SPDX-License-Identifier: GPL-2.0-only
/*
 * Maps without keys: queues, stacks, bloom filters; by command and by programs.
 */
#define _GNU_SOURCE
#include "maps_prog.h"

#include <pthread.h>

#define F(name)	EBPF_F_##name

static const struct create {
	const char *what;
	u32 type, key, value, max, flags;
	u64 extra;
	int want;		/* 0: an fd */
} creates[] = {
	{ "a queue", T(QUEUE), 0, 8, 10, 0, 0, 0 },
	{ "a queue on NUMA node 0", T(QUEUE), 0, 8, 10, F(NUMA_NODE), 0, 0 },
	{ "no queue with keys", T(QUEUE), 4, 8, 10, 0, 0, -EINVAL },
	{ "no queue without values", T(QUEUE), 0, 0, 10, 0, 0, -EINVAL },
	{ "no queue of 0 entries", T(QUEUE), 0, 8, 0, 0, 0, -EINVAL },
	{ "no queue without prealloc", T(QUEUE), 0, 8, 10, F(NO_PREALLOC), 0, -EINVAL },
	{ "no queue of large values", T(QUEUE), 0, 8 << 20, 10, 0, 0, -E2BIG },
	{ "no queue with map_extra", T(QUEUE), 0, 8, 10, 0, 1, -EINVAL },
	{ "a stack", T(STACK), 0, 12, 10, 0, 0, 0 },
	{ "no stack with keys", T(STACK), 4, 8, 10, 0, 0, -EINVAL },
	{ "no stack of 0 entries", T(STACK), 0, 8, 0, 0, 0, -EINVAL },
	{ "a bloom filter", T(BLOOM_FILTER), 0, 8, 100, 0, 0, 0 },
	{ "a bloom filter of 15 hashes", T(BLOOM_FILTER), 0, 8, 100, 0, 15, 0 },
	{ "a bloom filter with seed 0", T(BLOOM_FILTER), 0, 8, 100, F(ZERO_SEED), 0, 0 },
	{ "no bloom filter of 16 hashes", T(BLOOM_FILTER), 0, 8, 100, 0, 16, -EINVAL },
	{ "no bloom filter with keys", T(BLOOM_FILTER), 4, 8, 100, 0, 0, -EINVAL },
	{ "no bloom filter without values", T(BLOOM_FILTER), 0, 0, 100, 0, 0, -EINVAL },
	{ "no bloom filter of 0 entries", T(BLOOM_FILTER), 0, 8, 0, 0, 0, -EINVAL },
	{ "no bloom filter without prealloc", T(BLOOM_FILTER), 0, 8, 100, F(NO_PREALLOC), 0,
	  -EINVAL },
};

static int create_extra(const struct create *c)
{
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_type = c->type;
	attr.key_size = c->key;
	attr.value_size = c->value;
	attr.max_entries = c->max;
	attr.map_flags = c->flags;
	attr.map_extra = c->extra;
	return sys_bpf(EBPF_MAP_CREATE, &attr);
}

static void test_create(void)
{
	unsigned int i;
	int fd;

	for (i = 0; i < ARRAY_SIZE(creates); i++) {
		fd = create_extra(&creates[i]);
		tap_eq(fd < 0 ? fd : 0, creates[i].want, "%s", creates[i].what);
		if (fd >= 0)
			close(fd);
	}
}

static void test_commands(u32 type)
{
	int fd = must(type, 0, 12, 5, 0), bad = 0;
	u32 value[3] = { 0 }, got[3], i, round;
	bool stack = type == T(STACK);

	tap_eq(map_lookup(fd, NULL, got), -ENOENT, "type %u: empty", type);
	tap_eq(map_lookup_delete(fd, NULL, got), -ENOENT, "type %u: nothing to pop", type);
	/* Several times round the circle. */
	for (round = 0; round < 7; round++) {
		for (i = 0; i < 3; i++) {
			value[0] = round * 10 + i;
			value[2] = ~value[0];
			bad |= map_update(fd, NULL, value, EBPF_ANY);
		}
		for (i = 0; i < 3; i++) {
			u32 want = round * 10 + (stack ? 2 - i : i);

			bad |= map_lookup(fd, NULL, got) || got[0] != want;
			bad |= map_lookup_delete(fd, NULL, got) || got[0] != want;
			bad |= got[2] != ~want;
		}
	}
	tap_ok(!bad, "type %u: values come out in order", type);
	for (i = 0; i < 5; i++) {
		value[0] = i;
		map_update(fd, NULL, value, 0);
	}
	value[0] = 5;
	tap_eq(map_update(fd, NULL, value, EBPF_ANY), -E2BIG, "type %u: full", type);
	tap_eq(map_update(fd, NULL, value, EBPF_NOEXIST), -EINVAL, "type %u: NOEXIST", type);
	tap_eq(map_update(fd, NULL, value, 4), -EINVAL, "type %u: flag 4", type);
	tap_eq(map_update(fd, NULL, value, EBPF_EXIST), 0, "type %u: EXIST pushes out", type);
	tap_ok(!map_lookup(fd, NULL, got) && got[0] == (stack ? 5 : 1), "type %u: the oldest",
	       type);
	for (i = 0; i < 5; i++)
		map_lookup_delete(fd, NULL, got);
	tap_eq(got[0], stack ? 1 : 5, "type %u: the last", type);
	tap_eq(map_lookup_delete(fd, NULL, got), -ENOENT, "type %u: empty again", type);
	tap_eq(map_delete(fd, NULL), -EINVAL, "type %u: no delete", type);
	tap_eq(map_next_key(fd, NULL, got), -EINVAL, "type %u: no next key", type);
	i = 0;
	tap_eq(map_lookup(fd, &i, got), -EINVAL, "type %u: no key", type);
	close(fd);
}

/* Argument 0: the value (12 bytes: it, zeros), argument 1: flags. */
static int prog_push(int map)
{
	return PROG(LDX(EBPF_DW, 3, 1, 8), LDX(EBPF_DW, 2, 1, 0), STX(EBPF_DW, 10, -16, 2),
		    ST(EBPF_DW, 10, -8, 0), MOV(2, 10), ADDI(2, -16), LDMAP(1, map),
		    CALL(map_push_elem), EXIT());
}

/* The value or the error; what was not filled would be -1. */
static int prog_pop(int map)
{
	return PROG(MOV(2, 10), ADDI(2, -16), LDMAP(1, map), CALL(map_pop_elem),
		    JNEI(0, 0, 1), LDX(EBPF_W, 0, 10, -16), EXIT());
}

static int prog_peek(int map)
{
	return PROG(MOV(2, 10), ADDI(2, -16), LDMAP(1, map), CALL(map_peek_elem),
		    JNEI(0, 0, 1), LDX(EBPF_W, 0, 10, -16), EXIT());
}

static void test_prog(u32 type)
{
	int fd = must(type, 0, 12, 4, 0), bad = 0, i;
	int push = prog_push(fd), pop = prog_pop(fd), peek = prog_peek(fd);
	bool stack = type == T(STACK);

	tap_eq(run(pop, 0, 0, 0), -ENOENT, "type %u: a program finds it empty", type);
	tap_eq(run(peek, 0, 0, 0), -ENOENT, "type %u: and sees nothing", type);
	for (i = 0; i < 4; i++)
		bad |= run(push, 100 + i, 0, 0);
	tap_ok(!bad, "type %u: a program pushes", type);
	tap_eq(run(push, 99, 0, 0), -E2BIG, "type %u: until it is full", type);
	tap_eq(run(push, 104, EBPF_EXIST, 0), 0, "type %u: or pushes out", type);
	tap_eq(run(push, 104, EBPF_NOEXIST, 0), -EINVAL, "type %u: not with NOEXIST", type);
	for (i = 0; i < 4; i++) {
		bad |= run(peek, 0, 0, 0) != (stack ? 104 - i : 101 + i);
		bad |= run(pop, 0, 0, 0) != (stack ? 104 - i : 101 + i);
	}
	tap_ok(!bad, "type %u: a program pops in order", type);
	close(push);
	close(pop);
	close(peek);
	close(fd);
}

/* Each value comes out once. */
#define VALUES	2000

struct worker {
	pthread_t thread;
	int push, pop;
	u32 from;
	u8 *seen;
	int bad;
};

static void *worker(void *arg)
{
	struct worker *w = arg;
	int i, got, popped = 0;

	for (i = 0; i < VALUES || popped < VALUES; ) {
		if (i < VALUES && !run(w->push, w->from + i, 0, 0))
			i++;
		got = run(w->pop, 0, 0, 0);
		if (got >= 0) {
			w->bad += got >= 3 * VALUES || __sync_fetch_and_add(&w->seen[got], 1);
			popped++;
		} else if (i == VALUES && got == -ENOENT) {
			break;		/* the others popped more */
		}
	}
	return NULL;
}

static void test_threads(u32 type)
{
	int fd = must(type, 0, 12, 8, 0), push = prog_push(fd), pop = prog_pop(fd);
	u8 *seen = calloc(3, VALUES);
	struct worker w[3];
	int i, got, bad = 0, missing = 0;

	for (i = 0; i < 3; i++) {
		w[i] = (struct worker){ .push = push, .pop = pop, .from = i * VALUES,
					.seen = seen };
		pthread_create(&w[i].thread, NULL, worker, &w[i]);
	}
	for (i = 0; i < 3; i++) {
		pthread_join(w[i].thread, NULL);
		bad += w[i].bad;
	}
	while ((got = run(pop, 0, 0, 0)) >= 0)
		bad += seen[got]++;
	for (i = 0; i < 3 * VALUES; i++)
		missing += !seen[i];
	tap_eq(bad, 0, "type %u: 3 threads, no value twice", type);
	tap_eq(missing, 0, "type %u: 3 threads, none lost", type);
	free(seen);
	close(push);
	close(pop);
	close(fd);
}

static void test_bloom(void)
{
	int fd = must(T(BLOOM_FILTER), 0, 12, 200, 0), bad = 0, push, peek, yes = 0;
	u32 value[3] = { 0 }, i;

	push = prog_push(fd);
	/* Argument 0: the value. */
	peek = PROG(LDX(EBPF_DW, 2, 1, 0), STX(EBPF_DW, 10, -16, 2), ST(EBPF_DW, 10, -8, 0),
		    MOV(2, 10), ADDI(2, -16), LDMAP(1, fd), CALL(map_peek_elem), EXIT());
	tap_eq(map_lookup(fd, NULL, value), -ENOENT, "bloom: empty");
	for (i = 0; i < 100; i++) {
		value[0] = i;
		bad |= map_update(fd, NULL, value, 0);
	}
	for (; i < 200; i++)
		bad |= run(push, i, 0, 0);
	tap_ok(!bad, "bloom: 200 values put in");
	for (i = 0; i < 200; i++) {
		value[0] = i;
		bad |= map_lookup(fd, NULL, value) || run(peek, i, 0, 0);
	}
	tap_ok(!bad, "bloom: all are found, by command and by program");
	for (i = 1000; i < 2000; i++)
		yes += !run(peek, i, 0, 0);
	tap_ok(yes < 200, "bloom: %d of 1000 others seem to be in it", yes);
	tap_eq(map_update(fd, NULL, value, EBPF_EXIST), -EINVAL, "bloom: EXIST");
	tap_eq(run(push, 1, EBPF_NOEXIST, 0), -EINVAL, "bloom: NOEXIST");
	tap_eq(map_delete(fd, NULL), -EOPNOTSUPP, "bloom: no delete");
	tap_eq(map_next_key(fd, NULL, value), -EOPNOTSUPP, "bloom: no next key");
	tap_eq(map_lookup_delete(fd, NULL, value), -ENOTSUPP, "bloom: no pop");
	close(push);
	close(peek);
	close(fd);
}

static void test_refused(void)
{
	int queue = must(T(QUEUE), 0, 8, 4, 0), bloom = must(T(BLOOM_FILTER), 0, 8, 4, 0);
	int hash = must(T(HASH), 4, 8, 4, 0);

	tap_eq(REFUSED(ST(EBPF_DW, 10, -8, 0), MOV(2, 10), ADDI(2, -8), LDMAP(1, hash), MOVI(3, 0),
		       CALL(map_push_elem), EXIT()), -EINVAL, "no push to a hash");
	tap_eq(REFUSED(MOV(2, 10), ADDI(2, -8), LDMAP(1, bloom), CALL(map_pop_elem), EXIT()),
	       -EINVAL, "no pop from a bloom filter");
	tap_ok(REFUSED(MOV(2, 10), LDMAP(1, queue), CALL(map_lookup_elem), MOVI(0, 0), EXIT()) < 0,
	       "no look-up in a queue");
	close(queue);
	close(bloom);
	close(hash);
}

int main(void)
{
	maps_open();
	test_create();
	test_commands(T(QUEUE));
	test_commands(T(STACK));
	test_prog(T(QUEUE));
	test_prog(T(STACK));
	test_threads(T(QUEUE));
	test_threads(T(STACK));
	test_bloom();
	test_refused();
	return tap_end();
}
