// SPDX-License-Identifier: GPL-2.0-only
/*
 * A start of the module that fails at its last step, where the kernel has no number left for the
 * device, while others try to get in: by bpf(2), which it was to take over, and by mounting.
 * Nothing is left of it, and the next start is as any.
 *
 * harness: timeout=300 nobpf=no
 */
#define _GNU_SOURCE
#include "own_module.h"
#include "tap.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#define STARTS	20

static bool loaded(void)
{
	return access("/sys/module/ebpfdrv", F_OK) == 0;
}

static int start_with_takeover(void)
{
	const char *args = getenv("EBPFDRV_KO_ARGS");
	char *before = strdup(args ? args : ""), with[512];
	int err;

	snprintf(with, sizeof(with), "%s takeover=1", before);
	setenv("EBPFDRV_KO_ARGS", with, 1);
	err = insmod();
	setenv("EBPFDRV_KO_ARGS", before, 1);
	free(before);
	return err;
}

/* MAP_GET_NEXT_ID: without rights or objects an error, whoever answers. */
static void call_bpf(void)
{
	char attr[64] = { 0 };

	syscall(SYS_bpf, 12, attr, sizeof(attr));
}

static void mount_it(const char *dir)
{
	if (!mount("none", dir, "ebpfdrv", 0, NULL))
		umount2(dir, MNT_DETACH);
}

static pid_t visit(const char *dir)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		call_bpf();
		mount_it(dir);
	}
}

static void test_starts(void)
{
	char dir[] = "/tmp/start_fails.XXXXXX";
	int i, err = 0, other = 0, left = 0;
	pid_t visitor;

	visitor = mkdtemp(dir) ? visit(dir) : -1;
	for (i = 0; i < STARTS; i++) {
		err = i & 1 ? insmod() : start_with_takeover();
		/* With takeover, where that cannot be, it ends before. */
		other += err != EBUSY && (i & 1 || err != EOPNOTSUPP);
		left += loaded();
	}
	tap_ok(!other, "the start fails for want of a number (%s)", strerror(err));
	tap_eq(left, 0, "nothing is left of it");
	if (visitor > 0) {
		tap_ok(!waitpid(visitor, NULL, WNOHANG), "who tried to get in lives");
		kill(visitor, SIGKILL);
		waitpid(visitor, NULL, 0);
	}
	rmdir(dir);
}

/* The kernel gives the number of the PS/2 mouse, if it has one, to another device too, and then warns. */
static bool has_mouse(void)
{
	char line[64];
	bool found = false;
	FILE *f = fopen("/proc/misc", "re");

	while (f && !found && fgets(line, sizeof(line), f))
		found = strstr(line, "psaux") != NULL;
	if (f)
		fclose(f);
	return found;
}

/* 0, or the errno of the kernel's answer. */
static int fill_up(void)
{
	char path[512];
	int fd, err;

	snprintf(path, sizeof(path), "%s/test_start_fails_ko.ko", getenv("EBPFDRV_TEST_DIR"));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	err = fd < 0 || syscall(SYS_finit_module, fd, "", 0) ? errno : 0;
	close(fd);
	return err;
}

int main(void)
{
	int err;

	tap_eq(rmmod_within(10), 0, "the module goes");
	err = has_mouse() ? EEXIST : fill_up();
	if (err == ENOSPC || err == EEXIST) {
		tap_skip("starts that fail: %s", err == ENOSPC ?
			 "this kernel has no end of numbers for devices" :
			 "this kernel gives the mouse's number twice");
	} else if (tap_eq(err, 0, "no number for a device is left")) {
		test_starts();
		tap_ok(!syscall(SYS_delete_module, "test_start_fails_ko", O_NONBLOCK), "there are again");
	}
	tap_eq(insmod(), 0, "the next start");
	tap_ok(loaded() && rmmod_within(10) == 0 && insmod() == 0, "and the one after it");
	return tap_end();
}
