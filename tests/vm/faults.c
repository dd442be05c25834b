// SPDX-License-Identifier: GPL-2.0-only
/*
 * A library to preload into a VM test: each call that it makes of the module first fails at
 * its first allocation, then at its second, and so on, until it comes to its end. The
 * test sees only that last answer, and must still pass: what failed left nothing behind.
 *
 * What is made to fail is what the kernel's fail-nth counts: slab objects, pages, copies
 * from and to user space. A call with an error that the fault does not explain is reported
 * in $FAULTS_LOG, one line of "unexpected ..." each, and so are the sums, "calls N faults N".
 *
 * The same call from the same place is tried once per process ($FAULTS_TIMES), or programs
 * that call thousands of times would never end.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <linux/perf_event.h>
#include <ebpfdrv/bpf.h>
#include <ebpfdrv/ebpfdrv.h>

#include "faults.h"

#define NR_BPF		321
#define MAX_KEYS	8192
#define MAX_ATTR	256
#define MAX_INFO	512
/* Above what tests count their descriptors by. */
#define FD_FLOOR	900

/* What to do with a call that succeeded although something in it failed. */
enum after {
	AFTER_DONE,		/* it cannot be made again: its answer is the answer */
	AFTER_AGAIN,		/* it changes nothing: the next fault */
	AFTER_CLOSE,		/* it made a descriptor: closed, the next fault */
	AFTER_UNMAP,
};

struct call {
	long (*fn)(struct call *call);
	long arg[6];
	const char *what;
	unsigned int cmd;
	enum after after;
	/* read and written by the call: as they were, for the next try */
	void *attr, *info;
	size_t attr_size, info_size;
	char attr_was[MAX_ATTR], info_was[MAX_INFO];
};

static long (*next_syscall)(long nr, ...);
static int (*next_ioctl)(int fd, unsigned long request, ...);
static void *(*next_mmap)(void *addr, size_t len, int prot, int flags, int fd, off_t off);
static ssize_t (*next_read)(int fd, void *buf, size_t len);
static int (*next_setenv)(const char *name, const char *value, int over);

/* Tests set them (faults.h). */
int faults_held;
unsigned int faults_dense_to = FAULTS_DENSE;

static __thread int nth_fd = -1, nth_tid;
static __thread bool inside;
static unsigned int keys[MAX_KEYS];
static unsigned char key_times[MAX_KEYS];
static unsigned long calls, faults;
static unsigned int times = 1;
static const char *log_path;

/* libc's syscall() would be ours. */
static long raw6(long nr, const long *arg)
{
	register long r10 __asm__("r10") = arg[3];
	register long r8 __asm__("r8") = arg[4];
	register long r9 __asm__("r9") = arg[5];
	long ret;

	__asm__ volatile("syscall" : "=a"(ret)
			 : "0"(nr), "D"(arg[0]), "S"(arg[1]), "d"(arg[2]), "r"(r10), "r"(r8),
			   "r"(r9) : "rcx", "r11", "memory");
	return ret;
}

static long raw(long nr, long a, long b, long c, long d)
{
	long arg[6] = { a, b, c, d, 0, 0 };

	return raw6(nr, arg);
}

/* Tests give calls addresses that cannot be read, too. */
static bool copy(void *to, const void *from, size_t size)
{
	struct iovec here = { to, size }, there = { (void *)from, size };
	long arg[6] = { raw(SYS_getpid, 0, 0, 0, 0), (long)&here, 1, (long)&there, 1, 0 };

	return !size || raw6(SYS_process_vm_readv, arg) == (long)size;
}

static void report(const char *fmt, ...)
{
	char line[512];
	va_list ap;
	int len, fd;

	va_start(ap, fmt);
	len = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (!log_path || len <= 0)
		return;
	fd = raw(SYS_open, (long)log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644, 0);
	if (fd < 0)
		return;
	raw(SYS_write, fd, (long)line, len, 0);
	raw(SYS_close, fd, 0, 0, 0);
}

/*
 * What makes the n-th fail: fail-nth of the calling thread, since 4.14
 */
static int high_fd(int fd)
{
	int high = raw(SYS_fcntl, fd, F_DUPFD_CLOEXEC, FD_FLOOR, 0);

	if (high < 0)
		return fd;
	raw(SYS_close, fd, 0, 0, 0);
	return high;
}

