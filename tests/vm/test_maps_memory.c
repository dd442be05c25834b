// SPDX-License-Identifier: GPL-2.0-only
/*
 * Maps when memory runs out: what cannot be had is ENOMEM, and nobody is killed for it
 * (the harness looks for that on the console). What a control group has is all that its
 * members get.
 *
 * harness: timeout=600 faults=no
 */
#define _GNU_SOURCE
#include "kasan.h"
#include "maps_lib.h"
#include "tap.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define T(name)		EBPF_MAP_TYPE_##name
#define F(name)		EBPF_F_##name
#define MIB		(1ULL << 20)
#define MAX_FDS		60000

static int *fds;
static int nr_fds;

static u64 meminfo(const char *what)
{
	FILE *f = fopen("/proc/meminfo", "r");
	char line[128];
	u64 kb = 0;

	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, what, strlen(what)))
			kb = strtoull(line + strlen(what), NULL, 10);
	if (f)
		fclose(f);
	return kb << 10;
}

static int keep(int fd)
{
	if (fd >= 0 && nr_fds < MAX_FDS)
		fds[nr_fds++] = fd;
	return fd;
}

static u64 available;		/* when the test began */

/* Workers free maps: waits for most of what there was. */
static void drop_all(void)
{
	int i;

	while (nr_fds)
		close(fds[--nr_fds]);
	for (i = 0; i < 600 && meminfo("MemAvailable:") < available / 4 * 3; i++)
		usleep(100000);
}

/*
 * Somebody else, who has memory and goes on asking for a little
 */
#define BYSTANDER_SIZE	(16 * MIB)

