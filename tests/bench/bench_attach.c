// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a hit costs: a system call is made many times without and with a program
 * on the way, natively and through ebpfdrv. Programs are empty or count in a
 * per-cpu array.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <ebpfdrv/ebpfdrv.h>
#include "backend.h"

#define HITS	2000

#define INSN(c, d, s, o, i) \
	((struct bpf_insn){ .code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i) })

static char log_buf[65536];

/* One way to attach. @where: function, tracepoint; @open fills the event. */
struct hook {
	const char *name;
	int prog_type;
	const char *where;
	uint64_t ret;		/* return probe */
	uint64_t offset;
	void (*hit)(void);
	int (*attach)(enum backend b, const struct hook *h, int prog);
	int attach_type;	/* of TRACING programs */
	uint64_t period;	/* ns from sample to sample, which no hit() makes */
};

static int load(enum backend b, const struct hook *h, const struct bpf_insn *insns, int cnt)
{
	union bpf_attr attr;
	long fd;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = h->prog_type;
	if (h->attach_type) {
		attr.expected_attach_type = h->attach_type;
		attr.attach_btf_id = libbpf_find_vmlinux_btf_id(h->where, h->attach_type);
	}
	attr.insns = (uintptr_t)insns;
	attr.insn_cnt = cnt;
	attr.license = (uintptr_t)"GPL";
	attr.log_buf = (uintptr_t)log_buf;
	attr.log_size = sizeof(log_buf);
	attr.log_level = 1;
	fd = backend_bpf(b, BPF_PROG_LOAD, &attr, sizeof(attr));
	if (fd < 0)
		bench_fail("load on side %d: %s\n%s", b, strerror(errno), log_buf);
	return fd;
}

static int load_empty(enum backend b, const struct hook *h)
{
	const struct bpf_insn insns[] = {
		INSN(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0),
		INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
	};

	return load(b, h, insns, 2);
}

static int load_counting(enum backend b, const struct hook *h)
{
	union bpf_attr attr;
	int map;

	memset(&attr, 0, sizeof(attr));
	attr.map_type = BPF_MAP_TYPE_PERCPU_ARRAY;
	attr.key_size = 4;
	attr.value_size = 8;
	attr.max_entries = 1;
	map = backend_bpf(b, BPF_MAP_CREATE, &attr, sizeof(attr));
	if (map < 0) {
		bench_fail("map on side %d: %s", b, strerror(errno));
		return -1;
	}
	const struct bpf_insn insns[] = {
		INSN(BPF_ST | BPF_MEM | BPF_W, 10, 0, -4, 0),
		INSN(BPF_ALU64 | BPF_MOV | BPF_X, 2, 10, 0, 0),
		INSN(BPF_ALU64 | BPF_ADD | BPF_K, 2, 0, 0, -4),
		INSN(BPF_LD | BPF_DW | BPF_IMM, 1, BPF_PSEUDO_MAP_FD, 0, map),
		INSN(0, 0, 0, 0, 0),
		INSN(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_map_lookup_elem),
		INSN(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 3, 0),
		INSN(BPF_LDX | BPF_MEM | BPF_DW, 1, 0, 0, 0),
		INSN(BPF_ALU64 | BPF_ADD | BPF_K, 1, 0, 0, 1),
		INSN(BPF_STX | BPF_MEM | BPF_DW, 0, 1, 0, 0),
		INSN(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0),
		INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
	};
	int fd = load(b, h, insns, sizeof(insns) / sizeof(insns[0]));

	close(map);
	return fd;
}

static int number_in(const char *path)
{
	FILE *f = fopen(path, "r");
	int n = -1;

	if (f && fscanf(f, "%d", &n) != 1)
		n = -1;
	if (f)
		fclose(f);
	return n;
}

static int pmu_type(enum backend b, int ours, const char *native)
{
	char path[128];

	if (b == EBPFDRV)
		return ours;
	snprintf(path, sizeof(path), "/sys/bus/event_source/devices/%s/type", native);
	return number_in(path);
}

static int tracepoint_id(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "/sys/kernel/debug/tracing/events/%s/id", name);
	return number_in(path);
}

