// SPDX-License-Identifier: GPL-2.0-only
/*
 * Functions that ftrace calls another's trampoline from, straight: that of the kernel's own
 * fentry and fexit programs (5.5 and up). Ours do not come between, and are there again when
 * those have gone.
 *
 * harness: timeout=300 nobpf=no faults=no
 */
#define _GNU_SOURCE
#include "client.h"
#include "own_module.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <ebpfdrv/ebpfdrv.h>

#define HITS	100
#define NATIVE	"EBPFDRV_TEST_NATIVE"	/* the program that a child attaches by the kernel's bpf(2) */

static void load_only(const char *name)
{
	struct bpf_program *prog;

	client_open("test_attach_direct");
	bpf_object__for_each_program(prog, obj)
		bpf_program__set_autoload(prog, !strcmp(bpf_program__name(prog), name));
}

/* Runs of "leave", and calls that were none because of somebody else. */
struct counts {
	__u64 left, missed;
};

static struct counts counts(void)
{
	struct bpf_map *map = bpf_object__find_map_by_name(obj, ".bss");
	struct bpf_prog_info info = {};
	__u32 key = 0, len = sizeof(info);
	struct counts c;

	if (!map || bpf_map_lookup_elem(bpf_map__fd(map), &key, &c.left) ||
	    bpf_obj_get_info_by_fd(bpf_program__fd(prog_named("leave")), &info, &len))
		die("counts");
	c.missed = info.recursion_misses;
	return c;
}

/* Of HITS calls of the function. */
static struct counts new_counts(void)
{
	struct counts before = counts(), now;
	int i;

	for (i = 0; i < HITS; i++)
		syscall(SYS_getpriority, PRIO_PROCESS, 0);
	now = counts();
	now.left -= before.left;
	now.missed -= before.missed;
	return now;
}

/* Attaches, says so, and waits for its end. */
static int be_native(const char *name)
{
	load_only(name);
	if (bpf_object__load(obj) || !bpf_program__attach(prog_named(name)))
		return 1;
	if (write(1, "+", 1) != 1)
		return 1;
	for (;;)
		pause();
}

/* -1: the kernel has no such programs. */
static pid_t native_begins(const char *name)
{
	int out[2], status;
	pid_t pid;
	char c;

	if (pipe(out) || (pid = fork()) < 0)
		die("fork");
	if (!pid) {
		dup2(out[1], 1);
		close(out[0]);
		close(out[1]);
		setenv(NATIVE, name, 1);
		execl("/proc/self/exe", "test_attach_direct", NULL);
		_exit(1);
	}
	close(out[1]);
	status = read(out[0], &c, 1) == 1;
	close(out[0]);
	if (status)
		return pid;
	waitpid(pid, NULL, 0);
	return -1;
}

static void native_ends(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	/* Its trampoline goes after grace periods. */
	sleep(2);
}

static void test_beside(const char *name)
{
	struct bpf_link *link;
	struct counts c;
	pid_t pid;

	link = bpf_program__attach(prog_named("leave"));
	if (!tap_ok(link, "fexit is attached"))
		return;
	tap_eq(new_counts().left, (__u64)HITS, "it runs at each call");
	pid = native_begins(name);
	if (pid < 0) {
		tap_skip("no native %s here", name);
	} else {
		c = new_counts();
		tap_eq(c.left + c.missed, (__u64)HITS,
		       "beside the kernel's own %s each call is a run or a miss (%llu, %llu)", name,
		       c.left, c.missed);
		native_ends(pid);
		tap_eq(new_counts().left, (__u64)HITS, "without it there is a run for each again");
	}
	bpf_link__destroy(link);
}

/* An adopted process, whose calls the kernel's own program takes away. */
static int adopted(void)
{
	union bpf_attr attr;
	int i, fd, dev = open(EBPFDRV_DEVICE_PATH, O_RDWR | O_CLOEXEC);

	if (dev < 0 || ioctl(dev, EBPFDRV_IOC_ADOPT))
		return 1;
	close(dev);
	for (i = 0; i < 5; i++) {
		memset(&attr, 0, sizeof(attr));
		attr.map_type = BPF_MAP_TYPE_ARRAY;
		attr.key_size = attr.value_size = 4;
		attr.max_entries = 1;
		fd = syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr));
		if (fd >= 0)
			close(fd);
	}
	return 0;
}

/* Calls that never arrived are not waited for. */
static void test_unload(void)
{
	pid_t native = native_begins("leave_bpf"), pid;
	int i, status = -1;

	pid = fork();
	if (!pid)
		_exit(adopted());
	waitpid(pid, &status, 0);
	if (status) {
		tap_skip("no process can be adopted here");
		if (native > 0)
			native_ends(native);
		return;
	}
	if (native > 0)
		native_ends(native);
	/* The library's device is one of them. */
	bpf_object__close(obj);
	for (i = sysconf(_SC_OPEN_MAX) - 1; i > 2; i--)
		close(i);
	pid = fork();
	if (!pid)
		_exit(rmmod_within(20));
	status = -1;
	for (i = 0; i < 600 && !waitpid(pid, &status, WNOHANG); i++)
		usleep(100000);
	tap_eq(status, 0, "the module can be unloaded");
	tap_eq(insmod(), 0, "it comes back");
}

int main(int argc, char **argv)
{
	const char *native = getenv(NATIVE);

	if (native)
		return be_native(native);
	client_preload(argv);
	load_only("leave");
	if (bpf_object__load(obj)) {
		tap_skip("system calls have other names here");
	} else {
		test_beside("leave");
		test_beside("enter");
	}
	test_unload();
	return tap_end();
}
