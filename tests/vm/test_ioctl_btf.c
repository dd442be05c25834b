// SPDX-License-Identifier: GPL-2.0-only
/*
 * BTF by command: what is well-formed loads, what is not is refused with a log; the
 * running kernel's is number 1.
 */
#define _GNU_SOURCE
#include "ioctl_lib.h"
#include "tap.h"

#include <ebpfdrv/btf.h>
#include <sys/stat.h>

#define INFO(kind, kflag, vlen)	((uint32_t)(kflag) << 31 | (kind) << 24 | (vlen))
#define INT_WORD(enc, off, bits) ((enc) << 24 | (off) << 16 | (bits))

static const char strings[] = "\0int\0counter\0value\0.bss\0bpf_spin_lock\0lock";
enum { S_INT = 1, S_COUNTER = 5, S_VALUE = 13, S_BSS = 19, S_LOCK_T = 24, S_LOCK = 38 };

static struct {
	struct ebpf_btf_header hdr;
	uint32_t words[512];
} blob;
static char btf_log[8192];

/* Lays out header, types and strings; bytes in all. */
static unsigned int make(const uint32_t *types, unsigned int bytes)
{
	memset(&blob, 0, sizeof(blob));
	blob.hdr.magic = EBPF_BTF_MAGIC;
	blob.hdr.version = EBPF_BTF_VERSION;
	blob.hdr.hdr_len = sizeof(blob.hdr);
	blob.hdr.type_len = bytes;
	blob.hdr.str_off = bytes;
	blob.hdr.str_len = sizeof(strings);
	memcpy(blob.words, types, bytes);
	memcpy((char *)blob.words + bytes, strings, sizeof(strings));
	return sizeof(blob.hdr) + bytes + sizeof(strings);
}

static long load(unsigned int size)
{
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	memset(btf_log, 0, sizeof(btf_log));
	attr.btf = ptr(&blob);
	attr.btf_size = size;
	attr.btf_log_buf = ptr(btf_log);
	attr.btf_log_size = sizeof(btf_log);
	attr.btf_log_level = 1;
	return err_of(bpf(EBPF_BTF_LOAD, &attr));
}

static void refused(const char *what, unsigned int size, long err, const char *text)
{
	long ret = load(size);

	tap_eq(ret, err, "%s is refused", what);
	if (!tap_ok(strstr(btf_log, text), "and the log says \"%s\"", text))
		tap_diag("%s", btf_log);
	if (ret >= 0)
		close(ret);
}

/* 1: int, 2: struct counter { int value; } */
static const uint32_t good[] = {
	S_INT, INFO(EBPF_BTF_KIND_INT, 0, 0), 4, INT_WORD(EBPF_BTF_INT_SIGNED, 0, 32),
	S_COUNTER, INFO(EBPF_BTF_KIND_STRUCT, 0, 1), 4,
		S_VALUE, 1, 0,
};

