// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs by command: loading, refusal, running, numbers, dumps.
 */
#define _GNU_SOURCE
#include <stddef.h>

#include "ioctl_lib.h"
#include "tap.h"

#define RAW_TP	EBPF_PROG_TYPE_RAW_TRACEPOINT
#define SKB	EBPF_PROG_TYPE_SOCKET_FILTER

static void test_types(void)
{
	static const uint32_t types[] = {
		EBPF_PROG_TYPE_SOCKET_FILTER, EBPF_PROG_TYPE_KPROBE, EBPF_PROG_TYPE_TRACEPOINT,
		EBPF_PROG_TYPE_PERF_EVENT, EBPF_PROG_TYPE_RAW_TRACEPOINT,
	};
	unsigned int i;
	int fd;

	for (i = 0; i < ARRAY_LEN(types); i++) {
		fd = prog_ret(types[i], 0);
		tap_ok(fd >= 0, "a program of type %u loads", types[i]);
		close(fd);
	}
}

static void test_run_args(void)
{
	/* returns arg0 * 3 + arg1 */
	struct ebpf_insn insns[] = {
		LDX(EBPF_DW, EBPF_REG_0, EBPF_REG_1, 0),
		LDX(EBPF_DW, EBPF_REG_2, EBPF_REG_1, 8),
		ALU64_IMM(EBPF_MUL, EBPF_REG_0, 3),
		ALU64_REG(EBPF_ADD, EBPF_REG_0, EBPF_REG_2),
		EXIT(),
	};
	uint64_t args[2] = { 100, 23 };
	union ebpf_attr attr;
	uint32_t retval = 0;
	int fd = prog_load(RAW_TP, insns, ARRAY_LEN(insns));

	tap_ok(fd >= 0, "a program that reads its arguments");
	tap_eq(run_raw_tp(fd, args, 2, &retval), 0, "it runs");
	tap_eq(retval, 323, "it returns what it should");
	tap_eq(run_raw_tp(fd, args, 1, NULL), -EINVAL, "it does not run with too few arguments");
	memset(&attr, 0, sizeof(attr));
	attr.test.prog_fd = fd;
	attr.test.ctx_in = ptr(args);
	attr.test.ctx_size_in = sizeof(args);
	attr.test.flags = EBPF_F_TEST_RUN_ON_CPU;
	attr.test.cpu = 0;
	tap_ok(!bpf(EBPF_PROG_TEST_RUN, &attr) && attr.test.retval == 323, "it runs on CPU 0");
	close(fd);
}

static void test_map_counter(void)
{
	int map = map_create(EBPF_MAP_TYPE_ARRAY, 4, 8, 1, 0), fd, i;
	struct ebpf_insn insns[] = {
		ST(EBPF_W, EBPF_REG_10, -4, 0),
		MOV64_REG(EBPF_REG_2, EBPF_REG_10),
		ALU64_IMM(EBPF_ADD, EBPF_REG_2, -4),
		LD_MAP_FD(EBPF_REG_1, map),
		CALL(EBPF_FUNC_map_lookup_elem),
		JMP_IMM(EBPF_JEQ, EBPF_REG_0, 0, 2),
		MOV64_IMM(EBPF_REG_1, 1),
		INSN(EBPF_STX | EBPF_ATOMIC | EBPF_DW, EBPF_REG_0, EBPF_REG_1, 0, EBPF_ADD),
		MOV64_IMM(EBPF_REG_0, 0),
		EXIT(),
	};
	uint64_t value = 0;
	uint32_t key = 0;

	fd = prog_load_log(RAW_TP, insns, ARRAY_LEN(insns));
	tap_ok(fd >= 0, "a program that counts in a map");
	for (i = 0; i < 1000; i++)
		run_raw_tp(fd, NULL, 0, NULL);
	tap_ok(!map_lookup(map, &key, &value) && value == 1000, "1000 runs count to %llu",
	       (unsigned long long)value);
	close(map);
	tap_eq(run_raw_tp(fd, NULL, 0, NULL), 0, "the program keeps its map");
	close(fd);
}

