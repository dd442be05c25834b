// SPDX-License-Identifier: GPL-2.0-only
/*
 * bpf(2) commands with valid objects, wrong objects and wrong everything else. The
 * attributes lie in memory that other threads write to at the same time.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <ebpfdrv/bpf.h>
#include <ebpfdrv/ebpfdrv.h>

#include "hostile.h"

#define ARRAY_LEN(a)	(sizeof(a) / sizeof((a)[0]))

long hostile_bpf_call(unsigned int cmd, uint64_t attr, unsigned int size)
{
	struct ebpfdrv_bpf req = { .cmd = cmd, .size = size, .attr = attr };

	/* Half of the commands, so that the same input makes the same calls. */
	if (hostile_adopted && cmd % 2)
		return syscall(SYS_bpf, cmd, attr, size);
	return ioctl(device_fd, EBPFDRV_IOC_BPF, &req);
}

/* @attr through the arena, or as it is; now and then with a wrong size or with bytes
 * that the command does not have.
 */
static long call(struct input *in, unsigned int cmd, union ebpf_attr *attr)
{
	uint64_t at = some_memory(in, sizeof(*attr));
	size_t size = in_or(in, sizeof(*attr));
	long ret;

	if (in_once_in(in, 32))
		((uint8_t *)attr)[in_u8(in) % sizeof(*attr)] = in_u8(in);
	if (at < (uintptr_t)arena || at > (uintptr_t)arena + ARENA_SIZE - sizeof(*attr))
		return hostile_bpf_call(cmd, at, size);
	memcpy((void *)(uintptr_t)at, attr, sizeof(*attr));
	ret = hostile_bpf_call(cmd, at, size);
	memcpy(attr, (void *)(uintptr_t)at, sizeof(*attr));
	return ret;
}

/*
 * Maps
 */
static const struct {
	uint32_t type, key, value, entries, flags;
} usual[] = {
	{ EBPF_MAP_TYPE_ARRAY, 4, 8, 64, EBPF_F_MMAPABLE },
	{ EBPF_MAP_TYPE_ARRAY, 4, 100, 16, EBPF_F_RDONLY_PROG },
	{ EBPF_MAP_TYPE_HASH, 4, 8, 64, 0 },
	{ EBPF_MAP_TYPE_HASH, 24, 40, 64, EBPF_F_NO_PREALLOC },
	{ EBPF_MAP_TYPE_PERCPU_HASH, 4, 8, 64, 0 },
	{ EBPF_MAP_TYPE_PERCPU_ARRAY, 4, 24, 64, 0 },
	{ EBPF_MAP_TYPE_LRU_HASH, 4, 8, 64, 0 },
	{ EBPF_MAP_TYPE_LRU_HASH, 4, 8, 64, EBPF_F_NO_COMMON_LRU },
	{ EBPF_MAP_TYPE_LRU_PERCPU_HASH, 4, 8, 64, 0 },
	{ EBPF_MAP_TYPE_LPM_TRIE, 8, 8, 64, EBPF_F_NO_PREALLOC },
	{ EBPF_MAP_TYPE_PROG_ARRAY, 4, 4, 16, 0 },
	{ EBPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 16, 0 },
	{ EBPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 16, EBPF_F_PRESERVE_ELEMS },
	{ EBPF_MAP_TYPE_STACK_TRACE, 4, 80, 64, 0 },
	{ EBPF_MAP_TYPE_STACK_TRACE, 4, 320, 64, EBPF_F_STACK_BUILD_ID },
	{ EBPF_MAP_TYPE_ARRAY_OF_MAPS, 4, 4, 8, 0 },
	{ EBPF_MAP_TYPE_HASH_OF_MAPS, 4, 4, 8, 0 },
	{ EBPF_MAP_TYPE_RINGBUF, 0, 0, 4096, 0 },
	{ EBPF_MAP_TYPE_USER_RINGBUF, 0, 0, 4096, 0 },
	{ EBPF_MAP_TYPE_QUEUE, 0, 8, 16, 0 },
	{ EBPF_MAP_TYPE_STACK, 0, 8, 16, 0 },
	{ EBPF_MAP_TYPE_BLOOM_FILTER, 0, 8, 16, 0 },
	{ EBPF_MAP_TYPE_CGROUP_ARRAY, 4, 4, 4, 0 },
	{ EBPF_MAP_TYPE_TASK_STORAGE, 4, 16, 0, EBPF_F_NO_PREALLOC },
	{ EBPF_MAP_TYPE_SK_STORAGE, 4, 16, 0, EBPF_F_NO_PREALLOC },
	{ EBPF_MAP_TYPE_CGROUP_STORAGE, 16, 8, 0, 0 },
	{ EBPF_MAP_TYPE_SOCKMAP, 4, 4, 8, 0 },
	{ EBPF_MAP_TYPE_SOCKHASH, 4, 8, 8, 0 },
	{ EBPF_MAP_TYPE_XSKMAP, 4, 4, 8, 0 },
	{ EBPF_MAP_TYPE_REUSEPORT_SOCKARRAY, 4, 8, 8, 0 },
};

