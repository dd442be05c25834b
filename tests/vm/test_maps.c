// SPDX-License-Identifier: GPL-2.0-only
/*
 * Maps by command: what can be made, every operation, flag and errno of each type,
 * mappings, freezing.
 */
#define _GNU_SOURCE
#include "maps_lib.h"
#include "tap.h"

#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define PAGE	4096
#define T(name)	EBPF_MAP_TYPE_##name
#define F(name)	EBPF_F_##name

/* libc has no name for this one. */
#define NOTSUPP	(-ENOTSUPP)

static int cpus;

/*
 * MAP_CREATE
 */
static const struct create {
	const char *what;
	u32 type, key, value, max, flags;
	int want;		/* 0: an fd */
} creates[] = {
	{ "an array", T(ARRAY), 4, 8, 10, 0, 0 },
	{ "an array of odd values", T(ARRAY), 4, 3, 10, 0, 0 },
	{ "an array with a rare flag each: MMAPABLE", T(ARRAY), 4, 8, 1, F(MMAPABLE), 0 },
	{ "an array with INNER_MAP", T(ARRAY), 4, 8, 1, F(INNER_MAP), 0 },
	{ "an array with RDONLY_PROG", T(ARRAY), 4, 8, 1, F(RDONLY_PROG), 0 },
	{ "an array with WRONLY_PROG", T(ARRAY), 4, 8, 1, F(WRONLY_PROG), 0 },
	{ "an array on NUMA node 0", T(ARRAY), 4, 8, 1, F(NUMA_NODE), 0 },
	{ "no array of 0 entries", T(ARRAY), 4, 8, 0, 0, -EINVAL },
	{ "no array of 8-byte keys", T(ARRAY), 8, 8, 1, 0, -EINVAL },
	{ "no array of 0-byte values", T(ARRAY), 4, 0, 1, 0, -EINVAL },
	{ "no array without prealloc", T(ARRAY), 4, 8, 1, F(NO_PREALLOC), -EINVAL },
	{ "no array that programs neither read nor write", T(ARRAY), 4, 8, 1,
	  F(RDONLY_PROG) | F(WRONLY_PROG), -EINVAL },
	{ "no array of both RDONLY and WRONLY", T(ARRAY), 4, 8, 1, F(RDONLY) | F(WRONLY),
	  -EINVAL },
	{ "no array with PRESERVE_ELEMS", T(ARRAY), 4, 8, 1, F(PRESERVE_ELEMS), -EINVAL },
	{ "no array with an unknown flag", T(ARRAY), 4, 8, 1, 1U << 31, -EINVAL },
	{ "no array of 2 GiB values", T(ARRAY), 4, 1U << 31, 1, 0, -E2BIG },
	{ "no array of 4 G pages", T(ARRAY), 4, PAGE, U32_MAX, 0, -ENOMEM },
	{ "no mappable array of 4 G pages", T(ARRAY), 4, PAGE, U32_MAX, F(MMAPABLE), -ENOMEM },
	{ "a per-cpu array", T(PERCPU_ARRAY), 4, 12, 10, 0, 0 },
	{ "no mappable per-cpu array", T(PERCPU_ARRAY), 4, 8, 1, F(MMAPABLE), -EINVAL },
	{ "no per-cpu array on a NUMA node", T(PERCPU_ARRAY), 4, 8, 1, F(NUMA_NODE), -EINVAL },
	{ "no per-cpu array with INNER_MAP", T(PERCPU_ARRAY), 4, 8, 1, F(INNER_MAP), -EINVAL },
	/* 16 TiB for each CPU: more than a map may have, whatever the machine has. */
	{ "no per-cpu array of 4 G pages", T(PERCPU_ARRAY), 4, PAGE, U32_MAX, 0, -ENOMEM },
	{ "a per-cpu array of 32 KiB", T(PERCPU_ARRAY), 4, 32 << 10, 1, 0, 0 },
	{ "a per-cpu array of 32 KiB but for 7 bytes", T(PERCPU_ARRAY), 4, (32 << 10) - 7, 1, 0,
	  0 },
	{ "no per-cpu array of a byte more", T(PERCPU_ARRAY), 4, (32 << 10) + 1, 1, 0, -E2BIG },
	{ "no per-cpu array of values that 8 CPUs cannot count in 32 bits", T(PERCPU_ARRAY), 4,
	  1U << 29, 1, 0, -E2BIG },
	{ "no per-cpu array of values that 2 CPUs cannot", T(PERCPU_ARRAY), 4, INT_MAX, 1, 0,
	  -E2BIG },

	{ "a hash", T(HASH), 4, 8, 10, 0, 0 },
	{ "a hash of 1000-byte keys", T(HASH), 1000, 8, 10, 0, 0 },
	{ "a hash without prealloc", T(HASH), 4, 8, 10, F(NO_PREALLOC), 0 },
	{ "a hash with seed 0", T(HASH), 4, 8, 10, F(ZERO_SEED), 0 },
	{ "a per-cpu hash", T(PERCPU_HASH), 5, 9, 10, 0, 0 },
	{ "a per-cpu hash without prealloc", T(PERCPU_HASH), 5, 9, 10, F(NO_PREALLOC), 0 },
	{ "a per-cpu hash of 32 KiB", T(PERCPU_HASH), 4, 32 << 10, 1, 0, 0 },
	{ "no per-cpu hash of a byte more", T(PERCPU_HASH), 4, (32 << 10) + 1, 1, 0, -E2BIG },
	{ "nor without prealloc", T(PERCPU_HASH), 4, (32 << 10) + 1, 1, F(NO_PREALLOC), -E2BIG },
	{ "a per-cpu LRU hash of 32 KiB", T(LRU_PERCPU_HASH), 4, 32 << 10, 1, 0, 0 },
	{ "no per-cpu LRU hash of a byte more", T(LRU_PERCPU_HASH), 4, (32 << 10) + 1, 1, 0,
	  -E2BIG },
	{ "no hash of 0 entries", T(HASH), 4, 8, 0, 0, -EINVAL },
	{ "no hash of 0-byte keys", T(HASH), 0, 8, 1, 0, -EINVAL },
	{ "no hash of 0-byte values", T(HASH), 4, 0, 1, 0, -EINVAL },
	{ "no mappable hash", T(HASH), 4, 8, 1, F(MMAPABLE), -EINVAL },
	{ "no hash with a flag of LRU maps", T(HASH), 4, 8, 1, F(NO_COMMON_LRU), -EINVAL },
	{ "no hash with PRESERVE_ELEMS", T(HASH), 4, 8, 1, F(PRESERVE_ELEMS), -EINVAL },
	{ "no hash that programs neither read nor write", T(HASH), 4, 8, 1,
	  F(RDONLY_PROG) | F(WRONLY_PROG), -EINVAL },
	{ "no per-cpu hash on a NUMA node", T(PERCPU_HASH), 4, 8, 1, F(NUMA_NODE), -EINVAL },
	{ "no hash of 4 MiB keys", T(HASH), 4 << 20, 8, 1, 0, -E2BIG },
	{ "no hash of 4 MiB values", T(HASH), 4, 4 << 20, 1, 0, -E2BIG },
	{ "no hash of sizes whose sum wraps", T(HASH), U32_MAX, U32_MAX, 1, 0, -E2BIG },
	{ "no hash whose bucket count wraps", T(HASH), 4, 8, (1U << 31) + 1, 0, -E2BIG },
	{ "no hash whose bucket array wraps", T(HASH), 4, 8, 1U << 28, 0, -E2BIG },
	{ "no hash of 4 G entries", T(HASH), 4, 8, U32_MAX, 0, -E2BIG },

	{ "a prog array", T(PROG_ARRAY), 4, 4, 4, 0, 0 },
	{ "no prog array of 8-byte values", T(PROG_ARRAY), 4, 8, 4, 0, -EINVAL },
	{ "no prog array with RDONLY_PROG", T(PROG_ARRAY), 4, 4, 4, F(RDONLY_PROG), -EINVAL },
	{ "no mappable prog array", T(PROG_ARRAY), 4, 4, 4, F(MMAPABLE), -EINVAL },
	{ "a perf event array", T(PERF_EVENT_ARRAY), 4, 4, 4, 0, 0 },
	{ "a perf event array with PRESERVE_ELEMS", T(PERF_EVENT_ARRAY), 4, 4, 4,
	  F(PRESERVE_ELEMS), 0 },
	{ "no perf event array of 8-byte values", T(PERF_EVENT_ARRAY), 4, 8, 4, 0, -EINVAL },
	{ "no perf event array of 0 entries", T(PERF_EVENT_ARRAY), 4, 4, 0, 0, -EINVAL },
	{ "a cgroup array", T(CGROUP_ARRAY), 4, 4, 4, 0, 0 },
	{ "no cgroup array of 8-byte values", T(CGROUP_ARRAY), 4, 8, 4, 0, -EINVAL },

	{ "a ring of a page", T(RINGBUF), 0, 0, PAGE, 0, 0 },
	{ "a ring of 256 KiB", T(RINGBUF), 0, 0, 256 << 10, 0, 0 },
	{ "no ring with keys", T(RINGBUF), 4, 0, PAGE, 0, -EINVAL },
	{ "no ring with values", T(RINGBUF), 0, 8, PAGE, 0, -EINVAL },
	{ "no ring of 0 bytes", T(RINGBUF), 0, 0, 0, 0, -EINVAL },
	{ "no ring of half a page", T(RINGBUF), 0, 0, PAGE / 2, 0, -EINVAL },
	{ "no ring of 3 pages", T(RINGBUF), 0, 0, 3 * PAGE, 0, -EINVAL },
	{ "no ring with RDONLY_PROG", T(RINGBUF), 0, 0, PAGE, F(RDONLY_PROG), -EINVAL },

	{ "a stack map", T(STACK_TRACE), 4, 8 * 127, 16, 0, 0 },
	{ "a stack map of build ids", T(STACK_TRACE), 4, 32 * 127, 16, F(STACK_BUILD_ID), 0 },
	{ "no stack map of 128 frames", T(STACK_TRACE), 4, 8 * 128, 16, 0, -EINVAL },
	{ "no stack map of 12-byte values", T(STACK_TRACE), 4, 12, 16, 0, -EINVAL },
	{ "no stack map of 4-byte values", T(STACK_TRACE), 4, 4, 16, 0, -EINVAL },
	{ "no stack map of 8-byte keys", T(STACK_TRACE), 8, 8, 16, 0, -EINVAL },
	{ "no stack map of 0 entries", T(STACK_TRACE), 4, 8, 0, 0, -EINVAL },
	{ "no stack map of 8-byte build ids", T(STACK_TRACE), 4, 8, 16, F(STACK_BUILD_ID),
	  -EINVAL },
	{ "no stack map with RDONLY_PROG", T(STACK_TRACE), 4, 8, 16, F(RDONLY_PROG), -EINVAL },
	{ "no stack map whose slot count wraps", T(STACK_TRACE), 4, 8, (1U << 31) + 1, 0,
	  -E2BIG },

	{ "no map of type 0", T(UNSPEC), 4, 8, 1, 0, -EINVAL },
	{ "no map of a type nobody knows", 12345, 4, 8, 1, 0, -EINVAL },
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

static int must(u32 type, u32 key, u32 value, u32 max, u32 flags)
{
	int fd = map_create(type, key, value, max, flags);

	if (fd < 0) {
		tap_eq(fd, 0, "a map of type %u can be made", type);
		exit(tap_end());
	}
	return fd;
}

/*
 * ARRAY
 */
static void test_array(void)
{
	u32 key = 0, next = 77;
	u64 value = 5, got = 1;
	int fd = must(T(ARRAY), 4, 8, 3, 0);

	tap_ok(!map_lookup(fd, &key, &got) && got == 0, "array: a fresh value is 0");
	tap_eq(map_update(fd, &key, &value, EBPF_ANY), 0, "array: update");
	tap_ok(!map_lookup(fd, &key, &got) && got == 5, "array: the value is what was written");
	value = 6;
	tap_eq(map_update(fd, &key, &value, EBPF_EXIST), 0, "array: update with EXIST");
	tap_eq(map_update(fd, &key, &value, EBPF_NOEXIST), -EEXIST, "array: NOEXIST is EEXIST");
	tap_eq(map_update(fd, &key, &value, 3), -EINVAL, "array: flag 3 is EINVAL");
	tap_eq(map_update(fd, &key, &value, EBPF_F_LOCK), -EINVAL,
	       "array: LOCK without a lock is EINVAL");
	tap_eq(map_update(fd, &key, &value, 1ULL << 32), -EINVAL, "array: flag 2^32 is EINVAL");
	key = 3;
	tap_eq(map_update(fd, &key, &value, EBPF_ANY), -E2BIG, "array: index 3 of 3 is E2BIG");
	tap_eq(map_update(fd, &key, &value, EBPF_NOEXIST), -E2BIG,
	       "array: also with NOEXIST");
	tap_eq(map_lookup(fd, &key, &got), -ENOENT, "array: index 3 of 3 is not there");
	key = U32_MAX;
	tap_eq(map_lookup(fd, &key, &got), -ENOENT, "array: index -1 is not there");
	key = 0;
	tap_eq(map_delete(fd, &key), -EINVAL, "array: no delete");
	tap_eq(map_lookup_delete(fd, &key, &got), NOTSUPP, "array: no lookup-and-delete");
	tap_ok(!map_next_key(fd, NULL, &next) && next == 0, "array: the first key is 0");
	tap_ok(!map_next_key(fd, &key, &next) && next == 1, "array: then 1");
	key = 9;
	tap_ok(!map_next_key(fd, &key, &next) && next == 0, "array: 0 after a key that is not");
	key = 2;
	tap_eq(map_next_key(fd, &key, &next), -ENOENT, "array: nothing after the last");
	tap_eq(map_update(fd, (void *)8, &value, 0), -EFAULT, "array: wild key pointer");
	tap_eq(map_update(fd, &key, (void *)8, 0), -EFAULT, "array: wild value pointer");
	close(fd);
}

static void test_array_sizes(void)
{
	static const u32 sizes[] = { 1, 3, 4, 7, 8, 12, 40, 4096, 100000 };
	static u8 in[100000], out[100000];
	u32 i, j, key;
	int bad = 0, fd;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		fd = must(T(ARRAY), 4, sizes[i], 5, 0);
		for (key = 0; key < 5; key++) {
			for (j = 0; j < sizes[i]; j++)
				in[j] = j * 7 + key + 1;
			bad |= map_update(fd, &key, in, 0);
		}
		for (key = 0; key < 5; key++) {
			for (j = 0; j < sizes[i]; j++)
				in[j] = j * 7 + key + 1;
			bad |= map_lookup(fd, &key, out);
			bad |= memcmp(in, out, sizes[i]);
		}
		close(fd);
	}
	tap_ok(!bad, "array: values of 1 to 100000 bytes keep to themselves");
}

