// SPDX-License-Identifier: GPL-2.0-only
/*
 * Everything at once: programs of all kinds come and go on functions that all CPUs run,
 * their owners are killed with SIGKILL wherever they are, maps change under them, a CPU
 * goes and comes back, and nothing of it may be left in the end: no object, no memory,
 * no report of the kernel. Made for a debug kernel (make check-debug), short elsewhere.
 *
 * STRESS_SECONDS=N in the environment: for how long (15). STRESS_SEED=N.
 *
 * harness: timeout=700 faults=no
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <linux/perf_event.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <ebpfdrv/bpf.h>
#include <ebpfdrv/ebpfdrv.h>

#include "own_module.h"
#include "tap.h"
#include "test_stress.h"

#define DEFAULT_SECONDS	15
#define OWNERS		3	/* through libbpf and the shim */
#define RAW_OWNERS	1	/* by ioctl */
#define NR_OWNERS	(OWNERS + RAW_OWNERS)
#define MAX_LINKS	64
#define PINS		8
#define PIN_DIR		"/tmp/ebpfdrv-stress"
#define PHASE_SECONDS	30	/* at least, until an owner is killed wherever it is */
#define OVER_SECONDS	300	/* at least, for what has not been seen when time is over */
#define SETTLE_STEPS	600
#define SETTLE_STEP_US	100000

/* Where an owner is, for the count of what it was killed in. */
enum phase {
	STARTING,
	LOADING,
	ATTACHING,
	RUNNING,
	CLOSING,
	NR_PHASES,
};

static const char *const phase_names[] = {
	"starting", "loading", "attaching", "running", "closing",
};

static const char *const kind_names[NR_KINDS] = {
	"kprobe", "kretprobe", "tracepoint", "raw tracepoint", "fentry", "fexit", "uprobe",
	"uretprobe", "perf sampling",
};

/* In a file that all processes map. */
struct shared {
	uint32_t phase[NR_OWNERS];
	uint64_t loads, raw_loads, attached[NR_KINDS], refused[NR_KINDS], hits[NR_KINDS];
	uint64_t updates, pins, offline, load_rounds;
	char error[256];	/* the first that should not have been */
};

static struct shared *shared;

#define count(what)	((void)__atomic_fetch_add(&shared->what, 1, __ATOMIC_RELAXED))

static void unexpected(const char *fmt, ...)
{
	char text[sizeof(shared->error)];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (!shared->error[0])
		memcpy(shared->error, text, sizeof(text));
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec * 1e-9;
}

static uint64_t rnd_state;

static uint32_t rnd(uint32_t n)
{
	rnd_state = rnd_state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)(rnd_state >> 33) % n;
}

static bool shared_map(const char *path, bool create)
{
	int fd = open(path, O_RDWR | (create ? O_CREAT | O_TRUNC : 0), 0600);

	if (fd < 0 || (create && ftruncate(fd, sizeof(*shared))))
		return false;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	return shared != MAP_FAILED;
}

static void write_to(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0)
		return;
	if (write(fd, text, strlen(text)) < 0)
		errno = 0;	/* the reader of the file sees what came of it */
	close(fd);
}

/*
 * Load: what the programs are attached to
 */
__attribute__((noinline)) int stress_target(int n)
{
	__asm__ volatile("" : "+r"(n));
	return n + 1;
}

static void load_once(void)
{
	int fds[2], fd, i;
	char c[64];

	if (!pipe(fds)) {
		if (write(fds[1], "x", 1) == 1 && read(fds[0], c, 1) != 1)
			unexpected("pipe: %s", strerror(errno));
		close(fds[0]);
		close(fds[1]);
	}
	fd = open("/dev/zero", O_RDONLY);
	for (i = 0; i < 4; i++) {
		if (read(fd, c, sizeof(c)) != sizeof(c))
			unexpected("read: %s", strerror(errno));
		getppid();
		if (stress_target(i) != i + 1)
			unexpected("a probed function gives another result");
	}
	close(fd);
}

static void *load_thread(void *arg)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((intptr_t)arg, &set);
	for (;;) {
		/* The CPU may be away just now. */
		sched_setaffinity(0, sizeof(set), &set);
		load_once();
		count(load_rounds);
		usleep(100);
	}
	return NULL;
}

static void load_forks(void)
{
	for (;;) {
		pid_t pid = fork();

		if (!pid) {
			execl("/bin/true", "true", NULL);
			_exit(1);
		}
		waitpid(pid, NULL, 0);
		usleep(20000);
	}
}

