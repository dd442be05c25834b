// SPDX-License-Identifier: GPL-2.0-only
/*
 * Semaphores of USDT probes in programs that do not hold still: that map something else in
 * their place, fork and end, or whose address space is locked for as long as they like.
 *
 * harness: timeout=300 sources=attach_lib.c
 */
#define _GNU_SOURCE
#include "attach_lib.h"
#include "kasan.h"
#include "kernel_age.h"
#include "tap.h"
#include "test_attach_usdt.h"

#include <elf.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#define PAGE		4096UL
#define PATTERN		0x5a5a
#define REPLACING_ROUNDS 15
#define FORKS		200
#define ENDED		300

/* A program that nobody here runs: probing it does not wait for who is locked. */
static const char file[] = "/bin/true";
/* Of its entry point. Its semaphore is where its first page has padding: 0. */
static uint64_t probe_at;
#define SEM_OFFSET	10UL

/* Of this process. */
static volatile uint16_t *semaphore;

static bool find_entry(void)
{
	Elf64_Ehdr e;
	Elf64_Phdr ph[16];
	int fd = open(file, O_RDONLY), i;

	if (read(fd, &e, sizeof(e)) != sizeof(e) || e.e_phnum > 16 ||
	    pread(fd, ph, e.e_phnum * sizeof(ph[0]), e.e_phoff) <= 0)
		return false;
	for (i = 0; i < e.e_phnum; i++)
		if (ph[i].p_type == PT_LOAD && e.e_entry - ph[i].p_vaddr < ph[i].p_filesz)
			probe_at = e.e_entry - ph[i].p_vaddr + ph[i].p_offset;
	close(fd);
	return probe_at;
}

static int open_probe(void)
{
	struct perf_event_attr attr = {
		.type = EBPFDRV_PERF_TYPE_UPROBE,
		.size = sizeof(attr),
		.config = SEM_OFFSET << 32,
		.config1 = (uintptr_t)file,
		.config2 = probe_at,
	};

	return drv_perf_open(&attr, -1, 0, PERF_FLAG_FD_CLOEXEC);
}

/* What others see of a child. */
struct shared {
	volatile int stop;
	volatile unsigned long rounds, damage;
};

static struct shared *shared;

static void *map_sem(void *where)
{
	int fd = open(file, O_RDONLY);
	void *p = mmap(where, PAGE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | (where ? MAP_FIXED : 0), fd, 0);

	close(fd);
	return p;
}

/* The kernel raises counters where it puts breakpoints: in programs that map the text. */
static void *text;

static bool map_text(void)
{
	int fd = open(file, O_RDONLY);

	text = mmap(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, probe_at & ~(PAGE - 1));
	close(fd);
	return text != MAP_FAILED;
}

/* The counter's page, something else, the counter's page again, at one address. */
static void replacer(void)
{
	const size_t at = SEM_OFFSET / 2;
	void *p = map_sem(NULL);
	volatile uint16_t *word;
	int i;

	while (!shared->stop) {
		map_sem(p);
		word = mmap(p, PAGE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
		word[at] = PATTERN;
		for (i = 0; i < 20 && !shared->stop; i++) {
			sched_yield();
			shared->damage += word[at] != PATTERN;
			word[at] = PATTERN;
		}
		shared->rounds++;
	}
}

static pid_t start(void (*fn)(void))
{
	pid_t pid;

	memset((void *)shared, 0, sizeof(*shared));
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		fn();
		_exit(0);
	}
	return pid;
}

static void test_replaced(void)
{
	pid_t pid = start(replacer);
	int i, ev, opened = 0;

	for (i = 0; i < REPLACING_ROUNDS; i++) {
		ev = open_probe();
		opened += ev >= 0;
		usleep(20000);
		close(ev);
	}
	shared->stop = 1;
	waitpid(pid, NULL, 0);
	tap_eq(opened, REPLACING_ROUNDS, "%d times attached to a program that maps and unmaps",
	       REPLACING_ROUNDS);
	tap_ok(shared->rounds > 0, "which it did meanwhile");
	tap_eq(shared->damage, 0, "nothing is written to what it mapped there instead");
}

static int forks_ev;

static void forker(void)
{
	int i;
	pid_t pid;

	/* Else the probe would stay. */
	close(forks_ev);
	for (i = 0; i < FORKS; i++) {
		pid = fork();
		if (!pid)
			_exit(*semaphore > 1);
		if (pid > 0)
			waitpid(pid, NULL, 0);
	}
	while (!shared->stop)
		usleep(1000);
	shared->damage = *semaphore;
}

