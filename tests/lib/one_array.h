/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An ARRAY of one element of 8 bytes, by bpf(2), and whose it is. For programs that see the system
 * call as any other does; they may be built for another libc.
 */
#ifndef _TESTS_ONE_ARRAY_H
#define _TESTS_ONE_ARRAY_H

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/bpf.h>
#include <ebpfdrv/ebpfdrv.h>

static inline void one_array_attr(union bpf_attr *attr)
{
	memset(attr, 0, sizeof(*attr));
	attr->map_type = BPF_MAP_TYPE_ARRAY;
	attr->key_size = 4;
	attr->value_size = 8;
	attr->max_entries = 1;
}

/* @key stays 0 for as long as @attr is used. */
static inline void one_array_elem(union bpf_attr *attr, int map, const uint32_t *key,
				  uint64_t *value)
{
	memset(attr, 0, sizeof(*attr));
	attr->map_fd = map;
	attr->key = (uintptr_t)key;
	attr->value = (uintptr_t)value;
}

/* A descriptor, or -1 and errno. */
static inline int one_array_make(void)
{
	union bpf_attr attr;

	one_array_attr(&attr);
	return syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr));
}

/* @cmd: of its element. 0, or -1 and errno. */
static inline int one_array_do(int cmd, int map, uint64_t *value)
{
	const uint32_t key = 0;
	union bpf_attr attr;

	one_array_elem(&attr, map, &key, value);
	return syscall(SYS_bpf, cmd, &attr, sizeof(attr));
}

/* Does the module itself know the map? */
static inline bool one_array_is_modules(int map)
{
	int dev = open(EBPFDRV_DEVICE_PATH, O_RDWR | O_CLOEXEC);
	const uint32_t key = 0;
	union bpf_attr attr;
	uint64_t value;
	struct ebpfdrv_bpf call = {
		.cmd = BPF_MAP_LOOKUP_ELEM, .size = sizeof(attr), .attr = (uintptr_t)&attr,
	};
	bool known;

	if (dev < 0)
		return false;
	one_array_elem(&attr, map, &key, &value);
	known = !ioctl(dev, EBPFDRV_IOC_BPF, &call);
	close(dev);
	return known;
}

#endif /* _TESTS_ONE_ARRAY_H */
