// SPDX-License-Identifier: GPL-2.0-only
/*
 * harness: timeout=400
 *
 * fentry, fexit and tp_btf programs through libbpf and the shim: what they see, who
 * else is on the function, and what happens to calls under way when they go.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "addr_lib.h"
#include "client.h"
#include "faults.h"
#include "kernel_types.h"
#include "test_attach_tracing.h"

#define COOKIE		0x1234567890abcdefULL
#define READ_SIZE	123
#define KERNEL_ADDR	0xff00000000000000ULL	/* with five levels of page tables */

static int out_fd, conf_fd;
static bool have_tp_btf, have_notrace;

/*
 * Programs
 */
static void target(const char *name, const char *func)
{
	if (bpf_program__set_attach_target(prog_named(name), 0, func))
		die(name);
}

/* Kernels before 5.0 have no types of tracepoints unless their BTF was given some. */
static bool target_tp(const char *name, const char *tp)
{
	if (!bpf_program__set_attach_target(prog_named(name), 0, tp))
		return true;
	bpf_program__set_autoload(prog_named(name), false);
	return false;
}

static void only_this_process(bool on)
{
	__u32 zero = 0, tgid = on ? getpid() : 0;

	if (bpf_map_update_elem(conf_fd, &zero, &tgid, 0))
		die("conf");
}

static void load(void)
{
	client_open("test_attach_tracing");
	target("entry_read", "vfs_read");
	target("entry_read_2", "vfs_read");
	target("exit_read", "vfs_read");
	target("exit_read_2", "vfs_read");
	target("entry_mmap", "do_mmap");
	target("exit_mmap", "do_mmap");
	have_notrace = kernel_has_type("sched_clock_cpu", BTF_KIND_FUNC);
	if (have_notrace)
		target("entry_notrace", "sched_clock_cpu");
	else
		bpf_program__set_autoload(prog_named("entry_notrace"), false);
	have_tp_btf = target_tp("tp_sys_enter", "sys_enter");
	have_tp_btf &= target_tp("tp_exec", "sched_process_exec");
	/* Hundreds of allocations in each of many loads. */
	faults_dense(20);
	if (bpf_object__load(obj))
		die("bpf_object__load");
	faults_dense(FAULTS_DENSE);
	out_fd = map_fd("out");
	conf_fd = map_fd("conf");
	only_this_process(true);
}

static struct bpf_link *attach_cookie(const char *name, __u64 cookie)
{
	LIBBPF_OPTS(bpf_trace_opts, opts, .cookie = cookie);
	struct bpf_link *link;

	faults_hold(false);
	link = bpf_program__attach_trace_opts(prog_named(name), &opts);
	tap_ok(link != NULL, "%s attaches", name);
	if (!link)
		exit(tap_end());
	return link;
}

/* What the program has seen since the last call. */
static struct seen take(__u32 prog)
{
	struct seen seen, none = {};

	if (bpf_map_lookup_elem(out_fd, &prog, &seen) ||
	    bpf_map_update_elem(out_fd, &prog, &none, 0))
		die("out");
	return seen;
}

/* From here on what the process reads is counted. */
static void forget(void)
{
	__u32 i;

	faults_hold(true);
	for (i = 0; i < NR_PROGS; i++)
		take(i);
}

/*
 * Workload
 */
static char buf[READ_SIZE];

/* Calls vfs_read once; the result. */
static long read_once(void)
{
	static int fd = -1;

	if (fd < 0)
		fd = open("/dev/zero", O_RDONLY);
	return read(fd, buf, READ_SIZE);
}

static long read_end(void)
{
	int fd = open("/dev/null", O_RDONLY);
	long ret = read(fd, buf, READ_SIZE);

	close(fd);
	return ret;
}

static __u64 kernel_symbol(const char *want)
{
	unsigned long long addr, found = 0;
	char name[256], line[512];
	FILE *f = fopen("/proc/kallsyms", "r");

	if (!f)
		die("kallsyms");
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "%llx %*c %255s", &addr, name) == 2 && !strcmp(name, want)) {
			found = addr;
			break;
		}
	fclose(f);
	return found;
}

/*
 * Tests
 */