static void run_load(void)
{
	long cpu, cpus = sysconf(_SC_NPROCESSORS_CONF);
	pthread_t thread;

	for (cpu = 0; cpu < cpus; cpu++)
		pthread_create(&thread, NULL, load_thread, (void *)cpu);
	load_forks();
}

static void run_hotplug(void)
{
	const char *path = "/sys/devices/system/cpu/cpu1/online";

	for (;;) {
		char c = '1';
		int fd;

		write_to(path, "0");
		fd = open(path, O_RDONLY);
		if (fd >= 0 && read(fd, &c, 1) == 1 && c == '0')
			count(offline);
		close(fd);
		usleep(300000);
		write_to(path, "1");
		usleep(700000);
	}
}

/*
 * Owners through libbpf
 */
static struct bpf_object *obj;
static struct bpf_link *links[MAX_LINKS];
static int nr_links, owner_nr;
static volatile bool updating;

static void enter(enum phase phase)
{
	__atomic_store_n(&shared->phase[owner_nr], phase, __ATOMIC_RELAXED);
}

static const char *const functions[] = {
	"vfs_read", "vfs_write", "vfs_open", "pipe_read", "pipe_write", "fput", "do_exit",
	"try_to_wake_up", "get_task_mm", "mmput", "vfs_getattr", "wake_up_new_task",
};

static const char *const raw_tracepoints[] = {
	"sched_switch", "sched_wakeup", "sys_enter", "sys_exit", "sched_process_exit",
	"sched_process_fork",
};

static const char *const tracepoints[][2] = {
	{ "sched", "sched_switch" }, { "sched", "sched_process_exec" },
	{ "syscalls", "sys_enter_getppid" }, { "syscalls", "sys_exit_read" },
	{ "sched", "sched_process_exit" },
};

#define any_of(array)	((array)[rnd(sizeof(array) / sizeof((array)[0]))])

/* The kind that the section says. */
static int kind_of(const struct bpf_program *prog)
{
	static const char *const sections[NR_KINDS] = {
		"kprobe", "kretprobe", "tracepoint", "raw_tracepoint", "fentry", "fexit",
		"uprobe", "uretprobe", "perf_event",
	};
	int kind;

	for (kind = 0; kind < NR_KINDS; kind++)
		if (!strcmp(bpf_program__section_name(prog), sections[kind]))
			return kind;
	unexpected("section %s", bpf_program__section_name(prog));
	_exit(1);
}

static bool choose_programs(void)
{
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, obj) {
		int kind = kind_of(prog);

		if (rnd(3) == 0) {
			bpf_program__set_autoload(prog, false);
			continue;
		}
		/* vfs_read is there everywhere. */
		if ((kind == KIND_FENTRY || kind == KIND_FEXIT) &&
		    bpf_program__set_attach_target(prog, 0, any_of(functions)) &&
		    bpf_program__set_attach_target(prog, 0, "vfs_read")) {
			unexpected("no vfs_read in BTF");
			return false;
		}
	}
	return true;
}

static int open_sampler(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_CPU_CLOCK,
		.sample_period = 2000000,
	};

	return syscall(SYS_perf_event_open, &attr, -1, (int)rnd(2), -1, PERF_FLAG_FD_CLOEXEC);
}

static struct bpf_link *attach_sampler(const struct bpf_program *prog)
{
	struct bpf_link *link;
	int fd = open_sampler();

	/* The CPU may be away just now. */
	if (fd < 0)
		return NULL;
	link = bpf_program__attach_perf_event(prog, fd);
	if (!link)
		close(fd);
	return link;
}

static struct bpf_link *attach_uprobe(const struct bpf_program *prog, bool ret)
{
	LIBBPF_OPTS(bpf_uprobe_opts, opts, .func_name = "stress_target", .retprobe = ret);
	char self[512];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (len < 0)
		return NULL;
	self[len] = '\0';
	return bpf_program__attach_uprobe_opts(prog, -1, self, 0, &opts);
}

static struct bpf_link *attach(const struct bpf_program *prog, int kind)
{
	uint32_t i;

