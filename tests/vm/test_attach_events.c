// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events of ftrace's: probes made by hand in tracefs, programs that are there already, and what
 * is counted. Where the kernel's own bpf(2) is of use it is asked the same.
 *
 * harness: timeout=300 nobpf=no faults=no sources=attach_lib.c
 */
#define _GNU_SOURCE
#include "addr_lib.h"
#include "attach_lib.h"
#include "tap.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define REGS_AX		80	/* in struct pt_regs */
#define REGS_DI		112

#define IOC_REFRESH	_IO('$', 2)
#define IOC_FILTER	_IOW('$', 6, char *)

enum side { NATIVE, OURS };
static const char *const side_names[] = { "Linux", "we" };
static int drv;
static bool has_native;		/* its bpf(2) */

static char exe[PATH_MAX];
static unsigned long long offset;	/* of probed() in the file */
static const char *func;		/* behind getppid(2) */

__attribute__((noinline, noclone)) static int probed(int n)
{
	__asm__ volatile("" : "+r"(n));
	return n * 3;
}

/*
 * Both sides
 */

static int load(enum side side, uint32_t type, int ret)
{
	struct ebpf_insn insn[2] = {
		{ .code = EBPF_ALU64 | EBPF_MOV | EBPF_K, .imm = ret },
		{ .code = EBPF_JMP | EBPF_EXIT },
	};
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = type;
	attr.insns = (uintptr_t)insn;
	attr.insn_cnt = 2;
	attr.license = (uintptr_t)"GPL";
	if (side == OURS)
		return drv_bpf(EBPF_PROG_LOAD, &attr);
	return syscall(321, EBPF_PROG_LOAD, &attr, 64);
}

static int open_side(enum side side, const struct perf_event_attr *from, pid_t pid, int cpu)
{
	struct perf_event_attr attr = *from;

	if (side == OURS)
		return drv_perf_open(&attr, pid, cpu, 0);
	return syscall(SYS_perf_event_open, &attr, pid, cpu, -1, 0);
}

static uint64_t count_of(int event)
{
	uint64_t words[4] = { 0 };

	return read(event, words, sizeof(words)) > 0 ? words[0] : ~0ULL;
}

static const char *tracefs(const char *file)
{
	static char path[256];

	snprintf(path, sizeof(path), "/sys/kernel/tracing/%s", file);
	if (access(path, F_OK))
		snprintf(path, sizeof(path), "/sys/kernel/debug/tracing/%s", file);
	return path;
}

static long id_of(const char *name)
{
	char file[128], text[32] = "";
	long id = -1;
	int fd;

	snprintf(file, sizeof(file), "events/%s/id", name);
	fd = open(tracefs(file), O_RDONLY);
	if (fd >= 0 && read(fd, text, sizeof(text) - 1) > 0)
		id = atol(text);
	close(fd);
	return id;
}

static struct perf_event_attr attr_of(const char *name)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT,
		.size = sizeof(attr),
		.config = id_of(name),
	};

	return attr;
}

/*
 * By hand
 */

static struct probe {
	const char *file;
	const char *name;
	char kind;		/* p or r */
	bool user;
	uint32_t fd_type;
	uint32_t what;		/* of the registers */
	char made[PATH_MAX + 64];
} probes[] = {
	{ "kprobe_events", "evt/k", 'p', false, EBPF_FD_TYPE_KPROBE, REGS_DI, "" },
	{ "kprobe_events", "evt/kr", 'r', false, EBPF_FD_TYPE_KRETPROBE, REGS_AX, "" },
	{ "uprobe_events", "evt/u", 'p', true, EBPF_FD_TYPE_UPROBE, REGS_DI, "" },
	{ "uprobe_events", "evt/ur", 'r', true, EBPF_FD_TYPE_URETPROBE, REGS_AX, "" },
	/* Groups that bear names of others. */
	{ "kprobe_events", "syscalls/evt", 'p', false, EBPF_FD_TYPE_KPROBE, REGS_DI, "" },
	{ "kprobe_events", "raw_syscalls/evt", 'p', false, EBPF_FD_TYPE_KPROBE, REGS_DI, "" },
};