/* Of the calling thread; kept open. */
static bool task_file(const char *name, int *fd, int *owner)
{
	int tid = raw(SYS_gettid, 0, 0, 0, 0);
	char path[64];

	if (*fd >= 0 && *owner == tid)
		return true;
	snprintf(path, sizeof(path), "/proc/self/task/%d/%s", tid, name);
	*fd = raw(SYS_open, (long)path, O_RDWR | O_CLOEXEC, 0, 0);
	if (*fd < 0)
		return false;
	*fd = high_fd(*fd);
	*owner = tid;
	return true;
}

static bool number_write(int fd, unsigned long n)
{
	char text[24];
	int len = snprintf(text, sizeof(text), "%lu", n);

	return raw(SYS_pwrite64, fd, (long)text, len, 0) == len;
}

/* -EFAULT is a number, too: what is armed fails the copy of the answer. */
static long number_read(int fd)
{
	char text[24] = "";
	long ret = raw(SYS_pread64, fd, (long)text, sizeof(text) - 1, 0);

	return ret < 0 ? ret : strtol(text, NULL, 10);
}

static bool nth_arm(unsigned int n)
{
	return number_write(nth_fd, n);
}

/* True when it has failed. */
static bool nth_disarm(void)
{
	bool failed = number_read(nth_fd) == 0;

	/* The first may be what fails. */
	if (!number_write(nth_fd, 0))
		number_write(nth_fd, 0);
	return failed;
}

/*
 * The same on older kernels. An attribute fails where its count, which nobody can read or
 * set, is a multiple of its interval; counted is what tasks that ask for it allocate, which
 * is this library alone. So the count is known, and lies in a file for the next process.
 */
struct attribute {
	const char *name;
	unsigned long count, interval;
};

static struct attribute attributes[] = { { .name = "failslab" }, { .name = "fail_page_alloc" } };
static unsigned int pass;
static int state_fd = -1;
/* Mapped, for a process that may write no files. */
static unsigned long *state_counts;

/* These files have no positions, so each is opened once for each access. */
static int attribute_open(const struct attribute *a, const char *file)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/kernel/debug/%s/%s", a->name, file);
	return raw(SYS_open, (long)path, O_RDWR | O_CLOEXEC, 0, 0);
}

static bool attribute_set(const struct attribute *a, const char *file, unsigned long n)
{
	char text[24];
	int len = snprintf(text, sizeof(text), "%lu", n);
	int fd = attribute_open(a, file);
	bool ok = fd >= 0 && raw(SYS_write, fd, (long)text, len, 0) == len;

	raw(SYS_close, fd, 0, 0, 0);
	return ok;
}

/* What is armed has not failed yet. */
static bool attribute_armed(const struct attribute *a)
{
	int fd = attribute_open(a, "times");
	char c = '0';

	raw(SYS_read, fd, (long)&c, 1, 0);
	raw(SYS_close, fd, 0, 0, 0);
	return c != '0';
}

static void counts_take(void)
{
	attributes[0].count = state_counts[0];
	attributes[1].count = state_counts[1];
}

static void counts_leave(void)
{
	state_counts[0] = attributes[0].count;
	state_counts[1] = attributes[1].count;
}

static bool state_open(void)
{
	long arg[6] = { 0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, 0, 0 };
	int fd = raw(SYS_open, (long)"/tmp/ebpfdrv-faults", O_RDWR | O_CREAT | O_CLOEXEC, 0600, 0);
	long map;

	if (fd < 0)
		return false;
	fd = high_fd(fd);
	/* The file has this size but for the first time. */
	arg[4] = fd;
	map = raw(SYS_ftruncate, fd, 4096, 0, 0) ? -1 : raw6(SYS_mmap, arg);
	if (map < 0 && map > -4096) {
		raw(SYS_close, fd, 0, 0, 0);
		return false;
	}
	state_fd = fd;
	state_counts = (unsigned long *)map;
	return true;
}

static bool old_open(void)
{
	return (state_fd >= 0 || state_open()) && task_file("make-it-fail", &nth_fd, &nth_tid);
}

static bool old_arm(unsigned int n)
{
	struct attribute *a = &attributes[pass];

	if (raw(SYS_flock, state_fd, LOCK_EX, 0, 0))
		return false;
	counts_take();
	a->interval = a->count + n;
	return attribute_set(a, "interval", a->interval) && attribute_set(a, "times", 1) &&
	       number_write(nth_fd, 1);
}