	switch (kind) {
	case KIND_KPROBE:
	case KIND_KRETPROBE:
		return bpf_program__attach_kprobe(prog, kind == KIND_KRETPROBE, any_of(functions));
	case KIND_TRACEPOINT:
		i = rnd(sizeof(tracepoints) / sizeof(tracepoints[0]));
		return bpf_program__attach_tracepoint(prog, tracepoints[i][0], tracepoints[i][1]);
	case KIND_RAW_TP:
		return bpf_program__attach_raw_tracepoint(prog, any_of(raw_tracepoints));
	case KIND_FENTRY:
	case KIND_FEXIT:
		return bpf_program__attach_trace(prog);
	case KIND_UPROBE:
	case KIND_URETPROBE:
		return attach_uprobe(prog, kind == KIND_URETPROBE);
	default:
		return attach_sampler(prog);
	}
}

static void attach_some(void)
{
	struct bpf_program *prog;
	struct bpf_link *link;
	int times;

	bpf_object__for_each_program(prog, obj) {
		int kind = kind_of(prog);

		if (!bpf_program__autoload(prog))
			continue;
		/* A tracing program can be on its function but once. */
		times = kind == KIND_FENTRY || kind == KIND_FEXIT ? 1 : 1 + rnd(3);
		for (; times && nr_links < MAX_LINKS; times--) {
			link = attach(prog, kind);
			if (link) {
				links[nr_links++] = link;
				count(attached[kind]);
			} else {
				count(refused[kind]);
			}
		}
	}
}

static void detach_some(bool all)
{
	while (nr_links && (all || rnd(8))) {
		int i = rnd(nr_links);

		bpf_link__destroy(links[i]);
		links[i] = links[--nr_links];
	}
}

static int map_fd(const char *name)
{
	return bpf_object__find_map_fd_by_name(obj, name);
}

/* Alongside the programs, on the same maps. */
static void *update_thread(void *arg)
{
	static const char *const names[] = { "hash", "growing", "lru", "percpu" };
	uint64_t value[2 * 64] = { 0 };
	uint32_t key = (intptr_t)arg, next;

	while (updating) {
		int fd = map_fd(names[key & 3]);

		key = key * 1103515245 + 12345;
		next = key >> 8 & 0x3ff;
		bpf_map_update_elem(fd, &next, value, 0);
		bpf_map_lookup_elem(fd, &next, value);
		if (bpf_map_get_next_key(fd, &next, &next))
			bpf_map_get_next_key(fd, NULL, &next);
		bpf_map_delete_elem(fd, &next);
		bpf_map_lookup_and_delete_elem(map_fd("queue"), NULL, value);
		count(updates);
	}
	return NULL;
}

static int ring_event(void *ctx, void *data, size_t size)
{
	uint64_t *v = data;

	if (size != 2 * sizeof(*v) || v[0] != v[1])
		unexpected("a record of the ring is %zu bytes, %llx %llx", size,
			   (unsigned long long)v[0], (unsigned long long)v[1]);
	return 0;
}

static void perf_event(void *ctx, int cpu, void *data, __u32 size)
{
	uint64_t *v = data;

	if (size < 2 * sizeof(*v) || v[0] != v[1])
		unexpected("a record of an event is %u bytes", size);
}

static void consume(int ms)
{
	struct ring_buffer *rb = ring_buffer__new(map_fd("ring"), ring_event, NULL, NULL);
	struct perf_buffer *pb = perf_buffer__new(map_fd("events"), 2, perf_event, NULL, NULL, NULL);
	double end = now() + ms / 1000.0;

	while (now() < end) {
		if (rb)
			ring_buffer__poll(rb, 10);
		if (pb)
			perf_buffer__poll(pb, 10);
		if (!rb && !pb)
			usleep(10000);
	}
	ring_buffer__free(rb);
	perf_buffer__free(pb);
}

static void pin_some(void)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), PIN_DIR "/%u", rnd(PINS));
	switch (rnd(4)) {
	case 0:
		unlink(path);
		break;
	case 1:
		fd = bpf_obj_get(path);
		if (fd >= 0)
			close(fd);
		break;
	default:
		fd = rnd(2) || !nr_links ? map_fd("hash") : bpf_link__fd(links[rnd(nr_links)]);
		if (!bpf_obj_pin(fd, path))
			count(pins);
	}
}

/* One that lives on with all descriptors when its parent is killed, and another that
 * makes a new program of itself.
 */
static void fork_some(void)
{
	if (fork() == 0) {
		detach_some(false);
		usleep(rnd(200000));
		_exit(0);
	}
	if (fork() == 0) {
		execl("/bin/sleep", "sleep", "0.1", NULL);
		_exit(1);
	}
}

