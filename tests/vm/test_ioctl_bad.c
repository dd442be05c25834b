// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bad input: each gets Linux's errno, and the module is as it was before.
 */
#define _GNU_SOURCE
#include "ioctl_lib.h"
#include "tap.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define MAPS	EBPF_MAP_TYPE_ARRAY

static void test_device(void)
{
	struct ebpfdrv_info info;
	struct ebpfdrv_stats stats;
	struct stat st;

	if (drv_native())
		return;
	tap_ok(!stat(EBPFDRV_DEVICE_PATH, &st) && (st.st_mode & 07777) == 0600 && !st.st_uid,
	       "the device is root's, mode 0600");
	tap_ok(!ioctl(drv_fd, EBPFDRV_IOC_INFO, &info), "INFO answers");
	tap_eq(info.abi_version, EBPFDRV_ABI_VERSION, "INFO has the ABI version");
	tap_ok(info.version[0] && !info.version[31], "INFO has the release \"%s\"", info.version);
	tap_ok(stats_get(&stats) && stats.jit_size >= 256 << 10, "STATS has the pool's size");
	tap_eq(err_of(ioctl(drv_fd, EBPFDRV_IOC_INFO, NULL)), -EFAULT, "INFO to NULL");
	tap_eq(err_of(ioctl(drv_fd, EBPFDRV_IOC_STATS, 8)), -EFAULT, "STATS to a wild pointer");
	tap_eq(err_of(ioctl(drv_fd, EBPFDRV_IOC_BPF, NULL)), -EFAULT, "BPF from NULL");
	tap_eq(err_of(ioctl(drv_fd, EBPFDRV_IOC_PERF_EVENT_OPEN, NULL)), -EFAULT,
	       "PERF_EVENT_OPEN from NULL");
	tap_eq(err_of(ioctl(drv_fd, EBPFDRV_IOC_BPF + 0x100, &info)), -ENOTTY,
	       "a number of another magic");
	tap_eq(err_of(ioctl(drv_fd, _IOWR('E', 0xb0, char[24]), &info)), -ENOTTY,
	       "a request of another size");
	tap_eq(err_of(ioctl(drv_fd, _IO('E', 0xbf), 0)), -ENOTTY, "an unused number");
}


