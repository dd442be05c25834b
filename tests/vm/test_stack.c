// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stacks as programs get them: of the kernel at tracepoints, whose registers are few, and
 * of the user at a function's first
 * instruction, also as files and places in them.
 *
 * harness: timeout=120 sources=attach_lib.c
 */
#define _GNU_SOURCE
#include "attach_lib.h"
/* The name stands for something else here. */
#define refused	prog_refused
#include "maps_prog.h"
#undef refused

#include <sys/syscall.h>

#define PAGE	4096
#define FRAMES	60	/* 15 build ids */
#define STACK	(FRAMES * 8)

struct stack {
	u64 ips[FRAMES];
	s64 bytes;		/* what bpf_get_stack() returned, last */
};

/* In this process: the stack into the only value of @map. */
static int prog_stack(int map, u32 type, u64 flags)
{
	const struct ebpf_insn insns[] = {
		MOV(6, 1), CALL(get_current_pid_tgid),
		INSN(EBPF_ALU64 | EBPF_RSH | EBPF_K, 0, 0, 0, 32),
		INSN(EBPF_JMP | EBPF_JEQ | EBPF_K, 0, 0, 2, getpid()),
		MOVI(0, 0), EXIT(),
		ST(EBPF_W, 10, -4, 0), MOV(2, 10), ADDI(2, -4), LDMAP(1, map),
		CALL(map_lookup_elem), JNEI(0, 0, 1), EXIT(),
		MOV(7, 0), MOV(1, 6), MOV(2, 0), MOVI(3, STACK), MOVI(4, flags),
		CALL(get_stack), STX(EBPF_DW, 7, STACK, 0), MOVI(0, 0), EXIT(),
	};

	return load(insns, ARRAY_SIZE(insns), type);
}

static struct stack stack_of(int map)
{
	struct stack s;
	u32 key = 0;

	memset(&s, 0, sizeof(s));
	map_lookup(map, &key, &s);
	return s;
}

static void print(const struct stack *s)
{
	int i;

	for (i = 0; i < FRAMES && i * 8 < s->bytes; i++)
		tap_diag("  %#llx", s->ips[i]);
}

/* How many frames, all in the kernel's text. */
static int kernel_frames(const struct stack *s)
{
	int i;

	for (i = 0; i < FRAMES && i * 8 < s->bytes; i++)
		if ((s64)s->ips[i] >= 0)
			return 0;
	return i;
}

static void test_tracepoint(const char *system, const char *name, int min, void (*hit)(void))
{
	int map = must(T(ARRAY), 4, sizeof(struct stack), 1, 0);
	int prog = prog_stack(map, EBPF_PROG_TYPE_TRACEPOINT, 0);
	int ev = open_tracepoint(system, name);
	struct stack s;

	if (!tap_ok(ev >= 0 && !event_set_prog(ev, prog), "a program at %s:%s", system, name))
		goto out;
	event_enable(ev);
	hit();
	close(ev);
	s = stack_of(map);
	if (!tap_ok(kernel_frames(&s) >= min, "%s:%s: %d frames of the kernel and more (%d)",
		    system, name, min, kernel_frames(&s)))
		print(&s);
out:
	close(prog);
	close(map);
}

static void call(void)
{
	syscall(SYS_getppid);
}

static void switch_task(void)
{
	usleep(2000);
}

/*
 * The user's
 */
/* Whoever knows where his frame is has one. */
#define FRAME()	asm volatile("" : : "r" (__builtin_frame_address(0)) : "memory")

__attribute__((noinline)) void stack_target(void)
{
	FRAME();
}

__attribute__((noinline)) void stack_caller(void)
{
	FRAME();
	stack_target();
	FRAME();
}

__attribute__((noinline)) void stack_outer(void)
{
	FRAME();
	stack_caller();
	FRAME();
}

/* Where @addr is in the file that this is. */
static u64 file_offset(u64 addr)
{
	unsigned long long start, end, off;
	char line[512], perms[8];
	FILE *f = fopen("/proc/self/maps", "r");
	u64 found = 0;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%llx-%llx %7s %llx", &start, &end, perms, &off) == 4 &&
		    addr >= start && addr < end)
			found = addr - start + off;
	if (f)
		fclose(f);
	return found;
}

/* Is @ip a place that the function at @fn, of less than 64 bytes, returns to? */
static bool is_in(u64 ip, void (*fn)(void))
{
	return ip > (uintptr_t)fn && ip < (uintptr_t)fn + 64;
}

