// SPDX-License-Identifier: GPL-2.0-only
/*
 * harness: timeout=300
 *
 * Arenas: what programs and processes write is the same memory, pages come and go for both, and what is
 * not there harms nobody.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/bpf.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>

#include "client.h"

#define ARENA		33	/* newer than the headers */
#define SEGV_ON_FAULT	(1U << 17)
#define NO_USER_CONV	(1U << 18)
#define PAGES		1000
#define PAGE		4096UL
#define START		(1UL << 44)

static __u64 *result;
static sigjmp_buf back;

/* R0 of the program; what it found is in *result. */
static int run(const char *name, void *at, __u64 a, __u64 b)
{
	__u64 args[12] = { 0, (unsigned long)at, a, b };
	__u32 retval;

	*result = 0;
	if (!run_raw_tp(name, args, sizeof(args), &retval))
		die(name);
	return retval;
}

static __u64 found(const char *name, void *at, __u64 a, __u64 b)
{
	run(name, at, a, b);
	return *result;
}

static __u64 asleep(const char *name, void *at, __u64 cnt)
{
	__u64 req[2] = { (unsigned long)at, cnt };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = req, .ctx_size_in = sizeof(req));

	*result = 0;
	if (bpf_prog_test_run_opts(bpf_program__fd(prog_named(name)), &opts))
		die(name);
	return *result;
}

static void on_signal(int sig)
{
	siglongjmp(back, 1);
}

/* Is there something that can be read? */
static bool readable(volatile __u64 *at)
{
	struct sigaction sa = { .sa_handler = on_signal, .sa_flags = SA_NODEFER }, segv, bus;
	bool ok = false;

	sigaction(SIGSEGV, &sa, &segv);
	sigaction(SIGBUS, &sa, &bus);
	if (!sigsetjmp(back, 1)) {
		(void)*at;
		ok = true;
	}
	sigaction(SIGSEGV, &segv, NULL);
	sigaction(SIGBUS, &bus, NULL);
	return ok;
}

static int create(__u32 key, __u32 value, __u32 pages, __u32 flags, __u64 extra)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = flags, .map_extra = extra);
	int fd = bpf_map_create(ARENA, "arena", key, value, pages, &opts);

	if (fd >= 0)
		close(fd);
	return fd >= 0 ? 0 : -errno;
}

static void test_create(void)
{
	tap_eq(create(0, 0, 10, BPF_F_MMAPABLE, 0), 0, "an arena");
	tap_eq(create(0, 0, 1 << 20, BPF_F_MMAPABLE | SEGV_ON_FAULT | NO_USER_CONV, 0), 0, "of 4 GiB");
	tap_eq(create(0, 0, (1 << 20) + 1, BPF_F_MMAPABLE, 0), -E2BIG, "of more");
	tap_eq(create(0, 0, 0, BPF_F_MMAPABLE, 0), -EINVAL, "of none");
	tap_eq(create(0, 0, 10, 0, 0), -EINVAL, "that cannot be mapped");
	tap_eq(create(0, 0, 10, BPF_F_MMAPABLE | BPF_F_NUMA_NODE, 0), -EINVAL, "with another flag");
	tap_eq(create(4, 0, 10, BPF_F_MMAPABLE, 0), -EINVAL, "with keys");
	tap_eq(create(0, 8, 10, BPF_F_MMAPABLE, 0), -EINVAL, "with values");
	tap_eq(create(0, 0, 10, BPF_F_MMAPABLE, START + 8), -EINVAL, "in the middle of a page");
	tap_eq(create(0, 0, 10, BPF_F_MMAPABLE, START - PAGE), -ERANGE, "over a border of 4 GiB");
}

/* Without a place in processes no program can use it. */
static void test_no_place(void)
{
	int err;

	client_open("test_arena");
	err = bpf_object__load(obj);
	tap_eq(err, -EINVAL, "a program of an arena that is nowhere");
	bpf_object__close(obj);
}

static char *map_at(int fd, unsigned long at, unsigned long size)
{
	return mmap((void *)at, size, PROT_READ | PROT_WRITE, MAP_SHARED | (at ? MAP_FIXED : 0), fd, 0);
}

