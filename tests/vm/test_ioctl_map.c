// SPDX-License-Identifier: GPL-2.0-only
/*
 * Maps by command: each type, each command.
 */
#define _GNU_SOURCE
#include "ioctl_lib.h"
#include "tap.h"

#include <sys/mman.h>

/* Numbers of CPUs that per-cpu values are passed for. */
static int possible_cpus(void)
{
	FILE *f = fopen("/sys/devices/system/cpu/possible", "r");
	int first, last, n;

	n = fscanf(f, "%d-%d", &first, &last);
	fclose(f);
	return n == 2 ? last + 1 : 1;
}

static void test_array(void)
{
	int fd = map_create(EBPF_MAP_TYPE_ARRAY, 4, 12, 3, 0);
	char value[12] = "hello world", got[12];
	uint32_t key, next;

	tap_ok(fd >= 0, "an array is made");
	key = 1;
	tap_eq(map_update(fd, &key, value, EBPF_ANY), 0, "array: update");
	tap_eq(map_lookup(fd, &key, got), 0, "array: look-up");
	tap_ok(!memcmp(got, value, sizeof(got)), "array: the value comes back");
	key = 2;
	tap_ok(!map_lookup(fd, &key, got) && !got[0], "array: other entries are zero");
	key = 3;
	tap_eq(map_lookup(fd, &key, got), -ENOENT, "array: look-up beyond the end");
	tap_eq(map_update(fd, &key, value, EBPF_ANY), -E2BIG, "array: update beyond the end");
	key = 0;
	tap_eq(map_update(fd, &key, value, EBPF_NOEXIST), -EEXIST, "array: all entries exist");
	tap_eq(map_update(fd, &key, value, EBPF_EXIST), 0, "array: update of what exists");
	tap_eq(map_update(fd, &key, value, 3), -EINVAL, "array: flags 3");
	tap_eq(map_update(fd, &key, value, 1ULL << 40), -EINVAL, "array: flags beyond 32 bits");
	tap_eq(map_delete(fd, &key), -EINVAL, "array: entries are not deleted");
	tap_ok(!map_next(fd, NULL, &next) && next == 0, "array: the first key");
	tap_ok(!map_next(fd, &next, &next) && next == 1, "array: the second key");
	key = 2;
	tap_eq(map_next(fd, &key, &next), -ENOENT, "array: no key after the last");
	key = 77;
	tap_ok(!map_next(fd, &key, &next) && next == 0, "array: after a key there is not, the first");
	close(fd);
}

static void test_hash(unsigned int flags)
{
	int fd = map_create(EBPF_MAP_TYPE_HASH, 8, 8, 100, flags);
	uint64_t key, value, next;
	int i, seen = 0;

	tap_ok(fd >= 0, "a hash with flags %u is made", flags);
	key = 5;
	value = 50;
	tap_eq(map_lookup(fd, &key, &value), -ENOENT, "hash: an absent key");
	tap_eq(map_update(fd, &key, &value, EBPF_EXIST), -ENOENT, "hash: replacing what is absent");
	tap_eq(map_update(fd, &key, &value, EBPF_NOEXIST), 0, "hash: creating");
	tap_eq(map_update(fd, &key, &value, EBPF_NOEXIST), -EEXIST, "hash: creating again");
	value = 51;
	tap_eq(map_update(fd, &key, &value, EBPF_EXIST), 0, "hash: replacing");
	value = 0;
	tap_ok(!map_lookup(fd, &key, &value) && value == 51, "hash: the new value comes back");
	tap_eq(map_update(fd, &key, &value, 3), -EINVAL, "hash: flags 3");
	tap_eq(map_delete(fd, &key), 0, "hash: delete");
	tap_eq(map_delete(fd, &key), -ENOENT, "hash: delete again");
	tap_eq(map_next(fd, NULL, &next), -ENOENT, "hash: an empty one has no key");
	for (i = 0; i < 100; i++) {
		key = i * 7919ULL;
		value = i;
		if (map_update(fd, &key, &value, EBPF_ANY))
			break;
	}
	tap_eq(i, 100, "hash: max_entries fit");
	key = 1;
	tap_eq(map_update(fd, &key, &value, EBPF_ANY), -E2BIG, "hash: one more does not");
	key = 0;
	value = 1000;
	tap_eq(map_update(fd, &key, &value, EBPF_ANY), 0, "hash: a full one still replaces");
	if (!map_next(fd, NULL, &key)) {
		do {
			seen++;
			tap_failed += map_lookup(fd, &key, &value) != 0;
		} while (seen < 1000 && !map_next(fd, &key, &key));
	}
	tap_eq(seen, 100, "hash: a walk meets each key once");
	tap_ok(!map_elem(EBPF_MAP_LOOKUP_AND_DELETE_ELEM, fd, (key = 7919, &key), &value, 0) &&
	       value == 1, "hash: look-up and delete");
	tap_eq(map_lookup(fd, &key, &value), -ENOENT, "hash: it is gone then");
	for (i = 0; i < 100; i++) {
		key = i * 7919ULL;
		map_delete(fd, &key);
	}
	tap_eq(map_next(fd, NULL, &key), -ENOENT, "hash: empty again");
	close(fd);
}

