// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who may do what: every command, and what is done with descriptors, by callers with
 * different rights who were all handed the same descriptors. What must come out is the
 * table of docs/who-may.md; Linux 6.1, where it is there, is held to its own half of it.
 *
 * harness: timeout=900 nobpf=no
 */
#define _GNU_SOURCE
#include <sched.h>
#include <grp.h>
#include <linux/perf_event.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "ioctl_lib.h"
#include "native.h"
#include "tap.h"

#define NOBODY		65534
#define CAP(n)		(1ULL << (n))
#define SYS_ADMIN	CAP(21)
#define NET_ADMIN	CAP(12)
#define PERFMON		CAP(38)
#define BPF		CAP(39)
#define CAP_LAST	39

static void die(const char *what)
{
	printf("# %s: %s\n", what, strerror(errno));
	exit(1);
}

static int must(long ret, const char *what)
{
	if (ret >= 0)
		return ret;
	errno = -ret;
	die(what);
	return -1;
}

/*
 * What all are handed: made by root, anew for each of them
 */
static struct {
	int array, hash, progs, frozen;		/* maps */
	int raw_tp, kprobe, filter;		/* programs */
	int link, btf;
	int event, other, output, tracepoint;	/* perf events */
	uint32_t map_id, prog_id, link_id, btf_id;
} given;

static unsigned int kprobe_pmu, uprobe_pmu, tracepoint_id;
static char dir[64];				/* with the file system of pins */

static unsigned int number_in(const char *path)
{
	unsigned int n = 0;
	FILE *f = fopen(path, "r");

	if (f && fscanf(f, "%u", &n) != 1)
		n = 0;
	if (f)
		fclose(f);
	return n;
}

static long perf_open(struct perf_event_attr *attr, int cpu)
{
	struct ebpfdrv_perf_event_open req = {
		.attr = ptr(attr), .pid = -1, .cpu = cpu, .group_fd = -1,
	};

	attr->size = sizeof(*attr);
	if (drv_native())
		return err_of(syscall(SYS_perf_event_open, attr, -1, cpu, -1, 0));
	return err_of(ioctl(drv_fd, EBPFDRV_IOC_PERF_EVENT_OPEN, &req));
}

static long open_kprobe(void)
{
	static const char * const names[] = { "__x64_sys_getppid", "SyS_getppid", "sys_getppid" };
	struct perf_event_attr attr = {
		.type = drv_native() ? kprobe_pmu : EBPFDRV_PERF_TYPE_KPROBE,
	};
	long fd = -ENOENT;
	unsigned int i;

	for (i = 0; i < ARRAY_LEN(names) && fd == -ENOENT; i++) {
		attr.config1 = ptr(names[i]);
		fd = perf_open(&attr, 0);
	}
	return fd;
}

static long open_uprobe(void)
{
	struct perf_event_attr attr = {
		.type = drv_native() ? uprobe_pmu : EBPFDRV_PERF_TYPE_UPROBE,
		.config1 = ptr("/bin/true"), .config2 = 64,
	};

	return perf_open(&attr, 0);
}

static long open_tracepoint(void)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_TRACEPOINT, .config = tracepoint_id };

	return perf_open(&attr, 0);
}

static long open_clock(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE, .config = PERF_COUNT_SW_CPU_CLOCK,
		.sample_period = 1000000000, .disabled = 1,
	};

	return perf_open(&attr, 0);
}

static long open_output(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE, .config = PERF_COUNT_SW_BPF_OUTPUT,
		.sample_type = PERF_SAMPLE_RAW,
	};

	return perf_open(&attr, 0);
}

static long link_raw_tp(int prog)
{
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.raw_tracepoint.name = ptr("sched_process_exec");
	attr.raw_tracepoint.prog_fd = prog;
	return err_of(bpf(EBPF_RAW_TRACEPOINT_OPEN, &attr));
}

static long load_btf(void)
{
	static const struct {
		uint16_t magic;
		uint8_t version, flags;
		uint32_t hdr_len, type_off, type_len, str_off, str_len;
		uint32_t type[4];
		char str[5];
	} blob = { 0xeb9f, 1, 0, 24, 0, 16, 16, 5, { 1, 1 << 24, 4, 1 << 24 | 32 }, "\0int" };
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.btf = ptr(&blob);
	attr.btf_size = 24 + 16 + 5;
	return err_of(bpf(EBPF_BTF_LOAD, &attr));
}