static void add_hits(void)
{
	uint64_t values[64 * 2];
	uint32_t kind;
	int cpu;

	for (kind = 0; kind < NR_KINDS; kind++) {
		uint64_t sum = 0;

		memset(values, 0, sizeof(values));
		if (bpf_map_lookup_elem(map_fd("hits"), &kind, values))
			unexpected("hits: %s", strerror(errno));
		for (cpu = 0; cpu < 64; cpu++)
			sum += values[cpu];
		__atomic_fetch_add(&shared->hits[kind], sum, __ATOMIC_RELAXED);
	}
}

static int no_words(enum libbpf_print_level level, const char *fmt, va_list args)
{
	if (level == LIBBPF_WARN && getenv("STRESS_VERBOSE"))
		vprintf(fmt, args);
	return 0;
}

static void own_once(void)
{
	pthread_t threads[2];
	char path[4096];
	intptr_t i;

	enter(STARTING);
	snprintf(path, sizeof(path), "%s/test_stress.bpf.o", getenv("EBPFDRV_TEST_DIR"));
	obj = bpf_object__open_file(path, NULL);
	if (!obj || !choose_programs()) {
		unexpected("%s: %s", path, strerror(errno));
		_exit(1);
	}
	enter(LOADING);
	if (bpf_object__load(obj)) {
		unexpected("load: %s", strerror(errno));
		_exit(1);
	}
	count(loads);
	enter(ATTACHING);
	attach_some();
	enter(RUNNING);
	updating = true;
	for (i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, update_thread, (void *)i);
	if (rnd(2))
		fork_some();
	pin_some();
	consume(rnd(400));
	add_hits();
	detach_some(false);
	pin_some();
	consume(rnd(200));
	updating = false;
	for (i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	enter(CLOSING);
	detach_some(true);
	bpf_object__close(obj);
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}

static void run_owner(int nr, const char *seed)
{
	/* Its children have bpf(2) by inheritance, not their own. */
	unsetenv("LD_PRELOAD");
	owner_nr = nr;
	rnd_state = strtoull(seed, NULL, 0);
	libbpf_set_print(no_words);
	do {
		own_once();
	} while (!getenv("STRESS_ONCE"));
	_exit(0);
}

/*
 * Owners by ioctl: a program whose verification takes long, and maps
 */
static int drv = -1;

static int drv_bpf(int cmd, union ebpf_attr *attr)
{
	struct ebpfdrv_bpf req = {
		.cmd = cmd, .size = sizeof(*attr), .attr = (uintptr_t)attr,
	};

	return ioctl(drv, EBPFDRV_IOC_BPF, &req);
}

static struct ebpf_insn insn(uint8_t code, uint8_t dst, uint8_t src, int16_t off, int32_t imm)
{
	return (struct ebpf_insn){ .code = code, .dst_reg = dst, .src_reg = src, .off = off,
				   .imm = imm };
}

#define BRANCHES	8

/* Each branch leaves another value in a slot of the stack that is read in the end, so
 * that few states are equal.
 */
static int load_long(void)
{
	static struct ebpf_insn insns[4 * BRANCHES + 64];
	union ebpf_attr attr;
	int i, n = 0;

	insns[n++] = insn(EBPF_JMP | EBPF_CALL, 0, 0, 0, EBPF_FUNC_get_prandom_u32);
	insns[n++] = insn(EBPF_ALU64 | EBPF_MOV | EBPF_X, 6, 0, 0, 0);
	for (i = 1; i <= 16; i++)
		insns[n++] = insn(EBPF_ST | EBPF_MEM | EBPF_DW, 10, 0, -8 * i, 0);
	for (i = 0; i < BRANCHES; i++) {
		insns[n++] = insn(EBPF_ALU64 | EBPF_ADD | EBPF_K, 6, 0, 0, i);
		insns[n++] = insn(EBPF_JMP | EBPF_JSET | EBPF_K, 6, 0, 1, 1 << (i & 15));
		insns[n++] = insn(EBPF_ST | EBPF_MEM | EBPF_DW, 10, 0, -8 * (1 + i % 16), i + 1);
	}
	insns[n++] = insn(EBPF_ALU64 | EBPF_MOV | EBPF_K, 0, 0, 0, 0);
	for (i = 1; i <= 16; i++) {
		insns[n++] = insn(EBPF_LDX | EBPF_MEM | EBPF_DW, 1, 10, -8 * i, 0);
		insns[n++] = insn(EBPF_ALU64 | EBPF_ADD | EBPF_X, 0, 1, 0, 0);
	}
	insns[n++] = insn(EBPF_JMP | EBPF_EXIT, 0, 0, 0, 0);
	memset(&attr, 0, sizeof(attr));
	attr.prog_type = EBPF_PROG_TYPE_RAW_TRACEPOINT;
	attr.insns = (uintptr_t)insns;
	attr.insn_cnt = n;
	attr.license = (uintptr_t)"GPL";
	return drv_bpf(EBPF_PROG_LOAD, &attr);
}

static int make_map(uint32_t type, uint32_t value_size, uint32_t entries, uint32_t flags)
{
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_type = type;
	attr.key_size = 4;
	attr.value_size = value_size;
	attr.max_entries = entries;
	attr.map_flags = flags;
	return drv_bpf(EBPF_MAP_CREATE, &attr);
}

static void update_batch(int fd)
{
	static uint32_t keys[512], values[512 * 4];
	union ebpf_attr attr;
	uint32_t i;

	for (i = 0; i < 512; i++)
		keys[i] = rnd(4096);
	memset(&attr, 0, sizeof(attr));
	attr.batch.map_fd = fd;
	attr.batch.keys = (uintptr_t)keys;
	attr.batch.values = (uintptr_t)values;
	attr.batch.count = 512;
	drv_bpf(EBPF_MAP_UPDATE_BATCH, &attr);
	count(updates);
	attr.batch.count = 512;
	drv_bpf(EBPF_MAP_DELETE_BATCH, &attr);
}

static void *raw_update_thread(void *arg)
{
	void *page;
	int fd;

	for (;;) {
		fd = make_map(EBPF_MAP_TYPE_HASH, 16, 4096, rnd(2) ? EBPF_F_NO_PREALLOC : 0);
		update_batch(fd);
		close(fd);
		fd = make_map(EBPF_MAP_TYPE_ARRAY, 16, 4096, EBPF_F_MMAPABLE);
		page = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		if (page != MAP_FAILED) {
			memset(page, 1, 65536);
			if (rnd(2))
				munmap(page, 65536);
		}
		close(fd);
		usleep(1000);
	}
	return NULL;
}

static void run_raw_owner(int nr, const char *seed)
{
	pthread_t thread;
	int i, fd;

	owner_nr = nr;
	rnd_state = strtoull(seed, NULL, 0);
	drv = open(EBPFDRV_DEVICE_PATH, O_RDWR | O_CLOEXEC);
	if (drv < 0)
		_exit(1);
	/* Mappings are left to the end of the process, which comes soon. */
	pthread_create(&thread, NULL, raw_update_thread, NULL);
	for (i = 0; ; i++) {
		enter(LOADING);
		fd = load_long();
		if (fd < 0 && errno != E2BIG && errno != EAGAIN && errno != EINTR)
			unexpected("a long program: %s", strerror(errno));
		count(raw_loads);
		close(fd);
	}
}

/*
 * The one who keeps it going
 */
static char shared_path[64], self[512];

static pid_t start(const char *role, int nr, bool shim)
{
	char arg[16], seed[32];
	pid_t pid;

	snprintf(arg, sizeof(arg), "%d", nr);
	snprintf(seed, sizeof(seed), "%llu", (unsigned long long)rnd(1U << 31) << 20 | nr);
	pid = fork();
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (shim && getenv("EBPFDRV_SHIM"))
		setenv("LD_PRELOAD", getenv("EBPFDRV_SHIM"), 1);
	execl(self, self, role, shared_path, arg, seed, NULL);
	_exit(1);
}

static void stop(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static pid_t start_owner(int nr)
{
	shared->phase[nr] = STARTING;
	return nr < OWNERS ? start("owner", nr, true) : start("raw", nr, false);
}

static struct ebpfdrv_stats stats(void)
{
	struct ebpfdrv_stats s;

	if (ioctl(drv, EBPFDRV_IOC_STATS, &s))
		memset(&s, 0xff, sizeof(s));
	return s;
}

static bool same_objects(const struct ebpfdrv_stats *a, const struct ebpfdrv_stats *b)
{
	return a->maps == b->maps && a->progs == b->progs && a->btfs == b->btfs &&
	       a->links == b->links && a->events == b->events && a->jit_bytes == b->jit_bytes;
}

static void test_settles(const struct ebpfdrv_stats *before)
{
	struct ebpfdrv_stats s = stats();
	int i;

	for (i = 0; i < SETTLE_STEPS && !same_objects(&s, before); i++) {
		usleep(SETTLE_STEP_US);
		s = stats();
	}
	if (!tap_ok(same_objects(&s, before), "no object is left behind"))
		tap_diag("%lld maps, %lld programs, %lld BTFs, %lld links, %lld events, %lld bytes",
			 (long long)(s.maps - before->maps), (long long)(s.progs - before->progs),
			 (long long)(s.btfs - before->btfs), (long long)(s.links - before->links),
			 (long long)(s.events - before->events),
			 (long long)(s.jit_bytes - before->jit_bytes));
}

/* Everything that a busy machine may take long for happened once. */
static bool all_seen(const uint64_t *killed)
{
	int i;

	for (i = 0; i < NR_KINDS; i++)
		if (!shared->hits[i])
			return false;
	for (i = LOADING; i < NR_PHASES; i++)
		if (!killed[i])
			return false;
	return shared->raw_loads && shared->updates && shared->pins;
}

/* Waits until owner @nr is in the phase that it shall be killed in. @over: only what is
 * missing counts any more, so it is waited for however long the owner takes to get there, and
 * not left again by sleeping.
 */
static void wait_for_phase(int nr, uint32_t phase, bool over, double last, int seconds)
{
	double limit = now() + (seconds > 5 * PHASE_SECONDS ? seconds / 5 : PHASE_SECONDS);

	while (now() < last && (over || now() < limit) &&
	       __atomic_load_n(&shared->phase[nr], __ATOMIC_RELAXED) != phase)
		usleep(over ? 500 : 2000);
	usleep(rnd(over ? 2000 : 50000));
}

/* When time is over, what is still missing. */
static uint32_t choose_phase(int nr, const uint64_t *killed, bool over)
{
	uint32_t phase;

	if (nr >= OWNERS)
		return LOADING;
	for (phase = LOADING; over && phase < NR_PHASES; phase++)
		if (!killed[phase])
			return phase;
	return LOADING + rnd(NR_PHASES - LOADING);
}

static void stress(int seconds, uint64_t *killed, uint64_t *in_use)
{
	pid_t owners[NR_OWNERS], load_pid = start("load", 0, false);
	pid_t hotplug = start("hotplug", 0, false);
	double end = now() + seconds, last = end + 10 * seconds + OVER_SECONDS;
	bool over;
	int i;

	for (i = 0; i < NR_OWNERS; i++)
		owners[i] = start_owner(i);
	while (now() < end || (!all_seen(killed) && now() < last)) {
		over = now() >= end;
		i = rnd(NR_OWNERS);
		wait_for_phase(i, choose_phase(i, killed, over), over, last, seconds);
		killed[shared->phase[i]]++;
		stop(owners[i]);
		owners[i] = start_owner(i);
		*in_use += !is_busy(rmmod());
	}
	for (i = 0; i < NR_OWNERS; i++)
		stop(owners[i]);
	stop(hotplug);
	write_to("/sys/devices/system/cpu/cpu1/online", "1");
	stop(load_pid);
}

/* What is made at the first use and kept: tables of symbols and types, the code pool. */
static void warm_up(void)
{
	int status = -1, i;

	setenv("STRESS_ONCE", "1", 1);
	for (i = 0; i < 3; i++)
		waitpid(start_owner(i), &status, 0);
	unsetenv("STRESS_ONCE");
	tap_eq(status, 0, "one owner at a time comes to its end");
}

static void unpin(void)
{
	char path[64];
	int i;

	for (i = 0; i < PINS; i++) {
		snprintf(path, sizeof(path), PIN_DIR "/%d", i);
		unlink(path);
	}
	tap_eq(umount(PIN_DIR), 0, "the pins' file system goes");
	rmdir(PIN_DIR);
}

static void report(const uint64_t *killed)
{
	int i;

	for (i = 0; i < NR_PHASES; i++)
		tap_diag("%llu killed while %s", (unsigned long long)killed[i], phase_names[i]);
	for (i = 0; i < NR_KINDS; i++)
		tap_diag("%s: %llu attached, %llu refused, %llu runs", kind_names[i],
			 (unsigned long long)shared->attached[i],
			 (unsigned long long)shared->refused[i],
			 (unsigned long long)shared->hits[i]);
	tap_diag("%llu objects and %llu long programs loaded, %llu updates, %llu pins, CPU 1 away %llu times, %llu rounds of load",
		 (unsigned long long)shared->loads, (unsigned long long)shared->raw_loads,
		 (unsigned long long)shared->updates, (unsigned long long)shared->pins,
		 (unsigned long long)shared->offline, (unsigned long long)shared->load_rounds);
}

/*
 * Memory. Bytes that the module has from vmalloc, by the callers' names.
 */
static long module_vmalloc(bool show)
{
	char line[512];
	long bytes, sum = 0;
	FILE *f = fopen("/proc/vmallocinfo", "r");

	while (f && fgets(line, sizeof(line), f)) {
		if (!strstr(line, "[ebpfdrv]") || strstr(line, "unpurged") ||
		    sscanf(line, "%*s %ld", &bytes) != 1)
			continue;
		sum += bytes;
		if (show)
			printf("# %s", line);
	}
	if (f)
		fclose(f);
	return sum;
}

/* Live per-CPU allocations of the whole kernel, or -1 (PERCPU_STATS). */
static long percpu_live(void)
{
	char line[256];
	long n = -1;
	FILE *f = fopen("/sys/kernel/debug/percpu_stats", "r");

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, " nr_cur_alloc : %ld", &n) == 1)
			break;
	if (f)
		fclose(f);
	return n;
}