static int attach_event(enum backend b, struct perf_event_attr *attr, int prog)
{
	int fd;

	attr->size = sizeof(*attr);
	fd = backend_perf_event_open(b, attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	if (fd < 0)
		return -1;
	if (ioctl(fd, PERF_EVENT_IOC_SET_BPF, prog) || ioctl(fd, PERF_EVENT_IOC_ENABLE, 0)) {
		close(fd);
		return -1;
	}
	return fd;
}

static int attach_kprobe(enum backend b, const struct hook *h, int prog)
{
	struct perf_event_attr attr = {
		.type = pmu_type(b, EBPFDRV_PERF_TYPE_KPROBE, "kprobe"),
		.config = h->ret,
		.config1 = (uintptr_t)h->where,
		.config2 = h->offset,
	};

	return attach_event(b, &attr, prog);
}

static int attach_tracepoint(enum backend b, const struct hook *h, int prog)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT,
		.config = tracepoint_id(h->where),
		.sample_period = 1,
		.wakeup_events = 1,
	};

	return attach_event(b, &attr, prog);
}

static int attach_raw_tp(enum backend b, const struct hook *h, int prog)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	if (!h->attach_type)
		attr.raw_tracepoint.name = (uintptr_t)h->where;
	attr.raw_tracepoint.prog_fd = prog;
	return backend_bpf(b, BPF_RAW_TRACEPOINT_OPEN, &attr, sizeof(attr));
}

/* What the uprobe is on. */
static __attribute__((noinline)) void probed_function(void)
{
	__asm__ volatile("nop; nop");
}

/* Offset of @function in this program's file. */
static uint64_t file_offset(const void *function)
{
	unsigned long start, end, off, addr = (unsigned long)function;
	FILE *maps = fopen("/proc/self/maps", "r");
	char line[512], perms[8];
	uint64_t res = 0;

	while (maps && fgets(line, sizeof(line), maps))
		if (sscanf(line, "%lx-%lx %7s %lx", &start, &end, perms, &off) == 4 &&
		    addr >= start && addr < end)
			res = addr - start + off;
	if (maps)
		fclose(maps);
	return res;
}

static int attach_uprobe(enum backend b, const struct hook *h, int prog)
{
	struct perf_event_attr attr = {
		.type = pmu_type(b, EBPFDRV_PERF_TYPE_UPROBE, "uprobe"),
		.config = h->ret,
		.config1 = (uintptr_t)"/proc/self/exe",
		.config2 = file_offset(probed_function),
	};
	char path[256];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (n < 0)
		return -1;
	path[n] = '\0';
	attr.config1 = (uintptr_t)path;
	return attach_event(b, &attr, prog);
}

static void hit_getppid(void)
{
	syscall(SYS_getppid);
}

/* Nothing, from /dev/null. */
static void hit_read(void)
{
	static int fd = -1;
	char c;

	if (fd < 0)
		fd = open("/dev/null", O_RDONLY);
	syscall(SYS_read, fd, &c, 1);
}

/* An ignored signal to nobody's harm: signal:signal_generate. */
static void hit_signal(void)
{
	kill(getpid(), SIGURG);
}

static int attach_software(enum backend b, const struct hook *h, int prog)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.config = h->offset,
		.sample_period = h->period ? h->period : 1,
	};

	return attach_event(b, &attr, prog);
}

/* One page fault. */
static void hit_page(void)
{
	static volatile char *page;

	if (!page)
		page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	madvise((void *)page, 4096, MADV_DONTNEED);
	*page = 1;
}

/* Some time in user space. */
static void hit_work(void)
{
	volatile int i;

	for (i = 0; i < 20000; i++)
		;
}

