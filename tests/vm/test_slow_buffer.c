// SPDX-License-Identifier: GPL-2.0-only
/*
 * harness: timeout=120
 *
 * A caller whose buffer takes its time (its page comes from user space) holds up nobody
 * else: no lock that others need is held while it is written to.
 */
#define _GNU_SOURCE
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <sys/mman.h>

#include "ioctl_lib.h"
#include "tap.h"

#define PAGE	4096

static int uffd = -1;
static long prog, other, map;

/* A page that is not there before fill_page(). */
static void *slow_page(void)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	void *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	uffd = syscall(SYS_userfaultfd, O_CLOEXEC);
	if (uffd < 0 || page == MAP_FAILED || ioctl(uffd, UFFDIO_API, &api))
		return NULL;
	reg.range.start = ptr(page);
	reg.range.len = PAGE;
	return ioctl(uffd, UFFDIO_REGISTER, &reg) ? NULL : page;
}

static bool wait_fault(void)
{
	struct pollfd pfd = { .fd = uffd, .events = POLLIN };
	struct uffd_msg msg;

	return poll(&pfd, 1, -1) == 1 && read(uffd, &msg, sizeof(msg)) == sizeof(msg) &&
	       msg.event == UFFD_EVENT_PAGEFAULT;
}

static bool fill_page(void *page)
{
	struct uffdio_zeropage zero = { .range = { .start = ptr(page), .len = PAGE } };

	return !ioctl(uffd, UFFDIO_ZEROPAGE, &zero);
}

static long map_ids(long fd, void *ids)
{
	struct ebpf_prog_info info = { .nr_map_ids = 1, .map_ids = ptr(ids) };

	return info_of(fd, &info, sizeof(info));
}

static void *slow_call(void *page)
{
	return (void *)map_ids(prog, page);
}

static long load_with_map(void)
{
	struct ebpf_insn insns[] = { LD_MAP_FD(EBPF_REG_1, map), MOV64_IMM(EBPF_REG_0, 0), EXIT() };

	return prog_load(EBPF_PROG_TYPE_SOCKET_FILTER, insns, ARRAY_LEN(insns));
}

int main(void)
{
	unsigned int id = 0;
	pthread_t thread;
	void *page, *ret;

	drv_open();
	map = map_create(EBPF_MAP_TYPE_ARRAY, 4, 4, 1, 0);
	prog = load_with_map();
	other = load_with_map();
	if (!tap_ok(map >= 0 && prog >= 0 && other >= 0, "two programs with a map"))
		return tap_end();
	page = slow_page();
	if (!page) {
		tap_skip("no userfaultfd: %s", strerror(errno));
		return tap_end();
	}
	pthread_create(&thread, NULL, slow_call, page);
	tap_ok(wait_fault(), "a call waits for the page of its buffer");
	/* For good, where the first holds a lock that this needs: the harness ends it. */
	tap_ok(!map_ids(other, &id) && id, "another is answered meanwhile");
	tap_ok(fill_page(page), "the page comes");
	pthread_join(thread, &ret);
	tap_ok(!ret && *(unsigned int *)page == id, "and the first call ends well");
	return tap_end();
}