static void test_forks(void)
{
	pid_t pid;

	forks_ev = open_probe();
	tap_ok(forks_ev >= 0 && *semaphore == 1, "the semaphore is raised");
	pid = start(forker);
	usleep(300000);
	close(forks_ev);
	tap_eq(*semaphore, 0, "and lowered here");
	shared->stop = 1;
	waitpid(pid, NULL, 0);
	tap_eq(shared->damage, 0, "and in a child that was forked meanwhile, and forked");
}

/* Of one kind in the kernel, or -1. */
static long slab_objects(const char *kind)
{
	FILE *f = fopen("/proc/slabinfo", "r");
	size_t len = strlen(kind);
	char line[512];
	long n = -1;

	while (f && n < 0 && fgets(line, sizeof(line), f))
		if (!strncmp(line, kind, len) && line[len] == ' ')
			n = atol(line + len);
	if (f)
		fclose(f);
	return n;
}

/* Programs that begin and end while a probe is there: nothing of them stays. */
static void test_ended(void)
{
	void *page = (void *)((uintptr_t)semaphore & ~(PAGE - 1));
	int i, j, ev, status, raised = 0;
	volatile uint16_t *word;
	long before;
	pid_t pid;

	/* They are not to have one from here. */
	munmap(page, PAGE);
	ev = open_probe();
	before = slab_objects("mm_struct");
	for (i = 0; i < ENDED; i++) {
		pid = fork();
		if (!pid) {
			word = map_sem(NULL);
			for (j = 0; j < 1000 && !word[SEM_OFFSET / 2]; j++)
				usleep(100);
			_exit(!word[SEM_OFFSET / 2]);
		}
		raised += pid > 0 && waitpid(pid, &status, 0) == pid && !status;
	}
	tap_ok(ev >= 0 && raised > ENDED / 2, "%d of %d programs have the semaphore raised, and end",
	       raised, ENDED);
	if (before < 0 || kernel_has_kasan()) {
		tap_skip("it cannot be counted here what stays of them");
	} else {
		for (i = 0; i < 100 && slab_objects("mm_struct") > before + ENDED / 3; i++)
			usleep(100000);
		tap_ok(slab_objects("mm_struct") <= before + ENDED / 3,
		       "their memory is let go while the probe is there (%ld, then %ld)", before,
		       slab_objects("mm_struct"));
	}
	close(ev);
	map_sem(page);
}

/*
 * A locked address space
 */

static int dev = -1;

static void holder(void)
{
	volatile uint16_t *word = map_sem(NULL);
	const size_t at = SEM_OFFSET / 2;
	int i;

	/* The kernel waits for who maps that. */
	munmap(text, PAGE);
	ioctl(dev, USDT_IOC_HOLD);
	/* What came late is done when all is free again. */
	for (i = 0; i < 100 && !shared->stop; i++)
		usleep(100000);
	for (i = 0; i < 100 && word[at]; i++)
		usleep(100000);
	shared->damage = word[at];
}

static void test_locked(void)
{
	pid_t pid;
	int i, ev[3];

	pid = start(holder);
	for (i = 0; i < 200 && ioctl(dev, USDT_IOC_HELD) != 1; i++)
		usleep(50000);
	for (i = 0; i < 3; i++)
		ev[i] = open_probe();
	tap_ok(ev[0] >= 0 && ev[1] >= 0 && ev[2] >= 0,
	       "three probes while a program's address space is locked");
	tap_ok(*semaphore >= 1, "the others are raised");
	for (i = 0; i < 3; i++)
		close(ev[i]);
	tap_eq(ioctl(dev, USDT_IOC_HELD), 1, "all closed, and it is locked still");
	for (i = 0; i < 100 && *semaphore; i++)
		usleep(50000);
	tap_eq(*semaphore, 0, "the others are lowered");
	ioctl(dev, USDT_IOC_ENOUGH);
	shared->stop = 1;
	waitpid(pid, NULL, 0);
	tap_eq(shared->damage, 0, "and that program's once it can be");
}

int main(void)
{
	char ko[PATH_MAX + 32];

	shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	semaphore = (volatile uint16_t *)map_sem(NULL) + SEM_OFFSET / 2;
	if (!tap_ok(find_entry() && map_text() && !*semaphore, "%s and its padding", file))
		return tap_end();
	drv_open();
	test_forks();
	test_replaced();
	/* Since 4.20 the kernel's own uprobes raise semaphores, where they are mapped with the text. */
	if (!kernel_is_since(4, 20))
		test_ended();
	snprintf(ko, sizeof(ko), "insmod %s/test_attach_usdt_ko.ko", getenv("EBPFDRV_TEST_DIR"));
	if (system(ko))
		tap_ok(0, "the test's module loads");
	dev = open("/dev/" USDT_DEVICE, O_RDWR | O_CLOEXEC);
	if (dev >= 0) {
		test_locked();
		close(dev);
	}
	system("rmmod test_attach_usdt_ko");
	drv_close();
	return tap_end();
}