void hostile_bpf_start(void)
{
	union ebpf_attr attr;
	unsigned int i;

	for (i = 0; i < ARRAY_LEN(usual); i++) {
		memset(&attr, 0, sizeof(attr));
		attr.map_type = usual[i].type;
		attr.key_size = usual[i].key;
		attr.value_size = usual[i].value;
		attr.max_entries = usual[i].entries;
		attr.map_flags = usual[i].flags;
		if (usual[i].type == EBPF_MAP_TYPE_ARRAY_OF_MAPS ||
		    usual[i].type == EBPF_MAP_TYPE_HASH_OF_MAPS)
			attr.inner_map_fd = slots[2];
		slots[i] = hostile_bpf_call(EBPF_MAP_CREATE, (uintptr_t)&attr, sizeof(attr));
	}
}

static void map_create(struct input *in)
{
	unsigned int i = in_below(in, ARRAY_LEN(usual));
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_type = usual[i].type;
	attr.key_size = in_or(in, usual[i].key);
	attr.value_size = in_or(in, usual[i].value);
	attr.max_entries = in_or(in, usual[i].entries);
	attr.map_flags = usual[i].flags;
	if (in_once_in(in, 8))
		attr.map_flags ^= 1U << in_below(in, 16);
	if (usual[i].type == EBPF_MAP_TYPE_ARRAY_OF_MAPS ||
	    usual[i].type == EBPF_MAP_TYPE_HASH_OF_MAPS || in_once_in(in, 16))
		attr.inner_map_fd = some_fd(in);
	if (in_once_in(in, 8)) {
		attr.btf_fd = some_fd(in);
		attr.btf_key_type_id = in_u8(in) % 16;
		attr.btf_value_type_id = in_u8(in) % 16;
	}
	if (in_once_in(in, 8))
		in_bytes(in, attr.map_name, sizeof(attr.map_name));
	if (in_once_in(in, 8))
		attr.map_extra = in_edge(in);
	if (in_once_in(in, 8))
		attr.numa_node = in_edge(in);
	took(in, HK_MAP_CREATE, call(in, EBPF_MAP_CREATE, &attr), true);
}

static uint64_t some_key(struct input *in)
{
	uint64_t at = some_memory(in, 64);
	uint32_t key = in_u8(in) % 70;

	if (in_once_in(in, 16))
		return in_edge(in);
	if (at >= (uintptr_t)arena && at <= (uintptr_t)arena + ARENA_SIZE - 64)
		memcpy((void *)(uintptr_t)at, &key, sizeof(key));
	return at;
}

static void map_elem(struct input *in)
{
	static const uint8_t cmds[] = {
		EBPF_MAP_LOOKUP_ELEM, EBPF_MAP_UPDATE_ELEM, EBPF_MAP_UPDATE_ELEM, EBPF_MAP_DELETE_ELEM,
		EBPF_MAP_GET_NEXT_KEY, EBPF_MAP_LOOKUP_AND_DELETE_ELEM,
	};
	unsigned int cmd = cmds[in_below(in, sizeof(cmds))];
	union ebpf_attr attr;
	int fd;

	memset(&attr, 0, sizeof(attr));
	attr.map_fd = some_fd(in);
	attr.key = some_key(in);
	if (in_once_in(in, 4) && cmd != EBPF_MAP_DELETE_ELEM)
		attr.key = 0;
	if (cmd != EBPF_MAP_DELETE_ELEM)
		attr.value = some_memory(in, 4096);
	/* Maps of objects take descriptors. */
	fd = some_fd(in);
	if (in_once_in(in, 2) && attr.value >= (uintptr_t)arena &&
	    attr.value <= (uintptr_t)arena + ARENA_SIZE - sizeof(fd))
		memcpy((void *)(uintptr_t)attr.value, &fd, sizeof(fd));
	if (cmd == EBPF_MAP_UPDATE_ELEM || in_once_in(in, 8))
		attr.flags = in_or(in, in_u8(in) % 3);
	took(in, HK_MAP_ELEM, call(in, cmd, &attr), false);
}