static void test_percpu_array(void)
{
	u64 in[1024], out[1024];
	u32 key = 1;
	int i, fd = must(T(PERCPU_ARRAY), 4, 5, 3, 0);

	for (i = 0; i < cpus; i++)
		in[i] = 0x0102030405ULL + i;
	tap_eq(map_update(fd, &key, in, EBPF_ANY), 0, "per-cpu array: update");
	memset(out, 0xff, sizeof(out));
	tap_ok(!map_lookup(fd, &key, out) && !memcmp(in, out, cpus * 8),
	       "per-cpu array: each CPU has its value, in 8 bytes");
	tap_ok(out[cpus] == U64_MAX, "per-cpu array: no more than all CPUs' is written");
	tap_eq(map_update(fd, &key, in, EBPF_NOEXIST), -EEXIST, "per-cpu array: NOEXIST");
	tap_eq(map_update(fd, &key, in, 3), -EINVAL, "per-cpu array: flag 3");
	tap_eq(map_update(fd, &key, in, EBPF_F_LOCK), -EINVAL, "per-cpu array: LOCK");
	key = 3;
	tap_eq(map_update(fd, &key, in, EBPF_ANY), -E2BIG, "per-cpu array: index 3 of 3");
	tap_eq(map_lookup(fd, &key, out), -ENOENT, "per-cpu array: index 3 of 3 is not there");
	tap_eq(map_delete(fd, &key), -EINVAL, "per-cpu array: no delete");
	close(fd);
}

