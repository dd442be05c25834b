// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program that knows nothing of ebpfdrv, started with the shim: its calls,
 * files and events are the module's, and only those that should be.
 *
 * harness: timeout=180
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/perf_event.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <ebpfdrv/ebpfdrv.h>

#include "tap.h"

#define MAP_NAME "shim_test_map"

static long bpf(int cmd, union bpf_attr *attr)
{
	return syscall(SYS_bpf, cmd, attr, sizeof(*attr));
}

/* The kernel's own, past every library. */
static long native_bpf(int cmd, union bpf_attr *attr, unsigned int size)
{
	long ret;

	__asm__ volatile("syscall" : "=a" (ret)
			 : "0" (SYS_bpf), "D" ((long)cmd), "S" (attr), "d" ((long)size)
			 : "rcx", "r11", "memory");
	return ret;
}

/* Live events in the module. */
static long count_events(void)
{
	struct ebpfdrv_stats stats;
	int fd = open(EBPFDRV_DEVICE_PATH, O_RDWR | O_CLOEXEC);
	long count = -1;

	if (fd >= 0 && !ioctl(fd, EBPFDRV_IOC_STATS, &stats))
		count = stats.events;
	close(fd);
	return count;
}

/* Events of closed descriptors go a little later: the count is taken when it has
 * stayed the same for a while.
 */
static long module_events(void)
{
	long count = count_events(), again;
	int same;

	for (same = 0; same < 5; same++) {
		usleep(20000);
		again = count_events();
		if (again != count)
			same = -1;
		count = again;
	}
	return count;
}

static int number_in(const char *path)
{
	FILE *file = fopen(path, "r");
	int value = -1;

	if (file) {
		if (fscanf(file, "%d", &value) != 1)
			value = -1;
		fclose(file);
	}
	return value;
}

static int open_event(__u32 type, __u64 config, const char *function)
{
	struct perf_event_attr attr = {
		.type = type,
		.size = sizeof(attr),
		.config = config,
		.sample_period = function ? 0 : 1000000,
		.sample_type = PERF_SAMPLE_RAW,
		.config1 = (unsigned long)function,
	};

	return syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
}

static int create_map(void)
{
	union bpf_attr attr = {
		.map_type = BPF_MAP_TYPE_HASH,
		.key_size = 4,
		.value_size = 8,
		.max_entries = 16,
		.map_name = MAP_NAME,
	};

	return bpf(BPF_MAP_CREATE, &attr);
}

static long on_map(int cmd, int fd, __u32 *key, __u64 *value)
{
	union bpf_attr attr = { 0 };

	attr.map_fd = fd;
	attr.key = (unsigned long)key;
	attr.value = (unsigned long)value;
	return bpf(cmd, &attr);
}

static int load_kprobe(void)
{
	struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_KPROBE,
		.insn_cnt = 2,
		.insns = (unsigned long)insns,
		.license = (unsigned long)"GPL",
	};

	return bpf(BPF_PROG_LOAD, &attr);
}

static void test_before_bpf(void)
{
	long before = module_events();
	int fd;

	tap_ok(before >= 0, "the device answers");
	tap_eq(number_in("/sys/bus/event_source/devices/kprobe/type"), EBPFDRV_PERF_TYPE_KPROBE,
	       "the kprobe event type is the module's");
	tap_eq(number_in("/sys/bus/event_source/devices/uprobe/type"), EBPFDRV_PERF_TYPE_UPROBE,
	       "the uprobe event type is the module's");
	fd = open_event(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_CLOCK, NULL);
	tap_ok(fd >= 0, "a clock event opens");
	tap_eq(module_events(), before, "before the first bpf call it is the kernel's");
	close(fd);
}

static void test_calls(int *map)
{
	union bpf_attr empty = { 0 };
	__u64 value = 42, got = 0;
	__u32 key = 7;
	int status;
	pid_t pid;

	tap_eq(native_bpf(BPF_MAP_CREATE, &empty, sizeof(empty)), -ENOSYS,
	       "the kernel's own bpf(2) is not there");
	*map = create_map();
	tap_ok(*map >= 0, "a map is made");
	tap_eq(on_map(BPF_MAP_UPDATE_ELEM, *map, &key, &value), 0, "an element is stored");
	tap_ok(!on_map(BPF_MAP_LOOKUP_ELEM, *map, &key, &got) && got == 42, "and found");
	key = 8;
	tap_ok(on_map(BPF_MAP_LOOKUP_ELEM, *map, &key, &got) == -1 && errno == ENOENT,
	       "an absent key gives ENOENT");
	pid = fork();
	if (!pid) {
		key = 7;
		_exit(on_map(BPF_MAP_LOOKUP_ELEM, *map, &key, &got) || got != 42);
	}
	waitpid(pid, &status, 0);
	tap_eq(status, 0, "a child finds it, too");
}

