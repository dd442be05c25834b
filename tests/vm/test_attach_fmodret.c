// SPDX-License-Identifier: GPL-2.0-only
/*
 * harness: timeout=600
 *
 * fmod_ret and fexit programs on one system call: results that they make, their order,
 * calls that sleep or die inside while programs come and go, owners that are killed.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <bpf/btf.h>

#include "client.h"
#include "test_attach_fmodret.h"

static int out_fd, conf_fd;
static struct conf conf;
static char log_buf[4096];

static void set_conf(void)
{
	__u32 zero = 0;

	if (bpf_map_update_elem(conf_fd, &zero, &conf, 0))
		die("conf");
}

static void load(void)
{
	static const char * const names[] = { "entry", "mod_1", "mod_2", "exit_1", "exit_2" };
	bool regs;
	unsigned int i;

	client_open("test_attach_fmodret");
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (bpf_program__set_attach_target(prog_named(names[i]), 0,
						   function_of("getpriority", &regs)))
			die(names[i]);
	conf.regs = regs;
	if (bpf_program__set_attach_target(prog_named("sleep_exit"), 0,
					   function_of("nanosleep", &regs)))
		die("sleep_exit");
	bpf_program__set_autoload(prog_named("ends"), false);
	tap_eq(bpf_object__load(obj), 0, "fentry, fmod_ret and fexit of a system call load");
	out_fd = map_fd("out");
	conf_fd = map_fd("conf");
	conf.tgid = getpid();
	set_conf();
}

static struct seen take(__u32 prog)
{
	struct seen seen, none = {};

	if (bpf_map_lookup_elem(out_fd, &prog, &seen) ||
	    bpf_map_update_elem(out_fd, &prog, &none, 0))
		die("out");
	return seen;
}

static void ask(long mod_1, long mod_2)
{
	__u32 i;

	for (i = 0; i < NR_PROGS; i++)
		take(i);
	conf.clock = 0;
	conf.modify[0] = mod_1;
	conf.modify[1] = mod_2;
	set_conf();
}

/* As the kernel returns it: 20 for priority 0. */
static long call(int which)
{
	errno = 0;
	return syscall(SYS_getpriority, which, 0);
}

/*
 * Loading
 */
static int load_raw(__u32 attach_type, const char *func, const struct bpf_insn *insns, int cnt,
		    __u32 flags)
{
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = attach_type,
		    .log_buf = log_buf, .log_size = sizeof(log_buf), .log_level = 1,
		    .prog_flags = flags);
	int id = libbpf_find_vmlinux_btf_id(func, attach_type);

	if (id <= 0)
		die(func);
	opts.attach_btf_id = id;
	log_buf[0] = '\0';
	return bpf_prog_load(BPF_PROG_TYPE_TRACING, NULL, "GPL", insns, cnt, &opts);
}

