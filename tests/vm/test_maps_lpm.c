// SPDX-License-Identifier: GPL-2.0-only
/*
 * Longest prefix match, against a list that is searched from end to end.
 */
#define _GNU_SOURCE
#include "maps_prog.h"

#include <pthread.h>

#define F(name)	EBPF_F_##name
#define NOPRE	F(NO_PREALLOC)
#define DATA_MAX	256

struct key {
	u32 prefixlen;
	u8 data[DATA_MAX];
};

static const struct create {
	const char *what;
	u32 key, value, max, flags;
	int want;		/* 0: an fd */
} creates[] = {
	{ "a trie of IPv4 addresses", 8, 8, 10, NOPRE, 0 },
	{ "a trie of 1-byte keys", 5, 1, 10, NOPRE, 0 },
	{ "a trie of 256-byte keys", 260, 8, 10, NOPRE, 0 },
	{ "a trie of a million entries", 8, 8, 1000000, NOPRE, 0 },
	{ "no trie that is preallocated", 8, 8, 10, 0, -EINVAL },
	{ "no trie of 0-byte keys", 4, 8, 10, NOPRE, -EINVAL },
	{ "no trie of 257-byte keys", 261, 8, 10, NOPRE, -EINVAL },
	{ "no trie of 0-byte values", 8, 0, 10, NOPRE, -EINVAL },
	{ "no trie of 0 entries", 8, 8, 0, NOPRE, -EINVAL },
	{ "no mappable trie", 8, 8, 10, NOPRE | F(MMAPABLE), -EINVAL },
};

static void test_create(void)
{
	unsigned int i;
	int fd;

	for (i = 0; i < ARRAY_SIZE(creates); i++) {
		const struct create *c = &creates[i];

		fd = map_create(T(LPM_TRIE), c->key, c->value, c->max, c->flags);
		tap_eq(fd < 0 ? fd : 0, c->want, "%s", c->what);
		if (fd >= 0)
			close(fd);
	}
}

static struct key ipv4(u8 a, u8 b, u8 c, u8 d, u32 prefixlen)
{
	struct key k = { .prefixlen = prefixlen, .data = { a, b, c, d } };

	return k;
}

static int put(int fd, struct key k, u32 value, u64 flags)
{
	return map_update(fd, &k, &value, flags);
}

static int get(int fd, struct key k)
{
	u32 value;
	int err = map_lookup(fd, &k, &value);

	return err ? err : (int)value;
}

static int del(int fd, struct key k)
{
	return map_delete(fd, &k);
}

static void test_commands(void)
{
	int fd = must(T(LPM_TRIE), 8, 4, 4, NOPRE);
	struct key next, key;
	int i;

	tap_eq(get(fd, ipv4(10, 0, 0, 1, 32)), -ENOENT, "commands: empty");
	tap_eq(map_next_key(fd, NULL, &next), -ENOENT, "commands: no first key");
	tap_eq(del(fd, ipv4(10, 0, 0, 0, 8)), -ENOENT, "commands: nothing to delete");
	tap_eq(put(fd, ipv4(10, 0, 0, 0, 8), 8, 0), 0, "commands: 10.0.0.0/8");
	tap_eq(put(fd, ipv4(10, 1, 0, 0, 16), 16, 0), 0, "commands: 10.1.0.0/16");
	tap_eq(put(fd, ipv4(10, 2, 0, 0, 16), 17, 0), 0, "commands: 10.2.0.0/16");
	tap_eq(get(fd, ipv4(10, 1, 2, 3, 32)), 16, "commands: 10.1.2.3");
	tap_eq(get(fd, ipv4(10, 2, 2, 3, 32)), 17, "commands: 10.2.2.3");
	tap_eq(get(fd, ipv4(10, 3, 2, 3, 32)), 8, "commands: 10.3.2.3");
	tap_eq(get(fd, ipv4(11, 3, 2, 3, 32)), -ENOENT, "commands: 11.3.2.3");
	tap_eq(get(fd, ipv4(10, 1, 0, 0, 12)), 8, "commands: 10.1.0.0/12");
	tap_eq(put(fd, ipv4(0, 0, 0, 0, 0), 1, 0), 0, "commands: the default");
	tap_eq(get(fd, ipv4(11, 3, 2, 3, 32)), 1, "commands: 11.3.2.3 has the default");
	tap_eq(put(fd, ipv4(12, 0, 0, 0, 8), 1, 0), -ENOSPC, "commands: full");
	tap_eq(put(fd, ipv4(10, 0, 0, 0, 33), 1, 0), -EINVAL, "commands: /33");
	tap_eq(del(fd, ipv4(10, 0, 0, 0, 33)), -EINVAL, "commands: delete /33");
	tap_eq(put(fd, ipv4(10, 0, 0, 0, 8), 1, 3), -EINVAL, "commands: flag 3");
	/* The more specific ones first. */
	for (i = 0; i < 4; i++) {
		static const int lens[] = { 16, 16, 8, 0 };

		if (map_next_key(fd, i ? &key : NULL, &next) || (int)next.prefixlen != lens[i])
			break;
		key = next;
	}
	tap_eq(i, 4, "commands: keys in order");
	tap_eq(map_next_key(fd, &key, &next), -ENOENT, "commands: none after the last");
	tap_eq(del(fd, ipv4(10, 1, 0, 0, 16)), 0, "commands: 10.1.0.0/16 deleted");
	tap_eq(get(fd, ipv4(10, 1, 2, 3, 32)), 8, "commands: 10.1.2.3 is in 10.0.0.0/8");
	tap_eq(del(fd, ipv4(10, 1, 0, 0, 16)), -ENOENT, "commands: and is gone");
	close(fd);
}