static char *open_arena(void)
{
	char *at;

	client_open("test_arena");
	if (bpf_map__set_map_extra(bpf_object__find_map_by_name(obj, "arena"), START))
		die("map_extra");
	if (bpf_object__load(obj))
		die("load");
	result = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, map_fd(".bss"), 0);
	if (result == MAP_FAILED)
		die(".bss");
	at = map_at(map_fd("arena"), START, PAGES * PAGE);
	if (at == MAP_FAILED)
		die("mmap");
	return at;
}

static void test_mmap(void)
{
	int fd = map_fd("arena");

	tap_ok(map_at(fd, START + PAGE, PAGES * PAGE) == MAP_FAILED && errno == EINVAL, "elsewhere: EINVAL");
	tap_ok(map_at(fd, START, 10 * PAGE) == MAP_FAILED && errno == EINVAL, "a part of it: EINVAL");
	tap_ok(map_at(fd, START, (PAGES + 1) * PAGE) == MAP_FAILED && errno == E2BIG, "more of it: E2BIG");
	tap_ok(mmap((void *)START, PAGES * PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 0) == MAP_FAILED &&
	       errno == EINVAL, "for itself: EINVAL");
	/* That one had made room before it was refused. */
	if (map_at(fd, START, PAGES * PAGE) == MAP_FAILED)
		die("mmap");
}

static void test_shared(char *at)
{
	__u64 *page = (__u64 *)found("get", NULL, 1, 0), *other;

	tap_ok((char *)page >= at && (char *)page < at + PAGES * PAGE, "a program gets a page (%p)", page);
	tap_eq(*page, 0, "it is empty");
	page[1] = 0x1122334455667788;
	tap_eq(found("load", &page[1], 8, 0), 0x1122334455667788, "what the process wrote the program reads");
	tap_eq(found("load", (void *)(__u64)(__u32)(unsigned long)&page[1], 8, 0), 0x1122334455667788,
	       "by the low half of the address");
	tap_ok(found("load", &page[1], 4, 0) == 0x55667788 && found("load", &page[1], 2, 0) == 0x7788 &&
	       found("load", (char *)&page[1] + 7, 1, 0) == 0x11, "and its parts");
	run("store", &page[2], 8, ~0UL);
	run("store", &page[2], 4, 0x01020304);
	run("store", (char *)&page[2] + 4, 2, 0x0506);
	run("store", (char *)&page[2] + 6, 1, 0x07);
	tap_eq(page[2], 0xff07050601020304, "what the program wrote the process reads");
	page[3] = 40;
	page[4] = ~0UL;
	tap_ok(found("add", &page[3], 0, 2) == 40 && page[3] == 42 && page[4] == 0xffffffff00000000,
	       "atomic operations");
	other = (__u64 *)(at + 20 * PAGE);
	other[0] = 77;
	tap_eq(found("load", other, 8, 0), 77, "a page that the process made");
	tap_ok(found("cast", other, 0, 0) == (unsigned long)other + 8, "an address forth and back");
	tap_ok(run("where", NULL, 0, 0) == 1 && *result == START, "where the arena is");
	tap_eq(run("again", NULL, 0, 0), 1, "a page is free when it was given back");
}

static void test_apart(char *at)
{
	__u64 *in_two = (__u64 *)(at + 31 * PAGE - 3);

	memcpy(in_two, "abcdefgh", 8);
	tap_eq(found("load", in_two, 8, 0), *in_two, "a word in two pages");
	tap_eq(found("load", (char *)in_two + 1, 4, 0), *(__u32 *)((char *)in_two + 1), "half a word");
	run("store", in_two, 8, 0x1234567890abcdef);
	tap_eq(*in_two, 0x1234567890abcdef, "written");
	in_two = (__u64 *)(at + 32 * PAGE - 3);
	tap_eq(found("load", in_two, 8, 0), 0, "with nothing in the second");
	run("store", in_two, 8, ~0UL);
	tap_eq(*(__u16 *)in_two, 0, "not written");
}

static void test_nothing(char *at)
{
	tap_eq(found("load", at + 500 * PAGE, 8, 0), 0, "nothing there is 0");
	run("store", at + 500 * PAGE, 8, 1);
	run("add", at + 500 * PAGE, 8, 1);
	tap_eq(*(__u64 *)(at + 500 * PAGE), 0, "and nothing is written");
	tap_eq(found("load", NULL, 8, 0) | found("load", at + PAGES * PAGE, 8, 0) |
	       found("load", at - 8, 8, 0) | found("load", (void *)-1L, 8, 0) |
	       found("load", (void *)result, 8, 0), 0, "nor outside of it");
	run("store", at + PAGES * PAGE - 1, 8, ~0UL);
	run("store", (void *)-1L, 8, ~0UL);
	run("add", (void *)0x7fffffff, 8, ~0UL);
	tap_ok(!readable((__u64 *)(at + PAGES * PAGE)), "behind its end");
}