static void test_load(void)
{
	const struct bpf_insn ret[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = 0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	bool regs;
	int fd;

	fd = load_raw(BPF_MODIFY_RETURN, "vfs_read", ret, 2, 0);
	tap_ok(fd < 0 && errno == EINVAL, "fmod_ret of vfs_read is refused");
	tap_ok(strstr(log_buf, "vfs_read() is not modifiable") != NULL, "in Linux's words");
	fd = load_raw(BPF_TRACE_FEXIT, "vfs_read", ret, 2, BPF_F_SLEEPABLE);
	tap_ok(fd < 0 && errno == EINVAL, "fexit that sleeps is refused");
	tap_ok(strstr(log_buf, "vfs_read is not sleepable") != NULL, "in Linux's words");
	fd = load_raw(BPF_MODIFY_RETURN, function_of("setpriority", &regs), ret, 2, 0);
	tap_ok(fd >= 0, "fmod_ret of another system call loads");
	close(fd);
}

/*
 * Results and order
 */
static void test_results(void)
{
	struct bpf_link *mod = attach("mod_1"), *exit;
	struct seen s;

	ask(0, 0);
	tap_eq(call(PRIO_PROCESS), 20L, "fmod_ret of 0: the call is made");
	s = take(MOD_1);
	tap_eq(s.hits, (__u64)1, "fmod_ret: one hit");
	tap_eq(s.which, (__u64)PRIO_PROCESS, "fmod_ret: argument");
	tap_eq(s.ret_err, (__s64)0, "fmod_ret: get_func_ret");
	tap_eq(s.ret, (__u64)0, "fmod_ret: the result so far is 0");
	tap_eq(call(12345), -1L, "fmod_ret of 0: a bad call fails");
	tap_eq(errno, EINVAL, "as it does without");
	ask(77, 0);
	tap_eq(call(PRIO_PROCESS), 77L, "fmod_ret of 77: instead of calling");
	tap_eq(call(12345), 77L, "whatever the arguments");
	ask(-EPERM, 0);
	tap_eq(call(PRIO_PROCESS), -1L, "fmod_ret of -EPERM: the call fails");
	tap_eq(errno, EPERM, "with EPERM");
	exit = attach("exit_1");
	ask(77, 0);
	tap_eq(call(PRIO_PROCESS), 77L, "with fexit: the modified result");
	s = take(EXIT_1);
	tap_eq(s.hits, (__u64)1, "fexit runs for calls that were not made");
	tap_eq(s.ret, (__u64)77, "and sees the modified result");
	bpf_link__destroy(mod);
	ask(77, 0);
	tap_eq(call(PRIO_PROCESS), 20L, "detached: the call is made");
	tap_eq(take(EXIT_1).ret, (__u64)20, "and fexit sees its result");
	tap_eq(take(MOD_1).hits, (__u64)0, "fmod_ret does not run");
	bpf_link__destroy(exit);
	ask(77, 0);
	tap_eq(call(PRIO_PROCESS), 20L, "all detached");
	tap_eq(take(EXIT_1).hits, (__u64)0, "fexit does not run");
}

static void test_order(void)
{
	struct bpf_link *links[5];
	int i;

	/* The latest of a kind runs first. */
	links[0] = attach("exit_2");
	links[1] = attach("exit_1");
	links[2] = attach("mod_2");
	links[3] = attach("mod_1");
	links[4] = attach("entry");
	ask(0, 0);
	tap_eq(call(PRIO_PROCESS), 20L, "five programs: the call is made");
	tap_eq(take(ENTRY).order, (__u64)1, "first fentry");
	tap_eq(take(MOD_1).order, (__u64)2, "then fmod_ret");
	tap_eq(take(MOD_2).order, (__u64)3, "and the other one");
	tap_eq(take(EXIT_1).order, (__u64)4, "then fexit");
	tap_eq(take(EXIT_2).order, (__u64)5, "and the other one");
	ask(5, 6);
	tap_eq(call(PRIO_PROCESS), 5L, "the first result that is not 0 counts");
	tap_eq(take(MOD_2).hits, (__u64)0, "and no fmod_ret program runs after it");
	tap_eq(take(EXIT_2).ret, (__u64)5, "fexit sees it");
	ask(0, 6);
	tap_eq(call(PRIO_PROCESS), 6L, "the second one's result");
	tap_eq(take(MOD_1).hits, (__u64)1, "after the first one ran");
	for (i = 0; i < 5; i++)
		bpf_link__destroy(links[i]);
	tap_eq(call(PRIO_PROCESS), 20L, "all detached");
}

/*
 * Under load
 */
static volatile bool stop;
static volatile long odd_results;

/* Each result is the function's or a program's. */
static void *caller(void *arg)
{
	unsigned long n = 0;
	long ret;

	for (; !stop; n++) {
		ret = syscall(SYS_getpriority, PRIO_PROCESS, 0);
		if (ret != 20 && ret != 1001 && ret != 1002)
			__sync_fetch_and_add(&odd_results, 1);
	}
	return arg ? (void *)n : NULL;
}

static void test_storm(void)
{
	static const char * const names[] = { "mod_1", "exit_1", "entry", "mod_2", "exit_2" };
	struct bpf_link *links[5] = {};
	int rounds, failed = 0, i;
	pthread_t threads[3];
	unsigned long calls = 0;
	void *ret;

	ask(1001, 1002);
	for (i = 0; i < 3; i++)
		pthread_create(&threads[i], NULL, caller, (void *)1);
	for (rounds = 0; rounds < 60; rounds++) {
		i = (rounds * 7 + rounds / 5) % 5;
		if (links[i]) {
			bpf_link__destroy(links[i]);
			links[i] = NULL;
		} else {
			links[i] = bpf_program__attach(prog_named(names[i]));
			failed += !links[i];
		}
	}
	for (i = 0; i < 5; i++)
		bpf_link__destroy(links[i]);
	stop = true;
	for (i = 0; i < 3; i++) {
		pthread_join(threads[i], &ret);
		calls += (unsigned long)ret;
	}
	tap_eq(failed, 0, "each of %d attachments under load succeeds", rounds);
	tap_ok(calls > 0 && !odd_results, "%lu calls have results of the function or programs",
	       calls);
	tap_eq(call(PRIO_PROCESS), 20L, "the function is as it was");
}

/*
 * Calls that sleep
 */
#define SLEEPERS	16

static void *sleeper(void *arg)
{
	struct timespec ts = { .tv_sec = 2, .tv_nsec = (long)arg * 100000000 };

	return (void *)(long)syscall(SYS_nanosleep, &ts, NULL);
}

static void test_sleepers(void)
{
	struct bpf_link *link = NULL;
	pthread_t threads[SLEEPERS];
	long i, failed = 0;
	void *ret;

	ask(0, 0);
	/* Every call begins under another attachment, which is gone before it ends. */
	for (i = 0; i < SLEEPERS; i++) {
		if (i % 4 == 0)
			link = attach("sleep_exit");
		if (pthread_create(&threads[i], NULL, sleeper, (void *)(i % 10)))
			die("thread");
		usleep(20000);
		if (i % 4 == 3)
			bpf_link__destroy(link);
	}
	for (i = 0; i < SLEEPERS; i++) {
		pthread_join(threads[i], &ret);
		failed += ret != NULL;
	}
	tap_eq(failed, 0L, "calls that slept while programs came and went return what they should");
	link = attach("sleep_exit");
	ask(0, 0);
	sleeper(NULL);
	tap_eq(take(SLEEP_EXIT).hits, (__u64)1, "and the next one is seen once");
	bpf_link__destroy(link);
}

/* The kernel's own way through the stack of a call that sleeps in there. */
static void test_stack(void)
{
	struct bpf_link *link = attach("sleep_exit");
	struct timespec ts = { .tv_sec = 100 };
	char path[64], text[8192], *in;
	size_t len = 0;
	pid_t pid;
	FILE *f;

	pid = fork();
	if (!pid) {
		syscall(SYS_nanosleep, &ts, NULL);
		_exit(0);
	}
	usleep(500000);
	snprintf(path, sizeof(path), "/proc/%d/stack", pid);
	f = fopen(path, "r");
	if (f) {
		len = fread(text, 1, sizeof(text) - 1, f);
		fclose(f);
	}
	text[len] = '\0';
	in = strstr(text, "ebpf_trampoline");
	tap_ok(in != NULL, "the stack of a call under way shows the trampoline");
	if (!tap_ok(in && (strstr(in, "syscall") || strstr(in, "system_call") ||
			   strstr(in, "tracesys") || strstr(in, "SYSCALL")), "and its caller"))
		tap_diag("%s", text);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	bpf_link__destroy(link);
}

/* A signal ends the call early, another one its task after the call. */
static void test_killed(void)
{
	struct bpf_link *link = attach("sleep_exit");
	int i, status;
	pid_t pid;

	for (i = 0; i < 4; i++) {
		pid = fork();
		if (!pid) {
			struct timespec ts = { .tv_sec = 100 };

			syscall(SYS_nanosleep, &ts, NULL);
			_exit(0);
		}
		conf.tgid = pid;
		ask(0, 0);
		usleep(300000);
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		tap_ok(WIFSIGNALED(status), "a task in the call is killed");
		if (i < 2)
			tap_eq(take(SLEEP_EXIT).hits, (__u64)1, "and the end of its call is seen");
		if (i == 1)
			bpf_link__destroy(link);
	}
	conf.tgid = getpid();
	set_conf();
}

/* The owner of five programs dies while they run. */
static void test_owner_killed(void)
{
	static const char * const names[] = { "mod_1", "mod_2", "exit_1", "exit_2", "entry" };
	int i, round, status, ready[2], odd = 0;
	pid_t pid;
	char c;

	ask(1001, 1002);
	for (round = 0; round < 3; round++) {
		if (pipe(ready))
			die("pipe");
		pid = fork();
		if (!pid) {
			for (i = 0; i < 5; i++)
				if (!bpf_program__attach(prog_named(names[i])))
					_exit(1);
			if (write(ready[1], "x", 1) != 1)
				_exit(1);
			pause();
			_exit(0);
		}
		close(ready[1]);
		if (read(ready[0], &c, 1) != 1)
			odd++;
		odd += call(PRIO_PROCESS) != 1002;
		kill(pid, SIGKILL);
		for (i = 0; i < 1000; i++)
			call(PRIO_PROCESS);
		waitpid(pid, &status, 0);
		/* Files of the dead are closed by then. */
		odd += call(PRIO_PROCESS) != 20;
		close(ready[0]);
	}
	tap_eq(odd, 0, "programs run until their owner dies, and then no more");
}

/*
 * Calls that never come back
 */
static int module_users(void)
{
	FILE *f = fopen("/sys/module/ebpfdrv/refcnt", "r");
	int n = -1;

	if (!f || fscanf(f, "%d", &n) != 1)
		n = -1;
	if (f)
		fclose(f);
	return n;
}

static bool has_return_probe(const char *function)
{
	char line[256], type, name[128];
	bool found = false;
	FILE *f = fopen("/sys/kernel/debug/kprobes/list", "r");

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%*x %c %127[^+ ]", &type, name) == 2 && type == 'r' &&
		    !strcmp(name, function))
			found = true;
	if (f)
		fclose(f);
	return found;
}

