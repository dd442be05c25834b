// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hostile and unlucky use, by machine: processes of several threads make calls at random
 * on objects that they share, change the arguments while they are read, close descriptors
 * under each other, are killed, and a CPU goes and comes back. Where the module was built
 * for KCOV, inputs that reach new code are kept and bred from. No call may do more than
 * fail: what the kernel reports is this test's failure, as is a process that cannot be
 * killed and an object that stays.
 *
 * HOSTILE_SECONDS=N in the environment: for how long (15). HOSTILE_SEED=N: the choices
 * of that run again, if not its races. HOSTILE_CORPUS=DIR: inputs to begin with.
 * What new inputs were found is written to $VM_SHARE/corpus; what each thread was doing
 * last, to $VM_SHARE/hostile-last.
 *
 * harness: auto=no timeout=300 sources=hostile_input.c,hostile_bpf.c,hostile_prog.c,hostile_file.c
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <linux/types.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "hostile.h"
#include "ioctl_lib.h"
#include "tap.h"

#define DEFAULT_SECONDS	15
#define WORKERS		3
#define THREADS		3
#define WORKER_INPUTS	150	/* of one thread, then the process ends */
#define WORKER_SECONDS	60	/* longer than that it is killed */
#define GONE_SECONDS	200	/* until a killed process has to be gone */
#define FS_DIR		"/tmp/hostile-fs"

/* kcov's interface; its header is younger than some kernels */
#define KCOV_INIT_TRACE	_IOR('c', 1, unsigned long)
#define KCOV_ENABLE	_IO('c', 100)
#define KCOV_DISABLE	_IO('c', 101)
#define KCOV_TRACE_PC	0
#define KCOV_WORDS	(64 * 1024)
#define PC_BITS		20	/* of the table of what was reached */

int slots[SLOTS];
uint8_t *arena;
int device_fd = -1;
bool hostile_adopted;
struct hostile_counts *counts;
const char *const hostile_names[HK_NR] = {
	"maps made", "elements", "batches", "freezing and binding", "programs loaded", "test runs", "BTF",
	"information", "objects by number", "pins", "raw tracepoints", "links made", "link commands",
	"iterators", "perf events", "perf ioctls", "mappings", "file operations", "device ioctls",
};

static struct shared {
	uint64_t inputs, fresh, offline, killed;
	uint8_t seen[1 << PC_BITS];
} *shared;

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec * 1e-9;
}

static void *share(size_t size)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED) {
		perror("mmap");
		exit(1);
	}
	return at;
}

/*
 * What the calls get
 */
int some_fd(struct input *in)
{
	uint8_t how = in_u8(in);

	if (how < 240)
		return __atomic_load_n(&slots[how % SLOTS], __ATOMIC_RELAXED);
	if (how < 248)
		return device_fd;
	return how < 252 ? -1 : (int)in_edge(in);
}

void took(struct input *in, enum hostile_kind kind, long result, bool is_fd)
{
	int old;

	__atomic_fetch_add(&counts->calls[kind], 1, __ATOMIC_RELAXED);
	if (result < 0)
		return;
	__atomic_fetch_add(&counts->done[kind], 1, __ATOMIC_RELAXED);
	if (!is_fd)
		return;
	old = __atomic_exchange_n(&slots[in_below(in, SLOTS)], (int)result, __ATOMIC_ACQ_REL);
	if (old >= 0)
		close(old);
}

uint64_t some_memory(struct input *in, size_t size)
{
	uint8_t how = in_u8(in);

	if (how < 246)
		return (uintptr_t)arena + 64 * ((how * 61) % 1024) + (how & 8 ? how & 7 : 0);
	if (how < 252)	/* up to the end of what is there, and past it */
		return (uintptr_t)arena + ARENA_SIZE - size + (how < 250 ? 0 : 8);
	return in_edge(in);
}

/*
 * Coverage
 */
struct cover {
	int fd;
	unsigned long *pcs;
};