static void test_good(void)
{
	unsigned int size = make(good, sizeof(good));
	struct ebpf_btf_info info;
	struct ebpf_map_info minfo;
	unsigned char back[512];
	union ebpf_attr attr;
	char name[8] = "x";
	bool seen = false;
	int fd, map, fd2;
	long id;

	fd = load(size);
	tap_ok(fd >= 0, "BTF of an int and a struct loads");
	memset(&info, 0, sizeof(info));
	info.btf = ptr(back);
	info.btf_size = sizeof(back);
	info.name = ptr(name);
	info.name_len = sizeof(name);
	tap_eq(info_of(fd, &info, sizeof(info)), 0, "info of it");
	tap_ok(info.btf_size == size && !memcmp(back, &blob, size), "gives it back as it was");
	tap_ok(info.id && !info.kernel_btf && !info.name_len && !name[0], "without a name");
	for (id = 0; (id = next_id(EBPF_BTF_GET_NEXT_ID, id)) > 0;)
		seen |= id == (long)info.id;
	tap_ok(!id && seen, "a walk over numbers meets it");
	fd2 = fd_by_id(EBPF_BTF_GET_FD_BY_ID, info.id);
	tap_ok(fd2 >= 0, "an fd by number");
	close(fd2);

	memset(&attr, 0, sizeof(attr));
	attr.map_type = EBPF_MAP_TYPE_ARRAY;
	attr.key_size = 4;
	attr.value_size = 4;
	attr.max_entries = 1;
	attr.btf_fd = fd;
	attr.btf_key_type_id = 1;
	attr.btf_value_type_id = 2;
	map = err_of(bpf(EBPF_MAP_CREATE, &attr));
	tap_ok(map >= 0, "a map has types from it");
	memset(&minfo, 0, sizeof(minfo));
	info_of(map, &minfo, sizeof(minfo));
	tap_ok(minfo.btf_id == info.id && minfo.btf_key_type_id == 1 &&
	       minfo.btf_value_type_id == 2, "its info says so");
	attr.value_size = 8;
	tap_eq(err_of(bpf(EBPF_MAP_CREATE, &attr)), -EINVAL, "not when the value's size differs");
	attr.value_size = 4;
	attr.btf_value_type_id = 77;
	tap_eq(err_of(bpf(EBPF_MAP_CREATE, &attr)), -EINVAL, "nor with a type there is not");
	attr.btf_value_type_id = 2;
	attr.btf_key_type_id = 2;
	tap_eq(err_of(bpf(EBPF_MAP_CREATE, &attr)), -EINVAL, "nor with a struct as an index");
	attr.btf_key_type_id = 0;
	tap_eq(err_of(bpf(EBPF_MAP_CREATE, &attr)), -EINVAL, "nor without a key but for sections");
	close(fd);
	fd = fd_by_id(EBPF_BTF_GET_FD_BY_ID, info.id);
	tap_ok(fd >= 0, "the map keeps the BTF");
	close(fd);
	close(map);
}

static long elem(unsigned int cmd, int map, uint32_t *key, uint32_t *value, uint64_t flags)
{
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_fd = map;
	attr.key = (uintptr_t)key;
	attr.value = (uintptr_t)value;
	attr.flags = flags;
	return err_of(bpf(cmd, &attr));
}

/* EBPF_F_LOCK: reading and writing under the lock in the value. */
static void test_lock_flag(union ebpf_attr *attr, uint32_t type, const char *name)
{
	uint32_t key = 0, value[2] = { 1, 8 };
	int map, plain;

	attr->map_type = type;
	map = err_of(bpf(EBPF_MAP_CREATE, attr));
	tap_eq(elem(EBPF_MAP_UPDATE_ELEM, map, &key, value, EBPF_F_LOCK), 0,
	       "%s: update under the lock", name);
	value[1] = 9;
	tap_eq(elem(EBPF_MAP_UPDATE_ELEM, map, &key, value, EBPF_F_LOCK | EBPF_EXIST), 0,
	       "%s: of what is there", name);
	tap_eq(elem(EBPF_MAP_UPDATE_ELEM, map, &key, value, EBPF_F_LOCK | EBPF_NOEXIST), -EEXIST,
	       "%s: not as new", name);
	tap_eq(elem(EBPF_MAP_UPDATE_ELEM, map, &key, value, EBPF_F_LOCK << 1), -EINVAL,
	       "%s: no other flag", name);
	value[0] = value[1] = 0xffffffff;
	tap_ok(!elem(EBPF_MAP_LOOKUP_ELEM, map, &key, value, EBPF_F_LOCK) && !value[0] &&
	       value[1] == 9, "%s: lookup under the lock", name);
	if (type == EBPF_MAP_TYPE_HASH)
		tap_ok(!elem(EBPF_MAP_LOOKUP_AND_DELETE_ELEM, map, &key, value, EBPF_F_LOCK) &&
		       !value[0] && value[1] == 9, "%s: and delete", name);
	close(map);
	plain = map_create(type, 4, 8, 1, 0);
	tap_eq(elem(EBPF_MAP_UPDATE_ELEM, plain, &key, value, EBPF_F_LOCK), -EINVAL,
	       "%s: no update under a lock that is not there", name);
	tap_eq(elem(EBPF_MAP_LOOKUP_ELEM, plain, &key, value, EBPF_F_LOCK), -EINVAL,
	       "%s: no lookup", name);
	close(plain);
}