static bool has_function(const char *function)
{
	char line[256], name[128];
	bool found = false;
	FILE *f = fopen("/proc/kallsyms", "r");

	while (f && !found && fgets(line, sizeof(line), f))
		found = sscanf(line, "%*x %*c %127s", name) == 1 && !strcmp(name, function);
	if (f)
		fclose(f);
	return found;
}

/* NULL: the kernel has no such function for programs. */
static struct bpf_object *load_ends(const char *function)
{
	struct bpf_object *o;
	struct bpf_program *prog;
	char path[4096];

	/* libbpf would open the BTF of all modules, and keep it. */
	if (libbpf_find_vmlinux_btf_id(function, BPF_TRACE_FEXIT) <= 0)
		return NULL;
	snprintf(path, sizeof(path), "%s/test_attach_fmodret.bpf.o", getenv("EBPFDRV_TEST_DIR"));
	o = bpf_object__open_file(path, NULL);
	if (!o)
		die(path);
	bpf_object__for_each_program(prog, o)
		bpf_program__set_autoload(prog, !strcmp(bpf_program__name(prog), "ends"));
	prog = bpf_object__find_program_by_name(o, "ends");
	if (!bpf_program__set_attach_target(prog, 0, function) && !bpf_object__load(o))
		return o;
	bpf_object__close(o);
	return NULL;
}

