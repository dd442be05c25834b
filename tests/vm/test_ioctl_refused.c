// SPDX-License-Identifier: GPL-2.0-only
/*
 * What commands refuse, and that nothing is left of it: no descriptor to be had, answers that
 * cannot be written, attach types that do not fit, links that cannot change.
 *
 * harness: timeout=300
 */
#define _GNU_SOURCE
#include "ioctl_lib.h"
#include "tap.h"

#include <linux/perf_event.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

#define RAW_TP	EBPF_PROG_TYPE_RAW_TRACEPOINT

/* BTF of one type, an integer. */
static const struct {
	struct { uint16_t magic; uint8_t version, flags; uint32_t len, type_off, type_len, str_off, str_len; } h;
	uint32_t type[4];
	char str[5];
} __attribute__((packed)) small_btf = {
	{ 0xeb9f, 1, 0, 24, 0, 16, 16, 5 }, { 1, 1 << 24, 4, 1 << 24 | 32 }, "\0int",
};

static long btf_load(void)
{
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.btf = ptr(&small_btf);
	attr.btf_size = sizeof(small_btf);
	return err_of(bpf(EBPF_BTF_LOAD, &attr));
}

static long raw_tp_open(int prog, const char *name)
{
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.raw_tracepoint.prog_fd = prog;
	attr.raw_tracepoint.name = ptr(name);
	return err_of(bpf(EBPF_RAW_TRACEPOINT_OPEN, &attr));
}

static long event_open(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE, .size = sizeof(attr), .config = 10, .sample_type = 1 << 10,
	};
	struct ebpfdrv_perf_event_open open = {
		.attr = ptr(&attr), .pid = -1, .cpu = 0, .group_fd = -1,
	};

	return err_of(ioctl(drv_fd, EBPFDRV_IOC_PERF_EVENT_OPEN, &open));
}

static long stats_enable(void)
{
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	return err_of(bpf(EBPF_ENABLE_STATS, &attr));
}

/* The number that is at the same place of every info: maps, programs, links. */
static uint32_t second_word(int fd)
{
	uint32_t info[64] = { 0 };

	return info_of(fd, info, sizeof(info)) ? 0 : info[1];
}

static uint32_t btf_id(int fd)
{
	struct ebpf_btf_info info;

	memset(&info, 0, sizeof(info));
	return info_of(fd, &info, sizeof(info)) ? 0 : info.id;
}

/*
 * Descriptors
 */
static int map, prog, btf, link_fd;

static void test_no_descriptors(void)
{
	uint32_t map_id = second_word(map), prog_id = second_word(prog), link_id = second_word(link_fd);
	uint32_t of_btf = btf_id(btf);
	struct rlimit old, none;
	long got[10];
	unsigned int i;
	int lowest;
	static const char *const what[] = {
		"a map", "a program", "BTF", "an attachment", "an event", "statistics", "a map by id",
		"a program by id", "BTF by id", "a link by id",
	};

	tap_ok(map_id && prog_id && link_id && of_btf, "each has its number");
	getrlimit(RLIMIT_NOFILE, &old);
	lowest = dup(0);
	close(lowest);
	none = old;
	none.rlim_cur = lowest;
	setrlimit(RLIMIT_NOFILE, &none);
	got[0] = map_create(EBPF_MAP_TYPE_HASH, 4, 8, 10, 0);
	got[1] = prog_ret(RAW_TP, 0);
	got[2] = btf_load();
	got[3] = raw_tp_open(prog, "sys_enter");
	got[4] = event_open();
	got[5] = stats_enable();
	got[6] = fd_by_id(EBPF_MAP_GET_FD_BY_ID, map_id);
	got[7] = fd_by_id(EBPF_PROG_GET_FD_BY_ID, prog_id);
	got[8] = fd_by_id(EBPF_BTF_GET_FD_BY_ID, of_btf);
	got[9] = fd_by_id(EBPF_LINK_GET_FD_BY_ID, link_id);
	setrlimit(RLIMIT_NOFILE, &old);
	for (i = 0; i < ARRAY_LEN(got); i++)
		tap_eq(got[i], -EMFILE, "no descriptor for %s", what[i]);
	got[0] = fd_by_id(EBPF_LINK_GET_FD_BY_ID, link_id);
	tap_ok(got[0] >= 0 && second_word(got[0]) == link_id, "with one to be had, the link by id");
	close(got[0]);
}