static void map_batch(struct input *in)
{
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.batch.map_fd = some_fd(in);
	attr.batch.in_batch = in_once_in(in, 2) ? some_memory(in, 64) : 0;
	attr.batch.out_batch = some_memory(in, 64);
	attr.batch.keys = some_memory(in, 1024);
	attr.batch.values = some_memory(in, 8192);
	attr.batch.count = in_or(in, 1 + in_u8(in) % 64);
	attr.batch.elem_flags = in_once_in(in, 8) ? in_edge(in) : 0;
	attr.batch.flags = in_once_in(in, 16) ? in_edge(in) : 0;
	took(in, HK_MAP_BATCH, call(in, EBPF_MAP_LOOKUP_BATCH + in_u8(in) % 4, &attr), false);
}

static void map_other(struct input *in)
{
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	if (in_once_in(in, 2)) {
		attr.map_fd = some_fd(in);
		took(in, HK_MAP_OTHER, call(in, EBPF_MAP_FREEZE, &attr), false);
		return;
	}
	attr.prog_bind_map.prog_fd = some_fd(in);
	attr.prog_bind_map.map_fd = some_fd(in);
	attr.prog_bind_map.flags = in_or(in, 0);
	took(in, HK_MAP_OTHER, call(in, EBPF_PROG_BIND_MAP, &attr), false);
}

/*
 * Programs by number
 */
static uint64_t copy_of(struct input *in, const void *data, size_t size)
{
	uint64_t at = some_memory(in, size);

	if (at >= (uintptr_t)arena && at <= (uintptr_t)arena + ARENA_SIZE - size)
		memcpy((void *)(uintptr_t)at, data, size);
	return at;
}

static void test_run(struct input *in)
{
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.test.prog_fd = some_fd(in);
	if (in_once_in(in, 2)) {
		attr.test.data_size_in = in_or(in, 64);
		attr.test.data_in = some_memory(in, 4096);
		attr.test.data_size_out = in_or(in, 256);
		attr.test.data_out = some_memory(in, 4096);
		attr.test.repeat = in_u8(in) % 5;
	}
	if (in_once_in(in, 3)) {
		attr.test.ctx_size_in = in_or(in, 24);
		attr.test.ctx_in = some_memory(in, 512);
		attr.test.ctx_size_out = in_or(in, 0);
		attr.test.ctx_out = some_memory(in, 512);
	}
	if (in_once_in(in, 8))
		attr.test.flags = in_u8(in) % 8;
	if (in_once_in(in, 8))
		attr.test.cpu = in_edge(in);
	if (in_once_in(in, 16))
		attr.test.batch_size = in_edge(in);
	took(in, HK_PROG_RUN, call(in, EBPF_PROG_TEST_RUN, &attr), false);
}

static void raw_tp(struct input *in)
{
	static const char *const names[] = {
		"sys_enter", "sys_exit", "sched_switch", "sched_wakeup", "sched_process_exit", "no_such",
		"", "sys_enter\n",
	};
	const char *name = names[in_below(in, ARRAY_LEN(names))];
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.raw_tracepoint.name = in_once_in(in, 3) ? 0 : copy_of(in, name, strlen(name) + 1);
	attr.raw_tracepoint.prog_fd = some_prog(in, attr.raw_tracepoint.name ? EBPF_TRACE_RAW_TP :
									EBPF_TRACE_FENTRY);
	took(in, HK_RAW_TP, call(in, EBPF_RAW_TRACEPOINT_OPEN, &attr), true);
}

/*
 * Links
 */
static void multi_info(struct input *in, union ebpf_attr *attr)
{
	static const char *const names[] = {
		"vfs_read", "vfs_write", "pipe_read", "pipe_write", "vfs_open", "no_such", "", "fput",
		"do_sys_open", "vfs_getattr",
	};
	uint64_t syms[8], cookies[8];
	unsigned int i, cnt = 1 + in_u8(in) % 8;

	for (i = 0; i < cnt; i++) {
		const char *name = names[in_below(in, ARRAY_LEN(names))];

		syms[i] = in_or(in, copy_of(in, name, strlen(name) + 1));
		cookies[i] = in_u8(in);
	}
	attr->link_create.kprobe_multi.flags = in_or(in, in_u8(in) % 2);
	attr->link_create.kprobe_multi.cnt = in_or(in, cnt);
	if (in_once_in(in, 8))
		attr->link_create.kprobe_multi.addrs = copy_of(in, syms, sizeof(syms));
	else
		attr->link_create.kprobe_multi.syms = copy_of(in, syms, sizeof(syms));
	if (in_once_in(in, 2))
		attr->link_create.kprobe_multi.cookies = copy_of(in, cookies, sizeof(cookies));
}