static void test_percpu(unsigned int type)
{
	int cpus = possible_cpus(), fd = map_create(type, 4, 12, 4, 0), i, bad = 0;
	/* a value of 12 bytes takes 16 of each CPU */
	struct { char v[16]; } in[256], out[256];
	uint32_t key = 2;

	tap_ok(fd >= 0, "a per-cpu map of type %u is made", type);
	memset(in, 0, sizeof(in));
	for (i = 0; i < cpus; i++)
		snprintf(in[i].v, sizeof(in[i].v), "cpu %d", i);
	tap_eq(map_update(fd, &key, in, EBPF_ANY), 0, "per-cpu: update of %d CPUs", cpus);
	memset(out, 0x55, sizeof(out));
	tap_eq(map_lookup(fd, &key, out), 0, "per-cpu: look-up");
	for (i = 0; i < cpus; i++)
		bad += !!memcmp(in[i].v, out[i].v, 12);
	tap_eq(bad, 0, "per-cpu: each CPU's value comes back");
	tap_eq(out[cpus].v[0], 0x55, "per-cpu: nothing is written behind the last");
	tap_eq(map_update(fd, &key, in, EBPF_NOEXIST), -EEXIST, "per-cpu: it exists");
	if (type == EBPF_MAP_TYPE_PERCPU_HASH) {
		tap_eq(map_delete(fd, &key), 0, "per-cpu hash: delete");
		tap_eq(map_lookup(fd, &key, out), -ENOENT, "per-cpu hash: gone");
	}
	close(fd);
}

static void test_prog_array(void)
{
	int fd = map_create(EBPF_MAP_TYPE_PROG_ARRAY, 4, 4, 2, 0);
	int prog = prog_ret(EBPF_PROG_TYPE_KPROBE, 1);
	int other = prog_ret(EBPF_PROG_TYPE_SOCKET_FILTER, 1);
	struct ebpf_prog_info info;
	uint32_t key = 0, id = 0;

	tap_ok(fd >= 0 && prog >= 0, "a prog array and programs are made");
	tap_eq(map_lookup(fd, &key, &id), -ENOENT, "prog array: an empty entry");
	tap_eq(map_update(fd, &key, &prog, EBPF_ANY), 0, "prog array: update");
	memset(&info, 0, sizeof(info));
	info_of(prog, &info, sizeof(info));
	tap_ok(!map_lookup(fd, &key, &id) && id && id == info.id,
	       "prog array: look-up gives the program's number");
	tap_eq(map_update(fd, &key, &other, EBPF_ANY), -EINVAL,
	       "prog array: a program of another type");
	tap_eq(map_update(fd, &key, &fd, EBPF_ANY), -EINVAL, "prog array: a map");
	id = 12345;
	tap_eq(map_update(fd, &key, &id, EBPF_ANY), -EBADF, "prog array: an fd that is not open");
	tap_eq(map_update(fd, &key, &prog, EBPF_NOEXIST), -EINVAL, "prog array: flags");
	tap_eq(map_delete(fd, &key), 0, "prog array: delete");
	tap_eq(map_delete(fd, &key), -ENOENT, "prog array: delete again");
	key = 2;
	tap_eq(map_update(fd, &key, &prog, EBPF_ANY), -E2BIG, "prog array: beyond the end");
	key = 1;
	tap_eq(map_update(fd, &key, &prog, EBPF_ANY), 0, "prog array: left with a program in it");
	close(prog);
	close(other);
	close(fd);
}

