// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stacks as programs get them: of the kernel at tracepoints, whose registers are few, from
 * the program itself on where Linux has it there, and of the user at a function's first
 * instructions, also as files and places in them. test_stack_native compares with Linux.
 *
 * harness: timeout=120 sources=attach_lib.c
 */
#define _GNU_SOURCE
#include "attach_lib.h"
#include "addr_lib.h"
/* The name stands for something else here. */
#define refused	prog_refused
#include "maps_prog.h"
#undef refused

#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define PAGE	4096
#define FRAMES	60	/* 15 build ids */
#define STACK	(FRAMES * 8)
#define KERNEL_ADDR	0xffff800000000000ULL

struct stack {
	u64 ips[FRAMES];
	s64 bytes;		/* what bpf_get_stack() returned, last */
};

/* In process @tgid: the stack into the only value of @map. */
static int prog_stack_of(pid_t tgid, int map, u32 type, u64 flags)
{
	const struct ebpf_insn insns[] = {
		MOV(6, 1), CALL(get_current_pid_tgid),
		INSN(EBPF_ALU64 | EBPF_RSH | EBPF_K, 0, 0, 0, 32),
		INSN(EBPF_JMP | EBPF_JEQ | EBPF_K, 0, 0, 2, tgid),
		MOVI(0, 0), EXIT(),
		ST(EBPF_W, 10, -4, 0), MOV(2, 10), ADDI(2, -4), LDMAP(1, map),
		CALL(map_lookup_elem), JNEI(0, 0, 1), EXIT(),
		MOV(7, 0), MOV(1, 6), MOV(2, 0), MOVI(3, STACK), MOVI(4, flags),
		CALL(get_stack), STX(EBPF_DW, 7, STACK, 0), MOVI(0, 0), EXIT(),
	};

	return load(insns, ARRAY_SIZE(insns), type);
}