/* The largest values, all CPUs' in one command. */
static void test_percpu_large(u32 type, const char *what)
{
	u32 key = 0, size = 32 << 10;
	u64 bytes = (u64)size * cpus, i;
	u8 *in = malloc(bytes), *out = malloc(bytes + 1);
	int fd = must(type, 4, size, 1, 0);

	for (i = 0; i < bytes; i++)
		in[i] = i * 13 + i / size;
	memset(out, 0x5a, bytes + 1);
	tap_eq(map_update(fd, &key, in, EBPF_ANY), 0, "%s: 32 KiB for each CPU go in", what);
	tap_eq(map_lookup(fd, &key, out), 0, "%s: and come out", what);
	tap_ok(!memcmp(in, out, bytes) && out[bytes] == 0x5a, "%s: the same, and no more", what);
	close(fd);
	free(in);
	free(out);
}

/*
 * HASH
 */
static void test_hash(void)
{
	u64 key = 1, other = 2, value = 10, got = 0, next = 0;
	int fd = must(T(HASH), 8, 8, 2, 0);

	tap_eq(map_lookup(fd, &key, &got), -ENOENT, "hash: empty");
	tap_eq(map_next_key(fd, NULL, &next), -ENOENT, "hash: empty has no first key");
	tap_eq(map_delete(fd, &key), -ENOENT, "hash: nothing to delete");
	tap_eq(map_update(fd, &key, &value, EBPF_EXIST), -ENOENT, "hash: EXIST of a new key");
	tap_eq(map_update(fd, &key, &value, EBPF_NOEXIST), 0, "hash: NOEXIST of a new key");
	tap_eq(map_update(fd, &key, &value, EBPF_NOEXIST), -EEXIST, "hash: NOEXIST again");
	tap_eq(map_update(fd, &key, &value, 3), -EINVAL, "hash: flag 3");
	tap_eq(map_update(fd, &key, &value, EBPF_F_LOCK), -EINVAL, "hash: LOCK without a lock");
	tap_ok(!map_lookup(fd, &key, &got) && got == 10, "hash: the value");
	value = 11;
	tap_eq(map_update(fd, &key, &value, EBPF_EXIST), 0, "hash: EXIST of a key that exists");
	tap_ok(!map_lookup(fd, &key, &got) && got == 11, "hash: the new value");
	tap_eq(map_update(fd, &other, &value, EBPF_ANY), 0, "hash: a second key");
	key = 3;
	tap_eq(map_update(fd, &key, &value, EBPF_ANY), -E2BIG, "hash: a third of two is E2BIG");
	value = 12;
	tap_eq(map_update(fd, &other, &value, EBPF_ANY), 0, "hash: full, but old keys change");
	tap_ok(!map_lookup(fd, &other, &got) && got == 12, "hash: they did");
	tap_eq(map_next_key(fd, NULL, &next), 0, "hash: a first key");
	tap_eq(map_next_key(fd, &next, &got), 0, "hash: a second key");
	tap_ok(next + got == 3 && next != got, "hash: both keys are seen");
	tap_eq(map_next_key(fd, &got, &next), -ENOENT, "hash: nothing after the last");
	key = 99;
	tap_eq(map_next_key(fd, &key, &next), 0, "hash: after a strange key comes the first");
	key = 1;
	tap_ok(!map_lookup_delete(fd, &key, &got) && got == 11, "hash: lookup and delete");
	tap_eq(map_lookup(fd, &key, &got), -ENOENT, "hash: it is gone");
	tap_eq(map_lookup_delete(fd, &key, &got), -ENOENT, "hash: and cannot go twice");
	tap_eq(map_delete(fd, &other), 0, "hash: delete");
	tap_eq(map_next_key(fd, NULL, &next), -ENOENT, "hash: empty again");
	close(fd);
}

