// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stacks as Linux 6.1 gives them: the same program in the kernel's own bpf(2) and in the
 * module, at the same place in the same call. Names of functions are compared; what is not the
 * kernel's own text counts as a program or who runs it, which is one frame here as there.
 *
 * harness: timeout=300 nobpf=no
 */
#define _GNU_SOURCE
#include <bpf/btf.h>
#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "addr_lib.h"
#include "maps_prog.h"
#include "native.h"

#define FRAMES	48
#define STACK	(FRAMES * 8)
#define TRIES	5

struct stack {
	u64 ips[FRAMES];
	s64 bytes;		/* what bpf_get_stack() returned */
	u32 tgid;		/* whose, until there is one */
};

static struct btf *btf;

/* "-" for a program, and for what calls programs. */
static const char *name_of(u64 ip)
{
	const char *name = ksym_of(ip);

	if (ip >= KSYM_MODULES || !strncmp(name, "bpf_trace_run", 13))
		return "-";
	return name;
}

static int nr_frames(const struct stack *s)
{
	return s->bytes > 0 ? s->bytes / 8 : 0;
}

/* Of the user's only what is not called by the test itself. */
static bool same(u64 flags, const struct stack *a, const struct stack *b)
{
	int i, n = nr_frames(a);

	if (n != nr_frames(b))
		return false;
	if (flags & EBPF_F_USER_BUILD_ID)
		return !memcmp(a->ips, b->ips, 3 * sizeof(struct ebpf_stack_build_id));
	if (flags & EBPF_F_USER_STACK)
		return n > 3 && !memcmp(a->ips, b->ips, 3 * sizeof(u64));
	for (i = 0; i < n; i++)
		if (strcmp(name_of(a->ips[i]), name_of(b->ips[i])))
			return false;
	return true;
}

static void print(const char *whose, const struct stack *s)
{
	int i;

	tap_diag("%s: %lld", whose, (long long)s->bytes);
	for (i = 0; i < nr_frames(s); i++)
		tap_diag("  %#llx %s", (unsigned long long)s->ips[i], name_of(s->ips[i]));
}

/*
 * Programs
 */

/* The first hit in the process of .tgid: its stack. */
static int prog_stack(int map, const char *what, u32 type, u32 attach, u32 btf_id, u64 flags)
{
	const struct ebpf_insn insns[] = {
		MOV(6, 1),
		ST(EBPF_W, 10, -4, 0), MOV(2, 10), ADDI(2, -4), LDMAP(1, map),
		CALL(map_lookup_elem), JNEI(0, 0, 2), MOVI(0, 0), EXIT(),
		MOV(7, 0), CALL(get_current_pid_tgid),
		INSN(EBPF_ALU64 | EBPF_RSH | EBPF_K, 0, 0, 0, 32),
		LDX(EBPF_W, 1, 7, offsetof(struct stack, tgid)),
		INSN(EBPF_JMP | EBPF_JEQ | EBPF_X, 0, 1, 2, 0),
		MOVI(0, 0), EXIT(),
		ST(EBPF_W, 7, offsetof(struct stack, tgid), -1),
		MOV(1, 6), MOV(2, 7), MOVI(3, STACK), MOVI(4, flags),
		CALL(get_stack), STX(EBPF_DW, 7, offsetof(struct stack, bytes), 0),
		MOVI(0, 0), EXIT(),
	};
	union ebpf_attr attr;
	int fd;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = type;
	attr.expected_attach_type = attach;
	attr.attach_btf_id = btf_id;
	attr.insns = (uintptr_t)insns;
	attr.insn_cnt = ARRAY_SIZE(insns);
	attr.license = (uintptr_t)"GPL";
	attr.log_buf = (uintptr_t)verifier_log;
	attr.log_size = sizeof(verifier_log);
	attr.log_level = 1;
	fd = sys_bpf(EBPF_PROG_LOAD, &attr);
	if (fd < 0) {
		tap_ok(false, "%s: %s loads it", what, native ? "Linux" : "the module");
		puts(verifier_log);
	}
	return fd;
}

/* What a program is attached to, and what makes it run. */
struct place {
	const char *what;
	u32 type;
	u32 attach;
	const char *name;	/* system/name of a tracepoint, function, or NULL */
	int kind;		/* in BTF */
	bool ret;
	u64 flags;
	int (*hit)(int map);
};

static void user_target(void);

static int read_number(const char *path)
{
	FILE *f = fopen(path, "r");
	int n = -1;

	if (f && fscanf(f, "%i", &n) != 1)
		n = -1;
	if (f)
		fclose(f);
	return n;
}