#define NR_PROBES	(sizeof(probes) / sizeof(probes[0]))

static bool probe_make(struct probe *p)
{
	if (p->user)
		snprintf(p->made, sizeof(p->made), "%c:%s %s:0x%llx\n", p->kind, p->name, exe, offset);
	else
		snprintf(p->made, sizeof(p->made), "%c:%s %s\n", p->kind, p->name, func);
	return write_text(tracefs(p->file), p->made);
}

static bool probe_remove(const struct probe *p)
{
	char text[128];

	snprintf(text, sizeof(text), "-:%s\n", p->name);
	return write_text(tracefs(p->file), text);
}

static int set_answer(enum side side, const struct perf_event_attr *attr, uint32_t type)
{
	int prog = load(side, type, 0);
	int ev = open_side(side, attr, -1, 0);
	int ret = prog < 0 || ev < 0 ? -1000 : event_set_prog(ev, prog) ? -errno : 0;

	close(ev);
	close(prog);
	return ret;
}

/* Which programs they take. */
static void test_probe_types(const struct probe *p)
{
	static const uint32_t types[] = {
		EBPF_PROG_TYPE_KPROBE, EBPF_PROG_TYPE_TRACEPOINT, EBPF_PROG_TYPE_PERF_EVENT,
		EBPF_PROG_TYPE_RAW_TRACEPOINT,
	};
	struct perf_event_attr attr = attr_of(p->name);
	size_t i;
	int ours;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		ours = set_answer(OURS, &attr, types[i]);
		tap_eq(ours, i ? -EINVAL : 0, "%s: a program of type %u is %s", p->name, types[i],
		       i ? "refused" : "taken");
		if (has_native)
			tap_eq(ours, set_answer(NATIVE, &attr, types[i]), "as by Linux");
	}
}

static void hit(const struct probe *p, int n)
{
	int i, sum = 0;

	if (!p->user) {
		call_getppid(n);
		return;
	}
	for (i = 0; i < n; i++)
		sum += probed(1000 + i);
	__asm__ volatile("" : : "r"(sum));
}

static void test_fd_query(const struct probe *p, int ev)
{
	char name[64] = "";
	union ebpf_attr attr;
	int ret;

	memset(&attr, 0, sizeof(attr));
	attr.task_fd_query.pid = getpid();
	attr.task_fd_query.fd = ev;
	attr.task_fd_query.buf = (uintptr_t)name;
	attr.task_fd_query.buf_len = sizeof(name);
	ret = drv_bpf(EBPF_TASK_FD_QUERY, &attr);
	tap_ok(!ret && attr.task_fd_query.fd_type == p->fd_type,
	       "TASK_FD_QUERY tells what it is (%u, %s)", attr.task_fd_query.fd_type, name);
}

static void test_probe_hits(const struct probe *p)
{
	struct perf_event_attr attr = attr_of(p->name);
	struct counter c;
	int ev, cpu, cpus = cpus_online(), parent = getppid();
	uint64_t value;

	counter_make(&c, EBPF_PROG_TYPE_KPROBE, getpid(), COUNT_CTX_U64, p->what);
	ev = open_side(OURS, &attr, -1, 0);
	tap_eq(event_set_prog(ev, c.prog), 0, "%s: a program is attached", p->name);
	for (cpu = 0; cpu < cpus; cpu++) {
		pin_to(cpu);
		hit(p, 25);
		tap_eq(counter_hits(&c, cpu), 25, "each hit on CPU %d is seen", cpu);
	}
	value = counter_value_on(&c, 0);
	if (p->kind == 'r')
		tap_eq((uint32_t)value, p->user ? 3 * 1024 : (uint32_t)parent,
		       "with the result in the registers");
	else if (p->user)
		tap_eq((uint32_t)value, 1024, "with the argument in the registers");
	test_fd_query(p, ev);
	tap_ok(!probe_remove(p) && errno == EBUSY, "it cannot be removed meanwhile: EBUSY");
	close(ev);
	hit(p, 10);
	tap_eq(counter_hits(&c, -1), 25 * cpus, "nothing after close");
	counter_close(&c);
}

