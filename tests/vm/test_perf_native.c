// SPDX-License-Identifier: GPL-2.0-only
/*
 * perf_event_open(2) and what an event's descriptor answers, field by field: Linux 6.1's own
 * beside the module's, asked the same.
 *
 * harness: timeout=600 nobpf=no faults=no sources=attach_lib.c
 */
#define _GNU_SOURCE
#include "attach_lib.h"
#include "native.h"
#include "tap.h"

#include <fcntl.h>
#include <fnmatch.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGE	4096UL

/* As of 6.1, whatever the headers know. */
struct attr {
	uint32_t type;
	uint32_t size;
	uint64_t config;
	uint64_t sample_period;
	uint64_t sample_type;
	uint64_t read_format;
	uint64_t flags;
	uint32_t wakeup_events;
	uint32_t bp_type;
	uint64_t config1;
	uint64_t config2;
	uint64_t branch_sample_type;
	uint64_t sample_regs_user;
	uint32_t sample_stack_user;
	int32_t clockid;
	uint64_t sample_regs_intr;
	uint32_t aux_watermark;
	uint16_t sample_max_stack;
	uint16_t reserved_2;
	uint32_t aux_sample_size;
	uint32_t reserved_3;
	uint64_t sig_data;
	uint8_t beyond[2 * PAGE];
};

#define ATTR_SIZE	offsetof(struct attr, beyond)

#define F_DISABLED	(1ULL << 0)
#define F_INHERIT	(1ULL << 1)
#define F_PINNED	(1ULL << 2)
#define F_FREQ		(1ULL << 10)
#define F_ENABLE_ON_EXEC (1ULL << 12)
#define F_WATERMARK	(1ULL << 14)
#define F_USE_CLOCKID	(1ULL << 25)
#define F_BACKWARD	(1ULL << 27)
#define F_INHERIT_THREAD (1ULL << 35)
#define F_REMOVE_ON_EXEC (1ULL << 36)
#define F_SIGTRAP	(1ULL << 37)

#define S_READ		(1ULL << 4)
#define S_BRANCH	(1ULL << 11)
#define S_REGS_USER	(1ULL << 12)
#define S_STACK_USER	(1ULL << 13)
#define S_WEIGHT	(1ULL << 14)
#define S_REGS_INTR	(1ULL << 18)
#define S_WEIGHT_STRUCT	(1ULL << 24)

/* What is asked for, apart from the kind of event. */
struct ask {
	struct attr attr;
	pid_t pid;
	int cpu;
	int group_fd;
	unsigned long flags;
};

struct kind {
	const char *name;
	struct attr attr;
	uint32_t our_type;	/* where it is another one */
};

static struct kind kinds[16];
static int nr_kinds;
static int drv;

/*
 * Differences that are meant
 */

static const struct {
	const char *kind;
	const char *what;
	const char *why;
} known[] = {
	{ "*", "flags 4", "events of a cgroup are not built" },
	{ "*", "flag bit 36", "events that end at exec are not built" },
	{ "*", "remove_on_exec, sigtrap, this task", "nor those that send signals" },
	{ "*probe", "SET_FILTER*", "events of the module's own probes have no record to filter" },
	{ "output", "sample_type regs*", "records of programs have no registers" },
	{ "output", "sample_type stack*", "records of programs have no copy of a stack" },
	{ "output", "sample_type  bit 2[13]", "nor the cgroup and the size of pages of code" },
	{ "uprobe", "config2", "a place before the beginning of a file" },
};

static bool is_known(const char *kind, const char *what)
{
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!fnmatch(known[i].kind, kind, 0) && !fnmatch(known[i].what, what, 0))
			return true;
	return false;
}

/*
 * Opening
 */

static int open_native(const struct ask *ask)
{
	struct attr attr = ask->attr;

	return syscall(SYS_perf_event_open, &attr, ask->pid, ask->cpu, ask->group_fd, ask->flags);
}

