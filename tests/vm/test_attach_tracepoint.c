// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tracepoints, by record and raw.
 *
 * harness: timeout=180 sources=attach_lib.c
 */
#define _GNU_SOURCE
#include "attach_lib.h"
#include "tap.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef PERF_EVENT_IOC_QUERY_BPF
#define PERF_EVENT_IOC_QUERY_BPF _IOWR('$', 10, void *)
#endif

static uint32_t self;

/* libbpf opens one event on CPU 0 and means all CPUs. */
static void test_all_cpus(void)
{
	struct counter c;
	int ev, cpu;

	counter_make(&c, EBPF_PROG_TYPE_TRACEPOINT, 0, COUNT_CTX_U32, 8);
	ev = open_tracepoint("sched", "sched_process_exec");
	if (!tap_ok(ev >= 0, "an event for sched:sched_process_exec"))
		return;
	tap_eq(event_set_prog(ev, c.prog), 0, "a program is attached");
	event_enable(ev);
	for (cpu = 0; cpu < cpus_online(); cpu++) {
		uint64_t before = counter_hits(&c, cpu);

		pin_to(cpu);
		run_true();
		run_true();
		tap_ok(counter_hits(&c, cpu) - before >= 2, "exec on CPU %d is seen there", cpu);
	}
	/* __data_loc filename: offset in the low half, length above */
	tap_ok((counter_value(&c) & 0xffff) >= 20 && counter_value(&c) >> 16 > 0,
	       "the record says where the file name is");
	close(ev);
	counter_close(&c);
}

static void test_syscall_record(void)
{
	struct counter nr, exit_ret;
	int ev, ev2, parent = getppid();

	counter_make(&nr, EBPF_PROG_TYPE_TRACEPOINT, self, COUNT_CTX_U64, 8);
	counter_make(&exit_ret, EBPF_PROG_TYPE_TRACEPOINT, self, COUNT_CTX_U64, 16);
	ev = open_tracepoint("syscalls", "sys_enter_getppid");
	ev2 = open_tracepoint("syscalls", "sys_exit_getppid");
	if (ev < 0 || ev2 < 0) {
		tap_skip("the kernel has no syscalls:*");
		return;
	}
	event_set_prog(ev, nr.prog);
	event_set_prog(ev2, exit_ret.prog);
	call_getppid(30);
	tap_eq(counter_hits(&nr, -1), 30, "each sys_enter_getppid is seen once");
	tap_eq(counter_value(&nr), SYS_getppid, "the number is a clean long");
	tap_eq(counter_hits(&exit_ret, -1), 30, "each sys_exit_getppid is seen once");
	tap_eq(counter_value(&exit_ret), parent, "with its return value");
	close(ev);
	call_getppid(30);
	tap_eq(counter_hits(&nr, -1), 30, "nothing after close");
	close(ev2);
	counter_close(&nr);
	counter_close(&exit_ret);
}

static void test_several(void)
{
	struct {
		uint32_t ids_len;
		uint32_t prog_cnt;
		uint32_t ids[4];
	} query = { .ids_len = 4 };
	struct counter a, b;
	int ev_a, ev_b;

	counter_make(&a, EBPF_PROG_TYPE_TRACEPOINT, 0, COUNT_ONLY, 0);
	counter_make(&b, EBPF_PROG_TYPE_TRACEPOINT, 0, COUNT_ONLY, 0);
	ev_a = open_tracepoint("sched", "sched_process_exec");
	ev_b = open_tracepoint("sched", "sched_process_exec");
	event_set_prog(ev_a, a.prog);
	event_set_prog(ev_b, b.prog);
	tap_ok(event_set_prog(ev_a, b.prog) == -1 && errno == EEXIST, "one program each: EEXIST");
	run_true();
	tap_ok(counter_hits(&a, -1) >= 1 && counter_hits(&b, -1) >= 1,
	       "two programs on one tracepoint both run");
	tap_eq(ioctl(ev_a, PERF_EVENT_IOC_QUERY_BPF, &query), 0, "the tracepoint can be asked");
	tap_eq(query.prog_cnt, 2, "and names both programs");
	close(ev_a);
	close(ev_b);
	counter_close(&a);
	counter_close(&b);
}

