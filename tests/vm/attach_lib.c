// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include "attach_lib.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_CPUS	256
#define MAX_INSNS	64

static int drv = -1;

static void die(const char *what)
{
	printf("# %s: %s\n", what, strerror(errno));
	exit(1);
}

void drv_open(void)
{
	drv = open(EBPFDRV_DEVICE_PATH, O_RDWR | O_CLOEXEC);
	if (drv < 0)
		die(EBPFDRV_DEVICE_PATH);
}

void drv_close(void)
{
	close(drv);
	drv = -1;
}

int drv_bpf(int cmd, union ebpf_attr *attr)
{
	struct ebpfdrv_bpf req = {
		.cmd = cmd,
		.size = sizeof(*attr),
		.attr = (uintptr_t)attr,
	};

	return ioctl(drv, EBPFDRV_IOC_BPF, &req);
}

int drv_perf_open(struct perf_event_attr *attr, pid_t pid, int cpu, unsigned long flags)
{
	struct ebpfdrv_perf_event_open req = {
		.attr = (uintptr_t)attr,
		.flags = flags,
		.pid = pid,
		.cpu = cpu,
		.group_fd = -1,
	};

	return ioctl(drv, EBPFDRV_IOC_PERF_EVENT_OPEN, &req);
}

struct ebpfdrv_stats drv_stats(void)
{
	struct ebpfdrv_stats stats;

	if (ioctl(drv, EBPFDRV_IOC_STATS, &stats))
		die("EBPFDRV_IOC_STATS");
	return stats;
}

/*
 * Programs
 */

struct asm_prog {
	struct ebpf_insn insn[MAX_INSNS];
	int n;
};

static void emit(struct asm_prog *p, uint8_t code, uint8_t dst, uint8_t src, int16_t off,
		 int32_t imm)
{
	p->insn[p->n].code = code;
	p->insn[p->n].dst_reg = dst;
	p->insn[p->n].src_reg = src;
	p->insn[p->n].off = off;
	p->insn[p->n].imm = imm;
	p->n++;
}

static void mov_imm(struct asm_prog *p, int dst, int32_t imm)
{
	emit(p, EBPF_ALU64 | EBPF_MOV | EBPF_K, dst, 0, 0, imm);
}

static void mov_reg(struct asm_prog *p, int dst, int src)
{
	emit(p, EBPF_ALU64 | EBPF_MOV | EBPF_X, dst, src, 0, 0);
}

static void add_imm(struct asm_prog *p, int dst, int32_t imm)
{
	emit(p, EBPF_ALU64 | EBPF_ADD | EBPF_K, dst, 0, 0, imm);
}

static void load(struct asm_prog *p, int size, int dst, int src, int16_t off)
{
	emit(p, EBPF_LDX | EBPF_MEM | size, dst, src, off, 0);
}

static void store(struct asm_prog *p, int size, int dst, int16_t off, int src)
{
	emit(p, EBPF_STX | EBPF_MEM | size, dst, src, off, 0);
}

static void call(struct asm_prog *p, int func)
{
	emit(p, EBPF_JMP | EBPF_CALL, 0, 0, 0, func);
}

static void map_fd(struct asm_prog *p, int dst, int fd)
{
	emit(p, EBPF_LD | EBPF_DW | EBPF_IMM, dst, EBPF_PSEUDO_MAP_FD, 0, fd);
	emit(p, 0, 0, 0, 0, 0);
}

static void end(struct asm_prog *p)
{
	mov_imm(p, 0, 0);
	emit(p, EBPF_JMP | EBPF_EXIT, 0, 0, 0, 0);
}

/* r6 = ctx; ends the program in other processes than @tgid. */
static void prologue(struct asm_prog *p, uint32_t tgid)
{
	mov_reg(p, 6, 1);
	if (!tgid)
		return;
	call(p, EBPF_FUNC_get_current_pid_tgid);
	emit(p, EBPF_ALU64 | EBPF_RSH | EBPF_K, 0, 0, 0, 32);
	emit(p, EBPF_JMP | EBPF_JEQ | EBPF_K, 0, 0, 2, tgid);
	end(p);
}

/* r7 = this CPU's value in @map, with its first word counted up; r0 = 0. */
static void count_up(struct asm_prog *p, int map)
{
	emit(p, EBPF_ST | EBPF_MEM | EBPF_W, 10, 0, -4, 0);
	mov_reg(p, 2, 10);
	add_imm(p, 2, -4);
	map_fd(p, 1, map);
	call(p, EBPF_FUNC_map_lookup_elem);
	emit(p, EBPF_JMP | EBPF_JNE | EBPF_K, 0, 0, 2, 0);
	end(p);
	mov_reg(p, 7, 0);
	load(p, EBPF_DW, 1, 7, 0);
	add_imm(p, 1, 1);
	store(p, EBPF_DW, 7, 0, 1);
}