static int open_ours(const struct kind *kind, const struct ask *ask)
{
	struct attr attr = ask->attr;
	struct ebpfdrv_perf_event_open req = {
		.attr = (uintptr_t)&attr,
		.flags = ask->flags,
		.pid = ask->pid,
		.cpu = ask->cpu,
		.group_fd = ask->group_fd,
	};

	if (kind->our_type)
		attr.type = kind->our_type;
	return ioctl(drv, EBPFDRV_IOC_PERF_EVENT_OPEN, &req);
}

static struct ask ask_of(const struct kind *kind)
{
	struct ask ask = { .attr = kind->attr, .pid = -1, .cpu = 0, .group_fd = -1 };

	ask.attr.size = ATTR_SIZE;
	return ask;
}

static int asked, differ, meant;

static void judge(const struct kind *kind, const char *what, long native, long ours)
{
	asked++;
	if (native == ours)
		return;
	if (is_known(kind->name, what)) {
		meant++;
		return;
	}
	differ++;
	tap_diag("%s: %s: Linux %ld (%s), we %ld (%s)", kind->name, what,
		 native, native < 0 ? strerror(-native) : "", ours, ours < 0 ? strerror(-ours) : "");
}

static void try_open(const struct kind *kind, const struct ask *ask, const char *fmt, ...)
{
	char what[128];
	va_list args;
	int native, ours, err;

	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	native = open_native(ask);
	err = native < 0 ? -errno : 0;
	ours = open_ours(kind, ask);
	judge(kind, what, err, ours < 0 ? -errno : 0);
	close(native);
	close(ours);
}

/*
 * Fields
 */

static void try_bits(const struct kind *kind)
{
	int bit;

	for (bit = 0; bit < 40; bit++) {
		struct ask ask = ask_of(kind);

		ask.attr.flags |= 1ULL << bit;
		ask.attr.sample_period = 100;
		ask.pid = 0;
		ask.cpu = -1;
		try_open(kind, &ask, "flag bit %d", bit);
	}
	for (bit = 0; bit < 26; bit++) {
		struct ask ask = ask_of(kind);

		ask.attr.sample_type = 1ULL << bit;
		ask.attr.sample_period = 100;
		if (bit == 12 || bit == 18)
			ask.attr.sample_regs_user = ask.attr.sample_regs_intr = 0xff;
		try_open(kind, &ask, "sample_type %s bit %d", bit == 12 || bit == 18 ? "regs" :
			 bit == 13 ? "stack" : "", bit);
	}
	for (bit = 0; bit < 6; bit++) {
		struct ask ask = ask_of(kind);

		ask.attr.read_format = 1ULL << bit;
		try_open(kind, &ask, "read_format bit %d", bit);
	}
}

static void try_combinations(const struct kind *kind)
{
	static const struct {
		const char *name;
		uint64_t flags, sample_type;
	} sets[] = {
		{ "inherit, inherit_thread", F_INHERIT | F_INHERIT_THREAD, 0 },
		{ "inherit, SAMPLE_READ", F_INHERIT, S_READ },
		{ "enable_on_exec, remove_on_exec", F_ENABLE_ON_EXEC | F_REMOVE_ON_EXEC, 0 },
		{ "remove_on_exec, sigtrap", F_REMOVE_ON_EXEC | F_SIGTRAP, 0 },
		{ "WEIGHT, WEIGHT_STRUCT", 0, S_WEIGHT | S_WEIGHT_STRUCT },
		{ "all of read_format", 0, 0 },
	};
	size_t i;

	for (i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		struct ask ask = ask_of(kind);

		ask.attr.flags |= sets[i].flags;
		ask.attr.sample_type = sets[i].sample_type;
		if (i == 5)
			ask.attr.read_format = 31;
		try_open(kind, &ask, "%s, a CPU", sets[i].name);
		ask.pid = 0;
		ask.cpu = -1;
		try_open(kind, &ask, "%s, this task", sets[i].name);
	}
}