/*
 * Answers
 */

/* A copy of @data that can only be read. */
static void *read_only(const void *data, size_t size)
{
	char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	memcpy(page, data, size);
	mprotect(page, 4096, PROT_READ);
	return page;
}

static long from_read_only(unsigned int cmd, const union ebpf_attr *attr)
{
	void *page = read_only(attr, sizeof(*attr));
	long ret = err_of(bpf_raw(cmd, ptr(page), sizeof(*attr)));

	munmap(page, 4096);
	return ret;
}

static void test_read_only_attr(void)
{
	static const unsigned int next[] = {
		EBPF_MAP_GET_NEXT_ID, EBPF_PROG_GET_NEXT_ID, EBPF_BTF_GET_NEXT_ID,
		EBPF_LINK_GET_NEXT_ID,
	};
	union ebpf_attr attr;
	uint32_t info[64], keys[4];
	uint64_t values[4];
	unsigned int i;

	for (i = 0; i < ARRAY_LEN(next); i++) {
		memset(&attr, 0, sizeof(attr));
		tap_eq(from_read_only(next[i], &attr), -EFAULT, "command %u cannot tell the next number",
		       next[i]);
	}
	memset(&attr, 0, sizeof(attr));
	memset(info, 0, sizeof(info));
	attr.info.bpf_fd = map;
	attr.info.info = ptr(info);
	attr.info.info_len = sizeof(struct ebpf_map_info);
	tap_eq(from_read_only(EBPF_OBJ_GET_INFO_BY_FD, &attr), -EFAULT, "nor how long an info is");
	memset(&attr, 0, sizeof(attr));
	attr.test.prog_fd = prog;
	tap_eq(from_read_only(EBPF_PROG_TEST_RUN, &attr), -EFAULT, "nor what a run gave");
	memset(&attr, 0, sizeof(attr));
	attr.task_fd_query.pid = getpid();
	attr.task_fd_query.fd = link_fd;
	tap_eq(from_read_only(EBPF_TASK_FD_QUERY, &attr), -EFAULT, "nor what a descriptor is");
	memset(&attr, 0, sizeof(attr));
	attr.batch.map_fd = map;
	attr.batch.keys = ptr(keys);
	attr.batch.values = ptr(values);
	attr.batch.out_batch = ptr(info);
	attr.batch.count = 4;
	tap_eq(from_read_only(EBPF_MAP_LOOKUP_BATCH, &attr), -EFAULT, "nor how many a batch took");
}

static void test_read_only_info(void)
{
	const struct { int fd; const char *what; } of[] = {
		{ map, "a map" }, { prog, "a program" }, { btf, "BTF" }, { link_fd, "a link" },
	};
	char zero[256] = { 0 };
	void *page = read_only(zero, sizeof(zero));
	unsigned int i;

	for (i = 0; i < ARRAY_LEN(of); i++) {
		tap_eq(info_of(of[i].fd, page, 64), -EFAULT, "info of %s into what is read-only",
		       of[i].what);
		tap_eq(info_of(of[i].fd, (void *)16, 16), -EFAULT, "info of %s into nothing",
		       of[i].what);
	}
	munmap(page, 4096);
}