/*
 * Against the list
 */
#define LIST_MAX	200

struct list {
	struct key key[LIST_MAX];
	u32 value[LIST_MAX];
	u32 nr;
};

static bool has_prefix(const struct key *k, const struct key *prefix)
{
	u32 i;

	if (k->prefixlen < prefix->prefixlen)
		return false;
	for (i = 0; i < prefix->prefixlen; i++)
		if ((k->data[i / 8] ^ prefix->data[i / 8]) & (0x80 >> i % 8))
			return false;
	return true;
}

static int list_find(const struct list *l, const struct key *k, bool exact)
{
	int found = -1;
	u32 i;

	for (i = 0; i < l->nr; i++) {
		if (!has_prefix(k, &l->key[i]) ||
		    (exact && k->prefixlen != l->key[i].prefixlen))
			continue;
		if (found < 0 || l->key[i].prefixlen > l->key[found].prefixlen)
			found = i;
	}
	return found;
}

static u32 seed = 1;

static u32 rnd(void)
{
	seed = seed * 1103515245 + 12345;
	return seed >> 16;
}

static void random_key(struct key *k, u32 bytes)
{
	u32 i;

	memset(k, 0, sizeof(*k));
	k->prefixlen = rnd() % (bytes * 8 + 1);
	/* Few different bits, so that prefixes meet. */
	for (i = 0; i < bytes; i++)
		k->data[i] = rnd() % 4 ? 0 : rnd();
}

static bool same_keys(int fd, const struct list *l, u32 bytes)
{
	struct key key, next;
	u32 n = 0;

	while (n <= l->nr && !map_next_key(fd, n ? &key : NULL, &next)) {
		memset(next.data + bytes, 0, DATA_MAX - bytes);
		if (list_find(l, &next, true) < 0)
			return false;
		key = next;
		n++;
	}
	return n == l->nr;
}