static void link_create(struct input *in)
{
	static const uint8_t types[] = {
		EBPF_PERF_EVENT, EBPF_PERF_EVENT, EBPF_TRACE_KPROBE_MULTI, EBPF_TRACE_KPROBE_MULTI,
		EBPF_TRACE_ITER, EBPF_TRACE_FENTRY, EBPF_TRACE_FEXIT, EBPF_TRACE_RAW_TP, EBPF_XDP,
		EBPF_LSM_MAC,
	};
	union ebpf_iter_link_info info;
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.link_create.attach_type = in_or(in, types[in_below(in, sizeof(types))]);
	attr.link_create.prog_fd = some_prog(in, attr.link_create.attach_type);
	attr.link_create.flags = in_once_in(in, 16) ? in_edge(in) : 0;
	switch (attr.link_create.attach_type) {
	case EBPF_PERF_EVENT:
		attr.link_create.target_fd = some_fd(in);
		attr.link_create.perf_event.bpf_cookie = in_u8(in);
		break;
	case EBPF_TRACE_KPROBE_MULTI:
		multi_info(in, &attr);
		break;
	case EBPF_TRACE_ITER:
		memset(&info, 0, sizeof(info));
		info.task.tid = in_or(in, 0);
		info.task.pid = in_or(in, 0);
		if (in_once_in(in, 2))
			break;
		attr.link_create.iter_info = copy_of(in, &info, sizeof(info));
		attr.link_create.iter_info_len = in_or(in, sizeof(info));
		break;
	default:
		attr.link_create.target_fd = in_once_in(in, 4) ? some_fd(in) : 0;
		attr.link_create.tracing.cookie = in_u8(in);
	}
	took(in, HK_LINK_CREATE, call(in, EBPF_LINK_CREATE, &attr), true);
}

static void link_other(struct input *in)
{
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.link_update.link_fd = some_link(in);
	if (in_once_in(in, 2)) {
		took(in, HK_LINK_OTHER, call(in, EBPF_LINK_DETACH, &attr), false);
		return;
	}
	attr.link_update.new_prog_fd = some_prog(in, EBPF_TRACE_ITER);
	attr.link_update.flags = in_or(in, 0);
	attr.link_update.old_prog_fd = attr.link_update.flags ? some_fd(in) : 0;
	took(in, HK_LINK_OTHER, call(in, EBPF_LINK_UPDATE, &attr), false);
}

static void iter_create(struct input *in)
{
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.iter_create.link_fd = some_link(in);
	attr.iter_create.flags = in_once_in(in, 16) ? in_edge(in) : 0;
	took(in, HK_ITER, call(in, EBPF_ITER_CREATE, &attr), true);
}

/*
 * BTF: an int, a struct with a lock, a function with its prototype; and what may come
 * of them.
 */
static void btf_load(struct input *in)
{
	static const struct {
		uint16_t magic;
		uint8_t version, flags;
		uint32_t hdr_len, type_off, type_len, str_off, str_len;
		uint32_t types[27];
		char strings[36];
	} blob = {
		.magic = 0xeb9f, .version = 1, .hdr_len = 24, .type_len = 27 * 4, .str_off = 27 * 4,
		.str_len = 36,
		.types = {
			1, 0x01000000, 4, 0x01000020,			/* 1: int */
			0, 0x0d000001, 1, 1, 1,				/* 2: int (int) */
			5, 0x0c000001, 2,				/* 3: func, global */
			10, 0x04000001, 4, 24, 1, 0,			/* 4: struct bpf_spin_lock */
			28, 0x04000002, 8, 34, 4, 0, 24, 1, 32,		/* 5: struct with it */
		},
		.strings = "\0int\0func\0bpf_spin_lock\0val\0value\0l",
	};
	uint8_t copy[sizeof(blob)];
	union ebpf_attr attr;
	unsigned int n;

	memcpy(copy, &blob, sizeof(blob));
	for (n = in_u8(in) % 5; n; n--) {
		unsigned int at = in_u16(in) % sizeof(copy);

		copy[at] = in_once_in(in, 2) ? copy[at] ^ 1 << (in_u8(in) & 7) : in_u8(in);
	}
	memset(&attr, 0, sizeof(attr));
	attr.btf = copy_of(in, copy, sizeof(copy));
	attr.btf_size = in_or(in, sizeof(blob));
	if (in_once_in(in, 2)) {
		attr.btf_log_level = in_or(in, 1);
		attr.btf_log_buf = some_memory(in, 4096);
		attr.btf_log_size = in_or(in, 4096);
	}
	took(in, HK_BTF, call(in, EBPF_BTF_LOAD, &attr), true);
}