static void check_read_args(const struct seen *s, const char *what)
{
	tap_ok(s->arg[0] >= KERNEL_ADDR, "%s: argument 0 is a kernel pointer", what);
	tap_eq(s->arg[1], (__u64)(unsigned long)buf, "%s: argument 1 is the buffer", what);
	tap_eq(s->arg[2], (__u64)READ_SIZE, "%s: argument 2 is the size", what);
	tap_eq(s->cnt, (__u64)4, "%s: get_func_arg_cnt", what);
	tap_eq(s->arg2_err, (__s64)0, "%s: get_func_arg", what);
	tap_eq(s->arg2, (__u64)READ_SIZE, "%s: get_func_arg gives argument 2", what);
	tap_eq(s->arg99_err, (__s64)-EINVAL, "%s: get_func_arg beyond the last", what);
	tap_eq(s->func_ip, kernel_symbol("vfs_read"), "%s: get_func_ip", what);
	tap_eq(s->cookie, COOKIE, "%s: get_attach_cookie", what);
}

static void check_stack(const struct seen *s, const char *what)
{
	int i, kernel = 0;

	for (i = 0; i < 4; i++)
		kernel += s->stack[i] >= KERNEL_ADDR;
	tap_ok(s->stack_size >= 16 && kernel == s->stack_size / 8,
	       "%s: get_stack gives kernel addresses (%d bytes)", what, (int)s->stack_size);
}

/* As in Linux: the program, what calls it, the function. */
static void check_func_on_stack(const struct seen *s, const char *what)
{
	tap_ok(s->stack[2] - s->func_ip <= 16 && s->stack[3] - s->func_ip > 16,
	       "%s: the function is the third on the stack", what);
}

static void test_fentry(void)
{
	struct bpf_link *link = attach_cookie("entry_read", COOKIE);
	struct seen s;

	forget();
	read_once();
	s = take(ENTRY_READ);
	tap_eq(s.hits, (__u64)1, "fentry: one hit per call");
	check_read_args(&s, "fentry");
	check_stack(&s, "fentry");
	check_func_on_stack(&s, "fentry");
	tap_eq(s.ret_err, (__s64)-EOPNOTSUPP, "fentry: no get_func_ret");
	bpf_link__destroy(link);
	forget();
	read_once();
	tap_eq(take(ENTRY_READ).hits, (__u64)0, "fentry: detached");
}

static void test_fexit(void)
{
	struct bpf_link *link = attach_cookie("exit_read", COOKIE);
	struct seen s;

	forget();
	read_once();
	s = take(EXIT_READ);
	tap_eq(s.hits, (__u64)1, "fexit: one hit per call");
	check_read_args(&s, "fexit");
	check_stack(&s, "fexit");
	check_func_on_stack(&s, "fexit");
	tap_eq(s.ret_err, (__s64)0, "fexit: get_func_ret");
	tap_eq(s.ret, (__u64)READ_SIZE, "fexit: get_func_ret gives the result");
	tap_eq(s.arg[4], (__u64)READ_SIZE, "fexit: the result follows the arguments");
	forget();
	tap_eq(read_end(), 0L, "a read at the end");
	tap_eq(take(EXIT_READ).arg[4], (__u64)0, "fexit: its result");
	bpf_link__destroy(link);
	forget();
	read_once();
	tap_eq(take(EXIT_READ).hits, (__u64)0, "fexit: detached");
}

static void expect_hits(const char *when, bool entry, bool entry_2, bool exit, bool exit_2,
			bool kprobe, bool kretprobe)
{
	forget();
	read_once();
	tap_eq(take(ENTRY_READ).hits, (__u64)entry, "%s: entry_read", when);
	tap_eq(take(ENTRY_READ_2).hits, (__u64)entry_2, "%s: entry_read_2", when);
	tap_eq(take(EXIT_READ).hits, (__u64)exit, "%s: exit_read", when);
	tap_eq(take(EXIT_READ_2).hits, (__u64)exit_2, "%s: exit_read_2", when);
	tap_eq(take(KPROBE_READ).hits, (__u64)kprobe, "%s: kprobe_read", when);
	tap_eq(take(KRETPROBE_READ).hits, (__u64)kretprobe, "%s: kretprobe_read", when);
}