/* Key @i of @size bytes, spread over all of them. */
static void make_key(u8 *key, u32 size, u32 i)
{
	memset(key, 0xa5, size);
	key[size - 1] ^= i;
	if (size > 1)
		key[0] ^= i >> 8;
	if (size > 2)
		key[size / 2] ^= i >> 16;
}

static int hash_of_key_size(u32 type, u32 size)
{
	u32 i, n = size == 1 ? 200 : 300;
	int fd = must(type, size, 8, n, 0);
	u64 in[1024] = { 0 }, out[1024];
	u8 key[1100], next[1100];
	int bad = 0;

	for (i = 0; i < n; i++) {
		make_key(key, size, i);
		in[0] = i + 1;
		bad |= map_update(fd, key, in, EBPF_NOEXIST);
	}
	for (i = 0; i < n; i++) {
		make_key(key, size, i);
		bad |= map_lookup(fd, key, out) || out[0] != i + 1;
	}
	for (i = 0; !map_next_key(fd, i ? key : NULL, next); i++)
		memcpy(key, next, size);
	bad |= i != n;
	for (i = 0; i < n; i += 2) {
		make_key(key, size, i);
		bad |= map_delete(fd, key);
	}
	for (i = 0; i < n; i++) {
		make_key(key, size, i);
		bad |= map_lookup(fd, key, out) != (i % 2 ? 0 : -ENOENT);
	}
	close(fd);
	return bad;
}