static void test_subprog_and_tail_call(void)
{
	int array = map_create(EBPF_MAP_TYPE_PROG_ARRAY, 4, 4, 2, 0), main_fd, leaf, self;
	struct ebpf_insn leaf_insns[] = { MOV64_IMM(EBPF_REG_0, 42), EXIT() };
	struct ebpf_insn insns[] = {
		LD_MAP_FD(EBPF_REG_2, array),
		MOV64_IMM(EBPF_REG_3, 0),
		CALL(EBPF_FUNC_tail_call),
		MOV64_IMM(EBPF_REG_0, 7),
		EXIT(),
	};
	struct ebpf_insn calls[] = {
		MOV64_IMM(EBPF_REG_1, 5),
		CALL_PSEUDO(2),
		ALU64_IMM(EBPF_ADD, EBPF_REG_0, 1),
		EXIT(),
		MOV64_REG(EBPF_REG_0, EBPF_REG_1),
		ALU64_IMM(EBPF_MUL, EBPF_REG_0, 10),
		EXIT(),
	};
	/* a loop of tail calls to itself, counted in the map value */
	int count = map_create(EBPF_MAP_TYPE_ARRAY, 4, 8, 1, 0);
	struct ebpf_insn loop[] = {
		MOV64_REG(EBPF_REG_6, EBPF_REG_1),
		LD_MAP_VALUE(EBPF_REG_1, count, 0),
		LDX(EBPF_DW, EBPF_REG_2, EBPF_REG_1, 0),
		ALU64_IMM(EBPF_ADD, EBPF_REG_2, 1),
		STX(EBPF_DW, EBPF_REG_1, EBPF_REG_2, 0),
		MOV64_REG(EBPF_REG_1, EBPF_REG_6),
		LD_MAP_FD(EBPF_REG_2, array),
		MOV64_IMM(EBPF_REG_3, 1),
		CALL(EBPF_FUNC_tail_call),
		MOV64_IMM(EBPF_REG_0, 9),
		EXIT(),
	};
	uint32_t retval = 0, key = 0;
	uint64_t value = 0;

	main_fd = prog_load(RAW_TP, calls, ARRAY_LEN(calls));
	tap_ok(!run_raw_tp(main_fd, NULL, 0, &retval) && retval == 51, "a function is called");
	close(main_fd);

	main_fd = prog_load(RAW_TP, insns, ARRAY_LEN(insns));
	leaf = prog_load(RAW_TP, leaf_insns, ARRAY_LEN(leaf_insns));
	tap_ok(main_fd >= 0 && leaf >= 0, "a program with a tail call");
	tap_ok(!run_raw_tp(main_fd, NULL, 0, &retval) && retval == 7,
	       "a tail call to an empty entry goes on");
	tap_eq(map_update(array, &key, &leaf, 0), 0, "the entry is filled");
	close(leaf);
	tap_ok(!run_raw_tp(main_fd, NULL, 0, &retval) && retval == 42,
	       "a tail call leads to the other program");
	map_delete(array, &key);
	tap_ok(!run_raw_tp(main_fd, NULL, 0, &retval) && retval == 7, "and no more when deleted");
	close(main_fd);

	self = prog_load_log(RAW_TP, loop, ARRAY_LEN(loop));
	tap_ok(self >= 0, "a program that tail-calls itself");
	key = 1;
	map_update(array, &key, &self, 0);
	key = 0;
	tap_ok(!run_raw_tp(self, NULL, 0, &retval) && retval == 9, "it ends");
	tap_ok(!map_lookup(count, &key, &value), "its counter");
	tap_eq(value, 34, "after 33 tail calls");
	close(self);
	close(count);
	close(array);
}

static void test_packet(void)
{
	/* returns skb->len */
	struct ebpf_insn insns[] = {
		LDX(EBPF_W, EBPF_REG_0, EBPF_REG_1, 0),
		EXIT(),
	};
	unsigned char in[64], out[64];
	union ebpf_attr attr;
	int fd = prog_load(SKB, insns, ARRAY_LEN(insns));
	unsigned int i;

	for (i = 0; i < sizeof(in); i++)
		in[i] = i;
	in[12] = 8;
	in[13] = 0;
	memset(out, 0, sizeof(out));
	memset(&attr, 0, sizeof(attr));
	attr.test.prog_fd = fd;
	attr.test.data_in = ptr(in);
	attr.test.data_size_in = sizeof(in);
	attr.test.data_out = ptr(out);
	attr.test.data_size_out = sizeof(out);
	attr.test.repeat = 10;
	tap_eq(err_of(bpf(EBPF_PROG_TEST_RUN, &attr)), 0, "a socket filter runs");
	tap_eq(attr.test.retval, 50, "it sees the packet behind its Ethernet header");
	tap_ok(attr.test.data_size_out == 64 && !memcmp(out + 14, in + 14, 50) && !out[5],
	       "the packet comes back behind an empty header");
	attr.test.data_size_out = 10;
	tap_eq(err_of(bpf(EBPF_PROG_TEST_RUN, &attr)), -ENOSPC, "into too small a buffer");
	tap_eq(attr.test.data_size_out, 64, "the true size is told");
	close(fd);
}