static void test_refused(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT,
		.size = sizeof(attr),
		.config = 65000,
	};
	struct counter c, far;
	int ev;

	counter_make(&c, EBPF_PROG_TYPE_KPROBE, 0, COUNT_ONLY, 0);
	counter_make(&far, EBPF_PROG_TYPE_TRACEPOINT, 0, COUNT_CTX_U64, 1024);
	tap_ok(drv_perf_open(&attr, -1, 0, 0) == -1 && (errno == EINVAL || errno == ENOENT),
	       "an id that no tracepoint has is refused");
	tap_ok(open_tracepoint("ftrace", "function") == -1 && errno == EINVAL,
	       "ftrace's event of every function is refused");
	ev = open_tracepoint("sched", "sched_process_exec");
	tap_ok(event_set_prog(ev, c.prog) == -1 && errno == EINVAL,
	       "a kprobe program on a tracepoint: EINVAL");
	tap_ok(event_set_prog(ev, far.prog) == -1 && errno == EACCES,
	       "a program that reads beyond the record: EACCES");
	close(ev);
	ev = open_tracepoint("syscalls", "sys_enter_getppid");
	tap_ok(ev < 0 || (event_set_prog(ev, far.prog) == -1 && errno == EACCES),
	       "the same for a system call");
	close(ev);
	counter_close(&c);
	counter_close(&far);
}

/* The program called may read more than the record has, and finds memory there. */
static void test_tail_call(const char *system, const char *name)
{
	struct counter far;
	int ev, prog, array;

	counter_make(&far, EBPF_PROG_TYPE_TRACEPOINT, 0, COUNT_CTX_U64, 2040);
	prog = tail_caller_make(EBPF_PROG_TYPE_TRACEPOINT, far.prog, &array);
	ev = open_tracepoint(system, name);
	if (ev < 0) {
		tap_skip("no %s:%s", system, name);
		goto out;
	}
	tap_eq(event_set_prog(ev, prog), 0, "%s:%s: a program with a tail call", system, name);
	call_getppid(20);
	run_true();
	tap_ok(counter_hits(&far, -1) > 0, "what it calls runs");
	close(ev);
out:
	close(prog);
	close(array);
	counter_close(&far);
}

static void test_raw(void)
{
	struct counter c;
	int link;

	counter_make(&c, EBPF_PROG_TYPE_RAW_TRACEPOINT, self, COUNT_CTX_U64, 8);
	link = link_raw_tp(c.prog, "sys_enter");
	if (!tap_ok(link >= 0, "a raw tracepoint on sys_enter"))
		return;
	call_getppid(100);
	tap_ok(counter_hits(&c, -1) >= 101, "each system call is seen");
	/* The last one before the look is the look. */
	tap_eq(counter_value(&c), SYS_ioctl, "the second argument is the number");
	close(link);
	/* Grace periods apart, close has detached. */
	usleep(100000);
	{
		uint64_t hits = counter_hits(&c, -1);

		call_getppid(100);
		tap_eq(counter_hits(&c, -1), hits, "nothing after close");
	}
	counter_close(&c);
}