static void test_together(void)
{
	struct bpf_link *kp, *krp, *e1, *e2, *x1, *x2;

	kp = attach("kprobe_read");
	e1 = attach("entry_read");
	x1 = attach("exit_read");
	krp = attach("kretprobe_read");
	e2 = attach("entry_read_2");
	x2 = attach("exit_read_2");
	expect_hits("all together", 1, 1, 1, 1, 1, 1);
	bpf_link__destroy(e1);
	expect_hits("without the first", 0, 1, 1, 1, 1, 1);
	bpf_link__destroy(x2);
	bpf_link__destroy(kp);
	expect_hits("half", 0, 1, 1, 0, 0, 1);
	bpf_link__destroy(e2);
	expect_hits("returns", 0, 0, 1, 0, 0, 1);
	e1 = attach("entry_read");
	expect_hits("again", 1, 0, 1, 0, 0, 1);
	bpf_link__destroy(krp);
	bpf_link__destroy(x1);
	bpf_link__destroy(e1);
	expect_hits("none", 0, 0, 0, 0, 0, 0);
}

/* Who is on the function first is called last: kprobes must leave alone what fexit made
 * of the call, and the other way round.
 */
static void test_together_reverse(void)
{
	struct bpf_link *exit = attach("exit_read"), *kp, *krp;

	kp = attach("kprobe_read");
	krp = attach("kretprobe_read");
	expect_hits("probes after fexit", 0, 0, 1, 0, 1, 1);
	bpf_link__destroy(exit);
	expect_hits("probes alone", 0, 0, 0, 0, 1, 1);
	exit = attach("exit_read");
	expect_hits("fexit after probes", 0, 0, 1, 0, 1, 1);
	bpf_link__destroy(kp);
	bpf_link__destroy(krp);
	bpf_link__destroy(exit);
}

/* do_mmap(file, addr, len, prot, flags, [vm_flags up to 5.19,] pgoff, populate,
 * [uf from 4.11 on and in el7]): more arguments than registers.
 */
static void check_mmap_args(const struct seen *s, const char *what)
{
	bool vm_flags = s->arg[5] != 5;

	tap_ok(s->cnt == 8 || s->cnt == 9, "%s: %d arguments", what, (int)s->cnt);
	tap_eq(s->arg[2], (__u64)8192, "%s: length", what);
	tap_eq(s->arg[3], (__u64)PROT_READ, "%s: protection", what);
	tap_eq(s->arg[vm_flags ? 6 : 5], (__u64)5, "%s: page offset", what);
	tap_ok(s->arg[vm_flags ? 7 : 6] >= KERNEL_ADDR, "%s: pointer on the stack", what);
}

static void test_many_args(void)
{
	int fd = open("/proc/self/exe", O_RDONLY);
	struct bpf_link *entry, *exit;
	struct seen s;
	void *p;

	tap_ok(ksyms_read(), "names of the kernel's functions");
	entry = attach("entry_mmap");
	exit = attach("exit_mmap");
	forget();
	p = mmap(NULL, 8192, PROT_READ, MAP_PRIVATE, fd, 5 * 4096);
	s = take(ENTRY_MMAP);
	tap_eq(s.hits, (__u64)1, "fentry of 8 arguments: one hit");
	check_mmap_args(&s, "fentry of 8 arguments");
	s = take(EXIT_MMAP);
	tap_eq(s.hits, (__u64)1, "fexit of 8 arguments: one hit");
	check_mmap_args(&s, "fexit of 8 arguments");
	check_func_on_stack(&s, "fexit of 8 arguments");
	/* vm_mmap_pgoff(), or what it was before. */
	if (!tap_ok(strstr(ksym_of(s.stack[3]), "mmap"), "and its caller the fourth"))
		tap_diag("%#llx %s", s.stack[3], ksym_of(s.stack[3]));
	tap_eq(s.ret, (__u64)(unsigned long)p, "fexit of 8 arguments: result");
	bpf_link__destroy(entry);
	bpf_link__destroy(exit);
	munmap(p, 8192);
	close(fd);
}