static void test_read_only_elements(void)
{
	uint32_t key = 1, keys[4] = { 0 };
	uint64_t value = 5, values[4] = { 0 };
	char zero[64] = { 0 }, next[8];
	void *page = read_only(zero, sizeof(zero));
	union ebpf_attr attr;

	tap_eq(map_update(map, &key, &value, EBPF_ANY), 0, "an element");
	tap_eq(map_lookup(map, &key, page), -EFAULT, "its value into what is read-only");
	tap_eq(map_lookup(map, (void *)16, &value), -EFAULT, "a key that is nowhere");
	tap_eq(map_update(map, &key, (void *)16, EBPF_ANY), -EFAULT, "a value that is nowhere");
	tap_eq(map_next(map, NULL, page), -EFAULT, "the first key into what is read-only");
	tap_eq(map_next(map, (void *)16, next), -EFAULT, "what follows a key that is nowhere");
	memset(&attr, 0, sizeof(attr));
	attr.batch.map_fd = map;
	attr.batch.keys = ptr(keys);
	attr.batch.values = ptr(page);
	attr.batch.out_batch = ptr(next);
	attr.batch.count = 4;
	tap_eq(err_of(bpf(EBPF_MAP_LOOKUP_BATCH, &attr)), -EFAULT, "a batch of values");
	attr.batch.values = ptr(values);
	attr.batch.keys = ptr(page);
	attr.batch.count = 4;
	tap_eq(err_of(bpf(EBPF_MAP_LOOKUP_BATCH, &attr)), -EFAULT, "a batch of keys");
	attr.batch.keys = 16;
	attr.batch.out_batch = 0;
	attr.batch.count = 4;
	tap_eq(err_of(bpf(EBPF_MAP_DELETE_BATCH, &attr)), -EFAULT, "keys to delete that are nowhere");
	attr.batch.keys = ptr(keys);
	attr.batch.values = 16;
	attr.batch.count = 4;
	tap_eq(err_of(bpf(EBPF_MAP_UPDATE_BATCH, &attr)), -EFAULT, "values to set that are nowhere");
	tap_ok(!map_lookup(map, &key, &value) && value == 5, "the element is as it was");
	munmap(page, 4096);
}

/*
 * Programs
 */