static void try_numbers(const struct kind *kind)
{
	static const uint64_t periods[] = { 1, 99, 1000001, 1ULL << 62, 1ULL << 63 };
	static const uint64_t masks[] = { 0, 8, 9, 1ULL << 20, 1ULL << 31 };
	static const uint32_t sizes[] = { 0, 8, 65528, 65536, 7 };
	static const uint32_t bp_types[] = { 1, 4, 7, ~0u };
	struct ask ask;
	size_t i;
	int id;

	for (i = 0; i < 5; i++) {
		ask = ask_of(kind);
		ask.attr.sample_period = periods[i];
		try_open(kind, &ask, "sample_period %#llx", (unsigned long long)periods[i]);
		ask.attr.flags |= F_FREQ;
		try_open(kind, &ask, "sample_freq %#llx", (unsigned long long)periods[i]);
	}
	for (i = 0; i < 5; i++) {
		ask = ask_of(kind);
		ask.attr.branch_sample_type = masks[i];
		ask.attr.sample_regs_user = masks[i];
		ask.attr.sample_regs_intr = masks[i];
		try_open(kind, &ask, "masks %#llx that nothing asks for",
			 (unsigned long long)masks[i]);
		ask.attr.sample_type = S_BRANCH;
		try_open(kind, &ask, "branches %#llx", (unsigned long long)masks[i]);
		ask.attr.sample_type = S_REGS_USER;
		try_open(kind, &ask, "sample_type regs user %#llx", (unsigned long long)masks[i]);
		ask.attr.sample_type = S_REGS_INTR;
		try_open(kind, &ask, "sample_type regs intr %#llx", (unsigned long long)masks[i]);
	}
	for (i = 0; i < 5; i++) {
		ask = ask_of(kind);
		ask.attr.sample_stack_user = sizes[i];
		ask.attr.sample_type = S_STACK_USER;
		try_open(kind, &ask, "sample_type stack of %u", sizes[i]);
		ask.attr.sample_type = 0;
		ask.attr.aux_watermark = ask.attr.aux_sample_size = sizes[i];
		try_open(kind, &ask, "aux sizes of %u", sizes[i]);
	}
	for (i = 0; i < 4; i++) {
		ask = ask_of(kind);
		ask.attr.bp_type = bp_types[i];
		try_open(kind, &ask, "bp_type %#x", bp_types[i]);
	}
	for (id = -1; id < 13; id++) {
		ask = ask_of(kind);
		ask.attr.clockid = id;
		ask.attr.flags |= F_USE_CLOCKID;
		try_open(kind, &ask, "clockid %d", id);
	}
	ask = ask_of(kind);
	ask.attr.wakeup_events = ~0;
	try_open(kind, &ask, "wakeup_events");
	ask.attr.flags |= F_WATERMARK;
	try_open(kind, &ask, "wakeup_watermark");
	ask = ask_of(kind);
	ask.attr.sample_max_stack = 60000;
	try_open(kind, &ask, "sample_max_stack");
	ask.attr.sample_type = 1ULL << 5;
	try_open(kind, &ask, "sample_max_stack of a call chain");
	ask = ask_of(kind);
	ask.attr.reserved_2 = 1;
	try_open(kind, &ask, "reserved_2");
	ask = ask_of(kind);
	ask.attr.reserved_3 = 1;
	try_open(kind, &ask, "reserved_3");
	ask = ask_of(kind);
	ask.attr.sig_data = 1;
	try_open(kind, &ask, "sig_data");
	ask = ask_of(kind);
	ask.attr.config |= 1ULL << 40;
	try_open(kind, &ask, "config bit 40");
	ask = ask_of(kind);
	ask.attr.config ^= 2;
	if (strcmp(kind->name, "tracepoint") && strcmp(kind->name, "syscall"))
		try_open(kind, &ask, "config bit 1");
	ask = ask_of(kind);
	ask.attr.config2 = -1;
	try_open(kind, &ask, "config2");
	ask = ask_of(kind);
	ask.attr.config1 = 8;
	try_open(kind, &ask, "config1");
}

static void try_sizes(const struct kind *kind)
{
	static const uint32_t sizes[] = {
		0, 1, 63, 64, 65, 96, 120, 128, 136, 4096, 4097,
	};
	size_t i;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct ask ask = ask_of(kind);

		ask.attr.size = sizes[i];
		try_open(kind, &ask, "size %u", sizes[i]);
		ask.attr.beyond[4] = 1;
		try_open(kind, &ask, "size %u, something behind 128 bytes", sizes[i]);
	}
}

