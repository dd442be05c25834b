/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For the tests of the commands: bpf(2) by ioctl, without libbpf.
 *
 * With EBPF_TEST_NATIVE=1 in the environment the same calls go to the kernel's own
 * bpf(2), to see whether a test expects what Linux does.
 */
#ifndef _TESTS_IOCTL_LIB_H
#define _TESTS_IOCTL_LIB_H

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <ebpfdrv/bpf.h>
#include <ebpfdrv/ebpfdrv.h>

#ifndef ENOTSUPP
#define ENOTSUPP	524
#endif

static int drv_fd = -1;

static inline bool drv_native(void)
{
	return getenv("EBPF_TEST_NATIVE");
}

static inline void drv_open(void)
{
	if (drv_native())
		return;
	drv_fd = open(EBPFDRV_DEVICE_PATH, O_RDWR | O_CLOEXEC);
	if (drv_fd < 0) {
		printf("# %s: %s\n", EBPFDRV_DEVICE_PATH, strerror(errno));
		exit(1);
	}
}

/* udev or devtmpfs make the file a moment after the module is there. */
__attribute__((unused))
static bool device_opens(void)
{
	int i;

	for (i = 0; i < 500; i++) {
		drv_fd = open(EBPFDRV_DEVICE_PATH, O_RDWR | O_CLOEXEC);
		if (drv_fd >= 0)
			return true;
		usleep(10000);
	}
	return false;
}

static inline void drv_close(void)
{
	close(drv_fd);
	drv_fd = -1;
}

/* Any pointer, any size. */
static inline long bpf_raw(unsigned int cmd, uint64_t attr, unsigned int size)
{
	struct ebpfdrv_bpf req = { .cmd = cmd, .size = size, .attr = attr };

	if (drv_native())
		return syscall(321, (long)cmd, (void *)(uintptr_t)attr, (unsigned long)size);
	return ioctl(drv_fd, EBPFDRV_IOC_BPF, &req);
}

static inline long bpf(unsigned int cmd, union ebpf_attr *attr)
{
	return bpf_raw(cmd, (uintptr_t)attr, sizeof(*attr));
}

/* The result, or -errno: one number to compare. */
static inline long err_of(long ret)
{
	return ret < 0 ? -errno : ret;
}

static inline uint64_t ptr(const void *p)
{
	return (uintptr_t)p;
}

/*
 * Maps
 */
static inline long map_create(unsigned int type, unsigned int key, unsigned int value,
			      unsigned int entries, unsigned int flags)
{
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_type = type;
	attr.key_size = key;
	attr.value_size = value;
	attr.max_entries = entries;
	attr.map_flags = flags;
	return err_of(bpf(EBPF_MAP_CREATE, &attr));
}

static inline long map_elem(unsigned int cmd, int fd, const void *key, const void *value,
			    uint64_t flags)
{
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_fd = fd;
	attr.key = ptr(key);
	attr.value = ptr(value);
	attr.flags = flags;
	return err_of(bpf(cmd, &attr));
}

static inline long map_update(int fd, const void *key, const void *value, uint64_t flags)
{
	return map_elem(EBPF_MAP_UPDATE_ELEM, fd, key, value, flags);
}

static inline long map_lookup(int fd, const void *key, void *value)
{
	return map_elem(EBPF_MAP_LOOKUP_ELEM, fd, key, value, 0);
}

static inline long map_delete(int fd, const void *key)
{
	return map_elem(EBPF_MAP_DELETE_ELEM, fd, key, NULL, 0);
}

static inline long map_next(int fd, const void *key, void *next)
{
	return map_elem(EBPF_MAP_GET_NEXT_KEY, fd, key, next, 0);
}

static inline long map_freeze(int fd)
{
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_fd = fd;
	return err_of(bpf(EBPF_MAP_FREEZE, &attr));
}

/*
 * Programs
 */
#define INSN(c, d, s, o, i) \
	((struct ebpf_insn){ .code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i) })
#define MOV64_IMM(d, i)		INSN(EBPF_ALU64 | EBPF_MOV | EBPF_K, d, 0, 0, i)
#define MOV64_REG(d, s)		INSN(EBPF_ALU64 | EBPF_MOV | EBPF_X, d, s, 0, 0)
#define ALU64_IMM(op, d, i)	INSN(EBPF_ALU64 | (op) | EBPF_K, d, 0, 0, i)
#define ALU64_REG(op, d, s)	INSN(EBPF_ALU64 | (op) | EBPF_X, d, s, 0, 0)
#define LDX(sz, d, s, o)	INSN(EBPF_LDX | EBPF_MEM | (sz), d, s, o, 0)
#define STX(sz, d, s, o)	INSN(EBPF_STX | EBPF_MEM | (sz), d, s, o, 0)
#define ST(sz, d, o, i)		INSN(EBPF_ST | EBPF_MEM | (sz), d, 0, o, i)
#define JMP_IMM(op, d, i, o)	INSN(EBPF_JMP | (op) | EBPF_K, d, 0, o, i)
#define JA(o)			INSN(EBPF_JMP | EBPF_JA, 0, 0, o, 0)
#define CALL(f)			INSN(EBPF_JMP | EBPF_CALL, 0, 0, 0, f)
#define CALL_PSEUDO(o)		INSN(EBPF_JMP | EBPF_CALL, 0, EBPF_PSEUDO_CALL, 0, o)
#define EXIT()			INSN(EBPF_JMP | EBPF_EXIT, 0, 0, 0, 0)
/* two instructions */
#define LD_MAP_FD(d, fd) \
	INSN(EBPF_LD | EBPF_IMM | EBPF_DW, d, EBPF_PSEUDO_MAP_FD, 0, fd), INSN(0, 0, 0, 0, 0)
