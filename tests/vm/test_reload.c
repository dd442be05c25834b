// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module's own life: it cannot go while anything of it is in use, goes when
 * nothing is, and fifty lives leave nothing behind. Between two of them a module of
 * another build is refused, which leaves nothing behind either.
 *
 * RELOAD_LIVES=N in the environment: how many lives (50).
 *
 * harness: timeout=900 sources=attach_lib.c
 */
#define _GNU_SOURCE
#include "attach_lib.h"
#include "kasan.h"
#include "own_module.h"
#include "tap.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#define LIVES		50
#define WARM_UP		10	/* lives until caches have grown what they grow */
#define UNLOAD_STEPS	100
#define UNLOAD_STEP_US	100000

/* What the rest of the kernel may grow by during @lives - WARM_UP lives: less than
 * the smallest leak, one page or one object of 512 bytes each life.
 */
#define SLAB_SLACK_KB	((lives - WARM_UP) / 2 + 300)
#define VMALLOC_SLACK_KB	(4 * (lives - WARM_UP) / 2)

static int lives = LIVES;

static bool loaded(void)
{
	return access("/sys/module/ebpfdrv", F_OK) == 0;
}

/* --- the module of another build --------------------------------------------- */

static char *foreign;
static size_t foreign_size;

/* Ours as for another release, which is as long: wherever the true one stands. */
static bool make_foreign(void)
{
	const char *path = getenv("EBPFDRV_KO");
	int fd = open(path ? path : "", O_RDONLY | O_CLOEXEC);
	struct utsname u;
	struct stat st;
	char *at, *end;
	int found = 0;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) || uname(&u))
		return false;
	foreign = malloc(st.st_size);
	while (foreign && foreign_size < (size_t)st.st_size) {
		n = read(fd, foreign + foreign_size, st.st_size - foreign_size);
		if (n <= 0)
			return false;
		foreign_size += n;
	}
	close(fd);
	end = foreign + foreign_size;
	for (at = foreign; foreign; at++) {
		at = memmem(at, end - at, u.release, strlen(u.release));
		if (!at)
			break;
		*at = '9';
		found++;
	}
	return found > 0;
}

static bool foreign_refused(void)
{
	return syscall(SYS_init_module, foreign, foreign_size, "") == -1 &&
	       errno == ENOEXEC && !loaded();
}

/* --- in use ---------------------------------------------------------------- */

static void load_refused(const char *by)
{
	tap_ok(is_busy(rmmod()) && loaded(),
	       "it cannot be unloaded while there is %s", by);
}

static void test_refused(void)
{
	struct counter c;
	int ev, link;

	drv_open();
	load_refused("an open device");
	counter_make(&c, EBPF_PROG_TYPE_KPROBE, getpid(), COUNT_ONLY, 0);
	drv_close();
	load_refused("a map and a program");
	drv_open();
	ev = open_kprobe_any(sys_getppid_names, false);
	if (!tap_ok(ev >= 0 && event_set_prog(ev, c.prog) == 0, "a kprobe program is attached"))
		return;
	drv_close();
	close(c.prog);
	load_refused("an attached program");
	call_getppid(10);
	drv_open();
	tap_eq(counter_hits(&c, -1), 10, "the program goes on");
	drv_close();
	close(ev);
	close(c.map);

	drv_open();
	counter_make(&c, EBPF_PROG_TYPE_RAW_TRACEPOINT, getpid(), COUNT_ONLY, 0);
	link = link_raw_tp(c.prog, "sys_enter");
	tap_ok(link >= 0, "a raw tracepoint program is attached");
	drv_close();
	counter_close(&c);
	load_refused("a link");
	close(link);
	tap_eq(rmmod_within(10), 0, "it can be unloaded when all is closed");
	tap_ok(!loaded() && access(EBPFDRV_DEVICE_PATH, F_OK) < 0, "the device is gone with it");
	tap_eq(insmod(), 0, "it can be loaded again");
}

/* --- fifty lives ----------------------------------------------------------- */

/* kB of a line of /proc/meminfo, 0 where there is none */
static long meminfo(const char *name)
{
	char line[128];
	long kb = 0;
	FILE *f = fopen("/proc/meminfo", "r");

	while (f && fgets(line, sizeof(line), f))
		if (strncmp(line, name, strlen(name)) == 0 && line[strlen(name)] == ':')
			kb = strtol(line + strlen(name) + 1, NULL, 10);
	if (f)
		fclose(f);
	return kb;
}

