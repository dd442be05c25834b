// SPDX-License-Identifier: GPL-2.0-only
/*
 * TRACING programs against the running kernel's BTF: loading, refusal; and what
 * loads through kernel pointers yield, wherever these lead.
 */
#define _GNU_SOURCE
#include <bpf/btf.h>
#include "ioctl_lib.h"
#include "tap.h"

#define RAW_TP	EBPF_PROG_TYPE_RAW_TRACEPOINT

static struct btf *btf;

/* Bytes from the start of struct @name to @member, also in structs without a name;
 * -1 without.
 */
static int find_member(int id, const char *member, int base)
{
	const struct btf_type *t = btf__type_by_id(btf, id);
	const struct btf_member *m = btf_members(t);
	const char *name;
	int i, off;

	for (i = 0; i < btf_vlen(t); i++, m++) {
		off = base + btf_member_bit_offset(t, i) / 8;
		name = btf__name_by_offset(btf, m->name_off);
		if (!strcmp(name, member))
			return off;
		if (!*name && btf_is_composite(btf__type_by_id(btf, m->type))) {
			off = find_member(m->type, member, off);
			if (off >= 0)
				return off;
		}
	}
	return -1;
}

static int member_off(const char *type, const char *member)
{
	int id = btf__find_by_name_kind(btf, type, BTF_KIND_STRUCT);

	return id < 0 ? -1 : find_member(id, member, 0);
}

static int func_id(const char *name)
{
	return btf__find_by_name_kind(btf, name, BTF_KIND_FUNC);
}

static long load(unsigned int attach, int id, const struct ebpf_insn *insns, unsigned int cnt)
{
	union ebpf_attr attr;

	prog_log[0] = '\0';
	prog_attr(&attr, EBPF_PROG_TYPE_TRACING, insns, cnt);
	attr.expected_attach_type = attach;
	attr.attach_btf_id = id;
	attr.log_buf = ptr(prog_log);
	attr.log_size = sizeof(prog_log);
	attr.log_level = 1;
	return err_of(bpf(EBPF_PROG_LOAD, &attr));
}

static void test_load(void)
{
	int inode = member_off("file", "f_inode"), ino = member_off("inode", "i_ino");
	struct ebpf_insn entry[] = {
		LDX(EBPF_DW, 2, 1, 0), LDX(EBPF_DW, 2, 2, inode), LDX(EBPF_DW, 2, 2, ino),
		MOV64_IMM(0, 0), EXIT(),
	};
	struct ebpf_insn end[] = { LDX(EBPF_DW, 2, 1, 32), MOV64_IMM(0, 0), EXIT() };
	struct ebpf_insn store[] = { LDX(EBPF_DW, 2, 1, 0), ST(EBPF_DW, 2, inode, 0),
				     MOV64_IMM(0, 0), EXIT() };
	struct ebpf_prog_info info;
	int id = func_id("vfs_read");
	long fd;

	fd = load(EBPF_TRACE_FENTRY, id, entry, ARRAY_LEN(entry));
	if (!tap_ok(fd >= 0, "fentry of vfs_read reads its file's inode"))
		tap_diag("%ld: %s", fd, prog_log);
	memset(&info, 0, sizeof(info));
	tap_ok(!info_of(fd, &info, sizeof(info)) && info.attach_btf_id == (uint32_t)id &&
	       info.attach_btf_obj_id && info.type == EBPF_PROG_TYPE_TRACING,
	       "and says what it is for");
	close(fd);
	fd = load(EBPF_TRACE_FEXIT, id, end, ARRAY_LEN(end));
	tap_ok(fd >= 0, "fexit reads the result");
	close(fd);
	tap_eq(load(EBPF_TRACE_FENTRY, id, end, ARRAY_LEN(end)), -EACCES, "fentry has none");
	tap_eq(load(EBPF_TRACE_FENTRY, id, store, ARRAY_LEN(store)), -EACCES,
	       "nothing is written");
	tap_ok(strstr(prog_log, "only read is supported"), "and the log says so");
}

static void test_refusals(void)
{
	struct ebpf_insn ret[] = { MOV64_IMM(0, 0), EXIT() };
	union ebpf_attr attr;

	tap_eq(load(EBPF_TRACE_FENTRY, 1, ret, 2), -EINVAL, "type 1 is no target");
	tap_ok(strstr(prog_log, "attach_btf_id 1 is not a function"), "in libbpf's words");
	tap_eq(load(EBPF_TRACE_FENTRY, 0, ret, 2), -EINVAL, "a target is needed");
	tap_eq(load(EBPF_TRACE_FENTRY, 0xffffe, ret, 2), -EINVAL, "one that exists");
	tap_eq(load(EBPF_TRACE_FENTRY, 0x100000, ret, 2), -EINVAL, "and may");
	tap_eq(load(EBPF_TRACE_RAW_TP, func_id("vfs_read"), ret, 2), -EINVAL,
	       "a function is no tracepoint");
	prog_attr(&attr, EBPF_PROG_TYPE_KPROBE, ret, 2);
	attr.attach_btf_id = func_id("vfs_read");
	tap_eq(err_of(bpf(EBPF_PROG_LOAD, &attr)), -EINVAL, "kprobes have no such target");
	prog_attr(&attr, EBPF_PROG_TYPE_TRACING, ret, 2);
	attr.expected_attach_type = EBPF_TRACE_FENTRY;
	attr.attach_btf_id = func_id("vfs_read");
	attr.attach_btf_obj_fd = 0x7fff;
	tap_eq(err_of(bpf(EBPF_PROG_LOAD, &attr)), -EINVAL, "a bad descriptor of BTF");
}

