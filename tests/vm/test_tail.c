// SPDX-License-Identifier: GPL-2.0-only
/*
 * What programs are held to that others reach by tail calls (kmod/prog/tail.h): whichever comes
 * first, the attachment or the program in the prog array, the second is refused when they
 * do not fit each other.
 *
 * harness: timeout=600
 */
#include <pthread.h>
#include <linux/perf_event.h>

#include "ioctl_lib.h"
#include "tap.h"

#define WRITABLE	EBPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE

static void die(const char *what, long err)
{
	printf("# %s: %s\n", what, strerror(-err));
	exit(1);
}

static int array_new(void)
{
	long fd = map_create(EBPF_MAP_TYPE_PROG_ARRAY, 4, 4, 8, 0);

	if (fd < 0)
		die("PROG_ARRAY", fd);
	return fd;
}

static long array_set(int array, uint32_t i, int prog)
{
	return map_update(array, &i, &prog, 0);
}

static long array_del(int array, uint32_t i)
{
	return map_delete(array, &i);
}

static long load(uint32_t type, uint32_t attach_type, uint32_t flags,
		 const struct ebpf_insn *insns, uint32_t cnt)
{
	union ebpf_attr attr;

	prog_attr(&attr, type, insns, cnt);
	attr.expected_attach_type = attach_type;
	attr.prog_flags = flags;
	return err_of(bpf(EBPF_PROG_LOAD, &attr));
}

static int must(long fd)
{
	if (fd < 0)
		die("PROG_LOAD", fd);
	return fd;
}

/* Does nothing but a tail call to entry 0. */
static long load_jump(uint32_t type, uint32_t attach_type, int array)
{
	struct ebpf_insn insns[] = {
		LD_MAP_FD(EBPF_REG_2, array),
		MOV64_IMM(EBPF_REG_3, 0),
		CALL(EBPF_FUNC_tail_call),
		MOV64_IMM(EBPF_REG_0, 0),
		EXIT(),
	};

	return load(type, attach_type, 0, insns, ARRAY_LEN(insns));
}

static long load_ret(uint32_t type, uint32_t attach_type, uint32_t flags)
{
	struct ebpf_insn insns[] = { MOV64_IMM(EBPF_REG_0, 0), EXIT() };

	return load(type, attach_type, flags, insns, ARRAY_LEN(insns));
}

/* Reads 4 bytes at @off of the buffer that is its first argument. */
static int load_buffer(int off)
{
	struct ebpf_insn insns[] = {
		LDX(EBPF_DW, EBPF_REG_1, EBPF_REG_1, 0),
		LDX(EBPF_W, EBPF_REG_0, EBPF_REG_1, off),
		MOV64_IMM(EBPF_REG_0, 0),
		EXIT(),
	};

	return must(load(WRITABLE, 0, 0, insns, ARRAY_LEN(insns)));
}

static long attach(int prog, const char *name)
{
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.raw_tracepoint.name = ptr(name);
	attr.raw_tracepoint.prog_fd = prog;
	return err_of(bpf(EBPF_RAW_TRACEPOINT_OPEN, &attr));
}

/*
 * Buffers of writable raw tracepoints
 */
static void test_attach_second(void)
{
	int array = array_new(), buffer = load_buffer(0), plain = must(load_ret(WRITABLE, 0, 0));
	int jump = must(load_jump(WRITABLE, 0, array));
	long link;

	tap_eq(array_set(array, 0, buffer), 0, "a program for a buffer is put into a prog array");
	tap_eq(attach(jump, "sys_enter"), -EINVAL,
	       "then who reaches it is not attached where there is none");
	link = attach(plain, "sys_enter");
	tap_ok(link >= 0, "who does not, is");
	close(link);
	tap_eq(array_set(array, 3, plain), 0, "(another entry)");
	tap_eq(array_del(array, 0), 0, "it is taken out");
	link = attach(jump, "sys_enter");
	tap_ok(link >= 0, "then the other is attached");
	close(link);
	close(jump);
	close(plain);
	close(buffer);
	close(array);
}

static void test_update_second(void)
{
	int array = array_new(), buffer = load_buffer(0), plain = must(load_ret(WRITABLE, 0, 0));
	int jump = must(load_jump(WRITABLE, 0, array));
	long one = attach(jump, "sys_enter"), two = attach(jump, "sys_exit");

	tap_ok(one >= 0 && two >= 0, "attached with an empty prog array, twice");
	tap_eq(array_set(array, 0, buffer), -EINVAL, "a program for a buffer is refused there");
	tap_eq(array_set(array, 7, buffer), -EINVAL, "whatever the entry");
	tap_eq(array_set(array, 0, plain), 0, "one that needs none is not");
	tap_eq(array_set(array, 0, buffer), -EINVAL, "nor is that replaced");
	close(one);
	tap_eq(array_set(array, 0, buffer), -EINVAL, "one attachment is left");
	close(two);
	tap_eq(array_set(array, 0, buffer), 0, "none");
	tap_eq(attach(jump, "no_such_tracepoint"), -EINVAL, "refused for what it reaches");
	array_del(array, 0);
	tap_eq(attach(jump, "no_such_tracepoint"), -ENOENT, "or for the tracepoint");
	tap_eq(array_set(array, 0, buffer), 0, "which leaves nothing behind");
	close(jump);
	close(plain);
	close(buffer);
	close(array);
}