static void test_hash_keys(void)
{
	u32 size;
	int bad = 0;

	for (size = 1; size <= 40; size++)
		bad |= hash_of_key_size(T(HASH), size);
	tap_ok(!bad, "hash: keys of 1 to 40 bytes");
	bad = hash_of_key_size(T(HASH), 64) | hash_of_key_size(T(HASH), 511) |
	      hash_of_key_size(T(HASH), 1000);
	tap_ok(!bad, "hash: keys of 64, 511 and 1000 bytes");
	bad = 0;
	for (size = 1; size <= 20; size++)
		bad |= hash_of_key_size(T(PERCPU_HASH), size);
	tap_ok(!bad, "per-cpu hash: keys of 1 to 20 bytes");
}

static void test_hash_full(void)
{
	const u32 n = 20000;
	u32 key, next, seen = 0;
	u64 value, sum = 0;
	int fd = must(T(HASH), 4, 8, n, 0);
	int err = 0;

	for (key = 0; key < n && !err; key++) {
		value = key;
		err = map_update(fd, &key, &value, EBPF_NOEXIST);
	}
	tap_eq(err, 0, "hash: max_entries of %u is really had", n);
	tap_eq(map_update(fd, &key, &value, EBPF_ANY), -E2BIG, "hash: and no more");
	for (err = map_next_key(fd, NULL, &next); !err; err = map_next_key(fd, &key, &next)) {
		key = next;
		seen++;
		sum += next;
		if (seen > n)
			break;
	}
	tap_ok(seen == n && sum == (u64)n * (n - 1) / 2, "hash: each key is seen once");
	for (key = 0, err = 0; key < n && !err; key++)
		err = map_delete(fd, &key);
	tap_eq(err, 0, "hash: all can be deleted");
	for (key = n; key < 2 * n && !err; key++)
		err = map_update(fd, &key, &value, EBPF_ANY);
	tap_eq(err, 0, "hash: and filled with others");
	/* Deleting each key as it is found ends with an empty map. */
	for (seen = 0; !map_next_key(fd, NULL, &next) && seen <= n; seen++)
		map_delete(fd, &next);
	tap_eq(seen, n, "hash: found and deleted one by one");
	close(fd);
}

static void test_percpu_hash(void)
{
	u64 in[1024], out[1024];
	u32 key = 7;
	int i, fd = must(T(PERCPU_HASH), 4, 12, 2, 0);
	u32 words = cpus * 2;

	for (i = 0; i < cpus; i++) {
		in[2 * i] = 0x1111 * (i + 1);
		in[2 * i + 1] = 0x2222 * (i + 1);
	}
	tap_eq(map_lookup(fd, &key, out), -ENOENT, "per-cpu hash: empty");
	tap_eq(map_update(fd, &key, in, EBPF_EXIST), -ENOENT, "per-cpu hash: EXIST of a new key");
	tap_eq(map_update(fd, &key, in, EBPF_NOEXIST), 0, "per-cpu hash: NOEXIST of a new key");
	memset(out, 0xff, sizeof(out));
	tap_ok(!map_lookup(fd, &key, out) && !memcmp(in, out, words * 8),
	       "per-cpu hash: each CPU has its value");
	tap_ok(out[words] == U64_MAX, "per-cpu hash: no more than all CPUs' is written");
	in[0] = 5;
	tap_eq(map_update(fd, &key, in, EBPF_ANY), 0, "per-cpu hash: update");
	tap_ok(!map_lookup(fd, &key, out) && out[0] == 5, "per-cpu hash: the new value");
	key = 8;
	tap_eq(map_update(fd, &key, in, EBPF_ANY), 0, "per-cpu hash: a second key");
	key = 9;
	tap_eq(map_update(fd, &key, in, EBPF_ANY), -E2BIG, "per-cpu hash: a third of two");
	key = 8;
	tap_eq(map_update(fd, &key, in, EBPF_ANY), 0, "per-cpu hash: full, but old keys change");
	tap_ok(!map_lookup_delete(fd, &key, out) && !memcmp(in, out, words * 8),
	       "per-cpu hash: lookup and delete");
	tap_eq(map_delete(fd, &key), -ENOENT, "per-cpu hash: it is gone");
	tap_eq(map_update(fd, &key, in, 3), -EINVAL, "per-cpu hash: flag 3");
	close(fd);
}