/* The files that may not call out to ftrace have functions all the same. */
static void test_notrace(void)
{
	struct bpf_link *link;
	int i;

	if (!have_notrace) {
		tap_skip("no BTF of a function out of ftrace's reach");
		return;
	}
	link = attach("entry_notrace");
	forget();
	only_this_process(false);
	for (i = 0; i < 200; i++)
		close(open("/dev/null", O_RDONLY));
	sleep(1);
	tap_ok(take(ENTRY_NOTRACE).hits > 0, "a function out of ftrace's reach is hit");
	bpf_link__destroy(link);
	only_this_process(true);
}

static void test_tp_btf(void)
{
	struct bpf_link *sys, *exec;
	struct bpf_link_info info = {};
	__u32 len = sizeof(info);
	struct seen s;
	pid_t pid;
	int i;

	if (!have_tp_btf) {
		tap_skip("BTF of this kernel has no tracepoints");
		return;
	}
	sys = attach("tp_sys_enter");
	forget();
	for (i = 0; i < 10; i++)
		syscall(TEST_SYSCALL);
	s = take(TP_SYS_ENTER);
	tap_eq(s.hits, (__u64)10, "tp_btf/sys_enter: a hit per call");
	check_stack(&s, "tp_btf");
	tap_eq(bpf_obj_get_info_by_fd(bpf_link__fd(sys), &info, &len), 0, "info of tp_btf");
	tap_eq(info.type, (__u32)BPF_LINK_TYPE_RAW_TRACEPOINT, "tp_btf: a raw_tracepoint link");
	bpf_link__destroy(sys);
	syscall(TEST_SYSCALL);
	tap_eq(take(TP_SYS_ENTER).hits, (__u64)0, "tp_btf: detached");

	exec = attach("tp_exec");
	only_this_process(false);
	pid = fork();
	if (!pid) {
		execl("/bin/true", "true", NULL);
		_exit(1);
	}
	waitpid(pid, NULL, 0);
	s = take(TP_EXEC);
	tap_eq(s.hits, (__u64)1, "tp_btf/sched_process_exec: one hit");
	tap_eq(s.arg[1], (__u64)pid, "tp_btf: an int argument fills its word");
	only_this_process(true);
	bpf_link__destroy(exec);
}

static void check_fdinfo(int fd, const char *want)
{
	char path[64], line[256];
	bool found = false;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		found |= !strcmp(line, want);
	if (f)
		fclose(f);
	tap_ok(found, "fdinfo has %.*s", (int)strlen(want) - 1, want);
}

static void test_link(void)
{
	struct bpf_link *link = attach("entry_read"), *again;
	struct bpf_link_info info = {};
	struct bpf_prog_info prog = {};
	__u32 len = sizeof(info), prog_len = sizeof(prog);
	int fd = bpf_link__fd(link), raw;

	tap_eq(bpf_obj_get_info_by_fd(fd, &info, &len), 0, "info of the link");
	tap_eq(bpf_obj_get_info_by_fd(bpf_program__fd(prog_named("entry_read")), &prog, &prog_len),
	       0, "info of the program");
	tap_eq(info.type, (__u32)BPF_LINK_TYPE_TRACING, "a tracing link");
	tap_eq(info.prog_id, prog.id, "of the program");
	tap_eq(info.tracing.attach_type, (__u32)BPF_TRACE_FENTRY, "attach type");
	tap_ok(info.tracing.target_obj_id != 0, "of an object");
	tap_eq(info.tracing.target_btf_id, prog.attach_btf_id, "of a type");
	check_fdinfo(fd, "link_type:\ttracing\n");
	check_fdinfo(fd, "attach_type:\t24\n");
	again = bpf_program__attach(prog_named("entry_read"));
	tap_ok(!again && errno == EBUSY, "a program is attached once");
	raw = bpf_link_create(bpf_program__fd(prog_named("entry_read")), 0, BPF_PERF_EVENT, NULL);
	tap_ok(raw < 0 && errno == EINVAL, "not as something else");
	bpf_link__destroy(link);
	raw = bpf_raw_tracepoint_open(NULL, bpf_program__fd(prog_named("entry_read")));
	tap_ok(raw >= 0, "BPF_RAW_TRACEPOINT_OPEN");
	forget();
	read_once();
	tap_eq(take(ENTRY_READ).hits, (__u64)1, "hit through it");
	close(raw);
	raw = bpf_raw_tracepoint_open("vfs_read", bpf_program__fd(prog_named("entry_read")));
	tap_ok(raw < 0 && errno == EINVAL, "BPF_RAW_TRACEPOINT_OPEN with a name");
}