static int perf_open(struct perf_event_attr *attr, pid_t pid)
{
	struct ebpfdrv_perf_event_open req = {
		.attr = (uintptr_t)attr,
		.pid = pid,
		.cpu = pid ? 0 : -1,
		.group_fd = -1,
	};

	if (native)
		return syscall(SYS_perf_event_open, attr, pid, req.cpu, -1, 0);
	return ioctl(drv, EBPFDRV_IOC_PERF_EVENT_OPEN, &req);
}

static int open_event(const struct place *p)
{
	struct perf_event_attr attr = { .size = sizeof(attr), .sample_period = 1 };
	char path[256];

	if (p->type == EBPF_PROG_TYPE_PERF_EVENT) {
		attr.type = PERF_TYPE_SOFTWARE;
		attr.config = PERF_COUNT_SW_CONTEXT_SWITCHES;
		return perf_open(&attr, 0);
	}
	if (p->flags & EBPF_F_USER_STACK) {
		attr.type = native ? (u32)read_number("/sys/bus/event_source/devices/uprobe/type") :
				     EBPFDRV_PERF_TYPE_UPROBE;
		attr.config1 = (uintptr_t)"/proc/self/exe";
		attr.config2 = file_offset((uintptr_t)user_target);
	} else if (p->type == EBPF_PROG_TYPE_KPROBE) {
		attr.type = native ? (u32)read_number("/sys/bus/event_source/devices/kprobe/type") :
				     EBPFDRV_PERF_TYPE_KPROBE;
		attr.config = p->ret;
		attr.config1 = (uintptr_t)p->name;
	} else {
		snprintf(path, sizeof(path), "/sys/kernel/debug/tracing/events/%s/id", p->name);
		attr.type = PERF_TYPE_TRACEPOINT;
		attr.config = read_number(path);
	}
	return perf_open(&attr, -1);
}

static int attach(const struct place *p, int prog)
{
	union ebpf_attr attr;
	int ev;

	if (p->type == EBPF_PROG_TYPE_TRACING || p->type == EBPF_PROG_TYPE_RAW_TRACEPOINT) {
		memset(&attr, 0, sizeof(attr));
		if (p->type != EBPF_PROG_TYPE_TRACING)
			attr.raw_tracepoint.name = (uintptr_t)p->name;
		attr.raw_tracepoint.prog_fd = prog;
		return sys_bpf(EBPF_RAW_TRACEPOINT_OPEN, &attr);
	}
	ev = open_event(p);
	if (ev >= 0 && (ioctl(ev, PERF_EVENT_IOC_SET_BPF, prog) ||
			ioctl(ev, PERF_EVENT_IOC_ENABLE, 0))) {
		close(ev);
		ev = -1;
	}
	return ev;
}

/* Whoever knows where his frame is has one. */
#define FRAME()	asm volatile("" : : "r" (__builtin_frame_address(0)) : "memory")

static __attribute__((noinline)) void user_target(void)
{
	FRAME();
}

static __attribute__((noinline)) void user_mid(int deep)
{
	FRAME();
	if (deep)
		user_mid(deep - 1);
	else
		user_target();
	FRAME();
}

static __attribute__((noinline)) void user_outer(int deep)
{
	FRAME();
	user_mid(deep);
	FRAME();
}

static void arm(int map, u32 tgid)
{
	struct stack s = { .tgid = tgid };
	u32 key = 0;

	map_update(map, &key, &s, 0);
}

static int hit_call(int map)
{
	arm(map, getpid());
	return syscall(SYS_getppid) < 0;
}

static int hit_sleep(int map)
{
	arm(map, getpid());
	return usleep(2000);
}

static int hit_open(int map)
{
	int fd;

	arm(map, getpid());
	fd = open("/dev/null", O_RDONLY);
	close(fd);
	return fd < 0;
}

static int hit_read(int map)
{
	int fd = open("/dev/zero", O_RDONLY);
	char byte;

	arm(map, getpid());
	if (read(fd, &byte, 1) != 1)
		return 1;
	close(fd);
	return 0;
}

static int hit_user(int map)
{
	arm(map, getpid());
	user_outer(0);
	return 0;
}

static int hit_exit(int map)
{
	int fds[2];
	pid_t pid;
	char byte;

	if (pipe(fds))
		return 1;
	pid = fork();
	if (!pid) {
		close(fds[1]);
		if (read(fds[0], &byte, 1))
			_exit(1);
		_exit(0);
	}
	arm(map, pid);
	close(fds[0]);
	close(fds[1]);
	return waitpid(pid, NULL, 0) != pid;
}