/*
 * Arrays of file descriptors
 */
static void test_fd_array(u32 type, const char *name)
{
	int fd = must(type, 4, 4, 2, 0), null = open("/dev/null", O_RDONLY);
	u32 key = 0, value, got;

	value = null;
	/* A perf event and a cgroup are not what /dev/null is: EBADF or EINVAL. */
	tap_ok(map_update(fd, &key, &value, 0) < 0, "%s: /dev/null is none", name);
	value = 12345;
	tap_eq(map_update(fd, &key, &value, 0), -EBADF, "%s: a closed fd", name);
	value = (u32)-1;
	tap_eq(map_update(fd, &key, &value, 0), -EBADF, "%s: fd -1", name);
	tap_eq(map_update(fd, &key, &value, EBPF_EXIST), -EINVAL, "%s: EXIST", name);
	tap_eq(map_update(fd, &key, &value, EBPF_NOEXIST), -EINVAL, "%s: NOEXIST", name);
	tap_eq(map_lookup(fd, &key, &got), type == T(PROG_ARRAY) ? -ENOENT : NOTSUPP,
	       "%s: lookup", name);
	tap_eq(map_delete(fd, &key), -ENOENT, "%s: nothing to delete", name);
	key = 2;
	tap_eq(map_update(fd, &key, &value, 0), -E2BIG, "%s: index 2 of 2", name);
	tap_eq(map_delete(fd, &key), -E2BIG, "%s: index 2 of 2 cannot be deleted", name);
	tap_ok(!map_next_key(fd, NULL, &got) && got == 0, "%s: first key", name);
	close(null);
	close(fd);
}

/* A directory of a cgroup hierarchy, mounted for the test; -1 without. */
static int cgroup_dir(char *at)
{
	strcpy(at, "/tmp/test_maps.XXXXXX");
	if (!mkdtemp(at))
		return -1;
	if (mount("none", at, "cgroup2", 0, NULL) &&
	    mount("none", at, "cgroup", 0, "perf_event") &&
	    mount("none", at, "cgroup", 0, "cpuacct"))
		return -1;
	return open(at, O_RDONLY | O_DIRECTORY);
}

static void test_cgroup_array(void)
{
	int fd = must(T(CGROUP_ARRAY), 4, 4, 2, 0);
	char at[64];
	int dir = cgroup_dir(at);
	u32 key = 0, value = dir;

	if (dir < 0) {
		tap_skip("no cgroup hierarchy can be mounted");
	} else {
		tap_eq(map_update(fd, &key, &value, 0), 0, "cgroup array: a cgroup's directory");
		tap_eq(map_update(fd, &key, &value, 0), 0, "cgroup array: again");
		close(dir);
		tap_eq(map_delete(fd, &key), 0, "cgroup array: delete");
		tap_eq(map_delete(fd, &key), -ENOENT, "cgroup array: it is gone");
		dir = open(at, O_RDONLY | O_DIRECTORY);
		value = dir;
		tap_eq(map_update(fd, &key, &value, 0), 0, "cgroup array: left in for the close");
		close(dir);
	}
	close(fd);
	umount2(at, MNT_DETACH);
	rmdir(at);
}

/*
 * RINGBUF
 */
static bool maps_at(int fd, size_t len, int prot, off_t off, int want)
{
	char *p;

	errno = 0;
	p = mmap(NULL, len, prot, MAP_SHARED, fd, off);
	if (p != MAP_FAILED)
		munmap(p, len);
	return p == MAP_FAILED ? errno == want : !want;
}

static void test_ringbuf_mmap(int fd, size_t size)
{
	const int rw = PROT_READ | PROT_WRITE;
	u64 *consumer, *ring;

	tap_ok(maps_at(fd, PAGE, rw, 0, 0), "ring: the consumer's page is writable");
	tap_ok(maps_at(fd, PAGE, rw, PAGE, EPERM), "ring: the producer's is not");
	tap_ok(maps_at(fd, 2 * PAGE, rw, 0, EPERM), "ring: nor together with the consumer's");
	tap_ok(maps_at(fd, PAGE, rw, 2 * PAGE, EPERM), "ring: nor the data");
	tap_ok(maps_at(fd, PAGE + 2 * size, PROT_READ, PAGE, 0), "ring: the rest is readable");
	tap_ok(maps_at(fd, 2 * PAGE + 2 * size, PROT_READ, 0, 0), "ring: all is readable");
	tap_ok(maps_at(fd, 3 * PAGE + 2 * size, PROT_READ, 0, EINVAL), "ring: no more than all");
	tap_ok(!maps_at(fd, PAGE, PROT_READ, -PAGE, 0), "ring: not the page before the first");
	tap_ok(!maps_at(fd, PAGE, PROT_READ, 2 * PAGE + 2 * size, 0), "ring: nor behind the last");
	ring = mmap(NULL, PAGE + 2 * size, PROT_READ, MAP_SHARED, fd, PAGE);
	tap_ok(mprotect(ring, PAGE, rw) && errno == EACCES, "ring: mprotect does not help");
	consumer = mmap(NULL, PAGE, rw, MAP_SHARED, fd, 0);
	tap_ok(consumer != MAP_FAILED && ring != MAP_FAILED && !*consumer && !*ring,
	       "ring: both positions are 0");
	munmap(consumer, PAGE);
	munmap(ring, PAGE + 2 * size);
}