/*
 * Calls under way
 */
#define SLEEPERS	40

static int pipes[SLEEPERS][2];

static void *sleeper(void *arg)
{
	char c;

	return (void *)read(pipes[(long)arg][0], &c, 1);
}

static void test_sleepers(void)
{
	struct bpf_link *entry, *exit = attach("exit_read");
	pthread_t threads[SLEEPERS];
	long i, done = 0;
	void *ret;

	forget();
	for (i = 0; i < SLEEPERS; i++)
		if (pipe(pipes[i]) || pthread_create(&threads[i], NULL, sleeper, (void *)i))
			die("sleepers");
	sleep(2);
	/* Half of them return while the probe is there, half after it. */
	for (i = 0; i < SLEEPERS / 2; i++) {
		if (write(pipes[i][1], "x", 1) != 1)
			die("pipe");
		pthread_join(threads[i], &ret);
		done += (long)ret;
	}
	tap_ok(take(EXIT_READ).hits >= SLEEPERS / 2, "fexit sees calls that slept");
	entry = attach("entry_read");
	bpf_link__destroy(exit);
	bpf_link__destroy(entry);
	for (; i < SLEEPERS; i++) {
		if (write(pipes[i][1], "x", 1) != 1)
			die("pipe");
		pthread_join(threads[i], &ret);
		done += (long)ret;
	}
	for (i = 0; i < SLEEPERS; i++) {
		close(pipes[i][0]);
		close(pipes[i][1]);
	}
	tap_eq(done, (long)SLEEPERS, "all calls return what they should");
	tap_eq(take(EXIT_READ).hits, (__u64)0, "and are not seen any more");
}

static volatile bool stop;

static void *reader(void *arg)
{
	unsigned long n = 0;
	char c[READ_SIZE];
	int fd = open("/dev/zero", O_RDONLY);

	for (; !stop; n++)
		if (read(fd, c, sizeof(c)) != sizeof(c))
			break;
	close(fd);
	return (void *)(stop ? n : 0);
}

static void test_coming_and_going(void)
{
	struct bpf_program *progs[] = {
		prog_named("entry_read"), prog_named("exit_read"),
		prog_named("entry_read_2"), prog_named("exit_read_2"),
		prog_named("entry_mmap"), prog_named("exit_mmap"),
	};
	const int nr = sizeof(progs) / sizeof(progs[0]);
	struct bpf_link *links[6] = {};
	int rounds = 0, failed = 0, i;
	pthread_t threads[3];
	void *ret;
	bool ok = true;

	for (i = 0; i < 3; i++)
		pthread_create(&threads[i], NULL, reader, NULL);
	for (; rounds < 60; rounds++) {
		i = (rounds * 7 + rounds / nr) % nr;
		if (links[i]) {
			bpf_link__destroy(links[i]);
			links[i] = NULL;
		} else {
			links[i] = bpf_program__attach(progs[i]);
			failed += !links[i];
		}
	}
	for (i = 0; i < nr; i++)
		bpf_link__destroy(links[i]);
	stop = true;
	for (i = 0; i < 3; i++) {
		pthread_join(threads[i], &ret);
		ok &= ret != NULL;
	}
	tap_eq(failed, 0, "each of %d attachments under load succeeds", rounds);
	tap_ok(ok, "the load is not disturbed");
	expect_hits("after it all", 0, 0, 0, 0, 0, 0);
}

int main(int argc, char **argv)
{
	client_preload(argv);
	load();
	test_fentry();
	test_fexit();
	test_together();
	test_together_reverse();
	test_many_args();
	test_notrace();
	test_tp_btf();
	test_link();
	test_sleepers();
	test_coming_and_going();
	bpf_object__close(obj);
	return tap_end();
}