/* Allocates, with what is armed: a file, or pages. */
static void use_up(void)
{
	static char page[4096];
	int fd[2], i;

	if (pass == 0) {
		fd[0] = raw(SYS_open, (long)"/dev/null", O_RDONLY, 0, 0);
		raw(SYS_close, fd[0], 0, 0, 0);
		return;
	}
	if (raw(SYS_pipe2, (long)fd, O_NONBLOCK, 0, 0))
		return;
	for (i = 0; i < 16; i++)
		raw(SYS_write, fd[1], (long)page, sizeof(page), 0);
	raw(SYS_close, fd[0], 0, 0, 0);
	raw(SYS_close, fd[1], 0, 0, 0);
}

static bool old_disarm(void)
{
	struct attribute *a = &attributes[pass];
	bool failed;

	number_write(nth_fd, 0);
	failed = !attribute_armed(a);
	/* An interval of 1 counts nothing. */
	while (a->interval > 1 && attribute_armed(a)) {
		number_write(nth_fd, 1);
		use_up();
		number_write(nth_fd, 0);
	}
	attribute_set(a, "times", 0);
	if (a->interval > 1)
		a->count = a->interval;
	counts_leave();
	raw(SYS_flock, state_fd, LOCK_UN, 0, 0);
	return failed;
}

/* 0 where nothing can be made to fail, else the number of passes. */
static unsigned int engine_open(void)
{
	static int old = -1;

	if (old < 0)
		old = !task_file("fail-nth", &nth_fd, &nth_tid);
	if (!old)
		return task_file("fail-nth", &nth_fd, &nth_tid) ? 1 : 0;
	pass = 0;
	return old_open() ? 2 : 0;
}

/*
 * A call, with one fault after the other
 */
static unsigned int hash(const void *data, size_t len, unsigned int h)
{
	const unsigned char *p = data;

	while (len--)
		h = (h ^ *p++) * 16777619u;
	return h;
}

static bool tried_before(unsigned int key)
{
	unsigned int i, at = key % MAX_KEYS;

	key |= 1;
	for (i = 0; i < MAX_KEYS; i++, at = (at + 1) % MAX_KEYS) {
		if (keys[at] && keys[at] != key)
			continue;
		keys[at] = key;
		if (key_times[at] >= times)
			return true;
		key_times[at]++;
		return false;
	}
	return true;
}

static void keep(struct call *c)
{
	if (c->attr_size > MAX_ATTR)
		c->attr_size = MAX_ATTR;
	if (c->info_size > MAX_INFO)
		c->info_size = MAX_INFO;
	if (!copy(c->attr_was, c->attr, c->attr_size))
		c->attr_size = 0;
	if (!copy(c->info_was, c->info, c->info_size))
		c->info_size = 0;
}

/* What the call did not change may be where nothing can. */
static void restore(struct call *c)
{
	if (memcmp(c->attr, c->attr_was, c->attr_size))
		memcpy(c->attr, c->attr_was, c->attr_size);
	if (memcmp(c->info, c->info_was, c->info_size))
		memcpy(c->info, c->info_was, c->info_size);
}

/* Long calls are sampled beyond their first faults. */
static unsigned int next_fault(unsigned int n)
{
	return n < faults_dense_to ? n + 1 : n + 1 + 4 * n / faults_dense_to;
}

/* What a call that opens an event asks for. */
static bool open_attr(const struct call *c, struct perf_event_attr *attr)
{
	struct ebpfdrv_perf_event_open open;
	const void *from = (void *)c->arg[1];

	if (!strcmp(c->what, "ioctl")) {
		if ((unsigned long)c->arg[1] != EBPFDRV_IOC_PERF_EVENT_OPEN ||
		    !copy(&open, (void *)c->arg[2], sizeof(open)))
			return false;
		from = (void *)(uintptr_t)open.attr;
	} else if (strcmp(c->what, "perf_event_open")) {
		return false;
	}
	memset(attr, 0, sizeof(*attr));
	return copy(attr, from, PERF_ATTR_SIZE_VER1);
}