/*
 * Pages that code of the module got, by the kernel's page_owner, each way to them apart.
 */
#define MAX_WAYS	1024
#define WAY_TEXT	1024

struct way {
	char *text;	/* the stack */
	long pages;
};

struct ways {
	struct way way[MAX_WAYS];
	int nr;
	long pages;	/* of all */
};

/* Slabs are shared, and kmemleak knows their objects; the depot of stacks and KASAN's
 * shadow, which is given back long after the memory, are the debug kernel's own; and tables
 * of its address space, also those that it splits a large page into, the kernel keeps.
 */
static bool page_is_others(const char *line)
{
	static const char *const marks[] = {
		"(slab|", "|slab|", "stack_depot_save", "kasan_populate_vmalloc",
		"kasan_alloc_module_shadow", "__change_page_attr", "__pte_alloc_kernel",
		"__pmd_alloc", "__pud_alloc",
	};
	unsigned int i;

	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (strstr(line, marks[i]))
			return true;
	return false;
}

static struct way *way_of(struct ways *ways, const char *text)
{
	int i;

	for (i = 0; i < ways->nr; i++)
		if (!strcmp(ways->way[i].text, text))
			return &ways->way[i];
	if (ways->nr == MAX_WAYS)
		return &ways->way[MAX_WAYS - 1];
	ways->way[ways->nr].text = strdup(text);
	return &ways->way[ways->nr++];
}