/* struct counter { struct bpf_spin_lock lock; int value; } */
static void test_spin_lock(void)
{
	static const uint32_t types[] = {
		S_INT, INFO(EBPF_BTF_KIND_INT, 0, 0), 4, INT_WORD(0, 0, 32),
		S_LOCK_T, INFO(EBPF_BTF_KIND_STRUCT, 0, 1), 4, S_VALUE, 1, 0,
		S_COUNTER, INFO(EBPF_BTF_KIND_STRUCT, 0, 2), 8, S_LOCK, 2, 0, S_VALUE, 1, 32,
	};
	union ebpf_attr attr;
	uint32_t key = 0, value[2] = { 0xffffffff, 7 };
	int fd = load(make(types, sizeof(types))), map, i;

	memset(&attr, 0, sizeof(attr));
	attr.map_type = EBPF_MAP_TYPE_ARRAY;
	attr.key_size = 4;
	attr.value_size = 8;
	attr.max_entries = 1;
	attr.btf_fd = fd;
	attr.btf_key_type_id = 1;
	attr.btf_value_type_id = 3;
	map = err_of(bpf(EBPF_MAP_CREATE, &attr));
	tap_ok(fd >= 0 && map >= 0, "a map whose value has a spin lock");
	tap_ok(!map_update(map, &key, value, 0) && !map_lookup(map, &key, value) && !value[0] &&
	       value[1] == 7, "the lock is not shown to the outside");
	close(map);
	for (i = 0; i < 2; i++)
		test_lock_flag(&attr, i ? EBPF_MAP_TYPE_HASH : EBPF_MAP_TYPE_ARRAY,
			       i ? "hash" : "array");
	attr.map_type = EBPF_MAP_TYPE_LRU_HASH;
	tap_eq(err_of(bpf(EBPF_MAP_CREATE, &attr)), -ENOTSUPP, "no lock in an LRU hash");
	close(fd);
}

static void test_malformed(void)
{
	static const uint32_t none[1];
	unsigned int size;
	union ebpf_attr attr;

	size = make(good, sizeof(good));
	blob.hdr.magic = 0x1234;
	refused("another magic", size, -EINVAL, "Invalid magic");
	make(good, sizeof(good));
	blob.hdr.version = 2;
	refused("version 2", size, -ENOTSUPP, "Unsupported version");
	make(good, sizeof(good));
	blob.hdr.flags = 1;
	refused("a flag", size, -ENOTSUPP, "Unsupported flags");
	make(good, sizeof(good));
	refused("a header cut short", 10, -EINVAL, "btf_header not found");
	refused("a header without sections", sizeof(blob.hdr), -EINVAL, "No data");
	refused("data cut short", size - 4, -EINVAL, "section");
	refused("data with more behind", size + 4, -EINVAL, "section");
	blob.hdr.type_off = 4;
	refused("sections with a gap", size, -EINVAL, "section");
	make(good, sizeof(good));
	blob.hdr.type_len = 0xfffffff0;
	refused("a type section beyond the end", size, -EINVAL, "section");
	make(good, sizeof(good));
	blob.hdr.str_len = 0;
	refused("no string section", size - sizeof(strings), -EINVAL, "tring section");
	size = make(good, sizeof(good));
	((char *)&blob)[size - 1] = 'x';
	refused("strings without an end", size, -EINVAL, "nvalid string section");
	size = make(good, sizeof(good));
	((char *)&blob)[size - sizeof(strings)] = 'x';
	refused("strings that do not start with an empty one", size, -EINVAL,
		"nvalid string section");
	size = make(none, 0);
	refused("no types", size, -EINVAL, "");

	size = make(good, sizeof(good));
	blob.words[5] = INFO(31, 0, 0);
	refused("kind 31", size, -EINVAL, "Invalid kind:31");
	size = make(good, sizeof(good));
	blob.words[0] = 10000;
	refused("a name beyond the strings", size, -EINVAL, "name_offset");
	size = make(good, sizeof(good));
	blob.words[3] = INT_WORD(0, 0, 200);
	refused("an int of 200 bits", size, -EINVAL, "nr_bits");
	size = make(good, sizeof(good));
	blob.words[8] = 99;
	refused("a member of a type there is not", size, -EINVAL, "type_id");
	size = make(good, sizeof(good));
	blob.words[9] = 64;
	refused("a member beyond its struct", size, -EINVAL, "bits_offset");
	size = make(good, sizeof(good));
	blob.words[8] = 2;
	refused("a struct within itself", size, -EEXIST, "Loop detected");
	size = make(good, sizeof(good));
	blob.words[5] = INFO(EBPF_BTF_KIND_STRUCT, 0, 60000);
	refused("60000 members that are not there", size, -EINVAL, "");

	memset(&attr, 0, sizeof(attr));
	attr.btf = ptr(&blob);
	attr.btf_size = 0x7fffffff;
	tap_eq(err_of(bpf(EBPF_BTF_LOAD, &attr)), -E2BIG, "BTF of 2 GiB is refused");
	attr.btf = 16;
	attr.btf_size = 100;
	tap_eq(err_of(bpf(EBPF_BTF_LOAD, &attr)), -EFAULT, "BTF at a wild address is refused");
	attr.btf_size = 0;
	tap_eq(err_of(bpf(EBPF_BTF_LOAD, &attr)), -EINVAL, "BTF of size 0 is refused");
}