/* Does it name a file? */
static bool opens_file(const struct call *c)
{
	struct perf_event_attr attr;
	char first;

	return open_attr(c, &attr) && attr.type >= PERF_TYPE_MAX &&
	       copy(&first, (void *)(uintptr_t)attr.config1, 1) && first == '/';
}

/* Copies fail by fail-nth alone. The shim asks by two of them, the first of the call, whether
 * an attr can be read, and gives what cannot to the kernel, which does not know the type;
 * no later fault may say that something does not exist. Pins are without room where an inode
 * cannot be had, as Linux's. Old kernels' walks along a path answer as their file systems do,
 * procfs with ENOENT, 9p with EFAULT.
 */
static bool explained(const struct call *c, int err, unsigned int n, bool copies)
{
	if (!copies && (err == ENOENT || err == EFAULT) && opens_file(c))
		return true;
	if (!strcmp(c->what, "perf_event_open") && err == ENOENT)
		return copies && n <= 2;
	if (!strcmp(c->what, "bpf") && c->cmd == EBPF_OBJ_PIN && err == ENOSPC)
		return true;
	return err == ENOMEM || (err == EFAULT && copies);
}

/* The end of a walk is its success. */
static bool done(const struct call *c, long ret, int err)
{
	if (c->after != AFTER_DONE)
		return false;
	return ret >= 0 || (err == ENOENT && !strcmp(c->what, "bpf") &&
			    c->cmd == EBPF_MAP_LOOKUP_BATCH);
}

/* Puts back what a call did that is made once more. */
static void undo(struct call *c, long ret)
{
	if (ret >= 0 && c->after == AFTER_CLOSE)
		raw(SYS_close, ret, 0, 0, 0);
	if (ret >= 0 && c->after == AFTER_UNMAP)
		raw(SYS_munmap, ret, c->arg[1], 0, 0);
	restore(c);
}

/* What these have taken from the map is gone when it cannot be told, as in Linux. */
static bool takes(const struct call *c)
{
	return !strcmp(c->what, "bpf") && (c->cmd == EBPF_MAP_LOOKUP_AND_DELETE_ELEM ||
					   c->cmd == EBPF_MAP_LOOKUP_AND_DELETE_BATCH);
}

/* Old kernels warn of their own filters that could not be allocated. */
static bool kernel_warns(const struct call *c)
{
	return !strcmp(c->what, "ioctl") &&
	       (unsigned long)c->arg[1] == PERF_EVENT_IOC_SET_FILTER;
}

/*
 * The last event of a tracepoint takes the kernel's probe from it, for which kernels before 5.11
 * allocate; where that fails the probe stays, and no event of this tracepoint can be had again.
 * So here is one more. None for other calls.
 */
static int one_more_event(const struct call *c)
{
	struct perf_event_attr attr, asked;
	long arg[6] = { (long)&attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC, 0 };
	int fd;

	if (!open_attr(c, &asked) || asked.type != PERF_TYPE_TRACEPOINT)
		return -1;
	memset(&attr, 0, sizeof(attr));
	attr.type = asked.type;
	attr.size = PERF_ATTR_SIZE_VER1;
	attr.config = asked.config;
	attr.disabled = 1;
	fd = raw6(SYS_perf_event_open, arg);
	if (fd < 0) {
		arg[4] = 0;	/* before 3.14 */
		fd = raw6(SYS_perf_event_open, arg);
	}
	return fd < 0 ? -1 : high_fd(fd);
}

static long with_faults(struct call *c, unsigned int key)
{
	unsigned int n, passes, odd_n = 0;
	int err, odd = 0, saved = errno, event = -1;
	bool failed, armed;
	long ret;

	passes = inside || faults_held || takes(c) ? 0 : engine_open();
	if (passes > 1 && kernel_warns(c))
		passes = 0;
	if (!passes || tried_before(key)) {
		errno = saved;
		return c->fn(c);
	}
	inside = true;
	keep(c);
	calls++;
	if (passes > 1)
		event = one_more_event(c);
	for (n = 1;;) {
		errno = saved;
		armed = passes > 1 ? old_arm(n) : nth_arm(n);
		ret = c->fn(c);
		err = errno;
		failed = passes > 1 ? old_disarm() : nth_disarm();
		if (!armed || (!failed && ++pass >= passes))
			break;
		if (!failed) {
			/* Not at all in this pass, so the call is good, and done. */
			if (ret < 0 || c->after == AFTER_DONE)
				break;
			n = 1;
		} else {
			faults++;
			if (done(c, ret, err))
				break;
			if (ret < 0 && !odd && !explained(c, err, n, passes == 1)) {
				odd = err;
				odd_n = n;
			}
			n = next_fault(n);
		}
		undo(c, ret);
	}
	pass = 0;
	/* An error of the call's own comes with or without the fault. */
	if (odd && !(ret < 0 && err == odd))
		report("unexpected: %s %u, fault %u: errno %d\n", c->what, c->cmd, odd_n, odd);
	if (event >= 0)
		raw(SYS_close, event, 0, 0, 0);
	inside = false;
	errno = err;
	return ret;
}