static bool cover_open(struct cover *c)
{
	c->fd = open("/sys/kernel/debug/kcov", O_RDWR | O_CLOEXEC);
	if (c->fd < 0)
		return false;
	/* A low number would be among those that calls guess at. */
	c->fd = fcntl(c->fd, F_DUPFD_CLOEXEC, 900);
	if (ioctl(c->fd, KCOV_INIT_TRACE, KCOV_WORDS))
		return false;
	c->pcs = mmap(NULL, KCOV_WORDS * sizeof(long), PROT_READ | PROT_WRITE, MAP_SHARED, c->fd, 0);
	return c->pcs != MAP_FAILED && !ioctl(c->fd, KCOV_ENABLE, KCOV_TRACE_PC);
}

static void cover_begin(struct cover *c)
{
	if (c->pcs)
		__atomic_store_n(&c->pcs[0], 0, __ATOMIC_RELAXED);
}

/* How many places are new. */
static unsigned int cover_end(struct cover *c)
{
	unsigned long n, i;
	unsigned int fresh = 0;

	if (!c->pcs)
		return 0;
	n = __atomic_load_n(&c->pcs[0], __ATOMIC_RELAXED);
	for (i = 1; i <= n && i < KCOV_WORDS; i++) {
		uint8_t *seen = &shared->seen[(c->pcs[i] ^ c->pcs[i] >> PC_BITS) & ((1 << PC_BITS) - 1)];

		if (*seen)
			continue;
		*seen = 1;
		fresh++;
	}
	return fresh;
}

/*
 * Workers
 */
struct thread {
	struct rng rng;
	int log_fd;	/* where the input under way is written down; -1: nowhere */
	unsigned int nr;
};

static void run_input(const uint8_t *data, size_t len)
{
	struct input in = { data, len, 0 };

	while (!in_end(&in)) {
		uint8_t what = in_u8(&in) % 16;

		if (what < 9)
			hostile_bpf(&in);
		else if (what < 11)
			hostile_prog(&in);
		else
			hostile_file(&in);
	}
}

/* So that an input is known when the machine is gone with it */
static void write_down(const struct thread *t, const uint8_t *data, size_t len)
{
	uint8_t record[4 + INPUT_MAX] = { 0 };

	if (t->log_fd < 0)
		return;
	record[0] = len;
	record[1] = len >> 8;
	memcpy(record + 4, data, len);
	if (pwrite(t->log_fd, record, sizeof(record), t->nr * sizeof(record)) < 0)
		errno = 0;
}

static void *thread_main(void *arg)
{
	struct thread *t = arg;
	struct cover cover = { -1, NULL };
	uint8_t data[INPUT_MAX];
	unsigned int i;
	size_t len;

	if (!cover_open(&cover))
		cover.pcs = NULL;
	for (i = 0; i < WORKER_INPUTS; i++) {
		len = input_make(&t->rng, data);
		if (!len)
			continue;
		write_down(t, data, len);
		cover_begin(&cover);
		run_input(data, len);
		if (cover_end(&cover)) {
			corpus_add(data, len);
			__atomic_fetch_add(&shared->fresh, 1, __ATOMIC_RELAXED);
		}
		__atomic_fetch_add(&shared->inputs, 1, __ATOMIC_RELAXED);
	}
	return NULL;
}

/* Arguments that change between two looks at them */
static void *scribble(void *arg)
{
	struct rng rng = { (uintptr_t)arg };

	for (;;) {
		unsigned int i;

		for (i = 0; i < 16; i++)
			arena[rng_below(&rng, ARENA_SIZE)] = rng_below(&rng, 256);
		usleep(500);
	}
	return NULL;
}

static void on_alarm(int sig)
{
}

/* Calls that wait are interrupted. */
static void interrupt_often(void)
{
	struct itimerval timer = { { 0, 20000 }, { 0, 20000 } };
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = on_alarm;
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
}