static uint64_t address_of(const char *symbol)
{
	unsigned long long addr;
	char line[512], name[256];
	FILE *f = fopen("/proc/kallsyms", "r");
	uint64_t found = 0;

	while (f && !found && fgets(line, sizeof(line), f))
		if (sscanf(line, "%llx %*c %255s", &addr, name) == 2 && !strcmp(name, symbol))
			found = addr;
	if (f)
		fclose(f);
	return found;
}

/* Helpers of the probed function, and of a uprobe's task. */
static void test_probe_more(void)
{
	struct perf_event_attr attr;
	struct counter c;
	pid_t child;
	int ev, i;

	pin_to(0);
	for (i = 0; i < 2; i++) {
		attr = attr_of(probes[i].name);
		counter_make(&c, EBPF_PROG_TYPE_KPROBE, getpid(), COUNT_HELPER,
			     EBPF_FUNC_get_func_ip);
		ev = open_side(OURS, &attr, -1, 0);
		event_set_prog(ev, c.prog);
		call_getppid(3);
		tap_eq(counter_value(&c), address_of(func), "%s: get_func_ip tells the function",
		       probes[i].name);
		close(ev);
		counter_close(&c);
	}
	attr = attr_of("evt/u");
	counter_make(&c, EBPF_PROG_TYPE_KPROBE, 0, COUNT_ONLY, 0);
	child = fork();
	if (!child) {
		pause();
		_exit(0);
	}
	ev = open_side(OURS, &attr, child, -1);
	tap_eq(event_set_prog(ev, c.prog), 0, "a uprobe of one process");
	hit(&probes[2], 5);
	tap_eq(counter_hits(&c, -1), 0, "is not hit in another");
	close(ev);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	counter_close(&c);
}

static void test_probes(void)
{
	size_t i;

	for (i = 0; i < NR_PROBES; i++)
		if (!probe_make(&probes[i]))
			tap_ok(false, "%s takes %s", probes[i].file, probes[i].made);
	for (i = 0; i < NR_PROBES; i++) {
		test_probe_types(&probes[i]);
		test_probe_hits(&probes[i]);
	}
	test_probe_more();
	for (i = 0; i < NR_PROBES; i++)
		tap_ok(probe_remove(&probes[i]), "%s is removed", probes[i].name);
}

/*
 * One program twice
 */

static void test_twice_on(enum side side, const struct perf_event_attr *attr, uint32_t type,
			  int want, const char *what)
{
	int prog = load(side, type, 0), other = load(side, type, 0);
	int a = open_side(side, attr, -1, 0), b = open_side(side, attr, -1, 0);

	tap_ok(prog >= 0 && a >= 0 && !event_set_prog(a, prog), "%s: %s: a program",
	       side_names[side], what);
	tap_eq(event_set_prog(b, prog) ? -errno : 0, want, "and again on another event");
	if (want) {
		tap_eq(event_set_prog(b, other), 0, "another program is taken");
		close(b);
		b = open_side(side, attr, -1, 0);
		close(a);
		a = -1;
		tap_eq(event_set_prog(b, prog), 0, "and the program where it was closed");
	}
	close(a);
	close(b);
	close(prog);
	close(other);
}

static long kprobe_type(void)
{
	char text[32] = "";
	int fd = open("/sys/bus/event_source/devices/kprobe/type", O_RDONLY);
	long type = -1;

	if (fd >= 0 && read(fd, text, sizeof(text) - 1) > 0)
		type = atol(text);
	close(fd);
	return type;
}