static void test_user_entry(void)
{
	int map = must(T(ARRAY), 4, sizeof(struct stack), 1, 0), ev;
	int prog = prog_stack(map, EBPF_PROG_TYPE_KPROBE, EBPF_F_USER_STACK);
	struct stack s;

	ev = open_uprobe("/proc/self/exe", file_offset((uintptr_t)stack_target), false, -1);
	if (!tap_ok(ev >= 0 && !event_set_prog(ev, prog), "a program on a function of this one"))
		goto out;
	event_enable(ev);
	stack_outer();
	close(ev);
	s = stack_of(map);
	tap_eq(s.ips[0], (uintptr_t)stack_target, "the function itself comes first");
	if (!tap_ok(is_in(s.ips[1], stack_caller) && is_in(s.ips[2], stack_outer),
		    "then its caller, then his"))
		print(&s);
out:
	close(prog);
	close(map);
}

/* The build id of this program, which the linker puts where this is. */
static bool own_build_id(u8 *id)
{
	static const char hdr[] = { 4, 0, 0, 0, 20, 0, 0, 0, 3, 0, 0, 0, 'G', 'N', 'U', 0 };
	static u8 page[PAGE];
	FILE *f = fopen("/proc/self/exe", "r");
	size_t n = f ? fread(page, 1, PAGE, f) : 0, i;

	if (f)
		fclose(f);
	for (i = 0; i + sizeof(hdr) + 20 <= n; i++)
		if (!memcmp(page + i, hdr, sizeof(hdr))) {
			memcpy(id, page + i + sizeof(hdr), 20);
			return true;
		}
	return false;
}

static bool is_here(const struct ebpf_stack_build_id *id, const u8 *own, void (*fn)(void))
{
	u64 at = file_offset((uintptr_t)fn);

	return id->status == EBPF_STACK_BUILD_ID_VALID && !memcmp(id->build_id, own, 20) &&
	       id->offset >= at && id->offset < at + 64;
}

/* One with bpf_get_stack(), one with bpf_get_stackid(). */
static void test_build_ids(void)
{
	int map = must(T(ARRAY), 4, sizeof(struct stack), 1, 0), ev, stacks, by_id;
	int prog = prog_stack(map, EBPF_PROG_TYPE_KPROBE,
			      EBPF_F_USER_STACK | EBPF_F_USER_BUILD_ID);
	struct ebpf_stack_build_id ids[16];
	u32 key = 0, next;
	struct stack s;
	u8 own[20];

	stacks = must(T(STACK_TRACE), 4, sizeof(ids), 16, EBPF_F_STACK_BUILD_ID);
	by_id = ({
		const struct ebpf_insn insns[] = {
			LDMAP(2, stacks), MOVI(3, EBPF_F_USER_STACK), CALL(get_stackid),
			MOVI(0, 0), EXIT(),
		};
		load(insns, ARRAY_SIZE(insns), EBPF_PROG_TYPE_KPROBE);
	});
	if (!own_build_id(own)) {
		tap_skip("build ids: the compiler gives this program none");
		goto out;
	}
	ev = open_uprobe("/proc/self/exe", file_offset((uintptr_t)stack_target), false, -1);
	tap_ok(ev >= 0 && !event_set_prog(ev, prog), "build ids: a program on a function");
	event_enable(ev);
	stack_outer();
	close(ev);
	s = stack_of(map);
	memcpy(ids, s.ips, sizeof(s.ips));
	tap_ok(s.bytes > 0 && !(s.bytes % sizeof(ids[0])), "build ids: %lld bytes", s.bytes);
	tap_ok(is_here(&ids[0], own, stack_target) && is_here(&ids[1], own, stack_caller) &&
	       is_here(&ids[2], own, stack_outer),
	       "build ids: get_stack tells file and place of each function");
	ev = open_uprobe("/proc/self/exe", file_offset((uintptr_t)stack_target), false, -1);
	tap_ok(ev >= 0 && !event_set_prog(ev, by_id), "build ids: a program with a stack map");
	event_enable(ev);
	stack_outer();
	stack_outer();
	close(ev);
	memset(ids, 0, sizeof(ids));
	tap_ok(!map_next_key(stacks, NULL, &key) && !map_lookup(stacks, &key, ids) &&
	       is_here(&ids[0], own, stack_target) && is_here(&ids[1], own, stack_caller),
	       "build ids: so does get_stackid");
	tap_ok(map_next_key(stacks, &key, &next) != 0 || next != key, "build ids: of one stack");
out:
	close(by_id);
	close(stacks);
	close(prog);
	close(map);
}

int main(void)
{
	drv_open();
	maps_open();
	test_tracepoint("raw_syscalls", "sys_enter", 2, call);
	test_tracepoint("raw_syscalls", "sys_exit", 2, call);
	test_tracepoint("sched", "sched_switch", 4, switch_task);
	test_user_entry();
	test_build_ids();
	return tap_end();
}