/* Sum of what is mapped, by /proc/vmallocinfo; VmallocUsed is 0 on some kernels. */
static long vmalloc_kb(void)
{
	char line[512];
	long bytes, sum = 0;
	FILE *f = fopen("/proc/vmallocinfo", "r");

	while (f && fgets(line, sizeof(line), f))
		if (!strstr(line, "unpurged") && sscanf(line, "%*s %ld", &bytes) == 1)
			sum += bytes;
	if (f)
		fclose(f);
	return sum / 1024;
}

static void settle(void)
{
	int fd;

	sync();
	usleep(500000);
	fd = open("/proc/sys/vm/drop_caches", O_WRONLY);
	if (fd >= 0) {
		if (write(fd, "3", 1) != 1)
			tap_diag("drop_caches: %s", strerror(errno));
		close(fd);
	}
	usleep(500000);
}

struct memory {
	long slab, vmalloc, percpu;
};

static struct memory memory_now(void)
{
	struct memory m;

	settle();
	m.slab = meminfo("SUnreclaim");
	m.vmalloc = vmalloc_kb();
	m.percpu = meminfo("Percpu");
	return m;
}

/* One of each, run, closed in another order each time. */
static bool live(int n)
{
	struct ebpfdrv_stats before, after;
	struct counter probe, raw;
	struct sender s;
	int ev, link, out, i;
	bool ran;

	drv_open();
	before = drv_stats();
	counter_make(&probe, EBPF_PROG_TYPE_KPROBE, getpid(), COUNT_ONLY, 0);
	counter_make(&raw, EBPF_PROG_TYPE_RAW_TRACEPOINT, getpid(), COUNT_ONLY, 0);
	sender_make(&s, EBPF_PROG_TYPE_RAW_TRACEPOINT, getpid(), 64, -1);
	out = open_output(0, 1);
	ev = open_kprobe_any(sys_getppid_names, n & 1);
	link = link_raw_tp(raw.prog, "sys_enter");
	if (out < 0 || ev < 0 || link < 0 || event_set_prog(ev, probe.prog))
		return false;
	sender_set(&s, 0, out);
	call_getppid(20);
	ran = counter_hits(&probe, -1) == 20 && counter_hits(&raw, -1) >= 20;
	if (n & 2) {
		close(ev);
		close(link);
	}
	counter_close(&probe);
	sender_close(&s);
	counter_close(&raw);
	close(out);
	if (!(n & 2)) {
		close(link);
		close(ev);
	}
	for (i = 0; i < UNLOAD_STEPS; i++) {
		after = drv_stats();
		if (!after.maps && !after.progs && !after.links && !after.events)
			break;
		usleep(UNLOAD_STEP_US);
	}
	drv_close();
	return ran && after.maps == before.maps && after.progs == before.progs &&
	       after.links == before.links && after.events == before.events &&
	       after.jit_bytes == before.jit_bytes;
}

static void test_lives(void)
{
	struct memory a = { 0, 0, 0 }, b;
	int n, lived = 0, unloaded = 0, refused = 0, reloaded = 0;

	if (!tap_ok(make_foreign(), "a module of another build"))
		return;
	for (n = 0; n < lives; n++) {
		if (n == WARM_UP)
			a = memory_now();
		lived += live(n);
		unloaded += rmmod_within(10) == 0;
		refused += foreign_refused();
		reloaded += insmod() == 0;
	}
	tap_eq(lived, lives, "in each life programs ran and all counters came back");
	tap_eq(unloaded, lives, "each life ended");
	tap_eq(refused, lives, "the module of another build was refused then");
	tap_eq(reloaded, lives, "and another life began");
	b = memory_now();
	tap_diag("slab %ld -> %ld kB, vmalloc %ld -> %ld kB, per CPU %ld -> %ld kB", a.slab,
		 b.slab, a.vmalloc, b.vmalloc, a.percpu, b.percpu);
	if (kernel_has_kasan())
		tap_skip("KASAN keeps what was freed: slab says nothing of leaks");
	else
		tap_ok(b.slab - a.slab < SLAB_SLACK_KB, "slab is what it was, give or take %d kB",
		       SLAB_SLACK_KB);
	tap_ok(b.vmalloc - a.vmalloc < VMALLOC_SLACK_KB,
	       "vmalloc is what it was, give or take %d kB", VMALLOC_SLACK_KB);
	if (b.percpu)
		tap_ok(b.percpu - a.percpu < SLAB_SLACK_KB, "per-CPU memory is what it was");
	else
		tap_skip("no Percpu in /proc/meminfo");
}

int main(void)
{
	const char *text = getenv("RELOAD_LIVES");

	if (text && atoi(text) > WARM_UP)
		lives = atoi(text);
	test_refused();
	if (loaded())
		test_lives();
	return tap_end();
}