static void test_twice(void)
{
	struct perf_event_attr exec = attr_of("sched/sched_process_exec");
	struct perf_event_attr call = attr_of("syscalls/sys_enter_getppid");
	struct perf_event_attr probe = {
		.type = EBPFDRV_PERF_TYPE_KPROBE,
		.size = sizeof(probe),
		.config1 = (uintptr_t)func,
	};
	enum side side;

	for (side = has_native ? NATIVE : OURS; side <= OURS; side++) {
		test_twice_on(side, &exec, EBPF_PROG_TYPE_TRACEPOINT, -EEXIST, "a tracepoint");
		test_twice_on(side, &call, EBPF_PROG_TYPE_TRACEPOINT, -EEXIST, "a system call");
		probe.type = side == OURS ? EBPFDRV_PERF_TYPE_KPROBE : kprobe_type();
		test_twice_on(side, &probe, EBPF_PROG_TYPE_KPROBE, 0, "a kprobe");
	}
}

static void test_twice_link(void)
{
	struct perf_event_attr exec = attr_of("sched/sched_process_exec");
	int prog = load(OURS, EBPF_PROG_TYPE_TRACEPOINT, 0);
	int a = open_side(OURS, &exec, -1, 0), b = open_side(OURS, &exec, -1, 0);
	int link = link_perf(prog, a, 0);

	tap_ok(link >= 0 && link_perf(prog, b, 0) == -1 && errno == EEXIST,
	       "links: the second one EEXIST");
	close(link);
	link = link_perf(prog, b, 0);
	tap_ok(link >= 0, "until the first is closed");
	close(link);
	close(a);
	close(b);
	close(prog);
}

/*
 * Counts
 */

/* 10 hits on CPU 0, 20 on CPU 1, 5 on CPU 0 by a child. */
static void work(void)
{
	pid_t child;

	pin_to(0);
	call_getppid(10);
	pin_to(cpus_online() > 1);
	call_getppid(20);
	pin_to(0);
	child = fork();
	if (!child) {
		call_getppid(5);
		_exit(0);
	}
	waitpid(child, NULL, 0);
}

static void test_count(const char *what, const struct perf_event_attr *native,
		       const struct perf_event_attr *ours, pid_t pid, int cpu, const char *filter,
		       uint64_t want)
{
	int n = open_side(NATIVE, native, pid, cpu), o = open_side(OURS, ours, pid, cpu);

	if (filter) {
		int err_n = ioctl(n, IOC_FILTER, filter) ? -errno : 0;
		int err_o = ioctl(o, IOC_FILTER, filter) ? -errno : 0;

		tap_ok(!err_n && !err_o, "%s: a filter is set", what);
		tap_ok(ioctl(o, IOC_FILTER, filter) == -1 && errno == EEXIST,
		       "a second one: EEXIST");
	}
	work();
	tap_eq(count_of(n), want, "%s: Linux counts", what);
	tap_eq(count_of(o), want, "%s: and we", what);
	ioctl(n, PERF_EVENT_IOC_RESET, 0);
	ioctl(o, PERF_EVENT_IOC_RESET, 0);
	event_disable(n);
	event_disable(o);
	work();
	/* Linux forgets nothing of children that are gone. */
	tap_ok((native->inherit || !count_of(n)) && !count_of(o),
	       "%s: reset and switched off, nothing", what);
	event_enable(n);
	event_enable(o);
	work();
	tap_eq(count_of(o), want, "%s: on again", what);
	close(n);
	close(o);
}

/* Kernels before 4.5 would free the copies that children count with. */
static bool inherits(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_TASK_CLOCK,
		.inherit = 1,
	};
	int ev = open_side(OURS, &attr, 0, -1);

	close(ev);
	return ev >= 0;
}

static void test_counts(const char *what, struct perf_event_attr native,
			struct perf_event_attr ours, bool filters)
{
	char filter[64], name[96];

