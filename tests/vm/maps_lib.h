/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For the tests of maps: commands by hand, answers as negative errno. With
 * EBPFDRV_NATIVE in the environment they go to the kernel's own bpf(2): that shows
 * whether a test expects what Linux does.
 */
#ifndef _TESTS_MAPS_LIB_H
#define _TESTS_MAPS_LIB_H

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <ebpf/types.h>
#include <ebpfdrv/bpf.h>
#include <ebpfdrv/ebpfdrv.h>

#define NR_BPF	321

static int drv = -1;
static bool native;

static inline void maps_open(void)
{
	native = getenv("EBPFDRV_NATIVE");
	if (native)
		return;
	drv = open(EBPFDRV_DEVICE_PATH, O_RDWR | O_CLOEXEC);
	if (drv < 0) {
		printf("# %s: %s\n", EBPFDRV_DEVICE_PATH, strerror(errno));
		exit(1);
	}
}

static inline int sys_bpf(int cmd, union ebpf_attr *attr)
{
	struct ebpfdrv_bpf req = {
		.cmd = cmd,
		.size = sizeof(*attr),
		.attr = (uintptr_t)attr,
	};
	int ret;

	if (native)
		ret = syscall(NR_BPF, cmd, attr, sizeof(*attr));
	else
		ret = ioctl(drv, EBPFDRV_IOC_BPF, &req);
	return ret < 0 ? -errno : ret;
}

static inline int map_create(u32 type, u32 key, u32 value, u32 max, u32 flags)
{
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_type = type;
	attr.key_size = key;
	attr.value_size = value;
	attr.max_entries = max;
	attr.map_flags = flags;
	return sys_bpf(EBPF_MAP_CREATE, &attr);
}

static inline int map_elem(int cmd, int fd, const void *key, const void *value, u64 flags)
{
	union ebpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_fd = fd;
	attr.key = (uintptr_t)key;
	attr.value = (uintptr_t)value;
	attr.flags = flags;
	return sys_bpf(cmd, &attr);
}

static inline int map_update(int fd, const void *key, const void *value, u64 flags)
{
	return map_elem(EBPF_MAP_UPDATE_ELEM, fd, key, value, flags);
}

static inline int map_lookup(int fd, const void *key, void *value)
{
	return map_elem(EBPF_MAP_LOOKUP_ELEM, fd, key, value, 0);
}

static inline int map_delete(int fd, const void *key)
{
	return map_elem(EBPF_MAP_DELETE_ELEM, fd, key, NULL, 0);
}

static inline int map_lookup_delete(int fd, const void *key, void *value)
{
	return map_elem(EBPF_MAP_LOOKUP_AND_DELETE_ELEM, fd, key, value, 0);
}

static inline int map_next_key(int fd, const void *key, void *next)
{
	return map_elem(EBPF_MAP_GET_NEXT_KEY, fd, key, next, 0);
}

static inline int map_freeze(int fd)
{
	return map_elem(EBPF_MAP_FREEZE, fd, NULL, NULL, 0);
}

static inline int map_id(int fd)
{
	struct ebpf_map_info info;
	union ebpf_attr attr;
	int err;

	memset(&info, 0, sizeof(info));
	memset(&attr, 0, sizeof(attr));
	attr.info.bpf_fd = fd;
	attr.info.info_len = sizeof(info);
	attr.info.info = (uintptr_t)&info;
	err = sys_bpf(EBPF_OBJ_GET_INFO_BY_FD, &attr);
	return err < 0 ? err : (int)info.id;
}

/* A file of its own for the same map. */
static inline int map_reopen(int fd)
{
	union ebpf_attr attr;
	int id = map_id(fd);

	if (id < 0)
		return id;
	memset(&attr, 0, sizeof(attr));
	attr.map_id = id;
	return sys_bpf(EBPF_MAP_GET_FD_BY_ID, &attr);
}

/* CPUs that values of per-cpu maps have room for. */
static inline int possible_cpus(void)
{
	FILE *f = fopen("/sys/devices/system/cpu/possible", "r");
	int first = 0, last = 0, n = 0;
	char sep;

	while (f && fscanf(f, "%d", &first) == 1) {
		if (fscanf(f, "-%d", &last) != 1)
			last = first;
		n += last - first + 1;
		if (fscanf(f, "%c", &sep) != 1 || sep != ',')
			break;
	}
	if (f)
		fclose(f);
	return n ? n : 1;
}

#endif /* _TESTS_MAPS_LIB_H */