static void bystander(int in, int out)
{
	char c, *p = mmap(NULL, BYSTANDER_SIZE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	u64 i;

	memset(p, 1, BYSTANDER_SIZE);
	if (write(out, "r", 1) != 1)
		_exit(1);
	while (read(in, &c, 1) == 1) {
		/* Other pages, for good. */
		madvise(p, BYSTANDER_SIZE, MADV_DONTNEED);
		for (i = 0; i < BYSTANDER_SIZE; i += 4096)
			p[i] = 1;
		if (write(out, "d", 1) != 1)
			_exit(1);
	}
	_exit(0);
}

static int by_in[2], by_out[2];
static pid_t by_pid;

static bool bystander_works(void)
{
	char c;

	return write(by_in[1], "g", 1) == 1 && read(by_out[0], &c, 1) == 1;
}

static void bystander_start(void)
{
	char c;

	if (pipe(by_in) || pipe(by_out))
		exit(1);
	by_pid = fork();
	if (!by_pid) {
		close(by_in[1]);
		bystander(by_in[0], by_out[1]);
	}
	close(by_in[0]);
	close(by_out[1]);
	tap_ok(read(by_out[0], &c, 1) == 1, "somebody else has %llu MiB", BYSTANDER_SIZE / MIB);
}

static void bystander_end(void)
{
	int status;

	close(by_in[1]);
	waitpid(by_pid, &status, 0);
	tap_ok(WIFEXITED(status) && !WEXITSTATUS(status), "he ends when he wants to");
}

/*
 * Until nothing is left
 */
static const struct kind {
	const char *what;
	u32 type, key, value, flags;
	u32 bytes;		/* about, of one entry */
} kinds[] = {
	{ "arrays", T(ARRAY), 4, 4096, 0, 4096 },
	{ "mappable arrays", T(ARRAY), 4, 4096, F(MMAPABLE), 4096 },
	{ "per-cpu arrays", T(PERCPU_ARRAY), 4, 4096, 0, 4096 },
	{ "hashes", T(HASH), 8, 1000, 0, 1040 },
	{ "per-cpu hashes", T(PERCPU_HASH), 8, 1000, 0, 1040 },
	{ "LRU hashes", T(LRU_HASH), 8, 1000, 0, 1040 },
	{ "queues", T(QUEUE), 0, 4096, 0, 4096 },
	{ "stack traces", T(STACK_TRACE), 4, 8 * 127, 0, 1040 },
	{ "rings", T(RINGBUF), 0, 0, 0, 1 },
};

static u32 entries(const struct kind *k, u64 bytes)
{
	u64 n = bytes / k->bytes;

	if (k->type == T(RINGBUF)) {
		for (n = 4096; n * 2 <= bytes && n < (1U << 30); n *= 2)
			;
	}
	return n ? n : 1;
}

/* Large maps first, then ever smaller ones, until none of @min bytes can be had. */
static void fill(const struct kind *k, u64 min)
{
	u64 size = meminfo("MemTotal:") / 2;
	int fd = 0, bad = 0, made = 0;

	for (; size >= min; size /= 4) {
		do {
			fd = keep(map_create(k->type, k->key, k->value, entries(k, size),
					     k->flags));
			made += fd >= 0;
		} while (fd >= 0 && nr_fds < MAX_FDS);
		bad |= fd != -ENOMEM;
		if (!bystander_works())
			break;
	}
	tap_ok(!bad, "%s until nothing is left: ENOMEM", k->what);
	tap_ok(made, "%s: some could be had", k->what);
	tap_ok(bystander_works(), "%s: somebody else gets memory", k->what);
	drop_all();
}

/* What one command needs is memory as well. */
static void test_values(void)
{
	u64 free = meminfo("MemAvailable:");
	u32 size = free * 3 / 5 < 0x7fffffff ? free * 3 / 5 : 0x7fffffff, key = 0;
	int fd = map_create(T(ARRAY), 4, size, 1, 0);
	u8 *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (free * 3 / 5 >= 0x7fffffff) {
		tap_skip("a value for which there is no memory twice: too much memory");
	} else if (tap_ok(fd >= 0 && p != MAP_FAILED, "a map of one value of %u MiB",
			  (u32)(size / MIB))) {
		tap_eq(map_lookup(fd, &key, p), -ENOMEM, "which there is no room to copy");
		tap_ok(bystander_works(), "somebody else gets memory");
	}
	if (p != MAP_FAILED)
		munmap(p, size);
	if (fd >= 0)
		close(fd);
}

/* Who waits for a large map can be killed. */
static void test_killed(void)
{
	u64 size = meminfo("MemAvailable:") / 2;
	int status = 0, i;
	pid_t pid;

	pid = fork();
	if (!pid) {
		for (i = 0;; i++) {
			int fd = map_create(T(ARRAY), 4, 4096, size / 4096, 0);

			if (fd >= 0)
				close(fd);
		}
	}
	usleep(300000);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	tap_ok(WIFSIGNALED(status), "who makes large maps can be killed");
}

/*
 * Control groups
 */
static const char *cg;

static bool cg_write(const char *name, const char *text)
{
	char path[256];
	FILE *f;
	bool ok;

	snprintf(path, sizeof(path), "%s/%s", cg, name);
	f = fopen(path, "w");
	if (!f)
		return false;
	ok = fputs(text, f) >= 0;
	return !fclose(f) && ok;
}

static u64 cg_read(const char *name)
{
	unsigned long long value = 0;
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", cg, name);
	f = fopen(path, "r");
	if (!f || fscanf(f, "%llu", &value) != 1)
		value = 0;
	if (f)
		fclose(f);
	return value;
}

/* In a new group of @limit bytes. */
static bool cg_enter(const char *limit)
{
	char pid[16];

	mkdir("/run/test_cg", 0755);
	if (mount("none", "/run/test_cg", "cgroup2", 0, NULL))
		return false;
	cg = "/run/test_cg";
	if (!cg_write("cgroup.subtree_control", "+memory"))
		return false;
	mkdir("/run/test_cg/maps", 0755);
	cg = "/run/test_cg/maps";
	snprintf(pid, sizeof(pid), "%d", getpid());
	return cg_write("memory.max", limit) && cg_write("cgroup.procs", pid);
}

static void cg_leave(void)
{
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", getpid());
	cg = "/run/test_cg";
	cg_write("cgroup.procs", pid);
	rmdir("/run/test_cg/maps");
	umount("/run/test_cg");
}

static void charged(const char *what, u32 type, u32 key, u32 value, u32 flags)
{
	u64 before = cg_read("memory.current");
	int fd = map_create(type, key, value, 16 * MIB / value, flags);

	tap_ok(fd >= 0, "%s of 16 MiB in a group of 64", what);
	tap_ok(cg_read("memory.current") >= before + 15 * MIB, "%s: the group pays for it", what);
	if (fd >= 0)
		close(fd);
	fd = map_create(type, key, value, 256 * MIB / value, flags);
	tap_eq(fd, -ENOMEM, "%s of 256 MiB: ENOMEM", what);
	if (fd >= 0)
		close(fd);
}

/* Elements that are made as they are needed. */
static void charged_later(void)
{
	int fd = map_create(T(HASH), 4, 4000, 8000, F(NO_PREALLOC));
	u64 before = cg_read("memory.current");
	static u8 value[4000];
	u32 key;
	int bad = 0;

	for (key = 0; key < 4000; key++)
		bad |= map_update(fd, &key, value, 0);
	tap_ok(!bad, "a hash without preallocation gets 4000 elements");
	tap_ok(cg_read("memory.current") >= before + 14 * MIB, "the group pays for them");
	close(fd);
}

static void test_cgroup(void)
{
	if (!cg_enter("67108864")) {
		tap_skip("what a control group is charged: no cgroup2 with memory");
		return;
	}
	charged("an array", T(ARRAY), 4, 4096, 0);
	charged("a per-cpu array", T(PERCPU_ARRAY), 4, 4096, 0);
	charged("a hash", T(HASH), 8, 1024, 0);
	charged_later();
	cg_leave();
}

int main(void)
{
	struct rlimit lim = { MAX_FDS + 100, MAX_FDS + 100 };
	unsigned int i;
	int ballast;

	/* It does so behind the caller's back, with nobody asked whether there is any left. */
	if (kernel_has_kasan()) {
		tap_skip("KASAN takes memory of its own for each mapping of the kernel's");
		return tap_end();
	}
	setrlimit(RLIMIT_NOFILE, &lim);
	fds = calloc(MAX_FDS, sizeof(*fds));
	maps_open();
	bystander_start();
	/* Most of it at once, so that what is left can be filled many times. */
	ballast = map_create(T(ARRAY), 4, 4096, meminfo("MemAvailable:") / 5 * 4 / 4096, 0);
	tap_ok(ballast >= 0, "four fifths of what is available are one array");
	available = meminfo("MemAvailable:");
	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		fill(&kinds[i], i ? MIB : MIB / 4);
	test_values();
	close(ballast);
	test_killed();
	bystander_end();
	test_cgroup();
	return tap_end();
}