static void test_ringbuf(void)
{
	size_t size = 16 * PAGE;
	int fd = must(T(RINGBUF), 0, 0, size, 0);
	struct pollfd p = { .fd = fd, .events = POLLIN };
	u64 *consumer, dummy;

	tap_eq(map_lookup(fd, NULL, &dummy), NOTSUPP, "ring: no lookup");
	tap_eq(map_delete(fd, NULL), NOTSUPP, "ring: no delete");
	tap_eq(map_next_key(fd, NULL, &dummy), NOTSUPP, "ring: no keys");
	test_ringbuf_mmap(fd, size);
	tap_eq(poll(&p, 1, 0), 0, "ring: nothing to read");
	/* A position of the consumer's own making must do no harm. */
	consumer = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	*consumer = 0xdeadbeef12345678ULL;
	tap_ok(poll(&p, 1, 0) == 1 && p.revents & POLLIN, "ring: positions differ: readable");
	munmap(consumer, PAGE);
	close(fd);
}

/*
 * STACK_TRACE
 */
static void test_stack_trace(void)
{
	int fd = must(T(STACK_TRACE), 4, 8 * 20, 5, 0);
	u64 ips[20] = { 0 };
	u32 key = 0, next;

	tap_eq(map_lookup(fd, &key, ips), -ENOENT, "stack map: empty");
	tap_eq(map_next_key(fd, NULL, &next), -ENOENT, "stack map: no first key");
	tap_eq(map_next_key(fd, &key, &next), -ENOENT, "stack map: no next key");
	tap_eq(map_update(fd, &key, ips, 0), -EINVAL, "stack map: no update");
	tap_eq(map_delete(fd, &key), -ENOENT, "stack map: nothing to delete");
	key = 8;		/* 5 entries have 8 slots */
	tap_eq(map_lookup(fd, &key, ips), -ENOENT, "stack map: id 8 of 8");
	tap_eq(map_delete(fd, &key), -E2BIG, "stack map: id 8 of 8 cannot be deleted");
	close(fd);
}

/*
 * Mapping and freezing of arrays
 */
static void test_array_mmap(void)
{
	const int rw = PROT_READ | PROT_WRITE;
	int fd = must(T(ARRAY), 4, 12, 1000, F(MMAPABLE));	/* 16000 bytes, 4 pages */
	u32 key = 999, value[3] = { 1, 2, 3 };
	u8 *p;

	tap_ok(maps_at(fd, 5 * PAGE, rw, 0, EINVAL), "mmap: not more than there is");
	tap_ok(maps_at(fd, PAGE, rw, 4 * PAGE, EINVAL), "mmap: not behind the end");
	tap_ok(maps_at(fd, 2 * PAGE, rw, 3 * PAGE, EINVAL), "mmap: not across the end");
	tap_ok(!maps_at(fd, PAGE, PROT_READ, -PAGE, 0), "mmap: not before the start");
	tap_ok(maps_at(fd, PAGE, PROT_READ, 3 * PAGE, 0), "mmap: the last page alone");
	p = mmap(NULL, 4 * PAGE, rw, MAP_PRIVATE, fd, 0);
	tap_ok(p == MAP_FAILED && errno == EINVAL, "mmap: not private");
	p = mmap(NULL, 4 * PAGE, rw, MAP_SHARED, fd, 0);
	if (!tap_ok(p != MAP_FAILED, "mmap: all of it"))
		goto out;
	tap_eq(map_update(fd, &key, value, 0), 0, "mmap: update of the last value");
	tap_ok(!memcmp(p + 999 * 16, value, 12), "mmap: it is seen");
	p[0] = 42;
	key = 0;
	tap_ok(!map_lookup(fd, &key, value) && (value[0] & 0xff) == 42, "mmap: written through");
	tap_eq(map_freeze(fd), -EBUSY, "mmap: no freeze of what is mapped writable");
	close(fd);
	p[1] = 43;
	tap_ok(p[0] == 42 && p[1] == 43, "mmap: it outlives the fd");
	munmap(p, 4 * PAGE);
	return;
out:
	close(fd);
}

static void test_not_mmapable(void)
{
	int fd = must(T(ARRAY), 4, 8, 1000, 0);

	tap_ok(maps_at(fd, PAGE, PROT_READ, 0, EINVAL), "mmap: an array without the flag");
	close(fd);
	fd = must(T(HASH), 4, 8, 1000, 0);
	tap_ok(maps_at(fd, PAGE, PROT_READ, 0, ENOTSUPP), "mmap: a hash");
	close(fd);
	fd = must(T(ARRAY), 4, 8, 1000, F(MMAPABLE) | F(RDONLY_PROG));
	tap_ok(maps_at(fd, PAGE, PROT_READ | PROT_WRITE, 0, EACCES),
	       "mmap: not writable when programs read constants of it");
	tap_ok(maps_at(fd, PAGE, PROT_READ, 0, 0), "mmap: but readable");
	close(fd);
}