/* first -> near -> middle -> far -> last */
static void test_chain(void)
{
	int near = array_new(), far = array_new(), buffer = load_buffer(0);
	int first = must(load_jump(WRITABLE, 0, near)), middle = must(load_jump(WRITABLE, 0, far));
	long link;

	tap_eq(array_set(near, 0, middle), 0, "a chain of two tail calls");
	tap_eq(array_set(near, 1, first), 0, "with a circle");
	tap_eq(array_set(far, 1, middle), 0, "and another");
	link = attach(first, "sys_enter");
	tap_ok(link >= 0, "its start is attached");
	tap_eq(array_set(far, 0, buffer), -EINVAL, "its end is held to that");
	tap_eq(array_del(near, 0), 0, "the chain is cut");
	tap_eq(array_set(far, 0, buffer), 0, "then it is not");
	tap_eq(array_set(near, 0, middle), -EINVAL, "nor is it made one again");
	close(link);
	tap_eq(array_set(near, 0, middle), 0, "but detached");
	tap_eq(attach(first, "sys_enter"), -EINVAL, "and then not attached");
	/* Circles of references end with the maps' descriptors. */
	close(first);
	close(middle);
	close(buffer);
	close(near);
	close(far);
}

/* A tracepoint with a buffer of 4 bytes, where the kernel has it. */
static void test_size(void)
{
	int array = array_new(), fits = load_buffer(0), beyond = load_buffer(4);
	int jump = must(load_jump(WRITABLE, 0, array));
	long link;

	array_set(array, 0, beyond);
	tap_eq(attach(jump, "bpf_test_finish"), -EINVAL, "beyond the end of a buffer");
	tap_eq(array_set(array, 0, fits), 0, "within");
	link = attach(jump, "bpf_test_finish");
	tap_ok(link >= 0 || link == -ENOENT, "is attached, if there is such a tracepoint");
	if (link >= 0)
		tap_eq(array_set(array, 1, beyond), -EINVAL, "and nothing beyond comes later");
	close(link);
	close(jump);
	close(fits);
	close(beyond);
	close(array);
}

/* Programs that are only bound to a map cannot jump through it. */
static void test_bound(void)
{
	int array = array_new(), other = array_new(), buffer = load_buffer(0);
	int jump = must(load_jump(WRITABLE, 0, array));
	union ebpf_attr attr;
	long link;

	memset(&attr, 0, sizeof(attr));
	attr.prog_bind_map.prog_fd = jump;
	attr.prog_bind_map.map_fd = other;
	tap_eq(err_of(bpf(EBPF_PROG_BIND_MAP, &attr)), 0, "a second prog array, bound");
	tap_eq(array_set(other, 0, buffer), 0, "with a program for a buffer");
	link = attach(jump, "sys_enter");
	tap_ok(link >= 0, "which the code does not reach");
	close(link);
	close(jump);
	close(buffer);
	close(other);
	close(array);
}

/*
 * Update and attachment at the same time: never both
 */
#define ROUNDS	20000	/* at most */
#define ENOUGH	10	/* of each; detaching takes a grace period */

static struct {
	int array;
	int buffer;
	int jump;
	int in;			/* the program is in the array */
	int attached;
	int together;
	int updates;
	int links;
	int ended;
} race;

static void seen(int *mine, const int *other)
{
	__atomic_store_n(mine, 1, __ATOMIC_SEQ_CST);
	if (__atomic_load_n(other, __ATOMIC_SEQ_CST))
		__atomic_store_n(&race.together, 1, __ATOMIC_SEQ_CST);
	sched_yield();
	__atomic_store_n(mine, 0, __ATOMIC_SEQ_CST);
}

static void *race_updates(void *arg)
{
	while (!__atomic_load_n(&race.ended, __ATOMIC_RELAXED)) {
		if (array_set(race.array, 0, race.buffer))
			continue;
		race.updates++;
		seen(&race.in, &race.attached);
		array_del(race.array, 0);
		sched_yield();
	}
	return arg;
}