static const struct hook hooks[] = {
	{ "kprobe", BPF_PROG_TYPE_KPROBE, "__x64_sys_getppid", 0, 0, hit_getppid,
	  attach_kprobe, 0, 0 },
	{ "kprobe-inside", BPF_PROG_TYPE_KPROBE, "__x64_sys_getppid", 0, 5, hit_getppid,
	  attach_kprobe, 0, 0 },
	{ "kretprobe", BPF_PROG_TYPE_KPROBE, "__x64_sys_getppid", 1, 0, hit_getppid,
	  attach_kprobe, 0, 0 },
	{ "tracepoint-syscall", BPF_PROG_TYPE_TRACEPOINT, "syscalls/sys_enter_getppid", 0, 0,
	  hit_getppid, attach_tracepoint, 0, 0 },
	{ "tracepoint-other", BPF_PROG_TYPE_TRACEPOINT, "signal/signal_generate", 0, 0,
	  hit_signal, attach_tracepoint, 0, 0 },
	{ "raw_tp", BPF_PROG_TYPE_RAW_TRACEPOINT, "sys_enter", 0, 0, hit_getppid, attach_raw_tp,
	  0, 0 },
	{ "tp_btf", BPF_PROG_TYPE_TRACING, "sys_enter", 0, 0, hit_getppid, attach_raw_tp,
	  BPF_TRACE_RAW_TP, 0 },
	{ "fentry", BPF_PROG_TYPE_TRACING, "vfs_read", 0, 0, hit_read, attach_raw_tp,
	  BPF_TRACE_FENTRY, 0 },
	{ "fexit", BPF_PROG_TYPE_TRACING, "vfs_read", 0, 0, hit_read, attach_raw_tp,
	  BPF_TRACE_FEXIT, 0 },
	/* On the way of every read. */
	{ "fmod_ret", BPF_PROG_TYPE_TRACING, "security_file_permission", 0, 0, hit_read,
	  attach_raw_tp, BPF_MODIFY_RETURN, 0 },
	{ "uprobe", BPF_PROG_TYPE_KPROBE, NULL, 0, 0, probed_function, attach_uprobe, 0, 0 },
	{ "uretprobe", BPF_PROG_TYPE_KPROBE, NULL, 1, 0, probed_function, attach_uprobe, 0, 0 },
	{ "page-faults", BPF_PROG_TYPE_PERF_EVENT, NULL, 0, PERF_COUNT_SW_PAGE_FAULTS, hit_page,
	  attach_software, 0, 0 },
	{ "cpu-clock", BPF_PROG_TYPE_PERF_EVENT, NULL, 0, PERF_COUNT_SW_CPU_CLOCK, hit_work,
	  attach_software, 0, 100000 },
};

static double per_hit(const struct hook *h)
{
	double best = 1e18, cost;
	unsigned long long start;
	int i, tries;

	for (tries = 0; tries < 5; tries++) {
		start = bench_now();
		for (i = 0; i < HITS; i++)
			h->hit();
		cost = (double)(bench_now() - start) / HITS;
		best = cost < best ? cost : best;
	}
	return best;
}

static double cost_of(enum backend b, const struct hook *h, int prog)
{
	double before = per_hit(h), with;
	int fd = h->attach(b, h, prog);

	if (fd < 0) {
		bench_fail("%s on side %d: %s", h->name, b, strerror(errno));
		return 0;
	}
	/* Kprobes are optimised a little later, where they are. */
	sleep(1);
	with = per_hit(h);
	close(fd);
	if (h->period)
		return (with - before) * h->period / with;
	return with - before;
}

static void bench(const struct hook *h, const char *kind,
		  int (*loader)(enum backend b, const struct hook *h))
{
	double costs[NR_BACKENDS];
	char row[64];
	int b, prog;

	for (b = 0; b < NR_BACKENDS; b++) {
		prog = loader(b, h);
		if (prog < 0)
			return;
		costs[b] = cost_of(b, h, prog);
		close(prog);
	}
	snprintf(row, sizeof(row), "%s %s", h->name, kind);
	bench_row(row, costs[NATIVE], costs[EBPFDRV]);
}

/* Rows whose names begin as one of @names. */
static bool wanted(const struct hook *h, char *const *names)
{
	for (; *names; names++)
		if (!strncmp(h->name, *names, strlen(*names)))
			return true;
	return false;
}

int main(int argc, char **argv)
{
	unsigned int i;

	backend_init();
	signal(SIGURG, SIG_IGN);
	for (i = 0; i < sizeof(hooks) / sizeof(hooks[0]); i++) {
		if (argc > 1 && !wanted(&hooks[i], argv + 1))
			continue;
		bench(&hooks[i], "empty", load_empty);
		bench(&hooks[i], "count", load_counting);
	}
	return bench_end("attach");
}