/* Its last member ends 4 bytes before the struct does, and those are not known. */
static void test_info_tail(int fd)
{
	struct ebpf_prog_info info;
	unsigned char *bytes = (void *)&info;
	unsigned int end = offsetof(struct ebpf_prog_info, attach_btf_id) + 4;

	memset(&info, 0, sizeof(info));
	tap_eq(sizeof(info) - end, 4, "info ends in 4 bytes without a meaning");
	bytes[end] = 1;
	tap_eq(info_of(fd, &info, sizeof(info)), -E2BIG, "which must be zero");
	memset(&info, 0, sizeof(info));
	bytes[sizeof(info) - 1] = 1;
	tap_eq(info_of(fd, &info, sizeof(info) - 1), 0, "but not where they are not passed");
	tap_eq(bytes[sizeof(info) - 1], 1, "and nothing is written there");
}

static void test_ids_and_info(void)
{
	int map = map_create(EBPF_MAP_TYPE_ARRAY, 4, 8, 1, 0), extra, fd, fd2;
	struct ebpf_insn insns[] = {
		LD_MAP_VALUE(EBPF_REG_1, map, 0),
		LDX(EBPF_DW, EBPF_REG_0, EBPF_REG_1, 0),
		LD_MAP_FD(EBPF_REG_1, map),
		MOV64_IMM(EBPF_REG_0, 3),
		EXIT(),
	};
	struct ebpf_insn xlated[32];
	unsigned char code[4096];
	uint32_t map_ids[4] = { 0 };
	struct ebpf_map_info minfo;
	struct ebpf_prog_info info;
	union ebpf_attr attr;
	bool seen = false;
	long id;

	prog_attr(&attr, RAW_TP, insns, ARRAY_LEN(insns));
	strcpy(attr.prog_name, "some_prog");
	fd = err_of(bpf(EBPF_PROG_LOAD, &attr));
	tap_ok(fd >= 0, "a program with a name and a map");
	memset(&info, 0, sizeof(info));
	info.map_ids = ptr(map_ids);
	info.nr_map_ids = 4;
	info.xlated_prog_insns = ptr(xlated);
	info.xlated_prog_len = sizeof(xlated);
	info.jited_prog_insns = ptr(code);
	info.jited_prog_len = sizeof(code);
	tap_eq(info_of(fd, &info, sizeof(info)), 0, "info of a program");
	test_info_tail(fd);
	memset(&minfo, 0, sizeof(minfo));
	info_of(map, &minfo, sizeof(minfo));
	tap_ok(info.type == RAW_TP && info.id && !strcmp(info.name, "some_prog") &&
	       info.gpl_compatible && info.load_time && info.created_by_uid == getuid(),
	       "info says what was loaded");
	tap_ok(info.nr_map_ids == 1 && map_ids[0] == minfo.id, "info names the map");
	tap_ok(info.xlated_prog_len >= 7 * 8 && info.xlated_prog_len <= sizeof(xlated),
	       "info has the instructions");
	tap_ok(xlated[0].src_reg == EBPF_PSEUDO_MAP_VALUE && xlated[0].imm == (int)minfo.id,
	       "with the map's number in place of its address");
	tap_ok(info.jited_prog_len > 8 && info.jited_prog_len < sizeof(code), "info has the code");
	tap_ok(info.nr_jited_ksyms == 1 && info.nr_jited_func_lens == 1, "one function");
	tap_ok(info.verified_insns > 0, "info has what verifying took");
	for (id = 0; (id = next_id(EBPF_PROG_GET_NEXT_ID, id)) > 0;)
		seen |= id == (long)info.id;
	tap_ok(!id && seen, "a walk over numbers meets the program");
	fd2 = fd_by_id(EBPF_PROG_GET_FD_BY_ID, info.id);
	tap_ok(fd2 >= 0, "an fd by number");
	close(fd);
	tap_eq(run_raw_tp(fd2, NULL, 0, NULL), 0, "runs when the first is closed");

	extra = map_create(EBPF_MAP_TYPE_ARRAY, 4, 8, 1, 0);
	memset(&attr, 0, sizeof(attr));
	attr.prog_bind_map.prog_fd = fd2;
	attr.prog_bind_map.map_fd = extra;
	tap_eq(err_of(bpf(EBPF_PROG_BIND_MAP, &attr)), 0, "a map is bound");
	tap_eq(err_of(bpf(EBPF_PROG_BIND_MAP, &attr)), 0, "twice is no error");
	memset(&info, 0, sizeof(info));
	info.map_ids = ptr(map_ids);
	info.nr_map_ids = 1;
	tap_ok(!info_of(fd2, &info, sizeof(info)) && info.nr_map_ids == 2,
	       "info counts both, written as many as there is room for");
	attr.prog_bind_map.flags = 1;
	tap_eq(err_of(bpf(EBPF_PROG_BIND_MAP, &attr)), -EINVAL, "binding with flags");
	close(extra);
	close(fd2);
	close(map);
	if (!drv_native())
		tap_eq(fd_by_id(EBPF_PROG_GET_FD_BY_ID, info.id), -ENOENT,
		       "the last close takes the number");
}

