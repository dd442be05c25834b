// SPDX-License-Identifier: GPL-2.0-only
/*
 * harness: timeout=300
 *
 * Kernel functions that hold tasks: those that are there are found, also by the number a container knows
 * them by; one that is held in a map stays when it is reaped, until it is given back, replaced or the map
 * goes.
 */
#define _GNU_SOURCE
#include <linux/bpf.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>

#include "client.h"

static __u32 run(const char *name, __u64 a, __u64 b)
{
	__u64 args[12] = { a, b };
	__u32 retval;

	if (!run_raw_tp(name, args, sizeof(args), &retval))
		die(name);
	return retval;
}

static pid_t child(void)
{
	pid_t pid = fork();

	if (!pid) {
		pause();
		_exit(0);
	}
	if (pid < 0)
		die("fork");
	return pid;
}

static void reap(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void test_find(void)
{
	__u32 me = getpid();
	pid_t pid = child();

	tap_eq(run("of_current", 0, 0), me, "the current task is held");
	tap_eq(run("of_leader", 0, 0), me, "so is its leader");
	tap_eq(run("by_pid", pid, 0), (__u32)pid, "a task by its number");
	tap_eq(run("by_vpid", pid, 0), (__u32)pid, "and by its number here");
	reap(pid);
	tap_eq(run("by_pid", pid, 0) | run("by_vpid", pid, 0), 0u, "none that was reaped");
	tap_eq(run("by_pid", 0, 0) | run("by_pid", -1, 0) | run("by_pid", 1 << 30, 0), 0u, "none of no task's");
}

static void test_keep(void)
{
	pid_t pid = child();

	tap_eq(run("keep", pid, 0), 1u, "a task is kept in a map");
	tap_eq(run("look", 0, 0), (__u32)pid << 1 | 1, "found there, and held once more");
	reap(pid);
	tap_eq(run("look", 0, 0), (__u32)pid << 1, "when it was reaped it can be looked at, and not be held");
	tap_eq(run("give_back", 0, 0), (__u32)pid, "until it is given back");
	tap_eq(run("look", 0, 0) | run("give_back", 0, 0), 0u, "and is gone then");
}

/* Each last reference is given back by whoever replaces the task, which was reaped meanwhile. */
static void test_many(void)
{
	__u32 i, kept = 0;
	pid_t pid = 0;

	for (i = 0; i < 500; i++) {
		pid = child();
		kept += run("keep", pid, i % 4);
		reap(pid);
	}
	tap_eq(kept, 500u, "many tasks replace each other");
	tap_eq(run("look", 0, (i - 1) % 4), (__u32)pid << 1, "the last one is there");
}

static void test_namespace(void)
{
	int status = -1;
	pid_t pid = fork();

	if (!pid) {
		if (unshare(CLONE_NEWPID))
			_exit(2);
		pid = fork();
		if (!pid)
			_exit(run("by_vpid", 1, 0) == run("of_current", 0, 0) ? 0 : 1);
		waitpid(pid, &status, 0);
		_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 3);
	}
	waitpid(pid, &status, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 2)
		tap_skip("no pid namespaces");
	else
		tap_ok(WIFEXITED(status) && !WEXITSTATUS(status), "number 1 of a container is its own");
}

int main(int argc, char **argv)
{
	client_preload(argv);
	client_load("test_kern_task");
	test_find();
	test_keep();
	test_namespace();
	test_many();
	/* With what is in the map. */
	bpf_object__close(obj);
	return tap_end();
}