static void test_race(void)
{
	pthread_t thread;
	long link;
	int i;

	race.array = array_new();
	race.buffer = load_buffer(0);
	race.jump = must(load_jump(WRITABLE, 0, race.array));
	if (pthread_create(&thread, NULL, race_updates, NULL))
		die("pthread_create", 0);
	for (i = 0; i < ROUNDS && (race.links < ENOUGH || race.updates < ENOUGH); i++) {
		link = attach(race.jump, "sys_exit");
		if (link < 0)
			continue;
		race.links++;
		seen(&race.attached, &race.in);
		close(link);
	}
	race.ended = 1;
	pthread_join(thread, NULL);
	tap_diag("%d attachments, %d updates", race.links, race.updates);
	tap_ok(race.links >= ENOUGH && race.updates >= ENOUGH, "attached and put in, by turns");
	tap_ok(!race.together, "never both at the same time");
	close(race.jump);
	close(race.buffer);
	close(race.array);
}

/*
 * What must be alike
 */
static void test_attach_type(void)
{
	const uint32_t type = EBPF_PROG_TYPE_CGROUP_SKB;
	int array = array_new(), multi = array_new();
	int ingress = must(load_ret(type, EBPF_CGROUP_INET_INGRESS, 0));
	int egress = must(load_ret(type, EBPF_CGROUP_INET_EGRESS, 0));
	int kprobe = must(load_ret(EBPF_PROG_TYPE_KPROBE, 0, 0));

	tap_eq(array_set(array, 0, ingress), 0, "a program for packets that come in");
	tap_eq(array_set(array, 1, egress), -EINVAL,
	       "none beside it for those that go out, which may return more");
	tap_eq(load_jump(type, EBPF_CGROUP_INET_EGRESS, array), -EINVAL, "nor one that jumps there");
	close(must(load_jump(type, EBPF_CGROUP_INET_INGRESS, array)));
	close(must(load_jump(EBPF_PROG_TYPE_KPROBE, EBPF_TRACE_KPROBE_MULTI, multi)));
	tap_eq(array_set(multi, 0, kprobe), -EINVAL, "a kprobe's where one of kprobe.multi jumps");
	close(kprobe);
	close(egress);
	close(ingress);
	close(multi);
	close(array);
}

static void test_frags(void)
{
	int array = array_new(), plain = must(load_ret(EBPF_PROG_TYPE_XDP, EBPF_XDP, 0));
	int frags = must(load_ret(EBPF_PROG_TYPE_XDP, EBPF_XDP, EBPF_F_XDP_HAS_FRAGS));

	tap_eq(array_set(array, 0, plain), 0, "XDP: a program for packets in one piece");
	tap_eq(array_set(array, 1, frags), -EINVAL, "XDP: none beside it for those in several");
	close(frags);
	close(plain);
	close(array);
}

static long load_storage(int storage)
{
	struct ebpf_insn insns[] = {
		LD_MAP_FD(EBPF_REG_1, storage),
		MOV64_IMM(EBPF_REG_2, 0),
		CALL(EBPF_FUNC_get_local_storage),
		MOV64_IMM(EBPF_REG_0, 0),
		EXIT(),
	};

	return load(EBPF_PROG_TYPE_CGROUP_SKB, EBPF_CGROUP_INET_INGRESS, 0, insns,
		    ARRAY_LEN(insns));
}

static void test_storage(void)
{
	int array = array_new();
	int one = map_create(EBPF_MAP_TYPE_CGROUP_STORAGE, 8, 8, 0, 0);
	int two = map_create(EBPF_MAP_TYPE_CGROUP_STORAGE, 8, 64, 0, 0);
	int first = must(load_storage(one)), second = must(load_storage(two));
	int none = must(load_ret(EBPF_PROG_TYPE_CGROUP_SKB, EBPF_CGROUP_INET_INGRESS, 0));

	tap_eq(array_set(array, 0, first), 0, "a program with a control group's values");
	tap_eq(array_set(array, 1, second), -EINVAL, "none beside it with others");
	tap_eq(array_set(array, 2, none), 0, "one without that jumps nowhere");
	tap_eq(load_jump(EBPF_PROG_TYPE_CGROUP_SKB, EBPF_CGROUP_INET_INGRESS, array), -EINVAL,
	       "but not one without that jumps");
	close(none);
	close(second);
	close(first);
	close(two);
	close(one);
	close(array);
}

static void test_never(void)
{
	struct ebpf_insn override[] = {
		MOV64_IMM(EBPF_REG_2, 0), CALL(EBPF_FUNC_override_return),
		MOV64_IMM(EBPF_REG_0, 0), EXIT(),
	};
	int array = array_new();
	int prog = must(load(EBPF_PROG_TYPE_KPROBE, 0, 0, override, ARRAY_LEN(override)));
	int sleeps = must(load_ret(EBPF_PROG_TYPE_KPROBE, 0, EBPF_F_SLEEPABLE));

	tap_eq(array_set(array, 0, prog), -EINVAL, "a program that overrides results");
	tap_eq(array_set(array, 0, sleeps), -EINVAL, "a program that sleeps");
	close(sleeps);
	close(prog);
	close(array);
}