/* False without page_owner. */
static bool module_pages(struct ways *ways)
{
	FILE *f = fopen("/sys/kernel/debug/page_owner", "r");
	bool mine = false, other = false, any = false;
	char line[512], text[WAY_TEXT] = "";
	int order = 0;

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "Page allocated via order %d", &order) == 1) {
			any = true;
			mine = other = false;
			text[0] = '\0';
		} else if (line[0] != '\n') {
			other |= page_is_others(line);
			mine |= strstr(line, "[ebpfdrv]") != NULL;
			if (line[0] == ' ' && strlen(text) + strlen(line) + 2 < WAY_TEXT)
				strcat(strcat(text, "#"), line);
		} else {
			if (mine && !other) {
				way_of(ways, text)->pages += 1L << order;
				ways->pages += 1L << order;
			}
			mine = false;
		}
	}
	if (f)
		fclose(f);
	return any;
}

static void show_more_pages(const struct ways *before, struct ways *after)
{
	int i, k;

	for (i = 0; i < before->nr; i++)
		way_of(after, before->way[i].text)->pages -= before->way[i].pages;
	for (k = 0; k < 8; k++) {
		struct way *most = &after->way[0];

		for (i = 1; i < after->nr; i++)
			if (after->way[i].pages > most->pages)
				most = &after->way[i];
		if (!after->nr || most->pages <= 0)
			return;
		tap_diag("%ld more pages:\n%s", most->pages, most->text);
		most->pages = 0;
	}
}