static void test_freeze(void)
{
	const int rw = PROT_READ | PROT_WRITE;
	int fd = must(T(ARRAY), 4, 8, 1, F(MMAPABLE));
	u32 key = 0;
	u64 value = 1;
	char *p;

	tap_eq(map_update(fd, &key, &value, 0), 0, "freeze: before it an update works");
	tap_eq(map_freeze(fd), 0, "freeze");
	tap_eq(map_update(fd, &key, &value, 0), -EPERM, "freeze: no update");
	tap_ok(!map_lookup(fd, &key, &value) && value == 1, "freeze: lookup still works");
	/* -EPERM since 6.11: the fd cannot write any more. */
	tap_eq(map_freeze(fd), native ? -EPERM : -EBUSY, "freeze: not twice");
	tap_ok(maps_at(fd, PAGE, rw, 0, EPERM), "freeze: no writable mapping");
	p = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
	tap_ok(p != MAP_FAILED && mprotect(p, PAGE, rw) && errno == EACCES,
	       "freeze: a readable one, which stays so");
	munmap(p, PAGE);
	close(fd);

	fd = must(T(HASH), 4, 8, 4, 0);
	map_update(fd, &key, &value, 0);
	tap_eq(map_freeze(fd), 0, "freeze: a hash");
	tap_eq(map_update(fd, &key, &value, 0), -EPERM, "freeze: a hash is not updated");
	tap_eq(map_delete(fd, &key), -EPERM, "freeze: nothing is deleted");
	close(fd);
	tap_eq(map_freeze(0), -EINVAL, "freeze: no map");
	tap_eq(map_freeze(12345), -EBADF, "freeze: no fd");
}

static void test_access(void)
{
	int fd = must(T(HASH), 4, 8, 4, F(RDONLY));
	u32 key = 0;
	u64 value = 1;

	tap_eq(map_update(fd, &key, &value, 0), -EPERM, "access: RDONLY is not updated");
	tap_eq(map_delete(fd, &key), -EPERM, "access: RDONLY is not deleted from");
	tap_eq(map_lookup(fd, &key, &value), -ENOENT, "access: RDONLY is read");
	tap_eq(map_lookup_delete(fd, &key, &value), -EPERM, "access: RDONLY is not emptied");
	close(fd);
	fd = must(T(HASH), 4, 8, 4, F(WRONLY));
	tap_eq(map_update(fd, &key, &value, 0), 0, "access: WRONLY is updated");
	tap_eq(map_lookup(fd, &key, &value), -EPERM, "access: WRONLY is not read");
	tap_eq(map_next_key(fd, NULL, &key), -EPERM, "access: WRONLY shows no keys");
	tap_eq(map_delete(fd, &key), 0, "access: WRONLY is deleted from");
	close(fd);
}

#define CLOSE_ENTRIES	(8U << 20)

static volatile bool closed;

static void *spin(void *arg)
{
	while (!closed)
		;
	return NULL;
}

/* Who wants the CPU meanwhile gets it more than once: in the middle, too. */
static void test_close_gives_way(void)
{
	int fd = must(T(PERF_EVENT_ARRAY), 4, 4, CLOSE_ENTRIES, 0);
	struct rusage before, after;
	cpu_set_t all, one;
	pthread_t other;

	sched_getaffinity(0, sizeof(all), &all);
	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	sched_setaffinity(0, sizeof(one), &one);
	closed = false;
	pthread_create(&other, NULL, spin, NULL);
	getrusage(RUSAGE_THREAD, &before);
	close(fd);
	getrusage(RUSAGE_THREAD, &after);
	closed = true;
	pthread_join(other, NULL);
	sched_setaffinity(0, sizeof(all), &all);
	tap_ok(after.ru_nivcsw - before.ru_nivcsw > 2,
	       "perf event array of millions: closing gives way (%ld times)",
	       after.ru_nivcsw - before.ru_nivcsw);
}

int main(void)
{
	maps_open();
	cpus = possible_cpus();
	test_create();
	test_array();
	test_array_sizes();
	test_percpu_array();
	test_percpu_large(T(PERCPU_ARRAY), "per-cpu array");
	test_percpu_large(T(PERCPU_HASH), "per-cpu hash");
	test_percpu_large(T(LRU_PERCPU_HASH), "per-cpu LRU hash");
	test_hash();
	test_hash_keys();
	test_hash_full();
	test_percpu_hash();
	test_fd_array(T(PROG_ARRAY), "prog array");
	test_fd_array(T(PERF_EVENT_ARRAY), "perf event array");
	test_fd_array(T(CGROUP_ARRAY), "cgroup array");
	test_close_gives_way();
	test_cgroup_array();
	test_ringbuf();
	test_stack_trace();
	test_array_mmap();
	test_not_mmapable();
	test_freeze();
	test_access();
	return tap_end();
}