static char verifier_log[1 << 16];

uint32_t load_expected_attach_type;

static int load_prog(const struct asm_prog *p, uint32_t type)
{
	union ebpf_attr attr;
	int fd;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = type;
	attr.expected_attach_type = load_expected_attach_type;
	attr.insns = (uintptr_t)p->insn;
	attr.insn_cnt = p->n;
	attr.license = (uintptr_t)"GPL";
	attr.log_buf = (uintptr_t)verifier_log;
	attr.log_size = sizeof(verifier_log);
	attr.log_level = 1;
	fd = drv_bpf(EBPF_PROG_LOAD, &attr);
	if (fd < 0) {
		fputs(verifier_log, stdout);
		die("PROG_LOAD");
	}
	return fd;
}

static int make_map(uint32_t type, uint32_t value_size, uint32_t max_entries)
{
	union ebpf_attr attr;
	int fd;

	memset(&attr, 0, sizeof(attr));
	attr.map_type = type;
	attr.key_size = 4;
	attr.value_size = value_size;
	attr.max_entries = max_entries;
	fd = drv_bpf(EBPF_MAP_CREATE, &attr);
	if (fd < 0)
		die("MAP_CREATE");
	return fd;
}

int make_event_array(void)
{
	return make_map(EBPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, MAX_CPUS);
}

int event_array_set(int map, uint32_t cpu, int event)
{
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_fd = map;
	attr.key = (uintptr_t)&cpu;
	attr.value = (uintptr_t)&event;
	return drv_bpf(EBPF_MAP_UPDATE_ELEM, &attr);
}

/* The first word of a struct bpf_perf_event_value on the stack; the errno when the
 * helper gives one.
 */
static void load_counter(struct asm_prog *p, int map)
{
	if (map >= 0) {
		map_fd(p, 1, map);
		emit(p, EBPF_ALU | EBPF_MOV | EBPF_K, 2, 0, 0, -1);
		mov_reg(p, 3, 10);
		add_imm(p, 3, -64);
		mov_imm(p, 4, 24);
		call(p, EBPF_FUNC_perf_event_read_value);
	} else {
		mov_reg(p, 1, 6);
		mov_reg(p, 2, 10);
		add_imm(p, 2, -64);
		mov_imm(p, 3, 24);
		call(p, EBPF_FUNC_perf_prog_read_value);
	}
	mov_reg(p, 1, 0);
	emit(p, EBPF_JMP | EBPF_JNE | EBPF_K, 0, 0, 1, 0);
	load(p, EBPF_DW, 1, 10, -64);
}

/* The value to keep into r1. */
static void load_value(struct asm_prog *p, enum counter_what what, uint32_t arg)
{
	switch (what) {
	case COUNT_ONLY:
		mov_imm(p, 1, 0);
		break;
	case COUNT_CTX_U64:
	case COUNT_MAX_CTX_U64:
		load(p, EBPF_DW, 1, 6, arg);
		break;
	case COUNT_CTX_U32:
		load(p, EBPF_W, 1, 6, arg);
		break;
	case COUNT_READ_VALUE:
		load_counter(p, arg);
		break;
	case COUNT_PROG_VALUE:
		load_counter(p, -1);
		break;
	case COUNT_OVERRIDE:
		mov_reg(p, 1, 6);
		mov_imm(p, 2, arg);
		call(p, EBPF_FUNC_override_return);
		mov_reg(p, 1, 0);
		break;
	case COUNT_BUFFER_U32:
		load(p, EBPF_DW, 1, 6, 0);
		load(p, EBPF_W, 1, 1, arg);
		break;
	case COUNT_HELPER:
		mov_reg(p, 1, 6);
		call(p, arg);
		mov_reg(p, 1, 0);
		break;
	}
}

void counter_make(struct counter *c, uint32_t prog_type, uint32_t tgid,
		  enum counter_what what, uint32_t arg)
{
	struct asm_prog p = { .n = 0 };