static void test_others(void)
{
	uint32_t key = 0, value = 0;
	void *consumer, *data;
	char rec[128];
	int fd;

	fd = map_create(EBPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 4, 0);
	tap_ok(fd >= 0, "a perf event array is made");
	tap_eq(map_lookup(fd, &key, &value), -ENOTSUPP, "perf event array: no look-up");
	tap_eq(map_update(fd, &key, &fd, EBPF_ANY), -EBADF, "perf event array: a map is no event");
	tap_eq(map_delete(fd, &key), -ENOENT, "perf event array: deleting what is empty");
	close(fd);

	fd = map_create(EBPF_MAP_TYPE_CGROUP_ARRAY, 4, 4, 1, 0);
	tap_ok(fd >= 0, "a cgroup array is made");
	tap_ok(map_update(fd, &key, &fd, EBPF_ANY) < 0, "cgroup array: a map is no cgroup");
	close(fd);

	fd = map_create(EBPF_MAP_TYPE_STACK_TRACE, 4, 8 * 16, 32, 0);
	tap_ok(fd >= 0, "a stack map is made");
	tap_eq(map_lookup(fd, &key, rec), -ENOENT, "stack map: no stack yet");
	tap_eq(map_update(fd, &key, rec, EBPF_ANY), -EINVAL, "stack map: no update by command");
	tap_eq(map_delete(fd, &key), -ENOENT, "stack map: deleting what is absent");
	tap_eq(map_next(fd, NULL, &key), -ENOENT, "stack map: no key");
	close(fd);

	fd = map_create(EBPF_MAP_TYPE_RINGBUF, 0, 0, 4096, 0);
	tap_ok(fd >= 0, "a ring is made");
	tap_eq(map_lookup(fd, NULL, &value), -ENOTSUPP, "ring: no look-up");
	tap_eq(map_update(fd, NULL, &value, 0), -ENOTSUPP, "ring: no update");
	consumer = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	tap_ok(consumer != MAP_FAILED, "ring: the consumer's page is mapped to write");
	tap_ok(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 4096) == MAP_FAILED,
	       "ring: the producer's page is not");
	data = mmap(NULL, 4096 + 2 * 4096, PROT_READ, MAP_SHARED, fd, 4096);
	tap_ok(data != MAP_FAILED, "ring: producer and data twice are mapped to read");
	tap_ok(mmap(NULL, 4096 * 8, PROT_READ, MAP_SHARED, fd, 4096) == MAP_FAILED,
	       "ring: no more than that");
	munmap(consumer, 4096);
	munmap(data, 3 * 4096);
	close(fd);
}

static void test_access(void)
{
	uint32_t key = 0;
	uint64_t value = 9;
	int fd;

	fd = map_create(EBPF_MAP_TYPE_ARRAY, 4, 8, 1, EBPF_F_RDONLY);
	tap_eq(map_update(fd, &key, &value, 0), -EPERM, "a read-only fd does not write");
	tap_eq(map_lookup(fd, &key, &value), 0, "a read-only fd reads");
	close(fd);
	fd = map_create(EBPF_MAP_TYPE_ARRAY, 4, 8, 1, EBPF_F_WRONLY);
	tap_eq(map_update(fd, &key, &value, 0), 0, "a write-only fd writes");
	tap_eq(map_lookup(fd, &key, &value), -EPERM, "a write-only fd does not read");
	tap_eq(map_next(fd, NULL, &key), -EPERM, "a write-only fd does not walk");
	close(fd);
}

