// SPDX-License-Identifier: GPL-2.0-only
/*
 * harness: timeout=300 module=no sources=test_attach_fmodret.bpf.c
 *
 * The module does not go while a call sleeps that is to return through it, though
 * nobody is attached any more; and goes when the call has returned.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "own_module.h"
#include "tap.h"

#define SLEEP_SECONDS	4

/* Attaches to nanosleep(2) and says so by a byte on stdout; killed. */
static int hold(void)
{
	static const char * const names[] = { "__x64_sys_nanosleep", "SyS_nanosleep",
					      "sys_nanosleep" };
	struct bpf_program *prog, *exit_prog = NULL;
	struct bpf_object *obj;
	char path[4096];
	int i;

	snprintf(path, sizeof(path), "%s/test_attach_fmodret.bpf.o", getenv("EBPFDRV_TEST_DIR"));
	obj = bpf_object__open_file(path, NULL);
	if (!obj)
		return 1;
	bpf_object__for_each_program(prog, obj) {
		if (strcmp(bpf_program__name(prog), "sleep_exit"))
			bpf_program__set_autoload(prog, false);
		else
			exit_prog = prog;
	}
	for (i = 0; i < 3; i++)
		if (!bpf_program__set_attach_target(exit_prog, 0, names[i]))
			break;
	if (bpf_object__load(obj) || !bpf_program__attach(exit_prog))
		return 1;
	if (write(1, "x", 1) == 1)
		pause();
	return 0;
}

static pid_t start_holder(void)
{
	char *argv[] = { "test_attach_unload", "hold", NULL };
	int ready[2];
	pid_t pid;
	char c;

	if (pipe(ready))
		return -1;
	pid = fork();
	if (!pid) {
		dup2(ready[1], 1);
		close(ready[0]);
		close(ready[1]);
		setenv("LD_PRELOAD", getenv("EBPFDRV_SHIM"), 1);
		execv("/proc/self/exe", argv);
		_exit(1);
	}
	close(ready[1]);
	if (read(ready[0], &c, 1) != 1)
		c = 0;
	close(ready[0]);
	if (c == 'x')
		return pid;
	waitpid(pid, NULL, 0);
	return -1;
}

static pid_t start_sleeper(void)
{
	struct timespec ts = { .tv_sec = SLEEP_SECONDS };
	pid_t pid = fork();

	if (pid)
		return pid;
	_exit(syscall(SYS_nanosleep, &ts, NULL) ? 1 : 0);
}

int main(int argc, char **argv)
{
	pid_t holder, sleeper;
	int status, err = 0, i;

	if (argc > 1 && !strcmp(argv[1], "hold"))
		return hold();
	tap_eq(insmod(), 0, "the module loads");
	holder = start_holder();
	if (!tap_ok(holder > 0, "a program is attached to nanosleep(2)"))
		return tap_end();
	sleeper = start_sleeper();
	usleep(500000);
	kill(holder, SIGKILL);
	waitpid(holder, &status, 0);
	usleep(500000);
	for (i = 0; i < 10; i++) {
		err = rmmod();
		if (!is_busy(err))
			break;
	}
	tap_ok(is_busy(err), "the module stays while the call sleeps");
	waitpid(sleeper, &status, 0);
	tap_ok(WIFEXITED(status) && !WEXITSTATUS(status), "the call returns 0");
	tap_eq(rmmod_within(10), 0, "then the module unloads");
	return tap_end();
}