/*
 * The calls
 */
static enum after after_cmd(unsigned int cmd)
{
	switch (cmd) {
	case EBPF_MAP_CREATE:
	case EBPF_PROG_LOAD:
	case EBPF_OBJ_GET:
	case EBPF_PROG_GET_FD_BY_ID:
	case EBPF_MAP_GET_FD_BY_ID:
	case EBPF_BTF_GET_FD_BY_ID:
	case EBPF_LINK_GET_FD_BY_ID:
	case EBPF_RAW_TRACEPOINT_OPEN:
	case EBPF_BTF_LOAD:
	case EBPF_LINK_CREATE:
	case EBPF_ENABLE_STATS:
	case EBPF_ITER_CREATE:
		return AFTER_CLOSE;
	case EBPF_MAP_LOOKUP_ELEM:
	case EBPF_PROG_GET_NEXT_ID:
	case EBPF_MAP_GET_NEXT_ID:
	case EBPF_BTF_GET_NEXT_ID:
	case EBPF_LINK_GET_NEXT_ID:
	case EBPF_OBJ_GET_INFO_BY_FD:
	case EBPF_TASK_FD_QUERY:
		return AFTER_AGAIN;
	default:
		return AFTER_DONE;
	}
}

/* @attr: where the call has it, maybe nothing that can be read */
static unsigned int bpf_call(struct call *c, unsigned int cmd, void *attr, size_t size, void *from)
{
	union ebpf_attr a;
	unsigned int key;

	c->what = "bpf";
	c->cmd = cmd;
	c->after = after_cmd(cmd);
	key = hash(&cmd, sizeof(cmd), 2166136261u);
	key = hash(&from, sizeof(from), key);
	memset(&a, 0, sizeof(a));
	if (!copy(&a, attr, size < sizeof(a) ? size : sizeof(a)))
		return key;
	c->attr = attr;
	c->attr_size = size;
	if (cmd == EBPF_MAP_CREATE)
		key = hash(&a, 20, key);
	else if (cmd == EBPF_PROG_LOAD)
		key = hash(&a, 8, key);
	else
		key = hash(&a, 4, key);
	/* A walk may go on where it is: in one buffer. */
	if (cmd == EBPF_MAP_GET_NEXT_KEY && a.key != a.next_key)
		c->after = AFTER_AGAIN;
	if (cmd == EBPF_OBJ_GET_INFO_BY_FD) {
		c->info = (void *)(uintptr_t)a.info.info;
		c->info_size = a.info.info_len;
	}
	return key;
}

static void *next_of(const char *name)
{
	void *fn = dlsym(RTLD_NEXT, name);

	if (!fn)
		abort();
	return fn;
}

/* Others' constructors may come before this one's. */
static void find_next(void)
{
	if (next_mmap)
		return;
	next_syscall = next_of("syscall");
	next_ioctl = next_of("ioctl");
	next_read = next_of("read");
	next_setenv = next_of("setenv");
	next_mmap = next_of("mmap");
}

static long fn_syscall(struct call *c)
{
	return next_syscall(c->arg[0], c->arg[1], c->arg[2], c->arg[3], c->arg[4], c->arg[5]);
}

static long fn_ioctl(struct call *c)
{
	return next_ioctl(c->arg[0], c->arg[1], c->arg[2]);
}

static long fn_mmap(struct call *c)
{
	return (long)next_mmap((void *)c->arg[0], c->arg[1], c->arg[2], c->arg[3], c->arg[4],
			       c->arg[5]);
}

static long fn_read(struct call *c)
{
	return next_read(c->arg[0], (void *)c->arg[1], c->arg[2]);
}