static void test_raw_more(void)
{
	struct counter c, type;
	union ebpf_attr attr;
	struct ebpf_link_info info;
	char name[32] = "";
	int link, second;

	counter_make(&c, EBPF_PROG_TYPE_RAW_TRACEPOINT, 0, COUNT_ONLY, 0);
	counter_make(&type, EBPF_PROG_TYPE_KPROBE, 0, COUNT_ONLY, 0);
	tap_ok(link_raw_tp(c.prog, "no_such_tracepoint") == -1 && errno == ENOENT,
	       "an unknown name: ENOENT");
	tap_ok(link_raw_tp(type.prog, "sys_enter") == -1 && errno == EINVAL,
	       "a kprobe program: EINVAL");
	link = link_raw_tp(c.prog, "sched_switch");
	second = link_raw_tp(c.prog, "sched_switch");
	tap_ok(link >= 0 && second >= 0, "one program on one tracepoint twice");
	usleep(20000);
	tap_ok(counter_hits(&c, -1) >= 2, "it runs");

	memset(&attr, 0, sizeof(attr));
	memset(&info, 0, sizeof(info));
	info.raw_tracepoint.tp_name = (uintptr_t)name;
	info.raw_tracepoint.tp_name_len = sizeof(name);
	attr.info.bpf_fd = link;
	attr.info.info_len = sizeof(info);
	attr.info.info = (uintptr_t)&info;
	tap_eq(drv_bpf(EBPF_OBJ_GET_INFO_BY_FD, &attr), 0, "the link tells about itself");
	tap_eq(info.type, EBPF_LINK_TYPE_RAW_TRACEPOINT, "its type");
	tap_ok(!strcmp(name, "sched_switch"), "its tracepoint");
	tap_eq(info.raw_tracepoint.tp_name_len, sizeof("sched_switch"), "the name's length");
	close(link);
	close(second);
	counter_close(&c);
	counter_close(&type);
}

/* Writable ones: no kernel before 5.0 has a tracepoint with a buffer. */
static void test_raw_writable(void)
{
	struct counter plain, buffer, far;
	int link;

	counter_make(&plain, EBPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE, 0, COUNT_CTX_U64, 8);
	counter_make(&buffer, EBPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE, 0, COUNT_BUFFER_U32, 0);
	counter_make(&far, EBPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE, 0, COUNT_BUFFER_U32, 4);
	link = link_raw_tp(plain.prog, "sys_enter");
	tap_ok(link >= 0, "a writable program that uses no buffer, on any tracepoint");
	call_getppid(10);
	tap_ok(counter_hits(&plain, -1) >= 10, "it runs");
	close(link);
	tap_ok(link_raw_tp(buffer.prog, "sys_enter") == -1 && errno == EINVAL,
	       "one that does, where there is no buffer: EINVAL");
	link = link_raw_tp(buffer.prog, "bpf_test_finish");
	tap_ok(link >= 0 || errno == ENOENT, "where there is one");
	close(link);
	tap_ok(link_raw_tp(far.prog, "bpf_test_finish") == -1 &&
	       (errno == EINVAL || errno == ENOENT), "one that goes beyond it: EINVAL");
	counter_close(&plain);
	counter_close(&buffer);
	counter_close(&far);
}

/* The kernel's counters die with their CPU. */
static void test_hotplug(void)
{
	struct counter c;
	uint64_t before;
	int ev, i;

	pin_to(0);
	counter_make(&c, EBPF_PROG_TYPE_TRACEPOINT, 0, COUNT_ONLY, 0);
	ev = open_tracepoint("sched", "sched_process_exec");
	event_set_prog(ev, c.prog);
	if (!cpu1_set(false)) {
		tap_skip("CPU 1 cannot be taken offline here");
		goto out;
	}
	run_true();
	if (!cpu1_set(true)) {
		tap_ok(0, "CPU 1 comes back");
		goto out;
	}
	pin_to(1);
	before = counter_hits(&c, 1);
	for (i = 0; i < 100 && counter_hits(&c, 1) == before; i++) {
		run_true();
		usleep(10000);
	}
	tap_ok(counter_hits(&c, 1) > before, "a CPU that came back is traced again");
out:
	pin_to(0);
	close(ev);
	counter_close(&c);
}

int main(void)
{
	self = getpid();
	drv_open();
	test_all_cpus();
	test_syscall_record();
	test_several();
	test_refused();
	test_tail_call("syscalls", "sys_enter_getppid");
	test_tail_call("sched", "sched_process_exec");
	test_raw();
	test_raw_more();
	test_raw_writable();
	test_hotplug();
	return tap_end();
}