/* A process that gave up root but kept the open device. */
static void test_capability(void)
{
	int status = -1;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		if (setresuid(1000, 1000, 1000))
			_exit(2);
		_exit(map_create(MAPS, 4, 4, 1, 0) == -EPERM ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	if (!drv_native())
		tap_eq(status, 0, "the open device is of no use without CAP_SYS_ADMIN");
}

static void test_attr(void)
{
	static unsigned char page[8192] __attribute__((aligned(4096)));
	union ebpf_attr attr;
	long fd;

	memset(&attr, 0, sizeof(attr));
	tap_eq(err_of(bpf(36, &attr)), -EINVAL, "a command after the last");
	tap_eq(err_of(bpf(0x7fffffff, &attr)), -EINVAL, "a command far away");
	tap_eq(err_of(bpf(0xffffffff, &attr)), -EINVAL, "command -1");
	tap_eq(err_of(bpf_raw(EBPF_MAP_CREATE, 0, sizeof(attr))), -EFAULT, "attr NULL");
	tap_eq(err_of(bpf_raw(EBPF_MAP_CREATE, 0xdead000000000000ULL, sizeof(attr))), -EFAULT,
	       "attr at a non-canonical address");
	tap_eq(err_of(bpf_raw(EBPF_MAP_CREATE, 0xffffffff81000000ULL, sizeof(attr))), -EFAULT,
	       "attr in the kernel");
	tap_eq(err_of(bpf_raw(EBPF_MAP_CREATE, 0, 0)), -EINVAL, "attr of size 0");

	attr.map_type = MAPS;
	attr.key_size = 4;
	attr.value_size = 8;
	attr.max_entries = 1;
	memcpy(page, &attr, sizeof(attr));
	fd = err_of(bpf_raw(EBPF_MAP_CREATE, ptr(page), 16));
	tap_ok(fd >= 0, "attr cut behind what the command needs");
	close(fd);
	tap_eq(err_of(bpf_raw(EBPF_MAP_CREATE, ptr(page), 12)), -EINVAL,
	       "attr cut before max_entries");
	tap_eq(err_of(bpf_raw(EBPF_MAP_CREATE, ptr(page), 5)), -EINVAL, "attr cut inside a field");
	fd = err_of(bpf_raw(EBPF_MAP_CREATE, ptr(page), 4096));
	tap_ok(fd >= 0, "a larger attr with a zero tail");
	close(fd);
	page[4095] = 1;
	tap_eq(err_of(bpf_raw(EBPF_MAP_CREATE, ptr(page), 4096)), -E2BIG,
	       "a larger attr with a one at its end");
	page[4095] = 0;
	page[sizeof(attr)] = 1;
	if (!drv_native())	/* a known field since 6.9 */
		tap_eq(err_of(bpf_raw(EBPF_MAP_CREATE, ptr(page), sizeof(attr) + 1)), -E2BIG,
		       "a larger attr with a one behind ours");
	tap_eq(err_of(bpf_raw(EBPF_MAP_CREATE, ptr(page), 4097)), -E2BIG, "an attr above a page");
	tap_eq(err_of(bpf_raw(EBPF_MAP_CREATE, ptr(page), 0xffffffff)), -E2BIG,
	       "an attr of 4 GiB");
	((unsigned char *)&attr)[sizeof(attr) - 1] = 1;
	tap_eq(err_of(bpf(EBPF_MAP_CREATE, &attr)), -EINVAL,
	       "a field that the command does not have");
}

/* An attr whose last byte is the last of a mapping. */
static void test_attr_at_edge(void)
{
	unsigned char *two = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	union ebpf_attr attr;
	unsigned char *at;
	long fd;

	munmap(two + 4096, 4096);
	memset(&attr, 0, sizeof(attr));
	attr.map_type = MAPS;
	attr.key_size = 4;
	attr.value_size = 8;
	attr.max_entries = 1;
	at = two + 4096 - 20;
	memcpy(at, &attr, 20);
	fd = err_of(bpf_raw(EBPF_MAP_CREATE, ptr(at), 20));
	tap_ok(fd >= 0, "an attr that ends at the end of a mapping");
	close(fd);
	tap_eq(err_of(bpf_raw(EBPF_MAP_CREATE, ptr(at), 21)), -EFAULT,
	       "an attr that goes one byte over the end of a mapping");
	munmap(two, 4096);
}

static void test_map_attrs(void)
{
	union ebpf_attr attr;

	tap_eq(map_create(0, 4, 4, 1, 0), -EINVAL, "map type 0");
	tap_eq(map_create(1000, 4, 4, 1, 0), -EINVAL, "map type 1000");
	tap_eq(map_create(0xffffffff, 4, 4, 1, 0), -EINVAL, "map type -1");
	tap_eq(map_create(MAPS, 4, 4, 0, 0), -EINVAL, "array of no entries");
	tap_eq(map_create(MAPS, 8, 4, 1, 0), -EINVAL, "array with keys of 8 bytes");
	tap_eq(map_create(MAPS, 4, 0, 1, 0), -EINVAL, "array with values of 0 bytes");
	tap_eq(map_create(MAPS, 4, 4, 1, 1U << 31), -EINVAL, "array with an unknown flag");
	tap_eq(map_create(MAPS, 4, 4, 1, EBPF_F_RDONLY | EBPF_F_WRONLY), -EINVAL,
	       "a map neither to read nor to write");
	tap_eq(map_create(MAPS, 4, 4, 1, EBPF_F_RDONLY_PROG | EBPF_F_WRONLY_PROG), -EINVAL,
	       "a map programs neither read nor write");
	tap_eq(map_create(MAPS, 4, 0x80000000, 1, 0), -E2BIG, "array with values of 2 GiB");
	tap_ok(map_create(MAPS, 4, 8, 0xffffffff, 0) < 0, "array of 4 G entries");
	tap_ok(map_create(MAPS, 4, 0x40000000, 0x40000000, 0) < 0,
	       "array whose size overflows 32 and nearly 64 bits");
	tap_eq(map_create(EBPF_MAP_TYPE_HASH, 0, 4, 1, 0), -EINVAL, "hash with keys of 0 bytes");
	tap_eq(map_create(EBPF_MAP_TYPE_HASH, 4, 4, 0, 0), -EINVAL, "hash of no entries");
	tap_eq(map_create(EBPF_MAP_TYPE_HASH, 0x10000000, 4, 1, 0), -E2BIG,
	       "hash with keys of 256 MiB");
	tap_ok(map_create(EBPF_MAP_TYPE_HASH, 0xfffffff8, 16, 1, 0) < 0,
	       "hash with key and value sizes that overflow");
	tap_ok(map_create(EBPF_MAP_TYPE_HASH, 4, 4, 0xffffffff, 0) < 0, "hash of 4 G entries");
	tap_ok(map_create(EBPF_MAP_TYPE_HASH, 4, 4, 0x80000001, 0) < 0,
	       "hash whose bucket count overflows");
	tap_eq(map_create(EBPF_MAP_TYPE_RINGBUF, 0, 0, 4095, 0), -EINVAL, "ring of 4095 bytes");
	tap_eq(map_create(EBPF_MAP_TYPE_RINGBUF, 0, 0, 12288, 0), -EINVAL, "ring of 3 pages");
	tap_eq(map_create(EBPF_MAP_TYPE_RINGBUF, 4, 0, 4096, 0), -EINVAL, "ring with keys");
	tap_eq(map_create(EBPF_MAP_TYPE_PROG_ARRAY, 4, 8, 1, 0), -EINVAL,
	       "prog array with values of 8 bytes");
	tap_eq(map_create(EBPF_MAP_TYPE_STACK_TRACE, 4, 7, 1, 0), -EINVAL,
	       "stack map with values of 7 bytes");
	tap_eq(map_create(EBPF_MAP_TYPE_STACK_TRACE, 4, 128 * 8, 1, 0), -EINVAL,
	       "stack map deeper than the kernel walks");

	memset(&attr, 0, sizeof(attr));
	attr.map_type = MAPS;
	attr.key_size = 4;
	attr.value_size = 4;
	attr.max_entries = 1;
	memset(attr.map_name, 'a', sizeof(attr.map_name));
	tap_eq(err_of(bpf(EBPF_MAP_CREATE, &attr)), -EINVAL, "a map name without an end");
	strcpy(attr.map_name, "with space");
	tap_eq(err_of(bpf(EBPF_MAP_CREATE, &attr)), -EINVAL, "a map name with a space");
	memset(attr.map_name, 0, sizeof(attr.map_name));
	attr.map_extra = 1;
	tap_eq(err_of(bpf(EBPF_MAP_CREATE, &attr)), -EINVAL, "map_extra of an array");
	attr.map_extra = 0;
	attr.btf_key_type_id = 1;
	tap_eq(err_of(bpf(EBPF_MAP_CREATE, &attr)), -EINVAL, "a key type without a value type");
	attr.btf_value_type_id = 1;
	attr.btf_fd = 12345;
	tap_eq(err_of(bpf(EBPF_MAP_CREATE, &attr)), -EBADF, "types of a BTF fd that is not open");
	attr.btf_key_type_id = 0;
	attr.btf_value_type_id = 0;
	attr.map_flags = EBPF_F_NUMA_NODE;
	attr.numa_node = 4096;
	tap_eq(err_of(bpf(EBPF_MAP_CREATE, &attr)), -EINVAL, "a NUMA node there is not");
}

static void test_fds(void)
{
	uint32_t key = 0, id;
	uint64_t value = 0;
	union ebpf_attr attr;
	struct ebpf_map_info info;
	int map = map_create(MAPS, 4, 8, 1, 0);
	int prog = prog_ret(EBPF_PROG_TYPE_SOCKET_FILTER, 0);
	int null = open("/dev/null", O_RDWR);

	tap_ok(map >= 0 && prog >= 0 && null >= 0, "a map, a program and another file");
	tap_eq(map_lookup(-1, &key, &value), -EBADF, "look-up in fd -1");
	tap_eq(map_lookup(12345, &key, &value), -EBADF, "look-up in an fd that is not open");
	tap_eq(map_lookup(null, &key, &value), -EINVAL, "look-up in another file");
	tap_eq(map_lookup(prog, &key, &value), -EINVAL, "look-up in a program");
	tap_eq(map_update(null, &key, &value, 0), -EINVAL, "update of another file");
	tap_eq(map_delete(prog, &key), -EINVAL, "delete in a program");
	tap_eq(map_next(prog, &key, &key), -EINVAL, "next key of a program");
	tap_eq(map_freeze(prog), -EINVAL, "freezing a program");
	tap_eq(map_lookup(map, NULL, &value), -EFAULT, "look-up of key NULL");
	tap_eq(map_lookup(map, (void *)~0UL, &value), -EFAULT, "look-up of a wild key");
	tap_eq(map_lookup(map, &key, NULL), -EFAULT, "look-up into NULL");
	tap_eq(map_update(map, &key, (void *)0xffff888000000000UL, 0), -EFAULT,
	       "update from a kernel address");
	tap_eq(map_next(map, NULL, (void *)16), -EFAULT, "next key to a wild pointer");
	tap_eq(map_elem(EBPF_MAP_LOOKUP_ELEM, map, &key, &value, 1), -EINVAL,
	       "look-up with an unknown flag");
	tap_eq(map_elem(EBPF_MAP_LOOKUP_ELEM, map, &key, &value, EBPF_F_LOCK), -EINVAL,
	       "look-up under a lock that the value does not have");
	tap_eq(run_raw_tp(map, NULL, 0, NULL), -EINVAL, "running a map");
	tap_eq(run_raw_tp(12345, NULL, 0, NULL), -EBADF, "running an fd that is not open");
	tap_eq(info_of(null, &info, sizeof(info)), -EINVAL, "info of another file");
	tap_eq(info_of(12345, &info, sizeof(info)), -EBADFD, "info of an fd that is not open");
	tap_eq(info_of(map, NULL, sizeof(info)), -EFAULT, "info to NULL");
	tap_eq(info_of(map, &info, 0x7fffffff), -E2BIG, "info of 2 GiB");
	tap_eq(fd_by_id(EBPF_MAP_GET_FD_BY_ID, 0), -ENOENT, "map number 0");
	tap_eq(fd_by_id(EBPF_MAP_GET_FD_BY_ID, 0x7ffffff0), -ENOENT, "a map number far away");
	tap_eq(fd_by_id(EBPF_PROG_GET_FD_BY_ID, 0xffffffff), -ENOENT, "program number -1");
	tap_eq(fd_by_id(EBPF_BTF_GET_FD_BY_ID, 0x7ffffff0), -ENOENT, "a BTF number far away");
	tap_eq(fd_by_id(EBPF_LINK_GET_FD_BY_ID, 0x7ffffff0), -ENOENT, "a link number far away");
	memset(&attr, 0, sizeof(attr));
	attr.start_id = 0x7fffffff;
	tap_eq(err_of(bpf(EBPF_MAP_GET_NEXT_ID, &attr)), -EINVAL, "next number after INT_MAX");

	memset(&attr, 0, sizeof(attr));
	attr.prog_bind_map.prog_fd = map;
	attr.prog_bind_map.map_fd = map;
	tap_eq(err_of(bpf(EBPF_PROG_BIND_MAP, &attr)), -EINVAL, "binding to a map");
	attr.prog_bind_map.prog_fd = prog;
	attr.prog_bind_map.map_fd = prog;
	tap_eq(err_of(bpf(EBPF_PROG_BIND_MAP, &attr)), -EINVAL, "binding a program");

	memset(&attr, 0, sizeof(attr));
	attr.raw_tracepoint.prog_fd = map;
	attr.raw_tracepoint.name = ptr("sched_switch");
	tap_eq(err_of(bpf(EBPF_RAW_TRACEPOINT_OPEN, &attr)), -EINVAL, "a map on a tracepoint");
	attr.raw_tracepoint.prog_fd = prog;
	tap_ok(err_of(bpf(EBPF_RAW_TRACEPOINT_OPEN, &attr)) < 0,
	       "a socket filter on a tracepoint");
	memset(&attr, 0, sizeof(attr));
	attr.link_create.prog_fd = prog;
	attr.link_create.target_fd = map;
	attr.link_create.attach_type = EBPF_PERF_EVENT;
	tap_ok(err_of(bpf(EBPF_LINK_CREATE, &attr)) < 0, "a link from a program to a map");
	memset(&attr, 0, sizeof(attr));
	attr.link_detach.link_fd = map;
	tap_eq(err_of(bpf(EBPF_LINK_DETACH, &attr)), -EINVAL, "detaching a map");
	memset(&attr, 0, sizeof(attr));
	attr.link_update.link_fd = prog;
	tap_eq(err_of(bpf(EBPF_LINK_UPDATE, &attr)), -EINVAL, "updating a program as a link");

	tap_eq(err_of(read(map, &id, 4)), -EINVAL, "read(2) of a map");
	tap_eq(err_of(write(prog, &id, 4)), -EINVAL, "write(2) to a program");
	tap_ok(mmap(NULL, 4096, PROT_READ, MAP_SHARED, map, 0) == MAP_FAILED,
	       "mapping a map that is not mmapable");
	tap_ok(mmap(NULL, 4096, PROT_READ, MAP_SHARED, prog, 0) == MAP_FAILED,
	       "mapping a program");
	close(null);
	close(prog);
	close(map);
}

static void test_prog_attrs(void)
{
	struct ebpf_insn ok[] = { MOV64_IMM(EBPF_REG_0, 0), EXIT() };
	union ebpf_attr attr;
	char log[256];

	prog_attr(&attr, EBPF_PROG_TYPE_SOCKET_FILTER, ok, 0);
	tap_eq(err_of(bpf(EBPF_PROG_LOAD, &attr)), -E2BIG, "0 instructions");
	attr.insn_cnt = 1000001;
	tap_eq(err_of(bpf(EBPF_PROG_LOAD, &attr)), -E2BIG, "1000001 instructions");
	attr.insn_cnt = 0xffffffff;
	tap_eq(err_of(bpf(EBPF_PROG_LOAD, &attr)), -E2BIG, "4 G instructions");
	attr.insn_cnt = 2;
	attr.insns = 0;
	tap_eq(err_of(bpf(EBPF_PROG_LOAD, &attr)), -EFAULT, "instructions at NULL");
	attr.insns = 0xffffffff81000000ULL;
	tap_eq(err_of(bpf(EBPF_PROG_LOAD, &attr)), -EFAULT, "instructions in the kernel");
	attr.insns = ptr(ok);
	attr.insn_cnt = 1000000;
	tap_eq(err_of(bpf(EBPF_PROG_LOAD, &attr)), -EFAULT, "instructions beyond the stack's end");
	attr.insn_cnt = 2;
	attr.license = 0;
	tap_eq(err_of(bpf(EBPF_PROG_LOAD, &attr)), -EFAULT, "license NULL");
	attr.license = ptr("GPL");
	attr.prog_flags = 1U << 31;
	tap_eq(err_of(bpf(EBPF_PROG_LOAD, &attr)), -EINVAL, "an unknown flag");
	attr.prog_flags = 0;
	attr.prog_type = 1000;
	tap_eq(err_of(bpf(EBPF_PROG_LOAD, &attr)), -EINVAL, "program type 1000");
	attr.prog_type = EBPF_PROG_TYPE_UNSPEC;
	tap_eq(err_of(bpf(EBPF_PROG_LOAD, &attr)), -EINVAL, "program type 0");
	attr.prog_type = EBPF_PROG_TYPE_SOCKET_FILTER;
	memset(attr.prog_name, 'a', sizeof(attr.prog_name));
	tap_eq(err_of(bpf(EBPF_PROG_LOAD, &attr)), -EINVAL, "a program name without an end");
	memset(attr.prog_name, 0, sizeof(attr.prog_name));
	strcpy(attr.prog_name, "a-b");
	tap_eq(err_of(bpf(EBPF_PROG_LOAD, &attr)), -EINVAL, "a program name with a dash");
	memset(attr.prog_name, 0, sizeof(attr.prog_name));
	attr.func_info_cnt = 1;
	attr.func_info_rec_size = 8;
	attr.func_info = ptr(log);
	attr.prog_btf_fd = 12345;
	tap_eq(err_of(bpf(EBPF_PROG_LOAD, &attr)), -EBADF, "func_info of BTF that is not open");
	attr.func_info_cnt = 0;
	attr.func_info_rec_size = 0;
	attr.func_info = 0;
	attr.prog_btf_fd = 0;

	attr.log_level = 1;
	attr.log_buf = 8;
	attr.log_size = sizeof(log);
	tap_eq(err_of(bpf(EBPF_PROG_LOAD, &attr)), -EFAULT, "a wild log buffer");
	if (drv_native())	/* other rules since 6.4 */
		return;
	attr.log_buf = 0;
	attr.log_size = 0;
	tap_eq(err_of(bpf(EBPF_PROG_LOAD, &attr)), -EINVAL, "a log level without a buffer");
	attr.log_buf = ptr(log);
	attr.log_size = 64;
	tap_eq(err_of(bpf(EBPF_PROG_LOAD, &attr)), -EINVAL, "a log buffer of 64 bytes");
	attr.log_size = sizeof(log);
	attr.log_level = 0;
	tap_eq(err_of(bpf(EBPF_PROG_LOAD, &attr)), -EINVAL, "a log buffer without a level");
	attr.log_level = 8;
	tap_eq(err_of(bpf(EBPF_PROG_LOAD, &attr)), -EINVAL, "an unknown log level");
}

static void test_test_run(void)
{
	uint64_t args[13] = { 0 };
	union ebpf_attr attr;
	unsigned char packet[64] = { 0 };
	int raw = prog_ret(EBPF_PROG_TYPE_RAW_TRACEPOINT, 7);
	int skb = prog_ret(EBPF_PROG_TYPE_SOCKET_FILTER, 7);
	int kprobe = prog_ret(EBPF_PROG_TYPE_KPROBE, 7);

	tap_ok(raw >= 0 && skb >= 0 && kprobe >= 0, "three programs");
	tap_eq(run_raw_tp(kprobe, NULL, 0, NULL), -ENOTSUPP, "running a kprobe program");
	tap_eq(run_raw_tp(raw, args, 13, NULL), -EINVAL, "more arguments than tracepoints have");
	memset(&attr, 0, sizeof(attr));
	attr.test.prog_fd = raw;
	attr.test.ctx_size_in = 8;
	tap_eq(err_of(bpf(EBPF_PROG_TEST_RUN, &attr)), -EINVAL, "a context size without context");
	attr.test.ctx_in = 8;
	tap_eq(err_of(bpf(EBPF_PROG_TEST_RUN, &attr)), -EFAULT, "a wild context");
	attr.test.ctx_in = ptr(args);
	attr.test.repeat = 2;
	tap_eq(err_of(bpf(EBPF_PROG_TEST_RUN, &attr)), -EINVAL, "repeating a raw tracepoint");
	attr.test.repeat = 0;
	attr.test.flags = EBPF_F_TEST_RUN_ON_CPU;
	attr.test.cpu = 100000;
	tap_eq(err_of(bpf(EBPF_PROG_TEST_RUN, &attr)), -ENXIO, "a run on CPU 100000");
	attr.test.flags = 0;
	tap_eq(err_of(bpf(EBPF_PROG_TEST_RUN, &attr)), -EINVAL, "a CPU without the flag");

	memset(&attr, 0, sizeof(attr));
	attr.test.prog_fd = skb;
	tap_eq(err_of(bpf(EBPF_PROG_TEST_RUN, &attr)), -EINVAL, "a socket filter without packet");
	attr.test.data_in = ptr(packet);
	attr.test.data_size_in = 13;
	tap_eq(err_of(bpf(EBPF_PROG_TEST_RUN, &attr)), -EINVAL, "a packet of 13 bytes");
	attr.test.data_size_in = 0x7fffffff;
	tap_ok(err_of(bpf(EBPF_PROG_TEST_RUN, &attr)) < 0, "a packet of 2 GiB");
	attr.test.data_size_in = sizeof(packet);
	attr.test.data_in = 16;
	tap_eq(err_of(bpf(EBPF_PROG_TEST_RUN, &attr)), -EFAULT, "a wild packet");
	close(raw);
	close(skb);
	close(kprobe);
}

int main(void)
{
	struct ebpfdrv_stats before;

	drv_open();
	if (!drv_native())
		tap_ok(stats_get(&before), "counters before");
	test_device();
	test_capability();
	test_attr();
	test_attr_at_edge();
	test_map_attrs();
	test_fds();
	test_prog_attrs();
	test_test_run();
	if (!drv_native())
		tap_ok(stats_settle(&before), "no object is left behind");
	return tap_end();
}