static int prog_stack(int map, u32 type, u64 flags)
{
	return prog_stack_of(getpid(), map, type, flags);
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
		tap_diag("  %#llx %s", s->ips[i], ksym_of(s->ips[i]));
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

/* Is a function of one of @names (to a "|") on the stack, from frame @first on? */
static bool has_function(const struct stack *s, const char *names, int first)
{
	const char *name, *end;
	int i;

	for (i = first; i < FRAMES && i * 8 < s->bytes; i++)
		for (name = names; name; name = *end ? end + 1 : NULL) {
			end = strchrnul(name, '|');
			/* Compilers put things behind names. */
			if (!strncmp(ksym_of(s->ips[i]), name, end - name))
				return true;
		}
	return false;
}

/* @names: a function far out on the stack. */
struct tracepoint {
	const char *system, *name;
	int min;
	const char *names;
	pid_t (*hit)(void);
};

static pid_t call(void)
{
	syscall(SYS_getppid);
	return 0;
}

static pid_t switch_task(void)
{
	usleep(2000);
	return 0;
}

static pid_t open_file(void)
{
	close(open("/dev/null", O_RDONLY));
	return 0;
}

static const struct tracepoint tracepoints[] = {
	{ "raw_syscalls", "sys_enter", 2, "do_syscall_64|tracesys|entry_SYSCALL_64|sysret_", call },
	{ "raw_syscalls", "sys_exit", 2, "do_syscall_64|int_|entry_SYSCALL_64|ret_from_sys", call },
	{ "syscalls", "sys_enter_getppid", 2, "do_syscall_64|tracesys|entry_SYSCALL_64|sysret_",
	  call },
	{ "syscalls", "sys_exit_getppid", 2, "do_syscall_64|int_|entry_SYSCALL_64|ret_from_sys",
	  call },
	{ "sched", "sched_switch", 4, "do_nanosleep", switch_task },
	{ "kmem", "kmem_cache_alloc", 3, "do_sys_open", open_file },
};

/* The stack is read where it lies: a look-up allocates, which may be what is traced. */
static void test_tracepoint(const struct tracepoint *tp)
{
	int map = must(T(ARRAY), 4, sizeof(struct stack), 1, EBPF_F_MMAPABLE);
	struct stack *seen = mmap(NULL, sizeof(*seen), PROT_READ, MAP_SHARED | MAP_POPULATE, map, 0);
	int prog = prog_stack(map, EBPF_PROG_TYPE_TRACEPOINT, 0);
	int ev = open_tracepoint(tp->system, tp->name);
	struct stack s;

	if (!tap_ok(seen != MAP_FAILED && ev >= 0 && !event_set_prog(ev, prog),
		    "a program at %s:%s", tp->system, tp->name))
		goto out;
	event_enable(ev);
	tp->hit();
	s = *seen;
	close(ev);
	munmap(seen, sizeof(*seen));
	if (!tap_ok(kernel_frames(&s) >= tp->min && has_function(&s, tp->names, 1),
		    "%s:%s: the whole stack of the kernel (%d frames)", tp->system, tp->name,
		    kernel_frames(&s)))
		print(&s);
out:
	close(prog);
	close(map);
}

/* Waits for its pipe to be closed. */
static pid_t waiting_child(int *end, const char *file)
{
	int fds[2];
	pid_t pid;
	char byte;

	if (pipe(fds))
		return -1;
	pid = fork();
	if (!pid) {
		close(fds[1]);
		if (read(fds[0], &byte, 1) < 0)
			_exit(2);
		if (file)
			execl(file, file, NULL);
		_exit(file ? 3 : 0);
	}
	close(fds[0]);
	*end = fds[1];
	return pid;
}

static void test_exit(void)
{
	int map = must(T(ARRAY), 4, sizeof(struct stack), 1, 0), end = -1, prog, ev;
	pid_t pid = waiting_child(&end, NULL);
	struct stack s;

	prog = prog_stack_of(pid, map, EBPF_PROG_TYPE_TRACEPOINT, 0);
	ev = open_tracepoint("sched", "sched_process_exit");
	tap_ok(ev >= 0 && !event_set_prog(ev, prog), "a program at sched:sched_process_exit");
	event_enable(ev);
	close(end);
	waitpid(pid, NULL, 0);
	close(ev);
	s = stack_of(map);
	if (!tap_ok(has_function(&s, "do_exit", 0) && has_function(&s, "do_group_exit", 1),
		    "sched:sched_process_exit: the whole stack of the kernel (%d frames)",
		    kernel_frames(&s)))
		print(&s);
	close(prog);
	close(map);
}

/* Where the function returns to comes first, on every kernel. */
static void test_kretprobe(void)
{
	int map = must(T(ARRAY), 4, sizeof(struct stack), 1, 0), fd = open("/dev/zero", O_RDONLY);
	int prog = prog_stack(map, EBPF_PROG_TYPE_KPROBE, 0), ev = open_kprobe("vfs_read", 0, true);
	struct stack s;
	char byte;

	tap_ok(ev >= 0 && !event_set_prog(ev, prog), "a program at a function's return");
	event_enable(ev);
	tap_ok(read(fd, &byte, 1) == 1, "a read");
	s = stack_of(map);
	close(ev);
	close(fd);
	s.bytes = s.bytes > 8 ? 8 : s.bytes;
	if (!tap_ok(has_function(&s, "SyS_read|sys_read|ksys_read|__x64_sys_read", 0),
		    "a return probe's stack begins with the caller"))
		print(&s);
	close(prog);
	close(map);
}

/* Is @ip in the program? */
static bool is_of_prog(int prog, u64 ip)
{
	struct ebpf_prog_info info;
	union ebpf_attr attr;
	u64 ksym = 0;

	memset(&info, 0, sizeof(info));
	memset(&attr, 0, sizeof(attr));
	info.nr_jited_ksyms = 1;
	info.jited_ksyms = (uintptr_t)&ksym;
	attr.info.bpf_fd = prog;
	attr.info.info_len = sizeof(info);
	attr.info.info = (uintptr_t)&info;
	if (sys_bpf(EBPF_OBJ_GET_INFO_BY_FD, &attr))
		return false;
	return ip > ksym && ip <= ksym + info.jited_prog_len;
}

/* As in Linux: the program, what calls it, and the tracepoint's place. Both programs are there
 * while both stacks are made: what calls a tracepoint's only program is not what calls one of two.
 */
static void test_raw_tracepoint(const char *name, const char *names, pid_t (*hit)(void))
{
	int map = must(T(ARRAY), 4, sizeof(struct stack), 1, 0), link;
	int skip_map = must(T(ARRAY), 4, sizeof(struct stack), 1, 0), skip_link;
	int prog = prog_stack(map, EBPF_PROG_TYPE_RAW_TRACEPOINT, 0);
	int skip_prog = prog_stack(skip_map, EBPF_PROG_TYPE_RAW_TRACEPOINT, 2);
	struct stack s, skipped;

	link = link_raw_tp(prog, name);
	skip_link = link_raw_tp(skip_prog, name);
	tap_ok(link >= 0 && skip_link >= 0, "two programs at the raw tracepoint %s", name);
	hit();
	s = stack_of(map);
	skipped = stack_of(skip_map);
	close(skip_link);
	close(link);
	if (!tap_ok(is_of_prog(prog, s.ips[0]) && !is_of_prog(prog, s.ips[1]) &&
		    has_function(&s, names, 2), "%s: the program is the first on its stack", name))
		print(&s);
	if (!tap_ok(skipped.ips[0] >= KERNEL_ADDR &&
		    !strcmp(ksym_of(skipped.ips[0]), ksym_of(s.ips[2])),
		    "%s: two frames skipped are the program's", name)) {
		print(&s);
		print(&skipped);
	}
	close(skip_prog);
	close(prog);
	close(skip_map);
	close(map);
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

/* Is @ip a place that the function at @fn, of less than 64 bytes, returns to? */
static bool is_in(u64 ip, void (*fn)(void))
{
	return ip > (uintptr_t)fn && ip < (uintptr_t)fn + 64;
}

/* Functions as compilers make them, whose frames are made in different ways. Each calls
 * nothing; what follows push %rbp tells nobody what the function is.
 */
#define TARGET(name, text)						\
	asm(".pushsection .text\n"					\
	    ".globl " #name "\n"					\
	    ".type " #name ", @function\n"				\
	    #name ":\n" text						\
	    "pop %rbp\n"						\
	    "ret\n"							\
	    ".size " #name ", . - " #name "\n"				\
	    ".popsection\n");						\
	void name(void)

TARGET(target_plain, "push %rbp\n" "mov %rsp, %rbp\n");
TARGET(target_apart, "push %rbp\n" "nop\n" "nop\n" "mov %rsp, %rbp\n");
TARGET(target_endbr, ".byte 0xf3, 0x0f, 0x1e, 0xfa\n" "push %rbp\n" "mov %rsp, %rbp\n");

static void (*user_target)(void);

__attribute__((noinline)) void user_mid(void)
{
	FRAME();
	user_target();
	FRAME();
}

__attribute__((noinline)) void user_outer(void)
{
	FRAME();
	user_mid();
	FRAME();
}

/* At byte @off of @target: itself, mid, outer. */
static void test_user_entry(const char *what, void (*target)(void), u32 off)
{
	int map = must(T(ARRAY), 4, sizeof(struct stack), 1, 0), ev;
	int prog = prog_stack(map, EBPF_PROG_TYPE_KPROBE, EBPF_F_USER_STACK);
	struct stack s;

	ev = open_uprobe("/proc/self/exe", file_offset((uintptr_t)target + off), false, -1);
	if (!tap_ok(ev >= 0 && !event_set_prog(ev, prog), "%s: a program there", what))
		goto out;
	event_enable(ev);
	user_target = target;
	user_outer();
	close(ev);
	s = stack_of(map);
	tap_eq(s.ips[0], (uintptr_t)target + off, "%s: the function itself comes first", what);
	if (!tap_ok(is_in(s.ips[1], user_mid) && is_in(s.ips[2], user_outer),
		    "%s: then its caller, then his", what))
		print(&s);
out:
	close(prog);
	close(map);
}

/*
 * 32 bits: a program that calls outer, which calls mid, which calls target, and ends.
 */
#define TEXT32		0x08048000U
#define START32		0x54U		/* behind the headers */
#define OUTER32		0x10
#define MID32		0x1a
#define TARGET32	0x24

static const unsigned char text32[] = {
	0x31, 0xed,				/* xor %ebp, %ebp */
	0xe8, 9, 0, 0, 0,			/* call outer */
	0x31, 0xdb,				/* xor %ebx, %ebx */
	0xb8, 1, 0, 0, 0, 0xcd, 0x80,		/* exit(0) */
	0x55, 0x89, 0xe5,			/* outer: push %ebp; mov %esp, %ebp */
	0xe8, 2, 0, 0, 0, 0x5d, 0xc3,		/* call mid; pop %ebp; ret */
	0x55, 0x89, 0xe5,			/* mid */
	0xe8, 2, 0, 0, 0, 0x5d, 0xc3,		/* call target; pop %ebp; ret */
	0x55, 0x89, 0xe5, 0x5d, 0xc3,		/* target */
};

/* uprobes of old kernels do not work on files of tmpfs. */
static bool write_elf32(const char *dir, const char *file)
{
	const u32 size = START32 + sizeof(text32);
	const u32 head[] = {
		0x464c457f, 0x00010101, 0, 0,	/* ELF, 32 bits, little endian */
		2 | 3 << 16, 1,			/* executable, i386 */
		TEXT32 + START32, 52, 0, 0,
		52 | 32 << 16, 1,		/* one program header */
		0,
		1, 0, TEXT32, TEXT32, size, size, 5, 0x1000,
	};
	bool ok;
	int fd;

	_Static_assert(sizeof(head) == START32, "headers");
	if ((mkdir(dir, 0755) && errno != EEXIST) || mount("none", dir, "ramfs", 0, NULL))
		return false;
	fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0755);
	ok = fd >= 0 && write(fd, head, sizeof(head)) == (ssize_t)sizeof(head) &&
	     write(fd, text32, sizeof(text32)) == (ssize_t)sizeof(text32);
	close(fd);
	return ok;
}

static bool at32(u64 ip, u32 off)
{
	return ip == TEXT32 + START32 + off;
}

static void test_user_entry32(const char *file, const char *what, u32 off)
{
	int map = must(T(ARRAY), 4, sizeof(struct stack), 1, 0), end = -1, status = -1, prog, ev;
	pid_t pid = waiting_child(&end, file);
	struct stack s;

	prog = prog_stack_of(pid, map, EBPF_PROG_TYPE_KPROBE, EBPF_F_USER_STACK);
	ev = open_uprobe(file, START32 + TARGET32 + off, false, -1);
	tap_ok(ev >= 0 && !event_set_prog(ev, prog), "%s: a program there", what);
	event_enable(ev);
	close(end);
	waitpid(pid, &status, 0);
	close(ev);
	s = stack_of(map);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 3)
		tap_skip("%s: no programs of 32 bits here", what);
	else if (!tap_ok(!status && at32(s.ips[0], TARGET32 + off) && at32(s.ips[1], MID32 + 8) &&
			 at32(s.ips[2], OUTER32 + 8) && at32(s.ips[3], 7),
			 "%s: target, mid, outer, start", what))
		print(&s);
	close(prog);
	close(map);
}