static void test_random(u32 bytes)
{
	int fd = must(T(LPM_TRIE), 4 + bytes, 4, LIST_MAX, NOPRE);
	int bad_put = 0, bad_del = 0, bad_get = 0, bad_walk = 0, i, at, err;
	static struct list l;
	struct key k;
	u32 value;

	l.nr = 0;
	for (i = 0; i < 4000; i++) {
		random_key(&k, bytes);
		at = list_find(&l, &k, true);
		if (rnd() % 3) {
			value = rnd();
			err = map_update(fd, &k, &value, 0);
			if (at < 0 && l.nr == LIST_MAX) {
				bad_put += err != -ENOSPC;
			} else {
				bad_put += err != 0;
				if (at < 0)
					at = l.nr++;
				l.key[at] = k;
				l.value[at] = value;
			}
		} else {
			/* As often as not one that is there. */
			if (l.nr && rnd() % 2) {
				at = rnd() % l.nr;
				k = l.key[at];
			}
			bad_del += map_delete(fd, &k) != (at < 0 ? -ENOENT : 0);
			if (at >= 0) {
				l.nr--;
				l.key[at] = l.key[l.nr];
				l.value[at] = l.value[l.nr];
			}
		}
		random_key(&k, bytes);
		at = list_find(&l, &k, false);
		bad_get += get(fd, k) != (at < 0 ? -ENOENT : (int)l.value[at]);
		if (i % 500 == 0)
			bad_walk += !same_keys(fd, &l, bytes);
	}
	tap_eq(bad_put, 0, "%u-byte keys: updates as the list", bytes);
	tap_eq(bad_del, 0, "%u-byte keys: deletions as the list", bytes);
	tap_eq(bad_get, 0, "%u-byte keys: look-ups as the list", bytes);
	tap_eq(bad_walk, 0, "%u-byte keys: keys as the list", bytes);
	while (l.nr) {
		l.nr--;
		bad_del += map_delete(fd, &l.key[l.nr]);
	}
	tap_ok(!bad_del && map_next_key(fd, NULL, &k) == -ENOENT, "%u-byte keys: emptied", bytes);
	close(fd);
}

/*
 * Programs
 */

/* Arguments 0 and 1: key (prefixlen in the lower half, address in the upper) and value. */
static void test_prog(void)
{
	int fd = must(T(LPM_TRIE), 8, 8, 100, NOPRE), bad = 0;
	int lookup = prog_lookup(fd), update = prog_update(fd), delete = prog_delete(fd), err;
	u64 net = 10, i;

#define K(addr, len)	((u64)(addr) << 32 | (len))
	tap_eq(run(lookup, K(net, 32), 0, 0), -1000, "program: empty");
	tap_eq(run(update, K(net, 8), 8, 0), 0, "program: 10.0.0.0/8");
	for (i = 0; i < 50; i++)
		bad |= run(update, K(net | i << 8, 16), 100 + i, 0);
	tap_ok(!bad, "program: 50 networks");
	for (i = 0; i < 50; i++)
		bad |= run(lookup, K(net | i << 8 | 7 << 24, 32), 0, 0) != (int)(100 + i);
	tap_ok(!bad, "program: an address in each");
	tap_eq(run(lookup, K(net | 77 << 8, 32), 0, 0), 8, "program: one in none");
	tap_eq(run(lookup, K(11, 32), 0, 0), -1000, "program: one elsewhere");
	/* Later kernels than 6.1 find nothing. */
	err = run(lookup, K(net | 3 << 8, 99), 0, 0);
	tap_ok(err == 103 || err == -1000, "program: a prefix too long (%d)", err);
	tap_eq(run(update, K(net, 33), 8, 0), -EINVAL, "program: no update of /33");
	for (i = 0; i < 50; i += 2)
		bad |= run(delete, K(net | i << 8, 16), 0, 0);
	for (i = 0; i < 50; i++)
		bad |= run(lookup, K(net | i << 8, 32), 0, 0) != (int)(i % 2 ? 100 + i : 8);
	tap_ok(!bad, "program: half of them deleted");
	tap_eq(run(delete, K(net, 33), 0, 0), -EINVAL, "program: no deletion of /33");
	close(lookup);
	close(update);
	close(delete);
	close(fd);
}

/* Readers find what is always there while all else changes. */
struct changer {
	pthread_t thread;
	int fd, update, delete;
	u32 seed;
	volatile bool *stop;
};

static void *changer(void *arg)
{
	struct changer *c = arg;

	while (!*c->stop) {
		u64 addr, len;

		c->seed = c->seed * 1103515245 + 12345;
		len = 9 + (c->seed >> 16) % 24;
		addr = 10 | (c->seed >> 8 & 0xf) << 8 | (c->seed >> 12 & 3) << 16;
		if (c->seed >> 20 & 1)
			run(c->update, K(addr, len), 10, 0);
		else
			run(c->delete, K(addr, len), 0, 0);
	}
	return NULL;
}

