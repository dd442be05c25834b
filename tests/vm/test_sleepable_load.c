// SPDX-License-Identifier: GPL-2.0-only
/*
 * harness: timeout=300 nobpf=no
 *
 * Which programs may sleep, and with which maps: what the kernel's own bpf(2) answers, and
 * the module. Where the kernel has none of 6.1 nothing is compared. Left out: tp_btf, of
 * which later versions say what ours does.
 */
#define _GNU_SOURCE
#include <bpf/btf.h>
#include "ioctl_lib.h"
#include "native.h"
#include "tap.h"

static struct btf *btf;
static char native_log[sizeof(prog_log)];

static const struct {
	unsigned int type, key, value, entries, flags;
} maps[] = {
	{ EBPF_MAP_TYPE_HASH, 4, 8, 4, 0 },
	{ EBPF_MAP_TYPE_HASH, 4, 8, 4, EBPF_F_NO_PREALLOC },
	{ EBPF_MAP_TYPE_ARRAY, 4, 8, 4, 0 },
	{ EBPF_MAP_TYPE_PROG_ARRAY, 4, 4, 4, 0 },
	{ EBPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 4, 0 },
	{ EBPF_MAP_TYPE_PERCPU_HASH, 4, 8, 4, 0 },
	{ EBPF_MAP_TYPE_PERCPU_HASH, 4, 8, 4, EBPF_F_NO_PREALLOC },
	{ EBPF_MAP_TYPE_PERCPU_ARRAY, 4, 8, 4, 0 },
	{ EBPF_MAP_TYPE_STACK_TRACE, 4, 64, 4, 0 },
	{ EBPF_MAP_TYPE_CGROUP_ARRAY, 4, 4, 4, 0 },
	{ EBPF_MAP_TYPE_LRU_HASH, 4, 8, 4, 0 },
	{ EBPF_MAP_TYPE_LRU_PERCPU_HASH, 4, 8, 4, 0 },
	{ EBPF_MAP_TYPE_LPM_TRIE, 8, 8, 4, EBPF_F_NO_PREALLOC },
	{ EBPF_MAP_TYPE_ARRAY_OF_MAPS, 4, 4, 4, 0 },
	{ EBPF_MAP_TYPE_HASH_OF_MAPS, 4, 4, 4, 0 },
	{ EBPF_MAP_TYPE_QUEUE, 0, 8, 4, 0 },
	{ EBPF_MAP_TYPE_STACK, 0, 8, 4, 0 },
	{ EBPF_MAP_TYPE_RINGBUF, 0, 0, 4096, 0 },
	{ EBPF_MAP_TYPE_BLOOM_FILTER, 0, 8, 4, 0 },
	{ EBPF_MAP_TYPE_USER_RINGBUF, 0, 0, 4096, 0 },
};

static const unsigned int types[] = {
	EBPF_PROG_TYPE_SOCKET_FILTER, EBPF_PROG_TYPE_KPROBE, EBPF_PROG_TYPE_SCHED_CLS,
	EBPF_PROG_TYPE_TRACEPOINT, EBPF_PROG_TYPE_XDP, EBPF_PROG_TYPE_PERF_EVENT,
	EBPF_PROG_TYPE_RAW_TRACEPOINT, EBPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE,
};

static const struct {
	unsigned int attach;
	const char *target;	/* in the kernel's BTF */
	int kind;
} targets[] = {
	{ EBPF_TRACE_FENTRY, "vfs_read", BTF_KIND_FUNC },
	{ EBPF_TRACE_FEXIT, "vfs_read", BTF_KIND_FUNC },
	{ EBPF_MODIFY_RETURN, "security_file_open", BTF_KIND_FUNC },
	{ EBPF_MODIFY_RETURN, "vfs_read", BTF_KIND_FUNC },
	{ EBPF_TRACE_ITER, "bpf_iter_task", BTF_KIND_FUNC },
};