static void test_freeze(void)
{
	int fd = map_create(EBPF_MAP_TYPE_ARRAY, 4, 8, 512, EBPF_F_MMAPABLE);
	uint64_t value = 3, *m, *r;
	uint32_t key = 0;

	tap_ok(fd >= 0, "an mmapable array is made");
	m = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	tap_ok(m != MAP_FAILED, "it is mapped");
	m[5] = 55;
	key = 5;
	tap_ok(!map_lookup(fd, &key, &value) && value == 55, "what is stored there is in the map");
	value = 66;
	tap_ok(!map_update(fd, &key, &value, 0) && m[5] == 66, "and the other way round");
	tap_eq(map_freeze(fd), -EBUSY, "it does not freeze while mapped to write");
	munmap(m, 4096);
	tap_eq(map_freeze(fd), 0, "it freezes then");
	tap_ok(map_freeze(fd) < 0, "but once");
	tap_eq(map_update(fd, &key, &value, 0), -EPERM, "frozen: no update");
	tap_ok(!map_lookup(fd, &key, &value) && value == 66, "frozen: look-up");
	tap_ok(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED &&
	       errno == EPERM, "frozen: no mapping to write");
	r = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
	tap_ok(r != MAP_FAILED && r[5] == 66, "frozen: a mapping to read");
	tap_ok(mprotect(r, 4096, PROT_READ | PROT_WRITE) && errno == EACCES,
	       "frozen: which mprotect does not make writable");
	tap_ok(mprotect(r, 4096, PROT_READ | PROT_EXEC), "and not executable");
	tap_ok(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0) == MAP_FAILED, "no private mapping");
	tap_ok(mmap(NULL, 3 * 4096, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED,
	       "no mapping beyond the end");
	close(fd);
	tap_ok(r[5] == 66, "a mapping outlives the fd");
	munmap(r, 4096);
	fd = map_create(EBPF_MAP_TYPE_ARRAY, 4, 8, 512, EBPF_F_MMAPABLE | EBPF_F_RDONLY_PROG);
	tap_ok(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED &&
	       errno == EACCES, "what is constant for programs is not mapped to write");
	close(fd);
}

static uint64_t batch_flags;

static long batch(unsigned int cmd, int fd, void *in, void *out, void *keys, void *values,
		  uint32_t *count)
{
	union ebpf_attr attr;
	long ret;

	memset(&attr, 0, sizeof(attr));
	attr.batch.map_fd = fd;
	attr.batch.in_batch = ptr(in);
	attr.batch.out_batch = ptr(out);
	attr.batch.keys = ptr(keys);
	attr.batch.values = ptr(values);
	attr.batch.count = *count;
	attr.batch.flags = batch_flags;
	ret = err_of(bpf(cmd, &attr));
	*count = attr.batch.count;
	return ret;
}

static void test_batch_hash(void)
{
	int fd = map_create(EBPF_MAP_TYPE_HASH, 8, 8, 64, 0), i;
	uint64_t keys[64], values[64], sum = 0;
	uint32_t token = 0, count = 50;
	long ret;

	for (i = 0; i < 50; i++) {
		keys[i] = i * 3;
		values[i] = i;
	}
	tap_eq(batch(EBPF_MAP_UPDATE_BATCH, fd, NULL, NULL, keys, values, &count), 0,
	       "batch: update of 50");
	tap_eq(count, 50, "batch: all of them");
	count = 64;
	memset(values, 0, sizeof(values));
	ret = batch(EBPF_MAP_LOOKUP_BATCH, fd, NULL, &token, keys, values, &count);
	tap_eq(ret, -ENOENT, "batch: look-up of more than there are");
	tap_eq(count, 50, "batch: finds all");
	for (i = 0; i < 50; i++)
		sum += values[i];
	tap_eq(sum, 49 * 50 / 2, "batch: each once");
	count = 50;
	ret = batch(EBPF_MAP_LOOKUP_BATCH, fd, NULL, &token, keys, values, &count);
	tap_ok(ret == -ENOENT && count == 50, "batch: look-up of as many as there are: the end");
	count = 64;
	ret = batch(EBPF_MAP_LOOKUP_AND_DELETE_BATCH, fd, NULL, &token, keys, values, &count);
	tap_ok(ret == -ENOENT && count == 50, "batch: look-up and delete of all: the end");
	tap_eq(map_next(fd, NULL, keys), -ENOENT, "batch: it is empty then");
	count = 1;
	keys[0] = 3;
	tap_eq(batch(EBPF_MAP_DELETE_BATCH, fd, NULL, NULL, keys, NULL, &count), -ENOENT,
	       "batch: deleting what is absent");
	tap_eq(count, 0, "batch: none was");
	count = 0;
	tap_eq(batch(EBPF_MAP_LOOKUP_BATCH, fd, NULL, &token, keys, values, &count), 0,
	       "batch: of nothing");
	count = 4;
	tap_eq(batch(EBPF_MAP_UPDATE_BATCH, fd, NULL, NULL, NULL, values, &count), -EFAULT,
	       "batch: keys at NULL");
	close(fd);
}

