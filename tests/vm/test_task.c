// SPDX-License-Identifier: GPL-2.0-only
/*
 * What programs learn of tasks: saved registers, stacks of others; and variables of
 * the kernel that they declare as __ksym.
 */
#define _GNU_SOURCE
#include <asm/unistd.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "kernel_types.h"
#include "tap.h"
#include "test_task.h"

#define KERNEL_ADDR	0xff00000000000000ULL
#ifndef CLOCK_TAI
#define CLOCK_TAI	11
#endif

static struct task_seen seen;

static bool in_kernel(const __u64 *ips, __s64 size)
{
	__s64 i;

	for (i = 0; i < size / 8; i++)
		if (ips[i] < KERNEL_ADDR)
			return false;
	return size > 0 && !(size % 8);
}

static __u64 tai_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_TAI, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static void check_task(void)
{
	tap_ok(seen.calls == 1, "the program saw its one call");
	tap_ok(seen.orig_ax == TASK_SYSCALL, "the saved registers have its number");
	tap_ok(seen.arg == TASK_MAGIC, "and its argument");
	tap_ok(seen.user_ip && seen.user_ip < KERNEL_ADDR, "and an address of user space");
	if (!tap_ok(in_kernel(seen.own_ips, seen.own_stack), "the task's own stack"))
		tap_diag("%lld", (long long)seen.own_stack);
	/* 4.9 to 5.16 may free the stack of a dying task under its reader. */
	if (seen.parent_stack == -EOPNOTSUPP)
		tap_skip("the stack of another task: this kernel cannot");
	else if (!tap_ok(in_kernel(seen.parent_ips, seen.parent_stack), "of its parent"))
		tap_diag("%lld", (long long)seen.parent_stack);
	tap_eq(seen.parent_user, -EOPNOTSUPP, "user space of another task cannot be read");
}

static void check_text(void)
{
	char want[64];

	snprintf(want, sizeof(want), ".orig_ax = (long unsigned int)%d,", TASK_SYSCALL);
	if (!tap_ok(!strncmp(seen.text, "(struct pt_regs){.", 18) && strstr(seen.text, want),
		    "registers as text"))
		tap_diag("%lld: %.400s", (long long)seen.text_len, seen.text);
	tap_eq(seen.text_len, strlen(seen.text), "of the length returned");
	tap_ok(!strcmp(seen.cut, "(struct") && seen.cut_len == seen.text_len,
	       "what does not fit is counted");
	tap_eq(seen.bad_flags, -EINVAL, "unknown flags");
}

static void check_cpus(void)
{
	tap_eq(seen.has_number, kernel_has_type("cpu_number", BTF_KIND_VAR),
	       "cpu_number is there where the kernel has it");
	tap_eq(seen.has_runqueues, kernel_has_type("runqueues", BTF_KIND_VAR),
	       "runqueues, too");
	if (seen.has_number) {
		tap_eq(seen.cpu_number, seen.cpu, "cpu_number of this CPU");
		tap_eq(seen.cpu_1, 1, "and of another");
	}
	if (!seen.has_runqueues) {
		tap_skip("another CPU's variables: none in the kernel's BTF");
		return;
	}
	tap_eq(seen.no_cpu, 1, "there is no CPU 100000");
	tap_eq(seen.rq_cpu, 1, "a member of another CPU's run queue");
}

static int load(struct bpf_link **link)
{
	struct bpf_program *prog;
	struct bpf_object *obj;
	char path[4096];

	snprintf(path, sizeof(path), "%s/test_task.bpf.o", getenv("EBPFDRV_TEST_DIR"));
	obj = bpf_object__open_file(path, NULL);
	if (!tap_ok(obj && !bpf_object__load(obj), "the programs load"))
		return -1;
	prog = bpf_object__find_program_by_name(obj, "note_task");
	*link = bpf_program__attach(prog);
	tap_ok(*link != NULL, "and attach");
	return bpf_object__find_map_fd_by_name(obj, "out");
}

/* The stack of a task that runs just now is anything, or nothing. */
static void wait_until_asleep(pid_t pid)
{
	char path[64], line[256], *state;
	bool asleep = false;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	while (!asleep) {
		f = fopen(path, "r");
		if (!f)
			return;
		if (fgets(line, sizeof(line), f)) {
			state = strrchr(line, ')');
			asleep = state && state[1] == ' ' && state[2] == 'S';
		}
		fclose(f);
		sched_yield();
	}
}

/* A child that waits for its own entry in the map before it makes the call. */
static void run_child(int fd)
{
	int go[2], status;
	__u32 zero = 0;
	char c = 0;
	pid_t pid;

	if (pipe(go))
		return;
	pid = fork();
	if (!pid) {
		if (read(go[0], &c, 1) == 1) {
			wait_until_asleep(getppid());
			syscall(TASK_SYSCALL, TASK_MAGIC);
		}
		_exit(0);
	}
	memset(&seen, 0, sizeof(seen));
	seen.tgid = pid;
	tap_eq(bpf_map_update_elem(fd, &zero, &seen, 0), 0, "the child is named");
	if (write(go[1], &c, 1) != 1)
		kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	tap_eq(bpf_map_lookup_elem(fd, &zero, &seen), 0, "what it saw");
	close(go[0]);
	close(go[1]);
}

int main(int argc, char **argv)
{
	const char *shim = getenv("EBPFDRV_SHIM");
	struct bpf_link *link = NULL;
	__u64 before, after;
	int fd;

	if (shim && !getenv("LD_PRELOAD")) {
		setenv("LD_PRELOAD", shim, 1);
		execv("/proc/self/exe", argv);
	}
	unsetenv("LD_PRELOAD");
	fd = load(&link);
	if (fd < 0 || !link)
		return tap_end();
	before = tai_now();
	run_child(fd);
	after = tai_now();
	check_task();
	check_cpus();
	check_text();
	/* Clocks for use anywhere may be a moment off. */
	if (!tap_ok(seen.tai + 1000000000ULL > before && seen.tai < after + 1000000000ULL,
		    "the time is CLOCK_TAI's"))
		tap_diag("%llu, not in %llu..%llu", (unsigned long long)seen.tai,
			 (unsigned long long)before, (unsigned long long)after);
	bpf_link__destroy(link);
	return tap_end();
}
