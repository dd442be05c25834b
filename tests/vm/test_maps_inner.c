// SPDX-License-Identifier: GPL-2.0-only
/*
 * Maps of maps: by command, from programs, and the lives of the maps inside.
 */
#define _GNU_SOURCE
#include "maps_prog.h"

#include <pthread.h>

#define F(name)	EBPF_F_##name

static int outer_create(u32 type, u32 key, u32 value, u32 max, u32 flags, int inner)
{
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_type = type;
	attr.key_size = key;
	attr.value_size = value;
	attr.max_entries = max;
	attr.map_flags = flags;
	attr.inner_map_fd = inner;
	return sys_bpf(EBPF_MAP_CREATE, &attr);
}

static int outer_must(u32 type, u32 max, int inner)
{
	int fd = outer_create(type, 4, 4, max, 0, inner);

	if (fd < 0) {
		tap_eq(fd, 0, "a map of type %u can be made", type);
		exit(tap_end());
	}
	return fd;
}

static void create_is(const char *what, int want, int fd)
{
	tap_eq(fd < 0 ? fd : 0, want, "%s", what);
	if (fd >= 0)
		close(fd);
}

static void test_create(u32 outer)
{
	int array = must(T(ARRAY), 4, 8, 4, 0), of;

	create_is("of arrays", 0, outer_create(outer, 4, 4, 2, 0, array));
	create_is("not of 8-byte values", -EINVAL, outer_create(outer, 4, 8, 2, 0, array));
	create_is("not of 0 entries", -EINVAL, outer_create(outer, 4, 4, 0, 0, array));
	create_is("not of a bad fd", -EBADF, outer_create(outer, 4, 4, 2, 0, 9999));
	create_is("not of a file that is no map", -EINVAL, outer_create(outer, 4, 4, 2, 0, 1));
	of = outer_must(outer, 2, array);
	create_is("not of maps of maps", -EINVAL, outer_create(outer, 4, 4, 2, 0, of));
	close(of);
	close(array);
	of = must(T(PROG_ARRAY), 4, 4, 2, 0);
	create_is("not of prog arrays", -ENOTSUPP, outer_create(outer, 4, 4, 2, 0, of));
	close(of);
	of = must(T(RINGBUF), 0, 0, 4096, 0);
	create_is("of rings", 0, outer_create(outer, 4, 4, 2, 0, of));
	close(of);
	of = must(T(PERF_EVENT_ARRAY), 4, 4, 2, 0);
	create_is("of perf event arrays", 0, outer_create(outer, 4, 4, 2, 0, of));
	close(of);
	of = must(T(LRU_HASH), 4, 4, 2, 0);
	create_is("of LRU hashes", 0, outer_create(outer, 4, 4, 2, 0, of));
	close(of);
}

/* Does an outer map for maps like @like take @inner? Closes both. */
static void takes(u32 outer, const char *what, int want, int like, int inner)
{
	int fd = outer_must(outer, 2, like);
	u32 key = 0, value = inner;

	tap_eq(map_update(fd, &key, &value, 0), want, "type %u: %s", outer, what);
	close(fd);
	close(like);
	close(inner);
}

static void test_equal(u32 o)
{
	takes(o, "the same kind", 0, must(T(ARRAY), 4, 8, 4, 0), must(T(ARRAY), 4, 8, 4, 0));
	takes(o, "not another type", -EINVAL, must(T(ARRAY), 4, 8, 4, 0),
	      must(T(PERCPU_ARRAY), 4, 8, 4, 0));
	takes(o, "not another value size", -EINVAL, must(T(ARRAY), 4, 8, 4, 0),
	      must(T(ARRAY), 4, 12, 4, 0));
	takes(o, "not another key size", -EINVAL, must(T(HASH), 4, 8, 4, 0),
	      must(T(HASH), 8, 8, 4, 0));
	takes(o, "not other flags", -EINVAL, must(T(HASH), 4, 8, 4, 0),
	      must(T(HASH), 4, 8, 4, F(NO_PREALLOC)));
	takes(o, "a hash of another size", 0, must(T(HASH), 4, 8, 4, 0),
	      must(T(HASH), 4, 8, 400, 0));
	takes(o, "no array of another size", -EINVAL, must(T(ARRAY), 4, 8, 4, 0),
	      must(T(ARRAY), 4, 8, 5, 0));
	takes(o, "but with INNER_MAP", 0, must(T(ARRAY), 4, 8, 4, F(INNER_MAP)),
	      must(T(ARRAY), 4, 8, 5, F(INNER_MAP)));
}