/* Flags that mean nothing yet: Linux looks at them when it looks into hashes. */
static void test_batch_flags(void)
{
	int hash = map_create(EBPF_MAP_TYPE_HASH, 4, 8, 4, 0);
	int array = map_create(EBPF_MAP_TYPE_ARRAY, 4, 8, 4, 0);
	uint32_t keys[4] = { 0, 1, 2, 3 }, token, count = 4;
	uint64_t values[4] = { 5, 6, 7, 8 };

	batch_flags = 1;
	tap_eq(batch(EBPF_MAP_UPDATE_BATCH, hash, NULL, NULL, keys, values, &count), 0,
	       "flags of an update in a hash are not looked at");
	tap_eq(batch(EBPF_MAP_LOOKUP_BATCH, hash, NULL, &token, keys, values, &count), -EINVAL,
	       "those of a look-up are");
	tap_eq(batch(EBPF_MAP_LOOKUP_AND_DELETE_BATCH, hash, NULL, &token, keys, values, &count),
	       -EINVAL, "and of one that deletes");
	tap_eq(batch(EBPF_MAP_DELETE_BATCH, hash, NULL, NULL, keys, NULL, &count), 0,
	       "of deleting they are not");
	count = 4;
	tap_eq(batch(EBPF_MAP_UPDATE_BATCH, array, NULL, NULL, keys, values, &count), 0,
	       "nor of an update in an array");
	tap_eq(batch(EBPF_MAP_LOOKUP_BATCH, array, NULL, &token, keys, values, &count), 0,
	       "nor of a look-up there");
	batch_flags = 0;
	close(hash);
	close(array);
}

#define MANY	200000

/* Were each deletion to begin at the first bucket again, this would not end. */
static void test_batch_many(void)
{
	int fd = map_create(EBPF_MAP_TYPE_HASH, 8, 8, MANY, 0), i;
	uint64_t *keys = calloc(MANY, sizeof(*keys)), *values = calloc(MANY, sizeof(*values));
	uint32_t token = 0, count = MANY;
	long ret;

	for (i = 0; i < MANY; i++)
		keys[i] = values[i] = i;
	tap_ok(!batch(EBPF_MAP_UPDATE_BATCH, fd, NULL, NULL, keys, values, &count) && count == MANY,
	       "batch: a large hash is filled");
	ret = batch(EBPF_MAP_LOOKUP_AND_DELETE_BATCH, fd, NULL, &token, keys, values, &count);
	tap_ok(ret == -ENOENT && count == MANY, "batch: a large hash is emptied at once");
	tap_eq(map_next(fd, NULL, keys), -ENOENT, "batch: a large hash is empty then");
	free(keys);
	free(values);
	close(fd);
}

/* Pieces of 16: the token says where to go on. */
static void test_batch_pieces(unsigned int type)
{
	int fd = map_create(type, 4, 8, 100, 0), i, total = 0, rounds = 0;
	uint32_t keys[100], token = 0, count;
	uint64_t values[100], sum = 0;
	bool first = true;
	long ret;

	for (i = 0; i < 100; i++) {
		values[0] = i;
		keys[0] = i;
		map_update(fd, keys, values, 0);
	}
	do {
		count = 32;
		ret = batch(EBPF_MAP_LOOKUP_BATCH, fd, first ? NULL : &token, &token, keys, values,
			    &count);
		first = false;
		for (i = 0; i < (int)count; i++)
			sum += values[i];
		total += count;
	} while (!ret && ++rounds < 100);
	tap_eq(ret, -ENOENT, "batch in pieces, type %u: it ends", type);
	tap_eq(total, 100, "batch in pieces, type %u: all elements", type);
	tap_eq(sum, 4950, "batch in pieces, type %u: each once", type);
	close(fd);
}