#define LD_MAP_VALUE(d, fd, o) \
	INSN(EBPF_LD | EBPF_IMM | EBPF_DW, d, EBPF_PSEUDO_MAP_VALUE, 0, fd), INSN(0, 0, 0, 0, o)

#define ARRAY_LEN(a)	(sizeof(a) / sizeof((a)[0]))

static char prog_log[65536];

static inline void prog_attr(union ebpf_attr *attr, unsigned int type,
			     const struct ebpf_insn *insns, unsigned int cnt)
{
	memset(attr, 0, sizeof(*attr));
	attr->prog_type = type;
	attr->insns = ptr(insns);
	attr->insn_cnt = cnt;
	attr->license = ptr("GPL");
}

static inline long prog_load(unsigned int type, const struct ebpf_insn *insns, unsigned int cnt)
{
	union ebpf_attr attr;

	prog_attr(&attr, type, insns, cnt);
	return err_of(bpf(EBPF_PROG_LOAD, &attr));
}

/* With log level 1 into prog_log. */
static inline long prog_load_log(unsigned int type, const struct ebpf_insn *insns,
				 unsigned int cnt)
{
	union ebpf_attr attr;

	prog_log[0] = '\0';
	prog_attr(&attr, type, insns, cnt);
	attr.log_buf = ptr(prog_log);
	attr.log_size = sizeof(prog_log);
	attr.log_level = 1;
	return err_of(bpf(EBPF_PROG_LOAD, &attr));
}

/* r0 = @ret; exit */
static inline long prog_ret(unsigned int type, int ret)
{
	struct ebpf_insn insns[] = { MOV64_IMM(EBPF_REG_0, ret), EXIT() };

	return prog_load(type, insns, ARRAY_LEN(insns));
}

/* One run of a raw tracepoint program with @args; *retval is R0. */
static inline long run_raw_tp(int fd, const uint64_t *args, unsigned int cnt, uint32_t *retval)
{
	union ebpf_attr attr;
	long ret;

	memset(&attr, 0, sizeof(attr));
	attr.test.prog_fd = fd;
	attr.test.ctx_in = cnt ? ptr(args) : 0;
	attr.test.ctx_size_in = cnt * sizeof(*args);
	ret = err_of(bpf(EBPF_PROG_TEST_RUN, &attr));
	if (retval)
		*retval = attr.test.retval;
	return ret;
}

static inline long info_of(int fd, void *info, unsigned int len)
{
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.info.bpf_fd = fd;
	attr.info.info = ptr(info);
	attr.info.info_len = len;
	return err_of(bpf(EBPF_OBJ_GET_INFO_BY_FD, &attr));
}

static inline long fd_by_id(unsigned int cmd, unsigned int id)
{
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.prog_id = id;
	return err_of(bpf(cmd, &attr));
}

/* The next number, 0 after the last, or -errno. */
static inline long next_id(unsigned int cmd, unsigned int id)
{
	union ebpf_attr attr;
	long ret;

	memset(&attr, 0, sizeof(attr));
	attr.start_id = id;
	ret = err_of(bpf(cmd, &attr));
	if (ret == -ENOENT)
		return 0;
	return ret < 0 ? ret : (long)attr.next_id;
}

static inline bool stats_get(struct ebpfdrv_stats *stats)
{
	return ioctl(drv_fd, EBPFDRV_IOC_STATS, stats) == 0;
}

/* Waits until the objects are as many as in @before: they are freed after a grace
 * period. False after 20 s.
 */
static inline bool stats_settle(const struct ebpfdrv_stats *before)
{
	struct ebpfdrv_stats now;
	int i;

	for (i = 0; i < 2000; i++) {
		if (!stats_get(&now))
			return false;
		if (now.maps == before->maps && now.progs == before->progs &&
		    now.btfs == before->btfs && now.links == before->links &&
		    now.events == before->events && now.jit_bytes == before->jit_bytes)
			return true;
		usleep(10000);
	}
	printf("# too many: %lld maps, %lld progs, %lld btfs, %lld links, %lld events, %lld bytes\n",
	       (long long)(now.maps - before->maps), (long long)(now.progs - before->progs),
	       (long long)(now.btfs - before->btfs), (long long)(now.links - before->links),
	       (long long)(now.events - before->events),
	       (long long)(now.jit_bytes - before->jit_bytes));
	return false;
}

#endif /* _TESTS_IOCTL_LIB_H */