static void test_user32(void)
{
	static const char dir[] = "/tmp/test_stack.d", file[] = "/tmp/test_stack.d/user32";

	if (tap_ok(write_elf32(dir, file), "a program of 32 bits")) {
		test_user_entry32(file, "32 bits, first instruction", 0);
		test_user_entry32(file, "32 bits, behind push", 1);
		test_user_entry32(file, "32 bits, in the function", 3);
	}
	umount2(dir, MNT_DETACH);
	rmdir(dir);
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
	size_t i;

	drv_open();
	maps_open();
	tap_ok(ksyms_read(), "names of the kernel's functions");
	for (i = 0; i < ARRAY_SIZE(tracepoints); i++)
		test_tracepoint(&tracepoints[i]);
	test_exit();
	test_kretprobe();
	test_raw_tracepoint("sys_enter", "do_syscall_64|tracesys|entry_SYSCALL_64|sysret_", call);
	test_raw_tracepoint("sched_switch", "do_nanosleep", switch_task);
	test_user_entry("64 bits", stack_target, 0);
	test_user_entry("push %rbp, mov", target_plain, 0);
	test_user_entry("behind push %rbp", target_plain, 1);
	test_user_entry("in the function", target_plain, 4);
	test_user_entry("push %rbp, something", target_apart, 0);
	test_user_entry("endbr64", target_endbr, 0);
	test_user_entry("push %rbp behind endbr64", target_endbr, 4);
	test_user32();
	test_build_ids();
	return tap_end();
}