static void test_threads(void)
{
	int fd = must(T(LPM_TRIE), 8, 8, 1000, NOPRE), lookup = prog_lookup(fd), wrong = 0, i;
	int update = prog_update(fd), delete = prog_delete(fd);
	volatile bool stop = false;
	struct changer c[2];

	run(update, K(10, 8), 10, 0);
	run(update, K(11, 8), 11, 0);
	for (i = 0; i < 2; i++) {
		c[i] = (struct changer){ .fd = fd, .update = update, .delete = delete,
					 .seed = i + 1, .stop = &stop };
		pthread_create(&c[i].thread, NULL, changer, &c[i]);
	}
	for (i = 0; i < 6000; i++) {
		wrong += run(lookup, K(10 | (i & 0xf) << 8 | (i >> 4 & 3) << 16, 32), 0, 0) != 10;
		wrong += run(lookup, K(11 | (u64)i << 8, 32), 0, 0) != 11;
	}
	stop = true;
	for (i = 0; i < 2; i++)
		pthread_join(c[i].thread, NULL);
	tap_eq(wrong, 0, "threads: what is always there is always found");
	close(lookup);
	close(update);
	close(delete);
	close(fd);
}

static int batch(int cmd, int fd, void *in, void *out, struct key *keys, u32 *values, u32 *count)
{
	union ebpf_attr attr;
	int err;

	memset(&attr, 0, sizeof(attr));
	attr.batch.map_fd = fd;
	attr.batch.in_batch = (uintptr_t)in;
	attr.batch.out_batch = (uintptr_t)out;
	attr.batch.keys = (uintptr_t)keys;
	attr.batch.values = (uintptr_t)values;
	attr.batch.count = *count;
	err = sys_bpf(cmd, &attr);
	*count = attr.batch.count;
	return err;
}

/* Keys of 8 bytes: what tells where a walk continues is a key here. */
static void test_batch(void)
{
	int fd = map_create(T(LPM_TRIE), 8, 4, 10, NOPRE), i;
	struct { u32 prefixlen; u8 data[4]; } keys[5], got[5], place;
	u32 values[5], seen[5] = { 0 }, count = 5, sum;

	for (i = 0; i < 5; i++) {
		memset(&keys[i], 0, sizeof(keys[i]));
		keys[i].prefixlen = 8 + i;
		keys[i].data[0] = 10 + i;
		values[i] = 1 << i;
	}
	tap_ok(!batch(EBPF_MAP_UPDATE_BATCH, fd, NULL, NULL, (void *)keys, values, &count) &&
	       count == 5, "batch: update");
	count = 2;
	tap_ok(!batch(EBPF_MAP_LOOKUP_BATCH, fd, NULL, &place, (void *)got, seen, &count) &&
	       count == 2, "batch: the first two");
	sum = seen[0] + seen[1];
	tap_ok(!memcmp(&place, &got[1], sizeof(place)), "batch: to be continued from the last key");
	count = 5;
	tap_eq(batch(EBPF_MAP_LOOKUP_BATCH, fd, &place, &place, (void *)got, seen, &count), -ENOENT,
	       "batch: the end");
	for (i = 0; i < (int)count && i < 5; i++)
		sum += seen[i];
	tap_ok(count == 3 && sum == 31, "batch: with the other three");
	count = 5;
	tap_eq(batch(EBPF_MAP_LOOKUP_AND_DELETE_BATCH, fd, NULL, &place, (void *)got, seen, &count),
	       -ENOTSUPP, "batch: no lookup that deletes");
	count = 5;
	tap_ok(!batch(EBPF_MAP_DELETE_BATCH, fd, NULL, NULL, (void *)keys, NULL, &count) &&
	       count == 5, "batch: delete");
	tap_eq(map_next_key(fd, NULL, got), -ENOENT, "batch: all of them");
	close(fd);
}

int main(void)
{
	maps_open();
	test_create();
	test_commands();
	test_batch();
	test_random(1);
	test_random(4);
	test_random(8);
	test_random(13);
	test_random(256);
	test_prog();
	test_threads();
	return tap_end();
}