static void try_targets(const struct kind *kind)
{
	static const int pids[] = { -1, 0, 1, -2, 4194304, 0x7fffffff };
	static const int cpus[] = { -1, 0, -2, 9999 };
	size_t i, k;
	int bit;

	for (i = 0; i < 6; i++) {
		for (k = 0; k < 4; k++) {
			struct ask ask = ask_of(kind);

			ask.pid = pids[i];
			ask.cpu = cpus[k];
			try_open(kind, &ask, "pid %d, CPU %d", pids[i], cpus[k]);
		}
	}
	for (bit = 0; bit < 6; bit++) {
		struct ask ask = ask_of(kind);

		ask.flags = 1UL << bit;
		try_open(kind, &ask, "flags %#lx", ask.flags);
	}
}

__attribute__((format(printf, 5, 6)))
static void try_beside(const struct kind *kind, struct ask *ask, int native, int ours,
		       const char *fmt, ...)
{
	char what[128];
	va_list args;
	int n, o, err;

	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	ask->group_fd = native;
	n = open_native(ask);
	err = n < 0 ? -errno : 0;
	ask->group_fd = ours;
	o = open_ours(kind, ask);
	judge(kind, what, err, o < 0 ? -errno : 0);
	close(n);
	close(o);
}

/* With another event: as a leader, or to write to its ring. */
static void try_groups(const struct kind *kind)
{
	struct ask ask = ask_of(kind), lead = ask_of(kind);
	unsigned long flags;
	int native, ours;

	for (ask.group_fd = -3; ask.group_fd < 0; ask.group_fd++)
		try_open(kind, &ask, "group %d", ask.group_fd);
	ask.group_fd = 9999;
	try_open(kind, &ask, "group that is no descriptor");
	ask.group_fd = 0;
	try_open(kind, &ask, "group that is no event");
	native = open_native(&lead);
	ours = open_ours(kind, &lead);
	for (flags = 0; flags < 4; flags++) {
		ask = ask_of(kind);
		ask.flags = flags;
		try_beside(kind, &ask, native, ours, "group, flags %lu", flags);
		ask.attr.flags |= F_PINNED;
		try_beside(kind, &ask, native, ours, "pinned in a group, flags %lu", flags);
		ask = ask_of(kind);
		ask.pid = 0;
		ask.cpu = -1;
		ask.flags = flags;
		try_beside(kind, &ask, native, ours, "group of another target, flags %lu", flags);
	}
	close(native);
	close(ours);
}

/*
 * Descriptors
 */

#define IOC_REFRESH	_IO('$', 2)
#define IOC_PERIOD	_IOW('$', 4, uint64_t)
#define IOC_FILTER	_IOW('$', 6, char *)
#define IOC_PAUSE	_IOW('$', 9, uint32_t)
#define IOC_QUERY	_IOWR('$', 10, void *)
#define IOC_MODIFY	_IOW('$', 11, void *)

struct query {
	uint32_t ids_len;
	uint32_t cnt;
	uint32_t ids[64];
};

static long answer(int fd, unsigned long cmd, unsigned long arg)
{
	long ret = ioctl(fd, cmd, arg);

	return ret < 0 ? -errno : ret;
}

static const struct kind *kind_now;
static const char *set_now;
static int fd_native, fd_ours;

static void try_ioctl(const char *name, unsigned long cmd, unsigned long arg)
{
	char what[128];
	long native = answer(fd_native, cmd, arg);

	snprintf(what, sizeof(what), "%s, %s", name, set_now);
	judge(kind_now, what, native, answer(fd_ours, cmd, arg));
}

static long words_read(int fd, size_t size)
{
	uint64_t words[16];
	long ret = read(fd, words, size);

	return ret < 0 ? -errno : ret;
}

static long polled(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	poll(&p, 1, 0);
	return p.revents;
}