	c->map = make_map(EBPF_MAP_TYPE_PERCPU_ARRAY, 16, 1);
	prologue(&p, tgid);
	count_up(&p, c->map);
	load_value(&p, what, arg);
	if (what == COUNT_MAX_CTX_U64) {
		load(&p, EBPF_DW, 2, 7, 8);
		emit(&p, EBPF_JMP | EBPF_JGE | EBPF_X, 2, 1, 1, 0);
	}
	store(&p, EBPF_DW, 7, 8, 1);
	end(&p);
	c->prog = load_prog(&p, prog_type);
}

void counter_close(struct counter *c)
{
	close(c->prog);
	close(c->map);
}

struct counter_cell {
	uint64_t hits;
	uint64_t value;
};

static void counter_read(const struct counter *c, struct counter_cell *cells)
{
	union ebpf_attr attr;
	uint32_t key = 0;

	memset(&attr, 0, sizeof(attr));
	memset(cells, 0, MAX_CPUS * sizeof(*cells));
	attr.map_fd = c->map;
	attr.key = (uintptr_t)&key;
	attr.value = (uintptr_t)cells;
	if (drv_bpf(EBPF_MAP_LOOKUP_ELEM, &attr))
		die("MAP_LOOKUP_ELEM");
}

uint64_t counter_hits(const struct counter *c, int cpu)
{
	struct counter_cell cells[MAX_CPUS];
	uint64_t sum = 0;
	int i;

	counter_read(c, cells);
	for (i = 0; i < MAX_CPUS; i++)
		if (cpu == -1 || cpu == i)
			sum += cells[i].hits;
	return sum;
}

uint64_t counter_value_on(const struct counter *c, int cpu)
{
	struct counter_cell cells[MAX_CPUS];
	int i, most = 0;

	counter_read(c, cells);
	for (i = 1; i < MAX_CPUS; i++)
		if (cells[i].hits > cells[most].hits)
			most = i;
	return cells[cpu == -1 ? most : cpu].value;
}

uint64_t counter_value(const struct counter *c)
{
	return counter_value_on(c, -1);
}

void sender_make(struct sender *s, uint32_t prog_type, uint32_t tgid, uint32_t size, int events)
{
	struct asm_prog p = { .n = 0 };
	uint32_t off;

	s->map = make_map(EBPF_MAP_TYPE_PERCPU_ARRAY, 16, 1);
	s->events = events >= 0 ? dup(events) : make_event_array();
	prologue(&p, tgid);
	count_up(&p, s->map);
	load(&p, EBPF_DW, 1, 7, 0);
	store(&p, EBPF_DW, 10, -256, 1);
	mov_imm(&p, 1, 0x5a5a5a5a);
	for (off = 8; off < 64; off += 4)
		store(&p, EBPF_W, 10, -256 + off, 1);
	mov_reg(&p, 1, 6);
	map_fd(&p, 2, s->events);
	/* BPF_F_CURRENT_CPU */
	emit(&p, EBPF_ALU | EBPF_MOV | EBPF_K, 3, 0, 0, -1);
	mov_reg(&p, 4, 10);
	add_imm(&p, 4, -256);
	mov_imm(&p, 5, size);
	call(&p, EBPF_FUNC_perf_event_output);
	store(&p, EBPF_DW, 7, 8, 0);
	end(&p);
	s->prog = load_prog(&p, prog_type);
}

int tail_caller_make(uint32_t prog_type, int target, int *prog_array)
{
	struct asm_prog p = { .n = 0 };

	*prog_array = make_map(EBPF_MAP_TYPE_PROG_ARRAY, 4, 1);
	map_fd(&p, 2, *prog_array);
	mov_imm(&p, 3, 0);
	call(&p, EBPF_FUNC_tail_call);
	end(&p);
	if (event_array_set(*prog_array, 0, target))
		die("PROG_ARRAY");
	return load_prog(&p, prog_type);
}

int sender_set(const struct sender *s, uint32_t cpu, int event)
{
	return event_array_set(s->events, cpu, event);
}

void sender_close(struct sender *s)
{
	close(s->prog);
	close(s->events);
	close(s->map);
}

/*
 * Attaching
 */

int event_set_prog(int event, int prog)
{
	return ioctl(event, PERF_EVENT_IOC_SET_BPF, prog);
}

int event_enable(int event)
{
	return ioctl(event, PERF_EVENT_IOC_ENABLE, 0);
}

int event_disable(int event)
{
	return ioctl(event, PERF_EVENT_IOC_DISABLE, 0);
}

int link_perf(int prog, int event, uint64_t cookie)
{
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.link_create.prog_fd = prog;
	attr.link_create.target_fd = event;
	attr.link_create.attach_type = EBPF_PERF_EVENT;
	attr.link_create.perf_event.bpf_cookie = cookie;
	return drv_bpf(EBPF_LINK_CREATE, &attr);
}