/* @func: a helper that it calls, 0: none */
static long load(unsigned int type, unsigned int attach_type, int func)
{
	struct ebpf_insn insns[] = {
		ST(EBPF_DW, EBPF_REG_10, -8, 0),
		MOV64_REG(EBPF_REG_1, EBPF_REG_10), ALU64_IMM(EBPF_ADD, EBPF_REG_1, -8),
		MOV64_REG(EBPF_REG_2, EBPF_REG_1), MOV64_IMM(EBPF_REG_3, 8), CALL(func),
		MOV64_IMM(EBPF_REG_0, 1), EXIT(),
	};
	union ebpf_attr attr;

	/* Destination, size, source; above: destination, source, size. */
	if (func == EBPF_FUNC_probe_read_kernel) {
		insns[3] = MOV64_IMM(EBPF_REG_2, 8);
		insns[4] = MOV64_IMM(EBPF_REG_3, 0);
	}
	if (!func)
		prog_attr(&attr, type, insns + 6, 2);
	else
		prog_attr(&attr, type, insns, ARRAY_LEN(insns));
	attr.expected_attach_type = attach_type;
	return err_of(bpf(EBPF_PROG_LOAD, &attr));
}

/* Of a program, a map or a link: all start with their type and their number. */
static uint32_t id_of(int fd)
{
	uint32_t info[2] = { 0 };

	must(info_of(fd, info, sizeof(info)), "OBJ_GET_INFO_BY_FD");
	return info[1];
}

static uint32_t btf_id_of(int fd)
{
	struct ebpf_btf_info info;

	memset(&info, 0, sizeof(info));
	must(info_of(fd, &info, sizeof(info)), "OBJ_GET_INFO_BY_FD of BTF");
	return info.id;
}

static void give(void)
{
	uint32_t key = 0;
	uint64_t value = 1;

	given.array = must(map_create(EBPF_MAP_TYPE_ARRAY, 4, 8, 512, EBPF_F_MMAPABLE), "ARRAY");
	given.hash = must(map_create(EBPF_MAP_TYPE_HASH, 4, 8, 4, 0), "HASH");
	given.progs = must(map_create(EBPF_MAP_TYPE_PROG_ARRAY, 4, 4, 4, 0), "PROG_ARRAY");
	given.frozen = must(map_create(EBPF_MAP_TYPE_ARRAY, 4, 8, 1, 0), "ARRAY");
	must(map_update(given.hash, &key, &value, 0), "an element");
	given.raw_tp = must(load(EBPF_PROG_TYPE_RAW_TRACEPOINT, 0, 0), "RAW_TRACEPOINT");
	given.kprobe = must(load(EBPF_PROG_TYPE_KPROBE, 0, 0), "KPROBE");
	given.filter = must(load(EBPF_PROG_TYPE_SOCKET_FILTER, 0, 0), "SOCKET_FILTER");
	given.link = must(link_raw_tp(given.raw_tp), "a link");
	given.btf = must(load_btf(), "BTF_LOAD");
	given.event = must(open_kprobe(), "a kprobe");
	given.other = must(open_kprobe(), "a kprobe");
	given.output = must(open_output(), "BPF_OUTPUT");
	given.tracepoint = must(open_tracepoint(), "a tracepoint");
	given.map_id = id_of(given.array);
	given.prog_id = id_of(given.raw_tp);
	given.link_id = id_of(given.link);
	given.btf_id = btf_id_of(given.btf);
}

static void take_back(void)
{
	const int fds[] = {
		given.array, given.hash, given.progs, given.frozen, given.raw_tp, given.kprobe,
		given.filter, given.link, given.btf, given.event, given.other, given.output,
		given.tracepoint,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_LEN(fds); i++)
		close(fds[i]);
}

/*
 * What they try
 */
static uint32_t key;
static uint64_t value;