static void test_commands(u32 type)
{
	int inner = must(T(ARRAY), 4, 8, 4, 0), other = must(T(ARRAY), 4, 8, 4, 0);
	int fd = outer_must(type, 2, inner);
	bool hash = type == T(HASH_OF_MAPS);
	u32 key = 1, value = inner, got, next;

	tap_eq(map_lookup(fd, &key, &got), -ENOENT, "type %u: empty", type);
	tap_eq(map_delete(fd, &key), -ENOENT, "type %u: nothing to delete", type);
	tap_eq(map_update(fd, &key, &value, EBPF_NOEXIST), hash ? 0 : -EINVAL,
	       "type %u: NOEXIST", type);
	tap_eq(map_update(fd, &key, &value, EBPF_ANY), 0, "type %u: put in", type);
	tap_ok(!map_lookup(fd, &key, &got) && (int)got == map_id(inner),
	       "type %u: look-up gives its id", type);
	if (hash)
		tap_eq(map_update(fd, &key, &value, EBPF_NOEXIST), -EEXIST,
		       "type %u: NOEXIST again", type);
	value = other;
	tap_eq(map_update(fd, &key, &value, EBPF_ANY), 0, "type %u: replaced", type);
	tap_ok(!map_lookup(fd, &key, &got) && (int)got == map_id(other),
	       "type %u: look-up gives the new id", type);
	value = 9999;
	tap_eq(map_update(fd, &key, &value, EBPF_ANY), -EBADF, "type %u: a bad fd", type);
	tap_ok(!map_next_key(fd, NULL, &next), "type %u: a first key", type);
	if (hash) {
		for (key = 2, value = inner; key < 3; key++)
			map_update(fd, &key, &value, 0);
		tap_eq(map_update(fd, &key, &value, 0), -E2BIG, "type %u: full", type);
		key = 1;
		tap_eq(map_lookup_delete(fd, &key, &got), -ENOTSUPP,
		       "type %u: no look-up and delete", type);
		key = 2;
	} else {
		key = 2;
		tap_eq(map_update(fd, &key, &value, 0), -E2BIG, "type %u: index 2 of 2", type);
		key = 1;
	}
	tap_eq(map_delete(fd, &key), 0, "type %u: deleted", type);
	tap_eq(map_lookup(fd, &key, &got), -ENOENT, "type %u: gone", type);
	close(fd);
	close(other);
	close(inner);
}