/* Each byte of good BTF changed in turn: load or refusal, but nothing else. */
static void test_bytes(void)
{
	unsigned int size = make(good, sizeof(good)), i, v, loaded = 0, refusals = 0;
	static const unsigned char values[] = { 0, 1, 0x7f, 0x80, 0xff };
	unsigned char *bytes = (unsigned char *)&blob, old;
	long ret;

	for (i = 0; i < size; i++) {
		for (v = 0; v < sizeof(values); v++) {
			old = bytes[i];
			bytes[i] = values[v];
			ret = load(size);
			bytes[i] = old;
			if (ret >= 0) {
				loaded++;
				close(ret);
			} else {
				refusals++;
			}
		}
	}
	tap_ok(loaded && refusals, "with a byte changed %u load and %u do not", loaded, refusals);
}

static void test_vmlinux(void)
{
	struct ebpf_btf_info info;
	struct ebpf_btf_header hdr;
	char name[16] = "";
	struct stat st;
	int fd;

	if (stat("/sys/kernel/btf/vmlinux", &st)) {
		tap_skip("no BTF of this kernel");
		return;
	}
	if (!drv_native())
		tap_eq(next_id(EBPF_BTF_GET_NEXT_ID, 0), 1, "the first number is the kernel's");
	fd = fd_by_id(EBPF_BTF_GET_FD_BY_ID, 1);
	tap_ok(fd >= 0, "BTF number 1 opens");
	memset(&info, 0, sizeof(info));
	info.name = ptr(name);
	info.name_len = sizeof(name);
	info.btf = ptr(&hdr);
	info.btf_size = sizeof(hdr);
	tap_eq(info_of(fd, &info, sizeof(info)), 0, "info of it");
	tap_ok(info.kernel_btf && !strcmp(name, "vmlinux") && info.id == 1, "it is vmlinux");
	tap_ok(info.btf_size == st.st_size && hdr.magic == EBPF_BTF_MAGIC,
	       "as large as the file in /sys/kernel/btf");
	close(fd);
}

int main(void)
{
	struct ebpfdrv_stats before;

	drv_open();
	if (!drv_native())
		tap_ok(stats_get(&before), "counters before");
	test_good();
	test_spin_lock();
	test_malformed();
	test_bytes();
	test_vmlinux();
	if (!drv_native())
		tap_ok(stats_settle(&before), "no object is left behind");
	return tap_end();
}