	snprintf(name, sizeof(name), "%s, CPU 0", what);
	test_count(name, &native, &ours, -1, 0, NULL, cpus_online() > 1 ? 15 : 35);
	if (cpus_online() > 1) {
		snprintf(name, sizeof(name), "%s, CPU 1", what);
		test_count(name, &native, &ours, -1, 1, NULL, 20);
	}
	snprintf(name, sizeof(name), "%s, this task", what);
	test_count(name, &native, &ours, 0, -1, NULL, 30);
	if (!filters)
		return;
	snprintf(name, sizeof(name), "%s, filtered", what);
	snprintf(filter, sizeof(filter), "common_pid != %d", getpid());
	test_count(name, &native, &ours, -1, 0, filter, 5);
	if (!inherits())
		return;
	native.inherit = ours.inherit = 1;
	snprintf(name, sizeof(name), "%s, this task and its children", what);
	test_count(name, &native, &ours, 0, -1, NULL, 35);
}

static void test_all_counts(void)
{
	struct perf_event_attr call = attr_of("syscalls/sys_enter_getppid");
	struct perf_event_attr native = {
		.type = kprobe_type(),
		.size = sizeof(native),
		.config1 = (uintptr_t)func,
	};
	struct perf_event_attr ours = native;

	if ((long long)call.config >= 0)
		test_counts("a system call", call, call, true);
	ours.type = EBPFDRV_PERF_TYPE_KPROBE;
	if (kprobe_type() >= 0)
		test_counts("a kprobe", native, ours, false);
	probe_make(&probes[0]);
	call = attr_of(probes[0].name);
	test_counts("a probe by hand", call, call, true);
	usleep(300000);
	tap_ok(probe_remove(&probes[0]), "it is removed");
}

/* What a program returns decides whether a hit counts, for all events of a tracepoint. */
static void test_verdict(enum side side, struct perf_event_attr attr, uint32_t type,
			 const char *what)
{
	int ret, prog, ev, ev2;

	pin_to(0);
	for (ret = 0; ret < 4; ret++) {
		prog = load(side, type, ret);
		ev = open_side(side, &attr, -1, 0);
		event_set_prog(ev, prog);
		call_getppid(10);
		tap_eq(count_of(ev), ret & 1 ? 10 : 0, "%s, %s: where a program returns %d",
		       side_names[side], what, ret);
		ev2 = open_side(side, &attr, -1, 0);
		call_getppid(10);
		tap_eq(count_of(ev2), type == EBPF_PROG_TYPE_KPROBE || ret & 1 ? 10 : 0,
		       "and by another event");
		close(ev);
		close(ev2);
		close(prog);
	}
}

static void test_verdicts(void)
{
	struct perf_event_attr call = attr_of("syscalls/sys_enter_getppid");
	struct perf_event_attr probe = {
		.size = sizeof(probe),
		.config1 = (uintptr_t)func,
	};
	enum side side;

	for (side = has_native ? NATIVE : OURS; side <= OURS; side++) {
		if ((long long)call.config >= 0)
			test_verdict(side, call, EBPF_PROG_TYPE_TRACEPOINT, "a system call");
		probe.type = side == OURS ? EBPFDRV_PERF_TYPE_KPROBE : kprobe_type();
		test_verdict(side, probe, EBPF_PROG_TYPE_KPROBE, "a kprobe");
	}
}

static int open_in_group(enum side side, const struct perf_event_attr *from, int leader)
{
	struct perf_event_attr attr = *from;
	struct ebpfdrv_perf_event_open req = {
		.attr = (uintptr_t)&attr,
		.pid = -1,
		.cpu = 0,
		.group_fd = leader,
	};

	if (side == OURS)
		return ioctl(drv, EBPFDRV_IOC_PERF_EVENT_OPEN, &req);
	return syscall(SYS_perf_event_open, &attr, -1, 0, leader, 0);
}