/* Memory with nothing behind it, in which all arguments lie. */
static void arena_make(void)
{
	uint8_t *at = mmap(NULL, ARENA_SIZE + 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			   -1, 0);

	if (at == MAP_FAILED || munmap(at + ARENA_SIZE, 4096))
		_exit(1);
	arena = at;
}

static void limit(int what, rlim_t to)
{
	struct rlimit l = { to, to };

	if (setrlimit(what, &l))
		errno = 0;
}

/* Some descriptors are any number at all: what is written to 1 must not get among the results. */
static void leave_output(void)
{
	int i, fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		_exit(1);
	for (i = 0; i < 3; i++)
		if (dup2(fd, i) < 0)
			_exit(1);
	close(fd);
}

static void worker(unsigned int nr, uint64_t seed, int log_fd)
{
	pthread_t threads[THREADS], other;
	struct thread args[THREADS];
	unsigned int i;
	int fd;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	leave_output();
	/* If memory runs out, it is one of these that goes. */
	fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	if (fd >= 0) {
		if (write(fd, "1000", 4) < 0)
			errno = 0;
		close(fd);
	}
	limit(RLIMIT_NOFILE, 1024);
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_FSIZE, 1 << 20);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	for (i = 0; i < SLOTS; i++)
		slots[i] = -1;
	arena_make();
	hostile_bpf_start();
	hostile_prog_start();
	interrupt_often();
	for (i = 0; i < THREADS; i++) {
		args[i].rng.state = seed * 1000003 + i;
		args[i].log_fd = log_fd;
		args[i].nr = nr * THREADS + i;
		if (pthread_create(&threads[i], NULL, thread_main, &args[i]))
			_exit(1);
	}
	pthread_create(&other, NULL, scribble, (void *)(uintptr_t)(seed | 1));
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	_exit(0);
}

/*
 * The one that watches
 */
struct child {
	pid_t pid;
	double since, killed;
};

static struct child children[WORKERS];
static const char *stuck;

static pid_t worker_start(unsigned int nr, uint64_t seed, int log_fd)
{
	pid_t pid = fork();

	if (!pid)
		worker(nr, seed, log_fd);
	children[nr].since = now();
	children[nr].killed = 0;
	children[nr].pid = pid;
	return pid;
}

static void child_kill(struct child *c)
{
	if (c->killed || c->pid <= 0)
		return;
	kill(c->pid, SIGKILL);
	c->killed = now();
	shared->killed++;
}

/* True when it is gone. */
static bool child_gone(struct child *c)
{
	if (c->pid > 0 && waitpid(c->pid, NULL, WNOHANG) == 0) {
		if (now() - c->since > WORKER_SECONDS)
			child_kill(c);
		if (c->killed && now() - c->killed > GONE_SECONDS)
			stuck = "a killed process does not end";
		return false;
	}
	c->pid = 0;
	return true;
}

static void set_cpu1(const char *text)
{
	int fd = open("/sys/devices/system/cpu/cpu1/online", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, text, 1) == 1 && *text == '0')
		shared->offline++;
	close(fd);
}

static void watch(double seconds, struct rng *rng, int log_fd)
{
	const char *out = getenv("VM_SHARE");
	unsigned int i, tick = 0, saved = corpus_size();
	double end = now() + seconds;
	char dir[512];

	snprintf(dir, sizeof(dir), "%s/corpus", out ? out : "/tmp");
	mkdir(dir, 0700);
	while (now() < end && !stuck) {
		for (i = 0; i < WORKERS; i++)
			if (child_gone(&children[i]))
				worker_start(i, rng->state ^ rng_below(rng, 1U << 30), log_fd);
		usleep(100000);
		tick++;
		if (rng_below(rng, 80) == 0)
			child_kill(&children[rng_below(rng, WORKERS)]);
		if (tick % 150 == 100)
			set_cpu1("0");
		if (tick % 150 == 120)
			set_cpu1("1");
		if (tick % 100 == 0) {
			corpus_save(dir, saved);
			saved = corpus_size();
		}
	}
	set_cpu1("1");
	for (i = 0; i < WORKERS; i++)
		child_kill(&children[i]);
	for (i = 0; i < WORKERS && !stuck; i++)
		while (!child_gone(&children[i]) && !stuck)
			usleep(100000);
	corpus_save(dir, saved);
}