static long load_for(unsigned int type, unsigned int attach_type)
{
	struct ebpf_insn insns[] = { MOV64_IMM(EBPF_REG_0, 1), EXIT() };
	union ebpf_attr attr;
	long fd;

	prog_attr(&attr, type, insns, 2);
	attr.expected_attach_type = attach_type;
	fd = err_of(bpf(EBPF_PROG_LOAD, &attr));
	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

static void test_attach_types(void)
{
	static const struct {
		unsigned int type, fits, other;
		const char *what;
	} types[] = {
		{ EBPF_PROG_TYPE_CGROUP_SKB, EBPF_CGROUP_INET_EGRESS, EBPF_XDP, "cgroup_skb" },
		{ EBPF_PROG_TYPE_CGROUP_SOCK, 0, EBPF_CGROUP_INET_EGRESS, "cgroup/sock" },
		{ EBPF_PROG_TYPE_CGROUP_SOCK, EBPF_CGROUP_INET4_POST_BIND, EBPF_XDP, "post_bind4" },
		{ EBPF_PROG_TYPE_CGROUP_SOCK_ADDR, EBPF_CGROUP_INET4_CONNECT, EBPF_XDP, "connect4" },
		{ EBPF_PROG_TYPE_CGROUP_SOCK_ADDR, EBPF_CGROUP_UDP6_RECVMSG, 0, "recvmsg6" },
		{ EBPF_PROG_TYPE_CGROUP_SOCK_ADDR, EBPF_CGROUP_UNIX_CONNECT, EBPF_NETFILTER, "connect_unix" },
		{ EBPF_PROG_TYPE_CGROUP_SOCKOPT, EBPF_CGROUP_GETSOCKOPT, 0, "getsockopt" },
		{ EBPF_PROG_TYPE_SK_LOOKUP, EBPF_SK_LOOKUP, 0, "sk_lookup" },
		{ EBPF_PROG_TYPE_SK_REUSEPORT, 0, EBPF_XDP, "sk_reuseport" },
		{ EBPF_PROG_TYPE_NETFILTER, EBPF_NETFILTER, 0, "netfilter" },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_LEN(types); i++) {
		tap_eq(load_for(types[i].type, types[i].fits), 0, "%s: its attach type", types[i].what);
		tap_eq(load_for(types[i].type, types[i].other), -EINVAL, "%s: another's",
		       types[i].what);
	}
}

static void test_load_attr(void)
{
	struct ebpf_insn insns[] = { MOV64_IMM(EBPF_REG_0, 0), EXIT() };
	struct ebpf_insn by_index[] = {
		INSN(EBPF_LD | EBPF_IMM | EBPF_DW, EBPF_REG_1, EBPF_PSEUDO_MAP_IDX, 0, 1),
		INSN(0, 0, 0, 0, 0),
		MOV64_IMM(EBPF_REG_0, 0),
		EXIT(),
	};
	int fds[2] = { -1, map };
	union ebpf_attr attr;
	long fd;

	prog_attr(&attr, RAW_TP, insns, 2);
	attr.prog_ifindex = 1;
	tap_eq(err_of(bpf(EBPF_PROG_LOAD, &attr)), -EINVAL, "a program for a device");
	prog_attr(&attr, RAW_TP, insns, 2);
	attr.core_relo_cnt = 1;
	fd = err_of(bpf(EBPF_PROG_LOAD, &attr));
	tap_ok(fd >= 0, "relocations without types are not looked at (%ld)", fd);
	close(fd);
	prog_attr(&attr, RAW_TP, insns, 2);
	attr.attach_btf_id = 1;
	tap_eq(err_of(bpf(EBPF_PROG_LOAD, &attr)), -EINVAL, "a target for what has none");
	prog_attr(&attr, EBPF_PROG_TYPE_TRACING, insns, 2);
	attr.attach_prog_fd = prog;
	attr.attach_btf_id = 1;
	attr.expected_attach_type = EBPF_TRACE_FENTRY;
	tap_ok(bpf(EBPF_PROG_LOAD, &attr) == -1 && (errno == EOPNOTSUPP || errno == EINVAL),
	       "a program for another (%d)", errno);
	prog_attr(&attr, RAW_TP, by_index, ARRAY_LEN(by_index));
	attr.fd_array = ptr(fds);
	fd = err_of(bpf(EBPF_PROG_LOAD, &attr));
	tap_ok(fd >= 0, "a map by its place in an array (%ld)", fd);
	close(fd);
	attr.fd_array = 16;
	tap_eq(err_of(bpf(EBPF_PROG_LOAD, &attr)), -EFAULT, "an array that is nowhere");
}

static void test_commands(void)
{
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.target_fd = 0;
	attr.attach_bpf_fd = prog;
	attr.attach_type = EBPF_CGROUP_INET_EGRESS;
	tap_eq(err_of(bpf(EBPF_PROG_ATTACH, &attr)), -ENOTSUPP, "attaching to a control group");
	memset(&attr, 0, sizeof(attr));
	tap_eq(err_of(bpf(EBPF_PROG_QUERY, &attr)), -EINVAL, "asking what is attached to one");
	tap_eq(err_of(bpf(1000, &attr)), -EINVAL, "a command that there is not");
}

/*
 * Links
 */
static long link_update(int new, int old, uint32_t flags)
{
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.link_update.link_fd = link_fd;
	attr.link_update.new_prog_fd = new;
	attr.link_update.old_prog_fd = old;
	attr.link_update.flags = flags;
	return err_of(bpf(EBPF_LINK_UPDATE, &attr));
}

static void test_links(void)
{
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.link_detach.link_fd = link_fd;
	tap_eq(err_of(bpf(EBPF_LINK_DETACH, &attr)), -EOPNOTSUPP, "a raw tracepoint is not detached");
	tap_eq(link_update(prog, 0, 0), -EINVAL, "its program is not replaced");
	tap_eq(link_update(prog, prog, 0), -EINVAL, "an old program without saying so");
	tap_eq(link_update(map, 0, 0), -EINVAL, "a map for a program");
	tap_eq(link_update(999, 0, 0), -EBADF, "nothing for a program");
	tap_eq(link_update(prog, 999, EBPF_F_REPLACE), -EBADF, "nothing for the old program");
	tap_eq(link_update(prog, prog, 8), -EINVAL, "an unknown flag");
	attr.link_detach.link_fd = map;
	tap_eq(err_of(bpf(EBPF_LINK_DETACH, &attr)), -EINVAL, "a map is no link");
	tap_ok(next_id(EBPF_LINK_GET_NEXT_ID, 0) > 0, "the link is in the list");
}

/*
 * Others
 */
static bool fdinfo_has(int fd, const char *want)
{
	char path[64], text[1024] = "";
	FILE *f;
	size_t n;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	f = fopen(path, "r");
	if (!f)
		return false;
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = '\0';
	fclose(f);
	return strstr(text, want);
}

static void test_btf_info(void)
{
	char want[64], name[4] = "xxx";
	struct ebpf_btf_info info;
	bool kernel = false;
	long id = 0, fd;

	snprintf(want, sizeof(want), "btf_id:\t%u\n", btf_id(btf));
	tap_ok(fdinfo_has(btf, want), "fdinfo of BTF");
	while (!kernel && (id = next_id(EBPF_BTF_GET_NEXT_ID, id)) > 0) {
		fd = fd_by_id(EBPF_BTF_GET_FD_BY_ID, id);
		memset(&info, 0, sizeof(info));
		kernel = !info_of(fd, &info, sizeof(info)) && info.kernel_btf;
		if (kernel) {
			memset(&info, 0, sizeof(info));
			info.name = ptr(name);
			info.name_len = sizeof(name);
			tap_ok(info_of(fd, &info, sizeof(info)) == -ENOSPC && !strcmp(name, "vml"),
			       "a name that is cut says so (%s)", name);
			info.name = 16;
			tap_eq(info_of(fd, &info, sizeof(info)), -EFAULT, "a name into nothing");
		}
		close(fd);
	}
	tap_ok(kernel, "the kernel's BTF has a number");
}

/* A child has its parent's mappings: a map is written to as long as one of them has it so. */
static void test_inherited_mapping(void)
{
	int fd = map_create(EBPF_MAP_TYPE_ARRAY, 4, 8, 512, EBPF_F_MMAPABLE), go[2], status = -1;
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	pid_t pid;
	char c;

	if (!tap_ok(page != MAP_FAILED && !pipe(go), "a map is mapped"))
		return;
	fflush(stdout);
	pid = fork();
	if (!pid) {
		close(go[1]);
		if (read(go[0], &c, 1) < 0)
			_exit(1);
		*(uint64_t *)page = 77;
		_exit(0);
	}
	munmap(page, 4096);
	tap_eq(map_freeze(fd), -EBUSY, "a child may write to it");
	close(go[1]);
	waitpid(pid, &status, 0);
	tap_eq(status, 0, "and does");
	tap_eq(map_freeze(fd), 0, "without the child it is frozen");
	page = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
	tap_ok(page != MAP_FAILED && *(uint64_t *)page == 77, "what the child wrote is there");
	close(fd);
	munmap(page, 4096);
	close(go[0]);
}

int main(void)
{
	struct ebpfdrv_stats before = { 0 };

	drv_open();
	stats_get(&before);
	map = map_create(EBPF_MAP_TYPE_HASH, 4, 8, 10, 0);
	prog = prog_ret(RAW_TP, 0);
	btf = btf_load();
	link_fd = raw_tp_open(prog, "sys_exit");
	tap_ok(map >= 0 && prog >= 0 && btf >= 0 && link_fd >= 0, "one of each");
	test_no_descriptors();
	test_read_only_attr();
	test_read_only_info();
	test_read_only_elements();
	test_attach_types();
	test_load_attr();
	test_commands();
	test_links();
	test_btf_info();
	test_inherited_mapping();
	close(link_fd);
	close(btf);
	close(prog);
	close(map);
	tap_ok(stats_settle(&before), "nothing is left");
	return tap_end();
}