int link_multi(int prog, uint32_t flags, const char *func)
{
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.link_create.prog_fd = prog;
	attr.link_create.attach_type = EBPF_TRACE_KPROBE_MULTI;
	attr.link_create.kprobe_multi.flags = flags;
	attr.link_create.kprobe_multi.cnt = 1;
	attr.link_create.kprobe_multi.syms = (uintptr_t)&func;
	return drv_bpf(EBPF_LINK_CREATE, &attr);
}

int link_raw_tp(int prog, const char *name)
{
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.raw_tracepoint.name = (uintptr_t)name;
	attr.raw_tracepoint.prog_fd = prog;
	return drv_bpf(EBPF_RAW_TRACEPOINT_OPEN, &attr);
}

/*
 * Events
 */

int open_kprobe(const char *symbol, uint64_t offset, bool ret)
{
	struct perf_event_attr attr = {
		.type = EBPFDRV_PERF_TYPE_KPROBE,
		.size = sizeof(attr),
		.config = ret ? EBPFDRV_PERF_PROBE_RETURN : 0,
		.config1 = (uintptr_t)symbol,
		.config2 = offset,
	};

	return drv_perf_open(&attr, -1, 0, PERF_FLAG_FD_CLOEXEC);
}

int open_kprobe_any(const char *const *symbols, bool ret)
{
	int fd = -1;

	for (; fd < 0 && *symbols; symbols++)
		fd = open_kprobe(*symbols, 0, ret);
	return fd;
}

const char *getppid_func(void)
{
	const char *const *name;
	int fd;

	for (name = sys_getppid_names; *name; name++) {
		fd = open_kprobe(*name, 0, false);
		if (fd < 0)
			continue;
		close(fd);
		return *name;
	}
	return NULL;
}

const char *const sys_getppid_names[] = {
	"__x64_sys_getppid", "SyS_getppid", "sys_getppid", NULL,
};

int open_uprobe(const char *path, uint64_t offset, bool ret, pid_t pid)
{
	struct perf_event_attr attr = {
		.type = EBPFDRV_PERF_TYPE_UPROBE,
		.size = sizeof(attr),
		.config = ret ? EBPFDRV_PERF_PROBE_RETURN : 0,
		.config1 = (uintptr_t)path,
		.config2 = offset,
	};

	return drv_perf_open(&attr, pid, pid == -1 ? 0 : -1, PERF_FLAG_FD_CLOEXEC);
}

static int tracepoint_id(const char *system, const char *name)
{
	static const char *const dirs[] = { "/sys/kernel/tracing", "/sys/kernel/debug/tracing" };
	char path[256];
	unsigned int i;
	FILE *f;
	int id;

	for (i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/events/%s/%s/id", dirs[i], system, name);
		f = fopen(path, "r");
		if (!f)
			continue;
		if (fscanf(f, "%d", &id) != 1)
			id = -1;
		fclose(f);
		return id;
	}
	return -1;
}

int open_tracepoint(const char *system, const char *name)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT,
		.size = sizeof(attr),
		.config = tracepoint_id(system, name),
	};

	return drv_perf_open(&attr, -1, 0, PERF_FLAG_FD_CLOEXEC);
}

int open_output(int cpu, uint32_t wakeup_events)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_BPF_OUTPUT,
		.sample_type = PERF_SAMPLE_RAW,
		.wakeup_events = wakeup_events,
	};

	return drv_perf_open(&attr, -1, cpu, PERF_FLAG_FD_CLOEXEC);
}

/*
 * Workload
 */

int cpus_online(void)
{
	return sysconf(_SC_NPROCESSORS_ONLN);
}

bool write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return ok;
}

bool cpu1_set(bool online)
{
	return write_text("/sys/devices/system/cpu/cpu1/online", online ? "1" : "0");
}

bool kprobes_set(bool on)
{
	return write_text("/sys/kernel/debug/kprobes/enabled", on ? "1" : "0");
}

bool ftrace_set(bool on)
{
	return write_text("/proc/sys/kernel/ftrace_enabled", on ? "1" : "0");
}

void pin_to(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("sched_setaffinity");
}

void call_getppid(int n)
{
	while (n--)
		syscall(SYS_getppid);
}

void run_true(void)
{
	pid_t pid = fork();

	if (!pid) {
		execl("/bin/true", "true", NULL);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, NULL, 0) != pid)
		die("/bin/true");
}