static long create_array(void) { return map_create(EBPF_MAP_TYPE_ARRAY, 4, 8, 1, 0); }
static long create_lru(void) { return map_create(EBPF_MAP_TYPE_LRU_HASH, 4, 8, 8, 0); }
static long create_lpm(void) { return map_create(EBPF_MAP_TYPE_LPM_TRIE, 8, 8, 8, EBPF_F_NO_PREALLOC); }
static long create_seed(void) { return map_create(EBPF_MAP_TYPE_HASH, 4, 8, 8, EBPF_F_ZERO_SEED); }
static long create_sockmap(void) { return map_create(EBPF_MAP_TYPE_SOCKMAP, 4, 4, 8, 0); }
static long create_xskmap(void) { return map_create(EBPF_MAP_TYPE_XSKMAP, 4, 4, 8, 0); }
static long lookup(void) { return map_lookup(given.array, &key, &value); }
static long update(void) { return map_update(given.array, &key, &value, 0); }
static long next(void) { return map_next(given.array, NULL, &key); }
static long update_progs(void) { return map_update(given.progs, &key, &given.raw_tp, 0); }
static long del(void) { return map_delete(given.hash, &key); }
static long freeze(void) { return map_freeze(given.frozen); }

static long batch(void)
{
	uint32_t keys[2], token;
	uint64_t values[2];
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.batch.out_batch = ptr(&token);
	attr.batch.keys = ptr(keys);
	attr.batch.values = ptr(values);
	attr.batch.count = 2;
	attr.batch.map_fd = given.array;
	return err_of(bpf(EBPF_MAP_LOOKUP_BATCH, &attr));
}

static long map_values(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, given.array, 0);

	return p == MAP_FAILED ? -errno : 0;
}

static long load_filter(void) { return load(EBPF_PROG_TYPE_SOCKET_FILTER, 0, 0); }
static long load_cgroup_skb(void)
{
	return load(EBPF_PROG_TYPE_CGROUP_SKB, EBPF_CGROUP_INET_INGRESS, 0);
}
static long load_reuseport(void) { return load(EBPF_PROG_TYPE_SK_REUSEPORT, 0, 0); }
static long load_cls(void) { return load(EBPF_PROG_TYPE_SCHED_CLS, 0, 0); }
static long load_xdp(void) { return load(EBPF_PROG_TYPE_XDP, 0, 0); }
static long load_kprobe(void) { return load(EBPF_PROG_TYPE_KPROBE, 0, 0); }
static long load_tracepoint(void) { return load(EBPF_PROG_TYPE_TRACEPOINT, 0, 0); }
static long load_perf(void) { return load(EBPF_PROG_TYPE_PERF_EVENT, 0, 0); }
static long load_raw(void) { return load(EBPF_PROG_TYPE_RAW_TRACEPOINT, 0, 0); }
static long load_read(void) { return load(EBPF_PROG_TYPE_KPROBE, 0, EBPF_FUNC_probe_read_kernel); }
static long load_write(void) { return load(EBPF_PROG_TYPE_KPROBE, 0, EBPF_FUNC_probe_write_user); }
static long run(void) { return run_raw_tp(given.raw_tp, NULL, 0, NULL); }

static long bind_map(void)
{
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.prog_bind_map.prog_fd = given.raw_tp;
	attr.prog_bind_map.map_fd = given.array;
	return err_of(bpf(EBPF_PROG_BIND_MAP, &attr));
}

/* Of nothing that there is: EINVAL for who may ask. */
static long query(void)
{
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.query.attach_type = EBPF_PERF_EVENT;
	return err_of(bpf(EBPF_PROG_QUERY, &attr));
}

static long prog_info(void)
{
	struct ebpf_prog_info info;

	memset(&info, 0, sizeof(info));
	return info_of(given.raw_tp, &info, sizeof(info));
}

static const unsigned char poison[8] = { 0xa5, 0xa5, 0xa5, 0xa5, 0xa5, 0xa5, 0xa5, 0xa5 };