static void test_free(char *at)
{
	__u64 *page = (__u64 *)(at + 600 * PAGE);
	int tries = 500;

	tap_eq(found("get", page, 3, 0), (unsigned long)page, "pages at an address");
	tap_eq(found("get", page, 1, 0), 0, "not twice");
	page[0] = page[512] = page[1024] = 1;
	run("put", page, 3, 0);
	tap_eq(found("load", page, 8, 0) | found("load", page + 1024, 8, 0), 0, "given back: nothing there");
	while ((page[0] || page[512] || page[1024]) && tries--)
		usleep(10000);
	tap_ok(tries > 0, "nor for the process, which gets new ones");
	asleep("put_asleep", page, 3);
	tap_eq(asleep("get_asleep", page, 3), (unsigned long)page, "by who may sleep: free at once");
	tap_eq(page[0] | page[512] | page[1024], 0, "and empty");
	run("put", at - 10 * PAGE, 100, 0);
	run("put", at + 999 * PAGE, -1, 0);
	run("put", NULL, 10, 0);
	tap_ok(true, "what is not there cannot be freed");
}

static void test_many(char *at)
{
	__u64 got, i;

	got = asleep("get_asleep", NULL, 300);
	for (i = 0; got && i < 300; i++)
		*(__u64 *)(got + i * PAGE) = i;
	tap_ok(got && i == 300, "hundreds of pages in a row");
	tap_eq(found("load", (char *)got + 299 * PAGE, 8, 0), 299, "the last");
	tap_eq(asleep("get_asleep", NULL, PAGES), 0, "more than are free");
	tap_eq(found("get", NULL, 65, 0), 0, "more than a program gets that cannot sleep");
	asleep("put_asleep", (void *)got, 300);
	tap_eq(asleep("get_asleep", (void *)got, 300), got, "freed and got again");
	asleep("put_asleep", (void *)got, 300);
	tap_eq(found("get", at + 8, 1, 0) | found("get", at + PAGES * PAGE, 1, 0), 0, "where no page can be");
}

static void test_keep(char *at)
{
	char *place = at + 700 * PAGE;

	tap_eq(run("keep", place, 5, 0), 0, "places are kept");
	tap_eq(found("get", place + 4 * PAGE, 1, 0), 0, "from programs");
	tap_ok(!readable((__u64 *)place), "from processes");
	tap_eq(run("keep", place + 4 * PAGE, 2, 0), -EBUSY, "twice: EBUSY");
	tap_eq(run("keep", at + 999 * PAGE, 2, 0), -EINVAL, "over the end: EINVAL");
	run("put", place, 5, 0);
	tap_ok(readable((__u64 *)place), "until they are freed");
}

/* Pages are of programs only. */
static void test_segv(void)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_MMAPABLE | SEGV_ON_FAULT);
	int fd = bpf_map_create(ARENA, "arena", 0, 0, 4, &opts);
	char *at = map_at(fd, 0, 4 * PAGE);

	tap_ok(at != MAP_FAILED, "an arena somewhere (%p)", at);
	tap_ok(!readable((__u64 *)at), "without pages for processes");
	munmap(at, 4 * PAGE);
	tap_ok(map_at(fd, 0, 4 * PAGE) == MAP_FAILED, "it has its place from then on");
	tap_ok(map_at(fd, (unsigned long)at, 4 * PAGE) == at, "where it can be had again");
	munmap(at + PAGE, PAGE);
	munmap(at, 4 * PAGE);
	close(fd);
}

int main(int argc, char **argv)
{
	char *at;

	client_preload(argv);
	test_create();
	test_no_place();
	at = open_arena();
	test_mmap();
	test_shared(at);
	test_apart(at);
	test_nothing(at);
	test_free(at);
	test_many(at);
	test_keep(at);
	test_segv();
	bpf_object__close(obj);
	tap_ok(readable((__u64 *)at), "the memory stays while it is mapped");
	munmap(at, PAGES * PAGE);
	return tap_end();
}