/* The tag is the same for the same program, whatever fds it was loaded with. */
static void test_tag(void)
{
	struct ebpf_prog_info info[3];
	int i, map, fd;

	memset(info, 0, sizeof(info));
	for (i = 0; i < 3; i++) {
		map = map_create(EBPF_MAP_TYPE_ARRAY, 4, 8, 1, 0);
		if (i == 1) {
			fd = map;
			map = fcntl(fd, F_DUPFD, 200);
			close(fd);
		}
		struct ebpf_insn insns[] = {
			LD_MAP_FD(EBPF_REG_1, map),
			MOV64_IMM(EBPF_REG_0, i == 2),
			EXIT(),
		};
		fd = prog_load(RAW_TP, insns, ARRAY_LEN(insns));
		info_of(fd, &info[i], sizeof(info[i]));
		close(fd);
		close(map);
	}
	tap_ok(!memcmp(info[0].tag, info[1].tag, 8), "the same program has the same tag");
	tap_ok(memcmp(info[0].tag, info[2].tag, 8), "another has another");
	fd = prog_ret(SKB, 0);
	memset(&info[0], 0, sizeof(info[0]));
	info_of(fd, &info[0], sizeof(info[0]));
	/* of Linux: "mov r0, 0; exit"; with SHA-256 since 6.18 */
	tap_ok(drv_native() ||
	       !memcmp(info[0].tag, "\xa0\x4f\x5e\xef\x06\xa7\xf5\x55", 8), "the tag is Linux's");
	close(fd);
}

static void refused(const char *what, uint32_t type, const struct ebpf_insn *insns, uint32_t cnt,
		    long err, const char *text)
{
	long ret = prog_load_log(type, insns, cnt);

	tap_eq(ret, err, "%s is refused", what);
	if (!drv_native() && !tap_ok(strstr(prog_log, text), "and the log says \"%s\"", text))
		tap_diag("%s", prog_log);
	if (ret >= 0)
		close(ret);
}

#define REFUSED(what, type, err, text, ...) \
	do { \
		struct ebpf_insn __insns[] = { __VA_ARGS__ }; \
		refused(what, type, __insns, ARRAY_LEN(__insns), err, text); \
	} while (0)

