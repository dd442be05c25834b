// SPDX-License-Identifier: GPL-2.0-only
/*
 * bpf_for_each_map_elem() over arrays and hashes: each element once, also when the
 * callback deletes it.
 */
#define _GNU_SOURCE
#include "maps_prog.h"

#include <ebpfdrv/btf.h>
#include <sched.h>

#define CB_OFF	14	/* instruction where the callback starts */

/* int; int(void); two functions of it */
static int load_btf(void)
{
	static const char strs[] = "\0int\0main\0each";
	static const u32 types[] = {
		1, 1 << 24, 4, 1 << 24 | 32,
		0, 13 << 24, 1,
		5, 12 << 24, 2,
		10, 12 << 24, 2,
	};
	struct {
		struct ebpf_btf_header h;
		u32 types[ARRAY_SIZE(types)];
		char strs[sizeof(strs)];
	} __attribute__((packed)) blob;
	union ebpf_attr attr;

	memset(&blob, 0, sizeof(blob));
	blob.h.magic = 0xeb9f;
	blob.h.version = 1;
	blob.h.hdr_len = sizeof(blob.h);
	blob.h.type_len = sizeof(types);
	blob.h.str_off = sizeof(types);
	blob.h.str_len = sizeof(strs);
	memcpy(blob.types, types, sizeof(types));
	memcpy(blob.strs, strs, sizeof(strs));
	memset(&attr, 0, sizeof(attr));
	attr.btf = (uintptr_t)&blob;
	attr.btf_size = sizeof(blob);
	return sys_bpf(EBPF_BTF_LOAD, &attr);
}

static int load_walk(const struct ebpf_insn *insns, u32 n)
{
	const struct ebpf_func_info funcs[] = { { 0, 3 }, { CB_OFF, 4 } };
	union ebpf_attr attr;
	int btf = load_btf(), fd;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = EBPF_PROG_TYPE_RAW_TRACEPOINT;
	attr.insns = (uintptr_t)insns;
	attr.insn_cnt = n;
	attr.license = (uintptr_t)"GPL";
	attr.prog_btf_fd = btf;
	attr.func_info_rec_size = sizeof(funcs[0]);
	attr.func_info = (uintptr_t)funcs;
	attr.func_info_cnt = ARRAY_SIZE(funcs);
	attr.log_buf = (uintptr_t)verifier_log;
	attr.log_size = sizeof(verifier_log);
	attr.log_level = 1;
	fd = sys_bpf(EBPF_PROG_LOAD, &attr);
	if (fd < 0) {
		tap_eq(fd, 0, "the test program loads (BTF: %d)", btf);
		printf("%s\n", verifier_log);
		exit(tap_end());
	}
	close(btf);
	return fd;
}

/* R0: sum of what the callback added at its context << 8, plus what the helper says */
#define WALK(map)								\
	ST(EBPF_DW, 10, -8, 0), LDMAP(1, map),					\
	INSN(EBPF_LD | EBPF_DW | EBPF_IMM, 2, EBPF_PSEUDO_FUNC, 0, CB_OFF - 4),	\
	INSN(0, 0, 0, 0, 0), MOV(3, 10), ADDI(3, -8), MOVI(4, 0),		\
	CALL(for_each_map_elem), MOV(6, 0), LDX(EBPF_DW, 0, 10, -8),		\
	INSN(EBPF_ALU64 | EBPF_LSH | EBPF_K, 0, 0, 0, 8),			\
	INSN(EBPF_ALU64 | EBPF_ADD | EBPF_X, 0, 6, 0, 0), EXIT()

static int prog_sum(int map, bool first_only)
{
	const struct ebpf_insn insns[] = {
		WALK(map),
		LDX(EBPF_W, 5, 3, 0), LDX(EBPF_DW, 0, 4, 0),
		INSN(EBPF_ALU64 | EBPF_ADD | EBPF_X, 0, 5, 0, 0), STX(EBPF_DW, 4, 0, 0),
		MOVI(0, first_only), EXIT(),
	};

	return load_walk(insns, ARRAY_SIZE(insns));
}

static int prog_delete_all(int map)
{
	const struct ebpf_insn insns[] = {
		WALK(map), CALL(map_delete_elem), MOVI(0, 0), EXIT(),
	};

	return load_walk(insns, ARRAY_SIZE(insns));
}

static void test_walk(u32 type, u32 flags)
{
	bool array = type == T(ARRAY) || type == T(PERCPU_ARRAY);
	int fd = must(type, 4, 8, 100, flags), update = prog_update(fd);
	int sum = prog_sum(fd, false), first = prog_sum(fd, true), del, ret;
	u32 key, next, want = 0;

	if (!array)
		tap_eq(run(sum, 0, 0, 0), 0, "type %u, flags %#x: nothing to walk", type, flags);
	for (key = 0; key < 100; key++) {
		run(update, key, key * 3 + 1, 0);
		want += key * 3 + 1;
	}
	tap_eq(run(sum, 0, 0, 0), want << 8 | 100, "type %u, flags %#x: each once", type, flags);
	ret = run(first, 0, 0, 0);
	tap_eq(ret & 0xff, 1, "type %u, flags %#x: the callback ends the walk", type, flags);
	tap_ok((ret >> 8) % 3 == 1, "type %u, flags %#x: after one value", type, flags);
	if (!array) {
		del = prog_delete_all(fd);
		tap_eq(run(del, 0, 0, 0), 100, "type %u, flags %#x: all deleted", type, flags);
		tap_eq(map_next_key(fd, NULL, &next), -ENOENT, "type %u, flags %#x: empty", type,
		       flags);
		close(del);
	}
	close(update);
	close(sum);
	close(first);
	close(fd);
}

int main(void)
{
	cpu_set_t one;

	maps_open();
	CPU_ZERO(&one);
	CPU_SET(0, &one);
	sched_setaffinity(0, sizeof(one), &one);
	test_walk(T(ARRAY), 0);
	test_walk(T(PERCPU_ARRAY), 0);
	test_walk(T(HASH), 0);
	test_walk(T(HASH), EBPF_F_NO_PREALLOC);
	test_walk(T(PERCPU_HASH), 0);
	test_walk(T(PERCPU_HASH), EBPF_F_NO_PREALLOC);
	test_walk(T(LRU_HASH), 0);
	test_walk(T(LRU_PERCPU_HASH), 0);
	return tap_end();
}