/* An id's map exists as long as something holds it. */
static bool exists(int id)
{
	union ebpf_attr attr;
	int fd;

	memset(&attr, 0, sizeof(attr));
	attr.map_id = id;
	fd = sys_bpf(EBPF_MAP_GET_FD_BY_ID, &attr);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static bool gone(int id)
{
	int i;

	/* The last put may be a worker's. */
	for (i = 0; i < 2000 && exists(id); i++)
		usleep(1000);
	return !exists(id);
}

static void test_lives(u32 type)
{
	int inner = must(T(ARRAY), 4, 8, 4, 0), other = must(T(ARRAY), 4, 8, 4, 0);
	int fd = outer_must(type, 2, inner), id = map_id(inner), other_id = map_id(other);
	u32 key = 0, value = inner;

	map_update(fd, &key, &value, 0);
	close(inner);
	tap_ok(exists(id), "type %u: the entry holds the map", type);
	value = other;
	map_update(fd, &key, &value, 0);
	tap_ok(gone(id), "type %u: replaced, it goes", type);
	key = 1;
	map_update(fd, &key, &value, 0);
	close(other);
	tap_eq(map_delete(fd, &key), 0, "type %u: one of two entries deleted", type);
	tap_ok(exists(other_id), "type %u: the other holds the map", type);
	close(fd);
	tap_ok(gone(other_id), "type %u: with the outer map it goes", type);
}

/* Argument 0: key of the outer map; 1: key of the inner one. First 4 bytes of the value,
 * -1000 without a map, -1001 without a value.
 */
static int prog_inner_lookup(int outer)
{
	return PROG(MOV(6, 1), KEY_ARG(), LDMAP(1, outer), CALL(map_lookup_elem),
		    JNEI(0, 0, 2), MOVI(0, -1000), EXIT(),
		    LDX(EBPF_DW, 3, 6, 8), STX(EBPF_DW, 10, -32, 3), MOV(2, 10), ADDI(2, -32),
		    MOV(1, 0), CALL(map_lookup_elem),
		    JNEI(0, 0, 2), MOVI(0, -1001), EXIT(), LDX(EBPF_W, 0, 0, 0), EXIT());
}

/* Argument 0: key of the outer map; 1: key of the inner one, 2: value. */
static int prog_inner_update(int outer)
{
	return PROG(MOV(6, 1), KEY_ARG(), LDMAP(1, outer), CALL(map_lookup_elem),
		    JNEI(0, 0, 2), MOVI(0, -1000), EXIT(),
		    LDX(EBPF_DW, 3, 6, 8), STX(EBPF_DW, 10, -32, 3), MOV(2, 10), ADDI(2, -32),
		    LDX(EBPF_DW, 3, 6, 16), STX(EBPF_DW, 10, -16, 3), MOV(3, 10), ADDI(3, -16),
		    MOVI(4, 0), MOV(1, 0), CALL(map_update_elem), EXIT());
}

static void test_prog(u32 outer, u32 inner, u32 flags)
{
	int a = must(inner, 4, 8, 4, flags), b = must(inner, 4, 8, 4, flags);
	int fd = outer_must(outer, 3, a);
	int lookup = prog_inner_lookup(fd), update = prog_inner_update(fd);
	u32 key = 0, value = a;
	int bad = 0;
	u32 i;

	bad |= run(lookup, 0, 0, 0) != -1000;
	bad |= run(lookup, 3, 0, 0) != -1000;
	map_update(fd, &key, &value, 0);
	key = 2;
	value = b;
	map_update(fd, &key, &value, 0);
	close(a);
	close(b);
	tap_ok(!bad, "type %u of %u, flags %#x: no map", outer, inner, flags);
	for (i = 0; i < 4; i++) {
		bad |= run(update, 0, i, 100 + i) != 0;
		bad |= run(update, 2, i, 200 + i) != 0;
		bad |= run(update, 1, i, 300 + i) != -1000;
	}
	for (i = 0; i < 4; i++) {
		bad |= run(lookup, 0, i, 0) != (int)(100 + i);
		bad |= run(lookup, 2, i, 0) != (int)(200 + i);
		bad |= run(lookup, 1, i, 0) != -1000;
	}
	bad |= run(lookup, 2, 4, 0) != -1001;
	tap_ok(!bad, "type %u of %u, flags %#x: a program uses the maps inside", outer, inner,
	       flags);
	key = 2;
	map_delete(fd, &key);
	tap_eq(run(lookup, 2, 1, 0), -1000, "type %u of %u: taken out", outer, inner);
	close(fd);
	tap_eq(run(lookup, 0, 1, 0), 101, "type %u of %u: the program holds them", outer, inner);
	close(lookup);
	close(update);
}

/* Arrays that differ in the number of entries behind one compiled look-up. */
static void test_inner_sizes(void)
{
	int a = must(T(ARRAY), 4, 8, 2, F(INNER_MAP)), b = must(T(ARRAY), 4, 8, 5, F(INNER_MAP));
	int fd = outer_must(T(ARRAY_OF_MAPS), 2, a), lookup = prog_inner_lookup(fd);
	u32 key = 0, value = a;
	u64 v = 9;

	map_update(fd, &key, &value, 0);
	key = 1;
	value = b;
	map_update(fd, &key, &value, 0);
	key = 4;
	map_update(b, &key, &v, 0);
	tap_eq(run(lookup, 0, 1, 0), 0, "INNER_MAP: index 1 of 2");
	tap_eq(run(lookup, 0, 2, 0), -1001, "INNER_MAP: index 2 of 2");
	tap_eq(run(lookup, 1, 4, 0), 9, "INNER_MAP: index 4 of 5");
	tap_eq(run(lookup, 1, 5, 0), -1001, "INNER_MAP: index 5 of 5");
	close(lookup);
	close(fd);
	close(b);
	close(a);
}

static void test_refused(u32 type)
{
	int inner = must(T(ARRAY), 4, 8, 4, 0), fd = outer_must(type, 2, inner), err;

	tap_eq(REFUSED(KEY_ARG(), LDMAP(1, fd), CALL(map_lookup_elem), MOV(2, 10), ADDI(2, -32),
		       MOV(1, 0), CALL(map_lookup_elem), MOVI(0, 0), EXIT()),
	       -EACCES, "type %u: not used without a check for NULL", type);
	err = REFUSED(KEY_ARG(), LDMAP(1, fd), CALL(map_lookup_elem), JNEI(0, 0, 1), EXIT(),
		      ST(EBPF_DW, 0, 0, 1), MOVI(0, 0), EXIT());
	/* Linux says that it has no types to look at, when it has none. */
	tap_ok(err == -EACCES || err == -ENOTSUPP, "type %u: the map inside is not written to (%d)",
	       type, err);
	tap_eq(REFUSED(KEY_ARG(), VALUE_ARG(), LDMAP(1, fd), CALL(map_update_elem), EXIT()),
	       -EINVAL, "type %u: programs do not update", type);
	tap_eq(REFUSED(KEY_ARG(), LDMAP(1, fd), CALL(map_delete_elem), EXIT()),
	       -EINVAL, "type %u: programs do not delete", type);
	close(fd);
	close(inner);
}

/* Maps come and go while programs use them. */
struct changer {
	pthread_t thread;
	int fd;
	u32 inner;
	volatile bool stop;
};

static void *changer(void *arg)
{
	struct changer *c = arg;
	u32 key, value;

	while (!c->stop) {
		for (key = 0; key < 2; key++) {
			value = map_create(c->inner, 4, 8, 4, 0);
			map_update(c->fd, &key, &value, 0);
			close(value);
		}
		key = 1;
		map_delete(c->fd, &key);
	}
	return NULL;
}

static void test_changes(u32 outer, u32 inner)
{
	int like = must(inner, 4, 8, 4, 0), i, bad = 0, found = 0, ret;
	struct changer c = { .fd = outer_must(outer, 2, like), .inner = inner };
	int lookup = prog_inner_lookup(c.fd), update = prog_inner_update(c.fd);

	pthread_create(&c.thread, NULL, changer, &c);
	for (i = 0; i < 3000; i++) {
		ret = run(update, i & 1, 1, 55);
		bad += ret != 0 && ret != -1000;
		ret = run(lookup, i & 1, 1, 0);
		bad += ret != 55 && ret != 0 && ret != -1000 && ret != -1001;
		found += ret != -1000;
	}
	c.stop = true;
	pthread_join(c.thread, NULL);
	tap_ok(!bad, "type %u of %u: used while they are exchanged (%d found)", outer, inner,
	       found);
	close(lookup);
	close(update);
	close(c.fd);
	close(like);
}

int main(void)
{
	static const u32 types[] = { T(ARRAY_OF_MAPS), T(HASH_OF_MAPS) };
	unsigned int i;

	maps_open();
	for (i = 0; i < ARRAY_SIZE(types); i++) {
		test_create(types[i]);
		test_equal(types[i]);
		test_commands(types[i]);
		test_lives(types[i]);
		test_prog(types[i], T(ARRAY), 0);
		test_prog(types[i], T(ARRAY), F(INNER_MAP));
		test_prog(types[i], T(HASH), 0);
		test_prog(types[i], T(LRU_HASH), 0);
		test_refused(types[i]);
		test_changes(types[i], T(ARRAY));
		test_changes(types[i], T(HASH));
	}
	test_inner_sizes();
	return tap_end();
}