/* EACCES: it says how much code there is, and where, but shows nothing. */
static long addresses(void)
{
	unsigned char code[4096], where[8];
	struct ebpf_prog_info info;
	long ret;

	memcpy(code, poison, 8);
	memcpy(where, poison, 8);
	memset(&info, 0, sizeof(info));
	info.jited_prog_insns = ptr(code);
	info.jited_prog_len = sizeof(code);
	info.jited_ksyms = ptr(where);
	info.nr_jited_ksyms = 1;
	ret = info_of(given.raw_tp, &info, sizeof(info));
	if (ret)
		return ret;
	if (!memcmp(code, poison, 8) && !memcmp(where, poison, 8))
		return -EACCES;
	return memcmp(code, poison, 8) && memcmp(where, poison, 8) ? 0 : -EIO;
}

static long next_prog(void) { return next_id(EBPF_PROG_GET_NEXT_ID, 0); }
static long next_map(void) { return next_id(EBPF_MAP_GET_NEXT_ID, 0); }
static long next_btf(void) { return next_id(EBPF_BTF_GET_NEXT_ID, 0); }
static long next_link(void) { return next_id(EBPF_LINK_GET_NEXT_ID, 0); }
static long prog_by_id(void) { return fd_by_id(EBPF_PROG_GET_FD_BY_ID, given.prog_id); }
static long map_by_id(void) { return fd_by_id(EBPF_MAP_GET_FD_BY_ID, given.map_id); }
static long btf_by_id(void) { return fd_by_id(EBPF_BTF_GET_FD_BY_ID, given.btf_id); }
static long link_by_id(void) { return fd_by_id(EBPF_LINK_GET_FD_BY_ID, given.link_id); }

static long raw_open(void) { return link_raw_tp(given.raw_tp); }

static long link_perf(void)
{
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.link_create.prog_fd = given.kprobe;
	attr.link_create.target_fd = given.event;
	attr.link_create.attach_type = EBPF_PERF_EVENT;
	return err_of(bpf(EBPF_LINK_CREATE, &attr));
}

/* No link that both can update: EINVAL for who may try. */
static long link_update(void)
{
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.link_update.link_fd = given.link;
	attr.link_update.new_prog_fd = given.raw_tp;
	return err_of(bpf(EBPF_LINK_UPDATE, &attr));
}

static long link_detach(void)
{
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.link_detach.link_fd = given.link;
	return err_of(bpf(EBPF_LINK_DETACH, &attr));
}

/* Not a link of an iterator: EINVAL for who may try. */
static long iter_create(void)
{
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.iter_create.link_fd = given.link;
	return err_of(bpf(EBPF_ITER_CREATE, &attr));
}

static long stats(void)
{
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	return err_of(bpf(EBPF_ENABLE_STATS, &attr));
}

static long task_fd(void)
{
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.task_fd_query.pid = getpid();
	attr.task_fd_query.fd = given.link;
	return err_of(bpf(EBPF_TASK_FD_QUERY, &attr));
}

static long by_path(unsigned int cmd, const char *name, int fd)
{
	union ebpf_attr attr;
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	memset(&attr, 0, sizeof(attr));
	attr.pathname = ptr(path);
	attr.bpf_fd = fd;
	return err_of(bpf(cmd, &attr));
}

static long pin(void)
{
	char path[128];
	long ret;

	ret = by_path(EBPF_OBJ_PIN, "mine", given.array);
	snprintf(path, sizeof(path), "%s/mine", dir);
	unlink(path);
	return ret;
}

/* What root has pinned for all. */
static long obj_get(void) { return by_path(EBPF_OBJ_GET, "open", 0); }
/* What root has pinned for himself. */
static long obj_get_root(void) { return by_path(EBPF_OBJ_GET, "root", 0); }

static long set_bpf(void) { return err_of(ioctl(given.other, PERF_EVENT_IOC_SET_BPF, given.kprobe)); }
static long enable(void) { return err_of(ioctl(given.event, PERF_EVENT_IOC_ENABLE, 0)); }

static long query_bpf(void)
{
	uint32_t words[4] = { 2 };

	return err_of(ioctl(given.tracepoint, PERF_EVENT_IOC_QUERY_BPF, words));
}

static long count(void)
{
	uint64_t n;

	return read(given.event, &n, sizeof(n)) == sizeof(n) ? 0 : -errno;
}

