// SPDX-License-Identifier: GPL-2.0-only
/*
 * harness: timeout=300
 *
 * Kernel functions that hold tasks: those that are there are found, also by the number a container knows
 * them by; an iterator finds all; one that is held in a map stays when it is reaped, until it is given back, replaced or the map
 * goes.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <linux/bpf.h>
#include <pthread.h>
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

/* What the iterator left behind. */
static struct {
	__u64 seen, sum, mine, first, error;
} found;

static void iterate(__u32 which, bool mine)
{
	struct bpf_map *bss = bpf_object__find_map_by_name(obj, "test_ker.bss");
	__u32 zero = 0;

	run("iterate", which, mine);
	if (!bss || bpf_map__lookup_elem(bss, &zero, sizeof(zero), &found, sizeof(found), 0))
		die("test_ker.bss");
}

/* Processes, or tasks of all, as /proc has them. */
static __u64 count_proc(bool tasks, __u64 *sum)
{
	char path[300];
	struct dirent *p, *t;
	DIR *proc = opendir("/proc"), *dir;
	__u64 nr = 0;

	*sum = 0;
	while (proc && (p = readdir(proc))) {
		if (!atoi(p->d_name))
			continue;
		if (!tasks) {
			nr++;
			*sum += atoi(p->d_name);
			continue;
		}
		snprintf(path, sizeof(path), "/proc/%s/task", p->d_name);
		dir = opendir(path);
		while (dir && (t = readdir(dir)))
			if (atoi(t->d_name)) {
				nr++;
				*sum += atoi(t->d_name);
			}
		if (dir)
			closedir(dir);
	}
	if (proc)
		closedir(proc);
	return nr;
}

/* Other processes come and go: as /proc has them before and after, at one of some tries. */
static bool iterates_as_proc(bool tasks)
{
	__u64 before, after, sum_before, sum_after;
	int i;

	for (i = 0; i < 50; i++) {
		before = count_proc(tasks, &sum_before);
		iterate(tasks, false);
		after = count_proc(tasks, &sum_after);
		/* And the idle task. */
		if (before == after && sum_before == sum_after && found.seen == before + 1 && found.sum == sum_before)
			return true;
	}
	tap_diag("seen %llu, sum %llu; /proc has %llu, %llu", found.seen, found.sum, after, sum_after);
	return false;
}

static void *wait_there(void *arg)
{
	pause();
	return arg;
}

static void test_iterate(void)
{
	pthread_t threads[3];
	int i;

	for (i = 0; i < 3; i++)
		if (pthread_create(&threads[i], NULL, wait_there, NULL))
			die("pthread_create");
	tap_ok(iterates_as_proc(false), "processes");
	tap_ok(!found.first && found.mine == 1 && !found.error, "the idle task first, this one once");
	tap_ok(iterates_as_proc(true), "tasks");
	tap_eq(found.mine, (__u64)4, "with all threads of this one");
	iterate(2, true);
	tap_ok(found.seen == 4 && found.mine == 4 && !found.error, "the threads of a process");
	iterate(2, false);
	tap_ok(!found.seen && (int)found.error == -EINVAL, "of none");
	iterate(3, true);
	tap_ok(!found.seen && (int)found.error == -EINVAL, "of another kind");
	tap_ok(run("iterate_held", 0, 0) > 4, "each can be held meanwhile");
	tap_eq(run("leave", 0, 0), (__u32)getpid(), "an iterator that is left early");
}

int main(int argc, char **argv)
{
	client_preload(argv);
	client_load("test_kern_task");
	test_find();
	test_keep();
	test_namespace();
	test_iterate();
	test_many();
	/* With what is in the map. */
	bpf_object__close(obj);
	return tap_end();
}