static void try_descriptor(const struct kind *kind, const char *name, struct ask *ask)
{
	static const uint64_t periods[] = { 0, 1, 5000, 1000001, 1ULL << 63 };
	struct attr other = ask->attr;
	struct query query = { .ids_len = 4 };
	char what[128];
	uint64_t id;
	size_t i;

	kind_now = kind;
	set_now = name;
	fd_native = open_native(ask);
	fd_ours = open_ours(kind, ask);
	if (fd_native < 0 || fd_ours < 0)
		goto out;
	for (i = 0; i < 5; i++) {
		snprintf(what, sizeof(what), "PERIOD %#llx", (unsigned long long)periods[i]);
		try_ioctl(what, IOC_PERIOD, (uintptr_t)&periods[i]);
	}
	try_ioctl("PERIOD at 0", IOC_PERIOD, 0);
	try_ioctl("DISABLE", PERF_EVENT_IOC_DISABLE, 0);
	try_ioctl("DISABLE of a group", PERF_EVENT_IOC_DISABLE, 1);
	try_ioctl("REFRESH 0", IOC_REFRESH, 0);
	try_ioctl("REFRESH 3", IOC_REFRESH, 3);
	try_ioctl("RESET", PERF_EVENT_IOC_RESET, 0);
	try_ioctl("ENABLE", PERF_EVENT_IOC_ENABLE, 0);
	try_ioctl("ID", PERF_EVENT_IOC_ID, (uintptr_t)&id);
	try_ioctl("ID at 8", PERF_EVENT_IOC_ID, 8);
	try_ioctl("SET_OUTPUT -1", PERF_EVENT_IOC_SET_OUTPUT, -1);
	try_ioctl("SET_OUTPUT 9999", PERF_EVENT_IOC_SET_OUTPUT, 9999);
	try_ioctl("SET_OUTPUT stdin", PERF_EVENT_IOC_SET_OUTPUT, 0);
	try_ioctl("PAUSE_OUTPUT", IOC_PAUSE, 1);
	try_ioctl("SET_FILTER at 8", IOC_FILTER, 8);
	try_ioctl("SET_FILTER of nonsense", IOC_FILTER, (uintptr_t)"((");
	try_ioctl("SET_FILTER no_such_field", IOC_FILTER, (uintptr_t)"no_such_field == 1");
	try_ioctl("SET_FILTER common_pid", IOC_FILTER, (uintptr_t)"common_pid == 1");
	try_ioctl("SET_FILTER again", IOC_FILTER, (uintptr_t)"common_pid == 1");
	try_ioctl("QUERY_BPF", IOC_QUERY, (uintptr_t)&query);
	query.ids_len = 0;
	try_ioctl("QUERY_BPF of none", IOC_QUERY, (uintptr_t)&query);
	query.ids_len = 65;
	try_ioctl("QUERY_BPF of 65", IOC_QUERY, (uintptr_t)&query);
	try_ioctl("QUERY_BPF at 8", IOC_QUERY, 8);
	try_ioctl("MODIFY_ATTRIBUTES at 8", IOC_MODIFY, 8);
	other.type = PERF_TYPE_BREAKPOINT;
	if (kind->attr.type != PERF_TYPE_BREAKPOINT)
		try_ioctl("MODIFY_ATTRIBUTES to another type", IOC_MODIFY, (uintptr_t)&other);
	other = ask->attr;
	if (!kind->our_type)
		try_ioctl("MODIFY_ATTRIBUTES", IOC_MODIFY, (uintptr_t)&other);
	try_ioctl("SET_BPF -1", PERF_EVENT_IOC_SET_BPF, -1);
	try_ioctl("SET_BPF of stdin", PERF_EVENT_IOC_SET_BPF, 0);
	try_ioctl("what no event knows", _IO('$', 99), 0);
	for (i = 0; i <= 56; i += 4) {
		snprintf(what, sizeof(what), "read %zu bytes, %s", i, name);
		judge(kind, what, words_read(fd_native, i), words_read(fd_ours, i));
	}
	snprintf(what, sizeof(what), "poll, %s", name);
	judge(kind, what, polled(fd_native), polled(fd_ours));
out:
	close(fd_native);
	close(fd_ours);
}