static long ring(void)
{
	void *p = mmap(NULL, 2 * 4096, PROT_READ | PROT_WRITE, MAP_SHARED, given.output, 0);

	return p == MAP_FAILED ? -errno : 0;
}

static long mount_pins(void)
{
	static const char path[] = "/tmp/who_may_mount";
	long ret = err_of(mount("none", path, drv_native() ? "bpf" : "ebpfdrvfs", 0, NULL));

	if (!ret)
		umount(path);
	return ret;
}

static const struct row {
	const char *name;
	long (*fn)(void);
	int path;		/* 1: a path is looked up, which a chroot has not */
} rows[] = {
	{ "MAP_CREATE: ARRAY", create_array, 0 },
	{ "MAP_CREATE: LRU_HASH", create_lru, 0 },
	{ "MAP_CREATE: LPM_TRIE", create_lpm, 0 },
	{ "MAP_CREATE: HASH, BPF_F_ZERO_SEED", create_seed, 0 },
	{ "MAP_CREATE: SOCKMAP", create_sockmap, 0 },
	{ "MAP_CREATE: XSKMAP", create_xskmap, 0 },
	{ "MAP_LOOKUP_ELEM", lookup, 0 },
	{ "MAP_UPDATE_ELEM", update, 0 },
	{ "MAP_UPDATE_ELEM: a program into a PROG_ARRAY", update_progs, 0 },
	{ "MAP_DELETE_ELEM", del, 0 },
	{ "MAP_GET_NEXT_KEY", next, 0 },
	{ "MAP_LOOKUP_BATCH", batch, 0 },
	{ "MAP_FREEZE", freeze, 0 },
	{ "mmap of a map's values", map_values, 0 },
	{ "PROG_LOAD: SOCKET_FILTER", load_filter, 0 },
	{ "PROG_LOAD: CGROUP_SKB", load_cgroup_skb, 0 },
	{ "PROG_LOAD: SK_REUSEPORT", load_reuseport, 0 },
	{ "PROG_LOAD: SCHED_CLS", load_cls, 0 },
	{ "PROG_LOAD: XDP", load_xdp, 0 },
	{ "PROG_LOAD: KPROBE", load_kprobe, 0 },
	{ "PROG_LOAD: TRACEPOINT", load_tracepoint, 0 },
	{ "PROG_LOAD: PERF_EVENT", load_perf, 0 },
	{ "PROG_LOAD: RAW_TRACEPOINT", load_raw, 0 },
	{ "PROG_LOAD: KPROBE, probe_read_kernel", load_read, 0 },
	{ "PROG_LOAD: KPROBE, probe_write_user", load_write, 0 },
	{ "PROG_TEST_RUN", run, 0 },
	{ "PROG_BIND_MAP", bind_map, 0 },
	{ "PROG_QUERY", query, 0 },
	{ "BTF_LOAD", load_btf, 0 },
	{ "OBJ_GET_INFO_BY_FD", prog_info, 0 },
	{ "OBJ_GET_INFO_BY_FD: a program's code and its addresses", addresses, 0 },
	{ "PROG_GET_NEXT_ID", next_prog, 0 },
	{ "MAP_GET_NEXT_ID", next_map, 0 },
	{ "BTF_GET_NEXT_ID", next_btf, 0 },
	{ "LINK_GET_NEXT_ID", next_link, 0 },
	{ "PROG_GET_FD_BY_ID", prog_by_id, 0 },
	{ "MAP_GET_FD_BY_ID", map_by_id, 0 },
	{ "BTF_GET_FD_BY_ID", btf_by_id, 0 },
	{ "LINK_GET_FD_BY_ID", link_by_id, 0 },
	{ "RAW_TRACEPOINT_OPEN", raw_open, 0 },
	{ "LINK_CREATE: a perf event", link_perf, 0 },
	{ "LINK_UPDATE", link_update, 0 },
	{ "LINK_DETACH", link_detach, 0 },
	{ "ITER_CREATE", iter_create, 0 },
	{ "ENABLE_STATS", stats, 0 },
	{ "TASK_FD_QUERY", task_fd, 0 },
	{ "OBJ_PIN", pin, 1 },
	{ "OBJ_GET: readable and writable by all", obj_get, 1 },
	{ "OBJ_GET: root's, mode 0600", obj_get_root, 1 },
	{ "mount of the file system of pins", mount_pins, 1 },
	{ "perf_event_open: kprobe", open_kprobe, 0 },
	{ "perf_event_open: uprobe", open_uprobe, 1 },
	{ "perf_event_open: tracepoint", open_tracepoint, 0 },
	{ "perf_event_open: cpu-clock of a CPU", open_clock, 0 },
	{ "perf_event_open: BPF_OUTPUT of a CPU", open_output, 0 },
	{ "an event's SET_BPF", set_bpf, 0 },
	{ "an event's ENABLE", enable, 0 },
	{ "an event's QUERY_BPF", query_bpf, 0 },
	{ "an event's count, by read", count, 0 },
	{ "an event's ring, by mmap", ring, 0 },
};