static const struct place places[] = {
	{ "tracepoint/sched_switch", EBPF_PROG_TYPE_TRACEPOINT, 0, "sched/sched_switch", 0, false, 0,
	  hit_sleep },
	{ "tracepoint/kmem_cache_alloc", EBPF_PROG_TYPE_TRACEPOINT, 0, "kmem/kmem_cache_alloc", 0,
	  false, 0, hit_open },
	{ "tracepoint/sched_process_exit", EBPF_PROG_TYPE_TRACEPOINT, 0,
	  "sched/sched_process_exit", 0, false, 0, hit_exit },
	{ "tracepoint/raw_syscalls:sys_enter", EBPF_PROG_TYPE_TRACEPOINT, 0,
	  "raw_syscalls/sys_enter", 0, false, 0, hit_call },
	{ "tracepoint/raw_syscalls:sys_exit", EBPF_PROG_TYPE_TRACEPOINT, 0, "raw_syscalls/sys_exit",
	  0, false, 0, hit_call },
	{ "perf event at context switches", EBPF_PROG_TYPE_PERF_EVENT, 0, NULL, 0, false, 0,
	  hit_sleep },
	{ "kprobe", EBPF_PROG_TYPE_KPROBE, 0, "vfs_read", 0, false, 0, hit_read },
	{ "kretprobe", EBPF_PROG_TYPE_KPROBE, 0, "vfs_read", 0, true, 0, hit_read },
	{ "raw_tp/sched_switch", EBPF_PROG_TYPE_RAW_TRACEPOINT, 0, "sched_switch", 0, false, 0,
	  hit_sleep },
	{ "raw_tp/sys_enter", EBPF_PROG_TYPE_RAW_TRACEPOINT, 0, "sys_enter", 0, false, 0,
	  hit_call },
	{ "raw_tp/sched_process_exit, skip 2", EBPF_PROG_TYPE_RAW_TRACEPOINT, 0,
	  "sched_process_exit", 0, false, 2, hit_exit },
	{ "tp_btf/sched_switch", EBPF_PROG_TYPE_TRACING, EBPF_TRACE_RAW_TP,
	  "btf_trace_sched_switch", BTF_KIND_TYPEDEF, false, 0, hit_sleep },
	{ "fentry", EBPF_PROG_TYPE_TRACING, EBPF_TRACE_FENTRY, "vfs_read", BTF_KIND_FUNC, false, 0,
	  hit_read },
	{ "fentry, skip 3", EBPF_PROG_TYPE_TRACING, EBPF_TRACE_FENTRY, "vfs_read", BTF_KIND_FUNC,
	  false, 3, hit_read },
	{ "fexit", EBPF_PROG_TYPE_TRACING, EBPF_TRACE_FEXIT, "vfs_read", BTF_KIND_FUNC, false, 0,
	  hit_read },
	{ "uprobe, user stack", EBPF_PROG_TYPE_KPROBE, 0, NULL, 0, false, EBPF_F_USER_STACK,
	  hit_user },
	{ "uprobe, build ids", EBPF_PROG_TYPE_KPROBE, 0, NULL, 0, false,
	  EBPF_F_USER_STACK | EBPF_F_USER_BUILD_ID, hit_user },
	{ "fmod_ret", EBPF_PROG_TYPE_TRACING, EBPF_MODIFY_RETURN, "security_file_open",
	  BTF_KIND_FUNC, false, 0, hit_open },
};

static struct stack stack_at(const struct place *p)
{
	int map = must(T(ARRAY), 4, sizeof(struct stack), 1, 0), prog, at = -1;
	struct stack s = { .bytes = -1 };
	u32 id = 0, key = 0;

	if (p->kind)
		id = btf__find_by_name_kind(btf, p->name, p->kind);
	prog = prog_stack(map, p->what, p->type, p->attach, id, p->flags);
	if (prog < 0)
		goto out;
	at = attach(p, prog);
	if (at < 0 || p->hit(map)) {
		tap_ok(false, "%s: %s attaches it: %d", p->what, native ? "Linux" : "the module",
		       at);
		goto out;
	}
	map_lookup(map, &key, &s);
out:
	if (at >= 0)
		close(at);
	close(prog);
	close(map);
	return s;
}