/* Functions that programs are for; none where the kernel has no BTF. */
static void find_functions(void)
{
	static const char *const names[8] = {
		"vfs_read", "vfs_write", "pipe_read", "bpf_iter_task", "bpf_iter_task_file",
		"bpf_iter_task_vma", "vfs_open", "btf_trace_sys_enter",
	};
	struct btf *btf = btf__load_vmlinux_btf();
	unsigned int i;
	long err;

	err = libbpf_get_error(btf);
	if (err) {
		tap_diag("no types of the kernel (%ld): no programs for its functions", err);
		return;
	}
	for (i = 0; i < 8; i++) {
		int id = btf__find_by_name_kind(btf, names[i], i == 7 ? BTF_KIND_TYPEDEF : BTF_KIND_FUNC);

		hostile_btf_ids[i] = id > 0 ? id : 0;
	}
	btf__free(btf);
}

static void report(void)
{
	unsigned int kind;

	tap_diag("%llu inputs, %llu of them with new code, corpus of %u; CPU 1 away %llu times, %llu killed",
		 (unsigned long long)shared->inputs, (unsigned long long)shared->fresh, corpus_size(),
		 (unsigned long long)shared->offline, (unsigned long long)shared->killed);
	for (kind = 0; kind < HK_NR; kind++)
		tap_diag("%-22s %8llu calls, %8llu done", hostile_names[kind],
			 (unsigned long long)counts->calls[kind], (unsigned long long)counts->done[kind]);
}

/* What never succeeds was not tried. In a short run that is chance. */
static void check_reach(double seconds)
{
	unsigned int kind;

	for (kind = 0; kind < HK_NR; kind++)
		if (seconds >= 60)
			tap_ok(counts->done[kind] > 0, "%s: some calls succeed", hostile_names[kind]);
		else if (!counts->done[kind])
			tap_diag("%s: none succeeded", hostile_names[kind]);
}

int main(void)
{
	const char *text = getenv("HOSTILE_SECONDS"), *out = getenv("VM_SHARE");
	double seconds = text && *text ? atof(text) : DEFAULT_SECONDS;
	struct ebpfdrv_stats before;
	struct rng rng;
	char path[512];
	int log_fd;

	text = getenv("HOSTILE_SEED");
	rng.state = text && *text ? strtoull(text, NULL, 0) : (uint64_t)time(NULL) * 2654435761U;
	tap_diag("HOSTILE_SEED=%llu", (unsigned long long)rng.state);
	shared = share(sizeof(*shared));
	counts = share(sizeof(*counts));
	drv_open();
	device_fd = drv_fd;
	tap_ok(stats_get(&before), "counters before");
	if (!tap_ok(corpus_init(getenv("HOSTILE_CORPUS")), "the corpus"))
		return tap_end();
	tap_diag("%u inputs to begin with", corpus_size());
	find_functions();
	mkdir(FS_DIR, 0700);
	if (mount("none", FS_DIR, "ebpfdrvfs", 0, NULL))
		tap_ok(0, "the module's file system");
	snprintf(path, sizeof(path), "%s/hostile-last", out ? out : "/tmp");
	log_fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	watch(seconds, &rng, log_fd);
	umount2(FS_DIR, MNT_DETACH);
	report();
	tap_ok(!stuck, "every process ends when it is killed%s%s", stuck ? ": " : "", stuck ? stuck : "");
	tap_ok(shared->inputs > 0, "inputs ran");
	check_reach(seconds);
	if (!stuck)
		tap_ok(stats_settle(&before), "no object is left behind");
	return tap_end();
}