static void test_refused(void)
{
	REFUSED("reading an uninitialised register", RAW_TP, -EACCES, "R2 !read_ok",
		MOV64_REG(EBPF_REG_0, EBPF_REG_2), EXIT());
	REFUSED("ending without R0", RAW_TP, -EACCES, "R0 !read_ok", EXIT());
	REFUSED("reading beyond the stack", RAW_TP, -EACCES, "stack",
		ST(EBPF_DW, EBPF_REG_10, -520, 0), MOV64_IMM(EBPF_REG_0, 0), EXIT());
	REFUSED("an unknown helper", RAW_TP, -EINVAL, "invalid func",
		CALL(100000), EXIT());
	REFUSED("helper 0", RAW_TP, -EINVAL, "func", CALL(0), EXIT());
	REFUSED("running off the end", RAW_TP, -EINVAL, "jump out of range",
		MOV64_IMM(EBPF_REG_0, 0), JA(5), EXIT());
	REFUSED("an unknown opcode", RAW_TP, -EINVAL, "unknown opcode",
		INSN(0xff, 0, 0, 0, 0), EXIT());
	REFUSED("register 12", RAW_TP, -EINVAL, "R12 is invalid",
		MOV64_IMM(12, 0), EXIT());
	REFUSED("writing to R10", RAW_TP, -EACCES, "frame pointer is read only",
		MOV64_IMM(EBPF_REG_10, 0), MOV64_IMM(EBPF_REG_0, 0), EXIT());
	REFUSED("division by a constant 0", RAW_TP, -EINVAL, "div by zero",
		MOV64_IMM(EBPF_REG_0, 1), ALU64_IMM(EBPF_DIV, EBPF_REG_0, 0), EXIT());
	REFUSED("a map fd that is not open", RAW_TP, -EBADF, "",
		LD_MAP_FD(EBPF_REG_1, 12345), MOV64_IMM(EBPF_REG_0, 0), EXIT());
	REFUSED("reading beyond the context", EBPF_PROG_TYPE_KPROBE, -EACCES,
		"invalid bpf_context access",
		LDX(EBPF_DW, EBPF_REG_0, EBPF_REG_1, 4096), EXIT());
	REFUSED("an unreachable instruction", RAW_TP, -EINVAL, "unreachable insn",
		MOV64_IMM(EBPF_REG_0, 0), JA(1), MOV64_IMM(EBPF_REG_0, 1), EXIT());
}

static void test_refused_map(void)
{
	int map = map_create(EBPF_MAP_TYPE_ARRAY, 4, 8, 1, 0);
	int hash = map_create(EBPF_MAP_TYPE_HASH, 4, 8, 1, 0);

	REFUSED("use of a look-up's result without a check", RAW_TP, -EACCES, "map_value_or_null",
		ST(EBPF_W, EBPF_REG_10, -4, 0),
		MOV64_REG(EBPF_REG_2, EBPF_REG_10),
		ALU64_IMM(EBPF_ADD, EBPF_REG_2, -4),
		LD_MAP_FD(EBPF_REG_1, hash),
		CALL(EBPF_FUNC_map_lookup_elem),
		LDX(EBPF_DW, EBPF_REG_0, EBPF_REG_0, 0),
		EXIT());
	REFUSED("reading beyond a value", RAW_TP, -EACCES, "invalid access to map value",
		LD_MAP_VALUE(EBPF_REG_1, map, 0),
		LDX(EBPF_DW, EBPF_REG_0, EBPF_REG_1, 4),
		EXIT());
	REFUSED("an address beyond a value", RAW_TP, -EINVAL, "",
		LD_MAP_VALUE(EBPF_REG_1, map, 8),
		MOV64_IMM(EBPF_REG_0, 0),
		EXIT());
	close(hash);
	close(map);
}

static void test_license(void)
{
	struct ebpf_insn insns[] = {
		MOV64_REG(EBPF_REG_1, EBPF_REG_10),
		ALU64_IMM(EBPF_ADD, EBPF_REG_1, -8),
		MOV64_IMM(EBPF_REG_2, 8),
		MOV64_IMM(EBPF_REG_3, 0),
		CALL(EBPF_FUNC_probe_read_kernel),
		MOV64_IMM(EBPF_REG_0, 0),
		EXIT(),
	};
	union ebpf_attr attr;
	int fd;

	prog_attr(&attr, EBPF_PROG_TYPE_KPROBE, insns, ARRAY_LEN(insns));
	fd = err_of(bpf(EBPF_PROG_LOAD, &attr));
	tap_ok(fd >= 0, "a GPL program calls a GPL helper");
	close(fd);
	attr.license = ptr("Proprietary");
	tap_eq(err_of(bpf(EBPF_PROG_LOAD, &attr)), -EINVAL, "another does not");
	attr.license = ptr("Dual BSD/GPL");
	fd = err_of(bpf(EBPF_PROG_LOAD, &attr));
	tap_ok(fd >= 0, "Dual BSD/GPL does");
	close(fd);
}