static void test_ids(void)
{
	struct ebpf_map_info info, again;
	union ebpf_attr attr;
	uint32_t key = 1;
	uint64_t value = 77;
	int fd, fd2, rd;
	bool seen = false;
	long id;

	memset(&attr, 0, sizeof(attr));
	attr.map_type = EBPF_MAP_TYPE_ARRAY;
	attr.key_size = 4;
	attr.value_size = 8;
	attr.max_entries = 10;
	strcpy(attr.map_name, "my.map_1");
	fd = err_of(bpf(EBPF_MAP_CREATE, &attr));
	memset(&info, 0, sizeof(info));
	tap_eq(info_of(fd, &info, sizeof(info)), 0, "info of a map");
	tap_ok(info.type == EBPF_MAP_TYPE_ARRAY && info.key_size == 4 && info.value_size == 8 &&
	       info.max_entries == 10 && !strcmp(info.name, "my.map_1") && info.id > 0 &&
	       !info.btf_id && !info.map_flags, "info says what was created");
	for (id = 0; (id = next_id(EBPF_MAP_GET_NEXT_ID, id)) > 0;)
		seen |= id == (long)info.id;
	tap_eq(id, 0, "a walk over numbers ends");
	tap_ok(seen, "and meets the map");
	map_update(fd, &key, &value, 0);
	fd2 = fd_by_id(EBPF_MAP_GET_FD_BY_ID, info.id);
	value = 0;
	tap_ok(fd2 >= 0 && !map_lookup(fd2, &key, &value) && value == 77, "an fd by number");
	tap_ok(!info_of(fd2, &again, sizeof(again)) && again.id == info.id, "is the same map");
	memset(&attr, 0, sizeof(attr));
	attr.map_id = info.id;
	attr.open_flags = EBPF_F_RDONLY;
	rd = err_of(bpf(EBPF_MAP_GET_FD_BY_ID, &attr));
	tap_eq(map_update(rd, &key, &value, 0), -EPERM, "an fd by number may be read-only");
	attr.open_flags = 1;
	tap_eq(err_of(bpf(EBPF_MAP_GET_FD_BY_ID, &attr)), -EINVAL, "an unknown flag of it");
	close(rd);
	close(fd);
	tap_ok(!map_lookup(fd2, &key, &value), "one fd keeps the map");
	close(fd2);
	tap_eq(fd_by_id(EBPF_MAP_GET_FD_BY_ID, info.id), -ENOENT, "the last close takes the number");
}

static void test_fdinfo(void)
{
	int fd = map_create(EBPF_MAP_TYPE_HASH, 4, 8, 16, 0);
	char path[64], text[1024] = "", link[64] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (readlink(path, link, sizeof(link) - 1) < 0)
		link[0] = '\0';
	tap_ok(!strcmp(link, "anon_inode:bpf-map"), "the fd is called %s", link);
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	f = fopen(path, "r");
	tap_ok(f && fread(text, 1, sizeof(text) - 1, f) > 0, "fdinfo is read");
	tap_ok(strstr(text, "map_type:\t1\n") && strstr(text, "key_size:\t4\n") &&
	       strstr(text, "value_size:\t8\n") && strstr(text, "max_entries:\t16\n") &&
	       strstr(text, "frozen:\t0\n") && strstr(text, "map_id:\t"), "fdinfo has Linux's lines");
	tap_ok(fcntl(fd, F_GETFD) & FD_CLOEXEC, "the fd is closed on exec");
	fclose(f);
	close(fd);
}

int main(void)
{
	struct ebpfdrv_stats before;

	drv_open();
	if (!drv_native())
		tap_ok(stats_get(&before), "counters before");
	test_array();
	test_hash(0);
	test_hash(EBPF_F_NO_PREALLOC);
	test_percpu(EBPF_MAP_TYPE_PERCPU_ARRAY);
	test_percpu(EBPF_MAP_TYPE_PERCPU_HASH);
	test_prog_array();
	test_others();
	test_access();
	test_freeze();
	test_batch_flags();
	test_batch_hash();
	test_batch_many();
	test_batch_pieces(EBPF_MAP_TYPE_HASH);
	test_batch_pieces(EBPF_MAP_TYPE_ARRAY);
	test_ids();
	test_fdinfo();
	if (!drv_native())
		tap_ok(stats_settle(&before), "no object is left behind");
	return tap_end();
}