#define NR_ROWS	ARRAY_LEN(rows)

/*
 * Who tries
 */
static void set_caps(uint64_t caps)
{
	struct { uint32_t version; int pid; } head = { 0x20080522, 0 };
	struct { uint32_t effective, permitted, inheritable; } data[2] = {
		{ (uint32_t)caps, (uint32_t)caps, 0 },
		{ caps >> 32, caps >> 32, 0 },
	};

	if (syscall(SYS_capset, &head, data))
		die("capset");
}

static void become(uint64_t caps)
{
	if (prctl(PR_SET_KEEPCAPS, 1) || setgroups(0, NULL) ||
	    setresgid(NOBODY, NOBODY, NOBODY) || setresuid(NOBODY, NOBODY, NOBODY))
		die("setresuid");
	set_caps(caps);
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		die(path);
	close(fd);
}

/* Root of a user namespace, with all capabilities there. False: there are none. */
static bool enter_namespace(void)
{
	become(0);
	prctl(PR_SET_DUMPABLE, 1);
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS))
		return false;
	write_file("/proc/self/setgroups", "deny");
	write_file("/proc/self/uid_map", "0 65534 1");
	write_file("/proc/self/gid_map", "0 65534 1");
	return !getuid();
}

enum { ROOT, ADMIN, BOTH_NET, BOTH, ONLY_BPF, ONLY_PERFMON, NONE, NAMESPACE, CHROOT, PRIVATE, NR_ACTORS };
#define COLUMNS	(NAMESPACE + 1)

static const struct {
	const char *name;
	uint64_t caps;
} actors[NR_ACTORS] = {
	[ROOT] = { "root" },
	[ADMIN] = { "CAP_SYS_ADMIN", SYS_ADMIN },
	[BOTH_NET] = { "CAP_BPF, CAP_PERFMON, CAP_NET_ADMIN", BPF | PERFMON | NET_ADMIN },
	[BOTH] = { "CAP_BPF, CAP_PERFMON", BPF | PERFMON },
	[ONLY_BPF] = { "CAP_BPF", BPF },
	[ONLY_PERFMON] = { "CAP_PERFMON", PERFMON },
	[NONE] = { "none" },
	[NAMESPACE] = { "a namespace's root" },
	[CHROOT] = { "root in a chroot" },
	[PRIVATE] = { "root in a mount namespace of his own" },
};

/* False: no such one on this kernel. */
static bool enter(int actor)
{
	switch (actor) {
	case ROOT:
		return true;
	case NAMESPACE:
		return enter_namespace();
	case CHROOT:
		return !mkdir("/tmp/who_may_root", 0755) | !chroot("/tmp/who_may_root") &&
		       !chdir("/");
	case PRIVATE:
		return !unshare(CLONE_NEWNS);
	default:
		become(actors[actor].caps);
		return true;
	}
}

static struct shared {
	bool there[NR_ACTORS];
	bool device[NR_ACTORS];		/* the device can be opened */
	long ret[NR_ACTORS][ARRAY_LEN(rows)];
} *results;

static void try_all(int actor)
{
	unsigned int i;
	long ret;
	int fd;

	if (!enter(actor))
		_exit(0);
	results->there[actor] = true;
	fd = open(EBPFDRV_DEVICE_PATH, O_RDWR);
	results->device[actor] = fd >= 0;
	for (i = 0; i < NR_ROWS; i++) {
		key = 0;
		value = 1;
		ret = rows[i].fn();
		results->ret[actor][i] = ret < 0 ? ret : 0;
	}
	fflush(stdout);
	_exit(0);
}

