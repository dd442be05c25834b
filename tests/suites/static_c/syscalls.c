// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a program gets that makes its system calls itself, without libbpf: for musl, linked
 * statically or not. A line for each thing, as libbpf.c.
 *
 *	syscalls		all of it
 *	syscalls hold		a map that is looked at whenever a line comes in, until there are no more
 *	syscalls side		whose bpf(2) this process has: the module's, the kernel's or nobody's
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/bpf.h>
#include <linux/perf_event.h>

#include "one_array.h"

#define CALLS		10
#define NR_BPF		321
#define NR_GETPPID	110

#define INSN(c, d, s, o, i) \
	{ .code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i) }
#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

static long bpf(int cmd, union bpf_attr *attr)
{
	return syscall(NR_BPF, cmd, attr, sizeof(*attr));
}

static uint64_t ptr(const void *p)
{
	return (uintptr_t)p;
}

/* Counts what this process does, where the word at @nr_off of the context, if any, says getppid. */
static int program(int type, int map, int nr_off)
{
	const struct bpf_insn insns[] = {
		/* r6 = a number that is looked for, or that number */
		INSN(BPF_ALU64 | BPF_MOV | BPF_K, 6, 0, 0, NR_GETPPID),
		nr_off < 0 ? (struct bpf_insn)INSN(BPF_JMP | BPF_JA, 0, 0, 0, 0) :
			(struct bpf_insn)INSN(BPF_LDX | BPF_MEM | BPF_DW, 6, 1, nr_off, 0),
		INSN(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_get_current_pid_tgid),
		INSN(BPF_ALU64 | BPF_RSH | BPF_K, 0, 0, 0, 32),
		INSN(BPF_JMP | BPF_JNE | BPF_K, 0, 0, 10, getpid()),
		INSN(BPF_JMP | BPF_JNE | BPF_K, 6, 0, 9, NR_GETPPID),
		INSN(BPF_ST | BPF_MEM | BPF_W, 10, 0, -4, 0),
		INSN(BPF_LD | BPF_IMM | BPF_DW, 1, BPF_PSEUDO_MAP_FD, 0, map),
		INSN(0, 0, 0, 0, 0),
		INSN(BPF_ALU64 | BPF_MOV | BPF_X, 2, 10, 0, 0),
		INSN(BPF_ALU64 | BPF_ADD | BPF_K, 2, 0, 0, -4),
		INSN(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_map_lookup_elem),
		INSN(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 2, 0),
		INSN(BPF_ALU64 | BPF_MOV | BPF_K, 1, 0, 0, 1),
		INSN(BPF_STX | BPF_ATOMIC | BPF_DW, 0, 1, 0, BPF_ADD),
		INSN(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0),
		INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
	};
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = type;
	attr.insns = ptr(insns);
	attr.insn_cnt = COUNT(insns);
	attr.license = ptr("GPL");
	return bpf(BPF_PROG_LOAD, &attr);
}

__attribute__((noinline)) static void target(void)
{
	__asm__ volatile("");
}

static void hit(void)
{
	int i;

	for (i = 0; i < CALLS; i++) {
		syscall(NR_GETPPID);
		target();
	}
}

/*
 * Attaching: each returns a descriptor whose end is the attachment's, or -1
 */
static int at_raw_tracepoint(int prog)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.raw_tracepoint.name = ptr("sys_enter");
	attr.raw_tracepoint.prog_fd = prog;
	return bpf(BPF_RAW_TRACEPOINT_OPEN, &attr);
}

static int probe_type(const char *kind)
{
	char path[64];
	int type = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/sys/bus/event_source/devices/%s/type", kind);
	f = fopen(path, "r");
	if (!f || fscanf(f, "%d", &type) != 1)
		type = -1;
	if (f)
		fclose(f);
	return type;
}

static int at_event(int prog, const char *kind, const char *place, uint64_t offset)
{
	struct perf_event_attr attr;
	int type = probe_type(kind), ev;

	memset(&attr, 0, sizeof(attr));
	attr.type = type;
	attr.size = sizeof(attr);
	attr.config1 = ptr(place);
	attr.config2 = offset;
	ev = type < 0 ? -1 : syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	if (ev < 0)
		return -1;
	if (ioctl(ev, PERF_EVENT_IOC_SET_BPF, prog) || ioctl(ev, PERF_EVENT_IOC_ENABLE, 0)) {
		close(ev);
		return -1;
	}
	return ev;
}

static int at_kprobe(int prog)
{
	int ev = at_event(prog, "kprobe", "__x64_sys_getppid", 0);

	return ev < 0 && errno == ENOENT ? at_event(prog, "kprobe", "sys_getppid", 0) : ev;
}

/* Where in this program's file target() is. */
static uint64_t target_offset(void)
{
	uint64_t addr = (uintptr_t)target, from, to, off, found = 0;
	FILE *f = fopen("/proc/self/maps", "r");
	char line[512];

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%lx-%lx %*s %lx", &from, &to, &off) == 3 && addr >= from &&
		    addr < to)
			found = addr - from + off;
	if (f)
		fclose(f);
	return found;
}

static int at_uprobe(int prog)
{
	return at_event(prog, "uprobe", "/proc/self/exe", target_offset());
}

static long counted(int type, int nr_off, int (*attach)(int prog))
{
	int map = one_array_make(), prog = map < 0 ? -1 : program(type, map, nr_off);
	int at = prog < 0 ? -1 : attach(prog);
	long ret = -errno;
	uint64_t n;

	if (at >= 0) {
		hit();
		ret = one_array_do(BPF_MAP_LOOKUP_ELEM, map, &n) ? -errno : (long)n;
		close(at);
	}
	close(prog);
	close(map);
	return ret;
}

static void say(const char *name, long ret)
{
	if (ret < 0)
		printf("%s: error: %s\n", name, strerror(-ret));
	else
		printf("%s: %ld\n", name, ret);
	fflush(stdout);
}

static long set_and_get(int map)
{
	uint64_t value = 42;

	if (map < 0 || one_array_do(BPF_MAP_UPDATE_ELEM, map, &value))
		return -errno;
	value = 0;
	return one_array_do(BPF_MAP_LOOKUP_ELEM, map, &value) ? -errno : (long)value;
}

static int hold(void)
{
	int map = one_array_make();
	char line[16];

	do {
		say("map", set_and_get(map));
	} while (fgets(line, sizeof(line), stdin));
	return 0;
}

static int side(void)
{
	int map = one_array_make();

	if (map < 0)
		printf("side: %s\n", errno == ENOSYS ? "nobody's" : strerror(errno));
	else
		printf("side: %s\n", one_array_is_modules(map) ? "the module's" : "the kernel's");
	return 0;
}

int main(int argc, char **argv)
{
	int map;

	if (argc > 1 && !strcmp(argv[1], "hold"))
		return hold();
	if (argc > 1 && !strcmp(argv[1], "side"))
		return side();
	map = one_array_make();
	say("map", set_and_get(map));
	close(map);
	say("raw_tracepoint", counted(BPF_PROG_TYPE_RAW_TRACEPOINT, 8, at_raw_tracepoint));
	say("kprobe", counted(BPF_PROG_TYPE_KPROBE, -1, at_kprobe));
	say("uprobe", counted(BPF_PROG_TYPE_KPROBE, -1, at_uprobe));
	return 0;
}