/*
 * Stacks of precise samples
 */
static int open_clock(unsigned int precise, uint64_t sample_type, bool user_only)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE, .size = sizeof(attr),
		.config = PERF_COUNT_SW_CPU_CLOCK, .sample_period = 1000000000,
		.sample_type = sample_type, .precise_ip = precise, .disabled = 1,
		.exclude_callchain_kernel = user_only,
	};
	struct ebpfdrv_perf_event_open req = {
		.attr = ptr(&attr), .pid = -1, .cpu = 0, .group_fd = -1,
	};
	int fd = ioctl(drv_fd, EBPFDRV_IOC_PERF_EVENT_OPEN, &req);

	if (fd < 0)
		die("cpu-clock", -errno);
	return fd;
}

static long set_prog(int event, int prog)
{
	return err_of(ioctl(event, PERF_EVENT_IOC_SET_BPF, prog));
}

/* Attached to a new event, which is closed again. */
static long try_clock(int prog, unsigned int precise, uint64_t sample_type, bool user_only)
{
	int event = open_clock(precise, sample_type, user_only);
	long ret = set_prog(event, prog);

	close(event);
	return ret;
}

static void test_stacks(void)
{
	const uint32_t type = EBPF_PROG_TYPE_PERF_EVENT;
	struct ebpf_insn insns[] = {
		MOV64_REG(EBPF_REG_2, EBPF_REG_10), ALU64_IMM(EBPF_ADD, EBPF_REG_2, -64),
		MOV64_IMM(EBPF_REG_3, 64), MOV64_IMM(EBPF_REG_4, 0),
		CALL(EBPF_FUNC_get_stack), MOV64_IMM(EBPF_REG_0, 0), EXIT(),
	};
	int array = array_new(), jump = must(load_jump(type, 0, array)), event;
	int stack = must(load(type, 0, 0, insns, ARRAY_LEN(insns)));
	int plain = must(load_ret(type, 0, 0));

	tap_eq(try_clock(stack, 0, 0, false), 0, "a program that asks for stacks");
	tap_eq(try_clock(stack, 1, 0, false), -EPROTO, "not at precise samples");
	tap_eq(try_clock(stack, 1, PERF_SAMPLE_CALLCHAIN, false), 0, "unless they have stacks");
	tap_eq(try_clock(stack, 1, PERF_SAMPLE_CALLCHAIN, true), -EPROTO, "whole ones");
	tap_eq(try_clock(plain, 1, 0, false), 0, "another program");
	event = open_clock(1, 0, false);
	tap_eq(set_prog(event, jump), 0, "a program with a tail call");
	tap_eq(array_set(array, 0, stack), -EINVAL, "which is not to lead to such a one");
	tap_eq(array_set(array, 0, plain), 0, "but to others");
	close(event);
	tap_eq(array_set(array, 0, stack), 0, "where it is not attached, it may");
	tap_eq(try_clock(jump, 1, 0, false), -EPROTO, "and is not attached then");
	tap_eq(try_clock(jump, 0, 0, false), 0, "to precise samples");
	close(plain);
	close(stack);
	close(jump);
	close(array);
}

/*
 * Contexts: as long as any program may read
 */
static void test_context(void)
{
	const uint32_t type = EBPF_PROG_TYPE_RAW_TRACEPOINT;
	struct ebpf_insn insns[] = {
		LDX(EBPF_DW, EBPF_REG_0, EBPF_REG_1, 11 * 8),
		ALU64_IMM(EBPF_ADD, EBPF_REG_0, 7),
		EXIT(),
	};
	int array = array_new(), jump = must(load_jump(type, 0, array));
	int last = must(load(type, 0, 0, insns, ARRAY_LEN(insns)));
	uint64_t arg = 1;
	uint32_t retval = 0;

	tap_eq(array_set(array, 0, last), 0, "a program that reads the last argument");
	tap_eq(run_raw_tp(last, &arg, 1, &retval), -EINVAL, "is not run with one");
	tap_eq(run_raw_tp(jump, &arg, 1, &retval), 0, "who reaches it is");
	tap_eq(retval, 7, "and finds a zero there");
	close(last);
	close(jump);
	close(array);
}

int main(void)
{
	drv_open();
	test_attach_second();
	test_update_second();
	test_chain();
	test_size();
	test_bound();
	test_race();
	test_attach_type();
	test_frags();
	test_storage();
	test_never();
	test_stacks();
	test_context();
	return tap_end();
}