/*
 * Looking at objects
 */
static void info_by_fd(struct input *in)
{
	struct ebpf_prog_info info;
	union ebpf_attr attr;
	unsigned int n;
	size_t i;

	/* A program's is the largest; each word may be an address or a count. */
	memset(&info, 0, sizeof(info));
	for (n = in_u8(in) % 8; n; n--) {
		i = in_u8(in) % (sizeof(info) / 8);
		((uint64_t *)&info)[i] = in_once_in(in, 2) ? some_memory(in, 256) : in_edge(in);
	}
	memset(&attr, 0, sizeof(attr));
	attr.info.bpf_fd = some_fd(in);
	attr.info.info = copy_of(in, &info, sizeof(info));
	attr.info.info_len = in_or(in, sizeof(info));
	took(in, HK_INFO, call(in, EBPF_OBJ_GET_INFO_BY_FD, &attr), false);
}

static void query(struct input *in)
{
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	if (in_once_in(in, 4)) {
		attr.query.target_fd = some_fd(in);
		attr.query.attach_type = in_u8(in);
		attr.query.prog_ids = some_memory(in, 64);
		attr.query.prog_cnt = in_edge(in);
		took(in, HK_INFO, call(in, EBPF_PROG_QUERY, &attr), false);
		return;
	}
	attr.task_fd_query.pid = in_or(in, getpid());
	attr.task_fd_query.fd = some_fd(in);
	attr.task_fd_query.buf = some_memory(in, 256);
	attr.task_fd_query.buf_len = in_or(in, 256);
	took(in, HK_INFO, call(in, EBPF_TASK_FD_QUERY, &attr), false);
}

static void by_id(struct input *in)
{
	static const uint8_t next[] = {
		EBPF_PROG_GET_NEXT_ID, EBPF_MAP_GET_NEXT_ID, EBPF_BTF_GET_NEXT_ID, EBPF_LINK_GET_NEXT_ID,
	};
	static const uint8_t get[] = {
		EBPF_PROG_GET_FD_BY_ID, EBPF_MAP_GET_FD_BY_ID, EBPF_BTF_GET_FD_BY_ID,
		EBPF_LINK_GET_FD_BY_ID,
	};
	unsigned int kind = in_below(in, 4);
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.start_id = in_or(in, in_u16(in));
	if (call(in, next[kind], &attr) < 0)
		return;
	attr.prog_id = in_or(in, attr.next_id);
	attr.next_id = 0;
	attr.open_flags = kind == 1 && in_once_in(in, 4) ? in_edge(in) : 0;
	took(in, HK_ID, call(in, get[kind], &attr), true);
}

static void enable_stats(struct input *in)
{
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.enable_stats.type = in_or(in, 0);
	took(in, HK_INFO, call(in, EBPF_ENABLE_STATS, &attr), true);
}

static void pin(struct input *in)
{
	static const char *const paths[] = {
		"/tmp/hostile-fs/a", "/tmp/hostile-fs/b", "/tmp/hostile-fs/d/a", "/tmp/hostile-fs",
		"/tmp/hostile-fs/d", "/tmp/x", "", "/proc/self/exe", "/tmp/hostile-fs/../hostile-fs/a",
	};
	const char *path = paths[in_below(in, ARRAY_LEN(paths))];
	bool get = in_once_in(in, 2);
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.pathname = copy_of(in, path, strlen(path) + 1);
	attr.bpf_fd = get ? 0 : some_fd(in);
	attr.file_flags = get && in_once_in(in, 4) ? in_edge(in) : 0;
	took(in, HK_PIN, call(in, get ? EBPF_OBJ_GET : EBPF_OBJ_PIN, &attr), get);
}

static void anything(struct input *in)
{
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	in_bytes(in, &attr, in_u8(in) % sizeof(attr));
	call(in, in_u8(in) % 48, &attr);
}

void hostile_bpf(struct input *in)
{
	static void (*const calls[])(struct input *in) = {
		map_create, map_create, map_elem, map_elem, map_elem, map_batch, map_other, test_run, test_run,
		raw_tp, link_create, link_create, link_other, iter_create, btf_load, info_by_fd,
		query, by_id, enable_stats, pin, pin, anything,
	};

	calls[in_below(in, ARRAY_LEN(calls))](in);
}