static void test_closed(int map)
{
	__u64 got = 0;
	__u32 key = 7;
	int fd;

	for (fd = 3; fd < 2048; fd++)
		if (fd != map)
			close(fd);
	tap_ok(!on_map(BPF_MAP_LOOKUP_ELEM, map, &key, &got) && got == 42,
	       "after closing every other descriptor the map still answers");
}

/* Each of these is an event of the module now. */
static int test_event(const char *name, __u32 type, __u64 config, const char *function)
{
	long before = module_events();
	int fd = open_event(type, config, function);

	if (tap_ok(fd >= 0, "%s opens", name))
		tap_eq(module_events(), before + 1, "%s is the module's", name);
	return fd;
}

static void test_events(void)
{
	int prog, event;

	close(test_event("BPF_OUTPUT event", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_BPF_OUTPUT, NULL));
	close(test_event("clock event after a bpf call", PERF_TYPE_SOFTWARE,
			 PERF_COUNT_SW_CPU_CLOCK, NULL));
	event = test_event("kprobe event", number_in("/sys/bus/event_source/devices/kprobe/type"), 0,
			   "do_exit");
	prog = load_kprobe();
	tap_ok(prog >= 0, "a kprobe program loads");
	tap_eq(ioctl(event, PERF_EVENT_IOC_SET_BPF, prog), 0, "it is attached without the shim's help");
	tap_eq(ioctl(event, PERF_EVENT_IOC_ENABLE, 0), 0, "and enabled");
	close(event);
	close(prog);
}

/* A client that nobody changed, in a process of its own. */
static void test_bpftool(void)
{
	FILE *pipe = popen("bpftool map list 2>&1", "r");
	char line[256];
	int found = 0;

	while (pipe && fgets(line, sizeof(line), pipe)) {
		if (strstr(line, MAP_NAME))
			found++;
		else if (!strstr(line, "key "))
			tap_diag("bpftool: %s", strtok(line, "\n"));
	}
	if (pipe)
		tap_eq(pclose(pipe), 0, "bpftool ends well");
	tap_eq(found, 1, "bpftool lists the map");
}

/* Its objects made, a daemon goes on as nobody. */
static int as_nobody(int map)
{
	struct bpf_map_info info = { 0 };
	union bpf_attr attr = { 0 };
	__u64 value = 77, got = 0;
	__u32 key = 9;
	int wrong;

	if (setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534))
		return 1;
	wrong = on_map(BPF_MAP_UPDATE_ELEM, map, &key, &value) ? 2 : 0;
	wrong |= on_map(BPF_MAP_LOOKUP_ELEM, map, &key, &got) || got != 77 ? 4 : 0;
	wrong |= on_map(BPF_MAP_GET_NEXT_KEY, map, NULL, &got) ? 8 : 0;
	wrong |= on_map(BPF_MAP_DELETE_ELEM, map, &key, NULL) ? 16 : 0;
	attr.info.bpf_fd = map;
	attr.info.info_len = sizeof(info);
	attr.info.info = (unsigned long)&info;
	wrong |= bpf(BPF_OBJ_GET_INFO_BY_FD, &attr) || info.value_size != 8 ? 32 : 0;
	wrong |= create_map() != -1 || errno != EPERM ? 64 : 0;
	return wrong;
}

static void test_setuid(int map)
{
	int status = -1;
	pid_t pid = fork();

	if (!pid)
		_exit(as_nobody(map));
	waitpid(pid, &status, 0);
	tap_eq(status, 0, "after setuid() the map goes on, and no other can be made");
}

/* From here on the kernel is one before 3.17. */
static int deny_memfd(void)
{
	struct sock_filter insns[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 319, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(insns) / sizeof(insns[0]), insns };

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

/* What libbpf since 1.4 does for each map: a placeholder first, whose number the map gets. */
static void test_placeholder(void)
{
	static const char name[] = "libbpf-placeholder-fd";
	__u64 value = 5, got = 0;
	__u32 key = 1;
	int fd, map;

	if (!tap_ok(!deny_memfd(), "no memfd_create(2) any more"))
		return;
	tap_ok(syscall(319, name, 9) == -1 && errno == EINVAL, "a placeholder that seals itself: EINVAL");
	fd = syscall(319, name, 1);
	tap_ok(fd >= 0, "one that does not is there");
	map = create_map();
	tap_eq(syscall(SYS_dup3, map, fd, O_CLOEXEC), fd, "the map takes its number");
	close(map);
	tap_ok(!on_map(BPF_MAP_UPDATE_ELEM, fd, &key, &value) &&
	       !on_map(BPF_MAP_LOOKUP_ELEM, fd, &key, &got) && got == 5, "and works by it");
	close(fd);
}

int main(int argc, char **argv)
{
	const char *shim = getenv("EBPFDRV_SHIM");
	int map;

	(void)argc;
	if (!getenv("LD_PRELOAD") && shim) {
		setenv("LD_PRELOAD", shim, 1);
		execv("/proc/self/exe", argv);
	}
	test_before_bpf();
	test_calls(&map);
	test_closed(map);
	test_bpftool();
	test_events();
	test_setuid(map);
	test_placeholder();
	return tap_end();
}