long syscall(long nr, ...)
{
	struct call c = { .fn = fn_syscall };
	unsigned int key;
	va_list ap;
	int i;

	find_next();
	va_start(ap, nr);
	c.arg[0] = nr;
	for (i = 1; i < 6; i++)
		c.arg[i] = va_arg(ap, long);
	if (nr != NR_BPF && nr != SYS_perf_event_open) {
		long last = va_arg(ap, long);

		va_end(ap);
		return next_syscall(nr, c.arg[1], c.arg[2], c.arg[3], c.arg[4], c.arg[5], last);
	}
	va_end(ap);
	if (nr == NR_BPF) {
		key = bpf_call(&c, c.arg[1], (void *)c.arg[2], c.arg[3],
			       __builtin_return_address(0));
	} else {
		c.what = "perf_event_open";
		c.after = AFTER_CLOSE;
		key = hash(c.arg, sizeof(c.arg), 1);
	}
	return with_faults(&c, key);
}

int ioctl(int fd, unsigned long request, ...)
{
	void *from = __builtin_return_address(0);
	struct call c = { .fn = fn_ioctl, .what = "ioctl" };
	struct ebpfdrv_bpf req;
	unsigned int key;
	va_list ap;
	long arg;

	find_next();
	va_start(ap, request);
	arg = va_arg(ap, long);
	va_end(ap);
	c.arg[0] = fd;
	c.arg[1] = request;
	c.arg[2] = arg;
	c.cmd = _IOC_NR(request);
	key = hash(&request, sizeof(request), hash(&from, sizeof(from), 2));
	if (request == EBPFDRV_IOC_BPF) {
		if (copy(&req, (void *)arg, sizeof(req)))
			key = bpf_call(&c, req.cmd, (void *)(uintptr_t)req.attr, req.size, from);
	} else if (request == EBPFDRV_IOC_PERF_EVENT_OPEN) {
		c.after = AFTER_CLOSE;
	} else if (_IOC_TYPE(request) != '$') {
		return next_ioctl(fd, request, arg);
	}
	return with_faults(&c, key);
}

/* Of a descriptor that is no file of a file system. */
static bool anonymous(int fd, const char *name)
{
	char path[64], link[64] = "";

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return raw(SYS_readlink, (long)path, (long)link, sizeof(link) - 1, 0) > 0 &&
	       !strncmp(link, "anon_inode:", 11) && strstr(link, name);
}

void *mmap(void *addr, size_t len, int prot, int flags, int fd, off_t off)
{
	struct call c = {
		.fn = fn_mmap, .what = "mmap", .after = AFTER_UNMAP,
		.arg = { (long)addr, len, prot, flags, fd, off },
	};

	find_next();
	if (inside || fd < 0 || (flags & MAP_FIXED) || !anonymous(fd, ""))
		return next_mmap(addr, len, prot, flags, fd, off);
	return (void *)with_faults(&c, hash(c.arg, sizeof(c.arg), 3));
}

ssize_t read(int fd, void *buf, size_t len)
{
	void *from = __builtin_return_address(0);
	struct call c = { .fn = fn_read, .what = "read", .arg = { fd, (long)buf, len } };

	find_next();
	if (inside || !anonymous(fd, "bpf"))
		return next_read(fd, buf, len);
	return with_faults(&c, hash(&from, sizeof(from), 4));
}

/*
 * Being preloaded
 */

/* Tests preload the shim and start themselves once more: then both are. */
int setenv(const char *name, const char *value, int over)
{
	char both[4096];

	find_next();
	if (!strcmp(name, "LD_PRELOAD") && getenv("FAULTS_SO")) {
		snprintf(both, sizeof(both), "%s:%s", getenv("FAULTS_SO"), value);
		return next_setenv(name, both, over);
	}
	return next_setenv(name, value, over);
}

static __attribute__((constructor)) void begin(void)
{
	const char *preload = getenv("LD_PRELOAD"), *self = getenv("FAULTS_SO");

	find_next();
	log_path = getenv("FAULTS_LOG");
	if (getenv("FAULTS_TIMES"))
		times = atoi(getenv("FAULTS_TIMES"));
	if (preload && self && !strcmp(preload, self))
		unsetenv("LD_PRELOAD");
}

static __attribute__((destructor)) void end(void)
{
	if (calls)
		report("calls %lu faults %lu\n", calls, faults);
}