static void pins(void)
{
	char path[128];

	must(by_path(EBPF_OBJ_PIN, "open", given.array), "OBJ_PIN");
	must(by_path(EBPF_OBJ_PIN, "root", given.array), "OBJ_PIN");
	snprintf(path, sizeof(path), "%s/open", dir);
	chmod(path, 0666);
}

static void unpin(void)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/open", dir);
	unlink(path);
	snprintf(path, sizeof(path), "%s/root", dir);
	unlink(path);
}

/* All actors, by our bpf(2) or by Linux's. */
static bool measure(void)
{
	int actor, status;
	pid_t pid;

	memset(results, 0, sizeof(*results));
	for (actor = 0; actor < NR_ACTORS; actor++) {
		give();
		pins();
		fflush(stdout);
		pid = fork();
		if (!pid)
			try_all(actor);
		if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
			return false;
		unpin();
		take_back();
	}
	return true;
}

/*
 * The table: | what | CAP_SYS_ADMIN | ... |, whose cells are "yes" (as for root) or an errno,
 * and, where Linux says something else, that in parentheses behind.
 */
static char cells[ARRAY_LEN(rows)][COLUMNS][2][16];	/* by row, column; ours, Linux's */
static unsigned int cells_read;

static void read_cell(char *text, char cell[2][16])
{
	char *open = strchr(text, '(');

	if (open) {
		sscanf(open + 1, "%15[^)]", cell[1]);
		*open = '\0';
	}
	sscanf(text, "%15s", cell[0]);
	if (!open)
		strcpy(cell[1], cell[0]);
}

static void read_row(char *line)
{
	char *save, *text = strtok_r(line, "|", &save);
	unsigned int i, len = text ? strlen(text) : 0;
	int c;

	for (i = 0; i < NR_ROWS && len > 2; i++)
		if (strlen(rows[i].name) == len - 2 && !strncmp(text + 1, rows[i].name, len - 2))
			break;
	if (i == NR_ROWS || len <= 2)
		return;
	for (c = ADMIN; c < COLUMNS; c++) {
		text = strtok_r(NULL, "|", &save);
		if (!text)
			return;
		read_cell(text, cells[i][c]);
	}
	cells_read++;
}

static void read_table(void)
{
	const char *top = getenv("EBPFDRV_TOP");
	char path[4096], line[1024];
	FILE *f;

	snprintf(path, sizeof(path), "%s/docs/who-may.md", top ? top : ".");
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		if (line[0] == '|')
			read_row(line + 1);
	if (f)
		fclose(f);
	tap_eq(cells_read, NR_ROWS, "docs/who-may.md has a row for everything that is tried");
}

static const char *cell_of(int actor, unsigned int row)
{
	long ret = results->ret[actor][row];
	static char other[16];

	if (ret == results->ret[ROOT][row])
		return "yes";
	if (ret == -EPERM)
		return "EPERM";
	if (ret == -EACCES)
		return "EACCES";
	if (ret == -EINVAL)
		return "EINVAL";
	snprintf(other, sizeof(other), "%ld", ret);
	return other;
}

static void show(void)
{
	char line[512];
	unsigned int i;
	int c, n;

	for (i = 0; i < NR_ROWS; i++) {
		n = snprintf(line, sizeof(line), "| %s |", rows[i].name);
		for (c = ADMIN; c < COLUMNS; c++)
			n += snprintf(line + n, sizeof(line) - n, " %s |",
				      results->there[c] ? cell_of(c, i) : "-");
		tap_diag("%s root: %ld", line, results->ret[ROOT][i]);
	}
}

/* Before Linux 5.8 nobody has those capabilities. */
static int column_of(int actor, bool new_caps)
{
	if (new_caps || (actor != BOTH_NET && actor != BOTH && actor != ONLY_BPF &&
			 actor != ONLY_PERFMON))
		return actor;
	return NONE;
}