/* A task may be switched from anywhere: it gets some tries to be at the same place. */
static void compare(const struct place *p)
{
	struct stack theirs, ours;
	bool ok = false;
	int i;

	for (i = 0; i < TRIES && !ok; i++) {
		native = true;
		theirs = stack_at(p);
		native = false;
		ours = stack_at(p);
		ok = nr_frames(&theirs) && same(p->flags, &theirs, &ours);
	}
	if (tap_ok(ok, "%s: the stack is Linux's, %d frames", p->what, nr_frames(&ours)))
		return;
	print("Linux", &theirs);
	print("the module", &ours);
}

/*
 * Stack maps: one with less room than there are stacks
 */
#define STACKS	12

struct ids {
	u64 cnt;
	s64 id[16];
};

static struct ids ids_of(u64 flags, u32 map_flags)
{
	const struct place p = { .type = EBPF_PROG_TYPE_KPROBE, .flags = EBPF_F_USER_STACK };
	u32 frame = map_flags & EBPF_F_STACK_BUILD_ID ? sizeof(struct ebpf_stack_build_id) : 8;
	int map = must(T(ARRAY), 4, sizeof(struct ids), 1, 0), stacks, prog, at, i;
	struct ids ids;
	u32 key = 0;

	stacks = must(T(STACK_TRACE), 4, 20 * frame, 5, map_flags);
	prog = ({
		const struct ebpf_insn insns[] = {
			MOV(6, 1),
			ST(EBPF_W, 10, -4, 0), MOV(2, 10), ADDI(2, -4), LDMAP(1, map),
			CALL(map_lookup_elem), JNEI(0, 0, 2), MOVI(0, 0), EXIT(),
			MOV(7, 0), MOV(1, 6), LDMAP(2, stacks), MOVI(3, flags),
			CALL(get_stackid),
			LDX(EBPF_DW, 1, 7, 0), MOV(2, 1),
			INSN(EBPF_ALU64 | EBPF_AND | EBPF_K, 2, 0, 0, 15),
			INSN(EBPF_ALU64 | EBPF_LSH | EBPF_K, 2, 0, 0, 3),
			INSN(EBPF_ALU64 | EBPF_ADD | EBPF_X, 2, 7, 0, 0),
			STX(EBPF_DW, 2, 8, 0), ADDI(1, 1), STX(EBPF_DW, 7, 0, 1),
			MOVI(0, 0), EXIT(),
		};
		load(insns, ARRAY_SIZE(insns), EBPF_PROG_TYPE_KPROBE);
	});
	at = attach(&p, prog);
	for (i = 0; i < STACKS; i++)
		user_outer(i % (STACKS - 2));
	memset(&ids, 0, sizeof(ids));
	map_lookup(map, &key, &ids);
	close(at);
	close(prog);
	close(stacks);
	close(map);
	return ids;
}

static void compare_map(const char *what, u64 flags, u32 map_flags)
{
	struct ids ids[2];
	int i;

	/* Both from the same line: it is on the stacks. */
	for (i = 0; i < 2; i++) {
		native = !i;
		ids[i] = ids_of(flags | EBPF_F_USER_STACK, map_flags);
	}
	if (tap_ok(ids[0].cnt == STACKS && !memcmp(&ids[0], &ids[1], sizeof(ids[0])),
		   "%s: ids and refusals are Linux's", what))
		return;
	for (i = 0; i < STACKS; i++)
		tap_diag("%d: Linux %lld, the module %lld", i, (long long)ids[0].id[i],
			 (long long)ids[1].id[i]);
}

int main(void)
{
	size_t i;

	if (!native_is_6_1()) {
		tap_skip("only Linux 6.1 can be asked");
		return tap_end();
	}
	maps_open();
	btf = btf__parse("/sys/kernel/btf/vmlinux", NULL);
	if (!tap_ok(ksyms_read() && btf, "BTF and names of this kernel"))
		return tap_end();
	for (i = 0; i < ARRAY_SIZE(places); i++)
		compare(&places[i]);
	compare_map("stack map", 0, 0);
	compare_map("stack map, fast", EBPF_F_FAST_STACK_CMP, 0);
	compare_map("stack map, reuse", EBPF_F_REUSE_STACKID, 0);
	compare_map("stack map, fast, reuse", EBPF_F_FAST_STACK_CMP | EBPF_F_REUSE_STACKID, 0);
	compare_map("stack map of build ids", 0, EBPF_F_STACK_BUILD_ID);
	compare_map("stack map of build ids, reuse", EBPF_F_REUSE_STACKID, EBPF_F_STACK_BUILD_ID);
	btf__free(btf);
	return tap_end();
}