struct memory {
	long vmalloc, percpu;
	bool has_pages;
	struct ways ways;
};

static void memory_now(struct memory *m)
{
	sync();
	usleep(1000000);
	m->vmalloc = module_vmalloc(false);
	m->percpu = percpu_live();
	m->has_pages = module_pages(&m->ways);
}

/* Other parts of the kernel have per-CPU counters that come and go with processes. */
#define PERCPU_SLACK	16

static void test_memory(const struct memory *a)
{
	static struct memory b;

	memory_now(&b);
	tap_diag("module's vmalloc %ld -> %ld bytes, pages %ld -> %ld, per-CPU objects %ld -> %ld",
		 a->vmalloc, b.vmalloc, a->ways.pages, b.ways.pages, a->percpu, b.percpu);
	if (!tap_ok(b.vmalloc <= a->vmalloc, "the module's vmalloc is what it was"))
		module_vmalloc(true);
	if (a->percpu >= 0)
		tap_ok(b.percpu <= a->percpu + PERCPU_SLACK, "so are per-CPU objects");
	if (a->has_pages && !tap_ok(b.ways.pages <= a->ways.pages, "and its pages"))
		show_more_pages(&a->ways, &b.ways);
}

#define KMEMLEAK	"/sys/kernel/debug/kmemleak"

