// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stacks as programs get them: of the kernel at tracepoints, whose registers are few, and
 * of the user at a function's first instruction.
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

#define FRAMES	63
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
__attribute__((noinline, optimize("no-omit-frame-pointer"))) void stack_target(void)
{
	asm volatile("");
}

__attribute__((noinline, optimize("no-omit-frame-pointer"))) void stack_caller(void)
{
	asm volatile("");
	stack_target();
	asm volatile("");
}

__attribute__((noinline, optimize("no-omit-frame-pointer"))) void stack_outer(void)
{
	asm volatile("");
	stack_caller();
	asm volatile("");
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

int main(void)
{
	drv_open();
	maps_open();
	test_tracepoint("raw_syscalls", "sys_enter", 2, call);
	test_tracepoint("raw_syscalls", "sys_exit", 2, call);
	test_tracepoint("sched", "sched_switch", 4, switch_task);
	test_user_entry();
	return tap_end();
}