static long make_map(unsigned int i)
{
	union ebpf_attr attr;
	long inner, fd;

	memset(&attr, 0, sizeof(attr));
	attr.map_type = maps[i].type;
	attr.key_size = maps[i].key;
	attr.value_size = maps[i].value;
	attr.max_entries = maps[i].entries;
	attr.map_flags = maps[i].flags;
	if (maps[i].type != EBPF_MAP_TYPE_ARRAY_OF_MAPS &&
	    maps[i].type != EBPF_MAP_TYPE_HASH_OF_MAPS)
		return err_of(bpf(EBPF_MAP_CREATE, &attr));
	inner = map_create(EBPF_MAP_TYPE_HASH, 4, 8, 4, EBPF_F_NO_PREALLOC);
	attr.inner_map_fd = inner;
	fd = err_of(bpf(EBPF_MAP_CREATE, &attr));
	close(inner);
	return fd;
}

static long load(union ebpf_attr *attr)
{
	long fd;

	prog_log[0] = '\0';
	attr->prog_flags = EBPF_F_SLEEPABLE;
	attr->log_buf = ptr(prog_log);
	attr->log_size = sizeof(prog_log);
	attr->log_level = 1;
	fd = err_of(bpf(EBPF_PROG_LOAD, attr));
	if (fd >= 0)
		close(fd);
	return fd < 0 ? fd : 0;
}

static long load_with_map(unsigned int i)
{
	long map = make_map(i), ret;
	const struct ebpf_insn insns[] = { LD_MAP_FD(EBPF_REG_1, map), MOV64_IMM(EBPF_REG_0, 0),
					   EXIT() };
	union ebpf_attr attr;

	if (map < 0)
		return map;
	prog_attr(&attr, EBPF_PROG_TYPE_KPROBE, insns, ARRAY_LEN(insns));
	ret = load(&attr);
	close(map);
	return ret;
}

static long load_type(unsigned int i)
{
	const struct ebpf_insn insns[] = { MOV64_IMM(EBPF_REG_0, 0), EXIT() };
	union ebpf_attr attr;

	prog_attr(&attr, types[i], insns, 2);
	return load(&attr);
}

static long load_target(unsigned int i)
{
	const struct ebpf_insn insns[] = { MOV64_IMM(EBPF_REG_0, 0), EXIT() };
	union ebpf_attr attr;

	prog_attr(&attr, EBPF_PROG_TYPE_TRACING, insns, 2);
	attr.expected_attach_type = targets[i].attach;
	attr.attach_btf_id = btf__find_by_name_kind(btf, targets[i].target, targets[i].kind);
	return load(&attr);
}

/* The last line that says something. */
static const char *reason(char *log)
{
	char *line, *last = "";

	for (line = strtok(log, "\n"); line; line = strtok(NULL, "\n"))
		if (strncmp(line, "processed ", 10))
			last = line;
	return last;
}

static void compare(const char *what, unsigned int i, long (*fn)(unsigned int i))
{
	const char *native_says = "", *says = "";
	long native, here;

	setenv("EBPF_TEST_NATIVE", "1", 1);
	native = fn(i);
	unsetenv("EBPF_TEST_NATIVE");
	memcpy(native_log, prog_log, sizeof(prog_log));
	here = fn(i);
	if (native)
		native_says = reason(native_log);
	if (here)
		says = reason(prog_log);
	if (!tap_ok(native == here && !strcmp(native_says, says), "%s %u: %ld %s", what, i, here,
		    says))
		tap_diag("Linux: %ld %s", native, native_says);
}

int main(void)
{
	unsigned int i;

	if (!native_is_6_1()) {
		tap_skip("only Linux 6.1 can be asked");
		return tap_end();
	}
	drv_open();
	btf = btf__parse("/sys/kernel/btf/vmlinux", NULL);
	for (i = 0; i < ARRAY_LEN(maps); i++)
		compare("map", i, load_with_map);
	for (i = 0; i < ARRAY_LEN(types); i++)
		compare("type", i, load_type);
	if (!tap_ok(btf, "BTF of this kernel"))
		return tap_end();
	for (i = 0; i < ARRAY_LEN(targets); i++)
		compare("target", i, load_target);
	btf__free(btf);
	return tap_end();
}