static void try_descriptors(const struct kind *kind)
{
	struct ask ask = ask_of(kind);

	try_descriptor(kind, "counting", &ask);
	ask.attr.sample_period = 1000;
	try_descriptor(kind, "with a period", &ask);
	ask.attr.flags |= F_FREQ;
	try_descriptor(kind, "with a frequency", &ask);
	ask = ask_of(kind);
	ask.attr.read_format = 15;
	ask.attr.flags |= F_DISABLED;
	try_descriptor(kind, "disabled, grouped words", &ask);
	ask.attr.read_format = 0x17;
	ask.attr.flags |= F_INHERIT;
	ask.pid = 0;
	ask.cpu = -1;
	ask.attr.sample_period = 1000;
	try_descriptor(kind, "inherited", &ask);
}

/*
 * Kinds
 */

static long number_in(const char *path)
{
	char text[32] = "";
	int fd = open(path, O_RDONLY);
	long n = -1;

	if (fd >= 0 && read(fd, text, sizeof(text) - 1) > 0)
		n = strtol(text, NULL, 0);
	close(fd);
	return n;
}

static long tracepoint_id(const char *name)
{
	char path[128];
	long id;

	snprintf(path, sizeof(path), "/sys/kernel/tracing/events/%s/id", name);
	id = number_in(path);
	if (id >= 0)
		return id;
	snprintf(path, sizeof(path), "/sys/kernel/debug/tracing/events/%s/id", name);
	return number_in(path);
}

static struct attr *add_kind(const char *name, long type, long config)
{
	struct kind *kind = &kinds[nr_kinds];

	if (type < 0 || config < 0) {
		tap_skip("the kernel has no %s", name);
		return &kinds[15].attr;
	}
	nr_kinds++;
	kind->name = name;
	kind->attr.type = type;
	kind->attr.config = config;
	return &kind->attr;
}

static void make_kinds(void)
{
	static char exe[256];
	static uint64_t watched;
	struct attr *attr;

	add_kind("clock", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_CLOCK);
	add_kind("faults", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS);
	add_kind("output", PERF_TYPE_SOFTWARE, 10);
	add_kind("tracepoint", PERF_TYPE_TRACEPOINT, tracepoint_id("sched/sched_process_exec"));
	add_kind("syscall", PERF_TYPE_TRACEPOINT, tracepoint_id("syscalls/sys_enter_getppid"));
	attr = add_kind("probe", number_in("/sys/bus/event_source/devices/kprobe/type"), 0);
	attr->config1 = (uintptr_t)getppid_func();
	kinds[nr_kinds - 1].our_type = EBPFDRV_PERF_TYPE_KPROBE;
	if (readlink("/proc/self/exe", exe, sizeof(exe) - 1) > 0) {
		attr = add_kind("uprobe", number_in("/sys/bus/event_source/devices/uprobe/type"),
				0);
		attr->config1 = (uintptr_t)exe;
		attr->config2 = 0x1000;
		kinds[nr_kinds - 1].our_type = EBPFDRV_PERF_TYPE_UPROBE;
	}
	attr = add_kind("breakpoint", PERF_TYPE_BREAKPOINT, 0);
	attr->bp_type = 2;
	attr->config1 = (uintptr_t)&watched;
	attr->config2 = 8;
	add_kind("hardware", PERF_TYPE_HARDWARE, 0);
	add_kind("no such type", 9999, 0);
}

int main(void)
{
	struct kind *kind;

	drv_open();
	drv = open(EBPFDRV_DEVICE_PATH, O_RDWR | O_CLOEXEC);
	if (!native_is_6_1()) {
		tap_skip("this kernel's perf and bpf(2) are not those of Linux 6.1");
		return tap_end();
	}
	make_kinds();
	for (kind = kinds; kind < kinds + nr_kinds; kind++) {
		asked = differ = meant = 0;
		try_bits(kind);
		try_combinations(kind);
		try_numbers(kind);
		try_sizes(kind);
		try_targets(kind);
		try_groups(kind);
		try_descriptors(kind);
		tap_eq(differ, 0, "%s: %d questions, answered as Linux does but for %d meant",
		       kind->name, asked, meant);
	}
	return tap_end();
}