/* One leads the others: ply switches all its probes on at once by it. */
static void test_group_on(enum side side)
{
	struct perf_event_attr attr = attr_of("syscalls/sys_enter_getppid");
	struct { uint64_t nr, value[6]; } words = { 0, { 0 } };
	uint64_t id[3] = { 0 };
	const char *who = side_names[side];
	int fd[3], i;

	pin_to(0);
	attr.disabled = 1;
	attr.read_format = PERF_FORMAT_GROUP | PERF_FORMAT_ID;
	for (i = 0; i < 3; i++) {
		fd[i] = open_in_group(side, &attr, i ? fd[0] : -1);
		ioctl(fd[i], PERF_EVENT_IOC_ID, &id[i]);
	}
	tap_ok(fd[0] >= 0 && fd[1] >= 0 && fd[2] >= 0, "%s: a group of three", who);
	tap_ok(open_in_group(side, &attr, fd[1]) == -1 && errno == EINVAL,
	       "%s: a member leads none: EINVAL", who);
	tap_eq(ioctl(fd[1], PERF_EVENT_IOC_ENABLE, 1), 0, "%s: switched on by one", who);
	call_getppid(7);
	tap_eq(read(fd[0], &words, sizeof(words)), 56, "%s: and read by one", who);
	tap_ok(words.nr == 3 && words.value[0] == 7 && words.value[2] == 7 && words.value[4] == 7,
	       "%s: all have counted", who);
	tap_ok(words.value[1] == id[0] && words.value[3] == id[1] && words.value[5] == id[2],
	       "%s: in order", who);
	tap_ok(read(fd[0], &words, 24) == -1 && errno == ENOSPC, "%s: with less room: ENOSPC", who);
	tap_eq(ioctl(fd[0], PERF_EVENT_IOC_RESET, 1), 0, "%s: reset together", who);
	tap_eq(ioctl(fd[0], PERF_EVENT_IOC_DISABLE, 1), 0, "%s: switched off together", who);
	call_getppid(7);
	tap_ok(read(fd[2], &words, sizeof(words)) == 56 && !words.value[0] && !words.value[4],
	       "%s: nothing more", who);
	close(fd[0]);
	/* 3.10 does not do that yet. */
	tap_ok((side == NATIVE && !has_native) ||
	       (read(fd[2], &words, sizeof(words)) == 24 && words.nr == 1 && words.value[1] == id[2]),
	       "%s: without its leader each is alone", who);
	close(fd[1]);
	close(fd[2]);
}

static void test_groups(void)
{
	if (id_of("syscalls/sys_enter_getppid") < 0) {
		tap_skip("the kernel has no syscalls:*");
		return;
	}
	test_group_on(NATIVE);
	test_group_on(OURS);
}

/* An event that ends by itself after so many samples. */
static void test_refresh(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_CPU_CLOCK,
		.sample_period = 1000000,
		.disabled = 1,
	};
	struct counter c;
	int ev, i;

	pin_to(0);
	counter_make(&c, EBPF_PROG_TYPE_PERF_EVENT, 0, COUNT_ONLY, 0);
	ev = open_side(OURS, &attr, -1, 0);
	event_set_prog(ev, c.prog);
	tap_eq(ioctl(ev, IOC_REFRESH, 3), 0, "REFRESH: three samples");
	for (i = 0; i < 400 && counter_hits(&c, -1) < 3; i++)
		usleep(10000);
	usleep(100000);
	tap_eq(counter_hits(&c, -1), 3, "and no more");
	event_enable(ev);
	for (i = 0; i < 400 && counter_hits(&c, -1) < 6; i++)
		usleep(10000);
	tap_ok(counter_hits(&c, -1) >= 6, "until it is switched on");
	close(ev);
	counter_close(&c);
}

int main(void)
{
	int prog;

	drv_open();
	drv = open(EBPFDRV_DEVICE_PATH, O_RDWR | O_CLOEXEC);
	offset = own_offset(probed, exe, sizeof(exe));
	func = getppid_func();
	prog = load(NATIVE, EBPF_PROG_TYPE_KPROBE, 0);
	has_native = prog >= 0 && kprobe_type() >= 0;
	close(prog);
	if (!tap_ok(func, "getppid can be probed"))
		return tap_end();
	test_probes();
	test_twice();
	test_twice_link();
	test_all_counts();
	test_verdicts();
	test_groups();
	test_refresh();
	return tap_end();
}