static void test_log(void)
{
	struct ebpf_insn insns[] = { MOV64_IMM(EBPF_REG_0, 0), EXIT() };
	union ebpf_attr attr;
	char small[160];
	unsigned int i;
	struct ebpf_insn many[40];
	int fd;

	prog_attr(&attr, RAW_TP, insns, 2);
	memset(prog_log, 'x', sizeof(prog_log));
	attr.log_buf = ptr(prog_log);
	attr.log_size = sizeof(prog_log);
	attr.log_level = 1;
	fd = err_of(bpf(EBPF_PROG_LOAD, &attr));
	tap_ok(fd >= 0 && !strncmp(prog_log, "processed 2 insns (limit 1000000)", 33),
	       "at level 1 a program that passes leaves one line in the log");
	close(fd);
	attr.log_level = 2;
	fd = err_of(bpf(EBPF_PROG_LOAD, &attr));
	tap_ok(fd >= 0, "loading with a log");
	tap_ok(strstr(prog_log, "0: (b7) r0 = 0") && strstr(prog_log, "1: (95) exit") &&
	       strstr(prog_log, "processed 2 insns (limit 1000000)"), "the log has Linux's form");
	close(fd);
	for (i = 0; i < ARRAY_LEN(many) - 1; i++)
		many[i] = MOV64_IMM(EBPF_REG_0, i);
	many[i] = EXIT();
	prog_attr(&attr, RAW_TP, many, ARRAY_LEN(many));
	memset(small, 'x', sizeof(small));
	attr.log_buf = ptr(small);
	attr.log_size = 128;
	attr.log_level = 2;
	tap_eq(err_of(bpf(EBPF_PROG_LOAD, &attr)), -ENOSPC,
	       "a log that does not fit fails the load");
	tap_ok(memchr(small, '\0', 128) && small[128] == 'x', "and stays inside its buffer");
}

static void test_fdinfo(void)
{
	int fd = prog_ret(RAW_TP, 0);
	char path[64], text[1024] = "", link[64] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (readlink(path, link, sizeof(link) - 1) < 0)
		link[0] = '\0';
	tap_ok(!strcmp(link, "anon_inode:bpf-prog"), "the fd is called %s", link);
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	f = fopen(path, "r");
	tap_ok(f && fread(text, 1, sizeof(text) - 1, f) > 0, "fdinfo is read");
	fclose(f);
	tap_ok(strstr(text, "prog_type:\t17\n") && strstr(text, "prog_jited:\t1\n") &&
	       (drv_native() || strstr(text, "prog_tag:\ta04f5eef06a7f555\n")) &&
	       strstr(text, "prog_id:\t") &&
	       strstr(text, "verified_insns:\t2\n"), "fdinfo has Linux's lines");
	close(fd);
}

static void test_stats(void)
{
	struct ebpf_prog_info info;
	union ebpf_attr attr;
	int fd = prog_ret(RAW_TP, 0), stats, i;

	memset(&attr, 0, sizeof(attr));
	attr.enable_stats.type = 7;
	tap_eq(err_of(bpf(EBPF_ENABLE_STATS, &attr)), -EINVAL, "unknown statistics");
	attr.enable_stats.type = EBPF_STATS_RUN_TIME;
	stats = err_of(bpf(EBPF_ENABLE_STATS, &attr));
	tap_ok(stats >= 0, "statistics are enabled");
	for (i = 0; i < 10; i++)
		run_raw_tp(fd, NULL, 0, NULL);
	memset(&info, 0, sizeof(info));
	info_of(fd, &info, sizeof(info));
	if (!drv_native())
		tap_eq(info.run_cnt, 10, "runs are counted");
	close(stats);
	run_raw_tp(fd, NULL, 0, NULL);
	memset(&info, 0, sizeof(info));
	info_of(fd, &info, sizeof(info));
	if (!drv_native())
		tap_eq(info.run_cnt, 10, "until the fd is closed");
	close(fd);
}

int main(void)
{
	struct ebpfdrv_stats before;

	drv_open();
	if (!drv_native())
		tap_ok(stats_get(&before), "counters before");
	test_types();
	test_run_args();
	test_map_counter();
	test_subprog_and_tail_call();
	test_packet();
	test_ids_and_info();
	test_tag();
	test_refused();
	test_refused_map();
	test_license();
	test_log();
	test_fdinfo();
	test_stats();
	if (!drv_native())
		tap_ok(stats_settle(&before), "no object is left behind");
	return tap_end();
}