/* No object is reported by the first scan that sees it: that one only notes what is in
 * it, to know in the next whether somebody still writes there.
 */
static void test_kmemleak(const char *when)
{
	char line[256];
	int lines = 0;
	FILE *f;

	if (access(KMEMLEAK, W_OK))
		return;
	/* An object must be 5 s old. */
	sleep(6);
	write_to(KMEMLEAK, "scan");
	write_to(KMEMLEAK, "scan");
	f = fopen(KMEMLEAK, "r");
	while (f && fgets(line, sizeof(line), f))
		if (lines++ < 60)
			printf("# %s", line);
	if (f)
		fclose(f);
	tap_eq(lines, 0, "kmemleak finds nothing %s", when);
}

static int run_all(void)
{
	uint64_t killed[NR_PHASES] = { 0 }, unloaded = 0;
	const char *text = getenv("STRESS_SECONDS"), *seed = getenv("STRESS_SEED");
	int seconds = text && atoi(text) > 0 ? atoi(text) : DEFAULT_SECONDS, i;
	struct ebpfdrv_stats before;
	static struct memory memory;
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

	rnd_state = seed ? strtoull(seed, NULL, 0) : (uint64_t)time(NULL);
	tap_diag("%d s, STRESS_SEED=%llu", seconds, (unsigned long long)rnd_state);
	self[len > 0 ? len : 0] = '\0';
	snprintf(shared_path, sizeof(shared_path), "/tmp/ebpfdrv-stress.%d", getpid());
	drv = open(EBPFDRV_DEVICE_PATH, O_RDWR | O_CLOEXEC);
	mkdir(PIN_DIR, 0700);
	if (!tap_ok(drv >= 0 && shared_map(shared_path, true) &&
		    !mount("none", PIN_DIR, "ebpfdrvfs", 0, NULL), "device, pins, shared file"))
		return tap_end();
	write_to(KMEMLEAK, "clear");
	before = stats();
	warm_up();
	memory_now(&memory);

	stress(seconds, killed, &unloaded);
	report(killed);
	tap_ok(!shared->error[0], "nothing unexpected%s%s", shared->error[0] ? ": " : "",
	       shared->error);
	for (i = 0; i < NR_KINDS; i++)
		tap_ok(shared->attached[i] && shared->hits[i], "%s programs ran", kind_names[i]);
	for (i = LOADING; i < NR_PHASES; i++)
		tap_ok(killed[i], "owners were killed while %s", phase_names[i]);
	tap_ok(shared->raw_loads && shared->updates && shared->pins,
	       "others loaded, pinned and changed maps");
	tap_eq(unloaded, 0, "no unloading while it is in use");
	unpin();
	test_settles(&before);
	test_memory(&memory);
	test_kmemleak("when all is closed");
	close(drv);
	tap_eq(rmmod_within(60), 0, "the module goes");
	test_kmemleak("when it is gone");
	tap_eq(insmod(), 0, "and comes again");
	unlink(shared_path);
	return tap_end();
}

int main(int argc, char **argv)
{
	if (argc < 5)
		return run_all();
	if (!shared_map(argv[2], false))
		return 1;
	if (!strcmp(argv[1], "owner"))
		run_owner(atoi(argv[3]), argv[4]);
	if (!strcmp(argv[1], "raw"))
		run_raw_owner(atoi(argv[3]), argv[4]);
	if (!strcmp(argv[1], "hotplug"))
		run_hotplug();
	run_load();
	return 1;
}