static void end_tasks(void)
{
	int i;

	for (i = 0; i < 8; i++) {
		pid_t pid = fork();

		if (!pid) {
			if (i & 1)
				pause();
			_exit(0);
		}
		usleep(10000);
		if (i & 1)
			kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
}

/* A CPU that goes offline leaves its idle task's calls for good. */
static void leave_cpu(void)
{
	int fd = open("/sys/devices/system/cpu/cpu1/online", O_WRONLY | O_CLOEXEC), i;

	for (i = 0; fd >= 0 && i < 4; i++)
		if (pwrite(fd, i & 1 ? "1" : "0", 1, 0) != 1)
			tap_diag("CPU 1 stays as it is");
	if (fd >= 0)
		close(fd);
}

static void test_end(const char *function)
{
	struct bpf_object *o = load_ends(function);
	struct bpf_link *link;

	if (!o)
		return;
	link = bpf_program__attach(bpf_object__find_program_by_name(o, "ends"));
	if (link) {
		tap_ok(has_return_probe(function), "what follows %s takes note of a task's end",
		       function);
		end_tasks();
		leave_cpu();
		bpf_link__destroy(link);
	}
	bpf_object__close(o);
}

/* A task that ends in a call, or a CPU that leaves in one, must not keep the module for good. */
static void test_never_back(void)
{
	static const char * const names[] = {
		"do_exit", "kthread", "get_signal", "get_signal_to_deliver", "do_syscall_64",
		"exit_to_usermode_loop", "exit_to_user_mode_prepare", "call_helper",
		"call_usermodehelper_exec_async", "schedule", "do_idle", "cpu_startup_entry",
		"cpu_idle_loop", "start_secondary", "native_play_dead",
	};
	int before, i;

	libbpf_set_print(NULL);
	/* What was closed before goes a little later. */
	sleep(1);
	before = module_users();
	for (i = 0; i < (int)(sizeof(names) / sizeof(names[0])); i++)
		/* In newer kernels tasks leave their CPU for good by another way. */
		if (strcmp(names[i], "schedule") || !has_function("do_task_dead"))
			test_end(names[i]);
	for (i = 0; i < 100 && module_users() > before; i++)
		usleep(100000);
	tap_ok(module_users() <= before, "tasks that ended in calls and CPUs that left in them do not keep the module");
}

int main(int argc, char **argv)
{
	client_preload(argv);
	load();
	test_load();
	test_results();
	test_order();
	test_storm();
	test_sleepers();
	test_stack();
	test_killed();
	test_owner_killed();
	bpf_object__close(obj);
	test_never_back();
	return tap_end();
}