/* One of those three is older, and all that this one takes. */
static const char *wanted(int actor, unsigned int row, bool native, bool new_caps)
{
	int column = column_of(actor, new_caps);

	if (actor == BOTH_NET && rows[row].fn == query)
		column = actor;
	return cells[row][column][native];
}

static void check_column(int actor, bool native, bool new_caps, const char *who)
{
	unsigned int i, wrong = 0;

	if (!results->there[actor]) {
		tap_skip("%s: %s: this kernel has none", who, actors[actor].name);
		return;
	}
	for (i = 0; i < NR_ROWS; i++) {
		if (!strcmp(cell_of(actor, i), wanted(actor, i, native, new_caps)))
			continue;
		wrong++;
		tap_diag("%s: got %s, the table says %s", rows[i].name, cell_of(actor, i),
			 wanted(actor, i, native, new_caps));
	}
	tap_eq(wrong, 0, "%s: %s", who, actors[actor].name);
}

/* What root may, he may there as well, but for paths that are not there. */
static void check_same(int actor, const char *who)
{
	unsigned int i, wrong = 0;

	for (i = 0; i < NR_ROWS; i++) {
		if (results->ret[actor][i] == results->ret[ROOT][i] ||
		    (actor == CHROOT && rows[i].path))
			continue;
		wrong++;
		tap_diag("%s: %ld, not %ld", rows[i].name, results->ret[actor][i],
			 results->ret[ROOT][i]);
	}
	tap_ok(results->there[actor] && !wrong, "%s: %s as elsewhere", who, actors[actor].name);
}

static void check(bool native, bool new_caps)
{
	const char *who = native ? "Linux" : "ours";
	int actor;

	show();
	for (actor = ADMIN; actor < COLUMNS; actor++)
		check_column(actor, native, new_caps, who);
	check_same(CHROOT, who);
	check_same(PRIVATE, who);
}

static void test_ours(bool new_caps)
{
	int actor;

	drv_open();
	strcpy(dir, "/tmp/who_may_pins");
	if (mount("none", dir, "ebpfdrvfs", 0, NULL))
		die("ebpfdrvfs");
	tap_ok(measure(), "ours: all are asked");
	umount(dir);
	check(false, new_caps);
	for (actor = ADMIN; actor < COLUMNS; actor++)
		if (results->there[actor])
			tap_ok(!results->device[actor], "%s: does not open the device",
			       actors[actor].name);
	drv_close();
}

static void set_sysctl(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd >= 0 && write(fd, text, 1) < 0)
		tap_diag("%s: %s", path, strerror(errno));
	close(fd);
}

/* The table is Linux 6.1's; with sysctls as Debian has them. */
static void test_linux(void)
{
	setenv("EBPF_TEST_NATIVE", "1", 1);
	if (!native_is_6_1()) {
		tap_skip("Linux 6.1 with bpf(2), to compare with");
		return;
	}
	set_sysctl("/proc/sys/kernel/unprivileged_bpf_disabled", "2");
	set_sysctl("/proc/sys/kernel/perf_event_paranoid", "2");
	strcpy(dir, "/tmp/who_may_linux");
	if (mount("none", dir, "bpf", 0, NULL))
		die("bpf");
	tap_ok(measure(), "Linux: all are asked");
	umount(dir);
	check(true, true);
}

int main(void)
{
	bool new_caps = number_in("/proc/sys/kernel/cap_last_cap") >= CAP_LAST;

	mkdir("/tmp/who_may_pins", 0755);
	mkdir("/tmp/who_may_linux", 0755);
	mkdir("/tmp/who_may_mount", 0755);
	kprobe_pmu = number_in("/sys/bus/event_source/devices/kprobe/type");
	uprobe_pmu = number_in("/sys/bus/event_source/devices/uprobe/type");
	tracepoint_id = number_in("/sys/kernel/debug/tracing/events/sched/sched_process_exec/id");
	if (!tracepoint_id)
		tracepoint_id = number_in("/sys/kernel/tracing/events/sched/sched_process_exec/id");
	results = mmap(NULL, sizeof(*results), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		       -1, 0);
	if (results == MAP_FAILED)
		die("mmap");
	read_table();
	test_ours(new_caps);
	test_linux();
	return tap_end();
}