static void test_tracepoint(void)
{
	int id = btf__find_by_name_kind(btf, "btf_trace_sched_switch", BTF_KIND_TYPEDEF);
	int pid = member_off("task_struct", "pid");
	/* preempt, prev, next, and no more to rely on */
	struct ebpf_insn insns[] = {
		LDX(EBPF_DW, 2, 1, 8), LDX(EBPF_W, 0, 2, pid), EXIT(),
	};
	long fd;

	if (id < 0) {
		tap_skip("this kernel's BTF does not describe tracepoints");
		return;
	}
	fd = load(EBPF_TRACE_RAW_TP, id, insns, ARRAY_LEN(insns));
	if (!tap_ok(fd >= 0, "a tracepoint with types"))
		tap_diag("%ld: %s", fd, prog_log);
	close(fd);
}

/* A tail call keeps the context: only programs with the same one may follow. */
static void test_tail_calls(void)
{
	struct ebpf_insn ret[] = { MOV64_IMM(0, 0), EXIT() };
	long map = map_create(EBPF_MAP_TYPE_PROG_ARRAY, 4, 4, 2, 0);
	int rd = func_id("vfs_read"), wr = func_id("vfs_write");
	int entry = load(EBPF_TRACE_FENTRY, rd, ret, 2), end = load(EBPF_TRACE_FEXIT, rd, ret, 2);
	int same = load(EBPF_TRACE_FENTRY, rd, ret, 2), other = load(EBPF_TRACE_FENTRY, wr, ret, 2);
	uint32_t key = 0;

	tap_eq(map_update(map, &key, &entry, 0), 0, "a prog array takes a tracing program");
	tap_eq(map_update(map, &key, &same, 0), 0, "another one of the same function");
	if (drv_native()) {
		tap_skip("this Linux does not tell contexts apart");
	} else {
		tap_eq(map_update(map, &key, &end, 0), -EINVAL, "not of its end");
		tap_eq(map_update(map, &key, &other, 0), -EINVAL, "not of another function");
	}
	close(entry);
	close(end);
	close(same);
	close(other);
	close(map);
}

/* R0 of a program that starts from the current task. -1 when it does not load. */
static int64_t from_task(const struct ebpf_insn *insns, unsigned int cnt)
{
	long fd = prog_load_log(RAW_TP, insns, cnt), err;
	uint32_t ret = 0;

	if (fd < 0) {
		tap_diag("%ld: %s", fd, prog_log);
		return -1;
	}
	err = run_raw_tp(fd, NULL, 0, &ret);
	close(fd);
	return err ? -1 : (int64_t)ret;
}

static void test_values(void)
{
	int tgid = member_off("task_struct", "tgid");
	int leader = member_off("task_struct", "group_leader");
	int parent = member_off("task_struct", "real_parent");
	struct ebpf_insn self[] = {
		CALL(EBPF_FUNC_get_current_task_btf), LDX(EBPF_W, 0, 0, tgid), EXIT(),
	};
	struct ebpf_insn up[] = {
		CALL(EBPF_FUNC_get_current_task_btf), LDX(EBPF_DW, 6, 0, leader),
		LDX(EBPF_DW, 7, 6, parent), LDX(EBPF_W, 0, 7, tgid), EXIT(),
	};

	tap_eq(from_task(self, ARRAY_LEN(self)), getpid(), "the current task's number");
	tap_eq(from_task(up, ARRAY_LEN(up)), getppid(), "its parent's");
}

static void test_faults(void)
{
	int vfork = member_off("task_struct", "vfork_done");
	int robust = member_off("task_struct", "robust_list");
	int futex = member_off("robust_list_head", "futex_offset");
	struct ebpf_insn null[] = {
		CALL(EBPF_FUNC_get_current_task_btf), LDX(EBPF_DW, 1, 0, vfork),
		LDX(EBPF_W, 0, 1, 0), EXIT(),
	};
	struct ebpf_insn is_user[] = {
		CALL(EBPF_FUNC_get_current_task_btf), LDX(EBPF_DW, 1, 0, robust),
		JMP_IMM(EBPF_JNE, 1, 0, 2), MOV64_IMM(0, 0), EXIT(), MOV64_IMM(0, 1), EXIT(),
	};
	/* -32 with glibc, were it read; 7 added to tell a result from none */
	struct ebpf_insn user[] = {
		CALL(EBPF_FUNC_get_current_task_btf), LDX(EBPF_DW, 1, 0, robust),
		LDX(EBPF_DW, 0, 1, futex), ALU64_IMM(EBPF_ADD, 0, 7), EXIT(),
	};

	tap_eq(from_task(null, ARRAY_LEN(null)), 0, "through NULL one reads 0");
	if (robust < 0 || from_task(is_user, ARRAY_LEN(is_user)) != 1)
		tap_skip("no pointer to user memory at hand");
	else
		tap_eq(from_task(user, ARRAY_LEN(user)), 7, "user memory is not read");
}

int main(void)
{
	drv_open();
	btf = btf__parse("/sys/kernel/btf/vmlinux", NULL);
	if (!btf) {
		struct ebpf_insn ret[] = { MOV64_IMM(0, 0), EXIT() };

		tap_eq(load(EBPF_TRACE_FENTRY, 1, ret, 2), -EINVAL,
		       "nothing to attach to without BTF");
		tap_skip("no BTF of this kernel");
		return tap_end();
	}
	test_load();
	test_refusals();
	test_tracepoint();
	test_tail_calls();
	test_values();
	test_faults();
	btf__free(btf);
	return tap_end();
}
